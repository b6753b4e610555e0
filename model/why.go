package model

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Confidence is how sure people are of an answer.
type Confidence string

// The degrees of confidence; "" is not said.
const (
	ConfidenceLow    Confidence = "low"
	ConfidenceMedium Confidence = "medium"
	ConfidenceHigh   Confidence = "high"
)

// Confidences lists them.
var Confidences = []Confidence{ConfidenceLow, ConfidenceMedium, ConfidenceHigh}

// Why is an answer to a why. The answers make a tree: several may answer the
// same question, and each may be asked about in turn.
type Why struct {
	N          int        `json:"n"`                // 1, 2, 3 … within the incident
	Parent     int        `json:"parent,omitempty"` // the answer that was asked about; 0: the problem
	Question   string     `json:"question"`
	Answer     string     `json:"answer"`
	Evidence   string     `json:"evidence,omitempty"`
	Confidence Confidence `json:"confidence,omitempty"`
	Hypothesis int        `json:"hypothesis,omitempty"` // the confirmed one it came from
	By         string     `json:"by"`
	At         time.Time  `json:"at"`
	Seq        int64      `json:"seq"` // the event that last touched it
}

const (
	KindWhyAnswered Kind = "why_answered"
	KindWhyChanged  Kind = "why_changed"
	KindWhyDropped  Kind = "why_dropped"
)

var (
	_ = register(KindWhyAnswered, newBody[WhyAnswered])
	_ = register(KindWhyChanged, newBody[WhyChanged])
	_ = register(KindWhyDropped, newBody[WhyDropped])
)

// WhyAnswered enters an answer.
type WhyAnswered struct {
	N          int        `json:"n"`
	Parent     int        `json:"parent,omitempty"`
	Question   string     `json:"question"`
	Answer     string     `json:"answer"`
	Evidence   string     `json:"evidence,omitempty"`
	Confidence Confidence `json:"confidence,omitempty"`
	Hypothesis int        `json:"hypothesis,omitempty"`
}

func (b *WhyAnswered) Text() string    { return fmt.Sprintf("why %d: %s %s", b.N, b.Question, b.Answer) }
func (b *WhyAnswered) Important() bool { return false }

func (b *WhyAnswered) fold(i *Incident, e Event) {
	i.Writeup.LastWhy = max(i.Writeup.LastWhy, b.N)
	i.Writeup.Whys = append(i.Writeup.Whys, Why{b.N, b.Parent, b.Question, b.Answer, b.Evidence, b.Confidence, b.Hypothesis, e.Actor, e.At, e.Seq})
}

// WhyChanged changes an answer; nil leaves a part alone.
type WhyChanged struct {
	N          int         `json:"n"`
	Was        string      `json:"was"` // the answer before, so that this event reads alone
	Question   *string     `json:"question,omitempty"`
	Answer     *string     `json:"answer,omitempty"`
	Evidence   *string     `json:"evidence,omitempty"`
	Confidence *Confidence `json:"confidence,omitempty"`
}

func (b *WhyChanged) Text() string {
	parts := []string{}
	if b.Question != nil {
		parts = append(parts, *b.Question)
	}
	if b.Answer != nil {
		parts = append(parts, *b.Answer)
	}
	if b.Evidence != nil {
		parts = append(parts, "evidence: "+*b.Evidence)
	}
	if b.Confidence != nil {
		parts = append(parts, "confidence: "+string(*b.Confidence))
	}
	return fmt.Sprintf("why %d now: %s", b.N, strings.Join(parts, "; "))
}
func (b *WhyChanged) Important() bool { return false }

func (b *WhyChanged) fold(i *Incident, e Event) {
	for k := range i.Writeup.Whys {
		w := &i.Writeup.Whys[k]
		if w.N != b.N {
			continue
		}
		w.Seq = e.Seq
		set(&w.Question, b.Question)
		set(&w.Answer, b.Answer)
		set(&w.Evidence, b.Evidence)
		set(&w.Confidence, b.Confidence)
	}
}

// set puts *from into to unless from is nil.
func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// WhyDropped takes an answer back, with everything below it.
type WhyDropped struct {
	N      int    `json:"n"`
	Answer string `json:"answer"`
	Reason string `json:"reason,omitempty"`
}

func (b *WhyDropped) Text() string {
	return fmt.Sprintf("why %d taken back: %s", b.N, b.Answer) + because(b.Reason)
}
func (b *WhyDropped) Important() bool { return false }

func (b *WhyDropped) fold(i *Incident, _ Event) {
	gone := map[int]bool{b.N: true}
	for again := true; again; {
		again = false
		for _, w := range i.Writeup.Whys {
			if gone[w.Parent] && !gone[w.N] {
				gone[w.N], again = true, true
			}
		}
	}
	i.Writeup.Whys = without(i.Writeup.Whys, func(w Why) bool { return gone[w.N] })
}

