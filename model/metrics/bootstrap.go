package metrics

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

const (
	resamples = 2000      // of a bootstrap
	drawsMost = 4_000_000 // values drawn for one interval; above, a formula takes over
)

// MeanInterval is a 95 % interval for the mean. Up to 2,000 values it is the
// percentile bootstrap with 2,000 resamples (Efron and Tibshirani, An
// Introduction to the Bootstrap, 1993, chapter 13), drawn from seed, so that
// the same incidents give the same interval. Above that the skewness-adjusted
// normal interval of Johnson (Modified t Tests and Confidence Intervals for
// Asymmetrical Populations, JASA 73, 1978), which by then agrees with it.
func MeanInterval(values []float64, seed uint64) *Interval {
	n := len(values)
	if n < 2 {
		return nil
	}
	if n*resamples > drawsMost {
		mean, sd, skew := moments(values)
		se := sd / math.Sqrt(float64(n))
		t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(n - 1)}.Quantile(1 - (1-confidence)/2)
		shift := skew * sd / (6 * float64(n))
		return &Interval{mean + shift*(1+2*t*t) - t*se, mean + shift*(1+2*t*t) + t*se, confidence, "normal, adjusted for skewness"}
	}
	return Bootstrap(values, seed, resamples, func(sample []float64) float64 {
		sum := 0.0
		for _, v := range sample {
			sum += v
		}
		return sum / float64(len(sample))
	})
}

// Bootstrap is the 95 % percentile bootstrap interval of any statistic with b
// resamples drawn from seed. The statistic may sort the sample it is given.
func Bootstrap(values []float64, seed uint64, b int, statistic func(sample []float64) float64) *Interval {
	n := len(values)
	if n < 2 || b < 40 {
		return nil
	}
	rng := rand.NewPCG(seed, 0x77617272)
	sample, out := make([]float64, n), make([]float64, b)
	for i := range out {
		for j := range sample {
			// The high half of a 64 by 32 bit product: even to within n/2³².
			sample[j] = values[(rng.Uint64()>>32)*uint64(n)>>32]
		}
		out[i] = statistic(sample)
	}
	slices.Sort(out)
	tail := (1 - confidence) / 2
	return &Interval{Quantile(out, tail), Quantile(out, 1-tail), confidence, "bootstrap"}
}

// moments are mean, standard deviation and skewness.
func moments(values []float64) (mean, sd, skew float64) {
	n := float64(len(values))
	for _, v := range values {
		mean += v
	}
	mean /= n
	var m2, m3 float64
	for _, v := range values {
		d := v - mean
		m2 += d * d
		m3 += d * d * d
	}
	sd = math.Sqrt(m2 / (n - 1))
	if sd > 0 {
		skew = m3 / n / math.Pow(m2/n, 1.5)
	}
	return mean, sd, skew
}

// GeometricMean is the exponential of the mean of the logarithms of the values
// above zero, with its 95 % interval from Student's t on the logarithms. For
// durations, which are near log-normal, it is the mean that settles. Zeros have
// no logarithm and are left out; N counts those that are in.
func GeometricMean(values []float64) Number {
	var sum, squares float64
	n := 0
	for _, v := range values {
		if v > 0 {
			l := math.Log(v)
			sum += l
			squares += l * l
			n++
		}
	}
	if n < LeastMedian {
		return tooFew(n, LeastMedian)
	}
	k := float64(n)
	mean := sum / k
	se := math.Sqrt(max(0, squares/k-mean*mean) * k / (k - 1) / k)
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: k - 1}.Quantile(1 - (1-confidence)/2)
	return number(math.Exp(mean), n, &Interval{math.Exp(mean - t*se), math.Exp(mean + t*se), confidence, "t on logarithms"})
}
