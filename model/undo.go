package model

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// KindUndone takes back one event.
const KindUndone Kind = "undone"

var _ = register(KindUndone, newBody[Undone])

// undoReach is how far back Undo looks for something of the actor's own.
const undoReach = 50

// undoReason marks the counter-moves that Undo writes, such as a severity that is
// set back.
const undoReason = "undone"

// Undo takes back the actor's newest action: what moves has its counter-move (a
// severity, a status, a role is set to what it was), a line is struck out, and of
// anything else an Undone is written. What was taken back stands struck out in the
// timeline, and everything stays in the record.
type Undo struct{}

// Undone takes back one event. It carries that event's content, with what the
// incident was like before it, so that it can be folded without looking back.
type Undone struct {
	Target int64           `json:"target"` // seq of the event
	Kind   Kind            `json:"kind"`
	Body   json.RawMessage `json:"body"`
}

func (u *Undone) Text() string {
	if b, ok := u.body().(*UpdateSent); ok {
		return b.unsent()
	}
	return "taken back: " + u.body().Text()
}

func (u *Undone) Important() bool { return u.body().Important() }

// body is the content of the event that was taken back. An undo of an undo is not
// read: none is written, and a foreign record could nest them without end.
func (u *Undone) body() Body {
	if u.Kind == KindUndone {
		return &Unknown{u.Kind}
	}
	return DecodeBody(u.Kind, u.Body)
}

// Spent are the highest numbers of what was taken back. A number that people have
// read is not given to another thing.
type Spent struct {
	Hypothesis int `json:"hypothesis,omitempty"`
	Decision   int `json:"decision,omitempty"`
	Mitigation int `json:"mitigation,omitempty"`
	Option     int `json:"option,omitempty"`
}

// Decide refuses when there is nothing of the actor's to take back, when it is of
// a sort that cannot be, and when somebody else has acted on the same thing since.
// It never reaches past the newest action for an older one: that would take back
// something else than people mean.
func (Undo) Decide(s Scene) ([]Draft, error) {
	touched := map[string]string{} // by whom, since
	for seq := s.Incident.Seq; seq > 1 && seq > s.Incident.Seq-undoReach; seq-- {
		en, ok := s.Event(seq)
		if !ok || en.Struck || en.Body == nil || undoes(en.Body) || unasked(en.Body) {
			continue
		}
		if !SamePerson(en.Actor, s.Actor) {
			if t := thing(en.Body); t != "" {
				touched[t] = en.Actor
			}
			continue
		}
		if b, ok := en.Body.(*Amendment); ok && b.Struck == nil {
			return nil, Errorf(Conflict, "your newest action corrected entry #%d: correct it again, there is no way back for that", b.Target)
		}
		if en.Quiet() {
			continue
		}
		if by := touched[thing(en.Body)]; by != "" {
			return nil, stays(en, by+" has acted on it since")
		}
		return s.undo(en)
	}
	return nil, Errorf(Conflict, "there is nothing of yours to take back among the last %d events", min(undoReach, int(s.Incident.Seq)))
}

// undo drafts what takes en back, and what was written together with it.
func (s Scene) undo(en Entry) ([]Draft, error) {
	drafts, err := s.counter(en)
	if err != nil {
		return nil, err
	}
	if en.Kind.Written() {
		return drafts, nil
	}
	gone := []Entry{en}
	for seq := en.Seq - 1; seq > 1; seq-- {
		before, ok := s.Event(seq)
		if !ok || !SamePerson(before.Actor, en.Actor) || !before.Recorded.Equal(en.Recorded) {
			break
		}
		if before.Quiet() {
			continue
		}
		if before.Struck || !together(before.Body, en.Body) {
			break
		}
		more, err := s.counter(before)
		if err != nil {
			return nil, err
		}
		if before.Kind == KindStatusChanged { // its milestones count from the first draft
			drafts = append(more, drafts...)
		} else {
			drafts = append(drafts, more...)
		}
		en, gone = before, append(gone, before)
	}
	for _, g := range gone {
		drafts = append(drafts, Draft{Kind: KindAmended, Body: &Amendment{Target: g.Seq, Struck: new(true), Was: g.Line}})
	}
	return drafts, nil
}

