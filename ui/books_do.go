package ui

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/play"
)

var bookActions = []action{
	{id: "book.up", keys: []string{"up", "k"}, words: "Up", where: onBooks, run: bookMove(-1), move: true},
	{id: "book.down", keys: []string{"down", "j"}, words: "Down", where: onBooks, run: bookMove(1), move: true},
	{id: "book.prevstep", keys: []string{"left", "h"}, words: "Step before", where: onBooks, run: bookStep(-1), move: true},
	{id: "book.nextstep", keys: []string{"right", "l"}, words: "Next step", where: onBooks, run: bookStep(1), move: true},
	{id: "book.outup", keys: []string{"pgup"}, words: "Output: back", where: onBooks, run: bookScroll(8), move: true},
	{id: "book.outdown", keys: []string{"pgdown"}, words: "Output: on", where: onBooks, run: bookScroll(-8), move: true},
	{id: "book.back", keys: []string{"esc"}, words: "Back to the list of runbooks, or to the Room", where: onBooks,
		run: func(a *App) tea.Cmd { return a.bookBack() }},
	{id: "book.find", keys: []string{"f"}, words: "Find a runbook or a way back", short: "find", where: onBooks, rank: 2, why: hasBooks,
		run: func(a *App) tea.Cmd { a.bookFind(false); return nil }},
	{id: "book.run", keys: []string{"enter"}, words: "Run what is shown", short: "run", where: onBooks, rank: 1, why: canRunAction, when: inRunNow,
		run: func(a *App) tea.Cmd { return a.bookRun() }},
	{id: "book.open", keys: []string{"enter"}, words: "Begin this runbook, or open this run", short: "begin", where: onBooks, rank: 1, why: canBegin, when: inList2,
		run: func(a *App) tea.Cmd { return a.bookBegin() }},
	{id: "book.preview", keys: []string{"p"}, words: "Preview: what would change", short: "preview", where: onBooks, rank: 2, why: canPreview, when: inRunNow,
		run: func(a *App) tea.Cmd { return a.bookPreview() }},
	{id: "book.done", keys: []string{"space"}, words: "Mark as done by hand, or as open again", short: "done", where: onBooks, rank: 3, why: canMark, when: inRunNow,
		run: func(a *App) tea.Cmd { return a.bookDone() }},
	{id: "book.skip", keys: []string{"x"}, words: "Skip, with a reason", short: "skip", where: onBooks, rank: 4, why: canMark, when: inRunNow,
		run: func(a *App) tea.Cmd { a.bookSkip(); return nil }},
	{id: "book.values", keys: []string{"e"}, words: "Fill in values", short: "values", where: onBooks, rank: 5, why: canMark, when: inRunNow,
		run: func(a *App) tea.Cmd { a.bookValues(); return nil }},
	{id: "book.stop", keys: []string{"ctrl+x"}, words: "Stop what runs; again asks harder", short: "stop", where: onBooks, rank: 1, why: runsHere, when: runsNow,
		run: func(a *App) tea.Cmd {
			a.books().job.Stop()
			a.say(info, "asked to stop; "+a.key("book.stop")+" again asks harder")
			return nil
		}},
	{id: "book.copy", keys: []string{"y"}, words: "Copy the command", short: "copy", where: onBooks, rank: 7, why: canCopy, when: inRunNow,
		run: func(a *App) tea.Cmd { return a.bookCopy() }},
	{id: "book.rollback", keys: []string{"R"}, words: "Roll back: choose a way", short: "rollback", where: onBooks, rank: 6, why: canWriteHere,
		run: func(a *App) tea.Cmd { a.bookFind(true); return nil }},
	{id: "book.undo", keys: []string{"u"}, words: "Undo this rollback", short: "undo it", where: onBooks, rank: 8, why: canUndoRun, when: inRunNow,
		run: func(a *App) tea.Cmd { return a.bookUndo() }},
	{id: "book.gate", keys: []string{"v"}, words: "Recovery gate: criteria, look now, confirm, override", short: "verify", where: onBooks, rank: 6, why: canWriteHere,
		run: func(a *App) tea.Cmd { return a.bookGate() }},
	{id: "book.take", keys: []string{"t"}, words: "Take the run over: execute it here", short: "take over", where: onBooks, rank: 1, why: canTakeRun, when: inRunNow,
		run: func(a *App) tea.Cmd { a.bookTake(); return nil }},
	{id: "book.tell", keys: []string{"o"}, words: "Give an order to whom the escalation names", where: onBooks, why: canWriteHere, when: inRunNow,
		run: func(a *App) tea.Cmd { a.bookOrder(); return nil }},
	{id: "book.end", keys: []string{"E"}, words: "End the run: finished, or given up", short: "end", where: onBooks, rank: 9, why: canEnd, when: inRunNow,
		run: func(a *App) tea.Cmd { return a.bookEnd() }},
}

