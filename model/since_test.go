package model

import (
	"fmt"
	"testing"
	"time"
)

func TestSince(t *testing.T) {
	b := open(t, Declare{})
	do := func(c Command) {
		t.Helper()
		if _, err := b.do("bob", c); err != nil {
			t.Fatal(err)
		}
	}
	do(AddNote{Text: "early"})
	from := len(b.events)
	early := b.inc.Seq
	b.tick(time.Minute)
	do(AssignRole{Role: Commander}) // with milestones that follow from it
	do(AddNote{Text: "one"})
	one := b.inc.Seq
	do(AddNote{Text: "two", At: b.now.Add(-30 * time.Second)})
	two := b.inc.Seq
	text, yes := "one, corrected", true
	do(Amend{Seq: one, Text: &text, Mark: &yes})
	do(Amend{Seq: two, Struck: &yes})
	do(Amend{Seq: early, Struck: &yes})
	var got []string
	for _, e := range Since(b.events[from:]) {
		got = append(got, fmt.Sprintf("%s mark=%v struck=%v amended=%d", e.Line, e.Mark, e.Struck, e.Amended))
	}
	want := []string{
		"two mark=false struck=true amended=1",
		"bob assigned as incident commander mark=true struck=false amended=0",
		"one, corrected mark=true struck=false amended=1",
		fmt.Sprintf("amended #%d: took back mark=false struck=false amended=0", early),
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
	if Since(nil) != nil {
		t.Error("nothing gives something")
	}
}
