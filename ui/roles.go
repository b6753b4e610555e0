package ui

import (
	"slices"
	"time"

	"warroom/model"
)

// roleRow is one line of the role board: a role that is held, offered or vacant.
type roleRow struct {
	role   model.Role
	person string
	held   *model.Assignment
}

// roleRows lists the seed's five roles always and the others when held.
func (a *App) roleRows() []roleRow {
	var out []roleRow
	needed := a.doctrine().Vacant(a.room.inc)
	for _, r := range model.Roles {
		n := 0
		for i := range a.room.inc.Roles {
			if as := &a.room.inc.Roles[i]; as.Role == r {
				out = append(out, roleRow{r, as.Person, as})
				n++
			}
		}
		if n == 0 && (slices.Contains(model.BoardRoles, r) || slices.Contains(needed, r)) {
			out = append(out, roleRow{role: r})
		}
	}
	return out
}

// heldFor counts in minutes: a row of seconds that run would draw the eye.
func heldFor(d time.Duration) string {
	if d < minute {
		return "just now"
	}
	return model.Span(d.Truncate(minute))
}

func (a *App) selectedRole() (roleRow, bool) {
	rows := a.roleRows()
	if a.room == nil || a.room.role >= len(rows) {
		return roleRow{}, false
	}
	return rows[a.room.role], true
}

func (a *App) drawRoles(w, h int, focused bool) []string {
	th := a.theme
	out := []string{a.paneTitle(paneRoles, w, segs{{a.key("role") + " assign  " + a.key("handover") + " hand over ", th.dim}})}
	label := min(17, w/2)
	needed := a.doctrine().Vacant(a.room.inc)
	for i, r := range a.roleRows() {
		if len(out) == h {
			break
		}
		left := segs{{" " + pad(r.role.Label(), label), th.dim}}
		var right segs
		switch {
		case r.held != nil:
			left.add(th.strong, model.Visible(r.person))
			if o, ok := a.room.inc.Offer(r.role); ok {
				left.add(th.warn, " → "+model.Visible(o.To)+"?")
			}
			right.add(th.dim, heldFor(a.now.Sub(r.held.Since))+" ")
		case r.role == model.Commander && a.room.inc.Leaderless():
			left.add(th.alarm, "NO COMMANDER")
			if hint := a.key("take") + " take "; left.width()+2+width(hint) <= w {
				right.add(th.dim, hint)
			}
		case slices.Contains(needed, r.role):
			left.add(th.warn, "vacant")
			right.add(th.dim, "for "+a.room.inc.Severity.String()+" ")
		default:
			left.add(th.dim, "–")
		}
		if focused && i == a.room.role {
			out = append(out, spreadOver(w, left.over(th.selected), right.over(th.selected), th.selected))
			continue
		}
		out = append(out, spread(w, left, right))
	}
	return blank(out, w, h)
}
