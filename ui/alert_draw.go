package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"warroom/model"
	"warroom/model/alert"
)

func number(n int) string {
	if n > 999 {
		return "999+"
	}
	return fmt.Sprint(n)
}

// alertShape says how the screen is divided: how wide the list is beside the
// detail, 0 if the detail stands below it, and how many lines it shows.
func alertShape(w, h int) (wide, rows int) {
	if w >= wideWidth {
		return w * 9 / 20, h - 1
	}
	if h < 12 {
		return 0, h - 1
	}
	return 0, max(3, h*2/5)
}

// top is the line that stands first when rows are shown.
func (d *alertsDesk) top(rows int) int { return max(0, d.index()-rows+1) }

func (d *alertsDesk) draw(a *App, w, h int) []string {
	if a.cfg.Inbox == nil {
		return blank([]string{segs{{" No alerts can be received by this record.", a.theme.dim}}.fit(w)}, w, h)
	}
	if d.tired.shown {
		return d.tired.draw(a, w, h)
	}
	if d.loaded && len(d.groups) == 0 {
		return d.quiet(a, w, h)
	}
	wide, rows := alertShape(w, h)
	if wide > 0 {
		left := d.drawList(a, wide, h)
		right := d.drawDetail(a, w-wide-1, h)
		return beside(a.theme, h, block{wide, left}, block{w - wide - 1, right})
	}
	out := d.drawList(a, w, min(h, rows+1))
	if len(out) < h {
		out = append(out, segs{{strings.Repeat("─", w), a.theme.rule}}.fit(w))
		out = append(out, d.drawDetail(a, w, h-len(out))...)
	}
	return blank(out, w, h)
}

// quiet is what an inbox without alerts shows: that all is well, or how alerts
// come here.
func (d *alertsDesk) quiet(a *App, w, h int) []string {
	th := a.theme
	head := segs{{" Alerts", th.accent.and(th.strong)}, {"  " + d.only.String(), ""}}
	out := []string{spread(w, head, segs{{a.key("alert.filter") + " filter · " + a.key("alert.fatigue") + " fatigue ", th.dim}}), blankLine(w)}
	for _, l := range []segs{
		{{" Nothing fires.", th.strong}},
		nil,
		{{" warroom listen", th.accent}, {"  takes alerts from Alertmanager, Grafana, PagerDuty and others", ""}},
		{{" warroom alert ingest FILE", th.accent}, {"  takes them from a file", ""}},
		{{" " + a.key("alert.filter"), th.accent}, {"  shows what has ended, too", ""}},
	} {
		out = append(out, l.fit(w))
	}
	return blank(append(out, d.silenceLines(a, w, max(0, h-len(out)))...), w, h)
}

func blankLine(w int) string { return strings.Repeat(" ", max(0, w)) }

func (d *alertsDesk) drawList(a *App, w, h int) []string {
	th := a.theme
	head := segs{{" Alerts", th.accent.and(th.strong)}, {"  " + d.only.String() + " ", ""}}
	if n := d.loud(a.now); n > 0 {
		head.add(th.alarm, fmt.Sprintf("· %d to look at ", n))
	}
	if len(d.groups) == alertLimit {
		head.add(th.dim, "· the newest 500 ")
	}
	if d.err != nil {
		head.add(th.alarm, " cannot be read: "+model.Brief(model.Message(d.err), 60))
	}
	out := []string{spread(w, head, segs{{a.key("alert.filter") + " filter · " + a.key("alert.fatigue") + " fatigue ", th.dim}})}
	foot := d.silenceLines(a, w, min(4, max(0, h-len(d.groups)-2)))
	rows := max(1, h-1-len(foot))
	for i := d.top(rows); i < len(d.groups) && len(out) <= rows; i++ {
		g := d.groups[i]
		left, right := d.row(a, g, w)
		if g.N == d.sel {
			out = append(out, spreadOver(w, left.bare().over(th.selected), right.bare().over(th.selected), th.selected))
			continue
		}
		out = append(out, spread(w, left, right))
	}
	out = blank(out, w, h-len(foot))
	return append(out, foot...)
}

