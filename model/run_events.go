package model

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// RunStarted begins a run.
type RunStarted struct {
	N        int               `json:"n"`
	Book     string            `json:"book"`
	Title    string            `json:"title"`
	Hash     string            `json:"hash"`
	Rollback bool              `json:"rollback,omitempty"`
	Lock     string            `json:"lock,omitempty"`
	Seat     Seat              `json:"seat"`
	Values   map[string]string `json:"values,omitempty"`
	Steps    []RunStep         `json:"steps"`
	Escalate []RunDeadline     `json:"escalate,omitempty"`
}

func (b *RunStarted) what() string {
	if b.Rollback {
		return "rollback"
	}
	return "runbook"
}

func (b *RunStarted) Text() string {
	s := fmt.Sprintf("run %d of %s %s: %s", b.N, b.what(), b.Book, b.Title)
	if b.Lock != "" {
		s += " on " + b.Lock
	}
	return s
}

func (b *RunStarted) Important() bool { return b.Rollback }

func (b *RunStarted) fold(i *Incident, e Event) {
	r := Run{N: b.N, Book: b.Book, Title: b.Title, Hash: b.Hash, Rollback: b.Rollback, Lock: b.Lock, By: e.Actor, Runner: b.Seat, Started: e.At, Seq: e.Seq}
	for k, v := range b.Values {
		r.value(&r.Values, k, v)
	}
	for _, s := range b.Steps {
		step := RunStep{ID: s.ID, Title: s.Title, Phase: s.Phase, Must: s.Must}
		for _, a := range s.Actions {
			step.Actions = append(step.Actions, RunAction{Text: a.Text, Kind: a.Kind, Risk: a.Risk, State: ActionPending})
		}
		r.Steps = append(r.Steps, step)
	}
	for _, d := range b.Escalate {
		r.Escalate = append(r.Escalate, RunDeadline{Contact: d.Contact, Due: kept(d.Due), Message: d.Message, Always: d.Always})
	}
	i.Runs = append(i.Runs, r)
}

func (*Run) value(m *map[string]string, k, v string) {
	if *m == nil {
		*m = map[string]string{}
	}
	(*m)[k] = v
}

// RunValues fills in values, or changes them.
type RunValues struct {
	N      int               `json:"n"`
	Values map[string]string `json:"values"`
}

func (b *RunValues) Text() string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(b.Values)) {
		parts = append(parts, k+" = "+b.Values[k])
	}
	return fmt.Sprintf("run %d: %s", b.N, strings.Join(parts, ", "))
}

func (b *RunValues) Important() bool { return false }

func (b *RunValues) fold(i *Incident, e Event) {
	i.run(b.N, func(r *Run) {
		for k, v := range b.Values {
			r.value(&r.Values, k, v)
		}
	})
}

// ActionStarted is written before a command starts: if no end follows, nobody
// knows what happened.
type ActionStarted struct {
	N       int      `json:"n"`
	Step    string   `json:"step"`
	Action  int      `json:"action"` // from 0
	Attempt int      `json:"attempt"`
	What    string   `json:"text"`
	Command string   `json:"command,omitempty"` // as shown: values bound by name, secrets hidden
	Hash    string   `json:"command_hash,omitempty"`
	Params  []string `json:"params,omitempty"`
	Risk    string   `json:"risk,omitempty"`
	Dir     string   `json:"dir,omitempty"`
}

func (b *ActionStarted) Text() string {
	return fmt.Sprintf("run %d, %s: started %s", b.N, b.Step, b.What) + because(b.Command)
}

func (b *ActionStarted) Important() bool { return false }

func (b *ActionStarted) quiet() bool { return true } // its end has the line

func (b *ActionStarted) fold(i *Incident, e Event) {
	i.action(b.N, b.Step, b.Action, func(_ *Run, a *RunAction) {
		*a = RunAction{Text: a.Text, Kind: a.Kind, Risk: b.Risk, State: ActionRunning, By: e.Actor, Started: e.At, Attempt: b.Attempt, Hash: b.Hash}
	})
}

// ActionEnded is how it went.
type ActionEnded struct {
	N        int               `json:"n"`
	Step     string            `json:"step"`
	Action   int               `json:"action"`
	What     string            `json:"text"`
	State    ActionState       `json:"state"`
	Exit     *int              `json:"exit,omitempty"`
	Signal   string            `json:"signal,omitempty"`
	Took     int64             `json:"took_ms"`
	Output   string            `json:"output,omitempty"` // the end of it, as plain lines
	Bytes    int64             `json:"bytes,omitempty"`
	Dropped  int64             `json:"dropped,omitempty"` // neither in Output nor kept on the screen
	File     string            `json:"file,omitempty"`    // where all of it is, on the machine that ran it
	Note     string            `json:"note,omitempty"`
	Checks   []Verdict         `json:"checks,omitempty"`
	Captured map[string]string `json:"captured,omitempty"`
	Escaped  []string          `json:"escaped,omitempty"` // processes that went on
}

func (b *ActionEnded) Text() string {
	s := fmt.Sprintf("run %d, %s: %s %s", b.N, b.Step, strings.ReplaceAll(string(b.State), "_", " "), b.What)
	switch {
	case b.Signal != "":
		s += ", " + b.Signal
	case b.Exit != nil:
		s += fmt.Sprintf(", exit %d", *b.Exit)
	}
	s += ", " + Span(millis(b.Took))
	for _, c := range b.Checks {
		if c.Result != CheckOK {
			s += fmt.Sprintf(", %s %s", c.Name, c.Result)
		}
	}
	return s + because(b.Note)
}

