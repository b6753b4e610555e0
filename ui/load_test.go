package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"warroom/model"
)

// load is what other people do while somebody works here: lines short and long,
// some set back in time, some taken back or corrected, orders, another severity,
// and what happens in other incidents.
type load struct {
	x     *seat
	other string
	n     int
	seqs  []int64
}

func under(x *seat) *load {
	r := x.command("", "probe", model.Declare{Title: "Search is slow", Severity: 3})
	x.hear(r)
	return &load{x: x, other: r.Incident.ID}
}

// step is one thing that happens, and reaches this screen.
func (l *load) step() {
	x, id := l.x, l.x.a.room.inc.ID
	l.n++
	x.wait(500 * time.Millisecond)
	do := func(c model.Command) model.Receipt { return x.command(id, "bob", c) }
	var r model.Receipt
	switch l.n % 10 {
	case 1:
		r = do(model.AddNote{Text: fmt.Sprintf("load %d %s", l.n, strings.Repeat("on and on ", l.n%17))})
		l.seqs = append(l.seqs, r.Events[0].Seq)
	case 2:
		r = do(model.AddNote{Kind: model.KindFinding, Text: fmt.Sprintf("back %d", l.n), At: x.a.cfg.Now().Add(-time.Duration(l.n%90) * time.Minute)})
	case 3:
		r = do(model.GiveOrder{Person: "carol", Task: fmt.Sprintf("look at node %d", l.n), For: time.Duration(1+l.n%7) * time.Minute})
	case 4:
		r = do(model.StateHypothesis{Text: fmt.Sprintf("cause %d", l.n)})
	case 5:
		r = x.command(l.other, "dana", model.AddNote{Text: "elsewhere"})
	case 6:
		r = do(model.Amend{Seq: l.seqs[len(l.seqs)/2], Text: new(fmt.Sprintf("corrected %d %s", l.n, strings.Repeat("longer ", l.n%9)))})
	case 7:
		r = do(model.Amend{Seq: l.seqs[len(l.seqs)/3], At: x.a.cfg.Now().Add(-time.Duration(l.n%120) * time.Minute)})
	case 8:
		r = do(model.SetSeverity{To: model.Severity(1 + (l.n/10)%2)})
	case 9:
		r = x.command("", "probe", model.Declare{Title: fmt.Sprintf("Another %d", l.n), Severity: model.Severity(2 + l.n%3)})
	default:
		r = do(model.AddMitigation{Text: fmt.Sprintf("throttle %d", l.n), For: time.Hour})
	}
	x.hear(r)
}

// row is the line of the screen that shows text; -1 if none does.
func (x *seat) row(text string) int {
	return slices.IndexFunc(strings.Split(x.screen(), "\n"), func(s string) bool { return strings.Contains(s, text) })
}

func seqs(entries []model.Entry) (out []int64) {
	for _, e := range entries {
		out = append(out, e.Seq)
	}
	return out
}

// wholeWindow fails unless the window is a piece of the record without gaps.
func (x *seat) wholeWindow(step int) {
	x.t.Helper()
	tl := &x.a.room.tl
	es, err := x.store.Timeline(x.t.Context(), x.a.room.inc.ID, model.Window{Limit: 10_000})
	if err != nil {
		x.t.Fatal(err)
	}
	all, got := seqs(es), seqs(tl.entries)
	i := slices.Index(all, got[0])
	if i < 0 || i+len(got) > len(all) || !slices.Equal(all[i:i+len(got)], got) {
		x.t.Fatalf("step %d: the window is %v of %v", step, got, all)
	}
}

const loadSteps = 60

// Who has selected an entry keeps it, on the line of the screen where it is, and
// the pane keeps the entry that is on top.
func TestLoadKeepsTheSelection(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			x := crowded(t, size[0], size[1])
			l := under(x)
			for range 12 {
				x.keys("up")
			}
			was, ok := x.a.room.tl.selected()
			if !ok {
				t.Fatal("nothing is selected")
			}
			mark := was.Line[:len("entry 000")]
			tl := &x.a.room.tl
			for range loadSteps {
				row, top, above := x.row(mark), tl.entries[tl.anchor].Seq, seqs(tl.entries[tl.anchor:tl.index(tl.sel)])
				l.step()
				if is, ok := tl.selected(); !ok || is.Seq != was.Seq {
					t.Fatalf("step %d: selected %q, it was %q", l.n, is.Line, was.Line)
				}
				is := x.row(mark)
				if is < 0 {
					t.Fatalf("step %d: the selected entry is out of view:\n%s", l.n, x.screen())
				}
				// Only what was put between the two for itself may move it.
				if now := seqs(tl.entries[tl.anchor:tl.index(tl.sel)]); slices.Equal(now, above) && is != row && l.n%10 != 6 {
					t.Fatalf("step %d: the selected entry is on line %d, it was on %d:\n%s", l.n, is, row, x.screen())
				} else if l.n%10 != 2 && l.n%10 != 6 && l.n%10 != 7 && (is != row || tl.entries[tl.anchor].Seq != top) {
					t.Fatalf("step %d: an entry at the end moved the view", l.n)
				}
				x.wholeWindow(l.n)
			}
		})
	}
}

