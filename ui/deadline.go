package ui

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"warroom/model"
)

// patient asks a store and does not wait longer than the context allows, even if
// the store does: a call that hangs in the disk heeds no context. What such a
// call brings later is dropped. Nothing is lost by that: news comes through the
// watch, and a line that was sent again has the id of the first try.
type patient struct{ Store }

// storeGrace is how long a store has, after the deadline, to say so itself.
const storeGrace = 200 * time.Millisecond

// crashed is a panic on its way to the goroutine that Bubble Tea guards, which
// puts the terminal in order before it ends.
type crashed struct {
	cause any
	stack []byte
}

func await[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type answer struct {
		v     T
		err   error
		crash *crashed
	}
	answers := make(chan answer, 1)
	go func() {
		var r answer
		defer func() {
			if cause := recover(); cause != nil {
				r.crash = &crashed{cause, debug.Stack()}
			}
			answers <- r
		}()
		r.v, r.err = f()
	}()
	var r answer
	select {
	case r = <-answers:
	case <-ctx.Done():
		select {
		case r = <-answers:
		case <-time.After(storeGrace):
			r.err = ctx.Err()
		}
	}
	if r.crash != nil {
		panic(fmt.Sprintf("%v\n%s", r.crash.cause, r.crash.stack))
	}
	if errors.Is(r.err, context.DeadlineExceeded) {
		r.err = model.Wrap(model.Busy, r.err, "the record does not answer: its disk may be hanging; try again in a moment")
	}
	return r.v, r.err
}

func (p patient) Do(ctx context.Context, incident string, r model.Request) (model.Receipt, error) {
	return await(ctx, func() (model.Receipt, error) { return p.Store.Do(ctx, incident, r) })
}

func (p patient) Incident(ctx context.Context, id string) (*model.Incident, error) {
	return await(ctx, func() (*model.Incident, error) { return p.Store.Incident(ctx, id) })
}

func (p patient) List(ctx context.Context, f model.Filter) ([]model.Summary, error) {
	return await(ctx, func() ([]model.Summary, error) { return p.Store.List(ctx, f) })
}

func (p patient) Timeline(ctx context.Context, id string, w model.Window) ([]model.Entry, error) {
	return await(ctx, func() ([]model.Entry, error) { return p.Store.Timeline(ctx, id, w) })
}

// Actions gives nothing where the store knows no action items.
func (p patient) Actions(ctx context.Context, f model.ActionFilter) ([]model.ActionRow, error) {
	l, ok := p.Store.(ActionLister)
	if !ok {
		return nil, nil
	}
	return await(ctx, func() ([]model.ActionRow, error) { return l.Actions(ctx, f) })
}

func (p patient) Entry(ctx context.Context, id string, seq int64) (model.Entry, error) {
	return await(ctx, func() (model.Entry, error) { return p.Store.Entry(ctx, id, seq) })
}

func (p patient) History(ctx context.Context, id string, seq int64) ([]model.Event, error) {
	return await(ctx, func() ([]model.Event, error) { return p.Store.History(ctx, id, seq) })
}

func (p patient) Search(ctx context.Context, query string, limit int) ([]model.Hit, error) {
	return await(ctx, func() ([]model.Hit, error) { return p.Store.Search(ctx, query, limit) })
}
