package ui

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"warroom/model"
	"warroom/model/review"
	"warroom/model/review/faulttree"
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

// told is a review with something in every part: an earlier incident with open
// action items, whys, a tree in the record, words that blame.
func told(t *testing.T) *seat {
	x := reviewing(t, 120, 40)
	id := x.a.room.inc.ID
	old := x.command("", "pager", model.Declare{Title: "Checkout API returns 503 in EU", Severity: 3, Services: []string{"checkout"}, At: noon.AddDate(0, -1, 0)})
	x.command(old.Incident.ID, "bob", model.AddAction{Title: "Limit the batches of the import to 500 rows", Owner: "bob", Due: "2026-11-10", Priority: "P1"})
	x.command(old.Incident.ID, "bob", model.AddAction{Title: "Alert on lock waits"})
	for _, c := range []model.Command{
		model.WriteReview{Section: model.SecHappened, Text: "The import locked `orders` and the replica fell behind.\n\nBob failed to check the lag before the import began.\n\n1. pods restarted\n2. import throttled"},
		model.WriteReview{Section: model.SecLessons, Text: "An import is a change, too."},
		model.KeepTree{Name: "checkout.yaml", File: faulttree.Example},
		model.AnswerWhy{Answer: "the import locks rows of orders", Evidence: "graph 7", Confidence: model.ConfidenceHigh},
		model.AnswerWhy{Parent: 1, Answer: "batches of 10,000 rows"},
		model.AnswerWhy{Parent: 1, Answer: "the engineer was in a hurry", Confidence: model.ConfidenceLow},
		model.AnswerWhy{Parent: 2, Answer: "lack of a limit on batches"},
		model.PlanReview{Owner: "dana", Due: noon.Add(50 * time.Hour)},
	} {
		x.hear(x.command(id, "dana", c))
	}
	x.a.toast = toast{}
	return x
}

// The pictures of screen 6 at every size.
func TestGoldenReview(t *testing.T) {
	x := told(t)
	for _, size := range sizes {
		x.resize(size.X, size.Y)
		for _, v := range []struct {
			name, part string
			inside     bool
		}{
			{"whole", partWhole, false}, {"lint", string(model.SecHappened), true}, {"whys", partWhys, true}, {"tree", partTree, true},
			{"actions", review.PartActions, true}, {"earlier", partEarlier, true},
		} {
			t.Run(fmt.Sprintf("%s-%dx%d", v.name, size.X, size.Y), func(t *testing.T) {
				x.part(v.part)
				x.a.review().inside = v.inside
				golden.RequireEqual(t, []byte(x.screen()))
			})
		}
	}
}

