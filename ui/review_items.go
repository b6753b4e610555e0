package ui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/review"
)

func (d *reviewDesk) layActions(a *App, p *reviewPage) {
	th := a.theme
	if len(d.doc.Actions) == 0 {
		p.text("Nothing is asked for yet: "+a.key("review.add")+" enters an action item.", th.dim, 1)
		return
	}
	for k, x := range d.doc.Actions {
		sign, st := "☐", style("")
		switch {
		case x.Suggested:
			sign, st = "?", th.dim
		case x.State == model.ItemDone:
			sign, st = "☑", th.dim
		case x.State == model.ItemDropped:
			sign, st = "✗", th.struck
		case x.Overdue:
			st = th.strong
		}
		p.putRow(k, segs{{" " + sign + " ", st}, {model.Visible(x.Title), st}})
		var note segs
		note.add("", "   ")
		switch {
		case x.Suggested:
			note.add(th.warn, "suggested")
			note.add(th.dim, ": "+model.Visible(x.Why)+" · "+a.key("review.enter")+" takes it")
		default:
			who := "no owner"
			if x.Owner != "" {
				who = "@" + model.Visible(x.Owner)
			}
			note.add(th.dim, who+" · "+orDash(x.Priority, "no priority")+" · "+orDash(x.Type, "no type")+" · ")
			if x.Overdue {
				note.add(th.badge, "overdue since "+x.Due)
			} else {
				note.add(th.dim, orDash(x.Due, "no date"))
			}
			if x.Ticket != "" {
				note.add(th.accent, " · "+model.Visible(x.Ticket))
			}
			if x.State != model.ItemOpen {
				note.add(th.dim, " · "+string(x.State))
			}
		}
		p.put(note)
		if !x.Suggested && x.State == model.ItemOpen {
			if v := review.Judge(x); len(v.Advice) > 0 {
				p.text("↑ "+strings.Join(v.Advice, "; "), th.warn, 3)
			}
		}
	}
	if _, warnings := review.JudgeAll(d.doc.Actions); len(warnings) > 0 {
		p.put(nil)
		for _, x := range warnings {
			p.text(x, th.warn, 1)
		}
	}
}

func orDash(s, none string) string {
	if s == "" {
		return none
	}
	return model.Visible(s)
}

func choice(label, help, now string, none string, words []string) field {
	f := field{label: label, help: help, choices: append([]string{none}, words...)}
	if k := slices.Index(words, now); k >= 0 {
		f.chosen = k + 1
	}
	return f
}

const notSaid = "not said"

func chosen(v string) string {
	if v == notSaid {
		return ""
	}
	return v
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for k, x := range list {
		out[k] = string(x)
	}
	return out
}

// askItem asks for an action item, or for the changes of one. What is suggested
// is entered as it stands or as it was changed in the form.
func (d *reviewDesk) askItem(a *App, it review.Action) {
	name := "A new action item"
	var was model.ActionItem
	if it.N > 0 {
		name = "Change action item"
		was, _ = a.room.inc.Action(it.N)
	}
	a.ask(name, []field{
		textField("what", it.Title, "Add an alert for pool usage above 80 %", "a verb and an end: how will somebody know that it is done?"),
		textField("owner", it.Owner, "@bob", "one person"),
		choice("priority", "P0 now, P1 next, P2 later", it.Priority, notSaid, texts(model.Priorities)),
		choice("good for", "prevent it, detect it, mitigate it, or a process", it.Type, notSaid, texts(model.ActionTypes)),
		textField("due", it.Due, "2026-12-01", "the day, or 2w from today"),
		textField("ticket", it.Ticket, "OPS-12 or an address", ""),
	}, func(a *App, v []string) (model.Command, error) {
		due, err := model.ParseDay(v[4], a.now)
		if err != nil {
			return nil, err
		}
		if it.N == 0 {
			return model.AddAction{Title: v[0], Owner: v[1], Priority: model.Priority(chosen(v[2])), Type: model.ActionType(chosen(v[3])), Category: it.Category, Due: due, Ticket: v[5], Todo: it.Todo}, nil
		}
		p, t := model.Priority(chosen(v[2])), model.ActionType(chosen(v[3]))
		return model.ChangeAction{N: it.N, Title: &v[0], Owner: &v[1], Priority: &p, Type: &t, Due: &due, Ticket: &v[5], Base: was.Seq}, nil
	})
}

// item is the action item that the keys stand on.
func (d *reviewDesk) item(a *App) (review.Action, bool) {
	if d == nil || !d.ready(a) || d.part().id != review.PartActions || !d.inside || d.row >= len(d.doc.Actions) {
		return review.Action{}, false
	}
	return d.doc.Actions[d.row], true
}

func (d *reviewDesk) done(a *App) tea.Cmd {
	it, ok := d.item(a)
	switch {
	case !ok:
		a.say(warning, "no action item is selected: "+a.key("review.in")+" goes to the list")
	case it.Suggested:
		d.askItem(a, it)
	case it.State == model.ItemOpen:
		return a.do(model.FinishAction{N: it.N}, "done: "+model.Brief(it.Title, 40))
	default:
		return a.do(model.ReopenAction{N: it.N}, "open again: "+model.Brief(it.Title, 40))
	}
	return nil
}
