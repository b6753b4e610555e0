package model

import (
	"slices"
	"strings"
	"time"
)

// Audience is who an update is for.
type Audience string

// The audiences. Each has a clock of its own.
const (
	ToCustomers   Audience = "customers"
	ToInternal    Audience = "internal"
	ToExecutives  Audience = "executives"
	AudienceCount          = 3
)

// Audiences lists them in the order of the screen.
var Audiences = []Audience{ToCustomers, ToInternal, ToExecutives}

// Index is the place of a in Audiences, and in Rules.Tell.
func (a Audience) Index() int { return max(0, slices.Index(Audiences, a)) }

// Valid reports whether a is an audience this version knows.
func (a Audience) Valid() bool { return slices.Contains(Audiences, a) }

// Adjective is a in front of a noun: customer update.
func (a Audience) Adjective() string { return strings.TrimSuffix(string(a), "s") }

// Outward reports whether what a is told leaves the company: it then needs the
// approval of the commander or of whoever leads communication.
func (a Audience) Outward() bool { return a == ToCustomers }

// ParseAudience reads an audience by name or by its beginning.
func ParseAudience(s string) (Audience, error) {
	w := strings.ToLower(strings.TrimSpace(s))
	if a, ok := unique(w, Audiences); ok {
		return a, nil
	}
	return "", Errorf(Invalid, "%q is no audience: give one of %s", Brief(s, 40), join(Audiences))
}

// Pace is how often an audience is told at one severity; the zero value is not
// at all.
type Pace struct {
	First time.Duration // from the declaration, or from when the severity asked for it
	Every time.Duration
}

// Pace is how often a is told at severity s.
func (r Rules) Pace(a Audience, s Severity) Pace {
	if !s.Valid() {
		return Pace{}
	}
	if p := r.Tell[a.Index()][s]; p.Every > 0 || a != ToInternal {
		return p
	}
	return Pace{r.FirstPost, r.Every[s]}
}

// longRun is how long a major incident lasts before customers are told less
// often, with the expectation set: the public training of customer liaisons.
const longRun = 2 * time.Hour

// NextIn is when an update after one that is sent now is promised by default:
// by the pace of a, and to customers of a long incident in an hour. 0 if nothing
// is to be promised.
func (i *Incident) NextIn(r Rules, a Audience, now time.Time) time.Duration {
	if !i.Status.Live() {
		return 0
	}
	every := r.Pace(a, i.Severity).Every
	if declared, ok := i.At(Declared); ok && a.Outward() && every > 0 && now.Sub(declared) > longRun {
		return max(every, time.Hour)
	}
	return every
}

// updateKey is the key of an audience's clock. The internal one has the key of
// the only clock there was before audiences, so that older records keep theirs.
func updateKey(a Audience) string {
	if a == ToInternal {
		return string(ClockUpdate)
	}
	return string(ClockUpdate) + ":" + string(a)
}

// audienceOf is the audience of a clock's key.
func audienceOf(key string) (Audience, bool) {
	k := slices.IndexFunc(Audiences, func(a Audience) bool { return updateKey(a) == key })
	if k < 0 {
		return "", false
	}
	return Audiences[k], true
}

// Telling is a moment at which an audience was told something, was promised
// something, or its clock was put off.
type Telling struct {
	At     time.Time `json:"at"`
	Told   bool      `json:"told,omitempty"`   // an update was sent
	Next   time.Time `json:"next,omitzero"`    // promised then
	Put    time.Time `json:"put,omitzero"`     // put off until
	Seq    int64     `json:"seq"`              // the event
	Struck bool      `json:"struck,omitempty"` // taken back
}

// SeverityMark is since when the incident has a severity.
type SeverityMark struct {
	At time.Time `json:"at"`
	To Severity  `json:"to"`
}

const (
	maxTellings      = 400 // of one audience: two days at seven minutes
	maxSeverityMarks = 100
)

// tell adds a telling to the audience's, in the order of time.
func (i *Incident) tell(a Audience, t Telling) {
	if !a.Valid() {
		return
	}
	if i.Tellings == nil {
		i.Tellings = map[Audience][]Telling{}
	}
	list := append(i.Tellings[a], t)
	slices.SortStableFunc(list, func(x, y Telling) int { return x.At.Compare(y.At) })
	if n := len(list); n > maxTellings {
		list = slices.Clone(list[n-maxTellings:])
	}
	i.Tellings[a] = list
}

// amendTelling follows a correction of the line that told an audience.
func (i *Incident) amendTelling(b *Amendment) {
	for a, list := range i.Tellings {
		k := slices.IndexFunc(list, func(t Telling) bool { return t.Seq == b.Target })
		if k < 0 {
			continue
		}
		if b.Struck != nil && *b.Struck && !list[k].Told { // a promise or a delay that was taken back is not restored
			if list = slices.Delete(list, k, k+1); len(list) == 0 {
				delete(i.Tellings, a)
			} else {
				i.Tellings[a] = list
			}
			if len(i.Tellings) == 0 {
				i.Tellings = nil
			}
			return
		}
		if b.Struck != nil {
			list[k].Struck = *b.Struck
		}
		if b.At != nil {
			list[k].At = kept(*b.At)
			slices.SortStableFunc(list, func(x, y Telling) int { return x.At.Compare(y.At) })
		}
		return
	}
}

