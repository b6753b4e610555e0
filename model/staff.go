package model

import "strings"

// KindStaffed records in one line who does what, after the commander named the team.
const KindStaffed Kind = "staffed"

var _ = register(KindStaffed, newBody[Staffed])

// Staffed is the line that a scribe posts after the roles were given. The roles
// themselves are events of their own.
type Staffed struct {
	Line string `json:"text"`
}

func (b *Staffed) Text() string    { return b.Line }
func (b *Staffed) Important() bool { return b.Line != "" }

// Staff gives several roles at once; an empty name leaves a role as it is.
type Staff struct {
	Deputy, TechnicalLead, CommsLead, Scribe string
}

// Decide refuses names that change nothing.
func (c Staff) Decide(s Scene) ([]Draft, error) {
	var drafts []Draft
	seq := s.next()
	holder := map[Role]string{}
	for _, r := range staffRoles {
		holder[r] = s.Incident.Holder(r)
	}
	for _, a := range []struct {
		role Role
		to   string
	}{{Deputy, c.Deputy}, {TechnicalLead, c.TechnicalLead}, {CommsLead, c.CommsLead}, {Scribe, c.Scribe}} {
		if strings.TrimSpace(a.to) == "" {
			continue
		}
		p, err := s.named(a.to)
		if err != nil {
			return nil, err
		}
		if s.Incident.Holds(p, a.role) {
			continue
		}
		if len(drafts) == 0 {
			drafts = append(drafts, s.reach(Acknowledged, Millis(s.Now), seq)...)
		}
		drafts = append(drafts, Draft{Kind: KindRoleAssigned, Body: &RoleAssignment{Role: a.role, Person: p, Was: holder[a.role]}})
		holder[a.role] = p
	}
	if len(drafts) == 0 {
		return nil, Errorf(Conflict, "nobody would change: name a deputy, a technical lead, a communications lead or a scribe")
	}
	return append(drafts, Draft{Kind: KindStaffed, Body: &Staffed{StaffLine(func(r Role) string { return holder[r] })}}), nil
}

var staffRoles = []Role{Commander, Deputy, TechnicalLead, CommsLead, Scribe}

// StaffLine says who does what in one line, ready to be posted; holder gives the
// person in a role, "" for nobody.
func StaffLine(holder func(Role) string) string {
	short := map[Role]string{Commander: "IC", Deputy: "Deputy", TechnicalLead: "Tech lead", CommsLead: "Comms", Scribe: "Scribe"}
	parts := make([]string, len(staffRoles))
	for i, r := range staffRoles {
		p := holder(r)
		if p == "" {
			p = "nobody"
		}
		parts[i] = short[r] + ": " + p
	}
	return strings.Join(parts, " · ")
}
