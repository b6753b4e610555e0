package ui

import (
	"context"

	"warroom/model"
	"warroom/model/outbox"
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
	// Drift asks the vendors how what was opened there stands.
	Drift(ctx context.Context, i *model.Incident) []outbox.Drift
	// Unable says, by target, why this room cannot send there.
	Unable() map[string]string
	// Fault says why nothing leaves at all; "" if all is well.
	Fault() string
}

// ActionLister lists action items over all incidents. A Store that is none has
// none to show.
type ActionLister interface {
	Actions(ctx context.Context, f model.ActionFilter) ([]model.ActionRow, error)
}
