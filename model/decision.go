package model

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Outcome is how a proposal ended.
type Outcome string

// The outcomes; "" while it is pending.
const (
	OutcomeGo Outcome = "go"
	OutcomeNo Outcome = "no"
)

// DefaultSilence is how long a proposal waits for strong objections.
const DefaultSilence = 15 * time.Second

// Decision is a proposal and what became of it: what is to be done, at what
// risk, who objected, who does it, and how and when we know that it worked.
type Decision struct {
	N          int         `json:"n"`
	Text       string      `json:"text"`
	Risk       string      `json:"risk,omitempty"`
	By         string      `json:"by"`
	At         time.Time   `json:"at"`
	Silence    time.Time   `json:"silence"` // until then objections are waited for
	Objections []Objection `json:"objections,omitempty"`
	Outcome    Outcome     `json:"outcome,omitempty"`
	Executor   string      `json:"executor,omitempty"`
	Verify     string      `json:"verify,omitempty"`   // how we know that it worked
	VerifyAt   time.Time   `json:"verify_at,omitzero"` // when
	Worked     string      `json:"worked,omitempty"`   // "yes" or "no" once it is known
	Decided    time.Time   `json:"decided_at,omitzero"`
	Seq        int64       `json:"seq"`
}

// Objection is somebody's strong objection.
type Objection struct {
	By   string    `json:"by"`
	Text string    `json:"text"`
	At   time.Time `json:"at"`
}

// Pending reports whether d waits to be decided.
func (d Decision) Pending() bool { return d.Outcome == "" }

// Unverified reports whether d was carried out and nobody has said yet whether
// it worked.
func (d Decision) Unverified() bool {
	return d.Outcome == OutcomeGo && d.Worked == "" && !d.VerifyAt.IsZero()
}

// DecisionProposed asks for strong objections.
type DecisionProposed struct {
	N       int    `json:"n"`
	Line    string `json:"text"`
	Risk    string `json:"risk,omitempty"`
	Silence int64  `json:"silence_ms"`
	Option  int    `json:"option,omitempty"` // the option that it was
}

func (b *DecisionProposed) Text() string {
	s := fmt.Sprintf("proposal %d: %s", b.N, b.Line)
	if b.Risk != "" {
		s += " (risk: " + b.Risk + ")"
	}
	return s + " · any strong objections?"
}
func (b *DecisionProposed) Important() bool { return false }

// ObjectionRaised is a strong objection.
type ObjectionRaised struct {
	N    int    `json:"n"`
	Line string `json:"text"`
}

func (b *ObjectionRaised) Text() string {
	return fmt.Sprintf("objects to proposal %d: %s", b.N, b.Line)
}
func (b *ObjectionRaised) Important() bool { return true }

// DecisionTaken ends the poll.
type DecisionTaken struct {
	N        int     `json:"n"`
	Line     string  `json:"text"`
	Outcome  Outcome `json:"outcome"`
	Executor string  `json:"executor,omitempty"`
	Verify   string  `json:"verify,omitempty"`
	VerifyIn int64   `json:"verify_in_ms,omitempty"`
	Against  int     `json:"objections"`
	Reason   string  `json:"reason,omitempty"`
}

func (b *DecisionTaken) Text() string {
	poll := "no objections"
	if b.Against == 1 {
		poll = "1 objection"
	} else if b.Against > 1 {
		poll = fmt.Sprintf("%d objections", b.Against)
	}
	if b.Outcome == OutcomeNo {
		return fmt.Sprintf("decision %d: not done: %s (%s)", b.N, b.Line, poll) + because(b.Reason)
	}
	s := fmt.Sprintf("decision %d: %s (%s)", b.N, b.Line, poll)
	if b.Executor != "" {
		s += ", @" + b.Executor + " does it"
	}
	if b.VerifyIn > 0 {
		s += ", known in " + Span(millis(b.VerifyIn))
	} else if b.Verify != "" {
		s += ", known by"
	}
	if b.Verify != "" {
		s += ": " + b.Verify
	}
	return s + because(b.Reason)
}
func (b *DecisionTaken) Important() bool { return true }

// DecisionVerified says whether it worked.
type DecisionVerified struct {
	N      int    `json:"n"`
	Line   string `json:"text"`
	Worked string `json:"worked"` // yes or no
	Note   string `json:"note,omitempty"`
	Was    string `json:"was,omitempty"` // what was known before, so that it can be taken back
}

func (b *DecisionVerified) Text() string {
	did := "worked"
	if b.Worked == "no" {
		did = "did not work"
	}
	return fmt.Sprintf("decision %d %s: %s", b.N, did, b.Line) + because(b.Note)
}
func (b *DecisionVerified) Important() bool { return b.Worked == "no" }

// Propose asks everybody for strong objections. A zero Silence is DefaultSilence.
type Propose struct {
	Text, Risk string
	Silence    time.Duration
}

// Decide refuses an empty text.
func (c Propose) Decide(s Scene) ([]Draft, error) {
	text, err := cleanText("proposal", c.Text, MaxText)
	if err != nil {
		return nil, err
	}
	risk, err := cleanReason(c.Risk)
	if err != nil {
		return nil, err
	}
	if c.Silence == 0 {
		c.Silence = DefaultSilence
	}
	if c.Silence < 0 || c.Silence > time.Hour {
		return nil, Errorf(Invalid, "%s is too long to wait for objections: at most an hour", c.Silence)
	}
	return []Draft{{Kind: KindDecisionProposed, Body: &DecisionProposed{N: following(s.Incident.Decisions, s.Incident.Spent.Decision, func(d Decision) int { return d.N }), Line: text, Risk: risk, Silence: c.Silence.Milliseconds()}}}, nil
}

