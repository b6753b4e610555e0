//go:build unix

package runner

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"warroom/model"
	"warroom/model/play"
)

func ref(id string) play.Ref { return play.Ref{ID: id, Rollback: id == "back"} }

const back = `
apiVersion: warroom/v1
kind: RollbackStrategy
id: back
type: custom
title: Back
risk: {level: mutate, reversible: false}
params:
  - {name: target}
  - {name: revision, required: false, type: int, options: {from: history, regex: '(?m)^(\S+)\s+(.*)$'}}
guards:
  - {id: history, argv: [history, <target>]}
confirm: {type_to_confirm: <target>}
lock: t/<target>
execute: [{id: undo, argv: [undo-it, <target>], timeout: 10s, on_cancel: finish}]
verify: [{name: proven, argv: ["true"]}]
recovery: from_runbook
timeline: Took <target> back
`

// states of the actions of a run, in order.
func (s *scene) states(n int) string {
	run, _ := s.inc().Run(n)
	var out []string
	for _, st := range run.Steps {
		for _, a := range st.Actions {
			out = append(out, string(a.State))
		}
	}
	return strings.Join(out, " ")
}

// book writes a runbook of the given steps and begins it.
func (s *scene) book(r *Runner, steps string) int {
	s.t.Helper()
	s.write("x.yaml", "apiVersion: warroom/v1\nid: xx\ntitle: X\nescalation: [{after: 2h, contact: senior}]\nsteps:\n"+steps)
	return s.begin(r, play.Ref{ID: "xx"}, nil)
}

func TestRetry(t *testing.T) {
	for name, c := range map[string]struct {
		action, tool string
		state        model.ActionState
		attempts     int
	}{
		"works in the end":      {"idempotent: true, retry: {attempts: 5, backoff: 1ms}", `test $(wc -l <LOG) -ge 3`, model.ActionSucceeded, 3},
		"not for ever":          {"risk: read, retry: {attempts: 2, backoff: 1ms}", "exit 1", model.ActionFailed, 2},
		"only these codes":      {"idempotent: true, retry: {attempts: 3, backoff: 1ms, on_exit: [7, 8]}", "exit 1", model.ActionFailed, 1},
		"these codes":           {"idempotent: true, retry: {attempts: 3, backoff: 1ms, on_exit: 7}", "exit 7", model.ActionFailed, 3},
		"took too long":         {"idempotent: true, timeout: 50ms, retry: {attempts: 2, backoff: 1ms}", "sleep 30", model.ActionTimedOut, 2},
		"what was done is done": {"idempotent: true, retry: {attempts: 3, backoff: 1ms}, verify: [{argv: ['false']}]", "exit 0", model.ActionFailed, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, nil)
			r := s.runner("bob")
			s.tool("tool", strings.ReplaceAll(c.tool, "LOG", s.log))
			n := s.book(r, "  - {title: S, actions: [{argv: [tool], "+c.action+"}]}\n")
			if e := s.run(r, n, "step-1", 0); e.State != c.state {
				t.Errorf("%+v", e)
			}
			run, _ := s.inc().Run(n)
			d := s.store.dump()
			if got := strings.Count(s.calls(), "\n"); got != c.attempts || run.Steps[0].Actions[0].Attempt != c.attempts || strings.Count(d, "run_action_started") != c.attempts || strings.Count(d, "run_action_ended") != c.attempts {
				t.Errorf("%d attempts, recorded as %d:\n%s", got, run.Steps[0].Actions[0].Attempt, d)
			}
			if files, _ := filepath.Glob(filepath.Join(r.dir(s.id, n), "step-1-1-*.out")); len(files) != c.attempts {
				t.Errorf("the files of the attempts: %v", files)
			}
		})
	}
}

// A person who stops it stops also what would follow.
func TestRetryIsStopped(t *testing.T) {
	s := newScene(t, nil)
	r := s.runner("bob")
	s.tool("tool", "exit 1")
	n := s.book(r, "  - {title: S, actions: [{argv: [tool], risk: read, retry: {attempts: 9, backoff: 1h, max_backoff: 1h}}]}\n")
	j, err := r.Execute(context.Background(), play.Point{Incident: s.id, Run: n, Step: "step-1"}, "", false)
	if err != nil {
		t.Fatal(err)
	}
	for !strings.Contains(s.store.dump(), "attempt 1 of 9, again in 1 h") {
		time.Sleep(5 * time.Millisecond)
	}
	j.Stop()
	<-j.Done()
	if got := s.calls(); strings.Count(got, "\n") != 1 || s.states(n) != "failed" {
		t.Errorf("%q %s", got, s.states(n))
	}
}

