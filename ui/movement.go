package ui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// What the keys of actions.go do that needs no question.

func writable(a *App) string {
	if ro, why := a.store.ReadOnly(); ro {
		return "read-only: " + why
	}
	return ""
}

func hasRow(a *App) string {
	if a.list.index() < 0 {
		return "there is no incident to open: " + a.key("list.declare") + " declares one"
	}
	return ""
}

func hasRoom(a *App) string {
	if a.room == nil {
		return "no incident is open: choose one and press " + a.key("list.open")
	}
	return ""
}

func hasEntry(a *App) string {
	if a.room == nil || a.room.tl.index(a.room.tl.sel) < 0 {
		return "no entry is selected: " + a.key("up") + " selects the newest"
	}
	return ""
}

func hasWritableEntry(a *App) string {
	if why := hasEntry(a); why != "" {
		return why
	}
	return writable(a)
}

func vacant(a *App) bool { return a.room.inc.Status.Live() && a.room.inc.Commander() == "" }

func canTake(a *App) string {
	if model.SamePerson(a.room.inc.Commander(), a.cfg.Actor) {
		return "you are incident commander"
	}
	return writable(a)
}

func hasToAccept(a *App) string {
	for _, o := range a.room.inc.Offers {
		if model.SamePerson(o.To, a.cfg.Actor) {
			return writable(a)
		}
	}
	if _, ok := a.newOrder(); ok {
		return writable(a)
	}
	return "no role is offered to you, and no new order given"
}

// newOrder is the order to the person at this screen that has waited longest for
// their “understood”.
func (a *App) newOrder() (model.Order, bool) {
	for _, o := range a.room.inc.Orders {
		if o.State == model.OrderOpen && model.SamePerson(o.Person, a.cfg.Actor) {
			return o, true
		}
	}
	return model.Order{}, false
}

func hasAnyOffer(a *App) string {
	for _, o := range a.room.inc.Offers {
		if model.SamePerson(o.To, a.cfg.Actor) || model.SamePerson(o.From, a.cfg.Actor) {
			return writable(a)
		}
	}
	return "no hand-over concerns you"
}

func listMove(n int) func(*App) tea.Cmd {
	return func(a *App) tea.Cmd { a.list.move(n); return nil }
}

func lineMove(n int) func(*App) tea.Cmd {
	return func(a *App) tea.Cmd { a.room.tl.move(n, a.timelineHeight()); return nil }
}

func roleMove(n int) func(*App) tea.Cmd {
	return func(a *App) tea.Cmd {
		a.room.role = min(max(a.room.role+n, 0), len(a.roleRows())-1)
		return nil
	}
}

// timelineHeight is how many lines of the timeline can be seen.
func (a *App) timelineHeight() int {
	h := a.lay.panes[paneTimeline].Dy()
	if a.lay.tabs.Empty() {
		h-- // its title
	}
	return max(1, h)
}

func (a *App) goRoom() tea.Cmd {
	if a.room == nil {
		return a.openSelected()
	}
	a.screen = screenRoom
	return nil
}

func (a *App) openSelected() tea.Cmd {
	if why := hasRow(a); why != "" {
		a.say(warning, why)
		return nil
	}
	if a.room != nil && a.room.inc.ID == a.list.sel {
		a.screen = screenRoom
		return nil
	}
	return a.enter(a.list.sel, 0)
}

func (a *App) cycleFilter() tea.Cmd {
	a.list.only = (a.list.only + 1) % listFilters
	return a.refreshList()
}

// goOut goes one level out: from a zoomed or other pane to the timeline, from a
// place in it to its end, from there to the list.
func (a *App) goOut() tea.Cmd {
	switch {
	case a.zoom:
		a.zoom = false
	case a.focus != paneTimeline:
		a.focus = paneTimeline
	case !a.room.tl.follow:
		return a.goNewest()
	default:
		a.screen = screenIncidents
		return a.refreshList()
	}
	return nil
}

// goOldest reads the beginning of the record if it is not in the window.
func (a *App) goOldest() tea.Cmd {
	t := &a.room.tl
	if t.top {
		t.home()
		return nil
	}
	return a.loadRoom(a.room.inc.ID, fromOldest, false, t.kinds)
}

func (a *App) goNewest() tea.Cmd {
	t := &a.room.tl
	t.bottom()
	if !t.end {
		return a.reload()
	}
	return nil
}

func (a *App) startLine(s string) tea.Cmd {
	cmd := a.composer.area.Focus()
	if a.composer.empty() {
		a.composer.set(s)
		a.composer.complete(a.names())
	}
	return cmd
}

func (a *App) switchZone() {
	if a.zone.String() == "UTC" {
		a.zone = a.cfg.Local
	} else {
		a.zone = time.UTC
	}
	a.say(info, "times in "+a.zoneName())
}

func (a *App) strike() tea.Cmd {
	e, _ := a.room.tl.selected()
	on := !e.Struck
	done := "taken back · " + a.key("strike") + " restores it"
	if !on {
		done = "restored"
	}
	return a.do(model.Amend{Seq: e.Seq, Struck: &on}, done)
}

func (a *App) toggleMark() tea.Cmd {
	e, _ := a.room.tl.selected()
	on := !e.Mark
	return a.do(model.Amend{Seq: e.Seq, Mark: &on}, "")
}

// copyEntry sends the entry to the terminal's clipboard. There is no answer from
// a terminal, so it says what was sent, not that it arrived.
func (a *App) copyEntry() tea.Cmd {
	e, _ := a.room.tl.selected()
	a.say(info, "sent to the clipboard")
	return tea.SetClipboard(a.stamp(e.When) + " " + a.zoneName() + " " + model.Visible(e.Actor) + ": " + strings.Join(model.VisibleLines(e.Line), "\n"))
}
