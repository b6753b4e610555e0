package model

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAddNote(t *testing.T) {
	b := open(t, Declare{})
	for _, k := range NoteKinds {
		ev := b.must(t, "bob", AddNote{Kind: k, Text: "  lag is <340> & rising \n"})
		if k == KindUpdate {
			wantKinds(t, ev, k, KindMilestoneSet)
		} else {
			wantKinds(t, ev, k)
		}
		if ev[0].Text() != "lag is <340> & rising" || ev[0].Important() || ev[0].Kind.Class() != string(k) {
			t.Errorf("%s: %q %v %s", k, ev[0].Text(), ev[0].Important(), ev[0].Kind.Class())
		}
	}
	ev := b.must(t, "bob", AddNote{Text: "first customer report", Important: true, At: noon.Add(-7 * time.Minute)})
	en := NewEntry(ev[0])
	if ev[0].Kind != KindNote || !en.Mark || !en.When.Equal(noon.Add(-7*time.Minute)) || en.BackDated() != 7*time.Minute {
		t.Errorf("%+v", en)
	}
	if b.inc.Last != "first customer report" || b.inc.Lines != 9 {
		t.Errorf("last %q of %d", b.inc.Last, b.inc.Lines)
	}
	if KindDeclared.Class() != "system" || KindDeclared.Written() {
		t.Error("a declaration counts as written")
	}
	b.refuse(t, "bob", AddNote{Text: " "}, Invalid, "empty")
	b.refuse(t, "bob", AddNote{Text: strings.Repeat("x", MaxText+1)}, Invalid, "65537 bytes")
	b.refuse(t, "bob", AddNote{Kind: KindDeclared, Text: "x"}, Invalid, "no kind")
	b.refuse(t, "bob", AddNote{Text: "x", At: noon.Add(61 * time.Second)}, Invalid, "future")
	b.must(t, "bob", AddNote{Text: "a clock of another machine", At: noon.Add(59 * time.Second)})
	b.must(t, "bob", AddNote{Text: strings.Repeat("x", MaxText)})
	b.whole(t)
}

func TestTodos(t *testing.T) {
	b := open(t, Declare{})
	b.must(t, "bob", AddNote{Kind: KindAction, Text: "no todo"})
	one := b.must(t, "bob", AddNote{Kind: KindTodo, Text: "write a test"})[0].Seq
	two := b.must(t, "ana", AddNote{Kind: KindTodo, Text: "alert on lag"})[0].Seq
	three := b.must(t, "ana", AddNote{Kind: KindTodo, Text: "thank the night shift"})[0].Seq
	b.must(t, "bob", Amend{Seq: one, Text: ptr("write a failover test")})
	b.must(t, "ana", Amend{Seq: two, Struck: ptr(true)})
	want := []Todo{{one, "write a failover test", "bob"}, {three, "thank the night shift", "ana"}}
	if !slices.Equal(b.inc.Todos, want) {
		t.Errorf("got %+v, want %+v", b.inc.Todos, want)
	}
	b.must(t, "ana", Amend{Seq: two, Text: ptr("alert on replica lag")}) // while it is struck
	b.must(t, "ana", Amend{Seq: two, Struck: ptr(false)})
	want = slices.Insert(want, 1, Todo{two, "alert on replica lag", "ana"})
	if !slices.Equal(b.inc.Todos, want) {
		t.Errorf("restored: got %+v, want %+v", b.inc.Todos, want)
	}
	for _, seq := range []int64{one, two, three} {
		b.must(t, "ana", Amend{Seq: seq, Struck: ptr(true)})
	}
	if len(b.inc.Todos) != 0 {
		t.Errorf("left over: %+v", b.inc.Todos)
	}
	b.whole(t)
}

