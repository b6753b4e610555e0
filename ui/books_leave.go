package ui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// leaveWork quits. If something runs here that would be stopped, it is named and
// asked about first; asking to leave while the question stands is a yes.
func (a *App) leaveWork() tea.Cmd {
	n := 0
	if r := a.runner(); r != nil {
		n = r.Busy()
	}
	if n == 0 {
		return tea.Quit
	}
	if len(a.dialogs) > 0 {
		if p, ok := a.dialogs[len(a.dialogs)-1].(*picker); ok && p.leaves {
			return tea.Quit
		}
	}
	what := fmt.Sprintf("%d commands run here", n)
	if n == 1 {
		what = "a command runs here"
		if s := a.books().doing(a); s != "" {
			what = "it runs: " + s
		}
	}
	p := newPicker("Leave? "+model.Brief(what, 80), []item{
		{text: "Stay", data: false},
		{text: "Stop it and leave", note: "it counts as cancelled", data: true},
	}, func(a *App, it item) tea.Cmd {
		if it.data == true {
			return tea.Quit
		}
		return nil
	})
	p.foot = "enter chooses · esc stays · ctrl+c leaves"
	p.leaves = true
	a.open(p)
	return nil
}

// working reports whether something runs here that the room does not know to have
// ended well. After a failure there may be another attempt.
func (d *booksDesk) working() bool { return d.job != nil && !d.over }

// doing names what runs here, as far as this screen knows.
func (d *booksDesk) doing(a *App) string {
	if d == nil || d.job == nil || a.room == nil || d.jobAt.Incident != a.room.inc.ID {
		return ""
	}
	run, _ := a.room.inc.Run(d.jobAt.Run)
	st, ok := run.Step(d.jobAt.Step)
	if !ok || d.jobAt.Action >= len(st.Actions) {
		return ""
	}
	return model.Visible(st.Actions[d.jobAt.Action].Text)
}
