package metrics

import (
	"cmp"
	"math"
	"slices"
)

// Lasting is a time of which the end was seen, or was not yet.
type Lasting struct {
	Minutes float64
	Open    bool // it lasted at least so long
}

// Step is a step of a survival curve: from Minutes on, Share are still going on.
type Step struct {
	Minutes float64 `json:"minutes"`
	Share   float64 `json:"share"`
	Low     float64 `json:"low"`
	High    float64 `json:"high"`
	AtRisk  int     `json:"at_risk"` // just before
	Ended   int     `json:"ended"`
}

// Curve is how many are still going on after a time.
type Curve struct {
	Steps  []Step `json:"steps"`
	N      int    `json:"n"`
	Open   int    `json:"open"`
	Median Number `json:"median"` // the first time at which half or fewer are left
}

// Survival is the estimate of Kaplan and Meier (JASA 53, 1958), which uses what
// is still open for as long as it has lasted: S(t) is the product over the
// times of an end of (1 − ended/at risk). The variance is Greenwood's; the
// intervals are on the scale of log(−log S) (Kalbfleisch and Prentice), and the
// interval of the median is where they cross one half (Brookmeyer and Crowley,
// Biometrics 38, 1982). At the same time ends come before what is still open.
func Survival(times []Lasting) Curve {
	s := slices.Clone(times)
	slices.SortFunc(s, func(a, b Lasting) int { return cmp.Compare(a.Minutes, b.Minutes) })
	c := Curve{N: len(s)}
	share, greenwood := 1.0, 0.0
	z := zOf(1 - (1-confidence)/2)
	for i := 0; i < len(s); {
		j, ended := i, 0
		for ; j < len(s) && s[j].Minutes == s[i].Minutes; j++ {
			if s[j].Open {
				c.Open++
			} else {
				ended++
			}
		}
		risk := len(s) - i
		if ended > 0 {
			share *= 1 - float64(ended)/float64(risk)
			if risk > ended {
				greenwood += float64(ended) / float64(risk) / float64(risk-ended)
			}
			st := Step{Minutes: s[i].Minutes, Share: share, AtRisk: risk, Ended: ended}
			if share > 0 {
				width := z * math.Sqrt(greenwood) / math.Log(share)
				st.Low = math.Pow(share, math.Exp(-width))
				st.High = math.Pow(share, math.Exp(width))
			}
			c.Steps = append(c.Steps, st)
		}
		i = j
	}
	c.Median = c.median()
	return c
}

func (c Curve) median() Number {
	if c.N < LeastMedian {
		return tooFew(c.N, LeastMedian)
	}
	first := func(of func(Step) float64) (float64, bool) {
		for _, s := range c.Steps {
			if of(s) <= 0.5+1e-12 {
				return s.Minutes, true
			}
		}
		return 0, false
	}
	m, ok := first(func(s Step) float64 { return s.Share })
	if !ok {
		return Number{N: c.N, Why: "not reached: more than half are still going on"}
	}
	low, _ := first(func(s Step) float64 { return s.Low })
	high, ok := first(func(s Step) float64 { return s.High })
	if !ok {
		return number(m, c.N, nil)
	}
	return number(m, c.N, &Interval{low, high, confidence, "Brookmeyer and Crowley"})
}

// At is the share still going on after the given minutes.
func (c Curve) At(minutes float64) float64 {
	n, exact := slices.BinarySearchFunc(c.Steps, minutes, func(s Step, m float64) int { return cmp.Compare(s.Minutes, m) })
	if exact {
		return c.Steps[n].Share
	}
	if n == 0 {
		return 1
	}
	return c.Steps[n-1].Share
}
