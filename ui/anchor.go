package ui

import "warroom/model"

// What keeps the timeline in its place, and finds places in it.

// entryAt finds the entry that is drawn in a line of the view, counted from its
// top.
func (t *timeline) entryAt(row, h int) (model.Entry, bool) {
	if row < 0 || row >= h {
		return model.Entry{}, false
	}
	i := t.anchor
	if t.follow {
		i = t.firstShown(h)
	}
	for ; i < len(t.entries); i++ {
		n := t.height(i)
		if row < n {
			return t.entries[i], row > 0 || !t.newDay(i) // a day's name is no entry
		}
		row -= n
	}
	return model.Entry{}, false
}

// choose selects an entry that is in view and leaves the view where it is.
func (t *timeline) choose(seq int64, h int) {
	if t.follow {
		t.anchor, t.follow = t.firstShown(h), false
	}
	t.sel = seq
}

// shown reports whether the whole of the selected entry is in view.
func (t *timeline) shown(h int) bool {
	i := t.index(t.sel)
	if i < t.anchor || t.follow || t.key.w == 0 { // the last: nothing was measured yet
		return false
	}
	for k := t.anchor; k <= i && h >= 0; k++ {
		h -= t.height(k)
	}
	return h >= 0
}

// holding gives what keeps a selected entry in view that was in it, to be called
// when others' entries have come in: what is on top stays on top unless the
// selection would be lost below.
func (t *timeline) holding(h int) func() {
	if !t.shown(h) {
		return func() {}
	}
	return func() {
		if !t.shown(h) {
			t.show(t.index(t.sel), h)
		}
	}
}

// refit lays the timeline out for another size. Its upper end stays where it
// was, unless a selected entry that was in view would be lost.
func (a *App) refit(before layout, seen bool) {
	t := &a.room.tl
	r, was := a.lay.panes[paneTimeline], before.panes[paneTimeline]
	if r.Empty() { // it is not drawn, and measures as it did
		return
	}
	t.look(r.Dx(), a.zone, a.theme)
	if seen && (r.Dx() != was.Dx() || a.lay.h != before.h) {
		t.show(t.index(t.sel), a.timelineHeight())
	}
}
