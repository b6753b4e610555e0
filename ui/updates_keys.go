package ui

import (
	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

func onUpdate(a *App) string {
	if why := hasRoom(a); why != "" {
		return why
	}
	if _, ok := a.updates().selected(a); !ok {
		if len(a.updates().list(a)) > 0 {
			return "no message is selected: ↓ goes to them"
		}
		return "no message is selected: " + a.key("updates.new") + " writes one"
	}
	return ""
}

func onDraft(a *App) string {
	if why := onUpdate(a); why != "" {
		return why
	}
	if u, _ := a.updates().selected(a); !u.Pending() {
		return "that was sent already: what went out is not changed"
	}
	return writable(a)
}

func mayApprove(a *App) string {
	if why := onDraft(a); why != "" {
		return why
	}
	u, _ := a.updates().selected(a)
	if u.Step == model.UpdateIsApproved {
		return "it is approved: " + a.key("updates.copy") + " copies it, " + a.key("updates.sent") + " notes that it was sent"
	}
	_, err := model.ApproveUpdate{N: u.N}.Decide(model.Scene{Incident: a.room.inc, Actor: a.cfg.Actor, Now: a.now})
	return model.Message(err)
}

func maySend(a *App) string {
	if why := onDraft(a); why != "" {
		return why
	}
	if u, _ := a.updates().selected(a); !u.Ready() {
		return "customers read this: " + a.key("updates.approve") + " approves it first"
	}
	return ""
}

func onAudience(a *App) string {
	if why := openAndWritable(a); why != "" {
		return why
	}
	if a.updates().audience == "" {
		return "choose an audience first"
	}
	return ""
}

func hasUpdateClock(a *App) string {
	if why := openAndWritable(a); why != "" {
		return why
	}
	if _, ok := a.clockOf(a.updates().to(a)); !ok {
		return "no clock runs for " + string(a.updates().to(a))
	}
	return ""
}

func updatesMove(n int) func(*App) tea.Cmd {
	return func(a *App) tea.Cmd { a.updates().move(a, n); return nil }
}

var updatesActions = []action{
	{id: "updates.write", keys: []string{"enter"}, words: "Write the message to this audience", short: "write", where: onUpdates, rank: 1, why: onAudience,
		run: func(a *App) tea.Cmd { return a.updates().newDraft(a) }},
	{id: "updates.edit", keys: []string{"e", "enter"}, words: "Change the words of the draft", short: "edit", where: onUpdates, rank: 3, why: onDraft,
		run: func(a *App) tea.Cmd { u, _ := a.updates().selected(a); a.editWords(u, u.Message); return nil }},
	{id: "updates.approve", keys: []string{"p"}, words: "Approve the draft", short: "approve", where: onUpdates, rank: 1, why: mayApprove,
		run: func(a *App) tea.Cmd { return a.updates().approve(a) }},
	{id: "updates.copy", keys: []string{"y"}, words: "Copy the words", short: "copy", where: onUpdates, rank: 2, why: onUpdate,
		run: func(a *App) tea.Cmd { return a.updates().copy(a) }},
	{id: "updates.sent", keys: []string{"s"}, words: "Note that it was sent, and when the next one comes", short: "sent", where: onUpdates, rank: 2, why: maySend,
		run: func(a *App) tea.Cmd { return a.updates().sent(a) }},
	{id: "updates.withdraw", keys: []string{"d"}, words: "Withdraw the draft", short: "withdraw", where: onUpdates, rank: 5, why: onDraft,
		run: func(a *App) tea.Cmd { return a.updates().withdraw(a) }},
	{id: "updates.new", keys: []string{"n"}, words: "New message from the template that fits", short: "new", where: onUpdates, rank: 4, why: openAndWritable,
		run: func(a *App) tea.Cmd { return a.updates().newDraft(a) }},
	{id: "updates.template", keys: []string{"t"}, words: "New message from another template, or an empty page", short: "template", where: onUpdates, rank: 4, why: openAndWritable,
		run: func(a *App) tea.Cmd { return a.updates().chooseTemplate(a) }},
	{id: "updates.same", keys: []string{"c"}, words: "Tell this audience that nothing has changed", short: "no change", where: onUpdates, rank: 3, why: openAndWritable,
		run: func(a *App) tea.Cmd { return a.updates().noChange(a) }},
	{id: "updates.next", keys: []string{"N"}, words: "When does this audience hear from us next?", short: "next at", where: onUpdates, rank: 5, why: openAndWritable,
		run: func(a *App) tea.Cmd { return a.updates().promise(a) }},
	{id: "updates.later", keys: []string{">", "m"}, words: "Put the clock of this audience off, with a reason", short: "put off", where: onUpdates, rank: 6, why: hasUpdateClock,
		run: func(a *App) tea.Cmd { return a.updates().snooze(a) }},
	{id: "updates.up", keys: []string{"up", "k", "shift+tab"}, words: "Up", where: onUpdates, run: updatesMove(-1), move: true},
	{id: "updates.down", keys: []string{"down", "j", "tab"}, words: "Down", where: onUpdates, run: updatesMove(1), move: true},
	{id: "updates.takeback", keys: []string{"z"}, words: "Take back my newest action", where: onUpdates, why: openAndWritable,
		run: func(a *App) tea.Cmd { return a.undo() }},
}
