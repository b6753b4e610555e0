package model

import (
	"strings"
	"testing"
	"time"
)

func TestOptions(t *testing.T) {
	b := open(t, Declare{Severity: 1})
	b.must(t, "ana", TakeCommand{})
	ev := b.must(t, "ana", AddOption{Text: "fail over orders-db", Risk: "30 s of failed writes", Effect: "reads work", Undo: "No"})
	if got := ev[0].Text(); got != "option 1: fail over orders-db (risk: 30 s of failed writes; effect: reads work; no way back)" {
		t.Errorf("the line is %q", got)
	}
	b.must(t, "ana", AddOption{Text: "shed load"})
	b.refuse(t, "ana", AddOption{Text: " "}, Invalid, "option")
	b.refuse(t, "ana", ProposeOption{7}, NotFound, "no option 7")
	b.must(t, "bob", DropOption{2, "too late for that"})
	b.refuse(t, "bob", ProposeOption{2}, Conflict, "was dropped")

	b.must(t, "ana", ProposeOption{1})
	d := b.inc.Decisions[0]
	if d.Text != "fail over orders-db" || d.Risk != "30 s of failed writes; no way back" || b.inc.Options[0].Decision != 1 {
		t.Errorf("the proposal is %+v of %+v", d, b.inc.Options[0])
	}
	b.refuse(t, "ana", DropOption{1, ""}, Conflict, "proposal 1 already")
	if n := len(b.inc.OpenOptions()); n != 0 || len(b.inc.Options) != 2 {
		t.Errorf("%d open of %d", n, len(b.inc.Options))
	}
	b.must(t, "ana", Undo{})
	if len(b.inc.OpenOptions()) != 1 || len(b.inc.Decisions) != 0 {
		t.Errorf("after the undo %+v", b.inc.Options)
	}
}

// While options lie on the table and nothing is decided, somebody is asked to:
// gently, once they had time.
func TestDecideClock(t *testing.T) {
	b := open(t, Declare{Severity: 1})
	b.must(t, "ana", TakeCommand{})
	find := func() (Clock, bool) {
		for _, c := range b.inc.Clocks(Doctrine(), b.now) {
			if c.Kind == ClockDecide {
				return c, true
			}
		}
		return Clock{}, false
	}
	if c, ok := find(); ok {
		t.Fatalf("without options: %+v", c)
	}
	at := b.now
	b.must(t, "ana", AddOption{Text: "a"})
	b.tick(3 * time.Minute)
	b.must(t, "bob", AddOption{Text: "b"})
	c, ok := find()
	if !ok || !c.Due.Equal(at.Add(10*time.Minute)) || c.Person != "ana" || !strings.Contains(c.Text, "2 options") {
		t.Fatalf("the clock is %+v", c)
	}
	b.tick(time.Hour)
	if c, _ := find(); c.Overdue(b.now) {
		t.Error("nobody is late with a decision")
	}
	b.must(t, "ana", ProposeOption{1})
	if c, ok := find(); ok {
		t.Errorf("while objections are waited for: %+v", c)
	}
	b.must(t, "ana", TakeDecision{N: 1, Outcome: OutcomeGo})
	if c, ok := find(); !ok || !c.Due.Equal(b.now.Add(10*time.Minute)) {
		t.Errorf("after a decision it runs anew: %+v", c)
	}
	r := Doctrine()
	r.Decide = 0
	for _, c := range b.inc.Clocks(r, b.now) {
		if c.Kind == ClockDecide {
			t.Error("it can be switched off")
		}
	}
}