// Who has scrolled away stays there and is told how many are new; who follows sees
// each entry as it comes.
func TestLoadWhileScrolledAndFollowing(t *testing.T) {
	x := crowded(t, 120, 40)
	y := join(t, x.store, x.clock, "erin", 120, 40)
	y.run(y.a.enter(x.a.room.inc.ID, 0))
	l := under(x)
	x.send(wheelMsg{10, 10, -12})
	top, before := x.firstEntry(), x.a.room.inc.Lines
	for range loadSteps {
		l.step()
		y.run(y.a.reload())
		if is := x.firstEntry(); is != top {
			t.Fatalf("step %d: entry %s is on top, it was %s", l.n, is, top)
		}
		if !y.a.room.tl.follow {
			t.Fatalf("step %d: the other no longer follows", l.n)
		}
	}
	if n := x.a.room.inc.Lines - before; n < loadSteps/2 || x.a.room.tl.fresh != n {
		t.Errorf("%d lines came, %d are said to be new", n, x.a.room.tl.fresh)
	}
	x.sees(fmt.Sprintf("%d new", x.a.room.tl.fresh))
	y.sees(fmt.Sprintf("throttle %d", loadSteps))
}

// Who types loses no letter, and the cursor stays where it is in the text.
func TestLoadWhileTyping(t *testing.T) {
	x := crowded(t, 120, 40)
	l := under(x)
	text := "the pool is full again, and q ? : / 0 1 ! are letters here"
	x.keys("i")
	for k, r := range text {
		x.keys("text:" + string(r))
		l.step()
		if got := x.a.composer.area.Value(); got != text[:k+1] {
			t.Fatalf("step %d: the input holds %q", l.n, got)
		}
		if c := x.a.View().Cursor; c == nil || c.X != 3+k+1 {
			t.Fatalf("step %d: the cursor is at %+v", l.n, c)
		}
	}
	for range 10 {
		x.keys("left")
	}
	at := x.a.View().Cursor.X
	for range 20 {
		l.step()
		if c := x.a.View().Cursor; c == nil || c.X != at {
			t.Fatalf("step %d: the cursor is at %+v, it was at %d", l.n, c, at)
		}
	}
	x.keys("enter")
	if x.a.room.inc.Last != text {
		t.Errorf("the record has %q", x.a.room.inc.Last)
	}
}

// A dialog keeps what was typed and what is selected, and stays where it is.
func TestLoadWhileInADialog(t *testing.T) {
	x := crowded(t, 80, 24)
	l := under(x)
	x.keys("u", "text:503 on checkout", "tab", "text:EU", "left")
	cur := *x.a.View().Cursor
	for range loadSteps / 3 {
		l.step()
		if c := x.a.View().Cursor; c == nil || *c != cur {
			t.Fatalf("step %d: the cursor is at %+v, it was at %+v", l.n, c, cur)
		}
		x.sees("503 on checkout", "EU")
	}
	x.keys("esc", "v", "down", "down")
	row := x.row("SEV-4")
	p, ok := x.a.dialogs[len(x.a.dialogs)-1].(*picker)
	if !ok {
		t.Fatal("no list to choose from")
	}
	sel := p.sel
	for range loadSteps / 3 {
		l.step()
		if p.sel != sel || x.row("SEV-4") != row {
			t.Fatalf("step %d: the choice moved", l.n)
		}
	}
}

// The panes beside the timeline and the list of incidents keep to the thing, too.
func TestLoadKeepsTheThingInOtherPanes(t *testing.T) {
	x := crowded(t, 200, 60)
	l := under(x)
	for range 20 {
		l.step()
	}
	x.keys("tab", "tab", "down", "down")
	clock, ok := x.a.selectedClock()
	if !ok || x.a.focus != paneDue {
		t.Fatal("no clock is selected")
	}
	for range loadSteps / 3 {
		l.step()
		if is, ok := x.a.selectedClock(); !ok || is.Key != clock.Key {
			t.Fatalf("step %d: %q is selected, it was %q", l.n, is.Text, clock.Text)
		}
	}
	x.keys("0", "down")
	sel := x.a.list.sel
	for range loadSteps / 3 {
		l.step()
		x.run(x.a.refreshList())
		if x.a.list.sel != sel {
			t.Fatalf("step %d: %s is selected, it was %s", l.n, x.a.list.sel, sel)
		}
	}
}

// A correction of what lies outside of the window makes no gap in it.
func TestCorrectionOutsideTheWindow(t *testing.T) {
	entry := func(seq int64, minute int) model.Entry {
		return model.NewEntry(model.Event{Seq: seq, At: noon.Add(time.Duration(minute) * time.Minute), Kind: model.KindNote, Body: &model.Note{Line: "x"}})
	}
	tl := newTimeline()
	tl.look(80, time.UTC, mono())
	tl.end = true
	for n := range 10 {
		tl.arrive(entry(int64(100+n), 100+n))
	}
	if len(tl.entries) != 0 {
		t.Fatalf("%d entries came into a window that holds none", len(tl.entries))
	}
	tl.top = true
	for n := range 10 {
		tl.arrive(entry(int64(100+n), 100+n))
	}
	tl.top = false
	tl.follow, tl.sel, tl.anchor = false, 105, 4
	want := seqs(tl.entries)
	tl.correct(entry(7, 7))
	if got := seqs(tl.entries); !slices.Equal(got, want) {
		t.Errorf("a correction of what is not read: %v", got)
	}
	tl.correct(entry(105, 50)) // to a time before the window
	if got := seqs(tl.entries); len(got) != 9 || slices.Contains(got, 105) || tl.sel != 106 {
		t.Errorf("moved out of the window: %v, selected %d", got, tl.sel)
	}
	tl.correct(entry(102, 108))
	if got := seqs(tl.entries); tl.anchor != 3 || !slices.Equal(got[len(got)-3:], []int64{102, 108, 109}) {
		t.Errorf("moved within it: %v, on top %d", got, tl.anchor)
	}
}
