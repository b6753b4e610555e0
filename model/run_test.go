package model

import (
	"strings"
	"testing"
	"time"
)

func begun(t *testing.T) *book {
	t.Helper()
	b := open(t, Declare{Severity: 1})
	b.must(t, "bob", StartRun{Book: "high-5xx", Title: "High 5xx rate", Hash: "h", Seat: Seat{Token: "t1", Host: "box", PID: 7},
		Steps: []RunStep{
			{ID: "look", Title: "Which services", Actions: []RunAction{{Text: "list pods", Kind: "command", Risk: "read"}, {Text: "look at the dashboard", Kind: "link"}}},
			{ID: "fix", Title: "Scale up", Actions: []RunAction{{Text: "scale", Kind: "command", Risk: "mutate"}}},
		},
		Escalate: []RunDeadline{{Contact: "senior", Due: noon.Add(30 * time.Minute)}, {Contact: "manager", Due: noon.Add(time.Hour)}}})
	return b
}

func (b *book) refused(t *testing.T, actor string, c Command, words string) {
	t.Helper()
	if _, err := b.do(actor, c); err == nil || !strings.Contains(err.Error(), words) {
		t.Fatalf("%T: %v, want %q", c, err, words)
	}
}

func state(b *book, step string, k int) ActionState {
	r, _ := b.inc.Run(1)
	s, _ := r.Step(step)
	return s.Actions[k].State
}

func TestR36OnlyListedTransitions(t *testing.T) {
	b := begun(t)
	start := StartAction{N: 1, Step: "look", Token: "t1", Risk: "read", Hash: "c1"}
	end := func(s ActionState) EndAction {
		return EndAction{N: 1, Step: "look", Token: "t1", Result: ActionEnded{State: s, Exit: ptr(1), Took: 1200}}
	}
	b.refused(t, "bob", end(ActionSucceeded), "does not run any more: pending")
	b.must(t, "bob", start)
	b.refused(t, "bob", start, "still runs")
	b.refused(t, "bob", StartAction{N: 1, Step: "fix", Token: "t1"}, "still runs")
	b.refused(t, "bob", MarkAction{N: 1, Step: "look", State: ActionDone}, "it runs")
	b.refused(t, "bob", EndRun{N: 1, Outcome: RunAbandoned, Reason: "x"}, "still runs")
	for _, s := range []ActionState{"odd", "", ActionPending, ActionRunning, ActionDone, ActionSkipped} {
		b.refused(t, "bob", end(s), "no way to end")
	}
	b.must(t, "bob", end(ActionFailed))
	b.refused(t, "bob", end(ActionFailed), "does not run")
	b.must(t, "bob", start)
	b.must(t, "bob", end(ActionSucceeded))
	if r, _ := b.inc.Run(1); r.Steps[0].Actions[0].Attempt != 2 || r.Steps[0].State() != ActionRunning {
		t.Errorf("%+v", r.Steps[0])
	}
	b.refused(t, "bob", MarkAction{N: 1, Step: "look", Action: 1, State: ActionSkipped}, "say why")
	b.refused(t, "bob", MarkAction{N: 1, Step: "look", Action: 1, State: ActionRunning}, "no mark")
	b.must(t, "ana", MarkAction{N: 1, Step: "look", Action: 1, State: ActionSkipped, Reason: "no access"})
	b.refused(t, "bob", MarkAction{N: 1, Step: "look", Action: 1, State: ActionSkipped, Reason: "again"}, "skipped already")
	b.refused(t, "bob", EndRun{N: 1, Outcome: RunFinished}, "not through")
	b.refused(t, "bob", EndRun{N: 1, Outcome: RunAbandoned}, "say why")
	b.refused(t, "bob", EndRun{N: 1, Outcome: "odd"}, "no way for a run to end")
	b.must(t, "ana", MarkAction{N: 1, Step: "fix", State: ActionDone})
	b.must(t, "bob", EndRun{N: 1, Outcome: RunFinished})
	b.refused(t, "bob", start, "finished already")
	b.whole(t)
}

