package ui

import (
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// theme gives every colour on the screen its meaning. The default uses the
// terminal's own sixteen colours and leaves the background alone, so that it
// fits light and dark alike. Colour is never the only sign of anything.
type theme struct {
	dim      style // secondary text
	strong   style // what to read first
	accent   style // focus and keys
	good     style
	warn     style // due soon, needs somebody
	alarm    style // burns now
	badge    style // SEV-1 and what is overdue
	selected style // the row that keys act on
	struck   style
	rule     style
	sev      [6]style       // by severity; 0 unused
	ghost    lipgloss.Style // what stands in an empty field
}

// ansi16 is made of the terminal's own colours. Bright black is not among them:
// it is the colour of the background in some palettes and nearly so in others,
// while faint is always some way between the text and its ground.
func ansi16() *theme {
	fg := func(c ansi.BasicColor) style { return style(ansi.NewStyle().ForegroundColor(c).String()) }
	t := &theme{
		dim: faint, strong: bold, accent: fg(ansi.Cyan), good: fg(ansi.Green), warn: fg(ansi.Yellow),
		alarm: fg(ansi.Red).and(bold), badge: fg(ansi.Red).and(bold).and(reverse), selected: reverse,
		struck: faint.and(struckOut), rule: faint,
	}
	t.ghost = lipgloss.NewStyle().Faint(true)
	t.sev = [6]style{bold, t.badge, fg(ansi.Red).and(bold), fg(ansi.Yellow), "", faint}
	return t
}
