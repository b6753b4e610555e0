package outbox

import (
	"strings"
	"time"

	"warroom/model"
)

// MaxText bounds the words of one message, in bytes.
const MaxText = 20_000

// settled is the error for a message that nothing can be done about any more.
func (m *Message) settled() error {
	return model.Errorf(model.Conflict, "message %d is %s already", m.N, m.State.Words())
}

// busy is the error for a message that is just on its way.
func (m *Message) busy() error {
	return model.Errorf(model.Conflict, "message %d is being sent this moment: look again in a few seconds", m.N)
}

func (m *Message) move(s State, reason, by string, now time.Time) {
	m.State, m.Reason, m.By, m.Since = s, reason, by, model.Millis(now)
}

// Approve is a person's yes. text replaces the words if it is not nil.
func (m *Message) Approve(by string, text *string, now time.Time) error {
	switch {
	case m.State.Final():
		return m.settled()
	case m.State == Sending:
		return m.busy()
	case m.State.Pending():
		return model.Errorf(model.Conflict, "message %d needs no yes: it is %s", m.N, m.State.Words())
	case m.State == Failed:
		return model.Errorf(model.Conflict, "message %d has failed (%s): retry it with `warroom outbound retry %d`", m.N, model.Brief(m.Reason, 200), m.N)
	}
	if text != nil {
		if err := m.Reword(*text); err != nil {
			return err
		}
	}
	m.move(Approved, "", by, now)
	m.Due = m.Since
	m.Expires = m.Since.Add(Patience(m.Vendor, m.Action))
	return nil
}

// Reword changes the words of a message that waits for a person.
func (m *Message) Reword(text string) error {
	if !m.State.Asks() {
		return model.Errorf(model.Conflict, "message %d is %s: only one that waits for a person can be changed", m.N, m.State.Words())
	}
	t := strings.TrimSpace(model.Valid(text))
	if t == "" || len(t) > MaxText {
		return model.Errorf(model.Invalid, "the text needs 1 to %d bytes, this has %d", MaxText, len(t))
	}
	m.Content.Text, m.Content.Hidden = Redact(t)
	return nil
}

// Start begins an attempt.
func (m *Message) Start(now time.Time) {
	m.Attempts++
	m.Tried = model.Millis(now)
	m.move(Sending, "", m.By, now)
}

// Lapse takes a message back from a worker that is gone. What it did is not
// known.
func (m *Message) Lapse(now time.Time) {
	m.move(Retrying, "the program that was sending it ended in the middle", m.By, now)
	m.Unsure, m.Doubt, m.Due = true, m.Since, m.Since
}

// Expired reports whether a pending message is too old to be sent without asking.
func (m *Message) Expired(now time.Time) bool {
	return m.State.Pending() && !m.Expires.IsZero() && !now.Before(m.Expires)
}

// Expire holds a message that has become too old.
func (m *Message) Expire(now time.Time) {
	why := "it is " + model.Span(now.Sub(m.Created)) + " old: send it still, change it, or drop it?"
	if m.Reason != "" {
		why += " (" + m.Reason + ")"
	}
	m.move(Held, why, m.By, now)
}

// Retry sends a message again that failed, was held or waits for its next try.
func (m *Message) Retry(by string, now time.Time) error {
	switch {
	case m.State.Final():
		return m.settled()
	case m.State == Sending:
		return m.busy()
	case m.State == Drafted:
		return model.Errorf(model.Conflict, "message %d was never sent: it needs a yes, `warroom outbound approve %d`", m.N, m.N)
	case m.State == Approved || m.State == Queued:
		return model.Errorf(model.Conflict, "message %d is in the line already", m.N)
	}
	m.move(Queued, "", by, now)
	m.Due = m.Since
	m.Expires = m.Since.Add(Patience(m.Vendor, m.Action))
	return nil
}

// Drop gives a message up.
func (m *Message) Drop(by, reason string, now time.Time) error {
	switch {
	case m.State.Final():
		return m.settled()
	case m.State == Sending:
		return m.busy()
	}
	reason = strings.Join(strings.Fields(model.Valid(reason)), " ")
	if reason == "" {
		return model.Errorf(model.Invalid, "say why message %d is dropped: the others will ask", m.N)
	}
	m.move(Dropped, model.Brief(reason, 300), by, now)
	return nil
}

// Recall takes a message back whose words are not to be said any more. What opens
// something is still needed and waits for a person, with the reason; the rest is
// dropped.
func (m *Message) Recall(why string, now time.Time) error {
	if m.Action != Open || m.State.Final() || m.State == Sending {
		return m.Drop(model.Courier, why, now)
	}
	m.move(Drafted, why+": these words need others", model.Courier, now)
	m.Content.Update, m.Due, m.Expires = 0, time.Time{}, time.Time{}
	return nil
}

