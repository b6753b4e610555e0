package ui

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"warroom/model"
)

// timeline is the live record on the screen. It holds a window of entries around
// what is visible, never the whole record, so that its cost does not depend on
// how long the incident has been running.
//
// It follows the newest entry until somebody moves up. Then the view stands
// still, the selection sticks to its entry whatever arrives, and new entries are
// counted.
type timeline struct {
	entries []model.Entry // by Pos
	top     bool          // entries begin at the beginning of the record
	end     bool          // entries reach to the end of the record
	wait    bool          // a page is on its way

	follow bool
	sel    int64 // Seq of the selected entry; 0: none
	anchor int   // index of the first entry shown, when not following
	fresh  int   // entries that arrived while not following
	kinds  []model.Kind

	cache map[int64]rendered
	key   renderKey
}

type renderKey struct {
	w    int
	zone *time.Location
	t    *theme
}

type rendered struct {
	amended int
	lines   []segs
}

const (
	pageSize  = 200  // entries read at a time
	maxWindow = 2000 // entries kept
	maxLines  = 4    // of one entry on the screen
)

func newTimeline() timeline { return timeline{follow: true, cache: map[int64]rendered{}} }

// load starts anew from the newest entries.
func (t *timeline) load(entries []model.Entry) {
	t.entries, t.end, t.top, t.wait = entries, true, len(entries) < pageSize, false
	t.anchor, t.fresh = 0, 0
	if t.index(t.sel) < 0 {
		t.sel = 0
		t.follow = true
	}
	clear(t.cache)
}

// jump goes to an entry of the window that was just loaded around it; 0 is
// nowhere, fromOldest the beginning.
func (t *timeline) jump(seq int64) {
	switch {
	case seq == fromOldest:
		t.end, t.top = len(t.entries) < pageSize, true
		t.home()
	case seq != 0:
		i := t.index(seq)
		t.top, t.end = i < pageSize, len(t.entries)-1-i < pageSize
		t.sel, t.follow = seq, false
		t.anchor = max(0, i-3)
	}
}

// page takes a page that was asked for by want.
func (t *timeline) page(w model.Window, entries []model.Entry) {
	t.wait = false
	if w.Back {
		n := len(t.entries)
		t.merge(entries)
		t.anchor += len(t.entries) - n
		t.top = len(entries) < w.Limit
		if over := len(t.entries) - maxWindow; over > 0 {
			t.entries, t.end = t.entries[:maxWindow], false
		}
		return
	}
	t.merge(entries)
	t.end = len(entries) < w.Limit
	if over := len(t.entries) - maxWindow; over > 0 {
		t.entries, t.top = slices.Delete(t.entries, 0, over), false
		t.anchor = max(0, t.anchor-over)
	}
}

func (t *timeline) merge(entries []model.Entry) {
	for _, e := range entries {
		t.put(e)
	}
}

// put inserts or replaces one entry at its place.
func (t *timeline) put(e model.Entry) (added bool) {
	delete(t.cache, e.Seq)
	added = true
	if i := t.index(e.Seq); i >= 0 {
		if p, q := t.entries[i].Pos(), e.Pos(); !p.Before(q) && !q.Before(p) {
			t.entries[i] = e
			return false
		}
		t.entries = slices.Delete(t.entries, i, i+1)
		if i < t.anchor { // what is on top stays on top
			t.anchor--
		}
		added = false
	}
	i := sort.Search(len(t.entries), func(i int) bool { return e.Pos().Before(t.entries[i].Pos()) })
	t.entries = slices.Insert(t.entries, i, e)
	if i <= t.anchor && !t.follow && len(t.entries) > 1 {
		t.anchor++
	}
	return added
}

// arrive takes an entry that was just written by anybody.
func (t *timeline) arrive(e model.Entry) {
	if len(t.kinds) > 0 && !slices.Contains(t.kinds, e.Kind) {
		return
	}
	inside := t.index(e.Seq) >= 0 || t.covers(e)
	if inside && t.put(e) || !inside {
		if !t.follow {
			t.fresh++
		}
	}
	if over := len(t.entries) - maxWindow; over > pageSize && t.follow {
		t.entries, t.top = slices.Delete(t.entries, 0, over), false
	}
}

// covers reports whether e belongs into the window, so that no gap comes of it.
func (t *timeline) covers(e model.Entry) bool {
	return (t.end || len(t.entries) > 0 && e.Pos().Before(t.entries[len(t.entries)-1].Pos())) &&
		(t.top || len(t.entries) > 0 && !e.Pos().Before(t.entries[0].Pos()))
}

