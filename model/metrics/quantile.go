package metrics

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Least is how many values a number must rest on to be given at all.
const (
	LeastMedian = 5  // medians, means
	LeastP90    = 10 // the ninetieth percentile
	LeastP95    = 20 // the ninety-fifth
)

// least is the number of values that a quantile needs.
func least(p float64) int {
	switch {
	case p >= 0.95:
		return LeastP95
	case p >= 0.9:
		return LeastP90
	}
	return LeastMedian
}

// Interval is a range in which a number lies with the confidence of Level.
type Interval struct {
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	Level  float64 `json:"level"`  // reached; for ranks it is at least what was asked
	Method string  `json:"method"` // in a few words
}

// Number is an estimate with what it rests on. Where N is too small, Value is
// nil and Why says so; Range may be nil by itself.
type Number struct {
	Value *float64  `json:"value"`
	N     int       `json:"n"`
	Range *Interval `json:"interval,omitempty"`
	Why   string    `json:"why,omitempty"` // there is no value
}

// Known reports whether there is a value.
func (n Number) Known() bool { return n.Value != nil }

// Or is the value, or other if there is none.
func (n Number) Or(other float64) float64 {
	if n.Value == nil {
		return other
	}
	return *n.Value
}

func number(v float64, n int, r *Interval) Number {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Number{N: n, Why: "not a number that can be computed from these"}
	}
	if r != nil && (math.IsNaN(r.Low) || math.IsNaN(r.High) || math.IsInf(r.Low, 0) || math.IsInf(r.High, 0)) {
		r = nil
	}
	return Number{Value: &v, N: n, Range: r}
}

func tooFew(n, needed int) Number {
	if n == 0 {
		return Number{Why: "no data"}
	}
	return Number{N: n, Why: "too few: " + plural(n, "value") + ", " + plural(needed, "is", "are") + " needed"}
}

// Quantile is the p-quantile of values in rising order by linear interpolation
// between order statistics, type 7 of Hyndman and Fan (Sample Quantiles in
// Statistical Packages, The American Statistician 50, 1996): with h = (n−1)p it
// is x[⌊h⌋] + (h−⌊h⌋)(x[⌊h⌋+1]−x[⌊h⌋]). NaN for no values.
func Quantile(sorted []float64, p float64) float64 {
	n := len(sorted)
	if n == 0 || !(p >= 0 && p <= 1) {
		return math.NaN()
	}
	h := float64(n-1) * p
	low := int(math.Floor(h))
	if low >= n-1 {
		return sorted[n-1]
	}
	return sorted[low] + (h-float64(low))*(sorted[low+1]-sorted[low])
}

// QuantileInterval is the interval between two order statistics that covers the
// p-quantile with at least the given confidence, whatever the distribution: the
// number of values below the quantile is binomial (David and Nagaraja, Order
// Statistics, 2003, section 7.1). For the median these are the ranks r and
// n−r+1. Nil if no two of the values reach that confidence.
func QuantileInterval(sorted []float64, p, level float64) *Interval {
	n := len(sorted)
	if n == 0 {
		return nil
	}
	b := distuv.Binomial{N: float64(n), P: p}
	tail := (1 - level) / 2
	// low is the greatest rank with P(B < low) ≤ tail, high the least with
	// P(B ≥ high) ≤ tail; ranks count from 1.
	low := countBelow(n, func(k int) bool { return b.CDF(float64(k)) <= tail })
	high := countBelow(n, func(k int) bool { return b.CDF(float64(k)) < 1-tail }) + 1
	if low < 1 || high > n {
		return nil
	}
	got := b.CDF(float64(high-1)) - b.CDF(float64(low-1))
	return &Interval{sorted[low-1], sorted[high-1], got, "order statistics"}
}

// countBelow is the number of k = 0, 1, … n−1 for which ok holds, where it
// holds up to some k and not after it.
func countBelow(n int, ok func(k int) bool) int {
	lo, hi := 0, n
	for lo < hi {
		mid := (lo + hi) / 2
		if ok(mid) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// quantile gives a quantile with its interval, or says that there are too few.
func quantile(sorted []float64, p float64) Number {
	if n := least(p); len(sorted) < n {
		return tooFew(len(sorted), n)
	}
	return number(Quantile(sorted, p), len(sorted), QuantileInterval(sorted, p, confidence))
}

// confidence is the level of every interval.
const confidence = 0.95

// Median is the median of values in any order; NaN for none.
func Median(values []float64) float64 {
	s := slices.Clone(values)
	slices.Sort(s)
	return Quantile(s, 0.5)
}

// zOf is the standard normal quantile.
func zOf(p float64) float64 { return distuv.UnitNormal.Quantile(p) }
