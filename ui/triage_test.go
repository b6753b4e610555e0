package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"warroom/model"
	"warroom/model/outbox"
	"warroom/model/triage"
)

// paged sits somebody who was just paged before an empty record, with the rules
// of the built-in doctrine.
func paged(t *testing.T, w, h int) *seat {
	x := checkout(t, w, h)
	x.a.cfg.Rules = triage.Default().Rules(model.Doctrine())
	x.a.measure()
	return x
}

// From the page to the first message: answers, declaration, vacant roles,
// approval, a higher severity, and the clocks follow.
func TestFromThePageToTheFirstMessage(t *testing.T) {
	x := paged(t, 120, 40)
	x.a.room = nil
	x.a.screen = screenIncidents
	x.keys("2")
	x.sees("How bad is it?", "Nothing is answered yet", "It is an incident if it")
	x.keys("2")
	x.sees("▲ SEV-2", "because user impact: majority (4 of 5)", "SEV-2 requires", "needed")
	x.keys("n")
	x.sees("between which two?")
	x.keys("3", "4") // moderate or minor loss: the worse
	x.sees("moderate loss or minor loss?")
	x.keys("enter")
	x.sees("Declare SEV-2 major")
	x.keys("P", "a", "y", "enter")
	inc := x.a.room.inc
	if inc.Severity != 2 || len(inc.Triage.Answers) != 2 || inc.Triage.Answers[1].Or != "minor_loss" {
		t.Fatalf("%+v", inc.Triage)
	}
	x.sees("vacant", "customer message", "in 05:00", "Checklist")

	// Customers wait: nobody may approve before somebody commands.
	x.keys("m")
	x.sees("still needs", "issue description")
	x.keys("f", "a", "i", "l", "tab", "h", "t", "t", "p", "s", ":", "/", "/", "x", ".", "y", "enter")
	x.sees("draft by ana", "nobody is either")
	x.keys("T", "p")
	if u, _ := x.a.room.inc.UpdateN(1); u.Step != model.UpdateIsApproved || u.Approved != "ana" {
		t.Fatalf("%+v", u)
	}
	x.wait(2 * time.Minute)
	x.keys("s")
	x.sees("was sent", "next update in")
	x.keys("enter")
	if at, ok := x.a.room.inc.LastTold(model.ToCustomers); !ok || at.Sub(x.a.room.inc.Started()) > 5*time.Minute {
		t.Errorf("told at %v %v", at, ok)
	}
	x.sees("in 20:00")

	// It is worse than it seemed: answers again, and the clocks follow.
	x.keys("2")
	x.sees("recorded")
	x.keys("enter")
	x.sees("· Updates") // a digit answers, and goes to no screen
	x.keys("1", "enter")
	if x.a.room.inc.Severity != 1 {
		t.Fatalf("%s", x.a.room.inc.Severity)
	}
	x.sees("▲ SEV-1", "scribe")
	if !strings.Contains(x.screen(), "respond within") {
		t.Error("no requirements")
	}
}

func TestChecklistOnTheScreen(t *testing.T) {
	x := paged(t, 120, 40)
	x.keys("2", "down", "down", "down", "down", "y")
	x.sees("yes → set SEV-1")
	before := x.a.room.inc.Severity
	x.keys("enter")
	if before == 1 && x.a.room.inc.Severity != 1 {
		t.Errorf("%s", x.a.room.inc.Severity)
	}
	x.keys("down", "n")
	x.keys("down", "down", "down", "up")
	x.sees("Error rate")
	d := x.a.triage()
	for _, _, m := d.focus(x.a); m == nil; _, _, m = d.focus(x.a) {
		x.keys("down")
	}
	x.keys("enter", "2", "1", "enter")
	x.sees("Error rate 21", "over 10%: one level worse")
	// A milder severity is asked about, the higher stays first.
	x.keys("up", "up", "up", "up", "up", "up", "up", "up", "5", "5", "5", "5", "enter")
	if x.a.room.inc.Severity < 4 {
		x.sees("We do not argue now")
		x.keys("enter")
		if x.a.room.inc.Severity != before {
			t.Errorf("lowered to %s", x.a.room.inc.Severity)
		}
	}
}

func TestFaultsOfTheTeamsFiles(t *testing.T) {
	x := paged(t, 80, 24)
	x.a.cfg.Faults = []string{"triage.yaml:3:5: a level has no score; the built-in triage stays in force"}
	for _, key := range []string{"2", "5"} {
		x.a.screen = screenRoom
		x.keys(key)
		x.sees("the built-in triage stays")
	}
}

func TestTriageAndUpdatesFit(t *testing.T) {
	for _, size := range sizes {
		for _, s := range []screen{screenTriage, screenUpdates} {
			x := paged(t, size.X, size.Y)
			x.run(x.a.goDesk(s))
			whole := func(what string) {
				t.Helper()
				b := x.a.lay.body
				for n, l := range x.a.desk().draw(x.a, b.Dx(), b.Dy()) {
					if w := ansi.StringWidth(l); w != b.Dx() {
						t.Fatalf("%v %s: line %d is %d cells wide", size, what, n, w)
					}
				}
			}
			if x.a.lay.tiny {
				continue
			}
			whole("at first")
			for range 14 {
				x.keys("down")
				whole("further down")
			}
			x.a.room = nil
			whole("without an incident")
		}
	}
}

