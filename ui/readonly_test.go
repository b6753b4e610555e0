package ui

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/storage"
)

// What can be done without writing. Everything else must say, where the record
// is open for reading only, why it does nothing.
var reads = []string{
	"help", "palette", "search", "room", "incidents", "mouse", "zone", "messages", "redraw", "suspend", "quit",
	"book.back", "desk.back", "desk.2", "desk.3", "desk.4", "desk.5", "desk.6", "desk.7",
	"list.open", "list.filter", "list.back", "missed", "brief", "links", "who", "outbox", "kinds", "next", "prev", "zoom", "out",
	"oldest", "newest", "layout", "detail", "copy", "changes", "say",
	"triage.unsure", "triage.clear",
	"review.up", "review.down", "review.pgup", "review.pgdown", "review.in", "review.back", "review.out", "review.fold", "review.load", "review.copy", "review.export",
	"alert.full", "alert.open", "alert.filter", "alert.fatigue", "alert.window",
	"stats.next", "stats.prev", "stats.behind", "stats.shorter", "stats.longer", "stats.filter", "stats.clear", "stats.zoom", "stats.export", "stats.words", "stats.zone", "stats.out",
}

// writes counts what reaches the record.
type writes struct {
	Store
	n int
}

func (w *writes) Do(ctx context.Context, id string, r model.Request) (model.Receipt, error) {
	w.n++
	return w.Store.Do(ctx, id, r)
}

// looker is somebody who may only look at the scene.
func looker(t *testing.T, w, h int) (*seat, *writes) {
	x := checkout(t, w, h)
	x.do("erin", "/accept ic")
	x.do("erin", "/handover ana")
	x.do("bob", "@ana look at the pool 5m")
	s, err := storage.Open(context.Background(), x.store.Path(), storage.Options{ReadOnly: true, Now: func() time.Time { return *x.clock }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	y := join(t, s, x.clock, "ana", w, h)
	count := &writes{Store: s}
	y.a.store = count
	y.run(y.a.enter(x.a.room.inc.ID, 0))
	y.a.toast = toast{}
	return y, count
}

func TestReadOnlyActionsSayWhy(t *testing.T) {
	x, count := looker(t, 120, 40)
	x.sees("read-only")
	x.keys("up", "up")
	for i := range x.a.acts {
		c := &x.a.acts[i]
		if c.move || slices.Contains(reads, c.id) {
			continue
		}
		if why := c.reason(x.a); why == "" {
			t.Errorf("%s would write: give it a reason (writable), or name it among what only reads", c.id)
		}
	}
	for _, k := range []string{"i", "o", "v", "S", "r", "T", "z", "a", "d", "e", "!"} {
		x.a.toast = toast{}
		x.keys(k)
		x.sees("! read-only: it was opened for reading only")
		if len(x.a.dialogs) > 0 || x.a.composer.focused() {
			t.Fatalf("%s opens something", k)
		}
	}
	x.send(tea.PasteMsg{Content: "pasted"})
	x.sees("! read-only: it was opened for reading only")
	x.click("read-only ")
	x.sees("! read-only: it was opened for reading only")
	x.keys("enter")
	x.sees("Entry #")
	x.keys("e")
	x.sees("! read-only: it was opened for reading only")
	x.keys("esc", "b", "H")
	x.sees("! read-only: it was opened for reading only")
	x.keys("esc")
	if s := strings.Join(strings.Fields(x.screen()), " "); strings.Contains(s, "enter to write") || strings.Contains(s, "i write") {
		t.Errorf("the screen offers to write:\n%s", x.screen())
	}
	if count.n != 0 {
		t.Errorf("%d commands reached the record", count.n)
	}
}
