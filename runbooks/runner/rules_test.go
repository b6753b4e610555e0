//go:build unix

package runner

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"warroom/model"
	"warroom/model/play"
)

// R1: what a shell would take apart reaches the program as one argument.
func TestR01OneArgument(t *testing.T) {
	s := newScene(t, map[string]string{"x.yaml": "id: xx\ntitle: X\nparams: [{name: v, type: text}]\nsteps:\n  - {title: S, actions: [{argv: [tool, <v>, 'a/<v>'], risk: read}]}\n"})
	s.tool("tool", "")
	r := s.runner("bob")
	n := s.begin(r, play.Ref{ID: "xx"}, map[string]string{"v": "a; touch PWN"})
	s.run(r, n, "step-1", 0)
	if got := s.calls(); got != "[a; touch PWN][a/a; touch PWN]\n" {
		t.Error(got)
	}
	if _, err := os.Stat(filepath.Join(r.dir(s.id, n), "PWN")); err == nil {
		t.Error("a value was run")
	}
}

// R5: a value that is missing keeps everything from starting, wherever it stands.
func TestR05EveryPlace(t *testing.T) {
	for name, action := range map[string]string{
		"command":     "command: 'tool <v> --force'",
		"argv":        "argv: [tool, <v>]",
		"environment": "argv: [tool], env: {A: <v>}",
		"stdin":       "argv: [tool], stdin: <v>",
		"folder":      "argv: [tool], cwd: /tmp/<v>",
		"address":     "http: {url: 'https://127.0.0.1:1/<v>'}",
		"body":        "http: {method: POST, url: 'https://127.0.0.1:1/', body: {a: <v>}}",
		"terminal":    "argv: [tool, <v>], interactive: true",
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, nil)
			s.tool("tool", "")
			r := s.runner("bob")
			n := s.book(r, "  - {title: S, actions: [{"+action+", risk: read}]}\n")
			at, before := play.Point{Incident: s.id, Run: n, Step: "step-1"}, s.store.dump()
			p, err := r.Current(s.inc(), n)
			if err != nil {
				t.Fatal(err)
			}
			if a := p.Steps[0].Actions[0]; a.Blocked != "not filled in: <v>" || a.Hash != "" {
				t.Errorf("%+v", a)
			}
			if _, err := r.Execute(context.Background(), at, "", true); err == nil || !strings.Contains(err.Error(), "not filled in: <v>") {
				t.Errorf("executed: %v", err)
			}
			if _, _, err := r.Terminal(context.Background(), at, "", true); err == nil || !strings.Contains(err.Error(), "not filled in: <v>") {
				t.Errorf("given the terminal: %v", err)
			}
			if s.calls() != "" || s.store.dump() != before {
				t.Error("something was started")
			}
			if left, _ := os.ReadDir(r.dir(s.id, n)); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// R11: nothing of warroom's own environment but what is allowed reaches a command,
// however it is run.
func TestR11OnlyWhatIsAllowed(t *testing.T) {
	t.Setenv("SECRET_X", "leaked")
	s := newScene(t, map[string]string{"x.yaml": `
id: xx
title: X
params: [{name: token, type: secret, from: ['cmd:printf %s "sesame-$SECRET_X"']}]
steps:
  - title: S
    actions:
      - {command: env, risk: read, env: {GIVEN: "1"}}
      - {argv: [env], risk: read, preview: {argv: [env]}}
      - {argv: [env], interactive: true, risk: read}
      - {command: 'printf %s "$WR_TOKEN" | tr a-z A-Z', secrets: [token], risk: read}
`})
	r := s.runner("bob")
	n := s.begin(r, play.Ref{ID: "xx"}, nil)
	at := play.Point{Incident: s.id, Run: n, Step: "step-1"}
	for k := range 2 {
		e := s.run(r, n, "step-1", k)
		if strings.Contains(e.Output, "SECRET_X") || !strings.Contains(e.Output, "PATH=") || k == 0 && !strings.Contains(e.Output, "GIVEN=1") {
			t.Errorf("%d: %s", k, e.Output)
		}
	}
	at.Action = 1
	o, err := r.Preview(context.Background(), at)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range o.Lines {
		if strings.Contains(l.Text, "SECRET_X") {
			t.Errorf("the preview has %s", l.Text)
		}
	}
	at.Action = 2
	cmd, finish, err := r.Terminal(context.Background(), at, "", false)
	if err != nil || strings.Contains(strings.Join(cmd.Env, "\n"), "SECRET_X") || len(cmd.Env) == 0 {
		t.Errorf("%v %v", cmd, err)
	}
	if err := finish(nil); err != nil {
		t.Fatal(err)
	}
	if e := s.run(r, n, "step-1", 3); e.Output != "SESAME-" { // the command of a secret has the same
		t.Errorf("%q", e.Output)
	}
}

// R15: a part of a pipe that is ended is no failure unless the author asks for
// that, and is explained then.
func TestR15PipesAreTheAuthors(t *testing.T) {
	s := newScene(t, nil)
	r := s.runner("bob")
	n := s.book(r, "  - {title: S, actions: [{command: 'false; echo $NONE; yes | head -1', risk: read}, {command: 'yes | head -1', shell: bash-strict, risk: read}]}\n")
	if e := s.run(r, n, "step-1", 0); e.State != model.ActionSucceeded || e.Output != "\ny" || e.Note != "" {
		t.Errorf("%+v", e)
	}
	e := s.run(r, n, "step-1", 1)
	if e.State != model.ActionFailed || *e.Exit != 141 || !strings.Contains(e.Note, "SIGPIPE") {
		t.Errorf("%+v", e)
	}
}

// R19, R21: what a command leaves running is ended and said, or named.
func TestR19WhatIsLeftIsSaid(t *testing.T) {
	s := newScene(t, nil)
	r := s.runner("bob")
	n := s.book(r, "  - {title: S, actions: [{command: 'sleep 300 & echo hi', risk: read}, {command: 'setsid sleep 301 >/dev/null 2>&1 & sleep 0.2; echo hi', risk: read}]}\n")
	if e := s.run(r, n, "step-1", 0); e.State != model.ActionSucceeded || *e.Exit != 0 || e.Output != "hi" || !strings.Contains(e.Note, "background process kept the output open") {
		t.Errorf("%+v", e)
	}
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("what leaves its session is found on Linux only")
	}
	e := s.run(r, n, "step-1", 1)
	if len(e.Escaped) != 1 || e.State != model.ActionSucceeded || !strings.Contains(e.Note, "left running: "+e.Escaped[0]) || !strings.Contains(s.store.dump(), `"escaped":["`+e.Escaped[0]) {
		t.Fatalf("%+v", e)
	}
	pid, _, _ := strings.Cut(e.Escaped[0], " ")
	if n, err := strconv.Atoi(pid); err == nil && n > 1 {
		_ = syscall.Kill(n, syscall.SIGKILL)
	}
}

