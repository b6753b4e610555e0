package model

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// ClockKind says what a clock runs towards.
type ClockKind string

// The kinds of clocks.
const (
	ClockOrder      ClockKind = "order"       // an order is due
	ClockAck        ClockKind = "acknowledge" // somebody must take the incident
	ClockCommand    ClockKind = "command"     // nobody commands
	ClockUpdate     ClockKind = "update"      // the next update to those who wait
	ClockCallout    ClockKind = "callout"     // the deputy's call every ten minutes
	ClockSilence    ClockKind = "silence"     // objections to a proposal are waited for
	ClockVerify     ClockKind = "verify"      // did what was decided work?
	ClockMitigation ClockKind = "mitigation"  // something temporary is to go
	ClockReview     ClockKind = "review"      // the postmortem is due
	ClockItem       ClockKind = "item"        // an action item is due
	ClockDecide     ClockKind = "decide"      // options are open and none is chosen
)

// Clock is something that becomes due at a moment.
type Clock struct {
	Kind     ClockKind `json:"kind"`
	Key      string    `json:"key"` // names this clock in the incident, for snoozing and for acknowledging its alarm
	N        int       `json:"n,omitempty"`
	Audience Audience  `json:"audience,omitempty"` // of an update
	Text     string    `json:"text"`
	Person   string    `json:"person,omitempty"` // who has to act, if that is one person
	Due      time.Time `json:"due"`
	Snoozed  bool      `json:"snoozed,omitempty"` // Due was put off
	Seen     string    `json:"seen,omitempty"`    // who acknowledged the alarm for the room
}

// Overdue reports whether c is past its time. What only prompts is never overdue:
// a callout is called or passes, and nobody is late with a decision.
func (c Clock) Overdue(now time.Time) bool { return now.After(c.Due) && !c.Prompts() }

// Prompts reports whether c only reminds.
func (c Clock) Prompts() bool { return c.Kind == ClockCallout || c.Kind == ClockDecide }

// Alarm reports whether c shall call people: it is overdue and nobody has said
// that it was seen. An action item calls nobody: it is due by the day.
func (c Clock) Alarm(now time.Time) bool {
	return c.Overdue(now) && c.Seen == "" && c.Kind != ClockItem
}

// Rules are the times that a team sets for itself.
type Rules struct {
	Respond   [6]time.Duration       // by severity: from declared to acknowledged; 0: none
	FirstPost time.Duration          // from declared to the first update for those inside
	Every     [6]time.Duration       // by severity: between updates for those inside; 0: no clock
	Tell      [AudienceCount][6]Pace // by audience and severity: how often it is told; goes before the two above
	Command   time.Duration          // without a commander in a major incident, before that is overdue; in others Respond is the time
	Callout   time.Duration          // between callouts of a live major incident
	Relief    time.Duration          // in one role, after which relief is suggested
	Span      int                    // people reporting to the commander before sub-teams are suggested
	PlanB     time.Duration          // live without a plan B before it is asked for
	Review    time.Duration          // from resolved to the postmortem
	Decide    time.Duration          // with options and no decision before it is asked for
}

// Doctrine are the rules of a room that knows nothing of audiences: response
// times after the seed's severity table; updates, callouts, relief and span of
// control after the public training of incident commanders. A team's triage
// doctrine gives each audience a pace of its own.
func Doctrine() Rules {
	m := time.Minute
	return Rules{
		Respond:   [6]time.Duration{0, 15 * m, 30 * m, 120 * m, 1440 * m, 0},
		FirstPost: 5 * m,
		Every:     [6]time.Duration{0, 30 * m, 30 * m, 0, 0, 0},
		Command:   5 * m,
		Callout:   10 * m,
		Relief:    4 * time.Hour,
		Span:      7,
		PlanB:     15 * m,
		Review:    72 * time.Hour,
		Decide:    10 * m,
	}
}

