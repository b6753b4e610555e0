package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// schedule wakes the desk when the next look at the gate is due, for whoever set its
// criteria: what it takes to look is on their machine. Nothing runs while there is
// none. Deadlines of runs are watched for the whole record, behind the screen.
func (d *booksDesk) schedule(a *App) tea.Cmd {
	if ro, _ := a.store.ReadOnly(); ro || a.room == nil || a.runner() == nil || !looksAtGate(a) || a.room.inc.Gate.Passed(a.now) {
		return nil
	}
	d.clock++
	r, of, clock, now := a.runner(), d.of, d.clock, a.now
	return a.long("clock", a.read(func(ctx context.Context, s Store) tea.Msg {
		inc, err := s.Incident(ctx, of)
		if err != nil {
			return bookFiredMsg{err: err}
		}
		due, ok := r.GateDue(inc)
		if !ok {
			return bookFiredMsg{}
		}
		return tea.Tick(max(50*time.Millisecond, due.Sub(now)), func(time.Time) tea.Msg { return bookAlarmMsg{clock} })()
	}))
}

// lookAgain is the pause after a look at the gate that was not due, or could not be
// written down.
const lookAgain = 15 * time.Second

// looksAtGate reports whether this room looks at the checks of the recovery gate.
func looksAtGate(a *App) bool {
	inc := a.room.inc
	return inc.Gate != nil && model.SamePerson(inc.Gate.By, a.cfg.Actor) && inc.Status.Live()
}

// fire looks at the gate, if that is still due.
func (d *booksDesk) fire(a *App) tea.Cmd {
	if a.room == nil || !looksAtGate(a) {
		return nil
	}
	r, of, clock := a.runner(), d.of, a.cfg.Now
	long, store := a.ctx, a.store
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(long, 2*time.Minute)
		defer cancel()
		inc, err := store.Incident(ctx, of)
		if err != nil {
			return bookFiredMsg{err: err}
		}
		due, ok := r.GateDue(inc)
		switch {
		case !ok:
		case clock().Before(due): // the clock was set back, or somebody else has looked
			return bookFiredMsg{again: true}
		default:
			if _, err := r.SampleGate(ctx, of); err != nil {
				if model.CodeOf(err) == model.Conflict {
					err = nil
				}
				return bookFiredMsg{err, true}
			}
		}
		return bookFiredMsg{}
	}
}
