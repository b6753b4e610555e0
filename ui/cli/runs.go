package cli

import (
	"fmt"

	"warroom/model"
)

// runs lists the runbooks and rollbacks that are or were followed, with where each
// of them stands.
func (a *app) runs(p *page, i *model.Incident) {
	if len(i.Runs) == 0 {
		return
	}
	p.line()
	p.line(a.term.in(strong, "Runs"))
	var rows [][]cell
	for _, r := range i.Runs {
		state, style := r.Outcome, faint
		if r.Active() {
			over := 0
			bad := ""
			for _, s := range r.Steps {
				if s.State().Over() {
					over++
				}
				if s.State().Bad() && bad == "" {
					bad = ", " + string(s.State()) + " at " + model.Brief(s.Title, 60)
				}
			}
			state, style = fmt.Sprintf("%d of %s over, executed by %s", over, count(len(r.Steps), "step", "steps"), model.Visible(r.Runner.Person))+bad, good
			if bad != "" {
				style = warn
			}
		}
		rows = append(rows, []cell{c(fmt.Sprint(r.N)), c(model.Brief(r.Title, 80)), {state, style}})
	}
	p.table(2, rows)
}
