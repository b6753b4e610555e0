package lint

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"warroom/runbooks"
)

var day = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)

// clean is a runbook without a problem; each case of TestRules breaks one thing.
const clean = `id: clean
title: Clean
owner: team
tags: [x]
reviewed: 2026-11-01
review_every: 90d
params:
  - {name: ns, type: k8s_name}
  - {name: token, type: secret}
defaults: {timeout: 1m}
rollback: [k8s-undo]
steps:
  - id: look
    title: Look
    actions:
      - description: Pods
        risk: read
        command: |
          kubectl --context a -n <ns> get pods
        capture: {name: pods}
  - id: act
    title: Act
    approval: {type_to_confirm: x}
    actions:
      - description: Scale
        risk: mutate
        argv: [kubectl, --context, a, -n, <ns>, scale, deployment/<captured.pods>, --replicas=1]
        secrets: [token]
        success_criteria: It runs
`

func TestCleanIsClean(t *testing.T) {
	known := func(id string) bool { return id == "k8s-undo" }
	for _, p := range File("clean.yaml", []byte(clean), Options{Now: day, Strategy: known}) {
		t.Error(p)
	}
}

func TestRules(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"id: clean\n", "", "1:1 warning no-id"},
		{"owner: team\n", "", "1:1 warning no-owner"},
		{"tags: [x]\n", "", "1:1 warning no-trigger"},
		{"reviewed: 2026-11-01", "reviewed: 2026-01-01", "5:1 warning review-overdue"},
		{"reviewed: 2026-11-01", "reviewed: last week", "5:1 error reviewed"},
		{"  - {name: ns, type: k8s_name}\n", "", "17:9 warning implied-param"},
		{"{name: ns,", "{name: other}\n  - {name: ns,", "8:6 warning unused-param"},
		{"type: k8s_name", "pattern: '[a-z]+'", "8:16 warning open-pattern"},
		{"risk: read", "risk: unknown", "16:9 warning no-risk"},
		{"get pods", "delete pods", "17:9 error risk-read"},
		{"        risk: read\n", "", "16:9 warning no-risk"},
		{"-n <ns> get pods", "-n '<ns> get pods", "19:34 error unparsable"},
		{"kubectl --context a -n <ns> get pods", "sh -c 'echo <nope>'", "19:23 error unsafe-place"},
		{"get pods", "get pods <nope>", "18:9 warning implied-param"},
		{"kubectl --context a -n", "kubectl -n", "18:9 warning kubectl-context"},
		{"defaults: {timeout: 1m}\n", "", "24:9 error mutate-timeout"},
		{"        success_criteria: It runs\n", "", "25:9 warning no-criteria"},
		{"rollback: [k8s-undo]\n", "", "24:9 warning no-undo"},
		{"rollback: [k8s-undo]", "rollback: [nowhere]", "11:12 error rollback"},
		{"risk: mutate", "risk: destructive", ""},
		{"    approval: {type_to_confirm: x}\n    actions:\n      - description: Scale\n        risk: mutate", "    actions:\n      - description: Scale\n        risk: destructive", "24:9 error approval"},
		{"deployment/<captured.pods>", "<captured.other>", "25:9 error no-capture"},
		{"scale, deployment/<captured.pods>", "scale, deployment/<token>", "27:9 error secret-argument"},
		{"argv: [kubectl, --context, a, -n, <ns>, scale, deployment/<captured.pods>, --replicas=1]", "argv: [bash, -c, 'ls <ns>']", "27:9 error shell-argv"},
		{"secrets: [token]", "secrets: [ns]", "28:9 error no-parameter"},
		{"It runs", "password=hunter2hunter2", "29:9 error secret-literal"},
		{"description: Scale", "description: AKIAABCDEFGHIJKLMNOP", "25:9 error secret-literal"},
		{"        command: |\n          kubectl --context a -n <ns> get pods", "        command: kubectl --context a -n <ns> get pods # all", "18:55 warning comment-lost"},
		{"        argv: [kubectl, --context", "        preview: {argv: [rm, -rf, x]}\n        argv: [kubectl, --context", "27:9 error preview-changes"},
		{"        secrets: [token]\n", "        secrets: [token]\n        on_failure: {goto: look}\n", "29:9 error goto-loop"},
		{"        success_criteria: It runs\n", "        success_criteria: It runs\n        link: javascript:alert(1)\n", "30:9 error link"},
		{"        success_criteria: It runs\n", "        success_criteria: It runs\n        link: 'https://a/<ns>'\n", ""},
		{"        success_criteria: It runs\n", "        success_criteria: It runs\n        link: wiki page\n", "30:9 warning link"},
		{"        success_criteria: It runs\n", "        success_criteria: It runs\n        note: look here\n", "30:9 warning import-note"},
		{"rollback: [k8s-undo]", "rollback: [k8s-undo]\nrecovery: {checks: [{promql: 'up{a=\"<ns>\"}', success: '> 0'}]}", ""},
		{"rollback: [k8s-undo]", "rollback: [k8s-undo]\nrecovery: {checks: [{promql: 'up{a=\"<free>\"}', success: '> 0'}]}\n# ", "promql"},
		{"title: Look\n", "title: Look\n    colour: red\n", "15:5 error syntax"},
	} {
		t.Run(strings.TrimSpace(c.want+" "+c.new), func(t *testing.T) {
			text := strings.Replace(clean, c.old, c.new, 1)
			if text == clean {
				t.Fatal("the clean runbook does not hold what is replaced")
			}
			if c.want == "promql" {
				text = strings.Replace(text, "params:\n", "params:\n  - {name: free, type: text}\n", 1)
				c.want = "13:22 error promql-value"
			}
			var got []string
			for _, p := range File("clean.yaml", []byte(text), Options{Now: day, Strategy: func(id string) bool { return id == "k8s-undo" }}) {
				if _, known := Rules[p.Rule]; !known && p.Rule != "reviewed" {
					t.Errorf("the rule %s is not among Rules", p.Rule)
				}
				got = append(got, fmt.Sprintf("%d:%d %s %s", p.Line, p.Column, p.Level, p.Rule))
			}
			if c.want == "" && len(got) > 0 || c.want != "" && !slices.Contains(got, c.want) {
				t.Errorf("got %q, want %q\n%s", got, c.want, text)
			}
		})
	}
}

