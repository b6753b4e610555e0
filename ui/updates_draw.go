package ui

import (
	"fmt"
	"slices"
	"strings"

	"warroom/model"
	"warroom/model/comms"
	"warroom/model/outbox"
)

func (d *updatesDesk) draw(a *App, w, h int) []string {
	th := a.theme
	if a.room == nil {
		var out []string
		out = append(out, segs{{"▌", th.dim}, {"Updates", th.strong}}.fit(w), strings.Repeat(" ", w))
		for _, l := range wrap("No incident is open, so nobody waits for word. The templates at hand:", w-2, 2) {
			out = append(out, segs{{" " + l, th.dim}}.fit(w))
		}
		for _, t := range a.templates() {
			out = append(out, segs{{"   " + pad(model.Visible(t.Title), 20), ""}, {"for " + string(t.Audience), th.dim}}.fit(w))
		}
		return append(out, d.faults(a, w)...)
	}
	top := d.faults(a, w)
	top = top[:min(len(top), max(0, h/4))]
	h -= len(top)
	foot := d.queue(a, w, min(h/3, 10))
	h -= len(foot)
	var body []string
	if w < 100 { // the message below the list
		list := d.rows(a, w)
		page := d.page(a, w)
		upper := min(len(list), max(6, h/2, h-1-len(page)), h)
		body = slices.Clone(scrolled(list, d.row(a), upper))
		if rest := h - upper - 1; rest > 0 {
			body = append(body, segs{{strings.Repeat("─", w), th.rule}}.fit(w))
			body = append(body, blank(page, w, rest)...)
		}
	} else {
		left := w * 48 / 100
		right := w - left - 1
		list := scrolled(d.rows(a, left), d.row(a), h)
		page := d.page(a, right)
		body = beside(th, h, block{left, blank(list, left, h)}, block{right, blank(page[:min(len(page), h)], right, h)})
	}
	return append(append(top, body...), foot...)
}

// queue is what leaves the room by itself, in at most h lines below the messages;
// nothing where nothing leaves.
func (d *updatesDesk) queue(a *App, w, h int) []string {
	if a.cfg.Outside == nil || h < 2 {
		return nil
	}
	rows := a.outboxRows(true)
	th := a.theme
	out := []string{
		segs{{strings.Repeat("─", w), th.rule}}.fit(w),
		spread(w, segs{{"▌", th.dim}, {"What leaves the room", th.strong}}, segs{{a.key("outbox"), th.accent}, {" approve, retry, send by hand ", th.dim}}),
	}
	for _, m := range rows[:min(len(rows), h-2)] {
		out = append(out, a.messageLine(m, w, false))
	}
	return out
}

// faults says which files of the team were not taken, and that the built-in
// stands.
func (d *updatesDesk) faults(a *App, w int) (out []string) {
	for _, f := range a.cfg.Faults {
		for _, l := range wrap(model.Visible(f), w-3, 2) {
			out = append(out, segs{{" ! " + l, a.theme.warn}}.fit(w))
		}
	}
	return out
}

// row is the line of the list that is in focus.
func (d *updatesDesk) row(a *App) int {
	if u, ok := d.selected(a); ok {
		for k, x := range d.list(a) {
			if x.N == u.N {
				return len(model.Audiences)*2 + 3 + k
			}
		}
	}
	return 2 + 2*d.audience.Index()
}

