package model

import (
	"slices"
	"testing"
)

func TestNotesBesideAStep(t *testing.T) {
	b := begun(t)
	texts := func(step string) []string {
		r, _ := b.inc.Run(1)
		var out []string
		for _, n := range r.NotesOf(step) {
			out = append(out, n.By+": "+n.Text)
		}
		return out
	}
	want := func(step string, lines ...string) {
		t.Helper()
		if got := texts(step); !slices.Equal(got, lines) {
			t.Errorf("beside %s: %q, want %q", step, got, lines)
		}
	}
	b.refused(t, "ana", AddNote{Text: "x", Run: 2}, "no run 2")
	b.refused(t, "ana", AddNote{Text: "x", Run: 1, Step: "mend"}, "it has look, fix")
	b.refused(t, "ana", AddNote{Run: 1, Step: "fix"}, "entry")
	b.must(t, "ana", AddNote{Text: "three pods restart", Kind: KindFinding, Run: 1})
	first := b.inc.Seq
	b.must(t, "bob", AddNote{Text: "quota allows eight", Run: 1, Step: "fix"})
	b.must(t, "ana", AddNote{Text: "beside nothing"})
	want("look", "ana: three pods restart")
	want("fix", "bob: quota allows eight")
	b.must(t, "ana", Amend{Seq: first, Text: ptr("four pods restart")})
	want("look", "ana: four pods restart")
	b.must(t, "ana", Amend{Seq: first, Struck: ptr(true)})
	want("look")
	for _, k := range []int{0, 1} {
		b.must(t, "bob", MarkAction{N: 1, Step: "look", Action: k, State: ActionDone})
	}
	b.must(t, "bob", AddNote{Text: "it is at the next one", Run: 1})
	want("fix", "bob: quota allows eight", "bob: it is at the next one")
	b.must(t, "bob", Undo{})
	want("fix", "bob: quota allows eight")
	b.must(t, "bob", MarkAction{N: 1, Step: "fix", State: ActionDone})
	b.must(t, "bob", EndRun{N: 1, Outcome: RunFinished})
	b.must(t, "bob", AddNote{Text: "and afterwards", Run: 1})
	want("fix", "bob: quota allows eight", "bob: and afterwards")
	for range keptRunNotes {
		b.must(t, "bob", AddNote{Text: "again", Run: 1})
	}
	if r, _ := b.inc.Run(1); len(r.Notes) != keptRunNotes || r.Notes[0].Text != "again" {
		t.Errorf("%d notes, the first %q", len(r.Notes), r.Notes[0].Text)
	}
}
