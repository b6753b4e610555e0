package ui

import (
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/play"
)

// followUps are what may follow the run that is shown: what the runbook offers, and
// the undo of a rollback that is through, or of which nobody knows that it worked.
func (d *booksDesk) followUps(a *App) []play.Offer {
	out := d.offers
	if canUndoRun(a) != "" || slices.ContainsFunc(out, func(o play.Offer) bool { return o.Kind == play.OfferUndo }) {
		return out
	}
	run, _ := a.room.inc.Run(d.run)
	if st, _ := run.Step("verify"); run.Active() && !st.State().Bad() {
		return out
	}
	return append(slices.Clip(out), play.Offer{Kind: play.OfferUndo, Words: fmt.Sprintf("undo what run %d did", run.N), Ref: undoOf(run)})
}

// undoOf names the undo of a rollback.
func undoOf(run model.Run) play.Ref {
	return play.Ref{ID: run.Book, Rollback: true, Undo: run.N}
}

// bookUndo begins the undo, which ends the run that it undoes in the same breath: a
// target is never free in between, and what cannot be undone does not end.
func (a *App) bookUndo() tea.Cmd {
	run, _ := a.room.inc.Run(a.books().run)
	return a.begin(undoOf(run), nil)
}

func canUndoRun(a *App) string {
	if why := hasUndo(a); why != "" {
		return why
	}
	run, _ := a.room.inc.Run(a.books().run)
	if _, _, busy := run.Running(); busy {
		return "it runs: " + a.key("book.stop") + " stops it"
	}
	return ""
}

// hasUndo is the reason why there is nothing to undo about the run that is shown.
func hasUndo(a *App) string {
	if why := canWriteHere(a); why != "" {
		return why
	}
	if !inRunNow(a) {
		return "no run is open"
	}
	d := a.books()
	run, _ := a.room.inc.Run(d.run)
	st, _ := run.Step("execute")
	switch _, undo := play.BookOf(run.Book); {
	case !run.Rollback || undo || st.State() == model.ActionPending:
		return "there is no rollback here to undo"
	case d.plan == nil:
		return "the plan is not there yet"
	case len(d.plan.Undo) == 0:
		return "it cannot be undone: the way back says so itself"
	}
	for _, r := range a.room.inc.Runs {
		if r.N > run.N && r.Book == play.UndoName(run.Book) && r.Lock == run.Lock && (r.Active() || r.Outcome == model.RunFinished) {
			return fmt.Sprintf("run %d undoes it", r.N)
		}
	}
	return ""
}

// bookOffer lists what may follow a run: nothing of it happens by itself.
func (a *App) bookOffer() {
	var items []item
	for _, o := range a.books().followUps(a) {
		items = append(items, item{text: model.Visible(o.Words), note: o.Kind, data: o})
	}
	a.open(newPicker("What may follow", items, func(a *App, it item) tea.Cmd {
		o := it.data.(play.Offer)
		if o.Kind == play.OfferEscalate {
			a.bookCall()
			return nil
		}
		return a.begin(o.Ref, o.Values)
	}))
}

func canFollowUp(a *App) string {
	if why := canWriteHere(a); why != "" {
		return why
	}
	if d := a.books(); d == nil || d.run == 0 || len(d.followUps(a)) == 0 {
		return "nothing is offered to follow this run"
	}
	return ""
}
