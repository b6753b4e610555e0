package metrics

import "math"

// Point is an incident on a control chart.
type Point struct {
	At      int     // place in the table
	Start   int64   // Unix milliseconds
	Minutes float64 // as it was
	Out     bool    // beyond a limit: worth asking what was different
}

// Control is a chart of individual values and moving ranges (XmR; Wheeler,
// Understanding Variation, 1993) on the logarithms of minutes: on raw minutes
// the lower limit is negative and the tail breaches the upper one by itself.
// Limits are mean ± 2.66 × the mean moving range, put back into minutes.
type Control struct {
	Points []Point `json:"-"`
	N      int     `json:"n"`
	Zeros  int     `json:"zeros"` // of no length: they have no logarithm
	Centre float64 `json:"centre_minutes"`
	Low    float64 `json:"low_minutes"`
	High   float64 `json:"high_minutes"`
	Out    int     `json:"out"`
	Why    string  `json:"why,omitempty"` // there is no chart
}

// limit is 3/d₂ for ranges of two values.
const limit = 2.66

// XmR makes the chart of incidents in the order of time.
func XmR(points []Point) Control {
	var c Control
	var sum, ranges, last float64
	logs := make([]float64, 0, len(points))
	for _, p := range points {
		if p.Minutes <= 0 {
			c.Zeros++
			continue
		}
		l := math.Log(p.Minutes)
		if c.N > 0 {
			ranges += math.Abs(l - last)
		}
		sum, last = sum+l, l
		c.N++
		c.Points, logs = append(c.Points, p), append(logs, l)
	}
	if c.N < LeastP90 {
		c.Points = nil
		c.Why = tooFew(c.N, LeastP90).Why
		return c
	}
	mean, half := sum/float64(c.N), limit*ranges/float64(c.N-1)
	c.Centre, c.Low, c.High = math.Exp(mean), math.Exp(mean-half), math.Exp(mean+half)
	for i, l := range logs {
		if l < mean-half || l > mean+half {
			c.Points[i].Out = true
			c.Out++
		}
	}
	return c
}
