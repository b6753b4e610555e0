package model

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestDecision(t *testing.T) {
	b := open(t, Declare{})
	ev := b.must(t, "ana", Propose{Text: " fail over ", Risk: " 30 s without writes "})
	wantKinds(t, ev, KindDecisionProposed)
	if got := ev[0].Text(); got != "proposal 1: fail over (risk: 30 s without writes) · any strong objections?" || ev[0].Important() {
		t.Errorf("text %q", got)
	}
	want := Decision{N: 1, Text: "fail over", Risk: "30 s without writes", By: "ana", At: noon, Silence: noon.Add(DefaultSilence), Seq: ev[0].Seq}
	expect := func(what string) {
		t.Helper()
		if d, _ := b.inc.Decision(1); !reflect.DeepEqual(d, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", what, d, want)
		}
	}
	expect("proposed")

	b.tick(5 * time.Second)
	ev = b.must(t, "bob", Object{1, " the replica is behind "})
	want.Objections = append(want.Objections, Objection{"bob", "the replica is behind", b.now})
	if ev[0].Text() != "objects to proposal 1: the replica is behind" || !ev[0].Important() {
		t.Errorf("text %q", ev[0].Text())
	}
	expect("objected")

	// The commander need not wait for the end of the silence.
	b.tick(time.Second)
	ev = b.must(t, "ana", TakeDecision{N: 1, Outcome: OutcomeGo, Executor: "@bob", Verify: "errors below 1 %", VerifyIn: 5 * time.Minute, Reason: "no better idea"})
	want.Outcome, want.Executor, want.Verify, want.VerifyAt, want.Decided = OutcomeGo, "bob", "errors below 1 %", b.now.Add(5*time.Minute), b.now
	if ev[0].Text() != "decision 1: fail over (1 objection), @bob does it, known in 5 min: errors below 1 %: no better idea" || !ev[0].Important() {
		t.Errorf("text %q", ev[0].Text())
	}
	expect("decided")
	d, _ := b.inc.Decision(1)
	if d.Pending() || !d.Unverified() {
		t.Errorf("pending %v, unverified %v", d.Pending(), d.Unverified())
	}
	b.refuse(t, "ana", TakeDecision{N: 1, Outcome: OutcomeNo}, Conflict, "decided already: go")
	b.refuse(t, "carl", Object{1, "wait"}, Conflict, "decided already")

	b.tick(5 * time.Minute)
	ev = b.must(t, "bob", VerifyDecision{N: 1, Note: "errors as before"})
	want.Worked = "no"
	if ev[0].Text() != "decision 1 did not work: fail over: errors as before" || !ev[0].Important() {
		t.Errorf("text %q", ev[0].Text())
	}
	expect("it did not work")
	ev = b.must(t, "bob", VerifyDecision{N: 1, Worked: true}) // after all
	want.Worked = "yes"
	if ev[0].Text() != "decision 1 worked: fail over" || ev[0].Important() {
		t.Errorf("text %q", ev[0].Text())
	}
	expect("it worked")
	b.whole(t)
}

func TestDecisionTexts(t *testing.T) {
	for _, c := range []struct {
		take TakeDecision
		want string
	}{
		{TakeDecision{Outcome: OutcomeGo}, "decision 1: fail over (no objections)"},
		{TakeDecision{Outcome: OutcomeGo, Executor: "me"}, "decision 1: fail over (no objections), @ana does it"},
		{TakeDecision{Outcome: OutcomeGo, VerifyIn: time.Hour}, "decision 1: fail over (no objections), known in 1 h 00"},
		{TakeDecision{Outcome: OutcomeGo, Verify: "errors below 1 %"}, "decision 1: fail over (no objections), known by: errors below 1 %"},
		{TakeDecision{Outcome: OutcomeNo}, "decision 1: not done: fail over (no objections)"},
		{TakeDecision{Outcome: OutcomeNo, Reason: "too risky", Executor: "bob", VerifyIn: time.Hour}, "decision 1: not done: fail over (no objections): too risky"},
	} {
		b := open(t, Declare{})
		b.must(t, "ana", Propose{Text: "fail over"})
		c.take.N = 1
		if got := b.must(t, "ana", c.take)[0].Text(); got != c.want {
			t.Errorf("%+v:\n got %q\nwant %q", c.take, got, c.want)
		}
		d, _ := b.inc.Decision(1)
		if d.Outcome == OutcomeNo && !d.VerifyAt.IsZero() {
			t.Errorf("%+v: to be verified at %v", c.take, d.VerifyAt)
		}
		if d.Unverified() != (c.take.Outcome == OutcomeGo && c.take.VerifyIn > 0) {
			t.Errorf("%+v: unverified %v", c.take, d.Unverified())
		}
		b.whole(t)
	}
	b := open(t, Declare{})
	if got := b.must(t, "ana", Propose{Text: "x"})[0].Text(); got != "proposal 1: x · any strong objections?" {
		t.Errorf("text %q", got)
	}
	b.must(t, "bob", Object{1, "one"})
	b.must(t, "carl", Object{1, "two"})
	if got := b.must(t, "ana", TakeDecision{N: 1, Outcome: OutcomeGo})[0].Text(); got != "decision 1: x (2 objections)" {
		t.Errorf("text %q", got)
	}
}

