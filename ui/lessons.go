package ui

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// Memory keeps which first-time hints a person has had, from one start to the
// next.
type Memory interface {
	Had(hint string) bool
	Keep(hint string) error
}

// lesson is a hint that a newcomer gets once, in the status line.
type lesson struct {
	id   string
	text func(*App) string
	when func(*App) bool // it fits what is on the screen
	does []string        // actions: who uses one needs no word about it
	late bool            // may come after the first minutes too
}

// lessons are given one at a time, in this order.
var lessons = []lesson{
	{id: "list", does: []string{"list.open", "list.declare", "declare"},
		text: func(a *App) string {
			return a.key("list.open") + " opens an incident · " + a.key("list.declare") + " declares one"
		},
		when: func(a *App) bool { return a.inList() && len(a.list.rows) > 0 }},
	{id: "write", does: []string{"write"},
		text: func(a *App) string {
			return a.key("write") + " writes a line · " + a.key("help") + " shows everything"
		},
		when: func(a *App) bool { return a.inRoom() && writable(a) == "" }},
	{id: "select", does: []string{"up", "edit"},
		text: func(a *App) string { return a.key("up") + " selects a line · " + a.key("edit") + " corrects it" },
		when: func(a *App) bool { return a.inRoom() && len(a.room.tl.entries) > 2 && a.focus == paneTimeline }},
	{id: "follow", does: []string{"newest"},
		text: func(a *App) string { return a.key("newest") + " goes back to the newest line" },
		when: func(a *App) bool { return a.inRoom() && !a.room.tl.follow }},
	{id: "panes", does: []string{"next", "prev"},
		text: func(a *App) string {
			return a.key("next") + " goes to the next pane · " + a.key("out") + " one step back"
		},
		when: func(a *App) bool { return a.inRoom() && a.room.tl.follow }},
	{id: "order", does: []string{"order"},
		text: func(a *App) string { return a.key("order") + " gives an order with a clock: @bob check lag 3m" },
		when: func(a *App) bool { return a.inRoom() && model.SamePerson(a.room.inc.Commander(), a.cfg.Actor) }},
	{id: "mouse", does: []string{"mouse"}, late: true,
		text: func(a *App) string { return a.key("mouse") + " frees the mouse to select text · or hold shift" },
		when: func(a *App) bool { return a.dragged && a.mouse }},
}

// How lessons come and go. Each is bright at first, then plain, then dim.
const (
	lessonBright = 7 * time.Second
	lessonPlain  = 14 * time.Second
	lessonEnd    = 20 * time.Second
	lessonGap    = 15 * time.Second // before the first one and between two
	firstMinutes = 10 * time.Minute // after which nobody is new any more
)

// school is how far the person has come.
type school struct {
	mem   Memory // nil: no hints
	began time.Time
	now   *lesson // on the screen
	since time.Time
	next  time.Time       // no lesson before
	had   map[string]bool // in this run, whether or not it could be kept
}

func newSchool(m Memory, now time.Time) school {
	return school{mem: m, began: now, next: now.Add(lessonGap / 5), had: map[string]bool{}}
}

func (a *App) inRoom() bool { return a.room != nil && a.screen == screenRoom }

func (a *App) inList() bool { return a.desk() == nil && (a.screen == screenIncidents || a.room == nil) }

// learn is called after each message. It ends the lesson that is over and begins
// the next one that fits.
func (a *App) learn() tea.Cmd {
	s := &a.school
	if s.mem == nil {
		return nil
	}
	if l := s.now; l != nil {
		switch {
		case a.now.Sub(s.since) >= lessonEnd:
			return a.keepLesson(l)
		case !l.when(a) || a.composer.focused(): // they have gone elsewhere: another time
			s.now = nil
		}
		return nil
	}
	if len(a.dialogs) > 0 || a.composer.focused() || a.lay.tiny {
		return nil
	}
	var cmds []tea.Cmd
	for i := range lessons {
		l := &lessons[i]
		switch {
		case s.had[l.id] || !l.when(a) || !l.late && a.now.Before(s.next):
		case s.mem.Had(l.id):
			s.had[l.id] = true
		case !l.late && a.now.Sub(s.began) > firstMinutes:
			cmds = append(cmds, a.keepLesson(l))
		case width(l.text(a))+1 <= a.lessonRoom():
			s.now, s.since = l, a.now
			return tea.Batch(cmds...)
		}
	}
	return tea.Batch(cmds...)
}

// practise notes that an action was used: nobody has to be told of it any more.
func (a *App) practise(id string) tea.Cmd {
	if a.school.mem == nil {
		return nil
	}
	for i := range lessons {
		if l := &lessons[i]; slices.Contains(l.does, id) && !a.school.had[l.id] {
			return a.keepLesson(l)
		}
	}
	return nil
}

// keepLesson remembers a lesson that was had. If that fails, it comes again at
// the next start, which is no reason to bother anybody.
func (a *App) keepLesson(l *lesson) tea.Cmd {
	s := &a.school
	s.had[l.id] = true
	if s.now == l {
		s.now, s.next = nil, a.now.Add(lessonGap)
	}
	if s.mem.Had(l.id) {
		return nil
	}
	mem, id, log := s.mem, l.id, a.log
	return func() tea.Msg {
		if err := mem.Keep(id); err != nil {
			log.Printf("hint %s: %v", id, err)
		}
		return nil
	}
}

// lessonRoom is how many cells of the status line a lesson may take.
func (a *App) lessonRoom() int {
	if a.lay.wide {
		return a.w - 2
	}
	return a.w - a.tabsEnd() - 2
}

// lessonLine is the lesson on the screen, nil if there is none.
func (a *App) lessonLine(room int) segs {
	s := &a.school
	if s.now == nil || a.room != nil && hasToAccept(a) == "" { // the key that accepts is more urgent than any lesson
		return nil
	}
	st, age := a.theme.dim, a.now.Sub(s.since)
	switch {
	case age < lessonBright:
		st = a.theme.accent
	case age < lessonPlain:
		st = ""
	}
	if text := s.now.text(a); width(text)+1 <= room {
		return segs{{text + " ", st}}
	}
	return nil
}
