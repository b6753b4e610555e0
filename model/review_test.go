package model

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func refused(t *testing.T, b *book, who string, c Command, code Code, says string) {
	t.Helper()
	seq := b.inc.Seq
	_, err := b.do(who, c)
	if CodeOf(err) != code || !strings.Contains(Message(err), says) {
		t.Errorf("%#v: %v %q, want %s with %q", c, CodeOf(err), Message(err), code, says)
	}
	if b.inc.Seq != seq {
		t.Errorf("%#v was refused and written", c)
	}
}

// Two people edit the same section: the second is told, and neither text is lost.
func TestSectionsAreNotOverwritten(t *testing.T) {
	b := open(t, Declare{}).tick(time.Minute)
	first := b.must(t, "ana", WriteReview{Section: SecWell, Text: "the alert came early\r\n\n"})[0]
	if s := b.inc.Writeup.Section(SecWell); s.Text != "the alert came early" || s.By != "ana" || s.Seq != first.Seq {
		t.Errorf("%+v", s)
	}
	if b.inc.Writeup.State != ReviewDraft {
		t.Errorf("writing did not begin the draft: %q", b.inc.Writeup.State)
	}
	refused(t, b, "bob", WriteReview{Section: SecWell, Text: "bob was there"}, Conflict, "was written by ana meanwhile")
	second := b.must(t, "bob", WriteReview{Section: SecWell, Text: "both", Base: first.Seq})[0]
	refused(t, b, "ana", WriteReview{Section: SecWell, Text: "mine", Base: first.Seq}, Conflict, "by bob")
	refused(t, b, "ana", WriteReview{Section: SecWell, Text: "both", Base: second.Seq}, Conflict, "nothing would change")
	refused(t, b, "ana", WriteReview{Section: "verdict", Text: "x"}, Invalid, "is no section")
	refused(t, b, "ana", WriteReview{Section: SecWell, Text: strings.Repeat("x", MaxText+1), Base: second.Seq}, Invalid, "too long")
	if got := b.inc.Writeup.Section(SecWell).Text; got != "both" {
		t.Errorf("the section is %q", got)
	}
	b.must(t, "ana", WriteReview{Section: SecWell, Base: second.Seq})
	b.whole(t)
}

func TestReviewStates(t *testing.T) {
	b := open(t, Declare{}).tick(time.Minute)
	refused(t, b, "ana", MoveReview{To: ReviewPublished}, Conflict, "still going on")
	b.must(t, "ana", SetStatus{To: Resolved})
	wantKinds(t, b.must(t, "ana", MoveReview{To: ReviewInReview}), KindReviewMoved)
	refused(t, b, "ana", MoveReview{To: ReviewInReview}, Conflict, "already")
	refused(t, b, "ana", MoveReview{To: "perfect"}, Invalid, "no state")
	b.tick(time.Hour)
	wantKinds(t, b.must(t, "ana", MoveReview{To: ReviewPublished}), KindReviewMoved, KindMilestoneSet)
	if at, ok := b.inc.At(PostmortemPublished); !ok || !at.Equal(b.now) {
		t.Errorf("published at %v", at)
	}
	wantKinds(t, b.must(t, "ana", MoveReview{To: ReviewDraft, Reason: "numbers were wrong"}), KindReviewMoved)
	wantKinds(t, b.must(t, "ana", MoveReview{To: ReviewPublished}), KindReviewMoved)
	b.whole(t)
}

