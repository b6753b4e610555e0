package ui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"warroom/model"
)

// A line is always exactly as wide as asked, whatever is in it.
func TestFitIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s segs
		for range rapid.IntRange(0, 5).Draw(t, "n") {
			s.add(style(rapid.SampledFrom([]string{"", "\x1b[1m", "\x1b[31m"}).Draw(t, "style")), "x"+model.Visible(rapid.String().Draw(t, "text")))
		}
		w := rapid.IntRange(0, 60).Draw(t, "w")
		if got := ansi.StringWidth(s.fit(w)); got != w {
			t.Fatalf("fit(%d) is %d wide: %q", w, got, s.fit(w))
		}
		if got := ansi.StringWidth(spread(w, s, plain("right"))); got != w {
			t.Fatalf("spread(%d) is %d wide", w, got)
		}
	})
}

func TestWrapKeepsEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := model.Visible(rapid.StringMatching(`[a-zäß世 -]{0,120}`).Draw(t, "s"))
		w := rapid.IntRange(4, 40).Draw(t, "w")
		first := rapid.IntRange(4, 40).Draw(t, "first")
		lines := wrapFirst(s, first, w, 1000)
		for i, l := range lines {
			limit := w
			if i == 0 {
				limit = first
			}
			if width(l) > limit {
				t.Fatalf("line %d of %q is %d wide, limit %d", i, s, width(l), limit)
			}
		}
		squeeze := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if got := squeeze(strings.Join(lines, "")); got != squeeze(s) {
			t.Fatalf("%q became %q", s, got)
		}
	})
}

func TestOverlayKeepsWidth(t *testing.T) {
	frame := []string{
		segs{{"left and right of the box", "\x1b[31m"}}.fit(40),
		segs{{"日本語日本語日本語日本語日本語", ""}}.fit(40),
	}
	overlay(frame, []string{"[box box]", "[box box]"}, 9, 0, 9)
	for _, l := range frame {
		if w := ansi.StringWidth(l); w != 40 {
			t.Errorf("%q is %d wide", ansi.Strip(l), w)
		}
		if !strings.Contains(ansi.Strip(l), "[box box]") {
			t.Errorf("no box in %q", l)
		}
	}
}