func inRunNow(a *App) bool { return a.books() != nil && a.books().run != 0 }
func inList2(a *App) bool  { return !inRunNow(a) }
func runsNow(a *App) bool  { return runsHere(a) == "" }

// canWriteHere is the reason why nothing can be written about this incident.
func canWriteHere(a *App) string {
	if a.runner() == nil {
		return "runbooks are not followed in this terminal"
	}
	if why := hasRoom(a); why != "" {
		return why
	}
	return writable(a)
}

func hasBooks(a *App) string {
	if a.runner() == nil {
		return "runbooks are not followed in this terminal"
	}
	return writable(a)
}

func canBegin(a *App) string {
	if inRunNow(a) {
		return "a run is open: " + a.key("book.back") + " goes back to the list"
	}
	return canWriteHere(a)
}

// activeHere is the reason why the run that is shown cannot be changed.
func activeHere(a *App) string {
	if why := canWriteHere(a); why != "" {
		return why
	}
	if !inRunNow(a) {
		return "no run is open"
	}
	run, ok := a.room.inc.Run(a.books().run)
	if !ok || !run.Active() {
		return "this run is over"
	}
	return ""
}

func canMark(a *App) string {
	if why := activeHere(a); why != "" {
		return why
	}
	if _, _, _, _, ok := a.books().current(a); !ok {
		return "the plan is not there yet"
	}
	return ""
}

func canRunAction(a *App) string {
	if why := canMark(a); why != "" {
		return why
	}
	run, _, act, st, _ := a.books().current(a)
	switch {
	case !a.runner().Holds(run):
		return model.Visible(run.Runner.Person) + " executes this run: follow it, or take it over with " + a.key("book.take")
	case st.State == model.ActionRunning:
		return "it runs: " + a.key("book.stop") + " stops it"
	case a.books().job != nil:
		return "something of this run still runs"
	case !act.Runs() && act.Kind != "wait":
		return "a person does this: then " + a.key("book.done") + " marks it"
	case act.Blocked != "":
		return act.Blocked + ": " + a.key("book.values") + " fills in values"
	}
	return ""
}

func canPreview(a *App) string {
	if why := canMark(a); why != "" {
		return why
	}
	if _, _, act, _, _ := a.books().current(a); act.Preview == "" {
		return "this action has no preview"
	}
	return ""
}

func runsHere(a *App) string {
	if a.books() == nil || a.books().job == nil {
		return "nothing runs here"
	}
	return writable(a)
}

func canCopy(a *App) string {
	if _, _, act, _, ok := a.books().current(a); !ok || act.Command == "" {
		return "there is no command to copy"
	} else if act.Blocked != "" {
		return act.Blocked
	}
	return ""
}

func canTakeRun(a *App) string {
	if why := activeHere(a); why != "" {
		return why
	}
	if run, _ := a.room.inc.Run(a.books().run); a.runner().Holds(run) {
		return "you execute this run already"
	}
	return ""
}

