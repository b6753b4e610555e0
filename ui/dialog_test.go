package ui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"warroom/model"
)

func declareNumber(i int) model.Command {
	return model.Declare{Title: fmt.Sprintf("incident %02d", i), Severity: 3}
}

// Every dialog that an action opens shows, on the smallest screen as on the
// usual one, its frame, the foot that says how to leave, and the place where one
// types. So it does after a refusal, with the reason.
func TestDialogsFit(t *testing.T) {
	opened := 0
	for _, size := range [][2]int{{40, 10}, {40, 24}, {60, 15}, {80, 11}, {80, 24}, {120, 12}} {
		x := checkout(t, size[0], size[1])
		x.keys("up", "up", "up")
		for i := range x.a.acts {
			c := &x.a.acts[i]
			if c.id == "quit" || c.id == "suspend" || c.reason(x.a) != "" {
				continue
			}
			x.run(c.run(x.a))
			for depth := 0; len(x.a.dialogs) > 0 && depth < 4; depth++ {
				opened++
				x.fits(c.id)
				x.keys("text:a word that is long enough not to fit into one line of a small box, nor into two")
				if len(x.a.dialogs) == 0 {
					break
				}
				x.fits(c.id + ", typed into")
				switch d := x.a.dialogs[len(x.a.dialogs)-1].(type) {
				case *form:
					d.problem = "this is a long sentence that says what is wrong with what was typed, and what to do about it"
					for range d.fields {
						x.fits(c.id + ", refused")
						x.sees("✗ this is a long")
						x.keys("tab")
						d.problem = "this is a long sentence that says what is wrong with what was typed, and what to do about it"
					}
				case *picker:
					d.input.SetValue("")
					d.filter()
					for range 30 {
						x.keys("down")
					}
					x.fits(c.id + ", at its end")
				}
				x.keys("esc")
			}
			x.a.dialogs = nil
			x.a.composer.area.Blur()
			x.a.screen, x.a.focus, x.a.zoom = screenRoom, paneTimeline, false
			x.a.measure()
		}
	}
	for _, size := range [][2]int{{40, 10}, {60, 15}, {80, 24}} {
		x := checkout(t, size[0], size[1])
		var fields []field
		for i := range 20 {
			fields = append(fields, textField(fmt.Sprint("field ", i), "", "", "a word about it"))
		}
		f := newForm("Many questions", fields, nil)
		x.a.open(f)
		for i := range fields {
			x.fits("many fields")
			x.sees(fmt.Sprintf("field %d ", i))
			f.problem = "something is wrong with one of them"
			x.fits("many fields, refused")
			x.sees(fmt.Sprintf("field %d ", i), "✗ something is wrong")
			f.problem = ""
			x.keys("tab")
		}
		x.a.dialogs = []dialog{rude{f}}
		x.fits("more than there is room for")
	}
	if opened < 60 {
		t.Errorf("only %d dialogs were opened", opened)
	}
}

// rude is a dialog that draws more than it was told to.
type rude struct{ dialog }

func (rude) view(_ *App, w, h int) ([]string, *tea.Cursor) {
	return blank(nil, w, h+50), &tea.Cursor{Position: tea.Position{Y: h + 40}}
}

// fits checks the top dialog as it is drawn.
func (x *seat) fits(name string) {
	x.t.Helper()
	d := x.a.dialogs[len(x.a.dialogs)-1]
	v := x.a.View()
	lines := strings.Split(ansi.Strip(v.Content), "\n")
	top, bottom := -1, -1
	for y, l := range lines {
		if top < 0 && strings.Contains(l, "╭") {
			top = y
		}
		if strings.Contains(l, "╯") {
			bottom = y
		}
	}
	fail := func(why string) {
		x.t.Helper()
		x.t.Errorf("%dx%d, %s: %s\n%s", x.a.w, x.a.h, name, why, strings.Join(lines, "\n"))
	}
	if len(lines) != x.a.h || top < 0 || bottom < 0 {
		fail("the frame of the dialog is not whole")
		return
	}
	if foot := d.keys(); foot != "" && !strings.Contains(lines[bottom-1], cut(foot, 30)[:20]) {
		fail("its foot is not over the lower edge")
	}
	if v.Cursor != nil && v.Cursor.Y >= bottom-1 {
		fail("the cursor stands outside")
	}
	switch d.(type) {
	case *form, *picker:
		f, isForm := d.(*form)
		if isForm && f.fields[f.at].choices != nil {
			break
		}
		if v.Cursor == nil || v.Cursor.Y <= top || v.Cursor.Y >= bottom-1 || v.Cursor.X >= x.a.w-2 {
			fail(fmt.Sprintf("the cursor stands at %+v", v.Cursor))
		}
	}
}
