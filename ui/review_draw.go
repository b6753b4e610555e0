package ui

import (
	"fmt"
	"strings"

	"warroom/model"
	"warroom/model/review"
)

// reviewHead is how many lines stand above the parts on the left.
const reviewHead = 2

// reviewColumns are the widths of the two columns; right is 0 where there is room
// for one at a time only.
func reviewColumns(w int) (left, right int) {
	if w < 64 {
		return w, 0
	}
	left = 28
	if w >= 110 {
		left = 36
	}
	return left, w - left - 1
}

// reviewPage is the right column as it was last laid out: lines, and which of
// them belongs to which row that can be selected (-1: none).
type reviewPage struct {
	w     int
	col   int // of text that is read: no line is longer than the eye likes
	lines []segs
	rows  []int
}

func (p *reviewPage) rowAt(line int) (int, bool) {
	if line < 0 || line >= len(p.rows) || p.rows[line] < 0 {
		return 0, false
	}
	return p.rows[line], true
}

func (p *reviewPage) put(s segs) { p.lines, p.rows = append(p.lines, s), append(p.rows, -1) }

func (p *reviewPage) putRow(row int, s segs) {
	p.lines, p.rows = append(p.lines, s), append(p.rows, row)
}

// text adds wrapped text in one style, whatever is in it.
func (p *reviewPage) text(s string, st style, indent int) {
	for _, l := range wrap(model.Visible(s), max(8, p.col-indent-1), 200) {
		p.put(segs{{strings.Repeat(" ", indent), ""}, {l, st}})
	}
}

func (d *reviewDesk) draw(a *App, w, h int) []string {
	th := a.theme
	if a.room == nil {
		return blank([]string{"", segs{{" No incident is open: ", ""}, {a.key("incidents"), th.accent}, {" shows the list. Action items of all incidents: ", ""}, {"warroom actions", th.accent}}.fit(w)}, w, h)
	}
	if !d.ready(a) {
		line := segs{{" reading the record …", th.dim}}
		if d.err != nil {
			line = segs{{" ✗ " + model.Message(d.err), th.alarm}}
		}
		return blank([]string{"", line.fit(w)}, w, h)
	}
	lw, rw := reviewColumns(w)
	switch {
	case rw > 0:
	case d.inside: // one column at a time
		return d.drawPart(a, w, h)
	default:
		return d.drawParts(a, w, h)
	}
	left := block{lw, d.drawParts(a, lw, h)}
	right := block{rw, d.drawPart(a, rw, h)}
	return beside(th, h, left, right)
}

// drawParts is the left column: the parts with their progress, what is due.
func (d *reviewDesk) drawParts(a *App, w, h int) []string {
	th := a.theme
	doc := d.doc
	head := segs{{" " + doc.State.String(), th.strong}, {fmt.Sprintf("  %d %%", doc.Score.Percent), th.accent}}
	var due segs
	switch {
	case doc.Due == nil && doc.Live:
		due = segs{{" no due date: resolve it first", th.dim}}
	case doc.Due == nil:
		due = segs{{" no due date", th.dim}}
	case doc.Overdue:
		due = segs{{" overdue by " + model.Span(a.now.Sub(*doc.Due)), th.badge}}
	case doc.State.Settled():
		due = segs{{" done", th.good}}
	default:
		due = segs{{" due in " + model.Span(doc.Due.Sub(a.now)), th.dim}}
	}
	if doc.Owner != "" {
		due.add(th.dim, " @"+model.Visible(doc.Owner))
	}
	out := []string{head.fit(w), due.fit(w)}
	marks := map[string]review.Mark{}
	for _, m := range doc.Score.Parts {
		marks[m.ID] = m
	}
	hints := map[model.SectionKey]int{}
	for _, x := range d.hints {
		if x.Level == review.Suggestion {
			hints[x.Section]++
		}
	}
	for k := d.firstPart(h); k < len(deskParts) && len(out) < h; k++ {
		p := deskParts[k]
		id := p.id
		if p.key != "" {
			id = string(p.key)
		}
		sign, st, note := " ", style(""), ""
		if m, ok := marks[id]; ok {
			sign, st = progress(th, m.Progress)
		}
		if n := hints[p.key]; p.key != "" && n > 0 {
			note = plural(n, "hint")
		}
		switch p.id {
		case partWhys:
			if doc.Whys != nil {
				note = fmt.Sprint(len(doc.Whys.Analysis))
				if doc.Whys.Flags > 0 {
					note += " · " + plural(doc.Whys.Flags, "flag")
				}
			}
		case review.PartActions:
			n, sug := 0, 0
			for _, x := range doc.Actions {
				if x.Suggested {
					sug++
				} else if x.State == model.ItemOpen {
					n++
				}
			}
			note = fmt.Sprintf("%d open", n)
			switch room := w - width(p.title) - 5; {
			case sug > 0 && room >= width(note)+15:
				note += fmt.Sprintf(" · %d suggested", sug)
			case sug > 0 && n == 0:
				note = fmt.Sprintf("%d new", sug)
			}
		case partTree:
			if s := d.shown(); s != nil {
				note = "P " + s.chance()
			}
		case partEarlier:
			note = fmt.Sprint(len(doc.Earlier))
		}
		line := segs{{" ", ""}, {sign, st}, {" " + p.title, ""}}
		var right segs
		if note != "" {
			right = segs{{note + " ", th.dim}}
		}
		if k == d.sel {
			sel := th.selected
			if d.inside {
				sel = th.strong
			}
			// Without the colours of its pieces: reversed, they would be bars of their own.
			line = segs{{" " + sign + " " + p.title, sel}}
			out = append(out, spreadOver(w, line, segs{{note + " ", sel}}, sel))
			continue
		}
		out = append(out, spread(w, line, right))
	}
	return blank(out, w, h)
}

