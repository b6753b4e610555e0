package model

import (
	"slices"
	"strings"
)

// KindDismissed records who may go.
const KindDismissed Kind = "dismissed"

var _ = register(KindDismissed, newBody[Dismissed])

// Dismissed lets people go and says who stays. It moves no role and no order:
// who holds one is named among the hindrances before, and acts first.
type Dismissed struct {
	Stay []string `json:"stay"`
	Go   []string `json:"go"`

	Was []string `json:"was,omitempty"` // who was let go before, so that this can be taken back
}

func (b *Dismissed) Text() string {
	return strings.Join(b.Stay, ", ") + " stay; " + strings.Join(b.Go, ", ") + " can go. Thank you."
}
func (b *Dismissed) Important() bool { return true }

func (b *Dismissed) fold(i *Incident, e Event) {
	i.Gone = without(i.Gone, func(p string) bool {
		return slices.ContainsFunc(b.Stay, func(s string) bool { return SamePerson(s, p) })
	})
	for _, p := range b.Go {
		if !slices.ContainsFunc(i.Gone, func(g string) bool { return SamePerson(g, p) }) && len(i.Gone) < maxPeople {
			i.Gone = append(i.Gone, p)
		}
	}
}

// back counts somebody in again who was let go and acts all the same.
func (i *Incident) back(person string) {
	if len(i.Gone) > 0 {
		i.Gone = without(i.Gone, func(p string) bool { return SamePerson(p, person) })
	}
}

// Attending are the people of the incident who have not been let go: who holds a
// role first, then who has work to do, then the others.
func (i *Incident) Attending() []string {
	var out []string
	add := func(p string) {
		if p != "" && !slices.ContainsFunc(out, func(o string) bool { return SamePerson(o, p) }) {
			out = append(out, p)
		}
	}
	for _, a := range i.Roles {
		add(a.Person)
	}
	for _, o := range i.Orders {
		if o.Pending() {
			add(o.Person)
		}
	}
	for _, p := range i.People {
		if !slices.ContainsFunc(i.Gone, func(g string) bool { return SamePerson(g, p) }) {
			add(p)
		}
	}
	return out
}

// Needed says why somebody should stay: a role, an order, something temporary;
// "" if nothing speaks against their going.
func (i *Incident) Needed(person string) string {
	for _, a := range i.Roles {
		if SamePerson(a.Person, person) {
			return a.Role.String()
		}
	}
	for _, o := range i.Orders {
		if o.Pending() && SamePerson(o.Person, person) {
			return "order: " + o.Task
		}
	}
	for _, m := range i.Mitigations {
		if m.InPlace() && SamePerson(m.Owner, person) {
			return "takes away: " + m.Text
		}
	}
	return ""
}

// Dismiss lets everybody go who is attending and does not stay.
type Dismiss struct{ Stay []string }

// Decide refuses if nobody would go, and if somebody would who commands: they
// hand over first.
func (c Dismiss) Decide(s Scene) ([]Draft, error) {
	b := &Dismissed{Was: own(s.Incident.Gone)}
	stays := func(p string) bool {
		return slices.ContainsFunc(b.Stay, func(o string) bool { return SamePerson(o, p) })
	}
	for _, p := range c.Stay {
		name, err := s.named(p)
		if err != nil {
			return nil, err
		}
		if !stays(name) {
			b.Stay = append(b.Stay, name)
		}
	}
	if ic := s.Incident.Commander(); ic != "" && !stays(ic) {
		return nil, Errorf(Conflict, "%s commands: hand over first, or say that %s stays", ic, ic)
	}
	if len(b.Stay) == 0 {
		return nil, Errorf(Invalid, "say who stays; when nobody has to, resolve the incident")
	}
	for _, p := range s.Incident.Attending() {
		if !stays(p) {
			b.Go = append(b.Go, p)
		}
	}
	if len(b.Go) == 0 {
		return nil, Errorf(Conflict, "nobody would go: %s", strings.Join(b.Stay, ", ")+" are all there are")
	}
	return []Draft{{Kind: KindDismissed, Body: b}}, nil
}
