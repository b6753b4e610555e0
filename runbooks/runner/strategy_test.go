//go:build unix

package runner

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"warroom/model"
	"warroom/model/play"
	"warroom/runbooks/library"
)

const theSecret = "sesame-open-9"

// secretNames are where strategies find their secrets. They are set once for all
// tests, so that trials may run side by side.
var secretNames = []string{"MIGRATE_PASSWORD", "LAUNCHDARKLY_ACCESS_TOKEN", "UNLEASH_TOKEN", "FLAG_TOKEN", "CLOUDFLARE_API_TOKEN", "FASTLY_API_TOKEN", "DEPLOY_TOKEN"}

// trial is a strategy in its world.
type trial struct {
	*scene
	way
	*world
	r     *Runner
	id    string
	dir   string
	state string
	done  *model.Incident // once the change was carried out
}

// newTrial writes programs. A test that runs beside others makes its trial before it
// does so: a program that is still open for writing where another process is born
// cannot be run.
func newTrial(t *testing.T, id string) *trial {
	t.Helper()
	x := &trial{scene: newScene(t, nil), way: ways[id], world: &world{on: true, live: "v2.32.0"}, id: id, dir: t.TempDir(), state: t.TempDir()}
	for name, script := range x.tools {
		x.stand(name, strings.NewReplacer("STATE", x.state, "LOG", x.log).Replace(script))
	}
	for name, text := range map[string]string{"7_orders.up.sql": "CREATE", "9_lines.down.sql": "DROP TABLE lines;"} {
		if err := os.WriteFile(filepath.Join(x.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	x.r = x.runner("bob")
	x.r.cfg.Library = func() *library.Library { return library.Load(nil) }
	x.r.pace = func(d time.Duration) time.Duration { return min(d, time.Millisecond) }
	if x.serve != nil {
		srv := httptest.NewTLSServer(http.HandlerFunc(x.handle))
		t.Cleanup(srv.Close)
		x.r.cfg.Client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, "tcp", srv.Listener.Addr().String())
			}}}
	}
	return x
}

// answer makes the world say something else from now on, "" for what is so: a script
// that goes before that of every program and may end it, or the answer of the
// server, a status and a body or a header. A body of * is the one that is so.
func (x *trial) answer(says string) {
	x.t.Helper()
	x.mu.Lock()
	x.says = says
	x.mu.Unlock()
	if err := os.WriteFile(filepath.Join(x.state, "answer"), []byte(says), 0o600); err != nil {
		x.t.Fatal(err)
	}
}

// stand makes a program that writes down its name and arguments.
func (x *trial) stand(name, script string) {
	x.t.Helper()
	text := "#!/bin/sh\n{ printf '%s ' " + name + "; printf '[%s]' \"$@\"; echo; } >>'" + x.log + "'\ntest ! -e '" + x.state + "/answer' || . '" + x.state + "/answer'\n" + script + "\n"
	if err := os.WriteFile(filepath.Join(x.bin, name), []byte(text), 0o700); err != nil {
		x.t.Fatal(err)
	}
}

func (x *trial) handle(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.says == hangs {
		x.mu.Unlock()
		<-r.Context().Done()
		x.mu.Lock()
		return
	}
	x.asked = append(x.asked, r.Method+" "+r.Host+r.URL.Path+" "+string(body))
	x.auth = append(x.auth, r.Header.Get("Authorization")+r.Header.Get("Fastly-Key"))
	code, text := x.serve(x.world, r, string(body))
	if status, says, _ := strings.Cut(x.says, " "); status != "" {
		if code, _ = strconv.Atoi(status); says != "*" {
			text = says
		}
	}
	if k, v, ok := strings.Cut(text, ": "); ok && !strings.HasPrefix(text, "{") {
		w.Header().Set(k, v)
		text = ""
	}
	w.WriteHeader(code)
	io.WriteString(w, text)
}

func (x *trial) given() map[string]string {
	out := map[string]string{}
	for _, kv := range strings.Fields(x.values) {
		k, v, _ := strings.Cut(kv, "=")
		out[k] = strings.ReplaceAll(v, "DIR", x.dir)
	}
	return out
}

var looks = regexp.MustCompile(`can-i|\[get\]|\[history\]|\[status\]|dry-run|\[version\]$|\[get-|\[list-|\[wait\]|^dig |rev-parse|--porcelain|merge-base|\[log\]|\[diff\]|\[show\]|ls-remote|\[check\]|\[preview\]|^(?:GET|HEAD) `)

// seen is everything that was run or asked, in order: programs, then requests.
func (x *trial) seen() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	var out []string
	for l := range strings.Lines(x.scene.calls()) {
		out = append(out, strings.ReplaceAll(strings.TrimRight(l, "\n"), x.dir, "DIR"))
	}
	return append(out, x.asked...)
}

