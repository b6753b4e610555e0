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

// incidents is the list of all incidents. The selection sticks to an incident by
// its id, whatever is declared meanwhile.
type incidents struct {
	rows    []model.Summary
	sel     string
	only    listFilter
	loaded  bool
	empty   bool // the record holds no incident yet
	reading bool
	dirty   bool              // something changed while a reading was under way
	items   []model.ActionRow // action items that are due within a week, or were
	reviews map[string]reviewState
	err     error
}

// reviewState is when the postmortem of an incident is due, as of an event.
type reviewState struct {
	seq   int64
	due   time.Time // zero: it is not asked for, or has come to its end
	owner string
}

type listFilter int

const (
	listOpen listFilter = iota
	listAll
	listMajor
	listFilters
)

func (f listFilter) String() string {
	return [...]string{"open", "all", "major"}[f]
}

func (f listFilter) filter() model.Filter {
	switch f {
	case listOpen:
		return model.Filter{Open: true, Limit: listLimit}
	case listMajor:
		return model.Filter{MaxSev: 2, Limit: listLimit}
	}
	return model.Filter{Limit: listLimit}
}

// listLimit is how many incidents the list reads; older ones are found by search.
const listLimit = 500

// listMsg brings the list.
type listMsg struct {
	only  listFilter
	rows  []model.Summary
	empty bool // there is no incident at all
	items []model.ActionRow
	late  map[string]reviewState
	err   error
}

func newIncidents() incidents { return incidents{} }

// refreshList reads the list anew; while one reading is under way, the next waits
// for it, so that a storm of changes costs one reading at a time.
func (a *App) refreshList() tea.Cmd {
	if a.list.reading {
		a.list.dirty = true
		return nil
	}
	a.list.reading, a.list.dirty = true, false
	only, week := a.list.only, model.DateOf(a.now.AddDate(0, 0, 8))
	known, rules := a.list.reviews, a.cfg.Rules
	return a.read(func(ctx context.Context, s Store) tea.Msg {
		m := listMsg{only: only}
		if m.rows, m.err = s.List(ctx, only.filter()); m.err == nil && len(m.rows) == 0 {
			any, err := s.List(ctx, model.Filter{Limit: 1})
			m.empty, m.err = len(any) == 0, err
		}
		if m.err == nil { // the list is worth showing without them
			m.items, _ = sourceOf(s).Actions(ctx, model.ActionFilter{Open: true, DueBefore: week, NoDrills: true, Limit: listLimit})
			m.late = readReviews(ctx, s, m.rows, known, rules)
		}
		return m
	})
}

// reviewsRead bounds how many incidents are read for the list at once; the others
// come with the next reading.
const reviewsRead = 20

// readReviews finds out when the postmortems of rows are due. What is known of an
// incident that has not changed is not read again.
func readReviews(ctx context.Context, s Store, rows []model.Summary, known map[string]reviewState, rules model.Rules) map[string]reviewState {
	out, read := map[string]reviewState{}, 0
	for _, r := range rows {
		if r.Status.Live() || !r.Status.Open() || r.Drill {
			continue
		}
		if k, ok := known[r.ID]; ok && k.seq == r.Seq {
			out[r.ID] = k
			continue
		}
		if read++; read > reviewsRead {
			continue
		}
		i, err := s.Incident(ctx, r.ID)
		if err != nil {
			continue
		}
		k := reviewState{seq: i.Seq, owner: i.Review.Owner}
		if due, ok := i.ReviewAwaited(rules); ok {
			k.due = due
		}
		out[r.ID] = k
	}
	return out
}

// reviewLate reports by how much the postmortem of an incident is overdue.
func (a *App) reviewLate(id string) (time.Duration, bool) {
	k := a.list.reviews[id]
	return a.now.Sub(k.due), !k.due.IsZero() && a.now.After(k.due)
}

