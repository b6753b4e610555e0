//go:build unix

package ui

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"warroom/model"
)

// gated is a seat with a run on the screen and a gate whose checks read files.
func gated(t *testing.T, w, h int) *stepper {
	t.Helper()
	s := sitStepping(t, w, h)
	s.put("measure", "#!/bin/sh\ncat \"$(dirname \"$0\")/$1\"\n")
	s.put("errors", "0.2\n")
	s.put("health", "ok\n")
	s.shelves(filepath.Join("testdata", "ways"))
	s.begin("orders-gate")
	s.keys("v", "text:those of orders-gate", "enter")
	s.sees("waiting")
	return s
}

// looks moves the clock to the next look and presses for it.
func (s *stepper) looks(n int) {
	s.t.Helper()
	for range n {
		s.wait(10 * time.Second)
		s.keys("v", "text:look at", "enter")
		s.wait(5 * time.Second) // what was said about the gate has gone
		s.a.toast.expire(s.a.now)
	}
}

// soaks looks until the gate has been green for its five minutes.
func (s *stepper) soaks() {
	s.t.Helper()
	s.looks(20)
}

func (s *stepper) gate() *model.Gate { return s.incident().Gate }

func TestGoldenGate(t *testing.T) {
	for _, size := range bookSizes {
		t.Run(fmt.Sprintf("%dx%d", size.w, size.h), func(t *testing.T) {
			s := gated(t, size.w, size.h)
			s.looks(2)
			s.look("one-green")
			s.put("errors", "7.5\n")
			s.looks(1)
			s.look("flapping")
			if c := s.gate().Checks[0]; c.Green != 0 || c.Flaps != 1 {
				t.Fatalf("the row goes on after a red look: %+v", c)
			}
			s.put("errors", "\n")
			s.put("health", "\n")
			s.looks(1)
			s.look("no-data")
			s.put("errors", "0.1\n")
			s.put("health", "ok\n")
			s.looks(3)
			s.look("soaking")
			s.keys("v")
			s.look("soaking-choice")
			s.keys("esc")
			s.soaks()
			s.look("ready")
			s.keys("v", "enter")
			s.wait(5 * time.Second)
			s.look("passed")
			if st := s.gate().State(s.a.now); st != model.GateOpen {
				t.Fatal(st)
			}
		})
	}
}

// No data is never recovery, however often it is looked at.
func TestGateNeverPassesWithoutData(t *testing.T) {
	s := gated(t, 120, 40)
	s.put("errors", "\n")
	s.looks(6)
	s.wait(time.Hour)
	s.sees("no data 0 of 3", "waiting")
	if st := s.gate().State(s.a.now); st != model.GateWaiting {
		t.Fatal(st)
	}
	s.keys("v", "enter") // the yes is not to be had
	if s.gate().Confirmed != "" {
		t.Fatal("confirmed without data")
	}
	s.keys("esc")
	s.resolve()
	if got := s.incident().Status; got == model.Resolved {
		t.Fatal("resolved without data")
	}
}

func (s *stepper) resolve() {
	s.t.Helper()
	s.keys("S", "text:resolved", "enter", "enter")
}

// Resolved goes through only behind an open gate: enough green looks, the soak, and
// a person's yes, each of which is asked for.
func TestGateLetsResolvedThrough(t *testing.T) {
	s := gated(t, 120, 40)
	try := func(want string) {
		t.Helper()
		s.resolve()
		s.sees(want)
		if s.incident().Status == model.Resolved {
			t.Fatalf("resolved, and %s", want)
		}
		s.keys("esc")
	}
	try("errors 0 of 3 green")
	s.looks(3)
	s.sees("✓ errors", "✓ health endpoint", "soak 04:5")
	try("green for another 4 min 55 s")
	s.soaks()
	s.sees("a person confirms: v")
	try("Do customers check out again?")
	s.keys("v", "enter")
	s.sees("passed: ana said yes")
	s.resolve()
	if got := s.incident().Status; got != model.Resolved {
		t.Fatalf("%s:\n%s", got, s.screen())
	}
}

