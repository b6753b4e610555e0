package ui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/play"
)

// booksDesk is the screen of runbooks: what there is, and one run that is
// followed, here or by somebody else.
type booksDesk struct {
	cards  []play.Card
	faults []string // files that cannot be used, and why
	asked  bool     // the cards are being read
	again  bool     // and have to be read once more then
	ready  bool
	sel    int    // in the rows of the list
	held   string // what is selected there
	look   *play.Plan
	lookE  error
	lookR  play.Ref // what look is of

	run    int // the run that is shown; 0: the list
	plan   *play.Plan
	planE  error
	offers []play.Offer // what may follow the run
	step   int
	act    int
	of     string   // incident that all of this belongs to
	looked bool     // somebody has looked at this screen since
	want   play.Ref // the card that is to be selected when the cards are there; zero: none

	peeked bool       // out was read from another process's file
	peeks  bool       // what another process prints is being looked at
	off    play.Point // what was passed over last, since it does not apply

	starts bool // an action is on its way to being run
	job    play.Job
	over   bool // the room has heard that job went well: only what follows is still being written
	jobAt  play.Point
	out    play.Output
	outAt  play.Point
	began  time.Time
	prev   play.Output
	prevN  play.Point // what prev is the preview of
	top    int        // first line of output shown, from the end

	// past is what has been dealt with here; the selection goes on from it as soon as
	// the room knows, which may be a moment later.
	past play.Point

	finder     *picker // the last list to find a runbook in; it may be closed
	finderBack bool    // it has only ways back

	moved bool // somebody here has looked elsewhere in the run

	auto  bool // the next look of a rollback follows by itself
	clock int  // counts schedules: an older alarm is not answered

	areas bookAreas // as drawn last
}

func newBooksDesk() *booksDesk { return &booksDesk{} }

// Messages of the desk.
type (
	bookCardsMsg struct {
		of     string
		cards  []play.Card
		faults []string
	}
	bookShelfMsg struct{} // the files of the library have changed
	bookPeekMsg  struct {
		at  play.Point
		out play.Output
		ok  bool
	}
	bookLookMsg struct {
		ref  play.Ref
		plan *play.Plan
		err  error
	}
	bookPlanMsg struct {
		of     string
		run    int
		plan   *play.Plan
		err    error
		offers []play.Offer
	}
	bookListMsg struct {
		pick picking
		list []play.Option
		err  error
	}
	bookBegunMsg struct {
		of  string
		run int
		err error
	}
	bookJobMsg struct {
		at  play.Point
		job play.Job
		err error
	}
	bookOutMsg struct {
		job play.Job
		out play.Output
	}
	bookEndMsg struct {
		job play.Job
		out play.Output
		end model.ActionEnded
		err error
	}
	bookPreviewMsg struct {
		at  play.Point
		out play.Output
		err error
	}
	bookSaidMsg struct {
		text string
		err  error
	}
	bookAlarmMsg struct{ clock int }
	bookFiredMsg struct {
		err   error
		again bool // nothing was written that would set the next alarm
	}
	bookTermMsg struct {
		at     play.Point
		err    error
		finish func(error) error
	}
)

// runner is what follows runbooks, nil if nothing does.
func (a *App) runner() Runner { return a.cfg.Runner }

// books is the desk.
func (a *App) books() *booksDesk {
	d, _ := a.desks[screenBooks].(*booksDesk)
	return d
}

func (d *booksDesk) open(a *App) tea.Cmd {
	d.belong(a)
	d.underWay(a)
	d.looked = true
	if d.want != (play.Ref{}) {
		d.run = 0
		d.choose(a)
	}
	return tea.Batch(d.readCards(a), d.readPlan(a), d.readLook(a), d.schedule(a))
}

// room goes on with what a gate asks for, though nobody has looked at this screen.
func (d *booksDesk) room(a *App) tea.Cmd {
	d.belong(a)
	return d.schedule(a)
}

// choose selects the card that was asked for, once it is there.
func (d *booksDesk) choose(a *App) {
	if d.want == (play.Ref{}) || !d.ready {
		return
	}
	d.held = bookRow{card: &play.Card{Ref: d.want}}.id()
	d.want = play.Ref{}
}

