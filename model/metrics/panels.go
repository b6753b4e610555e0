package metrics

import (
	"math"
	"slices"
	"time"
)

// Options say what an analysis is made with.
type Options struct {
	Zone   *time.Location // of hours and weekdays; nil is UTC
	Ledger Ledger
}

// Report is everything that is said about a selection.
type Report struct {
	N        int       `json:"n"`
	Excluded Excluded  `json:"excluded"`
	From     time.Time `json:"from"` // of the window that was watched
	To       time.Time `json:"to"`
	Zone     string    `json:"zone"`

	Length   Length    `json:"duration_minutes"`
	Unknown  int       `json:"duration_unknown"`
	Open     int       `json:"open"`
	Buckets  []Bucket  `json:"histogram"`
	Survival Curve     `json:"survival"`
	Control  Control   `json:"control"`
	Points   []Point   `json:"-"` // the known durations in the order of time
	Bars     []Bar     `json:"recent"`
	Pairs    []Pair    `json:"milestones"`
	Rate     Number    `json:"per_week"`
	Weeks    []Week    `json:"weeks"`
	Spread   float64   `json:"dispersion"`
	Between  Between   `json:"time_between_failures"`
	Halves   Halves    `json:"comparison"`
	Calendar Calendar  `json:"calendar"`
	Services []Part    `json:"services"`
	Severity []Part    `json:"severities"`
	Causes   []Word    `json:"causes"`
	Labelled int       `json:"with_cause"`
	Conduct  Conduct   `json:"conduct"`
	Findings []Finding `json:"findings"`
}

// Week is seven days of the window. The last one may be shorter.
type Week struct {
	From    time.Time `json:"from"`
	N       int       `json:"n"`
	Minutes float64   `json:"minutes"`
	Whole   bool      `json:"whole"`
}

// Halves compare the second half of the window with the first.
type Halves struct {
	Middle time.Time `json:"middle"`
	Rate   Change    `json:"rate"`   // a week
	Length Change    `json:"length"` // minutes
}

// Window is the time that was watched: what the filter says, else from the first
// start to now. It never ends after now, nor begins before the record does: a
// history that is younger than the time asked for has not become worse.
func (s *Selection) Window() (from, to time.Time) {
	now := s.Now()
	from, to = s.Filter.From, s.Filter.To
	first, _, ok := s.span()
	if from.IsZero() {
		if from = now; ok {
			from = first
		}
	}
	if begun := time.UnixMilli(s.first); s.first != math.MaxInt64 && from.Before(begun) {
		from = begun
	}
	if to.IsZero() || to.After(now) {
		to = now
	}
	if to.Before(from) {
		to = from
	}
	return from.UTC(), to.UTC()
}

const week = 7 * 24 * time.Hour

// Analyse says everything about a selection.
func (s *Selection) Analyse(o Options) *Report {
	r := &Report{N: len(s.at), Excluded: s.Excluded, Zone: "UTC"}
	if o.Zone != nil {
		r.Zone = zoneName(o.Zone, s.Now())
	}
	r.From, r.To = s.Window()
	values := s.minutes()
	r.Length = lengthOf(values) // values are sorted from here on
	r.Buckets = Buckets(values)
	times := make([]Lasting, 0, len(s.at))
	for _, v := range values {
		times = append(times, Lasting{Minutes: v})
	}
	now := s.Now().UnixMilli()
	for _, n := range s.at {
		switch {
		case s.Open(int(n)):
			r.Open++
			times = append(times, Lasting{max(0, float64(now-s.t.start[n])/60000), true})
		case math.IsNaN(s.Minutes(int(n))):
			r.Unknown++
		}
	}
	r.Survival = Survival(times)
	r.Points = s.points()
	r.Control = XmR(r.Points)
	r.Bars = s.bars(40)
	r.Pairs = s.Pairs()
	r.Weeks = s.weeks(r.From, r.To)
	var whole []int
	for _, w := range r.Weeks {
		if w.Whole {
			whole = append(whole, w.N)
		}
	}
	r.Spread, _ = Dispersion(whole)
	weeks := r.To.Sub(r.From).Hours() / 24 / 7
	r.Rate = Number{N: r.N, Why: "no time was watched"}
	if weeks > 0 {
		r.Rate = number(float64(r.N)/weeks, r.N, RateInterval(r.N, weeks, confidence))
	}
	r.Between = MTBF(s.failures(), r.From, r.To)
	r.Halves = s.halves(r.From, r.To)
	r.Calendar = s.calendar(r.From, r.To, o.Zone)
	r.Services, r.Severity = s.ServiceParts(), s.SeverityParts()
	r.Causes, r.Labelled = CommonWords(s.causes, 10), s.labelled()
	r.Conduct = s.conduct(o.Ledger)
	r.Findings = r.findings()
	return r
}

