package model

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestDeclare(t *testing.T) {
	b := open(t, Declare{
		Title: "  Checkout\nanswers 503 ", Description: "one in five", Services: []string{"checkout, orders", "Checkout", " "},
		Severity: 2, Drill: true, Source: "probe", At: noon.Add(-3 * time.Minute),
		ImpactStart: noon.Add(-9 * time.Minute), DetectedAt: noon.Add(-5 * time.Minute),
	})
	i := b.inc
	if i.ID != "INC-20261123-120000" || i.Title != "Checkout answers 503" || i.Description != "one in five" ||
		i.Severity != 2 || i.Status != Triage || !i.Drill || i.Source != "probe" || i.By != "ana" {
		t.Errorf("declared as %+v", i)
	}
	if !slices.Equal(i.Services, []string{"checkout", "orders"}) {
		t.Errorf("services %q", i.Services)
	}
	for m, want := range map[Milestone]time.Time{
		Declared: noon.Add(-3 * time.Minute), ImpactStarted: noon.Add(-9 * time.Minute), Detected: noon.Add(-5 * time.Minute),
	} {
		if got, ok := i.At(m); !ok || !got.Equal(want) {
			t.Errorf("%s at %v %v, want %v", m, got, ok, want)
		}
	}
	if _, ok := i.At(Acknowledged); ok {
		t.Error("a declared incident is acknowledged before anybody did anything")
	}
	if !i.StatusSince.Equal(noon.Add(-3*time.Minute)) || !i.VacantSince.Equal(i.StatusSince) {
		t.Errorf("since %v, vacant since %v", i.StatusSince, i.VacantSince)
	}
	if got := i.Started(); !got.Equal(noon.Add(-9 * time.Minute)) {
		t.Errorf("the clock starts at %v", got)
	}
	if got := b.texts()[0]; got != "declared DRILL SEV-2: Checkout answers 503" {
		t.Errorf("first line %q", got)
	}
	b.whole(t)
}

func TestDeclareDefaults(t *testing.T) {
	b := open(t, Declare{Title: "x"})
	if b.inc.Severity != SevDefault || b.inc.Status != Triage {
		t.Errorf("%v %v", b.inc.Severity, b.inc.Status)
	}
	wantKinds(t, b.events, KindDeclared, KindMilestoneSet)
	if b.inc.Lines != 1 {
		t.Errorf("%d lines, want the declaration alone", b.inc.Lines)
	}
}

func TestDeclareRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		d    Declare
		want string
	}{
		"no title":        {Declare{Title: " \t\n"}, "title is empty"},
		"long title":      {Declare{Title: strings.Repeat("é", 151)}, "title is too long"},
		"severity 6":      {Declare{Title: "x", Severity: 6}, "no severity"},
		"severity -1":     {Declare{Title: "x", Severity: -1}, "no severity"},
		"status":          {Declare{Title: "x", Status: "broken"}, "no status"},
		"future":          {Declare{Title: "x", At: noon.Add(2 * time.Minute)}, "future"},
		"impact future":   {Declare{Title: "x", ImpactStart: noon.Add(time.Hour)}, "future"},
		"before 1970":     {Declare{Title: "x", At: time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC)}, "year 1969"},
		"long service":    {Declare{Title: "x", Services: []string{strings.Repeat("s", 101)}}, "service name"},
		"many services":   {Declare{Title: "x", Services: []string{numbered(maxServices + 1)}}, "services"},
		"long source":     {Declare{Title: "x", Source: strings.Repeat("s", 301)}, "source"},
		"long descriptio": {Declare{Title: "x", Description: strings.Repeat("s", MaxText+1)}, "description is too long"},
	} {
		t.Run(name, func(t *testing.T) {
			(&book{now: noon}).refuse(t, "ana", c.d, Invalid, c.want)
		})
	}
	b := open(t, Declare{})
	b.refuse(t, "bob", Declare{Title: "again"}, Conflict, "declared already")
}

// numbered is a comma-separated list of n different words.
func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("s" + string(rune('a'+i%26)) + string(rune('a'+i/26)) + ",")
	}
	return b.String()
}

func TestDeclareKeepsBytes(t *testing.T) {
	b := open(t, Declare{Title: "bad \xff byte"})
	if b.inc.Title != `bad \xff byte` {
		t.Errorf("title %q", b.inc.Title)
	}
	b.whole(t)
}

