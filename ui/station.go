package ui

import (
	"fmt"
	"image"
	"slices"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// station is for whose work the panes of the Room are placed. What a station
// leaves out is one tab away: the pane in focus is always shown.
type station int

const (
	stationCommander station = iota // roles, what is due, the situation, the board
	stationDeputy                   // what is due stands first and wide
	stationScribe                   // the timeline takes all it can get
	stationObserver                 // the situation stands first
	stationCount
)

// Words that a layout may be called by besides a station's name.
const (
	layoutAuto  = "auto"  // by the role that the person holds
	layoutPlain = "plain" // the commander's, whatever the role
)

func (s station) String() string {
	return [...]string{"commander", "deputy", "scribe", "observer"}[s]
}

func (s station) words() string {
	return [...]string{
		"roles, what is due, situation, board",
		"what is due first and wide, then the board",
		"a wide timeline; roles and board in a narrow column",
		"the situation first, then who does what",
	}[s]
}

// LayoutNames are the layouts that can be chosen.
var LayoutNames = []string{layoutAuto, stationCommander.String(), stationDeputy.String(), stationScribe.String(), stationObserver.String(), layoutPlain}

// CheckLayout refuses a name that is no layout; "" is fine.
func CheckLayout(name string) error {
	if name == "" || slices.Contains(LayoutNames, name) {
		return nil
	}
	return model.Errorf(model.Invalid, "there is no layout %q: give %s", model.Brief(name, 40), oneOf(LayoutNames))
}

// station is the one that the layout's name asks for.
func (a *App) station() station {
	for s := range stationCount {
		if s.String() == a.cfg.Layout {
			return s
		}
	}
	if a.room == nil || a.cfg.Layout == layoutPlain {
		return stationCommander
	}
	for _, by := range []struct {
		role model.Role
		at   station
	}{{model.Commander, stationCommander}, {model.Deputy, stationDeputy}, {model.Scribe, stationScribe}, {model.Observer, stationObserver}} {
		if a.room.inc.Holds(a.cfg.Actor, by.role) {
			return by.at
		}
	}
	return stationCommander
}

// placing is how a station places the panes beside the timeline: how wide they
// stand, and which, from the top; in the second column those of a huge window.
type placing struct {
	share    int // of the width, in percent
	min, max int // columns of cells
	panes    []pane
	second   []pane // nil: one column, however wide the window is
}

var placings = map[station]placing{
	stationDeputy:   {44, 44, 64, []pane{paneDue, paneBoard, paneRoles, paneSituation}, []pane{paneRoles, paneSituation}},
	stationScribe:   {25, 38, 44, []pane{paneRoles, paneBoard, paneSituation}, nil},
	stationObserver: {44, 44, 60, []pane{paneSituation, paneRoles, paneBoard}, []pane{paneBoard, paneDue}},
}

// hugeSide bounds each of two columns: the timeline stays the widest.
const hugeSide = 52

// stand places the panes of a wide room for a station of its own.
func (l *layout) stand(at placing, focus pane, want [paneCount]int) {
	b := l.body
	side := max(at.min, min(b.Dx()*at.share/100, at.max))
	right := image.Rect(b.Max.X-side, b.Min.Y, b.Max.X, b.Max.Y)
	first := at.panes
	if at.second != nil && b.Dx() >= hugeWidth {
		first = slices.DeleteFunc(slices.Clone(at.panes), func(p pane) bool { return slices.Contains(at.second, p) })
		second := at.second
		if want[paneAlerts] > 0 {
			second = append(slices.Clone(second), paneAlerts)
		}
		side = min(side, hugeSide)
		right.Min.X = right.Max.X - side
		if focus != paneTimeline && !slices.Contains(first, focus) && !slices.Contains(second, focus) {
			second = append(slices.Clone(second), focus)
		}
		l.stack(right, second, focus, want)
		right = right.Sub(image.Pt(side+1, 0))
	} else if focus != paneTimeline && !slices.Contains(first, focus) {
		first = append(slices.Clone(first), focus)
	}
	l.stack(right, first, focus, want)
	l.panes[paneTimeline] = image.Rect(b.Min.X, b.Min.Y, right.Min.X-1, b.Max.Y)
}

// stack puts panes above each other, with rules between them. Each gets what it
// wants as long as the ones below it keep the least, and the last what is left.
// Where the least is not to be had for all, the last ones that are not in focus
// give way.
func (l *layout) stack(r image.Rectangle, panes []pane, focus pane, want [paneCount]int) {
	panes = slices.Clone(panes)
	for len(panes) > 1 && r.Dy() < len(panes)*(minShared+1)-1 {
		drop := len(panes) - 1
		if panes[drop] == focus {
			drop--
		}
		panes = slices.Delete(panes, drop, drop+1)
	}
	for i, p := range panes {
		below := len(panes) - 1 - i
		if below == 0 {
			l.panes[p] = r
			return
		}
		n := max(minShared, min(want[p], r.Dy()-below*(minShared+1)))
		l.panes[p] = image.Rect(r.Min.X, r.Min.Y, r.Max.X, r.Min.Y+n)
		r.Min.Y += n + 1
	}
}

// askLayout lets the person choose for whose work the Room is laid out.
func (a *App) askLayout() tea.Cmd {
	items := []item{{text: layoutAuto, note: "by the role that you hold", data: layoutAuto}}
	for s := range stationCount {
		items = append(items, item{text: s.String(), note: s.words(), data: s.String()})
	}
	sel := 0
	for i := range items {
		if items[i].text == a.cfg.Layout {
			sel = i
		}
	}
	p := newPicker("Lay the Room out for whose work?", items, func(a *App, it item) tea.Cmd {
		a.cfg.Layout = it.data.(string)
		a.zoom = false
		a.resize()
		said := "layout: " + a.cfg.Layout
		if a.cfg.Layout == layoutAuto {
			said += ", that is " + a.station().String() + " now"
		}
		if !a.lay.wide {
			said += " · it shows from " + fmt.Sprintf("%d×%d on", wideWidth, wideHeight)
		}
		a.say(info, said)
		return nil
	})
	p.sel = sel
	a.open(p)
	return nil
}
