package triage

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"warroom/model"
)

// The file of the seed is a user's file as it stands.
func TestSeedFile(t *testing.T) {
	data, err := os.ReadFile("testdata/seed-triage-checklist.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := Parse("triage-checklist.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(d, Default()) {
		t.Errorf("the seed's checklist is not the built-in one: %+v", d)
	}
}

func TestTheBuiltInFileIsAUsersFile(t *testing.T) {
	d, err := Parse("triage.yaml", BuiltIn())
	if err != nil || !reflect.DeepEqual(d, Default()) {
		t.Errorf("%v", err)
	}
	for _, empty := range []string{"", "# nothing yet\n", "---\n"} {
		if d, err := Parse("triage.yaml", []byte(empty)); err != nil || !reflect.DeepEqual(d, Default()) {
			t.Errorf("%q: %v", empty, err)
		}
	}
}

func TestOwnSections(t *testing.T) {
	d, err := Parse("triage.yaml", []byte(`
criteria:
  - name: patients
    question: Is anybody in danger?
    levels:
      - {name: no_danger, score: 1}
      - {name: danger, score: 5, means: call the hospital}
updates:
  - {audience: customers, severities: [1], every: 10}
triage_checklist:
  impact_assessment:
    - {metric: Queue, threshold: ">= 2k", severity_modifier: 2}
`))
	if err != nil {
		t.Fatal(err)
	}
	if r := d.Score(Answers{"patients": "danger"}); r.Severity != 1 || d.Criteria[0].Levels[0].Name != "danger" {
		t.Errorf("%+v", r)
	}
	if o := d.Outcome(Answers{"patients": "no_danger"}, []model.MetricValue{{Metric: "Queue", Value: "2000"}}); o.Severity != 3 {
		t.Errorf("%+v", o)
	}
	if len(d.Questions) != 4 || len(d.Needs) != 4 || d.Requirements(1).Response != 15*time.Minute {
		t.Error("sections left out are not the built-in ones")
	}
	r := d.Rules(model.Doctrine())
	if p := r.Tell[model.ToCustomers.Index()]; p[1].First != 10*time.Minute || p[2].Every != 0 || r.Tell[model.ToInternal.Index()][1].Every != 0 {
		t.Errorf("%+v", r.Tell)
	}
	if Default().Criteria[0].Name != "user_impact" || Default().Metrics[0].Name != "Error rate" {
		t.Error("the built-in doctrine was changed")
	}
}

func TestBadFiles(t *testing.T) {
	sevs := func(change, to string) string {
		s := string(BuiltIn())
		s = s[strings.Index(s, "severities:"):strings.Index(s, "# Minutes from")]
		if !strings.Contains(s, change) {
			t.Fatalf("no %q", change)
		}
		return strings.Replace(s, change, to, 1)
	}
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for _, p := range []string{"bacdefgh"} {
		for k := 1; k < len(p); k++ {
			prev := "a"
			if k > 1 {
				prev = string('a' + byte(k-1))
			}
			name := string('a' + byte(k))
			bomb += name + ": &" + name + " [" + strings.TrimSuffix(strings.Repeat("*"+prev+",", 9), ",") + "]\n"
		}
	}
	placed := regexp.MustCompile(`^triage\.yaml:\d+:\d+: \S`)
	for _, c := range []struct{ name, file, want string }{
		{"unknown field", "criterias: []\n", ":1:1:"},
		{"unknown field deep", "triage_checklist:\n  immediate_assessment:\n    - question: a\n      yes_action: b\n      no_action: c\n", ":5:7:"},
		{"duplicate key", "updates: []\nupdates: []\n", ":2:1:"},
		{"wrong type", "criteria: yes please\n", ":1:11:"},
		{"wrong type deep", "criteria:\n  - name: a\n    levels:\n      - {name: b, score: high}\n", ":4:"},
		{"second document", "updates: []\n---\nupdates: []\n", ":3:"},
		{"alias bomb", bomb, ""},
		{"too large", "# " + strings.Repeat("x", 50<<20), "too large"},
		{"not UTF-8", "criteria: \xff\n", ":1:11:"},
		{"syntax", "criteria: [\n", ""},
		{"a level without a score", "criteria:\n  - name: a\n    levels:\n      - {name: b, score: 1}\n      - {name: c}\n", ":5:10: the level c of a has no score"},
		{"score", "criteria:\n  - name: a\n    levels:\n      - {name: b, score: 1}\n      - {name: c, score: 6}\n", ":5:19: 6 is no score"},
		{"one level", "criteria:\n  - name: a\n    levels:\n      - {name: b, score: 1}\n", ":3:5: a has 1 levels"},
		{"twice", "criteria:\n  - name: a\n    levels: [{name: b, score: 1}, {name: b, score: 2}]\n", "given twice"},
		{"bad name", "criteria:\n  - name: A b\n    levels: [{name: b, score: 1}, {name: c, score: 2}]\n", ":2:5:"},
		{"no criteria", "criteria: []\n", "at least one"},
		{"a severity without requirements", sevs("severity: SEV-5", "severity: SEV-4"), "given twice"},
		{"a severity missing", sevs(sevs("severities:", "severities:")[strings.Index(sevs("severities:", "severities:"), "  - severity: SEV-5"):], ""), "SEV-5 has no requirements"},
		{"a requirement missing", sevs("    status_page: true\n", ""), ":2:5: SEV-1 says nothing of status_page"},
		{"response time", sevs("response_time: 15", "response_time: soon"), ":4:5:"},
		{"severity", sevs("severity: SEV-1", "severity: bad"), ":2:5:"},
		{"threshold", "triage_checklist:\n  impact_assessment:\n    - {metric: a, threshold: lots, severity_modifier: '+1'}\n", ":3:19:"},
		{"modifier", "triage_checklist:\n  impact_assessment:\n    - {metric: a, threshold: '> 1', severity_modifier: '-1'}\n", ":3:37:"},
		{"role", "triage_checklist:\n  resource_needs:\n    - {role: King, required_for: [SEV-1]}\n", ":3:8:"},
		{"required for", "triage_checklist:\n  resource_needs:\n    - {role: Scribe, required_for: [SEV-9]}\n", ":3:37:"},
		{"audience", "updates:\n  - {audience: martians, severities: [1], every: 5}\n", ":2:6:"},
		{"two cadences", "updates:\n  - {audience: internal, severities: [1], every: 5}\n  - {audience: internal, severities: [2, 1], every: 5}\n", "two cadences"},
		{"no minutes", "updates:\n  - {audience: internal, severities: [1]}\n", "every needs minutes"},
	} {
		began := time.Now()
		d, err := Parse("triage.yaml", []byte(c.file))
		took := time.Since(began)
		msg := model.Message(err)
		switch {
		case err == nil || d != nil:
			t.Errorf("%s is accepted", c.name)
		case model.CodeOf(err) != model.Invalid || !placed.MatchString(msg) || strings.Contains(msg, "\n") || len(msg) > 400:
			t.Errorf("%s: %q", c.name, msg)
		case !strings.Contains(msg, c.want):
			t.Errorf("%s: %q, want %q", c.name, msg, c.want)
		}
		if took > 5*time.Second { // a second on a quiet machine
			t.Errorf("%s took %s", c.name, took)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(builtIn)
	f.Add([]byte("updates:\n  - {audience: internal, severities: [1], every: 5}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Parse("f", data)
		if err != nil {
			if model.CodeOf(err) != model.Invalid {
				t.Fatal(err)
			}
			return
		}
		for s := model.SevWorst; s <= model.SevMildest; s++ {
			d.Requirements(s)
			d.Required(s)
		}
		d.Rules(model.Doctrine())
		if len(d.Criteria) == 0 {
			t.Fatal("no criteria")
		}
	})
}
