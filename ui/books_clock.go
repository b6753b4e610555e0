package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

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
	r, of, now, clock := a.runner(), d.of, a.now, a.cfg.Now
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
			if at, ok := r.GateDue(inc); ok && !clock().Before(at) {
				if _, err := r.SampleGate(ctx, of); err != nil && model.CodeOf(err) != model.Conflict {
					return bookFiredMsg{err}
				}
			}
		}
		return bookFiredMsg{}
	}
}
