package model

import "time"

// Entry is a line of the timeline: an event as it stands after its amendments.
type Entry struct {
	Event
	When    time.Time // Event.At, as last corrected
	Line    string    // Event.Text, as last corrected; unescaped
	Mark    bool      // important
	Struck  bool      // taken back by a person
	Amended int       // how often it was corrected
}

// NewEntry is e without any amendment.
func NewEntry(e Event) Entry {
	return Entry{Event: e, When: e.At, Line: e.Text(), Mark: e.Important()}
}

// Amend applies one correction.
func (en *Entry) Amend(b *Amendment) {
	en.Amended++
	if b.Line != nil {
		en.Line = *b.Line
	}
	if b.At != nil {
		en.When = *b.At
	}
	if b.Mark != nil {
		en.Mark = *b.Mark
	}
	if b.Struck != nil {
		en.Struck = *b.Struck
	}
}

// BackDated reports by how much the entry was put before the time of writing;
// zero unless that is at least a minute.
func (en Entry) BackDated() time.Duration {
	if d := en.Recorded.Sub(en.When); d >= time.Minute {
		return d
	}
	return 0
}

// Pos is a place in the timeline, which is ordered by time and then by Seq.
type Pos struct {
	At  time.Time
	Seq int64
}

// Pos returns where en stands.
func (en Entry) Pos() Pos { return Pos{en.When, en.Seq} }

// Before reports whether p comes before q.
func (p Pos) Before(q Pos) bool {
	if !p.At.Equal(q.At) {
		return p.At.Before(q.At)
	}
	return p.Seq < q.Seq
}

// Window asks for a piece of a timeline: up to Limit entries after or before a
// place, in timeline order. The zero From with Back set means from the end, and
// without Back from the beginning.
type Window struct {
	From  Pos
	Back  bool // the entries before From rather than after it
	Limit int
	Kinds []Kind // only these; all if empty
}

// Hit is an entry found by a search.
type Hit struct {
	Entry
	Title string // of its incident
}

// Change is what a reader of the record is told as it grows.
type Change struct {
	Events []Event // new events of all incidents, in the order of the record
	Alerts bool    // the inbox of alerts has changed
	Reset  bool    // the record was replaced or fell behind: read everything anew
	Err    error   // the record cannot be read at present; nil again when it can
}