// A strategy may look before it acts, and only look.
func TestStrategyRules(t *testing.T) {
	data, err := os.ReadFile("../library/rollback/k8s-undo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"auth, can-i, patch, deployment/<deployment>", "delete, deployment/<deployment>", "preview-changes"},
		{", --dry-run=server", "", "preview-changes"},
		{"    timeout: 60s\n    idempotent", "    idempotent", "mutate-timeout"},
		{"<captured.current_revision>], timeout", "<captured.nothing>], timeout", "no-capture"},
		{"diff: before", "diff: behind", "no-capture"},
		{"{strategy: helm-rollback}", "{strategy: nowhere}", "rollback"},
		{"owner: platform\n", "", "no-owner"},
	} {
		text := strings.Replace(string(data), c.old, c.new, 1)
		if text == string(data) {
			t.Fatalf("the file does not hold %q", c.old)
		}
		problems := File("s.yaml", []byte(text), Options{Strategy: func(id string) bool { return id == "helm-rollback" }})
		if !slices.ContainsFunc(problems, func(p runbooks.Problem) bool { return p.Rule == c.want && p.Line > 0 }) {
			t.Errorf("%q: %v, want %s", c.new, problems, c.want)
		}
	}
}

// The seed's runbook has no error: it can be followed as it is.
func TestSeedHasNoError(t *testing.T) {
	data, err := os.ReadFile("../testdata/seed.yaml")
	if err != nil {
		t.Fatal(err)
	}
	errs, warnings := Count(File("seed.yaml", data, Options{Now: day}))
	if errs != 0 || warnings == 0 {
		t.Errorf("%d errors, %d warnings", errs, warnings)
	}
}
