//go:build unix

package ui

import (
	"fmt"
	"strings"
	"testing"

	"warroom/model"
)

// What one writes beside a step stands beside that step, for everybody.
func TestNoteBesideAStep(t *testing.T) {
	s := sitStepping(t, 80, 24)
	s.begin("orders-slow")
	s.keys("N")
	s.sees("Note: What is slow?", "everybody sees it beside the step")
	s.keys("text:112 wait, all of them for orders-db", "enter")
	s.sees("ana  112 wait, all of them for orders-db")
	if got := timelineTexts(t, s); !strings.Contains(strings.Join(got, "\n"), "112 wait, all of them") {
		t.Fatalf("%q", got)
	}
	run, _ := s.incident().Run(1)
	if n := run.NotesOf("look"); len(n) != 1 || n[0].By != "ana" {
		t.Fatalf("%+v", run.Notes)
	}
	s.keys("right")
	s.lacks("112 wait")
	s.hear(s.command(s.a.room.inc.ID, "bob", model.AddNote{Text: "with \x1b[31mcolour\nand a line", Run: 1, Step: "look"}))
	s.keys("left")
	s.sees("✎", "bob  with ^[[31mcolour", "112 wait, all of them")
	for n := range 9 {
		s.hear(s.command(s.a.room.inc.ID, "bob", model.AddNote{Text: fmt.Sprintf("sample %d", n), Run: 1, Step: "look"}))
	}
	s.sees("older in the timeline", "bob  sample 8", "Waiting connections", "printf")
	s.lacks("sample 5")
	if n := strings.Count(s.screen(), "✎"); n > 4 {
		t.Fatalf("%d lines of notes:\n%s", n, s.screen())
	}
	s.keys("E", "text:enough is known", "enter", "N", "text:it was the pool", "enter") // a run that is over, too
	s.sees("ana  it was the pool")
}

// At every size the notes leave room for what will run, and nothing is pushed out.
func TestNotesFit(t *testing.T) {
	for _, size := range bookSizes {
		s := sitStepping(t, size.w, size.h)
		s.begin("orders-slow")
		for n := range 5 {
			s.hear(s.command(s.a.room.inc.ID, strings.Repeat("someone", 8), model.AddNote{Text: strings.Repeat("long ", 30) + fmt.Sprint(n), Run: 1, Step: "look"}))
		}
		s.sees("will run", "printf")
		if size.h > 12 { // where there is room for them
			s.sees("✎", "older in the timeline", "…")
		}
		for k, l := range strings.Split(s.screen(), "\n") {
			if width(l) > size.w {
				t.Errorf("%dx%d: line %d is %d cells wide", size.w, size.h, k, width(l))
			}
		}
	}
}

func TestNoteLinesKeepToTheirRoom(t *testing.T) {
	s := sitStepping(t, 80, 24)
	s.begin("orders-slow")
	for range 4 {
		s.hear(s.command(s.a.room.inc.ID, "bob", model.AddNote{Text: strings.Repeat("long ", 30), Run: 1, Step: "look"}))
	}
	run, step, _, _, _ := s.a.books().current(s.a)
	for room := -1; room < 20; room++ {
		lines := s.a.books().noteLines(s.a, run, step, 60, room)
		if len(lines) > max(0, room) || room > 0 && len(lines) == 0 {
			t.Errorf("%d lines in the room of %d", len(lines), room)
		}
		all := strings.Join(lines, "\n")
		if told := strings.Count(all, "bob") == 4 || strings.Contains(all, "in the timeline"); room > 0 && !told {
			t.Errorf("in the room of %d it is not said that there are more:\n%s", room, all)
		}
	}
}
