package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// style is a ready-made SGR sequence; "" is plain. Styles add up by
// concatenation, and every styled piece ends with a reset, so that no style
// leaks into its neighbour.
type style string

func (s style) and(t style) style { return s + t }

// seg is a piece of text in one style.
type seg struct {
	s  string
	st style
}

// segs is a line in the making.
type segs []seg

func plain(s string) segs { return segs{{s: s}} }

func (ss *segs) add(st style, s string) {
	if s != "" {
		*ss = append(*ss, seg{s, st})
	}
}

func (ss segs) width() int {
	n := 0
	for _, s := range ss {
		n += width(s.s)
	}
	return n
}

// bare is the line without styles: under the bar of a selected row colours would
// become coloured grounds.
func (ss segs) bare() segs {
	out := make(segs, len(ss))
	for i, s := range ss {
		out[i] = seg{s.s, ""}
	}
	return out
}

// over lays one style over all pieces: for a selected row.
func (ss segs) over(st style) segs {
	out := make(segs, len(ss))
	for i, s := range ss {
		out[i] = seg{s.s, s.st.and(st)}
	}
	return out
}

func (ss segs) write(b *strings.Builder, room int) int {
	used := 0
	for i, s := range ss {
		n := width(s.s)
		left := room - used
		if n > left || n == left && i < len(ss)-1 && ss[i+1:].width() > 0 {
			s.s = cut(s.s, left)
			n = width(s.s)
			if n < left { // a wide rune did not fit
				s.s += strings.Repeat(" ", left-n)
				n = left
			}
			i = len(ss)
		}
		if s.st != "" && s.s != "" {
			b.WriteString(string(s.st))
			b.WriteString(s.s)
			b.WriteString("\x1b[m")
		} else {
			b.WriteString(s.s)
		}
		used += n
		if i >= len(ss) {
			break
		}
	}
	return used
}

// fit renders the line exactly w cells wide: cut with an ellipsis or padded.
func (ss segs) fit(w int) string { return ss.fill(w, "") }

// fill is fit with the padding in a style, for a selected row.
func (ss segs) fill(w int, pad style) string {
	if w <= 0 {
		return ""
	}
	var b strings.Builder
	b.Grow(w + 32*len(ss))
	if used := ss.write(&b, w); used < w {
		seg{strings.Repeat(" ", w-used), pad}.write(&b)
	}
	return b.String()
}

func (s seg) write(b *strings.Builder) {
	if s.st == "" {
		b.WriteString(s.s)
		return
	}
	b.WriteString(string(s.st))
	b.WriteString(s.s)
	b.WriteString("\x1b[m")
}

// spread renders left and right at the two ends of w cells. When there is not
// room for both, left is cut; when right alone does not fit, it is dropped.
func spread(w int, left, right segs) string { return spreadOver(w, left, right, "") }

func spreadOver(w int, left, right segs, pad style) string {
	rw := right.width()
	if rw == 0 || rw+2 > w {
		return left.fill(w, pad)
	}
	var b strings.Builder
	b.WriteString(left.fill(w-rw-2, pad))
	seg{"  ", pad}.write(&b)
	right.write(&b, rw)
	return b.String()
}

// width is the number of cells s takes. It must be free of escape sequences.
func width(s string) int {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return ansi.StringWidth(s)
		}
	}
	return len(s)
}

// cut shortens s to w cells, with an ellipsis if something was left out.
func cut(s string, w int) string {
	if w <= 0 {
		return ""
	}
	ascii := true
	for i := range len(s) {
		if s[i] >= 0x80 {
			ascii = false
			break
		}
	}
	if ascii {
		if len(s) <= w {
			return s
		}
		return s[:w-1] + "…"
	}
	return ansi.Truncate(s, w, "…")
}

// pad is s cut or padded to w cells.
func pad(s string, w int) string { return segs{{s: s}}.fit(w) }

// padLeft is s at the right end of w cells.
func padLeft(s string, w int) string {
	s = cut(s, w)
	return strings.Repeat(" ", max(0, w-width(s))) + s
}

// wrap breaks s into at most n lines of at most w cells, at blanks where it can.
// The last line ends with an ellipsis if there was more.
func wrap(s string, w, n int) []string { return wrapFirst(s, w, w, n) }

// wrapFirst is wrap with a first line of another width. A line end in s begins a
// new line. It looks at no more of s than can be shown.
func wrapFirst(s string, first, rest, n int) []string {
	if first <= 0 || rest <= 0 || n <= 0 {
		return nil
	}
	var out []string
	for w := first; len(out) < n; w = rest {
		head, tail, more := breakLine(s, w)
		if more && len(out) == n-1 {
			head = ellipsis(head, w)
		}
		out = append(out, head)
		if !more {
			break
		}
		s = tail
	}
	return out
}

// breakLine cuts the first line of at most w cells from s: at a line end, else
// at the last blank, else in the middle of a word.
func breakLine(s string, w int) (head, tail string, more bool) {
	used, blank := 0, -1
	for i, r := range s {
		if r == '\n' {
			return s[:i], s[i+1:], true
		}
		n := 1
		if r >= 0x80 {
			n = ansi.StringWidth(string(r))
		}
		if used+n > w {
			switch {
			case r == ' ':
				return s[:i], s[i+1:], true
			case blank > 0 && strings.TrimSpace(s[:blank]) != "":
				return s[:blank], s[blank+1:], true
			case i == 0: // a wide rune in a column of one cell
				return "", "", false
			}
			return s[:i], s[i:], true
		}
		if r == ' ' {
			blank = i
		}
		used += n
	}
	return s, "", false
}

// ellipsis ends a line that had to be cut.
func ellipsis(s string, w int) string {
	if width(s)+2 <= w {
		return s + " …"
	}
	return cut(s+"……", w)
}

// overlay lays lines of w cells over a frame, their upper left corner at x, y.
func overlay(frame, lines []string, x, y, w int) {
	for i, l := range lines {
		if y+i < 0 || y+i >= len(frame) {
			continue
		}
		base := frame[y+i]
		right := ansi.TruncateLeft(base, x+w, "") // half of a wide rune is lost at either edge
		gap := strings.Repeat(" ", max(0, ansi.StringWidth(base)-x-w-ansi.StringWidth(right)))
		frame[y+i] = fitANSI(ansi.Truncate(base, x, ""), x) + "\x1b[m" + l + "\x1b[m" + gap + right
	}
}

// fitANSI is fit for text that carries escape sequences of a component's own.
func fitANSI(s string, w int) string {
	n := ansi.StringWidth(s)
	if n > w {
		return ansi.Truncate(s, w, "")
	}
	return s + strings.Repeat(" ", w-n)
}

// block is a column of lines, each w cells wide.
type block struct {
	w     int
	lines []string
}

// beside puts columns next to each other in h lines, with a rule between them.
// Together with the rules they are as wide as the sum of their widths plus one
// cell for each rule.
func beside(th *theme, h int, cols ...block) []string {
	bar := segs{{"│", th.rule}}.fit(1)
	out := make([]string, h)
	for y := range out {
		var s strings.Builder
		for i, c := range cols {
			if i > 0 {
				s.WriteString(bar)
			}
			if y < len(c.lines) {
				s.WriteString(c.lines[y])
			} else {
				s.WriteString(strings.Repeat(" ", c.w))
			}
		}
		out[y] = s.String()
	}
	return out
}
