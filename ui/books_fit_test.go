//go:build unix

package ui

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"warroom/model"
	"warroom/model/alert"
)

// suggested is the line of the list that names a runbook, and whether it stands
// among those that fit.
func (s *stepper) suggested(title string) (string, bool) {
	s.t.Helper()
	group := ""
	for _, l := range strings.Split(s.screen(), "\n") {
		switch l, _, _ = strings.Cut(l, "│"); {
		case strings.Contains(l, title):
			return l, group == "Suggested"
		case strings.HasPrefix(l, " Suggested"), strings.HasPrefix(l, " All runbooks"):
			group, _, _ = strings.Cut(strings.TrimSpace(l), "  ")
		}
	}
	s.t.Fatalf("%q is not in the list:\n%s", title, s.screen())
	return "", false
}

// What alerts tell brings the runbook that fits to the top, with the reason, as soon
// as they are attached; the rest stays below and is found by search.
func TestRunbooksFitAlerts(t *testing.T) {
	for name, c := range map[string]struct {
		alert alert.Alert
		title string
		why   string
	}{
		"by the name of the alert": {alert.Alert{Rule: "PoolExhausted", Title: "the pool is full"}, "Give the pool room", "alert PoolExhausted"},
		"by a pattern of its name": {alert.Alert{Rule: "DiskFullSoon", Title: "no room left"}, "Make room on the disk", "alert DiskFullSoon"},
		"by a metric":              {alert.Alert{Title: "node 7", Metrics: map[string]any{"cpu_usage": 93.0}}, "High CPU Usage Response", "metric cpu_usage > 80%"},
		"by its labels":            {alert.Alert{Title: "node 7", Labels: map[string]string{"team": "payments"}}, "Ask payments", "labels of the alert"},
		"by a service":             {alert.Alert{Title: "node 7", Service: "ledger"}, "Restart the ledger", "service ledger"},
		"by an address":            {alert.Alert{Title: "node 7", RunbookURL: "https://wiki.example.com/ledger-restart.md"}, "Restart the ledger", "an alert names it"},
	} {
		t.Run(name, func(t *testing.T) {
			s := sitStepping(t, 120, 40)
			s.shelves(filepath.Join("testdata", "fits"), filepath.Join("..", "runbooks", "testdata"))
			if l, on := s.suggested(c.title); on {
				t.Fatalf("suggested without a reason: %s", l)
			}
			s.told = []alert.Alert{c.alert}
			s.hear(s.command(s.a.room.inc.ID, "pager", model.AttachAlert{Line: model.AlertLine{Group: 1, Title: c.alert.Title, Rule: c.alert.Rule, Count: 1}}))
			if l, on := s.suggested(c.title); !on || !strings.Contains(l, c.why) {
				t.Fatalf("%v: %s\n%s", on, l, s.screen())
			}
			s.keys("up", "up", "up", "up", "up", "up")
			s.sees("suggested for " + c.why)
			s.begin(c.title)
			s.sees("you run it")
		})
	}
}

// A runbook for some severities comes and goes with the severity.
func TestRunbooksFitTheSeverity(t *testing.T) {
	s := sitStepping(t, 120, 40)
	s.shelves(filepath.Join("testdata", "fits"))
	if l, on := s.suggested("All hands for orders"); on {
		t.Fatalf("suggested for another severity: %s", l)
	}
	s.hear(s.do("bob", "/sev 1 it spreads"))
	s.keys("esc", "3")
	if l, on := s.suggested("All hands for orders"); !on || !strings.Contains(l, "for SEV-1") {
		t.Fatalf("%v %s\n%s", on, l, s.screen())
	}
}

// The selection sticks to the runbook while others begin runs above it.
func TestListSelectionSticksToTheRunbook(t *testing.T) {
	s := sitStepping(t, 120, 40)
	s.keys("down")
	was, _ := s.a.books().selected(s.a)
	bob := follows(join(t, s.store, s.clock, "bob", 120, 40), s.bin)
	bob.others = []*stepper{s}
	bob.seat.run(bob.a.enter(s.a.room.inc.ID, 0))
	bob.keys("esc", "3")
	bob.begin("orders-slow")
	s.sees("Runs of this incident")
	if now, _ := s.a.books().selected(s.a); now.card == nil || was.card == nil || now.card.Ref != was.card.Ref {
		t.Fatalf("from %+v to %+v", was.card, now.card)
	}
}

// Nobody was there when a deadline passed: the screen says so, and offers to call.
func TestEscalationLate(t *testing.T) {
	s := sitStepping(t, 120, 40)
	s.begin("orders-slow")
	s.sees("senior-sre-oncall", "30:00")
	s.wait(45 * time.Minute)
	s.hear(s.command(s.a.room.inc.ID, "bob", model.EscalateRun{N: 1}))
	s.keys("esc", "3", "enter")
	s.sees("told 09:57 late", "engineering-manager", "15:00")
	s.keys("o")
	s.sees("Call for senior-sre-oncall", "nothing leaves this room", "Somebody else: engineering-manager")
	s.keys("4")
	s.sees("Call for engineering-manager")
	s.keys("esc", "o", "enter")
	s.sees("@senior-sre-oncall join: Orders are slow")
	s.keys("enter")
	if o := s.incident().Orders; len(o) != 1 || o[0].Person != "senior-sre-oncall" {
		t.Fatalf("%+v", o)
	}
}
