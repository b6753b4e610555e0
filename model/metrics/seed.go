package metrics

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// Plain is the plain report: means, counts and the fullest hour, as any script
// over a table of incidents gives it. Its fields and rules are those of the
// seed; where a rule misleads, Differences says so and gives the other number.
type Plain struct {
	Summary         PlainSummary  `json:"summary"`
	Patterns        PlainPatterns `json:"patterns"`
	Recommendations []string      `json:"recommendations"`
	Differences     []Difference  `json:"differences"`
}

// PlainSummary are its headline numbers. A nil one has its reason beside it.
type PlainSummary struct {
	TotalIncidents int      `json:"total_incidents"`
	MTTRMinutes    *float64 `json:"mttr_minutes"`
	MTTRReason     string   `json:"mttr_reason,omitempty"`
	MTBFHours      *float64 `json:"mtbf_hours"` // start to start
	MTBFReason     string   `json:"mtbf_reason,omitempty"`
	Period         string   `json:"period"`
	InPeriod       int      `json:"incidents_in_period"`
	WithDuration   int      `json:"durations_in_period"`
}

// PlainPatterns are its counts.
type PlainPatterns struct {
	ByHour     PlainHours    `json:"by_hour"`
	ByDay      PlainDays     `json:"by_day_of_week"`
	ByService  PlainServices `json:"by_service"`
	BySeverity PlainSeverity `json:"by_severity"`
	Causes     []string      `json:"common_causes"`
}

// PlainHours counts starts by hour; hours without incidents have no entry, and
// the quiet hour is the emptiest of those that have one.
type PlainHours struct {
	Peak         *int           `json:"peak_hour"`
	Quiet        *int           `json:"quiet_hour"`
	Distribution map[string]int `json:"distribution"`
	Without      []int          `json:"hours_without"` // any incident: quieter still
}

// PlainDays counts starts by weekday; of days equally full the first of the
// alphabet is named.
type PlainDays struct {
	Most         *string        `json:"most_incidents"`
	Least        *string        `json:"least_incidents"`
	Distribution map[string]int `json:"distribution"`
	Without      []string       `json:"days_without"`
}

// PlainServices counts services; of services equally frequent the one met first
// comes first.
type PlainServices struct {
	Most *string        `json:"most_incidents"`
	Top5 map[string]int `json:"top_5"`
}

// PlainSeverity counts severities. The share of SEV-1 and SEV-2 is of all
// incidents, also those without a severity.
type PlainSeverity struct {
	Distribution map[string]int `json:"distribution"`
	High         *float64       `json:"high_severity_percentage"`
	Unknown      int            `json:"unknown"`
}

// Difference is a number of the plain report that misleads.
type Difference struct {
	Field string `json:"field"`
	Plain any    `json:"plain"` // what the seed's code gives
	Here  any    `json:"here"`
	Why   string `json:"why"`
}

// Plain makes the plain report of a selection. MTTR and MTBF are of incidents
// that began in the last days and, as everything here, of no others than those
// selected; the patterns are of all of them.
func (s *Selection) Plain(days int, zone *time.Location) Plain {
	var p Plain
	recent := &Selection{t: s.t, now: s.now}
	cutoff := s.Now().Add(-time.Duration(days) * 24 * time.Hour).UnixMilli()
	for _, n := range s.at {
		if s.t.start[n] > cutoff {
			recent.at = append(recent.at, n)
		}
	}
	return s.plain(p, recent, "the last "+plural(days, "day"), plural(days, "day", "days"), zone)
}

// PlainWindow makes the plain report with MTTR and MTBF of the whole selection.
func (s *Selection) PlainWindow(period string, zone *time.Location) Plain {
	return s.plain(Plain{}, s, "the period", period, zone)
}

