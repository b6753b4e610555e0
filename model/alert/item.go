package alert

import (
	"time"

	"warroom/model"
)

// Item is an alert in the inbox, with what people did about it.
type Item struct {
	Alert
	N        int64     `json:"n"` // its number in the inbox
	Group    int64     `json:"group"`
	Why      string    `json:"why,omitempty"` // why it stands in its group
	Received time.Time `json:"received"`
	Seen     int       `json:"deliveries"` // how often it was delivered
	Muted    time.Time `json:"muted_until,omitzero"`
	Acked    time.Time `json:"acknowledged_at,omitzero"`
	AckedBy  string    `json:"acknowledged_by,omitempty"`
	Incident string    `json:"incident,omitempty"` // it is part of
	Noise    string    `json:"noise,omitempty"`    // why somebody called it noise
	NoiseBy  string    `json:"noise_by,omitempty"`
}

// Bare are items without what people did about them.
func Bare(items []Item) []Alert {
	out := make([]Alert, len(items))
	for i := range items {
		out[i] = items[i].Alert
	}
	return out
}

// State is the status of the item at t: Suppressed while it fires under a
// silence.
func (i Item) State(t time.Time) Status {
	if i.Status == Firing && i.Muted.After(t) {
		return Suppressed
	}
	return i.Status
}

// Group is a line of the inbox: alerts that belong together.
type Group struct {
	N        int64          `json:"n"`
	Lead     Lead           `json:"lead"` // what new alerts are compared with
	Title    string         `json:"title"`
	Severity model.Severity `json:"severity,omitzero"` // of the worst; 0: none is known
	First    time.Time      `json:"first"`             // when the first of them fired
	Newest   time.Time      `json:"newest"`            // when the newest fired
	Total    int            `json:"total"`
	Firing   int            `json:"firing"` // of these neither acknowledged nor resolved, silenced ones included
	Acked    int            `json:"acknowledged"`
	Muted    int            `json:"muted"` // of the firing ones, under a silence
	Until    time.Time      `json:"muted_until,omitzero"`
	Services []string       `json:"services"` // the first few, in the order they came
	Rules    []string       `json:"rules"`
	Sources  []string       `json:"sources"`
	Grade    string         `json:"grade"` // of the newest alert
	Score    int            `json:"quality_score"`
	Incident string         `json:"incident,omitempty"`
	Noise    string         `json:"noise,omitempty"`
	NoiseBy  string         `json:"noise_by,omitempty"`
	Newer    int64          `json:"newest_n"` // the newest item
}

// maxNamed is how many services, rules and sources a group names.
const maxNamed = 20

// Join adds a name to a short list, if it is not there.
func Join(list []string, s string) []string {
	if s == "" || len(list) >= maxNamed {
		return list
	}
	for _, x := range list {
		if x == s {
			return list
		}
	}
	return append(list, s)
}

// Loud is how many of the group want somebody at t: firing, not acknowledged,
// not silenced. When the first silence of the group ends, all count again.
func (g Group) Loud(t time.Time) int {
	if g.Until.After(t) {
		return g.Firing - g.Muted
	}
	return g.Firing
}

// State is the status of the group as a whole: of its liveliest alert.
func (g Group) State(t time.Time) Status {
	switch {
	case g.Loud(t) > 0:
		return Firing
	case g.Acked > 0:
		return Acknowledged
	case g.Firing > 0:
		return Suppressed
	}
	return Resolved
}

// Open reports whether anything of the group has not ended.
func (g Group) Open() bool { return g.Firing+g.Acked > 0 }

// Aside is a payload that could not be read or placed, kept whole with the
// reason, so that nothing a tool sent is lost.
type Aside struct {
	N        int64     `json:"n"`
	Received time.Time `json:"received"`
	Source   string    `json:"source"`
	Reason   string    `json:"reason"`
	Seen     int       `json:"deliveries"`
	Size     int       `json:"size"` // bytes as sent; Body may be its beginning only
	Body     []byte    `json:"body,omitempty"`
}

// Intake is what became of alerts that were handed to the inbox.
type Intake struct {
	New       int        `json:"new"`
	Changed   int        `json:"changed"`   // ended, acknowledged or told more
	Same      int        `json:"same"`      // delivered before
	Unmatched int        `json:"unmatched"` // ends of alerts that were never seen; kept aside
	Groups    int        `json:"groups"`    // opened
	Cleared   []Clearing `json:"cleared,omitempty"`
}

// Pruned counts what was forgotten of the inbox.
type Pruned struct {
	Lines    int64 `json:"lines"`
	Alerts   int64 `json:"alerts"`
	Aside    int64 `json:"kept_aside"`
	Silences int64 `json:"silences"`
}

// LeastKeep is the shortest time that the inbox is kept for.
const LeastKeep = 24 * time.Hour

// Deed is something that somebody did about a line of the inbox.
type Deed struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	What string    `json:"what"` // acknowledged, noise, note …
	Item int64     `json:"alert,omitempty"`
	Text string    `json:"text,omitempty"`
}

// Clearing says that the last alert of a group that is part of an incident has
// ended.
type Clearing struct {
	Incident string    `json:"incident"`
	Group    int64     `json:"group"`
	Title    string    `json:"title"`
	Total    int       `json:"total"`
	At       time.Time `json:"at"`
}

// Filter chooses groups of the inbox.
type Filter struct {
	All      bool   // also those that have ended or are noise
	Incident string // only those of this incident
	Query    string // only those whose title, rules or services hold this
	Limit    int    // 0: all
}

// Pick chooses items: of one group, of one incident, or that fired since a
// moment.
type Pick struct {
	Group    int64
	Incident string
	Since    time.Time
	Limit    int // 0: all; the newest
}
