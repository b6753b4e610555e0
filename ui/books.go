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
	sel    int // in the rows of the list
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
	want   play.Ref // the card that is to be selected when the cards are there; zero: none

	peeked bool       // out was read from another process's file
	peeks  bool       // what another process prints is being looked at
	off    play.Point // what was passed over last, since it does not apply

	job   play.Job
	jobAt play.Point
	out   play.Output
	outAt play.Point
	began time.Time
	prev  play.Output
	prevN play.Point // what prev is the preview of
	top   int        // first line of output shown, from the end

	// past is what has been dealt with here; the selection goes on from it as soon as
	// the room knows, which may be a moment later.
	past play.Point

	finder     *picker // the last list to find a runbook in; it may be closed
	finderBack bool    // it has only ways back

	moved bool // somebody here has looked elsewhere in the run

	auto  bool // the next look of a rollback follows by itself
	clock int  // counts schedules: an older alarm is not answered
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
	bookFiredMsg struct{ err error }
	bookTermMsg  struct {
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
	if d.want != (play.Ref{}) {
		d.run = 0
		d.choose(a)
	}
	return tea.Batch(d.readCards(a), d.readPlan(a), d.readLook(a), d.schedule(a))
}

// choose selects the card that was asked for, once it is there.
func (d *booksDesk) choose(a *App) {
	if d.want == (play.Ref{}) || !d.ready {
		return
	}
	if i := slices.IndexFunc(d.rows(a), func(r bookRow) bool { return r.card != nil && r.card.Ref == d.want }); i >= 0 {
		d.sel = i
	}
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
	*d = booksDesk{of: id, job: job, jobAt: at, began: began, clock: clock + 1, want: want}
	if a.room != nil && want == (play.Ref{}) { // the run that is under way is what people want to see
		for _, r := range slices.Backward(a.room.inc.Runs) {
			if r.Active() {
				d.show(r.N)
				break
			}
		}
	}
}

// show brings a run to the front, at its first action that is not over.
func (d *booksDesk) show(n int) {
	d.run, d.plan, d.planE, d.offers, d.step, d.act, d.top, d.moved = n, nil, nil, nil, -1, 0, 0, false
}

func (d *booksDesk) readCards(a *App) tea.Cmd {
	r, of := a.runner(), d.of
	if r == nil {
		return nil
	}
	if d.asked {
		d.again = true
		return nil
	}
	d.asked = true
	return a.read(func(ctx context.Context, s Store) tea.Msg {
		var inc *model.Incident
		if of != "" {
			inc, _ = s.Incident(ctx, of)
		}
		return bookCardsMsg{of, r.Cards(inc), r.Faults()}
	})
}

func (d *booksDesk) readPlan(a *App) tea.Cmd {
	r, of, n := a.runner(), d.of, d.run
	if r == nil || of == "" || n == 0 {
		return nil
	}
	return a.read(func(ctx context.Context, s Store) tea.Msg {
		inc, err := s.Incident(ctx, of)
		if err != nil {
			return bookPlanMsg{of: of, run: n, err: err}
		}
		p, err := r.Current(inc, n)
		m := bookPlanMsg{of: of, run: n, plan: p, err: err}
		if err == nil {
			m.offers, _ = r.Offers(inc, n) // what follows is no reason not to show what is
		}
		return m
	})
}

// readLook makes the plan of the runbook that is selected in the list.
func (d *booksDesk) readLook(a *App) tea.Cmd {
	row, ok := d.selected(a)
	r, of := a.runner(), d.of
	if r == nil || !ok || row.card == nil || row.card.Ref == d.lookR && (d.look != nil || d.lookE != nil) {
		return nil
	}
	ref := row.card.Ref
	d.lookR, d.look, d.lookE = ref, nil, nil
	return a.read(func(ctx context.Context, s Store) tea.Msg {
		inc := &model.Incident{}
		if of != "" {
			if i, err := s.Incident(ctx, of); err == nil {
				inc = i
			}
		}
		p, err := r.Plan(inc, ref, nil)
		return bookLookMsg{ref, p, err}
	})
}

