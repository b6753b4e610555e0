package ui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// boardKind tells the three lists of the board apart.
type boardKind int

const (
	boardProposal boardKind = iota
	boardHypothesis
	boardMitigation
	boardOption
)

// boardRow is one line of the board.
type boardRow struct {
	kind boardKind
	n    int
	sign string
	text string
	note string
	st   style
}

// boardRows lists what is being thought and decided: proposals that wait, what
// waits to be verified, options, hypotheses (ruled-out ones last, but there), and what is
// in place only for a while.
func (a *App) boardRows() []boardRow {
	if a.room == nil {
		return nil
	}
	th, inc := a.theme, a.room.inc
	var out []boardRow
	for _, d := range inc.Decisions {
		switch {
		case d.Pending():
			note := "objections?"
			if n := len(d.Objections); n > 0 {
				note = fmt.Sprintf("%d against", n)
			} else if left := d.Silence.Sub(a.now); left > 0 {
				note = "silence " + countdown(left)
			}
			out = append(out, boardRow{boardProposal, d.N, "?", d.Text, note, th.warn})
		case d.Unverified():
			out = append(out, boardRow{boardProposal, d.N, "…", d.Text, "did it work?", ""})
		}
	}
	for _, o := range inc.Options {
		if !o.Open() {
			continue
		}
		note := ""
		switch {
		case o.Risk != "":
			note = model.Brief("risk: "+o.Risk, 24)
		case o.Undo == model.NoUndo:
			note = "no way back"
		}
		out = append(out, boardRow{boardOption, o.N, "o", o.Text, model.Visible(note), ""})
	}
	for _, settled := range []bool{false, true} {
		for _, h := range inc.Hypotheses {
			if h.State == model.HypothesisConfirmed && !settled {
				out = append(out, boardRow{boardHypothesis, h.N, "✓", h.Text, h.State.String(), th.good})
			}
			if h.Unsettled() && !settled {
				out = append(out, boardRow{boardHypothesis, h.N, "h", h.Text, h.State.String(), th.accent})
			}
			if h.State == model.HypothesisRuledOut && settled {
				out = append(out, boardRow{boardHypothesis, h.N, "✗", h.Text, h.State.String(), th.dim})
			}
		}
	}
	for _, m := range inc.Mitigations {
		if !m.InPlace() {
			continue
		}
		note, st := "no end", th.warn
		if !m.Until.IsZero() {
			note, st = countdown(m.Until.Sub(a.now)), ""
			if m.Until.Before(a.now) {
				note, st = "overdue", th.badge
			}
		}
		text := m.Text
		if m.Owner != "" {
			text += " @" + m.Owner
		}
		out = append(out, boardRow{boardMitigation, m.N, "t", text, note, st})
	}
	return out
}

func (a *App) selectedBoard() (boardRow, bool) {
	rows := a.boardRows()
	if len(rows) == 0 {
		return boardRow{}, false
	}
	for _, r := range rows {
		if r.kind == a.room.board.kind && r.n == a.room.board.n {
			return r, true
		}
	}
	return rows[0], true
}

func boardMove(n int) func(*App) tea.Cmd {
	return func(a *App) tea.Cmd {
		rows := a.boardRows()
		sel, _ := a.selectedBoard()
		for i, r := range rows {
			if r.kind == sel.kind && r.n == sel.n {
				a.room.board = rows[min(max(i+n, 0), len(rows)-1)]
				break
			}
		}
		return nil
	}
}

func hasBoard(a *App) string {
	if _, ok := a.selectedBoard(); !ok {
		return "the board is empty: " + a.key("hypothesis") + " a hypothesis, " + a.key("propose") + " a proposal, " + a.key("temporary") + " something temporary"
	}
	return writable(a)
}

