package metrics

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"warroom/model"
)

func marks(of map[model.Milestone]time.Time) (m Marks) {
	for name, at := range of {
		m.Set(name, at)
	}
	return m
}

// history makes n incidents over a number of days before testNow: log-normal
// durations, more in working hours, services of different weight.
func history(n, days int, seed uint64) *Table {
	rng := rand.New(rand.NewPCG(seed, 1))
	services := []string{"checkout", "search", "orders-db", "login", "email", "api", "billing", "cdn"}
	causes := []string{"deploy of a new version", "wrong configuration", "capacity of the queue", "dependency was down", "expired certificate", "dns", "hardware"}
	t := NewTable(n)
	starts := make([]time.Duration, n)
	for i := range starts {
		starts[i] = time.Duration(rng.Float64() * float64(days) * 24 * float64(time.Hour))
	}
	for i, d := range starts {
		at := testNow.Add(-d)
		if rng.IntN(2) == 0 && at.Hour() < 8 {
			at = at.Add(8 * time.Hour)
			if at.After(testNow) {
				at = testNow.Add(-time.Minute)
			}
		}
		k := rng.IntN(len(services) * 2)
		if k >= len(services) {
			k = rng.IntN(3)
		}
		m := math.Round(math.Exp(4.1+1.2*rng.NormFloat64())*10) / 10
		r := Row{Row: int64(i + 1), ID: model.IncidentID(at, 1), Start: at, Minutes: m, Severity: model.Severity(1 + rng.IntN(5)),
			Services: services[k : k+1], Cause: causes[rng.IntN(len(causes))]}
		r.Marks = marks(map[model.Milestone]time.Time{model.Declared: at, model.WasResolved: at.Add(time.Duration(m * float64(time.Minute)))})
		if i%3 == 0 {
			r.Marks.Set(model.Detected, at.Add(time.Duration(m*0.3*float64(time.Minute))))
			r.Marks.Set(model.ImpactStarted, at)
		}
		t.Put(r)
	}
	return t
}

// One history dealt out at random into two halves: nothing has changed, and so
// it must be said in nine runs of ten. A mean would have "improved" by 10 % or
// more in many of them.
func TestNoChangeCannotBeTold(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	const runs, days = 200, 180
	from := testNow.Add(-days * 24 * time.Hour)
	for _, n := range []int{60, 300} {
		told, meanMoved := 0, 0
		for range runs {
			table := NewTable(n)
			var sums, counts [2]float64
			for i := range n {
				at := from.Add(time.Duration(rng.Float64() * days * 24 * float64(time.Hour)))
				m := math.Exp(4.25 + 1.25*rng.NormFloat64())
				table.Put(Row{Row: int64(i + 1), Start: at, Minutes: m})
				half := 0
				if at.After(from.Add(days * 12 * time.Hour)) {
					half = 1
				}
				sums[half] += m
				counts[half]++
			}
			if r := sums[1] / counts[1] / (sums[0] / counts[0]); r < 0.9 || r > 1/0.9 {
				meanMoved++
			}
			s := table.Select(Filter{Now: testNow, From: from, To: testNow})
			h := s.Compare(from.Add(days * 12 * time.Hour))
			if h.Rate.Verdict != CannotTell || h.Length.Verdict != CannotTell {
				told++
			}
		}
		t.Logf("n = %d: a change was told in %d of %d runs; the mean moved by 10 %% or more in %d", n, told, runs, meanMoved)
		if told > runs/10 {
			t.Errorf("n = %d: a change where there is none in %d of %d runs", n, told, runs)
		}
		if meanMoved < runs/4 {
			t.Errorf("n = %d: the mean moved only in %d of %d runs: the history has no tail", n, meanMoved, runs)
		}
	}
}

