package chart

import (
	"fmt"
	"math"
	"strings"

	"warroom/model"
	"warroom/model/metrics"
)

// stageGlyphs tell the stages of a bar apart without colour.
var stageGlyphs = map[model.Milestone]rune{
	model.ImpactStarted: '?', model.Detected: '░', model.Declared: '╌', model.Acknowledged: '▒',
	model.WasIdentified: '▓', model.WasMitigated: '█', model.WasResolved: '▄',
}

// stageTones tell neighbours apart where there is colour.
var stageTones = map[model.Milestone]Tone{
	model.Detected: Dim, model.Declared: Plain, model.Acknowledged: Dim,
	model.WasIdentified: Data, model.WasMitigated: Plain, model.WasResolved: Data,
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

func stageHolds(c *Chart, i int) func(*metrics.Selection, int) bool {
	at := c.r.Bars[i].At
	return func(_ *metrics.Selection, n int) bool { return n == at }
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
				line = append(line, Span{strings.Repeat(string(stageGlyphs[s.To]), k), mark(i == sel, stageTones[s.To])})
			}
			left -= k
		}
		if totals[i] > scale {
			last := []rune(line[len(line)-1].Text)
			last[len(last)-1] = '›' // longer than there is room for
			line[len(line)-1].Text = string(last)
		}
		out = append(out, line)
	}
	legend := Line{{"until", Dim}}
	for _, m := range model.Milestones {
		if used[m] {
			legend = append(legend, Span{"  " + string(stageGlyphs[m]), stageTones[m]}, Span{" " + m.String(), Dim})
		}
	}
	return append(out, legend)
}