func TestOnFailure(t *testing.T) {
	const steps = `  - {id: aa, title: A, actions: [{argv: [tool], risk: read, on_failure: %s}, {description: a person}]}
  - {id: bb, title: B, actions: [{description: a person}]}
  - {id: cc, title: C, actions: [{description: a person}]}
`
	for then, want := range map[string]string{
		"stop":             "failed pending pending pending",
		"continue":         "skipped pending pending pending",
		"{goto: cc}":       "skipped skipped skipped pending",
		"escalate":         "failed pending pending pending",
		"{rollback: back}": "failed pending pending pending",
	} {
		t.Run(then, func(t *testing.T) {
			s := newScene(t, map[string]string{"back.yaml": back})
			s.tool("tool", "exit 3")
			r := s.runner("bob")
			n := s.book(r, fmt.Sprintf(steps, then))
			if e := s.run(r, n, "aa", 0); e.State != model.ActionFailed {
				t.Fatalf("%+v", e)
			}
			if got := s.states(n); got != want {
				t.Errorf("%s, want %s", got, want)
			}
			d := s.store.dump()
			run, _ := s.inc().Run(n)
			if fired := !run.Escalate[0].Fired.IsZero(); fired != (then == "escalate") {
				t.Errorf("escalated: %v\n%s", fired, d)
			}
			if then == "escalate" && !strings.Contains(d, `run_escalated {"n":1,"level":0,"contact":"senior","message":"“tool” failed"`) {
				t.Error(d)
			}
			if then == "{goto: cc}" && !strings.Contains(d, "failed, and the runbook goes to cc") {
				t.Error(d)
			}
			offers, err := r.Offers(s.inc(), n)
			if err != nil || (len(offers) == 1) != (then == "{rollback: back}") {
				t.Errorf("%+v %v", offers, err)
			}
			if len(offers) == 1 && (offers[0].Kind != play.OfferRollback || offers[0].ID != "back" || !strings.Contains(d, "the runbook offers the rollback back") || strings.Contains(d, `"rollback":true`)) {
				t.Errorf("%+v\n%s", offers, d)
			}
		})
	}
}

// Taking back what a runbook did: only that, newest first, each after a yes.
func TestUndoOfARunbook(t *testing.T) {
	s := newScene(t, nil)
	s.tool("tool", "echo was-$2")
	r := s.runner("bob")
	act := func(name string) string {
		return "{argv: [tool, do, " + name + "], risk: mutate, timeout: 5s, capture: {name: " + name + "}, undo: {argv: [tool, undo, <captured." + name + ">]}}"
	}
	n := s.book(r, "  - {id: aa, title: A, actions: ["+act("a1")+", "+act("a2")+"]}\n  - {id: bb, title: B, approval: {type_to_confirm: bb}, actions: ["+act("b1")+", {argv: [tool, keep], risk: mutate, timeout: 5s, irreversible: mail is sent}]}\n")
	p, _ := r.Current(s.inc(), n)
	if u := p.Steps[1].Actions[1].Undo; u != "there is none: mail is sent" {
		t.Errorf("%q", u)
	}
	if o, _ := r.Offers(s.inc(), n); len(o) != 0 {
		t.Errorf("nothing was done, and %+v is offered", o)
	}
	s.run(r, n, "aa", 0)
	s.must("bob", model.MarkAction{N: n, Step: "aa", Action: 1, State: model.ActionSkipped, Reason: "no"})
	p, _ = r.Current(s.inc(), n)
	s.must("ana", model.ApproveStep{N: n, Step: "bb", Hash: p.Steps[1].Approval.Hash, Typed: p.Steps[1].Approval.Type})
	s.run(r, n, "bb", 0)
	o, err := r.Offers(s.inc(), n)
	if err != nil || len(o) != 1 || o[0].Kind != play.OfferUndo || o[0].Undo != n {
		t.Fatalf("%+v %v", o, err)
	}
	_ = os.Remove(s.log)
	u := s.begin(r, o[0].Ref, nil)
	if _, err := r.Execute(context.Background(), play.Point{Incident: s.id, Run: u, Step: "undo-bb-1"}, "", false); err == nil || s.calls() != "" {
		t.Fatalf("undone without the yes: %v", err)
	}
	p, err = r.Current(s.inc(), u)
	if err != nil || len(p.Steps) != 2 || p.Steps[0].Actions[0].Command != "tool undo was-b1" || !p.Steps[1].Actions[0].Asks() {
		t.Fatalf("%+v %v", p, err)
	}
	s.must("ana", model.ApproveStep{N: u, Step: "undo-bb-1", Hash: p.Steps[0].Approval.Hash, Typed: p.Steps[0].Approval.Type})
	s.run(r, u, "undo-bb-1", 0)
	s.run(r, u, "undo-aa-1", 0)
	if got := s.calls(); got != "[undo][was-b1]\n[undo][was-a1]\n" {
		t.Error(got)
	}
	if _, err := r.Begin(context.Background(), s.id, play.Ref{ID: "xx", Undo: u}, nil); err == nil {
		t.Error("an undo was undone")
	}
}

