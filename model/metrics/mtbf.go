package metrics

import (
	"math"
	"time"
)

// Between are the three numbers that are called mean time between failures, in
// hours. Only Operating is that of the reliability texts (IEC 60050-192).
type Between struct {
	// StartToStart is the mean time from one start to the next: it is one over
	// the rate between the first and the last.
	StartToStart Number `json:"start_to_start_hours"`
	// EndToStart is the mean time from an end to the next start; negative gaps,
	// of incidents that overlap, pull it down and are counted in Overlaps.
	EndToStart Number `json:"end_to_start_hours"`
	Overlaps   int    `json:"overlaps"`
	// Operating is the time without any incident over the number of spells of
	// incidents, those that overlap being one spell, within the window.
	Operating Number  `json:"operating_hours"`
	Spells    int     `json:"spells"`
	DownHours float64 `json:"down_hours"` // within the window, overlaps counted once
	Window    float64 `json:"window_hours"`
	// AtLeast is the lower 95 % bound where no incident was seen at all.
	AtLeast *float64 `json:"at_least_hours,omitempty"`
}

// Failure is a time of trouble.
type Failure struct {
	Start, End time.Time // End is zero where it is not known: it then takes no time
}

// MTBF computes them for failures in the order of their starts, watched from
// from to to.
func MTBF(failures []Failure, from, to time.Time) Between {
	var b Between
	window := to.Sub(from).Hours()
	b.Window = max(0, window)
	n := len(failures)
	if n == 0 {
		none := Number{Why: "no failure in " + Span(60*b.Window)}
		b.StartToStart, b.EndToStart, b.Operating = none, none, none
		if b.Window > 0 {
			least := NoneIn(b.Window)
			b.AtLeast = &least
		}
		return b
	}
	if n == 1 {
		one := Number{N: 1, Why: "one failure has no gap"}
		b.StartToStart, b.EndToStart = one, one
	} else {
		span := failures[n-1].Start.Sub(failures[0].Start).Hours()
		mean := span / float64(n-1)
		var r *Interval
		if i := RateInterval(n-1, span, confidence); i != nil && i.Low > 0 {
			r = &Interval{1 / i.High, 1 / i.Low, confidence, i.Method}
		}
		b.StartToStart = number(mean, n, r)
		gaps, known := 0.0, 0
		for i := 1; i < n; i++ {
			if failures[i-1].End.IsZero() {
				continue
			}
			g := failures[i].Start.Sub(failures[i-1].End).Hours()
			if g < 0 {
				b.Overlaps++
			}
			gaps, known = gaps+g, known+1
		}
		if known == 0 {
			b.EndToStart = Number{N: n, Why: "no end is known"}
		} else {
			b.EndToStart = number(gaps/float64(known), known, nil)
		}
	}
	var end time.Time
	for _, f := range failures {
		s, e := f.Start, f.End
		if e.Before(s) {
			e = s
		}
		if b.Spells == 0 || s.After(end) {
			b.Spells++
			end = s
		}
		if e.After(end) {
			b.DownHours += max(0, minTime(e, to).Sub(maxTime(maxTime(s, end), from)).Hours())
			end = e
		}
	}
	if up := b.Window - b.DownHours; up > 0 {
		var r *Interval
		if i := RateInterval(b.Spells, up, confidence); i != nil && i.Low > 0 {
			r = &Interval{1 / i.High, 1 / i.Low, confidence, i.Method}
		}
		b.Operating = number(up/float64(b.Spells), b.Spells, r)
	} else {
		b.Operating = Number{N: n, Why: "there was no time without an incident"}
	}
	return b
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// failures are the incidents in the order of time, with the ends that are known;
// one that is open lasts until now.
func (s *Selection) failures() []Failure {
	now := s.Now()
	order := s.byStart()
	out := make([]Failure, len(order))
	for i, n := range order {
		f := Failure{Start: time.UnixMilli(s.t.start[n])}
		switch m := s.Minutes(int(n)); {
		case s.Open(int(n)):
			f.End = now
		case !math.IsNaN(m):
			f.End = f.Start.Add(time.Duration(m * float64(time.Minute)))
		}
		out[i] = f
	}
	return out
}
