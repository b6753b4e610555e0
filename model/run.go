package model

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// The kinds of events of a run.
const (
	KindRunStarted    Kind = "run_started"
	KindRunValues     Kind = "run_values_set"
	KindActionStarted Kind = "run_action_started"
	KindActionEnded   Kind = "run_action_ended"
	KindActionMarked  Kind = "run_action_marked"
	KindRunApproved   Kind = "run_approved"
	KindRunTaken      Kind = "run_taken"
	KindRunEnded      Kind = "run_ended"
	KindRunEscalated  Kind = "run_escalated"
)

var (
	_ = register(KindRunStarted, newBody[RunStarted])
	_ = register(KindRunValues, newBody[RunValues])
	_ = register(KindActionStarted, newBody[ActionStarted])
	_ = register(KindActionEnded, newBody[ActionEnded])
	_ = register(KindActionMarked, newBody[ActionMarked])
	_ = register(KindRunApproved, newBody[RunApproved])
	_ = register(KindRunTaken, newBody[RunTaken])
	_ = register(KindRunEnded, newBody[RunEnded])
	_ = register(KindRunEscalated, newBody[RunEscalated])
)

// ActionState is how far an action of a run has come.
//
//	pending ─▶ running ─▶ succeeded | failed | timed_out | cancelled
//	   │          └──▶ interrupted    whoever ran it is gone: the outcome is not known
//	   └──▶ done (by hand) | skipped, with a reason
//
// From every state but running an action may be run again, marked or skipped.
type ActionState string

// The states. Failed and interrupted never count as done.
const (
	ActionPending     ActionState = "pending"
	ActionRunning     ActionState = "running"
	ActionSucceeded   ActionState = "succeeded"
	ActionFailed      ActionState = "failed"
	ActionTimedOut    ActionState = "timed_out"
	ActionCancelled   ActionState = "cancelled"
	ActionInterrupted ActionState = "interrupted"
	ActionDone        ActionState = "done"
	ActionSkipped     ActionState = "skipped"
)

// Over reports whether nothing more is expected of an action.
func (s ActionState) Over() bool {
	return s == ActionSucceeded || s == ActionDone || s == ActionSkipped
}

// Bad reports whether somebody has to look at it.
func (s ActionState) Bad() bool {
	return s == ActionFailed || s == ActionTimedOut || s == ActionCancelled || s == ActionInterrupted
}

var actionEnds = []ActionState{ActionSucceeded, ActionFailed, ActionTimedOut, ActionCancelled, ActionInterrupted}

// How a run ended.
const (
	RunFinished  = "finished"
	RunAbandoned = "abandoned"
	RunDeclined  = "declined"
	RunFailed    = "failed"
)

// Run is a runbook, or a rollback, that is or was followed in an incident.
type Run struct {
	N         int               `json:"n"`
	Book      string            `json:"book"`
	Title     string            `json:"title"`
	Hash      string            `json:"hash"` // of the file as it was when the run began
	Rollback  bool              `json:"rollback,omitempty"`
	Lock      string            `json:"lock,omitempty"` // the target that no other rollback may have
	By        string            `json:"by"`
	Runner    Seat              `json:"runner"` // who executes; everybody else follows
	Started   time.Time         `json:"started"`
	Ended     time.Time         `json:"ended,omitzero"`
	Outcome   string            `json:"outcome,omitempty"`
	Reason    string            `json:"reason,omitempty"`
	Values    map[string]string `json:"values,omitempty"` // never a secret's
	Captured  map[string]string `json:"captured,omitempty"`
	Steps     []RunStep         `json:"steps"`
	Approvals []RunApproval     `json:"approvals,omitempty"`
	Escalate  []RunDeadline     `json:"escalate,omitempty"`
	Notes     []RunNote         `json:"notes,omitempty"` // the newest
	Seq       int64             `json:"seq"`
}

// Seat is one warroom process: only the one that holds a run executes it.
type Seat struct {
	Person string `json:"person"`
	Host   string `json:"host,omitempty"`
	PID    int    `json:"pid,omitempty"`
	Born   string `json:"born,omitempty"`  // differs for two processes that have had one PID; "": not known
	Token  string `json:"token,omitempty"` // differs for every process
}

// RunStep is a step as the room sees it.
type RunStep struct {
	ID      string      `json:"id"`
	Title   string      `json:"title"`
	Phase   string      `json:"phase,omitempty"`
	Must    bool        `json:"must,omitempty"` // a person may not skip it
	Actions []RunAction `json:"actions"`
}

// RunAction is one thing of a step. A step without any has one that is to be
// marked by hand.
type RunAction struct {
	Text    string      `json:"text"`
	Kind    string      `json:"kind"` // command, http, check, manual, link, wait
	Risk    string      `json:"risk,omitempty"`
	State   ActionState `json:"state"`
	By      string      `json:"by,omitempty"`
	Started time.Time   `json:"started,omitzero"`
	Ended   time.Time   `json:"ended,omitzero"`
	Attempt int         `json:"attempt,omitempty"`
	Exit    *int        `json:"exit,omitempty"`
	Note    string      `json:"note,omitempty"` // reason, or what the result means
	Hash    string      `json:"command_hash,omitempty"`
	Checks  []Verdict   `json:"checks,omitempty"`
	Output  string      `json:"output,omitempty"` // the end of what it printed
}

