package alert

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Share is a part of a whole with what the numbers allow to be said about it.
type Share struct {
	K       int     `json:"k"`
	N       int     `json:"n"`
	Percent float64 `json:"percent"`
	Low     float64 `json:"low"` // Wilson's bounds at 95 %, in percent
	High    float64 `json:"high"`
	TooFew  bool    `json:"too_few"` // N is under FewFirings: do not conclude from it
}

// FewFirings is the least number of firings about which a share says something.
const FewFirings = 5

// NewShare is k of n with Wilson's score interval (E. B. Wilson, JASA 22, 1927)
// at 95 %.
func NewShare(k, n int) Share {
	s := Share{K: k, N: n, TooFew: n < FewFirings}
	if n == 0 {
		s.High = 100
		return s
	}
	const z = 1.959963984540054
	p, m := float64(k)/float64(n), float64(n)
	s.Percent = p * 100
	mid := p + z*z/(2*m)
	half := z * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	den := 1 + z*z/m
	s.Low, s.High = max(0, (mid-half)/den*100), min(100, (mid+half)/den*100)
	if k == 0 {
		s.Low = 0
	}
	if k == n {
		s.High = 100
	}
	return s
}

// RuleRecord is what one rule did to people over a window.
type RuleRecord struct {
	Rule       string         `json:"rule"`
	Services   []string       `json:"services"`
	Fired      int            `json:"fired"`
	Conditions int            `json:"conditions"` // distinct fingerprints
	Incidents  int            `json:"incidents"`  // distinct, that its alerts are part of
	Clear      *time.Duration `json:"median_clear_ns"`
	ClearN     int            `json:"clear_n"`       // ended firings whose length is known
	SelfCured  Share          `json:"self_resolved"` // ended before anybody acknowledged, of those that ended
	Acked      Share          `json:"acknowledged"`
	ActedOn    Share          `json:"acted_on"`  // acknowledged or made part of an incident
	Precision  Share          `json:"precision"` // made part of an incident
	Noise      Share          `json:"noise"`     // called noise by somebody
	Flaps      int            `json:"flaps"`     // conditions that fired at least three times within an hour
	Night      Share          `json:"night"`     // fired between 22:00 and 06:00
	Grade      string         `json:"grade"`     // of its newest alert
	newest     time.Time
}

// Burden is what all rules together did to people over a window.
type Burden struct {
	Rules   []RuleRecord `json:"rules"` // those that fired most first
	Fired   int          `json:"fired"`
	TopFive Share        `json:"top_five"` // share of the five that fired most
	Nights  Share        `json:"nights"`   // nights with an alert that wakes (SEV-1, SEV-2 or unknown)
	Hours   []int        `json:"by_hour"`  // firings by hour of the day
	Days    []DayCount   `json:"by_day"`
	Outside int          `json:"outside"` // alerts whose time is unknown or outside of the window
}

// DayCount is how much fired on one day.
type DayCount struct {
	Day   string `json:"day"` // 2006-01-02 in the zone asked for
	Fired int    `json:"fired"`
	Noise int    `json:"noise"` // of these not actionable by the specification's score
}

const (
	nightFrom, nightTo = 22, 6
	flapTimes          = 3
	flapWithin         = time.Hour
)

func night(t time.Time) bool { return t.Hour() >= nightFrom || t.Hour() < nightTo }

