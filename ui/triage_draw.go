package ui

import (
	"fmt"
	"slices"
	"strings"

	"warroom/model"
	"warroom/model/triage"
)

// draw puts the questions and the checklist at the left, what follows from them
// at the right.
func (d *triageDesk) draw(a *App, w, h int) []string {
	var top []string
	for _, f := range a.cfg.Faults {
		for _, l := range wrap(model.Visible(f), w-3, 2) {
			top = append(top, segs{{" ! " + l, a.theme.warn}}.fit(w))
		}
	}
	top = top[:min(len(top), max(0, h/4))]
	h -= len(top)
	right := min(max(w*38/100, 33), 64)
	left := w - right - 1
	if w < 62 { // one column: what was asked for last stays in sight
		lines, at := d.questions(a, w)
		verdict := append(d.verdict(a, w), "")
		if lines = append(verdict, lines...); d.at < 0 {
			at = 0
		} else {
			at += len(verdict)
		}
		for k, l := range lines {
			if l == "" {
				lines[k] = strings.Repeat(" ", w)
			}
		}
		return append(top, scrolled(lines, at, h)...)
	}
	lines, at := d.questions(a, left)
	if short := h - len(lines); short < 0 { // without the empty lines between
		lines, at = tight(lines, at)
	}
	var facts []string
	facts = append(facts, d.verdict(a, right)...)
	if a.room != nil || d.outcome(a).Answered() {
		facts = append(facts, d.requires(a, right)...)
	}
	rest := d.about(a, right)
	if len(facts)+len(rest) > h {
		facts, _ = tight(facts, 0)
	}
	facts = append(facts, rest...)
	if len(facts) > h {
		facts, _ = tight(facts, 0)
	}
	return append(top, beside(a.theme, h, block{left, blank(scrolled(lines, at, h), left, h)}, block{right, blank(facts[:min(len(facts), h)], right, h)})...)
}

// tight leaves the empty lines out; at is a line to be followed.
func tight(lines []string, at int) ([]string, int) {
	var out []string
	moved := at
	for k, l := range lines {
		if strings.TrimSpace(l) == "" {
			if k < at {
				moved--
			}
			continue
		}
		out = append(out, l)
	}
	return out, moved
}

// scrolled is the piece of h lines in which line at can be seen.
func scrolled(lines []string, at, h int) []string {
	if len(lines) <= h {
		return lines
	}
	from := min(max(0, at-h+3), len(lines)-h)
	return lines[from : from+h]
}

// questions are the lines of the left column, and the line in focus.
func (d *triageDesk) questions(a *App, w int) (out []string, at int) {
	th, doc := a.theme, a.doctrine()
	line := func(s segs) { out = append(out, s.fit(w)) }
	empty := func() { out = append(out, strings.Repeat(" ", w)) }
	answered := 0
	for _, c := range doc.Criteria {
		if _, ok := d.answers[c.Name]; ok {
			answered++
		}
	}
	out = append(out, spread(w, segs{{"▌", th.accent}, {"How bad is it?", th.accent.and(th.strong)}}, segs{{fmt.Sprintf("%d of %d answered ", answered, len(doc.Criteria)), th.dim}}))
	empty()
	for n, c := range doc.Criteria {
		focused := n == d.at
		name, ok := d.answers[c.Name]
		l, _ := c.Level(name)
		mark, st := " · ", th.dim
		if ok {
			mark, st = " ✓ ", th.good
		}
		if focused {
			mark, st = " ▸ ", th.accent
			at = len(out)
		}
		left := segs{{mark, st}, {model.Visible(c.Ask), th.strong}}
		if !focused && !ok {
			left = segs{{mark, st}, {model.Visible(c.Ask), ""}}
		}
		var right segs
		if ok {
			words := model.Visible(l.Words())
			if or := d.unsure[c.Name]; or != "" {
				words += " or " + model.Visible(strings.ReplaceAll(or, "_", " ")) + "?"
			}
			right = segs{{words, d.levelStyle(a, l)}, {fmt.Sprintf(" %2d ", l.Score), th.dim}}
		}
		out = append(out, spread(w, left, right))
		if focused {
			d.levels(a, &out, c, w)
		}
		if focused || n+1 == d.at || n == len(doc.Criteria)-1 {
			empty()
		}
	}
	if a.room == nil {
		line(segs{{" Before declaring: the answers go with the declaration.", th.dim}})
		return out, at
	}
	out = append(out, segs{{"▌", th.dim}, {"Checklist", th.strong}}.fit(w))
	for n, q := range doc.Questions {
		focused := d.at == len(doc.Criteria)+n
		k, _ := a.room.inc.Triage.Check(q.Ask)
		mark, st := " · ", th.dim
		var right segs
		switch k.Answer {
		case model.CheckYes:
			mark, st = " ! ", th.warn
			right = segs{{"yes → ", th.warn}, {model.Visible(q.Action.Words()) + " ", ""}}
		case model.CheckNo:
			mark, st, right = " ✓ ", th.good, segs{{"no ", th.dim}}
		case model.CheckUnknown:
			mark, st, right = " ? ", th.warn, segs{{"not known ", th.dim}}
		}
		d.checkRow(a, &out, w, focused, &at, segs{{mark, st}, {model.Visible(q.Ask), ""}}, right)
	}
	for n, m := range doc.Metrics {
		focused := d.at == len(doc.Criteria)+len(doc.Questions)+n
		mark, st, name := " · ", th.dim, model.Visible(m.Name)
		right := segs{{fmt.Sprintf("%s: +%d ", m.Threshold.Words(), m.Modifier), th.dim}}
		if v, ok := a.room.inc.Triage.Metric(m.Name); ok {
			name += " " + model.Brief(v.Value, 20)
			if e, err := m.Observe(v.Value); err == nil {
				right = segs{{e.Text() + " ", th.dim}}
				if mark, st = " ✓ ", th.good; e.By > 0 {
					mark, st = fmt.Sprintf("+%d ", e.By), th.warn
					right = segs{{e.Text() + " ", th.warn}}
				}
			}
		}
		d.checkRow(a, &out, w, focused, &at, segs{{mark, st}, {name, ""}}, right)
	}
	return out, at
}

