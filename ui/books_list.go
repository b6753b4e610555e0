package ui

import (
	"fmt"
	"image"
	"slices"
	"strings"

	"warroom/model"
	"warroom/model/play"
)

// bookRow is a line of the list: a heading, a run, a card, or what is wrong with a
// file.
type bookRow struct {
	head  string
	note  string // beside a heading
	gate  segs   // of the heading of the recovery gate
	fault string
	run   *model.Run
	card  *play.Card
}

// id names what a row is about, wherever it stands; "" for a heading.
func (r bookRow) id() string {
	switch {
	case r.run != nil:
		return fmt.Sprint("run ", r.run.N)
	case r.card != nil:
		return fmt.Sprint("card ", r.card.Ref)
	}
	return r.fault
}

// rows are the runs of the incident, what fits it, and everything else.
func (d *booksDesk) rows(a *App) []bookRow {
	var out []bookRow
	if a.room != nil {
		if g := a.room.inc.Gate; g != nil { // it holds whichever run is shown
			out = append(out, bookRow{head: "Recovery gate", gate: gateBrief(a, g)})
		}
		for k := range a.room.inc.Runs {
			r := &a.room.inc.Runs[len(a.room.inc.Runs)-1-k]
			if k == 0 {
				out = append(out, bookRow{head: "Runs of this incident"})
			}
			out = append(out, bookRow{run: r})
		}
	}
	group := func(name string, in func(c *play.Card) bool) {
		first := true
		for k := range d.cards {
			if c := &d.cards[k]; in(c) {
				if first {
					out = append(out, bookRow{head: name})
					first = false
				}
				out = append(out, bookRow{card: c})
			}
		}
	}
	group("Suggested", func(c *play.Card) bool { return c.Why != "" })
	group("All runbooks", func(c *play.Card) bool { return c.Why == "" && !c.Rollback })
	group("Ways back", func(c *play.Card) bool { return c.Rollback })
	for i, f := range d.faults {
		if i == 0 {
			out = append(out, bookRow{head: "Not usable"})
		}
		out = append(out, bookRow{fault: f})
	}
	if n := len(d.faults); n > 0 { // whoever misses a runbook looks here
		for i := range out {
			if out[i].head == "All runbooks" {
				out[i].note = plural(n, "file") + " not usable, see the end"
			}
		}
	}
	return out
}

// selected is the row that keys act on, never a heading.
func (d *booksDesk) selected(a *App) (bookRow, bool) {
	rows := d.rows(a)
	// It sticks to the thing: others begin runs, which come above it.
	if i := slices.IndexFunc(rows, func(r bookRow) bool { return d.held != "" && r.id() == d.held }); i >= 0 {
		d.sel = i
	}
	for i := min(max(d.sel, 0), len(rows)-1); i >= 0 && i < len(rows); i++ {
		if rows[i].head == "" {
			d.hold(i, rows[i])
			return rows[i], true
		}
	}
	return bookRow{}, false
}

func (d *booksDesk) hold(i int, r bookRow) { d.sel, d.held = i, r.id() }

func (d *booksDesk) move(a *App, n int) {
	rows := d.rows(a)
	d.selected(a)
	way := 1
	if n < 0 {
		way = -1
	}
	for i := d.sel + way; i >= 0 && i < len(rows); i += way {
		if rows[i].head != "" {
			continue
		}
		d.hold(i, rows[i])
		if n -= way; n == 0 {
			return
		}
	}
}

func (d *booksDesk) draw(a *App, w, h int) []string {
	d.areas = bookAreas{}
	if a.runner() == nil {
		return []string{segs{{" runbooks are not followed in this terminal", a.theme.dim}}.fit(w)}
	}
	if d.run != 0 {
		return d.drawRun(a, w, h)
	}
	return d.drawList(a, w, h)
}

func (d *booksDesk) drawList(a *App, w, h int) []string {
	left := w
	if w >= wideWidth {
		left = min(64, w*45/100)
	}
	list := block{left, d.listLines(a, left, h)}
	if left == w {
		return list.lines
	}
	return beside(a.theme, h, list, block{w - left - 1, d.lookLines(a, w-left-1, h)})
}

