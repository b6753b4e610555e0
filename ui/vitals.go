package ui

import (
	"fmt"

	"warroom/model"
)

// vital is a line of the situation that tells how something stands that has a
// screen of its own: the runbook that is followed, the proof that it is over, the
// alerts that still fire.
type vital struct {
	name, value string
	st          style
}

func (a *App) vitals() []vital {
	th, inc := a.theme, a.room.inc
	var out []vital
	for _, r := range inc.Runs {
		if !r.Active() {
			continue
		}
		over, at, st := 0, "", style("")
		for _, s := range r.Steps {
			if s.State().Over() {
				over++
			} else if at == "" {
				at = s.Title
			}
			if s.State().Bad() {
				st = th.warn
			}
		}
		name := "runbook"
		if r.Rollback {
			name = "rollback"
		}
		v := fmt.Sprintf("%s %d of %d · %s", model.Brief(r.Title, 40), over, len(r.Steps), model.Brief(r.Runner.Person, 16))
		if at != "" {
			v += " ▸ " + model.Brief(at, 40)
		}
		out = append(out, vital{name, v, st})
	}
	if g := inc.Gate; g != nil && inc.Status.Live() && len(g.Checks) > 0 {
		green := 0
		for _, c := range g.Checks {
			if c.Green >= c.Need {
				green++
			}
		}
		st := style("")
		if green == len(g.Checks) {
			st = th.good
		}
		out = append(out, vital{"recovery", fmt.Sprintf("%d of %d checks green", green, len(g.Checks)), st})
	}
	here := 0
	for _, c := range inc.Roll {
		if c.State == model.Here {
			here++
		}
	}
	if n := len(inc.RollCall()); len(inc.Roll) > 0 && inc.Status.Live() {
		st := style("")
		if here < n {
			st = th.warn
		}
		out = append(out, vital{"roll call", fmt.Sprintf("%d of %d systems have somebody here", here, n), st})
	}
	firing, all := 0, 0
	for _, l := range inc.Alerts {
		if l.Detached.IsZero() {
			all++
			if l.Cleared.IsZero() {
				firing++
			}
		}
	}
	if all > 0 {
		st := th.warn
		if firing == 0 {
			st = th.good
		}
		out = append(out, vital{"alerts", fmt.Sprintf("%d of %d still fire", firing, all), st})
	}
	return out
}
