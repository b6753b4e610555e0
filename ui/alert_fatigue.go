package ui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/alert"
)

// fatigue is the other view of the screen of alerts: what they do to people.
type fatigue struct {
	shown   bool
	days    int // length of the window
	top     int // first row of the rules that is shown
	loads   map[string]alert.Load
	burden  alert.Burden
	ready   bool
	reading bool
	dirty   bool
	err     error
}

// fatigueDays are the windows one can look through.
var fatigueDays = []int{1, 7, 30, 90}

// fatigueMsg brings the figures of a window.
type fatigueMsg struct {
	days   int
	loads  map[string]alert.Load
	burden alert.Burden
	err    error
}

func (a *App) switchFatigue() tea.Cmd {
	d := a.alerts()
	d.tired.shown, d.tired.top = !d.tired.shown, 0
	if d.tired.shown {
		return d.weigh(a)
	}
	return d.look(a)
}

func (a *App) nextWindow() tea.Cmd {
	d := a.alerts()
	k := slices.Index(fatigueDays, d.tired.days)
	d.tired.days, d.tired.ready = fatigueDays[(k+1)%len(fatigueDays)], false
	return d.weigh(a)
}

// weigh reads the alerts of the window and counts, away from the screen.
func (d *alertsDesk) weigh(a *App) tea.Cmd {
	f := &d.tired
	if f.reading {
		f.dirty = true
		return nil
	}
	f.reading, f.dirty = a.cfg.Inbox != nil, false
	days, zone := f.days, a.zone
	w := alert.Last(time.Duration(days)*24*time.Hour, a.now)
	return a.askInbox(func(ctx context.Context, in Inbox) tea.Msg {
		items, err := in.AlertItems(ctx, alert.Pick{Since: w.From})
		if err != nil {
			return fatigueMsg{days: days, err: err}
		}
		m := fatigueMsg{days: days, burden: alert.Rules(items, w, zone)}
		m.loads, _ = alert.Fatigue(alert.Bare(items), w)
		return m
	})
}

func (f *fatigue) weighed(a *App, d *alertsDesk, m fatigueMsg) tea.Cmd {
	f.reading = false
	if m.days == f.days {
		if f.err = m.err; m.err == nil {
			f.loads, f.burden, f.ready = m.loads, m.burden, true
		}
	}
	if f.dirty || m.days != f.days {
		return d.weigh(a)
	}
	return nil
}

func (f *fatigue) draw(a *App, w, h int) []string {
	th := a.theme
	head := segs{{" What alerts do to people", th.accent.and(th.strong)}, {fmt.Sprintf("  last %s ", plural(f.days, "day")), ""}}
	out := []string{spread(w, head, segs{{"← → window · " + a.key("alert.fatigue") + " back to the alerts ", th.dim}})}
	switch {
	case f.err != nil:
		return blank(append(out, segs{{" cannot be read: " + model.Message(f.err), th.alarm}}.fit(w)), w, h)
	case !f.ready:
		return blank(append(out, segs{{" counting …", th.dim}}.fit(w)), w, h)
	case f.burden.Fired == 0:
		return blank(append(out, segs{{" No alert fired in this time.", ""}}.fit(w)), w, h)
	}
	b := f.burden
	line := segs{{fmt.Sprintf(" %s of %s", plural(b.Fired, "alert"), plural(len(b.Rules), "rule")), th.strong}}
	if w >= wideWidth {
		line.add("", ", the five that fire most make "+shareWords(b.TopFive))
	}
	if b.Nights.K > 0 {
		line.add(th.warn, fmt.Sprintf("  · %d of %s interrupted", b.Nights.K, plural(b.Nights.N, "night")))
	} else {
		line.add(th.good, "  · no night interrupted")
	}
	out = append(out, line.fit(w))
	chart := min(max(4, h/4), 9)
	if h < 14 {
		chart = 0
	}
	if w >= wideWidth {
		lw := w * 11 / 20
		left, right := f.services(a, lw, max(chart, 6)), f.perDay(a, w-lw-1, max(chart, 6))
		out = append(out, beside(th, max(chart, 6), block{lw, left}, block{w - lw - 1, right})...)
	} else {
		if chart > 0 {
			out = append(out, f.perDay(a, w, chart)...)
		}
		out = append(out, f.services(a, w, min(len(f.loads)+1, max(3, (h-len(out))/2)))...)
	}
	out = append(out, segs{{strings.Repeat("─", w), th.rule}}.fit(w))
	return blank(append(out, f.rules(a, w, max(0, h-len(out)))...), w, h)
}

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// shareWords words a part of a whole with its bounds.
func shareWords(s alert.Share) string {
	switch {
	case s.N == 0:
		return "–"
	case s.TooFew:
		return fmt.Sprintf("%d of %d, too few", s.K, s.N)
	}
	return fmt.Sprintf("%.0f %% (%.0f–%.0f)", s.Percent, s.Low, s.High)
}

func levelStyle(th *theme, l alert.Level) style {
	switch l {
	case alert.LevelCritical:
		return th.badge
	case alert.LevelHigh:
		return th.alarm
	case alert.LevelMedium:
		return th.warn
	}
	return ""
}