// What is called finish is not cut off by the first request, nor by the second.
func TestOnCancel(t *testing.T) {
	s := newScene(t, map[string]string{"back.yaml": back})
	s.tool("history", "")
	s.tool("undo-it", `trap 'echo interrupted; exit 1' INT; echo ready; until test -e '`+s.log+`.go'; do sleep 0.02; done; echo whole`)
	r := s.runner("bob")
	start := func() play.Job {
		n := s.begin(r, ref("back"), map[string]string{"target": "orders"})
		p, _ := r.Current(s.inc(), n)
		s.must("ana", model.ApproveStep{N: n, Step: executeStep, Hash: p.Steps[1].Approval.Hash, Typed: p.Steps[1].Approval.Type})
		j, err := r.Execute(context.Background(), play.Point{Incident: s.id, Run: n, Step: executeStep}, "", false)
		if err != nil {
			t.Fatal(err)
		}
		for !strings.Contains(fmt.Sprint(j.Output().Lines), "ready") {
			time.Sleep(5 * time.Millisecond)
		}
		return j
	}
	j := start()
	j.Stop()
	j.Stop()
	if !strings.Contains(fmt.Sprint(j.Output().Lines), "this is let finish") {
		t.Error(j.Output().Lines)
	}
	if err := os.WriteFile(s.log+".go", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	<-j.Done()
	if e, _ := j.End(); e.State != model.ActionSucceeded || !strings.HasSuffix(e.Output, "whole") {
		t.Errorf("%+v", e)
	}
	s.must("ana", model.EndRun{N: 1, Outcome: model.RunFailed})
	_ = os.Remove(s.log + ".go")
	j = start()
	for range 3 {
		j.Stop()
	}
	<-j.Done()
	if e, _ := j.End(); e.State != model.ActionCancelled || !strings.HasSuffix(e.Output, "interrupted") {
		t.Errorf("%+v", e)
	}
}

func TestOptions(t *testing.T) {
	s := newScene(t, map[string]string{"back.yaml": back})
	s.tool("history", `printf '41 release 1.41\nold x\n42 release 1.42\n41 again\n'`)
	r := s.runner("bob")
	before := s.store.dump()
	list, err := r.Options(context.Background(), s.inc(), ref("back"), map[string]string{"target": "orders"}, "revision")
	if err != nil || fmt.Sprint(list) != "[{41 release 1.41} {42 release 1.42}]" { // what is no number, and a second 41, is left out
		t.Errorf("%v %v", list, err)
	}
	if s.calls() != "[orders]\n" || s.store.dump() != before {
		t.Errorf("%s\n%s", s.calls(), s.store.dump())
	}
	for name, want := range map[string]string{"target": "no list", "nothing": "no list"} {
		if _, err := r.Options(context.Background(), s.inc(), ref("back"), nil, name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := r.Options(context.Background(), s.inc(), ref("back"), nil, "revision"); err == nil || !strings.Contains(err.Error(), "not filled in: <target>") {
		t.Error(err)
	}
	s.tool("history", "exit 1")
	if _, err := r.Options(context.Background(), s.inc(), ref("back"), map[string]string{"target": "orders"}, "revision"); err == nil || !strings.Contains(err.Error(), "cannot be read") {
		t.Error(err)
	}
}

// A step whose condition does not hold is skipped when it comes next, with the
// reason; one on a value that is still missing waits; neither can be run.
func TestWhen(t *testing.T) {
	s := newScene(t, nil)
	s.tool("tool", "echo 1")
	r := s.runner("bob")
	s.write("x.yaml", `
apiVersion: warroom/v1
id: xx
title: X
params: [{name: region}, {name: zone, required: false}]
steps:
  - {id: zz, title: Z, when: 'params.zone == "b"', actions: [{argv: [tool, z], risk: read}]}
  - {id: aa, title: A, when: 'params.region == "eu"', actions: [{argv: [tool, a], risk: read}]}
  - {id: bb, title: B, actions: [{argv: [tool, b], risk: read, capture: {name: count}}]}
  - {id: cc, title: C, when: 'captured.count > 3 && steps.bb == "succeeded"', actions: [{argv: [tool, c], risk: read}, {description: look}]}
  - {id: dd, title: D, when: 'captured.count < 3', actions: [{argv: [tool, d], risk: read}]}
`)
	n := s.begin(r, play.Ref{ID: "xx"}, nil)
	if got := s.states(n); got != "skipped pending pending pending pending pending" {
		t.Fatal(got)
	}
	if _, err := r.Execute(context.Background(), play.Point{Incident: s.id, Run: n, Step: "aa"}, "", false); err == nil || !strings.Contains(err.Error(), "does not apply") || s.calls() != "" {
		t.Fatal(err)
	}
	s.must("bob", model.SetRunValues{N: n, Values: map[string]string{"region": "us"}})
	if err := r.Settle(context.Background(), s.id, n); err != nil {
		t.Fatal(err)
	}
	s.run(r, n, "bb", 0)
	if got := s.states(n); got != "skipped skipped succeeded skipped skipped pending" {
		t.Fatal(got)
	}
	if !strings.Contains(s.store.dump(), `does not apply: only if captured.count \u003e 3`) && !strings.Contains(s.store.dump(), "does not apply: only if captured.count > 3") {
		t.Error(s.store.dump())
	}
	s.run(r, n, "dd", 0)
	if got := s.calls(); got != "[b]\n[d]\n" {
		t.Error(got)
	}
}

// R14: a secret is never typed into a run; a misspelt name is said, not ignored.
func TestR14ValuesThatAreTaken(t *testing.T) {
	t.Setenv("WR_TEST_TOKEN", "sesame-open")
	s := newScene(t, map[string]string{"simple.yaml": simple})
	s.tool("kubectl", "")
	r := s.runner("bob")
	n := s.begin(r, play.Ref{ID: "simple"}, map[string]string{"pod": "orders"})
	for name, want := range map[string]string{"token": "never typed", "pods": "it has pod, token"} {
		given := map[string]string{name: "sesame-open-2"}
		if _, err := r.Plan(s.inc(), play.Ref{ID: "simple"}, given); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := r.Begin(context.Background(), s.id, play.Ref{ID: "simple"}, given); err == nil {
			t.Errorf("begun with %s", name)
		}
		if err := r.Fill(context.Background(), s.id, n, given); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := r.Fill(context.Background(), s.id, n, map[string]string{"pod": "payments"}); err != nil || strings.Contains(s.store.dump(), "sesame") {
		t.Errorf("%v\n%s", err, s.store.dump())
	}
}

func TestSkippable(t *testing.T) {
	s := newScene(t, nil)
	r := s.runner("bob")
	n := s.book(r, "  - {id: aa, title: A, skippable: false, actions: [{description: look}]}\n  - {id: bb, title: B, skippable: false, when: 'steps.aa == \"failed\"', actions: [{description: look}]}\n")
	skip := model.MarkAction{N: n, Step: "aa", State: model.ActionSkipped, Reason: "no time"}
	if _, err := s.store.Do(context.Background(), s.id, model.Request{Actor: "bob", Command: skip}); err == nil || !strings.Contains(err.Error(), "may not be skipped") {
		t.Error(err)
	}
	s.must("bob", model.MarkAction{N: n, Step: "aa", State: model.ActionDone})
	if err := r.Settle(context.Background(), s.id, n); err != nil || s.states(n) != "done skipped" { // which the runbook says itself
		t.Errorf("%v %s", err, s.states(n))
	}
}

// R29: the files of one run hold so much and no more, and that is said.
func TestR29FilesOfARunAreBounded(t *testing.T) {
	s := newScene(t, nil)
	r := s.runner("bob")
	n := s.book(r, "  - {title: S, actions: [{command: 'echo hello', risk: read}, {command: 'echo again', risk: read}]}\n")
	dir := r.dir(s.id, n)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	old := filepath.Join(dir, "before-1-1.out")
	full, err := os.Create(old)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	if err := full.Truncate(runKept - 3); err != nil { // takes no room on the disk
		t.Fatal(err)
	}
	e := s.run(r, n, "step-1", 0)
	if b, _ := os.ReadFile(e.File); string(b) != "hel" || e.Output != "hello" || e.State != model.ActionSucceeded || !strings.Contains(e.Note, "the file is full") {
		t.Errorf("%q %+v", b, e)
	}
	if e = s.run(r, n, "step-1", 1); e.State != model.ActionSucceeded || e.Output != "again" || !strings.Contains(e.Note, "the file is full") {
		t.Errorf("%+v", e)
	}
}
