package ui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/outbox"
)

// outboxPane is the queue of what leaves the room, over whatever screen it was
// called from.
type outboxPane struct {
	n      int64 // the selected message, by its number
	at     int   // its row when last seen, for when it is gone
	all    bool  // also what has left
	call   bool  // the call that waits for a yes is selected as soon as it is there
	drifts []outbox.Drift
	asking bool // the vendors are being asked
	w      int  // cells of the pane when last drawn
}

func (p *outboxPane) title() string { return "What leaves the room" }
func (p *outboxPane) wide() bool    { return true }
func (p *outboxPane) keys() string {
	if p.w < 90 {
		return "enter yes · e edit · r retry · y copy · h hand · d drop · t all · f sent"
	}
	return "enter yes · e edit · r retry · y copy · h by hand · d drop · t all tools · c compare · f all · esc"
}

// selected finds the message that keys act on.
func (p *outboxPane) selected(a *App) (outbox.Message, bool) {
	rows := a.outboxRows(p.all)
	if len(rows) == 0 {
		return outbox.Message{}, false
	}
	for i, m := range rows {
		if p.call && m.State == outbox.Drafted && m.Content.Kind == model.KindRunEscalated {
			p.call, p.n = false, m.N
		}
		if m.N == p.n && !p.call {
			p.at = i
			return m, true
		}
	}
	p.at = min(p.at, len(rows)-1)
	p.n = rows[p.at].N
	return rows[p.at], true
}

func (p *outboxPane) move(a *App, by int) {
	rows := a.outboxRows(p.all)
	if _, ok := p.selected(a); ok {
		p.at = min(max(p.at+by, 0), len(rows)-1)
		p.n = rows[p.at].N
	}
}

func (p *outboxPane) update(a *App, msg tea.Msg) (bool, tea.Cmd) {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return false, nil
	}
	p.call = false
	switch k.String() {
	case "up", "k":
		p.move(a, -1)
	case "down", "j":
		p.move(a, 1)
	case "pgup", "ctrl+u":
		p.move(a, -8)
	case "pgdown", "ctrl+d":
		p.move(a, 8)
	case "home", "g":
		p.move(a, -1<<30)
	case "end", "G":
		p.move(a, 1<<30)
	case "f":
		p.all = !p.all
	case "q", "Q":
		return true, nil
	case "t":
		return false, a.askTrigger()
	case "c":
		return false, a.compareOutside(p)
	case "enter", "a", "e", "r", "y", "h", "d":
		m, ok := p.selected(a)
		if !ok {
			a.say(info, "nothing is on its way")
			return false, nil
		}
		return false, a.onMessage(m, k.String())
	}
	return false, nil
}

func (p *outboxPane) view(a *App, w, h int) ([]string, *tea.Cursor) {
	p.w = w
	th := a.theme
	out := []string{a.outboxStrip(w)}
	if why := a.cfg.Outside.Deaf(); why != "" {
		out = append(out, segs{{"Heard    ", th.dim}, {"✗ " + model.Visible(why), th.warn}}.fit(w))
	}
	out = append(out, strings.Repeat(" ", w))
	rows := a.outboxRows(p.all)
	m, ok := p.selected(a)
	switch {
	case !a.out.read && a.out.err == nil:
		return append(out, segs{{"reading …", th.dim}}.fit(w)), nil
	case !ok:
		note := "Nothing is on its way."
		if !p.all && len(a.out.rows) > 0 {
			note += " f shows what has left."
		}
		out = append(out, segs{{note, th.dim}}.fit(w))
		return append(out, p.driftLines(a, w)...), nil
	}
	detail := p.detail(a, m, w, max(4, h/2-2))
	room := max(3, h-len(out)-len(detail)-1)
	if room > len(rows) {
		room = len(rows)
	}
	from := max(0, min(p.at-room/2, len(rows)-room))
	for i := from; i < from+room; i++ {
		out = append(out, a.messageLine(rows[i], w, rows[i].N == m.N))
	}
	out = append(out, segs{{strings.Repeat("─", w), th.rule}}.fit(w))
	out = append(out, detail...)
	if rest := h - len(out); rest > 1 {
		lines := p.driftLines(a, w)
		out = append(out, lines[:min(len(lines), rest)]...)
	}
	return out[:min(len(out), h)], nil
}

