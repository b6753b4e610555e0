package triage

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"warroom/model"
)

// The seed's rule, written down a second time and in another way.
var seedScores = map[string]map[string]int{
	"user_impact":    {"all_users": 5, "majority": 4, "significant_subset": 3, "small_subset": 2, "individual": 1},
	"revenue_impact": {"complete_loss": 5, "major_loss": 4, "moderate_loss": 3, "minor_loss": 2, "no_loss": 1},
	"data_integrity": {"data_loss": 5, "data_corruption": 4, "data_inconsistency": 3, "data_delay": 2, "no_impact": 1},
	"security":       {"active_breach": 5, "vulnerability_exploited": 4, "vulnerability_exposed": 3, "potential_vulnerability": 2, "no_security_impact": 1},
}

func seedSeverity(a Answers) model.Severity {
	var scores []int
	for name, level := range a {
		scores = append(scores, seedScores[name][level])
	}
	if len(scores) == 0 {
		return 5
	}
	return model.Severity(map[int]int{5: 1, 4: 2, 3: 3, 2: 4, 1: 5}[slices.Max(scores)])
}

// every calls f with all combinations of levels, and of no answer.
func every(d *Doctrine, f func(Answers)) {
	var walk func(k int, a Answers)
	walk = func(k int, a Answers) {
		if k == len(d.Criteria) {
			f(maps.Clone(a))
			return
		}
		walk(k+1, a)
		for _, l := range d.Criteria[k].Levels {
			a[d.Criteria[k].Name] = l.Name
			walk(k+1, a)
		}
		delete(a, d.Criteria[k].Name)
	}
	walk(0, Answers{})
}

func TestEveryCombination(t *testing.T) {
	d := Default()
	whole, partial := 0, 0
	every(d, func(a Answers) {
		if len(a) == 4 {
			whole++
		} else {
			partial++
		}
		r := d.Score(a)
		if want := seedSeverity(a); r.Severity != want {
			t.Fatalf("%v: %s, the seed says %s", a, r.Severity, want)
		}
		if (r.Score == 0) != (len(a) == 0) || len(r.Deciding) != len(r.Levels) || (len(r.Deciding) == 0) != (len(a) == 0) {
			t.Fatalf("%v: %+v", a, r)
		}
		for k, c := range r.Deciding {
			if a[c.Name] != r.Levels[k].Name || r.Levels[k].Score != r.Score {
				t.Fatalf("%v: %s does not decide", a, c.Name)
			}
		}
		claim(t, d, a, r)
	})
	if whole != 625 || partial != 6*6*6*6-625 {
		t.Errorf("%d whole and %d partial combinations", whole, partial)
	}
}

// What would change it counts what metrics have made worse.
func TestChangeWithMetrics(t *testing.T) {
	d := Default()
	for _, metrics := range [][]model.MetricValue{
		{{Metric: "Error rate", Value: "21 %"}},
		{{Metric: "Error rate", Value: "21 %"}, {Metric: "Active users affected", Value: "5000"}},
	} {
		every(d, func(a Answers) {
			o := d.Outcome(a, metrics)
			rest, ok := strings.CutPrefix(o.Change, "would be ")
			if !ok {
				return
			}
			sev, rest, _ := strings.Cut(rest, " if ")
			name, level, _ := strings.Cut(rest, " were ")
			b := maps.Clone(a)
			b[strings.ReplaceAll(name, " ", "_")] = strings.ReplaceAll(level, " ", "_")
			if got := d.Outcome(b, metrics).Severity; got.String() != sev || got == o.Severity {
				t.Fatalf("%v: %s, %q, but it is %s", a, o.Severity, o.Change, got)
			}
		})
	}
}

// claim checks what the result says would change it, by doing that.
func claim(t *testing.T, d *Doctrine, a Answers, r Result) {
	t.Helper()
	rest, ok := strings.CutPrefix(r.Change, "would be ")
	if !ok {
		if r.Answered() && !strings.HasPrefix(r.Change, "milder only if ") {
			t.Fatalf("%v: %q", a, r.Change)
		}
		return
	}
	sev, rest, _ := strings.Cut(rest, " if ")
	name, level, _ := strings.Cut(rest, " were ")
	b := maps.Clone(a)
	b[strings.ReplaceAll(name, " ", "_")] = strings.ReplaceAll(level, " ", "_")
	if err := d.Check(b); err != nil {
		t.Fatalf("%q: %v", r.Change, err)
	}
	if got := d.Score(b).Severity; got.String() != sev || got == r.Severity {
		t.Fatalf("%v: %q, but it is %s", a, r.Change, got)
	}
}

