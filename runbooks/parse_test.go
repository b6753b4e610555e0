package runbooks

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"warroom/model"
)

func TestSeedLoadsUnchanged(t *testing.T) {
	data, err := os.ReadFile("testdata/seed.yaml")
	if err != nil {
		t.Fatal(err)
	}
	b, err := Parse("seed.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	if b.ID != "rb-001" || b.Title != "High CPU Usage Response" || len(b.Steps) != 5 || len(b.Prerequisites) != 3 {
		t.Errorf("%s %s: %d steps, %d prerequisites", b.ID, b.Title, len(b.Steps), len(b.Prerequisites))
	}
	tr := b.Triggers[0]
	if tr.Metric != "cpu_usage" || tr.Threshold != "> 80%" || time.Duration(tr.Duration) != 5*time.Minute {
		t.Errorf("trigger %+v", tr)
	}
	if c, err := ParseComparison(tr.Threshold); err != nil || !c.Holds(81) || c.Holds(80) || c.Unit != "%" {
		t.Errorf("threshold %+v, %v", c, err)
	}
	var names []string
	for _, p := range b.Params {
		if !p.Implied {
			t.Errorf("%s counts as declared", p.Name)
		}
		names = append(names, p.Name)
	}
	if !slices.Equal(names, []string{"deployment-name", "new-count", "app-name"}) {
		t.Errorf("values %v", names)
	}
	if time.Duration(b.Escalation[1].After) != time.Hour || b.Escalation[1].Contact != "engineering-manager" {
		t.Errorf("escalation %+v", b.Escalation)
	}
	if s := b.Steps[4]; s.ID != "step-5" || s.Actions[1].SuccessCriteria != "Error rate < 0.1%" || s.Actions[1].Runs() {
		t.Errorf("step 5 %+v", s)
	}
	if a := b.Steps[2].Actions[1]; a.Text() != "kubectl patch configmap rate-limit-config \\\n  -p '{\"data\":{\"enabled\":\"true\",\"rate\":\"1000\"}}'\n" || a.Risk.Or() != RiskUnknown {
		t.Errorf("action %+v", a)
	}
	if len(b.Hash) != 64 {
		t.Errorf("hash %q", b.Hash)
	}
}

