package comms

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"warroom/model"
	"warroom/model/triage"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// seedFields are the fields of the seed's templates.
var seedFields = map[string][]string{
	"initial":         {"severity", "service", "impact", "status_url", "channel", "commander"},
	"update":          {"incident_id", "timestamp", "status", "progress", "next_update"},
	"resolution":      {"incident_id", "duration", "root_cause", "customer_impact", "postmortem_date"},
	"customer_facing": {"issue_description", "status", "eta", "status_page_url"},
}

// The seed's four templates are a user's files as they stand, and give what the
// seed's format gives.
func TestSeedTemplates(t *testing.T) {
	for name, fields := range seedFields {
		data, err := os.ReadFile(filepath.Join("testdata", name+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		own, err := ParseTemplate(name+".txt", name, string(data))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(own.Fields, fields) {
			t.Errorf("%s has the fields %q", name, own.Fields)
		}
		values := Fields{}
		want := strings.Trim(string(data), "\n")
		for _, f := range fields {
			values[f] = "value of " + f
			want = strings.ReplaceAll(want, "{"+f+"}", values[f])
		}
		builtIn, err := Find(Default(), name)
		if err != nil {
			t.Fatal(err)
		}
		for _, tm := range []*Template{own, builtIn} {
			if got, err := tm.Fill(values); err != nil || got != want {
				t.Errorf("%s: %q, %v, want %q", name, got, err, want)
			}
		}
	}
}

// No field, whichever is missing, is ever printed as a blank.
func TestMissingFields(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tm := rapid.SampledFrom(Default()).Draw(t, "template")
		f := Fields{}
		var missing []string
		for _, name := range tm.Fields {
			if v := rapid.SampledFrom([]string{"", " \n", "known"}).Draw(t, name); v == "known" {
				f[name] = v
			} else {
				if v != "" {
					f[name] = v
				}
				missing = append(missing, name)
			}
		}
		text, err := tm.Fill(f)
		if (err != nil) != (len(missing) > 0) || (err != nil) != (text == "") {
			t.Fatalf("%v: %q, %v", f, text, err)
		}
		for _, m := range missing {
			if !strings.Contains(err.Error(), m) {
				t.Fatalf("%v is not in %q", m, err)
			}
		}
	})
}

func TestTemplateGrammar(t *testing.T) {
	tm, err := ParseTemplate("own.txt", "own", "---\ntitle: Our first words\naudience: exec\n---\n\n{severity} {{.title}}{{if .eta}}\nETA {{.eta}}{{else}}\nno ETA{{end}}{{if and .scope (not .trend)}} {scope}{{end}} {{\"{\"}}x{{\"}\"}}\n")
	if err != nil {
		t.Fatal(err)
	}
	if tm.Title != "Our first words" || tm.Audience != model.ToExecutives || !slices.Equal(tm.Fields, []string{"severity", "title", "scope"}) || !slices.Equal(tm.Optional, []string{"eta", "trend"}) && !slices.Contains(tm.Optional, "eta") {
		t.Errorf("%+v", tm)
	}
	got, err := tm.Fill(Fields{"severity": "SEV-2", "title": "a < b & {c}", "scope": "EU"})
	if err != nil || got != "SEV-2 a < b & {c}\nno ETA EU {x}" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := tm.Fill(Fields{"severity": "1", "title": "x", "scope": strings.Repeat("x", maxMessage)}); err == nil || !strings.Contains(err.Error(), "too long") {
		t.Errorf("%v", err)
	}
	if _, err := tm.Fill(Fields{"severity": "1", "title": "x", "scope": "y", "weather": "bad"}); err == nil || !strings.Contains(err.Error(), `"weather" is no field`) {
		t.Errorf("%v", err)
	}
}

