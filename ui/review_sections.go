package ui

import (
	"fmt"
	"strings"

	"warroom/model"
	"warroom/model/review"
)

// laySection is a section as it will read, the hints under the lines they are of.
func (d *reviewDesk) laySection(a *App, p *reviewPage, part deskPart) {
	th := a.theme
	s := d.doc.Section(part.key)
	if m := d.mark(string(part.key)); m.Missing != "" {
		p.text(m.Missing, th.dim, 1)
		p.put(nil)
	}
	d.layText(a, p, s)
}

// layText is what is written in a section.
func (d *reviewDesk) layText(a *App, p *reviewPage, s review.Section) {
	th := a.theme
	hints := map[int][]review.Hint{}
	for _, x := range d.hints {
		if x.Section == s.Key {
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
		for k, l := range wrap(model.Visible(b.Text), max(8, p.col-indent-3), 200) {
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
		for k, l := range wrap(model.Visible(e.Text), max(8, p.col-10), 6) {
			if k == 0 {
				p.put(segs{{" " + at.Format("15:04") + " ", th.dim}, {mark, th.alarm}, {" " + l, st}})
			} else {
				p.put(segs{{"         " + l, st}})
			}
		}
	}
}

// layWhole is the whole postmortem as it will read.
func (d *reviewDesk) layWhole(a *App, p *reviewPage) {
	th, doc := a.theme, d.doc
	p.text(model.Visible(doc.Title), th.strong, 1)
	for _, part := range review.Parts {
		p.put(nil)
		p.put(segs{{" " + part.Title, th.accent.and(th.strong)}})
		switch part.ID {
		case review.PartFacts:
			d.layFacts(a, p)
			continue
		case review.PartTimeline:
			d.layTimeline(a, p)
			continue
		case review.PartActions:
			d.layActions(a, p)
			continue
		}
		s := doc.Section(part.Key)
		if strings.TrimSpace(s.Text) == "" {
			p.text("nothing written yet: "+part.Ask, th.dim, 1)
		}
		d.layText(a, p, s)
		if part.Key == model.SecWhy && doc.Whys != nil {
			p.put(nil)
			d.layWhys(a, p)
		}
	}
}

// layEarlier is what looks like this incident, with what was never done about it.
func (d *reviewDesk) layEarlier(a *App, p *reviewPage) {
	th := a.theme
	if len(d.doc.Earlier) == 0 {
		p.text("No earlier incident looks like this one, by service, words and alerts.", th.dim, 1)
		return
	}
	p.text("We have seen this before: "+a.key("review.enter")+" opens the review of the selected one, "+a.key("review.back")+" comes back.", th.dim, 1)
	for k, e := range d.doc.Earlier {
		p.put(nil)
		p.putRow(k, segs{{" " + e.ID + "  ", th.accent}, {model.Visible(e.Title), th.strong}})
		p.text(e.At.In(a.zone).Format("2006-01-02")+" · "+e.Why, th.dim, 3)
		if e.OpenActions == 0 {
			p.text("no action item of it is open", th.good, 3)
			continue
		}
		p.text(plural(e.OpenActions, "action item")+" still open:", th.warn, 3)
		for _, t := range e.Open {
			for n, l := range wrap(model.Visible(t), max(8, p.col-6), 3) {
				p.put(segs{{"   " + map[bool]string{true: "☐ ", false: "  "}[n == 0], th.warn}, {l, ""}})
			}
		}
		if more := e.OpenActions - len(e.Open); more > 0 {
			p.text(fmt.Sprintf("and %d more", more), th.dim, 3)
		}
	}
}
