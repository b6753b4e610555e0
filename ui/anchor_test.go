package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// crowded is a room with many entries of different lengths.
func crowded(t *testing.T, w, h int) *seat {
	x := sit(t, w, h)
	x.declare("api down")
	for i := range 120 {
		x.wait(time.Minute)
		x.hear(x.do("bob", fmt.Sprintf("entry %03d %s", i, strings.Repeat("and so on ", i%25))))
	}
	x.a.toast = toast{}
	return x
}

func (x *seat) resize(w, h int) { x.send(tea.WindowSizeMsg{Width: w, Height: h}) }

// firstEntry is the number of the entry that is on top of the timeline.
func (x *seat) firstEntry() string {
	x.t.Helper()
	for line := range strings.SplitSeq(x.screen(), "\n") {
		if _, rest, ok := strings.Cut(line, " entry "); ok {
			return rest[:3]
		}
	}
	x.t.Fatalf("no entry on the screen:\n%s", x.screen())
	return ""
}

var window = [][2]int{{120, 40}, {60, 40}, {61, 18}, {200, 60}, {80, 24}, {40, 12}, {99, 27}, {100, 28}, {180, 30}, {120, 40}}

// Whatever becomes of the window, the selected entry stays selected and in view.
func TestResizeKeepsTheSelection(t *testing.T) {
	x := crowded(t, 120, 40)
	for range 40 {
		x.keys("up")
	}
	for tl := &x.a.room.tl; tl.index(tl.sel)-tl.anchor < 8; {
		x.keys("down") // away from the upper edge
	}
	was, _ := x.a.room.tl.selected()
	mark := was.Line[:len("entry 000")]
	for _, s := range window {
		x.resize(s[0], s[1])
		if is, _ := x.a.room.tl.selected(); is.Seq != was.Seq {
			t.Fatalf("%v: selected %q", s, is.Line)
		}
		x.sees(mark)
	}
	x.keys("+")
	x.sees(mark)
	x.keys("+")
	x.sees(mark)
}

// Who has scrolled somewhere stays there: the same entry is on top.
func TestResizeKeepsThePlace(t *testing.T) {
	x := crowded(t, 120, 40)
	x.send(wheelMsg{10, 10, -12})
	was := x.firstEntry()
	for _, s := range window {
		x.resize(s[0], s[1])
		if is := x.firstEntry(); is != was {
			t.Fatalf("%v: entry %s is on top, it was %s", s, is, was)
		}
	}
}

// A selection that was scrolled out of view does not pull the view back.
func TestResizeLeavesAFarSelection(t *testing.T) {
	x := crowded(t, 120, 40)
	x.keys("up")
	x.send(wheelMsg{10, 10, -20})
	was := x.firstEntry()
	x.resize(100, 30)
	x.resize(121, 41)
	if is := x.firstEntry(); is != was {
		t.Errorf("entry %s is on top, it was %s", is, was)
	}
}

// Following goes on following.
func TestResizeFollows(t *testing.T) {
	x := crowded(t, 120, 40)
	for _, s := range window {
		x.resize(s[0], s[1])
		x.sees("entry 119")
	}
}

// The list and what is typed come through, too.
func TestResizeKeepsListAndText(t *testing.T) {
	x := crowded(t, 120, 40)
	x.keys("i", "text:half a line")
	for i := range 30 {
		x.wait(time.Second)
		x.command("", "bob", declareNumber(i))
	}
	for _, s := range window {
		x.resize(s[0], s[1])
		x.sees("half a line")
	}
	x.keys("esc", "0", "down", "down", "down")
	sel := x.a.list.sel
	title := x.a.list.rows[x.a.list.index()].Title
	for _, s := range window {
		x.resize(s[0], s[1])
		x.sees(title)
	}
	if x.a.list.sel != sel {
		t.Error("another incident is selected")
	}
}

func TestEntryAt(t *testing.T) {
	x := crowded(t, 80, 24)
	x.keys("g")
	h := x.a.timelineHeight()
	top := x.a.lay.panes[paneTimeline].Min.Y
	lines := strings.Split(x.screen(), "\n")
	last, days := "", 0
	for row := range h {
		e, ok := x.a.room.tl.entryAt(row, h)
		line := lines[top+row]
		if _, rest, begins := strings.Cut(line, " entry "); begins {
			last = "entry " + rest[:3]
		} else if strings.Contains(line, "──") {
			if days++; ok {
				t.Errorf("the name of a day is taken for %q", e.Line)
			}
			continue
		}
		if last != "" && (!ok || !strings.HasPrefix(e.Line, last)) {
			t.Errorf("line %d shows %s, found %q", row, last, e.Line)
		}
	}
	if days == 0 || last == "" {
		t.Error("no day or no entry is on the screen")
	}
	if _, ok := x.a.room.tl.entryAt(h, h); ok {
		t.Error("there is an entry below the pane")
	}
	if _, ok := x.a.room.tl.entryAt(-1, h); ok {
		t.Error("there is an entry above the pane")
	}
}
