package ui

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/play"
)

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

// carded takes the cards.
func (d *booksDesk) carded(m bookCardsMsg) {
	d.cards, d.faults, d.ready = m.cards, m.faults, true
	if f := d.finder; f != nil {
		f.items = d.found(d.finderBack)
		f.filter()
	}
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
			if d.job != nil && d.jobAt.Incident == e.Incident && d.jobAt.Run == b.N && !a.runner().Holds(model.Run{Runner: b.Seat}) {
				text := fmt.Sprintf("run %d is %s's now", b.N, model.Visible(b.Seat.Person))
				a.say(warning, text+", and what runs here goes on: "+a.key("book.stop")+" stops it")
			}
		case *model.RunValues:
			mine, d.off = true, play.Point{} // another step may apply now
		case *model.ActionEnded:
			mine = true
			at := play.Point{Incident: e.Incident, Run: b.N, Step: b.Step, Action: b.Action}
			if run, _ := a.room.inc.Run(b.N); b.State == model.ActionSucceeded && a.runner().Holds(run) {
				d.over = d.over || at == d.jobAt
				if at == d.point() {
					d.past = at
				}
			}
		case *model.RunApproved, *model.RunEnded,
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
	d.place(a) // what is shown as over is what the next key no longer means
	return tea.Batch(cards, d.readPlan(a), d.schedule(a))
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
