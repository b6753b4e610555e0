package ui

import (
	"strings"
	"testing"
	"time"

	"warroom/model"
)

// An option is entered, weighed, and becomes a proposal, without leaving the Room.
func TestOptionOnScreen(t *testing.T) {
	x := sit(t, 200, 60)
	x.declare("api down")
	x.keys("T", "B", "text:fail over orders-db", "tab", "text:30 s of failed writes", "tab", "tab", "text:none", "enter")
	x.keys("B", "text:shed load", "enter")
	x.sees("o 1 fail over orders-db", "risk: 30 s of failed", "o 2 shed load")
	x.wait(10*time.Minute + time.Second)
	x.a.Update(tickMsg{*x.clock, x.a.clock})
	x.sees("2 options are open for 10 min and nothing is decided")
	for x.a.focus != paneDue {
		x.keys("tab")
	}
	for c, _ := x.a.selectedClock(); c.Kind != model.ClockDecide; c, _ = x.a.selectedClock() {
		x.keys("down")
	}
	x.keys("enter")
	x.sees("Decide: a wrong decision beats none", "2 shed load")
	x.keys("enter")
	x.sees("Option 1: fail over orders-db", "no way back")
	x.keys("enter")
	x.sees("proposal 1: fail over orders-db (risk: 30 s of failed writes; no way back)")
	if n := len(x.a.room.inc.OpenOptions()); n != 1 {
		t.Errorf("%d options are open", n)
	}
	for x.a.focus != paneBoard {
		x.keys("tab")
	}
	x.keys("down", "enter", "down", "enter", "text:too slow", "enter")
	x.sees("option 2 dropped: shed load: too slow")
}

// The roll call lists the systems; who was paged is called with words at hand.
func TestRollCallOnScreen(t *testing.T) {
	x := checkout(t, 120, 40)
	x.keys("K")
	x.sees("Roll call: who is here", "checkout", "not called yet")
	x.keys("enter", "text:bob", "enter")
	x.sees("bob here")
	x.keys("text:network", "enter")
	x.sees("Roll call: network")
	x.keys("text:eve", "tab", "right", "enter")
	x.sees("eve paged", "the text for the pager is in the clipboard")
	x.keys("esc")
	x.sees("roll call, network: eve was paged")
	x.keys("esc")
	if got := x.a.room.inc.RollCall(); len(got) < 2 || got[0].Person != "bob" || got[1].State != model.Paged {
		t.Errorf("the roll call is %+v", got)
	}
}

// Who has something to do stays unless it is said otherwise.
func TestDismissOnScreen(t *testing.T) {
	for _, s := range sizes[1:] {
		x := checkout(t, s.X, s.Y)
		x.keys("F")
		x.sees("Who stays?", "stays", "incident commander")
		x.keys("enter")
		last := x.a.room.inc.Last
		if !strings.Contains(last, " stay; ") || !strings.Contains(last, "ana") || len(x.a.room.inc.Gone) == 0 {
			t.Errorf("at %v: %q, gone %q", s, last, x.a.room.inc.Gone)
		}
		for _, p := range x.a.room.inc.Gone {
			if x.a.room.inc.Needed(p) != "" {
				t.Errorf("%s was let go, who is needed", p)
			}
		}
	}
}
