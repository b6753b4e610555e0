package outbox

import (
	"slices"
	"time"

	"warroom/model"
)

// State is how far a message has come.
type State string

// The states. Drafted, held and failed wait for a person; approved, queued and
// retrying for the worker; the last three are final.
const (
	Drafted  State = "drafted"  // needs a person's yes
	Approved State = "approved" // has it
	Queued   State = "queued"   // needs none
	Sending  State = "sending"  // a worker has it in hand
	Retrying State = "retrying" // was tried, will be tried again
	Held     State = "held"     // too late or not allowed: a person decides
	Failed   State = "failed"   // the other side refused it for good
	Sent     State = "sent"
	ByHand   State = "by_hand" // a person sent it otherwise
	Dropped  State = "dropped"
)

// States lists all states, in the order of a message's life.
var States = []State{Drafted, Approved, Queued, Sending, Retrying, Held, Failed, Sent, ByHand, Dropped}

// Final reports whether nothing more will happen to a message.
func (s State) Final() bool { return s == Sent || s == ByHand || s == Dropped }

// Pending reports whether the worker will take a message up by itself.
func (s State) Pending() bool { return s == Approved || s == Queued || s == Retrying }

// Asks reports whether a message waits for a person.
func (s State) Asks() bool { return s == Drafted || s == Held || s == Failed }

// Words is the state as people read it.
func (s State) Words() string {
	if s == ByHand {
		return "by hand"
	}
	return string(s)
}

// Vendor is the sort of system a target is.
type Vendor string

// The vendors.
const (
	PagerDuty  Vendor = "pagerduty"
	Slack      Vendor = "slack"
	Jira       Vendor = "jira"
	Statuspage Vendor = "statuspage"
	Webhook    Vendor = "webhook"
	Ntfy       Vendor = "ntfy"
	Mail       Vendor = "mail"
)

// Vendors lists every vendor.
var Vendors = []Vendor{PagerDuty, Slack, Jira, Statuspage, Webhook, Ntfy, Mail}

// Name is the vendor's name as it is written.
func (v Vendor) Name() string {
	switch v {
	case PagerDuty:
		return "PagerDuty"
	case Slack:
		return "Slack"
	case Jira:
		return "Jira"
	case Statuspage:
		return "Statuspage"
	case Webhook:
		return "webhook"
	case Mail:
		return "e-mail"
	}
	return string(v)
}

// Opens reports whether the vendor keeps a thing of its own for an incident (a
// page, a channel, a ticket, a public incident) that must exist before anything
// can be added to it.
func (v Vendor) Opens() bool { return v == PagerDuty || v == Slack || v == Jira || v == Statuspage }

// Action is what a message does at its target.
type Action string

// The actions.
const (
	Open   Action = "open"   // create the page, channel, ticket or public incident
	Ack    Action = "ack"    // say that somebody works on it
	Post   Action = "post"   // add words to it
	Update Action = "update" // set its title, severity, state; the newest one counts
	Invite Action = "invite" // bring people in
	Close  Action = "close"  // end what was opened
)

// Content is what a message says, the same for every vendor. Text is plain:
// each vendor's own format is made, and escaped, where it is sent.
type Content struct {
	Title      string            `json:"title,omitempty"`
	Text       string            `json:"text,omitempty"`
	Severity   model.Severity    `json:"severity,omitempty"`
	Status     model.Status      `json:"status,omitempty"`
	Services   []string          `json:"services,omitempty"`
	Commander  string            `json:"commander,omitempty"`
	Audience   string            `json:"audience,omitempty"`
	Update     int               `json:"update,omitempty"`     // the number of the update that it says
	Components map[string]string `json:"components,omitempty"` // public component id → its state
	People     []string          `json:"people,omitempty"`
	Notify     bool              `json:"notify,omitempty"` // subscribers or phones are alarmed
	Links      []model.Place     `json:"links,omitempty"`  // what else belongs to the incident
	Kind       model.Kind        `json:"kind,omitempty"`   // of the event that caused it
	Hidden     []string          `json:"hidden,omitempty"` // sorts of secrets that were taken out of the text
}

// Remote is the thing at the other side that a message made or changed.
type Remote struct {
	ID     string `json:"id,omitempty"`
	Key    string `json:"key,omitempty"` // as people call it there: OPS-12, #incident-…
	URL    string `json:"url,omitempty"`
	Parent string `json:"parent,omitempty"` // the channel of a message
}

