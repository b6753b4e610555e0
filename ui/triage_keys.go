package ui

import (
	"fmt"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/triage"
)

// onLevel says why a key of the severity questions does nothing here.
func onLevel(a *App) string {
	d := a.triage()
	if c, _, _ := d.focus(a); c == nil {
		return "that answers a severity question: go up to one"
	}
	return ""
}

// onLevelN says why digit n answers nothing here.
func onLevelN(n int) func(*App) string {
	return func(a *App) string {
		if c, _, _ := a.triage().focus(a); c != nil && n > len(c.Levels) {
			return fmt.Sprintf("there are only the answers 1 to %d", len(c.Levels))
		}
		return onLevel(a)
	}
}

func onQuestion(a *App) string {
	if why := hasRoom(a); why != "" {
		return why
	}
	if _, q, _ := a.triage().focus(a); q == nil {
		return "that answers a question of the checklist: go down to one"
	}
	return writable(a)
}

func onMetric(a *App) string {
	if why := hasRoom(a); why != "" {
		return why
	}
	if _, _, m := a.triage().focus(a); m == nil {
		return "no metric is selected"
	}
	return writable(a)
}

// saidYes says why there is nothing to be done about the question in focus.
func saidYes(a *App) string {
	if why := onQuestion(a); why != "" {
		return why
	}
	_, q, _ := a.triage().focus(a)
	if k, ok := a.room.inc.Triage.Check(q.Ask); !ok || k.Answer != model.CheckYes {
		return "answer it first: " + a.key("triage.yes") + " yes, " + a.key("triage.no") + " no"
	}
	return ""
}

func canDeclare(a *App) string {
	if a.room != nil {
		return "an incident is open here: " + a.key("declare") + " declares another"
	}
	return answered(a)
}

func canAgain(a *App) string {
	if why := hasRoom(a); why != "" {
		return why
	}
	if a.triage().at >= 0 {
		return "a question is open: a digit answers it"
	}
	return ""
}

func canApply(a *App) string {
	if c, _, _ := a.triage().focus(a); c == nil {
		return "that sets the severity: go up to the questions"
	}
	if why := hasRoom(a); why != "" {
		return why
	}
	return answered(a)
}

// answered says why the answers are not enough yet.
func answered(a *App) string {
	switch d := a.triage(); {
	case d.doubt:
		return "not sure between which two? press both"
	case !d.outcome(a).Answered():
		return "nothing is answered yet: a digit answers the question"
	}
	return writable(a)
}

func hasVacant(a *App) string {
	if why := hasRoom(a); why != "" {
		return why
	}
	if len(a.doctrine().Vacant(a.room.inc)) == 0 {
		return "nothing that " + a.room.inc.Severity.String() + " requires is vacant"
	}
	return writable(a)
}

func inDoubt(a *App) string {
	if !a.triage().doubt {
		return "nothing to go back from"
	}
	return ""
}

func triageMove(n int) func(*App) tea.Cmd {
	return func(a *App) tea.Cmd { a.triage().move(a, n); return nil }
}

var triageActions = triageKeys()

// maxLevels is how many levels a criterion may have: each is one key.
const maxLevels = triage.MaxLevels

