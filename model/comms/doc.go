// Package comms makes the words that go to those who wait: templates with a
// fixed set of fields, filled from the incident as far as it is known, and a
// check of what leaves the company.
//
// It is pure and imports model, model/triage and strictyaml only.
//
//	templates/*.txt (built in) ─┐
//	templates/ of the team ─────┴─▶ ParseTemplate ──▶ Template
//	                                                     │
//	Incident ──▶ Facts ──▶ Fields ◀── values given ──────┤ Fill
//	                                                     ▼
//	                                text, or the list of fields that are missing
//	                                                     │
//	                                                     ▼ Check (outward text)
//	                                remarks with reasons ──▶ draft ──▶ approve ──▶ sent
//
// A field is written {severity} or {{.severity}}; a part of a template may
// depend on one: {{if .eta}}…{{end}}. What is not known is asked for and never
// printed as a blank.
package comms
