package chart

import (
	"fmt"
	"math"
	"strings"
	"time"

	"warroom/model/metrics"
)

// pointsMost is how many points are drawn: more would only be a black field.
const pointsMost = 5000

// points are those of the control chart, which leaves out what has no logarithm,
// or all of the strip; of very many the newest.
func (c *Chart) points() []metrics.Point {
	p := c.r.Points
	if c.Name == "control" {
		p = c.r.Control.Points
	}
	return p[max(0, len(p)-pointsMost):]
}

// newest says that not all points are drawn.
func (c *Chart) newest(n int) string {
	if n > pointsMost {
		return fmt.Sprintf("the newest %d of %d", pointsMost, n)
	}
	return fmt.Sprintf("n = %d", n)
}

func controlNote(c *Chart) string {
	k := c.r.Control
	if k.Why != "" {
		return k.Why
	}
	return fmt.Sprintf("%s · %d outside", c.newest(k.N), k.Out)
}

func stripNote(c *Chart) string { return c.newest(len(c.r.Points)) + " · log scale" }

func pointLabel(c *Chart, i int) string {
	p := c.points()[i]
	s := fmt.Sprintf("%s: %s", time.UnixMilli(p.Start).In(c.zone).Format("Mon 2 Jan 2006 15:04"), span(p.Minutes))
	if p.Out {
		s += ", outside the usual range"
	}
	return s
}

func pointHolds(c *Chart, i int) func(*metrics.Selection, int) bool {
	at := c.points()[i].At
	return func(_ *metrics.Selection, n int) bool { return n == at }
}

// ticks are round durations for axes, in minutes.
var ticks = []float64{1, 5, 15, 60, 240, 1440, 10080, 43200, 525600}

// bounds are those of the axis of minutes.
func (c *Chart) bounds() (low, high float64) {
	low, high = math.Inf(1), 0
	for _, p := range c.points() {
		if p.Minutes > 0 {
			low, high = min(low, p.Minutes), max(high, p.Minutes)
		}
	}
	if c.Name == "control" && high > 0 {
		low, high = min(low, c.r.Control.Low), max(high, c.r.Control.High)
	}
	if high == 0 {
		return 1, 60
	}
	low = max(low, 1.0/60)
	if high/low < 4 {
		low, high = low/2, high*2
	}
	return low, high
}

func scatterLines(c *Chart, w, h, sel int) []Line {
	points := c.points()
	if len(points) == 0 {
		why := c.r.Control.Why
		if c.Name == "strip" || why == "" {
			why = "of no incident is it known how long it took"
		}
		return []Line{note(why, w, Dim)}
	}
	rows, width := max(2, h-1), w-6
	low, high := c.bounds()
	g := newGrid(width, rows)
	y := func(m float64) int { return rows - 1 - int(math.Round(logAt(max(m, low), low, high)*float64(rows-1))) }
	first, last := points[0].Start, points[len(points)-1].Start
	x := func(p metrics.Point) int {
		if last <= first {
			return width / 2
		}
		return int(float64(p.Start-first) / float64(last-first) * float64(width-1))
	}
	labels := make([]string, rows)
	for _, t := range ticks {
		if t >= low && t <= high {
			labels[y(t)] = edge(t)
		}
	}
	if c.Name == "control" {
		k := c.r.Control
		for i := range width {
			g.set(i, y(k.Centre), '─', Dim)
			g.set(i, y(k.High), '┄', Dim)
			g.set(i, y(k.Low), '┄', Dim)
		}
		labels[y(k.Centre)] = short(k.Centre)
	}
	// Several in a cell grow heavier.
	seen := make(map[[2]int]int)
	for _, p := range points {
		at := [2]int{x(p), y(p.Minutes)}
		seen[at]++
		switch {
		case p.Out:
			g.set(at[0], at[1], '◆', Alarm)
		case g.at(at[0], at[1]) == '◆':
		case seen[at] > 2:
			g.set(at[0], at[1], '●', Data)
		default:
			g.set(at[0], at[1], '•', Data)
		}
	}
	if sel >= 0 && sel < len(points) {
		p := points[sel]
		g.set(x(p), y(p.Minutes), '◉', Mark)
	}
	for i := range labels {
		labels[i] = padLeft(labels[i], 5)
	}
	out := g.lines(labels)
	from := time.UnixMilli(first).In(c.zone).Format("2 Jan 2006")
	to := time.UnixMilli(last).In(c.zone).Format("2 Jan 2006")
	middle := ""
	if c.Name == "control" {
		middle = fmt.Sprintf("usual %s to %s", span(c.r.Control.Low), span(c.r.Control.High))
	}
	gap := max(1, (width-len(from)-len(to)-len(middle))/2)
	return append(out, Line{{strings.Repeat(" ", 6) + name(from+strings.Repeat(" ", gap)+middle+strings.Repeat(" ", gap)+to, width), Dim}})
}