func canEnd(a *App) string {
	if why := activeHere(a); why != "" {
		return why
	}
	if a.books().job != nil {
		return "something of this run still runs"
	}
	return ""
}

func canUndoRun(a *App) string {
	if why := canWriteHere(a); why != "" {
		return why
	}
	if !inRunNow(a) {
		return "no run is open"
	}
	run, _ := a.room.inc.Run(a.books().run)
	st, _ := run.Step("execute")
	if !run.Rollback || strings.HasSuffix(run.Book, "#undo") || st.State() == model.ActionPending {
		return "there is no rollback here to undo"
	}
	return ""
}

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
		d.top = 0
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
			d.step, d.act, d.top = min(max(d.step+n, 0), len(d.plan.Steps)-1), 0, 0
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
		d.run, d.plan = 0, nil
		return tea.Batch(d.readCards(a), d.readLook(a))
	}
	return a.goHome()
}

// bookBegin begins the selected runbook, or opens the selected run.
func (a *App) bookBegin() tea.Cmd {
	d := a.books()
	row, ok := d.selected(a)
	switch {
	case !ok:
		return nil
	case row.run != nil:
		d.show(row.run.N)
		return d.readPlan(a)
	}
	return a.begin(row.card.Ref)
}

// begin asks for the target of a rollback, and begins.
func (a *App) begin(ref play.Ref) tea.Cmd {
	d, r := a.books(), a.runner()
	of := d.of
	start := func(values map[string]string) tea.Cmd {
		return a.read(func(ctx context.Context, _ Store) tea.Msg {
			n, err := r.Begin(ctx, of, ref, values)
			return bookBegunMsg{of, n, err}
		})
	}
	if !ref.Rollback || ref.Undo > 0 {
		return start(nil)
	}
	p := d.look
	if p == nil || d.lookR != ref {
		inc := a.room.inc
		var err error
		if p, err = r.Plan(inc, ref, nil); err != nil { // reads what is loaded already: no wait
			a.say(failure, model.Message(err))
			return nil
		}
	}
	if m := p.Missing(); len(m) > 0 {
		a.say(warning, strings.Join(m, ", ")+" is not on this machine: install it, or roll back from another one")
		return nil
	}
	a.open(a.valueForm("The target of: "+model.Brief(p.Title, 60), p.Values, start))
	return nil
}

// valueForm asks for values; what cannot be used is said before anything begins.
func (a *App) valueForm(name string, values []play.Value, done func(map[string]string) tea.Cmd) *form {
	var fields []field
	var names []string
	for _, v := range values {
		if v.Secret {
			continue
		}
		help := v.Help
		if help == "" && v.Type != "string" {
			help = v.Type
		}
		if len(v.Choices) > 0 {
			help = strings.Join(v.Choices, ", ")
		}
		fields = append(fields, textField(model.Visible(v.Label), v.Value, "", model.Visible(help)))
		names = append(names, v.Name)
	}
	if len(fields) == 0 {
		return newForm(name, []field{textField("nothing to fill in", "", "", "enter goes on")}, func(a *App, _ []string) (tea.Cmd, error) { return done(nil), nil })
	}
	return newForm(name, fields, func(a *App, v []string) (tea.Cmd, error) {
		out := map[string]string{}
		for k, n := range names {
			if v[k] != "" {
				out[n] = v[k]
			}
		}
		f := a.dialogs
		if len(f) > 0 { // there is no answer to wait for
			a.dialogs = f[:len(f)-1]
		}
		return done(out), nil
	})
}

