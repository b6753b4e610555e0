package cli

import (
	"bufio"
	"context"
	"fmt"
	"slices"
	"strings"

	"warroom/model"
	"warroom/model/play"
	"warroom/runbooks/runner"
)

// stepping is one run on the command line.
type stepping struct {
	a   *app
	r   *runner.Runner
	id  string
	n   int
	f   *following
	ask *bufio.Reader // nil: nobody can be asked
}

// runJSON is a line of a run under --json.
type runJSON struct {
	Run     int    `json:"run"`
	Step    string `json:"step,omitempty"`
	Action  int    `json:"action,omitempty"` // from 1
	Text    string `json:"text,omitempty"`
	Command string `json:"command,omitempty"` // what would run
	State   string `json:"state"`
	Exit    *int   `json:"exit,omitempty"`
	Took    int64  `json:"took_ms,omitempty"`
	Output  string `json:"output,omitempty"`
	Note    string `json:"note,omitempty"`
	Needs   string `json:"needs,omitempty"`
	Outcome string `json:"outcome,omitempty"`

	Offers []offerJSON `json:"offers,omitempty"` // what may follow; for a person to take
}

type offerJSON struct {
	Kind   string            `json:"kind"` // rollback, undo, escalate
	ID     string            `json:"id,omitempty"`
	Undo   int               `json:"undo,omitempty"` // the run
	Values map[string]string `json:"values,omitempty"`
	Words  string            `json:"words"`
}

// follow begins or continues a run and goes as far as it can.
func (a *app) follow(ctx context.Context, args []string, usage string, f *following, rollback bool) error {
	if f.run > 0 && !slices.ContainsFunc(args, func(s string) bool { return !isID(s) }) {
		args = append(args, "-") // the run knows its runbook
	}
	inc, name, err := a.target(ctx, args, usage)
	if err != nil {
		return err
	}
	values, err := f.values()
	if err != nil {
		return err
	}
	s := &stepping{a: a, r: a.runner(a.shelf(f.books)), id: inc.ID, f: f}
	defer s.r.Close()
	if a.interactive() {
		s.ask = bufio.NewReader(a.in)
	}
	if f.run > 0 {
		s.n = f.run
		run, ok := inc.Run(s.n)
		if !ok {
			return model.Errorf(model.NotFound, "there is no run %d in %s", s.n, inc.ID)
		}
		if err := s.r.Take(ctx, inc.ID, run.N); err != nil {
			return err
		}
		if len(values) > 0 {
			if err := s.r.Fill(ctx, inc.ID, s.n, values); err != nil && model.CodeOf(err) != model.Conflict {
				return err
			}
		}
	} else if s.n, err = s.r.Begin(ctx, inc.ID, play.Ref{ID: name, Rollback: rollback, Undo: f.undo}, values); err != nil {
		return err
	}
	if f.step != "" {
		if err := s.skipTo(ctx, f.step); err != nil {
			return err
		}
	}
	return s.through(ctx)
}

