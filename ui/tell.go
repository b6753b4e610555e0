package ui

import (
	"fmt"

	"warroom/model"
)

// tell says in the status line what somebody else has just put to the person at
// this screen, with the key that answers it. Whoever looks at the room must not
// have to find among the lines of the timeline that one of them was for them.
func (a *App) tell(events []model.Event) {
	for _, e := range events {
		if model.SamePerson(e.Actor, a.cfg.Actor) || a.now.Sub(e.At) > callStale {
			continue
		}
		text := a.concerns(e)
		if text == "" {
			continue
		}
		if a.toast.kind == failure && a.toast.text != "" { // what went wrong is read first
			a.said = append(a.said, toast{warning, text, a.now})
			continue
		}
		k := warning // it stays until the next key
		if a.typing() {
			k = info
		}
		a.say(k, text)
	}
}

// concerns is what e means to the person at this screen; "" if nothing.
func (a *App) concerns(e model.Event) string {
	me := func(p string) bool { return model.SamePerson(p, a.cfg.Actor) }
	here := a.room != nil && a.room.inc.ID == e.Incident
	switch b := e.Body.(type) {
	case *model.RoleAcceptance:
		if me(b.From) {
			return fmt.Sprintf("%s is %s now: say so aloud", model.Visible(b.To), b.Role)
		}
	case *model.RoleAssignment:
		if me(b.Was) && !me(b.Person) {
			return fmt.Sprintf("%s is %s now", model.Visible(b.Person), b.Role)
		}
	case *model.RoleDecline:
		if me(b.From) {
			return fmt.Sprintf("%s has not accepted %s: it stays with you", model.Visible(b.To), b.Role)
		}
	}
	text := model.Visible(a.matters(e))
	if text == "" || !here {
		return text
	}
	key := a.key("accept")
	if a.typing() {
		key = "esc, " + key
	}
	switch b := e.Body.(type) {
	case *model.OrderGiven:
		return text + " · " + key + " understood"
	case *model.RoleOffer:
		what := "accepts"
		if b.Role == model.Commander {
			what = "briefing"
		}
		return fmt.Sprintf("%s hands %s over to you · %s %s", model.Visible(b.From), b.Role, key, what)
	}
	return text
}

// typing reports whether keys are text now.
func (a *App) typing() bool {
	if len(a.dialogs) > 0 {
		return true
	}
	d, ok := a.desk().(deskText)
	return ok && d.typing() || a.composer.focused()
}