// A tree from a file is kept: another terminal draws it, and it can be taken away.
func TestReviewKeepsTree(t *testing.T) {
	x := reviewing(t, 120, 40)
	path := filepath.Join(t.TempDir(), "pump.yaml")
	if err := os.WriteFile(path, []byte(faulttree.Example), 0o600); err != nil {
		t.Fatal(err)
	}
	x.keys("f", "text:"+path, "enter")
	x.sees("kept by ana", "pump.yaml")
	other := join(t, x.store, x.clock, "bob", 120, 40)
	other.run(other.a.enter(x.a.room.inc.ID, 0))
	other.run(other.a.goDesk(screenReview))
	other.part(partTree)
	other.sees("kept by ana", "minimal cut sets")
	bad := filepath.Join(t.TempDir(), "loop.yaml")
	if err := os.WriteFile(bad, []byte("gates:\n  a: {or: [b]}\n  b: {or: [a]}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	other.keys("f", "text:"+bad, "enter")
	other.sees("a loop: “a” → “b” → “a”", "kept by ana")
	other.keys("esc", "D", "text:wrong pump", "enter")
	if k := other.a.room.inc.Writeup.Tree; k.Text != "" {
		t.Errorf("%+v", k)
	}
	other.sees("There is no answer to any why yet")
}

// The review of an earlier incident is a key away, and so is the way back.
func TestReviewEarlier(t *testing.T) {
	x := told(t)
	id := x.a.room.inc.ID
	x.part(partEarlier)
	x.sees("Checkout API returns 503 in EU", "2 action items still open", "Limit the batches of the import to 500 rows, @bob, due 2026-11-10", "Alert on lock waits")
	x.keys("tab", "enter")
	if x.a.room.inc.ID == id || x.a.screen != screenReview {
		t.Fatalf("at %s on screen %v", x.a.room.inc.ID, x.a.screen)
	}
	x.part(review.PartActions)
	x.sees("Limit the batches", "overdue since 2026-11-10")
	x.keys("B")
	if x.a.room.inc.ID != id || x.a.screen != screenReview {
		t.Fatalf("at %s on screen %v", x.a.room.inc.ID, x.a.screen)
	}
	x.keys("B") // there is nothing to go back to
	if x.a.room.inc.ID != id {
		t.Error("went back too far")
	}
}

// Every form that X writes: with what it must hold, and without what must not
// leave the house. A file that exists is never replaced.
func TestReviewExports(t *testing.T) {
	x := told(t)
	t.Chdir(t.TempDir())
	id := x.a.room.inc.ID
	for k, f := range []struct{ name, has string }{
		{id + ".md", "## Lessons Learned"}, {id + ".html", "default-src 'none'"}, {id + ".json", `"incident_id"`},
		{id + "-public.md", "## Lessons Learned"}, {id + "-public.html", "default-src 'none'"}, {id + "-public.json", `"incident_id"`},
	} {
		x.keys("X")
		for range k {
			x.keys("right")
		}
		x.keys("enter")
		b, err := os.ReadFile(f.name)
		if err != nil {
			t.Fatal(err)
		}
		text := string(b)
		if !strings.Contains(text, f.has) || !strings.Contains(text, "An import is a change, too.") {
			t.Errorf("%s lacks what it must hold", f.name)
		}
		public := strings.Contains(f.name, "public")
		for _, inside := range []string{"bob", "Bob", "dana", "refund list", "graph 7"} {
			if strings.Contains(text, inside) == public && (public || inside == "bob") {
				t.Errorf("%s: %q is %v", f.name, inside, !public)
			}
		}
		if st, err := os.Stat(f.name); err != nil || st.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" {
			t.Errorf("%s may be read by others: %v %v", f.name, st, err)
		}
	}
	x.keys("X", "enter")
	x.sees("exists already: give it a new name")
}

// A postmortem that is overdue stands on the list, by row and in a sentence.
func TestLateReviewOnTheList(t *testing.T) {
	x := checkout(t, 120, 40)
	x.hear(x.command(x.a.room.inc.ID, "ana", model.SetStatus{To: model.Resolved}))
	x.keys("0")
	x.lacks("review late", "postmortem overdue")
	x.wait(73 * time.Hour)
	x.run(x.a.refreshList())
	x.sees("review late", "1 postmortem overdue", "nobody's")
	x.hear(x.command(x.a.room.inc.ID, "ana", model.MoveReview{To: model.ReviewPublished}))
	x.run(x.a.refreshList())
	x.lacks("review late", "postmortem overdue")
}

// Who declares what was there before is told at once, with what was never done.
func TestSeenBeforeAtDeclaration(t *testing.T) {
	x := sit(t, 160, 40)
	old := x.command("", "bob", model.Declare{Title: "Checkout queue is full", Services: []string{"checkout"}, At: noon.AddDate(0, -1, 0)})
	x.command(old.Incident.ID, "bob", model.AddAction{Title: "Alert on the depth of the queue"})
	x.keys("d", "text:Queue is full again", "tab", "tab", "text:checkout", "enter")
	x.sees("seen before: "+old.Incident.ID, "1 action item still open", "6 shows more")
	x.keys("esc", "0", "d", "text:Mails arrive late", "tab", "tab", "text:mail", "enter")
	x.sees("Mails arrive late")
	x.lacks("seen before")
}

// Whatever stands in a record, screen 6 draws it in its cells and nothing else.
func TestReviewHostile(t *testing.T) {
	const evil = "\x1b[31mred\x1b]0;title\a \u202egnp.exe\u200b \x9b2J 宽字 e\u0301"
	x := sit(t, 120, 40)
	old := x.command("", evil, model.Declare{Title: "checkout " + evil, Services: []string{"pay" + evil}, At: noon.AddDate(0, -1, 0)})
	x.command(old.Incident.ID, "eve", model.AddAction{Title: evil, Owner: "eve" + evil})
	r := x.command("", evil, model.Declare{Title: "checkout " + evil, Services: []string{"pay" + evil}, Description: evil, Severity: 2})
	id := r.Incident.ID
	for _, c := range []model.Command{
		model.AddAction{Title: evil, Ticket: evil, Category: evil},
		model.AnswerWhy{Answer: evil, Question: evil, Evidence: evil},
		model.WriteReview{Section: model.SecLessons, Text: "- " + evil + "\n\n```\n" + evil + "\n```\n# " + evil},
		model.KeepTree{Name: evil, File: "top: a\ngates:\n  a: {or: [b], description: \"\\e[31m red \\u202e\"}\nevents: {b: 0.1}\n"},
		model.SetLink{Name: "x", URL: "https://a.example/"},
	} {
		x.command(id, "eve"+evil, c)
	}
	x.run(x.a.enter(id, 0))
	x.run(x.a.goDesk(screenReview))
	for _, size := range sizes {
		x.resize(size.X, size.Y)
		for k := range deskParts {
			x.a.review().inside = false
			x.a.review().move(x.a, k-x.a.review().sel)
			x.a.review().inside = k%2 == 1
			view := x.a.View().Content
			for _, bad := range []string{"\x1b[31mred", "\x1b]0;title", "\u202e", "\x9b", "\u200b"} {
				if strings.Contains(view, bad) {
					t.Errorf("%v %s: the screen holds %q", size, deskParts[k].title, bad)
				}
			}
			for n, l := range strings.Split(view, "\n") {
				if got := ansi.StringWidth(l); got > size.X {
					t.Errorf("%v %s: line %d is %d wide", size, deskParts[k].title, n, got)
				}
			}
		}
	}
}
