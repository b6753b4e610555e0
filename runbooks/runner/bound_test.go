//go:build unix

package runner

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"warroom/model"
	"warroom/model/play"
	"warroom/runbooks/call"
	"warroom/runbooks/output"
	"warroom/runbooks/proc"
)

// R5: what is not filled in does not start, in whatever way it is asked for.
func TestR05BlockedInEveryWay(t *testing.T) {
	here := t.TempDir()
	t.Chdir(here)
	s := newScene(t, nil)
	s.tool("kubectl", "")
	r := s.runner("bob")
	n := s.book(r, `  - title: S
    actions:
      - {command: 'kubectl delete pod <pod-name> --force', risk: read, preview: {argv: [kubectl, get, <pod-name>]}, verify: [{argv: [kubectl, get, <pod-name>]}]}
      - {argv: [kubectl, delete, <pod-name>], risk: read, interactive: true}
      - {http: {url: 'https://127.0.0.1:1/<pod-name>'}, risk: read}
      - {argv: [kubectl, get], stdin: <pod-name>, risk: read}
      - {argv: [kubectl, get], env: {A: <pod-name>}, risk: read}
`)
	before := s.store.dump()
	ctx := context.Background()
	for k := range 5 {
		at := play.Point{Incident: s.id, Run: n, Step: "step-1", Action: k}
		_, execute := r.Execute(ctx, at, "", true)
		_, _, terminal := r.Terminal(ctx, at, "", true)
		for name, err := range map[string]error{"run": execute, "terminal": terminal} {
			if err == nil || !strings.Contains(err.Error(), "<pod-name>") {
				t.Errorf("%s %d: %v", name, k+1, err)
			}
		}
	}
	if _, err := r.Preview(ctx, play.Point{Incident: s.id, Run: n, Step: "step-1"}); err == nil || !strings.Contains(err.Error(), "<pod-name>") {
		t.Errorf("preview: %v", err)
	}
	left, _ := os.ReadDir(here)
	if s.calls() != "" || s.store.dump() != before || len(left) > 0 {
		t.Errorf("something was started: %s %v", s.calls(), left)
	}
}

// R9: the text that a run follows is the one with the digest in the record, also
// where somebody has changed what was kept of it.
func TestR09KeptTextIsChecked(t *testing.T) {
	s := newScene(t, map[string]string{"simple.yaml": simple})
	s.tool("kubectl", "echo Running")
	r := s.runner("bob")
	n := s.begin(r, play.Ref{ID: "simple"}, nil)
	run, _ := s.inc().Run(n)
	other := strings.ReplaceAll(simple, "kubectl get pod", "kubectl delete pod")
	if err := os.WriteFile(r.textPath(run.Hash), []byte(other), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := r.Current(s.inc(), n) // the library still has the one that is meant
	if err != nil || !strings.HasPrefix(p.Steps[0].Actions[0].Command, "kubectl get") {
		t.Fatalf("%+v %v", p, err)
	}
	s.write("simple.yaml", other)
	if _, err := r.Execute(context.Background(), play.Point{Incident: s.id, Run: n, Step: "look"}, "", false); err == nil || s.calls() != "" {
		t.Errorf("a text that nobody began with is followed: %v %s", err, s.calls())
	}
}

// R10: a yes is bound to everything by which a step is judged and that was shown
// with it, not only to what runs first.
func TestR10EveryValueIsBound(t *testing.T) {
	for name, c := range map[string]struct {
		step string
		void bool
	}{
		"what runs":           {"actions: [{argv: [tool, <v>], risk: mutate}]", true},
		"environment":         {"actions: [{argv: [tool], env: {A: <v>}, risk: mutate}]", true},
		"stdin":               {"actions: [{argv: [tool], stdin: <v>, risk: mutate}]", true},
		"working folder":      {"actions: [{argv: [tool], cwd: /<v>, risk: mutate}]", true},
		"verification":        {"actions: [{argv: [tool], risk: mutate, verify: [{argv: [tool, <v>]}]}]", true},
		"verification by TCP": {"actions: [{argv: [tool], risk: mutate, verify: [{tcp: '<v>:1'}]}]", true},
		"expectation":         {"actions: [{argv: [tool], risk: mutate, expect: [{stdout: {contains: <v>}}]}]", true},
		"shown":               {"actions: [{argv: [tool], risk: mutate}]", true},
		"another step's":      {"actions: [{argv: [tool], risk: mutate}]", false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, nil)
			s.tool("tool", "")
			r := s.runner("bob")
			show := ""
			if name == "shown" {
				show = ", show: [v]"
			}
			s.write("x.yaml", "id: xx\ntitle: X\nparams: [{name: v}]\ndefaults: {timeout: 9s}\nsteps:\n  - {id: aa, title: A, approval: {required: 1"+show+"}, "+c.step+"}\n  - {id: bb, title: B, actions: [{argv: [tool, <v>], risk: read}]}\n")
			n := s.begin(r, play.Ref{ID: "xx"}, map[string]string{"v": "one"})
			p, _ := r.Current(s.inc(), n)
			s.must("ana", model.ApproveStep{N: n, Step: "aa", Hash: p.Steps[0].Approval.Hash})
			s.must("ana", model.SetRunValues{N: n, Values: map[string]string{"v": "two"}})
			p, _ = r.Current(s.inc(), n)
			if void := p.Steps[0].Approval.Have == 0; void != c.void {
				t.Errorf("void: %v", void)
			}
		})
	}
}