func TestBadTemplates(t *testing.T) {
	placed := regexp.MustCompile(`^f\.txt:\d+:\d+: \S`)
	for _, c := range []struct{ text, want string }{
		{"", ":1:1: the template is empty"},
		{"---\ntitle: x\n---\n\n", "empty"},
		{"hello\n  {weather}\n", ":2:3: {weather} is no field: there are severity"},
		{"{severty}", "{severty} is no field"},
		{"{sever}", "did you mean severity?"},
		{"{ severity }", "did you mean severity?"},
		{"{}", "is no field"},
		{"a\nb {{.weather}}", ":2:1: .weather is no field"},
		{"---\naudience: customers\n---\na\nb {{.weather}}", ":5:1: .weather is no field"},
		{"{{.severity.x}}", "is no field"},
		{"a\n\n{{.severity", ":3:1: this cannot be read"},
		{"{{range .severity}}x{{end}}", "is not for messages"},
		{"{{with .severity}}x{{end}}", "is not for messages"},
		{"{{printf \"%99999999d\" 1}}", "is not for messages"},
		{"{{$x := .severity}}", "is not for messages"},
		{"{{define \"x\"}}{{end}}hi", "cannot define"},
		{"{{template \"x\"}}", "is not for messages"},
		{"{{.}}", "is not for messages"},
		{"{{len .severity}}", "is not for messages"},
		{"{{if eq .severity (printf \"%9d\" 1)}}{{end}}", "is not for messages"},
		{"x\xffy", ":1:2: this is not UTF-8"},
		{"---\ntitel: x\n---\nhi", ":2:1:"},
		{"---\naudience: martians\n---\nhi", ":2:1:"},
		{"---\ntitle: x\nhi", "no end"},
		{"---\ntitle: x\ntitle: y\n---\nhi", ":3:1:"},
		{strings.Repeat("x", maxTemplate+1), "too large"},
	} {
		tm, err := ParseTemplate("f.txt", "own", c.text)
		if err == nil || tm != nil {
			t.Errorf("%.40q is accepted", c.text)
			continue
		}
		if msg := model.Message(err); model.CodeOf(err) != model.Invalid || !placed.MatchString(msg) || !strings.Contains(msg, c.want) || strings.Contains(msg, "\n") {
			t.Errorf("%.40q: %q, want %q", c.text, msg, c.want)
		}
	}
	if _, err := ParseTemplate("f.txt", "Own One", "x"); err == nil {
		t.Error("a bad name is accepted")
	}
}

func TestMerge(t *testing.T) {
	own, err := ParseTemplate("update.txt", "update", "{status}")
	if err != nil {
		t.Fatal(err)
	}
	more, err := ParseTemplate("sales.txt", "sales", "{status}")
	if err != nil {
		t.Fatal(err)
	}
	list := Merge([]*Template{own, more})
	if got, _ := Find(list, "Update"); got != own || len(list) != len(Default())+1 {
		t.Errorf("%v", list)
	}
	if _, err := Find(list, "lunch"); err == nil || !strings.Contains(err.Error(), "initial, update, no_change, resolution, customer_facing, sales") {
		t.Errorf("%v", err)
	}
}

func TestFacts(t *testing.T) {
	i := &model.Incident{
		ID: "INC-1", Title: "Checkout", Severity: 2, Status: model.Investigating, Services: []string{"checkout", "cart"}, Reports: 3,
		Roles:      []model.Assignment{{Role: model.Commander, Person: "ana"}},
		Milestones: map[model.Milestone]model.Mark{model.Declared: {At: noon}, model.ImpactStarted: {At: noon.Add(-25 * time.Hour)}},
		SizeUp:     model.SizeUp{Symptoms: "errors at checkout", Scope: "one in five customers"},
		Links:      []model.Place{{Name: "status", URL: "https://status.example.org"}, {Name: "channel", URL: "https://chat.example.org/inc"}},
		Hypotheses: []model.Hypothesis{{N: 1, Text: "a full disk", State: model.HypothesisOpen}},
	}
	f := Facts(i, model.ToInternal, noon.Add(30*time.Minute), noon.Add(time.Minute), nil)
	for name, want := range map[string]string{
		"severity": "SEV-2", "service": "checkout, cart", "impact": "one in five customers", "commander": "ana", "status": "investigating",
		"status_url": "https://status.example.org", "channel": "https://chat.example.org/inc", "next_update": "12:30 UTC", "timestamp": "12:01 UTC",
		"eta": NoEstimate, "started": "22 Nov 11:00 UTC", "reports": "3", "root_cause": "", "duration": "", "last_update": "", "progress": "",
	} {
		if f[name] != want {
			t.Errorf("%s is %q, want %q", name, f[name], want)
		}
	}
	for name := range f {
		if !known(name) {
			t.Errorf("%s is no field", name)
		}
	}
	initial, _ := Find(Default(), "initial")
	if m := initial.Missing(f); len(m) != 0 {
		t.Errorf("the first message needs typing: %v", m)
	}
	resolution, _ := Find(Default(), "resolution")
	if m := resolution.Missing(f); !slices.Equal(m, []string{"duration", "root_cause", "postmortem_date"}) {
		t.Errorf("%v", m)
	}
	d := triage.Default()
	if got := Stakeholders(d, initial, 2); !slices.Equal(got, []string{"engineering-managers", "on-call", "support-leads"}) {
		t.Errorf("%v", got)
	}
	customers, _ := Find(Default(), "customer_facing")
	if got := Stakeholders(d, customers, 2); !slices.Equal(got, []string{"customers"}) || Stakeholders(d, initial, 5) == nil {
		t.Errorf("%v", got)
	}
	for a, want := range map[model.Audience]string{model.ToCustomers: "customer_facing", model.ToInternal: "initial"} {
		if got := Suggest(Default(), i, a); got.Name != want {
			t.Errorf("%s: %s", a, got.Name)
		}
	}
}

