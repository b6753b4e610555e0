package ui

import (
	"fmt"
	"image"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"warroom/model"
)

// What lies under a cell is what is drawn there: every cell of every part is
// found, and no other.
func TestLayoutAt(t *testing.T) {
	for _, c := range []struct {
		size   image.Point
		screen screen
		focus  pane
	}{
		{image.Pt(40, 10), screenRoom, paneTimeline}, {image.Pt(80, 24), screenRoom, paneDue}, {image.Pt(100, 28), screenRoom, paneTimeline},
		{image.Pt(120, 40), screenRoom, paneTimeline}, {image.Pt(200, 60), screenRoom, paneRoles},
		{image.Pt(80, 24), screenIncidents, 0}, {image.Pt(200, 60), screenIncidents, 0}, {image.Pt(39, 9), screenRoom, 0},
	} {
		l := arrange(c.size.X, c.size.Y, c.screen, c.screen == screenRoom, c.focus, false, 1, [paneCount]int{9, 7, 5, 8, 4}, stationCommander)
		found := map[hit]int{}
		for y := -1; y <= c.size.Y; y++ {
			for x := -1; x <= c.size.X; x++ {
				h := l.at(x, y)
				r := image.Rectangle{}
				switch h.part {
				case partNone:
					for _, q := range append([]image.Rectangle{l.header, l.tabs, l.composer, l.status}, l.panes[:]...) {
						if image.Pt(x, y).In(q) {
							t.Fatalf("%v: cell %d,%d lies in %v and nothing is found", c.size, x, y, q)
						}
					}
					continue
				case partHeader:
					r = l.header
				case partTabs:
					r = l.tabs
				case partInput:
					r = l.composer
				case partStatus:
					r = l.status
				case partPane:
					r = l.panes[h.pane]
				case partList:
					r = l.body
				}
				if !image.Pt(x, y).In(r) || h.x != x-r.Min.X || h.y != y-r.Min.Y || h.h != r.Dy() {
					t.Fatalf("%v: cell %d,%d is found as %+v, its part is %v", c.size, x, y, h, r)
				}
				found[hit{part: h.part, pane: h.pane}]++
			}
		}
		if l.tiny != (len(found) == 0) {
			t.Errorf("%v: found %v", c.size, found)
		}
		if c.screen == screenIncidents && found[hit{part: partList}] != l.body.Dx()*l.body.Dy() {
			t.Errorf("%v: the list is not found", c.size)
		}
	}
}

// find gives the cell at which a text begins on the screen.
func (x *seat) find(text string) (int, int) {
	x.t.Helper()
	for y, line := range strings.Split(x.screen(), "\n") {
		if before, _, ok := strings.Cut(line, text); ok {
			return ansi.StringWidth(before), y
		}
	}
	x.t.Fatalf("%q is not on the screen:\n%s", text, x.screen())
	return 0, 0
}

// click presses the left button on a text.
func (x *seat) click(text string) {
	x.t.Helper()
	cx, cy := x.find(text)
	x.send(tea.MouseClickMsg{X: cx, Y: cy, Button: tea.MouseLeft})
}

func TestClickSelects(t *testing.T) {
	for _, size := range []image.Point{{80, 24}, {120, 40}, {200, 60}} {
		t.Run(size.String(), func(t *testing.T) {
			x := sit(t, size.X, size.Y)
			x.declare("api down")
			for i := range 60 {
				x.wait(time.Minute)
				x.hear(x.do("bob", fmt.Sprintf("entry %02d which is long enough to need a second line at any width that a terminal may have here, and a little more so that it surely does", i)))
			}
			x.hear(x.do("bob", "@carl look at the pool 30m"))
			x.hear(x.do("bob", "@dora look at the disk 40m"))
			before := x.screen()
			x.click("entry 57")
			if e, ok := x.a.room.tl.selected(); !ok || !strings.HasPrefix(e.Line, "entry 57") {
				t.Fatalf("selected %q", e.Line)
			}
			bx, by := x.find("entry 57")
			for i, line := range strings.Split(before, "\n") {
				if at := strings.Index(line, "entry 57"); at >= 0 && (i != by || ansi.StringWidth(line[:at]) != bx) {
					t.Error("the click moved the view")
				}
			}
			x.send(tea.MouseClickMsg{X: bx, Y: by + 1, Button: tea.MouseLeft})
			if e, _ := x.a.room.tl.selected(); !strings.HasPrefix(e.Line, "entry 57") {
				t.Errorf("the second line of an entry belongs to %q", e.Line)
			}
			x.click("Due")
			if x.a.focus != paneDue {
				t.Fatalf("focus on %v", x.a.focus)
			}
			x.click("2 @dora look")
			if c, _ := x.a.selectedClock(); !strings.Contains(c.Text, "disk") {
				t.Errorf("selected the clock %q", c.Text)
			}
			x.click("Roles")
			x.click("Technical lead")
			if r, _ := x.a.selectedRole(); x.a.focus != paneRoles || r.role != model.TechnicalLead {
				t.Errorf("selected %v in %v", r.role, x.a.focus)
			}
			x.a.toast = toast{}
			x.click(" 0 Incidents")
			if x.a.screen != screenIncidents {
				t.Error("the name of the list does not open it")
			}
			x.click("api down")
			if x.a.screen != screenIncidents {
				t.Error("one click opens an incident")
			}
			x.click(" 1 Room")
			if x.a.screen != screenRoom {
				t.Error("the name of the Room does not open it")
			}
		})
	}
}

