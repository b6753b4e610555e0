package ui

import (
	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

var bookActions = []action{
	{id: "book.up", keys: []string{"up", "k"}, words: "Up", where: onBooks, run: bookMove(-1), move: true},
	{id: "book.down", keys: []string{"down", "j"}, words: "Down", where: onBooks, run: bookMove(1), move: true},
	{id: "book.prevstep", keys: []string{"left", "h"}, words: "Step before", where: onBooks, run: bookStep(-1), move: true},
	{id: "book.nextstep", keys: []string{"right", "l"}, words: "Next step", where: onBooks, run: bookStep(1), move: true},
	{id: "book.outup", keys: []string{"pgup"}, words: "Output: back", where: onBooks, run: bookScroll(8), move: true},
	{id: "book.outdown", keys: []string{"pgdown"}, words: "Output: on", where: onBooks, run: bookScroll(-8), move: true},
	{id: "book.back", keys: []string{"esc"}, words: "Back to the list of runbooks, or to the Room", where: onBooks,
		run: func(a *App) tea.Cmd { return a.bookBack() }},
	{id: "book.find", keys: []string{"f"}, words: "Find a runbook or a way back", short: "find", where: onBooks, rank: 2, why: hasBooks,
		run: func(a *App) tea.Cmd { a.bookFind(false); return nil }},
	{id: "book.run", keys: []string{"enter"}, words: "Run what is shown", short: "run", where: onBooks, rank: 1, why: canRunAction, when: inRunNow,
		run: func(a *App) tea.Cmd { return a.bookRun() }},
	{id: "book.open", keys: []string{"enter"}, words: "Begin this runbook, or open this run", short: "begin", where: onBooks, rank: 1, why: canBegin, when: inList2,
		run: func(a *App) tea.Cmd { return a.bookBegin() }},
	{id: "book.preview", keys: []string{"p"}, words: "Preview: what would change", short: "preview", where: onBooks, rank: 2, why: canPreview, when: inRunNow,
		run: func(a *App) tea.Cmd { return a.bookPreview() }},
	{id: "book.done", keys: []string{"space"}, words: "Mark as done by hand, or as open again", short: "done", where: onBooks, rank: 3, why: canTick, when: inRunNow,
		run: func(a *App) tea.Cmd { return a.bookDone() }},
	{id: "book.skip", keys: []string{"x"}, words: "Skip, with a reason", short: "skip", where: onBooks, rank: 4, why: canSkip, when: inRunNow, own: true, // not “decline the role”
		run: func(a *App) tea.Cmd { a.bookSkip(); return nil }},
	{id: "book.values", keys: []string{"e"}, words: "Fill in values", short: "values", where: onBooks, rank: 5, why: canMark, when: inRunNow,
		run: func(a *App) tea.Cmd { a.bookValues(); return nil }},
	{id: "book.note", keys: []string{"N"}, words: "Write a note beside this step", short: "note", where: onBooks, rank: 6, why: canNote, when: inRunNow, own: true, // not an expert's report
		run: func(a *App) tea.Cmd { a.bookNote(); return nil }},
	{id: "book.stop", keys: []string{"ctrl+x"}, words: "Stop what runs; again asks harder", short: "stop", where: onBooks, rank: 1, why: runsHere, when: runsNow,
		run: func(a *App) tea.Cmd {
			a.books().job.Stop()
			a.say(info, "asked to stop; "+a.key("book.stop")+" again asks harder")
			return nil
		}},
	{id: "book.copy", keys: []string{"y"}, words: "Copy the command", short: "copy", where: onBooks, rank: 7, why: canCopy, when: inRunNow,
		run: func(a *App) tea.Cmd { return a.bookCopy() }},
	{id: "book.output", keys: []string{"O"}, words: "Show all of the output", short: "output", where: onBooks, rank: 7, why: hasOutput, when: inRunNow,
		run: func(a *App) tea.Cmd { return a.bookOutput() }},
	{id: "book.rollback", keys: []string{"R"}, words: "Roll back: choose a way", short: "rollback", where: onBooks, rank: 6, why: canWriteHere,
		run: func(a *App) tea.Cmd { a.bookFind(true); return nil }},
	{id: "book.undo", keys: []string{"u"}, words: "Undo this rollback", short: "undo it", where: onBooks, rank: 8, why: canUndoRun, when: inRunNow,
		run: func(a *App) tea.Cmd { return a.bookUndo() }},
	{id: "book.offer", keys: []string{"n"}, words: "What may follow: a way back, an undo, more people", short: "what next", where: onBooks, rank: 3, why: canFollowUp, when: offersNow,
		run: func(a *App) tea.Cmd { a.bookOffer(); return nil }},
	{id: "book.gate", keys: []string{"v"}, words: "Recovery gate: criteria, look now, confirm, override", short: "verify", where: onBooks, rank: 6, why: canWriteHere,
		run: func(a *App) tea.Cmd { return a.bookGate() }},
	{id: "book.take", keys: []string{"t"}, words: "Take the run over: execute it here", short: "take over", where: onBooks, rank: 1, why: canTakeRun, when: inRunNow,
		run: func(a *App) tea.Cmd { a.bookTake(); return nil }},
	{id: "book.tell", keys: []string{"o"}, words: "Call for whom the escalation names: an order, or a message", short: "call for help", where: onBooks, rank: 9, why: canCall, when: escalates,
		run: func(a *App) tea.Cmd { a.bookCall(); return nil }},
	{id: "book.end", keys: []string{"E"}, words: "End the run: finished, or given up", short: "end", where: onBooks, rank: 9, why: canEnd, when: inRunNow,
		run: func(a *App) tea.Cmd { return a.bookEnd() }},
}

func inRunNow(a *App) bool { return a.books() != nil && a.books().run != 0 }
func inList2(a *App) bool  { return !inRunNow(a) }
func offersNow(a *App) bool {
	return inRunNow(a) && len(a.books().followUps(a)) > 0
}
func runsNow(a *App) bool { return runsHere(a) == "" }

// canWriteHere is the reason why nothing can be written about this incident.
func canWriteHere(a *App) string {
	if a.runner() == nil {
		return "runbooks are not followed in this terminal"
	}
	if why := hasRoom(a); why != "" {
		return why
	}
	return writable(a)
}

func hasBooks(a *App) string {
	if a.runner() == nil {
		return "runbooks are not followed in this terminal"
	}
	return writable(a)
}

func canBegin(a *App) string {
	if inRunNow(a) {
		return "a run is open: " + a.key("book.back") + " goes back to the list"
	}
	return canWriteHere(a)
}

// activeHere is the reason why the run that is shown cannot be changed.
func activeHere(a *App) string {
	if why := canWriteHere(a); why != "" {
		return why
	}
	if !inRunNow(a) {
		return "no run is open"
	}
	run, ok := a.room.inc.Run(a.books().run)
	if !ok || !run.Active() {
		return "this run is over"
	}
	return ""
}

func canMark(a *App) string {
	if why := activeHere(a); why != "" {
		return why
	}
	if _, _, _, _, ok := a.books().current(a); !ok {
		return "the plan is not there yet"
	}
	return ""
}

// canNote is the reason why nothing can be written beside a step: a run that is over
// may still be written about.
func canNote(a *App) string {
	if why := canWriteHere(a); why != "" {
		return why
	}
	if a.books().stepID() == "" {
		return "no step is shown"
	}
	return ""
}

// canTick is the reason why the selected action cannot be marked.
func canTick(a *App) string {
	if why := canMark(a); why != "" {
		return why
	}
	if _, _, _, st, _ := a.books().current(a); st.State == model.ActionRunning {
		return "it runs: " + a.key("book.stop") + " stops it"
	}
	return ""
}

func canSkip(a *App) string {
	if why := canTick(a); why != "" {
		return why
	}
	switch _, step, _, st, _ := a.books().current(a); {
	case st.State.Over():
		return "it is over already: " + a.key("book.done") + " opens it again"
	case !step.Skippable:
		return "the runbook says that it may not be skipped"
	}
	return ""
}

func canRunAction(a *App) string {
	if why := canMark(a); why != "" {
		return why
	}
	run, _, act, st, _ := a.books().current(a)
	if !act.Runs() && (act.Criteria != "" || act.Link != "" && act.Kind == "link") {
		return "" // anybody may look, and say how it is
	}
	switch {
	case a.runner().Gone(run):
		return "the room that ran this is gone: " + a.key("book.take") + " takes the run over"
	case !a.runner().Holds(run):
		return model.Visible(run.Runner.Person) + " executes this run: follow it, or take it over with " + a.key("book.take")
	case st.State == model.ActionRunning:
		return "it runs: " + a.key("book.stop") + " stops it"
	case a.books().starts:
		return "it is being started"
	case a.books().working():
		return "something of this run still runs"
	case !act.Runs() && act.Kind != "wait":
		return "a person does this: then " + a.key("book.done") + " marks it"
	case act.Blocked != "" && len(act.Unfilled) == 0:
		return act.Blocked
	}
	return ""
}

func canPreview(a *App) string {
	if why := canMark(a); why != "" {
		return why
	}
	if _, _, act, _, _ := a.books().current(a); act.Preview == "" {
		return "this action has no preview"
	}
	return ""
}

func runsHere(a *App) string {
	if a.books() == nil || !a.books().working() {
		return "nothing runs here"
	}
	return writable(a)
}

func canCopy(a *App) string {
	if _, _, act, _, ok := a.books().current(a); !ok || act.Command == "" {
		return "there is no command to copy"
	} else if act.Blocked != "" {
		return act.Blocked
	}
	return ""
}

func canTakeRun(a *App) string {
	if why := activeHere(a); why != "" {
		return why
	}
	if run, _ := a.room.inc.Run(a.books().run); a.runner().Holds(run) {
		return "you execute this run already"
	}
	return ""
}

func canEnd(a *App) string {
	if why := activeHere(a); why != "" {
		return why
	}
	if a.books().working() {
		return "something of this run still runs"
	}
	return ""
}
