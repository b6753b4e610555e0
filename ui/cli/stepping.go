package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

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

// needs says what a person has to do before an action, "" if nothing.
func (s *stepping) needs(step play.Step, act play.Action, was model.ActionState) string {
	switch {
	case step.Off != "":
		return "it is not decided whether it applies, " + step.Off + ": give the value, with --set"
	case act.Kind == "wait":
		return ""
	case !act.Runs():
		if act.Criteria != "" {
			return "a person to judge: " + act.Criteria
		}
		return "a person to do it"
	case act.Blocked != "":
		return act.Blocked
	case act.Terminal:
		return "it needs a terminal"
	case was == model.ActionInterrupted && act.Asks():
		if act.Repeatable {
			return "it was interrupted: nobody knows whether it happened, and doing it again does no harm"
		}
		return "it was interrupted: nobody knows whether it happened"
	case was.Bad():
		return "it " + strings.ReplaceAll(string(was), "_", " ") + " before"
	case step.Approval != nil && step.Approval.Have < step.Approval.Required:
		if step.Approval.Type != "" {
			return "an approval, typing " + step.Approval.Type
		}
		return "an approval"
	case step.Approval == nil && act.Asks():
		return "a yes: it may change something (" + act.Risk + ")"
	}
	return ""
}

func (s *stepping) approve(ctx context.Context, step play.Step, typed string) error {
	if t := step.Approval.Type; t != "" && typed != t {
		return model.Errorf(model.Conflict, "%q is not %q: nothing was run", model.Brief(typed, 60), model.Brief(t, 60))
	}
	var roles []model.Role
	for _, r := range step.Approval.Roles {
		role, err := model.ParseRole(r)
		if err != nil {
			return err
		}
		roles = append(roles, role)
	}
	_, err := s.a.do(ctx, s.id, model.ApproveStep{N: s.n, Step: step.ID, Hash: step.Approval.Hash, Typed: typed, For: step.Approval.Expires, Roles: roles})
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
	for _, o := range offers {
		msg += ", or " + offered(o)
	}
	return model.Errorf(model.Conflict, "%s", msg)
}

// offered is an offer as a command line.
func offered(o play.Offer) string {
	kind := "runbook"
	if o.Rollback {
		kind = "rollback"
	}
	switch o.Kind {
	case play.OfferUndo:
		return fmt.Sprintf("undo it: warroom %s run %s --undo %d", kind, o.ID, o.Undo)
	case play.OfferRollback:
		return fmt.Sprintf("roll back: warroom rollback plan %s%s", o.ID, sets(o.Values))
	}
	return o.Words
}

// sets are values as options of a command line.
func sets(values map[string]string) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(values)) {
		b.WriteString(" --set " + k + "=" + values[k])
	}
	return b.String()
}

// watch prints what is new until the job has ended; an interrupt stops it.
func (s *stepping) watch(ctx context.Context, job play.Job) {
	stop := context.AfterFunc(ctx, job.Stop)
	defer stop()
	shown := 0
	show := func() {
		if s.a.flag.json {
			return
		}
		o := job.Output()
		p := s.a.page()
		last := len(o.Lines)
		select {
		case <-job.Done():
		default:
			last = max(0, last-1) // the last line may not have ended
		}
		if o.Dropped > 0 && shown > last {
			shown = last
		}
		for ; shown < last; shown++ {
			p.line("      ", p.t.in(faint, "│ "), model.Visible(o.Lines[shown].Text))
		}
		_ = s.a.send(p)
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-job.Done():
			show()
			return
		case <-tick.C:
			show()
		}
	}
}

func (s *stepping) head(step play.Step, k int, act play.Action) {
	p := s.a.page()
	p.line(p.t.in(strong, model.Visible(step.Title)), "  ", model.Visible(act.Text), p.t.in(faint, "  "+kindWords(act)))
	for _, l := range model.VisibleLines(act.Command) {
		if l != "" {
			p.line("    ", p.t.in(good, l))
		}
	}
	for _, b := range act.Bound {
		p.line("      ", p.t.in(faint, model.Visible(b)))
	}
	_ = s.a.send(p)
}

// say reports one step of a run.
func (s *stepping) say(v runJSON) error {
	if s.a.flag.json {
		return s.a.object(v)
	}
	p := s.a.page()
	switch {
	case v.Outcome != "":
		p.line(fmt.Sprintf("run %d of %s is %s", s.n, s.id, v.Outcome))
	case v.Needs != "":
		p.line(p.t.in(warn, fmt.Sprintf("run %d stops at step %s, action %d: %s", s.n, model.Visible(v.Step), v.Action, model.Visible(v.Text))))
		p.line("  it needs ", model.Visible(v.Needs))
		p.line(fmt.Sprintf("  go on with --continue %d, or in the room on screen 3", s.n))
	default:
		st := good
		if model.ActionState(v.State).Bad() {
			st = alarm
		}
		text := strings.ReplaceAll(v.State, "_", " ")
		if v.Exit != nil && *v.Exit != 0 {
			text += fmt.Sprintf(", exit %d", *v.Exit)
		}
		p.line("    ", p.t.in(st, text), p.t.in(faint, ", "+model.Span(time.Duration(v.Took)*time.Millisecond)), noteOf(v.Note))
	}
	return s.a.send(p)
}

