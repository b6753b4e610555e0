package ui

import (
	"strings"
	"testing"

	"warroom/model"
)

// Bridge and channel stand in the header where there is room, and are opened or
// copied from one list.
func TestWherePeopleMeet(t *testing.T) {
	x := checkout(t, 200, 60)
	x.lacks("meet.example.com")
	id := x.a.room.inc.ID
	for _, l := range []model.SetLink{{Name: "doc", URL: "https://docs.example.com/1"}, {Name: "bridge", URL: "https://meet.example.com/checkout"}, {Name: "channel", URL: "https://chat.example.com/c/77/"}} {
		x.hear(x.command(id, "dana", l))
	}
	head := strings.Join(strings.Split(x.screen(), "\n")[:3], "\n")
	if !strings.Contains(head, "bridge meet.example.com/checkout   channel ") || strings.Contains(head, "docs.example.com") {
		t.Errorf("the header is\n%s", head)
	}
	x.keys("L")
	x.sees("copy  bridge  https://meet.example.com/checkout", "copy  doc")
	x.keys("esc")
	x.resize(120, 40) // the clocks go first
	for k, l := range strings.Split(x.screen(), "\n") {
		if width(l) > 120 {
			t.Errorf("line %d is %d cells wide", k, width(l))
		}
	}
	x.sees("● live", "objections? fail over")
	x.resize(80, 24)
	if head, _, _ := strings.Cut(x.screen(), "──"); strings.Contains(head, "bridge") {
		t.Errorf("the header is\n%s", head)
	}
}

func TestReportsAreDrawn(t *testing.T) {
	x := checkout(t, 200, 60)
	x.keys("c", "c", "c")
	x.sees("customers   3 ▁▁▁▁▁▁▁█ +3 in 10 min")
	for n, want := range map[[4]int]string{{0, 0, 0, 0}: "▁▁▁▁", {0, 1, 2, 4}: "▁▂▄█", {3, 3, 3, 3}: "████", {0, 0, 0, 1}: "▁▁▁█"} {
		if got := sparks(n[:]); got != want {
			t.Errorf("%v is %q, want %q", n, got, want)
		}
	}
}

// What there is no room for is not left out silently.
func TestSituationSaysWhatIsCut(t *testing.T) {
	x := checkout(t, 120, 40)
	x.sees("more lines · tab here, then +")
	for n := 0; x.a.focus != paneSituation && n < 9; n++ {
		x.keys("tab")
	}
	x.sees("more lines · + shows them")
	x.keys("+")
	x.lacks("more lines")
	x.sees("follow-ups", "impact started", "identified")
}
