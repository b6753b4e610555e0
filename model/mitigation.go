package model

import (
	"fmt"
	"slices"
	"time"
)

// Mitigation is something that holds for a while and has to be taken away again:
// a throttle, a feature that was switched off, a silenced alert.
type Mitigation struct {
	N       int       `json:"n"`
	Text    string    `json:"text"`
	Owner   string    `json:"owner,omitempty"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
	Until   time.Time `json:"until,omitzero"` // when it is to go
	Removed time.Time `json:"removed,omitzero"`
	Seq     int64     `json:"seq"`
}

// InPlace reports whether m still has to be taken away.
func (m Mitigation) InPlace() bool { return m.Removed.IsZero() }

// MitigationAdded enters one into the ledger.
type MitigationAdded struct {
	N     int    `json:"n"`
	Line  string `json:"text"`
	Owner string `json:"owner,omitempty"`
	For   int64  `json:"for_ms,omitempty"`
}

func (b *MitigationAdded) Text() string {
	s := fmt.Sprintf("temporary %d: %s", b.N, b.Line)
	if b.Owner != "" {
		s += ", @" + b.Owner
	}
	if b.For > 0 {
		s += ", for " + Span(millis(b.For))
	}
	return s
}
func (b *MitigationAdded) Important() bool { return false }

// MitigationExtended leaves one in place for longer, counted from the event.
type MitigationExtended struct {
	N      int    `json:"n"`
	Line   string `json:"text"`
	For    int64  `json:"for_ms"`
	Reason string `json:"reason,omitempty"`

	Was time.Time `json:"was_until,omitzero"` // its time before, so that this can be taken back
}

func (b *MitigationExtended) Text() string {
	return fmt.Sprintf("temporary %d stays for %s: %s", b.N, Span(millis(b.For)), b.Line) + because(b.Reason)
}
func (b *MitigationExtended) Important() bool { return false }

// MitigationRemoved takes one away.
type MitigationRemoved struct {
	N    int    `json:"n"`
	Line string `json:"text"`
	Note string `json:"note,omitempty"`
}

func (b *MitigationRemoved) Text() string {
	return fmt.Sprintf("temporary %d removed: %s", b.N, b.Line) + because(b.Note)
}
func (b *MitigationRemoved) Important() bool { return false }

// AddMitigation enters something temporary into the ledger.
type AddMitigation struct {
	Text  string
	Owner string
	For   time.Duration // 0: no time was said
}

// Decide refuses an empty text and a time out of range.
func (c AddMitigation) Decide(s Scene) ([]Draft, error) {
	text, err := cleanText("mitigation", c.Text, MaxText)
	if err != nil {
		return nil, err
	}
	b := &MitigationAdded{N: following(s.Incident.Mitigations, s.Incident.Spent.Mitigation, func(m Mitigation) int { return m.N }), Line: text, For: c.For.Milliseconds()}
	if c.Owner != "" {
		if b.Owner, err = s.person(c.Owner); err != nil {
			return nil, err
		}
	}
	if c.For < 0 || c.For > maxMitigation {
		return nil, Errorf(Invalid, "%s is no time for something temporary: at most 90 days", c.For)
	}
	return []Draft{{Kind: KindMitigationAdded, Body: b}}, nil
}

const maxMitigation = 90 * 24 * time.Hour

// ExtendMitigation leaves one in place for longer, from now.
type ExtendMitigation struct {
	N      int
	For    time.Duration
	Reason string
}

// Decide refuses one that is gone.
func (c ExtendMitigation) Decide(s Scene) ([]Draft, error) {
	m, err := s.inPlace(c.N)
	if err != nil {
		return nil, err
	}
	if c.For < time.Second || c.For > maxMitigation {
		return nil, Errorf(Invalid, "%s is no time for something temporary: at most 90 days", c.For)
	}
	reason, err := cleanReason(c.Reason)
	if err != nil {
		return nil, err
	}
	return []Draft{{Kind: KindMitigationExtended, Body: &MitigationExtended{c.N, m.Text, c.For.Milliseconds(), reason, m.Until}}}, nil
}

// RemoveMitigation notes that it was taken away.
type RemoveMitigation struct {
	N    int
	Note string
}

// Decide refuses one that is gone.
func (c RemoveMitigation) Decide(s Scene) ([]Draft, error) {
	m, err := s.inPlace(c.N)
	if err != nil {
		return nil, err
	}
	note, err := cleanReason(c.Note)
	if err != nil {
		return nil, err
	}
	return []Draft{{Kind: KindMitigationRemoved, Body: &MitigationRemoved{c.N, m.Text, note}}}, nil
}

func (s Scene) inPlace(n int) (Mitigation, error) {
	k := slices.IndexFunc(s.Incident.Mitigations, func(m Mitigation) bool { return m.N == n })
	if k < 0 {
		return Mitigation{}, Errorf(NotFound, "there is no mitigation %d in %s", n, s.Incident.ID)
	}
	m := s.Incident.Mitigations[k]
	if !m.InPlace() {
		return m, Errorf(Conflict, "mitigation %d was removed already", n)
	}
	return m, nil
}

func (i *Incident) mitigation(e Event) {
	at := func(n int) *Mitigation {
		k := slices.IndexFunc(i.Mitigations, func(m Mitigation) bool { return m.N == n })
		if k < 0 {
			return &Mitigation{}
		}
		return &i.Mitigations[k]
	}
	switch b := e.Body.(type) {
	case *MitigationAdded:
		m := Mitigation{N: b.N, Text: b.Line, Owner: b.Owner, By: e.Actor, At: e.At, Seq: e.Seq}
		if b.For > 0 {
			m.Until = kept(e.At.Add(millis(b.For)))
		}
		i.Mitigations = append(i.Mitigations, m)
		i.meet(b.Owner)
	case *MitigationExtended:
		at(b.N).Until = kept(e.At.Add(millis(b.For)))
	case *MitigationRemoved:
		at(b.N).Removed = e.At
	}
}
