package model

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestMitigation(t *testing.T) {
	b := open(t, Declare{})
	ev := b.must(t, "ana", AddMitigation{Text: " imports throttled ", Owner: "@bob", For: 2 * time.Hour})
	wantKinds(t, ev, KindMitigationAdded)
	if got := ev[0].Text(); got != "temporary 1: imports throttled, @bob, for 2 h 00" {
		t.Errorf("text %q", got)
	}
	want := Mitigation{N: 1, Text: "imports throttled", Owner: "bob", By: "ana", At: noon, Until: noon.Add(2 * time.Hour), Seq: ev[0].Seq}
	expect := func(what string) {
		t.Helper()
		if m := b.inc.Mitigations[0]; !reflect.DeepEqual(m, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", what, m, want)
		}
	}
	expect("added")
	if got := b.must(t, "ana", AddMitigation{Text: "alert silenced"})[0].Text(); got != "temporary 2: alert silenced" || !b.inc.Mitigations[1].Until.IsZero() {
		t.Errorf("text %q, until %v", got, b.inc.Mitigations[1].Until)
	}

	b.tick(time.Hour)
	ev = b.must(t, "bob", ExtendMitigation{1, 90 * 24 * time.Hour, "still slow"})
	want.Until = b.now.Add(90 * 24 * time.Hour)
	if got := ev[0].Text(); got != "temporary 1 stays for 90 d 0 h: imports throttled: still slow" {
		t.Errorf("text %q", got)
	}
	expect("extended")

	b.tick(time.Hour)
	ev = b.must(t, "bob", RemoveMitigation{1, "all is well"})
	want.Removed = b.now
	if got := ev[0].Text(); got != "temporary 1 removed: imports throttled: all is well" {
		t.Errorf("text %q", got)
	}
	expect("removed")
	if b.inc.Mitigations[0].InPlace() || !b.inc.Mitigations[1].InPlace() {
		t.Error("the wrong one is in place")
	}
	b.refuse(t, "bob", RemoveMitigation{N: 1}, Conflict, "removed already")
	b.refuse(t, "bob", ExtendMitigation{N: 1, For: time.Hour}, Conflict, "removed already")
	b.whole(t)
}

func TestMitigationRefuses(t *testing.T) {
	long := strings.Repeat("x", MaxText+1)
	b := open(t, Declare{})
	b.refuse(t, "a", AddMitigation{}, Invalid, "mitigation is empty")
	b.refuse(t, "a", AddMitigation{Text: long}, Invalid, "too long")
	b.refuse(t, "a", AddMitigation{Text: "x", Owner: "@"}, Invalid, "no name")
	b.refuse(t, "a", AddMitigation{Text: "x", For: -1}, Invalid, "90 days")
	b.refuse(t, "a", AddMitigation{Text: "x", For: maxMitigation + 1}, Invalid, "90 days")
	b.must(t, "a", AddMitigation{Text: "x", For: maxMitigation})
	for _, n := range []int{-1, 0, 2, 1 << 40} {
		b.refuse(t, "a", RemoveMitigation{N: n}, NotFound, "no mitigation")
		b.refuse(t, "a", ExtendMitigation{N: n, For: time.Hour}, NotFound, "no mitigation")
	}
	b.refuse(t, "a", RemoveMitigation{1, long}, Invalid, "too long")
	b.refuse(t, "a", ExtendMitigation{N: 1}, Invalid, "90 days")
	b.refuse(t, "a", ExtendMitigation{N: 1, For: time.Second - 1}, Invalid, "90 days")
	b.refuse(t, "a", ExtendMitigation{N: 1, For: maxMitigation + 1}, Invalid, "90 days")
	b.refuse(t, "a", ExtendMitigation{1, time.Hour, long}, Invalid, "too long")
	b.must(t, "a", ExtendMitigation{N: 1, For: time.Second})
}
