package ui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// place is where an action applies, as a set of bits.
type place uint

const (
	inRoom place = 1 << iota
	inList
	onTimeline // the Room with that pane in focus
	onRoles
	onDue
	onSituation
	onBoard
	onAlertPane
	onDesk     // any of the screens 2 to 7, each of which is a place, too
	atIncident // one of these while an incident is open
	onTriage
	onBooks
	onAlerts
	onUpdates
	onReview
	onStats
	anywhere place = 1<<16 - 1
)

// action is one thing that can be done by a key. This one declaration feeds the
// dispatch of keys, the line of hints, the help and the palette.
type action struct {
	id    string
	keys  []string
	words string // what it does, in the palette
	short string // the same in a word or two, for the line of hints
	where place
	why   func(*App) string // reason why it cannot be done now; nil: always can
	run   func(*App) tea.Cmd
	rank  int             // place in the line of hints, from 1; 0: not there
	when  func(*App) bool // if set, the hint is shown only then
	move  bool            // only moves the selection: everybody knows these keys
	own   bool            // its keys mean nothing else where it is, even while it cannot be done
}

func (c *action) reason(a *App) string {
	if c.why == nil {
		return ""
	}
	return c.why(a)
}

// places is where the person is now.
func (a *App) places() place {
	if i, ok := a.screen.info(); ok {
		if a.room != nil {
			return onDesk | atIncident | i.place
		}
		return onDesk | i.place
	}
	if a.inList() {
		return inList
	}
	return inRoom | panePlaces[a.focus]
}

// panePlaces are the places that the panes are.
var panePlaces = [paneCount]place{onTimeline, onRoles, onDue, onSituation, onBoard, onAlertPane}

// special reports whether c belongs to one pane or desk only.
func (c *action) special() bool { return c.where&(inRoom|inList|onDesk|atIncident) == 0 }

// actionFor finds what a key does here. An action of the pane wins over one of
// the whole Room, unless it cannot be done now and the other can, or would be a slip.
func (a *App) actionFor(key string) (*action, bool) {
	here := a.places()
	var found *action
	for i := range a.acts {
		c := &a.acts[i]
		if c.where&here == 0 || !slices.Contains(c.keys, key) {
			continue
		}
		if c.own {
			return c, true
		}
		if found == nil || found.reason(a) != "" && c.reason(a) == "" || c.special() && !found.special() && c.reason(a) == "" {
			found = c
		}
	}
	return found, found != nil
}