// services is the specification's table: load and noise per service.
func (f *fatigue) services(a *App, w, h int) []string {
	th := a.theme
	names := make([]string, 0, len(f.loads))
	for s := range f.loads {
		names = append(names, s)
	}
	worst := map[alert.Level]int{alert.LevelCritical: 0, alert.LevelHigh: 1, alert.LevelMedium: 2, alert.LevelLow: 3}
	slices.SortFunc(names, func(x, y string) int {
		p, q := f.loads[x], f.loads[y]
		if d := worst[p.Level] - worst[q.Level]; d != 0 {
			return d
		}
		if d := q.Total - p.Total; d != 0 {
			return d
		}
		return strings.Compare(x, y)
	})
	out := []string{spread(w, segs{{" By service", th.strong}}, segs{{"alerts   an hour    noise ", th.dim}})}
	for k, s := range names {
		if len(out) == h-1 && k < len(names)-1 {
			out = append(out, segs{{fmt.Sprintf("   and %s more: warroom alert fatigue", plural(len(names)-k, "service")), th.dim}}.fit(w))
			break
		}
		if len(out) == h {
			break
		}
		l := f.loads[s]
		name := seg{model.Brief(s, 40), ""}
		if s == "" {
			name = seg{"(no service)", th.warn}
		}
		noise := style("")
		if l.Noise > 20 {
			noise = th.warn
		}
		out = append(out, spread(w, segs{{" ", ""}, {pad(" "+string(l.Level)+" ", 10), levelStyle(th, l.Level)}, {" ", ""}, name},
			segs{{padLeft(fmt.Sprint(l.Total), 6), ""}, {padLeft(fmt.Sprintf("%.2f", l.PerHour), 10), ""}, {padLeft(fmt.Sprintf("%.0f %%", l.Noise), 9) + " ", noise}}))
	}
	return blank(out, w, h)
}

var eighths = []rune(" ▁▂▃▄▅▆▇█")

// perDay is a chart of alerts a day, or by the hour of the day where the window
// is one day.
func (f *fatigue) perDay(a *App, w, h int) []string {
	th := a.theme
	values := make([]int, 0, len(f.burden.Days))
	title, first, last := " A day", "", ""
	if f.days <= 1 {
		title = " By hour of the day"
		values, first, last = f.burden.Hours, "00", "23"
	} else {
		for _, d := range f.burden.Days {
			values = append(values, d.Fired)
		}
		if n := len(f.burden.Days); n > 0 {
			first, last = f.burden.Days[0].Day[5:], f.burden.Days[n-1].Day[5:]
		}
	}
	most := slices.Max(append([]int{1}, values...))
	room := w - 8
	cells := max(1, min(6, room/max(1, len(values))))
	if cells*len(values) > room { // more days than cells: the newest
		values = values[len(values)-room/cells:]
	}
	out := []string{segs{{title, th.strong}, {fmt.Sprintf(", at most %d", most), th.dim}}.fit(w)}
	rows := h - 2
	for y := rows; y > 0; y-- {
		label := ""
		if y == rows {
			label = fmt.Sprint(most)
		}
		var b strings.Builder
		for _, v := range values {
			e := v * rows * 8 / most
			if v > 0 && e == 0 {
				e = 1
			}
			c := string(eighths[min(8, max(0, e-(y-1)*8))])
			if cells > 1 {
				b.WriteString(strings.Repeat(c, cells-1) + " ")
			} else {
				b.WriteString(c)
			}
		}
		out = append(out, segs{{padLeft(label, 5) + " ", th.dim}, {b.String(), th.accent}}.fit(w))
	}
	out = append(out, segs{{"      " + first + strings.Repeat(" ", max(1, cells*len(values)-len(first)-len(last)-1)) + last, th.dim}}.fit(w))
	return blank(out[:min(len(out), h)], w, h)
}

// rules is what became of each rule's alerts.
func (f *fatigue) rules(a *App, w, h int) []string {
	th := a.theme
	wide := w >= wideWidth
	cols := "fired      in incidents "
	if wide {
		cols = "fired        acted on    in incidents       by itself  clears in  night  flaps "
	}
	out := []string{spread(w, segs{{" By rule", th.strong}, {" 95 % bounds", th.dim}}, segs{{cols, th.dim}})}
	rows := f.burden.Rules
	f.top = min(f.top, max(0, len(rows)-max(1, h-1)))
	for _, r := range rows[f.top:] {
		if len(out) >= h {
			break
		}
		left := segs{{" ", ""}, {r.Grade + " ", gradeStyle(th, r.Grade)}, {model.Visible(r.Rule), ""}}
		right := segs{{padLeft(fmt.Sprint(r.Fired), 5), th.strong}}
		if wide {
			clears := "unknown"
			if r.Clear != nil {
				clears = model.Span(*r.Clear)
			}
			flaps := style("")
			if r.Flaps > 0 {
				flaps = th.warn
			}
			right = append(right, seg{padLeft(shareWords(r.ActedOn), 16), ""}, seg{padLeft(shareWords(r.Precision), 16), ""}, seg{padLeft(shareWords(r.SelfCured), 16), ""},
				seg{padLeft(clears, 11), ""}, seg{padLeft(fmt.Sprintf("%.0f %%", r.Night.Percent), 7), ""}, seg{padLeft(fmt.Sprint(r.Flaps), 6) + " ", flaps})
		} else {
			right.add("", padLeft(shareWords(r.Precision), 18)+" ")
		}
		out = append(out, spread(w, left, right))
	}
	return out
}