func TestWhys(t *testing.T) {
	b := open(t, Declare{}).tick(time.Minute)
	b.must(t, "ana", AnswerWhy{Answer: "the pool was exhausted", Evidence: "graph", Confidence: ConfidenceHigh})
	b.must(t, "bob", AnswerWhy{Answer: "retries without pause"})
	b.must(t, "ana", AnswerWhy{Parent: 1, Answer: "no limit on imports"})
	refused(t, b, "ana", AnswerWhy{Parent: 7, Answer: "x"}, NotFound, "no why 7")
	refused(t, b, "ana", AnswerWhy{Parent: 1}, Invalid, "empty")
	refused(t, b, "ana", AnswerWhy{Answer: "x", Confidence: "certain"}, Invalid, "no confidence")
	w, _ := b.inc.Writeup.Why(3)
	if w.Question != "Why did this happen: the pool was exhausted?" {
		t.Errorf("question %q", w.Question)
	}
	answer := "no limit on imports at night"
	b.must(t, "bob", ChangeWhy{N: 3, Answer: &answer, Base: w.Seq})
	refused(t, b, "ana", ChangeWhy{N: 3, Answer: &answer, Base: w.Seq}, Conflict, "changed meanwhile")
	refused(t, b, "ana", ChangeWhy{N: 3, Answer: &answer}, Conflict, "nothing would change")
	b.must(t, "ana", DropWhy{N: 1})
	if len(b.inc.Writeup.Whys) != 1 || b.inc.Writeup.Whys[0].N != 2 {
		t.Errorf("left: %+v", b.inc.Writeup.Whys)
	}
	b.must(t, "ana", AnswerWhy{Answer: "another"})
	if last := b.inc.Writeup.Whys[1]; last.N != 4 {
		t.Errorf("number %d was given again", last.N)
	}
	b.whole(t)
}

func TestActionItems(t *testing.T) {
	b := open(t, Declare{}).tick(time.Minute)
	todo := b.must(t, "ana", AddNote{Kind: KindTodo, Text: "test the failover"})[0]
	b.must(t, "ana", AddAction{Todo: todo.Seq, Owner: "@bob", Priority: "p1", Type: "prev", Due: "2026-11-30", Ticket: "OPS-7"})
	a, _ := b.inc.Action(1)
	if a.Title != "test the failover" || a.Owner != "bob" || a.Priority != "P1" || a.Type != "prevent" || a.Due != "2026-11-30" || !a.Open() {
		t.Errorf("%+v", a)
	}
	refused(t, b, "ana", AddAction{Todo: todo.Seq}, Conflict, "already")
	refused(t, b, "ana", AddAction{Title: "Test the failover"}, Conflict, "action item 1 already")
	refused(t, b, "ana", AddAction{Title: "x", Priority: "P9"}, Invalid, "no priority")
	refused(t, b, "ana", AddAction{Title: "x", Due: "soon"}, Invalid, "no date")
	refused(t, b, "ana", AddAction{Title: "x", Due: "2026-02-30"}, Invalid, "no date")
	refused(t, b, "ana", AddAction{Title: "x", Type: "blame"}, Invalid, "no type")
	refused(t, b, "ana", DropAction{N: 1}, Invalid, "say why")
	refused(t, b, "ana", FinishAction{N: 2}, NotFound, "no action item 2")
	for at, overdue := range map[string]bool{"2026-11-30T23:59:59Z": false, "2026-12-01T00:00:00Z": true} {
		when, _ := time.Parse(time.RFC3339, at)
		if a.Overdue(when) != overdue {
			t.Errorf("overdue at %s: %v", at, !overdue)
		}
	}
	none, due := "", Date("2026-11-24")
	b.must(t, "ana", ChangeAction{N: 1, Owner: &none, Due: &due, Base: a.Seq})
	refused(t, b, "bob", ChangeAction{N: 1, Due: &due, Base: a.Seq}, Conflict, "changed meanwhile")
	b.must(t, "bob", FinishAction{N: 1, Result: "runs weekly"})
	if a, _ := b.inc.Action(1); a.State != ItemDone || !a.OnTime() || a.Overdue(b.now.AddDate(1, 0, 0)) || a.Owner != "" {
		t.Errorf("%+v", a)
	}
	refused(t, b, "ana", FinishAction{N: 1}, Conflict, "done already")
	b.must(t, "ana", ReopenAction{N: 1, Reason: "it does not run"})
	b.tick(72 * time.Hour)
	b.must(t, "ana", FinishAction{N: 1})
	if a, _ := b.inc.Action(1); a.OnTime() {
		t.Error("done after its day is not on time")
	}
	if !slices.ContainsFunc(b.texts(), func(s string) bool { return s == "action item 1: test the failover, @bob, P1, due 2026-11-30" }) {
		t.Errorf("%q", b.texts())
	}
	b.whole(t)
}