// Clocks lists everything that becomes due, soonest first, so that what is
// overdue stands on top. Nothing of it is stored: it follows from the incident,
// the rules and the time.
func (i *Incident) Clocks(r Rules, now time.Time) []Clock {
	n := 8
	for _, o := range i.Orders {
		if o.Pending() {
			n++
		}
	}
	out := make([]Clock, 0, n)
	add := func(c Clock) {
		if z, ok := i.Snoozes[c.Key]; ok && z.Due.Equal(c.Due) && z.Until.After(c.Due) {
			c.Due, c.Snoozed = z.Until, true
		}
		if s, ok := i.Seen[c.Key]; ok && s.Due.Equal(c.Due) {
			c.Seen = s.By
		}
		out = append(out, c)
	}
	for _, o := range i.Orders {
		if o.Pending() {
			add(Clock{Kind: ClockOrder, Key: key(ClockOrder, o.N), N: o.N, Person: o.Person, Text: "@" + o.Person + " " + o.Task, Due: o.Due})
		}
	}
	for _, d := range i.Decisions {
		switch {
		case d.Pending() && i.Status.Live():
			add(Clock{Kind: ClockSilence, Key: key(ClockSilence, d.N), N: d.N, Person: d.By, Text: "objections? " + d.Text, Due: d.Silence})
		case d.Unverified():
			text := "did it work? " + d.Text
			if d.Verify != "" {
				text = "did it work? " + d.Verify
			}
			add(Clock{Kind: ClockVerify, Key: key(ClockVerify, d.N), N: d.N, Person: d.Executor, Text: text, Due: d.VerifyAt})
		}
	}
	for _, m := range i.Mitigations {
		if m.InPlace() && !m.Until.IsZero() {
			add(Clock{Kind: ClockMitigation, Key: key(ClockMitigation, m.N), N: m.N, Person: m.Owner, Text: "remove: " + m.Text, Due: m.Until})
		}
	}
	if i.Status.Live() {
		i.liveClocks(r, now, add)
	}
	i.runClocks(add)
	if i.Status.Open() {
		i.reviewClocks(r, now, add)
	}
	// Places are sorted rather than clocks, which are large: this runs on every
	// message that reaches the screen.
	place := make([]int, len(out))
	for k := range place {
		place[k] = k
	}
	slices.SortFunc(place, func(a, b int) int {
		if c := out[a].Due.Compare(out[b].Due); c != 0 {
			return c
		}
		return a - b
	})
	sorted := make([]Clock, len(out))
	for k, p := range place {
		sorted[k] = out[p]
	}
	return sorted
}

// itemAhead is how long before its day an action item stands among what is due.
const itemAhead = 7 * 24 * time.Hour

// reviewClocks run after the incident: to the postmortem, which a major incident
// asks for also if nobody has promised it, and to the action items.
func (i *Incident) reviewClocks(r Rules, now time.Time, add func(Clock)) {
	if due, ok := i.ReviewAwaited(r); ok {
		c := Clock{Kind: ClockReview, Key: string(ClockReview), Person: i.Review.Owner, Text: "postmortem, nobody's", Due: due}
		if i.Review.Owner != "" {
			c.Text = "postmortem @" + i.Review.Owner
		}
		add(c)
	}
	if i.Status.Live() { // first things first
		return
	}
	for _, a := range i.Actions {
		if end := a.Due.End(); a.Open() && !end.IsZero() && end.Sub(now) <= itemAhead {
			c := Clock{Kind: ClockItem, Key: key(ClockItem, a.N), N: a.N, Person: a.Owner, Text: "action item: " + a.Title, Due: end}
			if a.Owner != "" {
				c.Text = "action item @" + a.Owner + ": " + a.Title
			}
			add(c)
		}
	}
}

// ReviewDue is when the postmortem is due: as planned, else the rules' time after
// resolved; false while that is unknown.
func (i *Incident) ReviewDue(r Rules) (time.Time, bool) {
	if !i.Review.Due.IsZero() {
		return i.Review.Due, true
	}
	t, ok := i.At(WasResolved)
	if !ok || r.Review == 0 || i.Status.Live() {
		return time.Time{}, false
	}
	return t.Add(r.Review), true
}

// ReviewAwaited is when a postmortem is due that somebody has promised, or that a
// major incident asks for; false if none is, or it has come to its end.
func (i *Incident) ReviewAwaited(r Rules) (time.Time, bool) {
	due, ok := i.ReviewDue(r)
	return due, ok && !i.Reviewed() && (i.Review.Owner != "" || i.Severity.Major())
}

// Reviewed reports whether the postmortem has come to its end.
func (i *Incident) Reviewed() bool {
	_, published := i.At(PostmortemPublished)
	return published || i.Writeup.State.Settled()
}

func key(k ClockKind, n int) string { return string(k) + ":" + strconv.Itoa(n) }

