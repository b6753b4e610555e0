package ui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// desk is a screen of its own beside the Room and the list: triage, runbooks and
// so on. Like the panes it is a plain struct that App calls. What its keys do
// stands in the table of actions, under the place of the desk (deskPlaces).
type desk interface {
	// open is called when the desk comes to the front, and when another incident
	// is opened while it is there. It returns the reads that it needs.
	open(a *App) tea.Cmd
	// take handles a message that is the desk's own, from a read of its own; false
	// if it is not. It is asked also while another screen is in front.
	take(a *App, msg tea.Msg) (tea.Cmd, bool)
	// news is told what was written, here or elsewhere, whichever screen is in
	// front. The open room has been folded already. A nil list means that
	// everything has to be read anew.
	news(a *App, events []model.Event) tea.Cmd
	// draw gives the lines of w × h cells, each exactly w wide (segs.fit). It reads
	// state and changes nothing but caches. Without an open incident a.room is nil.
	draw(a *App, w, h int) []string
}

// A desk may have any of these, too. x and y are cells of its rectangle.
type (
	// deskTag is a short note behind the desk's name in the line of screens, such
	// as the number of what waits there.
	deskTag interface{ tag(a *App) (string, style) }
	// deskClick takes a press of the left button.
	deskClick interface {
		click(a *App, x, y int, double bool) tea.Cmd
	}
	// deskWheel takes turns of the wheel, upwards if n is negative.
	deskWheel interface {
		wheel(a *App, x, y, n int) tea.Cmd
	}
	// deskRoom is told that another incident's room was opened.
	deskRoom interface{ room(a *App) tea.Cmd }
	// deskInbox is told when the inbox of alerts has changed.
	deskInbox interface{ inbox(a *App) tea.Cmd }
	// deskText has a text field that is typed into at present: it gets all keys and
	// pastes but ctrl+c.
	deskText interface {
		typing() bool
		typed(a *App, msg tea.Msg) tea.Cmd
		// cursor is where the cursor stands in the desk's rectangle, nil if nowhere.
		cursor(a *App, w, h int) *tea.Cursor
	}
)

// deskInfo is what the program knows of a desk.
type deskInfo struct {
	screen screen
	key    string
	name   string // on the line of screens
	short  string // where there is little room
	place  place
	words  string
}

var deskInfos = []deskInfo{
	{screenTriage, "2", "Triage", "Tri", onTriage, "Go to Triage: how bad is it, and what does that require?"},
	{screenBooks, "3", "Runbooks", "Run", onBooks, "Go to Runbooks"},
	{screenAlerts, "4", "Alerts", "Al", onAlerts, "Go to Alerts"},
	{screenUpdates, "5", "Updates", "Upd", onUpdates, "Go to Updates: who has to be told what, and by when?"},
	{screenReview, "6", "Review", "Rev", onReview, "Go to the Review"},
	{screenStats, "7", "Analytics", "Ana", onStats, "Go to Analytics over all incidents"},
}

// newDesks makes the desks, by screen.
func newDesks() (d [screenCount]desk) {
	d[screenTriage] = newTriageDesk()
	d[screenUpdates] = newUpdatesDesk()
	d[screenBooks] = newBooksDesk()
	// what monitoring tells
	d[screenAlerts] = newAlertsDesk()
	d[screenReview] = newReviewDesk()
	// statistics over all incidents
	d[screenStats] = newStatsDesk()
	return d
}

func (s screen) info() (deskInfo, bool) {
	for _, i := range deskInfos {
		if i.screen == s {
			return i, true
		}
	}
	return deskInfo{}, false
}

// desk is the desk in front, nil if that is the Room or the list.
func (a *App) desk() desk { return a.desks[a.screen] }

// goDesk brings a desk to the front.
func (a *App) goDesk(s screen) tea.Cmd {
	if a.desks[s] == nil {
		return nil
	}
	a.composer.area.Blur()
	a.screen = s
	return a.desks[s].open(a)
}

