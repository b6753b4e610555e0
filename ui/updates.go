package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/comms"
	"warroom/model/outbox"
)

// updatesDesk is the screen of messages: a clock for each audience, drafts, and
// what was sent. The selection sticks to its thing: an audience or an update.
type updatesDesk struct {
	audience model.Audience // selected; "" while an update is
	n        int            // the update selected
}

func newUpdatesDesk() *updatesDesk { return &updatesDesk{audience: model.ToCustomers} }

func (a *App) updates() *updatesDesk { d, _ := a.desks[screenUpdates].(*updatesDesk); return d }

func (a *App) templates() []*comms.Template {
	if a.cfg.Templates == nil {
		return comms.Default()
	}
	return a.cfg.Templates
}

func (d *updatesDesk) take(*App, tea.Msg) (tea.Cmd, bool) { return nil, false }
func (d *updatesDesk) news(*App, []model.Event) tea.Cmd   { return nil }

// open goes to the words that wait for this audience: whoever comes to approve
// them finds them, and nobody writes them a second time.
func (d *updatesDesk) open(a *App) tea.Cmd {
	if a.room == nil || d.audience == "" {
		return nil
	}
	for _, u := range d.list(a) {
		if u.Audience == d.audience && u.Step != model.UpdateIsSent {
			d.audience, d.n = "", u.N
			break
		}
	}
	return nil
}

// list are the updates in the order of the screen: those to be sent first, then
// what was sent, the newest first.
func (d *updatesDesk) list(a *App) []model.Update {
	var drafts, sent []model.Update
	for _, u := range a.room.inc.Updates {
		switch u.Step {
		case model.UpdateIsDraft, model.UpdateIsApproved:
			drafts = append(drafts, u)
		case model.UpdateIsSent:
			sent = append(sent, u)
		}
	}
	slices.SortStableFunc(sent, func(x, y model.Update) int { return y.SentAt.Compare(x.SentAt) })
	return append(drafts, sent...)
}

// selected is the update in focus.
func (d *updatesDesk) selected(a *App) (model.Update, bool) {
	if a.room == nil || d.audience != "" {
		return model.Update{}, false
	}
	list := d.list(a)
	k := slices.IndexFunc(list, func(u model.Update) bool { return u.N == d.n })
	if k < 0 {
		if len(list) == 0 {
			return model.Update{}, false
		}
		k = 0
	}
	return list[k], true
}

// to is the audience that keys act on: the one selected, or that of the update.
func (d *updatesDesk) to(a *App) model.Audience {
	if u, ok := d.selected(a); ok {
		return u.Audience
	}
	return cmp.Or(d.audience, model.ToCustomers)
}

func (d *updatesDesk) move(a *App, n int) {
	if a.room == nil {
		return
	}
	list := d.list(a)
	at := slices.Index(model.Audiences, d.audience)
	if u, ok := d.selected(a); ok {
		at = len(model.Audiences) + slices.IndexFunc(list, func(x model.Update) bool { return x.N == u.N })
	}
	at = min(max(max(at, 0)+n, 0), len(model.Audiences)+len(list)-1)
	if at < len(model.Audiences) {
		d.audience, d.n = model.Audiences[at], 0
		return
	}
	d.audience, d.n = "", list[at-len(model.Audiences)].N
}

// tag is what waits on this screen: overdue audiences, else drafts.
func (d *updatesDesk) tag(a *App) (string, style) {
	if a.room == nil {
		return "", ""
	}
	late := 0
	for _, c := range a.clocks() {
		if c.Kind == model.ClockUpdate && c.Overdue(a.now) {
			late++
		}
	}
	if late > 0 {
		return fmt.Sprint(late), a.theme.alarm
	}
	if n := len(a.room.inc.Drafts()); n > 0 {
		return fmt.Sprint(n), a.theme.warn
	}
	return "", ""
}

// nextIn is when the next update of an audience is promised by default.
func (a *App) nextIn(to model.Audience) time.Duration {
	return a.room.inc.NextIn(a.cfg.Rules, to, a.now)
}

// goes lists the targets to which the queue carries an update for an audience.
func (a *App) goes(to model.Audience) []string {
	if a.cfg.Outside == nil || a.cfg.Outside.Fault() != "" {
		return nil
	}
	return a.cfg.Outside.Goes(a.room.inc, to)
}