func TestDescribe(t *testing.T) {
	b := open(t, Declare{Services: []string{"checkout"}})
	ev := b.must(t, "bob", Describe{Title: ptr("New\ntitle"), Description: ptr("more"), Services: &[]string{"a,b"}})
	wantKinds(t, ev, KindDescribed)
	if b.inc.Title != "New title" || b.inc.Description != "more" || !slices.Equal(b.inc.Services, []string{"a", "b"}) {
		t.Errorf("%+v", b.inc)
	}
	if got := ev[0].Text(); got != "title: New title; services: a, b; description: more" {
		t.Errorf("text %q", got)
	}
	b.refuse(t, "bob", Describe{Title: ptr("New title"), Services: &[]string{"a", "b"}}, Conflict, "nothing")
	b.refuse(t, "bob", Describe{}, Conflict, "nothing")
	b.refuse(t, "bob", Describe{Title: ptr(" ")}, Invalid, "empty")
	b.refuse(t, "bob", Describe{Description: ptr(strings.Repeat("x", MaxText+1))}, Invalid, "too long")

	// Only what differs is written.
	ev = b.must(t, "bob", Describe{Title: ptr("New title"), Description: ptr("")})
	if d := ev[0].Body.(*Description); d.Title != nil || d.Description == nil || *d.Description != "" {
		t.Errorf("%+v", d)
	}
	ev = b.must(t, "bob", Describe{Services: &[]string{}})
	if len(b.inc.Services) != 0 || ev[0].Text() != "services: none" {
		t.Errorf("services %q, text %q", b.inc.Services, ev[0].Text())
	}
	b.must(t, "bob", Describe{ImpactStart: noon.Add(-time.Hour)})
	if got, _ := b.inc.At(ImpactStarted); !got.Equal(noon.Add(-time.Hour)) {
		t.Errorf("impact at %v", got)
	}
	b.refuse(t, "bob", Describe{ImpactStart: noon.Add(time.Hour)}, Invalid, "future")
	b.whole(t)
}

func TestSetSeverity(t *testing.T) {
	b := open(t, Declare{Severity: 3})
	ev := b.must(t, "ana", SetSeverity{To: 1, Reason: " revenue "})
	wantKinds(t, ev, KindSeverityChanged)
	if b.inc.Severity != 1 || !ev[0].Important() || ev[0].Text() != "Severity changed from SEV-3 to SEV-1: revenue" {
		t.Errorf("%v %q", b.inc.Severity, ev[0].Text())
	}
	b.must(t, "ana", SetSeverity{To: 5, At: noon.Add(-time.Minute)})
	if last := b.events[len(b.events)-1]; !last.At.Equal(noon.Add(-time.Minute)) || !last.Recorded.Equal(noon) {
		t.Errorf("at %v recorded %v", last.At, last.Recorded)
	}
	b.refuse(t, "ana", SetSeverity{To: 5}, Conflict, "SEV-5 already")
	b.refuse(t, "ana", SetSeverity{To: 0}, Invalid, "no severity")
	b.refuse(t, "ana", SetSeverity{To: 9}, Invalid, "no severity")
	b.refuse(t, "ana", SetSeverity{To: 2, Reason: strings.Repeat("x", MaxText+1)}, Invalid, "reason")
	b.refuse(t, "ana", SetSeverity{To: 2, At: noon.Add(time.Hour)}, Invalid, "future")
	b.whole(t)
}

func TestSetMilestone(t *testing.T) {
	b := open(t, Declare{})
	t1, t2 := noon.Add(-time.Hour), noon.Add(-50*time.Minute)
	b.must(t, "dana", SetMilestone{Name: Detected, At: t1})
	b.must(t, "dana", SetMilestone{Name: Detected, At: t2})
	want := Mark{At: t2, First: t1, Seq: b.inc.Seq}
	if got := b.inc.Milestones[Detected]; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	b.refuse(t, "dana", SetMilestone{Name: Detected, At: t2}, Conflict, "already")
	b.refuse(t, "dana", SetMilestone{Name: "lunch"}, Invalid, "no milestone")
	b.refuse(t, "dana", SetMilestone{Name: Detected, At: noon.Add(time.Hour)}, Invalid, "future")
	b.refuse(t, "dana", SetMilestone{Name: Recovered, Unknown: true}, Conflict, "not known")
	b.refuse(t, "dana", SetMilestone{Name: Declared, Unknown: true}, Conflict, "declaration")

	b.must(t, "dana", SetMilestone{Name: Detected, Unknown: true})
	if _, ok := b.inc.At(Detected); ok {
		t.Error("still known")
	}
	if got := b.texts()[len(b.texts())-1]; got != "Milestone detected: not known" {
		t.Errorf("text %q", got)
	}
	b.must(t, "dana", SetMilestone{Name: Recovered}) // no time: now
	if got, _ := b.inc.At(Recovered); !got.Equal(noon) {
		t.Errorf("recovered at %v", got)
	}
	b.whole(t)
}

// The map of milestones must be the same after the last one is gone as in a
// reloaded incident.
func TestMilestonesAllGone(t *testing.T) {
	i := &Incident{}
	base := Event{Incident: "INC-X", At: noon, Recorded: noon, Actor: "a"}
	for _, b := range []*MilestoneMark{{Name: Detected, At: &noon}, {Name: Detected}} {
		e := base
		e.Seq, e.Kind, e.Body = i.Seq+1, KindMilestoneSet, b
		i.Apply(e)
	}
	same(t, "live and reloaded", i, reload(t, i))
}