// short is a duration for an axis.
func short(m float64) string {
	s := strings.ReplaceAll(span(m), " ", "")
	return strings.TrimSuffix(s, "in")
}

// the curve of survival

func curveNote(c *Chart) string {
	s := c.r.Survival
	if s.Open > 0 {
		return fmt.Sprintf("n = %d, %d of them open", s.N, s.Open)
	}
	return fmt.Sprintf("n = %d", s.N)
}

func stepLabel(c *Chart, i int) string {
	s := c.r.Survival.Steps[i]
	return fmt.Sprintf("after %s %.0f %% go on (%.0f to %.0f %%)", span(s.Minutes), 100*s.Share, 100*s.Low, 100*s.High)
}

func stepHolds(c *Chart, i int) func(*metrics.Selection, int) bool {
	m := c.r.Survival.Steps[i].Minutes
	return func(s *metrics.Selection, n int) bool { return s.Minutes(n) >= m }
}

// curveBounds are those of the axis of minutes of the curve.
func (c *Chart) curveBounds() (low, high float64) {
	steps := c.r.Survival.Steps
	low = 1
	for _, s := range steps {
		if s.Minutes > 0 {
			low = s.Minutes
			break
		}
	}
	high = max(low*4, steps[len(steps)-1].Minutes)
	return low, high
}

func curveLines(c *Chart, w, h, sel int) []Line {
	s := c.r.Survival
	if len(s.Steps) == 0 {
		return []Line{note("nothing has ended yet", w, Dim)}
	}
	rows, width := max(2, h-2), w-6
	low, high := c.curveBounds()
	g := newGrid(width, rows)
	for x := range width {
		m := low * math.Pow(high/low, float64(x)/float64(max(1, width-1)))
		share := s.At(m)
		full := int(math.Round(share * float64(rows) * 8))
		for y := range rows {
			if n := min(8, full-8*y); n > 0 {
				r := '░'
				if full-8*y <= 8 { // the rim
					r = levels[n]
				}
				g.set(x, rows-1-y, r, Data)
			}
		}
	}
	if sel >= 0 {
		x := int(math.Round(logAt(s.Steps[sel].Minutes, low, high) * float64(width-1)))
		for y := range rows {
			r := g.at(x, y)
			if r == ' ' {
				r = '┊'
			}
			g.set(x, y, r, Mark)
		}
	}
	labels := make([]string, rows)
	labels[0] = "100 %"
	labels[rows/2] = "50 %"
	out := g.lines(labels)
	axis := []rune(strings.Repeat(" ", w+8))
	end := 0
	for _, t := range ticks {
		if t < low || t > high {
			continue
		}
		x := 6 + int(math.Round(logAt(t, low, high)*float64(width-1)))
		if l := []rune(edge(t)); x >= end && x+len(l) <= w {
			copy(axis[x:], l)
			end = x + len(l) + 1
		}
	}
	out = append(out, Line{{strings.TrimRight(string(axis[:w]), " "), Dim}})
	return append(out, note("half are over after "+number(s.Median), w, Strong))
}