func (d *booksDesk) listLines(a *App, w, h int) []string {
	th := a.theme
	if !d.ready {
		return []string{segs{{" reading runbooks …", th.dim}}.fit(w)}
	}
	sel, _ := d.selected(a)
	rows := d.rows(a)
	start := max(0, min(d.sel-h/2, len(rows)-h))
	if d.sel <= 2 { // with what stands over it
		start = 0
	}
	var out []string
	for i := start; i < len(rows) && len(out) < h; i++ {
		r := rows[i]
		var l, n segs
		switch {
		case r.head != "":
			l = segs{{" ", ""}, {r.head, th.strong}}
			n = segs{{r.note + " ", th.warn}}
			if r.note == "" {
				n = nil
			}
			if r.gate != nil {
				l = append(append(l, seg{"  ", ""}), r.gate...)
			}
		case r.fault != "":
			l = segs{{" ✗ ", th.alarm}, {model.Visible(r.fault), ""}}
		case r.run != nil:
			sign, st := stateSign(th, runState(*r.run))
			l = segs{{" " + sign + " ", st}, {fmt.Sprintf("run %d ", r.run.N), th.dim}, {model.Visible(r.run.Title), ""}}
			n = segs{{runWord(*r.run) + " ", th.dim}}
		default:
			c := r.card
			l = segs{{"   ", ""}, {model.Visible(c.Title), ""}}
			switch {
			case c.Why != "":
				n = segs{{cut(model.Visible(c.Why), max(12, w/3, w-6-width(model.Visible(c.Title)))) + " ", th.accent}}
			case c.Rollback && c.Data == "certain", c.Rollback && c.Data == "possible":
				n = segs{{"data loss " + c.Data + " ", th.warn}}
			case c.Rollback && !c.Undoable:
				n = segs{{"no undo ", th.warn}}
			case c.Rollback:
				n = segs{{model.Visible(c.Type) + " ", th.dim}}
			default:
				n = segs{{model.Visible(c.ID) + " ", th.dim}}
			}
		}
		out = append(out, th.row(w, r.head == "" && r.id() == sel.id(), l, n))
	}
	d.areas.list = bookArea{image.Rect(0, 0, w, len(out)), start}
	if len(rows) == 0 {
		out = append(out, segs{{" no runbook is known here", th.dim}}.fit(w))
	}
	return out
}

// row is a line of a list. The selected one is marked by more than its ground: a
// picture of the screen, or its text, has to say it, too. Every row begins with an
// empty cell for that.
func (th *theme) row(w int, selected bool, l, n segs) string {
	if !selected {
		return spread(w, l, n)
	}
	l = l.bare().over(th.selected)
	l[0].s = "▌" + strings.TrimPrefix(l[0].s, " ")
	return spreadOver(w, l, n.bare().over(th.selected), th.selected)
}

