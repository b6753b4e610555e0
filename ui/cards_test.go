package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"warroom/model"
)

// What changed is answered by one key, newest first, with the distance to the
// start of the impact.
func TestChanges(t *testing.T) {
	x := checkout(t, 120, 40)
	for _, l := range []string{"-70m change: orders-db 14.2 rolled out", "-5m change: imports throttled to 10 %", "-3h change: new certificate for api"} {
		x.do("bob", l)
	}
	x.run(x.a.reload())
	x.keys("C")
	golden.RequireEqual(t, ansi.Strip(x.a.View().Content))
	x.keys("esc")
	y := sit(t, 80, 24)
	y.declare("api down")
	y.keys("C")
	y.sees("no change is written down", "start of the impact not known")
}

// The team is named in one form, and the line goes to the timeline.
func TestCrew(t *testing.T) {
	x := sit(t, 200, 60)
	x.declare("api down")
	x.keys("T", "W", "text:eve", "tab", "text:bob", "tab", "tab", "text:dana", "enter")
	x.sees("IC: ana · Deputy: eve · Tech lead: bob · Comms: nobody · Scribe: dana", "posted, and sent to the clipboard")
	if x.a.room.inc.Holder(model.Scribe) != "dana" {
		t.Error("dana is not scribe")
	}
}

// A report in three lines stands in the situation with its age.
func TestReportCard(t *testing.T) {
	x := checkout(t, 200, 60)
	x.keys("N", "tab", "text:lag 340 s", "tab", "text:watching", "tab", "text:a second DBA", "enter")
	x.wait(4 * time.Minute)
	x.run(x.a.refreshList())
	x.sees("needs a second DBA · lag 340 s · 4", "min ago")
}

func TestScriptsCard(t *testing.T) {
	for _, s := range sizes[1:] {
		x := checkout(t, s.X, s.Y)
		x.keys("Y")
		x.sees("▸ asking an expert")
	}
}

// Who changes the system without an order is asked whether the lead knows.
func TestOutsiderChange(t *testing.T) {
	for who, warns := range map[string]bool{"erin": true, "bob": false, "frank": false} { // technical lead; has an order
		x := checkout(t, 120, 40)
		y := join(t, x.store, x.clock, who, 120, 40)
		y.run(y.a.enter(x.a.room.inc.ID, 0))
		y.keys("i", "text:change: restarted the cache", "enter")
		if got := strings.Contains(y.screen(), "does bob know?"); got != warns {
			t.Errorf("%s: warned %v", who, got)
		}
	}
}