func (d *triageDesk) checkRow(a *App, out *[]string, w int, focused bool, at *int, left, right segs) {
	if !focused {
		*out = append(*out, spread(w, left, right))
		return
	}
	*at = len(*out)
	sel := a.theme.selected
	*out = append(*out, spreadOver(w, left.over(sel), right.over(sel), sel))
}

// levels are the choices of the criterion in focus.
func (d *triageDesk) levels(a *App, out *[]string, c triage.Criterion, w int) {
	th := a.theme
	for n, l := range c.Levels {
		st := style("")
		if d.answers[c.Name] == l.Name {
			st = th.strong
		}
		left := segs{{fmt.Sprintf("   %d  ", n+1), th.accent}, {pad(model.Visible(l.Words()), min(24, max(14, w/3))), st}, {" " + model.Visible(l.Means), th.dim}}
		if d.between != nil && d.between.Name == l.Name {
			left = left.over(th.selected)
		}
		*out = append(*out, spread(w, left, segs{{fmt.Sprintf("%d ", l.Score), th.dim}}))
	}
	hint, st := "not sure: take the worse of two", th.dim
	if d.doubt {
		hint, st = "between which two? press both, the worse counts", th.warn
	}
	*out = append(*out, segs{{"   " + a.key("triage.unsure") + "  ", th.accent}, {hint, st}}.fit(w))
}

func (d *triageDesk) levelStyle(a *App, l triage.Level) style {
	if l.Score >= 4 {
		return a.theme.strong
	}
	return ""
}

// verdict is the severity as answered so far, and why.
func (d *triageDesk) verdict(a *App, w int) (out []string) {
	th, o := a.theme, d.outcome(a)
	line := func(s segs) { out = append(out, s.fit(w)) }
	para := func(text string, st style, n int) {
		for _, l := range wrap(model.Visible(text), w-2, n) {
			line(segs{{" " + l, st}})
		}
	}
	line(segs{{"▌", th.dim}, {"So far", th.strong}})
	if !o.Answered() && len(o.Effects) == 0 {
		line(nil)
		para("Nothing is answered yet. A digit answers.", th.dim, 2)
		line(nil)
	} else {
		line(nil)
		now := segs{{"   " + o.Severity.Glyph() + " " + o.Severity.String() + " ", th.sev[o.Severity]}, {" " + o.Severity.Word(), th.strong}}
		if a.room != nil && a.room.inc.Severity != o.Severity {
			now.add(th.warn, "  it is "+a.room.inc.Severity.String()+" now")
		}
		line(now)
		line(nil)
		para("because "+o.Why(), "", 3)
		if o.Change != "" {
			para(o.Change, th.dim, 2)
		}
	}
	if len(o.Skipped) > 0 {
		para("not in the team's doctrine: "+strings.Join(o.Skipped, ", "), th.dim, 2)
	}
	switch {
	case d.changed && a.room != nil:
		para("not recorded yet: "+a.key("triage.set")+" records and sets it", th.warn, 1)
	case a.room != nil && a.room.inc.Triage.Passes > 0:
		t := a.room.inc.Triage
		para("recorded "+a.stamp(t.At)+" by "+model.Brief(t.By, 20), th.dim, 1)
	}
	return out
}