// belong forgets what was of another incident.
func (d *booksDesk) belong(a *App) {
	id := ""
	if a.room != nil {
		id = a.room.inc.ID
	}
	if d.of == id {
		return
	}
	job, at, began, clock, want := d.job, d.jobAt, d.began, d.clock, d.want
	*d = booksDesk{of: id, starts: d.starts, job: job, jobAt: at, over: d.over, began: began, clock: clock + 1, want: want}
}

// underWay shows the run that is under way, which is what people want to see when
// they look here for the first time.
func (d *booksDesk) underWay(a *App) {
	if d.looked || d.run != 0 || a.room == nil || d.want != (play.Ref{}) {
		return
	}
	for _, r := range slices.Backward(a.room.inc.Runs) {
		if r.Active() {
			d.show(r.N)
			return
		}
	}
}

// show brings a run to the front, at its first action that is not over.
func (d *booksDesk) show(n int) {
	d.run, d.plan, d.planE, d.offers, d.step, d.act, d.top, d.moved = n, nil, nil, nil, -1, 0, 0, false
}

func (d *booksDesk) take(a *App, msg tea.Msg) (tea.Cmd, bool) {
	switch m := msg.(type) {
	case bookCardsMsg:
		d.asked = false
		if m.of == d.of {
			d.carded(m)
			d.choose(a)
		}
		if d.again {
			d.again = false
			return tea.Batch(d.readCards(a), d.readLook(a)), true
		}
		return d.readLook(a), true
	case bookShelfMsg:
		if !d.ready && !d.asked { // nobody has looked yet
			return nil, true
		}
		d.lookR, d.look, d.lookE = play.Ref{}, nil, nil
		return tea.Batch(d.readCards(a), d.readPlan(a)), true
	case bookPeekMsg:
		d.peeks = false
		if m.at != d.point() || !m.ok {
			return d.peek(a), true
		}
		if d.job == nil || d.jobAt != m.at {
			d.out, d.outAt, d.peeked = m.out, m.at, true
		}
		return d.peek(a), true
	case bookLookMsg:
		if m.ref == d.lookR {
			d.look, d.lookE = m.plan, m.err
		}
	case bookPlanMsg:
		if m.of == d.of && m.run == d.run {
			d.plan, d.planE, d.offers = m.plan, m.err, m.offers
			d.place(a)
			if cmd := d.passOver(a); cmd != nil {
				return cmd, true
			}
			return tea.Batch(d.onward(a), d.peek(a)), true
		}
	case bookListMsg:
		a.pickFrom(m)
		return nil, true
	case bookBegunMsg:
		if m.err != nil {
			a.say(failure, model.Message(m.err))
			return nil, true
		}
		if m.of == d.of {
			d.show(m.run)
		}
		return d.readPlan(a), true
	case bookJobMsg:
		d.starts = false
		if m.err != nil {
			a.say(failure, model.Message(m.err))
			return d.readPlan(a), true
		}
		d.job, d.jobAt, d.over, d.out, d.outAt, d.began, d.top = m.job, m.at, false, play.Output{}, m.at, a.now, 0
		d.peeked = false
		return a.long("job", follow(m.job, -1)), true
	case bookOutMsg:
		if m.job != d.job {
			return nil, true
		}
		d.out = m.out
		return a.long("job", follow(m.job, m.out.Version)), true
	case bookEndMsg:
		if m.job != d.job {
			return nil, true
		}
		d.out, d.job = m.out, nil
		return d.ended(a, m), true
	case bookPreviewMsg:
		if m.err != nil {
			a.say(failure, model.Message(m.err))
			return nil, true
		}
		d.prev, d.prevN = m.out, m.at
	case bookSaidMsg:
		if m.err != nil {
			a.say(failure, model.Message(m.err))
		} else if m.text != "" {
			a.say(info, m.text)
		}
		return d.readPlan(a), true
	case bookAlarmMsg:
		if m.clock != d.clock {
			return nil, true
		}
		return d.fire(a), true
	case bookFiredMsg: // what was written comes as news, which sets the next alarm
		if m.err != nil {
			a.log.Printf("runbooks: %v", m.err)
		}
		if m.err != nil || m.again {
			clock := d.clock
			return a.long("clock", tea.Tick(lookAgain, func(time.Time) tea.Msg { return bookAlarmMsg{clock} })), true
		}
		return nil, true
	case bookHandMsg:
		d.starts = false
		return tea.Exec(&handed{Cmd: m.cmd, ctx: a.ctx}, func(err error) tea.Msg { return bookTermMsg{m.at, err, m.finish} }), true
	case bookTermMsg:
		finish := m.finish
		err := m.err
		return func() tea.Msg {
			if e := finish(err); e != nil {
				return bookSaidMsg{"", e}
			}
			return bookSaidMsg{"back from the terminal", nil}
		}, true
	default:
		return nil, false
	}
	return nil, true
}

