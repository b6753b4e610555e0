package ui

import (
	"cmp"
	"image"
	"slices"
)

// screen is one room of the house; its digit is the key that opens it.
type screen int

const (
	screenIncidents screen = iota
	screenRoom
	screenTriage
	screenBooks
	screenAlerts
	screenUpdates
	screenReview
	screenStats
	screenCount
)

// pane is a part of the Room.
type pane int

const (
	paneTimeline pane = iota
	paneRoles
	paneDue
	paneSituation
	paneBoard
	paneAlerts // only where the incident has alerts
	paneCount
)

func (p pane) String() string {
	return [...]string{"Timeline", "Roles", "Due", "Situation", "Board", "Alerts"}[p]
}

// The sizes at which the screen changes its shape, in cells.
const (
	minWidth, minHeight   = 40, 10  // below this only a message
	wideWidth, wideHeight = 100, 28 // from here panes stand side by side
	hugeWidth             = 180     // from here in three columns
)

// layout is where everything goes. A rectangle that is empty is not shown.
type layout struct {
	w, h     int
	tiny     bool
	wide     bool // panes side by side; otherwise one at a time
	header   image.Rectangle
	tabs     image.Rectangle // names of the panes, when there is one at a time
	body     image.Rectangle
	panes    [paneCount]image.Rectangle
	composer image.Rectangle
	status   image.Rectangle
}

// arrange gives every part its place. It depends on nothing but its arguments.
// focus is the pane that is shown when only one can be, zoom shows it alone;
// compose is how many lines the input needs, want how many lines each pane would
// like (a pane of alerts that wants none is not there), inc whether an incident is open, which the header then shows, and at for
// whose work the panes are placed.
func arrange(w, h int, s screen, inc bool, focus pane, zoom bool, compose int, want [paneCount]int, at station) layout {
	l := layout{w: w, h: h}
	if w < minWidth || h < minHeight {
		l.tiny = true
		return l
	}
	l.wide = w >= wideWidth && h >= wideHeight
	top, bottom := 0, h
	rows := func(n int) image.Rectangle { r := image.Rect(0, top, w, top+n); top += n; return r }
	bottom--
	if l.wide {
		bottom-- // a line for the keys, over the line of screens
	}
	l.status = image.Rect(0, bottom, w, h)
	switch {
	case s == screenIncidents, !inc:
		l.header = rows(1)
	case l.wide:
		l.header = rows(3)
	default:
		l.header = rows(2)
	}
	top++ // rule
	if s != screenRoom || !inc {
		bottom--
		l.body = image.Rect(0, top, w, bottom)
		return l
	}
	bottom-- // rule above the status line
	compose = max(1, min(compose, (bottom-top)/3))
	if l.wide {
		compose++ // the hint under the input
	}
	bottom -= compose
	l.composer = image.Rect(0, bottom, w, bottom+compose)
	bottom-- // rule above the input
	if h < 16 {
		bottom++ // no room for it
	}
	if !l.wide && h >= 16 {
		l.tabs = rows(1)
	}
	l.body = image.Rect(0, top, w, bottom)
	if !l.wide || zoom {
		l.panes[focus] = l.body
		return l
	}
	if p, ok := placings[at]; ok {
		l.stand(p, focus, want)
	} else {
		l.columns(focus, want)
	}
	return l
}

// columns cuts the body of a wide room: the timeline takes what is left beside
// one column of panes, or two where there is plenty of room.
func (l *layout) columns(focus pane, want [paneCount]int) {
	b := l.body
	side := min(max(b.Dx()/3, 38), 48)
	if b.Dx() >= hugeWidth {
		x2 := b.Max.X - side
		x1 := x2 - side - 1
		l.panes[paneTimeline] = image.Rect(b.Min.X, b.Min.Y, x1-1, b.Max.Y)
		mid := image.Rect(x1, b.Min.Y, x2-1, b.Max.Y)
		if want[paneAlerts] > 0 {
			l.stack(mid, []pane{paneRoles, paneDue, paneAlerts}, focus, want)
		} else {
			l.panes[paneRoles], l.panes[paneDue] = split(mid, want[paneRoles])
		}
		right := image.Rect(x2, b.Min.Y, b.Max.X, b.Max.Y)
		l.panes[paneSituation], l.panes[paneBoard] = split(right, min(want[paneSituation]+1, right.Dy()-want[paneBoard]-1))
		return
	}
	x := b.Max.X - side
	l.panes[paneTimeline] = image.Rect(b.Min.X, b.Min.Y, x-1, b.Max.Y)
	col := image.Rect(x, b.Min.Y, b.Max.X, b.Max.Y)
	l.panes[paneRoles], col = split(col, min(want[paneRoles], col.Dy()/3))
	l.panes[paneDue], col = split(col, min(want[paneDue], max(3, col.Dy()/3)))
	if focus == paneAlerts {
		l.panes[paneAlerts] = col
		return
	}
	if col.Dy() < 2*minShared+1 { // no room for both: the one in focus, else the situation
		if focus == paneBoard {
			l.panes[paneBoard] = col
		} else {
			l.panes[paneSituation] = col
		}
		return
	}
	l.panes[paneSituation], l.panes[paneBoard] = split(col, max(minShared, min(want[paneSituation], col.Dy()-1-min(want[paneBoard], col.Dy()/2))))
}

// minShared is the least height at which the situation and the board stand one
// above the other.
const minShared = 5

// split cuts n lines off the top of r, with a rule between the parts.
func split(r image.Rectangle, n int) (top, rest image.Rectangle) {
	n = max(2, min(n, r.Dy()-3))
	top = image.Rect(r.Min.X, r.Min.Y, r.Max.X, r.Min.Y+n)
	rest = image.Rect(r.Min.X, r.Min.Y+n+1, r.Max.X, r.Max.Y)
	return top, rest
}

// order lists the panes that are shown, column by column.
func (l layout) order() []pane {
	out := make([]pane, 0, paneCount)
	for p := range paneCount {
		if !l.panes[p].Empty() {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(p, q pane) int {
		a, b := l.panes[p].Min, l.panes[q].Min
		return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y))
	})
	return out
}
