package ui

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"warroom/model"
)

// wear puts a theme on.
func (x *seat) wear(name string) {
	x.a.cfg.Theme = name
	x.send(tea.ColorProfileMsg{Profile: colorprofile.TrueColor})
}

// The pictures of the whole room and of each pane, with colours, in each theme.
func TestGoldenThemes(t *testing.T) {
	for _, name := range ThemeNames[1:] {
		t.Run(name, func(t *testing.T) {
			x := checkout(t, 120, 40)
			x.wear(name)
			x.keys("up", "up")
			t.Run("room", func(t *testing.T) { golden.RequireEqual(t, x.a.View().Content) })
			for p := range paneCount {
				x.a.focus = p
				x.a.measure()
				r := x.a.lay.panes[p]
				if r.Empty() {
					continue
				}
				t.Run(p.String(), func(t *testing.T) {
					golden.RequireEqual(t, strings.Join(x.a.drawPane(p, r), "\n"))
				})
			}
		})
	}
}

// scenes draws every sort of thing that can be on the screen, in a theme, and
// gives each frame to look.
func scenes(t *testing.T, theme string, look func(name string, frame uv.ScreenBuffer)) {
	t.Helper()
	for _, size := range []image.Point{{80, 24}, {120, 40}, {200, 60}} {
		x := checkout(t, size.X, size.Y)
		x.wear(theme)
		shot := func(name string) {
			t.Helper()
			x.a.measure()
			b := uv.NewScreenBuffer(size.X, size.Y)
			uv.NewStyledString(x.a.View().Content).Draw(b, b.Bounds())
			look(fmt.Sprintf("%s at %v", name, size), b)
		}
		shot("room")
		for p := range paneCount {
			x.a.focus = p
			shot(p.String())
		}
		x.keys("tab")
		x.a.focus = paneTimeline
		x.keys("up", "up")
		shot("selected")
		x.keys("d")
		shot("struck")
		x.keys("enter")
		shot("detail")
		x.keys("esc", "G", "f")
		shot("kinds")
		x.keys("esc", "i", "text:/status mi")
		shot("typing")
		x.keys("enter")
		shot("refused line")
		x.a.composer.take()
		x.keys("esc", "?")
		shot("actions")
		x.keys("text:zzz")
		shot("nothing matches")
		x.keys("esc", "r", "enter", "text:zoe")
		shot("free name")
		x.keys("esc", "E")
		shot("form")
		x.keys("esc", "D")
		shot("empty form")
		x.keys("enter", "tab")
		shot("refused form")
		x.keys("esc", "M")
		shot("messages")
		x.keys("esc")
		for k, name := range []string{"good news", "warning", "failure"} {
			x.a.say(tone(k), name)
			shot(name)
		}
		x.a.toast = toast{}
		x.send(changeMsg{model.Change{Err: model.Errorf(model.Corrupt, "the record is gone")}, true})
		shot("stale")
		x.send(changeMsg{model.Change{Reset: true}, true})
		x.wait(3 * time.Hour)
		shot("overdue")
		x.command(x.a.room.inc.ID, "ana", model.SetStatus{To: model.Closed})
		for _, s := range []model.Severity{1, 4, 5} {
			x.command("", "pager", model.Declare{Title: "one more", Severity: s, Drill: s == 5})
		}
		x.keys("0", "f")
		shot("incidents")
		x.keys("down", "down")
		shot("incidents, another row")
		x.keys("enter")
		shot("no commander")
	}
}

// luminance and contrast are those of WCAG 2.
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	lin := func(v uint32) float64 {
		s := float64(v) / 0xffff
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(r) + 0.7152*lin(g) + 0.0722*lin(b)
}