func noteOf(s string) string {
	if s == "" {
		return ""
	}
	return ": " + model.Visible(s)
}

// talk asks a person about one action.
func (s *stepping) talk(ctx context.Context, step play.Step, k int, act play.Action, was model.ActionState, needs string) (bool, error) {
	s.head(step, k, act)
	mark := func(st model.ActionState, reason string) (bool, error) {
		_, err := s.a.do(ctx, s.id, model.MarkAction{N: s.n, Step: step.ID, Action: k, State: st, Reason: reason})
		return false, err
	}
	if act.Link != "" {
		s.tell("  " + model.Visible(act.Link))
	}
	s.tell("  " + model.Visible(needs))
	if strings.HasPrefix(act.Blocked, "not filled in") && act.Runs() {
		return s.askValues(ctx, act)
	}
	runs := step.Off == "" && act.Runs() && act.Blocked == "" && !act.Terminal
	question := "done? [y]es, [s]kip, [q]uit: "
	if runs {
		question = "run it? [y]es, [d]one by hand, [s]kip, [q]uit (default): "
		if step.Approval != nil && step.Approval.Type != "" && step.Approval.Have < step.Approval.Required {
			for _, l := range step.Approval.Show {
				s.tell("    " + model.Visible(l))
			}
			question = "type " + model.Visible(step.Approval.Type) + " to run it, s to skip, q to quit: "
		}
	}
	answer, err := s.line(question)
	if err != nil {
		return true, err
	}
	switch low := strings.ToLower(answer); {
	case low == "s" || low == "skip":
		why, err := s.line("why is it skipped? ")
		if err != nil {
			return true, err
		}
		return mark(model.ActionSkipped, why)
	case low == "d" && runs || !runs && (low == "y" || low == "yes"):
		return mark(model.ActionDone, "")
	case runs && step.Approval != nil && step.Approval.Have < step.Approval.Required && (answer == step.Approval.Type && answer != "" || step.Approval.Type == "" && (low == "y" || low == "yes")):
		if err := s.approve(ctx, step, answer); err != nil {
			return true, err
		}
		return s.execute(ctx, step, k, act, was == model.ActionInterrupted)
	case runs && (step.Approval == nil || step.Approval.Have >= step.Approval.Required) && (low == "y" || low == "yes"):
		return s.execute(ctx, step, k, act, was == model.ActionInterrupted)
	}
	return true, s.decline(ctx, step)
}

// decline ends a rollback that was not wanted; a runbook just stands.
func (s *stepping) decline(ctx context.Context, step play.Step) error {
	inc, err := s.a.store.Incident(ctx, s.id)
	if err != nil {
		return err
	}
	run, _ := inc.Run(s.n)
	if st, ok := run.Step("execute"); ok && run.Rollback && st.State() == model.ActionPending {
		if _, err := s.a.do(ctx, s.id, model.EndRun{N: s.n, Outcome: model.RunDeclined}); err != nil {
			return err
		}
		return s.say(runJSON{Run: s.n, State: "declined", Outcome: model.RunDeclined})
	}
	s.tell(fmt.Sprintf("run %d stands at %s: go on with --continue %d", s.n, model.Visible(step.Title), s.n))
	return nil
}

func (s *stepping) askValues(ctx context.Context, act play.Action) (bool, error) {
	inc, err := s.a.store.Incident(ctx, s.id)
	if err != nil {
		return true, err
	}
	p, err := s.r.Current(inc, s.n)
	if err != nil {
		return true, err
	}
	for _, v := range p.Values {
		if v.Problem == "" || !strings.Contains(act.Blocked, "<"+v.Name+">") {
			continue
		}
		answer, err := s.line(model.Visible(v.Label) + ": ")
		if err != nil {
			return true, err
		}
		if answer == "" {
			return true, s.decline(ctx, play.Step{Title: act.Text})
		}
		if err := s.r.Fill(ctx, s.id, s.n, map[string]string{v.Name: answer}); err != nil {
			return true, err
		}
		return false, nil
	}
	return true, model.Errorf(model.Invalid, "%s", act.Blocked)
}

func (s *stepping) tell(text string) { fmt.Fprintln(s.a.out, text) }

func (s *stepping) line(question string) (string, error) {
	io.WriteString(s.a.out, question)
	l, err := s.ask.ReadString('\n')
	if err != nil && l == "" {
		return "", model.Errorf(model.Conflict, "nobody answers: run %d stands, go on with --continue %d", s.n, s.n)
	}
	return strings.TrimSpace(l), nil
}
