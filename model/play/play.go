// Package play is a runbook as a screen or a script sees it: pure data, filled in
// by package runbooks/runner and shown by package ui. It imports model.
//
//	runbooks.Book or Strategy + incident + values ──▶ Plan ──▶ a screen, --json
//	model.Run (the record) says how far each action has come
package play

import (
	"strings"
	"time"

	"warroom/model"
)

// Ref names what is to be followed.
type Ref struct {
	ID       string
	Rollback bool
	Undo     int // the run whose undo this is; 0 for none
}

// Card is a runbook or a rollback in a list.
type Card struct {
	Ref
	Title     string
	Why       string // reason why it is suggested; "" if it is not
	Steps     int
	Origin    string
	Owner     string
	Type      string // of a rollback: kubernetes, cdn …
	Stale     string // why it may be out of date
	Undoable  bool   // of a rollback
	Data      string // what may be lost: none, possible, certain
	Described string
}

// Value is a parameter and what is in it.
type Value struct {
	Name    string
	Label   string
	Type    string
	Value   string
	From    string // where the value comes from: incident, env, default, typed
	Secret  bool
	Known   bool   // of a secret: it could be read
	Needed  bool   // something that is still to do uses it
	Problem string // why it cannot be used
	Help    string
	Choices []string
	Listed  bool // there is a list to pick from, which has to be made
}

// Plan is everything that is known before something runs. Nothing was run to make
// it.
type Plan struct {
	Ref
	Title       string
	Description string
	Hash        string
	Run         int  // 0: not begun
	Changed     bool // the file is another one by now than when the run began
	Values      []Value
	Needs       []Need // programs
	Steps       []Step
	Lock        string
	Notes       []string // to be known before
	DataLoss    string   // possible or certain; "" if none
	Irrevocable string   // why it cannot be undone; "" if it can
	Undo        []string // what would undo it
	Prereqs     []string
	Gate        []string
	Rollbacks   []string
}

// Losses are what a yes may come too easily to: that data may be lost, and that
// there is no way back.
func (p *Plan) Losses() []string {
	var out []string
	if p.DataLoss != "" {
		out = append(out, "data loss is "+p.DataLoss)
	}
	if p.Irrevocable != "" {
		out = append(out, p.Irrevocable)
	}
	return out
}

// undoMark ends the name under which a run undoes another.
const undoMark = "#undo"

// UndoName is the name of a run that undoes one of a runbook or strategy.
func UndoName(id string) string { return id + undoMark }

// BookOf is the runbook or strategy of a run by its name, and whether the run
// undoes another.
func BookOf(name string) (id string, undo bool) { return strings.CutSuffix(name, undoMark) }

// Need is a program that has to be on PATH.
type Need struct {
	Program string
	Path    string // "" if it is missing
}

// Missing names the programs that are not there.
func (p *Plan) Missing() []string {
	var out []string
	for _, n := range p.Needs {
		if n.Path == "" {
			out = append(out, n.Program)
		}
	}
	return out
}

// Step is one step as it stands.
type Step struct {
	Number                                  int // as people count; 0 for what comes before the first
	ID, Title, Phase, Description, Assignee string
	Links                                   []string
	Skippable                               bool
	Off                                     string // why it does not apply
	Approval                                *Approval
	Actions                                 []Action
}

// Approval is what a step asks of people before anything of it runs.
type Approval struct {
	Required int
	Have     int
	Prompt   string
	Type     string // what has to be typed
	Show     []string
	Roles    []string
	Expires  time.Duration
	Hash     string // of what would be approved
}

// Action is one thing to do as it stands.
type Action struct {
	Text     string
	Kind     string // command, http, check, manual, link, wait
	Link     string
	Command  string   // what will run
	Bound    []string // values bound by name
	Hash     string
	Risk     string
	Timeout  time.Duration
	Blocked  string   // why it cannot be run now
	Unfilled []string // the values it still waits for, if that is why
	Terminal bool     // it needs the terminal
	Criteria string   // what a person has to judge
	Expect   []string
	Verify   []string
	Preview  string
	Undo     string
	Example  string
	Then     string // what its failure leads to
	Wait     time.Duration

	Attempts   int  // in all, where a failure is repeated by itself
	Repeatable bool // doing it twice is doing it once
}

// Runs reports whether a machine does it.
func (a Action) Runs() bool { return a.Kind == "command" || a.Kind == "http" || a.Kind == "check" }

// Asks reports whether a person has to be asked before it runs: whatever may
// change something, as far as is known.
func (a Action) Asks() bool { return a.Kind != "check" && a.Risk != "read" }

// Offer is what may follow a run. It is for a person to take.
type Offer struct {
	Kind   string // rollback, undo, escalate
	Words  string
	Ref                      // what to begin, for a rollback or an undo
	Values map[string]string // to begin it with
}

// The kinds of an Offer.
const (
	OfferRollback = "rollback"
	OfferUndo     = "undo"
	OfferEscalate = "escalate"
)

// Option is one of a list to pick a value from.
type Option struct {
	Value string `json:"value"`
	Text  string `json:"text,omitempty"` // what is known of it
}

// Point names an action of a run.
type Point struct {
	Incident string
	Run      int
	Step     string
	Action   int // from 0
}

// Line is a line of output.
type Line struct {
	Text string
	Err  bool // of the error stream
}

// Output is what something has printed up to now.
type Output struct {
	Lines   []Line
	Bytes   int64
	Dropped int64
	File    string
	Version int64
}

// Job is something that runs.
type Job interface {
	// Output is what it has printed; Version tells cheaply whether that changed.
	Output() Output
	Version() int64
	// Stop asks it to end; each further call asks harder.
	Stop()
	// Done is closed when its end, and what the runbook says follows it, is in the
	// record, or cannot get there.
	Done() <-chan struct{}
	// End is how it ended, and why its end could not be recorded, if so.
	End() (model.ActionEnded, error)
}
