package ui

import (
	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/play"
)

// fitting are the runbooks for the selected line, as far as they were read.
func (d *alertsDesk) fitting(a *App) []play.Card {
	if g, ok := d.selected(a); ok && d.detail.n == g.N {
		return d.detail.books
	}
	return nil
}

// openAlertBook shows the runbook that fits; of several the person chooses.
func (a *App) openAlertBook() tea.Cmd {
	g, _ := a.alerts().selected(a)
	books := a.alerts().fitting(a)
	if len(books) == 1 {
		return a.goBook(books[0].Ref, g.Incident)
	}
	var items []item
	for _, c := range books {
		items = append(items, item{text: model.Visible(c.Title), note: model.Brief(c.Why, 60), data: c.Ref})
	}
	a.open(newPicker("Which runbook?", items, func(a *App, it item) tea.Cmd { return a.goBook(it.data.(play.Ref), g.Incident) }))
	return nil
}

// goBook brings a runbook to the front, in the room of an incident if one is
// named.
func (a *App) goBook(ref play.Ref, incident string) tea.Cmd {
	a.books().want = ref
	if incident != "" && (a.room == nil || a.room.inc.ID != incident) {
		a.landing = screenBooks
		return a.enter(incident, 0)
	}
	return a.goDesk(screenBooks)
}
