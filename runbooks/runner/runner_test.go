//go:build unix

package runner

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"warroom/model"
	"warroom/model/alert"
	"warroom/model/play"
	"warroom/runbooks/library"
	"warroom/runbooks/proc"
)

func TestMain(m *testing.M) {
	proc.Keep()
	for _, name := range secretNames {
		_ = os.Setenv(name, theSecret)
	}
	os.Exit(m.Run())
}

// memory is a record in memory.
type memory struct {
	mu     sync.Mutex
	incs   map[string]*model.Incident
	events []model.Event
	n      byte
	now    time.Time
	fail   func(model.Command) error
}

func (m *memory) NewID() model.ID {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.n++
	return model.ID{15: m.n}
}

func (m *memory) Do(_ context.Context, id string, r model.Request) (model.Receipt, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		if err := m.fail(r.Command); err != nil {
			return model.Receipt{}, err
		}
	}
	inc := m.incs[id]
	if inc == nil {
		inc = &model.Incident{ID: id}
		m.incs[id] = inc
	}
	drafts, err := r.Command.Decide(model.Scene{Incident: inc, Actor: r.Actor, Now: m.now, Others: func() []*model.Incident {
		var out []*model.Incident
		for _, o := range m.incs {
			if o != inc {
				out = append(out, o)
			}
		}
		return out
	}})
	if err != nil {
		return model.Receipt{}, err
	}
	var out []model.Event
	for _, d := range drafts {
		raw, err := model.EncodeBody(d.Body)
		if err != nil {
			return model.Receipt{}, err
		}
		at := d.At
		if at.IsZero() {
			at = m.now
		}
		e := model.Event{Incident: id, Seq: inc.Seq + 1, At: at, Recorded: m.now, Actor: r.Actor, Kind: d.Kind, Raw: raw, Body: model.DecodeBody(d.Kind, raw)}
		inc.Apply(e)
		out = append(out, e)
	}
	m.events = append(m.events, out...)
	c := copyOf(inc)
	return model.Receipt{Incident: c, Events: out}, nil
}

func copyOf(i *model.Incident) *model.Incident {
	c := *i
	c.Runs = nil
	for _, r := range i.Runs {
		r.Steps = append([]model.RunStep(nil), r.Steps...)
		for k := range r.Steps {
			r.Steps[k].Actions = append([]model.RunAction(nil), r.Steps[k].Actions...)
		}
		c.Runs = append(c.Runs, r)
	}
	return &c
}

func (m *memory) Incident(_ context.Context, id string) (*model.Incident, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return copyOf(m.incs[id]), nil
}

func (m *memory) dump() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var b strings.Builder
	for _, e := range m.events {
		fmt.Fprintf(&b, "%s %s\n", e.Kind, e.Raw)
	}
	return b.String()
}

// scene is one incident, a folder of runbooks, a folder of stand-in tools.
type scene struct {
	t     *testing.T
	store *memory
	books string
	bin   string
	log   string
	id    string
}

func newScene(t *testing.T, files map[string]string) *scene {
	t.Helper()
	dir := t.TempDir()
	s := &scene{t: t, store: &memory{incs: map[string]*model.Incident{}, now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)},
		books: filepath.Join(dir, "books"), bin: filepath.Join(dir, "bin"), log: filepath.Join(dir, "calls"), id: "INC-1"}
	for _, d := range []string{s.books, s.bin} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range files {
		s.write(name, text)
	}
	s.must("ana", model.Declare{Title: "checkout is slow", Services: []string{"checkout"}, Severity: 2})
	return s
}

func (s *scene) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.books, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// tool makes a stand-in program that writes down how it was called.
func (s *scene) tool(name, script string) {
	s.t.Helper()
	text := "#!/bin/sh\nfor a in \"$@\"; do printf '[%s]' \"$a\" >>'" + s.log + "'; done; echo >>'" + s.log + "'\n" + script + "\n"
	if err := os.WriteFile(filepath.Join(s.bin, name), []byte(text), 0o700); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) calls() string {
	b, _ := os.ReadFile(s.log)
	return string(b)
}

