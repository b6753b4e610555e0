//go:build unix

package runner

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"warroom/model"
)

const gated = `
apiVersion: warroom/v1
id: gated
title: Gated
steps: [{title: look}]
recovery:
  soak: 1m
  confirm: are customers served?
  checks:
    - {name: errors, command: "cat STATE/errors", success: "< 0.01", interval: 30s, consecutive: 3, failure_limit: 3}
    - {name: health, argv: [sh, STATE/health], interval: 1m, initial_delay: 1m, consecutive: 2}
    - {name: noise, argv: ["false"], severity: warn}
    - {ask: is support quiet?}
`

// looked is a gate that is looked at as the clock moves.
type looked struct {
	*scene
	r     *Runner
	state string
}

func newGate(t *testing.T, book string) *looked {
	t.Helper()
	g := &looked{scene: newScene(t, nil), state: t.TempDir()}
	g.write("gated.yaml", strings.ReplaceAll(book, "STATE", g.state))
	g.r = g.runner("ana")
	g.set("errors", "0")
	g.set("health", "exit 0")
	if err := g.r.SetGate(context.Background(), g.id, "gated"); err != nil {
		t.Fatal(err)
	}
	return g
}

func (g *looked) set(name, text string) {
	g.t.Helper()
	if err := os.WriteFile(filepath.Join(g.state, name), []byte(text+"\n"), 0o600); err != nil {
		g.t.Fatal(err)
	}
}

// look moves the clock to the next look that is due, and looks.
func (g *looked) look() string {
	g.t.Helper()
	due, ok := g.r.GateDue(g.inc())
	if !ok {
		g.t.Fatal("no look is due")
	}
	g.store.mu.Lock()
	if due.After(g.store.now) {
		g.store.now = due
	}
	g.store.mu.Unlock()
	vs, err := g.r.SampleGate(context.Background(), g.id)
	if err != nil {
		g.t.Fatal(err)
	}
	var out []string
	for _, v := range vs {
		out = append(out, v.Name+" "+v.Result)
	}
	return strings.Join(out, ", ")
}

func (g *looked) want(looks string, state model.GateState) {
	g.t.Helper()
	if got := g.look(); got != looks {
		g.t.Fatalf("looked at %s, want %s", got, looks)
	}
	if i := g.inc(); i.Gate.State(g.store.now) != state {
		g.t.Fatalf("%s, want %s: %s", i.Gate.State(g.store.now), state, i.Gate.Missing(g.store.now))
	}
}

func TestGatePasses(t *testing.T) {
	g := newGate(t, gated)
	g.want("errors ok", model.GateWaiting) // the initial delay of the other is not over
	if _, err := g.r.SampleGate(context.Background(), g.id); model.CodeOf(err) != model.Conflict || !strings.Contains(err.Error(), "due in 30 s") {
		t.Fatalf("a second look at once counts: %v", err)
	}
	g.want("errors ok", model.GateWaiting)            // 0:30
	g.want("errors ok, health ok", model.GateWaiting) // 1:00
	g.want("errors ok", model.GateWaiting)            // 1:30
	g.want("errors ok, health ok", model.GateSoaking) // 2:00, both green
	if _, err := g.store.Do(context.Background(), g.id, model.Request{Actor: "bob", Command: model.ConfirmGate{}}); err == nil {
		t.Fatal("confirmed while it soaks")
	}
	g.want("errors ok", model.GateSoaking)
	g.want("errors ok, health ok", model.GateReady) // 3:00
	if _, err := g.store.Do(context.Background(), g.id, model.Request{Actor: "bob", Command: model.SetStatus{To: model.Resolved}}); err == nil || !strings.Contains(err.Error(), "are customers served?") {
		t.Fatalf("resolved without a person's yes: %v", err)
	}
	g.must("bob", model.ConfirmGate{})
	g.must("bob", model.SetStatus{To: model.Resolved})
}