// What did not work, and what nobody knows, is still to be done.
func TestR36OnlyWhatWorkedIsDone(t *testing.T) {
	for _, s := range append([]ActionState{ActionPending, ActionRunning, ActionDone, ActionSkipped}, actionEnds...) {
		over := s == ActionSucceeded || s == ActionDone || s == ActionSkipped
		r := Run{Steps: []RunStep{{ID: "fix", Actions: []RunAction{{State: s}}}}}
		if _, _, left := r.Next(); s.Over() != over || left == over || r.Steps[0].State().Over() != over {
			t.Errorf("%s: over %v, left %v, step %s", s, s.Over(), left, r.Steps[0].State())
		}
	}
}

func TestR37InterruptedIsNeverRepeatedByItself(t *testing.T) {
	b := begun(t)
	b.must(t, "bob", StartAction{N: 1, Step: "fix", Token: "t1", Risk: "mutate"})
	b.must(t, "ana", TakeRun{N: 1, Seat: Seat{Token: "t2"}, From: "t1"})
	if s := state(b, "fix", 0); s != ActionInterrupted || s.Over() {
		t.Fatal(s)
	}
	again := StartAction{N: 1, Step: "fix", Token: "t2", Risk: "mutate"}
	b.refused(t, "ana", again, "nobody knows whether it happened")
	again.Risk = "unknown"
	b.refused(t, "ana", again, "nobody knows")
	// The process that lost the run cannot write its end any more.
	b.refused(t, "bob", EndAction{N: 1, Step: "fix", Token: "t1", Result: ActionEnded{State: ActionSucceeded}}, "does not run")
	again.Again = true
	b.must(t, "ana", again)
	// One that only looks may be repeated.
	b.must(t, "ana", EndAction{N: 1, Step: "fix", Token: "t2", Result: ActionEnded{State: ActionSucceeded}})
	b.must(t, "ana", StartAction{N: 1, Step: "look", Token: "t2", Risk: "read"})
	b.must(t, "bob", TakeRun{N: 1, Seat: Seat{Token: "t3"}, From: "t2"})
	b.must(t, "bob", StartAction{N: 1, Step: "look", Token: "t3", Risk: "read"})
}

func TestR38OneExecutes(t *testing.T) {
	b := begun(t)
	b.refused(t, "ana", StartAction{N: 1, Step: "look", Token: "t2"}, "bob executes run 1")
	b.must(t, "ana", TakeRun{N: 1, Seat: Seat{Token: "t2"}, From: "t1"})
	b.refused(t, "carol", TakeRun{N: 1, Seat: Seat{Token: "t3"}, From: "t1"}, "ana has taken run 1 over")
	b.refused(t, "bob", StartAction{N: 1, Step: "look", Token: "t1"}, "ana executes")
}

func TestR10ApprovalsAreBound(t *testing.T) {
	b := begun(t)
	start := StartAction{N: 1, Step: "fix", Token: "t1", Required: 2, Approval: "h1"}
	b.refused(t, "bob", start, "needs the approval of 2, and 0")
	b.must(t, "ana", ApproveStep{N: 1, Step: "fix", Hash: "h1", Typed: "orders-api"})
	b.refused(t, "Ana", ApproveStep{N: 1, Step: "fix", Hash: "h1"}, "approved it already")
	b.refused(t, "bob", start, "and 1 have")
	b.must(t, "carol", ApproveStep{N: 1, Step: "fix", Hash: "h2"})  // as it stood with other values
	b.must(t, "frank", ApproveStep{N: 1, Step: "look", Hash: "h1"}) // another step
	b.refused(t, "bob", start, "and 1 have")
	b.must(t, "dana", ApproveStep{N: 1, Step: "fix", Hash: "h1", For: time.Minute})
	b.tick(2 * time.Minute)
	b.refused(t, "bob", start, "and 1 have") // dana's has expired
	b.must(t, "dana", ApproveStep{N: 1, Step: "fix", Hash: "h1"})
	b.must(t, "bob", start)
	b.refused(t, "erin", ApproveStep{N: 1, Step: "fix", Hash: "h1", Roles: []Role{Commander}}, "only incident_commander")
}

