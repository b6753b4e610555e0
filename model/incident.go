package model

import (
	"slices"
	"time"
)

// FoldVersion counts changes of the meaning of the fold. A stored Incident of
// another version is not trusted but folded anew from its events.
const FoldVersion = 4

// Incident is the fold of its events: what the screens need to know now. The
// lines of the timeline are not in it; they are read by windows. It is kept
// beside the events as JSON, so that opening an incident costs the same however
// long it has been running.
type Incident struct {
	ID          string             `json:"id"`
	Title       string             `json:"title"`
	Description string             `json:"description,omitempty"`
	Services    []string           `json:"services,omitempty"`
	Severity    Severity           `json:"severity"`
	Status      Status             `json:"status"`
	Drill       bool               `json:"drill,omitempty"`
	Source      string             `json:"source,omitempty"`
	DuplicateOf string             `json:"duplicate_of,omitempty"`
	By          string             `json:"by"` // who declared it
	Roles       []Assignment       `json:"roles,omitempty"`
	Offers      []Offer            `json:"offers,omitempty"`
	Milestones  map[Milestone]Mark `json:"milestones,omitempty"`
	Orders      []Order            `json:"orders,omitempty"`
	Todos       []Todo             `json:"todos,omitempty"`

	SizeUp        SizeUp         `json:"size_up,omitzero"`
	Reports       int            `json:"reports,omitempty"`    // customers who reported the trouble
	ReportLog     []ReportCount  `json:"report_log,omitempty"` // how that grew, the newest
	Links         []Place        `json:"links,omitempty"`
	Outlets       []Outlet       `json:"outlets,omitempty"` // what was opened outside
	Hypotheses    []Hypothesis   `json:"hypotheses,omitempty"`
	Decisions     []Decision     `json:"decisions,omitempty"`
	LastDecisions []Said         `json:"last_decisions,omitempty"` // written or polled, the newest last
	Told          []Said         `json:"told,omitempty"`           // the newest updates, in order of time
	Mitigations   []Mitigation   `json:"mitigations,omitempty"`
	Options       []Option       `json:"options,omitempty"`
	Roll          []Call         `json:"roll,omitempty"` // answers to the roll call
	Gone          []string       `json:"gone,omitempty"` // people who were let go
	Update        UpdateState    `json:"update,omitzero"`
	Snoozes       map[string]Put `json:"snoozes,omitempty"` // clocks put off, by key
	Seen          map[string]Put `json:"seen,omitempty"`    // alarms acknowledged, by key
	Teams         []Team         `json:"teams,omitempty"`
	Review        ReviewPlan     `json:"review,omitzero"`
	Past          *Past          `json:"past,omitempty"` // it was imported
	Kept          Kept           `json:"kept,omitzero"`  // how promises were kept, for the statistics

	// What the screens beside the Room work on; a paragraph each.

	Runs []Run `json:"runs,omitempty"`

	Gate *Gate `json:"gate,omitempty"` // how it is proven that it is over

	CANs []CAN `json:"reports_by_service,omitempty"` // the newest of each service, the newest last

	Writeup Writeup      `json:"writeup,omitzero"`  // the postmortem on its way
	Actions []ActionItem `json:"actions,omitempty"` // what the review asks for

	Alerts []AttachedAlert `json:"alerts,omitempty"` // lines of the inbox that are, or were, part of it

	Detection Detection `json:"detection,omitempty"` // how it came to be known; "": unknown

	Triage     TriageState            `json:"triage,omitzero"`
	Updates    []Update               `json:"updates,omitempty"`    // messages to audiences, the newest last
	Tellings   map[Audience][]Telling `json:"tellings,omitempty"`   // what the clocks of the audiences go by
	Severities []SeverityMark         `json:"severities,omitempty"` // since when it has which severity

	Spent       Spent     `json:"spent,omitzero"`    // numbers that were taken back and are not given again
	Dropped     []Todo    `json:"dropped,omitempty"` // todos taken back, which may be restored
	People      []string  `json:"people,omitempty"`  // everybody named or writing, for completion
	StatusSince time.Time `json:"status_since"`
	VacantSince time.Time `json:"vacant_since,omitzero"` // nobody commands since then
	Lines       int       `json:"lines"`                 // lines of the timeline
	Last        string    `json:"last,omitempty"`        // the newest line, for lists
	LastAt      time.Time `json:"last_at"`
	LastSeq     int64     `json:"last_seq"`
	Seq         int64     `json:"seq"` // of the newest event folded
	Head        Digest    `json:"head"`
}

