package model

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
)

// Past is what the declaration of an incident holds that was imported from a
// history, so that one event tells what the source told: where it comes from,
// which milestones are known, and what it was put down to.
type Past struct {
	Source      string                  `json:"source"`            // the form of the history: csv, json, statuspage, gcp
	Ref         string                  `json:"ref"`               // what it is known by there, or a digest of it: an incident is imported once
	Cause       string                  `json:"cause,omitempty"`   // as the source words it
	Minutes     *float64                `json:"minutes,omitempty"` // duration as the source states it
	Maintenance bool                    `json:"maintenance,omitempty"`
	Day         bool                    `json:"day_only,omitempty"` // of its beginning only the day is known
	Milestones  map[Milestone]time.Time `json:"milestones,omitempty"`
}

// History is an incident that a history tells of, on its way into the record.
type History struct {
	Past
	Title       string
	Description string
	Services    []string
	Severity    Severity // 0: the history does not say
	Status      Status   // "": closed
	Drill       bool
	Declared    time.Time
	Lines       []HistoryLine // its timeline, if the source has one
}

// HistoryLine is an entry of the timeline of an imported incident.
type HistoryLine struct {
	At   time.Time
	Kind Kind // a kind that people write
	Text string
}

// maxHistoryLines is how many entries of one incident are taken over.
const maxHistoryLines = 1000

// Drafts are the events that an imported incident consists of: its declaration
// with what is known of its past, and its timeline. Nothing may lie in the
// future of now.
func (h History) Drafts(now time.Time) ([]Draft, error) {
	s := Scene{Now: now}
	b := Declaration{Severity: h.Severity, Status: h.Status, Drill: h.Drill}
	var err error
	if b.Title, err = cleanTitle(Shorten(h.Title, MaxTitle)); err != nil {
		return nil, err
	}
	if d := strings.TrimSpace(Valid(h.Description)); d != "" {
		b.Description = Shorten(d, MaxText)
	}
	if b.Services, err = cleanServices(h.Services); err != nil {
		return nil, err
	}
	if b.Severity != 0 && !b.Severity.Valid() {
		return nil, Errorf(Invalid, "%d is no severity: it is 1 (worst) to 5", int(b.Severity))
	}
	if b.Status == "" {
		b.Status = Closed
	}
	if !b.Status.Valid() {
		return nil, Errorf(Invalid, "%q is no status", Brief(string(b.Status), 40))
	}
	if h.Ref == "" || h.Source == "" {
		return nil, Errorf(Invalid, "it is not said by what it can be recognised")
	}
	at, err := s.when(h.Declared)
	if err != nil || h.Declared.IsZero() {
		return nil, Errorf(Invalid, "it has no time that an incident can have: %s", Message(err))
	}
	p := h.Past
	p.Source, p.Ref = Shorten(Valid(p.Source), MaxName), Shorten(Valid(p.Ref), MaxText)
	p.Cause = Shorten(strings.TrimSpace(Valid(p.Cause)), MaxText)
	if m := p.Minutes; m != nil && (math.IsNaN(*m) || math.IsInf(*m, 0) || *m < 0) {
		p.Minutes = nil
	}
	p.Milestones = nil
	for m, t := range h.Milestones {
		if t, err = s.when(t); err != nil || !slices.Contains(Milestones, m) {
			continue // a moment that is not known is left out, never invented
		}
		if p.Milestones == nil {
			p.Milestones = map[Milestone]time.Time{}
		}
		p.Milestones[m] = t
	}
	delete(p.Milestones, Declared)
	b.Past = &p
	drafts := []Draft{{at, KindDeclared, &b}}
	lines := slices.Clone(h.Lines)
	slices.SortStableFunc(lines, func(a, b HistoryLine) int { return a.At.Compare(b.At) })
	for _, l := range lines[:min(len(lines), maxHistoryLines)] {
		text := Shorten(strings.TrimSpace(Valid(l.Text)), MaxText)
		t, err := s.when(cmp.Or(l.At, at))
		if text == "" || err != nil {
			continue
		}
		k := l.Kind
		if !k.Written() {
			k = KindUpdate
		}
		drafts = append(drafts, Draft{t, k, &Note{Line: text}})
	}
	return drafts, nil
}

// Shorten cuts s to at most n bytes at the border of a character, with an
// ellipsis where something was cut.
func Shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	const dots = "…"
	cut := max(0, n-len(dots))
	for cut > 0 && s[cut]&0xc0 == 0x80 {
		cut--
	}
	return s[:cut] + dots
}

// past folds what a declaration says about an incident's past.
func (i *Incident) past(b *Declaration, e Event) {
	if b.Past == nil {
		return
	}
	p := *b.Past
	p.Milestones = nil // they are the incident's
	i.Past = &p
	i.VacantSince = time.Time{} // who led it then is not known
	set := func(m Milestone, t time.Time) {
		i.mark(&MilestoneMark{Name: m, At: &t, Auto: true, Of: e.Seq}, e)
	}
	set(Declared, e.At)
	for m, t := range b.Past.Milestones {
		set(m, t)
	}
}

// Minutes is how long the incident took, from Started to its end: as its source
// states it where it was imported, else by its milestones. Open is true while it
// goes on; known is false where its length cannot be told.
func (i *Incident) Minutes() (minutes float64, open, known bool) {
	if i.Status.Live() {
		return 0, true, false
	}
	if i.Past != nil {
		if i.Past.Minutes != nil && *i.Past.Minutes >= 0 {
			return *i.Past.Minutes, false, true
		}
		end, ok := i.At(WasResolved)
		if !ok || end.Before(i.Started()) {
			return 0, false, false
		}
		return end.Sub(i.Started()).Minutes(), false, true
	}
	end, over := i.Ended()
	if !over || end.Before(i.Started()) {
		return 0, false, false
	}
	return end.Sub(i.Started()).Minutes(), false, true
}
