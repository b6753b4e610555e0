package model

import (
	"fmt"
	"strings"
	"time"
)

// The bodies of the events, in JSON as stored. A field is never renamed or given
// another meaning; a new one is added with omitempty.

// Declaration opens an incident.
type Declaration struct {
	Title       string   `json:"title"`
	Description string   `json:"description,omitempty"`
	Services    []string `json:"services,omitempty"`
	Severity    Severity `json:"severity"`
	Status      Status   `json:"status"`
	Drill       bool     `json:"drill,omitempty"`
	Source      string   `json:"source,omitempty"` // what detected it, if said
	Past        *Past    `json:"past,omitempty"`   // it was imported from a history
}

func (b *Declaration) Text() string {
	drill := ""
	if b.Drill {
		drill = "DRILL "
	}
	if b.Past != nil {
		return fmt.Sprintf("imported %s%s: %s", drill, b.Severity, b.Title)
	}
	return fmt.Sprintf("declared %s%s: %s", drill, b.Severity, b.Title)
}
func (b *Declaration) Important() bool { return true }

// Description changes what is known about the incident as a whole. A nil field
// was left as it is.
type Description struct {
	Title       *string   `json:"title,omitempty"`
	Description *string   `json:"description,omitempty"`
	Services    *[]string `json:"services,omitempty"`

	Was *Described `json:"was,omitempty"` // the same fields before, so that this can be taken back
}

// Described is what a description was before it changed; nil was left alone.
type Described struct {
	Title       *string   `json:"title,omitempty"`
	Description *string   `json:"description,omitempty"`
	Services    *[]string `json:"services,omitempty"`
}

func (b *Description) Text() string {
	var parts []string
	if b.Title != nil {
		parts = append(parts, "title: "+*b.Title)
	}
	if b.Services != nil {
		s := strings.Join(*b.Services, ", ")
		if s == "" {
			s = "none"
		}
		parts = append(parts, "services: "+s)
	}
	if b.Description != nil {
		parts = append(parts, "description: "+*b.Description)
	}
	return strings.Join(parts, "; ")
}
func (b *Description) Important() bool { return false }

// Note is a line that a person wrote; the event's Kind says of what sort.
type Note struct {
	Line string `json:"text"`
	Mark bool   `json:"important,omitempty"`
	Run  int    `json:"run,omitempty"` // it is about a step of this run
	Step string `json:"step,omitempty"`
}

func (b *Note) Text() string    { return b.Line }
func (b *Note) Important() bool { return b.Mark }

// Amendment corrects an earlier entry. The old text and time stay in the record.
type Amendment struct {
	Target int64      `json:"target"` // seq of the entry
	Line   *string    `json:"text,omitempty"`
	At     *time.Time `json:"at,omitempty"`
	Mark   *bool      `json:"important,omitempty"`
	Struck *bool      `json:"struck,omitempty"` // taken back: shown struck out, counted nowhere
	Was    string     `json:"was,omitempty"`    // the text before, so that this event reads alone
}

func (b *Amendment) Text() string {
	var parts []string
	if b.Struck != nil {
		if *b.Struck {
			parts = append(parts, "took back")
		} else {
			parts = append(parts, "restored")
		}
	}
	if b.Line != nil {
		parts = append(parts, "now: "+*b.Line)
	}
	if b.At != nil {
		parts = append(parts, "time now "+b.At.UTC().Format("2006-01-02 15:04:05Z"))
	}
	if b.Mark != nil {
		parts = append(parts, map[bool]string{true: "marked important", false: "no longer important"}[*b.Mark])
	}
	return fmt.Sprintf("amended #%d: %s", b.Target, strings.Join(parts, ", "))
}
func (b *Amendment) Important() bool { return false }

// SeverityChange sets the severity.
type SeverityChange struct {
	From   Severity `json:"from"`
	To     Severity `json:"to"`
	Reason string   `json:"reason,omitempty"`
}

