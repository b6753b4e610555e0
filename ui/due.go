package ui

import (
	"fmt"
	"slices"
	"time"

	"warroom/model"
)

const minute = time.Minute

// dueRow is a clock that runs towards a moment.
type dueRow struct {
	at    time.Time
	text  string
	order int // number of the order, 0 if it is none
	state model.OrderState
}

// dueRows lists what is due, soonest first, so that what is overdue stands on top.
func (a *App) dueRows() []dueRow {
	if a.room == nil {
		return nil
	}
	var out []dueRow
	for _, o := range a.room.inc.Orders {
		if o.Pending() {
			out = append(out, dueRow{o.Due, "@" + model.Visible(o.Person) + " " + model.Brief(o.Task, 60), o.N, o.State})
		}
	}
	slices.SortStableFunc(out, func(x, y dueRow) int { return x.at.Compare(y.at) })
	return out
}

func (a *App) selectedOrder() (dueRow, bool) {
	rows := a.dueRows()
	if a.room == nil || a.room.order >= len(rows) {
		return dueRow{}, false
	}
	return rows[a.room.order], true
}

func (a *App) drawDue(w, h int, focused bool) []string {
	th := a.theme
	out := []string{a.paneTitle(paneDue, w, segs{{"o order ", th.dim}})}
	rows := a.dueRows()
	if len(rows) == 0 && h > 1 {
		out = append(out, segs{{" nothing is due · @name task 5m", th.dim}}.fit(w))
	}
	for i, d := range rows {
		if len(out) == h {
			break
		}
		left := d.at.Sub(a.now)
		st, clock := style(""), clockShort(left)
		switch {
		case left < 0:
			st, clock = th.badge, "overdue "+clockShort(-left)
		case left < 2*minute:
			st = th.warn
		}
		mark := " "
		if d.state == model.OrderAccepted {
			mark = "✓"
		}
		l := segs{{fmt.Sprintf("%s%d ", mark, d.order), th.dim}, {d.text, ""}}
		r := segs{{clock, st}, {" ", ""}}
		if focused && i == a.room.order {
			out = append(out, spreadOver(w, l.over(th.selected), r.over(th.selected), th.selected))
			continue
		}
		out = append(out, spread(w, l, r))
	}
	return blank(out, w, h)
}

// clockShort is a countdown: 02:12 below an hour, 1h05 above.
func clockShort(d time.Duration) string {
	d = d.Truncate(time.Second)
	if d < time.Hour {
		return fmt.Sprintf("%02d:%02d", int(d.Minutes()), int(d.Seconds())%60)
	}
	if d < 48*time.Hour {
		return fmt.Sprintf("%dh%02d", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%dd", int(d.Hours())/24)
}
