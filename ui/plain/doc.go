// Package plain is the war room as plain lines, for screen readers, dumb
// terminals, bad links and pipes: one line per change, nothing that moves, no
// colour, no boxes, and everything that has to be done in an incident can be
// done here. It imports model with triage and comms, and nothing else of ours; what
// it needs of the record it declares itself, as the small interface Store.
//
//	a line ──▶ word? (words.go) ──▶ an answer read from the record (tell.go, page.go)
//	   │
//	   ├─ an answer to the question that is open (ask.go, triage.go, updates.go)
//	   └─ else model.Compose ──▶ Store.Do ──▶ "Written, #24, note."
//
//	others ──▶ Store.Watch ──▶ Store.Events ──▶ "bob, note: …"       (hear.go)
//	the time ──▶ Incident.Clocks ──▶ "Alarm: overdue: …"
//
// One goroutine owns the room and does one thing after the other; a second one
// only waits for the next line. All text goes through say, and say through
// model.Visible.
//
// Reading order: room.go, words.go, hear.go, ask.go.
package plain
