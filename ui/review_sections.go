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