// Assignment is a role held by a person.
type Assignment struct {
	Role   Role      `json:"role"`
	Person string    `json:"person"`
	Since  time.Time `json:"since"`
}

// Offer is a hand-over that waits for acceptance.
type Offer struct {
	Role Role      `json:"role"`
	From string    `json:"from"`
	To   string    `json:"to"`
	At   time.Time `json:"at"`
}

// Todo is a follow-up noted during the incident, for the review.
type Todo struct {
	Seq  int64  `json:"seq"`
	Text string `json:"text"`
	By   string `json:"by"`
}

const (
	maxPeople = 500 // names kept for completion
	lastLen   = 200 // runes of the newest line kept for lists
	takenBack = "(taken back)"
)

// Apply folds the next event into i. It never fails on an accepted event; an
// event of a kind that it does not know changes only the place in the chain.
// Events must come in order; one already folded is ignored and reported false.
func (i *Incident) Apply(e Event) bool {
	if e.Seq != i.Seq+1 {
		return false
	}
	i.Seq, i.Head = e.Seq, e.Hash
	if e.Actor != Courier {
		i.meet(e.Actor)
		i.back(e.Actor)
	}
	if e.Seq == 1 { // so even if its content was redacted or is of a newer version
		i.ID, i.By, i.StatusSince, i.VacantSince = e.Incident, e.Actor, e.At, e.At
	}
	i.keep(e)
	switch b := e.Body.(type) {
	case *Declaration:
		i.Title, i.Description, i.Services = b.Title, b.Description, own(b.Services)
		i.Severity, i.Status, i.Drill, i.Source = b.Severity, b.Status, b.Drill, b.Source
		i.rate(b.Severity, e.At)
		i.past(b, e)
	case *Description:
		i.describe(b.Title, b.Description, b.Services)
	case *Note:
		i.note(e, b)
	case *Amendment:
		i.amend(b)
	case *SeverityChange:
		i.Severity = b.To
		i.rate(b.To, e.At)
	case *StatusChange:
		i.move(b, e.At)
	case *MilestoneMark:
		i.mark(b, e)
	case *RoleAssignment:
		i.hold(b.Role, b.Person, e.At)
		i.dropOffer(b.Role)
	case *RoleAcceptance:
		i.leave(b.Role, b.From, e.At)
		i.hold(b.Role, b.To, e.At)
		i.dropOffer(b.Role)
	case *RoleRelease:
		i.leave(b.Role, b.Person, e.At)
	case *RoleOffer:
		i.dropOffer(b.Role)
		i.Offers = append(i.Offers, Offer{b.Role, b.From, b.To, e.At})
		i.meet(b.To)
	case *RoleDecline:
		i.dropOffer(b.Role)
	case *OrderGiven:
		i.Orders = append(i.Orders, Order{
			N: b.N, Person: b.Person, Task: b.Task, By: e.Actor, Given: e.At,
			Due: kept(e.At.Add(millis(b.For))), State: OrderOpen, Seq: e.Seq,
		})
		i.meet(b.Person)
	case *OrderAcked:
		i.order(b.N, func(o *Order) { o.State, o.Acked = OrderAccepted, e.At })
	case *OrderDone:
		i.order(b.N, func(o *Order) { o.State, o.Ended, o.Result = OrderFinished, e.At, b.Result })
	case *OrderExtended:
		i.order(b.N, func(o *Order) { o.Due = kept(e.At.Add(millis(b.By))) })
	case *OrderWithdrawn:
		i.order(b.N, func(o *Order) { o.State, o.Ended, o.Result = OrderRecalled, e.At, b.Reason })
	case *HypothesisStated, *HypothesisChanged:
		i.hypothesis(e)
	case *DecisionTaken:
		i.decision(e)
		i.decided(e)
	case *DecisionProposed, *ObjectionRaised, *DecisionVerified:
		i.decision(e)
	case *MitigationAdded, *MitigationExtended, *MitigationRemoved:
		i.mitigation(e)
	case *SizedUp:
		i.sizeUp(b, e.At)
	case *ReportsCounted:
		i.Reports = b.Total
		i.reported(b.Total, e.At)
	case *LinkSet:
		i.link(b)
	case *ClockSnoozed, *AlarmSeen, *UpdatePromised:
		i.clockEvent(e)
	case *ReviewPlanned:
		i.Review.Owner, i.Review.Due = b.Owner, kept(b.Due)
		i.meet(b.Owner)
	case folder:
		b.fold(i, e)
	}
	if !e.Quiet() {
		i.Lines++
		i.Last, i.LastAt, i.LastSeq = Brief(e.Text(), lastLen), e.At, e.Seq
	}
	return true
}

