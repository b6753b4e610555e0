package model

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Scene is what a command is decided on: the incident as it stands, who acts
// and what the time is.
type Scene struct {
	Incident *Incident // nil only for Declare
	Actor    string
	Now      time.Time
	// Event reads an earlier event of the incident as its entry now stands.
	Event func(seq int64) (Entry, bool)
	// Others reads the other open incidents that have locked a target, as they stand
	// at this very moment, so that nothing can come between looking and writing; nil
	// if there are none.
	Others func() []*Incident
}

// Command is a wish to change an incident. Decide turns it into the events that
// carry it out, or refuses with an Error and changes nothing.
type Command interface {
	Decide(Scene) ([]Draft, error)
}

// Draft is an event that was decided on and not yet placed in the chain. A zero
// At means now.
type Draft struct {
	At   time.Time
	Kind Kind
	Body Body
}

// skew is how far in the future a time may lie: clocks of two machines differ.
const skew = time.Minute

// when checks a time given by a person; zero means now.
func (s Scene) when(at time.Time) (time.Time, error) {
	if at.IsZero() {
		return Millis(s.Now), nil
	}
	if at.After(s.Now.Add(skew)) {
		return at, Errorf(Invalid, "%s is in the future: an entry can be set back, not ahead", at.UTC().Format("2006-01-02 15:04:05Z"))
	}
	if at.Year() < 1970 || at.Year() > 9999 {
		return at, Errorf(Invalid, "the year %d is not one an incident can have", at.Year())
	}
	return Millis(at), nil
}

// next is the sequence number that the first draft will get.
func (s Scene) next() int64 { return s.Incident.Seq + 1 }

// cleanText checks a text that must be there.
func cleanText(what, text string, limit int) (string, error) {
	t := strings.TrimSpace(incoming(text))
	switch {
	case t == "":
		return "", Errorf(Invalid, "the %s is empty: type some text", what)
	case len(t) > limit:
		return "", Errorf(Invalid, "the %s is too long: %d bytes, at most %d; put the rest in a file and name it", what, len(t), limit)
	}
	return t, nil
}

func cleanReason(text string) (string, error) {
	if strings.TrimSpace(text) == "" {
		return "", nil
	}
	return cleanText("reason", text, MaxText)
}

func cleanTitle(title string) (string, error) {
	t, err := cleanText("title", title, MaxTitle)
	if err != nil {
		return "", err
	}
	return strings.Join(strings.FieldsFunc(t, func(r rune) bool { return r == '\n' }), " "), nil
}

func cleanServices(services []string) ([]string, error) {
	var out []string
	for _, s := range services {
		for one := range strings.SplitSeq(s, ",") {
			one = strings.TrimSpace(Valid(one))
			if one == "" || slices.ContainsFunc(out, func(o string) bool { return strings.EqualFold(o, one) }) {
				continue
			}
			if len(one) > MaxName {
				return nil, Errorf(Invalid, "the service name %q is too long: at most %d bytes", Brief(one, 40), MaxName)
			}
			if len(out) == maxServices {
				return nil, Errorf(Invalid, "too many services: at most %d", maxServices)
			}
			out = append(out, one)
		}
	}
	return out, nil
}

// Declare opens an incident. Only the title is needed.
type Declare struct {
	Title       string
	Description string
	Services    []string
	Severity    Severity // 0: SevDefault
	Status      Status   // "": triage
	Drill       bool
	Source      string
	At          time.Time // when it was declared, for history
	ImpactStart time.Time
	DetectedAt  time.Time
	Triage      *Assess   // the answers from which the severity follows; it sets the severity if that is 0
	Detection   Detection // "": unknown
}

