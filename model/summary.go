package model

import (
	"slices"
	"strings"
	"time"
)

// Summary is an incident as a row of a list.
type Summary struct {
	ID          string
	Title       string
	Services    []string
	Severity    Severity
	Status      Status
	Drill       bool
	Commander   string
	Started     time.Time
	DeclaredAt  time.Time
	Ended       time.Time // zero while live
	Lines       int
	Last        string
	LastAt      time.Time
	Seq         int64
	VacantSince time.Time
	Unknown     bool // it is over, and how long it took is not known
	Elsewhere   bool // it was imported, and nobody has led it here
}

// Summary returns the row that lists show for i.
func (i *Incident) Summary() Summary {
	s := Summary{
		ID: i.ID, Title: i.Title, Services: slices.Clone(i.Services), Severity: i.Severity,
		Status: i.Status, Drill: i.Drill, Commander: i.Commander(), Started: i.Started(),
		Lines: i.Lines, Last: i.Last, LastAt: i.LastAt, Seq: i.Seq, VacantSince: i.VacantSince,
	}
	s.DeclaredAt, _ = i.At(Declared)
	s.Ended, _ = i.Ended()
	_, known := i.Elapsed(s.Ended)
	s.Unknown, s.Elsewhere = !known, i.LedElsewhere()
	return s
}

// Elapsed is how long the incident has been, or was, going on, if that is known.
func (s Summary) Elapsed(now time.Time) (d time.Duration, known bool) {
	if !s.Ended.IsZero() {
		now = s.Ended
	}
	return max(0, now.Sub(s.Started)), !s.Unknown
}

// Leaderless reports whether nobody commands the incident although somebody
// should.
func (s Summary) Leaderless() bool {
	return s.Status.Live() && s.Commander == "" && !s.Elsewhere
}

// Filter chooses incidents for a list; the zero value chooses all.
type Filter struct {
	Open     bool     // only those not closed or canceled
	Live     bool     // only those before resolved
	Statuses []Status // any of these
	MaxSev   Severity // this severity or worse
	Service  string
	Person   string // commander
	Text     string // contained in title, service or id, without regard to case
	NoDrills bool
	Limit    int // 0 for all
}

// Match reports whether s passes f. Limit is the reader's business.
func (f Filter) Match(s Summary) bool {
	has := func(v string) bool { return strings.Contains(strings.ToLower(v), strings.ToLower(f.Text)) }
	switch {
	case f.Open && !s.Status.Open(),
		f.Live && !s.Status.Live(),
		len(f.Statuses) > 0 && !slices.Contains(f.Statuses, s.Status),
		f.MaxSev.Valid() && s.Severity > f.MaxSev,
		f.NoDrills && s.Drill,
		f.Person != "" && !SamePerson(f.Person, s.Commander),
		f.Service != "" && !slices.ContainsFunc(s.Services, func(v string) bool { return strings.EqualFold(v, f.Service) }):
		return false
	}
	return f.Text == "" || has(s.Title) || has(s.ID) || slices.ContainsFunc(s.Services, has)
}