// zoneName is a zone as people call it; the machine's own has no name but the
// one of its clock.
func zoneName(zone *time.Location, now time.Time) string {
	if s := zone.String(); s != "Local" && s != "" {
		return s
	}
	return now.In(zone).Format("MST")
}

// points are the known durations in the order of time.
func (s *Selection) points() []Point {
	order := s.byStart()
	out := make([]Point, 0, len(order))
	for _, n := range order {
		if m := s.Minutes(int(n)); !math.IsNaN(m) {
			out = append(out, Point{At: int(n), Start: s.t.start[n], Minutes: m})
		}
	}
	return out
}

// weeks counts by weeks that begin at from.
func (s *Selection) weeks(from, to time.Time) []Week {
	count := int((to.Sub(from) + week - 1) / week)
	if count <= 0 {
		count = 1
	}
	out := make([]Week, count)
	for i := range out {
		at := from.Add(time.Duration(i) * week)
		out[i] = Week{From: at, Whole: !at.Add(week).After(to)}
	}
	start := from.UnixMilli()
	for _, n := range s.at {
		i := int(floorDiv(s.t.start[n]-start, week.Milliseconds()))
		if i < 0 || i >= count {
			if i = count - 1; s.t.start[n] < start {
				continue
			}
		}
		out[i].N++
		if m := s.Minutes(int(n)); !math.IsNaN(m) {
			out[i].Minutes += m
		}
	}
	return out
}

// halves compares the halves of the window.
func (s *Selection) halves(from, to time.Time) Halves {
	middle := from.Add(to.Sub(from) / 2)
	return s.compare(from, middle, to)
}

// Compare compares the time from middle on with the time before it, within the
// window.
func (s *Selection) Compare(middle time.Time) Halves {
	from, to := s.Window()
	return s.compare(from, middle, to)
}

func (s *Selection) compare(from, middle, to time.Time) Halves {
	before, after := s.between(from, middle), s.between(middle, to.Add(time.Millisecond))
	counts := func(s *Selection, from, to time.Time) []int {
		var out []int
		for _, w := range s.weeks(from, to) {
			if w.Whole {
				out = append(out, w.N)
			}
		}
		return out
	}
	h := Halves{Middle: middle}
	h.Rate = CompareRates(before.Len(), middle.Sub(from).Hours()/168, counts(before, from, middle),
		after.Len(), to.Sub(middle).Hours()/168, counts(after, middle, to))
	h.Length = CompareLengths(before.minutes(), after.minutes())
	Decide([]Verdict{Rarer, Shorter}, []Verdict{Oftener, Longer}, &h.Rate, &h.Length)
	return h
}

// Typical is what is usual for a service, for the room: its median and ninetieth
// percentile of past incidents.
func (t *Table) Typical(service string) Length {
	s := t.Select(Filter{Service: service})
	values := s.minutes()
	slices.Sort(values)
	return Length{N: len(values), Median: quantile(values, 0.5), P90: quantile(values, 0.9)}
}