func TestGoldenTriage(t *testing.T) {
	for _, size := range sizes {
		x := paged(t, size.X, size.Y)
		x.a.measure()
		x.hear(x.command(x.a.room.inc.ID, "ana", model.Assess{Answers: []model.Answer{{Criterion: "user_impact", Level: "majority"}, {Criterion: "revenue_impact", Level: "moderate_loss", Or: "minor_loss"}}, Severity: 1, Why: "user impact: majority (4 of 5)"}))
		x.hear(x.command(x.a.room.inc.ID, "ana", model.Measure{Metric: "Error rate", Value: "6 %"}))
		x.hear(x.command(x.a.room.inc.ID, "ana", model.TellAudience{Audience: model.ToExecutives, Text: "Checkout fails for some.", Next: 30 * time.Minute}))
		x.hear(x.command(x.a.room.inc.ID, "erin", model.DraftUpdate{Audience: model.ToCustomers, Text: "Some payments fail.\nIt will be fixed soon."}))
		for _, s := range []screen{screenTriage, screenUpdates} {
			t.Run(fmt.Sprintf("%d-%dx%d", s, size.X, size.Y), func(t *testing.T) {
				x.run(x.a.goDesk(s))
				golden.RequireEqual(t, []byte(x.screen()))
			})
		}
	}
}

// Where a target takes the words, approving them puts them into the queue, and
// they count as sent when they have arrived; elsewhere they are sent by hand.
func TestUpdatesGoThroughTheQueue(t *testing.T) {
	x, p := sitOutside(t, 120, 40)
	x.a.cfg.Rules = triage.Default().Rules(model.Doctrine())
	x.keys("T", "v", "1")
	x.run(x.a.readOutside())
	for _, m := range x.a.out.rows { // somebody says yes to the public incident
		if m.State == outbox.Drafted {
			if _, err := p.s.Handle(t.Context(), m.N, "ana", outbox.Step{Verb: outbox.DoApprove}); err != nil {
				t.Fatal(err)
			}
		}
	}
	reread := func() {
		t.Helper()
		inc, err := p.s.Incident(t.Context(), x.a.room.inc.ID)
		if err != nil {
			t.Fatal(err)
		}
		x.a.room.inc = inc
		x.run(x.a.readOutside())
		x.a.measure()
	}
	for range 4 {
		p.attempt(nil)
	}
	reread()
	id := x.a.room.inc.ID
	x.hear(x.command(id, "ana", model.DraftUpdate{Audience: model.ToCustomers, Text: "Some payments fail."}))
	x.keys("5", "down", "down", "down", "p")
	x.sees("approved for statuspage")
	x.run(x.a.readOutside())
	x.sees("Statuspage: waits for a yes", "It is noted as sent when it has arrived")
	if u, _ := x.a.room.inc.UpdateN(1); u.Step != model.UpdateIsApproved {
		t.Fatalf("%+v", u)
	}
	for _, m := range x.a.carried(1) {
		if _, err := p.s.Handle(t.Context(), m.N, "ana", outbox.Step{Verb: outbox.DoApprove}); err != nil {
			t.Fatal(err)
		}
	}
	p.attempt(nil)
	reread()
	if u, _ := x.a.room.inc.UpdateN(1); u.Step != model.UpdateIsSent || u.Via != "statuspage" {
		t.Errorf("%+v", u)
	}
	if _, ok := x.a.room.inc.LastTold(model.ToCustomers); !ok {
		t.Error("the clock of customers does not know")
	}

	// Inside: the key sends, and says where to.
	x.hear(x.command(id, "ana", model.DraftUpdate{Audience: model.ToInternal, Text: "The replica lags."}))
	x.keys("up", "up", "up", "up", "up", "down", "down", "down")
	x.sees("sends it to jira, slack")
	x.keys("s")
	x.sees("Send update 2 to internal", "outbound")
	x.keys("enter")
	x.run(x.a.readOutside())
	if u, _ := x.a.room.inc.UpdateN(2); u.Via != model.ViaQueue {
		t.Errorf("%+v", u)
	}
	if len(x.a.carried(2)) == 0 {
		t.Error("nothing is in the queue")
	}
	x.keys("z")
	x.sees("it has left the room")

	// Nothing has changed: the queue publishes that, too, and nobody claims it before.
	x.keys("up", "up", "up", "up", "up", "c")
	x.sees("goes to statuspage")
	if u, _ := x.a.room.inc.UpdateN(3); u.Audience != model.ToCustomers || u.Step != model.UpdateIsApproved {
		t.Errorf("%+v", u)
	}
}