// alertSign is the sign and the style of a state; each differs in shape.
func (a *App) alertSign(g alert.Group) (string, style, string) {
	th := a.theme
	if g.Noise != "" {
		return "✗", th.dim, "noise"
	}
	switch g.State(a.now) {
	case alert.Firing:
		return "●", th.alarm, "firing"
	case alert.Acknowledged:
		return "○", th.warn, "acknowledged"
	case alert.Suppressed:
		return "–", th.dim, "silenced"
	}
	return "✓", th.good, "ended"
}

// row is one line of the list: state, severity, grade, what it is, and since when.
func (d *alertsDesk) row(a *App, g alert.Group, w int) (left, right segs) {
	th := a.theme
	sign, st, word := a.alertSign(g)
	sev := th.sevBadge(g.Severity)
	left = segs{{" ", ""}, {sign, st}}
	if w >= 50 {
		left = append(left, seg{" ", ""}, sev, seg{" ", ""})
	} else {
		left = append(left, seg{" " + g.Severity.Glyph() + " ", sev.st})
	}
	left.add(gradeStyle(th, g.Grade), g.Grade+" ")
	weight := style("")
	if word == "firing" {
		weight = th.strong
	}
	left.add(weight, model.Visible(g.Line()))
	note := model.Span(max(0, a.now.Sub(g.Newest)).Truncate(time.Second))
	switch {
	case word == "silenced":
		note = "quiet " + countdown(g.Until.Sub(a.now))
	case a.now.Sub(g.Newest) >= minute:
		note = model.Span(a.now.Sub(g.Newest).Truncate(minute))
	}
	if g.Incident != "" {
		if a.room != nil && a.room.inc.ID == g.Incident {
			if a.screen == screenAlerts { // in its Room all are
				right.add(th.accent, "here ")
			}
		} else if w >= 70 {
			right.add(th.dim, g.Incident+" ")
		} else {
			right.add(th.dim, "INC ")
		}
	} else if len(g.Services) == 1 && w >= 64 {
		right.add(th.dim, model.Brief(g.Services[0], 18)+" ")
	}
	right.add(th.dim, padLeft(note, max(7, width(note)))+" ")
	if word == "ended" || word == "noise" {
		left = left.over(th.dim)
	}
	return left, right
}

func gradeStyle(th *theme, g string) style {
	switch g {
	case "A", "B":
		return th.good
	case "D":
		return th.warn
	case "F":
		return th.alarm
	}
	return ""
}

// silenceLines are the silences in force with the time they have left.
func (d *alertsDesk) silenceLines(a *App, w, h int) []string {
	th := a.theme
	var out []string
	for _, s := range d.silences {
		if !s.Active(a.now) {
			continue
		}
		if len(out) == 0 {
			if h < 2 {
				return nil
			}
			out = append(out, segs{{" Silences", th.strong}, {"  " + a.key("alert.unsilence") + " ends one", th.dim}}.fit(w))
		}
		if len(out) == h {
			break
		}
		out = append(out, spread(w, segs{{" – ", th.dim}, {model.Visible(s.Words()), ""}, {"  " + model.Visible(s.Reason), th.dim}}, segs{{"@" + model.Brief(s.By, 14) + " ", th.dim}, {countdown(s.Until.Sub(a.now)) + " ", th.warn}}))
	}
	return out
}

// drawDetail is what one wants to know of the selected line before acting.
func (d *alertsDesk) drawDetail(a *App, w, h int) []string {
	g, ok := d.selected(a)
	if !ok {
		return blank(nil, w, h)
	}
	out := d.detailLines(a, g, w, h)
	return blank(out[:min(len(out), h)], w, h)
}

