package chart

import (
	"fmt"
	"strings"

	"warroom/model"
	"warroom/model/metrics"
)

func span(m float64) string { return metrics.Span(m) }

// number words a Number of minutes with its interval.
func number(n metrics.Number) string {
	if !n.Known() {
		return n.Why
	}
	s := span(*n.Value)
	if n.Range != nil {
		s += " (" + span(n.Range.Low) + " to " + span(n.Range.High) + ")"
	}
	return s
}

// durations

func edge(m float64) string {
	switch {
	case m <= 0:
		return "none"
	case m < 1:
		return "<1m"
	case m < 60:
		return fmt.Sprintf("%.0fm", m)
	case m < 1440:
		return fmt.Sprintf("%.0fh", m/60)
	case m < 10080:
		return fmt.Sprintf("%.0fd", m/1440)
	}
	return fmt.Sprintf("%.0fw", m/10080)
}

func lengthNote(c *Chart) string {
	return fmt.Sprintf("log scale · n = %d", c.r.Length.N)
}

func bucketLabel(c *Chart, i int) string {
	b := c.r.Buckets[i]
	switch {
	case b.Low == 0:
		return fmt.Sprintf("no length: %d", b.N)
	case b.High < 0:
		return fmt.Sprintf("%s or longer: %d", span(b.Low), b.N)
	}
	return fmt.Sprintf("%s up to %s: %d", span(b.Low), span(b.High), b.N)
}

func in(b metrics.Bucket, m float64) bool { return m >= b.Low && (b.High < 0 || m < b.High) }

func bucketHolds(c *Chart, i int) func(*metrics.Selection, int) bool {
	b := c.r.Buckets[i]
	return func(s *metrics.Selection, n int) bool { return in(b, s.Minutes(n)) }
}

// pinned are the quantiles that are written beside the bar they fall into.
func (c *Chart) pinned(b metrics.Bucket) string {
	var out []string
	for _, q := range []struct {
		name string
		n    metrics.Number
	}{{"median", c.r.Length.Median}, {"p90", c.r.Length.P90}} {
		if q.n.Known() && in(b, *q.n.Value) {
			out = append(out, q.name+" "+number(q.n))
		}
	}
	return strings.Join(out, "  ")
}

func lengthLines(c *Chart, w, h, sel int) []Line {
	l := c.r.Length
	if l.N == 0 {
		return []Line{note("of no incident is it known how long it took", w, Dim)}
	}
	tail := 1
	from, to := window(len(c.r.Buckets), h-tail, max(sel, 0))
	if to-from < len(c.r.Buckets) && sel < 0 { // the middle of the matter
		best := 0
		for i, b := range c.r.Buckets {
			if b.N > c.r.Buckets[best].N {
				best = i
			}
		}
		from, to = window(len(c.r.Buckets), h-tail, best)
	}
	most := 0
	for _, b := range c.r.Buckets {
		most = max(most, b.N)
	}
	room := max(4, w-5-len(fmt.Sprint(most))-2)
	for i := from; i < to; i++ { // what is written beside a bar needs room
		if p := len([]rune(c.pinned(c.r.Buckets[i]))); p > 0 && w >= 48 {
			share := max(0.2, float64(c.r.Buckets[i].N)/float64(most))
			room = max(4, min(room, int(float64(w-5-len(fmt.Sprint(most))-3-p)/share)))
		}
	}
	var out []Line
	for i := from; i < to; i++ {
		b := c.r.Buckets[i]
		s := bar(float64(b.N), float64(most), room)
		count := ""
		if b.N > 0 {
			count = fmt.Sprintf(" %d", b.N)
		}
		line := Line{{padLeft(edge(b.Low), 4) + " ", mark(i == sel, Dim)}, {s, mark(i == sel, Data)}, {count, Plain}}
		if p := c.pinned(b); p != "" {
			line = append(line, Span{"  " + p, Strong})
		}
		out = append(out, line)
	}
	if len(out) < h && l.Mean.Known() {
		s := "mean " + span(*l.Mean.Value)
		if l.Median.Known() && *l.Mean.Value > 1.5**l.Median.Value {
			s += " is not typical"
		}
		if l.TopShare.Known() {
			s += fmt.Sprintf(": the longest 1 %% hold %.0f %% of the minutes", 100**l.TopShare.Value)
		}
		out = append(out, note(s, w, Dim))
	} else if len(out) < h && !l.Median.Known() {
		out = append(out, note("median: "+l.Median.Why, w, Dim))
	}
	return out
}