// hinted lists the actions for the line of hints, those of the pane first.
func (a *App) hinted() []*action {
	here := a.places()
	var out []*action
	for i := range a.acts {
		c := &a.acts[i]
		if c.rank > 0 && len(c.keys) > 0 && c.where&here != 0 && c.reason(a) == "" && (c.when == nil || c.when(a)) {
			if f, _ := a.actionFor(c.keys[0]); f != c { // the key does something else here
				continue
			}
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(x, y *action) int {
		if x.special() != y.special() {
			if x.special() {
				return -1
			}
			return 1
		}
		return x.rank - y.rank
	})
	return out
}

var actions []action

func init() { // a variable would refer to itself through the palette
	actions = slices.Concat(
		paneActions, roomActions, cardActions, crewActions, listActions,
		triageActions,
		updatesActions,
		bookActions,
		alertActions,
		reviewActions,
		statsActions,
		deskActions(), globalActions,
		outboxActions,
	)
}

var globalActions = []action{
	{id: "help", keys: []string{"?"}, words: "What can I do here?", short: "actions", where: anywhere, rank: 9,
		run: func(a *App) tea.Cmd { return a.palette(true) }},
	{id: "palette", keys: []string{":", "ctrl+p"}, words: "All actions", where: anywhere,
		run: func(a *App) tea.Cmd { return a.palette(false) }},
	{id: "search", keys: []string{"/"}, words: "Search titles and entries", short: "search", where: anywhere, rank: 8,
		run: func(a *App) tea.Cmd { return a.search() }},
	{id: "declare", keys: []string{"D"}, words: "Declare an incident", where: anywhere, why: writable,
		run: func(a *App) tea.Cmd { return a.askDeclare() }},
	{id: "room", keys: []string{"1"}, words: "Go to the Room", where: anywhere,
		run: func(a *App) tea.Cmd { return a.goRoom() }},
	{id: "incidents", keys: []string{"0"}, words: "Go to the list of incidents", where: anywhere,
		run: func(a *App) tea.Cmd { a.screen = screenIncidents; return a.refreshList() }},
	{id: "mouse", keys: []string{"ctrl+t"}, words: "Give the mouse to the terminal, to select text, or take it back", where: anywhere,
		run: func(a *App) tea.Cmd { a.switchMouse(); return nil }},
	{id: "zone", keys: []string{"U"}, words: "Show times in UTC or in local time", where: anywhere,
		run: func(a *App) tea.Cmd { a.switchZone(); return nil }},
	{id: "messages", keys: []string{"M"}, words: "Show earlier messages", where: anywhere,
		run: func(a *App) tea.Cmd { a.showMessages(); return nil }},
	{id: "redraw", keys: []string{"ctrl+l"}, words: "Draw the screen anew", where: anywhere,
		run: func(a *App) tea.Cmd { return tea.Batch(tea.ClearScreen, a.reload(), a.refreshList()) }},
	{id: "suspend", keys: []string{"ctrl+z"}, words: "Suspend to the shell", where: anywhere,
		run: func(a *App) tea.Cmd { return tea.Suspend }},
	{id: "quit", keys: []string{"q"}, words: "Leave warroom", where: anywhere,
		run: func(a *App) tea.Cmd { return a.leave() }},
}

var listActions = []action{
	{id: "list.declare", keys: []string{"d"}, words: "Declare an incident", short: "declare", where: inList, rank: 1, why: writable,
		run: func(a *App) tea.Cmd { return a.askDeclare() }},
	{id: "list.open", keys: []string{"enter", "right", "l"}, words: "Open the incident", short: "open", where: inList, rank: 2, why: hasRow,
		run: func(a *App) tea.Cmd { return a.openSelected() }},
	{id: "list.filter", keys: []string{"f"}, words: "Show open, all or major incidents", short: "filter", where: inList, rank: 3,
		run: func(a *App) tea.Cmd { return a.cycleFilter() }},
	{id: "list.up", keys: []string{"up", "k"}, words: "Up", where: inList, run: listMove(-1), move: true},
	{id: "list.down", keys: []string{"down", "j"}, words: "Down", where: inList, run: listMove(1), move: true},
	{id: "list.pgup", keys: []string{"pgup", "ctrl+u"}, words: "A page up", where: inList, run: listMove(-10), move: true},
	{id: "list.pgdown", keys: []string{"pgdown", "ctrl+d"}, words: "A page down", where: inList, run: listMove(10), move: true},
	{id: "list.top", keys: []string{"home", "g"}, words: "First incident", where: inList, run: listMove(-1 << 30), move: true},
	{id: "list.end", keys: []string{"end", "G"}, words: "Last incident", where: inList, run: listMove(1 << 30), move: true},
	{id: "list.back", keys: []string{"esc"}, words: "Back to the Room", where: inList, why: hasRoom,
		run: func(a *App) tea.Cmd { return a.goRoom() }},
}

var roomActions = []action{
	{id: "accept", keys: []string{"a"}, words: "Accept the role offered or the order given to you", short: "accept", where: inRoom | atIncident, rank: 1, why: hasToAccept,
		run: func(a *App) tea.Cmd { return a.accept() }},
	{id: "write", keys: []string{"i", "enter"}, words: "Write into the timeline", short: "write", where: inRoom, rank: 1, why: writable,
		run: func(a *App) tea.Cmd { return a.composer.area.Focus() }},
	{id: "order", keys: []string{"o", "@"}, words: "Give an order to somebody", short: "order", where: inRoom, rank: 5, why: writable,
		run: func(a *App) tea.Cmd { return a.startLine("@") }},
	{id: "take", keys: []string{"T"}, words: "Take command", short: "take command", where: inRoom | atIncident, rank: 1, why: canTake, when: vacant,
		run: func(a *App) tea.Cmd { return a.takeCommand() }},
	{id: "decline", keys: []string{"x"}, words: "Decline the role offered to you, or take your offer back", where: inRoom | atIncident, why: hasAnyOffer,
		run: func(a *App) tea.Cmd { return a.do(model.DeclineRole{}, "the hand-over has ended") }},
	{id: "severity", keys: []string{"v"}, words: "Change the severity", short: "severity", where: inRoom | atIncident, rank: 4, why: writable,
		run: func(a *App) tea.Cmd { return a.askSeverity() }},
	{id: "status", keys: []string{"S"}, words: "Move to another status", short: "status", where: inRoom | atIncident, rank: 3, why: writable,
		run: func(a *App) tea.Cmd { return a.askStatus() }},
	{id: "role", keys: []string{"r"}, words: "Assign a role", short: "role", where: inRoom, rank: 6, why: writable,
		run: func(a *App) tea.Cmd { return a.askRole() }},
	{id: "handover", keys: []string{"H"}, words: "Hand over command, or the selected role", where: inRoom, why: writable,
		run: func(a *App) tea.Cmd { return a.askHandover() }},
	{id: "release", keys: []string{"R"}, words: "Release somebody from a role", where: inRoom, why: writable,
		run: func(a *App) tea.Cmd { return a.askRelease() }},
	{id: "sentence", keys: []string{"s"}, words: "Compose the status sentence: edit, copy, log", short: "status sentence", where: inRoom | atIncident, rank: 8, why: writable,
		run: func(a *App) tea.Cmd { a.askSentence(); return nil }},
	{id: "missed", keys: []string{"w"}, words: "What did I miss since my last key?", where: inRoom | atIncident,
		run: func(a *App) tea.Cmd { return a.missed() }},
	{id: "brief", keys: []string{"b"}, words: "Briefing: for a hand-over or a newcomer", where: inRoom | atIncident,
		run: func(a *App) tea.Cmd { return a.briefing() }},
	{id: "seen", keys: []string{"A"}, words: "Acknowledge the alarm for the whole room", short: "alarm seen", where: inRoom | atIncident, rank: 2, why: hasAlarm,
		run: func(a *App) tea.Cmd { return a.seeAlarm() }},
	{id: "sizeup", keys: []string{"u"}, words: "Size-up: symptoms, scope, trend, plan B", where: inRoom, why: writable,
		run: func(a *App) tea.Cmd { a.askSizeUp(sizeUpAsks); return nil }},
	{id: "report", keys: []string{"c"}, words: "One more customer report", where: inRoom, why: writable,
		run: func(a *App) tea.Cmd { return a.do(model.CountReports{Add: 1}, "") }},
	{id: "hypothesis", keys: []string{"h"}, words: "Write down a hypothesis", where: inRoom, why: writable,
		run: func(a *App) tea.Cmd { a.askNewHypothesis(); return nil }},
	{id: "propose", keys: []string{"p"}, words: "Propose: any strong objections?", where: inRoom, why: writable,
		run: func(a *App) tea.Cmd { a.askPropose(); return nil }},
	{id: "object", keys: []string{"O"}, words: "Object strongly to a proposal", short: "object", where: inRoom, why: hasProposal, rank: 1,
		run: func(a *App) tea.Cmd { return a.askObject() }},
	{id: "temporary", keys: []string{"t"}, words: "Enter something temporary into the ledger", where: inRoom, why: writable,
		run: func(a *App) tea.Cmd { a.askTemporary(); return nil }},
	{id: "who", keys: []string{"P"}, words: "Who is here?", where: anywhere,
		run: func(a *App) tea.Cmd { a.who(); return nil }},
	{id: "links", keys: []string{"L"}, words: "Links: bridge, channel, document", where: inRoom,
		run: func(a *App) tea.Cmd { return a.openLinks() }},
	{id: "team", keys: []string{"n"}, words: "Form a sub-team", where: inRoom, why: writable,
		run: func(a *App) tea.Cmd { a.askTeam(); return nil }},
	{id: "milestone", keys: []string{"m"}, words: "Set or correct a milestone", where: inRoom, why: writable,
		run: func(a *App) tea.Cmd { return a.askMilestone() }},
	{id: "detection", keys: []string{"J"}, words: "Found how: by monitoring, a customer, one of us, a synthetic user?", where: inRoom, why: writable,
		run: func(a *App) tea.Cmd { a.askDetection(); return nil }},
	{id: "describe", keys: []string{"E"}, words: "Edit title, services, description, start of impact", where: inRoom, why: writable,
		run: func(a *App) tea.Cmd { a.askDescribe(); return nil }},
	{id: "cancel", keys: []string{"X"}, words: "Cancel: a false alarm or a duplicate", where: inRoom, why: writable,
		run: func(a *App) tea.Cmd { a.askCancel(); return nil }},
	{id: "undo", keys: []string{"z"}, words: "Take back my newest action", short: "undo", where: inRoom, why: writable,
		run: func(a *App) tea.Cmd { return a.undo() }},
	{id: "kinds", keys: []string{"f"}, words: "Show only one kind of entry", where: inRoom,
		run: func(a *App) tea.Cmd { return a.askKinds() }},
	{id: "next", keys: []string{"tab"}, words: "Next pane", short: "pane", where: inRoom, rank: 7,
		run: func(a *App) tea.Cmd { a.turnPane(1); return nil }},
	{id: "prev", keys: []string{"shift+tab"}, words: "Previous pane", where: inRoom,
		run: func(a *App) tea.Cmd { a.turnPane(-1); return nil }},
	{id: "zoom", keys: []string{"+"}, words: "Show this pane alone, or all again", where: inRoom,
		run: func(a *App) tea.Cmd { a.zoom = !a.zoom; return nil }},
	{id: "layout", keys: []string{"V"}, words: "Lay the Room out for a commander, deputy, scribe or observer", where: inRoom,
		run: func(a *App) tea.Cmd { return a.askLayout() }},
	{id: "out", keys: []string{"esc"}, words: "Back: to the timeline, to its end, to the list", where: inRoom,
		run: func(a *App) tea.Cmd { return a.goOut() }},
}

var paneActions = []action{
	{id: "up", keys: []string{"up", "k"}, words: "Up", where: onTimeline, run: lineMove(-1), move: true},
	{id: "down", keys: []string{"down", "j"}, words: "Down", where: onTimeline, run: lineMove(1), move: true},
	{id: "pgup", keys: []string{"pgup", "ctrl+u"}, words: "A page up", where: onTimeline, run: lineMove(-10), move: true},
	{id: "pgdown", keys: []string{"pgdown", "ctrl+d"}, words: "A page down", where: onTimeline, run: lineMove(10), move: true},
	{id: "oldest", keys: []string{"g", "home"}, words: "To the beginning of the record", where: onTimeline,
		run: func(a *App) tea.Cmd { return a.goOldest() }},
	{id: "newest", keys: []string{"G", "end"}, words: "To the newest entry, and follow", short: "follow", where: onTimeline,
		run: func(a *App) tea.Cmd { return a.goNewest() }},
	{id: "detail", keys: []string{"enter"}, words: "Show the entry with its history", short: "detail", where: onTimeline, rank: 1, why: hasEntry,
		run: func(a *App) tea.Cmd { return a.detail() }},
	{id: "edit", keys: []string{"e"}, words: "Correct the entry's words or time", short: "edit", where: onTimeline, rank: 2, why: hasWritableEntry,
		run: func(a *App) tea.Cmd { a.askAmend(); return nil }},
	{id: "strike", keys: []string{"d"}, words: "Take the entry back, or restore it", short: "take back", where: onTimeline, rank: 3, why: hasWritableEntry,
		run: func(a *App) tea.Cmd { return a.strike() }},
	{id: "mark", keys: []string{"!"}, words: "Mark the entry as important, or not", short: "important", where: onTimeline, rank: 4, why: hasWritableEntry,
		run: func(a *App) tea.Cmd { return a.toggleMark() }},
	{id: "attach", keys: []string{"l"}, words: "Attach what the entry rests on: an address, a file, a result", short: "attach", where: onTimeline, rank: 5, why: hasWritableEntry,
		run: func(a *App) tea.Cmd { a.askAttach(); return nil }},
	{id: "copy", keys: []string{"y"}, words: "Copy the entry", short: "copy", where: onTimeline, rank: 5, why: hasEntry,
		run: func(a *App) tea.Cmd { return a.copyEntry() }},

	{id: "role.up", keys: []string{"up", "k"}, words: "Up", where: onRoles, run: roleMove(-1), move: true},
	{id: "role.down", keys: []string{"down", "j"}, words: "Down", where: onRoles, run: roleMove(1), move: true},
	{id: "role.assign", keys: []string{"enter"}, words: "Assign this role", short: "assign", where: onRoles, rank: 1, why: writable,
		run: func(a *App) tea.Cmd { return a.askSelectedRole() }},

	{id: "due.up", keys: []string{"up", "k"}, words: "Up", where: onDue, run: clockMove(-1), move: true},
	{id: "due.down", keys: []string{"down", "j"}, words: "Down", where: onDue, run: clockMove(1), move: true},
	{id: "due.act", keys: []string{"enter", "space"}, words: "Do what this clock asks for", short: "done", where: onDue, rank: 1, why: hasClock,
		run: func(a *App) tea.Cmd { return a.actOnClock() }},
	{id: "due.ack", keys: []string{"u"}, words: "Order understood", short: "understood", where: onDue, rank: 2, why: hasOrder,
		run: func(a *App) tea.Cmd { return a.onOrder(func(n int) model.Command { return model.AckOrder{N: n} }) }},
	{id: "due.more", keys: []string{"m"}, words: "More time: five minutes for an order, else with a reason", short: "more time", where: onDue, rank: 3, why: hasClock,
		run: func(a *App) tea.Cmd { return a.more() }},
	{id: "due.withdraw", keys: []string{"d"}, words: "Withdraw the order", short: "withdraw", where: onDue, rank: 4, why: hasOrder,
		run: func(a *App) tea.Cmd { return a.onOrder(func(n int) model.Command { return model.WithdrawOrder{N: n} }) }},

	{id: "board.up", keys: []string{"up", "k"}, words: "Up", where: onBoard, run: boardMove(-1), move: true},
	{id: "board.down", keys: []string{"down", "j"}, words: "Down", where: onBoard, run: boardMove(1), move: true},
	{id: "board.act", keys: []string{"enter", "space"}, words: "Settle the selected line", short: "settle", where: onBoard, rank: 1, why: hasBoard,
		run: func(a *App) tea.Cmd { return a.actOnBoard() }},

	{id: "situation.edit", keys: []string{"enter", "e"}, words: "Edit the size-up", short: "size-up", where: onSituation, rank: 1, why: writable,
		run: func(a *App) tea.Cmd { a.askSizeUp(sizeUpAsks); return nil }},
}