// correct takes an entry as it stands after a correction. One that was put to a
// time outside of the window leaves it, and the selection goes to its neighbour.
func (t *timeline) correct(e model.Entry) {
	i := t.index(e.Seq)
	if i < 0 {
		if t.covers(e) && (len(t.kinds) == 0 || slices.Contains(t.kinds, e.Kind)) {
			t.put(e)
		}
		return
	}
	was := t.entries[i]
	if t.entries = slices.Delete(t.entries, i, i+1); t.covers(e) || len(t.entries) == 0 {
		t.entries = slices.Insert(t.entries, i, was) // put knows from where it moves
		t.put(e)
		return
	}
	if i < t.anchor {
		t.anchor--
	}
	if t.sel == e.Seq {
		t.sel = t.entries[min(i, len(t.entries)-1)].Seq
	}
}

// index finds an entry of the window by Seq; -1 if it is not there.
func (t *timeline) index(seq int64) int {
	if seq == 0 {
		return -1
	}
	for i := len(t.entries) - 1; i >= 0; i-- { // mostly it is a recent one
		if t.entries[i].Seq == seq {
			return i
		}
	}
	return -1
}

func (t *timeline) selected() (model.Entry, bool) {
	if i := t.index(t.sel); i >= 0 {
		return t.entries[i], true
	}
	return model.Entry{}, false
}

// move moves the selection by n entries; from following, it begins at the newest.
func (t *timeline) move(n int, h int) {
	if len(t.entries) == 0 {
		return
	}
	i := t.index(t.sel)
	if i < 0 {
		if n > 0 {
			return
		}
		i = len(t.entries)
		if t.follow {
			t.anchor = t.firstShown(h)
		}
	}
	i = min(max(i+n, 0), len(t.entries)-1)
	if n > 0 && i == len(t.entries)-1 && t.end && t.index(t.sel) == i {
		t.bottom()
		return
	}
	t.follow, t.sel = false, t.entries[i].Seq
	t.show(i, h)
}

// scroll moves the view by n entries and leaves the selection alone.
func (t *timeline) scroll(n, h int) {
	if t.follow {
		if n > 0 {
			return
		}
		t.anchor, t.follow = t.firstShown(h), false
	}
	last := t.lastAnchor(h)
	t.anchor = min(max(t.anchor+n, 0), last)
	if n > 0 && t.anchor == last && t.end && t.sel == 0 {
		t.bottom()
	}
}

// bottom goes back to following.
func (t *timeline) bottom() { t.follow, t.sel, t.fresh = true, 0, 0 }

// home selects the oldest entry of the window.
func (t *timeline) home() {
	if len(t.entries) > 0 {
		t.follow, t.sel, t.anchor = false, t.entries[0].Seq, 0
	}
}

// show moves the view just so far that entry i is in it.
func (t *timeline) show(i, h int) {
	if i < t.anchor {
		t.anchor = i
		return
	}
	used := 0
	for k := i; k >= t.anchor; k-- {
		used += t.height(k)
		if used > h {
			t.anchor = min(k+1, i)
			return
		}
	}
}

// firstShown is the index of the first entry in view while following.
func (t *timeline) firstShown(h int) int { return t.lastAnchor(h) }

// lastAnchor is the anchor at which the newest entry stands on the last line.
func (t *timeline) lastAnchor(h int) int {
	used := 0
	for k := len(t.entries) - 1; k >= 0; k-- {
		used += t.height(k)
		if used > h {
			return min(k+1, len(t.entries)-1)
		}
	}
	return 0
}

// want returns the page that the view needs next, if one is missing.
func (t *timeline) want(h int) (model.Window, bool) {
	if t.wait || len(t.entries) == 0 {
		return model.Window{}, false
	}
	first := t.anchor
	if t.follow {
		first = t.firstShown(h)
	}
	if !t.top && first < pageSize/4 {
		t.wait = true
		return model.Window{From: t.entries[0].Pos(), Back: true, Limit: pageSize, Kinds: t.kinds}, true
	}
	if !t.end && first+h > len(t.entries)-pageSize/4 {
		t.wait = true
		return model.Window{From: t.entries[len(t.entries)-1].Pos(), Limit: pageSize, Kinds: t.kinds}, true
	}
	return model.Window{}, false
}

func (t *timeline) height(i int) int {
	n := len(t.lines(i))
	if t.newDay(i) {
		n++
	}
	return n
}

func (t *timeline) newDay(i int) bool {
	return i == 0 || !sameDay(t.entries[i-1].When.In(t.key.zone), t.entries[i].When.In(t.key.zone))
}

// glyph is the letter that stands for the kind of an entry.
func glyph(e model.Entry) string {
	switch {
	case e.Mark:
		return "●"
	case e.Kind.Written():
		return string(e.Kind[0])
	}
	for prefix, sign := range map[string]string{"order_": "o", "hypothesis_": "h", "decision_": "d", "mitigation_": "m"} {
		if strings.HasPrefix(string(e.Kind), prefix) {
			return sign
		}
	}
	return " "
}

