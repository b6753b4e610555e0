package ui

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/alert"
	"warroom/model/play"
)

// What can be done on the screen of alerts.
var alertActions = []action{
	{id: "alert.up", keys: []string{"up", "k"}, words: "Up", where: onAlerts | onAlertPane, run: alertMove(-1), move: true},
	{id: "alert.down", keys: []string{"down", "j"}, words: "Down", where: onAlerts | onAlertPane, run: alertMove(1), move: true},
	{id: "alert.pgup", keys: []string{"pgup", "ctrl+u"}, words: "A page up", where: onAlerts | onAlertPane, run: alertMove(-10), move: true},
	{id: "alert.pgdown", keys: []string{"pgdown", "ctrl+d"}, words: "A page down", where: onAlerts | onAlertPane, run: alertMove(10), move: true},
	{id: "alert.top", keys: []string{"home", "g"}, words: "First line", where: onAlerts | onAlertPane, run: alertMove(-1 << 30), move: true},
	{id: "alert.end", keys: []string{"end", "G"}, words: "Last line", where: onAlerts | onAlertPane, run: alertMove(1 << 30), move: true},
	{id: "alert.full", keys: []string{"enter"}, words: "Show all of the alert", short: "detail", where: onAlerts | onAlertPane, rank: 6, why: hasAlert,
		run: func(a *App) tea.Cmd { a.alerts().full(a); return nil }},
	{id: "alert.ack", keys: []string{"a"}, words: "Acknowledge: I look after it", short: "acknowledge", where: onAlerts | onAlertPane, rank: 1, why: canAck,
		run: func(a *App) tea.Cmd { return a.ackAlert() }},
	{id: "alert.declare", keys: []string{"d"}, words: "Declare an incident from this alert", short: "declare", where: onAlerts | onAlertPane, rank: 2, why: canDeclareAlert,
		run: func(a *App) tea.Cmd { a.declareAlert(); return nil }},
	{id: "alert.attach", keys: []string{"m"}, words: "Make it part of an incident", short: "attach", where: onAlerts | onAlertPane, rank: 3, why: canAttach,
		run: func(a *App) tea.Cmd { return a.attachAlert() }},
	{id: "alert.detach", keys: []string{"u"}, words: "It is not part of the incident after all", short: "detach", where: onAlerts | onAlertPane, rank: 3, why: canDetach, when: func(a *App) bool { return canDetach(a) == "" },
		run: func(a *App) tea.Cmd { a.detachAlert(); return nil }},
	{id: "alert.noise", keys: []string{"x"}, words: "Noise, with the reason; again: it was none", short: "noise", where: onAlerts | onAlertPane, rank: 4, why: hasWritableAlert,
		run: func(a *App) tea.Cmd { return a.noiseAlert() }},
	{id: "alert.silence", keys: []string{"z"}, words: "Silence its rule for a while", short: "silence", where: onAlerts | onAlertPane, rank: 5, why: hasWritableAlert,
		run: func(a *App) tea.Cmd { a.silenceAlert(); return nil }},
	{id: "alert.unsilence", keys: []string{"Z"}, words: "End a silence", where: onAlerts | onAlertPane, why: hasSilence,
		run: func(a *App) tea.Cmd { a.endSilence(); return nil }},
	{id: "alert.note", keys: []string{"n"}, words: "Write a note to it", where: onAlerts | onAlertPane, why: hasWritableAlert,
		run: func(a *App) tea.Cmd { a.noteAlert(); return nil }},
	{id: "alert.split", keys: []string{"t"}, words: "Take one alert out of the line", where: onAlerts | onAlertPane, why: canSplit,
		run: func(a *App) tea.Cmd { a.splitAlert(); return nil }},
	{id: "alert.book", keys: []string{"r"}, words: "Open the runbook that fits it", short: "runbook", where: onAlerts | onAlertPane, rank: 4, why: hasAlertBook, when: func(a *App) bool { return hasAlertBook(a) == "" },
		run: func(a *App) tea.Cmd { return a.openAlertBook() }},
	{id: "alert.open", keys: []string{"o"}, words: "Open or copy its runbook, dashboard, source", short: "links", where: onAlerts | onAlertPane, rank: 7, why: hasAlertLink,
		run: func(a *App) tea.Cmd { return a.openAlertLinks() }},
	{id: "alert.filter", keys: []string{"f"}, words: "Show what is open, of this incident, or all", short: "filter", where: onAlerts, rank: 8,
		run: func(a *App) tea.Cmd { return a.filterAlerts() }},
	{id: "alert.fatigue", keys: []string{"F"}, words: "What alerts do to people: fatigue by service and rule, or back", short: "fatigue", where: onAlerts, rank: 9,
		run: func(a *App) tea.Cmd { return a.switchFatigue() }},
	{id: "alert.window", keys: []string{"left", "right"}, words: "Another window of time for fatigue", short: "window", where: onAlerts, rank: 1, why: needsFatigue, when: func(a *App) bool { return needsFatigue(a) == "" },
		run: func(a *App) tea.Cmd { return a.nextWindow() }},
}

