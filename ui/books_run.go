package ui

import (
	"fmt"
	"image"
	"regexp"
	"strings"
	"time"

	"warroom/model"
	"warroom/model/play"
)

// production is how people call what must not be hit by mistake.
var production = regexp.MustCompile(`(?i)\b(prod|production|live|prd)\b`)

func (d *booksDesk) drawRun(a *App, w, h int) []string {
	run, ok := model.Run{}, false
	if a.room != nil {
		run, ok = a.room.inc.Run(d.run)
	}
	th := a.theme
	if !ok {
		return []string{segs{{" reading the run …", th.dim}}.fit(w)}
	}
	if w < 64 {
		return d.drawNarrow(a, run, w, h)
	}
	left := min(46, max(28, w*32/100))
	if w < wideWidth {
		left = 28
	}
	right := w - left - 1
	steps, act := d.runLines(a, run, left, h), d.actionLines(a, run, right, h)
	d.areas.shift(left+1, 0)
	return beside(th, h, block{left, steps}, block{right, act})
}

// drawNarrow has no room for two columns: where the run stands in a line or two,
// and the step.
func (d *booksDesk) drawNarrow(a *App, run model.Run, w, h int) []string {
	th := a.theme
	who, st := d.runsIt(a, run)
	out := []string{spread(w, segs{{" " + model.Visible(run.Title), th.strong}}, segs{{model.Visible(who) + " ", st}})}
	for _, e := range run.Escalate {
		if e.Fired.IsZero() && run.Active() && h > 8 {
			out = append(out, d.escalationLines(a, model.Run{Started: run.Started, Escalate: []model.RunDeadline{e}}, w)...)
			break
		}
	}
	if g := gateLines(a, w-7); len(g) > 0 && (!run.Active() || h > 8) {
		out = append(out, segs{{" gate ", th.dim}}.fit(7)+g[len(g)-1])
	}
	act := d.actionLines(a, run, w, h-len(out))
	d.areas.shift(0, len(out))
	out = append(out, act...)
	return out[:min(len(out), h)]
}

// runsIt says who executes a run, or how it ended.
func (d *booksDesk) runsIt(a *App, run model.Run) (string, style) {
	th, who := a.theme, run.Runner.Person
	switch {
	case !run.Active():
		return run.Outcome, th.dim
	case a.runner().Holds(run):
		return "you run it", th.accent
	case a.runner().Gone(run):
		return who + " is gone", th.warn
	case model.SamePerson(who, a.cfg.Actor):
		return "you run it elsewhere", th.dim
	}
	return who + " runs it", th.dim
}

// runLines is the left column: the steps, and what belongs to the run as a whole.
func (d *booksDesk) runLines(a *App, run model.Run, w, h int) []string {
	th := a.theme
	who, st := d.runsIt(a, run)
	if run.Active() && a.runner().Gone(run) {
		who += ": " + a.key("book.take") + " takes over"
	}
	out := []string{spread(w, segs{{" " + model.Visible(run.Title), th.strong}}, nil),
		spread(w, segs{{fmt.Sprintf(" run %d · ", run.N), th.dim}, {model.Visible(who), st}}, nil)}
	if d.plan != nil && d.plan.Changed {
		out = append(out, segs{{" the file has changed since: this run keeps its text", th.warn}}.fit(w))
	}
	if where := d.where(); where != "" {
		s := th.accent
		if production.MatchString(where) {
			s = th.alarm
		}
		out = append(out, segs{{" " + model.Visible(where), s}}.fit(w))
	}
	if _, _, left := run.Next(); !left && run.Active() {
		out = append(out, segs{{" all is done: " + a.key("book.end") + " ends the run", th.good}}.fit(w))
	}
	out = append(out, segs{}.fit(w))
	var tail []string
	section := func(name string, lines ...string) {
		if len(lines) > 0 {
			tail = append(tail, segs{{strings.Repeat("─", w), th.rule}}.fit(w), segs{{" " + name, th.strong}}.fit(w))
			tail = append(tail, lines...)
		}
	}
	var offers []string
	for _, o := range d.offers {
		offers = append(offers, spread(w, segs{{" " + a.key("book.offer") + " ", th.accent}, {model.Visible(o.Words), ""}}, segs{{o.Kind + " ", th.dim}}))
	}
	section("What may follow", offers...)
	section("Recovery gate", gateLines(a, w)...)
	if run.Active() {
		section("Escalation", d.escalationLines(a, run, w)...)
	}
	section("Values", d.valueLines(a, w)...)
	number := func(i int) string {
		if d.plan == nil || i >= len(d.plan.Steps) {
			return fmt.Sprint(i + 1)
		}
		return stepNumber(d.plan.Steps[i])
	}
	// The steps come first; of the rest as much as there is room for.
	room := max(4, h-len(out)-min(len(tail), h/2))
	from := 0
	if len(run.Steps) > room {
		from = max(0, min(d.step-room/2, len(run.Steps)-room))
	}
	d.areas.steps = bookArea{image.Rect(0, len(out), w, len(out)+min(room, len(run.Steps))), from}
	for i := from; i < len(run.Steps) && i < from+room; i++ {
		s := run.Steps[i]
		sign, sst := stateSign(th, s.State())
		from, to := s.Span()
		note := ""
		if !from.IsZero() && s.State() != model.ActionSkipped {
			if to.IsZero() {
				to = a.now
			}
			note = countdown(max(0, to.Sub(from))) + " "
		}
		l := segs{{" " + sign + " ", sst}, {number(i) + " ", th.dim}, {model.Visible(s.Title), ""}}
		n := segs{{note, th.dim}}
		if i == d.step {
			out = append(out, spreadOver(w, l.over(th.selected), n.over(th.selected), th.selected))
			continue
		}
		out = append(out, spread(w, l, n))
	}
	for len(out) < h-len(tail) {
		out = append(out, segs{}.fit(w))
	}
	out = append(out, tail...)
	return out[:min(len(out), h)]
}