func (a *App) drawBoard(w, h int, focused bool) []string {
	th := a.theme
	out := []string{a.paneTitle(paneBoard, w, segs{{a.key("option") + " " + a.key("hypothesis") + " " + a.key("propose") + " " + a.key("temporary") + " add ", th.dim}})}
	rows := a.boardRows()
	if len(rows) == 0 && h > 1 {
		out = append(out, segs{{" nothing on the board yet", th.dim}}.fit(w))
	}
	sel, _ := a.selectedBoard()
	st := a.stackBoard(w, h-1)
	for i, n := range st.lines {
		r := rows[st.first+i]
		lead, note := r.parts(th, w)
		over := style("")
		if focused && r.kind == sel.kind && r.n == sel.n {
			over = th.selected
		}
		text := style("")
		if r.st == th.dim {
			text = th.dim
		}
		out = append(out, rowLines(w, n, lead, model.Visible(r.text), text, note, over)...)
	}
	return blank(out, w, h)
}

// parts are what stands before and behind the text of a row.
func (r boardRow) parts(th *theme, w int) (lead, note segs) {
	lead = segs{{" " + r.sign + " ", r.st}, {fmt.Sprintf("%d ", r.n), th.dim}}
	if r.note != "" {
		note = segs{{cut(r.note, max(13, w/3)) + " ", r.st}}
	}
	return lead, note
}

// stackBoard lays the rows of the board into h lines under the title.
func (a *App) stackBoard(w, h int) stacked {
	sel, _ := a.selectedBoard()
	at := slices.IndexFunc(a.boardRows(), func(r boardRow) bool { return r.kind == sel.kind && r.n == sel.n })
	return stack(a.boardLines(w), max(0, at), h)
}

// boardLines is how many lines each row of the board wants.
func (a *App) boardLines(w int) []int {
	rows := a.boardRows()
	need := make([]int, len(rows))
	for i, r := range rows {
		lead, note := r.parts(a.theme, w)
		need[i] = linesOf(w, lead, model.Visible(r.text), note)
	}
	return need
}

// actOnBoard does the obvious thing with the selected row.
func (a *App) actOnBoard() tea.Cmd {
	r, _ := a.selectedBoard()
	switch r.kind {
	case boardProposal:
		if d, _ := a.room.inc.Decision(r.n); d.Pending() {
			a.askDecide(r.n)
		} else {
			a.askWorked(r.n)
		}
	case boardOption:
		a.askChoice(r.n)
	case boardHypothesis:
		return a.askHypothesis(r.n)
	case boardMitigation:
		a.ask("Was it taken away? "+model.Brief(r.text, 50), []field{textField("note", "", "", "may be empty; enter says yes")},
			func(a *App, v []string) (model.Command, error) {
				return model.RemoveMitigation{N: r.n, Note: v[0]}, nil
			})
	}
	return nil
}

func (a *App) askNewHypothesis() {
	a.ask("What could be the cause?", []field{textField("hypothesis", "", "migration 0231 locks orders", "it stays on the board until it is confirmed or ruled out, and after")},
		func(a *App, v []string) (model.Command, error) { return model.StateHypothesis{Text: v[0]}, nil })
}

func (a *App) askHypothesis(n int) tea.Cmd {
	h, _ := a.room.inc.Hypothesis(n)
	var items []item
	for _, s := range model.HypothesisStates {
		it := item{text: s.String(), data: s}
		if s == h.State {
			it.why = "is so now"
		}
		items = append(items, it)
	}
	a.open(newPicker(model.Brief(h.Text, 60), items, func(a *App, it item) tea.Cmd {
		s := it.data.(model.HypothesisState)
		if s == model.HypothesisOpen || s == model.HypothesisTesting {
			return a.do(model.SetHypothesis{N: n, State: s}, "")
		}
		a.ask("Hypothesis "+s.String()+": what shows it?", []field{textField("evidence", "", "lag was there before the migration", "it is kept with the hypothesis")},
			func(a *App, v []string) (model.Command, error) {
				return model.SetHypothesis{N: n, State: s, Evidence: v[0]}, nil
			})
		return nil
	}))
	return nil
}

