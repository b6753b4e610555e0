package outbox

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"warroom/model"
)

// Why is the rest of a message's state in a few words: what it waits for, what
// went wrong, where it arrived. behind is the message that it waits for in its
// line, 0 if none.
func (m *Message) Why(g Gate, behind int64, now time.Time) string {
	switch m.State {
	case Drafted:
		s := "needs a yes, " + model.Span(now.Sub(m.Created)) + " old"
		if len(m.Content.Hidden) > 0 {
			s += ", taken out: " + strings.Join(m.Content.Hidden, ", ")
		}
		if m.Reason != "" {
			s += ": " + m.Reason
		}
		return s
	case Approved, Queued:
		switch {
		case g.Paused != "":
			return "waits: " + g.Paused
		case g.Until.After(now):
			return "waits for " + m.Target + ", next try in " + model.Span(g.Until.Sub(now))
		case behind > 0:
			return fmt.Sprintf("after message %d", behind)
		case m.Due.After(now):
			return "in " + model.Span(m.Due.Sub(now))
		}
		return "next"
	case Retrying:
		at := m.Due
		if g.Until.After(at) {
			at = g.Until
		}
		s := fmt.Sprintf("tried %d×, again ", m.Attempts)
		if at.After(now) {
			s += "in " + model.Span(at.Sub(now))
		} else {
			s += "now"
		}
		if m.Reason != "" {
			s += ": " + m.Reason
		}
		return s
	case Sent:
		if m.Remote.URL != "" {
			return m.Remote.URL
		}
		return m.Remote.Key
	case ByHand:
		return "by " + m.By
	}
	return m.Reason
}

// Trouble says what is wrong with a target; "" if nothing is.
func Trouble(g Gate, now time.Time) string {
	switch {
	case g.Paused != "":
		return g.Paused
	case g.Failures >= breakAfter && !g.Down.IsZero():
		s := "does not answer since " + model.Span(now.Sub(g.Down))
		if g.Until.After(now) {
			s += ", next try in " + model.Span(g.Until.Sub(now))
		}
		if g.Last != "" {
			s += ": " + g.Last
		}
		return s
	}
	return ""
}

// Facts are what a person wants to know before saying yes, a line each: who will
// read it, whom it wakes, and what state it sets.
func (m *Message) Facts(now time.Time) []string {
	out := []string{fmt.Sprintf("%s · %s · %s", m.Incident, m.State.Words(), m.Why(Gate{}, 0, now))}
	switch {
	case m.Public && m.Content.Notify:
		out = append(out, "audience: the public; subscribers are notified")
	case m.Public:
		out = append(out, "audience: the public; subscribers are not notified")
	case m.Vendor == PagerDuty && m.Content.Notify:
		out = append(out, "audience: whoever is on call; it wakes them")
	case m.Action == Invite:
		out = append(out, "audience: "+strings.Join(m.Content.People, ", "))
	default:
		out = append(out, "audience: the team")
	}
	switch m.Vendor {
	case Statuspage:
		status := PublicStatus(m.Content.Status)
		if m.Action == Close {
			status = "resolved"
		}
		out = append(out, "name: "+m.Content.Title, "status: "+status+", impact: "+Impact(m.Content.Severity))
		var parts []string
		for _, id := range slices.Sorted(maps.Keys(m.Content.Components)) {
			parts = append(parts, id+" → "+m.Content.Components[id])
		}
		if len(parts) > 0 {
			out = append(out, "components: "+strings.Join(parts, ", "))
		}
	default:
		out = append(out, "title: "+m.Content.Severity.String()+" "+m.Content.Title)
	}
	if len(m.Content.Hidden) > 0 {
		out = append(out, "taken out of the text: "+strings.Join(m.Content.Hidden, ", "))
	}
	return out
}

// Paste is what a person copies to send it otherwise.
func (m *Message) Paste() string {
	c := m.Content
	head := c.Title
	if m.Vendor != Statuspage {
		head = fmt.Sprintf("%s %s %s", m.Incident, c.Severity, c.Title)
	}
	if c.Text == "" || c.Text == c.Title {
		return head
	}
	if m.Action == Open || m.Action == Update {
		return head + "\n" + c.Text
	}
	return c.Text
}
