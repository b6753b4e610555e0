package alert

import (
	"fmt"
	"strings"
	"testing"

	"warroom/model"
)

// ruleFile puts one rule into a file; body is indented as a rule's fields are.
func ruleFile(body string) []byte {
	return []byte("groups:\n- name: g\n  rules:\n  - alert: A\n" + strings.ReplaceAll("    "+strings.TrimSpace(body), "\n", "\n    ") + "\n")
}

const wellTended = `
expr: sum by (job) (rate(http_errors_total[5m])) / sum by (job) (rate(http_requests_total[5m])) > 0.05
for: 5m
labels: {severity: critical}
annotations:
  summary: Customers see errors on {{ $labels.job }}
  description: "5xx is {{ $value | humanizePercentage }} of all requests, limit 5 %. Roll back the newest deploy first."
  runbook_url: https://runbooks.example.com/5xx
`

func TestLintTable(t *testing.T) {
	with := func(old, new string) string {
		if !strings.Contains(wellTended, old) {
			t.Fatalf("%q is not in the rule", old)
		}
		return strings.Replace(wellTended, old, new, 1)
	}
	expr := "sum by (job) (rate(http_errors_total[5m])) / sum by (job) (rate(http_requests_total[5m])) > 0.05"
	for _, c := range []struct {
		name, body string
		want       string // rules of the findings, with blanks
	}{
		{"well tended", wellTended, ""},
		{"no comparison", with(" > 0.05", ""), "comparison"},
		{"bool leaves all in", with("> 0.05", "> bool 0.05"), "comparison"},
		{"comparison only in a selector", with(expr, `up{job!="x"}`), "comparison"},
		{"comparison only in a text", with(expr, `label_replace(up, "a", "x > y", "b", "")`), "comparison"},
		{"unless chooses", with(expr, `up unless on (job) deploying`), ""},
		{"a counter itself", with(expr, `http_errors_total > 100`), "counter"},
		{"a counter within count", with(expr, `count without (mode) (jobs_total) > 100`), ""},
		{"absent for a moment", with(expr, `absent(up{job="web"})`) /* for 5m */, "template?"},
		{"the value as label", with("{severity: critical}", `{severity: critical, at: "{{ $value }}"}`), "identity"},
		{"no severity", with("{severity: critical}", "{team: x}"), "severity"},
		{"a word nobody knows", with("critical", "horrible"), "severity"},
		{"no summary", with("summary:", "title:"), "summary"},
		{"no description", with("description:", "note:"), "description threshold"},
		{"no runbook", with("runbook_url:", "link:"), "runbook"},
		{"a runbook that cannot be opened", with("https://runbooks.example.com/5xx", "wiki/5xx"), "runbook"},
		{"a label the expression drops", with("$labels.job", "$labels.pod"), "template"},
		{"group_left brings it", strings.Replace(with("$labels.job", "$labels.pod"), "> 0.05", "* on (job) group_left (pod) max by (job, pod) (info) > 0.05", 1), ""},
		{"a slip in a template", with("$labels.job", "$label.job"), "template"},
		{"a template that never ends", with("{{ $labels.job }}", "{{ $labels.job"), "template"},
		{"nobody is named", with(expr, "sum(rate(http_errors_total[5m])) > 5"), "service template"},
		{"no waiting, one sample", strings.Replace(with(expr, `up{job="web"} == 0`), "for: 5m\n", "", 1), "for"},
		{"no waiting, but five minutes are looked at", strings.Replace(wellTended, "for: 5m\n", "", 1), ""},
		{"no waiting for a date", strings.Replace(with(expr, `cert_expires - time() < 86400`), "for: 5m\n", "", 1), ""},
		{"a length that is none", with("for: 5m", "for: soon"), "for"},
		{"a cause wakes people", with(expr, "avg by (job) (node_load1) > 5"), "cause"},
		{"brackets", with("sum by (job) (rate", "sum by (job) ((rate"), "expression"},
		{"quotation", with(expr, `up{job="web} == 0`), "expression"},
		{"no numbers in the text", with(`"5xx is {{ $value | humanizePercentage }} of all requests, limit 5 %. Roll back the newest deploy first."`, "Too many errors for customers, roll back the newest deploy."), "threshold"},
		{"a heartbeat", strings.Replace(with(expr, "vector(1)"), "critical", "none", 1), "template?"},
		{"a heartbeat that wakes", with(expr, "vector(1)"), "service comparison"},
		{"a number as label", with("{severity: critical}", "{severity: critical, tier: 1}"), "syntax"},
	} {
		found, forecast, err := Lint("r.yaml", ruleFile(c.body))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var got []string
		for _, f := range found {
			got = Join(got, f.Rule)
			if f.Line < 4 || f.File != "r.yaml" || f.Alert != "A" || f.Message == "" {
				t.Errorf("%s: %+v", c.name, f)
			}
		}
		want := c.want
		if want == "template?" { // whatever is said of the texts, nothing of the expression
			for _, r := range got {
				if r != "template" {
					t.Errorf("%s: %v", c.name, found)
				}
			}
			want = strings.Join(got, " ")
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %q", c.name, found, want)
		}
		if len(forecast) != 1 {
			t.Errorf("%s: %d forecasts", c.name, len(forecast))
		}
	}
}