// carried are the messages of the queue that say update n.
func (a *App) carried(n int) []outbox.Message {
	var out []outbox.Message
	for _, m := range a.out.rows {
		if m.Incident == a.room.inc.ID && m.Content.Update == n {
			out = append(out, m)
		}
	}
	return out
}

// firstMessage goes to the updates and begins the one that is due next.
func (a *App) firstMessage() tea.Cmd {
	to := model.ToCustomers
	for _, c := range a.clocks() { // soonest first
		if c.Kind == model.ClockUpdate {
			to = c.Audience
			break
		}
	}
	return a.messageTo(to)
}

// messageTo goes to the words that wait for an audience, or begins some.
func (a *App) messageTo(to model.Audience) tea.Cmd {
	d := a.updates()
	d.audience, d.n = to, 0
	cmd := a.goDesk(screenUpdates)
	if d.audience != to {
		return cmd
	}
	return tea.Batch(cmd, a.draftFrom(comms.Suggest(a.templates(), a.room.inc, to), to))
}

// newDraft begins an update from the template that fits.
func (d *updatesDesk) newDraft(a *App) tea.Cmd {
	to := d.to(a)
	return a.draftFrom(comms.Suggest(a.templates(), a.room.inc, to), to)
}

// chooseTemplate begins one from any template, or from nothing.
func (d *updatesDesk) chooseTemplate(a *App) tea.Cmd {
	to := d.to(a)
	var items []item
	for _, t := range a.templates() {
		note := ""
		if t.Own {
			note = "own"
		}
		items = append(items, item{text: model.Visible(t.Title), note: note, data: t})
	}
	items = append(items, item{text: "from an empty page"})
	a.open(newPicker("A message to "+string(to)+" from which template?", items, func(a *App, it item) tea.Cmd {
		if t, ok := it.data.(*comms.Template); ok {
			return a.draftFrom(t, to)
		}
		a.editWords(model.Update{Audience: to}, "")
		return nil
	}))
	return nil
}

// draftFrom fills a template from the incident and asks only for what is not
// known; with all known the draft is there at once.
func (a *App) draftFrom(t *comms.Template, to model.Audience) tea.Cmd {
	var promised time.Time
	if in := a.nextIn(to); in > 0 {
		promised = a.now.Add(in)
	}
	facts := comms.Facts(a.room.inc, to, promised, a.now, a.zone)
	missing := t.Missing(facts)
	draft := func(f comms.Fields) (model.DraftUpdate, error) {
		text, err := t.Fill(f)
		return model.DraftUpdate{Audience: to, Template: t.Name, Text: text}, err
	}
	if len(missing) == 0 {
		c, err := draft(facts)
		if err != nil {
			a.say(failure, model.Message(err))
			return nil
		}
		return a.send(job{incident: a.room.inc.ID, request: model.Request{Command: c}, then: lookAtDraft, done: "drafted · read it, then " + a.key("updates.approve") + " approves"})
	}
	var fields []field
	for _, m := range missing {
		fields = append(fields, textField(strings.ReplaceAll(m, "_", " "), "", "", comms.AskFor(m)))
	}
	a.open(newForm("For "+string(to)+": what "+model.Visible(t.Title)+" still needs", fields, func(a *App, v []string) (tea.Cmd, error) {
		typed := comms.Fields{}
		for k, m := range missing {
			facts[m], typed[m] = v[k], v[k]
		}
		if still := t.Missing(facts); len(still) > 0 {
			return nil, model.Errorf(model.Invalid, "still missing: %s", strings.ReplaceAll(strings.Join(still, ", "), "_", " "))
		}
		c, err := draft(facts)
		if err != nil {
			return nil, err
		}
		drafted := func(a *App, r model.Receipt) tea.Cmd {
			cmds := []tea.Cmd{lookAtDraft(a, r)}
			for _, c := range comms.Learned(r.Incident, typed) {
				cmds = append(cmds, a.send(job{incident: r.Incident.ID, request: model.Request{Command: c}}))
			}
			return tea.Batch(cmds...)
		}
		return a.send(job{incident: a.room.inc.ID, request: model.Request{Command: c}, form: a.topForm(), then: drafted}), nil
	}))
	return nil
}

