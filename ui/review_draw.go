package ui

import (
	"fmt"
	"strings"

	"warroom/model"
	"warroom/model/review"
	"warroom/model/review/faulttree"
)

// reviewHead is how many lines stand above the parts on the left.
const reviewHead = 2

// reviewColumns are the widths of the two columns; right is 0 where there is room
// for one at a time only.
func reviewColumns(w int) (left, right int) {
	if w < 64 {
		return w, 0
	}
	left = 26
	if w >= 110 {
		left = 34
	}
	return left, w - left - 1
}

// reviewPage is the right column as it was last laid out: lines, and which of
// them belongs to which row that can be selected (-1: none).
type reviewPage struct {
	w     int
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

// text adds wrapped text in one style.
func (p *reviewPage) text(s string, st style, indent int) {
	for _, l := range wrap(s, max(8, p.w-indent-1), 200) {
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
	case doc.Due == nil:
		due = segs{{" no due date: resolve it first", th.dim}}
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
			if sug > 0 {
				note += fmt.Sprintf(" +%d?", sug)
			}
		case partEarlier:
			note = fmt.Sprint(len(doc.Earlier))
		}
		line := segs{{" ", ""}, {sign, st}, {" " + p.title, ""}}
		right := segs{{note + " ", th.dim}}
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
		switch {
		case s.Seq > 0:
			right = segs{{"by " + model.Brief(s.By, 20) + " ", th.dim}}
		case s.Drafted:
			right = segs{{"drafted from the record ", th.warn}}
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
		if row := d.page.rows[k]; d.inside && row >= 0 && row == d.row {
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
	d.page = reviewPage{w: w}
	p, th := &d.page, a.theme
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
		if len(d.doc.Earlier) == 0 {
			p.text("No earlier incident looks like this one, by service, words and alerts.", th.dim, 1)
		}
		for k, e := range d.doc.Earlier {
			p.putRow(k, segs{{" " + e.ID + "  ", th.accent}, {model.Visible(e.Title), th.strong}})
			open := "no action item open"
			if e.OpenActions > 0 {
				open = plural(e.OpenActions, "action item") + " still open"
			}
			p.put(segs{{"   " + model.Visible(e.Why) + " · " + open, th.dim}})
		}
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

// laySection is a section as it will read, the hints under the lines they are of.
func (d *reviewDesk) laySection(a *App, p *reviewPage, part deskPart) {
	th := a.theme
	s := d.doc.Section(part.key)
	if m := d.mark(string(part.key)); m.Missing != "" {
		p.text(m.Missing, th.dim, 1)
		p.put(nil)
	}
	hints := map[int][]review.Hint{}
	for _, x := range d.hints {
		if x.Section == part.key {
			hints[x.Line] = append(hints[x.Line], x)
		}
	}
	for _, b := range review.Blocks(s.Text) {
		indent, sign, st := 1, "", style("")
		switch b.Kind {
		case review.Bullet:
			sign = "• "
		case review.Numbered:
			sign = "· "
		case review.Check:
			sign = "☐ "
			if b.On {
				sign, st = "☑ ", th.strong
			}
		case review.Quote:
			sign, st = "▏ ", th.dim
		case review.Code:
			sign, st = "  ", th.accent
		case review.Heading:
			st = th.strong
		}
		indent += 2 * b.Depth
		if b.Text == "" && b.Kind == review.Paragraph {
			p.put(nil)
			continue
		}
		flags := hints[b.Line]
		for k, l := range wrap(model.Visible(b.Text), max(8, p.w-indent-3), 200) {
			lead := sign
			if k > 0 {
				lead = strings.Repeat(" ", width(sign))
			}
			line := segs{{strings.Repeat(" ", indent) + lead, st}}
			p.put(append(line, highlight(th, l, st, flags)...))
		}
		for _, f := range flags {
			hs := th.warn
			if f.Level == review.Info {
				hs = th.dim
			}
			p.text("↑ “"+model.Brief(f.Text, 40)+"”: "+f.Why+"; "+f.Instead, hs, indent+2)
		}
	}
}

// highlight underlines the words that hints are about.
func highlight(th *theme, l string, st style, hints []review.Hint) segs {
	for _, h := range hints {
		if k := strings.Index(l, h.Text); k >= 0 && h.Text != "" {
			return append(highlight(th, l[:k], st, nil), append(segs{{h.Text, th.warn.and(th.strong)}}, highlight(th, l[k+len(h.Text):], st, hints)...)...)
		}
	}
	if l == "" {
		return nil
	}
	return segs{{l, st}}
}

func (d *reviewDesk) layFacts(a *App, p *reviewPage) {
	th, doc := a.theme, d.doc
	fact := func(name, v string) {
		if v == "" {
			v = "unknown"
		}
		p.put(segs{{" " + pad(name, 20), th.dim}, {v, ""}})
	}
	duration := review.Duration(doc.Metrics.Total)
	if doc.Live {
		duration = "going on"
	}
	fact("date", doc.Date)
	fact("duration", duration)
	fact("severity", doc.Severity.String()+" "+doc.Severity.Word())
	fact("services", model.Visible(strings.Join(doc.Services, ", ")))
	fact("customer impact", review.Duration(doc.Metrics.Customer))
	fact("commander", model.Visible(doc.Commander))
	p.put(nil)
	fact("to detect", review.Duration(doc.Metrics.Detect))
	fact("to acknowledge", review.Duration(doc.Metrics.Ack))
	fact("to mitigate", review.Duration(doc.Metrics.Mitigate))
	fact("to resolve", review.Duration(doc.Metrics.Resolve))
	late := ""
	if doc.Metrics.LateSends > 0 {
		late = fmt.Sprintf(", %d late", doc.Metrics.LateSends)
	}
	fact("updates sent", fmt.Sprint(doc.Metrics.Messages)+late)
	fact("rollbacks", fmt.Sprint(doc.Metrics.Rollbacks))
	if m := d.mark(review.PartFacts); m.Missing != "" {
		p.put(nil)
		p.text(m.Missing, th.warn, 1)
	}
}

func (d *reviewDesk) layTimeline(a *App, p *reviewPage) {
	th := a.theme
	if m := d.mark(review.PartTimeline); m.Missing != "" {
		p.text(m.Missing, th.warn, 1)
		p.put(nil)
	}
	const most = 2000
	list := d.doc.Timeline
	if len(list) > most {
		p.text(fmt.Sprintf("the last %d of %d lines; the export has all", most, len(list)), th.dim, 1)
		list = list[len(list)-most:]
	}
	day := ""
	for _, e := range list {
		at := e.At.In(a.zone)
		if d := at.Format("Mon 2 Jan 2006"); d != day {
			day = d
			p.put(segs{{" " + d, th.dim}})
		}
		mark, st := " ", style("")
		if e.Important {
			mark, st = "●", th.strong
		}
		for k, l := range wrap(model.Visible(e.Text), max(8, p.w-10), 6) {
			if k == 0 {
				p.put(segs{{" " + at.Format("15:04") + " ", th.dim}, {mark, th.alarm}, {" " + l, st}})
			} else {
				p.put(segs{{"         " + l, st}})
			}
		}
	}
}

func (d *reviewDesk) layActions(a *App, p *reviewPage) {
	th := a.theme
	if len(d.doc.Actions) == 0 {
		p.text("Nothing is asked for yet: "+a.key("review.add")+" enters an action item.", th.dim, 1)
		return
	}
	for k, x := range d.doc.Actions {
		sign, st := "☐", style("")
		switch {
		case x.Suggested:
			sign, st = "?", th.dim
		case x.State == model.ItemDone:
			sign, st = "☑", th.dim
		case x.State == model.ItemDropped:
			sign, st = "✗", th.struck
		case x.Overdue:
			st = th.strong
		}
		p.putRow(k, segs{{" " + sign + " ", st}, {model.Visible(x.Title), st}})
		var note segs
		note.add("", "   ")
		switch {
		case x.Suggested:
			note.add(th.warn, "suggested")
			note.add(th.dim, ": "+model.Visible(x.Why)+" · "+a.key("review.enter")+" takes it")
		default:
			who := "no owner"
			if x.Owner != "" {
				who = "@" + model.Visible(x.Owner)
			}
			note.add(th.dim, who+" · "+orDash(x.Priority, "no priority")+" · "+orDash(x.Type, "no type")+" · ")
			if x.Overdue {
				note.add(th.badge, "overdue since "+x.Due)
			} else {
				note.add(th.dim, orDash(x.Due, "no date"))
			}
			if x.Ticket != "" {
				note.add(th.accent, " · "+model.Visible(x.Ticket))
			}
			if x.State != model.ItemOpen {
				note.add(th.dim, " · "+string(x.State))
			}
		}
		p.put(note)
		if !x.Suggested && x.State == model.ItemOpen {
			if v := review.Judge(x); len(v.Advice) > 0 {
				p.text("↑ "+strings.Join(v.Advice, "; "), th.warn, 3)
			}
		}
	}
	if _, warnings := review.JudgeAll(d.doc.Actions); len(warnings) > 0 {
		p.put(nil)
		for _, x := range warnings {
			p.text(x, th.warn, 1)
		}
	}
}

func orDash(s, none string) string {
	if s == "" {
		return none
	}
	return model.Visible(s)
}

func (d *reviewDesk) layWhys(a *App, p *reviewPage) {
	th, r := a.theme, d.doc.Whys
	p.text(model.Visible(d.doc.Section(model.SecProblem).Text), th.strong, 1)
	if r == nil {
		p.put(nil)
		p.text("Nothing is answered yet. Ask how it came about, not who did it; several answers may stand side by side, each with what shows it.", th.dim, 1)
		p.put(nil)
		p.put(segs{{" " + a.key("review.add"), th.accent}, {"  enter an answer", ""}})
		if len(review.Seeds(a.room.inc)) > 0 {
			p.put(segs{{" " + a.key("review.seed"), th.accent}, {"  begin with the confirmed hypotheses", ""}})
		}
		return
	}
	for k, s := range r.Analysis {
		indent := 2*s.Level - 1
		p.put(segs{{strings.Repeat(" ", indent) + "└ ", th.rule}, {model.Visible(s.Question), th.dim}})
		conf := ""
		if s.Confidence != "" {
			conf = "  (" + string(s.Confidence) + ")"
		}
		lines := wrap(model.Visible(s.Answer), max(8, p.w-indent-4), 20)
		for n, l := range lines {
			line := segs{{strings.Repeat(" ", indent+2) + l, ""}}
			if n == len(lines)-1 {
				line.add(th.dim, conf)
			}
			if n == 0 {
				p.putRow(k, line)
			} else {
				p.put(line)
			}
		}
		if s.Evidence != "" {
			p.text("shown by "+model.Visible(s.Evidence), th.dim, indent+2)
		}
		for _, f := range s.Flags {
			p.text("↑ "+f.Rule+": "+f.Why, th.warn, indent+2)
		}
	}
	p.put(nil)
	root := "not found yet"
	if r.RootCause != nil {
		root = model.Visible(*r.RootCause)
	}
	p.text("root cause: "+root, "", 1)
	for _, x := range r.Recommendations {
		p.text("→ "+x, th.accent, 1)
	}
}

func (d *reviewDesk) layTree(a *App, p *reviewPage) {
	th := a.theme
	t := d.shownTree()
	if t == nil {
		p.text("There is no answer to any why yet, so there is no tree of them. "+a.key("review.load")+" shows one from a file.", th.dim, 1)
		return
	}
	if l := d.loaded; l != nil {
		line := segs{{" " + model.Visible(l.name) + "  ", th.dim}}
		if l.result.Probability != nil {
			line.add(th.strong, "P = "+faulttree.Number(*l.result.Probability))
		} else {
			line.add(th.warn, "probability unknown")
		}
		if l.result.Count != nil {
			line.add(th.dim, "  "+l.result.Count.String()+" minimal cut sets")
		}
		p.put(line)
		for _, r := range l.result.Recommendations() {
			p.text(r, th.warn, 1)
		}
	} else {
		p.text("Made of the whys: each answer with answers below is “any of”. warroom whys tree writes it as a file to put probabilities in.", th.dim, 1)
	}
	p.put(nil)
	for k, r := range d.outline() {
		line := segs{{" " + r.Branch, th.rule}, {r.Sign + " ", th.accent}, {model.Visible(r.Text), ""}}
		if r.Gate != "" {
			line.add(th.dim, "  "+r.Gate)
		}
		if r.P != nil {
			line.add(th.strong, "  "+faulttree.Number(*r.P))
		}
		if r.Closed {
			line.add(th.accent, "  …")
		}
		if r.Shared {
			line.add(th.dim, "  as above")
		}
		p.putRow(k, line)
	}
	if l := d.loaded; l != nil {
		p.put(nil)
		for k, c := range l.result.CutSets {
			if k == 8 {
				p.put(segs{{fmt.Sprintf(" … warroom faulttree %s lists more", model.Visible(l.name)), th.dim}})
				break
			}
			prob := "unknown"
			if c.Probability != nil {
				prob = faulttree.Number(*c.Probability)
			}
			var words []string
			for _, e := range c.Events {
				words = append(words, model.Visible(l.tree.Words(e)))
			}
			p.put(segs{{" " + pad(prob, 11), th.dim}, {strings.Join(words, " + "), ""}})
		}
		for _, n := range l.result.Notes {
			p.text(n, th.dim, 1)
		}
	}
}