// A real change that is great enough is told.
func TestChangeIsTold(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	from := testNow.Add(-20 * week)
	table := NewTable(0)
	for i := range 300 {
		at := from.Add(time.Duration(rng.Float64() * float64(10*week)))
		m := math.Exp(4.25 + 1.25*rng.NormFloat64())
		if i%3 == 0 { // half as many in the second half, and twice as fast
			at, m = at.Add(10*week), m/2
		}
		table.Put(Row{Row: int64(i + 1), Start: at, Minutes: m})
	}
	r := table.Select(Filter{Now: testNow, From: from, To: testNow}).Analyse(Options{})
	if r.Halves.Rate.Verdict != Rarer || r.Halves.Length.Verdict != Shorter {
		t.Errorf("rate %+v, length %+v", r.Halves.Rate, r.Halves.Length)
	}
	if len(r.Findings) < 2 || !strings.Contains(r.Findings[0].Text, "rarer") || !strings.Contains(r.Findings[1].Text, "shorter") {
		t.Errorf("findings %+v", r.Findings)
	}
}

// Incidents that come in clusters: the exact Poisson test would see changes.
func TestClustersAreNoChange(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	told, poisson := 0, 0
	const runs = 200
	for range runs {
		counts := func() (int, []int) {
			total, weeks := 0, make([]int, 26)
			for i := range weeks {
				if rng.IntN(4) == 0 {
					weeks[i] = 4 + rng.IntN(12)
				}
				total += weeks[i]
			}
			return total, weeks
		}
		k1, w1 := counts()
		k2, w2 := counts()
		c := CompareRates(k1, 26, w1, k2, 26, w2)
		Decide([]Verdict{Rarer}, []Verdict{Oftener}, &c)
		if c.Verdict != CannotTell {
			told++
		}
		if TwoRates(k1, 26, k2, 26) < alpha {
			poisson++
		}
	}
	t.Logf("told %d of %d; a Poisson test would have told %d", told, runs, poisson)
	if told > runs/10 || poisson < 3*told {
		t.Errorf("told %d of %d, Poisson %d", told, runs, poisson)
	}
}

func TestMTBF(t *testing.T) {
	at := func(h float64) time.Time { return testNow.Add(time.Duration(h * float64(time.Hour))) }
	f := []Failure{{at(10), at(14)}, {at(12), at(13)}, {at(13), at(20)}, {at(50), at(51)}, {at(90), time.Time{}}}
	b := MTBF(f, at(0), at(100))
	near(t, "start to start", b.StartToStart.Or(0), 20, 1e-9)
	near(t, "end to start", b.EndToStart.Or(0), (-2+0+30+39)/4.0, 1e-9)
	near(t, "down", b.DownHours, 11, 1e-9)
	near(t, "operating", b.Operating.Or(0), 89.0/3, 1e-9)
	if b.Overlaps != 1 || b.Spells != 3 {
		t.Errorf("%d overlaps, %d spells", b.Overlaps, b.Spells)
	}
	if b := MTBF(nil, at(0), at(300)); b.AtLeast == nil || b.StartToStart.Known() {
		t.Errorf("%+v", b)
	} else {
		near(t, "at least", *b.AtLeast, 100.14, 0.01)
	}
	if b := MTBF(f[:1], at(0), at(100)); b.StartToStart.Known() || !b.Operating.Known() {
		t.Errorf("one failure: %+v", b)
	}
	if b := MTBF([]Failure{{at(-5), at(200)}}, at(0), at(100)); b.Operating.Known() || math.Abs(b.DownHours-100) > 1e-9 {
		t.Errorf("always down: %+v", b)
	}
}

