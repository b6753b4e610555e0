package runner

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"warroom/model"
	"warroom/model/play"
	"warroom/runbooks"
	"warroom/runbooks/call"
)

// Offers lists what may follow a run as it stands: the rollback that a failed
// action names, what the strategy offers when it is not proven that it worked,
// and the undo of what was done. Nothing of it happens by itself.
func (r *Runner) Offers(inc *model.Incident, n int) ([]play.Offer, error) {
	t, run, err := r.follow(inc, n)
	if err != nil {
		return nil, err
	}
	var out []play.Offer
	add := func(o play.Offer) {
		if !slices.ContainsFunc(out, func(x play.Offer) bool { return x.Kind == o.Kind && x.Ref == o.Ref }) {
			out = append(out, o)
		}
	}
	way := func(id string) {
		it, err := r.cfg.Library().Strategy(id)
		if err != nil {
			return
		}
		o := play.Offer{Kind: play.OfferRollback, Words: it.Title, Ref: play.Ref{ID: id, Rollback: true}, Values: map[string]string{}}
		for _, p := range it.Strategy.Params {
			if t.strategy != nil && p.Options != nil {
				continue // picked from this way's own list: the same number is another thing to another tool
			}
			if v := run.Values[p.Name]; v != "" && !p.Secret() {
				o.Values[p.Name] = v
			}
		}
		add(o)
	}
	undo := play.Offer{Kind: play.OfferUndo, Words: "undo what run " + fmt.Sprint(n) + " did", Ref: play.Ref{ID: t.id, Rollback: t.rollback, Undo: n}}
	for k := range t.steps {
		s := &t.steps[k]
		st, ok := run.Step(s.id)
		for j := range s.items {
			if !ok || j >= len(st.Actions) || !st.Actions[j].State.Bad() {
				continue
			}
			if o := s.items[j].onFailure; o != nil && o.Rollback != "" {
				way(o.Rollback)
			}
			if t.strategy == nil || t.undo || s.id != verifyStep || t.strategy.OnVerifyFailed == nil {
				continue
			}
			for _, c := range t.strategy.OnVerifyFailed.Offer {
				switch {
				case c.Strategy != "":
					way(c.Strategy)
				case c.Do == runbooks.OfferUndo && len(t.strategy.Undo) > 0:
					add(undo)
				case c.Do == runbooks.OfferEscalate:
					o := play.Offer{Kind: play.OfferEscalate, Words: "call for more people"}
					if len(t.strategy.Undo) == 0 {
						o.Words += ": " + noUndo
					}
					add(o)
				}
			}
		}
	}
	if t.book != nil && !t.undo && len(undoable(t.book, &run)) > 0 {
		add(undo)
	}
	return out, nil
}

// maxOptions bounds a pick list.
const maxOptions = 100

// Options makes the list to pick a value from: it runs the guard that the value
// names, which only looks, and nothing of that goes into the record. What the
// value would not take is left out.
func (r *Runner) Options(ctx context.Context, inc *model.Incident, ref play.Ref, given map[string]string, name string) ([]play.Option, error) {
	t, given, _, err := r.find(inc, ref, given)
	if err != nil {
		return nil, err
	}
	k := slices.IndexFunc(t.params, func(p runbooks.Param) bool { return p.Name == name })
	if k < 0 || t.params[k].Options == nil || t.strategy == nil {
		return nil, model.Errorf(model.NotFound, "%s has no list to pick %s from", t.id, model.Brief(name, 60))
	}
	p := &t.params[k]
	g := slices.IndexFunc(t.strategy.Guards, func(c runbooks.Check) bool { return c.ID == p.Options.From })
	re, err := regexp.Compile(p.Options.Regex)
	if g < 0 || err != nil {
		return nil, model.Errorf(model.Invalid, "the list to pick %s from cannot be made", name)
	}
	secrets, hide, err := r.secrets(ctx, t)
	if err != nil {
		return nil, err
	}
	sc := r.scope(t, inc, nil, r.fill(t, inc, given), secrets, hide)
	if sc.Dir, err = r.looking(inc.ID); err != nil {
		return nil, err
	}
	v, o := call.Look(ctx, &t.strategy.Guards[g], sc)
	if o == nil || v.Result != model.CheckOK {
		return nil, model.Errorf(model.Conflict, "the list to pick %s from cannot be read: %s", name, model.Brief(v.Value, 200))
	}
	var out []play.Option
	for _, m := range re.FindAllStringSubmatch(call.Source(o), -1) {
		opt := play.Option{Value: m[0]}
		if len(m) > 1 {
			opt.Value = m[1]
		}
		if len(m) > 2 {
			opt.Text = model.Brief(m[2], 120)
		}
		if p.Check(opt.Value) == nil && len(out) < maxOptions && !slices.ContainsFunc(out, func(x play.Option) bool { return x.Value == opt.Value }) {
			out = append(out, opt)
		}
	}
	if len(out) == 0 {
		return nil, model.Errorf(model.NotFound, "there is nothing to pick %s from", name)
	}
	return out, nil
}
