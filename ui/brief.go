package ui

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// askSentence proposes the sentence for a lull; enter logs it as an update.
func (a *App) askSentence() {
	text := model.Visible(a.room.inc.Sentence(a.cfg.Rules, a.now, a.zone))
	a.open(newEditor("Status: read it aloud, change it", "enter log it as an update · ctrl+y copy · esc back", text,
		func(a *App, text string) (tea.Cmd, error) {
			if strings.TrimSpace(text) == "" {
				return nil, model.Errorf(model.Invalid, "there is nothing to log")
			}
			return a.do(model.AddNote{Kind: model.KindUpdate, Text: text}, "logged as an update"), nil
		}))
}

// briefing shows the hand-over page.
func (a *App) briefing() tea.Cmd {
	a.open(&pager{
		name: "Briefing: read it aloud to whoever takes over",
		foot: "↑↓ scroll · y copy · H hand over · esc back",
		text: func(a *App, w int) []string { return a.briefingLines(w) },
		key: func(a *App, key string) (bool, tea.Cmd) {
			switch key {
			case "y":
				return false, a.copyLines(a.room.inc.Handover(a.cfg.Rules, a.now, a.zone))
			case "H":
				if why := writable(a); why != "" {
					a.say(warning, why)
					return false, nil
				}
				return true, a.askHandover()
			}
			return false, nil
		},
	})
	return nil
}

// takeCommand takes command where nobody has it. From somebody who has it, it is
// taken only with a reason.
func (a *App) takeCommand() tea.Cmd {
	inc := a.room.inc
	ic := inc.Commander()
	o, offered := inc.Offer(model.Commander)
	if ic == "" {
		return a.do(model.TakeCommand{}, "you are incident commander: say so aloud")
	}
	if offered && model.SamePerson(o.To, a.cfg.Actor) {
		return a.acceptOffer()
	}
	a.ask(model.Brief(ic, 20)+" holds command. Take it only if they are gone", []field{
		textField("why", "", "does not answer for 5 minutes", "everybody sees it; better: ask for a hand-over"),
	}, func(a *App, v []string) (model.Command, error) {
		if v[0] == "" {
			return nil, model.Errorf(model.Invalid, "say why you take command from %s", ic)
		}
		return model.TakeCommand{Reason: v[0]}, nil
	})
	return nil
}

// accept takes what somebody put to the person at this screen: a role first, else
// an order, from wherever in the Room they stand.
func (a *App) accept() tea.Cmd {
	if o, ok := a.newOrder(); ok && !slices.ContainsFunc(a.room.inc.Offers, func(o model.Offer) bool { return model.SamePerson(o.To, a.cfg.Actor) }) {
		return a.do(model.AckOrder{N: o.N}, "understood: "+model.Brief(o.Task, 60))
	}
	return a.acceptOffer()
}

// acceptOffer shows the briefing to whoever takes command over, who then accepts
// or declines; any other role is accepted at once.
func (a *App) acceptOffer() tea.Cmd {
	var mine *model.Offer
	for i, o := range a.room.inc.Offers {
		if model.SamePerson(o.To, a.cfg.Actor) && (mine == nil || o.Role == model.Commander) {
			mine = &a.room.inc.Offers[i]
		}
	}
	if mine == nil {
		a.say(warning, "no role is offered to you")
		return nil
	}
	role, from := mine.Role, mine.From
	accept := func() tea.Cmd {
		return a.do(model.AcceptRole{Role: role}, "you are "+role.String()+": say so aloud")
	}
	if role != model.Commander {
		return accept()
	}
	a.open(&pager{
		name: "You take command from " + model.Brief(from, 20),
		foot: "↑↓ scroll · a accept · x decline · esc not yet",
		text: func(a *App, w int) []string { return a.briefingLines(w) },
		key: func(a *App, key string) (bool, tea.Cmd) {
			switch key {
			case "a":
				return true, accept()
			case "x":
				return true, a.do(model.DeclineRole{Role: role}, "declined: "+model.Brief(from, 20)+" keeps command")
			}
			return false, nil
		},
	})
	return nil
}

