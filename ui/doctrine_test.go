package ui

import (
	"context"
	"testing"
	"time"

	"warroom/model"
)

// What the incident command book asks for, by keys alone.

func TestHypothesisBoard(t *testing.T) {
	x := sit(t, 120, 40)
	x.declare("api down")
	x.keys("h", "text:migration locks orders", "enter")
	x.sees("hypothesis 1: migration locks orders", "h 1 migration locks orders")
	x.keys("shift+tab", "enter", "text:ruled", "enter")
	x.sees("what shows it?")
	x.keys("enter")
	x.sees("say what shows it")
	x.keys("text:lag was there before", "enter")
	x.sees("✗ 1 migration locks orders", "ruled out")
}

func TestProposalPoll(t *testing.T) {
	ana := sit(t, 120, 40)
	ana.declare("api down")
	ana.keys("p", "text:fail over orders-db", "tab", "text:30 s of failed writes", "enter")
	ana.sees("any strong objections?", "? 1 fail over orders-db", "silence 00:15")
	bob := join(t, ana.store, ana.clock, "bob", 120, 40)
	bob.keys("enter", "O", "text:the replica is behind", "enter")
	bob.sees("objects to proposal 1: the replica is behind")
	ana.hear(model.Receipt{Events: events(t, bob)})
	ana.sees("1 against")
	ana.wait(20 * time.Second)
	ana.keys("shift+tab", "enter")
	ana.sees("Decide: fail over orders-db", "against: bob")
	ana.keys("tab", "text:bob", "tab", "tab", "text:lag stays zero", "enter")
	ana.sees("decision 1: fail over orders-db (1 objection), @bob does it", "known in 5 min: lag stays zero")
	ana.wait(6 * time.Minute)
	ana.sees("did it work?", "overdue")
	ana.keys("enter", "right", "enter")
	ana.sees("It did not work: what do we know now?")
	ana.keys("esc")
	ana.sees("decision 1 did not work: fail over orders-db")
}

func TestTemporaryIsListedAtTheEnd(t *testing.T) {
	x := sit(t, 120, 40)
	x.declare("api down")
	x.keys("t", "text:imports throttled to 10 %", "enter")
	x.sees("temporary 1: imports throttled to 10 %, @ana, for 2 h 00", "t 1 imports throttled")
	x.keys("S", "text:resolved", "enter")
	x.sees("still open: temporary 1 imports throttled")
	x.keys("text:error rate is normal", "tab", "2", "tab", "text:ana", "enter")
	x.sees("Severity changed from SEV-3 to SEV-2: final", "Status changed from triage to resolved", "postmortem: ana", "t 1 imports throttled")
	inc := x.a.room.inc
	if got := inc.Review.Due.Sub(*x.clock); got != 72*time.Hour {
		t.Errorf("the postmortem is due in %s", got)
	}
}

func TestSizeUpAndReports(t *testing.T) {
	x := sit(t, 120, 40)
	x.declare("api down")
	x.keys("u", "text:503 on checkout", "tab", "text:EU", "tab", "text:rising", "tab", "text:fail over", "enter")
	x.sees("503 on checkout", "rising", "fail over")
	x.keys("c", "c", "c")
	x.sees("customers   3 ▁▁▁▁▁▁▁█ +3 in 10 min")
}

func TestSentenceAndBriefing(t *testing.T) {
	x := checkout(t, 120, 40)
	x.keys("s")
	x.sees("SEV-1, identified, running for 46 min: Checkout API")
	x.keys("enter")
	if got := x.a.room.inc.Update.Text; got == "" || x.a.room.inc.Update.By != "ana" {
		t.Errorf("the sentence is not in the record as an update: %+v", x.a.room.inc.Update)
	}
	x.keys("b")
	x.sees("Situation:", "Who does what:", "incident commander: ana")
	x.keys("G")
	x.sees("Hypotheses:", "testing: migration 0231 locks orders")
	x.keys("esc")
}

func TestWhatDidIMiss(t *testing.T) {
	x := sit(t, 100, 30)
	x.declare("api down")
	x.keys("up")
	x.wait(time.Minute)
	x.hear(x.do("bob", "while you were away"))
	x.hear(x.do("carl", "-5m and this, late"))
	x.keys("w")
	x.sees("Missed since", "2 lines", "while you were away", "and this, late")
	x.keys("esc", "w")
	x.sees("nothing new since")
	x.keys("s", "enter", "w")
	x.sees("nothing new since") // nobody misses what they wrote
	x.hear(x.do("bob", "one more"))
	x.keys("w")
	x.sees("Missed since", ": 1 line ", "one more")
}

func TestAlarmIsSeenForTheRoom(t *testing.T) {
	x := sit(t, 120, 40)
	x.declare("api down")
	x.keys("T", "o", "text:bob check lag 1m", "enter", "esc")
	x.wait(2 * time.Minute)
	x.sees("overdue 01:00")
	x.keys("A")
	x.sees("overdue 01:00 seen")
	x.keys("A")
	x.sees("nothing is overdue that nobody has seen")
}

