package ui

import (
	"fmt"
	"image/color"
	"slices"
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"warroom/model"
)

// ThemeNames are the names that Config.Theme may have. auto is ansi16: what a
// terminal answers about its background comes late, or never, and the terminal's
// own colours fit whatever it is.
var ThemeNames = []string{"auto", "ansi16", "dark", "light", "mono", "contrast"}

// CheckTheme refuses a name that is no theme; "" is fine.
func CheckTheme(name string) error {
	if name == "" || slices.Contains(ThemeNames, name) {
		return nil
	}
	return model.Errorf(model.Invalid, "there is no theme %q: give %s", model.Brief(name, 40), oneOf(ThemeNames))
}

// oneOf lists words as in: a, b or c.
func oneOf(words []string) string {
	n := len(words) - 1
	return strings.Join(words[:n], ", ") + " or " + words[n]
}

// themeFor is the theme of that name on a terminal of that many colours. Where
// there are sixteen or fewer, a palette made for millions would be bent to the
// nearest of them, of which some cannot be read, so one made for few serves.
func themeFor(name string, p colorprofile.Profile) *theme {
	if p == colorprofile.NoTTY || p == colorprofile.Ascii {
		return mono()
	}
	few := p == colorprofile.ANSI
	switch {
	case name == "mono":
		return mono()
	case name == "contrast":
		return contrast()
	case name == "dark" && !few:
		return dark.theme()
	case name == "light" && !few:
		return light.theme()
	}
	return ansi16()
}

// dress puts the theme on that fits the terminal.
func (a *App) dress(p colorprofile.Profile) {
	if a.cfg.NoColor {
		p = colorprofile.Ascii
	}
	a.theme = themeFor(a.cfg.Theme, p)
}

// palette is a theme in exact colours, as #rrggbb. It paints no background but
// behind what stands out: plain text is the terminal's own, on its own ground.
type palette struct {
	dim, rule, accent, good, warn, alarm string
	badgeText, badge                     string
	selectedText, selected               string
}

// The contrast of each of these with the grounds that they are made for is kept
// by a test: 4.5 for text, 3 for what is secondary.
var (
	dark = palette{
		dim: "#8f949a", rule: "#686c72", accent: "#39c5cf", good: "#56b364", warn: "#e3b341", alarm: "#ff7b72",
		badgeText: "#0d1117", badge: "#ff7b72", selectedText: "#ffffff", selected: "#1d4f7c",
	}
	light = palette{
		dim: "#5f6872", rule: "#818a94", accent: "#0b6e80", good: "#12692c", warn: "#855a00", alarm: "#c4161c",
		badgeText: "#ffffff", badge: "#c4161c", selectedText: "#06223f", selected: "#b6d6f5",
	}
)

func (p palette) theme() *theme {
	// What is dim is so on the plain ground: a badge that is over loses its own.
	dim := style("\x1b[49m").and(ink(p.dim))
	t := &theme{
		dim: dim, strong: bold, accent: ink(p.accent), good: ink(p.good), warn: ink(p.warn),
		alarm: ink(p.alarm).and(bold), badge: ground(p.badge).and(ink(p.badgeText)).and(bold),
		selected: ground(p.selected).and(ink(p.selectedText)), struck: dim.and(struckOut), rule: ink(p.rule),
		ghost: lipgloss.NewStyle().Foreground(lipgloss.Color(p.dim)),
	}
	t.sev = [6]style{bold, t.badge, t.alarm, t.warn, "", dim}
	return t
}

// mono has no colour at all: weight, underline and reverse say what colours say.
func mono() *theme {
	t := &theme{
		dim: faint, strong: bold, accent: bold, good: "", warn: underline,
		alarm: bold.and(underline), badge: bold.and(reverse), selected: reverse,
		struck: faint.and(struckOut), rule: faint, ghost: lipgloss.NewStyle().Faint(true),
	}
	t.sev = [6]style{bold, t.badge, t.alarm, underline, "", faint}
	return t
}

// contrast is for eyes, screens and projectors that lose what is faint. Text is
// the terminal's own, never dimmed; where colour is needed it comes with a ground
// of its own, so that it reads on light and dark alike.
func contrast() *theme {
	red := ground("#a40000").and(ink("#ffffff")).and(bold)
	yellow := ground("#ffdf00").and(ink("#000000"))
	t := &theme{
		dim: "", strong: bold, accent: bold, good: "", warn: yellow, alarm: red, badge: red,
		selected: reverse.and(bold), struck: struckOut, rule: "", ghost: lipgloss.NewStyle().Underline(true),
	}
	t.sev = [6]style{bold, red, red, yellow, "", ""}
	return t
}

var (
	bold      = style(ansi.NewStyle().Bold().String())
	faint     = style(ansi.NewStyle().Faint().String())
	reverse   = style(ansi.NewStyle().Reverse(true).String())
	underline = style(ansi.NewStyle().Underline(true).String())
	struckOut = style(ansi.NewStyle().Strikethrough(true).String())
)

func ink(hex string) style    { return style(ansi.NewStyle().ForegroundColor(rgb(hex)).String()) }
func ground(hex string) style { return style(ansi.NewStyle().BackgroundColor(rgb(hex)).String()) }

// rgb reads #rrggbb; only the colours of this file are given to it.
func rgb(hex string) color.Color {
	c := color.RGBA{A: 0xff}
	if _, err := fmt.Sscanf(hex, "#%02x%02x%02x", &c.R, &c.G, &c.B); err != nil {
		panic(hex + " is no colour")
	}
	return c
}

// input styles a field that is typed into. Without it, bubbles would paint text
// that has not the focus white, which nobody sees on a light ground.
func (th *theme) input() textinput.Styles {
	plain := textinput.StyleState{Placeholder: th.ghost, Suggestion: th.ghost}
	return textinput.Styles{Focused: plain, Blurred: plain, Cursor: textinput.CursorStyle{Shape: tea.CursorBar}}
}
