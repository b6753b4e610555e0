package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// Seat is how this terminal tells the others who sits here and where.
type Seat interface {
	Set(p model.Presence) error
}

// presentMsg brings who is here now.
type presentMsg []model.Presence

// typingFor is how long after the last key somebody still counts as typing.
const typingFor = 3 * time.Second

// tellWhere tells the others where this terminal is, if that has changed.
func (a *App) tellWhere() tea.Cmd {
	if a.cfg.Seat == nil {
		return nil
	}
	p := model.Presence{Person: a.cfg.Actor}
	if a.room != nil && !a.inList() {
		p.Incident = a.room.inc.ID
		p.Typing = a.composer.focused() && !a.composer.empty() && a.now.Sub(a.lastKey) < typingFor
	}
	if p.SamePlace(a.told) {
		return nil
	}
	a.told = p
	seat, log := a.cfg.Seat, a.log
	return func() tea.Msg {
		if err := seat.Set(p); err != nil { // presence is a courtesy: without it the room works
			log.Printf("tell where I am: %v", err)
		}
		return nil
	}
}

// company is everybody in the open incident, each once, and who of the others is
// typing.
func (a *App) company() (here, typing []string) {
	add := func(to []string, p string) []string {
		if slices.ContainsFunc(to, func(q string) bool { return model.SamePerson(p, q) }) {
			return to
		}
		return append(to, p)
	}
	for _, p := range a.present {
		if a.room == nil || p.Incident != a.room.inc.ID {
			continue
		}
		here = add(here, p.Person)
		if p.Typing && !model.SamePerson(p.Person, a.cfg.Actor) {
			typing = add(typing, p.Person)
		}
	}
	return here, typing
}

// hereNote is "4 here"; nothing to somebody who is alone.
func (a *App) hereNote() string {
	here, _ := a.company()
	if len(here) < 2 { // alone, or nobody tells
		return ""
	}
	return fmt.Sprintf("%d here", len(here))
}

// typingNote is "bob is typing".
func (a *App) typingNote() string {
	_, typing := a.company()
	if len(typing) == 0 {
		return ""
	}
	for i := range typing {
		typing[i] = model.Brief(typing[i], 16)
	}
	if len(typing) > 3 {
		return fmt.Sprintf("%d people are typing", len(typing))
	}
	verb := " is typing"
	if len(typing) > 1 {
		verb = " are typing"
	}
	return strings.Join(typing, ", ") + verb
}

// who lists everybody at the record, with what they hold and where they are.
func (a *App) who() {
	a.open(&pager{name: "Who is here", text: func(a *App, w int) []string {
		var out []string
		for _, p := range a.present {
			where := "the list"
			if p.Incident != "" {
				where = p.Incident
			}
			roles := ""
			if a.room != nil && p.Incident == a.room.inc.ID {
				var held []string
				for _, as := range a.room.inc.Roles {
					if model.SamePerson(as.Person, p.Person) {
						held = append(held, as.Role.String())
					}
				}
				roles = strings.Join(held, ", ")
			}
			right := segs{{model.Brief(p.Host, 20) + "  since " + a.stamp(p.Since), a.theme.dim}}
			out = append(out, spread(w, segs{{pad(model.Brief(p.Person, 20), 22), a.theme.strong}, {pad(model.Brief(where, 30), 26), ""}, {roles, a.theme.dim}}, right))
		}
		if len(out) == 0 {
			out = append(out, segs{{"nobody tells where they are", a.theme.dim}}.fit(w))
		}
		return out
	}})
}
