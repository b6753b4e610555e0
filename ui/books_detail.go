package ui

import (
	"fmt"
	"slices"
	"strings"

	"warroom/model"
	"warroom/model/play"
)

// approvalWords says what a step still asks of people.
func approvalWords(ap *play.Approval) string {
	s := "needs a yes"
	switch {
	case ap.Have >= ap.Required:
		return "approved"
	case ap.Required > 1:
		s = fmt.Sprintf("needs the yes of %d people, has %d", ap.Required, ap.Have)
	}
	if ap.Type != "" {
		s += ": " + model.Visible(ap.Type) + " has to be typed"
	}
	return s
}

// detail is what the selected action would do, exactly as it will bind.
func (d *booksDesk) detail(a *App, run model.Run, step play.Step, act play.Action, state model.RunAction, w, h int) []string {
	th := a.theme
	var out []string
	add := func(st style, indent, s string, n int) {
		for i, l := range wrap(s, w-2-len(indent), n) {
			if i > 0 {
				l = "  " + l
			}
			out = append(out, segs{{" " + indent, ""}, {l, st}}.fit(w))
		}
	}
	room, long := max(3, h/5), 3
	if h < 12 && state.State.Bad() { // why it failed is what there has to be room for
		room, long = 1, 1
	}
	if act.Runs() {
		head := "will run"
		switch {
		case state.State == model.ActionRunning:
			head = "runs"
		case !run.Active() && !state.Started.IsZero():
			head = "ran"
		case !run.Active():
			head = "did not run"
		case state.State.Bad() || state.State == model.ActionSucceeded:
			head = "would run again"
		case act.Blocked != "":
			head = "would run"
		}
		if act.Attempts > 1 && run.Active() {
			head += fmt.Sprintf(", %d attempts", act.Attempts)
		}
		if act.Timeout > 0 && run.Active() {
			head += ", " + model.Span(act.Timeout) + " at most"
		}
		risk := map[string]string{"read": "looks only", "mutate": "changes something", "destructive": "DESTROYS something", "unknown": "may change something"}[act.Risk]
		_, rst := riskSign(th, act)
		out = append(out, spread(w, segs{{" " + head + ":", th.dim}}, segs{{risk + " ", rst}}))
		n := 0
		for _, l := range model.VisibleLines(act.Command) {
			if n++; n > room {
				add(th.dim, "  ", "…", 1)
				break
			}
			add(th.accent, "  ", l, long)
		}
		for _, b := range act.Bound {
			add("", "    ", model.Visible(b), 1)
		}
	}
	switch {
	case len(act.Unfilled) > 0:
		add(th.warn, "", "waits for a value: "+model.Visible(strings.Join(act.Unfilled, ", "))+" · "+a.key("book.run")+" asks for it", 3)
	case act.Blocked != "":
		add(th.warn, "", "blocked: "+model.Visible(act.Blocked), 3)
	case state.State.Over():
	case act.Kind == "wait" && state.State != model.ActionRunning:
		add(th.dim, "", a.key("book.run")+" waits "+model.Span(act.Wait), 1)
	case act.Criteria != "" && !act.Runs():
		// said beside the criterion
	case act.Kind == "link":
		add(th.dim, "", a.key("book.run")+" opens it · "+a.key("book.done")+" marks it as done", 2)
	case !act.Runs() && act.Kind != "wait":
		add(th.dim, "", "a person does this · "+a.key("book.done")+" marks it as done", 2)
	}
	if state.State == model.ActionInterrupted && act.Asks() {
		add(th.alarm, "", "interrupted: nobody knows whether it happened. Look first; then mark it as done, or run it again on purpose.", 3)
	}
	if ap := step.Approval; ap != nil {
		add(th.warn, "", approvalWords(ap), 2)
	}
	if d.plan != nil && run.Rollback && step.Approval != nil && !state.State.Over() {
		for _, l := range d.plan.Losses() {
			add(th.alarm, "", "! "+model.Visible(l), 2)
		}
	}
	if act.Link != "" {
		add(th.accent, "", "↗ "+model.Visible(act.Link), 2)
	}
	if act.Criteria != "" {
		add(th.strong, "", "done when  "+model.Visible(act.Criteria), 3)
		if !act.Runs() && !state.State.Over() {
			add(th.dim, "", a.key("book.run")+" asks whether it is so", 1)
		}
	}
	if act.Then != "" && !state.State.Over() {
		add(th.dim, "", "if it fails  "+model.Visible(act.Then), 1)
	}
	for _, e := range append(append([]string{}, act.Expect...), act.Verify...) {
		out = append(out, segs{{" checks  ", th.dim}, {model.Visible(e), ""}}.fit(w))
	}
	for _, c := range state.Checks {
		sign, st := "✗", th.alarm
		switch c.Result {
		case model.CheckOK:
			sign, st = "✓", th.good
		case model.CheckInconclusive:
			sign, st = "?", th.warn
		}
		said := strings.TrimSuffix(c.Name+": "+c.Value, ": ")
		if c.Name == act.Text && c.Value != "" {
			said = c.Value
		}
		for i, l := range wrap(model.Visible(said), w-4, 2) {
			if i > 0 {
				sign = " "
			}
			out = append(out, segs{{" " + sign + " ", st}, {l, ""}}.fit(w))
		}
	}
	if said := func(c model.Verdict) bool { return strings.Contains(c.Value, state.Note) }; state.Note != "" && !slices.ContainsFunc(state.Checks, said) {
		add(th.dim, "", model.Visible(state.Note), 2)
	}
	if d.prevN == d.point() && len(d.prev.Lines) > 0 {
		out = append(out, segs{{" preview", th.strong}}.fit(w))
		for i, l := range d.prev.Lines {
			if i == room {
				break
			}
			out = append(out, segs{{"   " + model.Visible(l.Text), th.dim}}.fit(w))
		}
	}
	return out
}
