package ui

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// bookGate offers what can be done at the recovery gate now.
func (a *App) bookGate() tea.Cmd {
	d, r, inc := a.books(), a.runner(), a.room.inc
	of := d.of
	run := func(text string, f func(ctx context.Context) error) func(*App) tea.Cmd {
		base := a.ctx
		return func(a *App) tea.Cmd {
			return func() tea.Msg {
				ctx, cancel := context.WithTimeout(base, 2*time.Minute)
				defer cancel()
				return bookSaidMsg{text, f(ctx)}
			}
		}
	}
	var items []item
	add := func(text, note, why string, f func(*App) tea.Cmd) {
		items = append(items, item{text: text, note: note, why: why, data: f})
	}
	if g := inc.Gate; g != nil {
		state := g.State(a.now)
		why := ""
		if state != model.GateReady {
			why = model.Brief(g.Missing(a.now), 60)
		}
		add("Yes, it is over: "+model.Brief(g.Ask, 70), "", why, func(a *App) tea.Cmd { return a.do(model.ConfirmGate{}, "recovery is confirmed") })
		add("Look at the checks now", "", "", run("", func(ctx context.Context) error { _, err := r.SampleGate(ctx, of); return err }))
		over := ""
		if !model.SamePerson(inc.Commander(), a.cfg.Actor) {
			over = "only the commander may"
		}
		add("Override the gate, with a reason", "", over, func(a *App) tea.Cmd {
			a.ask("Override the recovery gate", []field{textField("why", "", "the check itself is broken", "the reason is logged")}, func(a *App, v []string) (model.Command, error) {
				return model.OverrideGate{Reason: v[0]}, nil
			})
			return nil
		})
	}
	seen := map[string]bool{}
	for _, ru := range inc.Runs {
		id, _ := strings.CutSuffix(ru.Book, "#undo")
		if !ru.Rollback && !seen[id] {
			seen[id] = true
			add("Exit criteria: those of "+model.Visible(id), "", "", run("the exit criteria are set", func(ctx context.Context) error { return r.SetGate(ctx, of, id) }))
		}
	}
	add("Exit criteria: only a person's yes", "", "", func(a *App) tea.Cmd {
		a.ask("How is it known that it is over?", []field{textField("when", "", "customers check out again, for ten minutes", "a person confirms this before resolved")}, func(a *App, v []string) (model.Command, error) {
			return model.SetGate{Ask: v[0]}, nil
		})
		return nil
	})
	name := "Recovery gate"
	if inc.Gate != nil {
		name += ": " + string(inc.Gate.State(a.now))
	}
	a.open(newPicker(name, items, func(a *App, it item) tea.Cmd { return it.data.(func(*App) tea.Cmd)(a) }))
	return nil
}

func gateLines(a *App, w int) []string {
	th, g := a.theme, a.room.inc.Gate
	if g == nil {
		return nil
	}
	var out []string
	for _, c := range g.Checks {
		st := th.dim
		switch {
		case c.Last == model.CheckFailed:
			st = th.alarm
		case c.Last == model.CheckInconclusive:
			st = th.warn
		case c.IsGreen():
			st = th.good
		}
		note := fmt.Sprintf("%d of %d ", min(c.Green, c.Need), c.Need)
		if c.Last == model.CheckInconclusive {
			note = "no data " + note
		}
		out = append(out, spread(w, segs{{" " + model.Visible(c.Name), ""}}, segs{{note, st}}))
	}
	state := g.State(a.now)
	st := th.dim
	switch state {
	case model.GateReady:
		st = th.warn
	case model.GateOpen:
		st = th.good
	case model.GateFailed, model.GateOverride:
		st = th.alarm
	}
	word := string(state)
	if state == model.GateSoaking {
		word = "soak " + countdown(g.SoakEnd().Sub(a.now))
	}
	if state == model.GateReady {
		word = "a person confirms: " + a.key("book.gate")
	}
	return append(out, segs{{" " + word, st}}.fit(w))
}