// R11: of warroom's environment a command has what is allowed, and a configuration
// may allow more.
func TestR11EnvironmentOfACommand(t *testing.T) {
	t.Setenv("SECRET_X", "leak")
	s := newScene(t, nil)
	r := s.runner("bob")
	n := s.book(r, "  - {title: S, actions: [{command: 'echo \"<${SECRET_X-none}> $TERM $A\"', env: {A: given}, risk: read}]}\n")
	if e := s.run(r, n, "step-1", 0); e.Output != "<none> dumb given" {
		t.Errorf("%+v", e)
	}
	r.cfg.Allowed = append(r.cfg.Allowed[:len(r.cfg.Allowed):len(r.cfg.Allowed)], "SECRET_*")
	if e := s.run(r, n, "step-1", 0); e.Output != "<leak> dumb given" {
		t.Errorf("%+v", e)
	}
}

// What is known of an end gets into the record with it: R15, R19, R21, R29, R33.
func TestRecordedEnd(t *testing.T) {
	for name, c := range map[string]struct {
		o    proc.Result
		want string
	}{
		"R15 a pipe":            {proc.Result{State: proc.Failed, Exit: 141}, "SIGPIPE"},
		"R19 in the background": {proc.Result{State: proc.Succeeded, Background: true}, "a background process kept the output open"},
		"R21 it has left":       {proc.Result{State: proc.Succeeded, Escaped: []string{"7 sleep", "8 sh"}}, "left running: 7 sleep, 8 sh"},
		"R29 the file is full":  {proc.Result{State: proc.Succeeded, View: output.View{Unsaved: true, Total: 9}}, "the file is full"},
		"R29 the disk is full":  {proc.Result{State: proc.Succeeded, View: output.View{FileErr: errors.New("no space left")}}, "does not hold all of the output: no space left"},
		"R33 a signal":          {proc.Result{State: proc.Failed, Exit: -1, Signal: "SIGSEGV"}, "SIGSEGV"},
		"R22 the keeper died":   {proc.Result{State: proc.Lost, Exit: -1}, "nobody knows"},
	} {
		j := &job{w: &ready{item: &item{kind: "command"}, file: "x.out"}}
		j.outcome(&call.Outcome{Result: c.o})
		e := j.end
		if !strings.Contains(e.Note, c.want) || e.File != "x.out" || e.Signal != c.o.Signal || len(e.Escaped) != len(c.o.Escaped) || (e.Exit != nil) != (c.o.Exit >= 0) || e.Exit != nil && *e.Exit != c.o.Exit {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

// R33: what a run's record holds of a command: what, where, when, with which values,
// and how it went.
func TestR33FieldsOfTheRecord(t *testing.T) {
	s := newScene(t, nil)
	r := s.runner("bob")
	s.write("x.yaml", "id: xx\ntitle: X\nparams: [{name: a-b}, {name: c}]\nsteps:\n  - {id: aa, title: A, actions: [{command: 'echo <c> <a-b>; sleep 0.05; kill -SEGV $$', risk: read}, {command: 'exit 4', risk: read}]}\n")
	n := s.begin(r, play.Ref{ID: "xx"}, map[string]string{"a-b": "one", "c": "two"})
	s.run(r, n, "aa", 0)
	s.must("bob", model.MarkAction{N: n, Step: "aa", State: model.ActionDone})
	s.run(r, n, "aa", 1)
	var began []model.ActionStarted
	var ended []model.ActionEnded
	for _, e := range s.store.events {
		if e.Actor != "bob" && (e.Kind == model.KindActionStarted || e.Kind == model.KindActionEnded) {
			t.Errorf("%s by %s", e.Kind, e.Actor)
		}
		switch e.Kind {
		case model.KindActionStarted:
			var b model.ActionStarted
			if err := json.Unmarshal(e.Raw, &b); err != nil {
				t.Fatal(err)
			}
			began = append(began, b)
		case model.KindActionEnded:
			var b model.ActionEnded
			if err := json.Unmarshal(e.Raw, &b); err != nil {
				t.Fatal(err)
			}
			ended = append(ended, b)
		}
	}
	if len(began) != 2 || len(ended) != 2 {
		t.Fatalf("%d began, %d ended", len(began), len(ended))
	}
	if b := began[0]; b.Command != `echo "${WR_C}" "${WR_A_B}"; sleep 0.05; kill -SEGV $$` || strings.Join(b.Params, ",") != "a-b,c" || b.Dir != r.dir(s.id, n) || len(b.Hash) != 64 || b.Attempt != 1 || b.Risk != "read" {
		t.Errorf("%+v", b)
	}
	if e := ended[0]; e.Signal != "SIGSEGV" || e.Exit != nil || e.Took < 50 || e.Took > 20_000 || e.Output != "two one" || e.Bytes != 8 || e.File == "" || filepath.Dir(e.File) != r.dir(s.id, n) || e.State != model.ActionFailed {
		t.Errorf("%+v", e)
	}
	if e := ended[1]; e.Signal != "" || e.Exit == nil || *e.Exit != 4 {
		t.Errorf("%+v", e)
	}
}

// R24: what is not known asks, and a word of the file that it only looks does not
// hold for what is known to change something.
func TestR24UnknownAsks(t *testing.T) {
	s := newScene(t, nil)
	r := s.runner("bob")
	n := s.book(r, "  - {title: S, actions: [{command: 'x=rm; $x -rf /nowhere'}, {command: 'uptime'}, {command: 'rm -rf /nowhere'}, {command: 'x=rm; $x -rf /nowhere', risk: unknown}]}\n")
	p, err := r.Current(s.inc(), n)
	if err != nil {
		t.Fatal(err)
	}
	for k, want := range []struct {
		risk string
		asks bool
	}{{"unknown", true}, {"read", false}, {"destructive", true}, {"unknown", true}} {
		if a := p.Steps[0].Actions[k]; a.Risk != want.risk || a.Asks() != want.asks {
			t.Errorf("%s: %s, asks %v", a.Command, a.Risk, a.Asks())
		}
	}
}

// R29: the files of a run hold half a gigabyte.
func TestR29Figure(t *testing.T) {
	if runKept != 512<<20 {
		t.Error(runKept)
	}
}

// R34: what a step prints, captures and says in an error is the same in the record
// as on the screen: without the secret.
func TestR34RecordHoldsNoSecret(t *testing.T) {
	t.Setenv("WR_TEST_TOKEN", "sesame-open")
	s := newScene(t, nil)
	r := s.runner("bob")
	s.write("x.yaml", `id: xx
title: X
params: [{name: token, type: secret, from: ["env:WR_TEST_TOKEN"]}]
steps:
  - id: aa
    title: A
    actions:
      - {command: 'echo "id $WR_TOKEN"', secrets: [token], risk: read, capture: {name: id, regex: 'id (.*)'}}
      - {command: 'set -x; : "$WR_TOKEN"; exit 3', secrets: [token], risk: read}
      - {argv: [sh, -c, 'cat'], stdin: "<token>", cwd: /nowhere/sesame-open, risk: read}
      - {command: 'echo <captured.id>', risk: read}
`)
	n := s.begin(r, play.Ref{ID: "xx"}, nil)
	ctx := context.Background()
	for k := range 4 {
		j, err := r.Execute(ctx, play.Point{Incident: s.id, Run: n, Step: "aa", Action: k}, "", false)
		if err != nil {
			if k < 3 || strings.Contains(err.Error(), "sesame") {
				t.Errorf("%d: %v", k+1, err)
			}
			continue
		}
		<-j.Done()
		for _, l := range j.Output().Lines {
			if strings.Contains(l.Text, "sesame") {
				t.Errorf("%d shows %q", k+1, l.Text)
			}
		}
	}
	run, _ := s.inc().Run(n)
	if d := s.store.dump(); strings.Contains(strings.ReplaceAll(d, "/nowhere/sesame-open", ""), "sesame") || run.Captured["id"] != "****(token)" {
		t.Errorf("%q\n%s", run.Captured, d)
	}
	if note := run.Steps[0].Actions[2].Note; strings.Contains(note, "sesame") || note == "" {
		t.Errorf("%q", note)
	}
}

// R35: the end of an action that could not be written at first is written once.
func TestR35OneIDForOneEnd(t *testing.T) {
	s := newScene(t, nil)
	r := s.runner("bob")
	n := s.book(r, "  - {title: S, actions: [{command: 'true', risk: read}]}\n")
	store := &forgetful{memory: s.store, ids: map[model.ID]int{}}
	r.cfg.Store = store
	s.run(r, n, "step-1", 0)
	if len(store.ids) != 1 || store.times != 3 {
		t.Errorf("%d requests under %d ids", store.times, len(store.ids))
	}
}

// forgetful writes an end down only when it is asked for the third time.
type forgetful struct {
	*memory
	ids   map[model.ID]int
	times int
}

func (f *forgetful) Do(ctx context.Context, id string, r model.Request) (model.Receipt, error) {
	if _, ok := r.Command.(model.EndAction); ok {
		f.ids[r.ID]++
		if f.times++; f.times < 3 {
			return model.Receipt{}, model.Errorf(model.Busy, "somebody else writes")
		}
	}
	return f.memory.Do(ctx, id, r)
}

// R38: a run whose process has ended is known by that, on the machine where it was.
func TestR38WhoIsGone(t *testing.T) {
	s := newScene(t, nil)
	r := s.runner("bob")
	n := s.book(r, "  - {title: S, actions: [{description: look}]}\n")
	run, _ := s.inc().Run(n)
	if r.Gone(run) || !r.Holds(run) || run.Runner.PID != os.Getpid() {
		t.Errorf("%+v", run.Runner)
	}
	ended, err := os.StartProcess("/bin/true", []string{"true"}, &os.ProcAttr{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ended.Wait(); err != nil {
		t.Fatal(err)
	}
	knows := run.Runner.Born != "" // when a process began
	if knows != (runtime.GOOS == "linux") || run.Runner.Born != born(os.Getpid()) {
		t.Errorf("this process is %q", run.Runner.Born)
	}
	for name, c := range map[string]struct {
		pid  int
		born string
		host string
		gone bool
	}{
		"ended": {ended.Pid, "", run.Runner.Host, true}, "its parent lives": {os.Getppid(), born(os.Getppid()), run.Runner.Host, false},
		"elsewhere": {ended.Pid, "", run.Runner.Host + "-2", false}, "not known": {0, "", run.Runner.Host, false},
		"another has its number": {os.Getppid(), "0a1b2c3d-7", run.Runner.Host, knows}, "this one has its number": {os.Getpid(), "0a1b2c3d-7", run.Runner.Host, knows},
		"written before that was known": {os.Getppid(), "", run.Runner.Host, false}, "here": {os.Getpid(), born(os.Getpid()), run.Runner.Host, false},
	} {
		other := run
		other.Runner.PID, other.Runner.Born, other.Runner.Host, other.Runner.Token = c.pid, c.born, c.host, "another"
		if got := r.Gone(other); got != c.gone || r.Holds(other) {
			t.Errorf("%s: gone %v", name, got)
		}
	}
}

// R39: a deadline is a moment, from the beginning of the run or of the incident.
func TestR39DeadlinesAreMoments(t *testing.T) {
	s := newScene(t, nil)
	r := s.runner("bob")
	declared := s.store.now
	s.store.now = declared.Add(7 * time.Minute)
	s.write("x.yaml", "id: xx\ntitle: X\nescalation: [{after: 30m, contact: senior}, {after: 1h, contact: manager, from: declared, if: always}]\nsteps: [{title: S}]\n")
	n := s.begin(r, play.Ref{ID: "xx"}, nil)
	run, _ := s.inc().Run(n)
	d := run.Escalate
	if len(d) != 2 || !d[0].Due.Equal(declared.Add(37*time.Minute)) || !d[1].Due.Equal(declared.Add(time.Hour)) || d[0].Always || !d[1].Always {
		t.Errorf("%+v", d)
	}
}
