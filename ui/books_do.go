package ui

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/play"
)

func bookMove(n int) func(*App) tea.Cmd {
	return func(a *App) tea.Cmd {
		d := a.books()
		if d.run == 0 {
			d.move(a, n)
			return d.readLook(a)
		}
		if d.plan == nil || d.step < 0 {
			return nil
		}
		d.top, d.moved = 0, true
		switch k := d.act + n; {
		case k < 0 && d.step > 0:
			d.step--
			d.act = len(d.plan.Steps[d.step].Actions) - 1
		case k >= len(d.plan.Steps[d.step].Actions) && d.step+1 < len(d.plan.Steps):
			d.step, d.act = d.step+1, 0
		case k >= 0 && k < len(d.plan.Steps[d.step].Actions):
			d.act = k
		}
		return nil
	}
}

func bookStep(n int) func(*App) tea.Cmd {
	return func(a *App) tea.Cmd {
		d := a.books()
		if d.run != 0 && d.plan != nil {
			d.step, d.act, d.top, d.moved = min(max(d.step+n, 0), len(d.plan.Steps)-1), 0, 0, true
		}
		return nil
	}
}

func bookScroll(n int) func(*App) tea.Cmd {
	return func(a *App) tea.Cmd {
		d := a.books()
		if d.run == 0 {
			d.move(a, -n)
			return d.readLook(a)
		}
		d.top = max(0, d.top+n)
		return nil
	}
}

func (a *App) bookBack() tea.Cmd {
	if d := a.books(); d.run != 0 {
		d.held = bookRow{run: &model.Run{N: d.run}}.id()
		d.run, d.plan = 0, nil
		return tea.Batch(d.readCards(a), d.readLook(a))
	}
	return a.goHome()
}

// bookRun runs the selected action, after asking where it may change something.
// What a person has to do it asks for: a value, a verdict, a look at a page.
func (a *App) bookRun() tea.Cmd {
	d := a.books()
	run, step, act, st, ok := d.current(a)
	if !ok {
		return nil
	}
	switch {
	case act.Runs() && len(act.Unfilled) > 0:
		a.bookFill(act.Unfilled)
		return nil
	case !act.Runs() && act.Criteria != "":
		a.askVerdict(run, step, d.act, act)
		return nil
	case act.Link != "" && act.Kind == "link":
		return a.bookLink(act.Link)
	}
	again := st.State == model.ActionInterrupted
	go1 := func(a *App) tea.Cmd { return a.start(act, again) }
	if ap := step.Approval; ap != nil && ap.Have < ap.Required {
		a.askApproval(run, step, go1)
		return nil
	}
	if !act.Asks() && !st.State.Over() && step.Off == "" {
		return go1(a)
	}
	a.askRun(step, act, st.State, go1)
	return nil
}

// start runs the selected action now, here or with the terminal.
func (a *App) start(act play.Action, again bool) tea.Cmd {
	d, r := a.books(), a.runner()
	at := d.point()
	d.starts = true
	if act.Terminal {
		return a.read(func(ctx context.Context, _ Store) tea.Msg {
			cmd, finish, err := r.Terminal(ctx, at, act.Hash, again)
			if err != nil {
				return bookJobMsg{at: at, err: err}
			}
			return bookHandMsg{at, cmd, finish}
		})
	}
	return a.read(func(ctx context.Context, _ Store) tea.Msg {
		j, err := r.Execute(ctx, at, act.Hash, again)
		return bookJobMsg{at, j, err}
	})
}

// bookHandMsg hands the terminal to a command.
type bookHandMsg struct {
	at     play.Point
	cmd    *exec.Cmd
	finish func(error) error
}

func (a *App) bookPreview() tea.Cmd {
	d, r := a.books(), a.runner()
	at := d.point()
	base := a.ctx
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(base, 3*time.Minute)
		defer cancel()
		o, err := r.Preview(ctx, at)
		return bookPreviewMsg{at, o, err}
	}
}

func (a *App) bookDone() tea.Cmd {
	d := a.books()
	run, step, _, st, _ := d.current(a)
	for d.marked(a) { // pressed again before the room knows: it means what comes next
		next, k, more := openAfter(run, step.ID, d.act)
		if !more {
			return nil
		}
		d.choosePoint(next.ID, k)
		run, step, _, st, _ = d.current(a)
	}
	k, to := d.act, model.ActionDone
	if st.State.Over() {
		to = model.ActionPending
	} else {
		d.past = d.point()
	}
	return a.do(model.MarkAction{N: run.N, Step: step.ID, Action: k, State: to}, "")
}

