package library

import (
	"testing"
	"time"

	"warroom/runbooks/lint"
)

// What is built in is what people imitate, so it is linted without a warning.
func TestBuiltInIsClean(t *testing.T) {
	l := Load(nil)
	for _, b := range l.Bad() {
		t.Error(b.Err)
	}
	known := func(id string) bool { _, err := l.Strategy(id); return err == nil }
	for _, it := range append(l.Books(), l.Strategies()...) {
		for _, p := range lint.File(it.Path, it.Data, lint.Options{Now: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), Strategy: known}) {
			t.Error(p)
		}
	}
	if n := len(l.Books()); n < 12 {
		t.Errorf("%d runbooks are built in, want at least 12", n)
	}
}