// lookAtDraft selects the draft that was just written.
func lookAtDraft(a *App, r model.Receipt) tea.Cmd {
	for _, e := range r.Events {
		if b, ok := e.Body.(*model.UpdateDrafted); ok {
			a.updates().audience, a.updates().n = "", b.N
		}
	}
	return nil
}

// editWords changes the words of a draft, or writes a new one.
func (a *App) editWords(u model.Update, text string) {
	name := "A message to " + string(u.Audience)
	if u.N > 0 {
		name = fmt.Sprintf("Draft %d for %s", u.N, u.Audience)
	}
	e := newEditor(name, "enter saves the draft · alt+enter new line · ctrl+y copy · esc back", text, func(a *App, text string) (tea.Cmd, error) {
		c := model.DraftUpdate{N: u.N, Audience: u.Audience, Template: u.Template, Text: text}
		if _, err := c.Decide(model.Scene{Incident: a.room.inc, Actor: a.cfg.Actor, Now: a.now}); err != nil {
			return nil, err
		}
		return a.send(job{incident: a.room.inc.ID, request: model.Request{Command: c}, then: lookAtDraft}), nil
	})
	a.open(e)
}

// remarks is what the check of outward words finds.
func (a *App) remarks(u model.Update) []comms.Remark {
	if !u.Audience.Outward() {
		return nil
	}
	return comms.Check(u.Message, comms.ContextOf(a.room.inc))
}

// approve releases the draft in focus. With remarks it asks, the safe answer
// first.
func (d *updatesDesk) approve(a *App) tea.Cmd {
	u, _ := d.selected(a)
	found := a.remarks(u)
	c := model.ApproveUpdate{N: u.N, Text: u.Message, Remarks: comms.Rules(found)}
	done := "approved · " + a.key("updates.copy") + " copies it, " + a.key("updates.sent") + " notes that it was sent"
	if to := a.goes(u.Audience); u.Audience.Outward() && len(to) > 0 {
		done = "approved for " + model.Visible(strings.Join(to, ", ")) + " · " + a.key("outbox") + " shows it on its way"
	}
	if len(found) == 0 {
		return a.do(c, done)
	}
	items := []item{{text: "No: change the words", data: false}}
	for _, r := range found {
		items = append(items, item{text: "  “" + model.Brief(r.Text, 30) + "”  " + r.Why, why: "a remark: choose yes or no", find: r.Rule})
	}
	items = append(items, item{text: "Yes, approve it knowing that", data: true})
	a.open(newPicker("Approve these words for "+string(u.Audience)+"?", items, func(a *App, it item) tea.Cmd {
		if it.data.(bool) {
			return a.do(c, done)
		}
		a.editWords(u, u.Message)
		return nil
	}))
	return nil
}

// copy puts the words into the clipboard.
func (d *updatesDesk) copy(a *App) tea.Cmd {
	u, _ := d.selected(a)
	lines := strings.Split(u.Message, "\n")
	cmd := a.copyLines(lines)
	if u.Pending() {
		a.say(info, "sent to the clipboard · once it is posted, "+a.key("updates.sent")+" notes that")
	}
	return cmd
}

// sent notes that the update in focus was sent, and asks when the next one
// comes.
func (d *updatesDesk) sent(a *App) tea.Cmd {
	u, _ := d.selected(a)
	next := ""
	if in := a.nextIn(u.Audience); in > 0 {
		next = typed(in)
	}
	name, via, ways := fmt.Sprintf("Update %d to %s was sent", u.N, u.Audience), model.ByHand, "by hand, status page, mail …"
	if to := a.goes(u.Audience); !u.Audience.Outward() && len(to) > 0 {
		name, via = fmt.Sprintf("Send update %d to %s", u.N, u.Audience), model.ViaQueue
		ways = model.ViaQueue + " sends it to " + model.Visible(strings.Join(to, ", ")) + "; by hand: you have sent it"
	}
	a.open(newForm(name, []field{
		offerField("next update in", next, "20m", "what they were promised: its clock follows; empty: by the rules"),
		offerField("by way of", via, via, ways),
		textField("sent at", "", "now", "if it was earlier: -3m or 14:03"),
	}, func(a *App, v []string) (tea.Cmd, error) {
		c := model.MarkSent{N: u.N, Via: v[1], Text: u.Message}
		if v[0] != "" {
			var ok bool
			if c.Next, ok = model.ParseSpan(strings.ReplaceAll(strings.ToLower(v[0]), " ", "")); !ok {
				return nil, model.Errorf(model.Invalid, "%q is no length of time: give for example 20m", model.Brief(v[0], 30))
			}
		}
		if v[2] != "" {
			var err error
			if c.At, err = model.When(v[2], a.now, a.zone); err != nil {
				return nil, err
			}
		}
		return a.send(job{incident: a.room.inc.ID, request: model.Request{Command: c}, form: a.topForm(), done: string(u.Audience) + " told: the clock runs anew"}), nil
	}))
	return nil
}

