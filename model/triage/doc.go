// Package triage says how bad an incident is, why, and what that requires: the
// severity calculator, the response requirements, the checklist and the roles
// that have to be filled.
//
// It is pure and imports model and strictyaml only. Everything a team may see
// differently comes from one YAML file; the built-in doctrine is such a file.
//
//	default.yaml ─┐
//	triage.yaml ──┴─▶ Parse ──▶ Doctrine
//	                              │
//	answers: criterion = level ──▶ Score ──▶ Result: severity, deciding criteria, what would change it
//	checklist: metric = value ───▶ Apply ──▶ modifiers: one severity worse each, never beyond SEV-1
//	                              │
//	                              ▼
//	                 Requirements, stakeholders, Vacant roles, model.Rules, model.Assess
//
// Reading order: doctrine.go, score.go, checklist.go, file.go.
package triage