func TestAmend(t *testing.T) {
	b := open(t, Declare{})
	seq := b.must(t, "bob", AddNote{Text: "lag is 34 s"})[0].Seq
	b.tick(time.Minute)
	ev := b.must(t, "dana", Amend{Seq: seq, Text: ptr(" lag is 340 s "), At: noon.Add(-time.Minute), Mark: ptr(true)})
	wantKinds(t, ev, KindAmended)
	if !ev[0].Quiet() {
		t.Error("a correction has a line of its own")
	}
	en, _ := b.entry(seq)
	if en.Line != "lag is 340 s" || !en.When.Equal(noon.Add(-time.Minute)) || !en.Mark || en.Amended != 1 || en.Text() != "lag is 34 s" {
		t.Errorf("%+v", en)
	}
	if a := ev[0].Body.(*Amendment); a.Was != "lag is 34 s" {
		t.Errorf("was %q", a.Was)
	}
	if got := ev[0].Text(); got != "amended #3: now: lag is 340 s, time now 2026-11-23 11:59:00Z, marked important" {
		t.Errorf("text %q", got)
	}
	if b.inc.Last != "lag is 340 s" || !b.inc.LastAt.Equal(noon.Add(-time.Minute)) {
		t.Errorf("lists still show %q at %v", b.inc.Last, b.inc.LastAt)
	}

	// What is not said stays; what does not differ is not written.
	ev = b.must(t, "dana", Amend{Seq: seq, Text: ptr("lag is 340 s"), Mark: ptr(false)})
	if a := ev[0].Body.(*Amendment); a.Line != nil || a.At != nil || a.Mark == nil {
		t.Errorf("%+v", a)
	}
	b.refuse(t, "dana", Amend{Seq: seq, Text: ptr("lag is 340 s"), Mark: ptr(false), At: noon.Add(-time.Minute)}, Conflict, "nothing")
	b.refuse(t, "dana", Amend{Seq: seq}, Conflict, "nothing")
	b.refuse(t, "dana", Amend{Seq: seq, Text: ptr(" ")}, Invalid, "empty")
	b.refuse(t, "dana", Amend{Seq: seq, At: b.now.Add(time.Hour)}, Invalid, "future")
	b.refuse(t, "dana", Amend{Seq: 99, Text: ptr("x")}, NotFound, "no entry #99")
	b.refuse(t, "dana", Amend{Seq: 0, Text: ptr("x")}, NotFound, "no entry #0")
	b.refuse(t, "dana", Amend{Seq: 2, Text: ptr("x")}, Conflict, "correction") // the milestone of the declaration
	b.refuse(t, "dana", Amend{Seq: 1, Text: ptr("x")}, Conflict, "by the system")
	b.refuse(t, "dana", Amend{Seq: 1, Mark: ptr(false)}, Conflict, "by the system")
	b.refuse(t, "dana", Amend{Seq: 1, Struck: ptr(true)}, Conflict, "by the system")
	b.whole(t)
}

func TestStrike(t *testing.T) {
	b := open(t, Declare{})
	seq := b.must(t, "bob", AddNote{Text: "it is DNS"})[0].Seq
	ev := b.must(t, "bob", Amend{Seq: seq, Struck: ptr(true)})
	if en, _ := b.entry(seq); !en.Struck || en.Line != "it is DNS" || ev[0].Text() != "amended #3: took back" {
		t.Errorf("%+v %q", en, ev[0].Text())
	}
	if strings.Contains(b.inc.Last, "DNS") {
		t.Errorf("lists still show %q", b.inc.Last)
	}
	b.refuse(t, "bob", Amend{Seq: seq, Struck: ptr(true)}, Conflict, "nothing")
	b.must(t, "bob", Amend{Seq: seq, Text: ptr("it is always DNS")})
	if strings.Contains(b.inc.Last, "DNS") {
		t.Errorf("lists show %q, which is struck", b.inc.Last)
	}
	ev = b.must(t, "bob", Amend{Seq: seq, Struck: ptr(false)})
	if en, _ := b.entry(seq); en.Struck || ev[0].Text() != "amended #3: restored" || b.inc.Last != "it is always DNS" {
		t.Errorf("%+v %q, last %q", en, ev[0].Text(), b.inc.Last)
	}
	b.whole(t)
}

