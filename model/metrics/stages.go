package metrics

import (
	"math"
	"slices"

	"warroom/model"
)

// Pair is the time between two milestones. Which two is always said: the names
// TTD, TTA, TTM and TTR mean other pairs from one vendor to the next.
type Pair struct {
	Name    string          `json:"name"`
	From    model.Milestone `json:"from"`
	To      model.Milestone `json:"to"`
	Summary Length          `json:"minutes"`
	Reverse int             `json:"out_of_order"` // the second before the first: left out
}

// pairs are the times that are reported.
var pairs = []Pair{
	{Name: "TTD", From: model.ImpactStarted, To: model.Detected},
	{Name: "TTA", From: model.Detected, To: model.Acknowledged},
	{Name: "acknowledge", From: model.Declared, To: model.Acknowledged},
	{Name: "command", From: model.Declared, To: model.CommanderAssigned},
	{Name: "first update", From: model.Declared, To: model.FirstUpdate},
	{Name: "identify", From: model.Declared, To: model.WasIdentified},
	{Name: "TTM", From: model.ImpactStarted, To: model.WasMitigated},
	{Name: "mitigate", From: model.Declared, To: model.WasMitigated},
	{Name: "TTR", From: model.ImpactStarted, To: model.WasResolved},
	{Name: "resolve", From: model.Declared, To: model.WasResolved},
	{Name: "learn", From: model.WasResolved, To: model.PostmortemPublished},
}

// Pairs gives the times between milestones, those of which at least one
// incident has both.
func (s *Selection) Pairs() []Pair {
	var out []Pair
	for _, p := range pairs {
		a, b := slices.Index(model.Milestones, p.From), slices.Index(model.Milestones, p.To)
		if s.t.marks[a] == nil || s.t.marks[b] == nil {
			continue
		}
		var values []float64
		for _, n := range s.at {
			x, y := s.mark(int(n), a), s.mark(int(n), b)
			switch {
			case x == 0 || y == 0:
			case y < x:
				p.Reverse++
			default:
				values = append(values, float64(y-x)/60000)
			}
		}
		if len(values) == 0 && p.Reverse == 0 {
			continue
		}
		p.Summary = lengthOf(values)
		out = append(out, p)
	}
	return out
}

// stageMarks are the ends of the stages of a bar.
var stageMarks = []model.Milestone{model.ImpactStarted, model.Detected, model.Declared, model.Acknowledged, model.WasIdentified, model.WasMitigated, model.WasResolved}

// Stage is a piece of an incident's bar: the time until a milestone since the
// last one that is known.
type Stage struct {
	To      model.Milestone `json:"to"`
	Minutes float64         `json:"minutes"`
}

// Stages are the pieces of the incident in place n of the table from its first known milestone to its
// last, in the order in which they were reached. A milestone that is not known
// has no piece; its time belongs to the next one.
func (s *Selection) Stages(n int) []Stage {
	type at struct {
		m  model.Milestone
		ms int64
	}
	var known []at
	for _, m := range stageMarks {
		if ms := s.mark(n, slices.Index(model.Milestones, m)); ms != 0 {
			known = append(known, at{m, ms})
		}
	}
	slices.SortStableFunc(known, func(a, b at) int { return int(max(-1, min(1, a.ms-b.ms))) })
	var out []Stage
	for i := 1; i < len(known); i++ {
		out = append(out, Stage{known[i].m, float64(known[i].ms-known[i-1].ms) / 60000})
	}
	return out
}

// Length is how long something took, over many incidents.
type Length struct {
	N         int     `json:"n"`
	Zeros     int     `json:"zeros"` // of no length, with their own bucket
	Median    Number  `json:"median"`
	P90       Number  `json:"p90"`
	P95       Number  `json:"p95"`
	Geometric Number  `json:"geometric_mean"`
	Mean      Number  `json:"mean"`
	Min       float64 `json:"min"`
	Max       float64 `json:"max"`
	Total     float64 `json:"total"`
	TopShare  Number  `json:"longest_1_percent_share"` // of the total; from 100 values on
}

// seedOf makes bootstraps repeatable: the same values give the same interval.
func seedOf(values []float64) uint64 {
	h := uint64(len(values))
	if n := len(values); n > 0 {
		h ^= math.Float64bits(values[0]) ^ math.Float64bits(values[n/2])<<1 ^ math.Float64bits(values[n-1])<<2
	}
	return h
}

// lengthOf sums values up; it sorts them.
func lengthOf(values []float64) Length {
	slices.Sort(values)
	n := len(values)
	l := Length{N: n, Median: quantile(values, 0.5), P90: quantile(values, 0.9), P95: quantile(values, 0.95), Geometric: GeometricMean(values)}
	l.Mean, l.TopShare = tooFew(n, LeastMedian), tooFew(n, 100)
	if n == 0 {
		return l
	}
	for _, v := range values {
		l.Total += v
		if v == 0 {
			l.Zeros++
		}
	}
	l.Min, l.Max = values[0], values[n-1]
	if n >= LeastMedian {
		l.Mean = number(l.Total/float64(n), n, MeanInterval(values, seedOf(values)))
	}
	if n >= 100 && l.Total > 0 {
		top := 0.0
		for _, v := range values[n-n/100:] {
			top += v
		}
		l.TopShare = number(top/l.Total, n, nil)
	}
	return l
}

// Bucket is a bar of a histogram of durations on a logarithmic axis: from Low up
// to, without it, High minutes. The first of all may be that of no length.
type Bucket struct {
	Low  float64 `json:"low_minutes"`
	High float64 `json:"high_minutes"`
	N    int     `json:"n"`
}

// edges are the borders of the buckets in minutes: about two to each factor of
// four, at times that people say.
var edges = []float64{0, 1.0 / 60, 1, 2, 4, 8, 15, 30, 60, 120, 240, 480, 960, 1440, 2880, 5760, 10080, 20160, 43200, 86400}

// Buckets makes the histogram of durations: zeros apart, without empty bars at
// either end.
func Buckets(values []float64) []Bucket {
	var all []Bucket
	for i := 1; i < len(edges); i++ {
		all = append(all, Bucket{Low: edges[i], High: math.Inf(1)})
		if i+1 < len(edges) {
			all[i-1].High = edges[i+1]
		}
	}
	zeros := 0
	for _, v := range values {
		if v < edges[1] {
			zeros++
			continue
		}
		i, exact := slices.BinarySearch(edges, v)
		if !exact {
			i--
		}
		all[i-1].N++
	}
	first, last := 0, len(all)
	for first < last && all[first].N == 0 {
		first++
	}
	for last > first && all[last-1].N == 0 {
		last--
	}
	all = all[first:last]
	if zeros > 0 {
		all = append([]Bucket{{0, edges[1], zeros}}, all...)
	}
	for i := range all {
		if math.IsInf(all[i].High, 1) {
			all[i].High = -1 // without end; JSON has no infinity
		}
	}
	return all
}

// Bar is an incident with the pieces of its time.
type Bar struct {
	At     int     `json:"-"` // place in the table
	ID     string  `json:"id"`
	Stages []Stage `json:"stages"`
}

// bars are the newest incidents of which at least two stages are known, at most
// n; without any such, those with one.
func (s *Selection) bars(n int) []Bar {
	order := s.byStart()
	var out []Bar
	for least := 2; least > 0 && len(out) == 0; least-- {
		for i := len(order) - 1; i >= 0 && len(out) < n; i-- {
			if st := s.Stages(int(order[i])); len(st) >= least {
				out = append(out, Bar{int(order[i]), s.t.ids[order[i]], st})
			}
		}
	}
	return out
}
