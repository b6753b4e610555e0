package model

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// ActionRow is an action item in a list over all incidents.
type ActionRow struct {
	Incident string
	Title    string // of the incident
	Services []string
	Severity Severity
	Drill    bool
	ActionItem
}

// ActionFilter chooses action items for a list; the zero value chooses all.
type ActionFilter struct {
	Open      bool
	Owner     string
	Services  []string // of the incident: any of these
	DueBefore Date     // due on an earlier day than this; items without a day are left out
	NoDrills  bool
	Limit     int // 0 for all
}

// Match reports whether r passes f. Limit is the reader's business.
func (f ActionFilter) Match(r ActionRow) bool {
	switch {
	case f.Open && !r.Open(),
		f.NoDrills && r.Drill,
		f.Owner != "" && !SamePerson(strings.TrimPrefix(f.Owner, "@"), r.Owner),
		f.DueBefore != "" && (r.Due == "" || r.Due >= f.DueBefore),
		len(f.Services) > 0 && !slices.ContainsFunc(f.Services, func(s string) bool {
			return slices.ContainsFunc(r.Services, func(t string) bool { return strings.EqualFold(s, t) })
		}):
		return false
	}
	return true
}

// SortActions puts a list in the order in which it is to be worked through: open
// ones first, the soonest due, then the most urgent; what has no day comes after
// what has one.
func SortActions(rows []ActionRow) {
	last := func(s string) string {
		if s == "" {
			return "~"
		}
		return s
	}
	slices.SortStableFunc(rows, func(a, b ActionRow) int {
		if a.Open() != b.Open() {
			if a.Open() {
				return -1
			}
			return 1
		}
		if !a.Open() { // what has ended: the latest first
			if c := b.Ended.Compare(a.Ended); c != 0 {
				return c
			}
		}
		return cmp.Or(
			strings.Compare(last(string(a.Due)), last(string(b.Due))),
			strings.Compare(last(string(a.Priority)), last(string(b.Priority))),
			strings.Compare(b.Incident, a.Incident), cmp.Compare(a.N, b.N))
	})
}

// ActionCount says how a list of action items stands.
type ActionCount struct {
	Open    int `json:"open"`
	Overdue int `json:"overdue"`
	Done    int `json:"done"`
	OnTime  int `json:"closed_on_time"` // done by the end of the day that was said
	Late    int `json:"closed_late"`
	Undated int `json:"closed_without_due"`
	Dropped int `json:"dropped"`
}

// CountActions counts a list.
func CountActions(rows []ActionRow, now time.Time) ActionCount {
	var c ActionCount
	for _, r := range rows {
		switch {
		case r.State == ItemDropped:
			c.Dropped++
		case r.Open():
			c.Open++
			if r.Overdue(now) {
				c.Overdue++
			}
		default:
			c.Done++
			switch {
			case r.Due == "":
				c.Undated++
			case r.OnTime():
				c.OnTime++
			default:
				c.Late++
			}
		}
	}
	return c
}