// callOut reminds the commander and the deputy every ten minutes how long it has
// been. It passes by itself.
func (a *App) callOut() {
	r := a.room
	if r == nil {
		return
	}
	for _, c := range r.clocks {
		if c.Kind != model.ClockCallout {
			continue
		}
		if r.callout != "" && r.callout != c.Key && (r.inc.Holds(a.cfg.Actor, model.Commander) || r.inc.Holds(a.cfg.Actor, model.Deputy)) && len(a.dialogs) == 0 {
			mark := model.Span(a.now.Sub(r.inc.Started()).Truncate(minute))
			a.say(warning, "callout: "+mark+" into the incident · raise severity? post an update? · "+a.key("sentence")+" status sentence")
		}
		r.callout = c.Key
		return
	}
	r.callout = ""
}

func (a *App) briefingLines(w int) []string {
	var out []string
	lines := a.room.inc.Handover(a.cfg.Rules, a.now, a.zone)
	for i, l := range lines {
		st := style("")
		if strings.HasSuffix(l, ":") && (i == 0 || lines[i-1] == "") {
			st = a.theme.strong
		}
		if strings.HasPrefix(l, "OVERDUE") {
			st = a.theme.alarm
		}
		for _, r := range wrap(model.Visible(l), w, 20) {
			out = append(out, segs{{r, st}}.fit(w))
		}
	}
	return out
}

func (a *App) copyLines(lines []string) tea.Cmd {
	for i, l := range lines {
		lines[i] = model.Visible(l)
	}
	a.say(info, "sent to the clipboard")
	return tea.SetClipboard(strings.Join(lines, "\n"))
}

// missedMsg brings what was written since somebody last pressed a key here.
type missedMsg struct {
	entries []model.Entry
	since   string
	err     error
}

const missedLimit = 500

// missed shows what happened since the last key before this one.
func (a *App) missed() tea.Cmd {
	id, from, me := a.room.inc.ID, a.room.seen, a.cfg.Actor
	since := "you opened the room"
	if !a.lastKey.IsZero() && a.lastKey.After(a.room.entered) {
		since = a.stamp(a.lastKey)
	}
	return a.read(func(ctx context.Context, s Store) tea.Msg {
		m := missedMsg{since: since}
		m.entries, m.err = s.Timeline(ctx, id, model.Window{Back: true, Limit: missedLimit})
		m.entries = slices.DeleteFunc(m.entries, func(e model.Entry) bool {
			return e.Seq <= from || model.SamePerson(e.Actor, me) // nobody misses what they wrote
		})
		slices.SortFunc(m.entries, func(x, y model.Entry) int { return int(x.Seq - y.Seq) })
		return m
	})
}

func (a *App) showMissed(m missedMsg) {
	if m.err != nil {
		a.say(failure, model.Message(m.err))
		return
	}
	if len(m.entries) == 0 {
		a.say(info, "nothing new since "+m.since)
		return
	}
	a.open(&pager{
		name: "Missed since " + m.since + ": " + counted(len(m.entries), "line", "lines"),
		foot: "↑↓ scroll · b briefing · esc back",
		text: func(a *App, w int) []string {
			var out []string
			for _, e := range m.entries {
				st := style("")
				if e.Mark {
					st = a.theme.strong
				}
				for i, r := range wrap(model.Visible(e.Line), w-11, 3) {
					stamp := strings.Repeat(" ", 11)
					if i == 0 {
						stamp = e.When.In(a.zone).Format("15:04:05 ") + glyph(e) + " "
					}
					out = append(out, segs{{stamp, a.theme.dim}, {r, st}}.fit(w))
				}
			}
			return out
		},
		key: func(a *App, key string) (bool, tea.Cmd) {
			if key == "b" {
				return true, a.briefing()
			}
			return false, nil
		},
	})
}

const sizeUpAsks = "Size-up: what do we know?"

