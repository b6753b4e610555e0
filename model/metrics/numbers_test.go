package metrics

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > within {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// Type 7 as R's quantile() and numpy's default give it.
func TestQuantile(t *testing.T) {
	for _, c := range []struct {
		values  []float64
		p, want float64
	}{
		{[]float64{1, 2, 3, 4}, 0.5, 2.5}, {[]float64{10, 20, 30, 40, 50}, 0.9, 46},
		{[]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 0.25, 3.25}, {[]float64{7}, 0.9, 7}, {[]float64{1, 2}, 0, 1}, {[]float64{1, 2}, 1, 2},
	} {
		near(t, "quantile", Quantile(c.values, c.p), c.want, 1e-12)
	}
	if !math.IsNaN(Quantile(nil, 0.5)) || !math.IsNaN(Quantile([]float64{1}, 2)) {
		t.Error("a quantile of nothing is a number")
	}
}

// The ranks of the tables of distribution-free intervals for the median, for
// example Conover, Practical Nonparametric Statistics, table A3: n = 10 gives
// the second and ninth with 97.9 %, n = 20 the sixth and fifteenth with 95.9 %.
func TestMedianInterval(t *testing.T) {
	for _, c := range []struct {
		n, low, high int
		level        float64
	}{{6, 1, 6, 0.96875}, {10, 2, 9, 0.97851}, {15, 4, 12, 0.96484}, {20, 6, 15, 0.95861}, {50, 18, 33, 0.96716}} {
		values := make([]float64, c.n)
		for i := range values {
			values[i] = float64(i + 1)
		}
		i := QuantileInterval(values, 0.5, 0.95)
		if i == nil || i.Low != float64(c.low) || i.High != float64(c.high) {
			t.Errorf("n = %d: %+v, want ranks %d and %d", c.n, i, c.low, c.high)
			continue
		}
		near(t, "level", i.Level, c.level, 1e-5)
	}
	if i := QuantileInterval([]float64{1, 2, 3, 4, 5}, 0.5, 0.95); i != nil {
		t.Errorf("five values cannot reach 95 %%: %+v", i)
	}
}

func TestSuppression(t *testing.T) {
	values := func(n int) []float64 {
		out := make([]float64, n)
		for i := range out {
			out[i] = float64(i)
		}
		return out
	}
	for _, c := range []struct {
		n                int
		median, p90, p95 bool
	}{{0, false, false, false}, {4, false, false, false}, {5, true, false, false}, {9, true, false, false}, {10, true, true, false}, {19, true, true, false}, {20, true, true, true}} {
		l := lengthOf(values(c.n))
		if l.Median.Known() != c.median || l.P90.Known() != c.p90 || l.P95.Known() != c.p95 || l.Mean.Known() != c.median {
			t.Errorf("n = %d: median %v, p90 %v, p95 %v, mean %v", c.n, l.Median.Known(), l.P90.Known(), l.P95.Known(), l.Mean.Known())
		}
		if !l.P95.Known() && l.P95.Why == "" {
			t.Errorf("n = %d: no reason", c.n)
		}
	}
}

// Garwood's table.
func TestGarwood(t *testing.T) {
	for _, c := range []struct {
		k         int
		low, high float64
	}{
		{0, 0, 3.6889}, {1, 0.02532, 5.57164}, {3, 0.61867, 8.76727}, {5, 1.62349, 11.66833},
		{10, 4.79539, 18.39036}, {20, 12.21652, 30.88838}, {50, 37.11096, 65.91877},
	} {
		i := RateInterval(c.k, 1, 0.95)
		near(t, "low", i.Low, c.low, 6e-5)
		near(t, "high", i.High, c.high, 6e-5)
	}
	near(t, "the rule of three", NoneIn(30), 10.0142, 1e-3)
	if RateInterval(3, 0, 0.95) != nil {
		t.Error("a rate without time")
	}
}

// Wilson's interval for 81 of 263: 0.2553 to 0.3662 (Newcombe, Statistics in
// Medicine 17, 1998, table I), and for none of 20.
func TestWilson(t *testing.T) {
	i := Wilson(81, 263)
	near(t, "low", i.Low, 0.2553, 5e-5)
	near(t, "high", i.High, 0.3662, 5e-5)
	i = Wilson(0, 20)
	near(t, "low", i.Low, 0, 1e-12)
	near(t, "high", i.High, 0.1611, 5e-5)
}

// Freireich and others, Blood 21, 1963: weeks of remission with 6-MP, as worked
// out in Cox and Oakes, Analysis of Survival Data, 1984, and in most textbooks.
func TestKaplanMeier(t *testing.T) {
	var times []Lasting
	for _, v := range []float64{6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35} {
		times = append(times, Lasting{math.Abs(v), v < 0})
	}
	c := Survival(times)
	want := map[float64]float64{6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482}
	if len(c.Steps) != len(want) || c.N != 21 || c.Open != 12 {
		t.Fatalf("%d steps of %d with %d open", len(c.Steps), c.N, c.Open)
	}
	for _, s := range c.Steps {
		near(t, "share", s.Share, want[s.Minutes], 5e-5)
		if s.Low > s.Share || s.High < s.Share {
			t.Errorf("interval %v to %v around %v", s.Low, s.High, s.Share)
		}
	}
	// survfit(conf.type = "log-log") of R gives 0.620 to 0.952 at 6 weeks.
	near(t, "low at 6", c.Steps[0].Low, 0.620, 5e-4)
	near(t, "high at 6", c.Steps[0].High, 0.952, 5e-4)
	near(t, "median", c.Median.Or(0), 23, 0)
	near(t, "share after 12", c.At(12), 0.7529, 5e-5)
	near(t, "share after 1", c.At(1), 1, 0)
	if m := Survival([]Lasting{{1, true}, {2, true}, {3, true}, {4, true}, {5, false}, {6, true}, {7, true}}).Median; m.Known() || m.Why == "" {
		t.Errorf("a median that is not reached: %+v", m)
	}
}

// Without open incidents the curve is the empirical one.
func TestSurvivalIsEmpirical(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		n := 5 + rng.IntN(60)
		times := make([]Lasting, n)
		for i := range times {
			times[i].Minutes = float64(rng.IntN(30))
		}
		c := Survival(times)
		for at := range 30 {
			left := 0
			for _, x := range times {
				if x.Minutes > float64(at) {
					left++
				}
			}
			near(t, "share", c.At(float64(at)), float64(left)/float64(n), 1e-9)
		}
	}
}

