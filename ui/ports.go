package ui

import (
	"context"
	"time"

	"warroom/model"
	"warroom/model/alert"
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