func (a *App) bookSkip() {
	d := a.books()
	run, step, act, _, _ := d.current(a)
	k, at := d.act, d.point()
	a.ask("Skip: "+model.Brief(act.Text, 70), []field{textField("why", "", "not needed here", "the reason is logged")}, func(a *App, v []string) (model.Command, error) {
		d.past = at
		return model.MarkAction{N: run.N, Step: step.ID, Action: k, State: model.ActionSkipped, Reason: v[0]}, nil
	})
}

// bookLink opens an address where the system can, and copies it elsewhere.
func (a *App) bookLink(url string) tea.Cmd {
	opener := openerName(a.getenv)
	web := strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://")
	if opener == "" || !web {
		a.say(info, "the address is copied; "+a.key("book.done")+" marks it as done")
		return tea.SetClipboard(url)
	}
	a.say(info, "opened; "+a.key("book.done")+" marks it as done")
	return a.openAddress(opener, url)
}

func (a *App) bookCopy() tea.Cmd {
	_, _, act, _, _ := a.books().current(a)
	text := act.Command
	for i := len(act.Bound) - 1; i >= 0; i-- {
		k, v, _ := strings.Cut(act.Bound[i], " = ")
		text = k + "='" + strings.ReplaceAll(v, "'", `'\''`) + "'\n" + text
	}
	a.say(info, "copied")
	return tea.SetClipboard(text)
}

// bookFind offers all runbooks, or all ways back, to be filtered by typing. What
// is still being read comes in when it is there.
func (a *App) bookFind(back bool) {
	d := a.books()
	name := "Which runbook?"
	if back {
		name = "Roll back: which way?"
	}
	d.finder, d.finderBack = newPicker(name, d.found(back), func(a *App, it item) tea.Cmd {
		if why := canWriteHere(a); why != "" {
			a.say(warning, why)
			return nil
		}
		return a.begin(it.data.(play.Ref), nil)
	}), back
	a.open(d.finder)
}

// found are the items to find one among.
func (d *booksDesk) found(back bool) []item {
	var items []item
	for k := range d.cards {
		c := &d.cards[k]
		if back && !c.Rollback {
			continue
		}
		note := c.ID
		if c.Rollback && (c.Data == "certain" || c.Data == "possible") {
			note = "data loss " + c.Data
		}
		if c.Rollback && !c.Undoable { // the worse of two goes first
			note = "no undo · " + note
		}
		items = append(items, item{text: model.Visible(c.Title), note: model.Visible(note), find: c.Title + " " + c.ID + " " + c.Type + " " + c.Described, data: c.Ref})
	}
	return items
}

func (a *App) bookTake() {
	d, r := a.books(), a.runner()
	run, _ := a.room.inc.Run(d.run)
	of, n := d.of, d.run
	name := "Take over from " + model.Visible(run.Runner.Person) + "?"
	if r.Gone(run) {
		name = "The room that ran this is gone. Go on here?"
	}
	p := newPicker(name, []item{{text: "No, follow it", data: false}, {text: "Execute it here", data: true}}, func(a *App, it item) tea.Cmd {
		if it.data != true {
			return nil
		}
		return a.read(func(ctx context.Context, _ Store) tea.Msg {
			return bookSaidMsg{"you execute run " + fmt.Sprint(n) + " now", r.Take(ctx, of, n)}
		})
	})
	if _, _, busy := run.Running(); busy {
		heading := "what runs there goes on, and counts as interrupted here"
		if r.Gone(run) {
			heading = "what ran there counts as interrupted"
		}
		p.heading = func(string) string { return heading }
	}
	a.open(p)
}

func (a *App) bookEnd() tea.Cmd {
	d := a.books()
	run, _ := a.room.inc.Run(d.run)
	if _, _, left := run.Next(); !left {
		return a.do(model.EndRun{N: run.N, Outcome: model.RunFinished}, "the run is finished")
	}
	outcome := model.RunAbandoned
	if st, ok := run.Step("execute"); run.Rollback && ok && st.State() == model.ActionPending {
		outcome = model.RunDeclined
	}
	a.ask("Not everything is done. Give the run up?", []field{textField("why", "", "another way was found", "the reason is logged; esc goes on")}, func(a *App, v []string) (model.Command, error) {
		return model.EndRun{N: run.N, Outcome: outcome, Reason: v[0]}, nil
	})
	return nil
}
