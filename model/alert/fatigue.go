package alert

import "time"

// Load is how much one service's alerts weigh on people, as the specification
// counts it.
type Load struct {
	Total   int     `json:"total_alerts"`
	PerHour float64 `json:"alerts_per_hour"`
	Noise   float64 `json:"noise_ratio"` // percent of the alerts that are not actionable
	Level   Level   `json:"fatigue_level"`
}

// Level is the specification's verdict on a Load.
type Level string

// The levels, from the worst.
const (
	LevelCritical Level = "CRITICAL"
	LevelHigh     Level = "HIGH"
	LevelMedium   Level = "MEDIUM"
	LevelLow      Level = "LOW"
)

// LevelOf is CRITICAL above 5 alerts an hour or 50 % noise, HIGH above 2 or 30 %,
// MEDIUM above 1 or 20 %, else LOW. A value exactly on a limit is below it.
func LevelOf(perHour, noise float64) Level {
	switch {
	case perHour > 5 || noise > 50:
		return LevelCritical
	case perHour > 2 || noise > 30:
		return LevelHigh
	case perHour > 1 || noise > 20:
		return LevelMedium
	}
	return LevelLow
}

// Window is the stretch of time that a calculation looks at: both ends belong to
// it.
type Window struct{ From, To time.Time }

// Last is the window of length d that ends at now.
func Last(d time.Duration, now time.Time) Window { return Window{now.Add(-d), now} }

// Holds reports whether t lies in w. An unknown time does not.
func (w Window) Holds(t time.Time) bool {
	return !t.IsZero() && !t.Before(w.From) && !t.After(w.To)
}

// Hours is the length of w.
func (w Window) Hours() float64 { return w.To.Sub(w.From).Hours() }

// Fatigue counts per service, with the alerts whose service is unknown under "".
// Unlike the specification's sample, which divides all alerts it is given by the
// length of the window, it counts only those that fired within the window; the
// number of the others is outside.
func Fatigue(alerts []Alert, w Window) (loads map[string]Load, outside int) {
	type tally struct{ total, noise int }
	by := map[string]tally{}
	for _, a := range alerts {
		if !w.Holds(a.Timestamp) {
			outside++
			continue
		}
		t := by[a.Service]
		t.total++
		if Evaluate(a).Score < Usable {
			t.noise++
		}
		by[a.Service] = t
	}
	loads = make(map[string]Load, len(by))
	for service, t := range by {
		l := Load{Total: t.total, PerHour: float64(t.total) / w.Hours(), Noise: float64(t.noise) / float64(t.total) * 100}
		l.Level = LevelOf(l.PerHour, l.Noise)
		loads[service] = l
	}
	return loads, outside
}