func (i *Incident) describe(title, description *string, services *[]string) {
	if title != nil {
		i.Title = *title
	}
	if description != nil {
		i.Description = *description
	}
	if services != nil {
		i.Services = own(*services)
	}
}

// Quiet reports whether e has no line of its own in the timeline: a correction
// shows on the entry that it corrects, and a milestone that follows from a
// status change would only repeat it. What was redacted of a kind that may be quiet
// is quiet: a line that says nothing would come up where there was none.
func (e Event) Quiet() bool {
	body := e.Body
	if body == nil {
		mk, ok := bodies[e.Kind]
		if !ok {
			return false
		}
		body = mk()
		if _, ok := body.(*MilestoneMark); ok {
			return true
		}
		if _, ok := body.(lineless); ok {
			return true
		}
	}
	switch b := body.(type) {
	case *Amendment:
		return true
	case *MilestoneMark:
		return b.Auto
	case lineless:
		return b.quiet()
	}
	return false
}

func (i *Incident) move(b *StatusChange, at time.Time) {
	i.Status, i.StatusSince, i.DuplicateOf = b.To, at, b.Duplicate
	if b.To == Canceled || !b.To.Valid() {
		return
	}
	for m, below := range voidBelow {
		if k, ok := i.Milestones[m]; ok && b.To.rank() < below.rank() {
			k.Void = true
			i.Milestones[m] = k
		}
	}
}

func (i *Incident) mark(b *MilestoneMark, e Event) {
	if b.At == nil {
		if delete(i.Milestones, b.Name); len(i.Milestones) == 0 {
			i.Milestones = nil
		}
		return
	}
	if i.Milestones == nil {
		i.Milestones = map[Milestone]Mark{}
	}
	at := kept(*b.At)
	k := Mark{At: at, First: at, Seq: e.Seq, Of: b.Of, Auto: b.Auto}
	if old, ok := i.Milestones[b.Name]; ok {
		k.First = old.First
	}
	i.Milestones[b.Name] = k
}

func (i *Incident) hold(r Role, person string, at time.Time) {
	i.meet(person)
	if r == Commander {
		i.commanded(at)
		i.VacantSince = time.Time{}
	}
	for k, a := range i.Roles {
		if a.Role == r && (!r.Many() || SamePerson(a.Person, person)) {
			i.Roles[k] = Assignment{r, person, at}
			return
		}
	}
	i.Roles = append(i.Roles, Assignment{r, person, at})
}

func (i *Incident) leave(r Role, person string, at time.Time) {
	i.Roles = without(i.Roles, func(a Assignment) bool { return a.Role == r && SamePerson(a.Person, person) })
	if r == Commander && i.Commander() == "" {
		i.VacantSince = at
	}
}

func (i *Incident) dropOffer(r Role) {
	i.Offers = without(i.Offers, func(o Offer) bool { return o.Role == r })
}

