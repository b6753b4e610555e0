package plain

import (
	"context"
	"io"
	"iter"
	"time"

	"warroom/model"
	"warroom/model/comms"
	"warroom/model/triage"
)

// Store is what the room needs of the record.
type Store interface {
	NewID() model.ID
	ReadOnly() (bool, string)
	Do(ctx context.Context, incident string, r model.Request) (model.Receipt, error)
	Incident(ctx context.Context, id string) (*model.Incident, error)
	Resolve(ctx context.Context, prefix string) (string, error)
	List(ctx context.Context, f model.Filter) ([]model.Summary, error)
	Timeline(ctx context.Context, id string, w model.Window) ([]model.Entry, error)
	Events(ctx context.Context, id string, after int64, limit int) ([]model.Event, error)
	History(ctx context.Context, id string, seq int64) ([]model.Event, error)
	Search(ctx context.Context, query string, limit int) ([]model.Hit, error)
	Watch(ctx context.Context) <-chan model.Change
	Present(ctx context.Context) ([]model.Presence, error)
}

// Seat tells the others where this person is.
type Seat interface {
	Set(p model.Presence) error
}

// Config is what the room is opened with.
type Config struct {
	Store    Store
	Actor    string           // who sits here
	Incident string           // to open at once; "": none, which shows the list
	Zone     *time.Location   // in which times are said and read; nil: UTC
	Local    *time.Location   // the other zone to choose; nil: the machine's
	Rules    model.Rules      // zero: model.Doctrine
	Doctrine *triage.Doctrine // what the team has agreed on; nil: triage.Default
	// Templates are the words at hand; nil: comms.Default.
	Templates []*comms.Template
	Faults    []string         // what is wrong in the team's files, so that the built-in stands
	Seat      Seat             // nil: others are not told who is here
	Now       func() time.Time // nil: time.Now
	Hello     string           // a line to begin with, such as why this room was opened
	// Goes lists where the queue takes an update for an audience; nil: nothing leaves
	// this room by itself.
	Goes func(i *model.Incident, who model.Audience) []string
	// Lines are what is typed, without line ends. A line with an error cannot be
	// used; the error says why. The room is left when they end.
	Lines iter.Seq2[string, error]
	Out   io.Writer
}