// goHome leaves a desk: to the Room, or to the list if none is open.
func (a *App) goHome() tea.Cmd {
	if a.room == nil {
		a.screen = screenIncidents
		return a.refreshList()
	}
	a.screen = screenRoom
	return nil
}

// deskNews tells all desks what was written.
func (a *App) deskNews(events []model.Event) tea.Cmd {
	cmds := []tea.Cmd{a.readOutside()}
	for _, d := range a.desks {
		if d != nil {
			cmds = append(cmds, d.news(a, events))
		}
	}
	return tea.Batch(cmds...)
}

// roomNews tells the desks that ask for it that another room was opened.
func (a *App) roomNews() tea.Cmd {
	var cmds []tea.Cmd
	for _, d := range a.desks {
		if x, ok := d.(deskRoom); ok {
			cmds = append(cmds, x.room(a))
		}
	}
	return tea.Batch(cmds...)
}

// inboxNews tells the desks that ask for it that the inbox of alerts has changed.
func (a *App) inboxNews() tea.Cmd {
	var cmds []tea.Cmd
	for _, d := range a.desks {
		if x, ok := d.(deskInbox); ok {
			cmds = append(cmds, x.inbox(a))
		}
	}
	return tea.Batch(cmds...)
}

// deskTake offers a message to all desks.
func (a *App) deskTake(msg tea.Msg) (tea.Cmd, bool) {
	for _, d := range a.desks {
		if d == nil {
			continue
		}
		if cmd, ok := d.take(a, msg); ok {
			return cmd, true
		}
	}
	return nil, false
}

// drawDesk gives the lines of the desk in front, whatever it draws made to fit.
func (a *App) drawDesk() []string {
	b := a.lay.body
	lines := a.desk().draw(a, b.Dx(), b.Dy())
	return blank(lines[:min(len(lines), b.Dy())], a.w, b.Dy())
}

// deskCursor is where the cursor stands while a desk's own field is typed into.
func (a *App) deskCursor() *tea.Cursor {
	d, ok := a.desk().(deskText)
	if !ok || !d.typing() {
		return nil
	}
	b := a.lay.body
	cur := d.cursor(a, b.Dx(), b.Dy())
	if cur != nil {
		cur.X += b.Min.X
		cur.Y += b.Min.Y
	}
	return cur
}

// deskActions are the keys that bring the desks to the front.
func deskActions() []action {
	var out []action
	for _, d := range deskInfos {
		if newDesks()[d.screen] == nil {
			continue
		}
		out = append(out, action{id: d.action(), keys: []string{d.key}, words: d.words, where: anywhere,
			run: func(a *App) tea.Cmd { return a.goDesk(d.screen) }})
	}
	return append(out,
		action{id: "desk.back", keys: []string{"esc"}, words: "Back to the Room", short: "leave", where: onDesk, rank: 3, when: digitsAnswer,
			run: func(a *App) tea.Cmd { return a.goHome() }},
		action{id: "desk.write", keys: []string{"i"}, words: "Write a line into the timeline", short: "write", where: atIncident, rank: 7, why: writable,
			run: func(a *App) tea.Cmd { a.askLine(""); return nil }})
}

// digitsAnswer reports whether the digits answer a question here instead of going
// to the screens: then the way out has to be said.
func digitsAnswer(a *App) bool {
	act, ok := a.actionFor("1")
	return ok && act.special()
}

func (d deskInfo) action() string { return fmt.Sprintf("desk.%s", d.key) }

// askLine asks for a line of the timeline, in the grammar of the input, without
// leaving the screen.
func (a *App) askLine(begin string) {
	id := a.room.inc.ID
	var f *form
	f = newForm("Into the timeline", []field{textField("line", begin, "note · @name order 3m · ! important · /command", "as in the Room's input")}, func(a *App, v []string) (tea.Cmd, error) {
		c, err := model.ComposeTyped(v[0], a.now, a.zone)
		if err != nil {
			return nil, err
		}
		return a.send(job{incident: id, request: model.Request{Command: model.Ruled(c, a.cfg.Rules)}, form: f, done: "in the timeline"}), nil
	})
	a.open(f)
}
