package chart

import (
	"fmt"
	"math"
	"strings"

	"warroom/model/metrics"
)

func heatNote(c *Chart) string {
	p := c.r.Calendar.Hours
	switch {
	case p.Why != "":
		return c.r.Zone
	case p.Real:
		return fmt.Sprintf("peak %s, %s · %s", p.Peak, metrics.P(p.Adjusted), c.r.Zone)
	}
	return "no pattern can be told · " + c.r.Zone
}

func heatLabel(c *Chart, i int) string {
	d, h := i/24, i%24
	return fmt.Sprintf("%s %02d–%02d: %d", metrics.Weekday(d), h, h+1, c.r.Calendar.Heat[d][h])
}

func heatHolds(c *Chart, i int) func(*metrics.Selection, int) bool {
	d, h := i/24, i%24
	return func(of *metrics.Selection, n int) bool {
		t := of.Table()
		s := t.Start(n).In(c.zone)
		return (int(s.Weekday())+6)%7 == d && s.Hour() == h && !t.DayOnly(n)
	}
}

func heatMost(c *Chart) int {
	most := 0
	for _, d := range c.r.Calendar.Heat {
		for _, k := range d {
			most = max(most, k)
		}
	}
	return most
}

func heatLines(c *Chart, w, h, sel int) []Line {
	cell := max(1, min(4, (w-4)/24))
	most := float64(heatMost(c))
	axis := "    "
	for hour := 0; hour < 24; hour += 3 {
		axis += pad(fmt.Sprintf("%02d", hour), 3*cell)
	}
	out := []Line{{{strings.TrimRight(axis, " "), Dim}}}
	for d, row := range c.r.Calendar.Heat {
		line := Line{{metrics.Weekday(d)[:3] + " ", Dim}}
		for hour, k := range row {
			s := shades[0]
			if k > 0 {
				s = shades[1+int(min(3, math.Floor(float64(k)/most*3.999)))]
			}
			text := strings.Repeat(string(s), cell)
			t := mark(d*24+hour == sel, Data)
			if t == Mark && k == 0 {
				text = strings.Repeat("·", cell)
			}
			if n := len(line) - 1; n > 0 && line[n].Tone == t && t != Mark {
				line[n].Text += text
			} else {
				line = append(line, Span{text, t})
			}
		}
		out = append(out, line)
	}
	if c.r.Calendar.NoHour > 0 && len(out) < h {
		out = append(out, note(fmt.Sprintf("%d of which only the day is known are not here", c.r.Calendar.NoHour), w, Dim))
	}
	for _, p := range []struct {
		what string
		p    metrics.Pattern
	}{{"hours", c.r.Calendar.Hours}, {"weekdays", c.r.Calendar.Weekdays}} {
		if len(out) >= h {
			break
		}
		s := p.what + ": cannot tell from even, " + metrics.P(p.p.Adjusted)
		switch {
		case p.p.Why != "":
			s = p.what + ": " + p.p.Why
		case p.p.Real:
			s = fmt.Sprintf("%s: most %s, %d where %.0f would be even, %s", p.what, p.p.Peak, p.p.PeakN, p.p.Expected, metrics.P(p.p.Adjusted))
		}
		out = append(out, note(s, w, Plain))
	}
	if len(out) < h && (c.r.Calendar.Hours.Real || c.r.Calendar.Weekdays.Real) {
		out = append(out, note("when people deploy and customers come: not dangerous by itself", w, Dim))
	}
	return out
}