func (s *Selection) plain(p Plain, recent *Selection, where, period string, zone *time.Location) Plain {
	p.Summary = recent.plainSummary(where)
	p.Summary.TotalIncidents, p.Summary.Period = len(s.at), period
	p.Patterns.Causes = []string{}
	for _, w := range CommonWords(s.causes, 10) {
		p.Patterns.Causes = append(p.Patterns.Causes, w.Word)
	}
	s.plainCalendar(&p.Patterns, zone)
	services := s.serviceCounts()
	p.Patterns.ByService.Top5 = map[string]int{}
	for i, c := range services {
		if i == 0 {
			p.Patterns.ByService.Most = &c.Word
		}
		if i < 5 {
			p.Patterns.ByService.Top5[c.Word] = c.N
		}
	}
	sev := &p.Patterns.BySeverity
	sev.Distribution = map[string]int{}
	var counts [256]int
	for _, n := range s.at {
		counts[s.t.severity[n]]++
	}
	for k, c := range counts {
		if k > 0 && c > 0 {
			sev.Distribution[strconv.Itoa(k)] = c
		}
	}
	sev.Unknown = counts[0]
	if len(s.at) > 0 {
		high := float64(counts[1]+counts[2]) / float64(len(s.at)) * 100
		sev.High = &high
	}
	p.recommend()
	p.differ(where)
	if n := s.Excluded.Later; n > 0 {
		p.Differences = append(p.Differences, Difference{"summary.total_incidents", len(s.at) + n, len(s.at),
			fmt.Sprintf("%s began after the time that is reported from: the plain rule counts the future too", plural(n, "incident"))})
	}
	days := 0
	for _, n := range s.at {
		if s.t.flags[n]&flagDay != 0 {
			days++
		}
	}
	if days > 0 {
		p.Differences = append(p.Differences, Difference{"patterns.by_hour.distribution", p.Patterns.ByHour.Distribution["0"], nil,
			fmt.Sprintf("of %s only the day is known: the plain rule counts them at midnight", plural(days, "incident"))})
	}
	return p
}

func (s *Selection) plainSummary(where string) PlainSummary {
	var sum PlainSummary
	sum.InPeriod = len(s.at)
	total := 0.0
	for _, n := range s.at {
		if m := s.Minutes(int(n)); !math.IsNaN(m) {
			total += m
			sum.WithDuration++
		}
	}
	switch {
	case len(s.at) == 0:
		sum.MTTRReason = "no incident began in " + where
	case sum.WithDuration == 0:
		sum.MTTRReason = "of no incident in " + where + " is it known how long it took"
	default:
		mean := total / float64(sum.WithDuration)
		sum.MTTRMinutes = &mean
	}
	if len(s.at) < 2 {
		sum.MTBFReason = "a time between failures needs two of them; " + where + " has " + strconv.Itoa(len(s.at))
		return sum
	}
	first, last, _ := s.span()
	mtbf := last.Sub(first).Seconds() / 3600 / float64(len(s.at)-1)
	sum.MTBFHours = &mtbf
	return sum
}

func (s *Selection) plainCalendar(p *PlainPatterns, zone *time.Location) {
	clock := clockOf(zone)
	var hours [24]int
	var days [7]int
	for _, n := range s.at {
		d, h := clock(s.t.start[n])
		hours[h]++
		days[d]++
	}
	p.ByHour.Distribution, p.ByHour.Without = map[string]int{}, []int{}
	p.ByDay.Distribution, p.ByDay.Without = map[string]int{}, []string{}
	for h, k := range hours {
		if k == 0 {
			p.ByHour.Without = append(p.ByHour.Without, h)
			continue
		}
		p.ByHour.Distribution[strconv.Itoa(h)] = k
		if p.ByHour.Peak == nil || k > hours[*p.ByHour.Peak] {
			p.ByHour.Peak = &h
		}
		if p.ByHour.Quiet == nil || k < hours[*p.ByHour.Quiet] {
			p.ByHour.Quiet = &h
		}
	}
	var most, least int
	for _, d := range [7]int{4, 0, 5, 6, 3, 1, 2} { // by the alphabet
		name, k := weekdays[d], days[d]
		if k == 0 {
			continue
		}
		p.ByDay.Distribution[name] = k
		if p.ByDay.Most == nil || k > most {
			p.ByDay.Most, most = &name, k
		}
		if p.ByDay.Least == nil || k < least {
			p.ByDay.Least, least = &name, k
		}
	}
	for d, k := range days {
		if k == 0 {
			p.ByDay.Without = append(p.ByDay.Without, weekdays[d])
		}
	}
}

