package ui

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// stamp writes a moment for a list: the time of day, with the date if it is not
// today's.
func (a *App) stamp(t time.Time) string {
	t = t.In(a.zone)
	if sameDay(t, a.now.In(a.zone)) {
		return t.Format("15:04:05")
	}
	return t.Format("2006-01-02 15:04")
}

func sameDay(t, u time.Time) bool {
	y1, m1, d1 := t.Date()
	y2, m2, d2 := u.Date()
	return d1 == d2 && m1 == m2 && y1 == y2
}

// historyMsg brings an entry with everything that was done to it.
type historyMsg struct {
	events []model.Event
	err    error
}

// detail reads the selected entry's history and shows it.
func (a *App) detail() tea.Cmd {
	e, _ := a.room.tl.selected()
	id, seq := a.room.inc.ID, e.Seq
	return a.read(func(ctx context.Context, s Store) tea.Msg {
		events, err := s.History(ctx, id, seq)
		return historyMsg{events, err}
	})
}

func (a *App) showHistory(m historyMsg) {
	if m.err != nil || len(m.events) == 0 {
		a.say(failure, "the entry could not be read: "+model.Message(m.err))
		return
	}
	first := m.events[0]
	en := model.NewEntry(first)
	for _, e := range m.events[1:] {
		if am, ok := e.Body.(*model.Amendment); ok {
			en.Amend(am)
		}
	}
	foot := "↑↓ scroll · e edit · y copy · esc back"
	linked := address.MatchString(en.Line)
	if linked {
		foot = "↑↓ scroll · o open the address · e edit · y copy · esc back"
	}
	a.open(&pager{
		name: fmt.Sprintf("Entry #%d · %s", first.Seq, first.Kind),
		foot: foot,
		text: func(a *App, w int) []string { return a.historyLines(en, m.events, w) },
		key: func(a *App, key string) (bool, tea.Cmd) {
			switch key {
			case "e":
				if why := writable(a); why != "" {
					a.say(warning, why)
					return false, nil
				}
				a.askAmend()
				return true, nil
			case "y":
				return false, a.copyEntry()
			case "o":
				if linked {
					return false, a.openIn(en.Line)
				}
			}
			return false, nil
		},
	})
}

func (a *App) historyLines(en model.Entry, events []model.Event, w int) []string {
	th := a.theme
	var out []string
	row := func(name, value string) {
		out = append(out, segs{{pad(name, 12), th.dim}, {value, ""}}.fit(w))
	}
	text := func(s string, st style) {
		for _, l := range model.VisibleLines(s) {
			for _, r := range wrap(l, w, 1<<16) {
				out = append(out, segs{{r, st}}.fit(w))
			}
			if l == "" {
				out = append(out, strings.Repeat(" ", w))
			}
		}
	}
	full := func(t time.Time) string { return t.In(a.zone).Format("Mon 2006-01-02 15:04:05.000 ") + a.zoneName() }
	text(en.Line, th.strong)
	out = append(out, strings.Repeat(" ", w))
	row("happened", full(en.When))
	row("written", full(en.Recorded)+"  by "+model.Visible(en.Actor))
	if en.Struck {
		row("state", "taken back")
	}
	row("hash", en.Hash.String()[:32]+"…")
	if len(events) > 1 {
		out = append(out, strings.Repeat(" ", w), segs{{"History", th.strong}}.fit(w))
		text(full(en.At)+"  "+model.Visible(en.Actor), th.dim)
		text(en.Text(), "")
		for _, e := range events[1:] {
			text(full(e.Recorded)+"  "+model.Visible(e.Actor), th.dim)
			text(e.Text(), "")
		}
	}
	return out
}

func (a *App) showMessages() {
	a.open(&pager{name: "Messages", text: func(a *App, w int) []string {
		var out []string
		for i := len(a.said) - 1; i >= 0; i-- {
			m := a.said[i]
			st := style("")
			if m.kind == failure {
				st = a.theme.alarm
			}
			out = append(out, segs{{a.stamp(m.until) + "  ", a.theme.dim}, {m.text, st}}.fit(w))
		}
		if len(out) == 0 {
			out = append(out, segs{{"no messages yet", a.theme.dim}}.fit(w))
		}
		return out
	}})
}

// searchMsg brings what a search found.
type searchMsg struct {
	query string
	hits  []model.Hit
	err   error
}

const searchHits = 50

// search opens a list that follows what is typed.
func (a *App) search() tea.Cmd {
	p := newPicker("Search titles and entries", nil, func(a *App, it item) tea.Cmd {
		h := it.data.(model.Hit)
		return a.enter(h.Incident, h.Seq)
	})
	p.input.Placeholder = "words, the last one may be unfinished"
	p.foot = "↑↓ move · enter go there · esc back"
	p.changed = func(a *App, q string) tea.Cmd {
		if strings.TrimSpace(q) == "" {
			p.items = nil
			p.filter()
			return nil
		}
		return a.read(func(ctx context.Context, s Store) tea.Msg {
			hits, err := s.Search(ctx, q, searchHits)
			return searchMsg{q, hits, err}
		})
	}
	a.open(p)
	return nil
}

// searched takes hits, unless something else has been typed since.
func (a *App) searched(m searchMsg) {
	if len(a.dialogs) == 0 {
		return
	}
	p, ok := a.dialogs[len(a.dialogs)-1].(*picker)
	if !ok || p.changed == nil || p.input.Value() != m.query {
		return
	}
	if m.err != nil {
		a.say(failure, model.Message(m.err))
		return
	}
	p.items = nil
	for _, h := range m.hits {
		p.items = append(p.items, item{
			text: a.stamp(h.When) + "  " + model.Visible(h.Line), note: model.Brief(h.Title, 24), data: h,
		})
	}
	p.filter()
}
