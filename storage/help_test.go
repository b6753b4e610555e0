package storage

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"warroom/model"
)

var bg = context.Background()

// newStore opens an empty record that is closed when the test ends.
func newStore(tb testing.TB) *Store {
	tb.Helper()
	return openStore(tb, filepath.Join(tb.TempDir(), "warroom.db"), Options{App: "test"})
}

func openStore(tb testing.TB, path string, o Options) *Store {
	tb.Helper()
	s, err := Open(bg, path, o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { s.Close() })
	return s
}

// do carries out a command that must succeed.
func do(tb testing.TB, s *Store, id, actor string, c model.Command) model.Receipt {
	tb.Helper()
	r, err := s.Do(bg, id, model.Request{Actor: actor, Command: c})
	if err != nil {
		tb.Fatalf("%T %+v: %v", c, c, err)
	}
	return r
}

func declare(tb testing.TB, s *Store, title string) string {
	tb.Helper()
	return do(tb, s, "", "ann", model.Declare{Title: title}).Incident.ID
}

func note(tb testing.TB, s *Store, id, text string) model.Event {
	tb.Helper()
	return do(tb, s, id, "ann", model.AddNote{Text: text}).Events[0]
}

func contextIn(tb testing.TB, ms int) (context.Context, context.CancelFunc) {
	tb.Helper()
	return context.WithTimeout(bg, time.Duration(ms)*time.Millisecond)
}
