package model

import (
	"bytes"
	"encoding/json"
	"time"
)

// Kind names what an event records. Kinds are past tense, except those of the
// lines people write, which carry the name of the entry kind.
type Kind string

// Lines that people write.
const (
	KindNote     Kind = "note"
	KindAction   Kind = "action"
	KindFinding  Kind = "finding"
	KindDecision Kind = "decision"
	KindChange   Kind = "change"
	KindTodo     Kind = "todo"
	KindUpdate   Kind = "update"
)

// What the system records.
const (
	KindDeclared        Kind = "declared"
	KindDescribed       Kind = "described"
	KindAmended         Kind = "amended"
	KindSeverityChanged Kind = "severity_changed"
	KindStatusChanged   Kind = "status_changed"
	KindMilestoneSet    Kind = "milestone_set"
	KindRoleAssigned    Kind = "role_assigned"
	KindRoleReleased    Kind = "role_released"
	KindRoleOffered     Kind = "role_offered"
	KindRoleAccepted    Kind = "role_accepted"
	KindRoleDeclined    Kind = "role_declined"
	KindOrderGiven      Kind = "order_given"
	KindOrderAcked      Kind = "order_acknowledged"
	KindOrderDone       Kind = "order_done"
	KindOrderExtended   Kind = "order_extended"
	KindOrderWithdrawn  Kind = "order_withdrawn"

	KindHypothesisStated   Kind = "hypothesis_stated"
	KindHypothesisChanged  Kind = "hypothesis_changed"
	KindDecisionProposed   Kind = "decision_proposed"
	KindObjectionRaised    Kind = "objection_raised"
	KindDecisionTaken      Kind = "decision_taken"
	KindDecisionVerified   Kind = "decision_verified"
	KindMitigationAdded    Kind = "mitigation_added"
	KindMitigationExtended Kind = "mitigation_extended"
	KindMitigationRemoved  Kind = "mitigation_removed"
	KindSizedUp            Kind = "sized_up"
	KindReportsCounted     Kind = "reports_counted"
	KindLinkSet            Kind = "link_set"
	KindClockSnoozed       Kind = "clock_snoozed"
	KindAlarmSeen          Kind = "alarm_seen"
	KindUpdatePromised     Kind = "update_promised"
	KindReviewPlanned      Kind = "review_planned"
)

// NoteKinds are the kinds a person may give a line, in the order of the help.
var NoteKinds = []Kind{KindNote, KindAction, KindFinding, KindDecision, KindChange, KindTodo, KindUpdate}

// Written reports whether k is a line that a person wrote.
func (k Kind) Written() bool {
	for _, n := range NoteKinds {
		if k == n {
			return true
		}
	}
	return false
}

// Class is the timeline entry kind: k itself for a written line, else "system".
func (k Kind) Class() string {
	if k.Written() {
		return string(k)
	}
	return "system"
}

// Event is one fact of the record. It is never edited: a correction is another
// event. All times are UTC and whole milliseconds.
type Event struct {
	ID       ID
	Incident string
	Seq      int64     // 1, 2, 3 … without gaps within the incident; orders the fold
	At       time.Time // when it happened; orders the timeline
	Recorded time.Time // when it was written
	Actor    string
	Kind     Kind
	Body     Body   // typed content; Unknown for a kind of a newer version; nil if redacted
	Raw      []byte // the exact JSON of Body whose digest is in the chain; nil if redacted
	Salt     []byte // makes the digest of a short body unguessable, so that it can be redacted
	Sum      Digest // digest of Salt and Raw
	Prev     Digest // Hash of the event before; of the incident's id for the first
	Hash     Digest
}

// Body is the typed content of an event.
type Body interface {
	// Text is the timeline's sentence, unescaped: pass it through Visible
	// before it reaches a terminal.
	Text() string
	// Important reports whether the entry carries the mark (the seed's red dot).
	Important() bool
}