func (i *Incident) liveClocks(r Rules, now time.Time, add func(Clock)) {
	declared, ok := i.At(Declared)
	if !ok || !i.Severity.Valid() || i.LedElsewhere() {
		return
	}
	if _, taken := i.At(Acknowledged); !taken && r.Respond[i.Severity] > 0 {
		add(Clock{Kind: ClockAck, Key: string(ClockAck), Text: "somebody takes it", Due: declared.Add(r.Respond[i.Severity])})
	}
	i.commandClock(r, add)
	i.updateClocks(r, now, add)
	i.optionClock(r, add)
	if r.Callout > 0 && i.Severity.Major() {
		n := int(max(0, now.Sub(declared))/r.Callout) + 1
		at := declared.Add(time.Duration(n) * r.Callout)
		add(Clock{Kind: ClockCallout, Key: key(ClockCallout, n), Person: i.Holder(Deputy), Text: fmt.Sprintf("callout %d minutes", int((time.Duration(n) * r.Callout).Minutes())), Due: at})
	}
}

// commandClock runs while nobody commands an incident that somebody has taken:
// before that, taking it is what is due.
func (i *Incident) commandClock(r Rules, add func(Clock)) {
	within := r.Respond[i.Severity]
	if i.Severity.Major() {
		within = r.Command
	}
	if _, taken := i.At(Acknowledged); !taken && r.Respond[i.Severity] > 0 || within == 0 || i.VacantSince.IsZero() || i.Commander() != "" {
		return
	}
	add(Clock{Kind: ClockCommand, Key: string(ClockCommand), Text: "somebody takes command", Due: i.VacantSince.Add(within)})
}

// Put is a clock that was put off, or whose alarm was acknowledged. Due is the
// time it had, so that the next round of the same clock is not touched.
type Put struct {
	Due    time.Time `json:"due"`
	Until  time.Time `json:"until,omitzero"`
	By     string    `json:"by"`
	Reason string    `json:"reason,omitempty"`
}

// UpdateState is what those who wait were told last.
type UpdateState struct {
	At   time.Time `json:"at,omitzero"`
	Text string    `json:"text,omitempty"`
	By   string    `json:"by,omitempty"`
	Next time.Time `json:"next,omitzero"` // promised, if it was
	N    int       `json:"n,omitempty"`   // how many there were
}

// ClockSnoozed puts a clock off, with a reason.
type ClockSnoozed struct {
	Key    string    `json:"clock"`
	Line   string    `json:"text"`
	Due    time.Time `json:"due"`
	Until  time.Time `json:"until"`
	Reason string    `json:"reason"`

	Was *Put `json:"was,omitempty"` // how it was put off before, so that this can be taken back
}

func (b *ClockSnoozed) Text() string {
	return fmt.Sprintf("put off until %s: %s: %s", b.Until.UTC().Format("15:04:05Z"), b.Line, b.Reason)
}
func (b *ClockSnoozed) Important() bool { return false }

// AlarmSeen acknowledges an alarm for the whole room.
type AlarmSeen struct {
	Key  string    `json:"clock"`
	Line string    `json:"text"`
	Due  time.Time `json:"due"`
}

func (b *AlarmSeen) Text() string    { return "saw that this is overdue: " + b.Line }
func (b *AlarmSeen) Important() bool { return false }

// UpdatePromised says when the next update will come. Without an audience it is
// for those inside, who see the room.
type UpdatePromised struct {
	At       time.Time `json:"at"`
	Was      time.Time `json:"was,omitzero"` // what was promised before, so that this can be taken back
	Audience Audience  `json:"audience,omitempty"`
}

func (b *UpdatePromised) Text() string {
	what := "next update"
	if b.Audience != "" {
		what = "next " + b.Audience.Adjective() + " update"
	}
	return what + " promised at " + b.At.UTC().Format("15:04:05Z")
}
func (b *UpdatePromised) Important() bool { return false }

// Snooze puts a clock off by For from now. It needs a reason.
type Snooze struct {
	Key    string
	For    time.Duration
	Reason string
	Rules  Rules
}