// noChange tells an audience in one go that nothing has changed. Customers need
// whoever may approve; else only a draft is written.
func (d *updatesDesk) noChange(a *App) tea.Cmd {
	to := d.to(a)
	t, err := comms.Find(a.templates(), "no_change")
	if err != nil {
		a.say(failure, model.Message(err))
		return nil
	}
	in := a.nextIn(to)
	promised := time.Time{}
	if in > 0 {
		promised = a.now.Add(in)
	}
	f := comms.Facts(a.room.inc, to, promised, a.now, a.zone)
	if missing := t.Missing(f); len(missing) > 0 {
		if slices.Contains(missing, "last_update") {
			a.say(warning, string(to)+" have not been told anything yet: "+a.key("updates.new")+" writes the first message")
			return nil
		}
		return a.draftFrom(t, to)
	}
	text, err := t.Fill(f)
	if err != nil {
		a.say(failure, model.Message(err))
		return nil
	}
	via, done := "", "“no change” noted as sent to "+string(to)+" and copied: post it"
	if goes := a.goes(to); len(goes) > 0 {
		via, done = model.ViaQueue, "“no change” goes to "+model.Visible(strings.Join(goes, ", "))+" · "+a.key("outbox")+" shows it on its way"
	}
	if !a.room.inc.MayApprove(a.cfg.Actor, to) {
		done = "drafted: the commander or the communications lead approves it"
	}
	send := a.send(job{incident: a.room.inc.ID, request: model.Request{Command: model.TellAudience{Audience: to, Template: t.Name, Text: text, Via: via, Next: in}}, then: lookAtDraft, done: done})
	return tea.Batch(tea.SetClipboard(strings.Join(model.VisibleLines(text), "\n")), send)
}

// promise says when the next update comes.
func (d *updatesDesk) promise(a *App) tea.Cmd {
	to := d.to(a)
	a.ask("Next update to "+string(to), []field{offerField("in", typed(cmp.Or(a.nextIn(to), 20*time.Minute)), "20m", "what they were promised: the clock follows")},
		func(a *App, v []string) (model.Command, error) {
			in, ok := model.ParseSpan(strings.ReplaceAll(strings.ToLower(v[0]), " ", ""))
			if !ok {
				return nil, model.Errorf(model.Invalid, "%q is no length of time: give for example 20m", model.Brief(v[0], 30))
			}
			return model.PromiseUpdate{In: in, Audience: to}, nil
		})
	return nil
}

// snooze puts the clock of the audience off, with a reason.
func (d *updatesDesk) snooze(a *App) tea.Cmd {
	c, ok := a.clockOf(d.to(a))
	if !ok {
		return nil
	}
	a.ask("Put off: "+model.Brief(c.Text, 60), []field{
		offerField("for", "10m", "10m", "for how long, from now"),
		textField("why", "", "nothing new yet", "the reason is logged"),
	}, func(a *App, v []string) (model.Command, error) {
		span, ok := model.ParseSpan(strings.ToLower(v[0]))
		if !ok {
			return nil, model.Errorf(model.Invalid, "%q is no length of time: give for example 10m", model.Brief(v[0], 30))
		}
		return model.Snooze{Key: c.Key, For: span, Reason: v[1], Rules: a.cfg.Rules}, nil
	})
	return nil
}

func (d *updatesDesk) withdraw(a *App) tea.Cmd {
	u, _ := d.selected(a)
	return a.do(model.WithdrawUpdate{N: u.N}, fmt.Sprintf("draft %d withdrawn", u.N))
}

// typed is a length of time as people type it: 20m, 1h.
func typed(d time.Duration) string {
	return strings.TrimSuffix(strings.TrimSuffix(d.Round(time.Minute).String(), "0s"), "h0m") + map[bool]string{true: "h"}[d%time.Hour == 0]
}
