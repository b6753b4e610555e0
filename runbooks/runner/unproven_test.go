//go:build unix

package runner

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"warroom/model"
	"warroom/model/play"
	"warroom/runbooks"
	"warroom/runbooks/library"
)

// hangs is a server that takes the request and says nothing.
const hangs = "hangs"

// silence is a verification that has no data, for a program and for a server, as
// trial.answer takes it.
var silence = map[string][2]string{
	"it fails":                  {"echo 'error: dial tcp 127.0.0.1:5437: connection refused' >&2; exit 1", "500 {}"},
	"right, but it fails":       {"trap 'exit 1' EXIT", "500 *"},
	"it is killed, or too slow": {"kill -9 $$", hangs},
	"nothing":                   {"exit 0", "200 "},
}

var counts = regexp.MustCompile(`count: \d+`)

// hasty makes the trial one of the same strategy that looks less often: every look
// is alike.
func (x *trial) hasty(data []byte) {
	x.t.Helper()
	x.write(x.id+".yaml", counts.ReplaceAllString(string(data), "count: 4"))
	x.r.cfg.Library = func() *library.Library { return library.Load([]library.Dir{{Path: x.books, Origin: library.Folder}}) }
	if x.r.cfg.Client != nil {
		x.r.cfg.Client.Timeout = 2 * time.Second
	}
}

// Every strategy: a change that went through and is not proven to have worked, be it
// that the answer is wrong or that there is none, is no success. Nothing follows by
// itself; the way back is offered, or it is said why there is none, and whoever takes
// it has what was there before.
func TestUnprovenRollback(t *testing.T) {
	for _, it := range library.Load(nil).Strategies() {
		t.Run(it.ID, func(t *testing.T) {
			x := newTrial(t, it.ID)
			x.hasty(it.Data)
			t.Parallel()
			ref := play.Ref{ID: it.ID, Rollback: true}
			n := x.begin(x.r, ref, x.given())
			run, _ := x.inc().Run(n)
			for _, s := range run.Steps {
				for k := range s.Actions {
					if s.ID == "guards" || s.ID == "preview" {
						x.must("bob", model.MarkAction{N: n, Step: s.ID, Action: k, State: model.ActionDone})
					}
				}
			}
			x.step(n, "capture")
			run, _ = x.inc().Run(n)
			was := maps.Clone(run.Captured)
			x.approve(n)
			if st := x.step(n, executeStep); st != model.ActionSucceeded {
				t.Fatalf("execute: %s\n%s", st, x.store.dump())
			}
			if c := x.changed(); !slices.Equal(c, x.changes) {
				t.Fatalf("changed\n%q, want\n%q", c, x.changes)
			}
			x.done = copyOf(x.inc())
			if len(x.wrong) == 0 {
				t.Error("there is no wrong answer to its verification")
			}
			for name, says := range x.wrong {
				x.within(t, name, func() { x.unproven(n, says) })
			}
			for name, says := range silence {
				if x.mute && says[1] == "200 " {
					continue // cannot be told from the right answer
				}
				kind := 0
				if x.serve != nil {
					kind = 1
				}
				x.within(t, name, func() { x.unproven(n, says[kind]) })
			}
			x.answer("")
			offers, err := x.r.Offers(x.inc(), n)
			if err != nil {
				t.Fatal(err)
			}
			unproven := copyOf(x.inc())
			x.within(t, "looked at again", func() { x.proven(n) })
			x.store.incs[x.scene.id] = unproven
			if !it.Strategy.Risk.Reversible {
				x.noWayBack(ref, n, offers)
				return
			}
			x.wayBack(ref, n, offers, was)
		})
	}
}

// within runs a part of a trial as a test of its own.
func (x *trial) within(t *testing.T, name string, f func()) {
	t.Run(name, func(t *testing.T) {
		defer func(was *testing.T) { x.scene.t = was }(x.scene.t)
		x.scene.t = t
		f()
	})
}