// Rules counts per rule what fired within w. Hours and nights are those of zone.
func Rules(items []Item, w Window, zone *time.Location) Burden {
	by := map[string][]Item{}
	out := Burden{Hours: make([]int, 24), Rules: []RuleRecord{}}
	woken := map[string]bool{}
	days := map[string]*DayCount{}
	for _, i := range items {
		if !w.Holds(i.Timestamp) {
			out.Outside++
			continue
		}
		t := i.Timestamp.In(zone)
		out.Fired++
		out.Hours[t.Hour()]++
		by[i.Name()] = append(by[i.Name()], i)
		day := t.Format(time.DateOnly)
		if days[day] == nil {
			days[day] = &DayCount{Day: day}
		}
		days[day].Fired++
		if !Evaluate(i.Alert).Actionable {
			days[day].Noise++
		}
		if night(t) && i.Severity <= 2 {
			woken[t.Add(-nightTo*time.Hour).Format(time.DateOnly)] = true // a night belongs to the evening it began
		}
	}
	for rule, list := range by {
		out.Rules = append(out.Rules, recordOf(rule, list, zone))
	}
	slices.SortFunc(out.Rules, func(a, b RuleRecord) int {
		return cmp.Or(cmp.Compare(b.Fired, a.Fired), cmp.Compare(a.Rule, b.Rule))
	})
	top := 0
	for n, r := range out.Rules {
		if n < 5 {
			top += r.Fired
		}
	}
	out.TopFive = NewShare(top, out.Fired)
	out.Nights = NewShare(len(woken), nights(w, zone))
	for t := w.From.In(zone); ; t = t.AddDate(0, 0, 1) {
		day := t.Format(time.DateOnly)
		if day > w.To.In(zone).Format(time.DateOnly) || len(out.Days) > 3660 {
			break
		}
		if d := days[day]; d != nil {
			out.Days = append(out.Days, *d)
		} else {
			out.Days = append(out.Days, DayCount{Day: day})
		}
	}
	return out
}

// nights counts the nights that w touches, by the evening they began.
func nights(w Window, zone *time.Location) int {
	n := 0
	from, to := w.From.In(zone), w.To.In(zone)
	for d := from.AddDate(0, 0, -1); !d.After(to) && n < 3660; d = d.AddDate(0, 0, 1) {
		begin := time.Date(d.Year(), d.Month(), d.Day(), nightFrom, 0, 0, 0, zone)
		end := time.Date(d.Year(), d.Month(), d.Day()+1, nightTo, 0, 0, 0, zone)
		if begin.Before(to) && end.After(from) {
			n++
		}
	}
	return n
}

func recordOf(rule string, list []Item, zone *time.Location) RuleRecord {
	r := RuleRecord{Rule: rule, Fired: len(list), Services: []string{}}
	var clear []time.Duration
	incidents, fires := map[string]bool{}, map[string][]time.Time{}
	ended, cured, acked, acted, linked, noise, nightly := 0, 0, 0, 0, 0, 0, 0
	for _, i := range list {
		r.Services = Join(r.Services, i.Service)
		fires[i.Fingerprint] = append(fires[i.Fingerprint], i.Timestamp)
		if i.Incident != "" {
			incidents[i.Incident] = true
			linked++
		}
		if !i.Acked.IsZero() {
			acked++
		}
		if !i.Acked.IsZero() || i.Incident != "" {
			acted++
		}
		if i.Noise != "" {
			noise++
		}
		if i.Status == Resolved {
			ended++
			if i.Acked.IsZero() || !i.Ended.IsZero() && i.Acked.After(i.Ended) {
				cured++
			}
			if !i.Ended.IsZero() && !i.Ended.Before(i.Timestamp) {
				clear = append(clear, i.Ended.Sub(i.Timestamp))
			}
		}
		if night(i.Timestamp.In(zone)) {
			nightly++
		}
		if !i.Timestamp.Before(r.newest) {
			r.newest, r.Grade = i.Timestamp, Evaluate(i.Alert).Grade
		}
	}
	r.Conditions, r.Incidents, r.ClearN = len(fires), len(incidents), len(clear)
	if len(clear) > 0 {
		m := median(clear)
		r.Clear = &m
	}
	for _, ts := range fires {
		if flapping(ts) {
			r.Flaps++
		}
	}
	r.SelfCured, r.Acked, r.ActedOn = NewShare(cured, ended), NewShare(acked, r.Fired), NewShare(acted, r.Fired)
	r.Precision, r.Noise, r.Night = NewShare(linked, r.Fired), NewShare(noise, r.Fired), NewShare(nightly, r.Fired)
	return r
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	n := len(d)
	if n%2 == 1 {
		return d[n/2]
	}
	return d[n/2-1] + (d[n/2]-d[n/2-1])/2
}

// flapping reports whether a condition fired three times within an hour.
func flapping(ts []time.Time) bool {
	slices.SortFunc(ts, time.Time.Compare)
	for i := flapTimes - 1; i < len(ts); i++ {
		if ts[i].Sub(ts[i-flapTimes+1]) <= flapWithin {
			return true
		}
	}
	return false
}