// detailLines writes the detail in w cells; room is how many lines there are to
// be had, 0 for any number.
func (d *alertsDesk) detailLines(a *App, g alert.Group, w, room int) []string {
	th := a.theme
	var out []string
	add := func(s segs) { out = append(out, s.fit(w)) }
	inRoom := a.onAlertPane() // where the row above has the name, and all are part of the incident
	for _, l := range wrap(model.Visible(g.Line()), w-2, 2) {
		if !inRoom {
			add(segs{{" " + l, th.strong}})
		}
	}
	sign, st, word := a.alertSign(g)
	head := segs{{" ", ""}, {sign + " " + word, st}, {" ", ""}, th.sevBadge(g.Severity), {" since " + a.stamp(g.First), ""}}
	if g.Total > 1 && g.Firing > 0 {
		head.add(th.dim, fmt.Sprintf("  %d of %d fire", g.Firing, g.Total))
	}
	add(head)
	headed := len(out)
	if g.Incident != "" && !inRoom {
		add(segs{{" part of ", th.dim}, {g.Incident, th.accent}})
	}
	if g.Noise != "" {
		add(segs{{" noise: " + model.Visible(g.Noise), th.warn}, {"  @" + model.Visible(g.NoiseBy), th.dim}})
	}
	if len(g.Services) > 0 {
		add(segs{{" services ", th.dim}, {model.Visible(strings.Join(g.Services, ", ")), ""}})
	}
	if d.detail.n != g.N {
		return append(out, segs{{" …", th.dim}}.fit(w))
	}
	if d.detail.err != nil {
		return append(out, segs{{" cannot be read: " + model.Message(d.detail.err), th.alarm}}.fit(w))
	}
	if len(d.detail.items) == 0 {
		return out
	}
	i := d.detail.items[0]
	said := append(d.words(a, i, w, room), d.bookLines(a, w)...)
	grade := gradeLines(a, i.Alert, w)
	if room > 0 && len(out)+len(said)+min(len(grade), 4) > room { // in brief, before what can be read elsewhere
		out = slices.Insert(out, headed, gradeLine(a, i.Alert, w))
		grade = nil
	}
	out = append(append(out, said...), grade...)
	out = append(out, d.members(a, w)...)
	for _, x := range d.detail.acts {
		s := segs{{" " + a.stamp(x.At), th.dim}, {" @" + model.Brief(x.By, 20) + " ", ""}, {x.What, th.dim}}
		if x.Text != "" {
			s.add("", " "+model.Visible(x.Text))
		}
		add(s)
	}
	return out
}

// words are what the newest alert of the line says: text, figures, links.
func (d *alertsDesk) words(a *App, i alert.Item, w, room int) []string {
	th := a.theme
	var out []string
	most := 40
	if room > 0 {
		most = max(2, room/5)
	}
	if i.Title != "" && i.Rule != "" && i.Title != i.Rule {
		out = append(out, segs{{" " + model.Visible(i.Title), ""}}.fit(w))
	}
	text := strings.Join(model.VisibleLines(i.Description), "\n")
	if strings.TrimSpace(text) != "" {
		for _, l := range wrap(text, w-2, most) {
			out = append(out, segs{{" " + l, ""}}.fit(w))
		}
	}
	var line segs
	for k, name := range alert.Names(i.Metrics) {
		s := segs{{" " + model.Brief(name, 30) + " ", th.dim}, {model.Brief(fmt.Sprint(i.Metrics[name]), 30) + " ", th.strong}}
		if line.width()+s.width() > w-1 {
			out = append(out, line.fit(w))
			line = nil
		}
		if k == 12 && room > 0 {
			line.add(th.dim, " …")
			break
		}
		line = append(line, s...)
	}
	if line != nil {
		out = append(out, line.fit(w))
	}
	for _, l := range alertLinks(i) {
		out = append(out, segs{{" " + pad(l.name, 10), th.dim}, {model.Visible(l.url), th.accent}}.fit(w))
	}
	return out
}

// bookLines name the runbook that fits best, why, and the key that opens it.
func (d *alertsDesk) bookLines(a *App, w int) []string {
	th, books := a.theme, d.detail.books
	if len(books) == 0 {
		return nil
	}
	left := segs{{" " + pad("follow", 10), th.dim}, {model.Visible(books[0].Title), th.strong}}
	if len(books) > 1 {
		left.add(th.dim, fmt.Sprintf(" or %d more", len(books)-1))
	}
	out := []string{spread(w, left, segs{{a.key("alert.book"), th.accent}, {" opens it ", th.dim}})}
	for _, l := range wrap("for "+model.Visible(books[0].Why), w-12, 2) {
		out = append(out, segs{{strings.Repeat(" ", 11) + l, th.dim}}.fit(w))
	}
	return out
}

type alertLink struct{ name, url string }