// requires is what the severity asks for: of the answers, or where there are
// none, of the incident.
func (d *triageDesk) requires(a *App, w int) (out []string) {
	th, doc := a.theme, a.doctrine()
	s := d.outcome(a).Severity
	if a.room != nil && (len(d.answers) == 0 || a.room.inc.Severity < s) {
		s = a.room.inc.Severity // the higher one counts until it is lowered
	}
	q := doc.Requirements(s)
	row := func(name, value string, st style) { out = append(out, d.fact(th, w, name, value, st)) }
	out = append(out, segs{{strings.Repeat("─", w), th.rule}}.fit(w))
	out = append(out, segs{{" " + s.String() + " requires", th.strong}}.fit(w))
	respond, st := "best effort", th.dim
	if q.Response > 0 {
		respond, st = model.Span(q.Response), ""
	}
	row("respond within", respond, st)
	row("notify", strings.ReplaceAll(strings.Join(q.Notification, ", "), "_", " "), "")
	for _, r := range doc.Required(s) {
		who, st := "vacant", th.warn
		switch {
		case a.room == nil:
			who, st = "needed", ""
		case a.room.inc.Holder(r) != "":
			who, st = a.room.inc.Holder(r), th.strong
		}
		row(r.String(), who, st)
	}
	yes := func(b bool, text string) (string, style) {
		if b {
			return text, ""
		}
		return "no", th.dim
	}
	v, st := yes(q.StatusPage, "yes")
	row("status page", v, st)
	v, st = yes(q.CustomerComms, "yes")
	if p := a.cfg.Rules.Pace(model.ToCustomers, s); p.Every > 0 {
		v, st = "within "+model.Span(p.First), ""
	}
	if a.room != nil {
		if t, ok := a.room.inc.LastTold(model.ToCustomers); ok {
			v, st = "told at "+model.TimeOfDay(t, a.now, a.zone), ""
		}
		if c, ok := a.clockOf(model.ToCustomers); ok {
			if v, st = "in "+countdown(c.Due.Sub(a.now)), ""; c.Overdue(a.now) {
				v, st = "overdue "+countdown(a.now.Sub(c.Due)), th.alarm
			}
		}
	}
	row("customer message", v, st)
	if len(q.Stakeholders) > 0 {
		for _, l := range wrap("tell: "+model.Visible(strings.Join(q.Stakeholders, ", ")), w-2, 3) {
			out = append(out, segs{{" " + l, ""}}.fit(w))
		}
	}
	return out
}

func (d *triageDesk) fact(th *theme, w int, name, value string, st style) string {
	return spread(w, segs{{" " + name, th.dim}}, segs{{cut(model.Visible(value), max(4, w-width(name)-4)) + " ", st}})
}

// about is the size-up of the incident, or before there is one what makes an
// event an incident; and the rule of the house.
func (d *triageDesk) about(a *App, w int) (out []string) {
	th := a.theme
	line := func(s segs) { out = append(out, s.fit(w)) }
	line(segs{{strings.Repeat("─", w), th.rule}})
	if a.room == nil {
		line(segs{{" It is an incident if it", th.strong}})
		for _, t := range a.doctrine().Definition {
			for k, l := range wrap(model.Visible(t), w-4, 2) {
				mark := " · "
				if k > 0 {
					mark = "   "
				}
				line(segs{{mark, th.dim}, {l, ""}})
			}
		}
		line(segs{{" one of them is enough", th.dim}})
	} else {
		line(segs{{" Size-up", th.strong}, {"  " + a.key("triage.sizeup"), th.accent}})
		u := a.room.inc.SizeUp
		for _, f := range []struct{ name, value, ask string }{
			{"symptoms", u.Symptoms, "what is wrong"}, {"scope", u.Scope, "which services, regions, customers"},
			{"trend", u.Trend, "rising, flapping, static, falling"}, {"plan B", u.PlanB, "what if this does not work"},
		} {
			if f.value == "" {
				line(segs{{" " + pad(f.name, 10), th.dim}, {f.ask, th.dim}})
				continue
			}
			for k, l := range wrap(model.Visible(f.value), w-12, 2) {
				if k > 0 {
					f.name = ""
				}
				line(segs{{" " + pad(f.name, 10), th.dim}, {l, ""}})
			}
		}
		since := "not known"
		if t, ok := a.room.inc.At(model.ImpactStarted); ok {
			since = a.stamp(t)
		}
		line(segs{{" " + pad("since", 10), th.dim}, {since, dimIf(since == "not known", th)}})
	}
	line(nil)
	for _, l := range wrap("We do not argue about severity now: take the higher, lower it later.", w-2, 3) {
		line(segs{{" " + l, th.dim}})
	}
	return out
}

// clockOf is the running clock of an audience.
func (a *App) clockOf(to model.Audience) (model.Clock, bool) {
	k := slices.IndexFunc(a.clocks(), func(c model.Clock) bool { return c.Kind == model.ClockUpdate && c.Audience == to })
	if k < 0 {
		return model.Clock{}, false
	}
	return a.clocks()[k], true
}