// bookRun runs the selected action, after asking where it may change something.
func (a *App) bookRun() tea.Cmd {
	d := a.books()
	run, step, act, st, ok := d.current(a)
	if !ok {
		return nil
	}
	again := st.State == model.ActionInterrupted
	go1 := func(a *App) tea.Cmd { return a.start(act, again) }
	if ap := step.Approval; ap != nil && ap.Have < ap.Required {
		a.askApproval(run, step, act, go1)
		return nil
	}
	if !act.Asks() {
		return go1(a)
	}
	a.askRun(act, again, go1)
	return nil
}

// askRun shows once more exactly what will run. Every key but y goes back.
func (a *App) askRun(act play.Action, again bool, then func(*App) tea.Cmd) {
	name := "Run this? It may change something"
	switch {
	case again:
		name = "It may have happened already. Run it again?"
	case act.Risk == "mutate":
		name = "Run this? It changes something"
	case act.Risk == "destructive":
		name = "Run this? It DESTROYS something"
	}
	a.open(&pager{name: name, foot: "y run it · enter or esc go back",
		text: func(a *App, w int) []string {
			out := []string{segs{{act.Text, a.theme.strong}}.fit(w)}
			for _, l := range model.VisibleLines(act.Command) {
				for _, part := range wrap(l, w-2, 20) {
					out = append(out, segs{{"  ", ""}, {part, a.theme.accent}}.fit(w))
				}
			}
			for _, b := range act.Bound {
				out = append(out, segs{{"    " + model.Visible(b), ""}}.fit(w))
			}
			if where := a.books().where(); where != "" {
				st := style("")
				if production.MatchString(where) {
					st = a.theme.alarm
				}
				out = append(out, segs{{"in  " + model.Visible(where), st}}.fit(w))
			}
			if act.Undo != "" {
				out = append(out, segs{{"undo  ", a.theme.dim}, {model.Visible(act.Undo), ""}}.fit(w))
			}
			return append(out, segs{}.fit(w))
		},
		key: func(a *App, key string) (bool, tea.Cmd) {
			if key == "y" {
				return true, then(a)
			}
			return false, nil
		}})
}

// askApproval asks for a yes to the step as it stands; what has to be typed is
// the target.
func (a *App) askApproval(run model.Run, step play.Step, act play.Action, then func(*App) tea.Cmd) {
	ap := step.Approval
	label, help := "yes?", "type yes; this and what is shown goes into the record"
	want := "yes"
	if ap.Type != "" {
		label, want = "type "+model.Visible(ap.Type), ap.Type
		help = "runs: " + model.Brief(strings.ReplaceAll(act.Command, "\n", " "), 160)
	}
	if len(ap.Show) > 0 {
		help = strings.Join(ap.Show, " · ") + " · " + help
	}
	name := ap.Prompt
	if name == "" {
		name = "Approve: " + step.Title
	}
	if ap.Required > 1 {
		name += fmt.Sprintf(" (%d of %d)", ap.Have, ap.Required)
	}
	var f *form
	f = newForm(model.Brief(name, 90), []field{textField(label, "", "", model.Visible(help))}, func(a *App, v []string) (tea.Cmd, error) {
		if v[0] != want {
			return nil, model.Errorf(model.Invalid, "that is not %q: nothing is run", want)
		}
		var roles []model.Role
		for _, r := range ap.Roles {
			role, err := model.ParseRole(r)
			if err != nil {
				return nil, err
			}
			roles = append(roles, role)
		}
		c := model.ApproveStep{N: run.N, Step: step.ID, Hash: ap.Hash, Typed: v[0], For: ap.Expires, Roles: roles}
		return a.send(job{incident: a.room.inc.ID, request: model.Request{Command: c}, form: f, then: func(a *App, _ model.Receipt) tea.Cmd {
			if ap.Have+1 < ap.Required {
				a.say(info, "approved: somebody else has to approve it, too")
				return nil
			}
			if run, ok := a.room.inc.Run(run.N); !ok || !a.runner().Holds(run) {
				a.say(info, "approved")
				return nil
			}
			return then(a)
		}}), nil
	})
	a.open(f)
}

