package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"warroom/model"
)

// drawSituation is what is known about the incident as a whole: first the
// commander's size-up, then facts and milestones, last what doctrine suggests.
func (a *App) drawSituation(w, h int) []string {
	out := []string{a.paneTitle(paneSituation, w, segs{{a.key("sizeup") + " size-up  " + a.key("describe") + " edit ", a.theme.dim}})}
	lines := a.situation(w)
	room := h - len(out)
	for k, l := range lines {
		if k == room-1 && len(lines) > room {
			out = append(out, segs{{a.moreLines(len(lines) - k), a.theme.dim}}.fit(w))
			break
		}
		if k < room {
			out = append(out, l.fit(w))
		}
	}
	return blank(out, w, h)
}

// moreLines says that there are more, and how they are seen.
func (a *App) moreLines(n int) string {
	s := " … " + plural(n, "more line")
	switch {
	case a.zoom:
	case a.focus == paneSituation:
		s += " · " + a.key("zoom") + " shows them"
	default:
		s += " · tab here, then " + a.key("zoom")
	}
	return s
}

func (a *App) situation(w int) []segs {
	th, inc := a.theme, a.room.inc
	var out []segs
	const label = 13
	put := func(name, value string, st style, lines int) {
		for i, l := range wrap(model.Visible(value), w-label-1, lines) {
			if i > 0 {
				name = ""
			}
			out = append(out, segs{{" " + pad(name, label-1), th.dim}, {l, st}})
		}
	}
	for _, d := range inc.Advise(a.cfg.Rules, a.now) {
		if d.Loud { // the header says it already
			continue
		}
		for i, l := range wrap(model.Visible(d.Text), w-3, 2) {
			mark := " ! "
			if i > 0 {
				mark = "   "
			}
			out = append(out, segs{{mark + l, th.warn}})
		}
	}
	for _, v := range a.vitals() {
		put(v.name, v.value, v.st, 2)
	}
	u := inc.SizeUp
	if u.Symptoms == "" && inc.Description != "" {
		put("what", strings.ReplaceAll(inc.Description, "\n", " "), "", 2)
	} else {
		put("symptoms", unknown(u.Symptoms), dimIf(u.Symptoms == "", th), 2)
	}
	put("scope", unknown(u.Scope), dimIf(u.Scope == "", th), 2)
	trend := dimIf(u.Trend == "", th)
	switch u.Trend {
	case "falling":
		trend = th.good
	case "rising", "flapping":
		trend = th.warn
	}
	put("trend", unknown(u.Trend), trend, 1)
	put("plan B", unknown(u.PlanB), dimIf(u.PlanB == "", th), 2)
	if len(inc.Services) > 0 {
		put("services", strings.Join(inc.Services, ", "), "", 2)
	}
	if d := a.stats(); d != nil && a.w >= hugeWidth {
		for i, n := 0, 0; i < len(inc.Services) && n < 3; i++ {
			if s := d.typical.typical(inc.Services[i]); s != "" {
				put("typical", s, "", 2)
				n++
			}
		}
	}
	if inc.Detection != "" {
		put("noticed by", inc.Detection.Words(), "", 1)
	}
	if inc.Reports > 0 {
		by := inc.ReportsBy(8, 5*time.Minute, a.now)
		text := fmt.Sprint(inc.Reports, " ", sparks(by))
		if fresh := by[6] + by[7]; fresh > 0 {
			text += fmt.Sprintf(" +%d in 10 min", fresh)
		}
		put("customers", text, "", 1)
	}
	for _, c := range inc.CANs {
		what, st := c.Conditions, style("")
		if c.Needs != "" && !strings.EqualFold(c.Needs, "nothing") {
			what, st = "needs "+c.Needs+" · "+what, th.warn
		}
		put(model.Brief(unknown(c.Service), label-2), what+" · "+model.Span(max(0, a.now.Sub(c.At)))+" ago", st, 2)
	}
	for _, l := range inc.Links {
		put(model.Brief(l.Name, label-2), l.URL, "", 1)
	}
	for _, t := range inc.Teams {
		put("team "+t.Name, t.Leader+": "+t.Task, "", 1)
	}
	if inc.Review.Owner != "" {
		put("postmortem", inc.Review.Owner+", due "+a.stamp(inc.Review.Due), "", 1)
	}
	if n := len(inc.Todos); n > 0 {
		put("follow-ups", fmt.Sprint(n), "", 1)
	}
	for _, m := range model.Milestones {
		k, ok := inc.Milestones[m]
		if !ok {
			if m == model.ImpactStarted {
				out = append(out, segs{{" " + pad(m.String(), 20) + "not known · " + a.key("describe"), th.dim}})
			}
			continue
		}
		st, note := style(""), ""
		if k.Void {
			st, note = th.dim, " (went back)"
		}
		out = append(out, segs{{" " + pad(m.String(), 20), th.dim}, {a.stamp(k.At) + note, st}})
	}
	return out
}

// sparks draws numbers side by side, the greatest as high as a line is.
func sparks(n []int) string {
	const levels = "▁▂▃▄▅▆▇█"
	top := max(1, slices.Max(n))
	out := make([]rune, len(n))
	for k, v := range n {
		out[k] = []rune(levels)[v*7/top]
	}
	return string(out)
}

func unknown(s string) string {
	if s == "" {
		return "not said"
	}
	return s
}

func dimIf(cond bool, th *theme) style {
	if cond {
		return th.dim
	}
	return ""
}
