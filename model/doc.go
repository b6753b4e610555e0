// Package model says what an incident is and what it may become.
//
// It is pure: no file, no network, no clock, no randomness, and no import of
// any other package of warroom. Time, salts and ids are handed in by the
// caller, so every rule here can be tested with a table and replayed from the
// record.
//
//	a person or a script
//	     │  Compose("@bob check lag 3m")           grammar of the input line
//	     ▼
//	  Command ── Decide(Scene) ──▶ []Draft          the rules: what happens, or one Error
//	                                  │
//	                                  ▼  Seal(prev, …)   seq, salt, hash chain
//	                               []Event          the record; never edited
//	                                  │
//	               ┌──────────────────┴────────────────┐
//	               ▼                                   ▼
//	  Incident.Apply (the fold)                 Entry (a line of the timeline)
//	  status, roles, orders, milestones         text and time as last amended
//
// Reading order: event.go, incident.go, command.go, compose.go.
package model
