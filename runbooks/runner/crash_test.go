//go:build unix

package runner

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"warroom/model"
	"warroom/model/play"
	"warroom/runbooks/library"
)

// dying is a record that a process writes to until it is killed: at its nth write,
// before or after that reached the disk.
type dying struct {
	*memory
	n     atomic.Int32
	at    int32
	after bool
}

var errKilled = model.Errorf(model.ReadOnly, "killed") // nothing tries again after that

func (d *dying) Do(ctx context.Context, id string, r model.Request) (model.Receipt, error) {
	n := d.n.Add(1)
	if n > d.at || n == d.at && !d.after {
		return model.Receipt{}, errKilled
	}
	rec, err := d.memory.Do(ctx, id, r)
	if n == d.at {
		return model.Receipt{}, errKilled
	}
	return rec, err
}

const crashing = `
apiVersion: warroom/v1
id: crashing
title: Crashing
steps:
  - {id: look, title: Look, actions: [{argv: [tool, look], risk: read}]}
  - {id: fix, title: Fix, actions: [{argv: [tool, fix], risk: mutate, timeout: 10s, idempotent: true, retry: {attempts: 2, backoff: 1ms}}]}
`

// R35, R37: killed at every write of a run, before and after it reached the disk.
// Whoever takes the run over sees what is known; what may have happened is
// interrupted and is not repeated without a person's word.
func TestR35KilledAtEveryWrite(t *testing.T) {
	const writes = 7 // begin, look twice, fix twice, and its second attempt twice
	for at := int32(1); at <= writes+1; at++ {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d,%v", at, after), func(t *testing.T) {
				s := newScene(t, map[string]string{"crashing.yaml": crashing})
				s.tool("tool", `test "$1" = look || test -e '`+s.log+`.once' || { touch '`+s.log+`.once'; exit 1; }`)
				ctx := context.Background()
				bob := s.runner("bob")
				store := &dying{memory: s.store, at: at, after: after}
				bob.cfg.Store = store
				if n, err := bob.Begin(ctx, s.id, play.Ref{ID: "crashing"}, nil); err == nil {
					for _, step := range []string{"look", "fix"} {
						j, err := bob.Execute(ctx, play.Point{Incident: s.id, Run: n, Step: step}, "", false)
						if err != nil {
							break
						}
						<-j.Done()
					}
				}
				if at > writes && store.n.Load() != writes {
					t.Fatalf("%d writes, %d were expected", store.n.Load(), writes)
				}
				if len(s.inc().Runs) == 0 {
					if s.calls() != "" {
						t.Fatal("something ran before the run was written down")
					}
					return
				}
				before := strings.Count(s.calls(), "[fix]")
				started := strings.Count(s.store.dump(), `run_action_started {"n":1,"step":"fix"`)
				if before > started {
					t.Fatalf("ran %d times, and %d were written down before", before, started)
				}
				carol := s.runner("carol")
				if err := carol.Take(ctx, s.id, 1); err != nil {
					t.Fatal(err)
				}
				run, _ := s.inc().Run(1)
				if _, _, busy := run.Running(); busy {
					t.Fatal("it still runs, and nobody runs it")
				}
				fix := run.Steps[1].Actions[0].State
				known := strings.Count(s.store.dump(), `run_action_ended {"n":1,"step":"fix"`) == started
				if (fix == model.ActionInterrupted) == known {
					t.Errorf("%s, and %d of %d ends are written", fix, strings.Count(s.store.dump(), `run_action_ended {"n":1,"step":"fix"`), started)
				}
				if run.Steps[0].Actions[0].State == model.ActionInterrupted { // it only looks
					s.run(carol, 1, "look", 0)
				}
				_, err := carol.Execute(ctx, play.Point{Incident: s.id, Run: 1, Step: "fix"}, "", false)
				if fix == model.ActionInterrupted {
					if err == nil || !strings.Contains(err.Error(), "nobody knows whether it happened") || strings.Count(s.calls(), "[fix]") != before {
						t.Fatalf("repeated by itself: %v\n%s", err, s.calls())
					}
					if _, err = carol.Execute(ctx, play.Point{Incident: s.id, Run: 1, Step: "fix"}, "", true); err != nil { // on purpose
						t.Fatal(err)
					}
				} else if err != nil {
					t.Fatal(err)
				}
				carol.Close()
			})
		}
	}
}