// R33: the record says what ran, where, for how long and how it ended.
func TestR33InTheRecord(t *testing.T) {
	s := newScene(t, map[string]string{"simple.yaml": strings.ReplaceAll(simple, "kubectl get pod <pod>", "echo out <pod>; echo err >&2; sleep 0.02; kill -SEGV $$")})
	r := s.runner("bob")
	n := s.begin(r, play.Ref{ID: "simple"}, nil)
	e := s.run(r, n, "look", 0)
	if e.Signal != "SIGSEGV" || e.Exit != nil || e.Took < 20 || e.Bytes != 17 || e.File == "" || e.State != model.ActionFailed {
		t.Errorf("%+v", e)
	}
	d := s.store.dump()
	for _, want := range []string{`"attempt":1`, `"params":["pod"]`, `"risk":"read"`, `"command_hash":"`, `"dir":"` + r.dir(s.id, n) + `"`,
		`"signal":"SIGSEGV"`, `"took_ms":`, `"bytes":17`, `"file":"` + e.File + `"`, `"state":"failed"`} {
		if !strings.Contains(d, want) {
			t.Errorf("the record lacks %s:\n%s", want, d)
		}
	}
	run, _ := s.inc().Run(n)
	if a := run.Steps[0].Actions[0]; a.By != "bob" || a.Started.IsZero() || a.Ended.IsZero() {
		t.Errorf("%+v", a)
	}
}