// skipTo skips what stands in front of a step.
func (s *stepping) skipTo(ctx context.Context, step string) error {
	inc, err := s.a.store.Incident(ctx, s.id)
	if err != nil {
		return err
	}
	run, _ := inc.Run(s.n)
	if _, ok := run.Step(step); !ok {
		return model.Errorf(model.NotFound, "run %d has no step %q", s.n, model.Brief(step, 60))
	}
	for _, st := range run.Steps {
		if st.ID == step {
			return nil
		}
		for k, act := range st.Actions {
			if !act.State.Over() {
				if _, err := s.a.do(ctx, s.id, model.MarkAction{N: s.n, Step: st.ID, Action: k, State: model.ActionSkipped, Reason: "started at " + step}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// through goes from action to action until the run is over, fails, or needs a
// person who is not there.
func (s *stepping) through(ctx context.Context) error {
	for {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := s.r.Settle(ctx, s.id, s.n); err != nil {
			return err
		}
		inc, err := s.a.store.Incident(ctx, s.id)
		if err != nil {
			return err
		}
		run, _ := inc.Run(s.n)
		st, k, more := run.Next()
		if !more {
			if _, err := s.a.do(ctx, s.id, model.EndRun{N: s.n, Outcome: model.RunFinished}); err != nil {
				return err
			}
			return s.say(runJSON{Run: s.n, State: "finished", Outcome: model.RunFinished})
		}
		p, err := s.r.Current(inc, s.n)
		if err != nil {
			return err
		}
		step, act, ok := find(p, st.ID, k)
		if !ok {
			return model.Errorf(model.Internal, "the plan of run %d does not fit", s.n)
		}
		if stop, err := s.one(ctx, run, step, k, act); stop || err != nil {
			return err
		}
	}
}

func find(p *play.Plan, id string, k int) (play.Step, play.Action, bool) {
	for _, s := range p.Steps {
		if s.ID == id && k < len(s.Actions) {
			return s, s.Actions[k], true
		}
	}
	return play.Step{}, play.Action{}, false
}

// one deals with one action; stop ends the command.
func (s *stepping) one(ctx context.Context, run model.Run, step play.Step, k int, act play.Action) (stop bool, err error) {
	was := run.Steps[indexOf(run, step.ID)].Actions[k].State
	needs := s.needs(step, act, was)
	if needs == "" {
		return s.execute(ctx, step, k, act, false)
	}
	if s.ask == nil {
		if s.f.confirm != "" && step.Approval != nil && act.Blocked == "" && !act.Terminal && was != model.ActionInterrupted && act.Runs() {
			if step.Approval.Have < step.Approval.Required {
				if err := s.approve(ctx, step, s.f.confirm); err != nil {
					return true, err
				}
			}
			return s.execute(ctx, step, k, act, false)
		}
		if !s.a.flag.json {
			s.head(step, k, act)
		}
		if err := s.say(runJSON{Run: s.n, Step: step.ID, Action: k + 1, Text: act.Text, State: "needs_person", Needs: needs, Command: act.Command}); err != nil {
			return true, err
		}
		return true, errNo
	}
	return s.talk(ctx, step, k, act, was, needs)
}

func indexOf(run model.Run, id string) int {
	for k, s := range run.Steps {
		if s.ID == id {
			return k
		}
	}
	return 0
}

func (s *stepping) approve(ctx context.Context, step play.Step, typed string) error {
	var roles []model.Role
	for _, r := range step.Approval.Roles {
		role, err := model.ParseRole(r)
		if err != nil {
			return err
		}
		roles = append(roles, role)
	}
	_, err := s.a.do(ctx, s.id, model.ApproveStep{N: s.n, Step: step.ID, Hash: step.Approval.Hash, Typed: typed, Target: step.Approval.Type, For: step.Approval.Expires, Roles: roles})
	return err
}

// execute runs an action and shows what it prints.
func (s *stepping) execute(ctx context.Context, step play.Step, k int, act play.Action, again bool) (bool, error) {
	at := play.Point{Incident: s.id, Run: s.n, Step: step.ID, Action: k}
	if !s.a.flag.json {
		s.head(step, k, act)
	}
	job, err := s.r.Execute(ctx, at, act.Hash, again)
	if err != nil {
		return true, err
	}
	s.watch(ctx, job)
	end, err := job.End()
	if err != nil {
		return true, err
	}
	if err := s.say(runJSON{Run: s.n, Step: step.ID, Action: k + 1, Text: act.Text, State: string(end.State), Exit: end.Exit, Took: end.Took, Output: end.Output, Note: end.Note}); err != nil {
		return true, err
	}
	if end.State == model.ActionSucceeded {
		return false, nil
	}
	if ctx.Err() != nil {
		return true, ctx.Err()
	}
	inc, err := s.a.store.Incident(ctx, s.id)
	if err != nil {
		return true, err
	}
	if run, _ := inc.Run(s.n); run.Steps[indexOf(run, step.ID)].Actions[k].State.Over() { // the runbook goes on, or elsewhere
		return false, nil
	}
	return true, s.failed(inc, step, end)
}

// failed says what may follow a failure; nothing of it happens by itself.
func (s *stepping) failed(inc *model.Incident, step play.Step, end model.ActionEnded) error {
	msg := fmt.Sprintf("run %d stopped at step %q: %s", s.n, model.Brief(step.Title, 60), strings.ReplaceAll(string(end.State), "_", " "))
	if end.Note != "" {
		msg += ": " + model.Brief(end.Note, 200)
	}
	msg += fmt.Sprintf("; go on with --continue %d", s.n)
	offers, err := s.r.Offers(inc, s.n)
	if err != nil {
		return err
	}
	stop := runJSON{Run: s.n, Step: step.ID, State: "stopped"}
	for _, o := range offers {
		msg += ", or " + offered(o)
		stop.Offers = append(stop.Offers, offerJSON{o.Kind, o.ID, o.Undo, o.Values, o.Words})
	}
	if s.a.flag.json {
		if err := s.a.object(stop); err != nil {
			return err
		}
	}
	return model.Errorf(model.Conflict, "%s", msg)
}
