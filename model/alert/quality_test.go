package alert

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

var at = time.Date(2026, 11, 23, 2, 15, 0, 0, time.UTC)

// The specification's own calculation, written down a second time from its text
// and in another way: by what is missing instead of by what is there.
func seedScore(a Alert) (int, []string) {
	score, issues := 100, []string{}
	lose := func(n int, why string) { score -= n; issues = append(issues, why) }
	if len([]rune(a.Description)) <= 50 {
		lose(20, "Description too brief")
	}
	if len(a.RunbookURL) == 0 {
		lose(25, "Missing runbook")
	}
	if len(a.Metrics) < 3 {
		lose(20, "Insufficient metrics context")
	}
	if a.Title == "" || len(a.Title) >= 5 && a.Title[:5] == "ALERT" {
		lose(15, "Generic alert title")
	}
	if len(a.Service) == 0 {
		lose(20, "Service not identified")
	}
	return score, issues
}

func seedGrade(score int) string {
	return string("FFFFFFFFDDDDCCCBBBAAA"[score/5]) // every score is a multiple of five
}

func randomAlert(r *rand.Rand) Alert {
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	a := Alert{
		Title:       pick("", "ALERT", "ALERT: cpu", "Alert cpu", "ALER", "checkout 5xx above 5 %", " ALERT"),
		Description: strings.Repeat(pick("x", "ä", "💥"), r.IntN(103)),
		Service:     pick("", "checkout", "db", " "),
		RunbookURL:  pick("", "https://runbooks.example.com/x", "wiki/x"),
		Timestamp:   at.Add(-time.Duration(r.IntN(48*60)) * time.Minute),
	}
	for n := range r.IntN(6) {
		if a.Metrics == nil {
			a.Metrics = map[string]any{}
		}
		a.Metrics[strings.Repeat("m", n+1)] = float64(n)
	}
	return a
}

func TestEvaluateAsSpecified(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	seen := map[int]bool{}
	for range 20_000 {
		a := randomAlert(r)
		q := Evaluate(a)
		score, issues := seedScore(a)
		if q.Score != score || q.Grade != seedGrade(score) || !slices.Equal(q.Issues, issues) || q.Actionable != (score >= 60) {
			t.Fatalf("%+v\n is %+v, want %d %s %q", a, q, score, seedGrade(score), issues)
		}
		seen[score] = true
	}
	for _, want := range []int{0, 40, 60, 75, 80, 100} { // 90 cannot be reached by these weights
		if !seen[want] {
			t.Errorf("no alert of score %d was made", want)
		}
	}
}

func TestEvaluateTable(t *testing.T) {
	long := strings.Repeat("d", 51)
	three := map[string]any{"a": 1.0, "b": 2.0, "c": "x"}
	for _, c := range []struct {
		name   string
		a      Alert
		score  int
		grade  string
		action bool
	}{
		{"nothing", Alert{}, 0, "F", false},
		{"everything", Alert{Title: "t", Description: long, RunbookURL: "u", Metrics: three, Service: "s"}, 100, "A", true},
		{"fifty characters are too few", Alert{Title: "t", Description: long[:50], RunbookURL: "u", Metrics: three, Service: "s"}, 80, "B", true},
		{"characters, not bytes", Alert{Title: "t", Description: strings.Repeat("ä", 50), RunbookURL: "u", Metrics: three, Service: "s"}, 80, "B", true},
		{"exactly 75", Alert{Title: "t", Description: long, Metrics: three, Service: "s"}, 75, "B", true},
		{"exactly 60", Alert{Description: long, Metrics: three, Service: "s"}, 60, "C", true},
		{"just below 60", Alert{Title: "t", Description: long, Metrics: three}, 55, "D", false},
		{"exactly 40", Alert{Description: long, Metrics: three}, 40, "D", false},
		{"just below 40", Alert{Title: "t", Service: "s"}, 35, "F", false},
		{"title with ALERT in front", Alert{Title: "ALERTING is fine elsewhere", Description: long, RunbookURL: "u", Metrics: three, Service: "s"}, 85, "B", true},
		{"two metrics", Alert{Title: "t", Description: long, RunbookURL: "u", Metrics: map[string]any{"a": 1.0, "b": 1.0}, Service: "s"}, 80, "B", true},
	} {
		q := Evaluate(c.a)
		if q.Score != c.score || q.Grade != c.grade || q.Actionable != c.action {
			t.Errorf("%s: %+v, want %d %s %v", c.name, q, c.score, c.grade, c.action)
		}
	}
	for score, want := range map[int]string{100: "A", 90: "A", 89: "B", 75: "B", 74: "C", 60: "C", 59: "D", 40: "D", 39: "F", 0: "F"} {
		if got := GradeOf(score); got != want {
			t.Errorf("GradeOf(%d) = %s, want %s", score, got, want)
		}
	}
}

func TestFatigueAsSpecified(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		alerts := make([]Alert, r.IntN(200))
		for i := range alerts {
			alerts[i] = randomAlert(r)
		}
		hours := []float64{1, 5, 24, 0.5}[r.IntN(4)]
		w := Last(time.Duration(hours*float64(time.Hour)), at)
		got, outside := Fatigue(alerts, w)
		total := 0
		for _, service := range []string{"", "checkout", "db", " "} {
			n, bad := 0, 0
			for _, a := range alerts {
				if age := at.Sub(a.Timestamp).Hours(); a.Service == service && age >= 0 && age <= hours {
					n++
					if s, _ := seedScore(a); s < 60 {
						bad++
					}
				}
			}
			total += n
			l, ok := got[service]
			if ok != (n > 0) {
				t.Fatalf("service %q is there: %v, with %d alerts", service, ok, n)
			}
			if n == 0 {
				continue
			}
			rate, noise := float64(n)/hours, float64(bad)/float64(n)*100
			level := LevelLow
			for _, step := range []struct {
				l    Level
				r, n float64
			}{{LevelMedium, 1, 20}, {LevelHigh, 2, 30}, {LevelCritical, 5, 50}} {
				if rate > step.r || noise > step.n {
					level = step.l
				}
			}
			if l != (Load{n, rate, noise, level}) {
				t.Fatalf("%q: %+v, want %d %v %v %s", service, l, n, rate, noise, level)
			}
		}
		if outside != len(alerts)-total {
			t.Fatalf("%d outside, want %d", outside, len(alerts)-total)
		}
	}
}