// without and own give nil for an empty list, so that an incident is the same
// after a trip through its stored form.
func without[T any](list []T, gone func(T) bool) []T {
	if list = slices.DeleteFunc(list, gone); len(list) == 0 {
		return nil
	}
	return list
}

// following is the number after the highest in a list, and after spent. It is not
// the length plus one: what was redacted is in no list, and its number is not
// given again while later ones stand.
func following[T any](list []T, spent int, number func(T) int) int {
	last := spent
	for _, x := range list {
		last = max(last, number(x))
	}
	return last + 1
}

func own[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return slices.Clone(list)
}

func (i *Incident) order(n int, change func(*Order)) {
	for k := range i.Orders {
		if i.Orders[k].N == n {
			change(&i.Orders[k])
		}
	}
}

func (i *Incident) meet(person string) {
	if person == "" || len(i.People) >= maxPeople {
		return
	}
	if !slices.ContainsFunc(i.People, func(p string) bool { return SamePerson(p, person) }) {
		i.People = append(i.People, person)
	}
}

// Holder returns who holds r, "" if nobody; the first for a role of several.
func (i *Incident) Holder(r Role) string {
	for _, a := range i.Roles {
		if a.Role == r {
			return a.Person
		}
	}
	return ""
}

// Commander returns who is in command, "" if nobody.
func (i *Incident) Commander() string { return i.Holder(Commander) }

// Holds reports whether person holds r.
func (i *Incident) Holds(person string, r Role) bool {
	return slices.ContainsFunc(i.Roles, func(a Assignment) bool { return a.Role == r && SamePerson(a.Person, person) })
}

// Offer returns the hand-over of r that waits for acceptance.
func (i *Incident) Offer(r Role) (Offer, bool) {
	k := slices.IndexFunc(i.Offers, func(o Offer) bool { return o.Role == r })
	if k < 0 {
		return Offer{}, false
	}
	return i.Offers[k], true
}

// Order returns order n.
func (i *Incident) Order(n int) (Order, bool) {
	k := slices.IndexFunc(i.Orders, func(o Order) bool { return o.N == n })
	if k < 0 {
		return Order{}, false
	}
	return i.Orders[k], true
}

// At returns when m was reached; false if that is unknown or no longer true.
func (i *Incident) At(m Milestone) (time.Time, bool) {
	k, ok := i.Milestones[m]
	return k.At, ok && !k.Void
}

// Started is when the clock on the header starts: the impact if known, else the
// declaration.
func (i *Incident) Started() time.Time {
	if t, ok := i.At(ImpactStarted); ok {
		return t
	}
	t, _ := i.At(Declared)
	return t
}

// Ended is when the clock on the header stops: resolved, closed or canceled,
// whichever came first; false while the incident is live.
func (i *Incident) Ended() (time.Time, bool) {
	if i.Status.Live() {
		return time.Time{}, false
	}
	if t, ok := i.At(WasResolved); ok {
		return t, true
	}
	return i.StatusSince, true
}

// Elapsed is the time from Started to Ended, or to now while live; never
// negative, so that a clock that was set back shows zero. It is not known of an
// imported incident whose source does not say how long it took.
func (i *Incident) Elapsed(now time.Time) (d time.Duration, known bool) {
	if i.Status.Live() {
		return max(0, now.Sub(i.Started())), true
	}
	if i.Past != nil {
		m, _, known := i.Minutes()
		return time.Duration(m * float64(time.Minute)), known
	}
	end, _ := i.Ended()
	return max(0, end.Sub(i.Started())), true
}

// Leaderless reports whether nobody commands i although somebody should.
func (i *Incident) Leaderless() bool {
	return i.Status.Live() && i.Commander() == "" && !i.LedElsewhere()
}

// LedElsewhere reports whether i was imported and nobody has led it here: who
// leads it is not known, and none of its clocks is ours.
func (i *Incident) LedElsewhere() bool {
	return i.Past != nil && i.Commander() == "" && i.VacantSince.IsZero()
}
