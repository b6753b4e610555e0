package ui

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/play"
)

// assent shows once more exactly what will run, and takes a person's yes: the key
// y, or a text that has to be typed. Whatever the size of the window, the place of
// the answer stays in view, and no answer counts before the last line of what will
// run has been on the screen.
type assent struct {
	name  string
	text  func(a *App, w int) []string // lines of exactly w cells
	yes   string                       // what yes does, in a word or two
	want  string                       // what has to be typed; "": y is enough
	input textinput.Model
	then  func(a *App, typed string) tea.Cmd

	top, last int
	read      bool // the last line has been seen
	problem   string
}

func newAssent(name, yes, want string, text func(*App, int) []string, then func(a *App, typed string) tea.Cmd) *assent {
	return &assent{name: name, yes: yes, want: want, text: text, then: then, input: newInput("")}
}

func (d *assent) wide() bool    { return true }
func (d *assent) title() string { return d.name }
func (d *assent) keys() string {
	switch {
	case !d.read:
		return fmt.Sprintf("↓ read on, %s more · esc back", plural(d.last-d.top, "line"))
	case d.want != "":
		return "enter " + d.yes + " · esc back"
	case d.last > 0:
		return "y " + d.yes + " · ↑↓ scroll · esc back"
	}
	return "y " + d.yes + " · esc back"
}

func (d *assent) update(a *App, msg tea.Msg) (bool, tea.Cmd) {
	k, isKey := msg.(tea.KeyPressMsg)
	key := ""
	if isKey {
		key = k.String()
	}
	switch {
	case key == "up":
		d.scroll(-1)
	case key == "down":
		d.scroll(1)
	case key == "pgup":
		d.scroll(-8)
	case key == "pgdown", key == "space" && !d.read:
		d.scroll(8)
	case key == "enter" && d.want != "":
		return d.typed(a)
	case key == "enter":
		return true, nil // what was pressed once too often runs nothing
	case key == "y" && d.want == "":
		if !d.read {
			d.problem = "read on first: not all of it has been shown"
			return false, nil
		}
		return true, d.then(a, "yes")
	case d.want != "":
		d.problem = ""
		if p, ok := msg.(tea.PasteMsg); ok {
			msg = tea.PasteMsg{Content: model.Visible(strings.TrimSpace(p.Content))}
		}
		var cmd tea.Cmd
		d.input, cmd = d.input.Update(msg)
		return false, cmd
	}
	return false, nil
}

func (d *assent) scroll(n int) {
	d.problem = ""
	d.top = min(max(d.top+n, 0), d.last)
}

// typed takes what was typed.
func (d *assent) typed(a *App) (bool, tea.Cmd) {
	switch got := strings.TrimSpace(d.input.Value()); {
	case !d.read:
		d.problem = "read on first: not all of it has been shown"
	case got == "":
		d.problem = "type " + model.Visible(d.want) + ", or go back with esc"
	case got != d.want:
		d.problem = fmt.Sprintf("that is not %s: nothing is run", model.Visible(d.want))
	default:
		return true, d.then(a, got)
	}
	return false, nil
}

func (d *assent) view(a *App, w, h int) ([]string, *tea.Cursor) {
	th := a.theme
	var foot []string
	var cur *tea.Cursor
	if d.problem != "" {
		for _, l := range wrap("✗ "+d.problem, w, 2) {
			foot = append(foot, segs{{l, th.alarm}}.fit(w))
		}
	}
	if d.want != "" {
		label := "type " + model.Visible(d.want) + " › "
		n := width(label)
		if n > w*2/3 { // a long target has a line of its own
			foot = append(foot, segs{{"type " + model.Visible(d.want), th.strong}}.fit(w))
			label, n = "› ", 2
		}
		d.input.SetWidth(w - n - 1)
		d.input.SetStyles(th.input())
		if cur = d.input.Cursor(); cur != nil {
			cur.X += n
			cur.Shape, cur.Blink = tea.CursorBar, false
		}
		foot = append(foot, segs{{label, th.strong}}.fit(n)+fitANSI(d.input.View(), w-n))
	}
	body := d.text(a, w)
	room := max(1, h-len(foot))
	if d.want != "" && len(body) < room {
		body = append(body, segs{}.fit(w))
	}
	d.last = max(0, len(body)-room)
	d.top = min(max(d.top, 0), d.last)
	d.read = d.read || d.top == d.last
	lines := append(append([]string{}, body[d.top:min(len(body), d.top+room)]...), foot...)
	if cur != nil {
		cur.Y = len(lines) - 1
	}
	return lines, cur
}

// willRun are the lines that say what will run, with its values, where, and how
// it can be undone.
func (a *App) willRun(acts []play.Action, w int) []string {
	th := a.theme
	var out []string
	add := func(indent string, st style, text string) {
		for _, l := range wrap(text, w-len(indent), len(text)+1) { // all of it
			out = append(out, segs{{indent, ""}, {l, st}}.fit(w))
		}
	}
	for k, act := range acts {
		if k > 0 {
			out = append(out, segs{}.fit(w))
		}
		sign, st := riskSign(th, act)
		for i, l := range wrap(model.Visible(act.Text), w-2, 3) {
			lead := "  "
			if i == 0 {
				lead = sign + " "
			}
			out = append(out, segs{{lead, st}, {l, th.strong}}.fit(w))
		}
		for _, l := range model.VisibleLines(act.Command) {
			add("  ", th.accent, l)
		}
		for _, b := range act.Bound {
			add("    ", "", model.Visible(b))
		}
		if act.Blocked != "" {
			add("  ", th.warn, "blocked: "+model.Visible(act.Blocked))
		}
		if act.Undo != "" {
			add("  ", th.dim, "undo: "+model.Visible(act.Undo))
		}
	}
	return out
}

