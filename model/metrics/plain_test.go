package metrics

import (
	"encoding/json"
	"math"
	"os"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"warroom/model"
)

var testNow = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

type plainCase struct {
	Report struct {
		Summary  map[string]any
		Patterns struct {
			ByHour struct {
				Peak         int            `json:"peak_hour"`
				Quiet        int            `json:"quiet_hour"`
				Distribution map[string]int `json:"distribution"`
			} `json:"by_hour"`
			ByDay struct {
				Most         string         `json:"most_incidents"`
				Least        string         `json:"least_incidents"`
				Distribution map[string]int `json:"distribution"`
			} `json:"by_day_of_week"`
			ByService struct {
				Most string         `json:"most_incidents"`
				Top5 map[string]int `json:"top_5"`
			} `json:"by_service"`
			BySeverity struct {
				Distribution map[string]int `json:"distribution"`
				High         float64        `json:"high_severity_percentage"`
			} `json:"by_severity"`
			Causes []string `json:"common_causes"`
		}
		Recommendations []string
	}
	Incidents []struct {
		Timestamp string
		Duration  any `json:"duration_minutes"`
		Service   string
		Severity  *int
		Cause     *string `json:"root_cause"`
	}
}

func (c plainCase) table(t *testing.T) *Table {
	table := NewTable(len(c.Incidents))
	for n, i := range c.Incidents {
		at, err := time.Parse("2006-01-02T15:04:05", i.Timestamp)
		if err != nil {
			t.Fatal(err)
		}
		r := Row{Row: int64(n + 1), ID: strconv.Itoa(n), Start: at, Minutes: math.NaN(), Services: []string{i.Service}}
		if m, ok := i.Duration.(float64); ok {
			r.Minutes = m
		}
		if i.Severity != nil {
			r.Severity = model.Severity(*i.Severity)
		}
		if i.Cause != nil {
			r.Cause = *i.Cause
		}
		table.Put(r)
	}
	return table
}

// Every field of the seed's report on random incidents, as the seed's own code
// gives it (testdata/plain.py says how), and where it differs the difference.
func TestPlainIsTheSeeds(t *testing.T) {
	raw, err := os.ReadFile("testdata/plain.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []plainCase
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 20 {
		t.Fatalf("only %d cases", len(cases))
	}
	differences := map[string]int{}
	for n, c := range cases {
		p := c.table(t).Select(Filter{Now: testNow}).Plain(30, nil)
		want := c.Report
		differ := func(field string) bool {
			return slices.ContainsFunc(p.Differences, func(d Difference) bool { return d.Field == field })
		}
		for _, d := range p.Differences {
			differences[d.Field]++
		}
		same := func(what string, got, want any) {
			t.Helper()
			if !reflect.DeepEqual(got, want) {
				t.Errorf("case %d: %s is %v, the seed says %v", n, what, got, want)
			}
		}
		num := func(field string, got *float64) {
			t.Helper()
			switch w := want.Summary[field].(type) {
			case float64:
				if got == nil && w == 0 && differ("summary."+field) {
					return
				}
				if got == nil || math.Abs(*got-w) > 1e-9*max(1, math.Abs(w)) {
					t.Errorf("case %d: %s is %v, the seed says %v", n, field, got, w)
				}
			default: // NaN and infinity: null with a reason
				if got != nil || !differ("summary."+field) {
					t.Errorf("case %d: %s is %v, the seed says %v", n, field, got, w)
				}
			}
		}
		num("mttr_minutes", p.Summary.MTTRMinutes)
		num("mtbf_hours", p.Summary.MTBFHours)
		same("period", p.Summary.Period, want.Summary["period"])
		same("total", float64(p.Summary.TotalIncidents), want.Summary["total_incidents"])
		same("peak hour", *p.Patterns.ByHour.Peak, want.Patterns.ByHour.Peak)
		same("quiet hour", *p.Patterns.ByHour.Quiet, want.Patterns.ByHour.Quiet)
		same("hours", p.Patterns.ByHour.Distribution, want.Patterns.ByHour.Distribution)
		same("most on", *p.Patterns.ByDay.Most, want.Patterns.ByDay.Most)
		same("least on", *p.Patterns.ByDay.Least, want.Patterns.ByDay.Least)
		same("days", p.Patterns.ByDay.Distribution, want.Patterns.ByDay.Distribution)
		same("service", *p.Patterns.ByService.Most, want.Patterns.ByService.Most)
		same("top 5", p.Patterns.ByService.Top5, want.Patterns.ByService.Top5)
		same("severities", p.Patterns.BySeverity.Distribution, want.Patterns.BySeverity.Distribution)
		near(t, "high severity", *p.Patterns.BySeverity.High, want.Patterns.BySeverity.High, 1e-9)
		same("causes", p.Patterns.Causes, want.Patterns.Causes)
		same("recommendations", p.Recommendations, want.Recommendations)
		if _, err := json.Marshal(p); err != nil {
			t.Errorf("case %d: %v", n, err)
		}
	}
	for _, f := range []string{"summary.mttr_minutes", "summary.mtbf_hours", "recommendations", "patterns.by_hour.quiet_hour", "patterns.by_severity.high_severity_percentage"} {
		if differences[f] == 0 {
			t.Errorf("no case shows the difference in %s", f)
		}
	}
}

func TestPlainOfNothing(t *testing.T) {
	p := NewTable(0).Select(Filter{Now: testNow}).Plain(30, nil)
	if p.Summary.MTTRMinutes != nil || p.Summary.MTTRReason == "" || p.Summary.MTBFHours != nil || p.Patterns.ByHour.Peak != nil || p.Patterns.BySeverity.High != nil {
		t.Errorf("%+v", p)
	}
	if _, err := json.Marshal(p); err != nil {
		t.Error(err)
	}
}
