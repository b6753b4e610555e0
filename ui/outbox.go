package ui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/outbox"
)

// outside is what the screen knows of the queue of what leaves the room. It is
// read in the background, when something was written and while something is on
// its way; nothing on the screen ever waits for it, or for anybody outside.
type outside struct {
	rows    []outbox.Message
	gates   map[string]outbox.Gate
	behind  map[int64]int64 // what each waits for in its line
	err     error
	read    bool // at least once
	reading bool
	again   bool // something happened while it was being read
	asked   time.Time
}

// outsideMsg is the queue as it was read.
type outsideMsg struct {
	rows  []outbox.Message
	gates map[string]outbox.Gate
	err   error
}

// outsideEvery is the pace of reading while messages move without events: a
// retry changes no timeline.
const outsideEvery = 2 * time.Second

// readOutside reads the queue, unless that is under way.
func (a *App) readOutside() tea.Cmd {
	if a.cfg.Outside == nil {
		return nil
	}
	if a.out.reading {
		a.out.again = true
		return nil
	}
	a.out.reading, a.out.again, a.out.asked = true, false, a.now
	port := a.cfg.Outside
	return a.read(func(ctx context.Context, _ Store) tea.Msg {
		rows, gates, err := port.Queue(ctx, true)
		return outsideMsg{rows, gates, err}
	})
}

// outsideRead takes the queue.
func (a *App) outsideRead(m outsideMsg) tea.Cmd {
	a.out.reading = false
	if a.out.err = m.err; m.err == nil {
		a.out.rows, a.out.gates, a.out.behind, a.out.read = m.rows, m.gates, outbox.Behind(m.rows), true
	}
	if a.out.again {
		return a.readOutside()
	}
	return nil
}

// watchOutside reads the queue again while something is on its way, or while it
// is being looked at.
func (a *App) watchOutside() tea.Cmd {
	if a.cfg.Outside == nil || a.now.Sub(a.out.asked) < outsideEvery {
		return nil
	}
	if outbox.Count(a.out.rows, outbox.Approved, outbox.Queued, outbox.Sending, outbox.Retrying) > 0 || a.outboxOpen() {
		return a.readOutside()
	}
	return nil
}

func (a *App) outboxOpen() bool {
	return slices.ContainsFunc(a.dialogs, func(d dialog) bool { _, ok := d.(*outboxPane); return ok })
}

// outsideAsks counts what waits for a person.
func (a *App) outsideAsks() int {
	return outbox.Count(a.out.rows, outbox.Drafted, outbox.Held, outbox.Failed)
}

func hasOutside(a *App) string {
	if a.cfg.Outside == nil {
		return "nothing leaves this room: outbound.yaml beside the record names where to"
	}
	return ""
}

// stateLook is the sign and the style of a state.
func (th *theme) stateLook(s outbox.State) (string, style) {
	switch s {
	case outbox.Drafted:
		return "?", th.warn
	case outbox.Approved, outbox.Queued:
		return "…", ""
	case outbox.Sending:
		return "→", th.accent
	case outbox.Retrying:
		return "↻", th.warn
	case outbox.Held:
		return "‖", th.alarm
	case outbox.Failed:
		return "✗", th.alarm
	case outbox.Sent:
		return "✓", th.good
	case outbox.ByHand:
		return "h", th.good
	}
	return "-", th.dim
}

// targetLook is how a target stands in a few words: a sign, what is the matter
// in a long and a short form, and a style.
func (a *App) targetLook(t outbox.Named) (sign, long, short string, st style) {
	th, g := a.theme, a.out.gates[t.Name]
	waits, asks := 0, 0
	for i := range a.out.rows {
		m := &a.out.rows[i]
		if m.Target != t.Name {
			continue
		}
		switch {
		case m.State.Pending() || m.State == outbox.Sending:
			waits++
		case m.State.Asks():
			asks++
		}
	}
	var parts []string
	sign, st = "●", th.good
	switch {
	case g.Paused != "":
		sign, st = "✗", th.alarm
		parts = append(parts, "stopped")
	case outbox.Trouble(g, a.now) != "":
		sign, st = "✗", th.alarm
		if left := g.Until.Sub(a.now); left > 0 {
			parts = append(parts, "down, next try "+countdown(left))
			short = countdown(left)
		} else {
			parts = append(parts, "down")
		}
	case g.Failures > 0:
		sign, st = "↻", th.warn
	case waits > 0 && a.cfg.Outside.Unable()[t.Name] != "":
		sign, st = "○", th.warn
		parts = append(parts, "not from here")
	case asks > 0:
		sign, st = "?", th.warn
	case waits > 0:
		sign, st = "…", ""
	}
	if waits > 0 {
		parts = append(parts, counted(waits, "waits", "wait"))
	}
	if asks > 0 {
		parts = append(parts, fmt.Sprintf("%d yours", asks))
	}
	if n := waits + asks; n > 0 {
		short = strings.TrimSpace(fmt.Sprint(short, " ", n))
	}
	return sign, strings.Join(parts, ", "), short, st
}

// counted says how many do something.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// outboxStrip is the outside in one line of w cells: each target with its sign.
// "" if nothing leaves this room.
func (a *App) outboxStrip(w int) string {
	if a.cfg.Outside == nil {
		return ""
	}
	th := a.theme
	head := segs{{"Outside ", th.dim}}
	if why := a.cfg.Outside.Fault(); why != "" {
		return append(head, seg{" ✗ " + model.Visible(why), th.alarm}).fit(w)
	}
	if a.out.err != nil {
		return append(head, seg{" ✗ the queue cannot be read: " + model.Visible(model.Message(a.out.err)), th.alarm}).fit(w)
	}
	full, brief := slices.Clone(head), slices.Clone(head)
	for _, t := range a.cfg.Outside.Targets() {
		sign, long, short, st := a.targetLook(t)
		for _, l := range []struct {
			line *segs
			note string
		}{{&full, long}, {&brief, short}} {
			l.line.add("", "  "+model.Visible(t.Name)+" ")
			l.line.add(st, strings.TrimSpace(sign+" "+l.note))
		}
	}
	if full.width() <= w {
		return full.fit(w)
	}
	return brief.fit(w)
}

// outboxRows are the messages as the pane lists them: those that wait for a
// person first, then what is on its way, then what is settled, the newest first.
func (a *App) outboxRows(all bool) []outbox.Message {
	order := func(s outbox.State) int {
		switch {
		case s == outbox.Held || s == outbox.Failed:
			return 0
		case s == outbox.Drafted:
			return 1
		case !s.Final():
			return 2
		}
		return 3
	}
	var out []outbox.Message
	for _, m := range a.out.rows {
		if all || !m.State.Final() {
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(x, y outbox.Message) int {
		if d := order(x.State) - order(y.State); d != 0 {
			return d
		}
		if x.State.Final() {
			return int(y.N - x.N)
		}
		return int(x.N - y.N)
	})
	return out
}