// Decide refuses a clock that does not run, a snooze without a reason, one that
// would end before the clock is due anyway, and a callout: it passes by itself.
func (c Snooze) Decide(s Scene) ([]Draft, error) {
	clock, err := s.clock(c.Key, c.Rules)
	if err != nil {
		return nil, err
	}
	reason, err := cleanReason(c.Reason)
	if err != nil {
		return nil, err
	}
	if reason == "" {
		return nil, Errorf(Invalid, "say why it is put off: the reason is logged")
	}
	if err := ahead("put a clock off by", c.For); err != nil {
		return nil, err
	}
	switch clock.Kind {
	case ClockOrder: // an order has its own word for more time
		return ExtendOrder{clock.N, c.For, reason}.Decide(s)
	case ClockCallout:
		return nil, Errorf(Conflict, "a callout is not put off: it passes by itself")
	}
	due := clock.Due
	var was *Put
	if z, ok := s.Incident.Snoozes[c.Key]; ok {
		if was = &z; clock.Snoozed {
			due = z.Due
		}
	}
	until := Millis(s.Now).Add(c.For)
	if !until.After(due) {
		return nil, Errorf(Conflict, "that is due only in %s: put it off by more", Span(due.Sub(s.Now)))
	}
	return []Draft{{Kind: KindClockSnoozed, Body: &ClockSnoozed{c.Key, clock.Text, due, until, reason, was}}}, nil
}

// ahead checks a time from now that a person gave.
func ahead(what string, d time.Duration) error {
	if d < time.Second || d > maxOrderLength {
		return Errorf(Invalid, "%s is no time to %s: give one second to seven days, for example 20m", d, what)
	}
	return nil
}

// SeeAlarm acknowledges an overdue clock for everybody: it stays overdue and
// stops shouting.
type SeeAlarm struct {
	Key   string
	Rules Rules
}

// Decide refuses a clock that is not overdue, or was acknowledged.
func (c SeeAlarm) Decide(s Scene) ([]Draft, error) {
	clock, err := s.clock(c.Key, c.Rules)
	switch {
	case err != nil:
		return nil, err
	case !clock.Overdue(s.Now):
		return nil, Errorf(Conflict, "that is not overdue: %s", Brief(clock.Text, 60))
	case clock.Seen != "":
		return nil, Errorf(Conflict, "%s has seen it already", clock.Seen)
	}
	return []Draft{{Kind: KindAlarmSeen, Body: &AlarmSeen{c.Key, clock.Text, clock.Due}}}, nil
}

// PromiseUpdate says when the next update of an audience will come: its clock
// follows. No audience means those inside.
type PromiseUpdate struct {
	In       time.Duration
	Audience Audience
}

// Decide refuses a time out of range.
func (c PromiseUpdate) Decide(s Scene) ([]Draft, error) {
	if c.Audience != "" && !c.Audience.Valid() {
		return nil, Errorf(Invalid, "%q is no audience: give one of %s", Brief(string(c.Audience), 40), join(Audiences))
	}
	if err := ahead("promise an update in", c.In); err != nil {
		return nil, err
	}
	return []Draft{{Kind: KindUpdatePromised, Body: &UpdatePromised{At: Millis(s.Now).Add(c.In), Audience: c.Audience, Was: s.Incident.Update.Next}}}, nil
}

// clock finds a running clock by its key.
func (s Scene) clock(key string, r Rules) (Clock, error) {
	if r == (Rules{}) {
		r = Doctrine()
	}
	for _, c := range s.Incident.Clocks(r, s.Now) {
		if c.Key == key {
			return c, nil
		}
	}
	return Clock{}, Errorf(NotFound, "no such clock runs in %s: %q", s.Incident.ID, Brief(key, 40))
}

func (i *Incident) clockEvent(e Event) {
	put := func(m *map[string]Put, key string, p Put) {
		if *m == nil {
			*m = map[string]Put{}
		}
		(*m)[key] = p
	}
	switch b := e.Body.(type) {
	case *ClockSnoozed:
		put(&i.Snoozes, b.Key, Put{Due: kept(b.Due), Until: kept(b.Until), By: e.Actor, Reason: b.Reason})
		if a, ok := audienceOf(b.Key); ok {
			i.tell(a, Telling{At: e.At, Put: kept(b.Until), Seq: e.Seq})
		}
	case *AlarmSeen:
		put(&i.Seen, b.Key, Put{Due: kept(b.Due), By: e.Actor})
	case *UpdatePromised:
		i.Update.Next = kept(b.At)
		i.tell(cmp.Or(b.Audience, ToInternal), Telling{At: e.At, Next: kept(b.At), Seq: e.Seq})
	}
}