// Decide refuses an empty title, a severity out of range and an incident that
// is declared already.
func (c Declare) Decide(s Scene) ([]Draft, error) {
	if s.Incident != nil && s.Incident.Seq > 0 {
		return nil, Errorf(Conflict, "%s is declared already", s.Incident.ID)
	}
	b := Declaration{Severity: c.Severity, Status: c.Status, Drill: c.Drill}
	var err error
	if b.Title, err = cleanTitle(c.Title); err != nil {
		return nil, err
	}
	if strings.TrimSpace(c.Description) != "" {
		if b.Description, err = cleanText("description", c.Description, MaxText); err != nil {
			return nil, err
		}
	}
	if strings.TrimSpace(c.Source) != "" {
		if b.Source, err = cleanText("source", c.Source, MaxTitle); err != nil {
			return nil, err
		}
	}
	if b.Services, err = cleanServices(c.Services); err != nil {
		return nil, err
	}
	var assessed *Assessed
	if c.Triage != nil {
		if assessed, err = c.Triage.body(); err != nil {
			return nil, err
		}
		b.Severity = cmp.Or(b.Severity, assessed.Severity)
	}
	if b.Severity == 0 {
		b.Severity = SevDefault
	}
	if !b.Severity.Valid() {
		return nil, Errorf(Invalid, "%d is no severity: give 1 (worst) to 5", int(b.Severity))
	}
	if b.Status == "" {
		b.Status = Triage
	}
	if !b.Status.Valid() {
		return nil, Errorf(Invalid, "%q is no status: give one of %s", Brief(string(b.Status), 40), join(Statuses))
	}
	at, err := s.when(c.At)
	if err != nil {
		return nil, err
	}
	drafts := []Draft{{at, KindDeclared, &b}, milestone(at, Declared, at, 1)}
	if assessed != nil {
		drafts = append(drafts, Draft{at, KindAssessed, assessed})
	}
	for _, m := range []struct {
		name Milestone
		at   time.Time
	}{{ImpactStarted, c.ImpactStart}, {Detected, c.DetectedAt}} {
		if m.at.IsZero() {
			continue
		}
		t, err := s.when(m.at)
		if err != nil {
			return nil, err
		}
		drafts = append(drafts, Draft{at, KindMilestoneSet, &MilestoneMark{Name: m.name, At: &t}})
	}
	if c.Detection != "" {
		d, err := ParseDetection(string(c.Detection))
		if err != nil {
			return nil, err
		}
		drafts = append(drafts, Draft{at, KindDetectionSet, &DetectionSet{By: d}})
	}
	return drafts, nil
}

// milestone drafts a mark that follows from the event with sequence number of.
func milestone(at time.Time, m Milestone, reached time.Time, of int64) Draft {
	return Draft{at, KindMilestoneSet, &MilestoneMark{Name: m, At: &reached, Auto: true, Of: of}}
}

// reach drafts milestone m unless it stands already: what a person has set, or
// an earlier first time, is not overwritten by a consequence.
func (s Scene) reach(m Milestone, at time.Time, of int64) []Draft {
	if _, ok := s.Incident.At(m); ok {
		return nil
	}
	return []Draft{milestone(at, m, at, of)}
}

// Describe changes title, description or services; nil leaves a field alone.
type Describe struct {
	Title       *string
	Description *string
	Services    *[]string
	ImpactStart time.Time
}

// Decide refuses a change that changes nothing.
func (c Describe) Decide(s Scene) ([]Draft, error) {
	var b Description
	var was Described
	var drafts []Draft
	if c.Title != nil {
		t, err := cleanTitle(*c.Title)
		if err != nil {
			return nil, err
		}
		if t != s.Incident.Title {
			b.Title, was.Title = &t, &s.Incident.Title
		}
	}
	if c.Description != nil {
		d := strings.TrimSpace(incoming(*c.Description))
		if len(d) > MaxText {
			return nil, Errorf(Invalid, "the description is too long: %d bytes, at most %d", len(d), MaxText)
		}
		if d != s.Incident.Description {
			b.Description, was.Description = &d, &s.Incident.Description
		}
	}
	if c.Services != nil {
		v, err := cleanServices(*c.Services)
		if err != nil {
			return nil, err
		}
		if !slices.Equal(v, s.Incident.Services) {
			if v == nil {
				v = []string{} // nil would be recorded as "left as it is"
			}
			old := append([]string{}, s.Incident.Services...)
			b.Services, was.Services = &v, &old
		}
	}
	if b != (Description{}) {
		b.Was = &was
		drafts = append(drafts, Draft{Kind: KindDescribed, Body: &b})
	}
	if !c.ImpactStart.IsZero() {
		m, err := SetMilestone{Name: ImpactStarted, At: c.ImpactStart}.Decide(s)
		if err != nil {
			return nil, err
		}
		drafts = append(drafts, m...)
	}
	if len(drafts) == 0 {
		return nil, Errorf(Conflict, "nothing would change")
	}
	return drafts, nil
}

// SetSeverity changes the severity.
type SetSeverity struct {
	To     Severity
	Reason string
	At     time.Time
}

