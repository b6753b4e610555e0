package metrics

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Verdict answers whether something changed.
type Verdict string

// The verdicts. CannotTell is the usual one: small samples of long-tailed times
// say little, and a mean with an arrow would say something all the same.
const (
	CannotTell Verdict = "cannot tell"
	Rarer      Verdict = "rarer"
	Oftener    Verdict = "more often"
	Shorter    Verdict = "shorter"
	Longer     Verdict = "longer"
)

// alpha is the probability of seeing a change where there is none.
const alpha = 1 - confidence

// Change compares one number of two periods.
type Change struct {
	Verdict    Verdict   `json:"verdict"`
	Before     float64   `json:"before"` // a week, or minutes; what, says the one that holds this
	After      float64   `json:"after"`
	N1         int       `json:"n_before"`
	N2         int       `json:"n_after"`
	Ratio      *float64  `json:"ratio"` // after over before
	Range      *Interval `json:"interval,omitempty"`
	P          float64   `json:"p"`
	Adjusted   float64   `json:"p_adjusted"` // after Holm, over all that was asked at once
	Dispersion float64   `json:"dispersion,omitempty"`
	Why        string    `json:"why,omitempty"` // it cannot be told
}

// CompareRates compares k1 events in t1 weeks with k2 in t2. weeks1 and weeks2
// are the counts of the whole weeks in them, from which it is seen how much the
// counts vary by themselves. The probability is that of the exact conditional
// test or, where counts vary more than a Poisson process's would, of the
// log-ratio with its standard error √(1/k1+1/k2) multiplied by √φ, whichever is
// greater; then Student's t takes the place of the normal law, since φ is itself
// estimated.
func CompareRates(k1 int, t1 float64, weeks1 []int, k2 int, t2 float64, weeks2 []int) Change {
	c := Change{Verdict: CannotTell, N1: k1, N2: k2, P: 1}
	if !(t1 > 0) || !(t2 > 0) {
		c.Why = "there is no time before or after"
		return c
	}
	c.Before, c.After = float64(k1)/t1, float64(k2)/t2
	if k1+k2 < LeastMedian {
		c.Why = tooFew(k1+k2, LeastMedian).Why
		return c
	}
	phi, freedom := Dispersion(weeks1, weeks2)
	c.P, c.Dispersion = TwoRates(k1, t1, k2, t2), phi
	if k1 == 0 || k2 == 0 { // more likely nobody wrote them down
		c.P, c.Why = 1, "there is no incident at all before or after"
		return c
	}
	ratio := c.After / c.Before
	c.Ratio = &ratio
	se := math.Sqrt(phi * (1/float64(k1) + 1/float64(k2)))
	z := zOf(1 - alpha/2)
	if phi > 1 && freedom > 0 {
		t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(freedom)}
		z = t.Quantile(1 - alpha/2)
		c.P = max(c.P, 2*t.CDF(-math.Abs(math.Log(ratio))/se))
	}
	c.Range = &Interval{ratio * math.Exp(-z*se), ratio * math.Exp(z*se), confidence, "log ratio"}
	return c
}

// CompareLengths compares two samples of durations in minutes: the probability
// is Mann and Whitney's, the ratio that of the geometric means with Welch's
// interval on logarithms. Zeros count for the ranks, not for the ratio.
func CompareLengths(before, after []float64) Change {
	c := Change{Verdict: CannotTell, N1: len(before), N2: len(after), P: 1}
	if n := min(len(before), len(after)); n < LeastMedian {
		c.Why = tooFew(n, LeastMedian).Why
		return c
	}
	c.Before, c.After = Median(before), Median(after)
	c.P = MannWhitney(before, after).P
	m1, v1, n1 := logs(before)
	m2, v2, n2 := logs(after)
	if n1 < 2 || n2 < 2 {
		return c
	}
	ratio := math.Exp(m2 - m1)
	c.Ratio = &ratio
	a, b := v1/n1, v2/n2
	if a+b <= 0 {
		return c
	}
	freedom := (a + b) * (a + b) / (a*a/(n1-1) + b*b/(n2-1)) // Welch and Satterthwaite
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: freedom}.Quantile(1 - alpha/2)
	half := t * math.Sqrt(a+b)
	c.Range = &Interval{ratio * math.Exp(-half), ratio * math.Exp(half), confidence, "t on logarithms"}
	return c
}

// logs are mean and variance of the logarithms of the values above zero.
func logs(values []float64) (mean, variance, n float64) {
	for _, v := range values {
		if v > 0 {
			mean += math.Log(v)
			n++
		}
	}
	if n < 2 {
		return mean, 0, n
	}
	mean /= n
	for _, v := range values {
		if v > 0 {
			d := math.Log(v) - mean
			variance += d * d
		}
	}
	return mean, variance / (n - 1), n
}

