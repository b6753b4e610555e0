package chart

import (
	"fmt"
	"strings"

	"warroom/model/metrics"
)

// habit is a row of the chart that says how incidents were led: a share that is
// good or bad, or a time.
type habit struct {
	name, short string
	n           metrics.Number
	share       bool // of one; else minutes
	more        string
	holds       func(of *metrics.Selection, n int) bool
}

// habits are the rows, those that concern people outside first.
func (c *Chart) habits() []habit {
	k := c.r.Conduct
	by := ""
	if k.LateBy.Known() {
		by = "by a median of " + number(k.LateBy)
	}
	never := ""
	if k.Never > 0 {
		never = fmt.Sprintf("%d had none at all", k.Never)
	}
	return []habit{
		{"promised updates that came late", "updates late", k.Late, true, by, func(of *metrics.Selection, n int) bool { return of.Table().Conduct(n).Late > 0 }},
		{"without a commander, median", "no commander", k.Vacant, false, never, func(of *metrics.Selection, n int) bool { return of.Table().Conduct(n).Vacant > 0 }},
		{"orders done in time", "orders in time", k.OnTime, true, "", func(of *metrics.Selection, n int) bool {
			o := of.Table().Conduct(n)
			return o.OnTime < o.Orders
		}},
		{"temporary measures that outlived the incident", "left in place", k.Outlived, true, "", func(of *metrics.Selection, n int) bool { return of.Table().Conduct(n).Outlived > 0 }},
		{"action items closed in time", "actions in time", k.Actions, true, "", func(of *metrics.Selection, n int) bool { return k.Tardy(of.Table().ID(n)) }},
		{"lines of alerts that belonged to an incident", "alerts that count", k.Precision, true, "", func(*metrics.Selection, int) bool { return false }},
	}
}

// value words the number of a habit with its interval.
func (h habit) value() string {
	switch {
	case !h.n.Known():
		return h.n.Why
	case !h.share:
		return number(h.n)
	}
	s := fmt.Sprintf("%.0f %%", 100**h.n.Value)
	if h.n.Range != nil {
		s += fmt.Sprintf(" (%.0f to %.0f %%)", 100*h.n.Range.Low, 100*h.n.Range.High)
	}
	return s
}

// Habits are the numbers of how incidents were led, each with its name, for
// tables; those that are not known say why.
func Habits(r *metrics.Report) [][2]string {
	var out [][2]string
	for _, h := range (&Chart{r: r}).habits() {
		s := h.value()
		if h.n.Known() {
			s += fmt.Sprintf(", n = %d", h.n.N)
			if h.more != "" {
				s += ", " + h.more
			}
		}
		out = append(out, [2]string{h.name, s})
	}
	return out
}

func conductNote(c *Chart) string {
	return fmt.Sprintf("%d of %d led here", c.r.Conduct.N, c.r.N)
}

func conductLabel(c *Chart, i int) string {
	h := c.habits()[i]
	s := fmt.Sprintf("%s: %s", h.name, h.value())
	if h.n.Known() {
		s += fmt.Sprintf(", n = %d", h.n.N)
	}
	if h.more != "" && h.n.Known() {
		s += ", " + h.more
	}
	return s
}

func conductHolds(c *Chart, i int) func(*metrics.Selection, int) bool { return c.habits()[i].holds }

// conductLines draws each share as a bar within its interval; what is not known
// says why in its place.
func conductLines(c *Chart, w, h, sel int) []Line {
	rows := c.habits()
	wide := 0
	for _, r := range rows {
		wide = max(wide, len(r.short))
	}
	room := max(8, min(24, w-wide-30))
	from, to := window(len(rows), h, max(sel, 0))
	var out []Line
	for i := from; i < to; i++ {
		r := rows[i]
		line := Line{{pad(r.short, wide) + " ", mark(i == sel, Plain)}}
		tone := mark(i == sel, Data)
		switch {
		case !r.n.Known():
			out = append(out, append(line, Span{r.value(), mark(i == sel, Dim)}))
			continue
		case r.share:
			s := []rune(pad(bar(*r.n.Value, 1, room), room))
			line = append(line, Span{string(s), tone})
		default:
			line = append(line, Span{strings.Repeat(" ", room), tone})
		}
		text := " " + r.value()
		if r.more != "" && w > wide+room+len([]rune(text))+len(r.more)+4 {
			text += ", " + r.more
		}
		out = append(out, append(line, Span{text, Plain}))
	}
	if c.r.Conduct.N < c.r.N && len(out) < h {
		out = append(out, note(fmt.Sprintf("of %d that were imported or go on, it is not known", c.r.N-c.r.Conduct.N), w, Dim))
	}
	return out
}

func conductSVG(c *Chart, p *picture) {
	rows := c.habits()
	x, y, w, h := p.frame(290)
	step := min(36, h/float64(len(rows)))
	long := w - 190
	for i, r := range rows {
		at := y + float64(i)*step
		p.text(x-8, at+step*0.6, "end", r.name)
		if !r.n.Known() || !r.share {
			p.text(x, at+step*0.6, "start", r.value())
			continue
		}
		p.rect(x, at+step*0.2, long, step*0.5, "currentColor", 0.08, "")
		p.rect(x, at+step*0.2, long**r.n.Value, step*0.5, blue, 0.9, conductLabel(c, i))
		if k := r.n.Range; k != nil {
			p.line(x+long*k.Low, at+step*0.45, x+long*k.High, at+step*0.45, "")
		}
		p.text(x+long+8, at+step*0.6, "start", r.value())
	}
}