// unproven verifies a change that was carried out against a world that says another
// thing.
func (x *trial) unproven(n int, says string) {
	x.t.Helper()
	if x.answer(says); says == hangs {
		x.r.cfg.Client.Timeout = 20 * time.Millisecond
		defer func() { x.r.cfg.Client.Timeout = 2 * time.Second }()
	}
	x.store.incs[x.scene.id] = copyOf(x.done) // as it was before anything was verified
	before := x.changed()
	state := x.step(n, verifyStep)
	run, _ := x.inc().Run(n)
	if state != model.ActionFailed {
		x.t.Fatalf("verify: %s: %+v", state, run.Steps[len(run.Steps)-1])
	}
	st, _ := run.Step(verifyStep)
	bad := slices.IndexFunc(st.Actions, func(a model.RunAction) bool { return a.State == model.ActionFailed })
	if bad < 0 || !run.Active() || st.State().Over() {
		x.t.Fatalf("%+v", run)
	}
	if a := st.Actions[bad]; len(a.Checks) != 1 || a.Checks[0].Result == model.CheckOK || a.Note == "" || says == hangs && a.Checks[0].Result != model.CheckInconclusive {
		x.t.Errorf("%+v", a)
	}
	if _, err := x.store.Do(x.t.Context(), x.scene.id, model.Request{Actor: "bob", Command: model.EndRun{N: n, Outcome: model.RunFinished}}); err == nil || !strings.Contains(err.Error(), "still to do") {
		x.t.Errorf("it is finished: %v", err)
	}
	if strings.Contains(x.store.dump(), ": verified") {
		x.t.Error("it is said to be verified")
	}
	if c := x.changed(); !slices.Equal(c, before) {
		x.t.Errorf("a failed verification changed something: %q", c[len(before):])
	}
	offers, err := x.r.Offers(x.inc(), n)
	if err != nil {
		x.t.Fatal(err)
	}
	if s := worded(offers); s != x.offers {
		x.t.Errorf("offers %s, want %s", s, x.offers)
	}
}

// worded names offers with the values that they begin with.
func worded(offers []play.Offer) string {
	var out []string
	for _, o := range offers {
		words := []string{o.Kind}
		if o.ID != "" {
			words = append(words, o.ID)
		}
		for _, k := range slices.Sorted(maps.Keys(o.Values)) {
			words = append(words, k+"="+o.Values[k])
		}
		out = append(out, strings.Join(words, " "))
	}
	return strings.Join(out, ", ")
}

// proven looks again once the world is as it should be: what failed before does not
// count any more, but a person's no does.
func (x *trial) proven(n int) {
	x.t.Helper()
	before := x.changed()
	if st := x.step(n, verifyStep); st != model.ActionSucceeded {
		x.t.Fatalf("verify again: %s\n%s", st, x.store.dump())
	}
	offers := func() string {
		list, err := x.r.Offers(x.inc(), n)
		if err != nil {
			x.t.Fatal(err)
		}
		return worded(list)
	}
	if s := offers(); s != "" {
		x.t.Errorf("it is proven, and offered is %s", s)
	}
	run, _ := x.inc().Run(n)
	st, _ := run.Step(verifyStep)
	for k, a := range st.Actions {
		if a.State != model.ActionDone {
			continue // not for a person to say
		}
		no := model.MarkAction{N: n, Step: verifyStep, Action: k, State: model.ActionFailed, Reason: "it is not so"}
		x.must("bob", no)
		if s := offers(); s != x.offers {
			x.t.Errorf("after a no offers %s, want %s", s, x.offers)
		}
		if _, err := x.store.Do(x.t.Context(), x.scene.id, model.Request{Actor: "bob", Command: model.EndRun{N: n, Outcome: model.RunFinished}}); err == nil {
			x.t.Error("it is finished after a no")
		}
		no.State, no.Reason = model.ActionDone, ""
		x.must("bob", no)
	}
	x.must("bob", model.EndRun{N: n, Outcome: model.RunFinished})
	if c := x.changed(); !slices.Equal(c, before) {
		x.t.Errorf("looking again changed %q", c[len(before):])
	}
}

