package ui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// slate is a desk that only notes what happens to it.
type slate struct {
	opened, heard, clicks, wheels int
	field                         string
	writing                       bool
}

type slateMsg int

func (s *slate) open(*App) tea.Cmd { s.opened++; return func() tea.Msg { return slateMsg(7) } }
func (s *slate) take(_ *App, m tea.Msg) (tea.Cmd, bool) {
	n, ok := m.(slateMsg)
	s.heard += int(n)
	return nil, ok
}
func (s *slate) news(_ *App, e []model.Event) tea.Cmd { s.heard += len(e) * 100; return nil }
func (s *slate) draw(a *App, w, h int) []string {
	return []string{segs{{fmt.Sprintf("slate %d×%d", w, h), ""}}.fit(w)}
}
func (s *slate) tag(*App) (string, style)            { return "9", "" }
func (s *slate) click(*App, int, int, bool) tea.Cmd  { s.clicks++; return nil }
func (s *slate) wheel(*App, int, int, int) tea.Cmd   { s.wheels++; return nil }
func (s *slate) typing() bool                        { return s.writing }
func (s *slate) typed(_ *App, m tea.Msg) tea.Cmd     { s.field += m.(tea.KeyPressMsg).String(); return nil }
func (s *slate) cursor(a *App, w, h int) *tea.Cursor { return tea.NewCursor(3, 2) }

// withSlate sits somebody before a screen on which a desk stands.
func withSlate(t *testing.T, w, h int) (*seat, *slate) {
	x := checkout(t, w, h)
	s := &slate{}
	x.a.desks[screenStats] = s
	return x, s
}

func TestDeskComesAndGoes(t *testing.T) {
	for _, size := range sizes {
		x, s := withSlate(t, size.X, size.Y)
		x.run(x.a.goDesk(screenStats))
		if s.opened != 1 || s.heard != 7 {
			t.Fatalf("opened %d, heard %d", s.opened, s.heard)
		}
		x.sees("slate")
		lines := strings.Split(x.a.View().Content, "\n")
		if len(lines) != size.Y {
			t.Errorf("%v: %d lines", size, len(lines))
		}
		x.keys("esc")
		x.sees("Timeline")
		x.hear(x.do("bob", "a line from somewhere else"))
		if s.heard < 107 {
			t.Errorf("the desk heard nothing of a new line: %d", s.heard)
		}
	}
}

// On a desk the keys of the whole incident still work, those of the Room's panes
// do not, and a line can be written without leaving.
func TestDeskKeepsTheIncident(t *testing.T) {
	x, _ := withSlate(t, 120, 40)
	x.run(x.a.goDesk(screenStats))
	x.sees("SEV-1", "Analytics 9")
	x.keys("v")
	x.sees("SEV-5")
	x.keys("esc", "i", "text:! seen from the desk", "enter")
	if en := events(t, x); en[len(en)-1].Text() != "seen from the desk" || !en[len(en)-1].Important() {
		t.Errorf("the newest line is %q", en[len(en)-1].Text())
	}
	x.sees("slate")
	x.keys("up", "tab", "d", "!")
	x.sees("slate")
}

// While a desk's own field is typed into, no other key acts.
func TestDeskTyping(t *testing.T) {
	x, s := withSlate(t, 120, 40)
	x.run(x.a.goDesk(screenStats))
	s.writing = true
	x.keys("q", "1", "T")
	if s.field != "q1T" {
		t.Errorf("typed %q", s.field)
	}
	if c := x.a.View().Cursor; c == nil || c.X != 3 || c.Y != x.a.lay.body.Min.Y+2 {
		t.Errorf("the cursor is at %+v", c)
	}
}

// Without an incident a desk stands under the list's header.
func TestDeskWithoutIncident(t *testing.T) {
	x := sit(t, 80, 24)
	s := &slate{}
	x.a.desks[screenStats] = s
	x.run(x.a.goDesk(screenStats))
	x.sees("warroom", "slate 80×20")
	for _, k := range []string{"T", "v", "S", "w", "b", "A", "i", "s", "a", "x"} {
		x.keys(k)
		x.sees("slate")
	}
	x.click("slate")
	x.send(wheelMsg{3, 5, 1})
	if s.clicks != 1 || s.wheels != 1 {
		t.Errorf("%d clicks, %d turns", s.clicks, s.wheels)
	}
	x.keys("esc")
	x.sees("Incidents")
}