// lookLines is what the selected row is about, before anything begins.
func (d *booksDesk) lookLines(a *App, w, h int) []string {
	th := a.theme
	row, ok := d.selected(a)
	if !ok {
		return nil
	}
	var out []string
	add := func(st style, text string, n int) {
		for _, l := range wrap(text, w-2, n) {
			out = append(out, segs{{" ", ""}, {l, st}}.fit(w))
		}
	}
	if row.run != nil {
		add(th.strong, model.Visible(row.run.Title), 1)
		add("", fmt.Sprintf("run %d, %s, begun by %s at %s", row.run.N, runWord(*row.run), model.Visible(row.run.By), a.stamp(row.run.Started)), 2)
		for _, s := range row.run.Steps {
			sign, st := stateSign(th, s.State())
			out = append(out, segs{{" " + sign + " ", st}, {model.Visible(s.Title), ""}}.fit(w))
		}
		return out[:min(len(out), h)]
	}
	if row.fault != "" {
		add(th.strong, "This file cannot be used", 1)
		add(th.warn, model.Visible(row.fault), h-3)
		add(th.dim, "The others are not touched by it. It is read again as soon as it changes.", 2)
		return out[:min(len(out), h)]
	}
	c := row.card
	out = append(out, spread(w, segs{{" " + model.Visible(c.Title), th.strong}}, segs{{model.Visible(c.Origin+" "+c.Owner) + " ", th.dim}}))
	if c.Stale != "" {
		add(th.warn, c.Stale+": may be out of date", 1)
	}
	if c.Why != "" {
		add(th.accent, "suggested for "+model.Visible(c.Why), 1)
	}
	if c.Described != "" {
		add("", strings.Join(model.VisibleLines(strings.TrimSpace(c.Described)), " "), 4)
	}
	out = append(out, segs{{"", ""}}.fit(w))
	switch {
	case d.lookE != nil:
		add(th.warn, model.Message(d.lookE), 4)
	case d.look == nil:
		add(th.dim, "…", 1)
	default:
		out = append(out, d.planLines(a, d.look, w, h-len(out))...)
	}
	return out[:min(len(out), h)]
}

// planLines is the outline of a plan.
func (d *booksDesk) planLines(a *App, p *play.Plan, w, h int) []string {
	th := a.theme
	var out []string
	if m := p.Missing(); len(m) > 0 {
		out = append(out, segs{{" missing on this machine: " + model.Visible(strings.Join(m, ", ")), th.warn}}.fit(w))
	}
	for _, n := range append(p.Losses(), p.Notes...) {
		for _, l := range wrap(model.Visible(n), w-4, 2) {
			out = append(out, segs{{" ! ", th.warn}, {l, ""}}.fit(w))
		}
	}
	for _, s := range p.Steps {
		out = append(out, spread(w, segs{{" " + stepNumber(s) + " ", th.dim}, {model.Visible(s.Title), ""}}, segs{{model.Visible(s.Phase) + " ", th.dim}}))
		if len(p.Steps) > h-4 {
			continue
		}
		for _, x := range s.Actions {
			if len(out) >= h-1 {
				break
			}
			sign, st := riskSign(th, x)
			out = append(out, segs{{"   " + sign + " ", st}, {model.Visible(x.Text), th.dim}}.fit(w))
		}
	}
	return out
}

// riskSign shows what running an action may do; the same glyph in every theme.
func riskSign(th *theme, x play.Action) (string, style) {
	switch {
	case !x.Runs():
		return "·", th.dim
	case x.Risk == "read":
		return "○", th.good
	case x.Risk == "destructive":
		return "‼", th.alarm
	}
	return "!", th.warn
}

// stateSign is the glyph of a state.
func stateSign(th *theme, s model.ActionState) (string, style) {
	switch s {
	case model.ActionSucceeded, model.ActionDone:
		return "✓", th.good
	case model.ActionRunning:
		return "▸", th.accent
	case model.ActionSkipped:
		return "»", th.dim
	case model.ActionFailed, model.ActionTimedOut, model.ActionCancelled:
		return "✗", th.alarm
	case model.ActionInterrupted:
		return "?", th.badge
	}
	return "·", th.dim
}

func runState(r model.Run) model.ActionState {
	if !r.Active() {
		switch r.Outcome {
		case model.RunFinished:
			return model.ActionSucceeded
		case model.RunFailed:
			return model.ActionFailed
		}
		return model.ActionSkipped
	}
	for _, s := range r.Steps {
		if s.State().Bad() {
			return s.State()
		}
	}
	return model.ActionRunning
}

func runWord(r model.Run) string {
	if !r.Active() {
		return r.Outcome
	}
	over := 0
	for _, s := range r.Steps {
		if s.State().Over() {
			over++
		}
	}
	return fmt.Sprintf("%d of %d · %s", over, len(r.Steps), model.Visible(r.Runner.Person))
}

// stepNumber is the number of a step as its author counts.
func stepNumber(s play.Step) string {
	if s.Number == 0 {
		return " "
	}
	return fmt.Sprint(s.Number)
}
