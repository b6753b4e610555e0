package ui

import (
	"context"
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/review"
	"warroom/model/review/faulttree"
)

// reviewDesk is screen 6: on the left the parts of the postmortem with how far
// each is, on the right the part as it will read.
type reviewDesk struct {
	id      string // the incident that doc is of
	doc     *review.Document
	hints   []review.Hint
	tree    *faulttree.Tree
	kept    *solvedTree // the tree of the record
	keptSeq int64
	loaded  *solvedTree // a tree from a file that is only looked at
	err     error
	reading bool
	again   bool

	sel    int  // the part
	inside bool // the keys move in the right column
	row    int  // of the right column: an action item, an answer, a node
	scroll int
	folded map[string]bool
	from   []string // incidents whose reviews led here, the last one nearest
	to     string   // the incident that was visited last by that way
	page   reviewPage

	waiting map[model.SectionKey]unsent
}

// reviewMsg brings the postmortem.
type reviewMsg struct {
	id    string
	doc   *review.Document
	hints []review.Hint
	tree  *faulttree.Tree
	kept  *solvedTree
	seq   int64 // of the tree that is kept
	err   error
}

// seenMsg brings the incident that looks most like one that was just declared.
type seenMsg struct {
	id      string
	earlier review.Earlier
}

// seenBefore looks whether an incident that was just declared has been seen
// before: what helped then, or was never done, is worth knowing now.
func (a *App) seenBefore(i *model.Incident) tea.Cmd {
	return a.read(func(ctx context.Context, s Store) tea.Msg {
		if found, err := SeenBefore(ctx, sourceOf(s), i); err == nil && len(found) > 0 {
			return seenMsg{i.ID, found[0]}
		}
		return nil
	})
}

func newReviewDesk() *reviewDesk { return &reviewDesk{folded: map[string]bool{}} }

// What the right column shows beside the parts of the template.
const (
	partWhole   = "whole"
	partWhys    = "whys"
	partTree    = "tree"
	partEarlier = "earlier"
)

// deskPart is a line of the left column.
type deskPart struct {
	id    string // of review.Part, or one of the above
	key   model.SectionKey
	title string
}

var deskParts = func() []deskPart {
	out := []deskPart{{id: partWhole, title: "The whole draft"}}
	for _, p := range review.Parts {
		out = append(out, deskPart{p.ID, p.Key, p.Title})
		if p.Key == model.SecWhy {
			out = append(out, deskPart{id: partWhys, title: "The whys"}, deskPart{id: partTree, title: "Fault tree"})
		}
	}
	return append(out, deskPart{id: partEarlier, title: "Seen before"})
}()

func (d *reviewDesk) part() deskPart { return deskParts[d.sel] }

func (d *reviewDesk) open(a *App) tea.Cmd { return d.read(a) }

// read composes the postmortem of the open incident, one reading at a time.
func (d *reviewDesk) read(a *App) tea.Cmd {
	if a.room == nil {
		return nil
	}
	if d.reading {
		d.again = true
		return nil
	}
	d.reading, d.again = true, false
	id, rules, now := a.room.inc.ID, a.cfg.Rules, a.now
	kept, seq := d.kept, d.keptSeq
	if d.id != id {
		kept, seq = nil, 0
	}
	return a.read(func(ctx context.Context, s Store) tea.Msg {
		m := reviewMsg{id: id}
		var i *model.Incident
		if m.doc, i, m.err = ReadPostmortem(ctx, sourceOf(s), id, rules, now); m.err != nil {
			return m
		}
		m.hints = m.doc.Lint(i.People)
		m.tree, _ = review.TreeOf(i).FaultTree() // without an answer there is none
		switch k := i.Writeup.Tree; {
		case k.Text == "":
		case k.Seq == seq:
			m.kept, m.seq = kept, seq
		default:
			m.kept, m.seq = solveTree(k.Name, k.Text), k.Seq
			m.kept.by = k.By
		}
		return m
	})
}

// sourceOf is s as the source of a postmortem; without a list of action items,
// the other incidents have none.
func sourceOf(s Store) PostmortemSource {
	if p, ok := s.(PostmortemSource); ok {
		return p
	}
	return itemless{s}
}

type itemless struct{ Store }

func (itemless) Actions(context.Context, model.ActionFilter) ([]model.ActionRow, error) {
	return nil, nil
}