func TestSelect(t *testing.T) {
	table := NewTable(0)
	put := func(r Row) {
		r.Row = int64(table.Len() + 1)
		if r.Start.IsZero() {
			r.Start = testNow.Add(-time.Hour)
		}
		table.Put(r)
	}
	put(Row{Services: []string{"api", "Search"}, Severity: 1, Minutes: 5})
	put(Row{Drill: true, Services: []string{"api"}})
	put(Row{Maintenance: true})
	put(Row{Canceled: true, Drill: true})
	put(Row{Open: true, Severity: 3, Minutes: 77})
	put(Row{Start: testNow.Add(-240 * time.Hour), Minutes: math.NaN()})
	s := table.Select(Filter{Now: testNow})
	if s.Len() != 3 || s.Excluded != (Excluded{Drills: 1, Maintenance: 1, Canceled: 1}) {
		t.Errorf("%d chosen, %+v", s.Len(), s.Excluded)
	}
	for _, c := range []struct {
		f Filter
		n int
	}{
		{Filter{Drills: true}, 4}, {Filter{Maintenance: true}, 4}, {Filter{Service: "SEARCH"}, 1}, {Filter{Service: "none"}, 0},
		{Filter{Severities: []model.Severity{1, 3}}, 2}, {Filter{From: testNow.Add(-2 * time.Hour)}, 2}, {Filter{To: testNow.Add(-2 * time.Hour)}, 1},
	} {
		if got := table.Select(c.f).Len(); got != c.n {
			t.Errorf("%+v: %d, want %d", c.f, got, c.n)
		}
	}
	if !math.IsNaN(table.Minutes(4)) || !table.Open(4) {
		t.Error("an open incident has a length")
	}
	table.Put(Row{Row: 5, Start: testNow.Add(-time.Hour), Minutes: 80, Services: []string{"cdn"}, Marks: marks(map[model.Milestone]time.Time{model.Detected: testNow})})
	if got := table.Services(4); table.Len() != 6 || table.Open(4) || table.Minutes(4) != 80 || len(got) != 1 || got[0] != "cdn" {
		t.Errorf("changed to %v, %v", table.Minutes(4), got)
	}
	if _, ok := table.Mark(4, model.Detected); !ok {
		t.Error("the mark of a changed incident is lost")
	}
	if n := table.Select(Filter{Service: "cdn"}).Len(); n != 1 {
		t.Errorf("%d of the new service", n)
	}
}

func TestOpenOnesCount(t *testing.T) {
	table := NewTable(0)
	for i := range 20 {
		r := Row{Row: int64(i + 1), Start: testNow.Add(-10 * time.Hour), Minutes: float64(10 + i)}
		if i >= 12 {
			r.Open = true
		}
		table.Put(r)
	}
	r := table.Select(Filter{Now: testNow}).Analyse(Options{})
	if r.Open != 8 || r.Survival.Open != 8 || r.Survival.Median.Or(0) <= r.Length.Median.Or(0) {
		t.Errorf("median %v with the open ones, %v without", r.Survival.Median.Or(0), r.Length.Median.Or(0))
	}
}

func TestCalendar(t *testing.T) {
	r := history(2000, 364, 1).Select(Filter{Now: testNow}).Analyse(Options{})
	if !r.Calendar.Hours.Real || r.Calendar.Weekdays.Real {
		t.Errorf("hours %+v, weekdays %+v", r.Calendar.Hours, r.Calendar.Weekdays)
	}
	total := 0
	for _, d := range r.Calendar.Heat {
		for _, k := range d {
			total += k
		}
	}
	if total != 2000 {
		t.Errorf("%d in the calendar", total)
	}
	if zone, err := time.LoadLocation("America/New_York"); err == nil {
		a := history(500, 100, 2).Select(Filter{Now: testNow}).Analyse(Options{Zone: zone})
		b := history(500, 100, 2).Select(Filter{Now: testNow}).Analyse(Options{})
		if a.Calendar.ByHour == b.Calendar.ByHour || a.Zone != "America/New_York" {
			t.Error("another zone has the same hours")
		}
	}
	clock := clockOf(nil)
	for _, at := range []time.Time{testNow, testNow.Add(-99 * 365 * 24 * time.Hour), time.Date(1969, 12, 31, 23, 59, 59, 0, time.UTC)} {
		if d, h := clock(at.UnixMilli()); h != at.Hour() || Weekday(d) != at.Weekday().String() {
			t.Errorf("%v is %s at %d", at, Weekday(d), h)
		}
	}
	if p := history(20, 50, 3).Select(Filter{Now: testNow}).Analyse(Options{}).Calendar; p.Hours.Why == "" || p.Weekdays.Why == "" {
		t.Error("twenty incidents make a pattern")
	}
}

