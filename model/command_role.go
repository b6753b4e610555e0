package model

import "time"

// AssignRole gives a role to a person; an empty Person is the actor. Command that
// somebody holds is not taken away by this: it is offered, and moves when the
// other accepts.
type AssignRole struct {
	Role   Role
	Person string
	At     time.Time // when it was taken up, for history; zero: now
}

// Decide refuses a role that the person holds already.
func (c AssignRole) Decide(s Scene) ([]Draft, error) {
	p, err := s.person(c.Person)
	if err != nil {
		return nil, err
	}
	if !c.Role.Valid() {
		return nil, Errorf(Invalid, "%q is no role: give one of %s", Brief(string(c.Role), 40), join(Roles))
	}
	if s.Incident.Holds(p, c.Role) {
		return nil, Errorf(Conflict, "%s is %s already", p, c.Role)
	}
	was := ""
	if !c.Role.Many() {
		was = s.Incident.Holder(c.Role)
	}
	if c.Role == Commander && was != "" {
		return HandOver{Role: Commander, To: p}.Decide(s)
	}
	at, err := s.when(c.At)
	if err != nil {
		return nil, err
	}
	drafts := []Draft{{at, KindRoleAssigned, &RoleAssignment{Role: c.Role, Person: p, Was: was}}}
	return append(drafts, s.commanded(c.Role, at, s.next())...), nil
}

// commanded drafts the milestones that follow from filling role r: the first
// person in a role has acknowledged, the first commander is assigned.
func (s Scene) commanded(r Role, at time.Time, of int64) []Draft {
	drafts := s.reach(Acknowledged, at, of)
	if r == Commander {
		drafts = append(drafts, s.reach(CommanderAssigned, at, of)...)
	}
	return drafts
}

// person reads a name; nobody means the actor.
func (s Scene) person(p string) (string, error) {
	if p == "" {
		p = s.Actor
	}
	return s.named(p)
}

// named reads a name; "me" is the actor.
func (s Scene) named(p string) (string, error) {
	p, err := ParsePerson(p)
	if err == nil && SamePerson(p, "me") {
		return ParsePerson(s.Actor)
	}
	return p, err
}

// ReleaseRole takes a role from its holder; Person is needed only for a role
// that several hold.
type ReleaseRole struct {
	Role   Role
	Person string
}

// Decide refuses a role that nobody, or not that person, holds.
func (c ReleaseRole) Decide(s Scene) ([]Draft, error) {
	p := c.Person
	if p == "" && c.Role.Many() && s.Incident.Holds(s.Actor, c.Role) {
		p = s.Actor
	}
	if p == "" {
		n := 0
		for _, a := range s.Incident.Roles {
			if a.Role == c.Role {
				p, n = a.Person, n+1
			}
		}
		if n == 0 {
			return nil, Errorf(Conflict, "nobody is %s", c.Role)
		}
		if n > 1 {
			return nil, Errorf(Invalid, "several people are %s: say who is to be released", c.Role)
		}
	}
	p, err := s.named(p)
	if err != nil {
		return nil, err
	}
	for _, a := range s.Incident.Roles {
		if a.Role == c.Role && SamePerson(a.Person, p) {
			return []Draft{{Kind: KindRoleReleased, Body: &RoleRelease{Role: c.Role, Person: a.Person}}}, nil
		}
	}
	return nil, Errorf(Conflict, "%s is not %s", p, c.Role)
}

// HandOver offers a role to another person, who takes it by AcceptRole. Until
// then its holder keeps it. The zero Role is command.
type HandOver struct {
	Role Role
	To   string
}

// Decide refuses a role that nobody holds, and its holder as receiver.
func (c HandOver) Decide(s Scene) ([]Draft, error) {
	if c.Role == "" {
		c.Role = Commander
	}
	to, err := s.named(c.To)
	if err != nil {
		return nil, err
	}
	if c.Role.Many() {
		return nil, Errorf(Invalid, "%s is held by several people and needs no hand-over: assign it", c.Role)
	}
	from := s.Incident.Holder(c.Role)
	switch {
	case from == "":
		return nil, Errorf(Conflict, "nobody is %s yet: assign it instead of handing it over", c.Role)
	case SamePerson(from, to):
		return nil, Errorf(Conflict, "%s is %s already", to, c.Role)
	}
	if o, ok := s.Incident.Offer(c.Role); ok && SamePerson(o.To, to) {
		return nil, Errorf(Conflict, "%s was offered to %s already and waits for acceptance", c.Role, to)
	}
	return []Draft{{Kind: KindRoleOffered, Body: &RoleOffer{c.Role, from, to}}}, nil
}