// Verdict is what one check said.
type Verdict struct {
	Name   string `json:"name"`
	Result string `json:"result"` // ok, failed, inconclusive
	Value  string `json:"value,omitempty"`
}

// The results of a check.
const (
	CheckOK           = "ok"
	CheckFailed       = "failed"
	CheckInconclusive = "inconclusive"
)

// RunApproval is a person's yes to one step as it stood.
type RunApproval struct {
	Step    string    `json:"step"`
	Hash    string    `json:"hash"` // of the step, the values and who was to run it
	Typed   string    `json:"typed,omitempty"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
	Expires time.Time `json:"expires"`
}

// RunDeadline is when somebody is to be told that a run is not over.
type RunDeadline struct {
	Contact string    `json:"contact"`
	Due     time.Time `json:"due"`
	Message string    `json:"message,omitempty"`
	Always  bool      `json:"always,omitempty"` // also when the incident is resolved
	Fired   time.Time `json:"fired,omitzero"`
	Late    bool      `json:"late,omitempty"`
	By      string    `json:"by,omitempty"`
}

// Active reports whether r is still followed.
func (r Run) Active() bool { return r.Ended.IsZero() }

// Step returns a step by its id.
func (r Run) Step(id string) (RunStep, bool) {
	k := slices.IndexFunc(r.Steps, func(s RunStep) bool { return s.ID == id })
	if k < 0 {
		return RunStep{}, false
	}
	return r.Steps[k], true
}

// Running returns the action that runs at present.
func (r Run) Running() (step RunStep, action int, ok bool) {
	for _, s := range r.Steps {
		for k, a := range s.Actions {
			if a.State == ActionRunning {
				return s, k, true
			}
		}
	}
	return RunStep{}, 0, false
}

// Next is the first action that is not over; false if there is none.
func (r Run) Next() (step RunStep, action int, ok bool) {
	for _, s := range r.Steps {
		for k, a := range s.Actions {
			if !a.State.Over() {
				return s, k, true
			}
		}
	}
	return RunStep{}, 0, false
}

// changed is the first step in which something was begun, or marked as done, that may
// change more than the run itself.
func (r Run) changed() (RunStep, bool) {
	for _, s := range r.Steps {
		for _, a := range s.Actions {
			if a.Risk != "" && a.Risk != "read" && a.State != ActionPending && a.State != ActionSkipped {
				return s, true
			}
		}
	}
	return RunStep{}, false
}

// Approved counts the people whose yes to a step as hash says it is holds at t.
// Where a target has to be typed, only the yes that has it counts.
func (r Run) Approved(step, hash, target string, t time.Time) int {
	var who []string
	for _, a := range r.Approvals {
		if a.holds(step, hash, target, t) && !slices.Contains(who, strings.ToLower(a.By)) {
			who = append(who, strings.ToLower(a.By))
		}
	}
	return len(who)
}

func (a RunApproval) holds(step, hash, target string, t time.Time) bool {
	return a.Step == step && a.Hash == hash && (target == "" || a.Typed == target) && t.Before(a.Expires)
}

// State is where a step stands, from its actions.
func (s RunStep) State() ActionState {
	over, begun := 0, false
	for _, a := range s.Actions {
		switch {
		case a.State == ActionRunning || a.State.Bad():
			return a.State
		case a.State.Over():
			over++
			begun = true
		}
	}
	switch {
	case over == len(s.Actions):
		for _, a := range s.Actions {
			if a.State != ActionSkipped {
				return ActionSucceeded
			}
		}
		return ActionSkipped
	case begun:
		return ActionRunning
	}
	return ActionPending
}

// Span is when the step was begun and ended, as far as it was.
func (s RunStep) Span() (from, to time.Time) {
	for _, a := range s.Actions {
		if !a.Started.IsZero() && (from.IsZero() || a.Started.Before(from)) {
			from = a.Started
		}
		if a.Ended.After(to) {
			to = a.Ended
		}
	}
	if !s.State().Over() {
		to = time.Time{}
	}
	return from, to
}

// Run returns run n.
func (i *Incident) Run(n int) (Run, bool) {
	k := slices.IndexFunc(i.Runs, func(r Run) bool { return r.N == n })
	if k < 0 {
		return Run{}, false
	}
	return i.Runs[k], true
}

func (i *Incident) run(n int, change func(*Run)) {
	for k := range i.Runs {
		if i.Runs[k].N == n {
			change(&i.Runs[k])
		}
	}
}

func (i *Incident) action(n int, step string, action int, change func(*Run, *RunAction)) {
	i.run(n, func(r *Run) {
		for k := range r.Steps {
			if r.Steps[k].ID == step && action >= 0 && action < len(r.Steps[k].Actions) {
				change(r, &r.Steps[k].Actions[action])
			}
		}
	})
}

// ClockEscalation runs towards somebody being told that a run is not over.
const ClockEscalation ClockKind = "escalation"

// runClocks are the deadlines of runs that have not been dealt with.
func (i *Incident) runClocks(add func(Clock)) {
	for _, r := range i.Runs {
		for k, d := range r.Escalate {
			if i.awaits(r, d) {
				add(Clock{Kind: ClockEscalation, Key: fmt.Sprintf("%s:%d:%d", ClockEscalation, r.N, k), N: r.N, Text: "escalates to " + d.Contact, Due: d.Due})
			}
		}
	}
}
