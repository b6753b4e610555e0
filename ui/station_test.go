package ui

import (
	"cmp"
	"slices"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"warroom/model"
)

// The Room is laid out for the role that a person holds, unless they chose.
func TestStationFollowsTheRole(t *testing.T) {
	x := sit(t, 120, 40)
	x.declare("api down")
	for _, c := range []struct {
		line   string
		layout string
		want   station
	}{
		{"", "", stationCommander},
		{"/role obs ana", "", stationObserver},
		{"/role scr ana", "", stationScribe},
		{"/role dep ana", "", stationDeputy},
		{"/role tl ana", layoutAuto, stationDeputy},
		{"/role ic bob", layoutAuto, stationDeputy},
		{"", layoutPlain, stationCommander},
		{"", "observer", stationObserver},
		{"", "scribe", stationScribe},
	} {
		if x.a.cfg.Layout = c.layout; c.line != "" {
			x.do("ana", c.line)
			x.run(x.a.reload())
		}
		if got := x.a.station(); got != c.want {
			t.Errorf("%q with layout %q: %s, want %s", c.line, c.layout, got, c.want)
		}
	}
}

// The key asks for whom, the panes move at once, and the entry that was read stays
// where it was.
func TestAskLayout(t *testing.T) {
	x := checkout(t, 120, 40)
	x.keys("V", "text:dep", "enter")
	x.sees("layout: deputy")
	if x.a.lay.panes[paneDue].Min.Y != x.a.lay.body.Min.Y || x.a.cfg.Layout != "deputy" {
		t.Errorf("%+v", x.a.lay)
	}
	x.keys("V", "text:scr", "enter")
	if w := x.a.lay.panes[paneTimeline].Dx(); w < 80 {
		t.Errorf("the scribe's timeline is %d wide", w)
	}
	if !x.a.lay.panes[paneDue].Empty() {
		t.Error("the scribe's layout shows what is due")
	}
	x.keys("tab", "tab", "tab", "tab") // roles, board and situation stand there
	if x.a.focus != paneDue || x.a.lay.panes[paneDue].Empty() {
		t.Error("a pane in focus is not shown")
	}
	y := checkout(t, 80, 24)
	y.keys("V", "text:obs", "enter")
	y.sees("shows from 100×28 on")
}

// tab goes through the panes as they stand on the screen, left to right and down;
// narrow windows have them in a row of their own.
func TestTabFollowsTheScreen(t *testing.T) {
	for _, size := range [][2]int{{120, 40}, {200, 60}} {
		for at := range stationCount {
			x := checkout(t, size[0], size[1])
			x.a.cfg.Layout = at.String()
			x.a.resize()
			var shown []pane
			for p := range paneCount {
				if p != paneTimeline && !x.a.lay.panes[p].Empty() {
					shown = append(shown, p)
				}
			}
			slices.SortFunc(shown, func(p, q pane) int {
				l := &x.a.lay.panes
				return cmp.Or(cmp.Compare(l[p].Min.X, l[q].Min.X), cmp.Compare(l[p].Min.Y, l[q].Min.Y))
			})
			for _, want := range shown {
				if x.keys("tab"); x.a.focus != want {
					t.Errorf("%s at %d: tab goes to %d, and %d stands there", at, size[0], x.a.focus, want)
				}
			}
		}
	}
}

func TestGoldenStations(t *testing.T) {
	for at := stationDeputy; at < stationCount; at++ {
		for _, size := range [][2]int{{120, 40}, {200, 60}} {
			t.Run(at.String()+"-"+map[int]string{120: "120x40", 200: "200x60"}[size[0]], func(t *testing.T) {
				x := checkout(t, size[0], size[1])
				x.a.cfg.Layout = at.String()
				x.a.resize()
				golden.RequireEqual(t, ansi.Strip(x.a.View().Content))
			})
		}
	}
}

func TestLayoutNames(t *testing.T) {
	for _, n := range append([]string{""}, LayoutNames...) {
		if err := CheckLayout(n); err != nil {
			t.Error(err)
		}
	}
	if err := CheckLayout("boss"); model.CodeOf(err) != model.Invalid {
		t.Errorf("boss: %v", err)
	}
}