// AcceptRole completes a hand-over offered to the actor. The zero Role is the
// only one offered to the actor.
type AcceptRole struct{ Role Role }

// Decide refuses anybody but the person to whom the role was offered.
func (c AcceptRole) Decide(s Scene) ([]Draft, error) {
	o, err := s.offered(c.Role, "accept")
	if err != nil {
		return nil, err
	}
	if !SamePerson(o.To, s.Actor) {
		return nil, Errorf(Conflict, "%s was offered to %s, and you are %s: only %s can accept", o.Role, o.To, s.Actor, o.To)
	}
	at := Millis(s.Now)
	drafts := []Draft{{at, KindRoleAccepted, &RoleAcceptance{o.Role, o.From, o.To}}}
	return append(drafts, s.commanded(o.Role, at, s.next())...), nil
}

// DeclineRole ends a hand-over: the receiver says no, or the holder takes it back.
type DeclineRole struct {
	Role   Role
	Reason string
}

// Decide refuses people who have no part in the hand-over.
func (c DeclineRole) Decide(s Scene) ([]Draft, error) {
	o, err := s.offered(c.Role, "decline")
	if err != nil {
		return nil, err
	}
	if !SamePerson(o.To, s.Actor) && !SamePerson(o.From, s.Actor) {
		return nil, Errorf(Conflict, "%s was offered by %s to %s, and you are %s", o.Role, o.From, o.To, s.Actor)
	}
	reason, err := cleanReason(c.Reason)
	if err != nil {
		return nil, err
	}
	return []Draft{{Kind: KindRoleDeclined, Body: &RoleDecline{o.Role, o.From, o.To, reason}}}, nil
}

// offered finds the hand-over that the actor means: that of role r, else the
// only one that concerns them, else the only one there is.
func (s Scene) offered(r Role, verb string) (Offer, error) {
	if r != "" {
		o, ok := s.Incident.Offer(r)
		if !ok {
			return o, Errorf(Conflict, "there is no hand-over of %s to %s", r, verb)
		}
		return o, nil
	}
	var mine []Offer
	for _, o := range s.Incident.Offers {
		if SamePerson(o.To, s.Actor) || verb == "decline" && SamePerson(o.From, s.Actor) {
			mine = append(mine, o)
		}
	}
	if len(mine) == 0 {
		mine = s.Incident.Offers
	}
	switch len(mine) {
	case 0:
		return Offer{}, Errorf(Conflict, "there is no hand-over to %s in %s", verb, s.Incident.ID)
	case 1:
		return mine[0], nil
	}
	return Offer{}, Errorf(Invalid, "several roles are being handed over: say which one to %s", verb)
}

// TakeCommand makes the actor commander where nobody is, or accepts command that
// was offered to them. From somebody who is gone it is taken only with a reason,
// which everybody sees.
type TakeCommand struct{ Reason string }

// Decide refuses without a reason while somebody else holds command and has not
// offered it.
func (c TakeCommand) Decide(s Scene) ([]Draft, error) {
	ic := s.Incident.Commander()
	if ic == "" || SamePerson(ic, s.Actor) {
		return AssignRole{Role: Commander}.Decide(s)
	}
	if o, ok := s.Incident.Offer(Commander); ok && SamePerson(o.To, s.Actor) {
		return AcceptRole{Role: Commander}.Decide(s)
	}
	reason, err := cleanReason(c.Reason)
	if err != nil {
		return nil, err
	}
	if reason == "" {
		return nil, Errorf(Conflict, "%s holds command: ask for a hand-over, or, if %s is gone, say so: /take why", ic, ic)
	}
	p, err := s.person("")
	if err != nil {
		return nil, err
	}
	at := Millis(s.Now)
	drafts := []Draft{{at, KindRoleAssigned, &RoleAssignment{Commander, p, ic, reason}}}
	return append(drafts, s.commanded(Commander, at, s.next())...), nil
}
