// Package call prepares and performs one thing a runbook or a rollback wants
// done: a program, a shell text, an HTTP request, or a look at the world.
//
// It imports model, runbooks, runbooks/shell, runbooks/proc and runbooks/output.
//
//	runbooks.Exec + Scope (values, secrets, environment)
//	     │  Prepare: compile, bind, find the program; refuse what is not safe
//	     ▼
//	   Call ── Shown, Hash, Risk ──▶ a person looks at it, says yes to the hash
//	     │  Start
//	     ▼
//	   Job ── Stop, View ──▶ Outcome ── Judge(expect) ──▶ verdicts
//
// What is shown and what is run are made of the same bytes: Hash is the digest of
// everything that decides what happens.
//
// Reading order: scope.go, prepare.go, http.go, job.go, judge.go, look.go.
package call
