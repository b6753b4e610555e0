package ui

import (
	"image"

	tea "charm.land/bubbletea/v2"
)

// bookArea is where a list was drawn last, and which of its rows stands first.
type bookArea struct {
	r    image.Rectangle
	from int
}

// row is the row of the list under a cell.
func (b bookArea) row(x, y int) (int, bool) {
	return b.from + y - b.r.Min.Y, image.Pt(x, y).In(b.r)
}

// bookAreas are the parts of the screen that the mouse finds something in.
type bookAreas struct{ list, steps, acts, output bookArea }

// shift moves what belongs to the step to where its block stands.
func (b *bookAreas) shift(x, y int) {
	b.acts.r, b.output.r = b.acts.r.Add(image.Pt(x, y)), b.output.r.Add(image.Pt(x, y))
}

// click selects a row of the list, a step or an action. A double one opens or
// begins what is in the list, as enter does; it never runs an action: a finger on a
// mouse slips too easily for that.
func (d *booksDesk) click(a *App, x, y int, double bool) tea.Cmd {
	if d.run == 0 {
		rows := d.rows(a)
		i, ok := d.areas.list.row(x, y)
		if !ok || i >= len(rows) || rows[i].head != "" {
			return nil
		}
		d.hold(i, rows[i])
		if !double {
			return d.readLook(a)
		}
		if why := canBegin(a); why != "" {
			a.say(warning, why)
			return nil
		}
		return a.bookBegin()
	}
	if d.plan == nil {
		return nil
	}
	if i, ok := d.areas.steps.row(x, y); ok && i < len(d.plan.Steps) && i != d.step {
		d.step, d.act, d.top, d.moved = i, 0, 0, true
	}
	if k, ok := d.areas.acts.row(x, y); ok && d.step >= 0 && k < len(d.plan.Steps[d.step].Actions) && k != d.act {
		d.act, d.top, d.moved = k, 0, true
	}
	return nil
}

// wheel walks through the list, the steps or the actions under the mouse, and
// scrolls what a step prints.
func (d *booksDesk) wheel(a *App, x, y, n int) tea.Cmd {
	c := image.Pt(x, y)
	switch {
	case d.run == 0 && c.In(d.areas.list.r), d.run != 0 && c.In(d.areas.acts.r):
		return bookMove(n)(a)
	case d.run != 0 && c.In(d.areas.steps.r):
		return bookStep(n)(a)
	case d.run != 0 && c.In(d.areas.output.r):
		return bookScroll(-n * wheelStep)(a)
	}
	return nil
}