func contrastOf(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestContrastOf(t *testing.T) {
	if c := contrastOf(color.White, color.Black); math.Abs(c-21) > 0.01 {
		t.Errorf("white on black is %.2f, want 21", c)
	}
	if c := contrastOf(rgb("#777777"), rgb("#ffffff")); math.Abs(c-4.48) > 0.01 {
		t.Errorf("#777 on white is %.2f, want 4.48", c)
	}
}

// Every text on the screen can be read on every ground that its theme is made
// for, in full colour and on a terminal of 256 colours.
func TestContrast(t *testing.T) {
	for _, theme := range []string{"dark", "light", "contrast"} {
		seen := map[uv.Style]string{}
		scenes(t, theme, func(name string, frame uv.ScreenBuffer) { look(seen, name, frame) })
		if len(seen) < 6 {
			t.Errorf("%s: only %d styles were seen", theme, len(seen))
		}
		readable(t, theme, seen)
	}
}

// look notes the styles of a frame, and where each was seen first.
func look(seen map[uv.Style]string, name string, frame uv.ScreenBuffer) {
	for y := range frame.Height() {
		for x := range frame.Width() {
			if cell := frame.CellAt(x, y); cell != nil && strings.TrimSpace(cell.Content) != "" && seen[cell.Style] == "" {
				seen[cell.Style] = fmt.Sprintf("%q in %s", cell.Content, name)
			}
		}
	}
}

// readable holds the styles that were seen against the grounds that their theme is
// made for.
func readable(t *testing.T, theme string, seen map[uv.Style]string) {
	t.Helper()
	const enough, secondary, high = 4.5, 3.0, 7.0
	for _, c := range []struct {
		theme   string
		text    string // of the terminal
		grounds []string
		quiet   []string // secondary text and lines
		least   float64
	}{
		{"dark", "#c9d1d9", []string{"#0d1117", "#000000"}, []string{dark.dim, dark.rule}, enough},
		{"light", "#1f2328", []string{"#ffffff", "#fafafa"}, []string{light.dim, light.rule}, enough},
		{"contrast", "#e6e6e6", []string{"#0d1117", "#000000"}, nil, high},
		{"contrast", "#1f2328", []string{"#ffffff", "#fafafa"}, nil, high},
	} {
		if c.theme != theme {
			continue
		}
		for s, where := range seen {
			if s.Attrs&uv.AttrFaint != 0 {
				t.Errorf("%s: %s is faint: how faint is the terminal's choice", c.theme, where)
			}
			for _, profile := range []colorprofile.Profile{colorprofile.TrueColor, colorprofile.ANSI256} {
				for _, ground := range c.grounds {
					fg, bg := color.Color(rgb(c.text)), color.Color(rgb(ground))
					if s.Fg != nil {
						fg = profile.Convert(s.Fg)
					}
					if s.Bg != nil {
						bg = profile.Convert(s.Bg)
					}
					if s.Attrs&uv.AttrReverse != 0 {
						fg, bg = bg, fg
					}
					least := c.least
					if slices.ContainsFunc(c.quiet, func(q string) bool { return s.Fg != nil && profile.Convert(rgb(q)) == fg }) {
						least = secondary
					}
					if got := contrastOf(fg, bg); got < least {
						t.Errorf("%s, %v: %s is %v on %v: contrast %.2f, at least %.1f is wanted", c.theme, profile, where, fg, bg, got, least)
					}
				}
			}
		}
	}
}

// The default uses eight of the terminal's own colours and no ground. Bright
// black is left out: some palettes make it the colour of their background.
func TestAnsi16UsesFewColours(t *testing.T) {
	allowed := []color.Color{nil, ansi.Cyan, ansi.Green, ansi.Yellow, ansi.Red}
	scenes(t, "ansi16", func(name string, frame uv.ScreenBuffer) {
		for y := range frame.Height() {
			for x := range frame.Width() {
				if cell := frame.CellAt(x, y); cell != nil && (!slices.Contains(allowed, cell.Style.Fg) || cell.Style.Bg != nil) {
					t.Fatalf("%s: %q is %v on %v", name, cell.Content, cell.Style.Fg, cell.Style.Bg)
				}
			}
		}
	})
}

func TestMonoHasNoColour(t *testing.T) {
	scenes(t, "mono", func(name string, frame uv.ScreenBuffer) {
		for y := range frame.Height() {
			for x := range frame.Width() {
				if cell := frame.CellAt(x, y); cell != nil && (cell.Style.Fg != nil || cell.Style.Bg != nil) {
					t.Fatalf("%s: %q has a colour", name, cell.Content)
				}
			}
		}
	})
}

// No theme paints a ground but behind a few words that stand out.
func TestThemesLeaveTheGround(t *testing.T) {
	for _, name := range ThemeNames {
		x := checkout(t, 120, 40)
		x.wear(name)
		b := uv.NewScreenBuffer(120, 40)
		uv.NewStyledString(x.a.View().Content).Draw(b, b.Bounds())
		painted := 0
		for y := range 40 {
			for x := range 120 {
				if c := b.CellAt(x, y); c != nil && (c.Style.Bg != nil || c.Style.Attrs&uv.AttrReverse != 0) {
					painted++
				}
			}
		}
		if painted > 120*40/16 {
			t.Errorf("%s paints %d cells of %d", name, painted, 120*40)
		}
	}
}

func TestThemeFor(t *testing.T) {
	for _, c := range []struct {
		name    string
		profile colorprofile.Profile
		same    *theme
	}{
		{"", colorprofile.Unknown, ansi16()},
		{"auto", colorprofile.TrueColor, ansi16()},
		{"ansi16", colorprofile.TrueColor, ansi16()},
		{"dark", colorprofile.TrueColor, dark.theme()},
		{"dark", colorprofile.ANSI256, dark.theme()},
		{"dark", colorprofile.ANSI, ansi16()},
		{"light", colorprofile.ANSI, ansi16()},
		{"light", colorprofile.Ascii, mono()},
		{"contrast", colorprofile.Ascii, mono()},
		{"contrast", colorprofile.ANSI, contrast()},
		{"mono", colorprofile.TrueColor, mono()},
	} {
		if got := themeFor(c.name, c.profile); fmt.Sprint(*got) != fmt.Sprint(*c.same) {
			t.Errorf("%q on %v is another theme", c.name, c.profile)
		}
	}
	for _, n := range append(slices.Clone(ThemeNames), "") {
		if err := CheckTheme(n); err != nil {
			t.Errorf("%q: %v", n, err)
		}
	}
	if err := CheckTheme("solarized"); model.CodeOf(err) != model.Invalid || !strings.Contains(err.Error(), "auto, ansi16, dark, light, mono or contrast") {
		t.Errorf("solarized: %v", err)
	}
}