func TestCheck(t *testing.T) {
	c := Context{Partial: true, People: []string{"bob", "al"}}
	for _, k := range []struct{ text, want string }{
		{"Some customers cannot pay. We are working on it.\nNext update in 20 minutes.", ""},
		{"Next update: 12:30 UTC\nUpdates: https://status.example.org/db-1.internal", ""},
		{"Estimated Resolution: not known yet", ""},
		{"We will send another update within 30 minutes", ""},
		{"It will be fixed within 2 hours.", "time"},
		{"Next update at 12:30. It will be fixed in 10 minutes.", "time"},
		{"Service will be restored by 14:00", "time"},
		{"Estimated Resolution: 14:00", "time"},
		{"We will be back shortly.", "time"},
		{"db-primary-01 is overloaded", "host"},
		{"10.0.3.7 does not answer", "host"},
		{"checkout.prod.svc.cluster.local fails", "host"},
		{"pod checkout-7d9f8b6c55-x2x9q restarts", "host"},
		{"This was human error", "blame"},
		{"An engineer forgot to renew a certificate", "blame"},
		{"@carl is on it", "blame"},
		{"Bob restarts the service", "blame"},
		{"bobsled and also", ""},
		{"There is an outage of checkout", "outage"},
		{"a partial outage of checkout", ""},
		{"It is probably the network", "guess"},
		{"We think it is DNS", "guess"},
		{"Status: {status}", "blank"},
		{"Status: TBD", "blank"},
		{"AKIAIOSFODNN7EXAMPLE", "secret"},
		{"ok\nkey AKIAIOSFODNN7EXAMPLE on db-1", "host secret"},
	} {
		var got []string
		for _, r := range Check(k.text, c) {
			if r.Why == "" || r.Line < 1 || r.Column < 1 || r.Text == "" {
				t.Errorf("%q: %+v", k.text, r)
			}
			got = append(got, r.Rule)
		}
		slices.Sort(got)
		if strings.Join(got, " ") != k.want {
			t.Errorf("%q: %q, want %q", k.text, got, k.want)
		}
	}
	if got := Check("There is an outage", Context{}); len(got) != 0 {
		t.Errorf("complete harm: %v", got)
	}
	if r := Check("ok\n  We think so", c); len(r) != 1 || r[0].Line != 2 || r[0].Column != 3 || r[0].Text != "We think" {
		t.Errorf("%+v", r)
	}
	i := &model.Incident{Triage: model.TriageState{Answers: []model.Answer{{Criterion: "user_impact", Level: "all_users"}}}}
	if ContextOf(i).Partial || !ContextOf(&model.Incident{}).Partial {
		t.Error("partial")
	}
	if got := Rules([]Remark{{Rule: "time"}, {Rule: "host"}, {Rule: "time"}}); fmt.Sprint(got) != "[time host]" {
		t.Errorf("%v", got)
	}
}

func FuzzTemplate(f *testing.F) {
	for _, t := range Default() {
		f.Add(t.Text)
	}
	f.Add("---\ntitle: x\n---\n{{if .eta}}{eta}{{else}}{{.status}}{{end}}")
	values := Fields{}
	for _, d := range FieldList {
		values[d.Name] = "v"
	}
	f.Fuzz(func(t *testing.T, text string) {
		tm, err := ParseTemplate("f", "own", text)
		if err != nil {
			if model.CodeOf(err) != model.Invalid {
				t.Fatal(err)
			}
			return
		}
		got, err := tm.Fill(values)
		if err != nil && !strings.Contains(err.Error(), "too long") || strings.Contains(got, "<no value>") && !strings.Contains(text, "<no value>") {
			t.Fatalf("%q: %q, %v", text, got, err)
		}
		Check(got, Context{Partial: true})
	})
}

// What was typed for one message need not be typed for the next.
func TestLearned(t *testing.T) {
	i := &model.Incident{}
	typed := Fields{"status_url": "https://status.example.com", "status_page_url": "https://status.example.com", "channel": "#inc-1", "issue_description": " failed payments "}
	got := Learned(i, typed)
	if len(got) != 2 || got[0] != (model.SetLink{Name: "status", URL: "https://status.example.com"}) {
		t.Fatalf("%+v", got)
	}
	if c, ok := got[1].(model.Size); !ok || *c.Symptoms != "failed payments" {
		t.Errorf("%+v", got[1])
	}
	i.SizeUp.Symptoms = "503 on POST"
	if got := Learned(i, Fields{"issue_description": "x"}); len(got) != 0 {
		t.Errorf("what was said is said anew: %+v", got)
	}
}
