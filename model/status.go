package model

import "strings"

// Status is where an incident stands.
type Status string

// The statuses, in the order of the lifecycle. Going back is allowed.
const (
	Triage        Status = "triage"
	Investigating Status = "investigating"
	Identified    Status = "identified"
	Mitigated     Status = "mitigated"
	Monitoring    Status = "monitoring"
	Resolved      Status = "resolved"
	Postmortem    Status = "postmortem"
	Followup      Status = "followup"
	Closed        Status = "closed"
	Canceled      Status = "canceled" // false alarm or duplicate
)

// Statuses lists every status in lifecycle order, canceled last.
var Statuses = []Status{
	Triage, Investigating, Identified, Mitigated, Monitoring,
	Resolved, Postmortem, Followup, Closed, Canceled,
}

// rank is the place in the lifecycle, -1 for an unknown status.
func (s Status) rank() int {
	for i, t := range Statuses {
		if s == t {
			return i
		}
	}
	return -1
}

// Valid reports whether s is a status this version knows.
func (s Status) Valid() bool { return s.rank() >= 0 }

// Live reports whether the incident still needs people now: before resolved.
func (s Status) Live() bool { return s.Valid() && s.rank() < Resolved.rank() }

// Open reports whether anything is still to be done: neither closed nor canceled.
func (s Status) Open() bool { return s.Valid() && s != Closed && s != Canceled }

// Public is the word for s that people outside read: status pages know four.
func (s Status) Public() string {
	switch s {
	case Identified:
		return "identified"
	case Mitigated, Monitoring:
		return "monitoring"
	case Triage, Investigating:
		return "investigating"
	}
	return "resolved"
}

// ParseStatus reads a status by name or by an unambiguous beginning ("inv").
func ParseStatus(s string) (Status, error) {
	t := strings.ToLower(strings.TrimSpace(s))
	switch t {
	case "cancelled", "cancel":
		return Canceled, nil
	case "fixed":
		return Mitigated, nil
	}
	if st, ok := unique(t, Statuses); ok {
		return st, nil
	}
	return "", Errorf(Invalid, "%q is no status: give one of %s", Brief(s, 40), join(Statuses))
}

// Phase is a station of the lifecycle as the seed draws it, for the breadcrumb.
type Phase string

// The phases in order.
const (
	PhaseDetection  Phase = "Detection"
	PhaseTriage     Phase = "Triage"
	PhaseResponse   Phase = "Response"
	PhaseResolution Phase = "Resolution"
	PhaseRecovery   Phase = "Recovery"
	PhasePostmortem Phase = "Postmortem"
	PhaseActions    Phase = "Action Items"
	PhasePrevention Phase = "Prevention"
)

// Phases lists the phases in order.
var Phases = []Phase{
	PhaseDetection, PhaseTriage, PhaseResponse, PhaseResolution,
	PhaseRecovery, PhasePostmortem, PhaseActions, PhasePrevention,
}

// Phase returns the phase that s belongs to; "" for canceled and unknown.
func (s Status) Phase() Phase {
	switch s {
	case Triage:
		return PhaseTriage
	case Investigating, Identified:
		return PhaseResponse
	case Mitigated:
		return PhaseResolution
	case Monitoring, Resolved:
		return PhaseRecovery
	case Postmortem:
		return PhasePostmortem
	case Followup:
		return PhaseActions
	case Closed:
		return PhasePrevention
	}
	return ""
}

// unique finds the one word that equals t or, failing that, the only one that
// starts with it (at least two letters, so that a slip does not decide).
func unique[T ~string](t string, words []T) (T, bool) {
	var found T
	n := 0
	for _, w := range words {
		if string(w) == t {
			return w, true
		}
		if len(t) >= 2 && strings.HasPrefix(string(w), t) {
			found, n = w, n+1
		}
	}
	return found, n == 1
}

func join[T ~string](words []T) string {
	parts := make([]string, len(words))
	for i, w := range words {
		parts[i] = string(w)
	}
	return strings.Join(parts, ", ")
}
