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
		c.Checks = append(c.Checks, model.GateCheck{Name: k.Label(), Need: max(1, k.Consecutive), Limit: k.FailureLimit})
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

// GateDue reports when the next look at the gate is due: the shortest interval of
// its checks after the last one.
func (r *Runner) GateDue(inc *model.Incident) (time.Time, bool) {
	g := inc.Gate
	if g == nil || !inc.Status.Live() || g.Passed(r.cfg.Now()) || len(g.Checks) == 0 {
		return time.Time{}, false
	}
	t, err := r.gateBook(g)
	if err != nil || t.book == nil || t.book.Recovery == nil {
		return time.Time{}, false
	}
	every := time.Hour
	for _, c := range t.book.Recovery.Checks {
		every = min(every, c.Interval.Or(30*time.Second))
	}
	return g.Sampled.Add(every), true
}

// SampleGate looks once at every check of the gate, all at the same time, and
// writes down what it saw.
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
	sc.Dir = "/"
	checks := t.book.Recovery.Checks
	out := make([]model.Verdict, len(checks))
	var wg sync.WaitGroup
	for i := range checks {
		if checks[i].Source() == "ask" {
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
		return nil, nil
	}
	_, err = r.do(ctx, incident, model.SampleGate{Results: seen, Seen: inc.Gate.Sampled})
	return seen, err
}

var _ play.Job = (*job)(nil)