// rate notes since when the incident has a severity.
func (i *Incident) rate(to Severity, at time.Time) {
	i.Severities = append(i.Severities, SeverityMark{at, to})
	slices.SortStableFunc(i.Severities, func(x, y SeverityMark) int { return x.At.Compare(y.At) })
	var marks []SeverityMark
	for _, m := range i.Severities { // without those that no time passed in, and those that changed nothing
		if n := len(marks); n > 0 && marks[n-1].At.Equal(m.At) {
			marks = marks[:n-1]
		}
		if n := len(marks); n == 0 || marks[n-1].To != m.To {
			marks = append(marks, m)
		}
	}
	i.Severities = marks
	if n := len(i.Severities); n > maxSeverityMarks {
		i.Severities = slices.Clone(i.Severities[n-maxSeverityMarks:])
	}
}

// SeveritySince is when the incident got the severity that it has.
func (i *Incident) SeveritySince() time.Time {
	since, _ := i.At(Declared)
	for _, m := range i.Severities {
		if m.To != i.Severity {
			since = time.Time{}
		} else if since.IsZero() {
			since = m.At
		}
	}
	return since
}

// asked is since when, without a break until at, the severity has asked for
// updates to a; false if it does not.
func (i *Incident) asked(r Rules, a Audience, at time.Time) (since time.Time, p Pace, ok bool) {
	declared, known := i.At(Declared)
	if !known {
		return
	}
	marks := i.Severities
	if len(marks) == 0 {
		marks = []SeverityMark{{declared, i.Severity}}
	}
	for k, m := range marks {
		if k > 0 && m.At.After(at) {
			break
		}
		p = r.Pace(a, m.To)
		switch {
		case p.Every <= 0:
			ok = false
		case !ok:
			since, ok = later(declared, m.At), true
		}
	}
	return since, p, ok
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// UpdateDue is when a is to be told next, as things stood at t: as promised,
// else by the pace that the severity asks for; false if no clock runs. first
// says that it has not been told anything yet. A clock that was put off is due
// when it was put off to.
func (i *Incident) UpdateDue(r Rules, a Audience, t time.Time) (due time.Time, first, ok bool) {
	due, put, first, ok := i.updateDue(r, a, t)
	return later(due, put), first, ok
}

func (i *Incident) updateDue(r Rules, a Audience, t time.Time) (due, put time.Time, first, ok bool) {
	since, p, asked := i.asked(r, a, t)
	var told, next, nextAt time.Time
	first = true
	for _, m := range i.Tellings[a] {
		if m.Struck || m.At.After(t) {
			continue
		}
		if m.Told {
			told, first, put = m.At, false, time.Time{}
		}
		if !m.Next.IsZero() {
			next, nextAt, put = m.Next, m.At, time.Time{}
		}
		if !m.Put.IsZero() {
			put = m.Put
		}
	}
	if asked {
		due = since.Add(p.First)
		if !first {
			if due = told.Add(p.Every); told.Before(since) { // the clock began to run after that
				due = later(due, since.Add(p.First))
			}
		}
	}
	switch promised := next.After(told); {
	case !asked && !promised:
		return time.Time{}, put, first, false
	case promised && (!asked || !since.After(nextAt) || next.Before(due)):
		due = next // whatever the rules say, that is when people will look
	}
	return due, put, first, true
}

// updateClocks are the clocks of the audiences.
func (i *Incident) updateClocks(r Rules, now time.Time, add func(Clock)) {
	for _, a := range Audiences {
		due, _, first, ok := i.updateDue(r, a, now)
		if !ok {
			continue
		}
		text := "update"
		if a != ToInternal { // which is everybody who reads the room
			text = a.Adjective() + " update"
		}
		if first {
			text = "first " + text
		}
		add(Clock{Kind: ClockUpdate, Key: updateKey(a), Audience: a, Person: i.Holder(CommsLead), Text: text, Due: due})
	}
}

// Late is how long a had to wait beyond what was due, over the whole incident:
// until each update, and until now for one that is overdue.
func (i *Incident) Late(r Rules, a Audience, now time.Time) time.Duration {
	end := now
	if over, ok := i.Ended(); ok && over.Before(now) {
		end = over
	}
	var sum time.Duration
	late := func(at time.Time) {
		if due, _, ok := i.UpdateDue(r, a, at.Add(-1)); ok && at.After(due) {
			sum += at.Sub(due)
		}
	}
	for _, m := range i.Tellings[a] {
		if m.Told && !m.Struck && !m.At.After(end) {
			late(m.At)
		}
	}
	late(end.Add(1)) // what stands at the end
	return sum.Truncate(time.Second)
}

// LastTold is when a was last told something.
func (i *Incident) LastTold(a Audience) (time.Time, bool) {
	list := i.Tellings[a]
	for k := len(list) - 1; k >= 0; k-- {
		if list[k].Told && !list[k].Struck {
			return list[k].At, true
		}
	}
	return time.Time{}, false
}

// lastPromise is what was promised last to anybody, leaving out event but.
func (i *Incident) lastPromise(but int64) time.Time {
	var at, next time.Time
	for _, a := range Audiences {
		for _, m := range i.Tellings[a] {
			if !m.Struck && m.Seq != but && !m.Next.IsZero() && !m.At.Before(at) {
				at, next = m.At, m.Next
			}
		}
	}
	return next
}

// promised is when an update was promised to a that is still owed at t; false if
// none was, or if t is before what a was told last.
func (i *Incident) promised(a Audience, t time.Time) (time.Time, bool) {
	var told, next time.Time
	for _, m := range i.Tellings[a] {
		if m.Struck {
			continue
		}
		if m.Told {
			told = m.At
		}
		if !m.Next.IsZero() {
			next = m.Next
		}
	}
	return next, next.After(told) && t.After(told)
}
