package runner

import (
	"context"
	"slices"
	"time"

	"warroom/model"
	"warroom/model/play"
	"warroom/runbooks"
)

// after does what the runbook says follows the end of an action, as far as it
// changes only the run. What would change the system is offered; see Offers.
// What cannot be written down is left for a person to do.
func (r *Runner) after(at play.Point, state model.ActionState) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	inc, err := r.cfg.Store.Incident(ctx, at.Incident)
	if err != nil {
		return
	}
	t, run, err := r.follow(inc, at.Run)
	if err != nil {
		return
	}
	it, err := t.item(at.Step, at.Action)
	if err != nil {
		return
	}
	switch {
	case failed(state) && it.onFailure != nil:
		r.onFailure(ctx, at, run, it)
	case state == model.ActionSucceeded && t.strategy != nil && !t.undo && at.Step == executeStep:
		r.rolledBack(ctx, inc, run, t)
	case state == model.ActionSucceeded && t.strategy != nil && !t.undo && at.Step == verifyStep:
		if st, _ := run.Step(verifyStep); !slices.ContainsFunc(st.Actions, func(a model.RunAction) bool { return a.State != model.ActionSucceeded }) {
			r.sayBack(ctx, inc, run, t, ": verified")
		}
	}
	_ = r.Settle(ctx, at.Incident, at.Run)
}

func (r *Runner) onFailure(ctx context.Context, at play.Point, run model.Run, it *item) {
	skip := func(step string, k int, reason string) {
		_, _ = r.do(ctx, at.Incident, model.MarkAction{N: at.Run, Step: step, Action: k, State: model.ActionSkipped, Reason: reason, ByBook: true})
	}
	switch it.onFailure.Then {
	case runbooks.ThenContinue:
		skip(at.Step, at.Action, "failed, and the runbook goes on")
	case runbooks.ThenGoto:
		reason := "failed, and the runbook goes to " + it.onFailure.Goto
		on := false
		for _, s := range run.Steps {
			if s.ID == it.onFailure.Goto {
				break
			}
			for k, a := range s.Actions {
				if on = on || s.ID == at.Step && k == at.Action; on && !a.State.Over() {
					skip(s.ID, k, reason)
				}
			}
		}
	case runbooks.ThenEscalate:
		for level, d := range run.Escalate {
			if d.Fired.IsZero() {
				_, _ = r.do(ctx, at.Incident, model.EscalateRun{N: at.Run, Level: level, Why: "“" + it.text + "” failed"})
				return
			}
		}
	}
}

// rolledBack writes the sentence of a rollback into the timeline once all of it
// was executed, and makes the recovery checks of the runbook those of the
// incident, if it has none yet.
func (r *Runner) rolledBack(ctx context.Context, inc *model.Incident, run model.Run, t *track) {
	st, ok := run.Step(executeStep)
	if !ok || slices.ContainsFunc(st.Actions, func(a model.RunAction) bool { return !a.State.Over() }) {
		return
	}
	more := ""
	if v, ok := run.Step(verifyStep); ok && !v.State().Over() {
		more = ", not verified yet"
	}
	r.sayBack(ctx, inc, run, t, more)
	if t.strategy.Recovery != runbooks.FromRunbook || inc.Gate != nil {
		return
	}
	for _, other := range slices.Backward(inc.Runs) {
		if it, err := r.cfg.Library().Find(other.Book); err == nil && !other.Rollback && it.Book.Recovery != nil {
			_ = r.SetGate(ctx, inc.ID, it.ID)
			return
		}
	}
}

// sayBack writes what a rollback did, as its strategy words it, and what is known
// of it.
func (r *Runner) sayBack(ctx context.Context, inc *model.Incident, run model.Run, t *track, more string) {
	if t.strategy.Timeline == "" {
		return
	}
	sc := r.scope(t, inc, &run, r.fill(t, inc, run.Values), nil, nil)
	_, _ = r.do(ctx, inc.ID, model.AddNote{Kind: model.KindAction, Text: fillIn(t.strategy.Timeline, sc) + more, Important: true})
}

// Settle skips what comes next in a run that is executed here and does not apply
// by its condition. A condition on a value that is still to be filled in is not
// decided yet.
func (r *Runner) Settle(ctx context.Context, incident string, n int) error {
	for {
		inc, err := r.cfg.Store.Incident(ctx, incident)
		if err != nil {
			return err
		}
		t, run, err := r.follow(inc, n)
		if err != nil {
			return err
		}
		st, _, more := run.Next()
		s, ok := t.step(st.ID)
		if _, _, busy := run.Running(); !more || !ok || busy || s.when == "" || !run.Active() || !r.Holds(run) {
			return nil
		}
		values := r.fill(t, inc, run.Values)
		sc := r.scope(t, inc, &run, values, nil, nil)
		c, err := runbooks.ParseCondition(s.when)
		if err != nil || c.Holds(valueOf(sc, &run)) || open(c, values) {
			return err
		}
		skipped := false
		for k, a := range st.Actions {
			if a.State == model.ActionPending {
				if _, err := r.do(ctx, incident, model.MarkAction{N: n, Step: st.ID, Action: k, State: model.ActionSkipped, Reason: "does not apply: only if " + s.when, ByBook: true}); err != nil {
					return err
				}
				skipped = true
			}
		}
		if !skipped {
			return nil
		}
	}
}

// open reports whether a condition asks for a value that is needed and missing.
func open(c *runbooks.Condition, values []play.Value) bool {
	return slices.ContainsFunc(c.Terms, func(t runbooks.Term) bool {
		return t.Family == "params" && slices.ContainsFunc(values, func(v play.Value) bool {
			return v.Name == t.Name && v.Value == "" && v.Problem != ""
		})
	})
}
