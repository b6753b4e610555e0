package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"warroom/model"
	"warroom/model/play"
)

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

func (s *stepping) line(question string) (string, error) {
	io.WriteString(s.a.out, question)
	l, err := s.ask.ReadString('\n')
	if err != nil && l == "" {
		return "", model.Errorf(model.Conflict, "nobody answers: run %d stands, go on with --continue %d", s.n, s.n)
	}
	return strings.TrimSpace(l), nil
}