// ended says how a job went, and goes on to the next action.
func (d *booksDesk) ended(a *App, m bookEndMsg) tea.Cmd {
	if a.room == nil || a.room.inc.ID != d.jobAt.Incident {
		return nil
	}
	switch {
	case m.err != nil:
		a.say(failure, "its end could not be written: "+model.Message(m.err))
	case m.end.State == model.ActionSucceeded:
		if !overAt(a, d.jobAt) {
			d.past = d.jobAt
		}
		run, _ := a.room.inc.Run(d.jobAt.Run)
		d.auto = run.Rollback && d.run == d.jobAt.Run
	default:
		a.say(warning, d.went(a, m.end))
	}
	return tea.Batch(d.readPlan(a), d.schedule(a))
}

// went says how what has not succeeded went, and what can be done now: that is
// never cut off, and is named only where its keys mean it.
func (d *booksDesk) went(a *App, end model.ActionEnded) string {
	text := strings.ReplaceAll(string(end.State), "_", " ")
	if end.Exit != nil && *end.Exit != 0 {
		text += fmt.Sprintf(", exit %d", *end.Exit)
	}
	if end.Note != "" {
		text += ": " + end.Note
	}
	run, _ := a.room.inc.Run(d.jobAt.Run)
	next := a.key("book.run") + " tries again, " + a.key("book.skip") + " skips it"
	switch {
	case a.screen != screenBooks || d.run != run.N:
		text, next = fmt.Sprintf("run %d %s", run.N, text), a.key("desk.3")+" shows it"
	case run.Rollback && d.jobAt.Step == "verify":
		text, next = "not proven that it worked: "+end.Note, a.key("book.run")+" looks again"
		if hasUndo(a) == "" {
			next += ", " + a.key("book.undo") + " undoes it"
		}
	}
	if a.w < 64 {
		next = strings.NewReplacer(" tries again", " again", " looks again", " again", " skips it", " skip", " undoes it", " undo").Replace(next)
	}
	return model.Brief(text, max(12, a.w-8-width(next))) + " · " + next
}

// onward runs the next action of a rollback after one that went well, if it only
// looks: guards, captures and previews follow each other, and what changes
// something is waited for.
func (d *booksDesk) onward(a *App) tea.Cmd {
	if !d.auto || d.past != (play.Point{}) {
		return nil
	}
	d.auto = false
	if run, ok := a.room.inc.Run(d.run); ok && run.Active() {
		if _, _, left := run.Next(); !left { // verified: the target is free again
			said := "rolled back and verified"
			if _, undo := play.BookOf(run.Book); undo { // it has no check of its own
				said = "undone: look whether that worked"
			}
			return a.do(model.EndRun{N: run.N, Outcome: model.RunFinished}, said)
		}
	}
	if _, step, act, st, ok := d.current(a); ok && act.Runs() && !act.Asks() && step.Approval == nil && !st.State.Over() && !st.State.Bad() && canRunAction(a) == "" {
		return a.start(act, false)
	}
	return nil
}

// passOver skips what does not apply, when it is its turn: whoever executes the
// run does so, once for each state of it. A person can open it again.
func (d *booksDesk) passOver(a *App) tea.Cmd {
	if d.plan == nil || a.room == nil || activeHere(a) != "" {
		return nil
	}
	run, _ := a.room.inc.Run(d.run)
	st, k, left := run.Next()
	if !left || !a.runner().Holds(run) || st.Actions[k].State != model.ActionPending {
		return nil
	}
	at := play.Point{Incident: d.of, Run: d.run, Step: st.ID, Action: k}
	for _, s := range d.plan.Steps {
		if s.ID != st.ID || s.Off == "" || d.off == at {
			continue
		}
		d.off, d.past = at, at
		r := a.runner()
		return a.read(func(ctx context.Context, _ Store) tea.Msg { return bookSaidMsg{"", r.Settle(ctx, at.Incident, at.Run)} })
	}
	return nil
}