func TestDecisionRefuses(t *testing.T) {
	long := strings.Repeat("x", MaxText+1)
	b := open(t, Declare{})
	b.refuse(t, "a", Propose{}, Invalid, "proposal is empty")
	b.refuse(t, "a", Propose{Text: long}, Invalid, "proposal is too long")
	b.refuse(t, "a", Propose{Text: "x", Risk: long}, Invalid, "too long")
	b.refuse(t, "a", Propose{Text: "x", Silence: -time.Second}, Invalid, "objections")
	b.refuse(t, "a", Propose{Text: "x", Silence: time.Hour + 1}, Invalid, "at most an hour")
	for _, c := range []Command{Object{1, "x"}, TakeDecision{N: 1, Outcome: OutcomeGo}, VerifyDecision{N: 1}} {
		b.refuse(t, "a", c, NotFound, "there is no")
	}
	b.must(t, "a", Propose{Text: "x", Silence: time.Hour})
	if d, _ := b.inc.Decision(1); !d.Silence.Equal(noon.Add(time.Hour)) {
		t.Errorf("silence until %v", d.Silence)
	}
	for _, n := range []int{-1, 0, 2, 1 << 40} {
		b.refuse(t, "a", Object{n, "x"}, NotFound, "no proposal")
		b.refuse(t, "a", TakeDecision{N: n, Outcome: OutcomeGo}, NotFound, "no proposal")
		b.refuse(t, "a", VerifyDecision{N: n}, NotFound, "no decision")
	}
	b.refuse(t, "a", Object{1, " "}, Invalid, "objection is empty")
	b.refuse(t, "a", Object{1, long}, Invalid, "too long")
	b.refuse(t, "a", TakeDecision{N: 1}, Invalid, "go or no")
	b.refuse(t, "a", TakeDecision{N: 1, Outcome: "maybe"}, Invalid, "go or no")
	b.refuse(t, "a", TakeDecision{N: 1, Outcome: OutcomeGo, Executor: "@"}, Invalid, "no name")
	b.refuse(t, "a", TakeDecision{N: 1, Outcome: OutcomeGo, Executor: strings.Repeat("x", 65)}, Invalid, "too long")
	b.refuse(t, "a", TakeDecision{N: 1, Outcome: OutcomeGo, Verify: long}, Invalid, "too long")
	b.refuse(t, "a", TakeDecision{N: 1, Outcome: OutcomeGo, Reason: long}, Invalid, "too long")
	b.refuse(t, "a", TakeDecision{N: 1, Outcome: OutcomeGo, VerifyIn: -1}, Invalid, "seven days")
	b.refuse(t, "a", TakeDecision{N: 1, Outcome: OutcomeGo, VerifyIn: maxOrderLength + 1}, Invalid, "seven days")
	b.refuse(t, "a", VerifyDecision{N: 1, Worked: true}, Conflict, "not carried out") // pending
	b.must(t, "a", TakeDecision{N: 1, Outcome: OutcomeNo})
	b.refuse(t, "a", VerifyDecision{N: 1, Worked: true}, Conflict, "not carried out")
	b.must(t, "a", Propose{Text: "y"})
	b.must(t, "a", TakeDecision{N: 2, Outcome: OutcomeGo, VerifyIn: maxOrderLength})
	b.refuse(t, "a", VerifyDecision{N: 2, Note: long}, Invalid, "too long")
	b.whole(t)
}

// Nobody may be asked by the name of "me".
func TestMeInDoctrine(t *testing.T) {
	b := open(t, Declare{})
	b.line(t, "ana", "/propose x")
	b.line(t, "bob", "/decide 1 go @me")
	b.line(t, "carl", "/temp x @me")
	b.line(t, "dora", "/team alpha @ME")
	b.must(t, "erin", FormTeam{Name: "bravo", Leader: "fred", Members: []string{"@me"}})
	b.line(t, "gus", "/review me")
	if d := b.inc.Decisions[0]; d.Executor != "bob" {
		t.Errorf("executor %q", d.Executor)
	}
	if m := b.inc.Mitigations[0]; m.Owner != "carl" {
		t.Errorf("owner %q", m.Owner)
	}
	if b.inc.Teams[0].Leader != "dora" || b.inc.Teams[1].Members[0] != "erin" || b.inc.Review.Owner != "gus" {
		t.Errorf("teams %+v, review %+v", b.inc.Teams, b.inc.Review)
	}
}