func triageKeys() []action {
	out := []action{
		{id: "triage.declare", keys: []string{"enter"}, words: "Declare an incident with the severity that the answers say", short: "declare", where: onTriage, rank: 1, why: canDeclare,
			run: func(a *App) tea.Cmd { return a.triage().declare(a) }},
		{id: "triage.set", keys: []string{"enter"}, words: "Record the answers and set the severity that they say", short: "set severity", where: onTriage, rank: 1, why: canApply,
			run: func(a *App) tea.Cmd { return a.triage().apply(a) }},
		{id: "triage.again", keys: []string{"enter"}, words: "Answer the severity questions again", short: "answer again", where: onTriage, rank: 1, why: canAgain,
			run: func(a *App) tea.Cmd { a.triage().again(); return nil }},
		{id: "triage.unsure", keys: []string{"n"}, words: "Not sure: press the two likely levels, the worse counts", short: "not sure", where: onTriage, rank: 2, why: onLevel,
			run: func(a *App) tea.Cmd {
				d := a.triage()
				d.doubt, d.between = !d.doubt, nil
				return nil
			}},
		{id: "triage.clear", keys: []string{"backspace", "delete"}, words: "Take the answer to this question back", where: onTriage, why: onLevel,
			run: func(a *App) tea.Cmd { a.triage().clear(a); return nil }},
		{id: "triage.yes", keys: []string{"y"}, words: "Yes to this question of the checklist", short: "yes", where: onTriage, rank: 1, why: onQuestion,
			run: func(a *App) tea.Cmd { return a.triage().answer(a, model.CheckYes) }},
		{id: "triage.no", keys: []string{"n"}, words: "No to this question of the checklist", short: "no", where: onTriage, rank: 2, why: onQuestion,
			run: func(a *App) tea.Cmd { return a.triage().answer(a, model.CheckNo) }},
		{id: "triage.unknown", keys: []string{"-"}, words: "It is not known", short: "not known", where: onTriage, rank: 4, why: onQuestion,
			run: func(a *App) tea.Cmd { return a.triage().answer(a, model.CheckUnknown) }},
		{id: "triage.act", keys: []string{"enter"}, words: "Do what the checklist asks for after a yes", short: "do it", where: onTriage, rank: 3, why: saidYes,
			run: func(a *App) tea.Cmd { return a.triage().act(a) }},
		{id: "triage.measure", keys: []string{"enter"}, words: "Enter the value of this metric", short: "enter a value", where: onTriage, rank: 1, why: onMetric,
			run: func(a *App) tea.Cmd { return a.triage().measure(a) }},
		{id: "triage.roles", keys: []string{"r"}, words: "Fill the vacant roles that the severity requires", short: "fill roles", where: onTriage, rank: 5, why: hasVacant,
			run: func(a *App) tea.Cmd { return a.triage().fillRoles(a) }},
		{id: "triage.sizeup", keys: []string{"u"}, words: "Size-up: symptoms, scope, trend, plan B", short: "size-up", where: onTriage, rank: 6, why: openAndWritable,
			run: func(a *App) tea.Cmd { a.askSizeUp(sizeUpAsks); return nil }},
		{id: "triage.message", keys: []string{"m"}, words: "Write the message that is due next", short: "message", where: onTriage, rank: 6, why: openAndWritable,
			run: func(a *App) tea.Cmd { return a.firstMessage() }},
		{id: "triage.undo", keys: []string{"z"}, words: "Take back my newest action", where: onTriage, why: openAndWritable,
			run: func(a *App) tea.Cmd { return a.undo() }},
		{id: "triage.back", keys: []string{"esc"}, words: "Sure after all", where: onTriage, why: inDoubt,
			run: func(a *App) tea.Cmd { a.triage().doubt, a.triage().between = false, nil; return nil }},
		{id: "triage.up", keys: []string{"up", "k", "shift+tab"}, words: "Up", where: onTriage, run: triageMove(-1), move: true},
		{id: "triage.down", keys: []string{"down", "j", "tab"}, words: "Down", where: onTriage, run: triageMove(1), move: true},
	}
	for n := 1; n <= maxLevels; n++ {
		out = append(out, action{id: "triage." + strconv.Itoa(n), keys: []string{strconv.Itoa(n)}, words: "Answer " + strconv.Itoa(n) + " to the severity question", where: onTriage, why: onLevelN(n),
			run: func(a *App) tea.Cmd { a.triage().choose(a, n); return nil }, move: true})
	}
	return out
}

func openAndWritable(a *App) string {
	if why := hasRoom(a); why != "" {
		return why
	}
	return writable(a)
}