func TestBuckets(t *testing.T) {
	b := Buckets([]float64{0, 0, 1.0 / 60, 15, 29.9, 30, 1e6})
	if len(b) != 20 || b[0] != (Bucket{0, 1.0 / 60, 2}) {
		t.Fatalf("%d buckets, the first %+v", len(b), b[0])
	}
	total := 0
	for _, x := range b {
		total += x.N
		if x.Low == 15 && x.N != 2 || x.Low == 30 && x.N != 1 {
			t.Errorf("%+v", x)
		}
	}
	if total != 7 || b[len(b)-1].High != -1 {
		t.Errorf("%d in all, the last %+v", total, b[len(b)-1])
	}
	if b := Buckets(nil); len(b) != 0 {
		t.Errorf("%v", b)
	}
}

func TestParts(t *testing.T) {
	table := NewTable(0)
	for i := range 40 {
		r := Row{Row: int64(i + 1), Start: testNow.Add(-2 * time.Hour), Minutes: 10, Services: []string{"a"}, Severity: 2}
		if i%4 == 0 {
			r.Minutes, r.Services, r.Severity = 100, []string{"b", "a"}, 0
		}
		table.Put(r)
	}
	r := table.Select(Filter{Now: testNow}).Analyse(Options{})
	a, b := r.Services[0], r.Services[1]
	if a.Name != "a" || a.N != 40 || b.N != 10 || math.Abs(b.Share-1000.0/1300) > 1e-9 || b.Range == nil || b.Range.Low >= b.Share || b.Range.High <= b.Share {
		t.Errorf("%+v, %+v", a, b)
	}
	if len(r.Severity) != 2 || r.Severity[0].Name != "SEV-2" || r.Severity[1].Name != "SEV-?" || r.Severity[1].Sev != 0 {
		t.Errorf("%+v", r.Severity)
	}
	if !strings.Contains(fmt.Sprint(r.Findings), "b is 25 % of the incidents and 77 % of the minutes") {
		t.Errorf("%v", r.Findings)
	}
}

// A report as of a time says what it would have said then: what began later is
// not there, what ended later goes on, what was reached later is not reached.
func TestNothingAfterNowCounts(t *testing.T) {
	table := NewTable(0)
	hours := func(h float64) time.Time { return testNow.Add(time.Duration(h * float64(time.Hour))) }
	for i, start := range []float64{-50, -40, -30, -20, -10, -1, 1, 500} {
		table.Put(Row{Row: int64(i + 1), ID: fmt.Sprint(i), Start: hours(start), Minutes: 120, Services: []string{"api"}, Cause: "deploy",
			Conduct: model.Conduct{Orders: 1, OnTime: 1, Watched: 2 * time.Hour},
			Marks:   marks(map[model.Milestone]time.Time{model.ImpactStarted: hours(start), model.Detected: hours(start + 0.5), model.WasResolved: hours(start + 2)})})
	}
	s := table.Select(Filter{Now: testNow})
	r := s.Analyse(Options{})
	if r.N != 6 || r.Excluded.Later != 2 || r.Open != 1 || r.Length.N != 5 || r.Unknown != 0 || !r.To.Equal(testNow) {
		t.Errorf("n = %d, %+v, %d open, %d of known length, until %s", r.N, r.Excluded, r.Open, r.Length.N, r.To)
	}
	if r.Survival.N != 6 || r.Survival.Open != 1 || len(r.Points) != 5 || r.Conduct.OnTime.N != 5 || r.Services[0].N != 6 || r.Services[0].Minutes != 600 {
		t.Errorf("survival of %d, %d open; %d points; %d orders; %+v", r.Survival.N, r.Survival.Open, len(r.Points), r.Conduct.OnTime.N, r.Services[0])
	}
	if b := r.Between; math.Abs(b.DownHours-11) > 1e-9 {
		t.Errorf("%v hours down, of which the last is the hour until now", b.DownHours)
	}
	for _, p := range r.Pairs {
		if want := map[string]int{"TTD": 6, "TTR": 5}[p.Name]; p.Summary.N != want {
			t.Errorf("%s of %d, want %d", p.Name, p.Summary.N, want)
		}
	}
	if p := s.Plain(30, nil); p.Summary.TotalIncidents != 6 || p.Summary.WithDuration != 5 || p.Summary.InPeriod != 6 || len(p.Differences) == 0 {
		t.Errorf("%+v", p.Summary)
	}
	if all := table.Select(Filter{}).Analyse(Options{}); all.N != 8 || all.Excluded.Later != 0 {
		t.Errorf("without a time %d, %+v", all.N, all.Excluded)
	}
}

