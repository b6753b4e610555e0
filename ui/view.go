package ui

import (
	"fmt"
	"image"
	"strings"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// View draws the frame: each part gives the lines of its rectangle, and they are
// put side by side. It reads state and changes nothing but caches.
func (a *App) View() tea.View {
	v := tea.View{AltScreen: true, ReportFocus: true, MouseMode: a.mouseMode(), WindowTitle: a.windowTitle()}
	switch {
	case a.w == 0:
		return v
	case a.lay.tiny:
		v.Content = tooSmall(a.w, a.h)
		return v
	}
	frame := a.frame()
	var cur *tea.Cursor
	switch {
	case len(a.dialogs) > 0:
		cur = a.drawDialog(frame)
	case a.screen == screenRoom && a.room != nil && a.composer.focused():
		cur = a.composerCursor()
	default:
		cur = a.deskCursor()
	}
	v.Content = strings.Join(frame, "\n")
	v.Cursor = cur
	return v
}

func tooSmall(w, h int) string {
	msg := fmt.Sprintf("too small: need %d×%d", minWidth, minHeight)
	if width(msg) > w { // what is needed is the part that helps
		msg = fmt.Sprintf("need %d×%d", minWidth, minHeight)
	}
	lines := make([]string, h)
	lines[h/2] = cut(msg, w)
	return strings.Join(lines, "\n")
}

// windowTitle carries the state into the list of windows.
func (a *App) windowTitle() string {
	if a.room == nil {
		return "warroom"
	}
	return a.room.inc.Severity.Glyph() + " " + a.room.inc.Severity.String() + " " + model.Brief(a.room.inc.Title, 60) + " | warroom"
}

func (a *App) frame() []string {
	th, l := a.theme, a.lay
	rule := segs{{strings.Repeat("─", a.w), th.rule}}.fit(a.w)
	frame := append([]string{}, a.header()...)
	if a.desk() != nil {
		frame = append(blank(frame, a.w, l.header.Max.Y), rule)
		frame = append(append(frame, a.drawDesk()...), rule)
		return append(blank(frame, a.w, l.status.Min.Y), a.statusLines()...)
	}
	if a.inList() {
		frame = blank(frame, a.w, l.header.Max.Y)
		frame = append(frame, rule)
		frame = append(frame, a.drawIncidents(a.w, l.body.Dy())...)
		frame = append(frame, rule)
		return append(blank(frame, a.w, l.status.Min.Y), a.statusLines()...)
	}
	frame = append(frame, rule)
	if !l.tabs.Empty() {
		frame = append(frame, a.paneTabs())
	}
	frame = append(frame, a.body()...)
	if l.composer.Min.Y > l.body.Max.Y {
		frame = append(frame, rule)
	}
	frame = append(frame, a.drawComposer(l.composer.Dy())...)
	frame = append(frame, rule)
	return append(blank(frame, a.w, l.status.Min.Y), a.statusLines()...)
}

// body puts the panes beside each other, with rules where they meet.
func (a *App) body() []string {
	b := a.lay.body
	type column struct {
		x0, x1 int
		lines  []string
	}
	var cols []column
	for _, p := range a.lay.order() {
		r := a.lay.panes[p]
		lines := a.drawPane(p, r)
		if n := len(cols); n > 0 && cols[n-1].x0 == r.Min.X { // under the one before
			cols[n-1].lines = append(append(cols[n-1].lines, segs{{strings.Repeat("─", r.Dx()), a.theme.rule}}.fit(r.Dx())), lines...)
			continue
		}
		cols = append(cols, column{r.Min.X, r.Max.X, lines})
	}
	blocks := make([]block, len(cols))
	for i, c := range cols {
		blocks[i] = block{c.x1 - c.x0, c.lines}
	}
	return beside(a.theme, b.Dy(), blocks...)
}

func (a *App) drawPane(p pane, r image.Rectangle) []string {
	focused := a.focus == p && !a.composer.focused()
	switch p {
	case paneRoles:
		return a.drawRoles(r.Dx(), r.Dy(), focused)
	case paneDue:
		return a.drawDue(r.Dx(), r.Dy(), focused)
	case paneSituation:
		return a.drawSituation(r.Dx(), r.Dy())
	case paneBoard:
		return a.drawBoard(r.Dx(), r.Dy(), focused)
	case paneAlerts:
		return a.drawAlertPane(r.Dx(), r.Dy(), focused)
	}
	return a.drawTimeline(r.Dx(), r.Dy(), focused)
}

func (a *App) drawTimeline(w, h int, focused bool) []string {
	t := &a.room.tl
	if !a.lay.tabs.Empty() { // the tabs are the title
		return t.view(h, focused)
	}
	title := a.paneName(paneTimeline)
	if len(t.kinds) > 0 {
		title.add(a.theme.warn, "  "+string(t.kinds[0])+" only")
	}
	return append([]string{spread(w, title, a.timelineState())}, t.view(h-1, focused)...)
}

// timelineState says how much there is and whether the view follows it.
func (a *App) timelineState() segs {
	t := &a.room.tl
	st := a.theme.dim
	if t.fresh > 0 {
		st = a.theme.warn
	}
	return segs{{fmt.Sprintf("%s · %s ", counted(a.room.inc.Lines, "entry", "entries"), t.state(a.key("newest"))), st}}
}

// paneName is the title of a pane; focus shows as a bar and as colour.
func (a *App) paneName(p pane) segs {
	if a.focus == p {
		return segs{{"▌", a.theme.accent}, {p.String(), a.theme.accent.and(a.theme.strong)}}
	}
	return segs{{" " + p.String(), a.theme.strong}}
}

func (a *App) paneTitle(p pane, w int, right segs) string {
	return spread(w, a.paneName(p), right)
}

// paneTabs names the panes where only one is shown.
func (a *App) paneTabs() string {
	var s segs
	for _, tab := range a.paneTabSpans() {
		if tab.pane == a.focus {
			s.add(a.theme.accent, "▌")
			s.add(a.theme.accent.and(a.theme.strong), tab.name+" ")
		} else {
			s.add(a.theme.dim, " "+tab.name+" ")
		}
		s.add("", " ")
	}
	if a.focus != paneTimeline {
		return s.fit(a.w)
	}
	if k := a.room.tl.kinds; len(k) > 0 {
		s.add(a.theme.warn, string(k[0])+" only")
	}
	return spread(a.w, s, a.timelineState())
}

func (a *App) drawComposer(h int) []string {
	out := a.notices()
	if len(out) >= h {
		out = out[:h-1]
	}
	rows := h - len(out)
	if a.lay.wide {
		rows--
	}
	a.composer.idle = a.idleText()
	lines, _ := a.composer.lines(a.w, max(1, rows), a.theme)
	out = append(out, lines...)
	if a.lay.wide {
		out = append(out, a.grammar())
	}
	return blank(out, a.w, h)
}

func (a *App) composerCursor() *tea.Cursor {
	_, cur := a.composer.lines(a.w, composerMax, a.theme)
	if cur != nil {
		cur.Y += a.lay.composer.Min.Y + min(a.noticeLines(), a.lay.composer.Dy()-1)
	}
	return cur
}