// whereLines says which target is meant, loudly if it is what customers use.
func (a *App) whereLines(lines []string, w int) []string {
	var out []string
	for _, s := range lines {
		st := a.theme.warn
		if production.MatchString(s) {
			st = a.theme.alarm
		}
		for _, l := range wrap(model.Visible(s), w, len(s)+1) {
			out = append(out, segs{{l, st}}.fit(w))
		}
	}
	return out
}

// askRun asks before something that may change something, that is over already, or
// that does not apply here.
func (a *App) askRun(step play.Step, act play.Action, was model.ActionState, then func(*App) tea.Cmd) {
	name := "Run this? It may change something"
	switch {
	case was == model.ActionInterrupted:
		name = "It may have happened. Run it again?"
	case step.Off != "":
		name = "It does not apply here. Run it?"
	case was.Over():
		name = "It is over already. Run it again?"
	case act.Risk == "read":
		name = "Run this?"
	case act.Risk == "mutate":
		name = "Run this? It changes something"
	case act.Risk == "destructive":
		name = "Run this? It DESTROYS something"
	}
	a.open(newAssent(name, "run it", "", func(a *App, w int) []string {
		out := a.willRun([]play.Action{act}, w)
		if where := a.books().where(); where != "" {
			out = append(out, a.whereLines([]string{"in " + where}, w)...)
		}
		return out
	}, func(a *App, _ string) tea.Cmd { return then(a) }))
}

// askApproval asks for a yes to a step as it stands, which is a yes to all that it
// will run. Where the runbook names a target, that has to be typed.
func (a *App) askApproval(run model.Run, step play.Step, then func(*App) tea.Cmd) {
	ap := step.Approval
	name := ap.Prompt
	if name == "" {
		name = "Approve: " + step.Title
	}
	if ap.Required > 1 {
		name = fmt.Sprintf("%d of %d: %s", ap.Have+1, ap.Required, name)
	}
	var acts []play.Action
	for _, x := range step.Actions {
		if x.Runs() {
			acts = append(acts, x)
		}
	}
	text := func(a *App, w int) []string {
		out := a.willRun(acts, w)
		var show []string
		for _, s := range ap.Show {
			show = append(show, strings.TrimPrefix(s, "captured."))
		}
		if where := a.books().where(); where != "" && len(show) == 0 {
			show = append(show, "in "+where)
		}
		out = append(out, a.whereLines(show, w)...)
		if p := a.books().plan; p != nil && run.Rollback {
			say := func(st style, sign, n string) {
				for _, l := range wrap(sign+model.Visible(n), w, len(n)+1) {
					out = append(out, segs{{l, st}}.fit(w))
				}
			}
			for _, n := range p.Losses() {
				say(a.theme.alarm, "! ", n)
			}
			for _, n := range p.Notes {
				say(a.theme.dim, "", n)
			}
		}
		return out
	}
	word := "run it"
	if ap.Have+1 < ap.Required || !a.runner().Holds(run) {
		word = "approve it"
	}
	a.open(newAssent(model.Brief(name, 90), word, ap.Type, text, func(a *App, typed string) tea.Cmd {
		var roles []model.Role
		for _, r := range ap.Roles {
			role, err := model.ParseRole(r)
			if err != nil {
				a.say(failure, model.Message(err))
				return nil
			}
			roles = append(roles, role)
		}
		c := model.ApproveStep{N: run.N, Step: step.ID, Hash: ap.Hash, Typed: typed, Target: ap.Type, For: ap.Expires, Roles: roles}
		return a.send(job{incident: a.room.inc.ID, request: model.Request{Command: c}, then: func(a *App, _ model.Receipt) tea.Cmd {
			if ap.Have+1 < ap.Required {
				a.say(info, "approved: somebody else has to approve it, too")
				return nil
			}
			if run, ok := a.room.inc.Run(run.N); !ok || !a.runner().Holds(run) {
				a.say(info, "approved")
				return nil
			}
			return then(a)
		}})
	}))
}

// askVerdict asks a person what no program can judge. Not being able to tell is an
// answer, too, and is never taken for a yes.
func (a *App) askVerdict(run model.Run, step play.Step, k int, act play.Action) {
	at := a.books().point()
	p := newPicker(model.Brief("Is it so? "+act.Criteria, 90), []item{
		{text: "Yes", note: "done", data: model.ActionDone},
		{text: "No, it is not", note: "the step stays open", data: model.ActionFailed},
		{text: "It cannot be told yet", note: "nothing is recorded", data: model.ActionPending},
	}, func(a *App, it item) tea.Cmd {
		to := it.data.(model.ActionState)
		if to == model.ActionPending {
			return nil
		}
		reason := ""
		if to == model.ActionDone {
			a.books().past = at
		} else {
			reason = "looked, and it is not so: " + act.Criteria
		}
		return a.do(model.MarkAction{N: run.N, Step: step.ID, Action: k, State: to, Reason: reason}, "")
	})
	p.sel = 2 // one enter too many says nothing
	p.digits, p.foot = true, "1-3 or enter chooses · esc back"
	a.open(p)
}
