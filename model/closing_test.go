package model

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestResolve(t *testing.T) {
	b := open(t, Declare{Severity: 1})
	b.must(t, "ana", SetStatus{To: Investigating})
	b.tick(time.Hour)
	ev := b.must(t, "ana", Resolve{Severity: 2, Reason: "errors normal", Owner: "@dana"})
	wantKinds(t, ev, KindSeverityChanged, KindStatusChanged, KindMilestoneSet, KindReviewPlanned)
	i := b.inc
	if i.Status != Resolved || i.Severity != 2 || i.Review != (ReviewPlan{"dana", b.now.Add(72 * time.Hour)}) {
		t.Errorf("%s %s %+v", i.Status, i.Severity, i.Review)
	}
	lines := b.texts()
	if got, want := lines[len(lines)-3:], []string{
		"Severity changed from SEV-1 to SEV-2: final",
		"Status changed from investigating to resolved: errors normal",
		"postmortem: dana, due 2026-11-26 13:00Z",
	}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	// The milestone follows from the status change, not from the severity.
	if k := i.Milestones[WasResolved]; k.Of != ev[1].Seq || !k.Auto || !k.At.Equal(b.now) {
		t.Errorf("%+v", k)
	}
	then := noon.Add(50 * time.Minute)
	wantKinds(t, b.must(t, "dana", Amend{Seq: ev[1].Seq, At: then}), KindAmended, KindMilestoneSet)
	if got, _ := i.At(WasResolved); !got.Equal(then) {
		t.Errorf("resolved at %v", got)
	}
	if got, _ := i.Elapsed(b.now); got != 50*time.Minute {
		t.Errorf("elapsed %v", got)
	}
	wantKinds(t, b.must(t, "dana", Amend{Seq: ev[0].Seq, At: then}), KindAmended)
	b.whole(t)

	// Closing later: the postmortem still counts from resolved.
	b.tick(time.Hour)
	wantKinds(t, b.must(t, "ana", Resolve{To: Closed, Severity: 2, Owner: "erin"}), KindStatusChanged, KindMilestoneSet, KindReviewPlanned)
	if want := (ReviewPlan{"erin", then.Add(72 * time.Hour)}); i.Review != want || i.Status != Closed {
		t.Errorf("%s %+v", i.Status, i.Review)
	}
	b.whole(t)
}

// From triage in one go: each milestone follows from the one status change.
func TestResolveAtOnce(t *testing.T) {
	b := open(t, Declare{Severity: 3}).tick(time.Minute)
	ev := b.must(t, "ana", Resolve{Severity: 1})
	wantKinds(t, ev, KindSeverityChanged, KindStatusChanged, KindMilestoneSet, KindMilestoneSet)
	for _, m := range []Milestone{Acknowledged, WasResolved} {
		if k := b.inc.Milestones[m]; k.Of != ev[1].Seq {
			t.Errorf("%s follows from #%d, want #%d", m, k.Of, ev[1].Seq)
		}
	}
	b.whole(t)
}

func TestResolveRefuses(t *testing.T) {
	b := open(t, Declare{Severity: 1})
	long := strings.Repeat("x", MaxText+1)
	for _, c := range []struct {
		cmd  Resolve
		code Code
		want string
	}{
		{Resolve{To: "over"}, Invalid, "no status"},
		{Resolve{Severity: 6}, Invalid, "no severity"},
		{Resolve{Severity: -1}, Invalid, "no severity"},
		{Resolve{Severity: 2, Reason: long}, Invalid, "too long"},
		{Resolve{Severity: 2, Owner: "@"}, Invalid, "no name"},
		{Resolve{Severity: 2, Owner: "dana", Due: noon.Add(-time.Second)}, Invalid, "give a time to come"},
	} {
		b.refuse(t, "ana", c.cmd, c.code, c.want)
		if b.inc.Status != Triage || b.inc.Severity != 1 {
			t.Fatalf("%+v: half of it was carried out", c.cmd)
		}
	}
	b.must(t, "ana", Resolve{})
	b.refuse(t, "ana", Resolve{Severity: 3}, Conflict, "resolved already")
	if b.inc.Severity != 1 {
		t.Error("refused, and yet the severity changed")
	}
}

