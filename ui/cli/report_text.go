package cli

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"warroom/model"
	"warroom/model/metrics"
	"warroom/ui/chart"
)

func toneStyle(t chart.Tone) lipgloss.Style {
	switch t {
	case chart.Dim:
		return faint
	case chart.Strong:
		return strong
	case chart.Data:
		return good
	case chart.Alarm:
		return alarm
	}
	return normal
}

// minutesOf words a number of minutes with its interval and n.
func minutesOf(n metrics.Number) string {
	if !n.Known() {
		return "not given, " + n.Why
	}
	s := metrics.Span(*n.Value)
	if n.Range != nil {
		s += fmt.Sprintf(" (95 %% %s to %s)", metrics.Span(n.Range.Low), metrics.Span(n.Range.High))
	}
	return s
}

func hoursOf(n metrics.Number) string {
	if n.Known() {
		v := 60 * *n.Value
		n.Value = &v
		if n.Range != nil {
			r := *n.Range
			r.Low, r.High = 60*r.Low, 60*r.High
			n.Range = &r
		}
	}
	return minutesOf(n)
}

// overlaps says how many gaps are less than nothing.
func overlaps(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("; %s overlapped, which pulls it down", count(n, "incident", "incidents"))
}

// period says in words which incidents the statistics are of.
func (r *analysis) period() string {
	s := fmt.Sprintf("%s to %s", r.stats.From.In(r.zone).Format("2 January 2006"), r.stats.To.In(r.zone).Format("2 January 2006"))
	if r.filter.Service != "" {
		s += ", service " + model.Brief(r.filter.Service, 60)
	}
	for i, v := range r.filter.Severities {
		s += map[bool]string{true: ", ", false: " and "}[i == 0] + v.String()
	}
	return s
}

// sentences are the report as it can be read aloud.
func (r *analysis) sentences() []string {
	s := r.stats
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if s.N == 0 {
		return []string{"There was no incident."}
	}
	rate := ""
	if s.Rate.Known() {
		rate = fmt.Sprintf(", %.1f a week", *s.Rate.Value)
		if s.Rate.Range != nil {
			rate += fmt.Sprintf(" (95 %% %.1f to %.1f)", s.Rate.Range.Low, s.Rate.Range.High)
		}
	}
	add("There were %s%s.", count(s.N, "incident", "incidents"), rate)
	if s.Length.Median.Known() {
		t := fmt.Sprintf("Half of them took less than %s", minutesOf(s.Length.Median))
		if s.Length.P90.Known() {
			t += ", nine of ten less than " + minutesOf(s.Length.P90)
		}
		add("%s. All together they lasted %s.", t, metrics.Span(s.Length.Total))
	} else {
		add("How long they usually take is %s.", minutesOf(s.Length.Median))
	}
	add("%s", r.changed("Whether they have become more or less frequent", s.Halves.Rate, "a week"))
	add("%s", r.changed("Whether they have become shorter or longer", s.Halves.Length, ""))
	return out
}

func (r *analysis) changed(what string, c metrics.Change, unit string) string {
	middle := r.stats.Halves.Middle.In(r.zone).Format("2 January 2006")
	if c.Ratio == nil {
		why := ""
		if c.Why != "" {
			why = " (" + c.Why + ")"
		}
		return what + ", nobody can tell from these" + why + "."
	}
	before, after := metrics.Span(c.Before), metrics.Span(c.After)
	if unit != "" {
		before, after = fmt.Sprintf("%.1f %s", c.Before, unit), fmt.Sprintf("%.1f %s", c.After, unit)
	}
	interval := ""
	if c.Range != nil {
		interval = fmt.Sprintf("ratio %.2f, 95 %% %.2f to %.2f, ", *c.Ratio, c.Range.Low, c.Range.High)
	}
	if c.Verdict == metrics.CannotTell {
		return fmt.Sprintf("%s cannot be told: %s before %s, %s after (%s%s).", what, before, middle, after, interval, metrics.P(c.Adjusted))
	}
	return fmt.Sprintf("They have become %s: %s before %s, %s after (%s%s).", c.Verdict.Become(), before, middle, after, interval, metrics.P(c.Adjusted))
}

// facts are the numbers of the report by name, for tables.
func (r *analysis) facts() [][2]string {
	s, sum := r.stats, r.plain.Summary
	pick := func(v *float64, format, why string) string {
		if v == nil {
			return "unknown: " + why
		}
		return fmt.Sprintf(format, *v)
	}
	out := [][2]string{
		{"incidents", fmt.Sprintf("%d; %s", s.N, strings.TrimPrefix(chart.Below(s), fmt.Sprintf("n = %d · ", s.N)))},
		{"median", minutesOf(s.Length.Median)},
		{"p90", minutesOf(s.Length.P90)},
		{"geometric mean", minutesOf(s.Length.Geometric)},
		{"mean", minutesOf(s.Length.Mean)},
		{"MTTR, " + sum.Period, pick(sum.MTTRMinutes, "%.1f min", sum.MTTRReason)},
		{"MTBF, " + sum.Period + ", start to start", pick(sum.MTBFHours, "%.1f h", sum.MTBFReason)},
		{"time between failures, start to start", hoursOf(s.Between.StartToStart)},
		{"end to next start", hoursOf(s.Between.EndToStart) + overlaps(s.Between.Overlaps)},
		{"operating time per failure", hoursOf(s.Between.Operating)},
	}
	if s.Open > 0 {
		out = append(out, [2]string{"median with the open ones", minutesOf(s.Survival.Median)})
	}
	if s.Between.AtLeast != nil {
		out = append(out, [2]string{"at least", metrics.Span(60**s.Between.AtLeast) + ", 95 %"})
	}
	for _, p := range s.Pairs {
		out = append(out, [2]string{fmt.Sprintf("%s, %s → %s", p.Name, p.From, p.To), fmt.Sprintf("%s, n = %d", minutesOf(p.Summary.Median), p.Summary.N)})
	}
	if !r.led() {
		return append(out, [2]string{"how they were led", "unknown: none of these was led here, with orders, promises and roles"})
	}
	return append(out, chart.Habits(s)...)
}

