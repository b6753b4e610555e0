package runner

import (
	"context"
	"sync"
	"time"

	"warroom/model"
	"warroom/model/play"
	"warroom/runbooks"
	"warroom/runbooks/call"
)

// SetGate writes down the exit criteria of a runbook as those of the incident.
func (r *Runner) SetGate(ctx context.Context, incident, book string) error {
	it, err := r.cfg.Library().Find(book)
	if err != nil {
		return err
	}
	g := it.Book.Recovery
	if g == nil {
		return model.Errorf(model.NotFound, "%s does not say how recovery is proven: add recovery to it", it.ID)
	}
	if err := r.keepText(trackOf(it.Book, it.Data)); err != nil {
		return err
	}
	c := model.SetGate{Book: it.ID + "@" + it.Book.Hash, Soak: time.Duration(g.Soak), Ask: g.Ask}
	for i := range g.Checks {
		k := &g.Checks[i]
		if k.Source() == "ask" {
			if c.Ask == "" {
				c.Ask = k.Ask
			}
			continue
		}
		if k.Level == runbooks.LevelWarn {
			continue
		}
		c.Checks = append(c.Checks, model.GateCheck{Name: k.Label(), Need: max(1, k.Consecutive), Limit: k.FailureLimit, Most: k.Count, Every: k.Interval.Or(30 * time.Second).Milliseconds()})
	}
	_, err = r.do(ctx, incident, c)
	return err
}

// gateBook is the runbook whose checks a gate has.
func (r *Runner) gateBook(g *model.Gate) (*track, error) {
	if g == nil {
		return nil, model.Errorf(model.Conflict, "there is no recovery gate: set its criteria first")
	}
	id, hash, ok := cut(g.Book)
	if !ok {
		return nil, model.Errorf(model.Conflict, "the recovery gate has no checks that can be run here")
	}
	inc := &model.Incident{Runs: []model.Run{{N: 1, Book: id, Hash: hash}}}
	t, _, err := r.follow(inc, 1)
	return t, err
}

func cut(book string) (id, hash string, ok bool) {
	for k := len(book) - 1; k >= 0; k-- {
		if book[k] == '@' {
			return book[:k], book[k+1:], true
		}
	}
	return book, "", false
}

// dueAt is when a check of a gate is to be looked at next: its interval after the
// last look, its initial delay after the criteria were set. False for one that is
// not of the gate: a person, or a warning.
func dueAt(g *model.Gate, c *runbooks.Check) (time.Time, bool) {
	for _, k := range g.Checks {
		switch {
		case k.Name != c.Label():
		case k.LastAt.IsZero():
			return g.At.Add(time.Duration(c.InitialDelay)), true
		default:
			return k.LastAt.Add(c.Interval.Or(30 * time.Second)), true
		}
	}
	return time.Time{}, false
}

// GateDue reports when the next look at a check of the gate is due.
func (r *Runner) GateDue(inc *model.Incident) (time.Time, bool) {
	g := inc.Gate
	if g == nil || !inc.Status.Live() || g.Passed(r.cfg.Now()) || len(g.Checks) == 0 {
		return time.Time{}, false
	}
	t, err := r.gateBook(g)
	if err != nil || t.book == nil || t.book.Recovery == nil {
		return time.Time{}, false
	}
	var next time.Time
	for i := range t.book.Recovery.Checks {
		if at, ok := dueAt(g, &t.book.Recovery.Checks[i]); ok && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next, !next.IsZero()
}

// SampleGate looks once at every check of the gate that is due, all at the same
// time, and writes down what it saw. It refuses while none is: looks that follow
// each other closer than the runbook says prove less than it asks for.
func (r *Runner) SampleGate(ctx context.Context, incident string) ([]model.Verdict, error) {
	inc, err := r.cfg.Store.Incident(ctx, incident)
	if err != nil {
		return nil, err
	}
	t, err := r.gateBook(inc.Gate)
	if err != nil {
		return nil, err
	}
	if t.book == nil || t.book.Recovery == nil {
		return nil, model.Errorf(model.Conflict, "the recovery gate has no checks that can be run here")
	}
	given := map[string]string{}
	var last *model.Run
	for k := range inc.Runs { // what was typed in a run of the same runbook holds here too
		if inc.Runs[k].Book == t.id {
			last = &inc.Runs[k]
			for n, v := range last.Values {
				given[n] = v
			}
		}
	}
	secrets, hide, err := r.secrets(ctx, t)
	if err != nil {
		return nil, err
	}
	sc := r.scope(t, inc, last, r.fill(t, inc, given), secrets, hide)
	if sc.Dir, err = r.looking(incident); err != nil {
		return nil, err
	}
	checks := t.book.Recovery.Checks
	out := make([]model.Verdict, len(checks))
	var wg sync.WaitGroup
	now := r.cfg.Now()
	for i := range checks {
		if at, ok := dueAt(inc.Gate, &checks[i]); !ok || now.Before(at) {
			continue
		}
		wg.Go(func() { out[i], _ = call.Look(ctx, &checks[i], sc) })
	}
	wg.Wait()
	var seen []model.Verdict
	for _, v := range out {
		if v.Name != "" {
			seen = append(seen, v)
		}
	}
	if len(seen) == 0 {
		if next, ok := r.GateDue(inc); ok {
			return nil, model.Errorf(model.Conflict, "the next look is due in %s: looks closer to each other prove nothing", model.Span(next.Sub(now)))
		}
		return nil, nil
	}
	_, err = r.do(ctx, incident, model.SampleGate{Results: seen, Seen: inc.Gate.Sampled})
	return seen, err
}

var _ play.Job = (*job)(nil)