func (d *booksDesk) news(a *App, events []model.Event) tea.Cmd {
	d.belong(a)
	if a.room == nil {
		return nil
	}
	mine, fits := events == nil, false
	for _, e := range events {
		if e.Incident != d.of {
			continue
		}
		switch b := e.Body.(type) {
		case *model.AlertAttached, *model.AlertDetached:
			fits = a.screen == screenBooks // other runbooks may fit now; elsewhere they are read when one goes there
		case *model.RunStarted:
			mine = true
			if d.run == 0 && b.Seat.Person == a.cfg.Actor {
				d.show(b.N)
			}
		case *model.ActionStarted:
			mine = true
			if at := (play.Point{Incident: e.Incident, Run: b.N, Step: b.Step, Action: b.Action}); d.outAt == at && (d.job == nil || d.jobAt != at) {
				d.out = play.Output{} // it is run anew, somewhere
			}
		case *model.ActionMarked:
			mine = true
			if b.State == model.ActionSkipped && strings.HasPrefix(b.Reason, "does not apply") && b.N == d.run && a.screen == screenBooks {
				a.say(info, "skipped: "+model.Brief(b.What+": "+b.Reason, 120))
			}
		case *model.RunTaken:
			mine = true
			if b.N == d.run { // what ran there is what has to be looked at first
				d.step, d.moved = -1, false
			}
		case *model.RunValues:
			mine, d.off = true, play.Point{} // another step may apply now
		case *model.ActionEnded, *model.RunApproved, *model.RunEnded,
			*model.RunEscalated, *model.GateSet, *model.GateSampled, *model.GateConfirmed, *model.GateOverridden, *model.StatusChange:
			mine = true
		}
	}
	var cards tea.Cmd
	if fits {
		cards = d.readCards(a)
	}
	if !mine {
		return cards
	}
	return tea.Batch(cards, d.readPlan(a), d.schedule(a))
}

// schedule wakes the desk when a deadline of a run, or the next look at the gate,
// is due. Nothing runs while there is neither.
func (d *booksDesk) schedule(a *App) tea.Cmd {
	if ro, _ := a.store.ReadOnly(); ro || a.room == nil || a.runner() == nil {
		return nil
	}
	inc, r, of := a.room.inc, a.runner(), d.of
	var next time.Time
	sooner := func(t time.Time) {
		if next.IsZero() || t.Before(next) {
			next = t
		}
	}
	for _, run := range inc.Runs {
		for _, e := range run.Escalate {
			if run.Active() && e.Fired.IsZero() && (inc.Status.Live() || e.Always) {
				sooner(e.Due)
			}
		}
	}
	looks := inc.Gate != nil && model.SamePerson(inc.Gate.By, a.cfg.Actor) && inc.Status.Live() && !inc.Gate.Passed(a.now)
	if next.IsZero() && !looks {
		return nil
	}
	d.clock++
	clock, now := d.clock, a.now
	return a.long("clock", a.read(func(ctx context.Context, s Store) tea.Msg {
		if looks {
			if inc, err := s.Incident(ctx, of); err == nil {
				if due, ok := r.GateDue(inc); ok {
					sooner(due)
				}
			}
		}
		if next.IsZero() {
			return bookFiredMsg{}
		}
		return tea.Tick(max(50*time.Millisecond, next.Sub(now)), func(time.Time) tea.Msg { return bookAlarmMsg{clock} })()
	}))
}

// fire names whom a deadline that has passed names, and looks at the gate. Every
// room does so; the first one is written down.
func (d *booksDesk) fire(a *App) tea.Cmd {
	if a.room == nil {
		return nil
	}
	r, of, now := a.runner(), d.of, a.now
	due := a.room.inc.DueEscalations(now)
	looks := a.room.inc.Gate != nil && model.SamePerson(a.room.inc.Gate.By, a.cfg.Actor)
	actor := a.cfg.Actor
	long := a.ctx
	store := a.store
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(long, 2*time.Minute)
		defer cancel()
		for _, c := range due {
			if _, err := store.Do(ctx, of, model.Request{ID: store.NewID(), Actor: actor, Command: c}); err != nil && model.CodeOf(err) != model.Conflict {
				return bookFiredMsg{err}
			}
		}
		if looks {
			inc, err := store.Incident(ctx, of)
			if err != nil {
				return bookFiredMsg{err}
			}
			if at, ok := r.GateDue(inc); ok && !time.Now().Before(at) {
				if _, err := r.SampleGate(ctx, of); err != nil && model.CodeOf(err) != model.Conflict {
					return bookFiredMsg{err}
				}
			}
		}
		return bookFiredMsg{}
	}
}