// rows are the clocks of the audiences and the messages below them.
func (d *updatesDesk) rows(a *App, w int) (out []string) {
	th, inc := a.theme, a.room.inc
	out = append(out, spread(w, segs{{"▌", th.accent}, {"Who waits for word", th.accent.and(th.strong)}}, segs{{a.zoneName() + " ", th.dim}}))
	for _, to := range model.Audiences {
		left := segs{{" " + pad(audienceTitle(to), 13), th.strong}}
		right := segs{{"no clock runs ", th.dim}}
		if c, ok := a.clockOf(to); ok {
			switch {
			case c.Overdue(a.now):
				left.add(th.badge, " overdue "+countdown(a.now.Sub(c.Due))+" ")
			case c.Due.Sub(a.now) < 2*minute:
				left.add(th.warn, "in "+countdown(c.Due.Sub(a.now)))
			default:
				left.add("", "in "+countdown(c.Due.Sub(a.now)))
			}
			at := model.TimeOfDay(c.Due, a.now, a.zone) + " "
			right = segs{{"at " + at, th.dim}}
			if c.Snoozed {
				right = segs{{"put off to " + at, th.warn}}
			}
		}
		second := segs{{strings.Repeat(" ", 14), ""}}
		if t, ok := inc.LastTold(to); ok {
			ago := "told just now"
			if d := a.now.Sub(t); d >= minute {
				ago = "told " + model.Span(d.Truncate(minute)) + " ago"
			}
			second.add(th.dim, ago)
		} else {
			second.add(th.dim, "not told anything yet")
		}
		if z, ok := inc.Snoozes[updateClockKey(a, to)]; ok {
			if c, on := a.clockOf(to); on && c.Snoozed {
				second.add(th.dim, ": "+model.Brief(z.Reason, 30))
			}
		}
		var late segs
		if l := inc.Late(a.cfg.Rules, to, a.now); l >= minute {
			late = segs{{"late by " + model.Span(l.Truncate(minute)) + " in all ", th.warn}}
		}
		if d.audience == to {
			out = append(out, spreadOver(w, left.over(th.selected), right.over(th.selected), th.selected))
		} else {
			out = append(out, spread(w, left, right))
		}
		out = append(out, spread(w, second, late))
	}
	list := d.list(a)
	drafts := len(inc.Drafts())
	head := segs{{"▌", th.dim}, {"Messages", th.strong}}
	if drafts > 0 {
		head.add(th.warn, fmt.Sprintf("  %d to be sent", drafts))
	}
	out = append(out, strings.Repeat(" ", w), head.fit(w))
	if len(list) == 0 {
		out = append(out, segs{{"  none yet · ", th.dim}, {a.key("updates.write"), th.accent}, {" writes the first one", th.dim}}.fit(w))
	}
	sel, picked := d.selected(a)
	for _, u := range list {
		mark, st, note := " ○ ", th.warn, "draft"
		switch u.Step {
		case model.UpdateIsApproved:
			mark, st, note = " ● ", th.accent, "approved"
		case model.UpdateIsSent:
			mark, st, note = " ✓ ", th.good, a.stamp(u.SentAt)
		}
		left := segs{{mark, st}, {pad(string(u.Audience), 11), th.dim}, {model.Brief(strings.ReplaceAll(u.Message, "\n", " "), 200), ""}}
		right := segs{{note + " ", th.dim}}
		if picked && sel.N == u.N {
			out = append(out, spreadOver(w, left.over(th.selected), right.over(th.selected), th.selected))
			continue
		}
		out = append(out, spread(w, left, right))
	}
	return out
}

func updateClockKey(a *App, to model.Audience) string {
	c, _ := a.clockOf(to)
	return c.Key
}

func audienceTitle(to model.Audience) string {
	return strings.ToUpper(string(to[:1])) + string(to[1:])
}

// page is the message in focus with what may be done about it; for an audience,
// what was sent to it last.
func (d *updatesDesk) page(a *App, w int) (out []string) {
	th := a.theme
	line := func(s segs) { out = append(out, s.fit(w)) }
	para := func(text string, st style, n int) {
		for _, l := range wrap(text, w-2, n) {
			line(segs{{" " + l, st}})
		}
	}
	u, ok := d.selected(a)
	if !ok {
		return d.audiencePage(a, w)
	}
	name := fmt.Sprintf(" %s %d", audienceTitle(u.Audience), u.N)
	right := segs{}
	switch u.Step {
	case model.UpdateIsDraft:
		right.add(th.warn, "draft by "+model.Brief(u.By, 20)+" ")
	case model.UpdateIsApproved:
		right.add(th.accent, "approved by "+model.Brief(u.Approved, 20)+" ")
	case model.UpdateIsSent:
		right.add(th.good, "sent "+a.stamp(u.SentAt)+" ")
	}
	out = append(out, spread(w, segs{{name, th.strong}}, right))
	line(nil)
	for _, l := range model.VisibleLines(u.Message) {
		for _, part := range wrap(l, w-4, 20) {
			line(segs{{"  " + part, ""}})
		}
	}
	line(nil)
	if u.Step == model.UpdateIsSent {
		text := "by way of: " + model.Brief(u.Via, 40) + ", by " + model.Brief(u.SentBy, 30)
		if !u.Next.IsZero() {
			text += " · promised the next for " + a.stamp(u.Next)
		}
		para(text, th.dim, 2)
		if u.Approved != "" {
			para("approved by "+model.Brief(u.Approved, 30), th.dim, 1)
		}
		return out
	}
	for _, r := range a.remarks(u) {
		para("! "+model.Visible(r.String()), th.warn, 2)
	}
	carried := a.carried(u.N)
	for _, m := range carried {
		state := m.State.Words()
		if m.State == outbox.Drafted {
			state = "waits for a yes"
		}
		para(capital(model.Visible(m.Target))+": "+state, th.accent, 1)
	}
	switch goes := a.goes(u.Audience); {
	case len(carried) > 0 && u.Audience.Outward():
		para("It is noted as sent when it has arrived. "+a.key("outbox")+" approves, tries again or drops; "+a.key("updates.sent")+" notes that you have posted it yourself.", th.dim, 3)
	case !u.Audience.Outward() && len(goes) > 0:
		para("No approval is needed: "+a.key("updates.sent")+" sends it to "+model.Visible(strings.Join(goes, ", "))+".", th.dim, 2)
	case u.Step == model.UpdateIsApproved:
		para(a.key("updates.copy")+" copies the words. Once they are out, "+a.key("updates.sent")+" notes it and asks when the next one comes.", th.dim, 3)
	case a.room.inc.MayApprove(a.cfg.Actor, u.Audience) && u.Audience.Outward():
		para("Customers read this. You may approve it: "+a.key("updates.approve"), th.accent, 2)
	case u.Audience.Outward():
		_, err := model.ApproveUpdate{N: u.N}.Decide(model.Scene{Incident: a.room.inc, Actor: a.cfg.Actor, Now: a.now})
		para(capital(model.Visible(model.Message(err)))+".", th.warn, 3)
	default:
		para("No approval is needed: "+a.key("updates.copy")+" copies it, "+a.key("updates.sent")+" notes that it was sent.", th.dim, 2)
	}
	return out
}

