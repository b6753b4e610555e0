package model

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// What is recorded of a message to an audience.
const (
	KindUpdateDrafted   Kind = "update_drafted"
	KindUpdateApproved  Kind = "update_approved"
	KindUpdateSent      Kind = "update_sent"
	KindUpdateWithdrawn Kind = "update_withdrawn"
)

var (
	_ = register(KindUpdateDrafted, newBody[UpdateDrafted])
	_ = register(KindUpdateApproved, newBody[UpdateApproved])
	_ = register(KindUpdateSent, newBody[UpdateSent])
	_ = register(KindUpdateWithdrawn, newBody[UpdateWithdrawn])
)

// UpdateStep is how far an update has come.
type UpdateStep string

// The steps of an update.
const (
	UpdateIsDraft    UpdateStep = "drafted"
	UpdateIsApproved UpdateStep = "approved"
	UpdateIsSent     UpdateStep = "sent"
	UpdateIsGone     UpdateStep = "withdrawn"
)

// ByHand is how an update was sent that a person copied and posted.
const ByHand = "by hand"

const (
	maxUpdate    = 16 << 10 // bytes of an update
	keptUpdates  = 200      // updates that the fold keeps
	wholeUpdates = 12       // the newest of them with their whole text
)

// Update is a message to one audience.
type Update struct {
	N        int        `json:"n"` // 1, 2, 3 … within the incident
	Audience Audience   `json:"audience"`
	Template string     `json:"template,omitempty"`
	Message  string     `json:"text"`
	By       string     `json:"by"` // who wrote the words as they stand
	At       time.Time  `json:"at"`
	Step     UpdateStep `json:"state"`
	Approved string     `json:"approved_by,omitempty"`
	SentBy   string     `json:"sent_by,omitempty"`
	SentAt   time.Time  `json:"sent_at,omitzero"`
	Via      string     `json:"via,omitempty"`
	Next     time.Time  `json:"next,omitzero"` // promised with it
	Seq      int64      `json:"seq"`           // the newest event of it
}

// Pending reports whether u still has to be sent or withdrawn.
func (u Update) Pending() bool { return u.Step == UpdateIsDraft || u.Step == UpdateIsApproved }

// Ready reports whether u may be sent.
func (u Update) Ready() bool {
	return u.Step == UpdateIsApproved || u.Step == UpdateIsDraft && !u.Audience.Outward()
}

// UpdateDrafted records the words of an update, new or changed.
type UpdateDrafted struct {
	N        int      `json:"n"`
	Audience Audience `json:"audience"`
	Template string   `json:"template,omitempty"`
	Message  string   `json:"text"`
}

func (b *UpdateDrafted) Text() string {
	return fmt.Sprintf("draft %d for %s: %s", b.N, b.Audience, b.Message)
}
func (b *UpdateDrafted) Important() bool { return false }

func (b *UpdateDrafted) fold(i *Incident, e Event) {
	u := Update{N: b.N, Audience: b.Audience, Template: b.Template, Message: b.Message, By: e.Actor, At: e.At, Step: UpdateIsDraft, Seq: e.Seq}
	if k := slices.IndexFunc(i.Updates, func(u Update) bool { return u.N == b.N }); k >= 0 {
		i.Updates[k] = u
		return
	}
	i.Updates = append(i.Updates, u)
	i.trimUpdates()
}

// trimUpdates bounds what is kept: of older updates only the beginning of the
// text, and of very many only the newest. The record has them all.
func (i *Incident) trimUpdates() {
	if n := len(i.Updates); n > keptUpdates {
		k := slices.IndexFunc(i.Updates, func(u Update) bool { return !u.Pending() })
		i.Updates = slices.Delete(slices.Clone(i.Updates), max(k, 0), max(k, 0)+1)
	}
	for k := range max(0, len(i.Updates)-wholeUpdates) {
		if u := &i.Updates[k]; !u.Pending() && len(u.Message) > 4*lastLen {
			u.Message = Brief(u.Message, lastLen)
		}
	}
}

// UpdateApproved releases the words of an update for sending.
type UpdateApproved struct {
	N        int      `json:"n"`
	Audience Audience `json:"audience"`
	Remarks  []string `json:"remarks,omitempty"` // what a check of the words found and the approver accepted
}

func (b *UpdateApproved) Text() string {
	s := fmt.Sprintf("%s update %d approved", b.Audience.Adjective(), b.N)
	if len(b.Remarks) > 0 {
		s += ", knowing: " + strings.Join(b.Remarks, ", ")
	}
	return s
}
func (b *UpdateApproved) Important() bool { return false }

func (b *UpdateApproved) fold(i *Incident, e Event) {
	i.update(b.N, func(u *Update) { u.Step, u.Approved, u.Seq = UpdateIsApproved, e.Actor, e.Seq })
}

// UpdateSent records that an audience was told. Its time is when that happened.
type UpdateSent struct {
	N        int        `json:"n"`
	Audience Audience   `json:"audience"`
	Message  string     `json:"text"`
	Via      string     `json:"via"`
	Next     *time.Time `json:"next,omitempty"` // when they were told to look again
}

