package ui

import (
	"fmt"
	"image"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
)

// part is a piece of the screen that the mouse can be over.
type part int

const (
	partNone part = iota // a rule, or nothing at all
	partHeader
	partTabs
	partPane
	partList
	partInput
	partStatus
)

// hit is what lies under a cell: the part of the screen, and the cell within it.
type hit struct {
	part part
	pane pane // for partPane
	x, y int
	w, h int // size of the part
}

// at finds what lies under a cell. Like arrange it is pure, and it looks at
// nothing but the rectangles that everything is drawn into.
func (l layout) at(x, y int) hit {
	c := image.Pt(x, y)
	if l.tiny {
		return hit{}
	}
	for _, k := range []struct {
		part part
		r    image.Rectangle
	}{{partHeader, l.header}, {partTabs, l.tabs}, {partInput, l.composer}, {partStatus, l.status}} {
		if c.In(k.r) {
			return hit{k.part, 0, x - k.r.Min.X, y - k.r.Min.Y, k.r.Dx(), k.r.Dy()}
		}
	}
	panes := false
	for p, r := range l.panes {
		panes = panes || !r.Empty()
		if c.In(r) {
			return hit{partPane, pane(p), x - r.Min.X, y - r.Min.Y, r.Dx(), r.Dy()}
		}
	}
	if !panes && c.In(l.body) {
		return hit{partList, 0, x - l.body.Min.X, y - l.body.Min.Y, l.body.Dx(), l.body.Dy()}
	}
	return hit{}
}

// A dialog that the mouse can be used in has one or both of these. x and y are
// cells of its content, w and h the size that it was given to draw into.
type (
	clicker interface {
		click(a *App, x, y, w, h int) (done bool, cmd tea.Cmd)
	}
	wheeler interface{ wheel(a *App, n int) }
)

// click is where and when the button was pressed last.
type click struct {
	x, y int
	at   time.Time
}

// doubleClick is how close in time two clicks on one cell count as a double one.
const doubleClick = 400 * time.Millisecond

// wheelStep is how many entries the timeline goes on for each notch.
const wheelStep = 3

// mouseMode is what the terminal is asked to report. Reporting takes selecting
// text away from it, so there is a key that ends it.
func (a *App) mouseMode() tea.MouseMode {
	if a.mouse {
		return tea.MouseModeCellMotion
	}
	return tea.MouseModeNone
}

func (a *App) switchMouse() {
	a.mouse = !a.mouse
	if a.mouse {
		a.say(info, "the mouse works here again")
		return
	}
	a.say(info, "the mouse selects text · "+a.key("mouse")+" gives it back")
}

// clicked does what a press of the left button asks for. Whatever it hits, it
// never does more than a key would that is pressed there.
func (a *App) clicked(m tea.MouseClickMsg) tea.Cmd {
	if m.Button != tea.MouseLeft || a.lay.tiny {
		return nil
	}
	last := a.press
	a.press = click{m.X, m.Y, a.now}
	double := last.x == m.X && last.y == m.Y && a.now.Sub(last.at) < doubleClick && !last.at.IsZero()
	if double {
		a.press.at = time.Time{} // a third one begins anew
	}
	if len(a.dialogs) > 0 {
		return a.clickDialog(m.X, m.Y)
	}
	switch h := a.lay.at(m.X, m.Y); h.part {
	case partStatus:
		if h.y < h.h-1 { // the keys
			return nil
		}
		return a.clickStatus(h.x)
	case partTabs:
		for _, s := range a.paneTabSpans() {
			if h.x >= s.x0 && h.x < s.x1 {
				a.leaveInput()
				a.focus = s.pane
			}
		}
	case partInput:
		if why := writable(a); why != "" {
			a.say(warning, why)
			return nil
		}
		return a.composer.area.Focus()
	case partPane:
		a.leaveInput()
		a.focus = h.pane
		return a.clickPane(h, double)
	case partList:
		if a.desk() != nil {
			if d, ok := a.desk().(deskClick); ok {
				return d.click(a, h.x, h.y, double)
			}
			return nil
		}
		return a.clickList(h, double)
	}
	return nil
}

