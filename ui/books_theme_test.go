//go:build unix

package ui

import (
	"strings"
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"
)

// bookScenes shows every sort of thing that the screen of runbooks can show.
func bookScenes(s *stepper, look func(what string)) {
	s.t.Helper()
	s.keys("esc")
	look("list")
	s.keys("enter")
	s.looks(2)
	s.put("errors", "7.5\n")
	s.looks(1)
	s.put("health", "\n")
	s.looks(1)
	look("gate")
	s.shelves("testdata/ways", "testdata/books")
	s.begin("orders-slow")
	s.keys("enter")
	look("running")
	s.ends()
	s.keys("enter")
	s.ends()
	look("failed")
	s.keys("x", "text:known", "enter")
	look("value is missing")
	s.keys("enter", "right", "right", "enter", "enter")
	look("assent")
	s.keys("esc", "esc")
	s.put("broken", "")
	s.rollBack()
	look("not proven")
}

// The pictures with their colours, in each theme. Every colour can be read on the
// grounds that its theme is made for, and none tells what words and glyphs do not:
// these are the same in all themes, and each state has its own.
func TestGoldenBookThemes(t *testing.T) {
	words := map[string]map[string]string{}
	seen := map[string]map[uv.Style]string{}
	s := gated(t, 120, 40)
	bookScenes(s, func(what string) {
		s.wear("mono")
		bare := s.a.View().Content
		s.a.cfg.NoColor = true
		s.wear("dark")
		if got := s.a.View().Content; got != bare {
			t.Errorf("%s: NO_COLOR is not mono:\n%s", what, got)
		}
		s.a.cfg.NoColor = false
		for _, theme := range ThemeNames[1:] {
			if words[theme] == nil {
				words[theme], seen[theme] = map[string]string{}, map[uv.Style]string{}
			}
			s.wear(theme)
			b := uv.NewScreenBuffer(s.a.w, s.a.h)
			uv.NewStyledString(s.a.View().Content).Draw(b, b.Bounds())
			look(seen[theme], what, b)
			words[theme][what] = ansi.Strip(s.a.View().Content)
			if what != "running" && what != "value is missing" {
				t.Run(theme+"/"+what, func(t *testing.T) { golden.RequireEqual(t, s.a.View().Content) })
			}
		}
	})
	for theme := range seen {
		readable(t, theme, seen[theme])
		for st, where := range seen[theme] {
			if theme == "mono" && (st.Fg != nil || st.Bg != nil) {
				t.Errorf("mono: %s has a colour", where)
			}
			if theme == "ansi16" && st.Bg != nil {
				t.Errorf("ansi16: %s has a ground", where)
			}
		}
	}
	for what, said := range words["mono"] {
		for theme := range words {
			if words[theme][what] != said {
				t.Errorf("%s says something else in %s:\n%s\n%s", what, theme, words[theme][what], said)
			}
		}
	}
	for what, signs := range map[string][]string{
		"list":             {"▌▸ run 1", "Recovery gate  waiting"},
		"gate":             {"✗ errors", "✗ health endpoint", "row broke once", "waiting"},
		"running":          {"▌▸ Waiting connections", "▌▸ 1 What is slow?", "looks only", "running 00:00"},
		"failed":           {"✓ Waiting connections", "✗ Can the database", "failed exit 7", "▌✗ 1 What is slow?"},
		"value is missing": {"changes something", "waits for a value", "replicas", "…"},
		"assent":           {"It changes something", "! Scale out", "y run it"},
		"not proven":       {"✗ 4 Did it work?", "not proven that it worked", "context prod-eu"},
	} {
		for _, sign := range signs {
			if !strings.Contains(words["mono"][what], sign) {
				t.Errorf("%s lacks %q:\n%s", what, sign, words["mono"][what])
			}
		}
	}
}