// dueReviews says which postmortems are overdue, nil if none is.
func (a *App) dueReviews() segs {
	n, longest, first := 0, time.Duration(0), ""
	for _, s := range a.list.rows {
		if late, ok := a.reviewLate(s.ID); ok {
			if n++; late > longest {
				longest, first = late, model.Brief(s.Title, 50)+orNobody(a.list.reviews[s.ID].owner)
			}
		}
	}
	if n == 0 {
		return nil
	}
	return segs{{" ", ""}, {plural(n, "postmortem") + " overdue", a.theme.alarm}, {" · for " + model.Span(longest.Truncate(time.Hour)) + ": " + first, a.theme.dim}}
}

// dueItems says how many action items are due, nil if none is.
func (a *App) dueItems() segs {
	late, soon := 0, 0
	for _, r := range a.list.items {
		if r.Overdue(a.now) {
			late++
		} else {
			soon++
		}
	}
	line := segs{{" ", ""}}
	if late > 0 {
		line.add(a.theme.alarm, plural(late, "action item")+" overdue")
	}
	switch {
	case late > 0 && soon > 0:
		line.add("", fmt.Sprintf(" · %d more due within a week", soon))
	case soon > 0:
		line.add("", plural(soon, "action item")+" due within a week")
	case late == 0:
		return nil
	}
	first := a.list.items[0]
	line.add(a.theme.dim, " · first "+model.Brief(first.ActionItem.Title, 50)+orNobody(first.Owner)+" · warroom actions lists them")
	return line
}

func orNobody(owner string) string {
	if owner == "" {
		return ", nobody's"
	}
	return " @" + model.Brief(owner, 20)
}

func (a *App) listed(m listMsg) tea.Cmd {
	l := &a.list
	l.reading = false
	if m.only == l.only {
		l.err, l.loaded, l.empty = m.err, true, m.empty
		if m.err == nil {
			l.rows, l.items, l.reviews = m.rows, m.items, m.late
		} else {
			a.say(failure, model.Message(m.err))
		}
	}
	if l.index() < 0 && len(l.rows) > 0 {
		l.sel = l.rows[0].ID
	}
	if l.dirty {
		return a.refreshList()
	}
	return nil
}

func (l *incidents) index() int {
	return slices.IndexFunc(l.rows, func(s model.Summary) bool { return s.ID == l.sel })
}

func (l *incidents) move(n int) {
	if len(l.rows) == 0 {
		return
	}
	i := min(max(l.index()+n, 0), len(l.rows)-1)
	l.sel = l.rows[i].ID
}

// first is the row that stands on top when n are shown.
func (l *incidents) first(n int) int { return max(0, l.index()-n+1) }

// column widths of the list; a column of width 0 is left out, and the title
// takes what remains.
type listColumns struct{ id, services, commander, last int }

func columnsFor(w int) listColumns {
	switch {
	case w >= hugeWidth:
		return listColumns{22, 26, 14, 62}
	case w >= wideWidth+50:
		return listColumns{22, 20, 12, 0}
	case w >= wideWidth:
		return listColumns{0, 20, 12, 0}
	case w >= 72:
		return listColumns{0, 0, 9, 0}
	}
	return listColumns{}
}

func (a *App) drawIncidents(w, h int) (lines []string) {
	th, l := a.theme, &a.list
	if l.loaded && l.err == nil && len(l.rows) == 0 {
		return a.welcome(w, h)
	}
	head := segs{{" Incidents", th.accent.and(th.strong)}, {"  " + l.only.String() + " ", ""}}
	if len(l.rows) == listLimit {
		head.add(th.dim, "· the first 500; / searches all ")
	}
	out := []string{spread(w, head, segs{{a.key("list.filter") + " filter ", th.dim}})}
	c := columnsFor(w)
	for _, due := range []segs{a.dueItems(), a.dueReviews()} {
		if due != nil && h > 4 {
			h--
			defer func() { lines = append(lines, due.fit(w)) }()
		}
	}
	for i := l.first(h - 1); i < len(l.rows) && len(out) < h; i++ {
		s := l.rows[i]
		line := a.incidentRow(s, c, w)
		if s.ID == l.sel {
			out = append(out, line.over(th.selected).fill(w, th.selected))
			continue
		}
		if !s.Status.Open() {
			line = line.over(th.dim)
		}
		out = append(out, line.fit(w))
	}
	return blank(out, w, h)
}

