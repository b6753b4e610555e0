package model

import (
	"slices"
	"testing"
	"time"
)

// An incident led through by hand: what was promised, ordered, commanded and
// left in place comes out as it was.
func TestConduct(t *testing.T) {
	m := time.Minute
	b := open(t, Declare{Severity: 1})
	b.tick(10 * m) // nobody commands for ten minutes
	b.must(t, "ana", AssignRole{Role: Commander, Person: "ana"})
	b.must(t, "ana", GiveOrder{Person: "bob", Task: "check the lag", For: 5 * m})
	b.must(t, "ana", GiveOrder{Person: "bob", Task: "restart it", For: 5 * m})
	b.must(t, "ana", GiveOrder{Person: "dana", Task: "ask the vendor", For: 5 * m})
	b.must(t, "ana", PromiseUpdate{In: 10 * m})
	b.must(t, "bob", AddMitigation{Text: "traffic to the other region"})
	b.must(t, "bob", AddMitigation{Text: "writes are off"})
	b.tick(3 * m)
	b.must(t, "bob", FinishOrder{N: 1}) // in time
	b.tick(4 * m)
	b.must(t, "bob", FinishOrder{N: 2}) // two minutes late
	b.tick(7 * m)
	b.line(t, "ana", "update: we know the cause") // four minutes late
	b.must(t, "ana", PromiseUpdate{In: 10 * m})
	b.tick(5 * m)
	b.line(t, "ana", "update: it is being repaired") // in time
	b.must(t, "ana", PromiseUpdate{In: 10 * m})
	b.tick(30 * m) // and this one never comes
	b.must(t, "bob", RemoveMitigation{N: 2})
	if c := b.inc.Conduct(b.now); c.Watched != 0 || c.Outlived != 0 {
		t.Errorf("while it goes on %+v", c)
	}
	b.must(t, "ana", SetStatus{To: Resolved})
	want := Conduct{Vacant: 10 * m, Watched: 59 * m, Promised: 3, Late: 2, Orders: 3, OnTime: 1, Temporary: 2, Outlived: 1}
	got := b.inc.Conduct(b.now)
	if !slices.Equal(got.LateBy, []time.Duration{4 * m, 20 * m}) {
		t.Errorf("late by %v", got.LateBy)
	}
	if got.LateBy = nil; got.Vacant != want.Vacant || got.Watched != want.Watched || got.Promised != want.Promised || got.Late != want.Late ||
		got.Orders != want.Orders || got.OnTime != want.OnTime || got.Temporary != want.Temporary || got.Outlived != want.Outlived {
		t.Errorf("got %+v, want %+v", got, want)
	}
	// What lasted until the end is told by nobody later.
	b.tick(24 * time.Hour)
	if again := b.inc.Conduct(b.now); again.Watched != got.Watched || again.Vacant != got.Vacant || again.Late != got.Late {
		t.Errorf("a day later %+v", again)
	}
}