// Why returns answer n.
func (r Writeup) Why(n int) (Why, bool) {
	k := slices.IndexFunc(r.Whys, func(w Why) bool { return w.N == n })
	if k < 0 {
		return Why{}, false
	}
	return r.Whys[k], true
}

// AnswerWhy enters an answer. An empty question is made from what it asks about.
type AnswerWhy struct {
	Parent     int // 0: the problem itself
	Question   string
	Answer     string
	Evidence   string
	Confidence Confidence
	Hypothesis int
}

const maxWhys = 500

// Decide refuses an empty answer and one to a why that is not there.
func (c AnswerWhy) Decide(s Scene) ([]Draft, error) {
	asked := "this"
	if c.Parent != 0 {
		w, ok := s.Incident.Writeup.Why(c.Parent)
		if !ok {
			return nil, Errorf(NotFound, "there is no why %d in %s", c.Parent, s.Incident.ID)
		}
		asked = w.Answer
	}
	if len(s.Incident.Writeup.Whys) >= maxWhys {
		return nil, Errorf(Invalid, "there are %d answers already: a tree of that size helps nobody", maxWhys)
	}
	b := &WhyAnswered{N: s.Incident.Writeup.LastWhy + 1, Parent: c.Parent, Confidence: c.Confidence, Hypothesis: c.Hypothesis}
	var err error
	if b.Answer, err = cleanText("answer", c.Answer, MaxText); err != nil {
		return nil, err
	}
	if b.Question = strings.TrimSpace(Valid(c.Question)); b.Question == "" {
		b.Question = "Why did this happen: " + Brief(asked, 80) + "?"
		if c.Parent == 0 {
			b.Question = "Why did this happen?"
		}
	} else if len(b.Question) > MaxTitle {
		return nil, Errorf(Invalid, "the question is too long: at most %d bytes", MaxTitle)
	}
	if b.Evidence, err = cleanReason(c.Evidence); err != nil {
		return nil, err
	}
	if err := c.Confidence.check(); err != nil {
		return nil, err
	}
	return []Draft{{Kind: KindWhyAnswered, Body: b}}, nil
}

func (c Confidence) check() error {
	if c != "" && !slices.Contains(Confidences, c) {
		return Errorf(Invalid, "%q is no confidence: give low, medium or high", Brief(string(c), 20))
	}
	return nil
}

// ChangeWhy changes an answer; nil leaves a part alone. Base is the Seq of the
// answer as the writer saw it; 0 does not ask.
type ChangeWhy struct {
	N                          int
	Question, Answer, Evidence *string
	Confidence                 *Confidence
	Base                       int64
}

// Decide refuses a change that changes nothing and one of an answer that somebody
// else has changed meanwhile.
func (c ChangeWhy) Decide(s Scene) ([]Draft, error) {
	w, ok := s.Incident.Writeup.Why(c.N)
	if !ok {
		return nil, Errorf(NotFound, "there is no why %d in %s", c.N, s.Incident.ID)
	}
	if c.Base != 0 && c.Base != w.Seq {
		return nil, Errorf(Conflict, "why %d was changed meanwhile (#%d): read it and change it again; yours was not written", c.N, w.Seq)
	}
	b := &WhyChanged{N: c.N, Was: w.Answer}
	for _, p := range []struct {
		name     string
		to       *string
		was      string
		put      **string
		required bool
	}{{"question", c.Question, w.Question, &b.Question, true}, {"answer", c.Answer, w.Answer, &b.Answer, true}, {"evidence", c.Evidence, w.Evidence, &b.Evidence, false}} {
		if p.to == nil {
			continue
		}
		v := strings.TrimSpace(Valid(*p.to))
		if v == "" && p.required || len(v) > MaxText {
			return nil, Errorf(Invalid, "the %s must have some text, at most %d bytes", p.name, MaxText)
		}
		if v != p.was {
			*p.put = &v
		}
	}
	if c.Confidence != nil && *c.Confidence != w.Confidence {
		if err := c.Confidence.check(); err != nil {
			return nil, err
		}
		b.Confidence = c.Confidence
	}
	if b.Question == nil && b.Answer == nil && b.Evidence == nil && b.Confidence == nil {
		return nil, Errorf(Conflict, "nothing would change")
	}
	return []Draft{{Kind: KindWhyChanged, Body: b}}, nil
}

// DropWhy takes an answer back, with everything below it.
type DropWhy struct {
	N      int
	Reason string
}

// Decide refuses an answer that is not there.
func (c DropWhy) Decide(s Scene) ([]Draft, error) {
	w, ok := s.Incident.Writeup.Why(c.N)
	if !ok {
		return nil, Errorf(NotFound, "there is no why %d in %s", c.N, s.Incident.ID)
	}
	reason, err := cleanReason(c.Reason)
	if err != nil {
		return nil, err
	}
	return []Draft{{Kind: KindWhyDropped, Body: &WhyDropped{c.N, w.Answer, reason}}}, nil
}