// leaveInput gives the keys back to the panes; what was typed stays.
func (a *App) leaveInput() { a.composer.area.Blur() }

func (a *App) clickPane(h hit, double bool) tea.Cmd {
	row := h.y - 1 // under the title
	if h.pane == paneTimeline && !a.lay.tabs.Empty() {
		row = h.y // the tabs are the title
	}
	if row < 0 {
		return nil
	}
	switch h.pane {
	case paneTimeline:
		t := &a.room.tl
		e, ok := t.entryAt(row, a.timelineHeight())
		if !ok {
			return nil
		}
		t.choose(e.Seq, a.timelineHeight())
		if double {
			return a.detail()
		}
	case paneRoles:
		if row < len(a.roleRows()) {
			a.room.role = row
		}
	case paneDue:
		if i := a.stackDue(h.w, h.h-1).row(row); i >= 0 {
			a.room.clock = a.clocks()[i].Key
		}
	case paneBoard:
		if i := a.stackBoard(h.w, h.h-1).row(row); i >= 0 {
			a.room.board = a.boardRows()[i]
		}
	}
	return nil
}

func (a *App) clickList(h hit, double bool) tea.Cmd {
	i := a.list.first(h.h-1) + h.y - 1
	if h.y == 0 || i >= len(a.list.rows) {
		return nil
	}
	a.list.sel = a.list.rows[i].ID
	if double {
		return a.openSelected()
	}
	return nil
}

// clickStatus goes to the screen whose name was hit. While a message stands
// there, the names are not to be seen.
func (a *App) clickStatus(x int) tea.Cmd {
	if a.toast.text != "" && !a.lay.wide {
		return nil
	}
	for _, s := range a.screenTabs() {
		if x < s.x0 || x >= s.x1 {
			continue
		}
		a.leaveInput()
		for i := range a.acts {
			if a.acts[i].id == s.action {
				return a.acts[i].run(a)
			}
		}
	}
	return nil
}

// clickDialog gives a click to the top dialog if it is on its content. Beside it
// nothing happens: a slip must not throw away what was typed.
func (a *App) clickDialog(x, y int) tea.Cmd {
	d := a.dialogs[len(a.dialogs)-1]
	c, ok := d.(clicker)
	if !ok {
		return nil
	}
	box, body, _ := a.dialogBox()
	content := image.Rect(box.Min.X+2, box.Min.Y+1, box.Max.X-2, box.Min.Y+1+len(body))
	if !image.Pt(x, y).In(content) {
		return nil
	}
	w, h := a.dialogRoom(d)
	done, cmd := c.click(a, x-content.Min.X, y-content.Min.Y, w, h)
	if done {
		a.dialogs = without(a.dialogs, d)
	}
	return cmd
}

// wheeled moves what is under the mouse. It never moves the focus.
func (a *App) wheeled(m wheelMsg) tea.Cmd {
	if a.lay.tiny {
		return nil
	}
	if n := len(a.dialogs); n > 0 {
		box, _, _ := a.dialogBox()
		if d, ok := a.dialogs[n-1].(wheeler); ok && image.Pt(m.x, m.y).In(box) {
			d.wheel(a, m.n)
		}
		return nil
	}
	switch h := a.lay.at(m.x, m.y); h.part {
	case partList:
		if a.desk() != nil {
			if d, ok := a.desk().(deskWheel); ok {
				return d.wheel(a, h.x, h.y, m.n)
			}
			return nil
		}
		a.list.move(m.n)
	case partPane:
		if h.pane == paneTimeline {
			a.room.tl.scroll(m.n*wheelStep, a.timelineHeight())
			return nil
		}
		return a.movePane(h.pane, m.n)
	}
	return nil
}

