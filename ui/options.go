package ui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// What a commander weighs and whom they lead: the options on the table, the roll
// call, and letting people go.

var crewActions = []action{
	{id: "option", keys: []string{"B"}, words: "Enter an option: what could we do, at what risk?", where: inRoom, why: writable,
		run: func(a *App) tea.Cmd { a.askOption(); return nil }},
	{id: "roll", keys: []string{"K"}, words: "Roll call: who is here for which system?", where: inRoom | atIncident, why: writable,
		run: func(a *App) tea.Cmd { a.askRoll(); return nil }},
	{id: "dismiss", keys: []string{"F"}, words: "Let people go, and say who stays", where: inRoom, why: writable,
		run: func(a *App) tea.Cmd { return a.askDismiss() }},
}

func (a *App) askOption() {
	a.ask("What could we do?", []field{
		textField("option", "", "fail over orders-db", "it stands on the board until it is proposed or dropped"),
		textField("risk", "", "30 s of failed writes", "what it may cost; may be empty"),
		textField("effect", "", "reads are fast again", "what it should bring; may be empty"),
		textField("way back", "", "fail back, 5 min; or none", "how it is taken back; none if it cannot be"),
	}, func(a *App, v []string) (model.Command, error) {
		return model.AddOption{Text: v[0], Risk: v[1], Effect: v[2], Undo: v[3]}, nil
	})
}

// askChoice settles one option.
func (a *App) askChoice(n int) {
	o, _ := a.room.inc.Option(n)
	p := newPicker(model.Brief(fmt.Sprintf("Option %d: %s", n, o.Text), 66), []item{
		{text: "propose it: any strong objections?", data: model.Command(model.ProposeOption{N: n})},
		{text: "drop it", data: nil},
	}, func(a *App, it item) tea.Cmd {
		if c, ok := it.data.(model.Command); ok {
			return a.do(c, "")
		}
		a.ask("Drop: "+model.Brief(o.Text, 60), []field{textField("because", "", "too slow", "may be empty")},
			func(a *App, v []string) (model.Command, error) { return model.DropOption{N: n, Reason: v[0]}, nil })
		return nil
	})
	p.heading = func(string) string { return model.Visible(o.Weighs()) }
	a.open(p)
}

// weigh lays the open options beside each other.
func (a *App) weigh() {
	var items []item
	for _, o := range a.room.inc.OpenOptions() {
		items = append(items, item{text: model.Visible(fmt.Sprintf("%d %s", o.N, o.Text)), note: model.Visible(o.Weighs()), data: o.N})
	}
	if len(items) == 0 {
		a.say(warning, "no option is open")
		return
	}
	a.open(newPicker("Decide: a wrong decision beats none", items, func(a *App, it item) tea.Cmd {
		a.askChoice(it.data.(int))
		return nil
	}))
}

// askRoll lists the systems; enter answers for one, and any other can be typed.
func (a *App) askRoll() {
	var items []item
	for _, c := range a.room.inc.RollCall() {
		note := "not called yet"
		switch {
		case c.State != "" && c.Person == "":
			note = "nobody"
		case c.State != "":
			note = model.Visible(c.Person) + " " + string(c.State) + " " + a.stamp(c.At)
		}
		items = append(items, item{text: model.Visible(c.System), note: note, data: c})
	}
	p := newPicker("Roll call: who is here for which system?", items, func(a *App, it item) tea.Cmd {
		c, ok := it.data.(model.Call)
		if !ok {
			c = model.Call{System: it.text}
		}
		a.askCall(c)
		return nil
	})
	p.free = "call"
	a.open(p)
}

func (a *App) askCall(c model.Call) {
	state := field{label: "is", help: "paged: the text for the pager goes to the clipboard", choices: []string{"here", "paged", "missing"}}
	for k, s := range model.Attendances {
		if s == c.State {
			state.chosen = k
		}
	}
	a.open(newForm("Roll call: "+model.Brief(c.System, 50), []field{
		offerField("who", model.Visible(c.Person), "nobody", "one person; empty: nobody answers for it"), state,
	}, func(a *App, v []string) (tea.Cmd, error) {
		cmd := model.CallRoll{System: c.System, Person: v[0], State: model.Attendance(v[1])}
		if v[0] == "" {
			cmd.State = model.Missing
		}
		return a.send(job{incident: a.room.inc.ID, request: model.Request{Command: cmd}, form: a.topForm(), then: func(a *App, r model.Receipt) tea.Cmd {
			a.askRoll()
			if cmd.State == model.Here {
				return nil
			}
			a.say(info, "the text for the pager is in the clipboard")
			return tea.SetClipboard(model.Visible(r.Incident.PageText(c.System)))
		}}), nil
	}))
}

// askDismiss asks of everybody whether they stay. Who holds a role or has work to
// do stays unless it is said otherwise.
func (a *App) askDismiss() tea.Cmd {
	inc := a.room.inc
	people := inc.Attending()
	if len(people) < 2 {
		a.say(warning, "there is nobody to let go")
		return nil
	}
	const most = 60 // lines of a form; the rest stays, to be let go in a second round
	people = people[:min(len(people), most)]
	fields := make([]field, len(people))
	for k, p := range people {
		f := field{label: model.Brief(model.Visible(p), 20), choices: []string{"stays", "can go"}, help: "nothing speaks against it"}
		if why := inc.Needed(p); why != "" {
			f.help = model.Brief(model.Visible(why), 100)
		} else {
			f.chosen = 1
		}
		fields[k] = f
	}
	a.open(newForm("Who stays? The cause is known: let the others rest", fields, func(a *App, v []string) (tea.Cmd, error) {
		c := model.Dismiss{Stay: inc.Attending()[len(people):]}
		for k, p := range people {
			if v[k] == "stays" {
				c.Stay = append(c.Stay, p)
			}
		}
		return a.send(job{incident: inc.ID, request: model.Request{Command: c}, form: a.topForm(), then: func(a *App, r model.Receipt) tea.Cmd {
			a.say(info, "posted, and sent to the clipboard")
			return tea.SetClipboard(model.Visible(r.Incident.Last))
		}}), nil
	}))
	return nil
}

// nudge asks the commander and the deputy once for a decision when options have
// been on the table for long.
func (a *App) nudge() {
	r := a.room
	if r == nil || len(a.dialogs) > 0 {
		return
	}
	for _, c := range r.clocks {
		if c.Kind != model.ClockDecide || a.now.Before(c.Due) || r.nudged == c.Key {
			continue
		}
		r.nudged = c.Key
		if r.inc.Holds(a.cfg.Actor, model.Commander) || r.inc.Holds(a.cfg.Actor, model.Deputy) {
			a.say(warning, strings.TrimPrefix(c.Text, "decide: ")+" for "+model.Span(a.cfg.Rules.Decide)+" and nothing is decided: a wrong decision beats none")
		}
	}
}
