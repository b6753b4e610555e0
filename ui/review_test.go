package ui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"warroom/model"
	"warroom/model/review"
)

// reviewing sits somebody before the review of the scene.
func reviewing(t *testing.T, w, h int) *seat {
	x := checkout(t, w, h)
	x.hear(x.do("bob", "/hypothesis 1 confirmed lag and errors move together"))
	x.hear(x.command(x.a.room.inc.ID, "ana", model.AddAction{Title: "Alert on replica lag above 30 s", Owner: "bob", Priority: "P1", Type: "detect", Due: "2026-11-20"}))
	x.run(x.a.goDesk(screenReview))
	return x
}

// part goes to a part of the left column.
func (x *seat) part(id string) {
	x.t.Helper()
	d := x.a.review()
	for k, p := range deskParts {
		if p.id == id || id != "" && string(p.key) == id {
			d.inside = false
			d.move(x.a, k-d.sel)
			return
		}
	}
	x.t.Fatalf("no part %q", id)
}

func TestReviewDesk(t *testing.T) {
	for _, size := range sizes {
		x := reviewing(t, size.X, size.Y)
		x.sees("Incident Summary", "SEV-1")
		for k := range deskParts {
			x.a.review().move(x.a, 1)
			for n, l := range strings.Split(x.a.View().Content, "\n") {
				if got := ansi.StringWidth(l); got > size.X {
					t.Errorf("%v part %d: line %d is %d wide", size, k, n, got)
				}
			}
		}
	}
}

// The list of action items: what is suggested is taken, what is done is ticked.
func TestReviewActions(t *testing.T) {
	x := reviewing(t, 120, 40)
	x.part(review.PartActions)
	x.sees("overdue since 2026-11-20", "suggested", "write an alert on replica lag")
	x.keys("tab", "d")
	if a, _ := x.a.room.inc.Action(1); a.State != model.ItemDone {
		t.Errorf("%+v", a)
	}
	x.keys("d")
	if a, _ := x.a.room.inc.Action(1); a.State != model.ItemOpen {
		t.Errorf("%+v", a)
	}
	x.keys("down", "enter", "enter")
	if a, ok := x.a.room.inc.Action(2); !ok || a.Todo == 0 {
		t.Errorf("the follow-up was not taken: %+v", a)
	}
}

// Two people write the same part: lines of both stay, and where both changed the
// same line both texts come back into the box.
func TestReviewMergesSections(t *testing.T) {
	x := reviewing(t, 120, 40)
	id := x.a.room.inc.ID
	x.hear(x.command(id, "ana", model.WriteReview{Section: model.SecLessons, Text: "one\ntwo\nthree"}))
	x.part(string(model.SecLessons))
	x.a.review().write(x.a, model.SecLessons)
	base := x.a.room.inc.Writeup.Section(model.SecLessons).Seq
	x.hear(x.command(id, "bob", model.WriteReview{Section: model.SecLessons, Text: "one\ntwo\nthree\nfour", Base: base}))
	x.a.dialogs[len(x.a.dialogs)-1].(*editor).input.set("ONE\ntwo\nthree")
	x.keys("enter")
	if got := x.a.room.inc.Writeup.Section(model.SecLessons).Text; got != "ONE\ntwo\nthree\nfour" {
		t.Errorf("merged to %q", got)
	}
	x.a.review().write(x.a, model.SecLessons)
	base = x.a.room.inc.Writeup.Section(model.SecLessons).Seq
	x.hear(x.command(id, "bob", model.WriteReview{Section: model.SecLessons, Text: "One, said bob\ntwo", Base: base}))
	x.a.dialogs[len(x.a.dialogs)-1].(*editor).input.set("one, said ana\ntwo\nthree\nfour")
	x.keys("enter")
	if got := x.a.room.inc.Writeup.Section(model.SecLessons).Text; got != "One, said bob\ntwo" {
		t.Errorf("bob's words were replaced: %q", got)
	}
	box := x.a.dialogs[len(x.a.dialogs)-1].(*editor).input.value()
	if !strings.Contains(box, "said ana") || !strings.Contains(box, "said bob") {
		t.Errorf("the box holds %q", box)
	}
	x.keys("enter") // with the marks in it, it is not written
	if len(x.a.dialogs) == 0 {
		t.Error("marks of a conflict were written")
	}
}

func TestReviewWhys(t *testing.T) {
	x := reviewing(t, 120, 40)
	x.part(partWhys)
	x.sees("Nothing is answered yet")
	x.keys("h")
	x.sees("migration 0231 locks orders", "lag and errors move together")
	x.keys("tab", "n", "text:lack of a limit on locks", "enter")
	x.sees("root cause: lack of a limit on locks")
	x.part(partTree)
	x.sees("any of")
	x.keys("tab", "space")
	x.sees("…")
	if d := x.a.review(); len(d.outline()) != 1 {
		t.Errorf("folded in, the tree has %d rows", len(d.outline()))
	}
}

// What is due stands on the list of incidents.
func TestDueActionsOnTheList(t *testing.T) {
	x := reviewing(t, 120, 40)
	x.hear(x.command(x.a.room.inc.ID, "ana", model.AddAction{Title: "Add a limit", Due: "2026-11-27"}))
	x.keys("0")
	x.sees("1 action item overdue", "1 more due within a week")
}
