package chart

import (
	"math"
	"strings"
	"unicode/utf8"

	"warroom/model"
)

// eighths are the blocks of a bar to the right, and levels those of one upwards.
var (
	eighths = []rune(" ▏▎▍▌▋▊▉")
	levels  = []rune(" ▁▂▃▄▅▆▇█")
	shades  = []rune(" ░▒▓█")
)

// bar is a bar of v of most within w cells; what is there at all can be seen.
func bar(v, most float64, w int) string {
	if v <= 0 || most <= 0 || w <= 0 {
		return ""
	}
	n := max(1, int(math.Round(v/most*float64(w)*8)))
	s := strings.Repeat("█", n/8)
	if n%8 > 0 {
		s += string(eighths[n%8])
	}
	return s
}

// pad fills s with blanks to w cells; texts here are ours or were made visible.
func pad(s string, w int) string {
	if n := utf8.RuneCountInString(s); n < w {
		return s + strings.Repeat(" ", w-n)
	}
	return s
}

func padLeft(s string, w int) string {
	if n := utf8.RuneCountInString(s); n < w {
		return strings.Repeat(" ", w-n) + s
	}
	return s
}

// name makes a foreign name fit for a chart of text.
func name(s string, w int) string { return model.Brief(s, w) }

// cut is l without what lies beyond w cells.
func (l Line) cut(w int) Line {
	for i, s := range l {
		n := utf8.RuneCountInString(s.Text)
		if n > w {
			return append(l[:i:i], Span{string([]rune(s.Text)[:w]), s.Tone})
		}
		w -= n
	}
	return l
}

// grid is a field of cells to plot in.
type grid struct {
	w, h  int
	runes []rune
	tones []Tone
}

func newGrid(w, h int) *grid {
	g := &grid{w: w, h: h, runes: make([]rune, w*h), tones: make([]Tone, w*h)}
	for i := range g.runes {
		g.runes[i] = ' '
	}
	return g
}

func (g *grid) set(x, y int, r rune, t Tone) {
	if x >= 0 && x < g.w && y >= 0 && y < g.h {
		g.runes[y*g.w+x], g.tones[y*g.w+x] = r, t
	}
}

func (g *grid) at(x, y int) rune {
	if x < 0 || x >= g.w || y < 0 || y >= g.h {
		return ' '
	}
	return g.runes[y*g.w+x]
}

// lines gives the rows with an axis of labels before them.
func (g *grid) lines(labels []string) []Line {
	wide := 0
	for _, l := range labels {
		wide = max(wide, utf8.RuneCountInString(l))
	}
	out := make([]Line, g.h)
	for y := range out {
		l := ""
		if y < len(labels) {
			l = labels[y]
		}
		line := Line{{padLeft(l, wide) + " ", Dim}}
		for x := 0; x < g.w; {
			end := x
			for end < g.w && g.tones[y*g.w+end] == g.tones[y*g.w+x] {
				end++
			}
			line = append(line, Span{string(g.runes[y*g.w+x : y*g.w+end]), g.tones[y*g.w+x]})
			x = end
		}
		out[y] = line
	}
	return out
}

// mark is the tone of a cell that may be the selected one.
func mark(selected bool, t Tone) Tone {
	if selected {
		return Mark
	}
	return t
}

// note is a line of words, cut at w.
func note(s string, w int, t Tone) Line { return Line{{name(s, w), t}} }

// window is which n of total to show so that sel is among them.
func window(total, n, sel int) (from, to int) {
	if total <= n {
		return 0, total
	}
	from = min(max(0, sel-n/2), total-n)
	return from, from + n
}

// logAt is where v lies between low and high on a logarithmic axis, 0 to 1.
func logAt(v, low, high float64) float64 {
	if high <= low || v <= low {
		return 0
	}
	return min(1, math.Log(v/low)/math.Log(high/low))
}
