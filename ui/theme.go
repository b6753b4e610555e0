package ui

import "github.com/charmbracelet/x/ansi"

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
	sev      [6]style // by severity; 0 unused
}

func ansi16() *theme {
	fg := func(c ansi.BasicColor) style { return style(ansi.NewStyle().ForegroundColor(c).String()) }
	bold := style(ansi.NewStyle().Bold().String())
	faint := style(ansi.NewStyle().Faint().String())
	reverse := style(ansi.NewStyle().Reverse(true).String())
	t := &theme{
		dim: faint, strong: bold, accent: fg(ansi.Cyan), good: fg(ansi.Green), warn: fg(ansi.Yellow),
		alarm: fg(ansi.Red).and(bold), badge: fg(ansi.Red).and(bold).and(reverse), selected: reverse,
		struck: faint.and(style(ansi.NewStyle().Strikethrough(true).String())), rule: faint,
	}
	t.sev = [6]style{bold, t.badge, fg(ansi.Red).and(bold), fg(ansi.Yellow), "", faint}
	return t
}
