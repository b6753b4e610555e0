package model

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// SizeUp is the commander's picture of the situation: each part one line.
type SizeUp struct {
	Symptoms string    `json:"symptoms,omitempty"`
	Scope    string    `json:"scope,omitempty"`
	Trend    string    `json:"trend,omitempty"` // rising, flapping, static, falling; or any words
	PlanB    string    `json:"plan_b,omitempty"`
	At       time.Time `json:"at,omitzero"` // when it was last touched
}

// Trends are the words that the field uses for a trend.
var Trends = []string{"rising", "flapping", "static", "falling"}

// SizedUp changes parts of the size-up; nil leaves a part alone.
type SizedUp struct {
	Symptoms *string `json:"symptoms,omitempty"`
	Scope    *string `json:"scope,omitempty"`
	Trend    *string `json:"trend,omitempty"`
	PlanB    *string `json:"plan_b,omitempty"`

	Was SizeUp `json:"was,omitzero"` // the size-up before, so that this can be taken back
}

func (b *SizedUp) Text() string {
	var parts []string
	for _, p := range []struct {
		name string
		v    *string
	}{{"symptoms", b.Symptoms}, {"scope", b.Scope}, {"trend", b.Trend}, {"plan B", b.PlanB}} {
		if p.v == nil {
			continue
		}
		v := *p.v
		if v == "" {
			v = "not known"
		}
		parts = append(parts, p.name+": "+v)
	}
	return strings.Join(parts, "; ")
}
func (b *SizedUp) Important() bool { return false }

// Size changes parts of the size-up; nil leaves a part alone, "" empties it.
type Size struct {
	Symptoms, Scope, Trend, PlanB *string
	ImpactStart                   time.Time // since when users suffer; zero leaves it alone
}

// Decide refuses a change that changes nothing.
func (c Size) Decide(s Scene) ([]Draft, error) {
	var b SizedUp
	u := s.Incident.SizeUp
	for _, p := range []struct {
		name string
		to   *string
		was  string
		put  **string
	}{
		{"symptoms", c.Symptoms, u.Symptoms, &b.Symptoms}, {"scope", c.Scope, u.Scope, &b.Scope},
		{"trend", c.Trend, u.Trend, &b.Trend}, {"plan B", c.PlanB, u.PlanB, &b.PlanB},
	} {
		if p.to == nil {
			continue
		}
		v := strings.Join(strings.Fields(incoming(*p.to)), " ")
		if len(v) > MaxTitle {
			return nil, Errorf(Invalid, "the %s is too long: one line of at most %d bytes", p.name, MaxTitle)
		}
		if v != p.was {
			*p.put = &v
		}
	}
	var drafts []Draft
	if !c.ImpactStart.IsZero() {
		m, err := SetMilestone{Name: ImpactStarted, At: c.ImpactStart}.Decide(s)
		if err != nil {
			return nil, err
		}
		drafts = m
	}
	if b != (SizedUp{}) {
		b.Was = u
		drafts = append(drafts, Draft{Kind: KindSizedUp, Body: &b})
	}
	if len(drafts) == 0 {
		return nil, Errorf(Conflict, "nothing would change")
	}
	return drafts, nil
}

func (i *Incident) sizeUp(b *SizedUp, at time.Time) {
	for _, p := range []struct {
		from *string
		to   *string
	}{{b.Symptoms, &i.SizeUp.Symptoms}, {b.Scope, &i.SizeUp.Scope}, {b.Trend, &i.SizeUp.Trend}, {b.PlanB, &i.SizeUp.PlanB}} {
		if p.from != nil {
			*p.to = *p.from
		}
	}
	i.SizeUp.At = at
}

// ReportsCounted counts customers who reported the trouble.
type ReportsCounted struct {
	Add   int    `json:"add"`
	Total int    `json:"total"`
	Note  string `json:"note,omitempty"`
}

func (b *ReportsCounted) Text() string {
	return fmt.Sprintf("customer reports: %d (%+d)", b.Total, b.Add) + because(b.Note)
}
func (b *ReportsCounted) Important() bool { return false }

// ReportCount is how many customers had reported the trouble at a time.
type ReportCount struct {
	At    time.Time `json:"at"`
	Total int       `json:"total"`
}

// keptCounts is how many of the newest counts are kept, at most one for a minute.
const keptCounts = 120

// reported keeps a count. What was corrected away is taken from the newest.
func (i *Incident) reported(total int, at time.Time) {
	log := own(i.ReportLog) // who holds an older state keeps it
	before := func(k int) int {
		if k == 0 {
			return 0
		}
		return log[k-1].Total
	}
	for n := len(log); n > 0 && log[n-1].Total > total; n = len(log) {
		if log[n-1].Total = total; before(n-1) >= total {
			log = log[:n-1]
		}
	}
	switch n := len(log); {
	case n > 0 && log[n-1].Total == total:
	case n > 0 && !at.Before(log[n-1].At) && at.Sub(log[n-1].At) < time.Minute:
		log[n-1].Total = total
	case total > before(n):
		log = append(log, ReportCount{at, total})
	}
	i.ReportLog = own(log[max(0, len(log)-keptCounts):])
}