// A record that is younger than the time asked for: what was before it was not
// quiet, it was not written down.
func TestYoungRecordHasNotBecomeWorse(t *testing.T) {
	young := history(80, 100, 9)
	r := young.Select(Filter{Now: testNow, From: testNow.Add(-365 * 24 * time.Hour)}).Analyse(Options{})
	if r.Halves.Rate.Verdict != CannotTell || r.To.Sub(r.From) > 101*24*time.Hour {
		t.Errorf("%s from %s: %+v", r.Halves.Rate.Verdict, r.From, r.Halves.Rate)
	}
	// The record is of all services: one that was quiet at first was watched.
	young.Put(Row{Row: 1000, Start: testNow.Add(-200 * 24 * time.Hour), Minutes: 5, Services: []string{"old"}})
	if r := young.Select(Filter{Now: testNow, From: testNow.Add(-365 * 24 * time.Hour), Service: "api"}).Analyse(Options{}); r.To.Sub(r.From) < 199*24*time.Hour {
		t.Errorf("watched from %s", r.From)
	}
}

func TestStages(t *testing.T) {
	at := func(m float64) time.Time { return testNow.Add(time.Duration(m * float64(time.Minute))) }
	table := NewTable(0)
	for i := range 6 {
		table.Put(Row{Row: int64(i + 1), Start: at(-100), Marks: marks(map[model.Milestone]time.Time{
			model.ImpactStarted: at(-100), model.Detected: at(-90), model.WasMitigated: at(-95), model.WasResolved: at(float64(-50 - i))})})
	}
	got := table.Select(Filter{Now: testNow}).Stages(0)
	if fmt.Sprint(got) != "[{mitigated 5} {detected 5} {resolved 40}]" {
		t.Errorf("%v", got)
	}
	for _, p := range table.Select(Filter{Now: testNow}).Pairs() {
		switch p.Name {
		case "TTD":
			near(t, "TTD", p.Summary.Median.Or(0), 10, 1e-9)
		case "TTR":
			near(t, "TTR", p.Summary.Median.Or(0), 47.5, 1e-9)
		case "TTM":
		default:
			t.Errorf("%s was not reached by anybody", p.Name)
		}
	}
}

func TestReportIsJSON(t *testing.T) {
	for _, n := range []int{0, 1, 4, 12, 400} {
		r := history(n, 90, uint64(n)).Select(Filter{Now: testNow}).Analyse(Options{})
		if _, err := json.Marshal(r); err != nil {
			t.Errorf("n = %d: %v", n, err)
		}
		if len(r.Findings) == 0 {
			t.Errorf("n = %d: nothing is said", n)
		}
	}
}

func BenchmarkAnalyse(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		table := history(n, 3*365, 7)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				table.Select(Filter{Now: testNow}).Analyse(Options{})
			}
		})
		b.Run(fmt.Sprintf("plain/%d", n), func(b *testing.B) {
			for b.Loop() {
				table.Select(Filter{Now: testNow}).Plain(30, nil)
			}
		})
	}
}
