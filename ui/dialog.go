package ui

import (
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

func (a *App) closeTop() {
	if n := len(a.dialogs); n > 0 {
		a.dialogs = a.dialogs[:n-1]
	}
}

// drawDialog lays the top dialog over the frame.
func (a *App) drawDialog(frame []string) *tea.Cursor {
	d := a.dialogs[len(a.dialogs)-1]
	w := min(dialogWidth, a.w-4)
	if d.wide() {
		w = min(wideDialog, a.w-4)
	}
	inner := w - 4
	body, cur := d.view(a, inner, max(1, a.h-6))
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
	x := (a.w - w) / 2
	y := max(0, (a.h-len(lines))/3)
	overlay(frame, lines, x, y, w)
	if cur != nil {
		cur.X += x + 2
		cur.Y += y + 1
	}
	return cur
}
