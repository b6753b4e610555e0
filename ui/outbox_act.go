package ui

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/outbox"
)

// The one key from anywhere.
var outboxActions = []action{
	{id: "outbox", keys: []string{"Q"}, words: "What leaves the room: Slack, page, ticket, status page", short: "what leaves", where: anywhere, rank: 2, why: hasOutside,
		when: func(a *App) bool { return a.outsideAsks() > 0 },
		run:  func(a *App) tea.Cmd { a.open(&outboxPane{}); return a.readOutside() }},
	{id: "trigger", keys: []string{"I"}, words: "Trigger all tools: page, channel, ticket, public incident", short: "all tools", where: inRoom | atIncident, why: canTrigger,
		run: func(a *App) tea.Cmd { return a.askTrigger() }},
}

func canTrigger(a *App) string {
	if why := writable(a); why != "" {
		return why
	}
	return hasOutside(a)
}

// handledMsg is the end of what a person did with messages.
type handledMsg struct {
	done string
	err  error
}

// handled says how it ended.
func (a *App) handled(m handledMsg) tea.Cmd {
	if m.err != nil {
		a.say(failure, model.Message(m.err))
	} else if m.done != "" {
		a.say(info, m.done)
	}
	return a.readOutside()
}

// step carries out what a person wants with a message.
func (a *App) step(n int64, s outbox.Step, done string) tea.Cmd {
	port, actor := a.cfg.Outside, a.cfg.Actor
	return a.read(func(ctx context.Context, _ Store) tea.Msg {
		_, err := port.Handle(ctx, n, actor, s)
		return handledMsg{done, err}
	})
}

// onMessage does what a key of the pane means for a message.
func (a *App) onMessage(m outbox.Message, key string) tea.Cmd {
	paste := strings.Join(model.VisibleLines(m.Paste()), "\n")
	if key == "y" {
		a.say(info, "sent to the clipboard")
		return tea.SetClipboard(paste)
	}
	if why := writable(a); why != "" {
		a.say(warning, why)
		return nil
	}
	switch key {
	case "enter", "a":
		switch {
		case m.State == outbox.Drafted || m.State == outbox.Held:
			a.open(a.consentTo(m))
		case m.State == outbox.Failed || m.State == outbox.Retrying:
			return a.step(m.N, outbox.Step{Verb: outbox.DoRetry}, fmt.Sprintf("message %d is tried again", m.N))
		case m.State.Final() && m.Remote.URL != "":
			a.say(info, "its address was sent to the clipboard")
			return tea.SetClipboard(model.Visible(m.Remote.URL))
		default:
			a.say(info, fmt.Sprintf("message %d is %s: nothing to do", m.N, m.State.Words()))
		}
	case "e":
		if !m.State.Asks() {
			a.say(warning, fmt.Sprintf("message %d is %s: only one that waits for a person can be changed", m.N, m.State.Words()))
			return nil
		}
		a.open(newEditor("Other words for message "+fmt.Sprint(m.N), "enter keep · ctrl+y copy · esc back", m.Content.Text, func(a *App, text string) (tea.Cmd, error) {
			return a.step(m.N, outbox.Step{Verb: outbox.DoReword, Text: &text}, "kept; it is not sent yet"), nil
		}))
	case "r":
		return a.step(m.N, outbox.Step{Verb: outbox.DoRetry}, fmt.Sprintf("message %d is tried again", m.N))
	case "h":
		if m.State.Final() {
			a.say(info, fmt.Sprintf("message %d is %s: nothing to do", m.N, m.State.Words()))
			return nil
		}
		a.open(newForm(fmt.Sprintf("Message %d is copied: paste it, then enter notes it", m.N), []field{
			textField("link", "", "https://…", "the address of what came of it, if there is one"),
			textField("id", "", "OPS-12", "its key or id there, so that later messages find it"),
		}, func(a *App, v []string) (tea.Cmd, error) {
			a.dialogs = a.dialogs[:len(a.dialogs)-1]
			return a.step(m.N, outbox.Step{Verb: outbox.DoHand, Remote: outbox.Remote{URL: v[0], ID: v[1], Key: v[1]}}, "noted: sent by hand"), nil
		}))
		return tea.SetClipboard(paste)
	case "d":
		a.open(newForm(fmt.Sprintf("Drop message %d: %s", m.N, model.Visible(m.Say())), []field{
			textField("why", "", "customers do not notice", "the others will ask"),
		}, func(a *App, v []string) (tea.Cmd, error) {
			if v[0] == "" {
				return nil, model.Errorf(model.Invalid, "say why: the others will ask")
			}
			a.dialogs = a.dialogs[:len(a.dialogs)-1]
			return a.step(m.N, outbox.Step{Verb: outbox.DoDrop, Reason: v[0]}, "dropped"), nil
		}))
	}
	return nil
}

// consent asks for a yes to what cannot be taken back. It shows exactly what
// will happen, and Cancel is what enter means until another choice is made.
type consent struct {
	name  string
	text  func(a *App, w int) []string
	yes   string
	chose bool
	do    func(a *App) tea.Cmd
	more  func(a *App, key string) (done bool, cmd tea.Cmd)
	foot  string
	top   int
}

func (c *consent) title() string { return c.name }
func (c *consent) wide() bool    { return true }
func (c *consent) keys() string  { return "← → choose · enter" + c.foot + " · esc back" }