func alertLinks(i alert.Item) []alertLink {
	var out []alertLink
	for _, l := range []alertLink{{"runbook", i.RunbookURL}, {"dashboard", i.Dashboard}, {"source", i.URL}} {
		if l.url != "" {
			out = append(out, l)
		}
	}
	return out
}

// gradeLine is gradeLines where there is no room for them.
func gradeLine(a *App, x alert.Alert, w int) string {
	th, q := a.theme, alert.Evaluate(x)
	s := segs{{" Grade ", th.dim}, {q.Grade, gradeStyle(th, q.Grade).and(th.strong)}, {fmt.Sprintf(" %d ", q.Score), ""}}
	s.add(th.warn, strings.Join(q.Issues, " · "))
	return s.fit(w)
}

// gradeLines say whether a person can act on the alert, by the specification's
// score, and apart from that what a responder misses.
func gradeLines(a *App, x alert.Alert, w int) []string {
	th := a.theme
	q := alert.Evaluate(x)
	head := segs{{" Grade ", th.dim}, {q.Grade, gradeStyle(th, q.Grade).and(th.strong)}, {fmt.Sprintf(" %d of 100 ", q.Score), ""}}
	if !q.Actionable {
		head.add(th.warn, "not actionable ")
	}
	out := []string{blankLine(w), spread(w, head, segs{{bar(q.Score, 100, 20) + " ", gradeStyle(th, q.Grade)}})}
	if len(q.Issues) > 0 {
		for _, l := range wrap(strings.Join(q.Issues, " · "), w-4, 2) {
			out = append(out, segs{{"   ", ""}, {l, th.warn}}.fit(w))
		}
	}
	lacks := alert.Diagnose(x)
	for k, l := range lacks {
		if k == 0 {
			out = append(out, segs{{" A responder misses", th.dim}}.fit(w))
		}
		if k == 4 {
			out = append(out, segs{{fmt.Sprintf("   and %d more: enter shows all", len(lacks)-k), th.dim}}.fit(w))
			break
		}
		out = append(out, segs{{"   " + model.Visible(l.Missing), ""}}.fit(w))
	}
	return out
}

// bar draws a part of a whole in n cells, in eighths.
func bar(k, of, n int) string {
	if of <= 0 || k <= 0 {
		return strings.Repeat("·", n)
	}
	e := min(k*n*8/of, n*8)
	s := strings.Repeat("█", e/8)
	if e%8 > 0 {
		s += string([]rune("▏▎▍▌▋▊▉")[e%8-1])
	}
	return s + strings.Repeat("·", n-len([]rune(s)))
}

// members lists the alerts of the line, and why each stands there.
func (d *alertsDesk) members(a *App, w int) []string {
	th := a.theme
	items := d.detail.items
	if len(items) < 2 && (len(items) == 0 || items[0].Why == "" && len(items[0].Doubts) == 0) {
		return nil
	}
	out := []string{blankLine(w), segs{{" Alerts of this line", th.dim}}.fit(w)}
	for k, i := range items {
		if k == 30 {
			out = append(out, segs{{fmt.Sprintf("   and more: warroom alert show %d", d.detail.n), th.dim}}.fit(w))
			break
		}
		sign, st := "●", th.alarm
		switch i.State(a.now) {
		case alert.Acknowledged:
			sign, st = "○", th.warn
		case alert.Suppressed:
			sign, st = "–", th.dim
		case alert.Resolved:
			sign, st = "✓", th.good
		}
		where := i.Service
		for _, l := range []string{"instance", "pod", "host", "node"} {
			if v := i.Labels[l]; v != "" {
				where = v
				break
			}
		}
		s := segs{{"  ", ""}, {sign, st}, {" " + a.stamp(i.Timestamp) + " ", th.dim}, {pad(model.Brief(where, 24), min(24, w/4)) + " ", ""}}
		if i.Timestamp.IsZero() {
			s[2].s = " time unknown "
		}
		if i.Why != "" { // the rule's name stands above
			s.add(th.dim, model.Visible(strings.Replace(i.Why, "same rule "+i.Rule+",", "same rule,", 1)))
		}
		out = append(out, s.fit(w))
	}
	for _, x := range items[0].Doubts {
		out = append(out, segs{{"  note: " + model.Visible(x), th.warn}}.fit(w))
	}
	return out
}
