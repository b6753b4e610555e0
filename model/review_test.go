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

func TestParseDay(t *testing.T) {
	for in, want := range map[string]Date{"": "", "2026-12-01": "2026-12-01", "0d": "2026-11-23", "10d": "2026-12-03", " 2W ": "2026-12-07"} {
		if got, err := ParseDay(in, noon); err != nil || got != want {
			t.Errorf("%q: %q %v, want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"soon", "w", "-1d", "2026-13-01", "99999d"} {
		if got, err := ParseDay(in, noon); CodeOf(err) != Invalid {
			t.Errorf("%q: %q %v", in, got, err)
		}
	}
}

func TestKeepTree(t *testing.T) {
	b := open(t, Declare{}).tick(time.Minute)
	refused(t, b, "ana", DropTree{}, NotFound, "no fault tree is kept")
	refused(t, b, "ana", KeepTree{Name: "t.yaml", File: " \n"}, Invalid, "empty")
	refused(t, b, "ana", KeepTree{Name: "t.yaml", File: strings.Repeat("x", MaxTree+1)}, Invalid, "at most 65536 are kept")
	first := b.must(t, "ana", KeepTree{Name: "t.yaml", File: "top: a\r\n"})[0]
	if k := b.inc.Writeup.Tree; k.Text != "top: a\n" || k.By != "ana" || k.Seq != first.Seq {
		t.Errorf("%+v", k)
	}
	refused(t, b, "bob", KeepTree{Name: "u.yaml", File: "top: b"}, Conflict, "changed meanwhile")
	refused(t, b, "bob", KeepTree{Name: "t.yaml", File: "top: a\n", Base: -1}, Conflict, "nothing would change")
	b.must(t, "bob", KeepTree{Name: "u.yaml", File: "top: b", Base: first.Seq})
	b.must(t, "ana", DropTree{Reason: "wrong system"})
	if k := b.inc.Writeup.Tree; k.Text != "" {
		t.Errorf("%+v", k)
	}
	refused(t, b, "bob", KeepTree{Name: "u.yaml", File: "top: b"}, Conflict, "changed meanwhile")
	if got := b.texts(); !slices.Contains(got, "postmortem: fault tree t.yaml kept") || !slices.Contains(got, "postmortem: fault tree u.yaml taken away: wrong system") {
		t.Errorf("%q", got)
	}
	b.whole(t)
}

// After the incident the postmortem is due, and action items in the week before
// their day. They call nobody.
func TestReviewClocks(t *testing.T) {
	b := open(t, Declare{Severity: 2}).tick(time.Hour)
	b.must(t, "ana", AddAction{Title: "near", Owner: "bob", Due: "2026-11-25"})
	b.must(t, "ana", AddAction{Title: "far", Due: "2026-12-20"})
	b.must(t, "ana", AddAction{Title: "undated"})
	for _, c := range b.inc.Clocks(Doctrine(), b.now) {
		if c.Kind == ClockItem || c.Kind == ClockReview {
			t.Errorf("%+v runs during the incident", c)
		}
	}
	b.must(t, "ana", SetStatus{To: Resolved})
	if c := b.clockOf(t, "review"); c.Text != "postmortem, nobody's" || !c.Due.Equal(b.now.Add(72*time.Hour)) {
		t.Errorf("%+v", c)
	}
	c := b.clockOf(t, "item:1")
	if c.Text != "action item @bob: near" || !c.Due.Equal(time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", c)
	}
	late := c.Due.Add(time.Second)
	if !c.Overdue(late) || c.Alarm(late) {
		t.Error("an action item that is late is overdue and no alarm")
	}
	var keys []string
	for _, c := range b.inc.Clocks(Doctrine(), b.now) {
		keys = append(keys, c.Key)
	}
	if slices.Contains(keys, "item:2") || slices.Contains(keys, "item:3") {
		t.Errorf("what is due in weeks or never stands in %q", keys)
	}
	b.must(t, "bob", FinishAction{N: 1})
	b.must(t, "ana", MoveReview{To: ReviewPublished})
	for _, c := range b.inc.Clocks(Doctrine(), b.now) {
		if c.Kind == ClockItem || c.Kind == ClockReview {
			t.Errorf("%+v runs on", c)
		}
	}
	minor := open(t, Declare{Severity: 4}).tick(time.Hour)
	minor.must(t, "ana", SetStatus{To: Resolved})
	for _, c := range minor.inc.Clocks(Doctrine(), minor.now) {
		if c.Kind == ClockReview {
			t.Error("a small incident asks for a postmortem by itself")
		}
	}
}