// alerts is the screen of alerts.
func (a *App) alerts() *alertsDesk { d, _ := a.desks[screenAlerts].(*alertsDesk); return d }

func alertMove(n int) func(*App) tea.Cmd {
	return func(a *App) tea.Cmd { return a.alerts().move(a, n) }
}

// links are those of the newest alert of the selected line.
func (d *alertsDesk) links(a *App) []alertLink {
	if items := d.itemsOf(d.chosen(a)); len(items) > 0 {
		return alertLinks(items[0])
	}
	return nil
}

// onInbox does something to the inbox; said is what to say when it worked.
func (a *App) onInbox(f *form, said string, do func(context.Context, Inbox) error) tea.Cmd {
	return a.askInbox(func(ctx context.Context, in Inbox) tea.Msg { return alertDoneMsg{said, f, do(ctx, in)} })
}

func (a *App) ackAlert() tea.Cmd {
	g, _ := a.alerts().selected(a)
	actor := a.cfg.Actor
	return a.onInbox(nil, "you look after it", func(ctx context.Context, in Inbox) error {
		_, err := in.AckAlerts(ctx, actor, g.N)
		return err
	})
}

// askInboxText asks for one line of text and does something with it.
func (a *App) askInboxText(name, label, ghost, help, said string, do func(context.Context, Inbox, string) error) {
	var f *form
	f = newForm(name, []field{textField(label, "", ghost, help)}, func(a *App, v []string) (tea.Cmd, error) {
		if v[0] == "" {
			return nil, model.Errorf(model.Invalid, "%s", help)
		}
		return a.onInbox(f, said, func(ctx context.Context, in Inbox) error { return do(ctx, in, v[0]) }), nil
	})
	a.open(f)
}

func (a *App) noiseAlert() tea.Cmd {
	g, _ := a.alerts().selected(a)
	actor := a.cfg.Actor
	if g.Noise != "" {
		return a.onInbox(nil, "no noise after all", func(ctx context.Context, in Inbox) error {
			_, err := in.NoiseAlerts(ctx, actor, g.N, "")
			return err
		})
	}
	a.askInboxText("Noise: "+model.Brief(g.Line(), 50), "because", "a test, a known flap, nobody can act on it", "say why: whoever mends the rule needs to know", "noise: it counts against its rule",
		func(ctx context.Context, in Inbox, why string) error {
			_, err := in.NoiseAlerts(ctx, actor, g.N, why)
			return err
		})
	return nil
}

func (a *App) noteAlert() {
	g, _ := a.alerts().selected(a)
	actor := a.cfg.Actor
	a.askInboxText("Note to "+model.Brief(g.Line(), 50), "note", "what you found", "write a sentence", "noted", func(ctx context.Context, in Inbox, text string) error {
		_, err := in.NoteAlerts(ctx, actor, g.N, text)
		return err
	})
}

func (a *App) silenceAlert() {
	g, _ := a.alerts().selected(a)
	m := g.Matcher()
	if len(m) == 0 && a.alerts().detail.n == g.N && len(a.alerts().detail.items) > 0 {
		m = map[string]string{"fingerprint": a.alerts().detail.items[0].Fingerprint}
	}
	match := alert.Silence{Match: m}.Words()
	var f *form
	f = newForm("Silence", []field{
		textField("because", "", "what is being done, and until when", "whoever finds it at night has only your reason"),
		offerField("for", "2h", "30m, 2h, 3d", "it ends by itself"),
		textField("what", match, "rule=DiskFull env=test", "all of these must hold: rule, service, or any label"),
	}, func(a *App, v []string) (tea.Cmd, error) {
		span, ok := model.ParseSpan(strings.ToLower(v[1]))
		if !ok {
			return nil, model.Errorf(model.Invalid, "%q is no length of time: give for example 30m, 2h or 3d", model.Brief(v[1], 30))
		}
		want := map[string]string{}
		if v[2] == match {
			want = m // as it is: a name may hold blanks
		} else {
			for _, p := range strings.Fields(v[2]) {
				k, val, _ := strings.Cut(p, "=")
				want[k] = val
			}
		}
		s, err := alert.NewSilence(want, v[0], a.cfg.Actor, span, a.now)
		if err != nil {
			return nil, err
		}
		return a.onInbox(f, "quiet for "+model.Span(span), func(ctx context.Context, in Inbox) error {
			_, err := in.AddSilence(ctx, s)
			return err
		}), nil
	})
	a.open(f)
}

