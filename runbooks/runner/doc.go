// Package runner follows runbooks and rollbacks in an incident: it makes plans,
// runs what a person has looked at, and writes everything into the record.
//
// It imports model and the packages of runbooks.
//
//	library ──▶ track (steps of a runbook or of a rollback, one form)
//	                │ + incident + values
//	                ▼
//	              Plan ──▶ a person ──▶ Execute
//	                                      │ 1 StartAction into the record, durable
//	                                      │ 2 the call runs
//	                                      │ 3 EndAction into the record
//	                                      ▼
//	                                    Job
//
// The record is the journal. An action that was started and has no end is
// interrupted as soon as somebody else takes the run; nothing that may change
// something is repeated by itself. The text of a runbook is kept in the run's
// folder as it was when the run began.
//
// What the runbook says follows an action is done as far as it changes only the
// run (after.go): going on, going elsewhere, naming a contact, skipping what does
// not apply. What would change the system, a rollback or an undo, is offered
// (offer.go) and begins only when a person takes it.
//
// Reading order: track.go, values.go, plan.go, runner.go, execute.go, job.go,
// sample.go, after.go, offer.go, gate.go.
package runner
