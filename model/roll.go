package model

import (
	"slices"
	"strings"
	"time"
)

// KindRollCalled records who is there for a system.
const KindRollCalled Kind = "roll_called"

var _ = register(KindRollCalled, newBody[RollCalled])

// Attendance says whether somebody is there for a system.
type Attendance string

// The answers to a roll call.
const (
	Here    Attendance = "here"
	Paged   Attendance = "paged"
	Missing Attendance = "missing"
)

// Attendances lists them in order.
var Attendances = []Attendance{Here, Paged, Missing}

// RollCalled is one answer to the roll call.
type RollCalled struct {
	System string     `json:"system"`
	Person string     `json:"person,omitempty"`
	State  Attendance `json:"state"`

	Was *Call `json:"was,omitempty"` // the answer before, so that this can be taken back
}

func (b *RollCalled) Text() string {
	s := "roll call, " + b.System + ": "
	switch {
	case b.Person == "":
		return s + "nobody"
	case b.State == Here:
		return s + b.Person + " is here"
	case b.State == Paged:
		return s + b.Person + " was paged"
	}
	return s + b.Person + " does not answer"
}

// Important is true where somebody is missing.
func (b *RollCalled) Important() bool { return b.State == Missing }

// Call is who is there for a system, as last said.
type Call struct {
	System string     `json:"system"`
	Person string     `json:"person,omitempty"`
	State  Attendance `json:"state"`
	By     string     `json:"by"`
	At     time.Time  `json:"at"`
}

const maxCalls = 100 // systems on a roll call

func (b *RollCalled) fold(i *Incident, e Event) {
	i.answer(Call{b.System, b.Person, b.State, e.Actor, e.At})
	i.meet(b.Person)
}

func (i *Incident) answer(c Call) {
	if k := i.called(c.System); k >= 0 {
		i.Roll[k] = c
		return
	}
	if len(i.Roll) < maxCalls {
		i.Roll = append(i.Roll, c)
	}
}

func (i *Incident) called(system string) int {
	return slices.IndexFunc(i.Roll, func(c Call) bool { return strings.EqualFold(c.System, system) })
}

// RollCall lists the systems of the incident with who is there for each: those
// that were called, and its services, of which a system that nobody has answered
// for has no state yet.
func (i *Incident) RollCall() []Call {
	out := slices.Clone(i.Roll)
	for _, s := range i.Services {
		if i.called(s) < 0 {
			out = append(out, Call{System: s})
		}
	}
	return out
}

// CallRoll notes an answer. Without a person the system has nobody.
type CallRoll struct {
	System, Person string
	State          Attendance // "": here if somebody is named, else missing
}

// Decide refuses an answer that is known already.
func (c CallRoll) Decide(s Scene) ([]Draft, error) {
	system, err := cleanText("system", strings.Join(strings.Fields(c.System), " "), MaxName)
	if err != nil {
		return nil, err
	}
	b := &RollCalled{System: system, State: c.State}
	if strings.TrimSpace(c.Person) != "" {
		if b.Person, err = s.named(c.Person); err != nil {
			return nil, err
		}
	}
	switch {
	case b.State == "" && b.Person == "", b.State == Missing:
		b.State = Missing
	case b.Person == "":
		return nil, Errorf(Invalid, "say who is %s for %s", b.State, system)
	case b.State == "":
		b.State = Here
	case !slices.Contains(Attendances, b.State):
		return nil, Errorf(Invalid, "%q is no answer to a roll call: here, paged or missing", Brief(string(b.State), 20))
	}
	if k := s.Incident.called(system); k >= 0 {
		was := s.Incident.Roll[k]
		if was.Person == b.Person && was.State == b.State {
			return nil, Errorf(Conflict, "that is known: %s", b.Text())
		}
		b.System, b.Was = was.System, &was
	} else if len(s.Incident.Roll) >= maxCalls {
		return nil, Errorf(Conflict, "the roll call has %d systems already", maxCalls)
	}
	return []Draft{{Kind: KindRollCalled, Body: b}}, nil
}

// PageText is what a pager is told of i, in one line: how bad, what, where to
// come, and for which system.
func (i *Incident) PageText(system string) string {
	s := i.Severity.String() + " " + i.Title
	if system != "" {
		s += " · you are needed for " + system
	}
	for _, l := range i.Links {
		s += " · " + l.Name + " " + l.URL
	}
	return s + " · " + i.ID
}

// rollArgs reads "orders-db @bob paged".
func rollArgs(args string) (Command, error) {
	c := CallRoll{}
	for w := range strings.FieldsSeq(args) {
		switch {
		case strings.HasPrefix(w, "@"):
			c.Person = w[1:]
		case slices.Contains(Attendances, Attendance(strings.ToLower(w))) && c.System != "":
			c.State = Attendance(strings.ToLower(w))
		default:
			c.System = strings.TrimSpace(c.System + " " + w)
		}
	}
	if c.System == "" {
		return nil, Errorf(Invalid, "say which system, who, and whether they are here, for example /roll orders-db @bob paged")
	}
	return c, nil
}
