// Package metrics says what many incidents have in common, and how sure one can
// be of it.
//
// It is pure: it is handed columns and a time and gives numbers. It may import
// the standard library, model and, for the distributions, gonum's distuv. Only
// distributions come from there: gonum's linearly interpolated quantile is
// another one than the usual type 7.
//
//	incidents ──▶ Table (columns)                  table.go
//	                │ Select(Filter)               leaves drills, maintenance,
//	                ▼                              cancelled out and counts them
//	            Selection ──▶ Seed                 seed.go: the plain report
//	                │
//	                ▼  Analyse(Options)            panels.go
//	             Report ── Length   quantile.go, bootstrap.go, survival.go
//	                    ── Rate     rate.go, compare.go, mtbf.go
//	                    ── When     calendar.go
//	                    ── Where    share.go, causes.go
//	                    ── Stages   stages.go
//	                    ── Control  control.go
//	                    ── Conduct  conduct.go: with action items and alerts
//	                    ── Findings findings.go: sentences with n and interval
//
// Three rules hold everywhere. A number that too few incidents stand behind is
// not given (Least tells how many it takes). A number that is given has its n
// and, where one is known, its interval. And the answer to "did it change?" is
// "cannot tell" unless the incidents say otherwise.
package metrics