func TestPlanReview(t *testing.T) {
	b := open(t, Declare{})
	ev := b.must(t, "ana", PlanReview{Owner: "@dana"})
	wantKinds(t, ev, KindReviewPlanned)
	if got := ev[0].Text(); got != "postmortem: dana, due 2026-11-26 12:00Z" || ev[0].Important() {
		t.Errorf("text %q", got)
	}
	due := func(what string, want time.Time) {
		t.Helper()
		if got := b.inc.Review.Due; !got.Equal(want) {
			t.Errorf("%s: due %v, want %v", what, got, want)
		}
	}
	due("live: from now", noon.Add(72*time.Hour))
	if !slices.Contains(b.inc.People, "dana") {
		t.Errorf("people %q", b.inc.People)
	}
	b.must(t, "ana", PlanReview{Rules: Rules{Review: 48 * time.Hour}})
	due("by the rules of the team", noon.Add(48*time.Hour))
	if b.inc.Review.Owner != "ana" {
		t.Errorf("owner %q: nobody named is the actor", b.inc.Review.Owner)
	}
	b.tick(time.Hour).must(t, "ana", SetStatus{To: Resolved})
	b.tick(time.Hour).must(t, "ana", PlanReview{Owner: "dana"})
	due("resolved: from then", noon.Add(73*time.Hour))
	b.tick(100*time.Hour).must(t, "ana", PlanReview{Owner: "dana"})
	due("long ago: from now", b.now.Add(72*time.Hour))
	b.must(t, "ana", PlanReview{Owner: "dana", Due: b.now})
	due("now", b.now)
	b.refuse(t, "ana", PlanReview{Owner: "dana", Due: b.now.Add(-1)}, Invalid, "give a time to come")
	b.refuse(t, "ana", PlanReview{Owner: "dana", Due: time.Date(9999, 12, 31, 23, 59, 0, 0, time.FixedZone("", -3600))}, Invalid, "give a time to come")
	b.refuse(t, "ana", PlanReview{Owner: strings.Repeat("x", 65)}, Invalid, "too long")
	b.whole(t)
}