// Hollander and Wolfe, Nonparametric Statistical Methods, 1973, page 69: the
// permeability of membranes; R's wilcox.test gives W = 35 and 0.2544 two-sided.
func TestMannWhitney(t *testing.T) {
	x := []float64{0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46}
	y := []float64{1.15, 0.88, 0.90, 0.74, 1.21}
	r := MannWhitney(x, y)
	if !r.Exact || r.U != 35 {
		t.Errorf("%+v", r)
	}
	near(t, "p", r.P, 0.2544, 5e-5)
	if s := MannWhitney(y, x); s.U != 15 || math.Abs(s.P-r.P) > 1e-12 {
		t.Errorf("turned round: %+v", s)
	}
	// With ties, worked out by hand from the pairs and the groups of those alike.
	tied := MannWhitney([]float64{1, 2, 2, 3, 4, 4, 5}, []float64{2, 3, 4, 5, 6, 7, 7, 8})
	if tied.Exact || tied.U != 11 {
		t.Errorf("%+v", tied)
	}
	near(t, "p with ties", tied.P, 0.053788, 1e-6)
	if p := MannWhitney([]float64{1, 1}, []float64{1, 1}).P; p != 1 {
		t.Errorf("all alike: %v", p)
	}
	// The normal law agrees with the exact count where both can be had.
	for u := 100; u <= 350; u += 10 {
		if exact, normal := exactU(25, 28, u), normalU(25, 28, float64(u), 0); math.Abs(exact-normal) > 0.01 {
			t.Errorf("U = %d: exact %v, normal %v", u, exact, normal)
		}
	}
}

// The same rates within the same time: a sign test.
func TestTwoRates(t *testing.T) {
	near(t, "p of 5 against 15", TwoRates(5, 1, 15, 1), 0.04139, 5e-6)
	near(t, "p of 10 against 10", TwoRates(10, 1, 10, 1), 1, 1e-9)
	near(t, "p of none", TwoRates(0, 1, 0, 1), 1, 0)
	// Twice the time: 3 of 12 with P = 1/2 against 3 of 12 with P = 1/3.
	near(t, "p over other times", TwoRates(4, 1, 8, 2), 1, 1e-6)
	if a, b := TwoRates(10300, 1, 9700, 1), TwoRates(10301, 1, 9700, 1); math.Abs(math.Log(a/b)) > 0.1 {
		t.Errorf("the normal law takes over with a leap: %v, %v", a, b)
	}
}

