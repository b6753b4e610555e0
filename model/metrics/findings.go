package metrics

import (
	"fmt"
	"strings"
)

// Finding is a sentence for people with what it rests on.
type Finding struct {
	Text  string    `json:"text"`
	N     int       `json:"n"`
	Range *Interval `json:"interval,omitempty"`
}

// findings says what stands out, the weightiest first; never more than an
// interval bears.
func (r *Report) findings() []Finding {
	var out []Finding
	add := func(n int, i *Interval, format string, args ...any) {
		out = append(out, Finding{fmt.Sprintf(format, args...), n, i})
	}
	if r.N == 0 {
		return []Finding{{Text: "There is no incident to say anything about."}}
	}
	r.changeFindings(add)
	r.shareFinding(add)
	r.lengthFindings(add)
	if c := r.Conduct; c.Late.Known() && c.Late.Range.Low > 0 && *c.Late.Value > 0 {
		late := ""
		if c.LateBy.Known() {
			late = ", by a median of " + Span(*c.LateBy.Value)
		}
		add(c.Late.N, c.Late.Range, "%s of the promised updates were late%s%s.", percent(*c.Late.Value), late, rests(c.Late))
	}
	if c := r.Conduct; c.Outlived.Known() && *c.Outlived.Value > 0 {
		add(c.Outlived.N, c.Outlived.Range, "%s of the temporary measures outlived their incident%s: put a day on each.", percent(*c.Outlived.Value), rests(c.Outlived))
	}
	if c := r.Conduct; c.OnTime.Known() && c.OnTime.Range.High < 0.9 {
		add(c.OnTime.N, c.OnTime.Range, "%s of the orders were done in time%s.", percent(*c.OnTime.Value), rests(c.OnTime))
	}
	if c := r.Conduct; c.Actions.Known() && c.Actions.Range.High < 0.9 {
		add(c.Actions.N, c.Actions.Range, "%s of the action items were closed in time%s: fewer of them, or more time.", percent(*c.Actions.Value), rests(c.Actions))
	}
	if c := r.Conduct; c.Precision.Known() && c.Precision.Range.High < 0.5 {
		add(c.Precision.N, c.Precision.Range, "%s of the lines of alerts belonged to an incident%s: the others woke somebody for nothing.", percent(*c.Precision.Value), rests(c.Precision))
	}
	r.calendarFinding(add)
	if r.Open > 0 && r.Survival.Median.Known() && r.Length.Median.Known() && *r.Survival.Median.Value > *r.Length.Median.Value {
		add(r.Survival.N, r.Survival.Median.Range, "With the %s that are still open the median is %s, not %s (n = %d): what is not over is no reason to leave it out.",
			fmt.Sprint(r.Open), Span(*r.Survival.Median.Value), Span(*r.Length.Median.Value), r.Survival.N)
	}
	if len(out) == 0 {
		add(r.N, nil, "Nothing stands out that these %s bear.", plural(r.N, "incident"))
	}
	return out
}

// rests words what a share rests on.
func rests(n Number) string {
	if n.Range == nil {
		return fmt.Sprintf(" (n = %d)", n.N)
	}
	return fmt.Sprintf(" (n = %d, 95 %% %s to %s)", n.N, percent(n.Range.Low), percent(n.Range.High))
}

// rests words what a change rests on.
func (c Change) rests() string {
	s := fmt.Sprintf(" (n = %d and %d, ratio %.2f", c.N1, c.N2, *c.Ratio)
	if c.Range != nil {
		s += fmt.Sprintf(", 95 %% %.2f to %.2f", c.Range.Low, c.Range.High)
	}
	return s + ", " + P(c.Adjusted) + ")"
}

type adder func(n int, i *Interval, format string, args ...any)

