package model

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestHypothesis(t *testing.T) {
	b := open(t, Declare{}).tick(time.Minute)
	ev := b.must(t, "bob", StateHypothesis{Text: " migration locks orders ", At: noon.Add(-time.Minute)})
	wantKinds(t, ev, KindHypothesisStated)
	if got := ev[0].Text(); got != "hypothesis 1: migration locks orders" || ev[0].Important() {
		t.Errorf("text %q", got)
	}
	want := Hypothesis{N: 1, Text: "migration locks orders", By: "bob", At: noon.Add(-time.Minute), State: HypothesisOpen, Since: noon.Add(-time.Minute), Seq: ev[0].Seq}
	expect := func(what string) {
		t.Helper()
		if h, _ := b.inc.Hypothesis(1); !reflect.DeepEqual(h, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", what, h, want)
		}
	}
	expect("stated")
	b.must(t, "ana", StateHypothesis{Text: "the pool is too small"})

	for _, s := range []struct {
		state     HypothesisState
		evidence  string
		text      string
		important bool
	}{
		{HypothesisTesting, "", "hypothesis 1 testing: migration locks orders", false},
		{HypothesisTesting, " asked carl ", "hypothesis 1 testing: migration locks orders: asked carl", false}, // more evidence, no other state
		{HypothesisRuledOut, "lag came first", "hypothesis 1 ruled out: migration locks orders: lag came first", false},
		{HypothesisOpen, "", "hypothesis 1 open: migration locks orders", false}, // it may come back
		{HypothesisConfirmed, "lock list", "hypothesis 1 confirmed: migration locks orders: lock list", true},
	} {
		b.tick(time.Minute)
		ev := b.must(t, "carl", SetHypothesis{1, s.state, s.evidence})
		wantKinds(t, ev, KindHypothesisChanged)
		if ev[0].Text() != s.text || ev[0].Important() != s.important {
			t.Errorf("text %q, important %v", ev[0].Text(), ev[0].Important())
		}
		if want.State != s.state {
			want.State, want.Since = s.state, b.now
		}
		if s.evidence != "" {
			want.Evidence = append(want.Evidence, strings.TrimSpace(s.evidence))
		}
		expect(string(s.state) + " " + s.evidence)
	}
	if h, _ := b.inc.Hypothesis(2); h.State != HypothesisOpen || len(h.Evidence) != 0 || !h.Unsettled() {
		t.Errorf("the other is %+v", h)
	}
	if h, _ := b.inc.Hypothesis(1); h.Unsettled() {
		t.Error("a confirmed hypothesis is unsettled")
	}
	b.whole(t)
}

func TestHypothesisRefuses(t *testing.T) {
	b := open(t, Declare{})
	b.refuse(t, "a", StateHypothesis{Text: " \n"}, Invalid, "hypothesis is empty")
	b.refuse(t, "a", StateHypothesis{Text: strings.Repeat("x", MaxText+1)}, Invalid, "too long")
	b.refuse(t, "a", StateHypothesis{Text: "x", At: noon.Add(time.Hour)}, Invalid, "future")
	b.refuse(t, "a", SetHypothesis{1, HypothesisTesting, ""}, NotFound, "no hypothesis 1")
	b.must(t, "a", StateHypothesis{Text: "x"})
	for _, n := range []int{-1, 0, 2, 1 << 40} {
		b.refuse(t, "a", SetHypothesis{n, HypothesisTesting, ""}, NotFound, "no hypothesis")
	}
	b.refuse(t, "a", SetHypothesis{1, HypothesisOpen, " "}, Conflict, "open already")
	b.refuse(t, "a", SetHypothesis{1, HypothesisConfirmed, ""}, Invalid, "what shows it")
	b.refuse(t, "a", SetHypothesis{1, HypothesisRuledOut, " "}, Invalid, "is ruled out")
	b.refuse(t, "a", SetHypothesis{1, HypothesisTesting, strings.Repeat("x", MaxText+1)}, Invalid, "reason")
	b.refuse(t, "a", SetHypothesis{1, "", "x"}, Invalid, "no state of a hypothesis")
	b.refuse(t, "a", SetHypothesis{1, "solved\x1b", "x"}, Invalid, "no state of a hypothesis")
	b.must(t, "a", SetHypothesis{1, HypothesisRuledOut, "why"})
	b.refuse(t, "a", SetHypothesis{1, HypothesisRuledOut, ""}, Conflict, "ruled out already")
	b.must(t, "a", SetHypothesis{1, HypothesisRuledOut, "and another reason"})
}

// A text that had to be taken out of the record leaves its number behind: those
// after it keep theirs, and nobody gets one a second time.
func TestNumbersOutliveRedaction(t *testing.T) {
	b := open(t, Declare{})
	b.line(t, "ana", "hypothesis: password is hunter2")
	b.line(t, "ana", "hypothesis: migration locks orders")
	b.line(t, "ana", "/propose set the password to hunter2")
	b.line(t, "ana", "/propose fail over")
	b.line(t, "ana", "/temp password hunter2")
	b.line(t, "ana", "/temp imports throttled")
	b.line(t, "ana", "@bob try hunter2")
	b.line(t, "ana", "@bob look")
	for k := range b.events {
		if strings.Contains(b.events[k].Text(), "hunter2") {
			b.events[k].Raw, b.events[k].Body = nil, nil
		}
	}
	b.inc = refold(b.events)
	for _, l := range []string{
		"/hypothesis 2 testing", "hypothesis: the pool", "/propose restart", "/decide 2 go", "/temp pool doubled", "/untemp 2", "/ack 2", "@bob again", "/done 3",
	} {
		b.line(t, "ana", l)
	}
	for _, c := range []Command{SetHypothesis{1, HypothesisTesting, ""}, Object{1, "x"}, RemoveMitigation{N: 1}, AckOrder{1}} {
		b.refuse(t, "ana", c, NotFound, "there is no")
	}
	var got []int
	for _, h := range b.inc.Hypotheses {
		got = append(got, h.N)
	}
	for _, d := range b.inc.Decisions {
		got = append(got, d.N)
	}
	for _, m := range b.inc.Mitigations {
		got = append(got, m.N)
	}
	for _, o := range b.inc.Orders {
		got = append(got, o.N)
	}
	if !slices.Equal(got, []int{2, 3, 2, 3, 2, 3, 2, 3}) {
		t.Errorf("numbers %v", got)
	}
	if h, _ := b.inc.Hypothesis(2); h.State != HypothesisTesting {
		t.Errorf("hypothesis 2 is %+v", h)
	}
	if d, _ := b.inc.Decision(2); d.Outcome != OutcomeGo {
		t.Errorf("decision 2 is %+v", d)
	}
	if b.inc.Mitigations[0].InPlace() || !b.inc.Mitigations[1].InPlace() {
		t.Errorf("mitigations %+v", b.inc.Mitigations)
	}
	b.whole(t)
}
