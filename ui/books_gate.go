package ui

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/play"
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
		id, _ := play.BookOf(ru.Book)
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

// gateLines are the checks of the gate with how far each has come, and where the
// gate as a whole stands.
func gateLines(a *App, w int) []string {
	th, g := a.theme, a.room.inc.Gate
	if g == nil {
		return nil
	}
	var out []string
	for _, c := range g.Checks {
		sign, st, note := checkWord(th, c)
		name := model.Visible(c.Name)
		if 3+width(name)+2+width(note) < w { // a name that fits without it is worth more than a margin
			note += " "
		}
		out = append(out, spread(w, segs{{" " + sign + " ", st}, {name, ""}}, segs{{note, st}}))
		why := ""
		if c.Last != model.CheckOK {
			why = model.Visible(strings.TrimRight(c.Value, ": "))
		}
		if c.Flaps > 0 && !c.IsGreen() {
			why = strings.TrimPrefix(why+" · row broke "+times(c.Flaps), " · ")
		}
		if why != "" {
			for _, l := range wrap(why, w-4, 2) {
				out = append(out, segs{{"   ", ""}, {l, th.dim}}.fit(w))
			}
		}
	}
	word, st := gateWord(a, g)
	for _, l := range wrap(word, w-2, 3) {
		out = append(out, segs{{" ", ""}, {l, st}}.fit(w))
	}
	return out
}

// checkWord says how far a check is, by a glyph and in words.
func checkWord(th *theme, c model.GateCheck) (sign string, st style, note string) {
	note = fmt.Sprintf("%d of %d", min(c.Green, c.Need), c.Need)
	switch {
	case c.Last == model.CheckFailed:
		return "✗", th.alarm, note
	case c.Last == model.CheckInconclusive:
		return "?", th.warn, "no data " + note
	case c.IsGreen():
		return "✓", th.good, note
	}
	return "·", th.dim, note
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// gateBrief is the gate in one line: of checks that are not green, the first.
func gateBrief(a *App, g *model.Gate) segs {
	word, st := gateWord(a, g)
	out := segs{{word, st}}
	if g.State(a.now) == model.GateWaiting {
		for _, c := range g.Checks {
			if !c.IsGreen() {
				sign, st, note := checkWord(a.theme, c)
				return append(out, seg{" " + sign + " ", st}, seg{model.Visible(c.Name) + " " + note, ""})
			}
		}
	}
	return out
}

// gateWord says where the gate stands, and what is next.
func gateWord(a *App, g *model.Gate) (string, style) {
	th := a.theme
	switch state := g.State(a.now); state {
	case model.GateSoaking:
		return "soak " + countdown(g.SoakEnd().Sub(a.now)), th.dim
	case model.GateReady:
		return "a person confirms: " + a.key("book.gate"), th.warn
	case model.GateOpen:
		return "passed: " + model.Visible(g.Confirmed) + " said yes", th.good
	case model.GateOverride:
		return "overridden by " + model.Visible(g.Overridden) + ": " + model.Visible(g.Reason), th.alarm
	case model.GateFailed:
		return "failed too often: " + a.key("book.gate") + " begins anew", th.alarm
	default:
		for _, c := range g.Checks {
			if !g.GreenSince.IsZero() && c.Unseen(a.now) {
				return "nobody has looked for " + model.Span(a.now.Sub(c.LastAt)) + ": " + a.key("book.gate"), th.warn
			}
		}
		return string(state), th.dim
	}
}