func (c *consent) update(a *App, msg tea.Msg) (bool, tea.Cmd) {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return false, nil
	}
	switch k.String() {
	case "left", "right", "tab", "shift+tab":
		c.chose = !c.chose
	case "up":
		c.top = max(0, c.top-1)
	case "down":
		c.top++
	case "enter":
		if !c.chose {
			return true, nil
		}
		return true, c.do(a)
	default:
		if c.more != nil {
			return c.more(a, k.String())
		}
	}
	return false, nil
}

func (c *consent) view(a *App, w, h int) ([]string, *tea.Cursor) {
	th := a.theme
	lines := c.text(a, w)
	room := max(1, h-3)
	c.top = min(c.top, max(0, len(lines)-room))
	out := append([]string{}, lines[c.top:min(len(lines), c.top+room)]...)
	out = append(out, strings.Repeat(" ", w))
	no, yes := th.selected, th.dim
	left, right := "[Cancel]", " "+c.yes+" "
	if c.chose {
		no, yes = th.dim, th.selected
		left, right = " Cancel ", "["+c.yes+"]"
	}
	return append(out, segs{{left, no}, {"   ", ""}, {right, yes}}.fit(w)), nil
}

// consentTo asks for a yes to one message.
func (a *App) consentTo(m outbox.Message) *consent {
	p := &outboxPane{}
	yes := "Send it"
	switch {
	case m.Public:
		yes = "Publish it"
	case m.Vendor == outbox.PagerDuty && m.Content.Notify:
		yes = "Page them"
	}
	c := &consent{name: fmt.Sprintf("%s?", capital(model.Visible(m.Say()))), yes: yes, foot: " · e other words"}
	c.text = func(a *App, w int) []string { return p.detail(a, m, w, 200) }
	c.do = func(a *App) tea.Cmd {
		return a.step(m.N, outbox.Step{Verb: outbox.DoApprove}, fmt.Sprintf("message %d is approved", m.N))
	}
	c.more = func(a *App, key string) (bool, tea.Cmd) {
		if key == "e" {
			a.dialogs = without(a.dialogs, c)
			return false, a.onMessage(m, "e")
		}
		return false, nil
	}
	return c
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// triggeredMsg brings the messages that trigger all tools.
type triggeredMsg struct {
	rows []outbox.Message
	err  error
}

// askTrigger drafts everything that the incident may open, and asks once for all.
func (a *App) askTrigger() tea.Cmd {
	if a.room == nil {
		a.say(warning, "no incident is open")
		return nil
	}
	if why := canTrigger(a); why != "" {
		a.say(warning, why)
		return nil
	}
	port, id := a.cfg.Outside, a.room.inc.ID
	r := model.Request{ID: a.store.NewID(), Actor: a.cfg.Actor}
	return a.read(func(ctx context.Context, _ Store) tea.Msg {
		rows, err := port.Trigger(ctx, id, r)
		return triggeredMsg{rows, err}
	})
}

// triggered asks for the one yes.
func (a *App) triggered(m triggeredMsg) tea.Cmd {
	if m.err != nil {
		a.say(warning, model.Message(m.err))
		return a.readOutside()
	}
	rows, port, actor := m.rows, a.cfg.Outside, a.cfg.Actor
	a.open(&consent{
		name: "Trigger all tools?", yes: fmt.Sprintf("Send all %d", len(rows)),
		text: func(a *App, w int) []string {
			th := a.theme
			out := []string{segs{{"Without a yes they stay in the queue, where each can have its own.", th.dim}}.fit(w), strings.Repeat(" ", w)}
			for i := range rows {
				note, st := "", th.dim
				switch {
				case rows[i].Public && rows[i].Content.Notify:
					note, st = "public; subscribers are notified", th.warn
				case rows[i].Public:
					note, st = "public", th.warn
				case rows[i].Content.Notify:
					note, st = "wakes whoever is on call", th.warn
				}
				out = append(out, segs{{"  " + pad(model.Visible(rows[i].Say()), 34), ""}, {note, st}}.fit(w))
				if t := rows[i].Content.Text; t != "" {
					for _, l := range wrap(model.Visible(t), w-6, 2) {
						out = append(out, segs{{"    │ ", th.accent}, {l, th.dim}}.fit(w))
					}
				}
			}
			return out
		},
		do: func(a *App) tea.Cmd {
			return a.read(func(ctx context.Context, _ Store) tea.Msg {
				for _, m := range rows {
					if _, err := port.Handle(ctx, m.N, actor, outbox.Step{Verb: outbox.DoApprove}); err != nil {
						return handledMsg{err: err}
					}
				}
				return handledMsg{done: "all of it is on its way"}
			})
		},
	})
	return a.readOutside()
}

// driftMsg brings what the vendors say.
type driftMsg struct {
	pane   *outboxPane
	drifts []outbox.Drift
}

// compareOutside asks the vendors how what was opened there stands.
func (a *App) compareOutside(p *outboxPane) tea.Cmd {
	switch {
	case p.asking:
		return nil
	case a.room == nil:
		a.say(warning, "no incident is open")
		return nil
	case len(a.room.inc.Outlets) == 0:
		a.say(info, "nothing was opened outside for this incident")
		return nil
	}
	p.asking = true
	inc := *a.room.inc
	port := a.cfg.Outside
	return a.read(func(ctx context.Context, _ Store) tea.Msg { return driftMsg{p, port.Drift(ctx, &inc)} })
}
