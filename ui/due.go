package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

const minute = time.Minute

// clocks is the rail: everything that becomes due, soonest first. It is computed
// once per message, in measure.
func (a *App) clocks() []model.Clock {
	if a.room == nil {
		return nil
	}
	return a.room.clocks
}

// selectedClock is the clock that keys in the pane Due act on. The selection
// sticks to its clock, whatever comes before it.
func (a *App) selectedClock() (model.Clock, bool) {
	cs := a.clocks()
	for _, c := range cs {
		if c.Key == a.room.clock {
			return c, true
		}
	}
	if len(cs) > 0 {
		return cs[0], true
	}
	return model.Clock{}, false
}

func clockMove(n int) func(*App) tea.Cmd {
	return func(a *App) tea.Cmd {
		cs := a.clocks()
		sel, ok := a.selectedClock()
		if !ok {
			return nil
		}
		for i, c := range cs {
			if c.Key == sel.Key {
				a.room.clock = cs[min(max(i+n, 0), len(cs)-1)].Key
				break
			}
		}
		return nil
	}
}

// stackDue lays the rail into h lines under the title.
func (a *App) stackDue(w, h int) stacked {
	sel, _ := a.selectedClock()
	at := slices.IndexFunc(a.clocks(), func(c model.Clock) bool { return c.Key == sel.Key })
	return stack(a.dueLines(w), max(0, at), h)
}

// dueLines is how many lines each clock wants.
func (a *App) dueLines(w int) []int {
	need := make([]int, len(a.clocks()))
	for i, c := range a.clocks() {
		lead, note := a.clockParts(c)
		need[i] = linesOf(w, lead, model.Visible(c.Text), note)
	}
	return need
}

func (a *App) drawDue(w, h int, focused bool) []string {
	th := a.theme
	out := []string{a.paneTitle(paneDue, w, segs{{a.key("order") + " order ", th.dim}})}
	cs := a.clocks()
	if len(cs) == 0 && h > 1 {
		out = append(out, segs{{" nothing is due · @name task 5m", th.dim}}.fit(w))
	}
	sel, _ := a.selectedClock()
	st := a.stackDue(w, h-1)
	for i, n := range st.lines {
		c := cs[st.first+i]
		lead, note := a.clockParts(c)
		over, text := style(""), style("")
		if focused && c.Key == sel.Key {
			over = th.selected
		}
		if c.Prompts() {
			text = th.dim
		}
		out = append(out, rowLines(w, n, lead, model.Visible(c.Text), text, note, over)...)
	}
	return blank(out, w, h)
}

// clockParts are what stands before and behind the text of a clock.
func (a *App) clockParts(c model.Clock) (lead, note segs) {
	face, st := a.clockFace(c)
	mark := " "
	if o, ok := a.room.inc.Order(c.N); ok && c.Kind == model.ClockOrder && o.State == model.OrderAccepted {
		mark = "✓"
	}
	if c.Snoozed {
		mark = "z"
	}
	lead = segs{{mark, a.theme.dim}}
	if c.N > 0 && c.Kind == model.ClockOrder {
		lead = segs{{fmt.Sprintf("%s%d ", mark, c.N), a.theme.dim}}
	}
	return lead, segs{{face + " ", st}}
}

// clockFace is the time that is left, and how loud it is.
func (a *App) clockFace(c model.Clock) (string, style) {
	left := c.Due.Sub(a.now)
	switch {
	case c.Overdue(a.now) && c.Kind == model.ClockItem:
		return "overdue " + countdown(-left), a.theme.warn
	case c.Overdue(a.now) && c.Seen != "":
		return "overdue " + countdown(-left) + " seen", a.theme.warn
	case c.Overdue(a.now):
		return "overdue " + countdown(-left), a.theme.badge
	case c.Kind == model.ClockDecide && left < 0:
		return "for " + countdown(-left+a.cfg.Rules.Decide), a.theme.warn
	case c.Prompts():
		return countdown(max(0, left)), a.theme.dim
	case left < 2*minute:
		return countdown(left), a.theme.warn
	}
	return countdown(left), ""
}