// start runs the selected action now, here or with the terminal.
func (a *App) start(act play.Action, again bool) tea.Cmd {
	d, r := a.books(), a.runner()
	at := d.point()
	if act.Terminal {
		return a.read(func(ctx context.Context, _ Store) tea.Msg {
			cmd, finish, err := r.Terminal(ctx, at, act.Hash, again)
			if err != nil {
				return bookSaidMsg{"", err}
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

// handed is a command that has the terminal. When it has ended its last words
// stay on the screen until a key is pressed.
type handed struct{ *exec.Cmd }

func (h *handed) SetStdin(r io.Reader)  { h.Stdin = r }
func (h *handed) SetStdout(w io.Writer) { h.Stdout = w }
func (h *handed) SetStderr(w io.Writer) { h.Stderr = w }

// Run runs it and waits for enter.
func (h *handed) Run() error {
	err := h.Cmd.Run()
	// Colours, a hidden cursor or another character set may have been left behind.
	fmt.Fprint(h.Stdout, "\x1b[0m\x1b(B\x1b[?25h\r\n-- it has ended, press enter to go back to the room --\r\n")
	var one [1]byte
	for {
		n, e := h.Stdin.Read(one[:])
		if e != nil || n > 0 && (one[0] == '\n' || one[0] == '\r') {
			return err
		}
	}
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
	k, to := d.act, model.ActionDone
	if st.State.Over() {
		to = model.ActionPending
	} else {
		d.step = -1 // on to what is next
	}
	return a.do(model.MarkAction{N: run.N, Step: step.ID, Action: k, State: to}, "")
}

func (a *App) bookSkip() {
	d := a.books()
	run, step, act, _, _ := d.current(a)
	k := d.act
	a.ask("Skip: "+model.Brief(act.Text, 70), []field{textField("why", "", "not needed here", "the reason is logged")}, func(a *App, v []string) (model.Command, error) {
		d.step = -1
		return model.MarkAction{N: run.N, Step: step.ID, Action: k, State: model.ActionSkipped, Reason: v[0]}, nil
	})
}

func (a *App) bookValues() {
	d := a.books()
	n := d.run
	a.open(a.valueForm("Values: asked once, used everywhere", d.plan.Values, func(v map[string]string) tea.Cmd {
		if len(v) == 0 {
			return nil
		}
		return a.do(model.SetRunValues{N: n, Values: v}, "")
	}))
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

// bookFind offers all runbooks, or all ways back, to be filtered by typing.
func (a *App) bookFind(back bool) {
	d := a.books()
	var items []item
	for k := range d.cards {
		c := &d.cards[k]
		if back && !c.Rollback {
			continue
		}
		note := c.ID
		if c.Rollback && !c.Undoable {
			note += " · no undo"
		}
		items = append(items, item{text: model.Visible(c.Title), note: model.Visible(note), find: c.Title + " " + c.ID + " " + c.Type + " " + c.Described, data: c.Ref})
	}
	name := "Which runbook?"
	if back {
		name = "Roll back: which way?"
	}
	a.open(newPicker(name, items, func(a *App, it item) tea.Cmd {
		if why := canWriteHere(a); why != "" {
			a.say(warning, why)
			return nil
		}
		return a.begin(it.data.(play.Ref))
	}))
}

func (a *App) bookUndo() tea.Cmd {
	run, _ := a.room.inc.Run(a.books().run)
	if run.Active() {
		return a.send(job{incident: a.room.inc.ID, request: model.Request{Command: model.EndRun{N: run.N, Outcome: model.RunFailed, Reason: "undone"}},
			then: func(a *App, _ model.Receipt) tea.Cmd {
				return a.begin(play.Ref{ID: run.Book, Rollback: true, Undo: run.N})
			}})
	}
	return a.begin(play.Ref{ID: run.Book, Rollback: true, Undo: run.N})
}

func (a *App) bookTake() {
	d, r := a.books(), a.runner()
	run, _ := a.room.inc.Run(d.run)
	of, n := d.of, d.run
	name := "Take over from " + model.Visible(run.Runner.Person) + "? What runs there counts as interrupted"
	if r.Gone(run) {
		name = "The warroom that ran this is gone. Go on here? What ran counts as interrupted"
	}
	a.open(newPicker(name, []item{{text: "No, follow it", data: false}, {text: "Execute it here", data: true}}, func(a *App, it item) tea.Cmd {
		if it.data != true {
			return nil
		}
		return a.read(func(ctx context.Context, _ Store) tea.Msg {
			return bookSaidMsg{"you execute run " + fmt.Sprint(n) + " now", r.Take(ctx, of, n)}
		})
	}))
}

func (a *App) bookOrder() {
	run, ok := a.room.inc.Run(a.books().run)
	who := ""
	if ok {
		for _, e := range run.Escalate {
			if who == "" || !e.Fired.IsZero() {
				who = strings.TrimPrefix(e.Contact, "@")
			}
		}
	}
	a.askLine("@" + who + " join: " + run.Title + " 5m")
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

// bookGate offers what can be done at the recovery gate now.
func (a *App) bookGate() tea.Cmd {
	d, r, inc := a.books(), a.runner(), a.room.inc
	of := d.of
	run := func(text string, f func(ctx context.Context) error) func(*App) tea.Cmd {
		base := a.ctx
		return func(a *App) tea.Cmd {
			return func() tea.Msg {
				ctx, cancel := context.WithTimeout(base, 2*time.Minute)
				defer cancel()
				return bookSaidMsg{text, f(ctx)}
			}
		}
	}
	var items []item
	add := func(text, note, why string, f func(*App) tea.Cmd) {
		items = append(items, item{text: text, note: note, why: why, data: f})
	}
	if g := inc.Gate; g != nil {
		state := g.State(a.now)
		why := ""
		if state != model.GateReady {
			why = model.Brief(g.Missing(a.now), 60)
		}
		add("Yes, it is over: "+model.Brief(g.Ask, 70), "", why, func(a *App) tea.Cmd { return a.do(model.ConfirmGate{}, "recovery is confirmed") })
		add("Look at the checks now", "", "", run("", func(ctx context.Context) error { _, err := r.SampleGate(ctx, of); return err }))
		over := ""
		if !model.SamePerson(inc.Commander(), a.cfg.Actor) {
			over = "only the commander may"
		}
		add("Override the gate, with a reason", "", over, func(a *App) tea.Cmd {
			a.ask("Override the recovery gate", []field{textField("why", "", "the check itself is broken", "the reason is logged")}, func(a *App, v []string) (model.Command, error) {
				return model.OverrideGate{Reason: v[0]}, nil
			})
			return nil
		})
	}
	seen := map[string]bool{}
	for _, ru := range inc.Runs {
		id, _ := strings.CutSuffix(ru.Book, "#undo")
		if !ru.Rollback && !seen[id] {
			seen[id] = true
			add("Exit criteria: those of "+model.Visible(id), "", "", run("the exit criteria are set", func(ctx context.Context) error { return r.SetGate(ctx, of, id) }))
		}
	}
	add("Exit criteria: only a person's yes", "", "", func(a *App) tea.Cmd {
		a.ask("How is it known that it is over?", []field{textField("when", "", "customers check out again, for ten minutes", "a person confirms this before resolved")}, func(a *App, v []string) (model.Command, error) {
			return model.SetGate{Ask: v[0]}, nil
		})
		return nil
	})
	name := "Recovery gate"
	if inc.Gate != nil {
		name += ": " + string(inc.Gate.State(a.now))
	}
	a.open(newPicker(name, items, func(a *App, it item) tea.Cmd { return it.data.(func(*App) tea.Cmd)(a) }))
	return nil
}