func (a *App) endSilence() {
	var items []item
	for _, s := range a.alerts().silences {
		if s.Active(a.now) {
			items = append(items, item{text: model.Visible(s.Words()) + "  " + model.Visible(s.Reason), note: countdown(s.Until.Sub(a.now)), data: s.N})
		}
	}
	actor := a.cfg.Actor
	a.open(newPicker("End which silence?", items, func(a *App, it item) tea.Cmd {
		return a.onInbox(nil, "the silence has ended", func(ctx context.Context, in Inbox) error {
			_, err := in.EndSilence(ctx, actor, it.data.(int64))
			return err
		})
	}))
}

func (a *App) splitAlert() {
	d := a.alerts()
	var items []item
	seen := map[string]bool{}
	for _, i := range d.itemsOf(d.chosen(a)) {
		if seen[i.Fingerprint] {
			continue
		}
		seen[i.Fingerprint] = true
		items = append(items, item{text: model.Brief(i.Title, 60) + "  " + model.Brief(i.Service, 20), note: model.Brief(i.Why, 40), data: i.N})
	}
	actor := a.cfg.Actor
	a.open(newPicker("Take which alert out of the line?", items, func(a *App, it item) tea.Cmd {
		return a.onInbox(nil, "it stands in a line of its own", func(ctx context.Context, in Inbox) error {
			_, err := in.SplitAlert(ctx, actor, it.data.(int64))
			return err
		})
	}))
}

// declareAlert asks as the other form does, with what the alert tells filled in.
func (a *App) declareAlert() {
	d := a.alerts()
	g, _ := d.selected(a)
	items := d.itemsOf(g.N)
	c := g.Declaration(items)
	line := g.Attachment(items)
	since := ""
	if !c.ImpactStart.IsZero() {
		since = c.ImpactStart.In(a.zone).Format("2006-01-02 15:04:05")
	}
	fields := []field{
		textField("what is wrong", c.Title, "", "a title is enough: enter declares"),
		{label: "severity", help: "not sure? take the higher, lower it later", choices: []string{"1", "2", "3", "4", "5"}, chosen: int(c.Severity) - 1},
		textField("services", strings.Join(c.Services, ", "), "", "which services, separated by commas"),
		textField("since", since, "-10m or 14:03", "when users began to suffer: the alert fired then, it may have begun before"),
		detectionField(c.Detection),
	}
	books := d.fitting(a)
	if len(books) > 0 {
		then := field{label: "then show", help: "the runbooks that fit, the best first; none begins by itself", choices: []string{"the Room"}}
		for _, b := range books[:min(len(books), 3)] {
			then.choices = append(then.choices, b.ID)
		}
		fields = append(fields, then)
	}
	a.open(newForm("Declare from an alert", fields, func(a *App, v []string) (tea.Cmd, error) {
		s, err := model.ParseSeverity(v[1])
		if err != nil {
			return nil, err
		}
		if v[0] == "" {
			return nil, model.Errorf(model.Invalid, "say in a few words what is wrong")
		}
		c.Title, c.Severity, c.Services, c.Detection = v[0], s, []string{v[2]}, detectionOf(v[4])
		if v[3] != since {
			c.ImpactStart = c.At
			if v[3] != "" {
				if c.ImpactStart, err = model.When(v[3], a.now, a.zone); err != nil {
					return nil, err
				}
			}
		}
		return a.send(job{request: model.Request{Command: c}, form: a.topForm(), then: func(a *App, r model.Receipt) tea.Cmd {
			id := r.Incident.ID
			attach := a.send(job{incident: id, request: model.Request{Command: model.AttachAlert{Line: line}}})
			if len(v) > 5 {
				if k := slices.IndexFunc(books, func(b play.Card) bool { return b.ID == v[5] }); k >= 0 {
					a.say(info, id+" declared · "+a.key("room")+" is its Room")
					return tea.Batch(attach, a.goBook(books[k].Ref, id), a.seenBefore(r.Incident))
				}
				a.say(info, id+" declared · "+a.key("desk.3")+" has a runbook for it: "+model.Visible(books[0].Title))
			} else {
				a.say(info, id+" declared")
			}
			a.write = true
			return tea.Batch(attach, a.enter(id, 0), a.seenBefore(r.Incident))
		}}), nil
	}))
}