func TestHolm(t *testing.T) {
	got := Holm([]float64{0.01, 0.04, 0.03, 0.005})
	for i, want := range []float64{0.03, 0.06, 0.06, 0.02} { // p.adjust of R's manual
		near(t, "adjusted", got[i], want, 1e-12)
	}
}

func TestChiSquare(t *testing.T) {
	// A die thrown 60 times; Pearson's statistic worked out by hand: 13.4.
	s, p := ChiSquare([]int{5, 8, 9, 8, 10, 20}, []float64{10, 10, 10, 10, 10, 10})
	near(t, "statistic", s, 13.4, 1e-9)
	near(t, "p", p, 0.0199, 5e-5)
}

func TestDispersion(t *testing.T) {
	phi, f := Dispersion([]int{2, 4, 6, 8}, []int{20, 30})
	near(t, "phi", phi, (20.0/5+50.0/25)/4, 1e-12)
	if f != 4 {
		t.Errorf("freedom %d", f)
	}
	if phi, _ := Dispersion([]int{5, 5, 5, 5}); phi != 1 {
		t.Errorf("counts more even than chance give %v", phi)
	}
}

func TestXmR(t *testing.T) {
	var points []Point
	for i := range 20 {
		points = append(points, Point{At: i, Minutes: 30 * math.Exp(0.1*float64(i%2))})
	}
	points = append(points, Point{At: 20, Minutes: 5000}, Point{At: 21})
	c := XmR(points)
	if c.Out != 1 || !c.Points[20].Out || c.Zeros != 1 || c.N != 21 || c.Low <= 0 {
		t.Errorf("%d out, %d zeros, n = %d, from %v", c.Out, c.Zeros, c.N, c.Low)
	}
	// Every moving range of ±0.1 but the last one.
	mr := (19*0.1 + math.Log(5000/30.0) - 0.1) / 20
	near(t, "half width", math.Log(c.High/c.Centre), 2.66*mr, 1e-9)
	if c := XmR(points[:9]); c.Why == "" || c.Points != nil {
		t.Error("nine points make a chart")
	}
}

// What is called 95 % covers nearly that: long-tailed samples, known truth.
func TestCoverage(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	const runs, n = 300, 40
	var mean, median, geometric int
	truth := math.Exp(3 + 0.8*0.8/2)
	for run := range runs {
		v := make([]float64, n)
		for i := range v {
			v[i] = math.Exp(3 + 0.8*rng.NormFloat64())
		}
		in := func(i *Interval, x float64) int {
			if i.Low <= x && x <= i.High {
				return 1
			}
			return 0
		}
		mean += in(Bootstrap(v, uint64(run), 400, func(s []float64) float64 {
			sum := 0.0
			for _, x := range s {
				sum += x
			}
			return sum / float64(len(s))
		}), truth)
		geometric += in(GeometricMean(v).Range, math.Exp(3))
		slices.Sort(v)
		median += in(QuantileInterval(v, 0.5, 0.95), math.Exp(3))
	}
	// The percentile bootstrap of a skewed mean covers some points less than it
	// says; the other two keep their promise.
	for what, got := range map[string]int{"bootstrap of the mean": mean + 5*runs/100, "median": median, "geometric mean": geometric} {
		if share := float64(got) / runs; share < 0.92 {
			t.Errorf("the interval of the %s covers %.3f", what, share)
		}
	}
	t.Logf("coverage: mean %.3f, median %.3f, geometric mean %.3f", float64(mean)/runs, float64(median)/runs, float64(geometric)/runs)
}

func TestBootstrapIsRepeatable(t *testing.T) {
	v := []float64{1, 5, 2, 80, 9, 14, 3}
	a, b := MeanInterval(v, 7), MeanInterval(v, 7)
	if *a != *b || a.Low >= a.High {
		t.Errorf("%+v, %+v", a, b)
	}
	if c := MeanInterval(v, 8); *c == *a {
		t.Error("another seed draws the same")
	}
	// Above the limit a formula takes over; it agrees with the bootstrap.
	rng := rand.New(rand.NewPCG(9, 9))
	w := make([]float64, drawsMost/resamples+1)
	for i := range w {
		w[i] = math.Exp(rng.NormFloat64())
	}
	f, d := MeanInterval(w, 1), MeanInterval(w[:len(w)-1], 1)
	if f.Method == d.Method || math.Abs(f.Low/d.Low-1) > 0.03 || math.Abs(f.High/d.High-1) > 0.03 {
		t.Errorf("%+v, %+v", f, d)
	}
}
