package chart

import (
	"fmt"
	"strings"
	"time"

	"warroom/model/metrics"
)

// Tone is how a piece of a chart is to be seen; whoever shows it chooses the style.
type Tone int

// The tones.
const (
	Plain  Tone = iota
	Dim         // axes, limits
	Strong      // numbers that matter
	Data        // bars and points
	Alarm       // what lies outside
	Mark        // the cell that is selected
)

// Span is a piece of a line.
type Span struct {
	Text string
	Tone Tone
}

// Line is a line of a chart.
type Line []Span

// Chart is one drawing of a report.
type Chart struct {
	Name     string // for flags and file names
	Question string // the title on the screen
	Hint     string // a few words behind it, where there is room
	Title    string // the title in a document
	r        *metrics.Report
	zone     *time.Location

	lines func(c *Chart, w, h, sel int) []Line
	svg   func(c *Chart, p *picture)
	cells func(c *Chart) int
	label func(c *Chart, i int) string
	holds func(c *Chart, i int) func(s *metrics.Selection, n int) bool
	note  func(c *Chart) string
}

// Names are the charts in the order of the screen.
var Names = []string{"length", "weeks", "heat", "where", "control", "survival", "stages", "causes", "severity", "strip", "conduct"}

// All makes every chart of a report. Days and hours are in zone; nil is UTC.
func All(r *metrics.Report, zone *time.Location) []*Chart {
	if zone == nil {
		zone = time.UTC
	}
	var out []*Chart
	for _, n := range Names {
		c := *kinds[n]
		c.Name, c.r, c.zone = n, r, zone
		out = append(out, &c)
	}
	return out
}

// kinds are filled by the files that draw them.
var kinds = map[string]*Chart{
	"length":   {Question: "How long?", Hint: "until resolved", Title: "How long incidents took", lines: lengthLines, svg: lengthSVG, cells: func(c *Chart) int { return len(c.r.Buckets) }, label: bucketLabel, holds: bucketHolds, note: lengthNote},
	"weeks":    {Question: "How often?", Hint: "incidents a week", Title: "Incidents by week", lines: weekLines, svg: weekSVG, cells: func(c *Chart) int { return len(c.pools()) }, label: weekLabel, holds: weekHolds, note: weekNote},
	"heat":     {Question: "When?", Hint: "start by hour and weekday", Title: "Start by hour and weekday", lines: heatLines, svg: heatSVG, cells: func(*Chart) int { return 7 * 24 }, label: heatLabel, holds: heatHolds, note: heatNote},
	"where":    {Question: "Where?", Hint: "by service", Title: "Services", lines: partLines, svg: partSVG, cells: func(c *Chart) int { return len(c.parts()) }, label: partLabel, holds: partHolds, note: partNote},
	"severity": {Question: "How bad?", Hint: "by severity", Title: "Severities", lines: partLines, svg: partSVG, cells: func(c *Chart) int { return len(c.parts()) }, label: partLabel, holds: partHolds, note: partNote},
	"causes":   {Question: "Why?", Hint: "words of the causes", Title: "Words of the causes", lines: causeLines, svg: causeSVG, cells: func(c *Chart) int { return len(c.r.Causes) }, label: causeLabel, holds: causeHolds, note: causeNote},
	"control":  {Question: "Anything unusual?", Hint: "control chart", Title: "Control chart of durations", lines: scatterLines, svg: scatterSVG, cells: func(c *Chart) int { return len(c.points()) }, label: pointLabel, holds: pointHolds, note: controlNote},
	"strip":    {Question: "Each one?", Hint: "start and duration", Title: "Every incident by start and duration", lines: scatterLines, svg: scatterSVG, cells: func(c *Chart) int { return len(c.points()) }, label: pointLabel, holds: pointHolds, note: stripNote},
	"survival": {Question: "Still going on after?", Hint: "survival", Title: "Still going on after a time", lines: curveLines, svg: curveSVG, cells: func(c *Chart) int { return len(c.r.Survival.Steps) }, label: stepLabel, holds: stepHolds, note: curveNote},
	"conduct":  {Question: "How was it led?", Hint: "promises, orders, command", Title: "How incidents were led", lines: conductLines, svg: conductSVG, cells: func(c *Chart) int { return len(c.habits()) }, label: conductLabel, holds: conductHolds, note: conductNote},
	"stages":   {Question: "What took the time?", Hint: "milestones", Title: "Time between milestones", lines: stageLines, svg: stageSVG, cells: func(c *Chart) int { return len(c.r.Bars) }, label: stageLabel, holds: stageHolds, note: stageNote},
}

