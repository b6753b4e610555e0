package ui

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/alert"
	"warroom/model/play"
)

// alertsDesk is the screen of alerts: what monitoring tells, grouped, with what
// one can do about it; and what the rules did to people.
type alertsDesk struct {
	groups   []alert.Group
	sel      int64 // the line's number: the selection sticks to it
	only     alertFilter
	silences []alert.Silence
	loaded   bool
	err      error
	reading  bool
	dirty    bool // something changed while a reading was under way

	here    []alert.Group // lines that are part of the open incident, for its Room
	hereOf  string        // that incident
	hereSel int64         // the line that is selected there

	detail alertDetail // of the selected line, as last read
	asked  int64       // whose detail is being read

	known int64 // the newest line seen, to tell of new ones
	tired fatigue
}

// alertDetail is what is read of one line only.
type alertDetail struct {
	n     int64
	items []alert.Item
	acts  []alert.Deed
	books []play.Card // runbooks that fit, the best first
	err   error
}

// alertFilter says which lines are listed.
type alertFilter int

const (
	alertsOpen alertFilter = iota
	alertsHere             // of the open incident
	alertsAll
	alertFilters
)

func (f alertFilter) String() string { return [...]string{"open", "of this incident", "all"}[f] }

const (
	alertLimit = 500 // lines that are listed
	itemLimit  = 200 // alerts of a line that are read for its detail
)

// inboxMsg brings the lines of the inbox.
type inboxMsg struct {
	only     alertFilter
	groups   []alert.Group
	silences []alert.Silence
	of       string        // the open incident
	here     []alert.Group // its lines
	err      error
}

// alertMsg brings the detail of one line.
type alertMsg alertDetail

// alertDoneMsg says how something done to the inbox has ended.
type alertDoneMsg struct {
	said string
	form *form
	err  error
}

func newAlertsDesk() *alertsDesk { return &alertsDesk{tired: fatigue{days: 7}} }

func (d *alertsDesk) open(a *App) tea.Cmd {
	if d.tired.shown {
		return tea.Batch(d.refresh(a), d.weigh(a))
	}
	return tea.Batch(d.refresh(a), d.look(a))
}

func (d *alertsDesk) news(a *App, events []model.Event) tea.Cmd {
	if events != nil { // what concerns alerts comes by way of inbox
		return nil
	}
	return d.inbox(a)
}

func (d *alertsDesk) inbox(a *App) tea.Cmd {
	if d.tired.shown && a.screen == screenAlerts {
		return tea.Batch(d.refresh(a), d.weigh(a))
	}
	return d.refresh(a)
}

// ask makes a reading of the inbox that ends in one message.
func (a *App) askInbox(f func(context.Context, Inbox) tea.Msg) tea.Cmd {
	in, base, limit := a.cfg.Inbox, a.ctx, a.limit
	if in == nil {
		return nil
	}
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(base, limit)
		defer cancel()
		return f(ctx, in)
	}
}

// refresh reads the lines anew; while one reading is under way the next waits for
// it, so that a storm costs one reading at a time.
func (d *alertsDesk) refresh(a *App) tea.Cmd {
	if a.cfg.Inbox == nil {
		return nil
	}
	if d.reading {
		d.dirty = true
		return nil
	}
	d.reading, d.dirty = true, false
	only, now := d.only, a.now
	f := alert.Filter{Limit: alertLimit, All: only == alertsAll}
	if only == alertsHere && a.room != nil {
		f.Incident = a.room.inc.ID
	}
	of := ""
	if a.room != nil {
		of = a.room.inc.ID
	}
	return a.askInbox(func(ctx context.Context, in Inbox) tea.Msg {
		m := inboxMsg{only: only, of: of}
		if m.groups, m.err = in.AlertGroups(ctx, f); m.err == nil {
			m.silences, m.err = in.Silences(ctx, now)
		}
		if of != "" && m.err == nil {
			m.here, m.err = in.AlertGroups(ctx, alert.Filter{Incident: of, Limit: alertLimit})
		}
		return m
	})
}

// look reads the detail of the selected line.
func (d *alertsDesk) look(a *App) tea.Cmd {
	g, ok := d.selected(a)
	if !ok || d.asked != 0 || a.screen != screenAlerts && !a.onAlertPane() {
		return nil
	}
	d.asked = g.N
	r := a.runner()
	return a.askInbox(func(ctx context.Context, in Inbox) tea.Msg {
		m := alertMsg{n: g.N}
		if m.items, m.err = in.AlertItems(ctx, alert.Pick{Group: g.N, Limit: itemLimit}); m.err == nil {
			m.acts, m.err = in.AlertActs(ctx, g.N)
		}
		if r != nil && m.err == nil {
			m.books = r.Fitting(alert.Bare(m.items))
		}
		return m
	})
}