func (s *scene) must(actor string, c model.Command) model.Receipt {
	s.t.Helper()
	r, err := s.store.Do(context.Background(), s.id, model.Request{Actor: actor, Command: c})
	if err != nil {
		s.t.Fatalf("%T: %v", c, err)
	}
	return r
}

func (s *scene) runner(actor string) *Runner {
	return New(Config{Store: s.store, Actor: actor, Dir: filepath.Join(filepath.Dir(s.books), "runs"),
		Environ: append(os.Environ(), "PATH="+s.bin+":"+os.Getenv("PATH")),
		Library: func() *library.Library { return library.Load([]library.Dir{{Path: s.books, Origin: library.Folder}}) },
		Now:     func() time.Time { s.store.mu.Lock(); defer s.store.mu.Unlock(); return s.store.now }})
}

func (s *scene) inc() *model.Incident {
	i, _ := s.store.Incident(context.Background(), s.id)
	return i
}

func (s *scene) begin(r *Runner, ref play.Ref, values map[string]string) int {
	s.t.Helper()
	n, err := r.Begin(context.Background(), s.id, ref, values)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func (s *scene) run(r *Runner, n int, step string, k int) model.ActionEnded {
	s.t.Helper()
	j, err := r.Execute(context.Background(), play.Point{Incident: s.id, Run: n, Step: step, Action: k}, "", false)
	if err != nil {
		s.t.Fatalf("%s %d: %v", step, k+1, err)
	}
	<-j.Done()
	e, err := j.End()
	if err != nil {
		s.t.Fatal(err)
	}
	return e
}

const simple = `
apiVersion: warroom/v1
id: simple
title: Simple
params:
  - {name: pod, from: [incident.service]}
  - {name: token, type: secret, from: ["env:WR_TEST_TOKEN"]}
steps:
  - id: look
    title: Look
    actions:
      - {description: list, command: "kubectl get pod <pod>", risk: read, expect: [{stdout: {contains: Running}}], capture: {name: state, regex: "(Running|Pending)"}}
      - {description: judge, success_criteria: no restarts}
  - id: fix
    title: Fix
    approval: {type_to_confirm: <pod>}
    actions:
      - {description: restart, argv: [kubectl, rollout, restart, "deployment/<pod>"], risk: mutate, timeout: 5s, verify: [{name: rolled, argv: [kubectl, rollout, status, <pod>]}]}
  - id: secret
    title: Uses a secret
    actions:
      - {description: call, command: 'echo "token is $WR_TOKEN"; echo "$WR_TOKEN" >&2', secrets: [token], risk: read}
escalation:
  - {after: 30m, contact: senior}
`

func TestSteppedThrough(t *testing.T) {
	t.Setenv("WR_TEST_TOKEN", "sesame-open")
	s := newScene(t, map[string]string{"simple.yaml": simple})
	s.tool("kubectl", `echo "$2 Running"`)
	r := s.runner("bob")
	p, err := r.Plan(s.inc(), play.Ref{ID: "simple"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if a := p.Steps[0].Actions[0]; a.Command != `kubectl get pod "${WR_POD}"` || strings.Join(a.Bound, "") != "WR_POD = checkout" || a.Blocked != "" || a.Risk != "read" {
		t.Errorf("%+v", a)
	}
	if a := p.Steps[1]; a.Approval == nil || a.Approval.Type != "checkout" || a.Actions[0].Command != "kubectl rollout restart deployment/checkout" {
		t.Errorf("%+v", a)
	}
	n := s.begin(r, play.Ref{ID: "simple"}, nil)
	if e := s.run(r, n, "look", 0); e.State != model.ActionSucceeded || e.Captured["state"] != "Running" || *e.Exit != 0 {
		t.Fatalf("%+v", e)
	}
	if _, err := r.Execute(context.Background(), play.Point{Incident: s.id, Run: n, Step: "look", Action: 1}, "", false); err == nil {
		t.Error("what a person judges was run")
	}
	s.must("bob", model.MarkAction{N: n, Step: "look", Action: 1, State: model.ActionDone})
	if _, err := r.Execute(context.Background(), play.Point{Incident: s.id, Run: n, Step: "fix", Action: 0}, "", false); err == nil || !strings.Contains(err.Error(), "approval") {
		t.Fatalf("ran without approval: %v", err)
	}
	cur, err := r.Current(s.inc(), n)
	if err != nil {
		t.Fatal(err)
	}
	s.must("ana", model.ApproveStep{N: n, Step: "fix", Hash: cur.Steps[1].Approval.Hash, Typed: "checkout"})
	if e := s.run(r, n, "fix", 0); e.State != model.ActionSucceeded || len(e.Checks) != 1 {
		t.Fatalf("%+v", e)
	}
	e := s.run(r, n, "secret", 0)
	if e.Output != "token is ****(token)\n****(token)" && e.Output != "****(token)\ntoken is ****(token)" { // two streams: either may be read first
		t.Errorf("%q", e.Output)
	}
	s.must("bob", model.EndRun{N: n, Outcome: model.RunFinished})
	if got := s.calls(); got != "[get][pod][checkout]\n[rollout][restart][deployment/checkout]\n[rollout][status][checkout]\n" {
		t.Error(got)
	}
}

func TestR14SecretIsNowhere(t *testing.T) {
	t.Setenv("WR_TEST_TOKEN", "sesame-open")
	s := newScene(t, map[string]string{"simple.yaml": simple})
	r := s.runner("bob")
	n := s.begin(r, play.Ref{ID: "simple"}, nil)
	s.run(r, n, "secret", 0)
	if strings.Contains(s.store.dump(), "sesame") {
		t.Error(s.store.dump())
	}
	err := filepath.WalkDir(filepath.Dir(s.books), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if strings.Contains(string(b), "sesame") {
			t.Errorf("%s holds it", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestR09TheTextIsFixedWhenARunBegins(t *testing.T) {
	s := newScene(t, map[string]string{"simple.yaml": simple})
	s.tool("kubectl", `echo Running`)
	r := s.runner("bob")
	n := s.begin(r, play.Ref{ID: "simple"}, nil)
	s.write("simple.yaml", strings.ReplaceAll(simple, "kubectl get pod", "kubectl delete pod"))
	p, err := r.Current(s.inc(), n)
	if err != nil || !p.Changed || !strings.HasPrefix(p.Steps[0].Actions[0].Command, "kubectl get") {
		t.Fatalf("%+v %v", p, err)
	}
	s.run(r, n, "look", 0)
	if got := s.calls(); got != "[get][pod][checkout]\n" {
		t.Error(got)
	}
}

func TestR05BlockedStartsNothing(t *testing.T) {
	s := newScene(t, map[string]string{"x.yaml": "id: xx\ntitle: X\nsteps:\n  - title: S\n    actions:\n      - {description: d, command: 'kubectl delete pod <pod-name> --force'}\n"})
	s.tool("kubectl", "")
	r := s.runner("bob")
	p, err := r.Plan(s.inc(), play.Ref{ID: "xx"}, nil)
	if err != nil || !strings.Contains(p.Steps[0].Actions[0].Blocked, "<pod-name>") {
		t.Fatalf("%+v %v", p, err)
	}
	n := s.begin(r, play.Ref{ID: "xx"}, nil)
	before := s.store.dump()
	if _, err := r.Execute(context.Background(), play.Point{Incident: s.id, Run: n, Step: "step-1", Action: 0}, "", false); err == nil || !strings.Contains(err.Error(), "not filled in") {
		t.Fatal(err)
	}
	if s.calls() != "" || s.store.dump() != before {
		t.Error("something was started")
	}
	s.must("ana", model.SetRunValues{N: n, Values: map[string]string{"pod-name": "--all"}})
	if _, err := r.Execute(context.Background(), play.Point{Incident: s.id, Run: n, Step: "step-1", Action: 0}, "", false); err == nil || s.calls() != "" {
		t.Errorf("--all is taken: %v %s", err, s.calls())
	}
}

func TestR10ChangedValueVoidsTheApproval(t *testing.T) {
	s := newScene(t, map[string]string{"simple.yaml": simple})
	s.tool("kubectl", `echo ok`)
	r := s.runner("bob")
	n := s.begin(r, play.Ref{ID: "simple"}, nil)
	p, _ := r.Current(s.inc(), n)
	s.must("ana", model.ApproveStep{N: n, Step: "fix", Hash: p.Steps[1].Approval.Hash, Typed: p.Steps[1].Approval.Type})
	s.must("ana", model.SetRunValues{N: n, Values: map[string]string{"pod": "payments"}})
	if _, err := r.Execute(context.Background(), play.Point{Incident: s.id, Run: n, Step: "fix", Action: 0}, "", false); err == nil || s.calls() != "" {
		t.Fatalf("%v %s", err, s.calls())
	}
	// Another person taking over voids it, too.
	s.must("ana", model.SetRunValues{N: n, Values: map[string]string{"pod": "checkout"}})
	carol := s.runner("carol")
	if err := carol.Take(context.Background(), s.id, n); err != nil {
		t.Fatal(err)
	}
	if _, err := carol.Execute(context.Background(), play.Point{Incident: s.id, Run: n, Step: "fix", Action: 0}, "", false); err == nil || s.calls() != "" {
		t.Fatalf("%v %s", err, s.calls())
	}
}

func TestR35IntentIsDurableBeforeAndResultAfter(t *testing.T) {
	s := newScene(t, map[string]string{"simple.yaml": simple})
	s.tool("kubectl", `echo Running`)
	r := s.runner("bob")
	n := s.begin(r, play.Ref{ID: "simple"}, nil)
	s.store.fail = func(c model.Command) error {
		if _, ok := c.(model.StartAction); ok {
			return model.Errorf(model.Full, "no space left")
		}
		return nil
	}
	if _, err := r.Execute(context.Background(), play.Point{Incident: s.id, Run: n, Step: "look", Action: 0}, "", false); model.CodeOf(err) != model.Full || r.Busy() != 0 {
		t.Fatalf("started without an intent: %v", err)
	}
	time.Sleep(200 * time.Millisecond) // as long as a program takes to start
	if c := s.calls(); c != "" {
		t.Fatalf("started without an intent: %q", c)
	}
	// A result that cannot be written is kept until it can.
	var mu sync.Mutex
	full := 3
	s.store.fail = func(c model.Command) error {
		mu.Lock()
		defer mu.Unlock()
		if _, ok := c.(model.EndAction); ok && full > 0 {
			full--
			return model.Errorf(model.Full, "no space left")
		}
		return nil
	}
	if e := s.run(r, n, "look", 0); e.State != model.ActionSucceeded {
		t.Fatalf("%+v", e)
	}
	run, _ := s.inc().Run(n)
	if a := run.Steps[0].Actions[0]; a.State != model.ActionSucceeded || a.Hash == "" {
		t.Errorf("%+v", a)
	}
	d := s.store.dump()
	if !strings.Contains(d, `"command":"kubectl get pod \"${WR_POD}\""`) || !strings.Contains(d, `"params":["pod"]`) {
		t.Error(d)
	}
}

func TestR22CloseStopsAndRecords(t *testing.T) {
	s := newScene(t, map[string]string{"x.yaml": "id: xx\ntitle: X\nsteps:\n  - title: S\n    actions:\n      - {description: d, command: 'trap \"echo cleaned; exit 1\" INT; echo ready; while :; do sleep 0.02; done'}\n"})
	r := s.runner("bob")
	n := s.begin(r, play.Ref{ID: "xx"}, nil)
	j, err := r.Execute(context.Background(), play.Point{Incident: s.id, Run: n, Step: "step-1", Action: 0}, "", false)
	if err != nil {
		t.Fatal(err)
	}
	for !strings.Contains(fmt.Sprint(j.Output().Lines), "ready") {
		time.Sleep(5 * time.Millisecond)
	}
	r.Close()
	run, _ := s.inc().Run(n)
	if a := run.Steps[0].Actions[0]; a.State != model.ActionCancelled || !strings.Contains(a.Output, "cleaned") {
		t.Errorf("%+v", a)
	}
	if _, err := r.Execute(context.Background(), play.Point{Incident: s.id, Run: n, Step: "step-1", Action: 0}, "", false); err == nil {
		t.Error("started while ending")
	}
}

func TestHashShownIsHashRun(t *testing.T) {
	s := newScene(t, map[string]string{"simple.yaml": simple})
	s.tool("kubectl", `echo Running`)
	r := s.runner("bob")
	n := s.begin(r, play.Ref{ID: "simple"}, nil)
	p, _ := r.Current(s.inc(), n)
	shown := p.Steps[0].Actions[0].Hash
	s.must("ana", model.SetRunValues{N: n, Values: map[string]string{"pod": "other"}})
	if _, err := r.Execute(context.Background(), play.Point{Incident: s.id, Run: n, Step: "look", Action: 0}, shown, false); err == nil || s.calls() != "" {
		t.Errorf("%v %s", err, s.calls())
	}
	p, _ = r.Current(s.inc(), n)
	j, err := r.Execute(context.Background(), play.Point{Incident: s.id, Run: n, Step: "look", Action: 0}, p.Steps[0].Actions[0].Hash, false)
	if err != nil {
		t.Fatal(err)
	}
	<-j.Done()
	if run, _ := s.inc().Run(n); run.Steps[0].Actions[0].Hash != p.Steps[0].Actions[0].Hash {
		t.Error("another digest is in the record")
	}
}

// Alerts of the incident suggest runbooks and fill values in.
func TestAlertsSuggestAndFillIn(t *testing.T) {
	s := newScene(t, map[string]string{"lag.yaml": `
id: lag-here
title: Lag here
triggers: [{alert: ReplicaLag}]
params: [{name: host, from: [incident.labels.instance]}]
steps: [{title: x, actions: [{description: y, argv: [look, <host>], risk: read}]}]
`})
	told := []alert.Alert{{Rule: "ReplicaLag", Title: "db-2 is behind", Labels: map[string]string{"instance": "db-2"}}}
	lib := func() *library.Library { return library.Load([]library.Dir{{Path: s.books, Origin: library.Folder}}) }
	r := New(Config{Store: s.store, Library: lib, Actor: "ana", Alerts: func(id string) []alert.Alert {
		if id != s.id {
			t.Errorf("asked for the alerts of %s", id)
		}
		return told
	}})
	if c := r.Fitting(told); len(c) == 0 || c[0].ID != "lag-here" || c[0].Why != "alert ReplicaLag" {
		t.Errorf("%+v", c)
	}
	if c := r.Fitting([]alert.Alert{{Title: "checkout is slow"}}); len(c) != 0 && c[0].Why == "" {
		t.Errorf("without a reason: %+v", c)
	}
	inc, err := s.store.Incident(context.Background(), s.id)
	if err != nil {
		t.Fatal(err)
	}
	if c := r.Cards(inc); c[0].ID == "lag-here" {
		t.Errorf("no alert is part of it yet: %+v", c[0])
	}
	s.must("ana", model.AttachAlert{Line: model.AlertLine{Group: 1, Title: "db-2 is behind", Rule: "ReplicaLag", Count: 1}})
	if inc, err = s.store.Incident(context.Background(), s.id); err != nil {
		t.Fatal(err)
	}
	if c := r.Cards(inc); c[0].ID != "lag-here" {
		t.Errorf("%+v", c[0])
	}
	p, err := r.Plan(inc, play.Ref{ID: "lag-here"}, nil)
	if err != nil || len(p.Values) != 1 || p.Values[0].Value != "db-2" {
		t.Errorf("%+v %v", p, err)
	}
}
