package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// room is the open incident.
type room struct {
	inc   *model.Incident
	tl    timeline
	role  int    // selected row of the role board
	clock string // selected clock of the rail, by key
	board boardRow

	clocks  []model.Clock // as of the last message
	nudged  string        // key of the clock that asked for a decision
	callout string        // key of the callout that is awaited
	seen    int64         // the newest event when a key was last pressed here
	entered time.Time
}

type (
	// roomMsg brings an incident and the newest part of its timeline.
	roomMsg struct {
		id      string
		inc     *model.Incident
		entries []model.Entry
		err     error
		keep    bool // read anew because the record changed under us
		seq     int64
	}
	// pageMsg brings a piece of a timeline that was scrolled to.
	pageMsg struct {
		id      string
		window  model.Window
		entries []model.Entry
		err     error
	}
	// entryMsg brings one entry as it stands after a correction.
	entryMsg struct {
		id    string
		entry model.Entry
		err   error
	}
	// changeMsg is news of the record from any terminal.
	changeMsg struct {
		change model.Change
		ok     bool
	}
)

// read makes a command that calls the store with a deadline.
func (a *App) read(f func(context.Context, Store) tea.Msg) tea.Cmd {
	store, base, limit := a.store, a.ctx, a.limit
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(base, limit)
		defer cancel()
		return f(ctx, store)
	}
}

// fromOldest, in place of an entry's number, stands for the beginning of the
// record.
const fromOldest = -1

// enter opens an incident; seq, if not 0, is the entry to go to.
func (a *App) enter(id string, seq int64) tea.Cmd {
	a.wanted = id
	return a.loadRoom(id, seq, false, nil)
}

func (a *App) loadRoom(id string, seq int64, keep bool, kinds []model.Kind) tea.Cmd {
	return a.read(func(ctx context.Context, s Store) tea.Msg {
		m := roomMsg{id: id, keep: keep, seq: seq}
		if m.inc, m.err = s.Incident(ctx, id); m.err != nil {
			return m
		}
		w := model.Window{Back: true, Limit: pageSize, Kinds: kinds}
		if seq == 0 {
			m.entries, m.err = s.Timeline(ctx, id, w)
			return m
		}
		if seq == fromOldest {
			w.Back = false
			m.entries, m.err = s.Timeline(ctx, id, w)
			return m
		}
		en, err := s.Entry(ctx, id, seq)
		if err != nil {
			m.err = err
			return m
		}
		w.From = en.Pos()
		before, err := s.Timeline(ctx, id, w)
		if err != nil {
			m.err = err
			return m
		}
		w.Back = false
		after, err := s.Timeline(ctx, id, w)
		m.entries, m.err = append(append(before, en), after...), err
		return m
	})
}

// opened takes an incident that was read.
func (a *App) opened(m roomMsg) tea.Cmd {
	same := a.room != nil && a.room.inc.ID == m.id
	switch {
	case m.err != nil:
		a.say(failure, model.Message(m.err))
		return nil
	case m.keep && !same, !m.keep && m.id != a.wanted: // somebody has gone elsewhere meanwhile
		return nil
	case m.keep:
		a.room.inc = m.inc
		a.room.tl.load(m.entries)
		return a.catchUp()
	}
	r := &room{inc: m.inc, tl: newTimeline(), seen: m.inc.Seq, entered: a.now}
	r.tl.look(80, a.zone, a.theme) // it may be measured before it has a place: the window's size comes when it comes
	if same {                      // the same one, at another place
		r.tl.kinds, r.role, r.clock, r.board = a.room.tl.kinds, a.room.role, a.room.clock, a.room.board
	} else {
		a.leaveRoom()
		a.composer.set(a.drafts[m.id])
	}
	r.tl.load(m.entries)
	r.tl.jump(m.seq)
	a.room = r
	a.screen, a.focus = screenRoom, paneTimeline
	if a.write { // after a declaration the scribe writes at once
		a.write = false
		a.composer.area.Focus()
	}
	if d := a.landing; d != screenIncidents { // the incident was opened from a desk, which goes on
		a.landing = screenIncidents
		a.resize()
		return tea.Batch(a.goDesk(d), a.catchUp(), a.readHere(), a.roomNews())
	}
	a.resize()
	return tea.Batch(a.catchUp(), a.readTypical(), a.readHere(), a.roomNews())
}

// catchUp reads the room anew if news of it came in while it was being read.
func (a *App) catchUp() tea.Cmd {
	if a.newest[a.room.inc.ID] > a.room.inc.Seq {
		return a.reload()
	}
	return nil
}

// leaveRoom puts the open incident away; what was half typed is kept.
func (a *App) leaveRoom() {
	if a.room == nil {
		return
	}
	a.drafts[a.room.inc.ID] = a.composer.take()
	a.composer.area.Blur()
}

// reload reads the open incident anew, where it is.
func (a *App) reload() tea.Cmd {
	if a.room == nil {
		return nil
	}
	return a.loadRoom(a.room.inc.ID, 0, true, a.room.tl.kinds)
}

// absorb folds events into the open room. An event that was seen before is
// ignored; after a gap the room is read anew.
func (a *App) absorb(events []model.Event) tea.Cmd {
	for _, e := range events {
		a.newest[e.Incident] = max(a.newest[e.Incident], e.Seq)
	}
	r := a.room
	if r == nil {
		return nil
	}
	var cmds []tea.Cmd
	defer r.tl.holding(a.timelineHeight())()
	for _, e := range events {
		if e.Incident != r.inc.ID || e.Seq <= r.inc.Seq {
			continue
		}
		if !r.inc.Apply(e) {
			return a.reload()
		}
		if am, ok := e.Body.(*model.Amendment); ok {
			id, seq := r.inc.ID, am.Target
			cmds = append(cmds, a.read(func(ctx context.Context, s Store) tea.Msg {
				en, err := s.Entry(ctx, id, seq)
				return entryMsg{id, en, err}
			}))
			continue
		}
		if !e.Quiet() {
			r.tl.arrive(model.NewEntry(e))
		}
	}
	return tea.Batch(cmds...)
}

// page asks for the part of the timeline that the view is about to need.
func (a *App) page() tea.Cmd {
	if a.room == nil || a.screen != screenRoom {
		return nil
	}
	w, ok := a.room.tl.want(a.timelineHeight())
	if !ok {
		return nil
	}
	id := a.room.inc.ID
	return a.read(func(ctx context.Context, s Store) tea.Msg {
		es, err := s.Timeline(ctx, id, w)
		return pageMsg{id, w, es, err}
	})
}

// changed takes news from the watch.
func (a *App) changed(c model.Change) tea.Cmd {
	if c.Err != nil {
		a.stale = c.Err
		return nil
	}
	if a.stale != nil {
		a.stale = nil
		a.say(info, "the record can be read again")
	}
	if c.Reset {
		return tea.Batch(a.reload(), a.refreshList(), a.deskNews(nil))
	}
	var inbox tea.Cmd
	if c.Alerts {
		inbox = a.inboxNews()
	}
	if len(c.Events) == 0 {
		return inbox
	}
	cmds := tea.Batch(inbox, a.absorb(c.Events), a.refreshList(), a.callFor(c.Events), a.deskNews(c.Events))
	a.tell(c.Events)
	return cmds
}
