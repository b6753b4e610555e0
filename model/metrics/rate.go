package metrics

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// RateInterval is the exact interval for the rate of a Poisson process of which
// k events were counted in time t: χ²(α/2; 2k)/2t to χ²(1−α/2; 2k+2)/2t
// (Garwood, Fiducial Limits for the Poisson Distribution, Biometrika 28, 1936).
// It is too narrow for incidents that come in clusters: see Dispersion.
func RateInterval(k int, t, level float64) *Interval {
	if !(t > 0) || k < 0 {
		return nil
	}
	tail := (1 - level) / 2
	low := 0.0
	if k > 0 {
		low = distuv.ChiSquared{K: 2 * float64(k)}.Quantile(tail) / 2 / t
	}
	return &Interval{low, distuv.ChiSquared{K: 2*float64(k) + 2}.Quantile(1-tail) / 2 / t, level, "exact Poisson"}
}

// NoneIn is the lower 95 % bound of the mean time between failures when none was
// seen in time t: t / −ln 0.05, the rule of three.
func NoneIn(t float64) float64 { return t / -math.Log(0.05) }

// Dispersion is the variance of the counts over their mean, at least 1: 1 for a
// Poisson process, more for incidents that cluster or drift. It multiplies the
// variance of a rate (quasi-Poisson; McCullagh and Nelder, Generalized Linear
// Models, 1989, section 6.2.3). Each group of counts has a mean of its own, so
// that a difference between groups does not count as dispersion. The degrees of
// freedom are those the variance was estimated with.
func Dispersion(groups ...[]int) (phi float64, freedom int) {
	sum := 0.0
	for _, g := range groups {
		n := float64(len(g))
		if n < 2 {
			continue
		}
		mean := 0.0
		for _, k := range g {
			mean += float64(k)
		}
		if mean /= n; mean == 0 {
			continue
		}
		for _, k := range g {
			d := float64(k) - mean
			sum += d * d / mean
		}
		freedom += len(g) - 1
	}
	if freedom == 0 {
		return 1, 0
	}
	return max(1, sum/float64(freedom)), freedom
}

// TwoRates is the exact two-sided test that k1 events in time t1 and k2 in t2
// come of the same rate: given k1+k2, k1 is binomial with t1/(t1+t2)
// (Przyborowski and Wilenski, Biometrika 31, 1940). The probability is the sum
// over all outcomes no likelier than the one seen.
func TwoRates(k1 int, t1 float64, k2 int, t2 float64) float64 {
	n := k1 + k2
	if n == 0 || !(t1 > 0) || !(t2 > 0) {
		return 1
	}
	b := distuv.Binomial{N: float64(n), P: t1 / (t1 + t2)}
	if n > 20000 { // the sum is long, and the normal law is exact to many places
		sd := math.Sqrt(b.Variance())
		return min(1, 2*distuv.UnitNormal.CDF(-max(0, math.Abs(float64(k1)-b.Mean())-0.5)/sd))
	}
	seen := b.LogProb(float64(k1))
	p := 0.0
	for k := range n + 1 {
		if l := b.LogProb(float64(k)); l <= seen+1e-7 {
			p += math.Exp(l)
		}
	}
	return min(1, p)
}

// Wilson is the score interval of a share of k in n (Wilson, Probable Inference,
// JASA 22, 1927).
func Wilson(k, n int) *Interval {
	if n <= 0 || k < 0 || k > n {
		return nil
	}
	z, m := zOf(1-(1-confidence)/2), float64(n)
	p := float64(k) / m
	mid := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return &Interval{max(0, mid-half), min(1, mid+half), confidence, "Wilson"}
}

// Share is k in n as a Number between 0 and 1.
func Share(k, n int) Number {
	if n < LeastMedian {
		return tooFew(n, LeastMedian)
	}
	return number(float64(k)/float64(n), n, Wilson(k, n))
}