// noWayBack: no undo is offered, the reason is, and none can be begun.
func (x *trial) noWayBack(ref play.Ref, n int, offers []play.Offer) {
	x.t.Helper()
	if !slices.ContainsFunc(offers, func(o play.Offer) bool {
		return o.Kind == play.OfferEscalate && strings.Contains(o.Words, noUndo)
	}) {
		x.t.Errorf("nothing says why there is no undo: %+v", offers)
	}
	ref.Undo = n
	if _, err := x.r.Begin(x.t.Context(), x.scene.id, ref, nil); err == nil || !strings.Contains(err.Error(), noUndo) {
		x.t.Errorf("what cannot be undone: %v", err)
	}
}

// wayBack takes the offered undo to its end: it is what was captured that comes back.
func (x *trial) wayBack(ref play.Ref, n int, offers []play.Offer, captured map[string]string) {
	x.t.Helper()
	if len(offers) == 0 || offers[0].Kind != play.OfferUndo || offers[0].Undo != n || strings.Contains(offers[len(offers)-1].Words, noUndo) {
		x.t.Fatalf("%+v", offers)
	}
	x.forget()
	u := x.begin(x.r, offers[0].Ref, offers[0].Values) // takes the target over from the run that it undoes
	was, _ := x.inc().Run(n)
	if undo, _ := x.inc().Run(u); was.Outcome != model.RunFailed || undo.Lock == "" || undo.Lock != was.Lock {
		x.t.Errorf("%+v", was)
	}
	x.refuse(u, "an undo without the yes")
	x.approve(u)
	x.must("bob", model.EndRun{N: u, Outcome: model.RunDeclined})
	x.refuse(u, "an undo that was declined")
	u = x.begin(x.r, offers[0].Ref, offers[0].Values) // it is still there to be taken
	x.refuse(u, "with the yes to another undo")
	x.approve(u)
	if st := x.step(u, executeStep); st != model.ActionSucceeded {
		x.t.Fatalf("undo: %s\n%s", st, x.store.dump())
	}
	if c := x.changed(); !slices.Equal(c, x.undo) {
		x.t.Errorf("the undo changed\n%q, want\n%q", c, x.undo)
	}
	x.must("bob", model.EndRun{N: u, Outcome: model.RunFinished})
	// Looked at anew, the world is what it was.
	m := x.begin(x.r, ref, x.given())
	run, _ := x.inc().Run(m)
	guards, _ := run.Step("guards")
	for k := range guards.Actions {
		x.must("bob", model.MarkAction{N: m, Step: "guards", Action: k, State: model.ActionDone})
	}
	x.step(m, "capture")
	run, _ = x.inc().Run(m)
	if len(captured) == 0 || !maps.Equal(run.Captured, captured) {
		x.t.Errorf("after the undo\n%q, before the rollback\n%q", run.Captured, captured)
	}
}

// A guard that has no data is not passed, whatever its tool prints while it fails.
func TestGuardsNeedData(t *testing.T) {
	for _, it := range library.Load(nil).Strategies() {
		t.Run(it.ID, func(t *testing.T) {
			x := newTrial(t, it.ID)
			t.Parallel()
			n := x.begin(x.r, play.Ref{ID: it.ID, Rollback: true}, x.given())
			for k, g := range it.Strategy.Guards {
				kind := 0
				switch {
				case g.HTTP != nil:
					kind = 1
				case len(g.Argv) == 0 || x.tools[g.Argv[0]] == "":
					continue // a person says it, or a program of every system
				}
				for _, name := range []string{"it fails", "right, but it fails"} {
					x.answer(silence[name][kind])
					e := x.run(x.r, n, "guards", k)
					if warned := g.Level == runbooks.LevelWarn && strings.HasPrefix(e.Note, "warning: "); e.State != model.ActionFailed && !warned {
						t.Errorf("%s, %s: %+v", g.ID, name, e)
					}
				}
			}
		})
	}
}