// audiencePage is the last word an audience had, and what comes next.
func (d *updatesDesk) audiencePage(a *App, w int) (out []string) {
	th, inc := a.theme, a.room.inc
	to := d.to(a)
	line := func(s segs) { out = append(out, s.fit(w)) }
	para := func(text string, st style, n int) {
		for _, l := range wrap(text, w-2, n) {
			line(segs{{" " + l, st}})
		}
	}
	out = append(out, spread(w, segs{{" " + audienceTitle(to), th.strong}}, segs{{paceWords(a, to) + " ", th.dim}}))
	line(nil)
	t := comms.Suggest(a.templates(), inc, to)
	for k := len(inc.Updates) - 1; k >= 0; k-- {
		u := inc.Updates[k]
		if u.Step != model.UpdateIsSent || u.Audience != to {
			continue
		}
		line(segs{{" The last word, " + a.stamp(u.SentAt) + " " + model.Brief(u.Via, 20), th.dim}})
		for _, l := range model.VisibleLines(u.Message) {
			for _, part := range wrap(l, w-4, 8) {
				line(segs{{"  " + part, ""}})
			}
		}
		line(nil)
		break
	}
	if _, told := inc.LastTold(to); !told {
		para("They have not heard anything yet.", th.dim, 1)
	}
	f := comms.Facts(inc, to, a.now.Add(a.nextIn(to)), a.now, a.zone)
	missing := t.Missing(f)
	ask := "it needs no typing"
	if len(missing) > 0 {
		ask = "it asks for: " + strings.ReplaceAll(strings.Join(missing, ", "), "_", " ")
	}
	para(a.key("updates.write")+" writes “"+model.Visible(t.Title)+"”: "+ask, "", 3)
	if _, told := inc.LastTold(to); told {
		para(a.key("updates.same")+" says that nothing has changed", "", 1)
	}
	if to.Outward() {
		who := "the commander or the communications lead"
		if inc.Commander() == "" && inc.Holder(model.CommsLead) == "" {
			para("Needs approval by "+who+", and nobody is either: "+a.key("take")+" takes command", th.warn, 3)
		} else {
			para("Needs approval by "+who+".", th.dim, 2)
		}
		para("Never guess, no promise of time, no names, no bigger word than the harm.", th.dim, 2)
	}
	return out
}

// paceWords says how often an audience is told.
func paceWords(a *App, to model.Audience) string {
	if !a.room.inc.Status.Live() {
		return "it is over, no clock runs"
	}
	every := a.cfg.Rules.Pace(to, a.room.inc.Severity).Every
	if every == 0 {
		return "no clock at " + a.room.inc.Severity.String()
	}
	return "every " + model.Span(every) + " at " + a.room.inc.Severity.String()
}