func TestDoubleClickOpens(t *testing.T) {
	x := sit(t, 120, 40)
	x.declare("first")
	x.command("", "bob", model.Declare{Title: "second", Severity: 1})
	x.keys("0")
	x.click("second")
	x.wait(time.Second)
	x.click("second")
	if x.a.screen != screenIncidents {
		t.Fatal("two slow clicks count as a double one")
	}
	x.click("second")
	if x.a.screen != screenRoom || x.a.room.inc.Title != "second" {
		t.Fatal("a double click does not open the incident")
	}
	x.click("declared SEV-1")
	x.click("declared SEV-1")
	x.sees("Entry #1")
	x.send(tea.MouseClickMsg{X: 0, Y: 0, Button: tea.MouseLeft})
	x.sees("Entry #1")
}

// Many incidents, so that the list is scrolled: the row under the mouse is the
// one that is selected.
func TestClickInScrolledList(t *testing.T) {
	x := sit(t, 80, 24)
	for i := range 40 {
		x.wait(time.Minute)
		x.command("", "bob", model.Declare{Title: fmt.Sprintf("incident %02d", i), Severity: 3})
	}
	x.keys("ctrl+l", "G")
	for y, line := range strings.Split(x.screen(), "\n") {
		_, rest, ok := strings.Cut(line, "incident ")
		if !ok {
			continue
		}
		x.send(tea.MouseClickMsg{X: 3, Y: y, Button: tea.MouseLeft})
		s := x.a.list.rows[x.a.list.index()]
		if s.Title != "incident "+rest[:2] {
			t.Fatalf("line %d shows incident %s, the click selects %q", y, rest[:2], s.Title)
		}
		x.keys("G")
	}
}

func TestClickInDialogs(t *testing.T) {
	x := sit(t, 80, 24)
	x.declare("api down")
	x.keys("v")
	x.send(tea.MouseClickMsg{X: 0, Y: 12, Button: tea.MouseLeft})
	x.send(tea.MouseClickMsg{X: 40, Y: 23, Button: tea.MouseLeft})
	x.sees("How bad is it")
	x.click("SEV-3  minor")
	x.sees("How bad is it", "is so now") // it cannot be chosen, and says why
	x.click("SEV-2  major")
	x.lacks("How bad is it")
	x.sees("▲ SEV-2")

	x.keys("D")
	x.click("since ")
	x.keys("text:-10m")
	x.click("what is wrong")
	x.keys("text:another")
	x.click(" 5 ")
	f := x.a.dialogs[0].(*form)
	if got := []string{f.fields[0].value(), f.fields[1].value(), f.fields[3].value()}; !slices.Equal(got, []string{"another", "5", "-10m"}) {
		t.Errorf("the form holds %q", got)
	}
	x.keys("esc", "?", "text:earlier")
	x.click("Show earlier messages")
	x.sees("Messages", "INC-")
}

func TestClickWhileTyping(t *testing.T) {
	x := sit(t, 120, 40)
	x.declare("api down")
	x.click("enter to write")
	x.keys("text:half a li")
	if !x.a.composer.focused() {
		t.Fatal("a click into the input does not begin to write")
	}
	x.click("declared SEV-3")
	if x.a.composer.focused() || x.a.composer.value() != "half a li" {
		t.Errorf("after a click beside it the input holds %q", x.a.composer.value())
	}
	x.click("half a li")
	x.keys("text:ne", "enter")
	x.sees("n half a line")
}

func TestOtherButtonsDoNothing(t *testing.T) {
	x := sit(t, 120, 40)
	x.declare("api down")
	before := x.screen()
	for _, b := range []tea.MouseButton{tea.MouseRight, tea.MouseMiddle, tea.MouseBackward} {
		cx, cy := x.find("Roles")
		x.send(tea.MouseClickMsg{X: cx, Y: cy, Button: b})
	}
	if x.screen() != before {
		t.Error("a button that means nothing changed the screen")
	}
}

