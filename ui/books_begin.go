package ui

import (
	"context"
	"maps"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/play"
)

// bookBegin begins the selected runbook, or opens the selected run.
func (a *App) bookBegin() tea.Cmd {
	d := a.books()
	row, ok := d.selected(a)
	switch {
	case !ok:
		return nil
	case row.fault != "":
		a.open(&pager{name: "This file cannot be used", text: func(a *App, w int) []string {
			var out []string
			for _, l := range wrap(model.Visible(row.fault), w, 40) {
				out = append(out, segs{{l, ""}}.fit(w))
			}
			return out
		}})
		return nil
	case row.run != nil:
		d.show(row.run.N)
		return d.readPlan(a)
	}
	return a.begin(row.card.Ref, nil)
}

// begin asks for the target of a rollback, and begins. What is given fills the
// form in.
func (a *App) begin(ref play.Ref, given map[string]string) tea.Cmd {
	d, r := a.books(), a.runner()
	of := d.of
	start := func(values map[string]string) tea.Cmd {
		return a.read(func(ctx context.Context, _ Store) tea.Msg {
			n, err := r.Begin(ctx, of, ref, values)
			return bookBegunMsg{of, n, err}
		})
	}
	if !ref.Rollback || ref.Undo > 0 {
		return start(given)
	}
	p := d.look
	if p == nil || d.lookR != ref || len(given) > 0 {
		var err error
		if p, err = r.Plan(a.room.inc, ref, given); err != nil { // reads what is loaded already: no wait
			a.say(failure, model.Message(err))
			return nil
		}
	}
	if m := p.Missing(); len(m) > 0 {
		a.say(warning, strings.Join(m, ", ")+" is not on this machine: install it, or roll back from another one")
		return nil
	}
	var typed []play.Value
	var listed []play.Value
	for _, v := range p.Values {
		if v.Listed && v.Value == "" {
			listed = append(listed, v)
			continue
		}
		typed = append(typed, v)
	}
	name := "The target of: " + model.Brief(p.Title, 60)
	for _, w := range p.Losses() {
		if w == p.Irrevocable {
			w = "no undo"
		}
		name = model.Visible(w) + "! " + name
	}
	a.open(a.valueForm(name, typed, func(v map[string]string) tea.Cmd {
		return a.pickNext(picking{ref, v, listed, start})
	}))
	return nil
}

// picking is a target that is still to be completed from lists.
type picking struct {
	ref    play.Ref
	values map[string]string
	listed []play.Value // what is still to be picked
	start  func(map[string]string) tea.Cmd
}

// pickNext makes the list for the next value, and starts when there is none left.
func (a *App) pickNext(p picking) tea.Cmd {
	if len(p.listed) == 0 {
		return p.start(p.values)
	}
	r, of, base := a.runner(), a.books().of, a.ctx
	store := a.store
	a.say(info, "reading what there is to pick from …")
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(base, time.Minute)
		defer cancel()
		inc, err := store.Incident(ctx, of)
		if err != nil {
			return bookListMsg{p, nil, err}
		}
		list, err := r.Options(ctx, inc, p.ref, p.values, p.listed[0].Name)
		return bookListMsg{p, list, err}
	}
}

// pickFrom offers a list; what is not on it can be typed.
func (a *App) pickFrom(m bookListMsg) {
	v := m.pick.listed[0]
	a.toast = toast{} // it is read
	if m.err != nil {
		a.say(warning, model.Message(m.err))
	}
	var items []item
	for _, o := range m.list {
		items = append(items, item{text: model.Visible(o.Value), note: model.Visible(o.Text), find: o.Value + " " + o.Text, data: o.Value})
	}
	p := newPicker(model.Brief(v.Label, 80), items, func(a *App, it item) tea.Cmd {
		next := m.pick
		next.values = maps.Clone(m.pick.values)
		if next.values == nil {
			next.values = map[string]string{}
		}
		next.values[v.Name] = it.data.(string)
		next.listed = m.pick.listed[1:]
		return a.pickNext(next)
	})
	p.free = "use"
	a.open(p)
}
