package model

import "slices"

// RunNote is what somebody wrote about a step of a run, to be read beside it. In
// the timeline it is an entry like any other.
type RunNote struct {
	Said
	Step string `json:"step"`
}

// keptRunNotes is how many of the newest notes of one run are shown beside its
// steps; the timeline has them all.
const keptRunNotes = 100

// stepOf settles which step of a run a note is about: the one that is named or,
// for "", the one that runs or comes next, and the last one of a run that is through.
func (s Scene) stepOf(n int, step string) (string, error) {
	r, ok := s.Incident.Run(n)
	if !ok {
		return "", Errorf(NotFound, "there is no run %d in %s", n, s.Incident.ID)
	}
	if step == "" {
		return r.at().ID, nil
	}
	if _, ok := r.Step(step); ok {
		return step, nil
	}
	var have []string
	for _, st := range r.Steps {
		have = append(have, st.ID)
	}
	return "", Errorf(NotFound, "run %d has no step %q: it has %s", n, Brief(step, 40), Brief(join(have), 400))
}

// at is the step that a run is at: the one that runs, the next one, or the last.
func (r Run) at() RunStep {
	if st, _, ok := r.Running(); ok {
		return st
	}
	if st, _, ok := r.Next(); ok || len(r.Steps) == 0 {
		return st
	}
	return r.Steps[len(r.Steps)-1]
}

// NotesOf are the notes about a step that stand, the oldest first.
func (r Run) NotesOf(step string) []RunNote {
	var out []RunNote
	for _, n := range r.Notes {
		if n.Step == step && !n.Struck {
			out = append(out, n)
		}
	}
	return out
}

func (r *Run) note(e Event, b *Note) {
	r.Notes = append(r.Notes, RunNote{Said{Text: b.Line, By: e.Actor, At: e.At, Seq: e.Seq}, b.Step})
	if n := len(r.Notes); n > keptRunNotes {
		r.Notes = slices.Clone(r.Notes[n-keptRunNotes:])
	}
}

func (i *Incident) amendRunNote(b *Amendment) {
	for k := range i.Runs {
		for j := range i.Runs[k].Notes {
			if n := &i.Runs[k].Notes[j]; n.Seq == b.Target {
				n.amend(b)
			}
		}
	}
}