func (b *ActionEnded) Important() bool { return b.State.Bad() }

func (b *ActionEnded) fold(i *Incident, e Event) {
	i.action(b.N, b.Step, b.Action, func(r *Run, a *RunAction) {
		a.State, a.Ended, a.Exit, a.Note, a.Checks, a.Output = b.State, e.At, b.Exit, b.Note, slices.Clip(append([]Verdict(nil), b.Checks...)), b.Output
		for k, v := range b.Captured {
			r.value(&r.Captured, k, v)
		}
	})
}

// ActionMarked is a person's word on an action that was not, or cannot be, run.
type ActionMarked struct {
	N      int         `json:"n"`
	Step   string      `json:"step"`
	Action int         `json:"action"`
	What   string      `json:"text"`
	State  ActionState `json:"state"` // done, skipped, failed
	Reason string      `json:"reason,omitempty"`
}

func (b *ActionMarked) Text() string {
	word := map[ActionState]string{ActionDone: "done by hand", ActionSkipped: "skipped", ActionFailed: "not achieved", ActionPending: "open again"}[b.State]
	return fmt.Sprintf("run %d, %s: %s: %s", b.N, b.Step, word, b.What) + because(b.Reason)
}

func (b *ActionMarked) Important() bool { return false }

func (b *ActionMarked) fold(i *Incident, e Event) {
	i.action(b.N, b.Step, b.Action, func(_ *Run, a *RunAction) {
		a.State, a.Ended, a.By, a.Note = b.State, e.At, e.Actor, b.Reason
		if a.Started.IsZero() {
			a.Started = e.At
		}
	})
}

// RunApproved is a person's yes.
type RunApproved struct {
	N     int    `json:"n"`
	Step  string `json:"step"`
	Hash  string `json:"hash"`
	Typed string `json:"typed,omitempty"` // what had to be typed
	For   int64  `json:"for_ms"`
}

func (b *RunApproved) Text() string {
	s := fmt.Sprintf("run %d, %s: approved", b.N, b.Step)
	if b.Typed != "" {
		s += ", typed " + b.Typed
	}
	return s
}

func (b *RunApproved) Important() bool { return true }

func (b *RunApproved) fold(i *Incident, e Event) {
	i.run(b.N, func(r *Run) {
		r.Approvals = append(r.Approvals, RunApproval{b.Step, b.Hash, b.Typed, e.Actor, e.At, kept(e.At.Add(millis(b.For)))})
	})
}

// RunTaken moves the execution of a run to another process. What was running is
// interrupted: its outcome is not known.
type RunTaken struct {
	N    int    `json:"n"`
	Was  string `json:"was"`
	Seat Seat   `json:"seat"`
}

func (b *RunTaken) Text() string {
	if SamePerson(b.Was, b.Seat.Person) {
		return fmt.Sprintf("run %d goes on", b.N)
	}
	return fmt.Sprintf("run %d taken over from %s", b.N, b.Was)
}

func (b *RunTaken) Important() bool { return false }

func (b *RunTaken) fold(i *Incident, e Event) {
	i.run(b.N, func(r *Run) {
		r.Runner = b.Seat
		for k := range r.Steps {
			for j := range r.Steps[k].Actions {
				if a := &r.Steps[k].Actions[j]; a.State == ActionRunning {
					a.State, a.Ended, a.Note = ActionInterrupted, e.At, "nobody knows whether it finished"
				}
			}
		}
	})
}

// RunEnded ends a run.
type RunEnded struct {
	N       int    `json:"n"`
	Book    string `json:"book"`
	Outcome string `json:"outcome"`
	Reason  string `json:"reason,omitempty"`
}

func (b *RunEnded) Text() string {
	return fmt.Sprintf("run %d of %s %s", b.N, b.Book, b.Outcome) + because(b.Reason)
}

func (b *RunEnded) Important() bool { return false }

func (b *RunEnded) fold(i *Incident, e Event) {
	i.run(b.N, func(r *Run) { r.Ended, r.Outcome, r.Reason = e.At, b.Outcome, b.Reason })
}

// RunEscalated says that a deadline of a run has passed.
type RunEscalated struct {
	N       int    `json:"n"`
	Level   int    `json:"level"` // from 0
	Contact string `json:"contact"`
	Late    int64  `json:"late_ms,omitempty"` // how long after its time nobody was there to see it
	Message string `json:"message,omitempty"`
}

func (b *RunEscalated) Text() string {
	s := fmt.Sprintf("run %d is not over: escalate to %s", b.N, b.Contact)
	if b.Late > 0 {
		s += fmt.Sprintf(" (late by %s)", Span(millis(b.Late)))
	}
	return s + because(b.Message)
}

func (b *RunEscalated) Important() bool { return true }

func (b *RunEscalated) fold(i *Incident, e Event) {
	i.run(b.N, func(r *Run) {
		if b.Level >= 0 && b.Level < len(r.Escalate) {
			d := &r.Escalate[b.Level]
			d.Fired, d.Late, d.By = e.At, b.Late > 0, e.Actor
		}
	})
}