func TestLooseEnds(t *testing.T) {
	b := open(t, Declare{Severity: 1})
	if got := b.inc.LooseEnds(); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	for _, l := range []string{
		"/role ic ana", "/role scribe dana", "@bob look 3m", "@carl try 3m", "@dora wait 3m", "/done 1", "/ack 2", "/withdraw 3", "@bob again 3m",
		"/temp imports throttled", "/temp alert silenced", "/untemp 1",
		"hypothesis: migration", "hypothesis: pool", "hypothesis: network", "hypothesis: dns", "/hypothesis 2 testing", "/hypothesis 3 out why", "/hypothesis 4 yes why",
		"/propose fail over", "/propose restart", "/propose wait", "/propose page the vendor", "/propose drain", "/decide 2 no", "/decide 3 go", "/decide 4 go 5m", "/decide 5 go 5m", "/worked 5 no",
		"/handover bob",
	} {
		b.line(t, "ana", l)
	}
	want := []Loose{
		{"order", "2 @carl try"}, {"order", "4 @bob again"},
		{"temporary", "2 alert silenced"},
		{"hypothesis", "1 migration"}, {"hypothesis", "2 pool"},
		{"proposal", "1 fail over"}, {"did it work", "4 page the vendor"},
		{"hand-over", "incident commander to bob"},
	}
	if got := b.inc.LooseEnds(); !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	// It never hinders resolving, and stays to be seen.
	b.must(t, "ana", Resolve{})
	if got := b.inc.LooseEnds(); len(got) != len(want) {
		t.Errorf("%+v", got)
	}
	for _, l := range []string{"/done 2", "/done 4", "/untemp 2", "/hypothesis 1 out why", "/hypothesis 2 yes why", "/decide 1 no", "/worked 4 yes"} {
		b.line(t, "ana", l)
	}
	b.line(t, "bob", "/decline")
	if got := b.inc.LooseEnds(); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestRuled(t *testing.T) {
	r := Rules{Review: time.Hour, Respond: [6]time.Duration{3: time.Minute}}
	for _, c := range []Command{Snooze{Key: "acknowledge", For: time.Hour, Reason: "x"}, SeeAlarm{Key: "acknowledge"}} {
		b := open(t, Declare{Severity: 3}).tick(2 * time.Minute)
		if s, ok := c.(SeeAlarm); ok {
			b.refuse(t, "ana", s, Conflict, "not overdue") // by doctrine
		}
		b.must(t, "ana", Ruled(c, r))
	}
	for _, c := range []Command{PlanReview{Owner: "dana"}, Resolve{Owner: "dana"}} {
		b := open(t, Declare{})
		b.must(t, "ana", Ruled(c, r))
		if !b.inc.Review.Due.Equal(noon.Add(time.Hour)) {
			t.Errorf("%#v: due %v", c, b.inc.Review.Due)
		}
	}
	if c := Ruled(Undo{}, r); c != (Undo{}) {
		t.Errorf("%#v", c)
	}
	// Every command that goes by the rules is given them.
	for _, c := range allCommands() {
		v := reflect.ValueOf(c)
		if f := v.FieldByName("Rules"); f.IsValid() {
			if got := reflect.ValueOf(Ruled(c, r)).FieldByName("Rules").Interface(); got != any(r) {
				t.Errorf("%T is not given the rules: %v", c, got)
			}
		} else if got := Ruled(c, r); !reflect.DeepEqual(got, c) {
			t.Errorf("%T is changed to %#v", c, got)
		}
	}
}

// allCommands is one of each.
func allCommands() []Command {
	return []Command{
		Declare{}, Describe{}, SetSeverity{}, SetStatus{}, Cancel{}, SetMilestone{}, AddNote{}, Amend{}, Undo{},
		AssignRole{}, ReleaseRole{}, HandOver{}, AcceptRole{}, DeclineRole{}, TakeCommand{},
		GiveOrder{}, AckOrder{}, FinishOrder{}, ExtendOrder{}, WithdrawOrder{},
		StateHypothesis{}, SetHypothesis{}, Propose{}, Object{}, TakeDecision{}, VerifyDecision{},
		AddMitigation{}, ExtendMitigation{}, RemoveMitigation{}, Size{}, CountReports{}, SetLink{}, Report{}, Staff{}, AddOption{}, DropOption{}, ProposeOption{}, CallRoll{}, Dismiss{},
		Snooze{}, SeeAlarm{}, PromiseUpdate{}, FormTeam{}, EndTeam{}, PlanReview{}, Resolve{},
		Assess{}, AnswerCheck{}, Measure{}, Escalate{},
		DraftUpdate{}, ApproveUpdate{}, MarkSent{}, TellAudience{}, WithdrawUpdate{},
		StartRun{}, SetRunValues{}, StartAction{}, EndAction{}, MarkAction{}, ApproveStep{}, TakeRun{}, EndRun{}, EscalateRun{},
		SetGate{}, SampleGate{}, ConfirmGate{}, OverrideGate{}, AddEvidence{},
		WriteReview{}, MoveReview{}, KeepTree{}, DropTree{}, AnswerWhy{}, ChangeWhy{}, DropWhy{}, AddAction{}, ChangeAction{}, FinishAction{}, DropAction{}, ReopenAction{},
		AttachAlert{}, DetachAlert{}, ClearAlert{}, SetDetection{},
		RecordDelivery{},
	}
}

// A wish without any content is refused, or does what it says; it never harms.
func TestEmptyCommands(t *testing.T) {
	does := []string{"model.Cancel", "model.TakeCommand", "model.PlanReview", "model.Resolve"}
	for _, c := range allCommands() {
		b := open(t, Declare{})
		name := fmt.Sprintf("%T", c)
		_, err := b.do("ana", c)
		if (err == nil) != slices.Contains(does, name) {
			t.Errorf("%s: %v", name, err)
		}
		b.whole(t)
	}
}