// together reports whether two events of one moment were one action: resolving
// sets the final severity, moves the status and plans the review.
func together(first, second Body) bool {
	switch b := first.(type) {
	case *SeverityChange:
		_, ok := second.(*StatusChange)
		return ok && b.Reason == finalReason
	case *StatusChange:
		_, ok := second.(*ReviewPlanned)
		return ok
	}
	return false
}

// counter drafts what takes en back.
func (s Scene) counter(en Entry) ([]Draft, error) {
	i := s.Incident
	since := stays(en, "that has changed since")
	switch b := en.Body.(type) {
	case *Note:
		return Amend{Seq: en.Seq, Struck: new(true)}.Decide(s)
	case *SeverityChange:
		if i.Severity != b.To {
			return nil, since
		}
		return SetSeverity{To: b.From, Reason: undoReason}.Decide(s)
	case *StatusChange:
		if i.Status != b.To {
			return nil, since
		}
		return SetStatus{To: b.From, Reason: undoReason}.Decide(s)
	case *RoleAssignment:
		if !i.Holds(b.Person, b.Role) {
			return nil, since
		}
		if b.Was != "" {
			return []Draft{{Kind: KindRoleAssigned, Body: &RoleAssignment{b.Role, b.Was, b.Person, undoReason}}}, nil
		}
		return []Draft{{Kind: KindRoleReleased, Body: &RoleRelease{b.Role, b.Person, undoReason}}}, nil
	case *RoleRelease:
		if h := i.Holder(b.Role); h != "" && !b.Role.Many() || i.Holds(b.Person, b.Role) {
			return nil, stays(en, "%s is %s now", h, b.Role)
		}
		return []Draft{{Kind: KindRoleAssigned, Body: &RoleAssignment{Role: b.Role, Person: b.Person, Reason: undoReason}}}, nil
	case *RoleOffer:
		if o, ok := i.Offer(b.Role); !ok || !SamePerson(o.To, b.To) {
			return nil, since
		}
		return DeclineRole{Role: b.Role, Reason: undoReason}.Decide(s)
	case *RoleAcceptance:
		return nil, stays(en, "hand it back instead")
	case *RoleDecline:
		return nil, stays(en, "it has to be offered again")
	case *MilestoneMark:
		return nil, stays(en, "give the milestone its right time instead")
	case *OrderGiven:
		if o, ok := i.Order(b.N); !ok || !o.Pending() {
			return nil, since
		}
		return WithdrawOrder{N: b.N, Reason: undoReason}.Decide(s)
	case *ReportsCounted:
		if i.Reports < b.Add {
			return nil, since
		}
		return CountReports{-b.Add, undoReason}.Decide(s)
	case *HypothesisChanged:
		if b.Was == "" {
			return nil, stays(en, "what it was before was not recorded")
		}
	case *TeamEnded:
		if b.Was == nil {
			return nil, stays(en, "form the team again")
		}
	case *AlarmSeen:
		return nil, stays(en, "everybody has been told that it was seen")
	case *UpdateDrafted:
		return s.undraft(en, b)
	case *UpdateApproved:
		return nil, stays(en, "it may be on its way; other words need a new approval, or withdraw it")
	case *UpdateSent:
		return s.unsend(en, b)
	case *UpdateWithdrawn:
		if u, ok := i.UpdateN(b.N); !ok || u.Step != UpdateIsGone {
			return nil, since
		}
	case *Description, *HypothesisStated, *DecisionProposed, *ObjectionRaised, *DecisionTaken, *DecisionVerified,
		*MitigationAdded, *MitigationExtended, *MitigationRemoved, *SizedUp, *LinkSet, *TeamFormed, *ReviewPlanned,
		*OptionAdded, *OptionDropped, *RollCalled, *Dismissed,
		*ClockSnoozed, *UpdatePromised, *OrderAcked, *OrderDone, *OrderExtended, *OrderWithdrawn:
	default:
		return nil, stays(en, "change the thing itself")
	}
	raw, err := EncodeBody(en.Body)
	if err != nil {
		return nil, err
	}
	return []Draft{{Kind: KindUndone, Body: &Undone{en.Seq, en.Kind, raw}}}, nil
}

// stays says that en cannot be taken back, and why.
func stays(en Entry, why string, args ...any) error {
	return Errorf(Conflict, "“%s” cannot be taken back: "+why, append([]any{Brief(en.Line, 60)}, args...)...)
}

