package metrics

import (
	"fmt"
	"math"
	"time"

	"gonum.org/v1/gonum/stat/distuv"
)

// Calendar is when incidents begin.
type Calendar struct {
	Heat     [7][24]int `json:"heat"` // by weekday from Monday, and hour
	ByHour   [24]int    `json:"by_hour"`
	ByDay    [7]int     `json:"by_day"` // from Monday
	N        int        `json:"n"`
	NoHour   int        `json:"without_hour"` // only their day is known: they count for the weekdays
	Zone     string     `json:"zone"`
	Hours    Pattern    `json:"hours"`
	Weekdays Pattern    `json:"weekdays"`
}

// Pattern is the test that starts are spread evenly.
type Pattern struct {
	Real     bool    `json:"real"` // the test says that they are not
	P        float64 `json:"p"`
	Adjusted float64 `json:"p_adjusted"` // after Holm over hours and weekdays
	Blocks   int     `json:"blocks"`     // cells of the test: hours may be taken together
	Peak     string  `json:"peak"`       // the fullest cell
	PeakN    int     `json:"peak_n"`
	Expected float64 `json:"expected"`      // in that cell
	Why      string  `json:"why,omitempty"` // there is no test
}

// Least numbers for a chi-square test of a calendar.
const (
	leastCalendar = 30
	leastExpected = 5
)

// ChiSquare is Pearson's test of counts against expected ones, with one degree
// of freedom less than cells.
func ChiSquare(seen []int, expected []float64) (statistic, p float64) {
	for i, k := range seen {
		if expected[i] > 0 {
			d := float64(k) - expected[i]
			statistic += d * d / expected[i]
		}
	}
	return statistic, distuv.ChiSquared{K: float64(len(seen) - 1)}.Survival(statistic)
}

var weekdays = [7]string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}

// Weekday is the name of day 0 to 6, from Monday.
func Weekday(d int) string { return weekdays[d] }

// clockOf gives weekday from Monday and hour of Unix milliseconds in a zone.
func clockOf(zone *time.Location) func(ms int64) (day, hour int) {
	if zone == nil || zone == time.UTC {
		return func(ms int64) (int, int) {
			h := floorDiv(ms, 3_600_000)
			d := floorDiv(h, 24)
			return int(((d+3)%7 + 7) % 7), int(h - 24*d) // 1 January 1970 was a Thursday
		}
	}
	return func(ms int64) (int, int) {
		t := time.UnixMilli(ms).In(zone)
		return (int(t.Weekday()) + 6) % 7, t.Hour()
	}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// calendar counts starts and tests them against the hours and the weekdays that
// the window from from to to has.
func (s *Selection) calendar(from, to time.Time, zone *time.Location) Calendar {
	if zone == nil {
		zone = time.UTC
	}
	c := Calendar{N: len(s.at), Zone: zone.String()}
	clock := clockOf(zone)
	for _, n := range s.at {
		d, h := clock(s.t.start[n])
		c.ByDay[d]++
		if s.t.flags[n]&flagDay != 0 {
			c.NoHour++
			continue
		}
		c.Heat[d][h]++
		c.ByHour[h]++
	}
	c.Hours = c.testHours()
	c.Weekdays = c.testDays(from, to, zone)
	adjusted := Holm([]float64{c.Hours.P, c.Weekdays.P})
	for i, p := range []*Pattern{&c.Hours, &c.Weekdays} {
		p.Adjusted = adjusted[i]
		p.Real = p.Why == "" && adjusted[i] < alpha
	}
	return c
}

func (c Calendar) testHours() Pattern {
	p := Pattern{P: 1}
	n := c.N - c.NoHour
	for _, width := range []int{1, 2, 3, 4, 6} {
		blocks := 24 / width
		expected := float64(n) / float64(blocks)
		if expected < leastExpected || n < leastCalendar {
			continue
		}
		seen, even := make([]int, blocks), make([]float64, blocks)
		for h, k := range c.ByHour {
			seen[h/width] += k
		}
		for i := range even {
			even[i] = expected
		}
		_, p.P = ChiSquare(seen, even)
		p.Blocks, p.Expected = blocks, expected
		at := 0
		for i, k := range seen {
			if k > seen[at] {
				at = i
			}
		}
		p.PeakN, p.Peak = seen[at], fmt.Sprintf("%02d–%02d", at*width, (at+1)*width)
		return p
	}
	p.Why = tooFew(n, leastCalendar).Why
	return p
}

func (c Calendar) testDays(from, to time.Time, zone *time.Location) Pattern {
	p := Pattern{P: 1}
	var days [7]float64
	whole := to.Sub(from).Hours() / 24
	if whole < 7 {
		p.Why = "less than a week was watched"
		return p
	}
	weeks := math.Floor(whole / 7)
	for d := range days {
		days[d] = weeks
	}
	first := (int(from.In(zone).Weekday()) + 6) % 7
	for rest := whole - 7*weeks; rest > 0; rest-- { // the days beyond whole weeks
		days[first%7] += min(1, rest)
		first++
	}
	expected := make([]float64, 7)
	at := 0
	for d := range expected {
		expected[d] = float64(c.N) * days[d] / whole
		if c.ByDay[d] > c.ByDay[at] {
			at = d
		}
	}
	if c.N < leastCalendar || float64(c.N)*weeks/whole < leastExpected {
		p.Why = tooFew(c.N, 7*leastExpected).Why
		return p
	}
	_, p.P = ChiSquare(c.ByDay[:], expected)
	p.Blocks, p.Peak, p.PeakN, p.Expected = 7, weekdays[at], c.ByDay[at], expected[at]
	return p
}
