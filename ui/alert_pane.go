package ui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"warroom/model/alert"
)

// The pane of alerts in the Room: the lines of the inbox that are part of the
// incident, with the same keys as on their own screen.

// hasPane reports whether the Room has a pane at present.
func (a *App) hasPane(p pane) bool {
	if p != paneAlerts {
		return true
	}
	d := a.alerts()
	return a.room != nil && d != nil && d.hereOf == a.room.inc.ID && len(d.here) > 0
}

// turnPane moves the focus to the next pane that is there, or to the one before.
func (a *App) turnPane(by int) {
	round := a.paneRound()
	at := slices.Index(round, a.focus)
	for range round {
		at = (at + len(round) + by) % len(round)
		if a.focus = round[at]; a.hasPane(a.focus) {
			return
		}
	}
}

// paneRound is the order in which the panes are gone through: as they stand on
// the screen, and then those that the station leaves out. Narrow windows name
// them in their own order.
func (a *App) paneRound() []pane {
	round := []pane{paneTimeline}
	if a.lay.wide {
		round = append(round, placings[a.station()].panes...)
	}
	for p := range paneCount {
		if !slices.Contains(round, p) {
			round = append(round, p)
		}
	}
	return round
}

// onAlertPane reports whether keys act on the Room's pane of alerts.
func (a *App) onAlertPane() bool {
	return a.room != nil && a.screen == screenRoom && a.focus == paneAlerts
}

// readHere reads the alerts of the incident that was opened.
func (a *App) readHere() tea.Cmd {
	if a.alerts().hereOf == a.room.inc.ID {
		return nil
	}
	return a.alerts().refresh(a)
}

// glance reads the detail of the line that is selected in the pane.
func (a *App) glance() tea.Cmd {
	d := a.alerts()
	if g, ok := d.selected(a); !ok || !a.onAlertPane() || d.detail.n == g.N {
		return nil
	}
	return d.look(a)
}

// hereIndex is the place of the selected line of the pane; the first if the one
// that was selected is gone.
func (d *alertsDesk) hereIndex() int {
	return max(0, slices.IndexFunc(d.here, func(g alert.Group) bool { return g.N == d.hereSel }))
}

// hereTop is the line of the pane that stands first when rows are shown.
func (d *alertsDesk) hereTop(rows int) int { return max(0, d.hereIndex()-rows+1) }

// chosen is the number of the line that keys act on, 0 if there is none.
func (d *alertsDesk) chosen(a *App) int64 {
	g, _ := d.selected(a)
	return g.N
}

// alertPaneRows is how many lines the pane lists in h cells, its title among them;
// what is left below is for the detail.
func (a *App) alertPaneRows(h int) int {
	n := len(a.alerts().here)
	if !a.lay.tabs.Empty() {
		h++ // the tabs are the title
	}
	if h-1 < 12 {
		return max(1, h-1)
	}
	return min(n, max(4, (h-1)/3))
}

func (a *App) drawAlertPane(w, h int, focused bool) []string {
	th, d := a.theme, a.alerts()
	var out []string
	if a.lay.tabs.Empty() {
		loud := 0
		for _, g := range d.here {
			if g.Noise == "" {
				loud += g.Loud(a.now)
			}
		}
		right := segs{{"all quiet ", th.good}}
		if loud > 0 {
			right = segs{{fmt.Sprintf("%d firing ", loud), th.alarm}}
		}
		right.add(th.dim, " "+a.key("desk.4")+" inbox ")
		out = append(out, a.paneTitle(paneAlerts, w, right))
	}
	rows := a.alertPaneRows(h)
	top := d.hereTop(rows)
	for i := top; i < min(len(d.here), top+rows); i++ {
		left, right := d.row(a, d.here[i], w)
		if focused && i == d.hereIndex() {
			out = append(out, spreadOver(w, left.bare().over(th.selected), right.bare().over(th.selected), th.selected))
			continue
		}
		out = append(out, spread(w, left, right))
	}
	if hidden := len(d.here) - rows; hidden > 0 && len(out) < h {
		out = append(out, segs{{fmt.Sprintf("   and %d more", hidden), th.dim}}.fit(w))
	}
	if !focused || h-len(out) < 4 {
		return blank(out[:min(len(out), h)], w, h)
	}
	g := d.here[d.hereIndex()]
	out = append(out, segs{{" " + strings.Repeat("─", max(0, w-2)), th.rule}}.fit(w))
	out = append(out, d.detailLines(a, g, w, h-len(out))...)
	return blank(out[:min(len(out), h)], w, h)
}