// changed is everything that was not just a look.
func (x *trial) changed() []string {
	return slices.DeleteFunc(x.seen(), looks.MatchString)
}

func (x *trial) forget() {
	x.mu.Lock()
	defer x.mu.Unlock()
	_ = os.Remove(x.log)
	x.asked = nil
}

// step carries out one step: what a machine does runs as it was shown, a person
// says yes to the rest.
func (x *trial) step(n int, id string) model.ActionState {
	x.t.Helper()
	p, err := x.r.Current(x.inc(), n)
	if err != nil {
		x.t.Fatal(err)
	}
	for _, s := range p.Steps {
		if s.ID != id {
			continue
		}
		for k := range s.Actions {
			p, _ := x.r.Current(x.inc(), n)
			s, a, _ := at(p, id, k)
			if !a.Runs() {
				x.must("bob", model.MarkAction{N: n, Step: id, Action: k, State: model.ActionDone})
				continue
			}
			if a.Blocked != "" {
				x.t.Fatalf("%s %d is blocked: %s", id, k+1, a.Blocked)
			}
			j, err := x.r.Execute(context.Background(), play.Point{Incident: x.scene.id, Run: n, Step: id, Action: k}, a.Hash, false)
			if err != nil {
				x.t.Fatalf("%s %d: %v", id, k+1, err)
			}
			<-j.Done()
			e, _ := j.End()
			run, _ := x.inc().Run(n)
			if st, _ := run.Step(id); a.Hash != "" && a.Kind != "check" && st.Actions[k].Hash != a.Hash {
				x.t.Errorf("%s %d: the record has another digest than was shown", s.ID, k+1)
			}
			if e.State != model.ActionSucceeded {
				return e.State
			}
		}
	}
	return model.ActionSucceeded
}

func at(p *play.Plan, id string, k int) (play.Step, play.Action, bool) {
	for _, s := range p.Steps {
		if s.ID == id && k < len(s.Actions) {
			return s, s.Actions[k], true
		}
	}
	return play.Step{}, play.Action{}, false
}

func (x *trial) approve(n int) {
	x.t.Helper()
	p, _ := x.r.Current(x.inc(), n)
	s, _, _ := at(p, executeStep, 0)
	for k := range s.Approval.Required {
		x.must([]string{"bob", "ana"}[k], model.ApproveStep{N: n, Step: executeStep, Hash: s.Approval.Hash, Typed: s.Approval.Type})
	}
}

// execute tries to execute the first move, which has to be refused.
func (x *trial) refuse(n int, when string) {
	x.t.Helper()
	_, err := x.r.Execute(context.Background(), play.Point{Incident: x.scene.id, Run: n, Step: executeStep, Action: 0}, "", false)
	if err == nil {
		x.t.Fatalf("executed %s", when)
	}
	if c := x.changed(); len(c) > 0 {
		x.t.Fatalf("%s: something was changed: %q", when, c)
	}
}

// Every strategy: nothing is changed before the yes, whenever one declines; then
// exactly what was shown; then it is looked whether it worked; then the way back.
func TestRollbackFromEndToEnd(t *testing.T) {
	for _, it := range library.Load(nil).Strategies() {
		t.Run(it.ID, func(t *testing.T) {
			if _, ok := ways[it.ID]; !ok {
				t.Fatal("this strategy has no trial")
			}
			x := newTrial(t, it.ID)
			t.Parallel()
			ref := play.Ref{ID: it.ID, Rollback: true}
			// At every point before the yes nothing can be executed.
			n := x.begin(x.r, ref, x.given())
			for _, s := range []string{"guards", "capture", "preview"} {
				x.refuse(n, "before "+s)
				if st := x.step(n, s); st != model.ActionSucceeded {
					run, _ := x.inc().Run(n)
					t.Fatalf("%s: %s: %+v", s, st, run.Steps)
				}
			}
			x.refuse(n, "without the yes")
			// A second room on the same target is refused with the holder's name.
			other := x.runner("carol")
			other.cfg.Library = x.r.cfg.Library
			if _, err := x.store.Do(context.Background(), "INC-2", model.Request{Actor: "carol", Command: model.Declare{Title: "another"}}); err != nil {
				t.Fatal(err)
			}
			if _, err := other.Begin(context.Background(), "INC-2", ref, x.given()); err == nil || !strings.Contains(err.Error(), "is being rolled back by bob already, run 1 of INC-1") {
				t.Fatalf("a second rollback of the same target: %v", err)
			}
			// Carried out.
			x.approve(n)
			if st := x.step(n, executeStep); st != model.ActionSucceeded {
				t.Fatalf("execute: %s\n%s", st, x.store.dump())
			}
			if c := x.changed(); !slices.Equal(c, x.changes) {
				t.Errorf("changed\n%q, want\n%q", c, x.changes)
			}
			// warroom is killed here: whoever takes over goes on with the verification.
			heir := New(x.r.cfg)
			heir.pace = x.r.pace
			if err := heir.Take(context.Background(), x.scene.id, n); err != nil {
				t.Fatal(err)
			}
			x.r = heir
			taken, _ := x.inc().Run(n)
			if st, _, _ := taken.Next(); st.ID != verifyStep {
				t.Errorf("it goes on with %s", st.ID)
			}
			if st := x.step(n, verifyStep); st != model.ActionSucceeded {
				run, _ := x.inc().Run(n)
				t.Fatalf("verify: %s: %+v", st, run.Steps[len(run.Steps)-1])
			}
			x.must("bob", model.EndRun{N: n, Outcome: model.RunFinished})
			if c := x.changed(); !slices.Equal(c, x.changes) {
				t.Errorf("looking whether it worked changed %q", c)
			}
			want := strings.Fields(it.Strategy.Timeline)[0] // its sentence, with values
			if d := x.store.dump(); !strings.Contains(d, `action {"text":"`+want) || strings.Contains(d[strings.Index(d, `action {"text":"`+want):], `"text":"`+it.Strategy.Timeline+`"`) {
				t.Errorf("the timeline does not say it:\n%s", d)
			}
			x.back(ref, n, it.Strategy.Risk.Reversible)
			x.secretIsNowhere()
		})
	}
}

