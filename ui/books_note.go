package ui

import (
	"fmt"

	"warroom/model"
	"warroom/model/play"
)

// bookNote asks for a line about the step that is shown. It goes into the timeline,
// and stands beside the step for whoever follows the run.
func (a *App) bookNote() {
	d := a.books()
	n, step := d.run, d.plan.Steps[d.step]
	a.ask("Note: "+model.Brief(step.Title, 70), []field{textField("note", "", "quota allows eight", "everybody sees it beside the step, and in the timeline")}, func(_ *App, v []string) (model.Command, error) {
		return model.AddNote{Text: v[0], Run: n, Step: step.ID}, nil
	})
}

// noteLines are the newest notes beside a step, in at most room lines; that there
// are older ones is said.
func (d *booksDesk) noteLines(a *App, run model.Run, step play.Step, w, room int) []string {
	th := a.theme
	var out []string
	notes := run.NotesOf(step.ID)
	for k := len(notes) - 1; k >= 0; k-- {
		free := room - len(out)
		if k > 0 {
			free-- // for the line that says that there are older ones
		}
		most := 3
		if len(out) == 0 { // the newest is cut rather than left out
			most = min(most, free)
		}
		if most < 1 {
			all := segs{{" ✎ " + plural(len(notes), "note") + " in the timeline", th.dim}}.fit(w)
			return []string{all}[:min(1, max(0, room))]
		}
		n := notes[k]
		head := " ✎ " + model.TimeOfDay(n.At, a.now, a.zone) + " " + model.Brief(n.By, 16) + "  "
		var lines []string
		for j, l := range wrap(model.Visible(n.Text), w-1-width(head), most) {
			if j > 0 {
				head = pad("", width(head))
			}
			lines = append(lines, segs{{head, th.dim}, {l, ""}}.fit(w))
		}
		if len(lines) > free {
			older := segs{{fmt.Sprintf(" ✎ %d older in the timeline", k+1), th.dim}}.fit(w)
			return append([]string{older}, out...)
		}
		out = append(lines, out...)
	}
	return out
}
