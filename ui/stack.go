package ui

// stacked is how the rows of a short list lie in its pane: from the first, each
// on as many lines as it was given.
type stacked struct {
	first int
	lines []int // of the rows from first
}

// stack lays rows that need so many lines each into h lines. Where every row has a
// place, what is left goes to those that need more than one, in their order; else
// each has one line, and the selected row is among them.
func stack(need []int, sel, h int) stacked {
	n := len(need)
	if h <= 0 || n == 0 {
		return stacked{}
	}
	if n > h {
		s := stacked{first: min(max(0, sel-h+1), n-h), lines: make([]int, h)}
		for i := range s.lines {
			s.lines[i] = 1
		}
		return s
	}
	s, spare := stacked{lines: make([]int, n)}, h-n
	for i, k := range need {
		more := min(max(0, k-1), spare)
		s.lines[i], spare = 1+more, spare-more
	}
	return s
}

// narrow is the width at which panes say how many lines they want: their own is
// not known before they are laid out.
const narrow = 40

// asked is how many lines a pane asks for. Only a huge window has room for all
// lines of its rows; elsewhere more of them would be less of the situation.
func (a *App) asked(need []int) int {
	if a.w < hugeWidth {
		return len(need)
	}
	n := 0
	for _, k := range need {
		n += k
	}
	return n
}

// row is the row that line y shows, -1 for none.
func (s stacked) row(y int) int {
	for i, n := range s.lines {
		if y < n {
			return s.first + i
		}
		y -= n
	}
	return -1
}

// rowLines is what a row looks like on n lines: its text wrapped, the note at the
// end of the first.
func rowLines(w, n int, lead segs, text string, textStyle style, note segs, over style) []string {
	parts := wrap(text, textRoom(w, lead, note), n)
	if n == 1 { // every cell counts: cut in the middle of a word
		parts = []string{cut(text, textRoom(w, lead, note))}
	}
	var out []string
	for i, p := range parts {
		l, r := append(segs{}, lead...), note
		if i > 0 {
			l, r = segs{{pad("", lead.width()), ""}}, nil
		}
		l = append(l, seg{p, textStyle})
		if over != "" {
			l, r = l.over(over), r.over(over)
		}
		out = append(out, spreadOver(w, l, r, over))
	}
	for len(out) < n {
		out = append(out, segs(nil).fill(w, over))
	}
	return out
}

// textRoom is what a row leaves for its text.
func textRoom(w int, lead, note segs) int {
	n := w - lead.width()
	if k := note.width(); k > 0 {
		n -= k + 2
	}
	return max(1, n)
}

// mostLines is how many lines one row may have: who writes more is read in the
// timeline.
const mostLines = 3

// linesOf is how many lines a row wants.
func linesOf(w int, lead segs, text string, note segs) int {
	return len(wrap(text, textRoom(w, lead, note), mostLines))
}