func TestFatigueLimits(t *testing.T) {
	good := Alert{Title: "t", Description: strings.Repeat("d", 51), RunbookURL: "u", Service: "s", Timestamp: at}
	bad := Alert{Service: "s", Timestamp: at}
	many := func(g, b int) []Alert {
		return append(slices.Repeat([]Alert{good}, g), slices.Repeat([]Alert{bad}, b)...)
	}
	for _, c := range []struct {
		name      string
		good, bad int
		hours     int
		want      Level
	}{
		{"noise exactly 20 %", 4, 1, 24, LevelLow}, {"just above 20 %", 15, 4, 24, LevelMedium},
		{"noise exactly 30 %", 7, 3, 24, LevelMedium}, {"just above 30 %", 11, 5, 24, LevelHigh},
		{"noise exactly 50 %", 5, 5, 24, LevelHigh}, {"just above 50 %", 5, 6, 24, LevelCritical},
		{"rate exactly 1", 24, 0, 24, LevelLow}, {"just above 1", 25, 0, 24, LevelMedium},
		{"rate exactly 2", 48, 0, 24, LevelMedium}, {"just above 2", 49, 0, 24, LevelHigh},
		{"rate exactly 5", 120, 0, 24, LevelHigh}, {"just above 5", 121, 0, 24, LevelCritical},
	} {
		got, _ := Fatigue(many(c.good, c.bad), Last(time.Duration(c.hours)*time.Hour, at))
		if got["s"].Level != c.want {
			t.Errorf("%s: %+v, want %s", c.name, got["s"], c.want)
		}
	}
	// Both ends of the window belong to it; an unknown time and the future do not.
	w := Last(time.Hour, at)
	edge := []Alert{{Service: "s", Timestamp: at}, {Service: "s", Timestamp: at.Add(-time.Hour)}, {Service: "s", Timestamp: at.Add(-time.Hour - 1)}, {Service: "s", Timestamp: at.Add(1)}, {Service: "s"}}
	got, outside := Fatigue(edge, w)
	if got["s"].Total != 2 || outside != 3 {
		t.Errorf("%+v with %d outside, want 2 and 3", got["s"], outside)
	}
}

func TestDiagnoseIsApart(t *testing.T) {
	a := Alert{Title: "HighCPU", Description: "HighCPU", Source: "alertmanager", Labels: map[string]string{"x": "y"}}
	var got []string
	for _, l := range Diagnose(a) {
		got = append(got, strings.SplitN(l.Missing, ":", 2)[0])
		if l.Fix == "" {
			t.Errorf("%s: no way to mend it", l.Missing)
		}
	}
	for _, want := range []string{"what to do", "how bad it is", "who notices", "whose it is", "a sentence", "detail", "how urgent it is", "a way to look", "since when"} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is not among %q", want, got)
		}
	}
	fine := Alert{Title: "Checkout fails for 12 % of customers", Description: "5xx is 12.3 % (limit 5 % for 5 min) on checkout-1. Restart the pod first.", Service: "checkout",
		RunbookURL: "https://x.example/r", URL: "https://x.example/g", Severity: 1, Timestamp: at, Labels: map[string]string{"team": "pay", "instance": "checkout-1"}, Source: "alertmanager"}
	if l := Diagnose(fine); len(l) != 0 {
		t.Errorf("a good alert misses %+v", l)
	}
}

func TestTidy(t *testing.T) {
	a := Alert{Title: strings.Repeat("t", 400) + "\xff", Description: strings.Repeat("ü", 20_000), Severity: 9, RunbookURL: "javascript:alert(1)", Timestamp: at.Add(time.Hour), Ended: at.Add(-time.Hour), Status: Resolved,
		Labels: map[string]string{}, Metrics: map[string]any{"nan": nan(), "ok": 1.0}}
	for n := range 100 {
		a.Labels[strings.Repeat("l", n+1)] = strings.Repeat("v", 5000)
	}
	a.Tidy(at)
	if len([]rune(a.Title)) != 300 || len([]rune(a.Description)) != MaxDescription || a.Severity != 0 || len(a.Labels) != MaxLabels || len(a.Metrics) != 1 || !a.Timestamp.Equal(at) || !a.Ended.IsZero() {
		t.Errorf("%d %d %v %d %v %v %v", len([]rune(a.Title)), len([]rune(a.Description)), a.Severity, len(a.Labels), a.Metrics, a.Timestamp, a.Ended)
	}
	if len(a.Doubts) < 5 {
		t.Errorf("too little was said about it: %q", a.Doubts)
	}
	if WebLink(a.RunbookURL) || WebLink("file:///etc/passwd") || WebLink("-flag") || WebLink("https://a b") || WebLink("http:///x") || !WebLink("HTTPS://x.example/a?b=c#d") {
		t.Error("an address that must not be opened")
	}
	if x, y := Shape(&Alert{Title: "CPU at 91.5 % on web-1"}), Shape(&Alert{Title: "CPU at 9 % on web-22"}); x != y {
		t.Errorf("%q and %q are the same condition", x, y)
	}
}

func nan() float64 { z := 0.0; return z / z }
