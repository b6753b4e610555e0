package metrics

import (
	"math"
	"strconv"
	"strings"
)

// plural words a number of things: plural(3, "incident"), plural(2, "is", "are").
func plural(n int, one string, many ...string) string {
	word := one
	if n != 1 {
		if word = one + "s"; len(many) > 0 {
			word = many[0]
		}
	}
	return strconv.Itoa(n) + " " + word
}

// Span words a time in minutes with two significant places at most: 40 s,
// 47 min, 3.2 h, 2.5 d.
func Span(minutes float64) string {
	switch a := math.Abs(minutes); {
	case math.IsNaN(minutes):
		return "unknown"
	case a == 0:
		return "0 min"
	case a < 0.995:
		return short(minutes*60) + " s"
	case a < 99.5:
		return short(minutes) + " min"
	case a < 48*60:
		return short(minutes/60) + " h"
	}
	return short(minutes/60/24) + " d"
}

// short writes a number with no more places than matter.
func short(v float64) string {
	a := math.Abs(v)
	switch {
	case a >= 9.95 || a == 0:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case a >= 0.095:
		return strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0")
	}
	return strconv.FormatFloat(v, 'g', 2, 64)
}

// percent words a share of one.
func percent(p float64) string {
	switch {
	case p > 0 && p < 0.01:
		return "under 1 %"
	case p < 1 && p > 0.99:
		return "over 99 %"
	}
	return strconv.FormatFloat(100*p, 'f', 0, 64) + " %"
}

// spanRange words an interval of minutes.
func spanRange(i *Interval) string {
	if i == nil {
		return ""
	}
	return Span(i.Low) + " to " + Span(i.High)
}

// P words a probability of chance.
func P(p float64) string {
	switch {
	case math.IsNaN(p):
		return "p unknown"
	case p < 0.001:
		return "p < 0.001"
	case p < 0.01:
		return "p = " + strconv.FormatFloat(p, 'f', 3, 64)
	}
	return "p = " + strconv.FormatFloat(p, 'f', 2, 64)
}
