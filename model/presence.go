package model

import (
	"cmp"
	"strings"
	"time"
	"unicode/utf8"
)

// Presence is one terminal that has a room open on the record. Several may be
// of one person. It is told between programs while they run and is no part of
// the record.
type Presence struct {
	Person   string    `json:"person"`
	Incident string    `json:"incident"` // the incident on the screen; "" if it shows none
	Host     string    `json:"host"`     // the machine that the program runs on
	PID      int       `json:"pid"`      // its process there; several terminals may share one
	Typing   bool      `json:"typing"`
	Since    time.Time `json:"since"` // when this person came to this incident
}

// Bounded is p as it may be shown to others: its names are valid UTF-8, without
// space around them, and cut to MaxName bytes. They are foreign text all the same.
func (p Presence) Bounded() Presence {
	p.Person, p.Incident, p.Host = boundedName(p.Person), boundedName(p.Incident), boundedName(p.Host)
	return p
}

func boundedName(s string) string {
	s = strings.TrimSpace(Valid(s))
	if len(s) <= MaxName {
		return s
	}
	end := MaxName
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return strings.TrimSpace(s[:end])
}

// SamePlace reports whether p and q tell the same about the same person.
func (p Presence) SamePlace(q Presence) bool {
	return p.Person == q.Person && p.Incident == q.Incident && p.Typing == q.Typing
}

// Same reports whether p and q are equal in everything.
func (p Presence) Same(q Presence) bool {
	return p.SamePlace(q) && p.Host == q.Host && p.PID == q.PID && p.Since.Equal(q.Since)
}

// Compare orders by person, without regard to case, and then by Since; it is 0
// only for two that are the Same but for Typing.
func (p Presence) Compare(q Presence) int {
	return cmp.Or(
		cmp.Compare(strings.ToLower(p.Person), strings.ToLower(q.Person)),
		p.Since.Compare(q.Since),
		cmp.Compare(p.Person, q.Person),
		cmp.Compare(p.Incident, q.Incident),
		cmp.Compare(p.Host, q.Host),
		cmp.Compare(p.PID, q.PID),
	)
}