// ReportsBy counts the reports that came in each of n equal spans that end at now,
// the oldest first.
func (i *Incident) ReportsBy(n int, span time.Duration, now time.Time) []int {
	out := make([]int, n)
	was := 0
	for _, c := range i.ReportLog {
		if k := n - 1 - int(max(0, now.Sub(c.At))/span); k >= 0 {
			out[k] += c.Total - was
		}
		was = c.Total
	}
	return out
}

// CountReports adds customer reports; a negative number corrects the count.
type CountReports struct {
	Add  int
	Note string
}

// Decide refuses a count below zero.
func (c CountReports) Decide(s Scene) ([]Draft, error) {
	total := s.Incident.Reports + c.Add
	switch {
	case c.Add == 0 || c.Add > 1_000_000 || c.Add < -1_000_000:
		return nil, Errorf(Invalid, "%d is no number of reports to add", c.Add)
	case total < 0:
		return nil, Errorf(Invalid, "there are only %d reports: %d cannot be taken away", s.Incident.Reports, -c.Add)
	}
	note, err := cleanReason(c.Note)
	if err != nil {
		return nil, err
	}
	return []Draft{{Kind: KindReportsCounted, Body: &ReportsCounted{c.Add, total, note}}}, nil
}

// Place is where people meet or look: the bridge, the channel, a document.
type Place struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// LinkSet adds, changes or (with an empty URL) removes a link.
type LinkSet struct {
	Name string `json:"name"`
	URL  string `json:"url"`
	Was  string `json:"was,omitempty"` // the address before, so that this can be taken back
}

func (b *LinkSet) Text() string {
	if b.URL == "" {
		return "link removed: " + b.Name
	}
	return fmt.Sprintf("link %s: %s", b.Name, b.URL)
}
func (b *LinkSet) Important() bool { return false }

// SetLink adds or changes a link; an empty URL removes it.
type SetLink struct{ Name, URL string }

// Decide refuses what is no address a browser, a phone or a chat can open, and a
// change that changes nothing.
func (c SetLink) Decide(s Scene) ([]Draft, error) {
	name := strings.ToLower(strings.TrimSpace(Valid(c.Name)))
	if name == "" || len(name) > 30 || strings.ContainsAny(name, " \t\n") {
		return nil, Errorf(Invalid, "%q is no name for a link: one short word such as bridge, channel, doc", Brief(c.Name, 40))
	}
	at := strings.TrimSpace(incoming(c.URL))
	if at != "" {
		u, err := url.Parse(at)
		if err != nil || u.Scheme == "" || len(at) > 2000 || strings.ContainsFunc(at, func(r rune) bool { return r <= ' ' || hidden(r) }) {
			return nil, Errorf(Invalid, "%q is no address: give it with its scheme, https://… or tel:…", Brief(at, 60))
		}
		scheme := strings.ToLower(u.Scheme)
		if u.Host == "" && (scheme == "https" || scheme == "http") {
			return nil, Errorf(Invalid, "%q names no place: give for example https://meet.example.org/room", Brief(at, 60))
		}
		if !slices.Contains([]string{"https", "http", "tel", "mailto", "slack", "msteams", "zoommtg", "sip"}, scheme) {
			return nil, Errorf(Invalid, "an address that begins with %q: is not opened; use https, http, tel, mailto, slack, msteams or sip", Brief(u.Scheme, 20))
		}
	}
	was := slices.IndexFunc(s.Incident.Links, func(l Place) bool { return l.Name == name })
	switch {
	case at == "" && was < 0:
		return nil, Errorf(NotFound, "there is no link %q to remove: an address adds it", name)
	case was >= 0 && s.Incident.Links[was].URL == at:
		return nil, Errorf(Conflict, "nothing would change: link %s is that already", name)
	}
	b := &LinkSet{Name: name, URL: at}
	if was >= 0 {
		b.Was = s.Incident.Links[was].URL
	}
	return []Draft{{Kind: KindLinkSet, Body: b}}, nil
}

func (i *Incident) link(b *LinkSet) {
	is := func(l Place) bool { return l.Name == b.Name }
	switch k := slices.IndexFunc(i.Links, is); {
	case b.URL == "":
		i.Links = without(i.Links, is)
	case k >= 0:
		i.Links[k].URL = b.URL
	default:
		i.Links = append(i.Links, Place{b.Name, b.URL})
	}
}
