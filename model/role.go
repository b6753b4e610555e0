package model

import "strings"

// Role is a function in the incident command system.
type Role string

// The roles. Only the commander is ever required by itself.
const (
	Commander        Role = "incident_commander"
	Deputy           Role = "deputy"
	TechnicalLead    Role = "technical_lead"
	CommsLead        Role = "communications_lead"
	Scribe           Role = "scribe"
	SME              Role = "sme"
	CustomerLiaison  Role = "customer_liaison"
	InternalLiaison  Role = "internal_liaison"
	Observer         Role = "observer"
	roleMaxPersonLen      = 64
)

// Roles lists the roles in the order in which the role board shows them.
var Roles = []Role{
	Commander, TechnicalLead, CommsLead, Scribe, SME,
	Deputy, CustomerLiaison, InternalLiaison, Observer,
}

// BoardRoles are the seed's five, which the board always shows.
var BoardRoles = []Role{Commander, TechnicalLead, CommsLead, Scribe, SME}

// Many reports whether several people hold r at once. All other roles have one
// holder: a new one takes over from the old.
func (r Role) Many() bool { return r == SME || r == Observer }

// Valid reports whether r is a role this version knows.
func (r Role) Valid() bool {
	for _, x := range Roles {
		if x == r {
			return true
		}
	}
	return false
}

// String is the role in plain words, "incident commander".
func (r Role) String() string {
	if r == SME {
		return "subject matter expert"
	}
	return strings.ReplaceAll(string(r), "_", " ")
}

// Label is the short title for the role board.
func (r Role) Label() string {
	switch r {
	case Commander:
		return "Commander"
	case TechnicalLead:
		return "Technical lead"
	case CommsLead:
		return "Communications"
	case CustomerLiaison:
		return "Customers"
	case InternalLiaison:
		return "Internal"
	case SME:
		return "SME"
	case "":
		return ""
	}
	s := r.String()
	return strings.ToUpper(s[:1]) + s[1:]
}

// roleAliases are the short forms people type.
var roleAliases = map[string]Role{
	"ic": Commander, "commander": Commander, "im": Commander,
	"tech_lead": TechnicalLead, "ops_lead": TechnicalLead, "comms_lead": CommsLead,
	"dep": Deputy, "backup": Deputy,
	"tl": TechnicalLead, "tech": TechnicalLead, "ops": TechnicalLead, "technical": TechnicalLead,
	"cl": CommsLead, "comms": CommsLead, "communications": CommsLead,
	"sc": Scribe, "expert": SME, "subject_matter_expert": SME,
	"customers": CustomerLiaison, "customer": CustomerLiaison,
	"internal": InternalLiaison, "obs": Observer,
}

// ParseRole reads a role by name, by the short forms people use (ic, tl, cl …)
// or by an unambiguous beginning.
func ParseRole(s string) (Role, error) {
	if r, ok := fullRole(s); ok {
		return r, nil
	}
	if r, ok := unique(roleWord(s), Roles); ok {
		return r, nil
	}
	return "", Errorf(Invalid, "%q is no role: give one of %s (or ic, tl, cl)", Brief(s, 40), join(Roles))
}

// fullRole reads a role by its whole name or by one of the short forms.
func fullRole(s string) (Role, bool) {
	w := roleWord(s)
	if r, ok := roleAliases[w]; ok {
		return r, true
	}
	return Role(w), Role(w).Valid()
}

func roleWord(s string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(s)))
}

// ParsePerson cleans a person's name: the leading @ is dropped, the rest is
// kept as typed.
func ParsePerson(s string) (string, error) {
	p := strings.TrimLeft(strings.TrimSpace(Valid(s)), "@ ")
	switch {
	case p == "":
		return "", Errorf(Invalid, "no name given: say who, for example @bob")
	case len(p) > roleMaxPersonLen:
		return "", Errorf(Invalid, "the name %q is too long: at most %d bytes", Brief(p, 30), roleMaxPersonLen)
	}
	return p, nil
}

// SamePerson compares two names without regard to case.
func SamePerson(a, b string) bool { return strings.EqualFold(a, b) }
