package metrics

import (
	"cmp"
	"math"
	"slices"

	"warroom/model"
)

// ranked lists the names that occur by count, and among equals by when they
// came first.
func ranked(names []string, count, first []int) []Word {
	var order []int
	for i, k := range count {
		if k > 0 {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(first[a], first[b])) })
	out := make([]Word, len(order))
	for i, o := range order {
		out[i] = Word{names[o], count[o]}
	}
	return out
}

// Part is what a service or a severity has of all incidents. Incidents of
// several services count for each, so that shares may add up to more than one.
type Part struct {
	Name    string         `json:"name"`
	N       int            `json:"n"`
	Minutes float64        `json:"minutes"` // in all, of those whose duration is known
	Median  Number         `json:"median_minutes"`
	Share   float64        `json:"share_of_minutes"` // of the minutes of all incidents selected
	Range   *Interval      `json:"share_interval,omitempty"`
	Sev     model.Severity `json:"severity,omitempty"`
}

// ServiceParts splits the selection by service, the most frequent first.
func (s *Selection) ServiceParts() []Part {
	return s.parts(s.serviceCounts(), func(n int32, name func(uint32)) {
		for _, r := range s.t.servicesOf(int(n)) {
			name(r)
		}
	}, s.t.names)
}

// SeverityParts splits the selection by severity, the worst first; those whose
// severity is not known come last.
func (s *Selection) SeverityParts() []Part {
	names := make([]string, 6)
	count := make([]int, 6)
	place := func(n int32) uint32 {
		v := s.t.severity[n]
		if v < 1 || v > 5 {
			return 5
		}
		return uint32(v - 1)
	}
	for i := range names {
		names[i] = model.Severity((i + 1) % 6).String()
	}
	for _, n := range s.at {
		count[place(n)]++
	}
	var order []Word
	for i, k := range count {
		if k > 0 {
			order = append(order, Word{names[i], k})
		}
	}
	out := s.parts(order, func(n int32, name func(uint32)) { name(place(n)) }, names)
	for i := range out {
		if k := slices.Index(names, out[i].Name); k < 5 {
			out[i].Sev = model.Severity(k + 1)
		}
	}
	return out
}

// leastShare is how many incidents a share of minutes with an interval needs.
const leastShare = LeastP90

// parts sums durations by name in one pass.
func (s *Selection) parts(order []Word, each func(n int32, name func(uint32)), names []string) []Part {
	place := make([]int, len(names))
	for i := range place {
		place[i] = -1
	}
	byName := make(map[string]int, len(names))
	for i, n := range names {
		byName[n] = i
	}
	for i, w := range order {
		place[byName[w.Word]] = i
	}
	values := make([][]float64, len(order))
	for i, w := range order {
		values[i] = make([]float64, 0, w.N)
	}
	total, allSquares := 0.0, 0.0
	for _, n := range s.at {
		m := s.Minutes(int(n))
		if math.IsNaN(m) {
			continue
		}
		total += m
		allSquares += m * m
		each(n, func(r uint32) {
			if p := place[r]; p >= 0 {
				values[p] = append(values[p], m)
			}
		})
	}
	out := make([]Part, len(order))
	for i, w := range order {
		v := values[i]
		p := Part{Name: w.Word, N: w.N}
		squares := 0.0
		for _, m := range v {
			p.Minutes += m
			squares += m * m
		}
		if total > 0 {
			p.Share = p.Minutes / total
		}
		slices.Sort(v)
		p.Median = quantile(v, 0.5)
		if len(v) >= leastShare {
			p.Range = shareInterval(p.Minutes, squares, total, allSquares)
		}
		out[i] = p
	}
	return out
}

// shareInterval is a 95 % interval for the share of all minutes that a part has,
// from the sums of squares of the part and of all. A share is a ratio of two
// sums, so its variance is that of Σ(xᵢ·partᵢ − share·xᵢ) over the squared total
// (Cochran, Sampling Techniques, 1977, section 6.4); the interval is on the
// scale of the logit, so that it stays between 0 and 1.
func shareInterval(sum, squares, total, allSquares float64) *Interval {
	p := sum / total
	if !(p > 0 && p < 1) {
		return nil
	}
	se := math.Sqrt((1-p)*(1-p)*squares+p*p*max(0, allSquares-squares)) / total
	half := zOf(1-(1-confidence)/2) * se / (p * (1 - p))
	logit := math.Log(p / (1 - p))
	at := func(l float64) float64 { return 1 / (1 + math.Exp(-l)) }
	return &Interval{at(logit - half), at(logit + half), confidence, "ratio of sums"}
}