func (a *App) askSizeUp(name string) {
	u, since := a.room.inc.SizeUp, a.impactStart()
	a.ask(name, []field{
		textField("symptoms", u.Symptoms, "503 on POST /checkout", "what is wrong"),
		textField("scope", u.Scope, "checkout, EU, about 21 %", "which services, regions, customers"),
		textField("trend", u.Trend, "rising, flapping, static, falling", "where it is going"),
		textField("plan B", u.PlanB, "fail over orders-db", "what if this does not work"),
		a.sinceField(since),
	}, func(a *App, v []string) (model.Command, error) {
		start, err := a.sinceWhen(v[4], since)
		return model.Size{Symptoms: &v[0], Scope: &v[1], Trend: &v[2], PlanB: &v[3], ImpactStart: start}, err
	})
}

// askResolve is the short dialog at the end: what is still open, how bad it was,
// who writes it up.
func (a *App) askResolve(to model.Status) {
	inc := a.room.inc
	sev := field{label: "it was", help: "the final severity", choices: []string{"1", "2", "3", "4", "5"}, chosen: int(inc.Severity) - 1}
	owner := inc.Review.Owner
	if owner == "" && inc.Severity.Major() {
		owner = inc.Commander()
	}
	why := textField("why", "", "error rate normal for 10 minutes", a.looseNote())
	a.ask(string(to)+": "+model.Brief(inc.Title, 50), []field{
		why, sev,
		offerField("postmortem", owner, "ana", "who writes it; empty: nobody yet"),
		offerField("due in", inHours(a.cfg.Rules.Review), "72h", "48 to 72 hours is good practice"),
	}, func(a *App, v []string) (model.Command, error) {
		s, err := model.ParseSeverity(v[1])
		if err != nil {
			return nil, err
		}
		c := model.Resolve{To: to, Severity: s, Reason: v[0], Owner: v[2], Rules: a.cfg.Rules}
		if inc.Review.Owner != "" && model.SamePerson(v[2], inc.Review.Owner) {
			c.Owner = "" // settled already
		}
		if v[2] != "" && v[3] != "" {
			d, ok := model.ParseSpan(strings.ReplaceAll(strings.ToLower(v[3]), " ", ""))
			if !ok {
				return nil, model.Errorf(model.Invalid, "%q is no length of time: give for example 72h", model.Brief(v[3], 30))
			}
			c.Due = a.now.Add(d)
		}
		return c, nil
	})
}

// inHours writes a length of time as a person would type it.
func inHours(d time.Duration) string {
	if d%time.Hour == 0 {
		return strconv.Itoa(int(d/time.Hour)) + "h"
	}
	return strings.ReplaceAll(model.Span(d), " ", "")
}

// looseNote says in a line or two what is still open.
func (a *App) looseNote() string {
	loose := a.room.inc.LooseEnds()
	if len(loose) == 0 {
		return "nothing is left open"
	}
	var parts []string
	for _, l := range loose {
		parts = append(parts, l.What+" "+model.Brief(l.Text, 50))
	}
	return "still open: " + strings.Join(parts, " · ")
}

func (a *App) askReview() {
	a.ask("Who writes the postmortem?", []field{
		offerField("owner", a.room.inc.Review.Owner, "ana", ""),
		offerField("due in", inHours(a.cfg.Rules.Review), "72h", "from now"),
	}, func(a *App, v []string) (model.Command, error) {
		d, ok := model.ParseSpan(strings.ToLower(v[1]))
		if !ok {
			return nil, model.Errorf(model.Invalid, "%q is no length of time: give for example 72h", v[1])
		}
		return model.PlanReview{Owner: v[0], Due: a.now.Add(d)}, nil
	})
}

func (a *App) askTeam() {
	name := a.room.inc.NextTeam()
	a.ask("Form a team", []field{
		offerField("name", name, name, ""),
		textField("leader", "", "bob", "reports to the commander for the whole team"),
		textField("members", "", "carl, dora", "separated by commas"),
		textField("task", "", "databases", ""),
	}, func(a *App, v []string) (model.Command, error) {
		c := model.FormTeam{Name: v[0], Leader: v[1], Task: v[3]}
		for m := range strings.SplitSeq(v[2], ",") {
			if m = strings.TrimSpace(m); m != "" {
				c.Members = append(c.Members, m)
			}
		}
		return c, nil
	})
}