func TestLintForecast(t *testing.T) {
	_, good, err := Lint("r.yaml", ruleFile(wellTended))
	if err != nil || good[0].Grade != "B" || good[0].Score != 80 || good[0].Severity != 1 {
		t.Errorf("%+v %v", good, err)
	}
	_, poor, err := Lint("r.yaml", ruleFile("expr: sum(x) > 5"))
	if err != nil || poor[0].Grade != "F" || poor[0].Score != 15 {
		t.Errorf("%+v %v", poor, err)
	}
}

func TestLintFiles(t *testing.T) {
	crd := "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: x}\nspec:\n" + "  " + strings.ReplaceAll(string(ruleFile(wellTended)), "\n", "\n  ")
	if f, fc, err := Lint("crd.yaml", []byte(crd)); err != nil || len(f) != 0 || len(fc) != 1 {
		t.Errorf("a PrometheusRule: %v %v %v", f, fc, err)
	}
	twice := string(ruleFile(wellTended)) + strings.TrimPrefix(string(ruleFile(wellTended)), "groups:\n- name: g\n  rules:\n")
	f, _, err := Lint("twice.yaml", []byte(twice))
	if err != nil || len(f) != 1 || f[0].Rule != "duplicate" || !strings.Contains(f[0].Message, "line 4") {
		t.Errorf("the same rule twice: %v %v", f, err)
	}
	for _, c := range []struct{ data, want string }{
		{"", "no Prometheus rule file"}, {"[]", "no Prometheus rule file"}, {"groups: 5", "no list of groups"}, {"a: [", "r.yaml:1:"},
		{"groups: []\n---\ngroups: []", "second document"}, {"\xff", "UTF-8"},
	} {
		if _, _, err := Lint("r.yaml", []byte(c.data)); err == nil || model.CodeOf(err) != model.Invalid || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.data, err, c.want)
		}
	}
	for _, c := range []struct{ data, want string }{
		{"groups: [5]", "a group is a map"}, {"groups: [{rules: [{alert: A, expr: up == 0}]}]", "has no name"},
		{"groups: [{name: g, rules: [5]}]", "a rule is a map"}, {"groups: [{name: g, rules: [{expr: up}]}]", "neither alert nor record"},
		{"groups: [{name: g}, {name: g}]", "a second group"}, {"groups: [{name: g, rules: [{alert: a, record: b}]}]", "both record and alert"},
	} {
		f, _, err := Lint("r.yaml", []byte(c.data))
		if err != nil || !strings.Contains(fmt.Sprint(f), c.want) {
			t.Errorf("%q: %v %v, want %q", c.data, f, err, c.want)
		}
	}
}

func FuzzLint(f *testing.F) {
	f.Add(ruleFile(wellTended))
	f.Add([]byte("groups: [{name: g, rules: [{alert: a, expr: 'sum by (x) (rate(y{a=\"b\"}[5m])) > 1e3', for: 1h30m}]}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		found, _, err := Lint("f", data)
		if err != nil && model.CodeOf(err) != model.Invalid {
			t.Fatal(err)
		}
		for _, x := range found {
			if x.Message == "" || x.Line < 1 || x.Column < 1 {
				t.Fatalf("%+v", x)
			}
		}
	})
}