func TestGateFlaps(t *testing.T) {
	g := newGate(t, gated)
	for range 6 {
		g.look()
	}
	if st := g.inc().Gate.State(g.store.now); st != model.GateSoaking {
		t.Fatal(st)
	}
	g.set("errors", "0.2")
	g.want("errors failed, health ok", model.GateWaiting) // within the soak
	g.set("errors", "0")
	c := g.inc().Gate.Checks[0]
	if c.Green != 0 || c.Flaps != 1 || !g.inc().Gate.GreenSince.IsZero() {
		t.Errorf("%+v", c)
	}
	g.want("errors ok", model.GateWaiting)
	g.want("errors ok, health ok", model.GateWaiting)
	g.want("errors ok", model.GateSoaking) // three in a row again, and the soak from the beginning
	g.want("errors ok, health ok", model.GateSoaking)
	g.want("errors ok", model.GateReady)
	g.must("bob", model.ConfirmGate{})
	// It fails more often than it may: it does not become green by itself any more.
	g = newGate(t, gated)
	g.set("errors", "7")
	for range 4 {
		g.look()
	}
	if i := g.inc(); i.Gate.State(g.store.now) != model.GateFailed || !strings.Contains(i.Gate.Missing(g.store.now), "errors failed 4 of 4 times") {
		t.Errorf("%s: %s", i.Gate.State(g.store.now), i.Gate.Missing(g.store.now))
	}
}

func TestGateWithoutData(t *testing.T) {
	g := newGate(t, gated)
	for name, text := range map[string]string{"nothing": "", "NaN": "NaN", "words": "no data"} {
		g.set("errors", text)
		for range 2 {
			if got := g.look(); !strings.Contains(got, "errors inconclusive") {
				t.Fatalf("%s: %s", name, got)
			}
		}
	}
	i := g.inc()
	if c := i.Gate.Checks[0]; c.Blank != 6 || c.Failed != 0 || c.Green != 0 || i.Gate.State(g.store.now) != model.GateWaiting {
		t.Errorf("%+v %s", c, i.Gate.State(g.store.now))
	}
	if m := i.Gate.Missing(g.store.now); !strings.Contains(m, "errors 0 of 3 green (no data)") {
		t.Error(m)
	}
	if _, err := g.store.Do(context.Background(), g.id, model.Request{Actor: "bob", Command: model.ConfirmGate{}}); err == nil {
		t.Error("no data was taken for recovery")
	}
	// Only the commander goes past it, with a reason.
	g.must("ana", model.TakeCommand{})
	g.must("ana", model.OverrideGate{Reason: "Prometheus itself is down"})
	g.must("ana", model.SetStatus{To: model.Resolved})
	if !strings.Contains(g.store.dump(), "Prometheus itself is down") {
		t.Error("the reason is not logged")
	}
}

// A check with a count is over after so many looks.
func TestGateCount(t *testing.T) {
	g := newGate(t, strings.ReplaceAll(gated, "failure_limit: 3", "count: 4"))
	g.set("errors", "no data")
	for range 5 {
		g.look()
	}
	if st := g.inc().Gate.State(g.store.now); st != model.GateFailed {
		t.Errorf("%s: %+v", st, g.inc().Gate.Checks)
	}
}

// A rollback makes the recovery checks of its runbook those of the incident.
func TestRollbackSetsTheGate(t *testing.T) {
	g := newGate(t, gated)
	g.store.incs[g.id].Gate = nil
	g.must("ana", model.StartRun{Book: "gated", Title: "Gated", Steps: []model.RunStep{{ID: "step-1", Title: "look", Actions: []model.RunAction{{Text: "look"}}}}})
	g.write("back.yaml", back)
	g.tool("undo-it", "")
	g.tool("history", "")
	n := g.begin(g.r, ref("back"), map[string]string{"target": "orders"})
	p, _ := g.r.Current(g.inc(), n)
	g.must("bob", model.ApproveStep{N: n, Step: executeStep, Hash: p.Steps[1].Approval.Hash, Typed: p.Steps[1].Approval.Type})
	g.run(g.r, n, executeStep, 0)
	if i := g.inc(); i.Gate == nil || !strings.HasPrefix(i.Gate.Book, "gated@") {
		t.Errorf("%+v", i.Gate)
	}
	if d := g.store.dump(); !strings.Contains(d, `action {"text":"Took orders back, not verified yet"`) || strings.Contains(d, "back: verified") {
		t.Error(d)
	}
	g.run(g.r, n, verifyStep, 0)
	if d := g.store.dump(); !strings.Contains(d, `action {"text":"Took orders back: verified"`) {
		t.Error(d)
	}
}