// follow reads what a job prints, some ten times a second while it changes: one
// message is under way at a time, so that no output can keep a key waiting.
func follow(job play.Job, seen int64) tea.Cmd {
	return func() tea.Msg {
		for {
			select {
			case <-job.Done():
				end, err := job.End()
				return bookEndMsg{job, job.Output(), end, err}
			case <-time.After(80 * time.Millisecond):
				if job.Version() != seen {
					return bookOutMsg{job, job.Output()}
				}
			}
		}
	}
}

func (d *booksDesk) take(a *App, msg tea.Msg) (tea.Cmd, bool) {
	switch m := msg.(type) {
	case bookCardsMsg:
		d.asked = false
		if m.of == d.of {
			d.carded(a, m)
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
		if m.err != nil {
			a.say(failure, model.Message(m.err))
			return d.readPlan(a), true
		}
		d.job, d.jobAt, d.out, d.outAt, d.began, d.top = m.job, m.at, play.Output{}, m.at, a.now, 0
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
	case bookFiredMsg:
		if m.err != nil {
			a.log.Printf("runbooks: %v", m.err)
			return nil, true
		}
		return nil, true // what was written comes as news, which sets the next alarm
	case bookHandMsg:
		return tea.Exec(&handed{Cmd: m.cmd}, func(err error) tea.Msg { return bookTermMsg{m.at, err, m.finish} }), true
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
		d.past = d.jobAt
		run, _ := a.room.inc.Run(d.jobAt.Run)
		d.auto = run.Rollback && d.run == d.jobAt.Run
	case d.jobAt.Step == "verify" && canUndoRun(a) == "":
		a.say(warning, "it is not proven that it worked: "+model.Brief(m.end.Note, 90)+" · "+a.key("book.undo")+" undoes it")
	default:
		text := strings.ReplaceAll(string(m.end.State), "_", " ")
		if m.end.Exit != nil && *m.end.Exit != 0 {
			text += fmt.Sprintf(", exit %d", *m.end.Exit)
		}
		if m.end.Note != "" {
			text += ": " + m.end.Note
		}
		a.say(warning, model.Brief(text, 120)+" · "+a.key("book.run")+" tries again, "+a.key("book.skip")+" skips it")
	}
	return tea.Batch(d.readPlan(a), d.schedule(a))
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
			return a.do(model.EndRun{N: run.N, Outcome: model.RunFinished}, "rolled back and verified")
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

// carded takes the cards, and keeps what is selected under the finger.
func (d *booksDesk) carded(a *App, m bookCardsMsg) {
	was, had := d.selected(a)
	d.cards, d.faults, d.ready = m.cards, m.faults, true
	if f := d.finder; f != nil {
		f.items = d.found(d.finderBack)
		f.filter()
	}
	if !had || was.card == nil {
		return
	}
	for i, r := range d.rows(a) {
		if r.card != nil && r.card.Ref == was.card.Ref {
			d.sel = i
			return
		}
	}
}

// peekPace is how often the output of another process is looked at, while
// something runs there and is on the screen.
const peekPace = 250 * time.Millisecond

// peek looks at what somebody else's action prints, as long as it runs and is
// shown.
func (d *booksDesk) peek(a *App) tea.Cmd {
	run, step, _, st, ok := d.current(a)
	if !ok || d.peeks || st.State != model.ActionRunning || a.screen != screenBooks || a.runner().Holds(run) {
		return nil
	}
	d.peeks = true
	r, at, id, act, base := a.runner(), d.point(), step.ID, d.act, a.ctx
	return a.long("peek", func() tea.Msg {
		select {
		case <-base.Done():
			return nil
		case <-time.After(peekPace):
		}
		out, ok := r.Peek(at.Incident, run, id, act)
		return bookPeekMsg{at, out, ok}
	})
}

// place puts the selection on what is next, unless somebody has moved it.
func (d *booksDesk) place(a *App) {
	if d.plan == nil || a.room == nil {
		return
	}
	run, known := a.room.inc.Run(d.run)
	if !known { // it was begun a moment ago
		return
	}
	if d.past != (play.Point{}) && overAt(a, d.past) {
		at := d.past
		d.past = play.Point{}
		if at == d.point() {
			d.step, d.top = -1, 0
			if st, k, ok := openAfter(run, at.Step, at.Action); ok {
				d.choosePoint(st.ID, k)
				return
			}
		}
	}
	if !d.moved && run.Active() && !a.runner().Holds(run) {
		d.step = -1 // who only follows goes where the run is
	}
	if d.step >= 0 && d.step < len(d.plan.Steps) && d.act < len(d.plan.Steps[d.step].Actions) {
		return
	}
	d.step, d.act = 0, 0
	if st, k, ok := toLookAt(run); ok {
		d.choosePoint(st.ID, k)
	} else {
		d.step = max(0, len(d.plan.Steps)-1)
	}
}

// choosePoint selects an action of the plan.
func (d *booksDesk) choosePoint(step string, act int) {
	for i, s := range d.plan.Steps {
		if s.ID == step {
			d.step, d.act = i, act
		}
	}
}

// openAfter is the first open action behind one: who began in the middle goes on
// from there, and not back to what was passed by.
func openAfter(run model.Run, step string, act int) (model.RunStep, int, bool) {
	behind := false
	for _, s := range run.Steps {
		for k, x := range s.Actions {
			if behind && !x.State.Over() {
				return s, k, true
			}
			behind = behind || s.ID == step && k == act
		}
	}
	return model.RunStep{}, 0, false
}

// toLookAt is the action that a run is about: the one that runs, the one of which
// nobody knows what it did, or the next.
func toLookAt(run model.Run) (model.RunStep, int, bool) {
	if st, k, ok := run.Running(); ok {
		return st, k, true
	}
	for _, s := range run.Steps {
		for k, x := range s.Actions {
			if x.State == model.ActionInterrupted {
				return s, k, true
			}
		}
	}
	return run.Next()
}

// overAt reports whether the room knows that an action is over.
func overAt(a *App, at play.Point) bool {
	run, _ := a.room.inc.Run(at.Run)
	st, ok := run.Step(at.Step)
	return ok && at.Action < len(st.Actions) && st.Actions[at.Action].State.Over()
}

func (d *booksDesk) stepID() string {
	if d.plan == nil || d.step < 0 || d.step >= len(d.plan.Steps) {
		return ""
	}
	return d.plan.Steps[d.step].ID
}

// current is the selected step and action with the state that the room knows.
func (d *booksDesk) current(a *App) (run model.Run, step play.Step, act play.Action, state model.RunAction, ok bool) {
	if a.room == nil || d.run == 0 || d.plan == nil {
		return
	}
	run, has := a.room.inc.Run(d.run)
	if !has || d.step < 0 || d.step >= len(d.plan.Steps) {
		return
	}
	step = d.plan.Steps[d.step]
	if d.act >= len(step.Actions) {
		return
	}
	act = step.Actions[d.act]
	if st, found := run.Step(step.ID); found && d.act < len(st.Actions) {
		state = st.Actions[d.act]
	}
	return run, step, act, state, true
}

func (d *booksDesk) point() play.Point {
	return play.Point{Incident: d.of, Run: d.run, Step: d.stepID(), Action: d.act}
}

// tag says how many runs are followed.
func (d *booksDesk) tag(a *App) (string, style) {
	if a.room == nil {
		return "", ""
	}
	n := 0
	st := style("")
	for _, r := range a.room.inc.Runs {
		if r.Active() {
			n++
			for _, s := range r.Steps {
				if s.State().Bad() {
					st = a.theme.warn
				}
			}
		}
	}
	if n == 0 {
		return "", ""
	}
	return fmt.Sprint(n), st
}