// However often one person has said yes, it is the yes of one.
func TestR10PeopleAreCounted(t *testing.T) {
	r := Run{}
	for _, by := range []string{"ana", "Ana", "ana"} {
		r.Approvals = append(r.Approvals, RunApproval{Step: "fix", Hash: "h1", By: by, Expires: noon.Add(time.Minute)})
	}
	if n := r.Approved("fix", "h1", "", noon); n != 1 {
		t.Errorf("%d people", n)
	}
}

// Where a target has to be typed, no other text is a yes, whatever asked for it.
func TestR10TargetIsTyped(t *testing.T) {
	b := begun(t)
	start := StartAction{N: 1, Step: "fix", Token: "t1", Required: 1, Approval: "h1", Target: "orders-api"}
	for _, typed := range []string{"", "yes", "orders", "Orders-api", "orders-api "} {
		b.refused(t, "ana", ApproveStep{N: 1, Step: "fix", Hash: "h1", Typed: typed, Target: "orders-api"}, `is not "orders-api": nothing was run`)
	}
	b.must(t, "ana", ApproveStep{N: 1, Step: "fix", Hash: "h1", Typed: "yes"}) // by something that did not ask for the target
	b.refused(t, "bob", start, "needs the approval of 1, and 0")
	b.must(t, "ana", ApproveStep{N: 1, Step: "fix", Hash: "h1", Typed: "orders-api", Target: "orders-api"})
	b.must(t, "bob", start)
}

func TestR39EscalationFiresOnce(t *testing.T) {
	b := begun(t)
	if d := b.inc.DueEscalations(b.now); len(d) != 0 {
		t.Fatal(d)
	}
	b.refused(t, "ana", EscalateRun{N: 1}, "due only in")
	b.tick(30 * time.Minute)
	if d := b.inc.DueEscalations(b.now); len(d) != 1 || d[0] != (EscalateRun{N: 1}) {
		t.Fatal(d)
	}
	e := b.must(t, "ana", EscalateRun{N: 1})
	if e[0].Text() != "run 1 is not over: escalate to senior" || !e[0].Important() {
		t.Error(e[0].Text())
	}
	b.refused(t, "bob", EscalateRun{N: 1}, "named already")
	b.tick(-20 * time.Minute) // the clock is set back: what has fired does not fire again, and nothing fires early
	b.refused(t, "bob", EscalateRun{N: 1}, "named already")
	b.refused(t, "bob", EscalateRun{N: 1, Level: 1}, "due only in")
	if d := b.inc.DueEscalations(b.now); len(d) != 0 {
		t.Fatal(d)
	}
	b.tick(20 * time.Minute)
	b.tick(3 * time.Hour) // nobody had a room open
	e = b.must(t, "bob", EscalateRun{N: 1, Level: 1})
	if !strings.Contains(e[0].Text(), "late by 2 h 30") {
		t.Error(e[0].Text())
	}
	if d := b.inc.DueEscalations(b.now); len(d) != 0 {
		t.Error(d)
	}
	// A clock that was set back fires nothing twice and nothing early.
	b = begun(t)
	b.tick(-time.Hour)
	if d := b.inc.DueEscalations(b.now); len(d) != 0 {
		t.Error(d)
	}
	// A run that is over, or an incident that is, escalates nothing.
	b = begun(t)
	b.must(t, "ana", SetStatus{To: Resolved})
	b.tick(2 * time.Hour)
	b.refused(t, "ana", EscalateRun{N: 1}, "nobody has to be told")
	for _, c := range b.inc.Clocks(Doctrine(), b.now) {
		if c.Kind == ClockEscalation {
			t.Error(c)
		}
	}
}

func TestRollbackTargetIsHeld(t *testing.T) {
	b := open(t, Declare{})
	roll := StartRun{Book: "k8s-undo", Title: "Roll back", Rollback: true, Lock: "k8s/prod/orders", Seat: Seat{Token: "t1"}, Steps: []RunStep{{ID: "execute", Title: "x", Actions: []RunAction{{Text: "x"}}}}}
	b.must(t, "bob", roll)
	b.refused(t, "ana", roll, "by bob already")
	roll.Lock = "k8s/prod/other"
	b.must(t, "ana", roll)
	b.must(t, "bob", EndRun{N: 1, Outcome: RunDeclined})
	roll.Lock = "k8s/prod/orders"
	b.must(t, "ana", roll)
}