func TestNoCommanderIsLoud(t *testing.T) {
	x := sit(t, 120, 40)
	x.declare("api down")
	x.wait(3 * time.Minute)
	x.sees("NO COMMANDER for 3 min")
}

func TestUpdateClockFollowsPosts(t *testing.T) {
	x := sit(t, 120, 40)
	x.declare("api down")
	x.keys("v", "1")
	x.sees("first update in 05:00")
	x.keys("i", "text:update: we are on it", "enter")
	x.sees("update in 30:00")
	x.keys("text:/next 20m", "enter")
	x.sees("update in 20:00")
}

func TestSnoozeNeedsAReason(t *testing.T) {
	x := sit(t, 120, 40)
	x.declare("api down")
	x.keys("v", "1", "tab", "tab", "m", "enter")
	x.sees("the reason is logged")
	x.keys("tab", "text:nobody awake to tell", "enter")
	x.sees("put off until", "nobody awake to tell")
}

func TestLinksCopy(t *testing.T) {
	x := sit(t, 120, 40)
	x.declare("api down")
	x.keys("L", "enter", "text:bridge", "tab", "text:javascript:alert(1)", "enter")
	x.sees("is not opened")
	for range len("javascript:alert(1)") {
		x.keys("backspace")
	}
	x.keys("text:https://meet.example.com/x", "enter")
	x.sees("https://meet.example.com/x")
	inc, err := x.store.Incident(context.Background(), x.a.room.inc.ID)
	if err != nil || len(inc.Links) != 1 {
		t.Errorf("links %v, %v", inc.Links, err)
	}
}

func TestSpanOfControl(t *testing.T) {
	x := sit(t, 200, 60)
	x.declare("api down")
	for _, p := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		x.hear(x.do("ana", "/role sme "+p))
	}
	x.hear(x.do("ana", "/take"))
	x.sees("8 people report to the commander")
	x.keys("n", "tab", "text:a", "tab", "text:b, c", "tab", "text:databases", "enter")
	x.lacks("people report to the commander")
	x.sees("team alpha: a leads b, c: databases")
}

func TestTakeCommandFromSomebodyNeedsAReason(t *testing.T) {
	ana := sit(t, 120, 40)
	ana.declare("api down")
	ana.keys("T")
	bob := join(t, ana.store, ana.clock, "bob", 120, 40)
	bob.keys("enter", "T")
	bob.sees("ana holds command")
	bob.keys("enter")
	bob.sees("say why you take command")
	bob.keys("text:does not answer", "enter")
	bob.sees("IC bob", "bob assigned as incident commander (was ana): does not answer")
}

func TestCalloutComesAndPasses(t *testing.T) {
	x := sit(t, 120, 40)
	x.declare("api down")
	x.keys("v", "1", "T")
	x.send(tickMsg{*x.clock, 0})
	x.wait(10*time.Minute + time.Second)
	x.send(tickMsg{*x.clock, 0})
	x.send(tickMsg{*x.clock, 0})
	x.sees("callout: 10 min into the incident")
}

// Only what can be seen is rendered, however much there is.
func TestFrameCostDoesNotGrow(t *testing.T) {
	a := newApp(t.Context(), Config{Actor: "ana", Now: func() time.Time { return noon.Add(time.Hour) }, Store: noStore{}})
	a.w, a.h = 200, 60
	a.resize()
	fill(a, 50_000)
	clear(a.room.tl.cache)
	a.View()
	if n := len(a.room.tl.cache); n > 2*a.h {
		t.Errorf("one frame of %d lines rendered %d entries", a.h, n)
	}
	if n := len(a.room.tl.entries); n > maxWindow+pageSize {
		t.Errorf("%d entries are held, at most %d", n, maxWindow+pageSize)
	}
}

// What did not work leads back to the size-up, with what is known and the plan B.
func TestWhatDidNotWorkIsSizedUpAnew(t *testing.T) {
	for _, worked := range []bool{true, false} {
		x := sit(t, 120, 40)
		x.declare("api down")
		id := x.a.room.inc.ID
		plan := "fail over"
		x.hear(x.command(id, "ana", model.Size{PlanB: &plan}))
		x.hear(x.command(id, "ana", model.Propose{Text: "restart the api"}))
		n := x.a.room.inc.Decisions[0].N
		x.hear(x.command(id, "ana", model.TakeDecision{N: n, Outcome: model.OutcomeGo, Executor: "bob", Verify: "errors below 1 %", VerifyIn: time.Minute}))
		x.wait(2 * time.Minute)
		x.a.askWorked(n)
		x.sees("Did it work? restart the api")
		if !worked {
			x.keys("right")
		}
		x.keys("tab", "enter")
		if worked {
			x.lacks("It did not work")
			continue
		}
		x.sees("It did not work: what do we know now?", "fail over")
		x.keys("text:503 still", "enter")
		if u := x.a.room.inc.SizeUp; u.Symptoms != "503 still" || u.PlanB != "fail over" || len(x.a.dialogs) != 0 {
			t.Errorf("%+v\n%s", u, x.screen())
		}
	}
}
