package ui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/ui/chart"
)

// drawKey is what a chart was drawn for.
type drawKey struct {
	at, w, h, sel int
	focus         bool
	theme         *theme
}

// place of a chart on the screen.
type statsBox struct{ chart, x, y, w, h int }

// statsPlan lays the desk out: how many columns and rows of charts, and how many
// lines of findings below.
type statsPlan struct {
	cols, rows, findings int
	wall                 bool // the findings have a box of their own
	boxes                []statsBox
}

// planStats gives every chart that is on the screen its place. head lines are
// kept above, and one below for what is selected.
func planStats(w, h, at, count int, whole bool) statsPlan {
	const head, foot = 2, 1
	p := statsPlan{cols: 1, rows: 1}
	switch {
	case whole:
	case w >= hugeWidth && h >= 44: // all charts, and what they say in the place that is left
		p.cols, p.rows, p.wall = 3, 4, true
	case w >= wideWidth && h >= 26:
		p.cols, p.rows, p.findings = 2, 2, min(7, h/5)
	case h >= 14:
		p.findings = 2
	}
	body := max(2, h-head-foot-p.findings)
	per := p.cols * p.rows
	first := at / per * per
	for i := range per {
		n := first + i
		if n >= count {
			break
		}
		c, r := i%p.cols, i/p.cols
		x := c * (w + 1) / p.cols
		next := (c + 1) * (w + 1) / p.cols
		y := r * body / p.rows
		p.boxes = append(p.boxes, statsBox{n, x, head + y, next - x - 1, (r+1)*body/p.rows - y})
	}
	return p
}

func toneOf(th *theme, t chart.Tone) style {
	switch t {
	case chart.Dim:
		return th.dim
	case chart.Strong:
		return th.strong
	case chart.Data:
		return th.accent
	case chart.Alarm:
		return th.alarm
	case chart.Mark:
		return th.selected
	}
	return ""
}

func (d *statsDesk) draw(a *App, w, h int) []string {
	th := a.theme
	lines := []string{d.head(a, w), segs{{strings.Repeat("─", w), th.rule}}.fit(w)}
	switch {
	case d.report == nil && d.err != nil:
		return append(lines, segs{{"  " + model.Brief(model.Message(d.err), w), th.warn}}.fit(w))
	case d.report == nil:
		return append(lines, segs{{"  reading all incidents …", th.dim}}.fit(w))
	case d.report.N == 0:
		for _, s := range []string{"", "No incident is in this choice.",
			"] shows a longer time, c takes the filter away.", "",
			"Bring your history with you: warroom import incidents.csv",
			"(or .json, .jsonl, the incidents.json of a Statuspage or of Google Cloud)"} {
			lines = append(lines, segs{{"  " + s, th.dim}}.fit(w))
		}
		return lines
	}
	p := planStats(w, h, d.at, len(d.charts), d.whole)
	for r := range p.rows {
		var cols []block
		high := 0
		for _, b := range p.boxes {
			if (b.chart%(p.cols*p.rows))/p.cols != r {
				continue
			}
			high = max(high, b.h)
			cols = append(cols, block{b.w, d.box(a, b)})
		}
		if len(cols) == 0 {
			continue
		}
		for len(cols) < p.cols { // the last page may have fewer
			x := len(cols) * (w + 1) / p.cols
			b := block{w: (len(cols)+1)*(w+1)/p.cols - x - 1}
			if p.wall && len(cols) == p.cols-1 {
				b.lines = append([]string{segs{{"  What it says", th.strong}}.fit(b.w)}, d.said(a, b.w, high-2)...)
			}
			cols = append(cols, b)
		}
		lines = append(lines, beside(th, high, cols...)...)
	}
	lines = append(lines, d.foot(a, w))
	return append(lines, d.findings(a, w, h-len(lines))...)
}

// head says what the numbers are of.
func (d *statsDesk) head(a *App, w int) string {
	th := a.theme
	left := segs{{" Analytics", th.accent.and(th.strong)}, {"  " + d.periodName(a.zone), ""}}
	if d.filter.Service != "" {
		left.add(th.strong, "  service "+model.Brief(d.filter.Service, 30))
	} else if w >= 100 {
		left.add(th.dim, "  service all")
	}
	if n := len(d.filter.Severities); n > 0 {
		var s []string
		for _, v := range d.filter.Severities {
			s = append(s, v.String())
		}
		left.add(th.strong, "  "+strings.Join(s, " "))
	} else if w >= 100 {
		left.add(th.dim, "  severity all")
	}
	if d.reading {
		left.add(th.dim, "  …")
	}
	right := segs{}
	if d.report != nil {
		right.add("", chart.Below(d.report)+" ")
		if left.width()+right.width()+2 > w {
			right = segs{{chart.Short(d.report) + " ", ""}}
		}
	}
	return spread(w, left, right)
}

