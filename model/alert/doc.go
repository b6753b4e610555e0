// Package alert says what an alert is, whether a person can act on it, and which
// alerts belong together.
//
// It is pure, like package model: no file, no network, no clock. It imports
// model, the standard library and the reader of YAML.
//
//	a tool's payload ──integrations──▶ Alert
//	                                    │  Place (group.go): fingerprint, rule, service, time
//	                                    ▼
//	                       Item in a Group of the inbox  ◀── Silence
//	                                    │
//	        ┌───────────────┬───────────┴──────┬─────────────────┐
//	        ▼               ▼                  ▼                 ▼
//	   Evaluate         Diagnose           Fatigue           Rules
//	   the seed's       what a responder   per service,      per rule, with
//	   score, grade     misses, the fix    as in the seed    honest bounds
//
//	a Prometheus rule file ──▶ Lint ──▶ findings, and the grade its alerts will get
//
// Evaluate and Fatigue give the figures of the specification and nothing else.
// What goes beyond them stands apart, so that neither hides in the other.
package alert