// movePane moves the selection of a pane as its keys for up and down do.
func (a *App) movePane(p pane, n int) tea.Cmd {
	suffix := ".down"
	if n < 0 {
		suffix, n = ".up", -n
	}
	for i := range a.acts {
		c := &a.acts[i]
		if !c.special() || c.where&panePlaces[p] == 0 || !c.move || !strings.HasSuffix(c.id, suffix) {
			continue
		}
		for range min(n, 100) {
			if cmd := c.run(a); cmd != nil {
				return cmd
			}
		}
	}
	return nil
}

// paneTab is the name of a pane in the line of tabs, with the cells it takes.
type paneTab struct {
	pane   pane
	name   string
	x0, x1 int
}

func (a *App) paneTabSpans() []paneTab {
	var out []paneTab
	x := 0
	for p := range paneCount {
		name, n := p.String(), 0
		switch p {
		case paneDue:
			n = len(a.clocks())
		case paneBoard:
			n = len(a.boardRows())
		}
		if n > 0 {
			name = fmt.Sprintf("%s %d", name, n)
		}
		w := width(name) + 2
		out = append(out, paneTab{p, name, x, x + w})
		x += w + 1
	}
	return out
}

// screenTab is the name of a screen in the status line, with the cells it takes.
type screenTab struct {
	screen   screen
	name     string
	action   string // that goes there
	tag      string // what waits there, behind the name
	tagStyle style
	x0, x1   int
}

func (a *App) screenTabs() []screenTab {
	out := []screenTab{{screen: screenRoom, name: "Room", action: "room"}}
	for _, d := range deskInfos {
		if a.desks[d.screen] == nil {
			continue
		}
		t := screenTab{screen: d.screen, name: d.short, action: d.action()}
		if a.lay.wide || a.screen == d.screen {
			t.name = d.name
		}
		if n, ok := a.desks[d.screen].(deskTag); ok {
			t.tag, t.tagStyle = n.tag(a)
		}
		out = append(out, t)
	}
	list := screenTab{screen: screenIncidents, name: "Incidents", action: "incidents"}
	if !a.lay.wide && len(out) > 1 && a.screen != screenIncidents {
		list.name = "Inc"
	}
	out = append(out, list)
	x := 0
	for i := range out {
		s := &out[i]
		key := a.key(s.action)
		if act, ok := a.actionFor(key); ok && act.id != s.action { // here the key does something else
			key = "·"
		}
		if key != "·" || a.lay.wide {
			s.name = key + " " + s.name
		}
		if s.tag != "" {
			s.tag = " " + s.tag
		}
		s.x0 = x + 1
		s.x1 = s.x0 + width(s.name) + width(s.tag) + 1
		if a.lay.wide {
			s.x1++ // a blank on either side
		}
		if x = s.x1; !a.lay.wide {
			x-- // no more blanks between them than they bring
		}
	}
	return out
}

func (p *picker) click(a *App, x, y, w, h int) (bool, tea.Cmd) {
	top, start, rows := p.window(h)
	i := start + y - top
	switch {
	case y < top || y >= top+rows:
		return false, nil
	case i < len(p.shown):
		p.sel = i
		return p.pick(a)
	case len(p.shown) == 0 && y == top:
		return p.pick(a)
	}
	return false, nil
}

func (p *picker) wheel(_ *App, n int) { p.move(n) }

func (p *pager) wheel(_ *App, n int) { p.top = min(max(p.top+n*wheelStep, 0), p.last) }

func (f *form) click(a *App, x, y, w, h int) (bool, tea.Cmd) {
	first, last := f.window(w, h)
	i := first + y
	if i >= last {
		return false, nil
	}
	f.focus(i)
	fd := &f.fields[i]
	x -= f.labelWidth()
	if fd.choices == nil || x < 0 {
		return false, nil
	}
	for k, c := range fd.choices {
		if n := width(c) + 2; x < n {
			fd.chosen = k
			break
		} else {
			x -= n
		}
	}
	return false, nil
}
