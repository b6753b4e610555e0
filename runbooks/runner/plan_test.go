//go:build unix

package runner

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"warroom/model/play"
)

var update = flag.Bool("update", false, "write the golden files anew")

// What is shown before a rollback begins, of every strategy.
func TestGoldenPlan(t *testing.T) {
	for id := range ways {
		t.Run(id, func(t *testing.T) {
			x := newTrial(t, id)
			p, err := x.r.Plan(x.inc(), play.Ref{ID: id, Rollback: true}, x.given())
			if err != nil {
				t.Fatal(err)
			}
			golden(t, strings.ReplaceAll(text(p), x.dir, "DIR"))
			if c := x.scene.calls(); c != "" || len(x.asked) > 0 {
				t.Errorf("the plan ran something: %s%q", c, x.asked)
			}
		})
	}
}

const bound = `
apiVersion: warroom/v1
id: bound
title: Every place of a value
params:
  - {name: pod, from: [incident.service]}
  - {name: reason, type: text, default: "it's \"slow\" & $HOME"}
  - {name: token, type: secret, from: ["env:WR_TEST_TOKEN"]}
  - {name: missing}
steps:
  - id: look
    title: Look at <pod>
    actions:
      - {description: bare, command: "kubectl get pod <pod> -o wide", risk: read, expect: [{exit_code: 0}, {stdout: {contains: <pod>}}]}
      - {description: in quotes, command: "echo \"<pod> is <reason>\" '<pod>' $(echo <pod>)", risk: read}
      - {description: in a document, command: "cat <<END\n<reason>\nEND", risk: read}
      - {description: a secret, command: 'curl -s -H @- https://example.com', stdin: "Authorization: <token>", risk: read}
      - {description: not filled in, command: "kubectl get pod <missing>", risk: read, success_criteria: "<pod> is quiet"}
  - id: fix
    title: Fix
    when: params.pod != "payments"
    approval: {required: 2, type_to_confirm: <pod>, show: [pod, reason], prompt: "Restart <pod>?"}
    actions:
      - argv: [kubectl, rollout, restart, deployment/<pod>]
        risk: mutate
        timeout: 1m
        idempotent: true
        retry: {attempts: 3}
        preview: {argv: [kubectl, get, deployment, <pod>]}
        verify: [{name: rolled, argv: [kubectl, rollout, status, <pod>]}]
        on_failure: {rollback: k8s-undo}
        undo: {argv: [kubectl, rollout, undo, deployment/<pod>]}
`

// R7: what is shown is what will run, with every value as it is bound.
func TestR07GoldenScreen(t *testing.T) {
	t.Setenv("WR_TEST_TOKEN", theSecret)
	s := newScene(t, map[string]string{"bound.yaml": bound})
	for _, name := range []string{"kubectl", "curl"} {
		s.tool(name, "")
	}
	p, err := s.runner("bob").Plan(s.inc(), play.Ref{ID: "bound"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, text(p))
}

func golden(t *testing.T, got string) {
	t.Helper()
	path := filepath.Join("testdata", t.Name()+".golden")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%s is not what it was (%v):\n%s", path, err, got)
	}
}

// text is a plan as plain lines.
func text(p *play.Plan) string {
	var b strings.Builder
	line := func(indent int, format string, args ...any) {
		s := strings.TrimRight(fmt.Sprintf(format, args...), " \n")
		for l := range strings.SplitSeq(s, "\n") {
			b.WriteString(strings.TrimRight(strings.Repeat("  ", indent)+l, " ") + "\n")
		}
	}
	line(0, "%s: %s", p.ID, p.Title)
	if p.Lock != "" {
		line(0, "target %s", p.Lock)
	}
	for _, n := range p.Notes {
		line(0, "note: %s", n)
	}
	for _, n := range p.Losses() {
		line(0, "note: %s", n)
	}
	for _, v := range p.Values {
		switch {
		case v.Secret:
			line(1, "%s = (secret, from %s)", v.Name, v.From)
		default:
			line(1, "%s = %s (%s) %s", v.Name, v.Value, v.From, v.Problem)
		}
	}
	for _, s := range p.Steps {
		line(0, "%d %s", s.Number, s.Title)
		if s.Off != "" {
			line(1, "does not apply: %s", s.Off)
		}
		if a := s.Approval; a != nil {
			line(1, "asks %d, typing %s, within %s: %s", a.Required, a.Type, a.Expires, strings.Join(a.Show, ", "))
			if a.Prompt != "" {
				line(1, "%s", a.Prompt)
			}
		}
		for _, a := range s.Actions {
			line(1, "- %s [%s %s]", a.Text, a.Kind, a.Risk)
			if a.Command != "" {
				line(3, "%s", a.Command)
			}
			for _, v := range a.Bound {
				line(4, "%s", v)
			}
			for _, w := range []struct{ k, v string }{{"blocked", a.Blocked}, {"done when", a.Criteria}, {"expects", strings.Join(a.Expect, "; ")},
				{"verify", strings.Join(a.Verify, ", ")}, {"preview", a.Preview}, {"undo", a.Undo}, {"if it fails", a.Then}} {
				if w.v != "" {
					line(2, "%s: %s", w.k, w.v)
				}
			}
		}
	}
	for _, u := range p.Undo {
		line(0, "undo: %s", u)
	}
	return b.String()
}