func (d *reviewDesk) take(a *App, msg tea.Msg) (tea.Cmd, bool) {
	switch m := msg.(type) {
	case reviewMsg:
		d.reading = false
		if a.room != nil && m.id == a.room.inc.ID {
			if m.id != d.id {
				d.inside, d.row, d.scroll, d.loaded = false, 0, 0, nil
				if m.id != d.to { // opened by another way
					d.from = nil
				}
			}
			d.id, d.err = m.id, m.err
			if m.err == nil {
				d.doc, d.hints, d.tree = m.doc, m.hints, m.tree
				d.kept, d.keptSeq = m.kept, m.seq
			}
			d.page = reviewPage{}
		} else {
			d.again = d.again || a.screen == screenReview
		}
		if d.again {
			return d.read(a), true
		}
		return nil, true
	case treeMsg:
		return d.keepTree(a, m), true
	case reviewEditedMsg:
		return d.edited(a, m), true
	case seenMsg:
		if a.room != nil && a.room.inc.ID == m.id {
			a.say(info, "seen before: "+m.earlier.Sentence()+" · "+a.key("desk.6")+" shows more")
		}
		return nil, true
	case exportedMsg:
		d.exported(a, m)
		return nil, true
	}
	return nil, false
}

// news reads anew only while somebody looks: the desk reads when it is opened.
func (d *reviewDesk) news(a *App, events []model.Event) tea.Cmd {
	if a.screen != screenReview || a.room == nil {
		return nil
	}
	if events == nil || slices.ContainsFunc(events, func(e model.Event) bool { return e.Incident == a.room.inc.ID }) {
		return d.read(a)
	}
	return nil
}

// ready reports whether what is shown is of the open incident.
func (d *reviewDesk) ready(a *App) bool {
	return a.room != nil && d.doc != nil && d.id == a.room.inc.ID
}

func (d *reviewDesk) tag(a *App) (string, style) {
	if a.room == nil {
		return "", ""
	}
	open := 0
	for _, it := range a.room.inc.Actions {
		if it.Overdue(a.now) {
			return "!", a.theme.alarm
		}
		if it.Open() {
			open++
		}
	}
	if due, ok := a.room.inc.ReviewAwaited(a.cfg.Rules); ok && a.now.After(due) && a.room.inc.Status.Open() {
		return "!", a.theme.alarm
	}
	if open > 0 {
		return fmt.Sprint(open), ""
	}
	return "", ""
}

// move goes up or down in the column in focus.
func (d *reviewDesk) move(a *App, n int) {
	if d.inside {
		if rows := d.rows(a); rows > 0 {
			d.row = min(max(d.row+n, 0), rows-1)
			return
		}
		d.scroll = max(0, d.scroll+n)
		return
	}
	to := min(max(d.sel+n, 0), len(deskParts)-1)
	if to != d.sel {
		d.sel, d.row, d.scroll, d.page = to, 0, 0, reviewPage{}
	}
}

// rows is how many lines of the right column can be selected; 0: it scrolls.
func (d *reviewDesk) rows(a *App) int {
	if !d.ready(a) {
		return 0
	}
	switch d.part().id {
	case review.PartActions:
		return len(d.doc.Actions)
	case partWhys:
		if d.doc.Whys != nil {
			return len(d.doc.Whys.Analysis)
		}
	case partTree:
		return len(d.outline())
	case partEarlier:
		return len(d.doc.Earlier)
	}
	return 0
}

// firstPart is the part that stands on top of the left column of h lines.
func (d *reviewDesk) firstPart(h int) int {
	room := h - reviewHead
	return min(max(0, d.sel-room/2), max(0, len(deskParts)-room))
}

func (d *reviewDesk) click(a *App, x, y int, double bool) tea.Cmd {
	left, right := reviewColumns(a.lay.body.Dx())
	if right == 0 && d.inside {
		left = 0
	}
	if x < left {
		if k := y - reviewHead + d.firstPart(a.lay.body.Dy()); y >= reviewHead && k < len(deskParts) {
			d.inside = false
			d.move(a, k-d.sel)
		}
		if double {
			return d.enter(a)
		}
		return nil
	}
	d.inside = true
	if row, ok := d.page.rowAt(y + d.scroll - 1); ok {
		d.row = row
		if double {
			return d.enter(a)
		}
	}
	return nil
}

func (d *reviewDesk) wheel(a *App, x, _, n int) tea.Cmd {
	left, right := reviewColumns(a.lay.body.Dx())
	if right == 0 && d.inside {
		left = 0
	}
	if x < left {
		d.inside = false
		d.move(a, n)
		return nil
	}
	d.scroll = max(0, d.scroll+3*n)
	return nil
}