func (d *alertsDesk) itemsOf(n int64) []alert.Item {
	if d.detail.n == n {
		return d.detail.items
	}
	return nil
}

func (a *App) attachAlert() tea.Cmd {
	d := a.alerts()
	g, _ := d.selected(a)
	line := g.Attachment(d.itemsOf(g.N))
	if a.room != nil {
		return a.do(model.AttachAlert{Line: line}, "part of "+a.room.inc.ID+" · "+a.key("alert.detach")+" takes it out again")
	}
	var items []item
	for _, s := range a.list.rows {
		if s.Status.Open() {
			items = append(items, item{text: s.Severity.Glyph() + " " + s.Severity.String() + "  " + model.Visible(s.Title), note: s.ID, data: s.ID})
		}
	}
	a.open(newPicker("Part of which incident?", items, func(a *App, it item) tea.Cmd {
		id := it.data.(string)
		return a.send(job{incident: id, request: model.Request{Command: model.AttachAlert{Line: line}}, done: "part of " + id})
	}))
	return nil
}

func (a *App) detachAlert() {
	g, _ := a.alerts().selected(a)
	n := 0
	for _, x := range a.room.inc.Alerts {
		if x.Group == g.N && x.Detached.IsZero() {
			n = x.N
		}
	}
	a.ask("Not part of the incident", []field{textField("because", "", "another cause, a test", "may stay empty")}, func(_ *App, v []string) (model.Command, error) {
		return model.DetachAlert{N: n, Reason: v[0]}, nil
	})
}

// openAlertLinks offers the links to be opened or copied; an address that no
// browser should be given is only copied.
func (a *App) openAlertLinks() tea.Cmd {
	opener := openerName(a.getenv)
	type choice struct {
		url  string
		open bool
	}
	var items []item
	for _, l := range a.alerts().links(a) {
		name := l.name + "  " + model.Visible(l.url)
		show := item{text: "open  " + name, data: choice{l.url, true}}
		switch {
		case !alert.WebLink(l.url):
			show.why = "it is no http or https address"
		case opener == "":
			show.why = "nothing here can open it"
		}
		items = append(items, show, item{text: "copy  " + name, data: choice{model.Visible(l.url), false}})
	}
	a.open(newPicker("Links of the alert", items, func(a *App, it item) tea.Cmd {
		c := it.data.(choice)
		if c.open {
			a.say(info, "handed to the system")
			return a.openAddress(opener, c.url)
		}
		a.say(info, "sent to the clipboard")
		return tea.SetClipboard(c.url)
	}))
	return nil
}

func (a *App) filterAlerts() tea.Cmd {
	d := a.alerts()
	d.tired.shown = false
	d.only = (d.only + 1) % alertFilters
	if d.only == alertsHere && a.room == nil {
		d.only++
	}
	return d.refresh(a)
}

// full shows all that is known of the selected line.
func (d *alertsDesk) full(a *App) {
	g, ok := d.selected(a)
	if !ok {
		return
	}
	a.open(&pager{name: model.Brief(g.Name(), 60), text: func(a *App, w int) []string {
		out := d.detailLines(a, g, w, 0)
		if items := d.itemsOf(g.N); len(items) > 0 {
			out = append(out, blankLine(w), segs{{" How to mend the rule", a.theme.dim}}.fit(w))
			for _, l := range alert.Diagnose(items[0].Alert) {
				for _, s := range wrap("   "+model.Visible(l.Missing)+" → "+model.Visible(l.Fix), w-1, 4) {
					out = append(out, segs{{s, ""}}.fit(w))
				}
			}
			out = append(out, blankLine(w), segs{{" Labels", a.theme.dim}}.fit(w))
			for _, k := range alert.Names(items[0].Labels) {
				out = append(out, segs{{"   " + model.Brief(k, 40) + " ", a.theme.dim}, {model.Visible(items[0].Labels[k]), ""}}.fit(w))
			}
		}
		return out
	}})
}