// Decide gives verdicts to changes that were asked about together. A change is
// told only if its probability stays under 5 % after Holm's correction and its
// interval, where there is one, leaves out "no change".
func Decide(less, more []Verdict, changes ...*Change) {
	p := make([]float64, len(changes))
	for i, c := range changes {
		p[i] = c.P
	}
	for i, adjusted := range Holm(p) {
		c := changes[i]
		c.Adjusted = adjusted
		if adjusted >= alpha || c.Range != nil && c.Range.Low <= 1 && c.Range.High >= 1 || c.After == c.Before {
			continue
		}
		c.Verdict = more[i]
		if down := c.After < c.Before; c.Ratio == nil && down || c.Ratio != nil && *c.Ratio < 1 {
			c.Verdict = less[i]
		}
	}
}

// Holm corrects probabilities of several tests, so that one false finding among
// all of them is as unlikely as in one (Holm, Scandinavian Journal of Statistics
// 6, 1979).
func Holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	out := make([]float64, len(p))
	worst := 0.0
	for rank, i := range order {
		worst = max(worst, min(1, float64(len(p)-rank)*p[i]))
		out[i] = worst
	}
	return out
}

// RankSum is the outcome of a Mann–Whitney test.
type RankSum struct {
	U     float64 // pairs in which the first sample's value is greater, ties half
	P     float64 // two-sided
	Exact bool
}

// exactMost is the size of both samples together up to which, without ties, the
// distribution of U is counted out.
const exactMost = 60

// MannWhitney tests whether one sample tends to be greater than the other (Mann
// and Whitney, Annals of Mathematical Statistics 18, 1947). Small samples
// without ties are tested exactly, others by the normal law with correction for
// ties and continuity.
func MannWhitney(x, y []float64) RankSum {
	n1, n2 := len(x), len(y)
	if n1 == 0 || n2 == 0 {
		return RankSum{P: 1}
	}
	type value struct {
		v     float64
		first bool
	}
	all := make([]value, 0, n1+n2)
	for _, v := range x {
		all = append(all, value{v, true})
	}
	for _, v := range y {
		all = append(all, value{v, false})
	}
	slices.SortFunc(all, func(a, b value) int { return cmp.Compare(a.v, b.v) })
	var ranks, ties float64
	for i := 0; i < len(all); {
		j, firsts := i, 0
		for ; j < len(all) && all[j].v == all[i].v; j++ {
			if all[j].first {
				firsts++
			}
		}
		ranks += float64(firsts) * float64(i+1+j) / 2 // the mean rank of those alike
		if t := float64(j - i); t > 1 {
			ties += t*t*t - t
		}
		i = j
	}
	a, b := float64(n1), float64(n2)
	r := RankSum{U: ranks - a*(a+1)/2}
	if ties == 0 && n1+n2 <= exactMost {
		r.Exact, r.P = true, exactU(n1, n2, int(math.Round(r.U)))
		return r
	}
	r.P = normalU(a, b, r.U, ties)
	return r
}

// normalU is the two-sided probability of u by the normal law; ties is the sum of
// t³−t over the groups of t alike.
func normalU(n1, n2, u, ties float64) float64 {
	n := n1 + n2
	sd := math.Sqrt(n1 * n2 / 12 * (n + 1 - ties/(n*(n-1))))
	if sd == 0 {
		return 1
	}
	return min(1, 2*distuv.UnitNormal.CDF(-max(0, math.Abs(u-n1*n2/2)-0.5)/sd))
}

// exactU is the two-sided probability of a U as far from the middle as u: how
// many of the orders of the two samples give each U, by the recurrence over the
// greatest value.
func exactU(n1, n2, u int) float64 {
	size := n1*n2 + 1
	ways := make([][]float64, n1+1) // ways[i][u] for i of the first and j of the second
	for i := range ways {
		ways[i] = make([]float64, size)
		ways[i][0] = 1
	}
	for j := 1; j <= n2; j++ {
		for i := 1; i <= n1; i++ {
			// The greatest is of the first sample: it beats all j of the second.
			next := make([]float64, size)
			for k := 0; k <= i*j; k++ {
				next[k] = ways[i][k]
				if k >= j {
					next[k] += ways[i-1][k-j]
				}
			}
			ways[i] = next
		}
	}
	total, low, high := 0.0, 0.0, 0.0
	for k, w := range ways[n1] {
		total += w
		if k <= u {
			low += w
		}
		if k >= u {
			high += w
		}
	}
	return min(1, 2*min(low, high)/total)
}