func (b *UpdateSent) Text() string {
	next := ""
	if b.Next != nil {
		next = ", next at " + b.Next.UTC().Format("15:04Z")
	}
	return fmt.Sprintf("%s told %s%s: %s", b.Audience, b.Via, next, b.Message)
}
func (b *UpdateSent) Important() bool { return true }

func (b *UpdateSent) fold(i *Incident, e Event) {
	t := Telling{At: e.At, Told: true, Seq: e.Seq}
	if b.Next != nil {
		t.Next = kept(*b.Next)
	}
	i.update(b.N, func(u *Update) {
		u.Step, u.SentBy, u.SentAt, u.Via, u.Next, u.Seq = UpdateIsSent, e.Actor, e.At, b.Via, t.Next, e.Seq
	})
	i.tell(b.Audience, t)
	i.Told = append(i.Told, Said{Text: string(b.Audience) + ": " + Brief(b.Message, lastLen), By: e.Actor, At: e.At, Seq: e.Seq})
	i.Update.N++
	if !t.Next.IsZero() {
		i.Update.Next = t.Next
	}
	i.retell()
}

// UpdateWithdrawn drops an update that was not sent.
type UpdateWithdrawn struct {
	N      int    `json:"n"`
	Reason string `json:"reason,omitempty"`
}

func (b *UpdateWithdrawn) Text() string {
	return fmt.Sprintf("update %d withdrawn", b.N) + because(b.Reason)
}
func (b *UpdateWithdrawn) Important() bool { return false }

func (b *UpdateWithdrawn) fold(i *Incident, e Event) {
	i.update(b.N, func(u *Update) { u.Step, u.Seq = UpdateIsGone, e.Seq })
}

func (i *Incident) update(n int, change func(*Update)) {
	for k := range i.Updates {
		if i.Updates[k].N == n {
			change(&i.Updates[k])
		}
	}
}

// UpdateN returns update n.
func (i *Incident) UpdateN(n int) (Update, bool) {
	k := slices.IndexFunc(i.Updates, func(u Update) bool { return u.N == n })
	if k < 0 {
		return Update{}, false
	}
	return i.Updates[k], true
}

// Drafts are the updates that still have to be sent.
func (i *Incident) Drafts() []Update {
	return slices.DeleteFunc(slices.Clone(i.Updates), func(u Update) bool { return !u.Pending() })
}

// DraftUpdate writes the words of an update: a new one, or with N changed ones,
// which need a new approval.
type DraftUpdate struct {
	N        int
	Audience Audience
	Template string
	Text     string
}

// Decide refuses an empty text, and a change of what was sent.
func (c DraftUpdate) Decide(s Scene) ([]Draft, error) {
	b, err := c.body(s)
	if err != nil {
		return nil, err
	}
	return []Draft{{Kind: KindUpdateDrafted, Body: b}}, nil
}

func (c DraftUpdate) body(s Scene) (*UpdateDrafted, error) {
	text, err := cleanText("update", c.Text, maxUpdate)
	if err != nil {
		return nil, err
	}
	b := &UpdateDrafted{N: c.N, Audience: c.Audience, Template: c.Template, Message: text}
	if c.N != 0 {
		u, err := s.update(c.N)
		if err != nil {
			return nil, err
		}
		if b.Audience == "" {
			b.Audience = u.Audience
		}
		if b.Template == "" {
			b.Template = u.Template
		}
		if u.Message == b.Message && u.Audience == b.Audience {
			return nil, Errorf(Conflict, "nothing would change: update %d reads like that already", c.N)
		}
	} else {
		b.N = following(s.Incident.Updates, 0, func(u Update) int { return u.N })
	}
	if !b.Audience.Valid() {
		return nil, Errorf(Invalid, "an update needs an audience: one of %s", join(Audiences))
	}
	if len(b.Template) > MaxName {
		return nil, Errorf(Invalid, "the name of the template is too long")
	}
	return b, nil
}

// update finds update n while it is still to be sent.
func (s Scene) update(n int) (Update, error) {
	u, ok := s.Incident.UpdateN(n)
	if !ok {
		return u, Errorf(NotFound, "there is no update %d in %s", n, s.Incident.ID)
	}
	if !u.Pending() {
		return u, Errorf(Conflict, "update %d is %s already", n, u.Step)
	}
	return u, nil
}

// approver says whether the actor may release words for an audience; else why
// not.
func (s Scene) approver(a Audience) error {
	if !a.Outward() || s.Incident.Holds(s.Actor, Commander) || s.Incident.Holds(s.Actor, CommsLead) {
		return nil
	}
	ic, cl := s.Incident.Commander(), s.Incident.Holder(CommsLead)
	switch {
	case ic == "" && cl == "":
		return Errorf(Conflict, "what customers read needs approval by the commander or the communications lead, and nobody is either: take command first")
	case ic == "":
		ic = cl
	case cl != "":
		ic += " or " + cl
	}
	return Errorf(Conflict, "what customers read needs approval by %s", Brief(ic, 60))
}

