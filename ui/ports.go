package ui

import (
	"context"

	"warroom/model"
	"warroom/model/metrics"
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