// progress is the sign of how far a part is: its shape says it without colour.
func progress(th *theme, p review.Progress) (string, style) {
	switch p {
	case review.Written:
		return "●", th.good
	case review.Drafted:
		return "◐", th.warn
	}
	return "○", th.dim
}

// drawPart is the right column: one part as it will read.
func (d *reviewDesk) drawPart(a *App, w, h int) []string {
	th := a.theme
	d.lay(a, w)
	title := segs{{" " + d.part().title, th.strong}}
	if d.inside {
		title = segs{{"▍", th.accent}, {d.part().title, th.accent.and(th.strong)}}
	}
	var right segs
	if s := d.doc.Section(d.part().key); d.part().key != "" {
		if s.Seq > 0 {
			right = segs{{"by " + model.Brief(s.By, 20) + " ", th.dim}}
		}
	}
	out := []string{spread(w, title, right)}
	room := h - 1
	lines := d.page.lines
	// The selected row stays in sight.
	if d.inside && d.rows(a) > 0 {
		at := 0
		for k, r := range d.page.rows {
			if r == d.row {
				at = k
				break
			}
		}
		if at < d.scroll {
			d.scroll = at
		} else if at >= d.scroll+room-1 {
			d.scroll = at - room + 2
		}
	}
	d.scroll = min(max(0, d.scroll), max(0, len(lines)-room))
	for k := d.scroll; k < len(lines) && len(out) < h; k++ {
		l := lines[k]
		if row := d.page.rows[k]; d.inside && row >= 0 && row == d.row && d.rows(a) > 0 {
			var words strings.Builder
			for _, s := range l {
				words.WriteString(s.s)
			}
			out = append(out, segs{{words.String(), th.selected}}.fill(w, th.selected))
			continue
		}
		out = append(out, l.fit(w))
	}
	if more := len(lines) - d.scroll - room; more > 0 {
		out[len(out)-1] = segs{{fmt.Sprintf(" %d lines more: %s", more+1, a.key("review.pgdown")), th.dim}}.fit(w)
	}
	return blank(out, w, h)
}

// lay makes the lines of the right column, unless they are there.
func (d *reviewDesk) lay(a *App, w int) {
	if d.page.w == w && d.page.lines != nil {
		return
	}
	d.page = reviewPage{w: w, col: min(w, 110)}
	p := &d.page
	switch part := d.part(); part.id {
	case review.PartFacts:
		d.layFacts(a, p)
	case review.PartTimeline:
		d.layTimeline(a, p)
	case review.PartActions:
		d.layActions(a, p)
	case partWhys:
		d.layWhys(a, p)
	case partTree:
		d.layTree(a, p)
	case partEarlier:
		d.layEarlier(a, p)
	case partWhole:
		d.layWhole(a, p)
	default:
		d.laySection(a, p, part)
	}
	if len(p.lines) == 0 {
		p.put(segs{{"", ""}})
	}
}

func (d *reviewDesk) mark(id string) review.Mark {
	for _, m := range d.doc.Score.Parts {
		if m.ID == id {
			return m
		}
	}
	return review.Mark{}
}
