package ui

import (
	"context"
	"os/exec"
	"time"

	"warroom/model"
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

// Runner follows runbooks and rollbacks. What takes a context, and Cards, Plan
// and Current, may take time and is called from a tea.Cmd only.
type Runner interface {
	Cards(inc *model.Incident) []play.Card
	Plan(inc *model.Incident, ref play.Ref, values map[string]string) (*play.Plan, error)
	Current(inc *model.Incident, run int) (*play.Plan, error)
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