// A worse answer, and one more answer, never gives a milder severity; neither
// does a metric.
func TestWorseIsNeverMilder(t *testing.T) {
	d := Default()
	rapid.Check(t, func(t *rapid.T) {
		a, b := Answers{}, Answers{}
		for _, c := range d.Criteria {
			k := rapid.IntRange(-1, len(c.Levels)-1).Draw(t, c.Name)
			worse := k
			if k >= 0 {
				a[c.Name] = c.Levels[k].Name
				worse = rapid.IntRange(0, k).Draw(t, c.Name+" worse") // worst first
			} else {
				worse = rapid.IntRange(-1, len(c.Levels)-1).Draw(t, c.Name+" more")
			}
			if worse >= 0 {
				b[c.Name] = c.Levels[worse].Name
			}
		}
		var less, more []model.MetricValue
		for _, m := range d.Metrics {
			v := rapid.IntRange(0, 3000).Draw(t, m.Name)
			less = append(less, model.MetricValue{Metric: m.Name, Value: rapid.SampledFrom([]string{"0", "1"}).Draw(t, "v")})
			more = append(more, model.MetricValue{Metric: m.Name, Value: strconv.Itoa(v + 1)})
		}
		if x, y := d.Outcome(a, less), d.Outcome(b, more); y.Severity > x.Severity || x.Severity > x.Base || y.Severity < 1 {
			t.Fatalf("%v %v is %s, the worse %v %v is %s", a, less, x.Severity, b, more, y.Severity)
		}
	})
}

func TestRequirements(t *testing.T) {
	d := Default()
	for s, want := range map[model.Severity]struct {
		minutes             int
		notify              string
		ic, page, customers bool
		tell                string
	}{
		1: {15, "page_all executive_escalation", true, true, true, "executives all-engineering support sales customers"},
		2: {30, "page_oncall manager_notification", true, true, false, "engineering-managers on-call support-leads"},
		3: {120, "notify_oncall", false, false, false, "on-call team-channel"},
		4: {1440, "ticket", false, false, false, "team-channel"},
		5: {0, "backlog", false, false, false, ""},
		9: {0, "backlog", false, false, false, ""}, // as the seed answers for one it does not know
	} {
		q := d.Requirements(s)
		if int(q.Response.Minutes()) != want.minutes || strings.Join(q.Notification, " ") != want.notify || q.IncidentCommander != want.ic ||
			q.StatusPage != want.page || q.CustomerComms != want.customers || strings.Join(q.Stakeholders, " ") != want.tell {
			t.Errorf("%s: %+v", s, q)
		}
	}
}

func TestParseAnswers(t *testing.T) {
	d := Default()
	a, unsure, err := d.ParseAnswers([]string{"User-Impact=All users", "security=3", "data_integrity=data_delay/4"})
	if err != nil || unsure["data_integrity"] != "data_delay" || a["data_integrity"] != "data_corruption" || len(unsure) != 1 || a["user_impact"] != "all_users" || a["security"] != "vulnerability_exposed" {
		t.Errorf("%v, %v", a, err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"user_impact"}, "CRITERION=LEVEL"},
		{[]string{"weather=bad"}, "user_impact, revenue_impact, data_integrity, security"},
		{[]string{"security=bad"}, "active_breach, vulnerability_exploited, vulnerability_exposed, potential_vulnerability, no_security_impact"},
		{[]string{"security=6"}, "no level of security"},
		{[]string{"security="}, "no level of security"},
		{[]string{"security=1", "SECURITY=2"}, "answered twice"},
		{[]string{"\x1b[31m=x"}, `is no criterion`},
	} {
		_, _, err := d.ParseAnswers(c.args)
		if model.CodeOf(err) != model.Invalid || !strings.Contains(model.Message(err), c.want) || strings.Contains(model.Message(err), "\x1b") {
			t.Errorf("%q: %v, want %q", c.args, err, c.want)
		}
	}
}

func TestWhy(t *testing.T) {
	d := Default()
	for _, c := range []struct{ answers, why, change string }{
		{"", "nothing is answered yet", ""},
		{"user_impact=4 revenue_impact=5", "revenue impact: complete loss (5 of 5)", "would be SEV-2 if revenue impact were major loss"},
		{"user_impact=3 security=3", "user impact: significant subset; security: vulnerability exposed (3 of 5)", "would be SEV-2 if user impact were majority"},
		{"security=5 data_integrity=5", "data integrity: data loss; security: active breach (5 of 5)", "milder only if data integrity and security both were"},
		{"security=1", "security: no security impact (1 of 5)", "would be SEV-4 if security were potential vulnerability"},
	} {
		a, _, err := d.ParseAnswers(strings.Fields(c.answers))
		if err != nil {
			t.Fatal(err)
		}
		if r := d.Score(a); r.Why() != c.why || r.Change != c.change {
			t.Errorf("%s: %q, %q", c.answers, r.Why(), r.Change)
		}
	}
}