// Lines draws into w × h cells; sel is the selected cell, -1 for none.
func (c *Chart) Lines(w, h, sel int) []Line {
	if w < 12 || h < 2 {
		return nil
	}
	lines := c.lines(c, w, h, sel)
	lines = lines[:min(len(lines), h)]
	for i, l := range lines {
		lines[i] = l.cut(w)
	}
	return lines
}

// Cells is how many cells can be walked through.
func (c *Chart) Cells() int { return c.cells(c) }

// Label says what cell i is.
func (c *Chart) Label(i int) string {
	if i < 0 || i >= c.Cells() {
		return ""
	}
	return c.label(c, i)
}

// Holds tells which incidents of the selection are behind cell i, by their place
// in the table.
func (c *Chart) Holds(i int) func(s *metrics.Selection, n int) bool {
	if i < 0 || i >= c.Cells() {
		return func(*metrics.Selection, int) bool { return false }
	}
	return c.holds(c, i)
}

// Note is what stands behind the title: n, zone, a probability.
func (c *Chart) Note() string { return c.note(c) }

// Step is where the selection goes from cell i by dx cells to the right and dy
// down; only a heat map has rows.
func (c *Chart) Step(i, dx, dy int) int {
	n := c.Cells()
	if n == 0 {
		return -1
	}
	if i < 0 {
		if dx+dy < 0 || c.Name == "control" || c.Name == "strip" || c.Name == "weeks" {
			return n - 1
		}
		return 0
	}
	if c.Name == "heat" {
		d, h := i/24+dy, i%24+dx
		return (d+7)%7*24 + (h+24)%24
	}
	return min(max(i+dx+dy, 0), n-1)
}

// Short is Below for where there is little room.
func Short(r *metrics.Report) string {
	s := fmt.Sprintf("n = %d", r.N)
	if out := r.Excluded.Drills + r.Excluded.Maintenance + r.Excluded.Canceled + r.Excluded.Later; out > 0 {
		s += fmt.Sprintf(" · %d left out", out)
	}
	if r.Open > 0 {
		s += fmt.Sprintf(" · %d open", r.Open)
	}
	return s + " · " + r.Zone
}

// Below is a line of words for under a report's charts: what is left out.
func Below(r *metrics.Report) string {
	parts := []string{fmt.Sprintf("n = %d", r.N)}
	for _, x := range []struct {
		n         int
		one, many string
	}{{r.Excluded.Drills, "drill", "drills"}, {r.Excluded.Maintenance, "maintenance", "maintenances"}, {r.Excluded.Canceled, "cancelled", "cancelled"}, {r.Excluded.Later, "after that time", "after that time"}} {
		switch {
		case x.n == 1:
			parts = append(parts, "1 "+x.one+" left out")
		case x.n > 1:
			parts = append(parts, fmt.Sprintf("%d %s left out", x.n, x.many))
		}
	}
	if r.Open > 0 {
		parts = append(parts, fmt.Sprintf("%d still open", r.Open))
	}
	if r.Unknown > 0 {
		parts = append(parts, fmt.Sprintf("%d of unknown length", r.Unknown))
	}
	return strings.Join(append(parts, r.Zone), " · ")
}