func (r *Report) changeFindings(add adder) {
	h := r.Halves
	if c := h.Rate; c.Verdict != CannotTell && c.Ratio != nil {
		add(c.N1+c.N2, c.Range, "Incidents have become %s: %s a week before %s, %s after%s.", c.Verdict.Become(),
			short(c.Before), h.Middle.Format("2 January 2006"), short(c.After), c.rests())
	}
	if c := h.Length; c.Verdict != CannotTell && c.Ratio != nil {
		add(c.N1+c.N2, c.Range, "Incidents have become %s: a median of %s before %s, %s after%s.", c.Verdict.Become(),
			Span(c.Before), h.Middle.Format("2 January 2006"), Span(c.After), c.rests())
	}
}

// Become is the verdict as what incidents have become.
func (v Verdict) Become() string {
	if v == Oftener {
		return "more frequent"
	}
	return string(v)
}

// shareFinding names the service whose share of the minutes lies surest above
// its share of the incidents, else the one with most minutes.
func (r *Report) shareFinding(add adder) {
	best, excess := -1, 0.0
	for i, p := range r.Services {
		if p.Range == nil || len(r.Services) < 2 {
			continue
		}
		share := float64(p.N) / float64(r.N)
		if d := p.Range.Low - share; d > excess {
			best, excess = i, d
		}
	}
	if best < 0 {
		return
	}
	p := r.Services[best]
	add(p.N, p.Range, "%s is %s of the incidents and %s of the minutes (n = %d, 95 %% %s to %s): look there first.",
		p.Name, percent(float64(p.N)/float64(r.N)), percent(p.Share), p.N, percent(p.Range.Low), percent(p.Range.High))
}

func (r *Report) lengthFindings(add adder) {
	for _, p := range r.Pairs {
		if p.Name != "TTD" || !p.Summary.Median.Known() {
			continue
		}
		for _, q := range r.Pairs {
			if q.Name == "TTR" && q.Summary.Median.Known() && *p.Summary.Median.Value > 0.2**q.Summary.Median.Value {
				add(p.Summary.N, p.Summary.Median.Range, "Detection takes a median of %s out of %s until resolved (n = %d with a known start of the impact): alerts on symptoms would help most.",
					Span(*p.Summary.Median.Value), Span(*q.Summary.Median.Value), p.Summary.N)
			}
		}
	}
	if l := r.Length; l.Mean.Known() && l.Median.Known() && *l.Mean.Value > 1.5**l.Median.Value {
		tail := ""
		if l.TopShare.Known() {
			tail = "; the longest 1 % hold " + percent(*l.TopShare.Value) + " of all minutes"
		}
		add(l.N, l.Median.Range, "The mean of %s is not typical: half took less than %s (n = %d%s%s).",
			Span(*l.Mean.Value), Span(*l.Median.Value), l.N, withRange(l.Median.Range), tail)
	}
	if c := r.Control; c.Why == "" && c.Out > 0 {
		verb := "lie"
		if c.Out == 1 {
			verb = "lies"
		}
		add(c.N, nil, "%s of %d %s outside the usual range of %s to %s: ask what was different.", plural(c.Out, "incident"), c.N, verb, Span(c.Low), Span(c.High))
	}
}

func withRange(i *Interval) string {
	if i == nil {
		return ""
	}
	return ", 95 % " + spanRange(i)
}

func (r *Report) calendarFinding(add adder) {
	var parts []string
	if p := r.Calendar.Hours; p.Real {
		parts = append(parts, fmt.Sprintf("between %s o'clock (%d of %d where %s would be even)", strings.ReplaceAll(p.Peak, "–", " and "), p.PeakN, r.Calendar.N-r.Calendar.NoHour, short(p.Expected)))
	}
	if p := r.Calendar.Weekdays; p.Real {
		parts = append(parts, fmt.Sprintf("on %ss (%d of %d where %s would be even)", p.Peak, p.PeakN, r.Calendar.N, short(p.Expected)))
	}
	if len(parts) > 0 {
		add(r.Calendar.N, nil, "More than an even share begin %s. Peaks show when people deploy and customers come, not a time that is dangerous by itself.", strings.Join(parts, " and "))
	}
}
