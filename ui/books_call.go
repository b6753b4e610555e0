package ui

import (
	"strings"
	"unicode"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/outbox"
)

// called is whom the escalation of a run named last, or will name next, and at which
// level; -1 if it names nobody.
func called(run model.Run) (to model.RunDeadline, level int) {
	level = -1
	for k, e := range run.Escalate {
		if level < 0 || !e.Fired.IsZero() {
			to, level = e, k
		}
	}
	return to, level
}

// escalates reports whether the run that is shown names whom to call.
func escalates(a *App) bool {
	if !inRunNow(a) || a.room == nil {
		return false
	}
	run, _ := a.room.inc.Run(a.books().run)
	return run.Active() && len(run.Escalate) > 0
}

func canCall(a *App) string {
	if why := canWriteHere(a); why != "" {
		return why
	}
	if !inRunNow(a) {
		return "no run is open"
	}
	return ""
}

// bookCall calls for whom the escalation names: by an order in the room, by a
// message that leaves it, or by the words to say on the phone.
func (a *App) bookCall() {
	run, _ := a.room.inc.Run(a.books().run)
	to, level := called(run)
	if level < 0 {
		a.bookOrder(run, to)
		return
	}
	a.offerCall(run, level)
}

func (a *App) offerCall(run model.Run, level int) {
	to := run.Escalate[level]
	items := []item{{text: "An order in the room, with a clock", data: func() tea.Cmd { a.bookOrder(run, to); return nil }}}
	message := item{text: "A message", data: func() tea.Cmd { return a.bookMessage(run, to, level) }}
	switch targets := a.calls(); {
	case len(targets) > 0:
		message.note = strings.Join(targets, ", ") + ": it leaves after your yes"
	case a.cfg.Outside == nil:
		message.why = "nothing leaves this room: outbound.yaml says where to"
	default:
		message.why = "no target takes it: a rule with on: [escalated], or something that is open there"
	}
	items = append(items, message, item{text: "Copy the words", note: "to call, or to send them otherwise", data: func() tea.Cmd {
		a.say(info, "sent to the clipboard")
		return tea.SetClipboard(outbox.Calling(a.room.inc, model.Event{Body: &model.RunEscalated{N: run.N, Level: level, Contact: to.Contact, Message: to.Message}}))
	}})
	if level+1 < len(run.Escalate) {
		next := run.Escalate[level+1]
		items = append(items, item{text: "Somebody else: " + model.Brief(next.Contact, 60), note: "who comes next", data: func() tea.Cmd { a.offerCall(run, level+1); return nil }})
	}
	p := newPicker("Call for "+model.Brief(to.Contact, 60), items, func(_ *App, it item) tea.Cmd { return it.data.(func() tea.Cmd)() })
	p.digits = true
	a.open(p)
}

// calls are the targets to which a call leaves.
func (a *App) calls() []string {
	if a.cfg.Outside == nil {
		return nil
	}
	return a.cfg.Outside.Calls(a.room.inc)
}

// bookMessage lets the escalation happen now, unless it has, and shows what is
// drafted because of it.
func (a *App) bookMessage(run model.Run, to model.RunDeadline, level int) tea.Cmd {
	show := func(a *App) tea.Cmd {
		a.open(&outboxPane{call: true})
		return a.readOutside()
	}
	if !to.Fired.IsZero() {
		return show(a)
	}
	return a.send(job{
		incident: a.room.inc.ID, done: "drafted: your yes sends it",
		request: model.Request{Command: model.EscalateRun{N: run.N, Level: level, Why: "asked for by " + a.cfg.Actor}},
		then:    func(a *App, _ model.Receipt) tea.Cmd { return show(a) },
	})
}

// bookOrder gives an order to whom the escalation names, in the words that it has
// for them. A contact that is no name by itself, or nobody, leaves the question who.
func (a *App) bookOrder(run model.Run, to model.RunDeadline) {
	who, task := strings.TrimPrefix(strings.TrimSpace(to.Contact), "@"), "join: "+run.Title
	if to.Message != "" {
		task = to.Message
	}
	if who == "" || strings.ContainsFunc(who, unicode.IsSpace) {
		name := "Order: " + model.Brief(run.Title, 60)
		if who == "" {
			name = "Call for more people"
		}
		a.askOrder(name, who, task)
		return
	}
	a.askLine("@" + who + " " + task + " 5m")
}
