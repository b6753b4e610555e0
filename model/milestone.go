package model

import (
	"strings"
	"time"
)

// Milestone names a moment that the metrics are computed from.
type Milestone string

// The milestones in the order in which they usually happen. They may come out
// of order in a real incident; that is shown, never refused.
const (
	ImpactStarted       Milestone = "impact_started"
	Detected            Milestone = "detected"
	Acknowledged        Milestone = "acknowledged"
	Declared            Milestone = "declared"
	CommanderAssigned   Milestone = "commander_assigned"
	FirstUpdate         Milestone = "first_update"
	WasIdentified       Milestone = "identified"
	WasMitigated        Milestone = "mitigated"
	Recovered           Milestone = "recovered"
	WasResolved         Milestone = "resolved"
	PostmortemPublished Milestone = "postmortem_published"
	WasClosed           Milestone = "closed"
)

// Milestones lists them in order.
var Milestones = []Milestone{
	ImpactStarted, Detected, Acknowledged, Declared, CommanderAssigned, FirstUpdate,
	WasIdentified, WasMitigated, Recovered, WasResolved, PostmortemPublished, WasClosed,
}

// String is the milestone in plain words.
func (m Milestone) String() string { return strings.ReplaceAll(string(m), "_", " ") }

// ParseMilestone reads a milestone by name or by an unambiguous beginning.
func ParseMilestone(s string) (Milestone, error) {
	t := strings.ToLower(strings.TrimSpace(s))
	t = strings.NewReplacer(" ", "_", "-", "_").Replace(t)
	if m, ok := unique(t, Milestones); ok {
		return m, nil
	}
	return "", Errorf(Invalid, "%q is no milestone: give one of %s", Brief(s, 40), join(Milestones))
}

// Mark is when a milestone was reached. A milestone without a mark is unknown,
// never zero.
type Mark struct {
	At    time.Time `json:"at"`             // as last set or corrected
	First time.Time `json:"first"`          // as first set; differs after a relapse or a correction
	Seq   int64     `json:"seq"`            // the event that set At
	Of    int64     `json:"of,omitempty"`   // the event it follows from, if Auto
	Auto  bool      `json:"auto,omitempty"` // follows from a status or role change
	Void  bool      `json:"void,omitempty"` // the incident went back before this point
}

// reachedBy maps a status to the milestone that entering it reaches.
var reachedBy = map[Status]Milestone{
	Identified: WasIdentified,
	Mitigated:  WasMitigated,
	Resolved:   WasResolved,
	Closed:     WasClosed,
}

// voidBelow says which status an incident must have reached for a milestone to
// stand: falling back below it voids the mark until it is reached again.
var voidBelow = map[Milestone]Status{
	WasIdentified: Identified,
	WasMitigated:  Mitigated,
	Recovered:     Mitigated,
	WasResolved:   Resolved,
	WasClosed:     Closed,
}
