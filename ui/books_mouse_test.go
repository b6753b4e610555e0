//go:build unix

package ui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"warroom/model"
	"warroom/model/play"
)

// The mouse finds on the screen of runbooks what is drawn there, at every size,
// and runs nothing.
func TestBooksMouse(t *testing.T) {
	for _, size := range bookSizes {
		t.Run(fmt.Sprintf("%dx%d", size.w, size.h), func(t *testing.T) {
			s := sitStepping(t, size.w, size.h)
			d := s.a.books()
			s.keys("down")
			s.clickRow("  Orders are slow")
			if r, ok := d.selected(s.a); !ok || r.card == nil || r.card.ID != "orders-slow" {
				t.Fatalf("selected %+v", r)
			}
			if d.run != 0 {
				t.Fatal("one click begins a runbook")
			}
			s.wait(2 * doubleClick)
			s.clickRow("  Orders are slow")
			s.clickRow("  Orders are slow")
			if d.run != 1 || len(s.incident().Runs) != 1 {
				t.Fatal("a double click does not begin a runbook")
			}
			s.clickRow("Can the database")
			if d.step != 0 || d.act != 1 {
				t.Errorf("selected action %d of step %d", d.act, d.step)
			}
			if size.w >= 64 {
				s.clickRow("1 What is slow?")
				if d.step != 0 || d.act != 1 {
					t.Errorf("a click on the open step goes to action %d of step %d", d.act, d.step)
				}
			}
			s.clickRow("Waiting connections")
			s.clickRow("Waiting connections")
			if d.act != 0 || d.job != nil || s.incident().Runs[0].Steps[0].State() != model.ActionPending {
				t.Error("a double click runs something")
			}
			if size.w >= 64 {
				s.clickRow("3 Give it room")
				if d.step != 2 || d.act != 0 {
					t.Errorf("selected action %d of step %d", d.act, d.step)
				}
				s.wheelOver("3 Give it room", 1)
				if d.step != 3 {
					t.Errorf("the wheel goes to step %d", d.step)
				}
				s.clickRow("1 What is slow?")
			}
			s.wheelOver("Waiting connections", 1)
			if d.step != 0 || d.act != 1 {
				t.Errorf("the wheel goes to action %d of step %d", d.act, d.step)
			}
		})
	}
}

// What a step prints is scrolled by the wheel over it and by nothing else.
func TestBooksWheelOverOutput(t *testing.T) {
	s := sitStepping(t, 80, 24)
	s.begin("orders-slow")
	d := s.a.books()
	s.keys("enter")
	s.ends()
	s.keys("up")
	d.out.Lines = nil
	for n := range 100 {
		d.out.Lines = append(d.out.Lines, play.Line{Text: fmt.Sprintf("line %03d", n)})
	}
	s.wheelOver("line 099", -1)
	if d.top != wheelStep {
		t.Errorf("scrolled back by %d lines", d.top)
	}
	s.wheelOver("line 090", 1)
	if d.top != 0 || d.step != 0 || d.act != 0 {
		t.Errorf("scrolled to %d, action %d of step %d", d.top, d.act, d.step)
	}
}

// findBody gives the cell at which a text begins in the body of the screen.
func (s *stepper) findBody(text string) (int, int) {
	s.t.Helper()
	lines := strings.Split(s.screen(), "\n")
	b := s.a.lay.body
	for y := b.Min.Y; y < b.Max.Y; y++ {
		if before, _, ok := strings.Cut(lines[y], text); ok {
			return ansi.StringWidth(before), y
		}
	}
	s.t.Fatalf("%q is not on the screen:\n%s", text, s.screen())
	return 0, 0
}

// clickRow presses the left button on a text of the screen's body.
func (s *stepper) clickRow(text string) {
	s.t.Helper()
	x, y := s.findBody(text)
	s.send(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft})
	s.hears()
}

func (s *stepper) wheelOver(text string, n int) {
	s.t.Helper()
	x, y := s.findBody(text)
	s.send(wheelMsg{x, y, n})
}