// R13: what a command leaves behind lies in a private folder of the run.
func TestR13PrivateFolder(t *testing.T) {
	here := t.TempDir()
	t.Chdir(here)
	s := newScene(t, nil)
	r := s.runner("bob")
	n := s.book(r, "  - {title: S, actions: [{command: 'echo x >--force; pwd', risk: read}, {command: 'pwd', cwd: /, risk: read}, {command: 'pwd', cwd: /nowhere, risk: read}]}\n")
	e := s.run(r, n, "step-1", 0)
	dir := r.dir(s.id, n)
	if st, err := os.Stat(dir); err != nil || st.Mode().Perm() != 0o700 || e.Output != dir {
		t.Errorf("%v %v %s", st, err, e.Output)
	}
	if _, err := os.Stat(filepath.Join(dir, "--force")); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(here); len(left) != 0 {
		t.Errorf("left where warroom was started: %v", left)
	}
	if e := s.run(r, n, "step-1", 1); e.Output != "/" {
		t.Errorf("%+v", e)
	}
	if e := s.run(r, n, "step-1", 2); e.State != model.ActionFailed || !strings.Contains(e.Note, `"/nowhere" does not exist`) {
		t.Errorf("%+v", e)
	}
}

// R25: the intent is written before the terminal is handed over, the end after.
func TestR25Terminal(t *testing.T) {
	s := newScene(t, nil)
	s.tool("tool", "exit 4")
	r := s.runner("bob")
	n := s.book(r, "  - {id: ask, title: S, approval: {required: 1}, actions: [{argv: [tool], interactive: true}]}\n")
	at := play.Point{Incident: s.id, Run: n, Step: "ask"}
	if _, _, err := r.Terminal(context.Background(), at, "", false); err == nil || !strings.Contains(err.Error(), "approval") {
		t.Fatalf("without the yes: %v", err)
	}
	p, _ := r.Current(s.inc(), n)
	a := p.Steps[0].Actions[0]
	if !a.Terminal {
		t.Errorf("%+v", a)
	}
	s.must("ana", model.ApproveStep{N: n, Step: "ask", Hash: p.Steps[0].Approval.Hash, Typed: p.Steps[0].Approval.Type})
	cmd, finish, err := r.Terminal(context.Background(), at, a.Hash, false)
	if err != nil || s.states(n) != "running" || s.calls() != "" {
		t.Fatalf("%v %s", err, s.states(n))
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = nil, nil, nil
	if err := finish(cmd.Run()); err != nil || s.states(n) != "failed" {
		t.Fatalf("%v %s", err, s.states(n))
	}
	run, _ := s.inc().Run(n)
	if a := run.Steps[0].Actions[0]; *a.Exit != 4 || !strings.Contains(a.Note, "not recorded") {
		t.Errorf("%+v", a)
	}
	// warroom is killed meanwhile: nobody knows how it went.
	if _, _, err := r.Terminal(context.Background(), at, "", true); err != nil {
		t.Fatal(err)
	}
	carol := s.runner("carol")
	if err := carol.Take(context.Background(), s.id, n); err != nil || s.states(n) != "interrupted" {
		t.Errorf("%v %s", err, s.states(n))
	}
}

// Every runbook that is built in can be planned to its end: with its values filled
// in nothing is blocked, every command has a risk, and a mutating one asks.
func TestBuiltInBooksCanBePlanned(t *testing.T) {
	candidates := []string{"orders", "10", "5m", "true", "https://example.com", "/var/log", "a.example.com", "example.com:443", "1.2.3.4", "postgres://a@db/x", "v1.2.3", "1%", "AKIA0123456789ABCDEF"}
	lib := library.Load(nil)
	for _, it := range lib.Books() {
		t.Run(it.ID, func(t *testing.T) {
			s := newScene(t, nil)
			r := s.runner("bob")
			r.cfg.Library = func() *library.Library { return lib }
			values := map[string]string{}
			for _, p := range it.Book.Params {
				if p.Secret() {
					for _, from := range p.From {
						if env, ok := strings.CutPrefix(from, "env:"); ok {
							t.Setenv(env, theSecret)
						}
					}
				}
				for _, c := range append(append([]string{p.Example, p.Default}, p.Values...), candidates...) {
					if c != "" && values[p.Name] == "" && p.Check(c) == nil {
						values[p.Name] = c
					}
				}
			}
			plan := func() *play.Plan {
				p, err := r.Plan(s.inc(), play.Ref{ID: it.ID}, values)
				if err != nil {
					t.Fatal(err)
				}
				return p
			}
			for range 20 { // a stand-in for every program that is not here
				for _, st := range plan().Steps {
					for _, a := range st.Actions {
						if name, _, missing := strings.Cut(a.Blocked, " is not on PATH"); missing {
							s.tool(name, "")
						}
					}
				}
			}
			for _, st := range plan().Steps {
				for k, a := range st.Actions {
					switch {
					case a.Blocked != "" && !strings.Contains(a.Blocked, "<captured."):
						t.Errorf("%s %d: %s: %s", st.ID, k+1, a.Command, a.Blocked)
					case a.Runs() && a.Blocked == "" && (a.Command == "" || a.Risk == "" || a.Risk == "unknown"):
						t.Errorf("%s %d: %+v", st.ID, k+1, a)
					case a.Runs() && a.Risk != "read" && !a.Asks():
						t.Errorf("%s %d does not ask", st.ID, k+1)
					}
				}
			}
			if c := s.calls(); c != "" {
				t.Errorf("the plan ran %s", c)
			}
		})
	}
}
