package model

import (
	"slices"
	"time"
)

// AddNote writes a line into the timeline.
type AddNote struct {
	Kind      Kind // "": note
	Text      string
	Important bool
	At        time.Time // when it happened; zero: now
}

// Decide refuses an empty or oversized text and a kind that people do not write.
func (c AddNote) Decide(s Scene) ([]Draft, error) {
	if c.Kind == "" {
		c.Kind = KindNote
	}
	if !c.Kind.Written() {
		return nil, Errorf(Invalid, "%q is no kind of entry: give one of %s", Brief(string(c.Kind), 40), join(NoteKinds))
	}
	text, err := cleanText("entry", c.Text, MaxText)
	if err != nil {
		return nil, err
	}
	at, err := s.when(c.At)
	if err != nil {
		return nil, err
	}
	drafts := []Draft{{at, c.Kind, &Note{text, c.Important}}}
	if c.Kind == KindUpdate {
		drafts = append(drafts, s.reach(FirstUpdate, at, s.next())...)
	}
	return drafts, nil
}

// Amend corrects an entry. Nil or zero leaves a part alone. The words of what
// the system recorded cannot be changed, but their time can, and the milestones
// that follow from it move along.
type Amend struct {
	Seq    int64
	Text   *string
	At     time.Time
	Mark   *bool
	Struck *bool
}

// Decide refuses an entry that is not there and a change that changes nothing.
func (c Amend) Decide(s Scene) ([]Draft, error) {
	en, ok := s.Event(c.Seq)
	if !ok {
		return nil, Errorf(NotFound, "there is no entry #%d in %s", c.Seq, s.Incident.ID)
	}
	if en.Quiet() {
		return nil, Errorf(Conflict, "#%d is itself a correction: amend the entry that it corrects", c.Seq)
	}
	b := Amendment{Target: c.Seq, Was: en.Line}
	if c.Text != nil {
		if !en.Kind.Written() {
			return nil, Errorf(Conflict, "#%d was recorded by the system: its words cannot be changed, only its time", c.Seq)
		}
		t, err := cleanText("entry", *c.Text, MaxText)
		if err != nil {
			return nil, err
		}
		if t != en.Line {
			b.Line = &t
		}
	}
	if !c.At.IsZero() {
		at, err := s.when(c.At)
		if err != nil {
			return nil, err
		}
		if !at.Equal(en.When) {
			b.At = &at
		}
	}
	if c.Mark != nil && *c.Mark != en.Mark {
		if !en.Kind.Written() {
			return nil, Errorf(Conflict, "#%d was recorded by the system: its mark stays", c.Seq)
		}
		b.Mark = c.Mark
	}
	if c.Struck != nil && *c.Struck != en.Struck {
		if !en.Kind.Written() {
			return nil, Errorf(Conflict, "#%d was recorded by the system and stays: change the thing itself", c.Seq)
		}
		b.Struck = c.Struck
	}
	if b.Line == nil && b.At == nil && b.Mark == nil && b.Struck == nil {
		return nil, Errorf(Conflict, "nothing would change in #%d", c.Seq)
	}
	drafts := []Draft{{Kind: KindAmended, Body: &b}}
	if b.At != nil {
		drafts = append(drafts, s.follow(c.Seq, *b.At)...)
	}
	if b.Struck != nil && en.Kind == KindUpdate {
		drafts = append(drafts, s.firstUpdate(en, *b.Struck, b.At)...)
	}
	return drafts, nil
}

// firstUpdate moves the milestone of that name as an update is taken back or
// restored: what is struck out counts nowhere. Whether the next one was the
// second is known only while all of them are kept; else the time is unknown.
func (s Scene) firstUpdate(en Entry, struck bool, at *time.Time) []Draft {
	if !struck {
		when := en.When
		if at != nil {
			when = *at
		}
		return s.reach(FirstUpdate, when, en.Seq)
	}
	k, ok := s.Incident.Milestones[FirstUpdate]
	if !ok || !k.Auto || k.Of != en.Seq {
		return nil
	}
	b := &MilestoneMark{Name: FirstUpdate, Auto: true, Of: en.Seq}
	left := slices.DeleteFunc(slices.Clone(s.Incident.Told), func(t Said) bool { return t.Struck || t.Seq == en.Seq })
	if len(left) > 0 && len(left) == s.Incident.Update.N-1 {
		b.At, b.Of = &left[0].At, left[0].Seq
	}
	return []Draft{{Kind: KindMilestoneSet, Body: b}}
}

// follow moves the milestones that were set by the event seq to its new time.
func (s Scene) follow(seq int64, at time.Time) []Draft {
	var drafts []Draft
	for _, m := range Milestones {
		if k, ok := s.Incident.Milestones[m]; ok && k.Auto && k.Of == seq && !k.Void {
			drafts = append(drafts, Draft{Kind: KindMilestoneSet, Body: &MilestoneMark{Name: m, At: &at, Auto: true, Of: seq}})
		}
	}
	return drafts
}

// undoReach is how far back Undo looks for something of the actor's own.
const undoReach = 50

// Undo takes back the actor's newest action that can be taken back: a line is
// struck out, a severity, status or role is set to what it was. Everything stays
// in the record.
type Undo struct{}

// Decide refuses when there is nothing of the actor's to take back, or when
// somebody has changed the same thing since.
func (Undo) Decide(s Scene) ([]Draft, error) {
	yes := true
	for seq := s.Incident.Seq; seq > 1 && seq > s.Incident.Seq-undoReach; seq-- {
		en, ok := s.Event(seq)
		if !ok || !SamePerson(en.Actor, s.Actor) {
			continue
		}
		switch b := en.Body.(type) {
		case *Note:
			if en.Struck {
				continue
			}
			return Amend{Seq: seq, Struck: &yes}.Decide(s)
		case *SeverityChange:
			if s.Incident.Severity != b.To {
				continue
			}
			if b.Reason == undoReason { // an undo is not undone by the next undo
				continue
			}
			return SetSeverity{To: b.From, Reason: undoReason}.Decide(s)
		case *StatusChange:
			if s.Incident.Status != b.To {
				continue
			}
			if b.Reason == undoReason {
				continue
			}
			return SetStatus{To: b.From, Reason: undoReason}.Decide(s)
		case *RoleAssignment:
			if b.Reason == undoReason || !s.Incident.Holds(b.Person, b.Role) {
				continue
			}
			if b.Was != "" {
				return []Draft{{Kind: KindRoleAssigned, Body: &RoleAssignment{b.Role, b.Was, b.Person, undoReason}}}, nil
			}
			return ReleaseRole{Role: b.Role, Person: b.Person}.Decide(s)
		case *RoleOffer:
			if o, ok := s.Incident.Offer(b.Role); ok && SamePerson(o.To, b.To) {
				return DeclineRole{Role: b.Role}.Decide(s)
			}
		case *OrderGiven:
			if o, ok := s.Incident.Order(b.N); ok && o.Pending() {
				return WithdrawOrder{N: b.N, Reason: undoReason}.Decide(s)
			}
		}
	}
	return nil, Errorf(Conflict, "there is nothing of yours to take back among the last %d events", min(undoReach, int(s.Incident.Seq)))
}

// undoReason marks what Undo wrote.
const undoReason = "undone"