func TestGate(t *testing.T) {
	b := open(t, Declare{Severity: 2})
	look := func(a, c string) []Event {
		b.tick(30 * time.Second)
		return b.must(t, "ana", SampleGate{Results: []Verdict{{"5xx", a, "0.4 %"}, {"health", c, ""}}})
	}
	want := func(s GateState) {
		t.Helper()
		if got := b.inc.Gate.State(b.now); got != s {
			t.Fatalf("%s, want %s: %s", got, s, b.inc.Gate.Missing(b.now))
		}
	}
	b.refused(t, "ana", SampleGate{Results: []Verdict{{"5xx", CheckOK, ""}}}, "no recovery gate")
	b.must(t, "ana", SetGate{Checks: []GateCheck{{Name: "5xx", Need: 3}, {Name: "health", Need: 1, Limit: 2}}, Soak: time.Minute})
	b.must(t, "ana", SetStatus{To: Monitoring})
	b.refused(t, "ana", SetStatus{To: Resolved}, "recovery gate is not passed: 5xx 0 of 3 green, health 0 of 1 green")
	b.refused(t, "ana", Resolve{}, "recovery gate")
	b.refused(t, "ana", ConfirmGate{}, "not there yet")
	look(CheckOK, CheckOK)
	look(CheckOK, CheckOK)
	if e := look(CheckFailed, CheckOK); e[0].Quiet() || !strings.Contains(e[0].Text(), "its row begins anew") { // a flap
		t.Error(e[0].Text())
	}
	if c := b.inc.Gate.Checks[0]; c.Green != 0 || c.Flaps != 1 {
		t.Errorf("%+v", c)
	}
	look(CheckOK, CheckOK)
	look(CheckOK, CheckOK)
	look(CheckInconclusive, CheckOK) // no data is never recovery
	want(GateWaiting)
	if !strings.Contains(b.inc.Gate.Missing(b.now), "5xx 0 of 3 green (no data)") {
		t.Error(b.inc.Gate.Missing(b.now))
	}
	for range 3 {
		look(CheckOK, CheckOK)
	}
	want(GateSoaking)
	look(CheckOK, CheckFailed) // during the soak
	want(GateWaiting)
	for range 4 {
		look(CheckOK, CheckOK)
	}
	want(GateReady)
	if e := look(CheckOK, CheckOK); !e[0].Quiet() {
		t.Errorf("a look that changes nothing has a line: %s", e[0].Text())
	}
	b.refused(t, "ana", SetStatus{To: Resolved}, "confirms that customers are served")
	b.must(t, "carol", ConfirmGate{Note: "support says so"})
	want(GateOpen)
	look(CheckFailed, CheckOK) // it came back after all: the yes is void
	want(GateWaiting)
	for range 6 {
		look(CheckOK, CheckOK)
	}
	b.must(t, "carol", ConfirmGate{})
	b.must(t, "ana", SetStatus{To: Resolved})
	b.whole(t)
}

func TestGateOverride(t *testing.T) {
	b := open(t, Declare{Severity: 2})
	b.must(t, "ana", SetGate{Checks: []GateCheck{{Name: "x", Need: 5, Limit: 1}}})
	b.refused(t, "ana", OverrideGate{"tired"}, "take command first")
	b.must(t, "ana", TakeCommand{})
	b.refused(t, "bob", OverrideGate{"tired"}, "only the commander, ana")
	b.refused(t, "ana", OverrideGate{" "}, "say why")
	for range 2 {
		b.must(t, "ana", SampleGate{Results: []Verdict{{"x", CheckFailed, ""}}})
	}
	if b.inc.Gate.State(b.now) != GateFailed {
		t.Error(b.inc.Gate.State(b.now))
	}
	e := b.must(t, "ana", OverrideGate{"the check itself is broken"})
	if !e[0].Important() || !strings.Contains(e[0].Text(), "overridden while failed: the check itself is broken") {
		t.Error(e[0].Text())
	}
	b.must(t, "ana", SetStatus{To: Resolved})
	// Without a gate nothing is asked for, and a cancelled incident needs none.
	b = open(t, Declare{})
	b.must(t, "ana", SetGate{Ask: "is it over?"})
	b.must(t, "ana", Cancel{Reason: "false alarm"})
}