// recommend gives the sentences of the seed, under its conditions.
func (p *Plain) recommend() {
	p.Recommendations = []string{}
	say := func(format string, args ...any) {
		p.Recommendations = append(p.Recommendations, fmt.Sprintf(format, args...))
	}
	if m := p.Summary.MTTRMinutes; m != nil && *m > 60 {
		say("MTTR is %.0f minutes - implement automation to reduce recovery time", *m)
	}
	if h := p.Patterns.ByHour.Peak; h != nil && *h != 0 {
		say(peakSentence, *h)
	}
	if s := p.Patterns.ByService.Most; s != nil {
		say("Service '%s' has most incidents - prioritize reliability improvements", *s)
	}
}

const peakSentence = "Most incidents occur at %d:00 - increase monitoring during this time"

// differ lists where the rules of the seed mislead for these incidents.
func (p *Plain) differ(where string) {
	p.Differences = []Difference{}
	add := func(field string, plain, here any, why string) {
		p.Differences = append(p.Differences, Difference{field, plain, here, why})
	}
	if p.Summary.MTTRMinutes == nil {
		var plain any = 0
		if p.Summary.InPeriod > 0 {
			plain = "NaN"
		}
		add("summary.mttr_minutes", plain, nil, p.Summary.MTTRReason+": unknown is not zero")
	}
	if p.Summary.MTBFHours == nil {
		add("summary.mtbf_hours", "Infinity", nil, p.Summary.MTBFReason+": unknown is not for ever")
	}
	if h := p.Patterns.ByHour.Peak; h != nil && *h == 0 {
		add("recommendations", nil, fmt.Sprintf(peakSentence, 0), "midnight is hour 0, which the plain rule takes for no hour")
	}
	if q := p.Patterns.ByHour.Quiet; q != nil && len(p.Patterns.ByHour.Without) > 0 {
		add("patterns.by_hour.quiet_hour", *q, p.Patterns.ByHour.Without, "hours without any incident are quieter than the quietest hour that has one")
	}
	if d := p.Patterns.ByDay.Least; d != nil && len(p.Patterns.ByDay.Without) > 0 {
		add("patterns.by_day_of_week.least_incidents", *d, p.Patterns.ByDay.Without, "days without any incident have fewer than the day that has least")
	}
	if p.Patterns.BySeverity.High == nil {
		add("patterns.by_severity.high_severity_percentage", 0, nil, "there is no incident to take a share of")
	} else if n := p.Patterns.BySeverity.Unknown; n > 0 && n < p.Summary.TotalIncidents {
		known := p.Summary.TotalIncidents - n
		high := p.Patterns.BySeverity.Distribution["1"] + p.Patterns.BySeverity.Distribution["2"]
		add("patterns.by_severity.high_severity_percentage", *p.Patterns.BySeverity.High, 100*float64(high)/float64(known),
			fmt.Sprintf("the plain share counts %s without a severity as not severe", plural(n, "incident")))
	}
}

// serviceCounts are the services by number of incidents, the most frequent
// first, and of those alike the one met first. An incident of two services
// counts for both.
func (s *Selection) serviceCounts() []Word {
	count := make([]int, len(s.t.names))
	first := make([]int, len(s.t.names))
	for i, n := range s.at {
		for _, r := range s.t.servicesOf(int(n)) {
			if count[r] == 0 {
				first[r] = i
			}
			count[r]++
		}
	}
	return ranked(s.t.names, count, first)
}