// undoes reports whether b is itself an undo, which the next undo passes by.
func undoes(b Body) bool {
	reason := ""
	switch b := b.(type) {
	case *Undone:
		return true
	case *SeverityChange:
		reason = b.Reason
	case *StatusChange:
		reason = b.Reason
	case *RoleAssignment:
		reason = b.Reason
	case *RoleRelease:
		reason = b.Reason
	case *RoleDecline:
		reason = b.Reason
	case *OrderWithdrawn:
		reason = b.Reason
	case *UpdateWithdrawn:
		reason = b.Reason
	case *ReportsCounted:
		reason = b.Note
	}
	return reason == undoReason
}

// unasked reports whether b is written by the program in somebody's name, without
// a key of theirs: nobody means that by their newest action.
func unasked(b Body) bool {
	switch b.(type) {
	case *Escalated, *RunEscalated, *GateSampled, *ActionEnded, *Delivered, *DeliveryFailed:
		return true
	}
	return false
}

// thing names what an event acts on where several people act in turn and the fold
// alone does not show that somebody did; "" for everything else.
func thing(b Body) string {
	n := func(what string, n int) string { return what + " " + strconv.Itoa(n) }
	switch b := b.(type) {
	case *HypothesisStated:
		return n("hypothesis", b.N)
	case *HypothesisChanged:
		return n("hypothesis", b.N)
	case *DecisionProposed:
		return n("decision", b.N)
	case *ObjectionRaised:
		return n("decision", b.N)
	case *DecisionTaken:
		return n("decision", b.N)
	case *DecisionVerified:
		return n("decision", b.N)
	case *MitigationAdded:
		return n("mitigation", b.N)
	case *MitigationExtended:
		return n("mitigation", b.N)
	case *MitigationRemoved:
		return n("mitigation", b.N)
	case *OptionAdded:
		return n("option", b.N)
	case *OptionDropped:
		return n("option", b.N)
	case *RollCalled:
		return "roll call of " + b.System
	case *OrderAcked:
		return n("order", b.N)
	case *OrderDone:
		return n("order", b.N)
	case *OrderExtended:
		return n("order", b.N)
	case *OrderWithdrawn:
		return n("order", b.N)
	case *UpdateDrafted:
		return n("update", b.N)
	case *UpdateApproved:
		return n("update", b.N)
	case *UpdateSent:
		return n("update", b.N)
	case *UpdateWithdrawn:
		return n("update", b.N)
	case *SizedUp:
		return "size-up"
	case *LinkSet:
		return "link " + b.Name
	case *TeamFormed:
		return "team " + b.Name
	case *TeamEnded:
		return "team " + b.Name
	case *Description:
		return "description"
	case *ReviewPlanned:
		return "review"
	case *ClockSnoozed:
		return "clock " + b.Key
	case *UpdatePromised:
		return "promise"
	}
	return ""
}

