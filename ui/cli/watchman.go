package cli

import (
	"context"
	"time"

	"warroom/model"
	"warroom/model/triage"
	"warroom/storage"
)

// watchman records response targets that have passed, and whom runbooks escalate to,
// of every incident, while any room is open. All rooms have one; the record takes the
// first and refuses the others, which is no news to anybody. What passed while no room
// was open is recorded by the next one: a target at the time that was missed, an
// escalation as late, so that the timeline shows how much later it was noticed.
type watchman struct {
	store    *storage.Store
	actor    string
	rules    model.Rules
	doctrine *triage.Doctrine
	now      func() time.Time
	quiet    map[string]calm // incidents that ask for nothing yet
}

// calm is until when an incident asks for nothing, unless something is written.
type calm struct {
	seq   int64
	until time.Time
}

const (
	watchEvery = time.Minute // the longest sleep: a clock that was set, or a machine that slept
	watchPause = time.Second // between two looks, however much is written

	watchedAtMost = 200 // open incidents, the live and the newest first
)

// standWatch keeps a watchman until ctx ends. stop waits for it.
func (a *app) standWatch(ctx context.Context, s *storage.Store, actor string) (stop func()) {
	if ro, _ := s.ReadOnly(); ro {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	w := &watchman{store: s, actor: actor, rules: a.rules(), doctrine: a.guides().doctrine, now: time.Now, quiet: map[string]calm{}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.run(ctx, wakeups(ctx, s))
	}()
	return func() { cancel(); <-done }
}

func (w *watchman) run(ctx context.Context, news <-chan struct{}) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	var next time.Time // zero: look now
	for {
		select {
		case <-ctx.Done():
			return
		case <-news:
			next = time.Time{}
			timer.Reset(watchPause)
			select { // what comes in a burst is looked at once
			case <-ctx.Done():
				return
			case <-timer.C:
			}
		case <-timer.C:
		}
		if !w.now().Before(next) {
			next = w.look(ctx)
		}
		timer.Reset(max(watchPause, min(watchEvery, next.Sub(w.now()))))
	}
}

// look records what has passed, and returns when something may pass next. What
// cannot be read or written now is tried again in a while.
func (w *watchman) look(ctx context.Context) time.Time {
	now := w.now()
	next := now.Add(time.Hour)
	rows, err := w.store.List(ctx, model.Filter{Open: true, Limit: watchedAtMost})
	if err != nil {
		return now.Add(watchEvery)
	}
	calms := make(map[string]calm, len(rows))
	for _, row := range rows {
		c, known := w.quiet[row.ID]
		if !known || c.seq != row.Seq || !now.Before(c.until) {
			c = w.attend(ctx, row, now)
		}
		calms[row.ID] = c
		if c.until.Before(next) {
			next = c.until
		}
	}
	w.quiet = calms
	return next
}

// attend records what has passed of one incident, and says until when it asks for
// nothing, unless something is written.
func (w *watchman) attend(ctx context.Context, row model.Summary, now time.Time) calm {
	inc, err := w.store.Incident(ctx, row.ID)
	if err != nil {
		return calm{row.Seq, now.Add(watchEvery)}
	}
	until := now.Add(time.Hour)
	sooner := func(at time.Time) {
		if at.Before(until) {
			until = at
		}
	}
	do := func(c model.Command) {
		_, err := w.store.Do(ctx, inc.ID, model.Request{Actor: w.actor, Command: c})
		if code := model.CodeOf(err); err != nil && code != model.Conflict && code != model.NotFound {
			sooner(now.Add(watchEvery))
		}
	}
	if inc.Status.Live() && inc.Severity.Valid() {
		for _, c := range inc.Clocks(w.rules, now) {
			switch {
			case !c.Kind.Response() || inc.Escalated(c.Key):
			case !c.Overdue(now):
				sooner(c.Due.Add(time.Millisecond))
			default:
				do(model.Escalate{Key: c.Key, Notify: w.doctrine.Requirements(inc.Severity).Notification, Rules: w.rules})
			}
		}
	}
	for _, at := range inc.EscalationsAhead(now) {
		sooner(at)
	}
	for _, c := range inc.DueEscalations(now) {
		do(c)
	}
	return calm{inc.Seq, until}
}
