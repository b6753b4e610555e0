package ui

import (
	"context"
	"os/exec"
	"time"

	"warroom/model"
	"warroom/model/alert"
	"warroom/model/metrics"
	"warroom/model/outbox"
	"warroom/model/play"
)

// Store is what the screens need of the record. Every call may take time and is
// made from a tea.Cmd, never from Update or View.
type Store interface {
	NewID() model.ID
	Path() string
	ReadOnly() (bool, string)
	Do(ctx context.Context, incident string, r model.Request) (model.Receipt, error)
	Incident(ctx context.Context, id string) (*model.Incident, error)
	List(ctx context.Context, f model.Filter) ([]model.Summary, error)
	Timeline(ctx context.Context, id string, w model.Window) ([]model.Entry, error)
	Entry(ctx context.Context, id string, seq int64) (model.Entry, error)
	History(ctx context.Context, id string, seq int64) ([]model.Event, error)
	Search(ctx context.Context, query string, limit int) ([]model.Hit, error)
	Watch(ctx context.Context) <-chan model.Change
}

// Statistics holds the columns of all incidents. look is called with them as they
// stand, and must not keep them.
type Statistics interface {
	Statistics(ctx context.Context, look func(*metrics.Table) error) error
}

// Outside is the queue of what leaves the room. Every call that takes a context
// may take time; only Drift asks anybody outside.
type Outside interface {
	// Targets lists where things go, with the vendor of each.
	Targets() []outbox.Named
	// Queue reads the messages that have not left and, if all, the newest of those
	// that have.
	Queue(ctx context.Context, all bool) ([]outbox.Message, map[string]outbox.Gate, error)
	Message(ctx context.Context, n int64) (outbox.Message, []outbox.Attempt, error)
	Handle(ctx context.Context, n int64, actor string, step outbox.Step) (outbox.Message, error)
	Trigger(ctx context.Context, incident string, r model.Request) ([]outbox.Message, error)
	// Goes lists the targets to which an update for an audience leaves.
	Goes(i *model.Incident, who model.Audience) []string
	// Calls lists the targets to which an escalation of a runbook leaves.
	Calls(i *model.Incident) []string
	// Drift asks the vendors how what was opened there stands.
	Drift(ctx context.Context, i *model.Incident) []outbox.Drift
	// Unable says, by target, why this room cannot send there.
	Unable() map[string]string
	// Fault says why nothing leaves at all; "" if all is well.
	Fault() string
	// Deaf says why nothing comes in from Slack; "" if it does, or is not to.
	Deaf() string
}

// ActionLister lists action items over all incidents. A Store that is none has
// none to show.
type ActionLister interface {
	Actions(ctx context.Context, f model.ActionFilter) ([]model.ActionRow, error)
}

// Runner follows runbooks and rollbacks. What takes a context, and Cards, Fitting,
// Plan and Current, may take time and is called from a tea.Cmd only.
type Runner interface {
	Cards(inc *model.Incident) []play.Card
	// Fitting lists the runbooks that fit alerts, best first.
	Fitting(alerts []alert.Alert) []play.Card
	Plan(inc *model.Incident, ref play.Ref, values map[string]string) (*play.Plan, error)
	Current(inc *model.Incident, run int) (*play.Plan, error)
	// Faults says which files of the library cannot be used, and why; like Cards it
	// may take time.
	Faults() []string
	// Settle skips what comes next in a run that is executed here and does not apply.
	Settle(ctx context.Context, incident string, run int) error
	// Offers lists what may follow a run; a person takes it or not.
	Offers(inc *model.Incident, run int) ([]play.Offer, error)
	// Options makes the list to pick a value from, by running what only looks.
	Options(ctx context.Context, inc *model.Incident, ref play.Ref, given map[string]string, name string) ([]play.Option, error)
	// Peek is what an action prints that another process on this machine executes;
	// false if that cannot be seen here. It may take time.
	Peek(incident string, r model.Run, step string, action int) (play.Output, bool)
	Begin(ctx context.Context, incident string, ref play.Ref, values map[string]string) (int, error)
	Execute(ctx context.Context, at play.Point, hash string, again bool) (play.Job, error)
	Preview(ctx context.Context, at play.Point) (play.Output, error)
	// Terminal gives a command to hand the terminal to, and what to call with its
	// error when the terminal is back.
	Terminal(ctx context.Context, at play.Point, hash string, again bool) (*exec.Cmd, func(error) error, error)
	Take(ctx context.Context, incident string, run int) error
	Holds(r model.Run) bool
	Gone(r model.Run) bool
	Busy() int
	SetGate(ctx context.Context, incident, book string) error
	GateDue(inc *model.Incident) (time.Time, bool)
	SampleGate(ctx context.Context, incident string) ([]model.Verdict, error)
}

// Inbox is what the Alerts screen needs of the record. Like Store it is called
// from a tea.Cmd only.
type Inbox interface {
	AlertGroups(ctx context.Context, f alert.Filter) ([]alert.Group, error)
	AlertItems(ctx context.Context, p alert.Pick) ([]alert.Item, error)
	AlertActs(ctx context.Context, group int64) ([]alert.Deed, error)
	Silences(ctx context.Context, now time.Time) ([]alert.Silence, error)
	AckAlerts(ctx context.Context, actor string, group int64) (alert.Group, error)
	NoiseAlerts(ctx context.Context, actor string, group int64, reason string) (alert.Group, error)
	NoteAlerts(ctx context.Context, actor string, group int64, text string) (alert.Group, error)
	SplitAlert(ctx context.Context, actor string, item int64) (alert.Group, error)
	AddSilence(ctx context.Context, s alert.Silence) (alert.Silence, error)
	EndSilence(ctx context.Context, actor string, n int64) (alert.Silence, error)
}