func (d *alertsDesk) take(a *App, msg tea.Msg) (tea.Cmd, bool) {
	switch m := msg.(type) {
	case inboxMsg:
		return d.listed(a, m), true
	case alertMsg:
		d.asked = 0
		d.detail = alertDetail(m)
		if g, ok := d.selected(a); ok && m.n != g.N {
			return d.look(a), true
		}
		return nil, true
	case alertDoneMsg:
		if m.form != nil && m.form.answered(m.err) {
			a.dialogs = without(a.dialogs, m.form)
		}
		switch {
		case m.err != nil && m.form == nil:
			a.say(failure, model.Message(m.err))
		case m.err == nil && m.said != "":
			a.say(info, m.said)
		}
		return tea.Batch(d.refresh(a), d.look(a)), true
	case fatigueMsg:
		return d.tired.weighed(a, d, m), true
	}
	return nil, false
}

func (d *alertsDesk) listed(a *App, m inboxMsg) tea.Cmd {
	d.reading = false
	if m.err == nil {
		d.here, d.hereOf = m.here, m.of
		sortAlerts(d.here, a.now)
		a.resize() // the Room may have a pane more or less
	}
	if a.room != nil && m.of != a.room.inc.ID { // another incident was opened meanwhile
		d.dirty = true
	}
	if m.only == d.only {
		if d.err = m.err; m.err == nil {
			d.groups, d.silences = m.groups, m.silences
			sortAlerts(d.groups, a.now)
			d.tell(a)
			d.loaded = true
		}
	}
	if d.index() < 0 && len(d.groups) > 0 {
		d.sel = d.groups[0].N
	}
	var again tea.Cmd
	if d.dirty {
		again = d.refresh(a)
	}
	return tea.Batch(again, d.look(a))
}

// tell says that a new line wants somebody, unless one is looking at it. Lines
// that were there at the start are no news.
func (d *alertsDesk) tell(a *App) {
	newest := d.known
	for _, g := range d.groups {
		if g.N > d.known && d.loaded && g.Loud(a.now) > 0 && (g.Severity.Major() || g.Severity == 0) && a.screen != screenAlerts {
			a.say(warning, "alert: "+g.Severity.String()+" "+model.Brief(g.Line(), 80)+" · "+a.key("desk.4")+" shows it")
		}
		newest = max(newest, g.N)
	}
	d.known = newest
}

// sortAlerts puts what wants somebody first, the worst in front, and after it
// what is looked after, what is silenced, and what has ended.
func sortAlerts(list []alert.Group, now time.Time) {
	rank := func(g alert.Group) int {
		if g.Noise != "" {
			return 5
		}
		switch g.State(now) {
		case alert.Firing:
			return 0
		case alert.Acknowledged:
			return 1
		case alert.Suppressed:
			return 2
		}
		return 3
	}
	sev := func(g alert.Group) int { // unknown may be anything: before what is known to be mild
		if !g.Severity.Valid() {
			return 25
		}
		return int(g.Severity) * 10
	}
	slices.SortStableFunc(list, func(x, y alert.Group) int {
		if r := rank(x) - rank(y); r != 0 {
			return r
		}
		if rank(x) < 2 {
			if s := sev(x) - sev(y); s != 0 {
				return s
			}
		}
		return y.Newest.Compare(x.Newest)
	})
}

func (d *alertsDesk) index() int {
	return slices.IndexFunc(d.groups, func(g alert.Group) bool { return g.N == d.sel })
}

// selected is the line that keys act on: of the screen, or of the Room's pane.
func (d *alertsDesk) selected(a *App) (alert.Group, bool) {
	if a.onAlertPane() {
		if i := d.hereIndex(); i < len(d.here) {
			return d.here[i], true
		}
		return alert.Group{}, false
	}
	if i := d.index(); i >= 0 {
		return d.groups[i], true
	}
	return alert.Group{}, false
}

// loud counts the lines that want somebody.
func (d *alertsDesk) loud(now time.Time) int {
	n := 0
	for _, g := range d.groups {
		if g.Noise == "" && g.Loud(now) > 0 {
			n++
		}
	}
	return n
}

func (d *alertsDesk) tag(a *App) (string, style) {
	n := d.loud(a.now)
	if n == 0 {
		return "", ""
	}
	return number(n), a.theme.alarm
}

func (d *alertsDesk) wheel(a *App, _, _, n int) tea.Cmd { return d.move(a, n) }

func (d *alertsDesk) click(a *App, x, y int, double bool) tea.Cmd {
	if d.tired.shown || y == 0 {
		return nil
	}
	b := a.lay.body
	wide, rows := alertShape(b.Dx(), b.Dy())
	i := d.top(rows) + y - 1
	if i < 0 || i >= len(d.groups) || wide > 0 && x >= wide || y-1 >= rows {
		return nil
	}
	d.sel = d.groups[i].N
	if double {
		d.full(a)
	}
	return d.look(a)
}

func (d *alertsDesk) move(a *App, n int) tea.Cmd {
	if a.onAlertPane() {
		if len(d.here) > 0 {
			d.hereSel = d.here[min(max(d.hereIndex()+n, 0), len(d.here)-1)].N
		}
		return d.look(a)
	}
	if d.tired.shown {
		d.tired.top = max(0, d.tired.top+n)
		return nil
	}
	if len(d.groups) == 0 {
		return nil
	}
	d.sel = d.groups[min(max(d.index()+n, 0), len(d.groups)-1)].N
	return d.look(a)
}