// where says which cluster this is about: the first thing to look at.
func (d *booksDesk) where() string {
	if d.plan == nil {
		return ""
	}
	var parts []string
	for _, v := range d.plan.Values {
		switch v.Name {
		case "context", "cluster", "namespace", "environment", "env", "database":
			if v.Value != "" {
				parts = append(parts, v.Name+" "+v.Value)
			}
		}
	}
	return strings.Join(parts, " · ")
}

func (d *booksDesk) escalationLines(a *App, run model.Run, w int) []string {
	th := a.theme
	var out []string
	for _, e := range run.Escalate {
		left, st := countdown(e.Due.Sub(a.now)), style("")
		switch {
		case !e.Fired.IsZero():
			left, st = "told "+e.Fired.In(a.zone).Format("15:04"), th.warn
			if e.Late {
				left += " late"
			}
		case !run.Active():
			left, st = "—", th.dim
		case e.Due.Before(a.now):
			left, st = "due", th.badge
		case e.Due.Sub(a.now) < 5*time.Minute:
			st = th.warn
		}
		out = append(out, spread(w, segs{{" " + model.Visible(e.Contact), ""}}, segs{{left + " ", st}}))
	}
	return out
}

// actionLines is the right column: one step with its actions, what would run,
// and what it prints.
func (d *booksDesk) actionLines(a *App, run model.Run, w, h int) []string {
	th := a.theme
	if d.planE != nil {
		var out []string
		for _, l := range wrap(model.Message(d.planE), w-2, 4) {
			out = append(out, segs{{" " + l, th.warn}}.fit(w))
		}
		return out
	}
	_, step, act, state, ok := d.current(a)
	if !ok {
		return []string{segs{{" …", th.dim}}.fit(w)}
	}
	meta := step.Phase
	if step.Assignee != "" {
		meta = strings.TrimPrefix(meta+" · @"+step.Assignee, " · ")
	}
	head := ""
	if step.Number > 0 {
		head = "Step " + stepNumber(step) + " · "
	}
	out := []string{spread(w, segs{{" " + head, th.dim}, {model.Visible(step.Title), th.strong}}, segs{{model.Visible(meta) + " ", th.dim}})}
	text := func(st style, s string, n int) {
		for _, l := range wrap(s, w-2, n) {
			out = append(out, segs{{" ", ""}, {l, st}}.fit(w))
		}
	}
	brief := h < 12 && act.Runs() // what will run comes before what is said about it
	if step.Description != "" && !brief {
		text(th.dim, strings.Join(model.VisibleLines(strings.TrimSpace(step.Description)), " "), 2)
	}
	if step.Off != "" {
		text(th.warn, "does not apply here: "+model.Visible(step.Off), 1)
	}
	for _, l := range step.Links {
		if brief {
			break
		}
		out = append(out, segs{{" ↗ ", th.accent}, {model.Visible(l), ""}}.fit(w))
	}
	listed, first := d.listed(a, run, step, w, max(3, h/4))
	d.areas.acts = bookArea{image.Rect(0, len(out), w, len(out)+len(listed)), first}
	out = append(out, listed...)
	out = append(out, segs{{strings.Repeat("─", w), th.rule}}.fit(w))
	out = append(out, d.detail(a, step, act, state, w, h)...)
	if rest := h - len(out); rest > 2 {
		d.areas.output = bookArea{r: image.Rect(0, len(out), w, h)}
		out = append(out, d.outputLines(a, run, state, w, rest)...)
	}
	return out[:min(len(out), h)]
}

