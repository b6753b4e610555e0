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
// and the step. Where there are few lines, the step comes first.
func (d *booksDesk) drawNarrow(a *App, run model.Run, w, h int) []string {
	th := a.theme
	who, st := d.runsIt(a, run)
	changed := d.changedLines(a, w)
	if len(changed) > 0 && h <= 8 { // no line to spare for it
		who, st, changed = "the file has changed", th.warn, nil
	}
	out := []string{spread(w, segs{{" " + model.Visible(run.Title), th.strong}}, segs{{model.Visible(who) + " ", st}})}
	out = append(out, changed...)
	var about []string
	for _, e := range run.Escalate {
		if e.Fired.IsZero() && run.Active() {
			about = append(about, d.escalationLines(a, model.Run{Started: run.Started, Escalate: []model.RunDeadline{e}}, w)...)
			break
		}
	}
	if g := a.room.inc.Gate; g != nil {
		about = append(about, append(segs{{" gate  ", th.dim}}, gateBrief(a, g)...).fit(w))
	}
	if h > 8 || !run.Active() {
		out, about = append(out, about...), nil
	}
	act := d.actionLines(a, run, w, h-len(out))
	d.areas.shift(0, len(out))
	out = append(append(out, act...), about...)
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
		return "yours, elsewhere", th.dim
	}
	return who + " runs it", th.dim
}

// runLines is the left column: the steps, and what belongs to the run as a whole.
func (d *booksDesk) runLines(a *App, run model.Run, w, h int) []string {
	th := a.theme
	who, st := d.runsIt(a, run)
	var out []string
	most := 1 // lines for what must not be cut, where there are some
	if h >= 16 {
		most = 2
	}
	text := func(st style, s string, n int) {
		for _, l := range wrap(s, w-2, n) {
			out = append(out, segs{{" ", ""}, {l, st}}.fit(w))
		}
	}
	text(th.strong, model.Visible(run.Title), most)
	out = append(out, spread(w, segs{{fmt.Sprintf(" run %d · ", run.N), th.dim}, {model.Visible(who), st}}, nil))
	if run.Active() && a.runner().Gone(run) {
		text(th.warn, a.key("book.take")+" takes the run over", most)
	}
	out = append(out, d.changedLines(a, w)...)
	if where := d.where(); where != "" {
		s := th.accent
		if production.MatchString(where) {
			s = th.alarm
		}
		text(s, model.Visible(where), most)
	}
	if _, _, left := run.Next(); !left && run.Active() {
		out = append(out, segs{{" all is done: " + a.key("book.end") + " ends the run", th.good}}.fit(w))
	}
	out = append(out, segs{}.fit(w))
	tail := d.runTail(a, run, w, true)
	if len(out)+len(run.Steps)+len(tail) > h {
		tail = d.runTail(a, run, w, false)
	}
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
		out = append(out, th.row(w, i == d.step, l, n))
	}
	for len(out) < h-len(tail) {
		out = append(out, segs{}.fit(w))
	}
	out = append(out, tail...)
	return out[:min(len(out), h)]
}

// runTail is what belongs to the run as a whole, under its steps; where there is
// little room, without the lines between its parts.
func (d *booksDesk) runTail(a *App, run model.Run, w int, ruled bool) []string {
	th := a.theme
	var out []string
	section := func(name string, lines ...string) {
		if len(lines) == 0 {
			return
		}
		if ruled {
			out = append(out, segs{{strings.Repeat("─", w), th.rule}}.fit(w))
		}
		out = append(append(out, segs{{" " + name, th.strong}}.fit(w)), lines...)
	}
	var offers []string
	for _, o := range d.followUps(a) {
		kind := segs{{o.Kind + " ", th.dim}}
		if w < 34 { // the words say it, too
			kind = nil
		}
		key := a.key("book.offer")
		if o.Kind == play.OfferUndo && o.Rollback {
			key = a.key("book.undo")
		}
		offers = append(offers, spread(w, segs{{" " + key + " ", th.accent}, {model.Visible(o.Words), ""}}, kind))
	}
	section("What may follow", offers...)
	section("Recovery gate", gateLines(a, w)...)
	if run.Active() {
		section("Escalation", d.escalationLines(a, run, w)...)
	}
	section("Values", d.valueLines(a, w)...)
	return out
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
	out = append(out, d.detail(a, run, step, act, state, w, h)...)
	out = append(out, d.noteLines(a, run, step, w, min(max(2, h/6), h-len(out)))...)
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
		out = append(out, th.row(w, k == d.act, l, note))
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