// R10: a yes is to the values that were shown, also where no target is typed, and to
// the person who was to run it.
func TestR10YesIsToTheValues(t *testing.T) {
	for name, action := range map[string]string{"argv": "argv: [tool, <v>]", "command": "command: 'tool <v>'", "environment": "argv: [tool], env: {A: <v>}", "stdin": "argv: [tool], stdin: <v>"} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, map[string]string{"x.yaml": "id: xx\ntitle: X\nparams: [{name: v}]\nsteps:\n  - {title: S, approval: {required: 1}, actions: [{" + action + ", risk: mutate}]}\n"})
			s.tool("tool", "")
			r, ctx := s.runner("bob"), context.Background()
			n := s.begin(r, play.Ref{ID: "xx"}, map[string]string{"v": "one"})
			at := play.Point{Incident: s.id, Run: n, Step: "step-1"}
			yes := func(r *Runner) {
				p, err := r.Current(s.inc(), n)
				if err != nil {
					t.Fatal(err)
				}
				s.must("ana", model.ApproveStep{N: n, Step: "step-1", Hash: p.Steps[0].Approval.Hash})
			}
			refused := func(r *Runner, why string) {
				t.Helper()
				if _, err := r.Execute(ctx, at, "", false); err == nil || !strings.Contains(err.Error(), "needs the approval of 1, and 0") || s.calls() != "" {
					t.Fatalf("%s: %v %s", why, err, s.calls())
				}
			}
			yes(r)
			if err := r.Fill(ctx, s.id, n, map[string]string{"v": "two"}); err != nil {
				t.Fatal(err)
			}
			refused(r, "another value")
			yes(r)
			carol := s.runner("carol")
			if err := carol.Take(ctx, s.id, n); err != nil {
				t.Fatal(err)
			}
			refused(carol, "another person")
			yes(carol)
			s.store.now = s.store.now.Add(10 * time.Minute)
			refused(carol, "too late")
			yes(carol)
			if e := s.run(carol, n, "step-1", 0); e.State != model.ActionSucceeded {
				t.Errorf("%+v", e)
			}
		})
	}
}

