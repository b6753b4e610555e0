package chart

import (
	"fmt"
	"math"
	"strings"

	"warroom/model/metrics"
)

// poolsMost is how many bars the chart of weeks has at most: a year of weeks,
// with a rest. A longer time has several weeks a bar, so that all of it is seen.
const poolsMost = 54

// weeksABar is how many weeks stand in one bar.
func (c *Chart) weeksABar() int {
	return max(1, (len(c.r.Weeks)+poolsMost-1)/poolsMost)
}

// pools are the weeks as the chart shows them, one or several a bar.
func (c *Chart) pools() []metrics.Week {
	k := c.weeksABar()
	if k == 1 {
		return c.r.Weeks
	}
	var out []metrics.Week
	for i, w := range c.r.Weeks {
		if i%k == 0 {
			out = append(out, metrics.Week{From: w.From, Whole: i+k <= len(c.r.Weeks)})
		}
		p := &out[len(out)-1]
		p.N, p.Minutes, p.Whole = p.N+w.N, p.Minutes+w.Minutes, p.Whole && w.Whole
	}
	return out
}

func weekNote(c *Chart) string {
	s := fmt.Sprintf("%d weeks", len(c.r.Weeks))
	if len(c.r.Weeks) == 1 {
		s = "1 week"
	}
	if k := c.weeksABar(); k > 1 {
		s += fmt.Sprintf(", %d a bar", k)
	}
	return s + " · 95 % band"
}

func weekLabel(c *Chart, i int) string {
	k, n := c.pools()[i], c.weeksABar()
	what, rest := "week of", " (not a whole week)"
	if n > 1 {
		what, rest = fmt.Sprintf("%d weeks from", n), " (not all of them)"
	}
	s := fmt.Sprintf("%s %s: %d, %s in all", what, k.From.In(c.zone).Format("2 Jan 2006"), k.N, span(k.Minutes))
	if !k.Whole {
		s += rest
	}
	return s
}

func weekHolds(c *Chart, i int) func(*metrics.Selection, int) bool {
	from := c.pools()[i].From
	to := from.AddDate(0, 0, 7*c.weeksABar())
	return func(of *metrics.Selection, n int) bool {
		s := of.Table().Start(n)
		return !s.Before(from) && s.Before(to)
	}
}

// usual is the band in which a bar's count lies 19 times of 20 if nothing has
// changed, with the variance that the weeks have.
func (c *Chart) usual() (low, mean, high float64) {
	whole, sum := 0, 0
	for _, k := range c.r.Weeks {
		if k.Whole {
			whole, sum = whole+1, sum+k.N
		}
	}
	if whole == 0 {
		return 0, 0, 0
	}
	mean = float64(sum) / float64(whole) * float64(c.weeksABar())
	half := 1.96 * math.Sqrt(mean*max(1, c.r.Spread))
	return max(0, mean-half), mean, mean + half
}

// verdict is the line that says whether anything changed.
func (c *Chart) verdict() []string {
	h := c.r.Halves.Rate
	if h.Ratio == nil {
		if h.Why != "" {
			return []string{"cannot tell whether it changed: " + h.Why}
		}
		return []string{"cannot tell whether it changed"}
	}
	s := fmt.Sprintf("before %.1f a week, after %.1f: ratio %.2f", h.Before, h.After, *h.Ratio)
	if h.Range != nil {
		s += fmt.Sprintf(" (%.2f–%.2f)", h.Range.Low, h.Range.High)
	}
	v := "cannot tell whether it changed"
	if h.Verdict != metrics.CannotTell {
		v = fmt.Sprintf("%s than before, %s", h.Verdict, metrics.P(h.Adjusted))
	}
	return []string{s, v}
}

func weekLines(c *Chart, w, h, sel int) []Line {
	words := c.verdict()
	b := c.r.Between
	if b.StartToStart.Known() && h > 10 {
		s := "between failures " + span(60**b.StartToStart.Value) + " start to start"
		if b.Operating.Known() {
			s += ", " + span(60**b.Operating.Value) + " up"
		}
		words = append(words, s)
	}
	if h < 8 {
		words = words[len(words)-1:]
	}
	rows := max(2, h-len(words)-1)
	width := w - 5
	pools := c.pools()
	count := len(pools)
	wide := max(1, min(4, width/max(1, count)))
	shown := min(count, width/wide)
	at := count - 1
	if sel >= 0 {
		at = sel
	}
	from, to := window(count, shown, at)
	low, _, high := c.usual()
	most := high
	for _, k := range pools[from:to] {
		most = max(most, float64(k.N))
	}
	most = max(most, 1)
	g := newGrid(max(1, (to-from)*wide), rows)
	level := func(v float64) int { return rows - 1 - int(min(v/most*float64(rows), float64(rows)-0.001)) }
	if c.r.N > 0 {
		for x := range g.w {
			g.set(x, level(high), '┄', Dim)
			if low > 0 {
				g.set(x, level(low), '┄', Dim)
			}
		}
	}
	gap := 0
	if wide > 2 {
		gap = 1
	}
	for i := from; i < to; i++ {
		k := pools[i]
		full := int(math.Round(float64(k.N) / most * float64(rows) * 8))
		if k.N > 0 {
			full = max(full, 1)
		}
		tone := Data
		if float64(k.N) > high && high > 0 {
			tone = Alarm
		}
		for x := (i - from) * wide; x < (i-from+1)*wide-gap; x++ {
			for y := range rows {
				n := min(8, full-8*y)
				if n > 0 {
					g.set(x, rows-1-y, levels[n], mark(i == sel, tone))
				}
			}
			if k.N == 0 && i == sel {
				g.set(x, rows-1, '▁', Mark)
			}
		}
	}
	labels := make([]string, rows)
	labels[0], labels[rows-1] = fmt.Sprintf("%.0f", most), ""
	if rows > 5 {
		labels[rows/2] = fmt.Sprintf("%.0f", most*(1-(float64(rows/2)+0.5)/float64(rows)))
	}
	for y := range labels {
		labels[y] = padLeft(labels[y], 4)
	}
	out := g.lines(labels)
	// Months or years below.
	axis := []rune(strings.Repeat(" ", width+5))
	lastEnd := 0
	month := ""
	for i := from; i < to; i++ {
		f := pools[i].From.In(c.zone)
		m, this := f.Format("Jan"), f.Format("Jan 06")
		if f.Month() == 1 || i == from {
			m = this
		}
		if c.weeksABar() > 2 { // years are enough
			m, this = f.Format("2006"), f.Format("2006")
		}
		if this == month {
			continue
		}
		month = this
		x := 5 + (i-from)*wide
		if x >= lastEnd && x+len(m) < len(axis) {
			copy(axis[x:], []rune(m))
			lastEnd = x + len(m) + 1
		}
	}
	out = append(out, Line{{strings.TrimRight(string(axis), " "), Dim}})
	for i, s := range words {
		t := Plain
		if i == 1 || len(words) == 1 {
			t = Strong
		}
		out = append(out, note(s, w, t))
	}
	return out
}
