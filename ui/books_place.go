package ui

import (
	"fmt"

	"warroom/model"
	"warroom/model/play"
)

// place puts the selection on what is next, unless somebody has moved it.
func (d *booksDesk) place(a *App) {
	if d.plan == nil || a.room == nil {
		return
	}
	run, known := a.room.inc.Run(d.run)
	if !known { // it was begun a moment ago
		return
	}
	if d.past != (play.Point{}) && overAt(a, d.past) {
		at := d.past
		d.past = play.Point{}
		if at == d.point() {
			d.step, d.top = -1, 0
			if st, k, ok := openAfter(run, at.Step, at.Action); ok {
				d.choosePoint(st.ID, k)
				return
			}
		}
	}
	if !d.moved && run.Active() && !a.runner().Holds(run) {
		d.step = -1 // who only follows goes where the run is
	}
	if d.step >= 0 && d.step < len(d.plan.Steps) && d.act < len(d.plan.Steps[d.step].Actions) {
		return
	}
	d.step, d.act = 0, 0
	if st, k, ok := toLookAt(run); ok {
		d.choosePoint(st.ID, k)
	} else {
		d.step = max(0, len(d.plan.Steps)-1)
	}
}

// marked reports whether a mark of the selected action is on its way to the record.
func (d *booksDesk) marked(a *App) bool {
	at := d.point()
	return a.onItsWay(func(c model.Command) bool {
		m, is := c.(model.MarkAction)
		return is && (play.Point{Incident: d.of, Run: m.N, Step: m.Step, Action: m.Action}) == at
	})
}

// choosePoint selects an action of the plan.
func (d *booksDesk) choosePoint(step string, act int) {
	for i, s := range d.plan.Steps {
		if s.ID == step {
			d.step, d.act = i, act
		}
	}
}

// openAfter is the first open action behind one: who began in the middle goes on
// from there, and not back to what was passed by.
func openAfter(run model.Run, step string, act int) (model.RunStep, int, bool) {
	behind := false
	for _, s := range run.Steps {
		for k, x := range s.Actions {
			if behind && !x.State.Over() {
				return s, k, true
			}
			behind = behind || s.ID == step && k == act
		}
	}
	return model.RunStep{}, 0, false
}

// toLookAt is the action that a run is about: the one that runs, the one of which
// nobody knows what it did, or the next.
func toLookAt(run model.Run) (model.RunStep, int, bool) {
	if st, k, ok := run.Running(); ok {
		return st, k, true
	}
	for _, s := range run.Steps {
		for k, x := range s.Actions {
			if x.State == model.ActionInterrupted {
				return s, k, true
			}
		}
	}
	return run.Next()
}

// overAt reports whether the room knows that an action is over.
func overAt(a *App, at play.Point) bool {
	run, _ := a.room.inc.Run(at.Run)
	st, ok := run.Step(at.Step)
	return ok && at.Action < len(st.Actions) && st.Actions[at.Action].State.Over()
}

func (d *booksDesk) stepID() string {
	if d.plan == nil || d.step < 0 || d.step >= len(d.plan.Steps) {
		return ""
	}
	return d.plan.Steps[d.step].ID
}

// current is the selected step and action with the state that the room knows.
func (d *booksDesk) current(a *App) (run model.Run, step play.Step, act play.Action, state model.RunAction, ok bool) {
	if a.room == nil || d.run == 0 || d.plan == nil {
		return
	}
	run, has := a.room.inc.Run(d.run)
	if !has || d.step < 0 || d.step >= len(d.plan.Steps) {
		return
	}
	step = d.plan.Steps[d.step]
	if d.act >= len(step.Actions) {
		return
	}
	act = step.Actions[d.act]
	if st, found := run.Step(step.ID); found && d.act < len(st.Actions) {
		state = st.Actions[d.act]
	}
	return run, step, act, state, true
}

func (d *booksDesk) point() play.Point {
	return play.Point{Incident: d.of, Run: d.run, Step: d.stepID(), Action: d.act}
}

// tag says how many runs are followed.
func (d *booksDesk) tag(a *App) (string, style) {
	if a.room == nil {
		return "", ""
	}
	n := 0
	st := style("")
	for _, r := range a.room.inc.Runs {
		if r.Active() {
			n++
			for _, s := range r.Steps {
				if s.State().Bad() {
					st = a.theme.warn
				}
			}
		}
	}
	if n == 0 {
		return "", ""
	}
	return fmt.Sprint(n), st
}