// fold makes the thing what it was before.
func (u *Undone) fold(i *Incident, e Event) {
	switch b := u.body().(type) {
	case *Description:
		if b.Was != nil {
			i.describe(b.Was.Title, b.Was.Description, b.Was.Services)
		}
	case *HypothesisStated:
		i.Hypotheses = without(i.Hypotheses, func(h Hypothesis) bool { return h.N == b.N })
		i.Spent.Hypothesis = max(i.Spent.Hypothesis, b.N)
	case *HypothesisChanged:
		change(i.Hypotheses, func(h Hypothesis) bool { return h.N == b.N }, func(h *Hypothesis) {
			h.State, h.Since = b.Was, kept(b.WasSince)
			if n := len(h.Evidence); n > 0 && h.Evidence[n-1] == b.Evidence {
				h.Evidence = own(h.Evidence[:n-1])
			}
		})
	case *DecisionProposed:
		i.Decisions = without(i.Decisions, func(d Decision) bool { return d.N == b.N })
		i.Spent.Decision = max(i.Spent.Decision, b.N)
		i.option(b.Option, func(o *Option) { o.Decision = 0 })
	case *ObjectionRaised, *DecisionTaken, *DecisionVerified:
		i.reopen(e.Actor, b)
	case *MitigationAdded:
		i.Mitigations = without(i.Mitigations, func(m Mitigation) bool { return m.N == b.N })
		i.Spent.Mitigation = max(i.Spent.Mitigation, b.N)
	case *MitigationExtended:
		change(i.Mitigations, func(m Mitigation) bool { return m.N == b.N }, func(m *Mitigation) { m.Until = kept(b.Was) })
	case *MitigationRemoved:
		change(i.Mitigations, func(m Mitigation) bool { return m.N == b.N }, func(m *Mitigation) { m.Removed = time.Time{} })
	case *OptionAdded:
		i.Options = without(i.Options, func(o Option) bool { return o.N == b.N })
		i.Spent.Option = max(i.Spent.Option, b.N)
	case *OptionDropped:
		i.option(b.N, func(o *Option) { o.Dropped = false })
	case *RollCalled:
		if b.Was != nil {
			i.answer(*b.Was)
		} else {
			i.Roll = without(i.Roll, func(c Call) bool { return strings.EqualFold(c.System, b.System) })
		}
	case *Dismissed:
		i.Gone = own(b.Was)
	case *OrderAcked:
		i.order(b.N, func(o *Order) { o.State, o.Acked = OrderOpen, time.Time{} })
	case *OrderDone:
		i.order(b.N, (*Order).reopen)
	case *OrderWithdrawn:
		i.order(b.N, (*Order).reopen)
	case *OrderExtended:
		i.order(b.N, func(o *Order) { o.Due = kept(b.Was) })
	case *SizedUp:
		i.SizeUp = b.Was
		i.SizeUp.At = kept(b.Was.At)
	case *LinkSet:
		i.link(&LinkSet{Name: b.Name, URL: b.Was})
	case *TeamFormed:
		i.reteam(b.Name, b.Was)
	case *TeamEnded:
		i.reteam(b.Name, b.Was)
	case *ReviewPlanned:
		i.Review.Owner, i.Review.Due = b.Was.Owner, kept(b.Was.Due)
	case *ClockSnoozed:
		i.unsnooze(b)
	case *UpdatePromised:
		i.Update.Next = kept(b.Was)
	case *UpdateSent:
		i.unsend(b, u.Target, e.Seq)
	case *UpdateWithdrawn:
		i.update(b.N, func(u *Update) { u.Step, u.Approved, u.Seq = UpdateIsDraft, "", e.Seq })
	}
}

// unsnooze puts a clock off as it was before b.
func (i *Incident) unsnooze(b *ClockSnoozed) {
	if _, ok := i.Snoozes[b.Key]; !ok {
		return
	}
	if b.Was != nil {
		i.Snoozes[b.Key] = Put{Due: kept(b.Was.Due), Until: kept(b.Was.Until), By: b.Was.By, Reason: b.Was.Reason}
		return
	}
	if delete(i.Snoozes, b.Key); len(i.Snoozes) == 0 {
		i.Snoozes = nil
	}
}

// reopen takes back what by did to a decision.
func (i *Incident) reopen(by string, body Body) {
	is := func(n int) func(Decision) bool { return func(d Decision) bool { return d.N == n } }
	switch b := body.(type) {
	case *ObjectionRaised:
		change(i.Decisions, is(b.N), func(d *Decision) {
			for k, o := range slices.Backward(d.Objections) {
				if SamePerson(o.By, by) && o.Text == b.Line {
					if d.Objections = slices.Delete(d.Objections, k, k+1); len(d.Objections) == 0 {
						d.Objections = nil
					}
					return
				}
			}
		})
	case *DecisionTaken:
		change(i.Decisions, is(b.N), func(d *Decision) {
			d.Outcome, d.Executor, d.Verify, d.Worked = "", "", "", ""
			d.VerifyAt, d.Decided = time.Time{}, time.Time{}
		})
	case *DecisionVerified:
		change(i.Decisions, is(b.N), func(d *Decision) { d.Worked = b.Was })
	}
}

// reteam makes the team of that name what it was; nil: there was none.
func (i *Incident) reteam(name string, was *Team) {
	is := func(t Team) bool { return t.Name == name }
	if was == nil {
		i.Teams = without(i.Teams, is)
		return
	}
	t := *was
	t.Since, t.Members = kept(t.Since), own(t.Members)
	if k := slices.IndexFunc(i.Teams, is); k >= 0 {
		i.Teams[k] = t
		return
	}
	i.Teams = append(i.Teams, t)
}

func (o *Order) reopen() {
	o.State, o.Ended, o.Result = OrderOpen, time.Time{}, ""
	if !o.Acked.IsZero() {
		o.State = OrderAccepted
	}
}

func change[T any](list []T, is func(T) bool, do func(*T)) {
	if k := slices.IndexFunc(list, is); k >= 0 {
		do(&list[k])
	}
}
