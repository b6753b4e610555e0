package triage

import (
	"slices"
	"strings"
	"testing"
	"time"

	"warroom/model"
)

func TestChecklistOfTheSeed(t *testing.T) {
	d := Default()
	var actions []string
	for _, q := range d.Questions {
		actions = append(actions, q.Action.Words())
	}
	if want := []string{"set SEV-1", "write down the scope", "order @data-team", "order @security-team"}; !slices.Equal(actions, want) {
		t.Errorf("actions %q", actions)
	}
	for s, want := range map[model.Severity][]model.Role{
		1: {model.Commander, model.TechnicalLead, model.CommsLead, model.Scribe},
		2: {model.Commander, model.TechnicalLead, model.CommsLead},
		3: {model.TechnicalLead}, 4: nil, 5: nil, 0: nil,
	} {
		if got := d.Required(s); !slices.Equal(got, want) {
			t.Errorf("%s requires %v, want %v", s, got, want)
		}
	}
	if len(d.Definition) != 5 || d.IsIncident(nil) || !d.IsIncident([]int{4}) || d.IsIncident([]int{5, -1}) {
		t.Errorf("definition %q", d.Definition)
	}
}

func TestMetrics(t *testing.T) {
	d := Default()
	for _, c := range []struct {
		metric, value string
		by            int
		met           bool
		text          string
	}{
		{"Error rate", "21 %", 1, true, "over 10%: one level worse"},
		{"error_rate", "21", 1, true, "over 10%: one level worse"},
		{"error", "10%", 0, false, "not over 10%: no change"},
		{"error", "10.0001", 1, true, "over 10%: one level worse"},
		{"response time", "7s", 0, true, "over 5s: no change"},
		{"response", "6000ms", 0, true, "over 5s: no change"},
		{"response", "4999 ms", 0, false, "not over 5s: no change"},
		{"response", "2 min", 0, true, "over 5s: no change"},
		{"active users", "1,200", 1, true, "over 1000: one level worse"},
		{"active users", "12k", 1, true, "over 1000: one level worse"},
		{"active users", "1000", 0, false, "not over 1000: no change"},
	} {
		m, err := d.Metric(c.metric)
		if err != nil {
			t.Fatal(err)
		}
		e, err := m.Observe(c.value)
		if err != nil || e.By != c.by || e.Met != c.met || e.Text() != c.text {
			t.Errorf("%s %s: %+v %q, %v", c.metric, c.value, e, e.Text(), err)
		}
	}
	for _, c := range []struct{ metric, value, want string }{
		{"error", "", "is no number"}, {"error", "many", "is no number"}, {"error", "5s", "cannot be compared"}, {"error", "-3", "below zero"},
		{"error", "1e999", "is no number"}, {"error", "NaN", "is no number"}, {"error", "5 parsecs", "unit that is not known"}, {"active", "\x1b[2J", "is no number"},
	} {
		m, _ := d.Metric(c.metric)
		if _, err := m.Observe(c.value); err == nil || !strings.Contains(model.Message(err), c.want) || strings.Contains(model.Message(err), "\x1b") {
			t.Errorf("%s %q: %v, want %q", c.metric, c.value, err, c.want)
		}
	}
	if _, err := d.Metric("weather"); err == nil || !strings.Contains(model.Message(err), "error_rate, response_time, active_users_affected") {
		t.Errorf("%v", err)
	}
}

func TestModifiersStopAtTheWorst(t *testing.T) {
	d := Default()
	values := []model.MetricValue{{Metric: "Error rate", Value: "50%"}, {Metric: "Active users affected", Value: "5000"}, {Metric: "Response time", Value: "9s"}}
	for s := model.SevWorst; s <= model.SevMildest; s++ {
		var effects []Effect
		for _, v := range values {
			m, _ := d.Metric(v.Metric)
			e, err := m.Observe(v.Value)
			if err != nil {
				t.Fatal(err)
			}
			effects = append(effects, e)
		}
		if got, want := Worsen(s, effects), max(s-2, 1); got != want {
			t.Errorf("%s becomes %s, want %s", s, got, want)
		}
	}
	o := d.Outcome(Answers{"user_impact": "significant_subset", "gone": "x"}, append(values, model.MetricValue{Metric: "of another file", Value: "1"}))
	if o.Base != 3 || o.Severity != 1 || !slices.Equal(o.Skipped, []string{"gone", "of another file"}) {
		t.Errorf("%+v", o)
	}
	if o.Why() != "user impact: significant subset (3 of 5); error rate 50%: +1; active users affected 5000: +1" {
		t.Errorf("%q", o.Why())
	}
}

func TestVacant(t *testing.T) {
	d := Default()
	i := &model.Incident{Status: model.Triage, Severity: 2}
	if got := d.Vacant(i); !slices.Equal(got, []model.Role{model.Commander, model.TechnicalLead, model.CommsLead}) {
		t.Errorf("%v", got)
	}
	i.Roles = []model.Assignment{{Role: model.Commander, Person: "ana"}, {Role: model.CommsLead, Person: "carl"}}
	if got := d.Vacant(i); !slices.Equal(got, []model.Role{model.TechnicalLead}) {
		t.Errorf("%v", got)
	}
	i.Severity = 1
	if got := d.Vacant(i); !slices.Equal(got, []model.Role{model.TechnicalLead, model.Scribe}) {
		t.Errorf("%v", got)
	}
	i.Status = model.Resolved
	if got := d.Vacant(i); got != nil {
		t.Errorf("%v", got)
	}
}

func TestRules(t *testing.T) {
	r := Default().Rules(model.Doctrine())
	if r.Respond != model.Doctrine().Respond || r.Callout != model.Doctrine().Callout {
		t.Errorf("%+v", r)
	}
	for a, want := range map[model.Audience]model.Pace{model.ToCustomers: {First: 5 * time.Minute, Every: 20 * time.Minute}, model.ToExecutives: {First: 30 * time.Minute, Every: 30 * time.Minute}} {
		p := r.Tell[a.Index()]
		if p[1] != want || p[2] != want || p[3] != (model.Pace{}) || p[5] != (model.Pace{}) {
			t.Errorf("%s: %+v", a, p)
		}
	}
}
