package ui

import (
	"image"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// dialog is a small box over the screen that has all keys until it closes.
// esc closes every dialog; that is App's business.
type dialog interface {
	// update handles a key or a paste. done closes the dialog.
	update(a *App, msg tea.Msg) (done bool, cmd tea.Cmd)
	// view draws the content into at most w × h cells, and says where the cursor
	// stands in it, if anywhere.
	view(a *App, w, h int) (lines []string, cur *tea.Cursor)
	title() string
	wide() bool // wants more room than a list of short words
	// keys is the line at the foot that says what can be pressed.
	keys() string
}

// The widest that dialogs get, in cells.
const dialogWidth, wideDialog = 76, 116

// open puts a dialog on top.
func (a *App) open(d dialog) { a.dialogs = append(a.dialogs, d) }

// drawDialog lays the top dialog over the frame.
func (a *App) drawDialog(frame []string) *tea.Cursor {
	d := a.dialogs[len(a.dialogs)-1]
	box, body, cur := a.dialogBox()
	w, inner := box.Dx(), box.Dx()-4
	th := a.theme
	bar := func(left, mid, right string) string {
		t := ""
		if mid != "" {
			t = " " + cut(mid, w-6) + " "
		}
		return segs{{left, th.accent}, {t, th.strong}, {strings.Repeat("─", max(0, w-2-width(t))) + right, th.accent}}.fit(w)
	}
	lines := []string{bar("╭", d.title(), "╮")}
	side := segs{{"│", th.accent}}.fit(1)
	for _, l := range body {
		lines = append(lines, side+" "+l+" "+side)
	}
	if k := d.keys(); k != "" {
		lines = append(lines, side+" "+segs{{k, th.dim}}.fit(inner)+" "+side)
	}
	lines = append(lines, segs{{"╰" + strings.Repeat("─", max(0, w-2)) + "╯", th.accent}}.fit(w))
	overlay(frame, lines, box.Min.X, box.Min.Y, w)
	if cur != nil {
		cur.X += box.Min.X + 2
		cur.Y += box.Min.Y + 1
	}
	return cur
}

// dialogRoom is the size that a dialog may draw into: what is left beside its
// frame and its foot, with some of the room behind it still in view.
func (a *App) dialogRoom(d dialog) (w, h int) {
	w = min(dialogWidth, a.w-4)
	if d.wide() {
		w = min(wideDialog, a.w-4)
	}
	return w - 4, max(1, a.h-3-min(3, a.h/8))
}

// dialogBox is where the top dialog stands, and what it draws there. Whatever it
// gives, the foot that says how to leave stays on the screen.
func (a *App) dialogBox() (box image.Rectangle, body []string, cur *tea.Cursor) {
	d := a.dialogs[len(a.dialogs)-1]
	w, h := a.dialogRoom(d)
	body, cur = d.view(a, w, h)
	body = body[:min(len(body), h)]
	if cur != nil && cur.Y >= len(body) {
		cur = nil
	}
	n := len(body) + 2
	if d.keys() != "" {
		n++
	}
	at := image.Pt((a.w-w-4)/2, max(0, (a.h-n)/3))
	return image.Rectangle{at, at.Add(image.Pt(w+4, n))}, body, cur
}