// Text is the timeline's sentence for e as first written.
func (e Event) Text() string {
	if e.Body == nil {
		return "(redacted)"
	}
	return e.Body.Text()
}

// Important reports whether e carries the mark.
func (e Event) Important() bool { return e.Body != nil && e.Body.Important() }

// bodies makes an empty body for each kind this version knows.
var bodies = map[Kind]func() Body{
	KindNote: newBody[Note], KindAction: newBody[Note], KindFinding: newBody[Note],
	KindDecision: newBody[Note], KindChange: newBody[Note], KindTodo: newBody[Note], KindUpdate: newBody[Note],
	KindDeclared: newBody[Declaration], KindDescribed: newBody[Description], KindAmended: newBody[Amendment],
	KindSeverityChanged: newBody[SeverityChange], KindStatusChanged: newBody[StatusChange], KindMilestoneSet: newBody[MilestoneMark],
	KindRoleAssigned: newBody[RoleAssignment], KindRoleReleased: newBody[RoleRelease], KindRoleOffered: newBody[RoleOffer],
	KindRoleAccepted: newBody[RoleAcceptance], KindRoleDeclined: newBody[RoleDecline],
	KindOrderGiven: newBody[OrderGiven], KindOrderAcked: newBody[OrderAcked], KindOrderDone: newBody[OrderDone],
	KindOrderExtended: newBody[OrderExtended], KindOrderWithdrawn: newBody[OrderWithdrawn],
	KindHypothesisStated: newBody[HypothesisStated], KindHypothesisChanged: newBody[HypothesisChanged],
	KindDecisionProposed: newBody[DecisionProposed], KindObjectionRaised: newBody[ObjectionRaised],
	KindDecisionTaken: newBody[DecisionTaken], KindDecisionVerified: newBody[DecisionVerified],
	KindMitigationAdded: newBody[MitigationAdded], KindMitigationExtended: newBody[MitigationExtended], KindMitigationRemoved: newBody[MitigationRemoved],
	KindSizedUp: newBody[SizedUp], KindReportsCounted: newBody[ReportsCounted], KindLinkSet: newBody[LinkSet],
	KindClockSnoozed: newBody[ClockSnoozed], KindAlarmSeen: newBody[AlarmSeen], KindUpdatePromised: newBody[UpdatePromised],
	KindReviewPlanned: newBody[ReviewPlanned],
}

// register adds a kind that is declared in the file of its noun, beside its
// command and its fold.
func register(k Kind, mk func() Body) struct{} {
	bodies[k] = mk
	return struct{}{}
}

// folder is a body that knows how it changes an incident. It never fails.
type folder interface {
	fold(*Incident, Event)
}

// lineless is a body whose event may have no line of its own in the timeline.
type lineless interface {
	quiet() bool
}

func newBody[T any, P interface {
	*T
	Body
}]() Body {
	return P(new(T))
}

// Unknown is the body of a kind that a newer version wrote, or of one whose
// content this version cannot read. It folds to nothing and is shown as newer.
type Unknown struct{ Kind Kind }

// Text says that there is something this version does not understand.
func (u *Unknown) Text() string { return "(newer) " + string(u.Kind) }

// Important is false: its weight is not known.
func (u *Unknown) Important() bool { return false }

// EncodeBody gives the exact bytes that are hashed and stored.
func EncodeBody(b Body) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(b); err != nil {
		return nil, Wrap(Internal, err, "cannot encode a %T", b)
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// DecodeBody reads the stored bytes of an event of the given kind. It never
// fails: what it cannot read is Unknown, and the bytes stay in the record.
func DecodeBody(k Kind, raw []byte) Body {
	mk, ok := bodies[k]
	if !ok {
		return &Unknown{k}
	}
	b := mk()
	if err := json.Unmarshal(raw, b); err != nil {
		return &Unknown{k}
	}
	return b
}

// Millis rounds t down to what the record keeps: UTC, whole milliseconds.
func Millis(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
