package model

import (
	"fmt"
	"strings"
)

// KindEvidence is a piece of output that somebody put into the record.
const KindEvidence Kind = "evidence_added"

var _ = register(KindEvidence, newBody[Evidence])

// Evidence is what a command printed, or what was piped in.
type Evidence struct {
	Title   string `json:"title"`
	Command string `json:"command,omitempty"`
	Exit    *int   `json:"exit,omitempty"`
	Signal  string `json:"signal,omitempty"`
	Took    int64  `json:"took_ms,omitempty"`
	Output  string `json:"output,omitempty"` // plain lines, secrets hidden
	Bytes   int64  `json:"bytes"`
	Dropped int64  `json:"dropped,omitempty"` // bytes that Output does not hold
	File    string `json:"file,omitempty"`    // where all of it is, on the machine that ran it
}

func (b *Evidence) Text() string {
	s := "evidence: " + b.Title
	switch {
	case b.Signal != "":
		s += ", " + b.Signal
	case b.Exit != nil:
		s += fmt.Sprintf(", exit %d", *b.Exit)
	}
	if b.Took > 0 {
		s += ", " + Span(millis(b.Took))
	}
	if first := firstLine(b.Output); first != "" {
		s += ": " + Brief(first, 160)
	}
	return s
}
func (b *Evidence) Important() bool       { return false }
func (b *Evidence) fold(*Incident, Event) {}

func firstLine(s string) string {
	for l := range strings.Lines(s) {
		if l = strings.TrimSpace(l); l != "" {
			return l
		}
	}
	return ""
}

// MaxEvidence is how much output one piece of evidence holds in the record.
const MaxEvidence = 32 << 10

// AddEvidence puts a piece of output into the record.
type AddEvidence struct{ Evidence Evidence }

// Decide cuts what is too long at its beginning, and says so in Dropped.
func (c AddEvidence) Decide(s Scene) ([]Draft, error) {
	b := c.Evidence
	var err error
	if b.Title, err = cleanTitle(Brief(b.Title, 200)); err != nil {
		return nil, err
	}
	b.Output = Valid(b.Output)
	if n := len(b.Output) - MaxEvidence; n > 0 {
		b.Output = strings.ToValidUTF8(b.Output[n:], "")
		b.Dropped += int64(n)
	}
	return []Draft{{Kind: KindEvidence, Body: &b}}, nil
}