// A correction of the time of what the system recorded moves the milestones
// that follow from it, and only those.
func TestAmendedTimeMovesMilestones(t *testing.T) {
	b := open(t, Declare{At: noon.Add(-time.Hour)})
	b.must(t, "ana", SetStatus{To: Investigating})
	mit := b.must(t, "ana", SetStatus{To: Mitigated})[0].Seq
	then := noon.Add(-30 * time.Minute)
	ev := b.must(t, "dana", Amend{Seq: mit, At: then})
	wantKinds(t, ev, KindAmended, KindMilestoneSet)
	k := b.inc.Milestones[WasMitigated]
	if !k.At.Equal(then) || !k.First.Equal(noon) || k.Of != mit || !k.Auto {
		t.Errorf("%+v", k)
	}
	if got, _ := b.inc.At(Acknowledged); !got.Equal(noon) {
		t.Errorf("acknowledged moved to %v", got)
	}
	if k := b.inc.Milestones[WasMitigated]; k.Void {
		t.Error("void")
	}
	b.must(t, "dana", Amend{Seq: 1, At: noon.Add(-90 * time.Minute)})
	if got, _ := b.inc.At(Declared); !got.Equal(noon.Add(-90 * time.Minute)) {
		t.Errorf("declared at %v", got)
	}

	// What a person said about the milestone itself is not moved.
	b.must(t, "dana", SetMilestone{Name: WasMitigated, At: noon.Add(-20 * time.Minute)})
	wantKinds(t, b.must(t, "dana", Amend{Seq: mit, At: noon.Add(-10 * time.Minute)}), KindAmended)

	// Nor is one that a relapse made void.
	b.must(t, "ana", SetStatus{To: Resolved})
	res := b.events[len(b.events)-2].Seq
	b.must(t, "ana", SetStatus{To: Investigating})
	wantKinds(t, b.must(t, "dana", Amend{Seq: res, At: noon.Add(-time.Minute)}), KindAmended)
	b.whole(t)
}

func TestPos(t *testing.T) {
	a, b, c := Pos{noon, 2}, Pos{noon, 3}, Pos{noon.Add(-time.Second), 9}
	if !a.Before(b) || b.Before(a) || a.Before(a) || !c.Before(a) || a.Before(c) {
		t.Error("places are not ordered by time and then by Seq")
	}
	if d := (Entry{Event: Event{Recorded: noon}, When: noon.Add(-59 * time.Second)}).BackDated(); d != 0 {
		t.Errorf("a minute's slip counts as back-dated by %v", d)
	}
}

func TestFilter(t *testing.T) {
	s := Summary{ID: "INC-20261123-120000", Title: "Checkout slow", Services: []string{"Orders"}, Severity: 2, Status: Mitigated, Commander: "Ana"}
	done, drill := s, s
	done.Status, drill.Drill = Closed, true
	for name, c := range map[string]struct {
		f    Filter
		s    Summary
		want bool
	}{
		"all": {Filter{}, s, true}, "open": {Filter{Open: true}, s, true}, "open closed": {Filter{Open: true}, done, false},
		"live": {Filter{Live: true}, s, true}, "live closed": {Filter{Live: true}, done, false},
		"status": {Filter{Statuses: []Status{Triage, Mitigated}}, s, true}, "other status": {Filter{Statuses: []Status{Triage}}, s, false},
		"worse": {Filter{MaxSev: 2}, s, true}, "too mild": {Filter{MaxSev: 1}, s, false}, "any": {Filter{MaxSev: 0}, s, true},
		"person": {Filter{Person: "ana"}, s, true}, "other person": {Filter{Person: "an"}, s, false},
		"service": {Filter{Service: "orders"}, s, true}, "part of service": {Filter{Service: "order"}, s, false},
		"title": {Filter{Text: "CHECK"}, s, true}, "id": {Filter{Text: "inc-2026"}, s, true}, "service text": {Filter{Text: "rder"}, s, true},
		"no text": {Filter{Text: "search"}, s, false}, "drill": {Filter{NoDrills: true}, drill, false}, "no drill": {Filter{NoDrills: true}, s, true},
	} {
		if got := c.f.Match(c.s); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestSummary(t *testing.T) {
	b := open(t, Declare{Severity: 2, Services: []string{"orders"}, Drill: true, At: noon.Add(-time.Hour), ImpactStart: noon.Add(-2 * time.Hour)})
	b.must(t, "ana", TakeCommand{})
	b.must(t, "ana", AddNote{Text: "hello"})
	s := b.inc.Summary()
	if s.ID != b.inc.ID || s.Commander != "ana" || !s.Drill || !s.Ended.IsZero() || !s.VacantSince.IsZero() ||
		!s.Started.Equal(noon.Add(-2*time.Hour)) || !s.DeclaredAt.Equal(noon.Add(-time.Hour)) ||
		s.Last != "hello" || s.Seq != b.inc.Seq || s.Lines != b.inc.Lines {
		t.Errorf("%+v", s)
	}
	s.Services[0] = "changed"
	if b.inc.Services[0] != "orders" {
		t.Error("the row shares the incident's services")
	}
	b.must(t, "ana", SetStatus{To: Resolved})
	if s := b.inc.Summary(); !s.Ended.Equal(noon) {
		t.Errorf("ended %v", s.Ended)
	}
}