// Hand notes that a person has sent it otherwise. remote may name what came of
// it, so that later messages find it.
func (m *Message) Hand(by string, remote Remote, now time.Time) error {
	switch {
	case m.State.Final():
		return m.settled()
	case m.State == Sending:
		return m.busy()
	}
	m.move(ByHand, "", by, now)
	m.Remote = remote
	return nil
}

// Say is the message as one sentence: what it does and where.
func (m *Message) Say() string {
	t := m.Vendor.Name()
	if m.Target != string(m.Vendor) {
		t += " (" + m.Target + ")"
	}
	switch m.Action {
	case Open:
		switch m.Vendor {
		case PagerDuty:
			return "page through " + t
		case Slack:
			return "open a channel in " + t
		case Jira:
			return "file a ticket in " + t
		case Statuspage:
			return "publish on " + t
		}
	case Ack:
		return "acknowledge in " + t
	case Update:
		return "bring " + t + " up to date"
	case Invite:
		return "invite " + strings.Join(m.Content.People, ", ") + " in " + t
	case Close:
		switch m.Vendor {
		case Statuspage:
			return "resolve on " + t
		case Slack:
			return "say the end in " + t
		}
		return "resolve in " + t
	}
	if m.Public {
		return "publish on " + t
	}
	return "post to " + t
}

// Verb is what a person does with a message.
type Verb string

// The verbs.
const (
	DoApprove Verb = "approve"
	DoRetry   Verb = "retry"
	DoDrop    Verb = "drop"
	DoHand    Verb = "hand"
	DoReword  Verb = "reword"
)

// Step is what a person does with one message.
type Step struct {
	Verb   Verb
	Text   *string // approve, reword: other words
	Reason string  // drop
	Remote Remote  // hand: what came of it, if known
}

// Apply carries s out on m.
func (s Step) Apply(m *Message, by string, now time.Time) error {
	switch s.Verb {
	case DoApprove:
		return m.Approve(by, s.Text, now)
	case DoRetry:
		return m.Retry(by, now)
	case DoDrop:
		return m.Drop(by, s.Reason, now)
	case DoHand:
		return m.Hand(by, s.Remote, now)
	case DoReword:
		if s.Text == nil {
			return model.Errorf(model.Invalid, "give the words that message %d is to have", m.N)
		}
		return m.Reword(*s.Text)
	}
	return model.Errorf(model.Invalid, "%q is nothing that can be done with a message", model.Brief(string(s.Verb), 40))
}

// Delivery is m as the record names it.
func (m *Message) Delivery() model.Delivery {
	return model.Delivery{
		N: m.N, Target: m.Target, Vendor: string(m.Vendor), Action: string(m.Action), What: m.Say(), Public: m.Public,
		Remote: m.Remote.ID, Key: m.Remote.Key, URL: m.Remote.URL,
	}
}

// Outcome is the event that says where m now stands; ok is false where there is
// nothing to say. again is set for a person's wish to try once more.
func (m *Message) Outcome(again bool) (c model.RecordDelivery, ok bool) {
	d := m.Delivery()
	switch m.State {
	case Sent:
		routine := m.Action != Open && m.Action != Close && !m.Public
		return model.RecordDelivery{Kind: model.KindDelivered, Body: &model.Delivered{Delivery: d, Attempts: m.Attempts, Routine: routine}}, true
	case Failed, Held:
		return model.RecordDelivery{Kind: model.KindDeliveryFailed, Body: &model.DeliveryFailed{Delivery: d, Held: m.State == Held, Reason: model.Brief(m.Reason, 500), Attempts: m.Attempts}}, true
	case Approved, Queued:
		return model.RecordDelivery{Kind: model.KindDeliveryApproved, Body: &model.DeliveryApproved{Delivery: d, Line: model.Brief(m.Content.Text, 2000), Again: again}}, true
	case Dropped:
		return model.RecordDelivery{Kind: model.KindDeliveryDropped, Body: &model.DeliveryDropped{Delivery: d, Reason: m.Reason}}, true
	case ByHand:
		return model.RecordDelivery{Kind: model.KindDeliveredByHand, Body: &model.DeliveredByHand{Delivery: d}}, true
	}
	return c, false
}

// Job is a message that a worker has taken, with what is known of its thread.
type Job struct {
	Message
	Opened Remote // what the thread opened; empty if nothing
	Pinned Remote // the newest of its updates
}

// Claim is what a worker got to do.
type Claim struct {
	Jobs   []Job
	Until  time.Time // the lease: nothing may be sent after it
	Wake   time.Time // when to look again if nothing happens; zero: never
	Theirs bool      // another worker is at a target, until Wake or later
	Unable []string  // targets that wait for a worker with their credentials
}

// Attempt is one try.
type Attempt struct {
	Attempt int       `json:"attempt"`
	Began   time.Time `json:"began"`
	Ended   time.Time `json:"ended,omitzero"`
	Verdict Verdict   `json:"verdict,omitempty"`
	Reason  string    `json:"reason,omitempty"`
}