func (a *App) askPropose() {
	a.ask("Propose: any strong objections?", []field{
		textField("what", "", "fail over orders-db", "everybody sees it; silence is consent"),
		textField("risk", "", "30 s of failed writes", "what it may cost; may be empty"),
	}, func(a *App, v []string) (model.Command, error) {
		return model.Propose{Text: v[0], Risk: v[1]}, nil
	})
}

func (a *App) askObject() tea.Cmd {
	var items []item
	for _, d := range a.room.inc.Decisions {
		if d.Pending() {
			items = append(items, item{text: model.Brief(d.Text, 60), data: d.N})
		}
	}
	pick := func(n int) {
		a.ask("Object strongly", []field{textField("because", "", "the replica is behind: we would lose writes", "your name stands with it")},
			func(a *App, v []string) (model.Command, error) { return model.Object{N: n, Text: v[0]}, nil })
	}
	switch len(items) {
	case 0:
		a.say(warning, "no proposal waits for objections")
	case 1:
		pick(items[0].data.(int))
	default:
		a.open(newPicker("Object to what?", items, func(a *App, it item) tea.Cmd { pick(it.data.(int)); return nil }))
	}
	return nil
}

func (a *App) askDecide(n int) {
	d, _ := a.room.inc.Decision(n)
	help := "hearing no objection, we proceed"
	if k := len(d.Objections); k > 0 {
		help = "against: " + model.Brief(d.Objections[k-1].By+", "+d.Objections[k-1].Text, 100)
	}
	a.ask("Decide: "+model.Brief(d.Text, 60), []field{
		{label: "we do it", help: help, choices: []string{"go", "no"}},
		textField("who", "", "bob", "one person"),
		offerField("known in", "5m", "5m", "when we know whether it worked; empty: nobody will ask"),
		textField("how", "", "error rate below 1 %", "how we know"),
	}, func(a *App, v []string) (model.Command, error) {
		c := model.TakeDecision{N: n, Outcome: model.Outcome(v[0]), Executor: v[1], Verify: v[3]}
		if v[2] != "" && c.Outcome == model.OutcomeGo {
			in, ok := model.ParseSpan(strings.ToLower(v[2]))
			if !ok {
				return nil, model.Errorf(model.Invalid, "%q is no length of time: give for example 5m", v[2])
			}
			c.VerifyIn = in
		}
		return c, nil
	})
}

// askWorked asks whether a decision worked. If it did not, the size-up follows: what
// is known now, and which plan B there is.
func (a *App) askWorked(n int) {
	d, _ := a.room.inc.Decision(n)
	a.askThen("Did it work? "+model.Brief(d.Text, 60), []field{
		{label: "it worked", help: "if not, start again at the size-up", choices: []string{"yes", "no"}},
		textField("note", d.Verify, "", "what shows it"),
	}, func(a *App, v []string) (model.Command, error) {
		return model.VerifyDecision{N: n, Worked: v[0] == "yes", Note: v[1]}, nil
	}, func(a *App, r model.Receipt) tea.Cmd {
		for _, e := range r.Events {
			if b, ok := e.Body.(*model.DecisionVerified); ok && b.Worked == "no" {
				a.askSizeUp("It did not work: what do we know now?")
			}
		}
		return nil
	})
}

func (a *App) askTemporary() {
	a.ask("What is in place only for a while?", []field{
		textField("what", "", "imports throttled to 10 %", "it is listed again when the incident closes"),
		offerField("owner", a.cfg.Actor, "bob", "who takes it away"),
		offerField("for", "2h", "2h", "how long; empty: not said"),
	}, func(a *App, v []string) (model.Command, error) {
		c := model.AddMitigation{Text: v[0], Owner: v[1]}
		if v[2] != "" {
			d, ok := model.ParseSpan(strings.ToLower(v[2]))
			if !ok {
				return nil, model.Errorf(model.Invalid, "%q is no length of time: give for example 2h", v[2])
			}
			c.For = d
		}
		return c, nil
	})
}

func hasProposal(a *App) string {
	for _, d := range a.room.inc.Decisions {
		if d.Pending() {
			return writable(a)
		}
	}
	return "no proposal waits for objections"
}