func TestEvidence(t *testing.T) {
	b := open(t, Declare{})
	e := b.must(t, "ana", AddEvidence{Evidence{Title: "df -h", Exit: ptr(0), Took: 30, Output: strings.Repeat("x", MaxEvidence) + "\nend\n"}})
	ev := e[0].Body.(*Evidence)
	if len(ev.Output) != MaxEvidence || ev.Dropped != 5 || !strings.HasSuffix(ev.Output, "end\n") {
		t.Errorf("%d %d", len(ev.Output), ev.Dropped)
	}
	b.refused(t, "ana", AddEvidence{}, "title is empty")
}

// A gap in the looks breaks the row and the soak, as long as nobody has said yes; a
// look that only comes late does not.
func TestGateGap(t *testing.T) {
	every := 30 * time.Second
	for _, c := range []struct {
		gap  time.Duration
		want GateState
	}{{every, GateSoaking}, {2*every + unseenFor, GateSoaking}, {2*every + unseenFor + time.Millisecond, GateWaiting}, {time.Hour, GateWaiting}} {
		b := open(t, Declare{Severity: 1})
		b.must(t, "ana", SetGate{Checks: []GateCheck{{Name: "5xx", Need: 2, Every: every.Milliseconds()}}, Soak: 90 * time.Minute})
		look := func() { b.must(t, "ana", SampleGate{Results: []Verdict{{Name: "5xx", Result: CheckOK}}}) }
		look()
		b.tick(every)
		look()
		if st := b.inc.Gate.State(b.now); st != GateSoaking {
			t.Fatalf("after two looks it is %s", st)
		}
		since := b.inc.Gate.GreenSince
		b.tick(c.gap)
		if st := b.inc.Gate.State(b.now); st != c.want {
			t.Errorf("%s after the last look it is %s, want %s", c.gap, st, c.want)
		}
		look()
		g := b.inc.Gate
		if kept := g.GreenSince.Equal(since); kept != (c.want == GateSoaking) || !kept && g.Checks[0].Green != 1 {
			t.Errorf("after a gap of %s: green %d since %s, before %s", c.gap, g.Checks[0].Green, g.GreenSince, since)
		}
		if c.want == GateWaiting {
			b.refused(t, "ana", ConfirmGate{}, "5xx 1 of 2 green")
		}
	}
}

// What was begun was not declined, whatever became of it.
func TestDeclineComesBefore(t *testing.T) {
	for _, end := range []ActionState{ActionSucceeded, ActionFailed, ActionInterrupted, ActionCancelled} {
		b := begun(t)
		b.must(t, "bob", StartAction{N: 1, Step: "look", Token: "t1", Risk: "read"})
		b.must(t, "bob", EndAction{N: 1, Step: "look", Token: "t1", Result: ActionEnded{State: ActionSucceeded}})
		b.must(t, "bob", MarkAction{N: 1, Step: "look", Action: 1, State: ActionDone})
		b.must(t, "bob", StartAction{N: 1, Step: "fix", Token: "t1", Risk: "mutate"})
		b.must(t, "bob", EndAction{N: 1, Step: "fix", Token: "t1", Result: ActionEnded{State: end}})
		b.refused(t, "bob", EndRun{N: 1, Outcome: RunDeclined}, `"Scale up" was begun`)
	}
	b := begun(t)
	b.must(t, "bob", StartAction{N: 1, Step: "look", Token: "t1", Risk: "read"})
	b.must(t, "bob", EndAction{N: 1, Step: "look", Token: "t1", Result: ActionEnded{State: ActionFailed}})
	b.must(t, "bob", MarkAction{N: 1, Step: "fix", State: ActionSkipped, Reason: "not needed"})
	b.must(t, "bob", EndRun{N: 1, Outcome: RunDeclined})
}