// services and severities

func (c *Chart) parts() []metrics.Part {
	if c.Name == "severity" {
		return c.r.Severity
	}
	return c.r.Services
}

func partNote(c *Chart) string {
	if c.Name == "severity" {
		return "incidents · minutes"
	}
	return fmt.Sprintf("%d services · incidents · minutes", len(c.r.Services))
}

func partLabel(c *Chart, i int) string {
	p := c.parts()[i]
	s := fmt.Sprintf("%s: %d, %s in all, median %s", name(p.Name, 40), p.N, span(p.Minutes), number(p.Median))
	if p.Range != nil {
		s += fmt.Sprintf(", %.0f %% of the minutes (%.0f to %.0f %%)", 100*p.Share, 100*p.Range.Low, 100*p.Range.High)
	}
	return s
}

func partHolds(c *Chart, i int) func(*metrics.Selection, int) bool {
	p := c.parts()[i]
	if c.Name == "severity" {
		return func(s *metrics.Selection, n int) bool {
			t := s.Table()
			return t.Severity(n) == p.Sev || p.Sev == 0 && !t.Severity(n).Valid()
		}
	}
	return func(of *metrics.Selection, n int) bool {
		for _, s := range of.Table().Services(n) {
			if s == p.Name {
				return true
			}
		}
		return false
	}
}

func partLines(c *Chart, w, h, sel int) []Line {
	parts := c.parts()
	if len(parts) == 0 {
		return []Line{note("no incident names a service", w, Dim)}
	}
	from, to := window(len(parts), h, max(sel, 0))
	wide, most, minutes := 8, 0, 0
	for _, p := range parts[from:to] {
		wide = max(wide, len([]rune(model.Visible(p.Name))))
		minutes = max(minutes, len(total(p.Minutes)))
		most = max(most, p.N)
	}
	wide = min(wide, max(10, w/4))
	room := max(4, w-wide-len(fmt.Sprint(most))-minutes-4)
	var out []Line
	for i := from; i < to; i++ {
		p := parts[i]
		s := pad(bar(float64(p.N), float64(most), room)+fmt.Sprintf(" %d", p.N), room+1+len(fmt.Sprint(most)))
		label := name(p.Name, wide)
		if p.Sev != 0 {
			label = p.Sev.Glyph() + " " + label
		}
		out = append(out, Line{{pad(label, wide) + " ", mark(i == sel, Plain)}, {s, mark(i == sel, Data)}, {"  " + padLeft(total(p.Minutes), minutes), Dim}})
	}
	if hidden := len(parts) - (to - from); hidden > 0 && len(out) > 1 {
		out[len(out)-1] = note(fmt.Sprintf("… and %d more", hidden+1), w, Dim)
	}
	return out
}

func total(m float64) string { return fmt.Sprintf("%.0f min", m) }

// causes

func causeNote(c *Chart) string {
	return fmt.Sprintf("a cause is named for %d of %d", c.r.Labelled, c.r.N)
}

func causeLabel(c *Chart, i int) string {
	return fmt.Sprintf("%q occurs %d times in the causes", name(c.r.Causes[i].Word, 40), c.r.Causes[i].N)
}

func causeHolds(c *Chart, i int) func(*metrics.Selection, int) bool {
	word := c.r.Causes[i].Word
	return func(s *metrics.Selection, n int) bool {
		return strings.Contains(strings.ToLower(s.Table().Cause(n)), word)
	}
}

func causeLines(c *Chart, w, h, sel int) []Line {
	if len(c.r.Causes) == 0 {
		return []Line{note("no cause is named", w, Dim)}
	}
	from, to := window(len(c.r.Causes), h, max(sel, 0))
	wide := 6
	for _, k := range c.r.Causes {
		wide = max(wide, len([]rune(name(k.Word, 24))))
	}
	most := c.r.Causes[0].N
	room := max(4, w-wide-len(fmt.Sprint(most))-3)
	var out []Line
	for i := from; i < to; i++ {
		k := c.r.Causes[i]
		out = append(out, Line{{pad(name(k.Word, 24), wide) + " ", mark(i == sel, Plain)}, {bar(float64(k.N), float64(most), room), mark(i == sel, Data)}, {fmt.Sprintf(" %d", k.N), Plain}})
	}
	return out
}