// R8: what people get wrong in YAML is said with its place.
func TestR08Strict(t *testing.T) {
	const head = "title: x\nsteps:\n  - title: y\n"
	for name, c := range map[string]struct{ in, want string }{
		"misspelt field":       {head + "    actions:\n      - {command: ls, timout: 3m}\n", "b.yaml:5:23: there is no field \"timout\" here"},
		"key twice":            {"title: x\ntitle: y\nsteps: [{title: y}]\n", "b.yaml:2:1: "},
		"wrong type":           {"title: x\nsteps: many\n", "b.yaml:2:8: "},
		"second document":      {"title: x\nsteps: [{title: y}]\n---\ntitle: z\n", ": a second document begins here"},
		"colon in a command":   {head + "    actions:\n      - command: echo a: b\n", "b.yaml:5:"},
		"star":                 {head + "    actions:\n      - command: *x\n", "b.yaml:5:"},
		"percent":              {head + "    actions:\n      - command: %h\n", ""},
		"approved by the file": {head + "    approval: {approved: true}\n", "b.yaml:4:16: there is no field \"approved\" here"},
		"empty":                {"", "b.yaml:1:1: the file is empty"},
		"no title":             {"id: ab\nsteps: [{title: y}]\n", "b.yaml:1:1: the runbook has no title"},
		"no steps":             {"title: x\n", "b.yaml:1:1: the runbook has no steps"},
		"id twice":             {"title: x\nsteps:\n  - {id: aa, title: y}\n  - {id: aa, title: z}\n", `b.yaml:4:6: step 2 has the id "aa" that step 1 has`},
		"number is an id":      {"title: x\nsteps:\n  - {title: y}\n  - {step: 1, title: z}\n", `step 2 has the id "step-1" that step 1 has`},
		"length of time":       {"title: x\nsteps:\n  - title: y\n    approval: {expires: soon}\n", "b.yaml:4:16: expires is no length of time"},
		"two things at once":   {head + "    actions:\n      - {command: ls, argv: [ls]}\n", "b.yaml:5:10: an action has more than one of"},
		"nothing at all":       {head + "    actions:\n      - {risk: read}\n", "b.yaml:5:10: the action says and does nothing"},
		"unknown phase":        {head + "    phase: later\n", "b.yaml:4:5: phase is \"later\": give one of"},
		"unknown risk":         {head + "    actions: [{command: ls, risk: none}]\n", "risk is \"none\""},
		"version is no text":   {"id: 1.10\ntitle: x\nsteps: [{title: y}]\n", `"1.1`},
		"alias bomb":           {bomb(), "b.yaml:"},
		"a tag":                {"title: !!python/object x\nsteps: [{title: y}]\n", "b.yaml:1:8: "},
		"retry, not twice":     {head + "    actions: [{command: ls, retry: {attempts: 3}}]\n", "only what may be done twice is repeated by itself"},
		"retry of nothing":     {head + "    actions: [{description: d, retry: {attempts: 3}}]\n", "there is nothing to repeat"},
		"sent again":           {head + "    actions: [{http: {method: POST, url: 'https://x/y', retry: {attempts: 3}}}]\n", "does not say whether it was carried out"},
		"goto back":            {"title: x\nsteps:\n  - {id: aa, title: y}\n  - {id: bb, title: z, actions: [{command: ls, on_failure: {goto: aa}}]}\n", "going back to step 1 on failure may never end"},
		"escalate to nobody":   {head + "    actions: [{command: ls, on_failure: escalate}]\n", "names nobody to escalate to"},
		"two ways to go on":    {head + "    actions: [{command: ls, on_failure: {then: stop, rollback: k8s-undo}}]\n", "on_failure says more than one thing"},
		"options in a runbook": {"title: x\nparams: [{name: a, options: {from: g, regex: x}}]\nsteps: [{title: y}]\n", "a list to pick from is made by a guard"},
		"output limit":         {"title: x\ndefaults: {output_limit: 64MiB}\nsteps: [{title: y}]\n", "give 4KiB to 16MiB"},
		"goto nowhere":         {head + "    actions: [{command: ls, on_failure: {goto: zz}}]\n", `there is no step "zz" to go to`},
		"program is a value":   {head + "    actions: [{argv: [<tool>, x]}]\n", "argv begins with"},
		"program is an option": {head + "    actions: [{argv: [-x]}]\n", "argv begins with"},
		"pattern":              {"title: x\nparams: [{name: a, pattern: '('}]\nsteps: [{title: y}]\n", "this pattern cannot be read"},
		"same to a shell":      {"title: x\nparams: [{name: a-b}, {name: A-b}]\nsteps: [{title: y}]\n", "the same to a shell"},
		"secret with default":  {"title: x\nparams: [{name: a, type: secret, default: hunter2hunter2}]\nsteps: [{title: y}]\n", "a secret may not stand in the file"},
		"bad default":          {"title: x\nparams: [{name: a, default: --all}]\nsteps: [{title: y}]\n", "b.yaml:2:"},
		"origin":               {"title: x\nparams: [{name: a, from: [moon]}]\nsteps: [{title: y}]\n", "is no origin of a value"},
		"command for a value":  {"title: x\nparams: [{name: a, from: ['cmd:pass show a']}]\nsteps: [{title: y}]\n", "only a secret may come from a command"},
		"condition":            {head + "    when: rm -rf /\n", "is no condition"},
		"plain http":           {head + "    actions: [{http: {url: 'http://x/y'}}]\n", "not encrypted"},
		"escalation":           {"title: x\nsteps: [{title: y}]\nescalation: [{contact: a}]\n", "does not say after what time"},
		"check without source": {"title: x\nsteps: [{title: y}]\nrecovery: {checks: [{name: a}]}\n", "the check has no source"},
		"more than taken":      {"title: x\nsteps: [{title: y}]\nrecovery: {checks: [{tcp: 'a:1', count: 2, consecutive: 3}]}\n", "cannot pass"},
		"newer format":         {"apiVersion: warroom/v9\ntitle: x\nsteps: [{title: y}]\n", "this version reads warroom/v1"},
		"of another kind":      {"kind: Pod\ntitle: x\nsteps: [{title: y}]\n", "Runbook is expected here"},
		"wrapped, unknown":     {"runbook:\n  title: x\n  colour: red\n  steps: [{title: y}]\n", `b.yaml:3:3: there is no field "colour" here`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("b.yaml", []byte(c.in))
			if c.want == "" {
				if err != nil {
					t.Errorf("refused: %v", err)
				}
				return
			}
			if err == nil || !strings.Contains(model.Message(err), c.want) || model.CodeOf(err) != model.Invalid {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// bomb is a short file that is long once its aliases are written out.
func bomb() string {
	s := "title: x\nsteps: [{title: y}]\ntags:\n  - &a0 [x, x, x, x, x, x, x, x]\n"
	for n := range 9 {
		s += fmt.Sprintf("  - &a%d [%s]\n", n+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", n), 8), ", "))
	}
	return s
}

func TestShortForms(t *testing.T) {
	b, err := Parse("b.yaml", []byte(`
title: x
severity: 1
services: shop
steps:
  - title: y
    actions:
      - command: ls
        on_failure: continue
        capture: {name: pods}
        expect: [{exit_code: 0, status: [200, 204]}]
      - command: echo <captured.pods> <ns>
        on_failure: {goto: end}
  - {id: end, title: z, skippable: false}
prerequisites: [A person, {title: A check, check: {tcp: "a:1"}}]
`))
	if err != nil {
		t.Fatal(err)
	}
	a := b.Steps[0].Actions
	if a[0].OnFailure.Then != ThenContinue || a[1].OnFailure.Then != ThenGoto || a[0].Capture[0].Name != "pods" || a[0].Expect[0].ExitCode[0] != 0 || len(a[0].Expect[0].Status) != 2 {
		t.Errorf("%+v", a)
	}
	if len(b.Severity) != 1 || !b.Fits(1) || b.Fits(2) || !b.Fits(0) || b.Prerequisites[1].Check.TCP != "a:1" {
		t.Errorf("%+v", b)
	}
	if len(b.Params) != 1 || b.Params[0].Name != "ns" {
		t.Errorf("a captured value is asked for: %+v", b.Params)
	}
	if b.Steps[0].MaySkip() != true || b.Steps[1].MaySkip() {
		t.Error("skippable")
	}
}

func TestFits(t *testing.T) {
	for word, want := range map[string][]model.Severity{"critical": {1, 2}, "warning": {3}, "info": {4, 5}, "SEV-2": {2}, "3": {3}} {
		b := &Book{Severity: Strings{word}}
		for s := model.SevWorst; s <= model.SevMildest; s++ {
			if b.Fits(s) != slices.Contains(want, s) {
				t.Errorf("%s fits %s: %v", word, s, b.Fits(s))
			}
		}
	}
}

func TestStrategyIsStrict(t *testing.T) {
	data, err := os.ReadFile("library/rollback/k8s-undo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := ParseStrategy("k.yaml", data)
	if err != nil || !IsStrategy(data) || s.ID != "k8s-undo" {
		t.Fatal(s, err)
	}
	for name, c := range map[string]struct{ old, new, want string }{
		"shell":      {"    argv: [kubectl, --context, <context>, -n, <namespace>, rollout, undo, deployment/<deployment>, --to-revision=<revision>]", "    command: kubectl rollout undo", "a strategy runs no shell text"},
		"no lock":    {"lock: k8s/<context>/<namespace>/<deployment>", "lock: ''", "has no lock"},
		"no target":  {"type_to_confirm: <deployment>, ", "", "type_to_confirm"},
		"no undo":    {"undo:\n", "notes2:\n", "there is no field"},
		"reversible": {"level: mutate", "level: read", "give one of mutate, destructive"},
		"options":    {"options: {from: history,", "options: {from: nothing,", "there is no guard with the id \"nothing\""},
		"offer":      {"offer: [undo, escalate,", "offer: [undo, celebrate,", "offer is \"celebrate\""},
		"on_cancel":  {"on_cancel: finish", "on_cancel: later", "give one of stop, ask, finish"},
		"type":       {"type: kubernetes", "type: cloud", "type is \"cloud\""},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(string(data), c.old, c.new, 1)
			if text == string(data) {
				t.Fatal("the file does not hold what is replaced")
			}
			if _, err := ParseStrategy("k.yaml", []byte(text)); err == nil || !strings.Contains(model.Message(err), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestParseDuration(t *testing.T) {
	for in, want := range map[string]time.Duration{
		"5m": 5 * time.Minute, "5 minutes": 5 * time.Minute, "1 hour": time.Hour, "1h30m": 90 * time.Minute, "1h 30 min": 90 * time.Minute, "90": 90 * time.Second,
		"500ms": 500 * time.Millisecond, "2 days": 48 * time.Hour, "1.5h": 90 * time.Minute, "30 Minutes": 30 * time.Minute, "0s": 0,
	} {
		if d, ok := ParseDuration(in); !ok || time.Duration(d) != want {
			t.Errorf("%q: %v %v", in, d, ok)
		}
	}
	for _, in := range []string{"", "soon", "-5m", "5 10m", "5x", "m", "99999999999h", "1h-", "five minutes"} {
		if d, ok := ParseDuration(in); ok {
			t.Errorf("%q is read as %v", in, d)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		d := Duration(rapid.Int64Range(0, int64(300*24*time.Hour)/1e6).Draw(t, "ms") * 1e6)
		if back, ok := ParseDuration(d.String()); !ok || back != d {
			t.Errorf("%v is written as %q and read as %v", time.Duration(d), d.String(), back)
		}
	})
}

func TestPlaceholders(t *testing.T) {
	for in, want := range map[string][]string{
		"kubectl -n <ns> get <pod-name> <ns>": {"ns", "pod-name"}, "<captured.a> <incident.id> <run.id>": {"captured.a", "incident.id", "run.id"},
		"a <br> b </br> <details>": nil, "cat <file.txt >out": nil, "cat <in >out": nil, "<(ls)": nil, "<a b>": nil, "1 < 2 > 1": nil, "<>": nil, "<-x>": nil, "<a--b>": nil,
	} {
		if got := Placeholders(in); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestParamCheck(t *testing.T) {
	one, ten := int64(1), int64(10)
	for _, c := range []struct {
		p    Param
		good []string
		bad  []string
	}{
		{Param{Name: "s"}, []string{"web-1", "a/b:c@1.2", "x=1,y"}, []string{"", "-n", "--all", "a b", "a;b", "a\nb", "$(x)", "\u202ea", "a\x00", "`x`", strings.Repeat("a", 300)}},
		{Param{Name: "i", Type: TypeInt, Min: &one, Max: &ten}, []string{"1", "10"}, []string{"0", "11", "01", "1.0", "x", "--1", "9999999999999999999999"}},
		{Param{Name: "b", Type: TypeBool}, []string{"true", "false"}, []string{"yes", "1"}},
		{Param{Name: "e", Type: TypeEnum, Values: Strings{"a", "b.c"}}, []string{"a", "b.c"}, []string{"bxc", "ab", ""}},
		{Param{Name: "k", Type: TypeK8sName}, []string{"web", "a-b.c"}, []string{"Web", "-a", "a_b", "a/b"}},
		{Param{Name: "h", Type: TypeHostname}, []string{"a.example.com", "10.0.0.1", "::1", "_dmarc.example.com"}, []string{"a b", "-x", "a;b", "a/b"}},
		{Param{Name: "u", Type: TypeURL}, []string{"https://a/b?c=d&e=f"}, []string{"ftp://a", "javascript:x", "https://", "https://a b", "https://a\"b"}},
		{Param{Name: "p", Type: TypePath}, []string{"/var/lib/a b", "./x", "~/y"}, []string{"../x", "/a/../b", "-x", "/a;b", "/a\"b"}},
		{Param{Name: "d", Type: TypeDuration}, []string{"5m", "90s"}, []string{"soon", "-5m"}},
		{Param{Name: "r", Pattern: "^v[0-9]+$"}, []string{"v1"}, []string{"1", "v1;ls"}},
		{Param{Name: "part", Pattern: "v[0-9]+|w"}, []string{"v1", "w"}, []string{"xv1", "v1;ls", "v1w", "wx", "-w"}}, // the whole value, also where the pattern is not anchored
		{Param{Name: "any", Pattern: ".*"}, []string{"a b;c"}, []string{"a\u202eb", "a\u200bb", "\ufeffa", "a\u2028b", "a\rb", "a\x1b[m", "a\xff"}},
		{Param{Name: "x", Type: TypeText}, []string{"it's \"slow\" & $HOME"}, []string{"", "-x", "--all", "a\nb", "a\u202eb", "a\u2066b", "a\u00adb", "a\x00b", "a\u0085b"}},
		{Param{Name: "t", Type: TypeSecret}, []string{"any thing $(x) `y`"}, []string{"", "a\x00b"}},
	} {
		for _, v := range c.good {
			if err := c.p.Check(v); err != nil {
				t.Errorf("%s refuses %q: %v", c.p.Name, v, err)
			}
		}
		for _, v := range c.bad {
			err := c.p.Check(v)
			if err == nil || model.CodeOf(err) != model.Invalid {
				t.Errorf("%s accepts %q", c.p.Name, v)
			} else if c.p.Secret() && len(v) > 1 && strings.Contains(err.Error(), v) {
				t.Errorf("a secret stands in the message: %v", err)
			}
		}
	}
}

func TestCondition(t *testing.T) {
	value := func(family, name string) string {
		return map[string]string{"params.ns": "shop", "captured.n": "3", "steps.a": "failed"}[family+"."+name]
	}
	for in, want := range map[string]bool{
		`params.ns != ""`: true, `params.ns == "shop" && captured.n >= 3`: true, `captured.n < 3`: false, `params.x == ""`: true, `params.x < 3`: false, `params.x > 3`: false,
		`params.ns matches "^sh"`: true, `steps.a == 'failed'`: true, `captured.n == 3`: true, `params.ns > 1`: false,
	} {
		c, err := ParseCondition(in)
		if err != nil || c.Holds(value) != want {
			t.Errorf("%s: %v, %v", in, c, err)
		}
	}
	for _, in := range []string{"", "true", "params.ns", "params.ns = 1", "os.system('x')", `params.ns == "a" || 1`, `params.n < x`, `params.n matches "("`, `params.ns == "a" &&`} {
		if _, err := ParseCondition(in); model.CodeOf(err) != model.Invalid {
			t.Errorf("%q is read", in)
		}
	}
}

func TestComparison(t *testing.T) {
	for in, want := range map[string]Comparison{"> 80%": {">", 80, "%"}, "0.05": {">", 0.05, ""}, "<0.01": {"<", 0.01, ""}, "≤ 3": {"<=", 3, ""}, "= 0": {"==", 0, ""}, "> 1000ms": {">", 1000, "ms"}, "!= -1e3": {"!=", -1000, ""}} {
		if got, err := ParseComparison(in); err != nil || got != want {
			t.Errorf("%q: %+v, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "high", "> ", "> NaN", "1 2", "> 1e999"} {
		if _, err := ParseComparison(in); err == nil {
			t.Errorf("%q is read", in)
		}
	}
	for _, op := range []string{"<", "<=", ">", ">=", "==", "!="} {
		if (Comparison{Op: op}).Holds(math.NaN()) {
			t.Errorf("NaN %s 0", op)
		}
	}
}

func TestJSONPath(t *testing.T) {
	doc := map[string]any{"items": []any{map[string]any{"a.b/c": "x", "n": 1.0}}, "ok": true}
	for in, want := range map[string]any{"$.ok": true, "$.items[0].n": 1.0, `$.items[0]["a.b/c"]`: "x"} {
		p, err := ParseJSONPath(in)
		if err != nil {
			t.Error(err)
			continue
		}
		if got, ok := p.In(doc); !ok || got != want {
			t.Errorf("%s: %v %v", in, got, ok)
		}
	}
	for _, in := range []string{"$.no", "$.items[1]", "$.items.a", "$.ok[0]"} {
		if p, err := ParseJSONPath(in); err != nil {
			t.Error(err)
		} else if v, ok := p.In(doc); ok {
			t.Errorf("%s leads to %v", in, v)
		}
	}
	for _, in := range []string{"", "a", "$a", "$.", "$[", "$[-1]", "$..a", "$.*", `$["a`} {
		if _, err := ParseJSONPath(in); err == nil {
			t.Errorf("%q is read", in)
		}
	}
}

func TestSlug(t *testing.T) {
	for in, want := range map[string]string{"KubePodCrashLooping": "kube-pod-crash-looping", "etcdHTTPErrors": "etcd-http-errors", "fix_the  disk!": "fix-the-disk", "": "book", "ü": "book", "a": "book-a", strings.Repeat("ab ", 50): ""} {
		got := Slug(in)
		if !IsID(got) || want != "" && got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		if s := Slug(rapid.String().Draw(t, "name")); !IsID(s) {
			t.Errorf("%q is no id", s)
		}
	})
}

// A runbook that is written reads back as the same runbook.
func TestEncode(t *testing.T) {
	files, err := filepath.Glob("library/builtin/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Parse(f, data)
		if err != nil {
			t.Fatal(err)
		}
		out, err := b.Encode("a note\nof two lines \x1b[31m")
		if err != nil {
			t.Errorf("%s: %v", f, err)
			continue
		}
		if !strings.HasPrefix(string(out), "# a note\n# of two lines ^[[31m\napiVersion: warroom/v1\n") {
			t.Errorf("%s begins with %.60q", f, out)
		}
	}
	hard := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{" a\n b ", "\ta", "a: b", "- x", "# no", "|", "a\n\n\n", "'", "\"", "yes", "1.10", "~", "é\u2028x", "a\r\nb", "%x", "*x", "{{x}}"}))
	rapid.Check(t, func(t *rapid.T) {
		b := &Book{ID: "ab", Title: "x" + hard.Draw(t, "title"), Description: hard.Draw(t, "description"), Steps: []Step{{ID: "one", Title: "y", Actions: []Action{{Description: "z", Exec: Exec{Command: hard.Draw(t, "command")}, Example: hard.Draw(t, "example")}}}}}
		out, err := b.Encode("")
		if err != nil {
			return // it says so
		}
		back, _, err := Read("x", out)
		if err != nil || back.Title != b.Title || back.Description != b.Description || back.Steps[0].Actions[0].Command != b.Steps[0].Actions[0].Command {
			t.Errorf("%v\n%s", err, out)
		}
	})
}

// Whatever the bytes, Parse ends with a sentence or with a complete runbook.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/*.yaml", "library/builtin/disk-full.yaml", "library/rollback/dns-nsupdate.yaml"} {
		files, _ := filepath.Glob(pattern)
		for _, p := range files {
			data, _ := os.ReadFile(p)
			f.Add(data)
		}
	}
	f.Add([]byte("runbook: {title: x, steps: [{title: y, actions: [{command: a}]}]}"))
	f.Add([]byte("title: x\nsteps: [{title: y, when: 'params.a == 1'}]\nparams: [{name: a, min: 1, pattern: '('}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := Parse("f.yaml", data)
		if err == nil {
			for _, s := range b.Steps {
				if s.ID == "" || s.Title == "" || s.Number == 0 {
					t.Errorf("incomplete step %+v", s)
				}
			}
		} else if m := model.Message(err); !strings.HasPrefix(m, "f.yaml:") || strings.Contains(m, "\n") {
			t.Errorf("not one sentence with a place: %q", m)
		}
		if _, err := ParseStrategy("f.yaml", data); err != nil && strings.Contains(model.Message(err), "\n") {
			t.Errorf("%q", model.Message(err))
		}
	})
}