// box draws a chart with its title.
func (d *statsDesk) box(a *App, b statsBox) []string {
	focus := b.chart == d.at
	key := drawKey{b.chart, b.w, b.h, -1, focus, a.theme}
	if focus {
		key.sel = d.sel
	}
	if lines, ok := d.cache[key]; ok {
		return lines
	}
	th, c := a.theme, d.charts[b.chart]
	title := segs{{"  ", ""}, {c.Question, th.strong}}
	if focus {
		title = segs{{" ▌", th.accent}, {c.Question, th.accent.and(th.strong)}}
	}
	right := segs{{c.Note() + " ", th.dim}}
	if hint := (segs{{" " + c.Hint, th.dim}}); title.width()+hint.width()+right.width() < b.w {
		title = append(title, hint...)
	}
	lines := []string{spread(b.w, title, right)}
	// A blank line between charts that stand over each other.
	for _, l := range c.Lines(b.w-4, b.h-2, key.sel) {
		line := segs{{"  ", ""}}
		for _, s := range l {
			line.add(toneOf(th, s.Tone), s.Text)
		}
		lines = append(lines, line.fit(b.w))
	}
	for len(lines) < b.h {
		lines = append(lines, strings.Repeat(" ", b.w))
	}
	if len(d.cache) > 64 {
		d.cache = map[drawKey][]string{}
	}
	d.cache[key] = lines
	return lines
}

// foot says what is selected, or which chart of how many this is.
func (d *statsDesk) foot(a *App, w int) string {
	th := a.theme
	where := segs{{fmt.Sprintf("chart %d of %d ", d.at+1, len(d.charts)), th.dim}}
	c := d.chart()
	if d.sel < 0 || c == nil {
		return spread(w, segs{{"  ← → walk through the cells of the chart", th.dim}}, where)
	}
	said := segs{{"  ▸ ", th.accent}, {model.Visible(c.Label(d.sel)), th.strong}}
	if said.width()+where.width() >= w {
		where = nil
	}
	return spread(w, said, where)
}

// findings are sentences in n lines.
func (d *statsDesk) findings(a *App, w, n int) []string {
	th := a.theme
	if n <= 3 {
		return d.said(a, w, n)
	}
	return append([]string{segs{{strings.Repeat("─", w), th.rule}}.fit(w), segs{{"  What it says", th.strong}}.fit(w)}, d.said(a, w, n-2)...)
}

// said are the findings in at most n lines.
func (d *statsDesk) said(a *App, w, n int) []string {
	th := a.theme
	var out []string
	for i, f := range d.report.Findings {
		for k, l := range wrap(model.Visible(f.Text), w-8, 4) {
			if len(out) >= n {
				return out
			}
			if k == 0 {
				out = append(out, segs{{fmt.Sprintf("  %d  ", i+1), th.accent}, {l, ""}}.fit(w))
			} else {
				out = append(out, segs{{"     " + l, ""}}.fit(w))
			}
		}
	}
	return out
}

// click brings the chart under the mouse into focus; a second one gives it the
// screen.
func (d *statsDesk) click(a *App, x, y int, double bool) tea.Cmd {
	b := a.lay.body
	for _, k := range planStats(b.Dx(), b.Dy(), d.at, len(d.charts), d.whole).boxes {
		if x >= k.x && x < k.x+k.w && y >= k.y && y < k.y+k.h {
			if k.chart != d.at {
				d.at, d.sel = k.chart, -1
			} else if double {
				d.whole = !d.whole
			}
		}
	}
	return nil
}

// wheel walks through the cells of the chart in focus.
func (d *statsDesk) wheel(_ *App, _, _, n int) tea.Cmd {
	d.walk(n, 0)
	return nil
}

func (d *statsDesk) walk(dx, dy int) {
	if c := d.chart(); c != nil && c.Cells() > 0 {
		d.sel = c.Step(d.sel, dx, dy)
	}
}
