package model

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestPresenceBounded(t *testing.T) {
	for in, want := range map[string]string{
		"": "", " ann\n": "ann", "a\xffb": `a\xffb`,
		strings.Repeat("x", MaxName):                 strings.Repeat("x", MaxName),
		strings.Repeat("x", MaxName+1):               strings.Repeat("x", MaxName),
		strings.Repeat("x", MaxName-1) + "ä":         strings.Repeat("x", MaxName-1),
		strings.Repeat("x", MaxName-1) + " y":        strings.Repeat("x", MaxName-1),
		strings.Repeat("\xff", 10<<10):               strings.Repeat(`\xff`, MaxName/4),
		"\u202e" + strings.Repeat("\u0301", MaxName): "\u202e" + strings.Repeat("\u0301", (MaxName-3)/2),
	} {
		p := Presence{Person: in, Incident: in, Host: in}.Bounded()
		if p.Person != want || p.Incident != want || p.Host != want {
			t.Errorf("%.50q became %q, not %q", in, p.Person, want)
		}
		if p.Bounded() != p || !utf8.ValidString(p.Person) || len(p.Person) > MaxName {
			t.Errorf("%q is not bounded", p.Person)
		}
	}
}

func TestPresenceCompare(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	want := []Presence{
		{Person: "ann", Since: at}, {Person: "ann", Since: at.Add(1)},
		{Person: "Bob", Since: at}, {Person: "bob", Since: at}, {Person: "bob", Since: at, PID: 2}, {Person: "Bob", Since: at.Add(1)},
		{Person: "carol"},
	}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, Presence.Compare)
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	p := Presence{Person: "ann", Since: at}
	q := Presence{Person: "ann", Since: at.In(time.FixedZone("x", 3600))}
	if !p.Same(q) || p.Compare(q) != 0 {
		t.Error("the zone of a time makes another presence of it")
	}
	for _, q := range []Presence{{Person: "ann", Since: at, Typing: true}, {Person: "ann", Since: at, Host: "h"}, {Person: "ann", Since: at, PID: 1}, {Person: "ann", Since: at.Add(1)}} {
		if p.Same(q) {
			t.Errorf("%+v is the same as %+v", p, q)
		}
	}
}