// back takes the rollback back, or cannot.
func (x *trial) back(ref play.Ref, n int, reversible bool) {
	x.t.Helper()
	x.forget()
	ref.Undo = n
	if !reversible {
		if _, err := x.r.Begin(context.Background(), x.scene.id, ref, nil); err == nil {
			x.t.Error("what cannot be undone was undone")
		}
		return
	}
	u := x.begin(x.r, ref, nil)
	x.refuse(u, "an undo without the yes")
	x.approve(u)
	if st := x.step(u, executeStep); st != model.ActionSucceeded {
		x.t.Fatalf("undo: %s", st)
	}
	if c := x.changed(); !slices.Equal(c, x.undo) {
		x.t.Errorf("the undo changed\n%q, want\n%q", c, x.undo)
	}
}

func (x *trial) secretIsNowhere() {
	x.t.Helper()
	if strings.Contains(x.store.dump()+x.scene.calls(), theSecret) {
		x.t.Error("the secret is in the record or in an argument")
	}
	for _, a := range x.auth {
		if a != "" && !strings.Contains(a, theSecret) {
			x.t.Errorf("the server was asked with %q", a)
		}
	}
	_ = filepath.WalkDir(filepath.Dir(x.books), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && filepath.Dir(path) != x.bin {
			if b, _ := os.ReadFile(path); strings.Contains(string(b), theSecret) {
				x.t.Errorf("%s holds the secret", path)
			}
		}
		return nil
	})
}

// Declining ends it at every point before the first change: nothing can be executed
// any more, and the target is free again.
func TestDeclinedRollback(t *testing.T) {
	for _, it := range library.Load(nil).Strategies() {
		t.Run(it.ID, func(t *testing.T) {
			x := newTrial(t, it.ID)
			t.Parallel()
			ref := play.Ref{ID: it.ID, Rollback: true}
			for _, point := range []string{"", "guards", "capture", "preview", "the yes"} {
				n := x.begin(x.r, ref, x.given())
				run, _ := x.inc().Run(n)
				for _, s := range run.Steps {
					needed := s.ID == point || s.ID == "capture" && point == "the yes"
					switch {
					case needed && x.step(n, s.ID) != model.ActionSucceeded:
						t.Fatalf("%s: %s", s.ID, x.store.dump())
					case needed || point == "" || s.ID == executeStep || s.ID == verifyStep:
					default:
						for k := range s.Actions {
							x.must("bob", model.MarkAction{N: n, Step: s.ID, Action: k, State: model.ActionSkipped, Reason: "not of interest"})
						}
					}
				}
				if point == "the yes" {
					x.approve(n)
				}
				x.must("bob", model.EndRun{N: n, Outcome: model.RunDeclined})
				before := x.seen()
				for _, s := range run.Steps {
					for k := range s.Actions {
						if _, err := x.r.Execute(context.Background(), play.Point{Incident: x.scene.id, Run: n, Step: s.ID, Action: k}, "", true); err == nil || point == "the yes" && !strings.Contains(err.Error(), "declined") {
							t.Errorf("declined after %q, %s %d: %v", point, s.ID, k+1, err)
						}
					}
				}
				undo := ref
				undo.Undo = n
				if _, err := x.r.Begin(context.Background(), x.scene.id, undo, nil); err == nil {
					t.Errorf("declined after %q, and an undo of it began", point)
				}
				if c := x.changed(); len(c) > 0 || !slices.Equal(x.seen(), before) {
					t.Errorf("declined after %q, and executed: %q", point, x.seen()[len(before):])
				}
			}
		})
	}
}
