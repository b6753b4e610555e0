package ui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// Cards are what a commander asks for in the middle of it all: what changed, who
// does what, what do I say now.

var cardActions = []action{
	{id: "changes", keys: []string{"C"}, words: "What changed, and when?", where: inRoom | atIncident, why: hasRoom,
		run: func(a *App) tea.Cmd { return a.readChanges() }},
	{id: "crew", keys: []string{"W"}, words: "Name deputy, technical lead, communications and scribe at once", where: inRoom | atIncident, why: writable,
		run: func(a *App) tea.Cmd { a.askCrew(); return nil }},
	{id: "can", keys: []string{"N"}, words: "An expert's report: conditions, actions, needs", where: inRoom | atIncident, why: writable,
		run: func(a *App) tea.Cmd { a.askReport(); return nil }},
	{id: "say", keys: []string{"Y"}, words: "What do I say now? Words for every moment", where: inRoom | atIncident, why: hasRoom,
		run: func(a *App) tea.Cmd { a.showScripts(); return nil }},
}

// changesMsg brings the changes of the open incident.
type changesMsg struct {
	id      string
	entries []model.Entry
	err     error
}

// changesShown is how many changes the card reads: more than anybody can weigh.
const changesShown = 100

func (a *App) readChanges() tea.Cmd {
	id := a.room.inc.ID
	return a.read(func(ctx context.Context, s Store) tea.Msg {
		es, err := s.Timeline(ctx, id, model.Window{Back: true, Limit: changesShown, Kinds: []model.Kind{model.KindChange}})
		return changesMsg{id, es, err}
	})
}

// showChanges lists what changed, newest first, with the distance to the start of
// the impact: the obvious cause is what changed shortly before.
func (a *App) showChanges(m changesMsg) {
	if a.room == nil || a.room.inc.ID != m.id {
		return
	}
	if m.err != nil {
		a.say(failure, model.Message(m.err))
		return
	}
	slices.Reverse(m.entries)
	start, known := a.room.inc.At(model.ImpactStarted)
	a.open(&pager{name: "What changed", foot: "↑↓ scroll · esc back · change: … writes one", text: func(a *App, w int) []string {
		th := a.theme
		head := "start of the impact not known: " + a.key("describe") + " sets it"
		if known {
			head = "impact began " + a.stamp(start) + " " + a.zoneName()
		}
		out := []string{segs{{head, th.dim}}.fit(w)}
		for _, e := range m.entries {
			if e.Struck {
				continue
			}
			far, st := "", th.dim
			if known {
				far = distance(e.When.Sub(start))
				if d := start.Sub(e.When); d >= 0 && d <= suspicious {
					st = th.warn
				}
			}
			lead := segs{{a.stamp(e.When) + "  ", th.dim}, {pad(far, 22), st}}
			room := w - lead.width() - 14
			for k, l := range wrap(model.Visible(e.Line), room, 4) {
				who := model.Brief(e.Actor, 12)
				if k > 0 {
					lead, who = segs{{strings.Repeat(" ", lead.width()), ""}}, ""
				}
				out = append(out, spread(w, append(slices.Clone(lead), seg{l, ""}), segs{{who, th.dim}}))
			}
		}
		if len(m.entries) == 0 {
			out = append(out, segs{{"no change is written down: ask everybody, and write each as change: …", th.warn}}.fit(w))
		}
		return out
	}})
}

// suspicious is how long before the impact a change is marked.
const suspicious = time.Hour

// distance is how far from the start of the impact something lies.
func distance(d time.Duration) string {
	switch {
	case d < 0:
		return model.Span(-d) + " before"
	case d == 0:
		return "at the same time"
	}
	return model.Span(d) + " after"
}

// askCrew gives the roles around the commander in one form.
func (a *App) askCrew() {
	inc := a.room.inc
	row := func(label string, r model.Role) field {
		return textField(label, model.Visible(inc.Holder(r)), "nobody", "a name; empty leaves it · the line is posted and can be copied")
	}
	a.open(newForm("Who does what", []field{
		row("deputy", model.Deputy), row("technical lead", model.TechnicalLead), row("communications", model.CommsLead), row("scribe", model.Scribe),
	}, func(a *App, v []string) (tea.Cmd, error) {
		c := model.Staff{Deputy: v[0], TechnicalLead: v[1], CommsLead: v[2], Scribe: v[3]}
		return a.send(job{incident: inc.ID, request: model.Request{Command: c}, form: a.topForm(), then: func(a *App, r model.Receipt) tea.Cmd {
			line := model.StaffLine(r.Incident.Holder)
			a.say(info, "posted, and sent to the clipboard")
			return tea.SetClipboard(model.Visible(line))
		}}), nil
	}))
}

// askReport takes an expert's report about a service.
func (a *App) askReport() {
	first := ""
	if s := a.room.inc.Services; len(s) > 0 {
		first = model.Visible(s[0])
	}
	a.ask("Report: three sentences", []field{
		offerField("service", first, "which one", ""),
		textField("conditions", "", "how is it now?", "what is seen, in one line"),
		textField("actions", "", "what is being done?", ""),
		textField("needs", "", "what is needed? nothing is an answer", "a need stands out in the timeline"),
	}, func(a *App, v []string) (model.Command, error) {
		return model.Report{Service: v[0], Conditions: v[1], Actions: v[2], Needs: v[3]}, nil
	})
}

// showScripts offers words for the moment; enter copies them.
func (a *App) showScripts() {
	a.open(&pager{name: "What do I say?", foot: "↑↓ scroll · esc back", text: func(a *App, w int) []string {
		th := a.theme
		var out []string
		for _, s := range a.room.inc.Scripts(a.cfg.Actor, a.cfg.Rules, a.now) {
			mark, st := "  ", th.dim
			if s.Due {
				mark, st = "▸ ", th.accent
			}
			out = append(out, segs{{mark + s.When, st}}.fit(w))
			for _, l := range wrap(model.Visible(s.Say), w-4, 6) {
				out = append(out, segs{{"    " + l, ""}}.fit(w))
			}
			out = append(out, strings.Repeat(" ", w))
		}
		return out
	}})
}

// outsider warns when somebody logs a change who is neither the technical lead
// nor has an order to: in an incident one person decides what is changed.
func (a *App) outsider(events []model.Event) {
	if a.room == nil {
		return
	}
	inc := a.room.inc
	tl := inc.Holder(model.TechnicalLead)
	for _, e := range events {
		if e.Kind != model.KindChange || e.Incident != inc.ID || tl == "" || model.SamePerson(e.Actor, tl) {
			continue
		}
		if slices.ContainsFunc(inc.Orders, func(o model.Order) bool { return o.Pending() && model.SamePerson(o.Person, e.Actor) }) {
			continue
		}
		a.say(warning, fmt.Sprintf("a change by somebody who has no order: does %s know?", model.Brief(tl, 20)))
		return
	}
}