// MayApprove reports whether person may release words for a.
func (i *Incident) MayApprove(person string, a Audience) bool {
	return Scene{Incident: i, Actor: person}.approver(a) == nil
}

// ApproveUpdate releases an update for sending. Remarks are what a check of the
// words found; approving accepts them.
type ApproveUpdate struct {
	N       int
	Remarks []string
	Text    string // if set, the words that were approved: refused when they have changed since
}

// Decide refuses an approval by somebody who may not give it.
func (c ApproveUpdate) Decide(s Scene) ([]Draft, error) {
	u, err := s.update(c.N)
	switch {
	case err != nil:
		return nil, err
	case u.Step == UpdateIsApproved:
		return nil, Errorf(Conflict, "update %d is approved already, by %s", c.N, Brief(u.Approved, 40))
	case c.Text != "" && c.Text != u.Message:
		return nil, Errorf(Conflict, "the words of update %d have changed: read them again", c.N)
	case len(c.Remarks) > maxTriage:
		return nil, Errorf(Invalid, "%d remarks are too many", len(c.Remarks))
	}
	if err := s.approver(u.Audience); err != nil {
		return nil, err
	}
	return []Draft{{Kind: KindUpdateApproved, Body: &UpdateApproved{u.N, u.Audience, c.Remarks}}}, nil
}

// MarkSent records that an update was sent. Next, if not zero, is when they
// were told to look again, from the time of sending.
type MarkSent struct {
	N    int
	Via  string // "": by hand
	Next time.Duration
	At   time.Time
	Text string // if set, the words that were sent: refused when they have changed since
}

// Decide refuses an update that lacks its approval.
func (c MarkSent) Decide(s Scene) ([]Draft, error) {
	u, err := s.update(c.N)
	if err != nil {
		return nil, err
	}
	if c.Text != "" && c.Text != u.Message {
		return nil, Errorf(Conflict, "the words of update %d have changed: read them again", c.N)
	}
	var drafts []Draft
	if !u.Ready() {
		if err := s.approver(u.Audience); err != nil {
			return nil, err
		}
		return nil, Errorf(Conflict, "update %d goes to customers and is not approved: approve it first", c.N)
	}
	return s.sent(drafts, u.N, u.Audience, u.Message, c.Via, c.Next, c.At)
}

func (s Scene) sent(before []Draft, n int, a Audience, text, via string, next time.Duration, at time.Time) ([]Draft, error) {
	at, err := s.when(at)
	if err != nil {
		return nil, err
	}
	if via = strings.TrimSpace(Valid(via)); via == "" {
		via = ByHand
	}
	if len(via) > MaxName || strings.ContainsAny(via, "\n\r") {
		return nil, Errorf(Invalid, "%q is no way to send: give one short word, such as slack", Brief(via, 40))
	}
	b := &UpdateSent{N: n, Audience: a, Message: text, Via: via}
	if next != 0 {
		if err := ahead("promise an update in", next); err != nil {
			return nil, err
		}
		t := at.Add(next)
		b.Next = &t
	}
	of := s.next() + int64(len(before))
	return append(append(before, Draft{at, KindUpdateSent, b}), s.reach(FirstUpdate, at, of)...), nil
}

// TellAudience drafts, approves and marks as sent in one go: no change, or words
// that somebody has sent by another way. Where the actor may not approve, only
// the draft is written; what the queue publishes is marked as sent when it has
// arrived.
type TellAudience struct {
	Audience Audience
	Template string
	Text     string
	Via      string
	Next     time.Duration
	At       time.Time
}

// Decide refuses what DraftUpdate and MarkSent refuse.
func (c TellAudience) Decide(s Scene) ([]Draft, error) {
	b, err := DraftUpdate{Audience: c.Audience, Template: c.Template, Text: c.Text}.body(s)
	if err != nil {
		return nil, err
	}
	drafts := []Draft{{Kind: KindUpdateDrafted, Body: b}}
	if s.approver(b.Audience) != nil {
		return drafts, nil
	}
	if b.Audience.Outward() {
		drafts = append(drafts, Draft{Kind: KindUpdateApproved, Body: &UpdateApproved{N: b.N, Audience: b.Audience}})
		if c.Via == ViaQueue {
			return drafts, nil
		}
	}
	return s.sent(drafts, b.N, b.Audience, b.Message, c.Via, c.Next, c.At)
}

// WithdrawUpdate drops an update that was not sent.
type WithdrawUpdate struct {
	N      int
	Reason string
}

// Decide refuses one that has been sent.
func (c WithdrawUpdate) Decide(s Scene) ([]Draft, error) {
	if _, err := s.update(c.N); err != nil {
		return nil, err
	}
	reason, err := cleanReason(c.Reason)
	if err != nil {
		return nil, err
	}
	return []Draft{{Kind: KindUpdateWithdrawn, Body: &UpdateWithdrawn{c.N, reason}}}, nil
}