func (a *App) incidentRow(s model.Summary, c listColumns, w int) segs {
	th := a.theme
	age := "unknown"
	if d, known := s.Elapsed(a.now); known {
		age = model.Span(d.Truncate(minute))
	}
	status := seg{" " + pad(string(s.Status), 13) + " ", ""}
	if _, late := a.reviewLate(s.ID); late {
		status = seg{" " + pad("review late", 13) + " ", th.alarm}
	}
	line := segs{{" ", ""}, th.sevBadge(s.Severity), status}
	fixed := line.width() + 11
	for _, n := range []int{c.id, c.services, c.commander, c.last} {
		if n > 0 {
			fixed += n + 1
		}
	}
	title := model.Visible(s.Title)
	if s.Drill {
		title = "DRILL " + title
	}
	line.add(th.strong, pad(title, max(8, w-fixed))+" ")
	if c.services > 0 {
		line.add(th.dim, pad(model.Visible(strings.Join(s.Services, ", ")), c.services)+" ")
	}
	if c.commander > 0 {
		switch {
		case s.Commander != "":
			line.add("", pad(model.Visible(s.Commander), c.commander)+" ")
		case s.Leaderless():
			line.add(th.warn, pad("no IC", c.commander)+" ")
		default:
			line.add(th.dim, pad("–", c.commander)+" ")
		}
	}
	line.add("", padLeft(age, 10))
	if c.last > 0 {
		line.add(th.dim, "  "+pad(ago(a.now.Sub(s.LastAt))+"  "+model.Visible(s.Last), c.last-2)+" ")
	}
	if c.id > 0 {
		line.add(th.dim, " "+pad(s.ID, c.id-1))
	}
	return line
}

// ago is a distance into the past, short.
func ago(d time.Duration) string {
	if d < minute {
		return "now"
	}
	return model.Span(d.Truncate(minute)) + " ago"
}

// welcome is what an empty record shows: the few keys that matter.
func (a *App) welcome(w, h int) []string {
	th := a.theme
	var lines []segs
	if !a.list.empty {
		lines = []segs{
			{{"Nothing is burning.", th.strong}},
			nil,
			{{a.key("list.declare"), th.accent}, {"  declare an incident: a title is enough", ""}},
			{{a.key("list.filter"), th.accent}, {"  show closed incidents too", ""}},
			{{a.key("help"), th.accent}, {"  every action, with its key", ""}},
			nil,
			{{"New here? `warroom demo` plays an incident in ninety seconds.", th.dim}},
		}
	} else {
		lines = []segs{
			{{"No incident yet.", th.strong}},
			nil,
			{{a.key("list.declare"), th.accent}, {"  declare an incident: a title is enough", ""}},
			{{a.key("help"), th.accent}, {"  every action, with its key", ""}},
			{{a.key("quit"), th.accent}, {"  leave", ""}},
			nil,
			{{"New here? `warroom demo` plays an incident in ninety seconds.", th.dim}},
		}
	}
	for _, due := range []segs{a.dueReviews(), a.dueItems()} {
		if due != nil {
			lines = append(lines, nil, due[1:])
		}
	}
	out := blank(nil, w, max(0, (h-len(lines))/3))
	wide := 0
	for _, l := range lines {
		wide = max(wide, l.width())
	}
	for _, l := range lines {
		if len(out) < h {
			out = append(out, append(segs{{strings.Repeat(" ", max(1, (w-wide)/2)), ""}}, l...).fit(w))
		}
	}
	return blank(out, w, h)
}