// countdown is a distance in time: 02:12 below an hour, 1h05 above, 2d23h from two
// days on.
func countdown(d time.Duration) string {
	d = d.Truncate(time.Second)
	if d < time.Hour {
		return fmt.Sprintf("%02d:%02d", int(d.Minutes()), int(d.Seconds())%60)
	}
	if d < 48*time.Hour {
		return fmt.Sprintf("%dh%02d", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%dd%02dh", int(d.Hours())/24, int(d.Hours())%24)
}

// actOnClock does what a clock asks for: each kind has one obvious answer.
func (a *App) actOnClock() tea.Cmd {
	c, _ := a.selectedClock()
	switch c.Kind {
	case model.ClockOrder:
		a.ask("Order done: "+model.Brief(c.Text, 60), []field{textField("result", "", "lag is 340 s", "what came of it; may be empty")},
			func(a *App, v []string) (model.Command, error) { return model.FinishOrder{N: c.N, Result: v[0]}, nil })
	case model.ClockSilence:
		a.askDecide(c.N)
	case model.ClockVerify:
		a.askWorked(c.N)
	case model.ClockMitigation:
		return a.do(model.RemoveMitigation{N: c.N}, "removed from the ledger · "+a.key("undo")+" takes it back")
	case model.ClockUpdate:
		if c.Audience == model.ToInternal {
			return a.startLine("update: ")
		}
		return a.messageTo(c.Audience) // a line in the timeline tells none of them anything
	case model.ClockAck, model.ClockCommand:
		return a.do(model.TakeCommand{}, "you are incident commander")
	case model.ClockCallout:
		since := max(0, a.now.Sub(a.room.inc.Started()))
		return a.do(model.AddNote{Text: "callout: " + model.Span(since.Truncate(minute)) + " into the incident"}, "")
	case model.ClockReview:
		a.askReview()
	case model.ClockItem:
		a.ask("Done: "+model.Brief(c.Text, 60), []field{textField("result", "", "the alert is live", "what came of it; may be empty")},
			func(a *App, v []string) (model.Command, error) { return model.FinishAction{N: c.N, Result: v[0]}, nil })
	case model.ClockDecide:
		a.weigh()
	}
	return nil
}

// more puts the selected clock off: an order gets five minutes, anything else
// asks why.
func (a *App) more() tea.Cmd {
	c, _ := a.selectedClock()
	switch c.Kind {
	case model.ClockOrder:
		return a.do(model.ExtendOrder{N: c.N}, "five more minutes")
	case model.ClockCallout:
		a.say(warning, "a callout passes by itself")
		return nil
	}
	a.ask("Put off: "+model.Brief(c.Text, 60), []field{
		offerField("for", "10m", "10m", "for how long, from now"),
		textField("why", "", "nothing new yet", "the reason is logged"),
	}, func(a *App, v []string) (model.Command, error) {
		d, ok := model.ParseSpan(strings.ToLower(v[0]))
		if !ok {
			return nil, model.Errorf(model.Invalid, "%q is no length of time: give for example 10m", v[0])
		}
		return model.Snooze{Key: c.Key, For: d, Reason: v[1], Rules: a.cfg.Rules}, nil
	})
	return nil
}

// seeAlarm acknowledges the loudest alarm for the whole room.
func (a *App) seeAlarm() tea.Cmd {
	for _, c := range a.clocks() {
		if c.Alarm(a.now) {
			return a.do(model.SeeAlarm{Key: c.Key, Rules: a.cfg.Rules}, "seen: it stays overdue and is quiet for everybody")
		}
	}
	return nil
}

func hasAlarm(a *App) string {
	for _, c := range a.clocks() {
		if c.Alarm(a.now) {
			return writable(a)
		}
	}
	return "nothing is overdue that nobody has seen"
}

func hasClock(a *App) string {
	if _, ok := a.selectedClock(); !ok {
		return "nothing is due: " + a.key("order") + " gives an order"
	}
	return writable(a)
}

func hasOrder(a *App) string {
	if c, ok := a.selectedClock(); !ok || c.Kind != model.ClockOrder {
		return "that is no order: " + a.key("order") + " gives one"
	}
	return writable(a)
}

func (a *App) onOrder(make func(n int) model.Command) tea.Cmd {
	c, _ := a.selectedClock()
	return a.do(make(c.N), "")
}