// The wheel moves what is under it and leaves focus, selection and typing alone.
func TestWheel(t *testing.T) {
	x := sit(t, 120, 40)
	x.declare("api down")
	for i := range 100 {
		x.wait(time.Minute)
		x.hear(x.do("bob", fmt.Sprintf("entry %02d", i)))
	}
	x.keys("i", "text:typing")
	x.a.focus = paneRoles
	at := x.a.lay.panes[paneTimeline].Min.Add(image.Pt(5, 5))
	x.send(wheelMsg{at.X, at.Y, -10})
	x.sees("entry 50", "paused")
	x.lacks("entry 99")
	x.hear(x.do("bob", "more"))
	x.sees("1 new")
	x.send(wheelMsg{at.X, at.Y, 100})
	x.sees("n more", "following")
	if x.a.focus != paneRoles || x.a.composer.value() != "typing" || !x.a.composer.focused() {
		t.Error("the wheel took the focus")
	}
	x.keys("esc")
	r := x.a.lay.panes[paneRoles]
	x.send(wheelMsg{r.Min.X + 2, r.Min.Y + 2, 2})
	if x.a.room.role != 2 {
		t.Errorf("role %d is selected", x.a.room.role)
	}
	x.send(wheelMsg{r.Min.X + 2, r.Min.Y + 2, -99})
	if x.a.room.role != 0 {
		t.Errorf("role %d is selected", x.a.room.role)
	}
	x.keys("?")
	p := x.a.dialogs[0].(*picker)
	x.send(wheelMsg{60, 15, 3})
	x.send(wheelMsg{0, 39, 3})
	if p.sel != 3 {
		t.Errorf("item %d is selected", p.sel)
	}
	x.keys("esc", "0")
	x.command("", "bob", model.Declare{Title: "second", Severity: 5})
	x.keys("ctrl+l")
	x.a.list.sel = x.a.list.rows[0].ID
	x.send(wheelMsg{10, 10, 1})
	if x.a.list.index() != 1 {
		t.Errorf("row %d is selected", x.a.list.index())
	}
}

func TestMouseSwitch(t *testing.T) {
	x := sit(t, 80, 24)
	if x.a.View().MouseMode != tea.MouseModeCellMotion {
		t.Error("the mouse is not on at first")
	}
	x.keys("ctrl+t")
	x.sees("the mouse selects text", "ctrl+t gives it back")
	if x.a.View().MouseMode != tea.MouseModeNone {
		t.Error("the terminal has not got the mouse back")
	}
	x.keys("ctrl+t")
	if x.a.View().MouseMode != tea.MouseModeCellMotion {
		t.Error("the mouse stays off")
	}
}

// Many turns of the wheel in one frame become two messages, none is lost, and
// what nothing reacts to does not reach the program at all.
func TestWheelGathers(t *testing.T) {
	var timers []func()
	var late []tea.Msg
	w := &wheel{after: func(d time.Duration, f func()) {
		if d != wheelEvery {
			t.Errorf("gathers for %v", d)
		}
		timers = append(timers, f)
	}, send: func(m tea.Msg) { late = append(late, m) }}
	turn := func(b tea.MouseButton) tea.Msg { return w.filter(nil, tea.MouseWheelMsg{X: 3, Y: 4, Button: b}) }
	frame := func() {
		now := timers
		timers = nil
		for _, f := range now {
			f()
		}
	}
	if m := turn(tea.MouseWheelDown); m != (wheelMsg{3, 4, 1}) {
		t.Fatalf("the first turn is %v", m)
	}
	for range 50 {
		if m := turn(tea.MouseWheelDown); m != nil {
			t.Fatalf("a turn within the frame is %v", m)
		}
	}
	turn(tea.MouseWheelUp)
	if m := turn(tea.MouseWheelLeft); m != nil {
		t.Errorf("a turn sideways is %v", m)
	}
	frame()
	if !slices.Equal(late, []tea.Msg{wheelMsg{3, 4, 49}}) {
		t.Fatalf("after a frame came %v", late)
	}
	turn(tea.MouseWheelUp)
	frame()
	frame() // nothing more: the wheel rests
	if !slices.Equal(late, []tea.Msg{wheelMsg{3, 4, 49}, wheelMsg{3, 4, -1}}) || len(timers) != 0 {
		t.Fatalf("after another came %v, and %d timers go on", late, len(timers))
	}
	if m := turn(tea.MouseWheelUp); m != (wheelMsg{3, 4, -1}) {
		t.Errorf("after a rest the first turn is %v", m)
	}

	for _, m := range []tea.Msg{tea.MouseReleaseMsg{X: 1}, tea.MouseMotionMsg{X: 1}} {
		if got := w.filter(nil, m); got != nil {
			t.Errorf("%T reaches the program", m)
		}
	}
	w.filter(nil, tea.MouseClickMsg{X: 5, Y: 5, Button: tea.MouseLeft})
	var drags []bool
	for x := 5; x < 10; x++ {
		drags = append(drags, w.filter(nil, tea.MouseMotionMsg{X: x, Y: 5, Button: tea.MouseLeft}) == dragMsg{})
	}
	if !slices.Equal(drags, []bool{false, false, true, false, false}) {
		t.Errorf("a drag is told as %v", drags)
	}
	if m := w.filter(nil, tea.KeyPressMsg{Text: "a"}); m == nil {
		t.Error("a key is kept back")
	}
}
