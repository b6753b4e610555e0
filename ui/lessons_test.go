package ui

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"warroom/model"
)

// notebook remembers in memory, or refuses to.
type notebook struct {
	kept []string
	full bool
}

func (n *notebook) Had(id string) bool { return slices.Contains(n.kept, id) }
func (n *notebook) Keep(id string) error {
	if n.full {
		return errors.New("disk full")
	}
	n.kept = append(n.kept, id)
	return nil
}

// newcomer sits down with hints.
func newcomer(t *testing.T, w, h int, n *notebook) *seat {
	x := sit(t, w, h)
	x.a.school = newSchool(n, x.a.now)
	return x
}

// second lets time pass and tells the screen.
func (x *seat) pass(d time.Duration) {
	x.wait(d)
	x.send(tickMsg{x.a.now, x.a.clock})
}

// hintsShown lists the lessons on the screen now.
func (x *seat) hintsShown() []string {
	var out []string
	lines := strings.Split(x.screen(), "\n")
	for _, l := range lessons {
		if x.a.room == nil && l.id != "list" {
			continue
		}
		if strings.Contains(strings.Join(lines[len(lines)-2:], "\n"), l.text(x.a)) {
			out = append(out, l.id)
		}
	}
	return out
}

func TestLessonsComeOneByOne(t *testing.T) {
	n := &notebook{}
	x := newcomer(t, 120, 40, n)
	x.declare("api down")
	x.do("bob", "a line")
	x.hear(x.do("bob", "/take"))
	x.run(x.a.reload())
	seen := []string{}
	for range 20 * 60 {
		x.pass(time.Second)
		now := x.hintsShown()
		if len(now) > 1 {
			t.Fatalf("two hints at once: %q", now)
		}
		if len(now) == 1 && (len(seen) == 0 || seen[len(seen)-1] != now[0]) {
			seen = append(seen, now[0])
		}
	}
	if !slices.Equal(seen, []string{"write", "select", "panes"}) {
		t.Errorf("the hints were %q", seen)
	}
	for _, id := range seen {
		if !slices.Contains(n.kept, id) {
			t.Errorf("%s is not remembered", id)
		}
	}

	y := newcomer(t, 120, 40, n)
	y.declare("api down")
	for range 120 {
		y.pass(time.Second)
		if got := y.hintsShown(); len(got) > 0 {
			t.Fatalf("at the second start %q is shown again", got)
		}
	}
}

// A hint fades and goes when its time is over, or as soon as one does it.
func TestLessonFades(t *testing.T) {
	n := &notebook{}
	x := newcomer(t, 120, 40, n)
	x.declare("api down")
	x.do("bob", "a line")
	x.do("bob", "another")
	x.run(x.a.reload())
	x.keys("i", "esc") // they know how to write: no word about it
	x.pass(10 * time.Second)
	x.lacks("writes a line")
	if !slices.Contains(n.kept, "write") {
		t.Errorf("kept %q", n.kept)
	}
	x.sees("↑ selects a line · e corrects it")
	styles := map[style]bool{}
	for range 19 {
		styles[x.a.lessonLine(100)[0].st] = true
		x.pass(time.Second)
	}
	if len(styles) != 3 {
		t.Errorf("it has %d styles on its way", len(styles))
	}
	x.pass(2 * time.Second)
	x.lacks("selects a line")
	x.sees("i write")

	x.pass(time.Minute)
	x.sees("goes to the next pane")
	x.keys("tab")
	x.lacks("goes to the next pane")
}

func TestLessonsHaveTheirPlace(t *testing.T) {
	n := &notebook{}
	x := newcomer(t, 60, 15, n) // no room for most
	x.declare("api down")
	for range 100 {
		x.pass(time.Second)
		x.screen()
	}
	if slices.Contains(n.kept, "write") {
		t.Error("a hint that there is no room for counts as had")
	}

	y := newcomer(t, 120, 40, &notebook{full: true})
	y.declare("api down")
	y.pass(10 * time.Second)
	y.sees("writes a line")
	y.pass(25 * time.Second)
	y.pass(10 * time.Second)
	y.lacks("writes a line") // although it could not be remembered

	z := newcomer(t, 120, 40, &notebook{})
	z.declare("api down")
	z.keys("v")
	z.pass(10 * time.Second)
	z.lacks("writes a line")
	z.keys("esc", "i")
	z.pass(10 * time.Second)
	z.lacks("writes a line")
}

// Who tries to select text with the mouse is told once how.
func TestDragTeaches(t *testing.T) {
	n := &notebook{}
	x := newcomer(t, 120, 40, n)
	x.declare("api down")
	x.pass(time.Hour)
	x.send(dragMsg{})
	x.sees("ctrl+t frees the mouse to select text")
	x.pass(30 * time.Second)
	x.lacks("frees the mouse")
	x.send(dragMsg{})
	x.pass(time.Second)
	x.lacks("frees the mouse")
	if !slices.Contains(n.kept, "mouse") {
		t.Errorf("kept %q", n.kept)
	}
}

func TestNoHintsWithoutMemory(t *testing.T) {
	x := sit(t, 120, 40)
	x.declare("api down")
	for range 100 {
		x.pass(time.Second)
		if got := x.hintsShown(); len(got) > 0 {
			t.Fatalf("%q is shown", got)
		}
	}
}

// The hints name things that exist, with the keys as they are.
func TestLessonsNameActions(t *testing.T) {
	x := sit(t, 120, 40)
	x.declare("api down")
	x.hear(x.command(x.a.room.inc.ID, "bob", model.TakeCommand{}))
	for _, l := range lessons {
		text := l.text(x.a)
		if strings.HasPrefix(text, ":") || strings.Contains(text, "· : ") {
			t.Errorf("%s names an action that is not there: %q", l.id, text)
		}
		if width(text) > 55 {
			t.Errorf("%s takes %d cells", l.id, width(text))
		}
	}
}