// Object raises a strong objection.
type Object struct {
	N    int
	Text string
}

// Decide refuses an objection without a reason and one that comes too late.
func (c Object) Decide(s Scene) ([]Draft, error) {
	if _, err := s.proposal(c.N); err != nil {
		return nil, err
	}
	text, err := cleanText("objection", c.Text, MaxText)
	if err != nil {
		return nil, err
	}
	return []Draft{{Kind: KindObjectionRaised, Body: &ObjectionRaised{c.N, text}}}, nil
}

// TakeDecision ends the poll: go or no.
type TakeDecision struct {
	N        int
	Outcome  Outcome
	Executor string
	Verify   string        // how we know that it worked
	VerifyIn time.Duration // when; 0: nobody will be asked
	Reason   string
}

// Decide refuses to decide twice. It does not wait for silence: the commander
// may decide at any moment, over any objection, and the record says so.
func (c TakeDecision) Decide(s Scene) ([]Draft, error) {
	d, err := s.proposal(c.N)
	if err != nil {
		return nil, err
	}
	if c.Outcome != OutcomeGo && c.Outcome != OutcomeNo {
		return nil, Errorf(Invalid, "say go or no")
	}
	b := &DecisionTaken{N: c.N, Line: d.Text, Outcome: c.Outcome, Against: len(d.Objections)}
	if c.Executor != "" {
		if b.Executor, err = s.named(c.Executor); err != nil {
			return nil, err
		}
	}
	if b.Verify, err = cleanReason(c.Verify); err != nil {
		return nil, err
	}
	if b.Reason, err = cleanReason(c.Reason); err != nil {
		return nil, err
	}
	if c.VerifyIn < 0 || c.VerifyIn > maxOrderLength {
		return nil, Errorf(Invalid, "%s is no time to know by: give up to seven days", c.VerifyIn)
	}
	b.VerifyIn = c.VerifyIn.Milliseconds()
	return []Draft{{Kind: KindDecisionTaken, Body: b}}, nil
}

// VerifyDecision says whether what was decided worked.
type VerifyDecision struct {
	N      int
	Worked bool
	Note   string
}

// Decide refuses a decision that was not carried out.
func (c VerifyDecision) Decide(s Scene) ([]Draft, error) {
	d, ok := s.Incident.Decision(c.N)
	switch {
	case !ok:
		return nil, Errorf(NotFound, "there is no decision %d in %s", c.N, s.Incident.ID)
	case d.Outcome != OutcomeGo:
		return nil, Errorf(Conflict, "proposal %d was not carried out", c.N)
	}
	note, err := cleanReason(c.Note)
	if err != nil {
		return nil, err
	}
	worked := "no"
	if c.Worked {
		worked = "yes"
	}
	return []Draft{{Kind: KindDecisionVerified, Body: &DecisionVerified{c.N, d.Text, worked, note, d.Worked}}}, nil
}

// proposal finds decision n while it is pending.
func (s Scene) proposal(n int) (Decision, error) {
	d, ok := s.Incident.Decision(n)
	switch {
	case !ok:
		return d, Errorf(NotFound, "there is no proposal %d in %s", n, s.Incident.ID)
	case !d.Pending():
		return d, Errorf(Conflict, "proposal %d was decided already: %s", n, d.Outcome)
	}
	return d, nil
}

// Decision returns decision n.
func (i *Incident) Decision(n int) (Decision, bool) {
	k := slices.IndexFunc(i.Decisions, func(d Decision) bool { return d.N == n })
	if k < 0 {
		return Decision{}, false
	}
	return i.Decisions[k], true
}

func (i *Incident) decision(e Event) {
	at := func(n int) *Decision {
		k := slices.IndexFunc(i.Decisions, func(d Decision) bool { return d.N == n })
		if k < 0 {
			return &Decision{}
		}
		return &i.Decisions[k]
	}
	switch b := e.Body.(type) {
	case *DecisionProposed:
		i.Decisions = append(i.Decisions, Decision{N: b.N, Text: b.Line, Risk: b.Risk, By: e.Actor, At: e.At,
			Silence: kept(e.At.Add(millis(b.Silence))), Seq: e.Seq})
		i.option(b.Option, func(o *Option) { o.Decision = b.N })
	case *ObjectionRaised:
		d := at(b.N)
		d.Objections = append(d.Objections, Objection{e.Actor, b.Line, e.At})
	case *DecisionTaken:
		d := at(b.N)
		d.Outcome, d.Executor, d.Verify, d.Decided = b.Outcome, b.Executor, b.Verify, e.At
		if b.VerifyIn > 0 && b.Outcome == OutcomeGo {
			d.VerifyAt = kept(e.At.Add(millis(b.VerifyIn)))
		}
		i.meet(b.Executor)
	case *DecisionVerified:
		at(b.N).Worked = b.Worked
	}
}

// ParseOutcome reads go or no as people say them.
func ParseOutcome(s string) (Outcome, error) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "go", "yes", "y", "ok":
		return OutcomeGo, nil
	case "no", "n", "nogo", "no-go":
		return OutcomeNo, nil
	}
	return "", Errorf(Invalid, "%q is neither go nor no", Brief(s, 20))
}