// lines renders entry i, without the selection; the result is kept.
func (t *timeline) lines(i int) []segs {
	e := t.entries[i]
	if r, ok := t.cache[e.Seq]; ok && r.amended == e.Amended {
		return r.lines
	}
	r := rendered{e.Amended, t.render(e)}
	t.cache[e.Seq] = r
	return r.lines
}

const stampWidth = len(" 15:04:05 x ")

// render lays an entry out in lines of the pane's width: time, glyph, text, and
// on the first line who wrote it.
func (t *timeline) render(e model.Entry) []segs {
	th, w := t.key.t, t.key.w
	actor := cut(model.Visible(e.Actor), min(12, max(6, w/8)))
	if actor == "" {
		actor = " "
	}
	room := w - stampWidth - 1
	body := th.textStyle(e)
	text := strings.Join(model.VisibleLines(e.Line), "\n")
	note := ""
	switch d := e.BackDated(); {
	case d >= 24*time.Hour: // history that was brought in: how much later says nothing
		note = " · written later"
	case d > 0:
		note = " · written " + model.Span(d.Truncate(minute)) + " later"
	}
	if e.Struck {
		note += " · taken back"
	} else if e.Amended > 0 {
		note += " · edited"
	}
	first := room - width(actor) - 1
	rows := wrapFirst(text, first, room, maxLines)
	out := make([]segs, 0, len(rows)+1)
	for k, row := range rows {
		var s segs
		if k == 0 {
			s.add(th.dim, " "+e.When.In(t.key.zone).Format("15:04:05")+" ")
			s.add(th.glyphStyle(e), glyph(e))
			s.add("", " ")
			room = first
		} else {
			s.add("", strings.Repeat(" ", stampWidth))
			room = w - stampWidth - 1
		}
		s.add(body, row)
		if k == len(rows)-1 && width(row)+width(note) <= room {
			s.add(th.dim, note)
			note = ""
		}
		if k == 0 {
			s.add("", strings.Repeat(" ", max(1, w-s.width()-width(actor)-1)))
			s.add(th.dim, actor)
		}
		out = append(out, s)
	}
	if note != "" {
		out = append(out, segs{{s: strings.Repeat(" ", stampWidth)}, {strings.TrimPrefix(note, " · "), th.dim}})
	}
	return out
}

func (th *theme) textStyle(e model.Entry) style {
	switch {
	case e.Struck:
		return th.struck
	case e.Mark:
		return th.strong
	}
	return ""
}

func (th *theme) glyphStyle(e model.Entry) style {
	switch {
	case e.Struck:
		return th.dim
	case e.Mark:
		return th.alarm
	case strings.HasPrefix(string(e.Kind), "order_"):
		return th.warn
	}
	return th.accent
}

// look sets what entries are rendered for; App calls it before anything is
// measured or drawn.
func (t *timeline) look(w int, zone *time.Location, th *theme) {
	if key := (renderKey{w, zone, th}); key != t.key {
		t.key = key
		clear(t.cache)
	}
}

// view draws the window into h lines. focused shows the selection in full.
func (t *timeline) view(h int, focused bool) []string {
	w, zone, th := t.key.w, t.key.zone, t.key.t
	out := make([]string, 0, h)
	if len(t.entries) == 0 {
		return blank(out, w, h)
	}
	start := t.anchor
	if t.follow {
		start = t.firstShown(h)
	}
	for i := start; i < len(t.entries) && len(out) < h; i++ {
		if t.newDay(i) {
			out = append(out, dayRule(t.entries[i].When.In(zone), w, th))
		}
		sel := t.entries[i].Seq == t.sel
		for _, l := range t.lines(i) {
			if len(out) == h {
				break
			}
			switch {
			case sel && focused:
				out = append(out, l.over(th.selected).fill(w, th.selected))
			case sel:
				out = append(out, l.over(th.strong).fit(w))
			default:
				out = append(out, l.fit(w))
			}
		}
	}
	if len(t.cache) > 2*maxWindow {
		clear(t.cache)
	}
	return blank(out, w, h)
}

func dayRule(day time.Time, w int, th *theme) string {
	name := " ── " + day.Format("Mon 2 Jan 2006") + " "
	return segs{{name + strings.Repeat("─", max(0, w-width(name)-1)), th.dim}}.fit(w)
}

// state says in a few words what the timeline is doing; key makes it follow.
func (t *timeline) state(key string) string {
	switch {
	case t.follow:
		return "following"
	case t.fresh > 0:
		return fmt.Sprintf("%d new ↓ %s", t.fresh, key)
	}
	return "paused · " + key + " follows"
}

// blank fills lines up to h with empty ones of w cells.
func blank(lines []string, w, h int) []string {
	for len(lines) < h {
		lines = append(lines, strings.Repeat(" ", w))
	}
	return lines[:h]
}