// led reports whether anything is known of how the incidents were led.
func (r *analysis) led() bool {
	c := r.stats.Conduct
	return c.N > 0 || c.Actions.N > 0 || c.Precision.N > 0
}

// shown are the charts of a report on paper.
var shown = []string{"length", "weeks", "heat", "where", "severity", "control", "survival", "stages", "causes", "conduct", "strip"}

func (r *analysis) each(fn func(*chart.Chart)) {
	for _, name := range shown {
		for _, k := range r.charts {
			if k.Name == name && (name != "conduct" || r.led()) {
				fn(k)
			}
		}
	}
}

// text writes the report for a terminal.
func (r *analysis) text(p *page) {
	p.line(p.t.in(strong, "Incidents "+r.period()))
	p.line(p.t.in(faint, chart.Below(r.stats)))
	p.line()
	for _, s := range r.sentences() {
		for _, l := range p.t.wrap(s, p.t.width) {
			p.line(l)
		}
	}
	if r.stats.N > 0 {
		p.line()
		p.line(p.t.in(strong, "What it says"))
		for i, f := range r.stats.Findings {
			for n, l := range p.t.wrap(model.Visible(f.Text), p.t.width-4) {
				if n == 0 {
					p.linef(" %d  %s", i+1, l)
				} else {
					p.linef("    %s", l)
				}
			}
		}
		p.line()
		for _, name := range []string{"length", "weeks", "heat", "where"} {
			for _, k := range r.charts {
				if k.Name == name {
					p.chart(k, 16)
				}
			}
		}
	}
	var rows [][]cell
	for _, f := range r.facts() {
		rows = append(rows, []cell{{f[0], faint}, c(f[1])})
	}
	p.line(p.t.in(strong, "In numbers"))
	p.table(2, rows)
	if len(r.plain.Recommendations) > 0 {
		p.line()
		p.line(p.t.in(strong, "By the plain rules"))
		for _, s := range r.plain.Recommendations {
			p.line("  ", model.Visible(s))
		}
	}
}

// markdown writes the report as Markdown, its charts as text.
func (r *analysis) markdown() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# Incident report\n")
	line("%s. %s.\n", md(r.period()), md(chart.Below(r.stats)))
	for _, s := range r.sentences() {
		line("%s\n", md(s))
	}
	line("## What it says\n")
	for i, f := range r.stats.Findings {
		line("%d. %s", i+1, md(f.Text))
	}
	line("\n## In numbers\n\n| | |\n|---|---|")
	for _, f := range r.facts() {
		line("| %s | %s |", mdCell(f[0]), mdCell(f[1]))
	}
	r.each(func(k *chart.Chart) {
		line("\n## %s\n\n%s\n\n```text", k.Title, md(k.Note()))
		for _, l := range k.Lines(90, 16, -1) {
			s := ""
			for _, x := range l {
				s += x.Text
			}
			line("%s", strings.ReplaceAll(strings.TrimRight(s, " "), "```", "'''"))
		}
		line("```")
	})
	line("\n## By the plain rules\n")
	for _, s := range r.plain.Recommendations {
		line("- %s", md(s))
	}
	if len(r.plain.Recommendations) == 0 {
		line("They recommend nothing.")
	}
	if len(r.plain.Differences) > 0 {
		line("\nWhere the plain rules mislead here:\n\n| field | plain | here | why |\n|---|---|---|---|")
		for _, d := range r.plain.Differences {
			line("| `%s` | %s | %s | %s |", d.Field, mdCell(value(d.Plain)), mdCell(value(d.Here)), mdCell(d.Why))
		}
	}
	line("\n## What the words mean\n\n| | |\n|---|---|")
	for _, k := range terms() {
		line("| %s | %s |", mdCell(k), mdCell(definitions[k]))
	}
	return b.String()
}

// value words what a rule gave, for a table.
func value(v any) string {
	switch v := v.(type) {
	case nil:
		return "unknown"
	case float64:
		return fmt.Sprintf("%.4g", v)
	case []int:
		return strings.Trim(strings.ReplaceAll(fmt.Sprint(v), " ", ", "), "[]")
	case []string:
		return strings.Join(v, ", ")
	}
	return fmt.Sprint(v)
}
