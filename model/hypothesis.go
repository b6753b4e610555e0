package model

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// HypothesisState is what is known of a hypothesis.
type HypothesisState string

// The states of a hypothesis. One that was ruled out stays on the board, so that
// nobody tests it again at four in the morning.
const (
	HypothesisOpen      HypothesisState = "open"
	HypothesisTesting   HypothesisState = "testing"
	HypothesisRuledOut  HypothesisState = "ruled_out"
	HypothesisConfirmed HypothesisState = "confirmed"
)

// HypothesisStates lists them in order.
var HypothesisStates = []HypothesisState{HypothesisOpen, HypothesisTesting, HypothesisRuledOut, HypothesisConfirmed}

// String is the state in plain words.
func (s HypothesisState) String() string { return strings.ReplaceAll(string(s), "_", " ") }

// Hypothesis is a possible cause, with what speaks for or against it.
type Hypothesis struct {
	N        int             `json:"n"` // 1, 2, 3 … within the incident
	Text     string          `json:"text"`
	By       string          `json:"by"`
	At       time.Time       `json:"at"`
	State    HypothesisState `json:"state"`
	Since    time.Time       `json:"since"` // in that state
	Evidence []string        `json:"evidence,omitempty"`
	Seq      int64           `json:"seq"`
}

// Unsettled reports whether h is neither confirmed nor ruled out.
func (h Hypothesis) Unsettled() bool {
	return h.State == HypothesisOpen || h.State == HypothesisTesting
}

// HypothesisStated puts a possible cause on the board.
type HypothesisStated struct {
	N    int    `json:"n"`
	Line string `json:"text"`
}

func (b *HypothesisStated) Text() string    { return fmt.Sprintf("hypothesis %d: %s", b.N, b.Line) }
func (b *HypothesisStated) Important() bool { return false }

// HypothesisChanged says how far it is.
type HypothesisChanged struct {
	N        int             `json:"n"`
	Line     string          `json:"text"`
	State    HypothesisState `json:"state"`
	Evidence string          `json:"evidence,omitempty"`

	Was      HypothesisState `json:"was,omitempty"`      // the state before, so that it can be taken back
	WasSince time.Time       `json:"was_since,omitzero"` // since when
}

func (b *HypothesisChanged) Text() string {
	return fmt.Sprintf("hypothesis %d %s: %s", b.N, b.State, b.Line) + because(b.Evidence)
}
func (b *HypothesisChanged) Important() bool { return b.State == HypothesisConfirmed }

// StateHypothesis puts a possible cause on the board.
type StateHypothesis struct {
	Text string
	At   time.Time
}

// Decide refuses an empty text.
func (c StateHypothesis) Decide(s Scene) ([]Draft, error) {
	text, err := cleanText("hypothesis", c.Text, MaxText)
	if err != nil {
		return nil, err
	}
	at, err := s.when(c.At)
	if err != nil {
		return nil, err
	}
	return []Draft{{at, KindHypothesisStated, &HypothesisStated{following(s.Incident.Hypotheses, s.Incident.Spent.Hypothesis, func(h Hypothesis) int { return h.N }), text}}}, nil
}

// SetHypothesis says what has become of a hypothesis.
type SetHypothesis struct {
	N        int
	State    HypothesisState
	Evidence string
}

// Decide refuses a state that is none, one that it has, unless there is new
// evidence, and a verdict without any.
func (c SetHypothesis) Decide(s Scene) ([]Draft, error) {
	h, ok := s.Incident.Hypothesis(c.N)
	if !ok {
		return nil, Errorf(NotFound, "there is no hypothesis %d in %s", c.N, s.Incident.ID)
	}
	if !slices.Contains(HypothesisStates, c.State) {
		return nil, Errorf(Invalid, "%q is no state of a hypothesis: give one of %s", Brief(string(c.State), 30), join(HypothesisStates))
	}
	evidence, err := cleanReason(c.Evidence)
	if err != nil {
		return nil, err
	}
	if c.State == h.State && evidence == "" {
		return nil, Errorf(Conflict, "hypothesis %d is %s already", c.N, h.State)
	}
	if (c.State == HypothesisConfirmed || c.State == HypothesisRuledOut) && evidence == "" {
		return nil, Errorf(Invalid, "say what shows it: evidence that hypothesis %d is %s", c.N, c.State)
	}
	return []Draft{{Kind: KindHypothesisChanged, Body: &HypothesisChanged{c.N, h.Text, c.State, evidence, h.State, h.Since}}}, nil
}

// Hypothesis returns hypothesis n.
func (i *Incident) Hypothesis(n int) (Hypothesis, bool) {
	k := slices.IndexFunc(i.Hypotheses, func(h Hypothesis) bool { return h.N == n })
	if k < 0 {
		return Hypothesis{}, false
	}
	return i.Hypotheses[k], true
}

func (i *Incident) hypothesis(e Event) {
	switch b := e.Body.(type) {
	case *HypothesisStated:
		i.Hypotheses = append(i.Hypotheses, Hypothesis{N: b.N, Text: b.Line, By: e.Actor, At: e.At, State: HypothesisOpen, Since: e.At, Seq: e.Seq})
	case *HypothesisChanged:
		k := slices.IndexFunc(i.Hypotheses, func(h Hypothesis) bool { return h.N == b.N })
		if k < 0 {
			return
		}
		h := &i.Hypotheses[k]
		if h.State != b.State {
			h.State, h.Since = b.State, e.At
		}
		if b.Evidence != "" {
			h.Evidence = append(h.Evidence, b.Evidence)
		}
	}
}
