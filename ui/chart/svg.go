package chart

import (
	"fmt"
	"html"
	"math"
	"strings"
	"time"

	"warroom/model"
	"warroom/model/metrics"
)

// Colours of the drawings. Text and axes take the colour of the page.
const (
	blue   = "#4477aa"
	red    = "#cc3311"
	yellow = "#ddaa33"
)

// picture is a drawing in the making. Everything is said by attributes of the
// shapes, never by style sheets, so that a page may forbid those.
type picture struct {
	b    strings.Builder
	w, h float64
}

func (p *picture) rect(x, y, w, h float64, fill string, opacity float64, title string) {
	t := ""
	if title != "" {
		t = "<title>" + escape(title) + "</title>"
	}
	fmt.Fprintf(&p.b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s" fill-opacity="%.2f">%s</rect>`, x, y, max(0, w), max(0, h), fill, opacity, t)
}

func (p *picture) line(x1, y1, x2, y2 float64, dash string) {
	d := ""
	if dash != "" {
		d = ` stroke-dasharray="` + dash + `"`
	}
	fmt.Fprintf(&p.b, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="currentColor" stroke-opacity="0.45"%s/>`, x1, y1, x2, y2, d)
}

func (p *picture) dot(x, y, r float64, fill, title string) {
	fmt.Fprintf(&p.b, `<circle cx="%.1f" cy="%.1f" r="%.1f" fill="%s" fill-opacity="0.7"><title>%s</title></circle>`, x, y, r, fill, escape(title))
}

// text writes s; anchor is start, middle or end.
func (p *picture) text(x, y float64, anchor, s string) {
	fmt.Fprintf(&p.b, `<text x="%.1f" y="%.1f" text-anchor="%s" fill="currentColor" font-size="12" font-family="sans-serif">%s</text>`, x, y, anchor, escape(s))
}

// escape makes foreign text safe in a drawing.
func escape(s string) string { return html.EscapeString(model.Visible(s)) }

// SVG draws the chart. A drawing of its own (alone) has a background and names
// its format; one in a page takes the colours of the page.
func (c *Chart) SVG(w, h int, alone bool) string {
	if n, step := c.rowsOf(); n > 0 { // no more than it takes
		h = min(h, 28+44+step*n)
	}
	p := &picture{w: float64(w), h: float64(h)}
	c.svg(c, p)
	var b strings.Builder
	head, back, top := "", "", 20 // in a page the title stands above it
	if alone {
		head = `xmlns="http://www.w3.org/2000/svg" color="#222222" `
		back, top = `<rect width="100%" height="100%" fill="#ffffff"/>`, 0
	}
	fmt.Fprintf(&b, `<svg %sviewBox="0 %d %d %d" width="%d" height="%d" role="img"><title>%s</title>%s`, head, top, w, h-top, w, h-top, escape(c.Title), back)
	if alone {
		fmt.Fprintf(&b, `<text x="8" y="18" font-size="14" font-weight="bold" font-family="sans-serif" fill="currentColor">%s</text>`, escape(c.Title))
		fmt.Fprintf(&b, `<text x="8" y="%d" font-size="11" font-family="sans-serif" fill="currentColor">%s</text>`, h-6, escape(c.Note()+" · "+Below(c.r)))
	}
	b.WriteString(p.b.String())
	b.WriteString("</svg>\n")
	return b.String()
}

// rowsOf is how many rows a drawing of rows has and how high each is at most; 0
// of what has no rows.
func (c *Chart) rowsOf() (n, step int) {
	switch c.Name {
	case "length":
		return len(c.r.Buckets), 26
	case "where", "severity":
		return min(partsMost, len(c.parts())), 26
	case "causes":
		return len(c.r.Causes), 26
	case "conduct":
		return len(c.habits()), 36
	case "stages":
		return min(20, len(c.r.Bars)), 18
	}
	return 0, 0
}

// frame is where the data goes: room is left for a title and a line of words.
func (p *picture) frame(left float64) (x, y, w, h float64) {
	return left, 28, p.w - left - 16, p.h - 28 - 44
}

func (p *picture) none(s string) { p.text(p.w/2, p.h/2, "middle", s) }

// rows draws bars to the right, each with its label and its words, for which
// room is kept.
func (p *picture) rows(n int, room float64, label func(int) string, value func(int) float64, words func(int) string) {
	x, y, w, h := p.frame(130)
	most := 0.0
	for i := range n {
		most = max(most, value(i))
	}
	step := min(26, h/float64(max(1, n)))
	for i := range n {
		at := y + float64(i)*step
		long := 0.0
		if most > 0 {
			long = value(i) / most * (w - room)
		}
		p.text(x-6, at+step*0.7, "end", label(i))
		p.rect(x, at+1, long, step-3, blue, 0.9, words(i))
		p.text(x+long+6, at+step*0.7, "start", words(i))
	}
}

func lengthSVG(c *Chart, p *picture) {
	if c.r.Length.N == 0 {
		p.none("of no incident is it known how long it took")
		return
	}
	p.rows(len(c.r.Buckets), 250, func(i int) string { return edge(c.r.Buckets[i].Low) }, func(i int) float64 { return float64(c.r.Buckets[i].N) },
		func(i int) string {
			return strings.TrimSpace(fmt.Sprintf("%d  %s", c.r.Buckets[i].N, c.pinned(c.r.Buckets[i])))
		})
}

func weekSVG(c *Chart, p *picture) {
	x, y, w, h := p.frame(44)
	low, _, high := c.usual()
	most := max(1, high)
	pools := c.pools()
	for _, k := range pools {
		most = max(most, float64(k.N))
	}
	at := func(v float64) float64 { return y + h - v/most*h }
	if high > 0 {
		p.rect(x, at(high), w, at(low)-at(high), "currentColor", 0.08, "95 % of weeks lie here if nothing changes")
	}
	step := w / float64(max(1, len(pools)))
	lastText := -100.0
	for i, k := range pools {
		left := x + float64(i)*step
		fill := blue
		if float64(k.N) > high && high > 0 {
			fill = red
		}
		p.rect(left, at(float64(k.N)), max(0.5, step-1), float64(k.N)/most*h, fill, 0.9, c.label(c, i))
		if left-lastText > 80 {
			p.text(left, y+h+16, "start", k.From.In(c.zone).Format("2 Jan 06"))
			lastText = left
		}
	}
	p.line(x, y+h, x+w, y+h, "")
	p.text(x-6, y+10, "end", fmt.Sprintf("%.0f", most))
	p.text(x-6, y+h, "end", "0")
	p.text(x, y+h+32, "start", strings.Join(c.verdict(), " — "))
}

func heatSVG(c *Chart, p *picture) {
	x, y, w, h := p.frame(90)
	most := float64(max(1, heatMost(c)))
	cw, ch := w/24, h/7
	for d, row := range c.r.Calendar.Heat {
		p.text(x-6, y+float64(d)*ch+ch*0.65, "end", metrics.Weekday(d))
		for hour, k := range row {
			p.rect(x+float64(hour)*cw, y+float64(d)*ch, cw-1, ch-1, blue, 0.06+0.94*float64(k)/most, heatLabel(c, d*24+hour))
		}
	}
	for hour := 0; hour < 24; hour += 3 {
		p.text(x+float64(hour)*cw, y+h+16, "start", fmt.Sprintf("%02d", hour))
	}
	p.text(x, y+h+32, "start", heatNote(c))
}

// partsMost is how many services a drawing shows.
const partsMost = 10

func partSVG(c *Chart, p *picture) {
	parts := c.parts()
	if len(parts) == 0 {
		p.none("no incident names one")
		return
	}
	p.rows(min(partsMost, len(parts)), 130, func(i int) string { return name(parts[i].Name, 18) }, func(i int) float64 { return float64(parts[i].N) },
		func(i int) string { return fmt.Sprintf("%d · %s", parts[i].N, total(parts[i].Minutes)) })
}

func causeSVG(c *Chart, p *picture) {
	if len(c.r.Causes) == 0 {
		p.none("no cause is named")
		return
	}
	p.rows(len(c.r.Causes), 60, func(i int) string { return name(c.r.Causes[i].Word, 18) }, func(i int) float64 { return float64(c.r.Causes[i].N) },
		func(i int) string { return fmt.Sprint(c.r.Causes[i].N) })
}

func scatterSVG(c *Chart, p *picture) {
	points := c.points()
	if len(points) == 0 {
		p.none("too few incidents of known length")
		return
	}
	x, y, w, h := p.frame(56)
	low, high := c.bounds()
	at := func(m float64) float64 { return y + h - logAt(max(m, low), low, high)*h }
	first, last := points[0].Start, points[len(points)-1].Start
	for _, t := range ticks {
		if t >= low && t <= high {
			p.text(x-6, at(t)+4, "end", edge(t))
			p.line(x-3, at(t), x, at(t), "")
		}
	}
	if c.Name == "control" {
		k := c.r.Control
		p.line(x, at(k.Centre), x+w, at(k.Centre), "")
		p.line(x, at(k.High), x+w, at(k.High), "5 4")
		p.line(x, at(k.Low), x+w, at(k.Low), "5 4")
		p.text(x, y+h+32, "start", fmt.Sprintf("usual from %s to %s, centre %s", span(k.Low), span(k.High), span(k.Centre)))
	}
	for i, q := range points {
		along := 0.5
		if last > first {
			along = float64(q.Start-first) / float64(last-first)
		}
		fill, r := blue, 2.5
		if q.Out {
			fill, r = red, 4
		}
		p.dot(x+along*w, at(q.Minutes), r, fill, pointLabel(c, i))
	}
	p.text(x, y+h+16, "start", time.UnixMilli(first).In(c.zone).Format("2 Jan 2006"))
	p.text(x+w, y+h+16, "end", time.UnixMilli(last).In(c.zone).Format("2 Jan 2006"))
}

func curveSVG(c *Chart, p *picture) {
	s := c.r.Survival
	if len(s.Steps) == 0 {
		p.none("nothing has ended yet")
		return
	}
	x, y, w, h := p.frame(56)
	low, high := c.curveBounds()
	px := func(m float64) float64 { return x + logAt(max(m, low), low, high)*w }
	py := func(v float64) float64 { return y + h - v*h }
	path := func(of func(metrics.Step) float64, dash string, width float64) {
		var b strings.Builder
		fmt.Fprintf(&b, "M%.1f %.1f", x, py(1))
		lastX := math.Inf(-1)
		for i, st := range s.Steps {
			at := px(st.Minutes)
			if at-lastX < 0.5 && i < len(s.Steps)-1 { // no finer than can be seen
				continue
			}
			lastX = at
			fmt.Fprintf(&b, "H%.1fV%.1f", at, py(of(st)))
		}
		fmt.Fprintf(&p.b, `<path d="%s" fill="none" stroke="%s" stroke-width="%.1f"%s/>`, b.String(), blue, width, dash)
	}
	path(func(s metrics.Step) float64 { return s.Low }, ` stroke-dasharray="3 3"`, 1)
	path(func(s metrics.Step) float64 { return s.High }, ` stroke-dasharray="3 3"`, 1)
	path(func(s metrics.Step) float64 { return s.Share }, "", 2)
	p.line(x, py(0.5), x+w, py(0.5), "5 4")
	for _, v := range []float64{0, 0.5, 1} {
		p.text(x-6, py(v)+4, "end", fmt.Sprintf("%.0f %%", 100*v))
	}
	for _, t := range ticks {
		if t >= low && t <= high {
			p.text(px(t), y+h+16, "middle", edge(t))
		}
	}
	p.text(x, y+h+32, "start", "half are over after "+number(s.Median))
}

// stageColours tell stages apart; each is named in the legend.
var stageColours = map[model.Milestone]string{
	model.Detected: "#bbbbbb", model.Declared: "#66ccee", model.Acknowledged: yellow,
	model.WasIdentified: "#ee6677", model.WasMitigated: blue, model.WasResolved: "#228833",
}

func stageSVG(c *Chart, p *picture) {
	if len(c.r.Bars) == 0 {
		p.none("no incident has more milestones than its beginning")
		return
	}
	x, y, w, h := p.frame(150)
	bars := c.r.Bars[:min(len(c.r.Bars), 20)]
	var totals []float64
	for _, b := range bars {
		sum := 0.0
		for _, s := range b.Stages {
			sum += s.Minutes
		}
		totals = append(totals, sum)
	}
	scale := max(1, metrics.Median(totals)*3)
	step := min(18, h/float64(len(bars)))
	used := map[model.Milestone]bool{}
	for i, b := range bars {
		at := y + float64(i)*step
		p.text(x-6, at+step*0.75, "end", b.ID)
		left := 0.0
		for _, s := range b.Stages {
			used[s.To] = true
			long := min(s.Minutes/scale*w, w-left)
			p.rect(x+left, at+1, long, step-3, stageColours[s.To], 0.9, fmt.Sprintf("%s after %s", s.To, span(s.Minutes)))
			left += long
		}
	}
	left := x
	for _, m := range model.Milestones {
		if used[m] {
			p.rect(left, y+h+22, 10, 10, stageColours[m], 0.9, "")
			p.text(left+14, y+h+31, "start", "until "+m.String())
			left += 34 + 7*float64(len(m.String())+6)
		}
	}
}