// R12: the program is looked for where the command would look.
func TestR12TheStepsOwnPath(t *testing.T) {
	s := newScene(t, nil)
	own := t.TempDir()
	if err := os.WriteFile(filepath.Join(own, "wr-own"), []byte("#!/bin/sh\necho here\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	s.tool("tool", "")
	r := s.runner("bob")
	n := s.book(r, "  - {title: S, actions: [{argv: [wr-own], env: {PATH: "+own+"}, risk: read}, {argv: [tool], env: {PATH: "+own+"}, risk: read}, {argv: [wr-own], env: {PATH: '.'}, cwd: "+own+", risk: read}]}\n")
	if e := s.run(r, n, "step-1", 0); e.Output != "here" {
		t.Errorf("%+v", e)
	}
	for k := 1; k < 3; k++ {
		if _, err := r.Execute(context.Background(), play.Point{Incident: s.id, Run: n, Step: "step-1", Action: k}, "", false); err == nil || s.calls() != "" {
			t.Errorf("%d is run: %v", k, err)
		}
	}
}

// R18: a step is stopped the way its runbook says, and harder the second time.
func TestR18AsTheStepSays(t *testing.T) {
	s := newScene(t, nil)
	r := s.runner("bob")
	const loop = "echo ready; while :; do sleep 0.02; done"
	n := s.book(r, "  - {title: S, actions: [{command: \"trap 'echo by HUP; exit 1' HUP; "+loop+"\", stop: {signal: HUP}},"+
		" {command: \"trap 'echo INT' INT; "+loop+"\"}, {command: \"trap '' INT; "+loop+"\", stop: {grace: 20ms}}]}\n")
	for k, c := range []struct {
		stops        int
		says, signal string
	}{{1, "by HUP", ""}, {2, "INT", "SIGTERM"}, {1, "ready", "SIGTERM"}} {
		j, err := r.Execute(context.Background(), play.Point{Incident: s.id, Run: n, Step: "step-1", Action: k}, "", false)
		if err != nil {
			t.Fatal(err)
		}
		seen := func(word string) bool {
			for _, l := range j.Output().Lines {
				if l.Text == word {
					return true
				}
			}
			return false
		}
		for !seen("ready") {
			time.Sleep(5 * time.Millisecond)
		}
		for i := range c.stops {
			if j.Stop(); i == 0 && c.stops > 1 {
				for !seen("INT") {
					time.Sleep(5 * time.Millisecond)
				}
			}
		}
		select {
		case <-j.Done():
		case <-time.After(8 * time.Second):
			t.Fatalf("%d is not stopped", k)
		}
		if e, err := j.End(); err != nil || e.State != model.ActionCancelled || !strings.Contains(e.Output, c.says) || e.Signal != c.signal {
			t.Errorf("%d: %v %+v", k, err, e)
		}
	}
}

// R10: where a target has to be typed, a yes that something else took does not count.
func TestR10TheTargetIsAskedForWhereItRuns(t *testing.T) {
	s := newScene(t, nil)
	s.tool("tool", "")
	r := s.runner("bob")
	n := s.book(r, "  - {title: S, approval: {type_to_confirm: orders}, actions: [{argv: [tool], risk: mutate}]}\n")
	p, err := r.Current(s.inc(), n)
	if err != nil {
		t.Fatal(err)
	}
	s.must("ana", model.ApproveStep{N: n, Step: "step-1", Hash: p.Steps[0].Approval.Hash, Typed: "yes"})
	if _, err := r.Execute(context.Background(), play.Point{Incident: s.id, Run: n, Step: "step-1"}, "", false); err == nil || s.calls() != "" {
		t.Errorf("%v %s", err, s.calls())
	}
}

// R13: a folder that depends on where warroom was started is none.
func TestR13FolderIsNamedFromTheRoot(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("sub", 0o700); err != nil {
		t.Fatal(err)
	}
	s := newScene(t, nil)
	s.tool("tool", "")
	r := s.runner("bob")
	n := s.book(r, "  - {title: S, actions: [{argv: [tool], cwd: sub, risk: read}]}\n")
	if _, err := r.Execute(context.Background(), play.Point{Incident: s.id, Run: n, Step: "step-1"}, "", false); err == nil || s.calls() != "" || !strings.Contains(err.Error(), "not named from the root") {
		t.Errorf("%v %s", err, s.calls())
	}
}

// R14: neither what is captured, nor the error of what cannot be started, nor that of
// a secret that cannot be read holds a secret.
func TestR14OtherWays(t *testing.T) {
	t.Setenv("WR_TEST_TOKEN", "sesame-open")
	s := newScene(t, map[string]string{"x.yaml": `
id: xx
title: X
params: [{name: token, type: secret, from: ["env:WR_TEST_TOKEN"]}]
steps:
  - title: S
    actions:
      - command: |
          echo '{"a":"\u0073esame-open"}'
        risk: read
        capture: {name: a, json: $.a}
      - {argv: [env], cwd: /nowhere/<token>, risk: read}
`, "y.yaml": "id: yy\ntitle: Y\nparams: [{name: token, type: secret, from: ['cmd:echo sesame-two | tr a-z A-Z; exit 3']}]\nsteps: [{title: S, actions: [{argv: [env], secrets: [token], risk: read}]}]\n"})
	r := s.runner("bob")
	n := s.begin(r, play.Ref{ID: "xx"}, nil)
	if e := s.run(r, n, "step-1", 0); e.Captured["a"] != "****(token)" {
		t.Errorf("%+v", e)
	}
	if e := s.run(r, n, "step-1", 1); e.State != model.ActionFailed || !strings.Contains(e.Note, "****(token)") {
		t.Errorf("%+v", e)
	}
	if d := s.store.dump(); strings.Contains(d, "sesame-open") {
		t.Error(d)
	}
	n = s.begin(r, play.Ref{ID: "yy"}, nil)
	if _, err := r.Execute(context.Background(), play.Point{Incident: s.id, Run: n, Step: "step-1"}, "", false); err == nil || strings.Contains(err.Error(), "SESAME-TWO") {
		t.Error(err)
	}
}
