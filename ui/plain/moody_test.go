package plain

import (
	"context"
	"sync"

	"warroom/model"
	"warroom/storage"
)

// When a moody store fails: before it writes, after it has written, or never.
const (
	never = iota
	before
	after
)

// moody is a real record that fails on demand.
type moody struct {
	*storage.Store
	mu     sync.Mutex
	when   int
	err    error
	deaf   error
	locked string
}

func (m *moody) fail(when int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.when, m.err = when, err
}

func (m *moody) deafen(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.deaf = err
}

func (m *moody) mood() (int, error, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.when, m.err, m.deaf
}

func (m *moody) ReadOnly() (bool, string) { return m.locked != "", m.locked }

func (m *moody) Do(ctx context.Context, id string, r model.Request) (model.Receipt, error) {
	when, err, _ := m.mood()
	if when == before {
		return model.Receipt{}, err
	}
	rec, failed := m.Store.Do(ctx, id, r)
	if failed == nil && when == after {
		return model.Receipt{}, err
	}
	return rec, failed
}

func (m *moody) Events(ctx context.Context, id string, seq int64, n int) ([]model.Event, error) {
	if _, _, err := m.mood(); err != nil {
		return nil, err
	}
	return m.Store.Events(ctx, id, seq, n)
}

func (m *moody) Timeline(ctx context.Context, id string, w model.Window) ([]model.Entry, error) {
	if _, _, err := m.mood(); err != nil {
		return nil, err
	}
	return m.Store.Timeline(ctx, id, w)
}