// Decide refuses the severity that the incident has.
func (c SetSeverity) Decide(s Scene) ([]Draft, error) {
	if !c.To.Valid() {
		return nil, Errorf(Invalid, "%d is no severity: give 1 (worst) to 5", int(c.To))
	}
	if c.To == s.Incident.Severity {
		return nil, Errorf(Conflict, "%s is %s already", s.Incident.ID, c.To)
	}
	reason, err := cleanReason(c.Reason)
	if err != nil {
		return nil, err
	}
	at, err := s.when(c.At)
	if err != nil {
		return nil, err
	}
	return []Draft{{at, KindSeverityChanged, &SeverityChange{s.Incident.Severity, c.To, reason}}}, nil
}

// SetStatus moves the incident to any status, forward or back.
type SetStatus struct {
	To     Status
	Reason string
	At     time.Time
}

// Decide sets the milestones that follow: leaving triage acknowledges, and
// identified, mitigated, resolved and closed mark their own.
func (c SetStatus) Decide(s Scene) ([]Draft, error) {
	return s.move(c.To, c.Reason, "", c.At)
}

// Cancel ends an incident that was none, or that another one covers.
type Cancel struct {
	Reason    string
	Duplicate string // id of the incident that goes on
	At        time.Time
}

// Decide refuses an incident as its own duplicate.
func (c Cancel) Decide(s Scene) ([]Draft, error) {
	dup := ""
	if c.Duplicate != "" {
		if dup = CleanID(Valid(c.Duplicate)); !LooksLikeID(dup) || len(dup) > 40 {
			return nil, Errorf(Invalid, "%q is no incident id", Brief(c.Duplicate, 40))
		}
		if dup == s.Incident.ID {
			return nil, Errorf(Invalid, "%s cannot be a duplicate of itself", dup)
		}
	}
	return s.move(Canceled, c.Reason, dup, c.At)
}

func (s Scene) move(to Status, reason, duplicate string, at time.Time) ([]Draft, error) {
	if !to.Valid() {
		return nil, Errorf(Invalid, "%q is no status: give one of %s", Brief(string(to), 40), join(Statuses))
	}
	from := s.Incident.Status
	if to == from {
		return nil, Errorf(Conflict, "%s is %s already", s.Incident.ID, to)
	}
	if err := s.throughGate(to); err != nil {
		return nil, err
	}
	reason, err := cleanReason(reason)
	if err != nil {
		return nil, err
	}
	if at, err = s.when(at); err != nil {
		return nil, err
	}
	of := s.next()
	drafts := []Draft{{at, KindStatusChanged, &StatusChange{from, to, reason, duplicate}}}
	if to != Triage && to != Canceled {
		drafts = append(drafts, s.reach(Acknowledged, at, of)...)
	}
	if m, ok := reachedBy[to]; ok {
		drafts = append(drafts, s.reach(m, at, of)...)
	}
	return drafts, nil
}

// SetMilestone says when a milestone was reached, or corrects it. A zero At with
// Unknown set takes a wrong one away.
type SetMilestone struct {
	Name    Milestone
	At      time.Time
	Unknown bool
}

// Decide refuses a time in the future and an unknown milestone.
func (c SetMilestone) Decide(s Scene) ([]Draft, error) {
	if !slices.Contains(Milestones, c.Name) {
		return nil, Errorf(Invalid, "%q is no milestone: give one of %s", Brief(string(c.Name), 40), join(Milestones))
	}
	old, known := s.Incident.At(c.Name)
	if c.Unknown {
		if _, ok := s.Incident.Milestones[c.Name]; !ok {
			return nil, Errorf(Conflict, "milestone %s is not known anyway", c.Name)
		}
		if c.Name == Declared {
			return nil, Errorf(Conflict, "an incident without the time of its declaration cannot be; give another time")
		}
		return []Draft{{Kind: KindMilestoneSet, Body: &MilestoneMark{Name: c.Name}}}, nil
	}
	at, err := s.when(c.At)
	if err != nil {
		return nil, err
	}
	if known && old.Equal(at) {
		return nil, Errorf(Conflict, "milestone %s is at that time already", c.Name)
	}
	return []Draft{{Kind: KindMilestoneSet, Body: &MilestoneMark{Name: c.Name, At: &at}}}, nil
}

// Request is a command on its way to the record. ID identifies the first event
// that comes of it: a request repeated with the same ID is carried out once. The
// zero ID lets the store choose one.
type Request struct {
	ID      ID
	Actor   string
	Command Command
}

// Receipt is what carrying out a request wrote, and the incident after it.
type Receipt struct {
	Incident *Incident
	Events   []Event
}