// messageLine is a message as one row.
func (a *App) messageLine(m outbox.Message, w int, selected bool) string {
	th := a.theme
	sign, st := th.stateLook(m.State)
	mark := "  "
	if selected {
		mark = "› "
	}
	say := model.Visible(m.Say())
	if m.Public && !strings.HasPrefix(say, "publish") {
		say += ", public"
	}
	left := segs{{mark, th.accent}, {padLeft(fmt.Sprint(m.N), 4) + " ", th.dim}, {sign + " " + pad(m.State.Words(), 9), st}, {pad(say, min(40, max(20, w/2-8))), ""}}
	why := m.Why(a.out.gates[m.Target], a.out.behind[m.N], a.now)
	if m.State.Pending() && a.out.gates[m.Target].Paused == "" {
		if no := a.cfg.Outside.Unable()[m.Target]; no != "" {
			why = "waits for a room that has the credentials: " + no
		}
	}
	if t := strings.TrimSpace(m.Content.Text); t != "" && (m.Action == outbox.Post || m.Action == outbox.Close) {
		if why != "" {
			why += " · "
		}
		why += model.Brief(t, 120)
	}
	left.add(th.dim, "  "+model.Visible(why))
	if selected {
		return left.bare().over(th.selected).fill(w, th.selected)
	}
	return left.fit(w)
}

// detail is all of the selected message that fits into n lines.
func (p *outboxPane) detail(a *App, m outbox.Message, w, n int) []string {
	th := a.theme
	var out []string
	facts := m.Facts(a.now)
	gate := a.out.gates[m.Target]
	if why := m.Why(gate, a.out.behind[m.N], a.now); why != "" {
		facts[0] = fmt.Sprintf("%s · %s · %s", m.Incident, m.State.Words(), why)
	}
	for i, f := range facts {
		st := th.dim
		if i == 0 && (m.State == outbox.Held || m.State == outbox.Failed) {
			st = th.alarm
		} else if i == 1 && (m.Public || m.Content.Notify) {
			st = th.warn
		}
		for _, l := range wrap(model.Visible(f), w, 3) {
			out = append(out, segs{{l, st}}.fit(w))
		}
	}
	if t := strings.TrimSpace(m.Content.Text); t != "" {
		for _, para := range model.VisibleLines(t) {
			for _, l := range wrap(para, w-2, 6) {
				out = append(out, segs{{"│ ", th.accent}, {l, ""}}.fit(w))
			}
		}
	}
	if len(out) > n {
		out = append(out[:n-1], segs{{"│ …", th.dim}}.fit(w))
	}
	return out
}

// driftLines are what the vendors say beside what the incident says.
func (p *outboxPane) driftLines(a *App, w int) []string {
	th := a.theme
	if p.asking {
		return []string{segs{{"asking the vendors …", th.dim}}.fit(w)}
	}
	var out []string
	for i, d := range p.drifts {
		if i == 0 {
			out = append(out, strings.Repeat(" ", w))
		}
		sign, st := "=", th.good
		switch {
		case d.Differs:
			sign, st = "≠", th.alarm
		case !d.Found.Known:
			sign, st = "?", th.dim
		}
		name := d.Outlet.Target
		if d.Outlet.Key != "" && d.Outlet.Key != d.Outlet.ID {
			name += " " + d.Outlet.Key
		}
		out = append(out, segs{{sign + " ", st}, {pad(model.Visible(name), 34) + "  ", ""}, {model.Visible(d.Say()), st}}.fit(w))
	}
	return out
}