// Time in which nobody looked proves nothing: the gate says so, there is no yes to be
// had, and the next look begins the row and the soak anew.
func TestUnseenSoakIsNone(t *testing.T) {
	s := gated(t, 120, 40)
	s.looks(3)
	s.sees("soak 04:5")
	s.wait(5 * time.Minute)
	s.sees("nobody has looked for 5 min")
	s.keys("v", "enter")
	if s.gate().Confirmed != "" {
		t.Fatal("confirmed, and nobody looked")
	}
	s.keys("esc")
	s.resolve()
	s.sees("nobody has looked at errors for 5 min")
	if s.incident().Status == model.Resolved {
		t.Fatal("resolved, and nobody looked")
	}
	s.keys("esc")
	s.looks(1)
	s.sees("1 of 3", "waiting")
	s.looks(2)
	s.sees("soak 04:5")
	s.soaks()
	s.keys("v", "enter")
	s.sees("passed: ana said yes")
	s.wait(time.Hour) // what was proven stays proven
	s.sees("passed: ana said yes")
	s.looks(1)
	s.sees("passed: ana said yes")
}

// The gate is looked at also by a room that has never shown this screen.
func TestGateGoesOnInTheRoom(t *testing.T) {
	s := gated(t, 120, 40)
	s.looks(1)
	again := follows(join(t, s.store, s.clock, "ana", 120, 40), s.bin)
	again.shelves(filepath.Join("testdata", "ways"))
	again.seat.run(again.a.enter(s.a.room.inc.ID, 0))
	if again.a.screen != screenRoom || len(again.held["clock"]) == 0 {
		t.Fatalf("nothing looks at the gate:\n%s", again.screen())
	}
	s.wait(10 * time.Second)
	again.a.now = s.a.now
	again.seat.send(bookAlarmMsg{again.a.books().clock})
	again.hears()
	if c := s.gate().Checks[0]; c.Green != 2 {
		t.Fatalf("%+v", c)
	}
	if n := len(again.held["clock"]); n < 2 {
		t.Fatalf("the next look is not waited for: %d", n)
	}
	*s.clock = s.clock.Add(-time.Hour) // a clock that is set back does not end it
	n := len(again.held["clock"])
	again.seat.send(bookAlarmMsg{again.a.books().clock})
	if len(again.held["clock"]) != n+1 || s.gate().Checks[0].Samples != 2 {
		t.Fatal("the gate is not looked at any more")
	}
	other := follows(join(t, s.store, s.clock, "bob", 120, 40), s.bin)
	other.seat.run(other.a.enter(s.a.room.inc.ID, 0))
	if len(other.held["clock"]) != 0 {
		t.Fatal("it is looked at from where it was not set up")
	}
}

// A red look after the yes takes the yes back.
func TestRedLookTakesTheYesBack(t *testing.T) {
	s := gated(t, 120, 40)
	s.looks(3)
	s.soaks()
	s.keys("v", "enter")
	s.sees("passed: ana said yes")
	s.put("errors", "9\n")
	s.looks(1)
	s.sees("✗ errors", "row broke once", "waiting")
	s.lacks("passed")
}

// The commander alone goes past it, with a reason, which stays on the screen.
func TestGateOverride(t *testing.T) {
	for _, size := range bookSizes {
		t.Run(fmt.Sprintf("%dx%d", size.w, size.h), func(t *testing.T) {
			s := gated(t, size.w, size.h)
			s.put("errors", "\n")
			s.looks(1)
			s.keys("v", "text:override", "enter")
			s.sees("only the commander")
			if s.gate().Overridden != "" {
				t.Fatal("overridden by somebody who does not command")
			}
			s.keys("esc", "T")
			s.keys("v", "text:override", "enter", "enter")
			if s.gate().Overridden != "" {
				t.Fatal("overridden without a reason")
			}
			s.keys("text:the exporter is down, customers pay", "enter")
			s.wait(5 * time.Second)
			s.a.toast.expire(s.a.now)
			s.look("overridden")
			if g := s.gate(); g.Overridden != "ana" || !strings.Contains(strings.Join(timelineTexts(t, s), "\n"), "overridden while waiting: the exporter is down") {
				t.Fatalf("%+v", g)
			}
			s.resolve()
			if got := s.incident().Status; got != model.Resolved {
				t.Fatalf("%s:\n%s", got, s.screen())
			}
		})
	}
}