func (b *SeverityChange) Text() string {
	return fmt.Sprintf("Severity changed from %s to %s", b.From, b.To) + because(b.Reason)
}
func (b *SeverityChange) Important() bool { return true }

// StatusChange moves the incident along its lifecycle, forward or back.
type StatusChange struct {
	From      Status `json:"from"`
	To        Status `json:"to"`
	Reason    string `json:"reason,omitempty"`
	Duplicate string `json:"duplicate_of,omitempty"` // the incident that goes on, for canceled
}

func (b *StatusChange) Text() string {
	s := fmt.Sprintf("Status changed from %s to %s", b.From, b.To)
	if b.Duplicate != "" {
		s += ": duplicate of " + b.Duplicate
		if b.Reason != "" {
			return s + ", " + b.Reason
		}
		return s
	}
	return s + because(b.Reason)
}
func (b *StatusChange) Important() bool { return true }

// MilestoneMark says when a milestone was reached. At is empty when a wrong mark
// is taken away: the milestone is unknown again.
type MilestoneMark struct {
	Name Milestone  `json:"milestone"`
	At   *time.Time `json:"at,omitempty"`
	Auto bool       `json:"auto,omitempty"` // follows from another event
	Of   int64      `json:"of,omitempty"`   // that event's seq
}

func (b *MilestoneMark) Text() string {
	if b.At == nil {
		return fmt.Sprintf("Milestone %s: not known", b.Name)
	}
	return fmt.Sprintf("Milestone %s at %s", b.Name, b.At.UTC().Format("2006-01-02 15:04:05Z"))
}
func (b *MilestoneMark) Important() bool { return false }

// RoleAssignment gives a role to a person.
type RoleAssignment struct {
	Role   Role   `json:"role"`
	Person string `json:"person"`
	Was    string `json:"was,omitempty"` // who held it, if one person did
	Reason string `json:"reason,omitempty"`
}

func (b *RoleAssignment) Text() string {
	s := fmt.Sprintf("%s assigned as %s", b.Person, b.Role)
	if b.Was != "" {
		s += " (was " + b.Was + ")"
	}
	return s + because(b.Reason)
}
func (b *RoleAssignment) Important() bool { return b.Role == Commander }

// RoleRelease takes a role from a person; nobody holds it then.
type RoleRelease struct {
	Role   Role   `json:"role"`
	Person string `json:"person"`
	Reason string `json:"reason,omitempty"`
}

func (b *RoleRelease) Text() string {
	return fmt.Sprintf("%s released as %s", b.Person, b.Role) + because(b.Reason)
}
func (b *RoleRelease) Important() bool { return b.Role == Commander }

// RoleOffer hands a role over. The holder keeps it until the other accepts.
type RoleOffer struct {
	Role Role   `json:"role"`
	From string `json:"from"`
	To   string `json:"to"`
}

func (b *RoleOffer) Text() string {
	return fmt.Sprintf("%s hands over %s to %s: waiting for acceptance", b.From, b.Role, b.To)
}
func (b *RoleOffer) Important() bool { return b.Role == Commander }

// RoleAcceptance completes a hand-over.
type RoleAcceptance struct {
	Role Role   `json:"role"`
	From string `json:"from"`
	To   string `json:"to"`
}

func (b *RoleAcceptance) Text() string {
	return fmt.Sprintf("%s assigned as %s: accepted from %s", b.To, b.Role, b.From)
}
func (b *RoleAcceptance) Important() bool { return b.Role == Commander }

// RoleDecline ends a hand-over that was not accepted, by either side.
type RoleDecline struct {
	Role   Role   `json:"role"`
	From   string `json:"from"`
	To     string `json:"to"`
	Reason string `json:"reason,omitempty"`
}

func (b *RoleDecline) Text() string {
	return fmt.Sprintf("Handover of %s from %s to %s ended without acceptance", b.Role, b.From, b.To) + because(b.Reason)
}
func (b *RoleDecline) Important() bool { return b.Role == Commander }

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}
