package chart

import (
	"fmt"
	"math"
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

func bucketHolds(c *Chart, i int) func(*metrics.Table, int) bool {
	b := c.r.Buckets[i]
	return func(t *metrics.Table, n int) bool { return in(b, t.Minutes(n)) }
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

// weeks

func weekNote(c *Chart) string {
	return fmt.Sprintf("%d weeks · 95 %% band", len(c.r.Weeks))
}

func weekLabel(c *Chart, i int) string {
	k := c.r.Weeks[i]
	s := fmt.Sprintf("week of %s: %d, %s in all", k.From.In(c.zone).Format("2 Jan 2006"), k.N, span(k.Minutes))
	if !k.Whole {
		s += " (not a whole week)"
	}
	return s
}

func weekHolds(c *Chart, i int) func(*metrics.Table, int) bool {
	from := c.r.Weeks[i].From
	to := from.AddDate(0, 0, 7)
	return func(t *metrics.Table, n int) bool { s := t.Start(n); return !s.Before(from) && s.Before(to) }
}

// usual is the band in which a week's count lies 19 times of 20 if nothing has
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
	mean = float64(sum) / float64(whole)
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
	count := len(c.r.Weeks)
	wide := max(1, min(4, width/max(1, count)))
	shown := min(count, width/wide)
	at := count - 1
	if sel >= 0 {
		at = sel
	}
	from, to := window(count, shown, at)
	low, _, high := c.usual()
	most := high
	for _, k := range c.r.Weeks[from:to] {
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
		k := c.r.Weeks[i]
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
	// Months below.
	axis := []rune(strings.Repeat(" ", width+5))
	lastEnd := 0
	month := ""
	for i := from; i < to; i++ {
		f := c.r.Weeks[i].From.In(c.zone)
		m := f.Format("Jan")
		if f.Month() == 1 || i == from {
			m = f.Format("Jan 06")
		}
		if f.Format("Jan 06") == month {
			continue
		}
		month = f.Format("Jan 06")
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

// services, severities and kinds of detection

func (c *Chart) parts() []metrics.Part {
	switch c.Name {
	case "severity":
		return c.r.Severity
	case "detection":
		return c.r.Detected
	}
	return c.r.Services
}

func partNote(c *Chart) string {
	if c.Name != "where" {
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

func partHolds(c *Chart, i int) func(*metrics.Table, int) bool {
	p := c.parts()[i]
	switch c.Name {
	case "severity":
		return func(t *metrics.Table, n int) bool {
			return t.Severity(n) == p.Sev || p.Sev == 0 && !t.Severity(n).Valid()
		}
	case "detection":
		return func(t *metrics.Table, n int) bool { return t.Detection(n).Words() == p.Name }
	}
	return func(t *metrics.Table, n int) bool {
		for _, s := range t.Services(n) {
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

func causeHolds(c *Chart, i int) func(*metrics.Table, int) bool {
	word := c.r.Causes[i].Word
	return func(t *metrics.Table, n int) bool {
		return strings.Contains(strings.ToLower(t.Cause(n)), word)
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

// milestones

// stageGlyphs tell the stages of a bar apart without colour.
var stageGlyphs = map[model.Milestone]rune{
	model.ImpactStarted: '?', model.Detected: '░', model.Declared: '╌', model.Acknowledged: '▒',
	model.WasIdentified: '▓', model.WasMitigated: '█', model.WasResolved: '▄',
}

func stageNote(c *Chart) string { return fmt.Sprintf("the newest %d with milestones", len(c.r.Bars)) }

func stageLabel(c *Chart, i int) string {
	b := c.r.Bars[i]
	var parts []string
	for _, s := range b.Stages {
		parts = append(parts, fmt.Sprintf("%s after %s", s.To, span(s.Minutes)))
	}
	return b.ID + ": " + strings.Join(parts, ", ")
}

func stageHolds(c *Chart, i int) func(*metrics.Table, int) bool {
	at := c.r.Bars[i].At
	return func(_ *metrics.Table, n int) bool { return n == at }
}

func stageLines(c *Chart, w, h, sel int) []Line {
	if len(c.r.Bars) == 0 {
		return []Line{note("no incident has more milestones than its beginning", w, Dim)}
	}
	var totals []float64
	used := map[model.Milestone]bool{}
	for _, b := range c.r.Bars {
		sum := 0.0
		for _, s := range b.Stages {
			sum += s.Minutes
			used[s.To] = true
		}
		totals = append(totals, sum)
	}
	// The pairs first: they are what is said; then bars as an illustration.
	var out []Line
	pairs := c.r.Pairs
	for i, p := range pairs {
		if i >= max(1, h/3) {
			break
		}
		what := ""
		if w >= 80 {
			what = fmt.Sprintf("%s → %s  ", p.From, p.To)
		}
		out = append(out, note(fmt.Sprintf("%-12s %smedian %s, n = %d", p.Name, what, number(p.Summary.Median), p.Summary.N), w, Plain))
	}
	rows := h - len(out) - 1
	if rows < 1 {
		return out
	}
	scale := max(1, metrics.Median(totals)*3)
	room := w - 16
	from, to := window(len(c.r.Bars), rows, max(sel, 0))
	for i := from; i < to; i++ {
		b := c.r.Bars[i]
		label := strings.TrimPrefix(b.ID, "INC-")
		line := Line{{pad(name(label, 15), 15) + " ", mark(i == sel, Dim)}}
		left := room
		for _, s := range b.Stages {
			k := int(math.Round(s.Minutes / scale * float64(room)))
			if s.Minutes > 0 {
				k = max(k, 1)
			}
			if k > left {
				k = left
			}
			if k > 0 {
				line = append(line, Span{strings.Repeat(string(stageGlyphs[s.To]), k), mark(i == sel, Data)})
			}
			left -= k
		}
		if totals[i] > scale {
			line[len(line)-1].Text = strings.TrimSuffix(line[len(line)-1].Text, string([]rune(line[len(line)-1].Text)[len([]rune(line[len(line)-1].Text))-1])) + "›"
		}
		out = append(out, line)
	}
	var legend []string
	for _, m := range model.Milestones {
		if used[m] {
			legend = append(legend, string(stageGlyphs[m])+" until "+m.String())
		}
	}
	return append(out, note(strings.Join(legend, "  "), w, Dim))
}