// Message is one thing that leaves, to one target.
type Message struct {
	N        int64    `json:"n"` // its number in the record, as people say it
	ID       model.ID `json:"id"`
	Incident string   `json:"incident"`
	Seq      int64    `json:"seq"` // the event that caused it
	Target   string   `json:"target"`
	Vendor   Vendor   `json:"vendor"`
	Action   Action   `json:"action"`
	Public   bool     `json:"public,omitempty"` // customers will read it
	Content  Content  `json:"content"`

	State    State     `json:"state"`
	Reason   string    `json:"reason,omitempty"` // why it is held, failed, dropped or tried again
	Attempts int       `json:"attempts"`
	Unsure   bool      `json:"unsure,omitempty"` // an attempt may have arrived: look before sending
	Doubt    time.Time `json:"doubt,omitzero"`   // when the newest such attempt was made
	Created  time.Time `json:"created"`
	By       string    `json:"by,omitempty"` // who said yes, dropped it or sent it by hand
	Since    time.Time `json:"since"`        // of the state; a yes starts the time anew
	Due      time.Time `json:"due,omitzero"` // not tried before
	Expires  time.Time `json:"expires,omitzero"`
	Tried    time.Time `json:"tried,omitzero"` // begin of the newest attempt
	Remote   Remote    `json:"remote,omitzero"`
}

// Line names the row of messages that keep their order: those of one incident
// to one target.
func (m *Message) Line() string { return m.Incident + "\x00" + m.Target }

// Gate is what is known of a target as a whole.
type Gate struct {
	Target   string    `json:"target"`
	Failures int       `json:"failures"`           // one after another
	Until    time.Time `json:"until,omitzero"`     // nothing is tried before
	Paused   string    `json:"paused,omitempty"`   // why a person must look first; "" if not
	Down     time.Time `json:"down,omitzero"`      // since when it does not answer
	Last     string    `json:"last,omitempty"`     // the newest fault
	LastSent time.Time `json:"last_sent,omitzero"` // when something last arrived
}

// Shut reports whether nothing may be tried at now.
func (g Gate) Shut(now time.Time) bool { return g.Paused != "" || g.Until.After(now) }

// Next chooses what is to be sent now: of every target that nothing is under way
// to, the first message that may go. rows are the messages that are not final,
// in the order of N. Within an incident and a target the order is kept: what was
// opened comes first, and nothing overtakes a message that is still to go.
// A busy target is in the list of those with something under way.
func Next(rows []Message, gates map[string]Gate, busy []string, now time.Time) []int64 {
	var out []int64
	taken := map[string]bool{}
	for _, t := range busy {
		taken[t] = true
	}
	blocked := map[string]bool{}
	for i := range rows {
		m := &rows[i]
		line := m.Line()
		switch {
		case m.State == Sending:
			taken[m.Target], blocked[line] = true, true
		case m.State.Pending():
			if !blocked[line] && !taken[m.Target] && !m.Due.After(now) && !gates[m.Target].Shut(now) && !m.Expired(now) {
				out, taken[m.Target] = append(out, m.N), true
			}
			blocked[line] = true
		case m.Action == Open && m.State.Asks():
			blocked[line] = true // nothing can be added to what is not there
		}
	}
	return out
}

// Behind says, by number, which message each pending one waits for in its line.
func Behind(rows []Message) map[int64]int64 {
	out := map[int64]int64{}
	first := map[string]int64{}
	for i := range rows {
		m := &rows[i]
		before, blocked := first[m.Line()]
		switch {
		case m.State.Pending():
			if blocked {
				out[m.N] = before
			} else {
				first[m.Line()] = m.N
			}
		case !blocked && (m.State == Sending || m.Action == Open && m.State.Asks()):
			first[m.Line()] = m.N
		}
	}
	return out
}

// Wake is when something has to be looked at next without anything new: the
// earliest time at which a pending message may be tried or expires. ok is false
// if there is none.
func Wake(rows []Message, gates map[string]Gate, now time.Time) (at time.Time, ok bool) {
	blocked := map[string]bool{}
	for i := range rows {
		m := &rows[i]
		if !m.State.Pending() {
			if m.State == Sending || m.Action == Open && m.State.Asks() {
				blocked[m.Line()] = true
			}
			continue
		}
		t := m.Due
		if g := gates[m.Target]; g.Until.After(t) {
			t = g.Until
		}
		if blocked[m.Line()] || gates[m.Target].Paused != "" || !m.Expires.IsZero() && m.Expires.Before(t) {
			t = m.Expires
		}
		blocked[m.Line()] = true
		if t.IsZero() {
			t = now
		}
		if !ok || t.Before(at) {
			at, ok = t, true
		}
	}
	return at, ok
}

// Count says how many of rows are in each of the given states together.
func Count(rows []Message, states ...State) int {
	n := 0
	for i := range rows {
		if slices.Contains(states, rows[i].State) {
			n++
		}
	}
	return n
}