// listed are the actions of a step, as many as there is room for, and which of
// them comes first.
func (d *booksDesk) listed(a *App, run model.Run, step play.Step, w, room int) (out []string, from int) {
	th := a.theme
	st, _ := run.Step(step.ID)
	if len(step.Actions) > room {
		from = max(0, min(d.act-room/2, len(step.Actions)-room))
	}
	for k := from; k < len(step.Actions) && k < from+room; k++ {
		x := step.Actions[k]
		var s model.RunAction
		if k < len(st.Actions) {
			s = st.Actions[k]
		}
		sign, sst := stateSign(th, s.State)
		if s.State == model.ActionPending || s.State == "" {
			sign, sst = riskSign(th, x)
		}
		note := segs{{model.Visible(actionNote(a, s, w)) + " ", th.dim}}
		if s.State.Bad() {
			note = segs{{strings.ReplaceAll(string(s.State), "_", " ") + " " + model.Visible(actionNote(a, s, w)) + " ", th.alarm}}
		}
		l := segs{{" " + sign + " ", sst}, {model.Visible(x.Text), ""}}
		if k == d.act {
			out = append(out, spreadOver(w, l.over(th.selected), note.over(th.selected), th.selected))
			continue
		}
		out = append(out, spread(w, l, note))
	}
	return out, from
}

// actionNote says in a few words how it went; in few cells, without the clock.
func actionNote(a *App, s model.RunAction, w int) string {
	var parts []string
	if s.Attempt > 1 {
		parts = append(parts, fmt.Sprintf("attempt %d", s.Attempt))
	}
	switch {
	case s.State == model.ActionRunning:
		return strings.Join(append(parts, "running "+countdown(max(0, a.now.Sub(s.Started)))), " · ")
	case s.Ended.IsZero():
		return ""
	case s.State == model.ActionDone || s.State == model.ActionSkipped:
		parts = append(parts, string(s.State)+" by "+s.By)
	default:
		if s.Exit != nil {
			parts = append(parts, fmt.Sprintf("exit %d", *s.Exit))
		}
		parts = append(parts, took(s.Ended.Sub(s.Started)))
	}
	if w >= 70 {
		parts = append(parts, s.Ended.In(a.zone).Format("15:04:05"))
	}
	return strings.Join(parts, " · ")
}

func took(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%.1f s", max(0, d.Seconds()))
	}
	return model.Span(d)
}

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
func (d *booksDesk) detail(a *App, step play.Step, act play.Action, state model.RunAction, w, h int) []string {
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
	room := max(3, h/5)
	if act.Runs() {
		head := "will run"
		switch {
		case state.State == model.ActionRunning:
			head = "runs"
		case state.State.Bad() || state.State == model.ActionSucceeded:
			head = "would run again"
		case act.Blocked != "":
			head = "would run"
		}
		if act.Attempts > 1 {
			head += fmt.Sprintf(", %d attempts", act.Attempts)
		}
		if act.Timeout > 0 {
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
			add(th.accent, "  ", l, 3)
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
		add(th.alarm, "", "interrupted: nobody knows whether it happened. Look first; then mark it as done, or run it again on purpose.", 2)
	}
	if ap := step.Approval; ap != nil {
		add(th.warn, "", approvalWords(ap), 2)
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
		out = append(out, segs{{" " + sign + " ", st}, {model.Visible(c.Name + " " + c.Value), ""}}.fit(w))
	}
	if state.Note != "" {
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
