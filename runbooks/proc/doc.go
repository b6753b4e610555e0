// Package proc runs one command so that it can be watched, stopped and never
// forgotten.
//
// It imports model and runbooks/output, and nothing else of ours.
//
//	Start ──▶ keeper, the same binary started anew ──▶ the command, in a session
//	  ▲         │ one pipe each way                      of its own, no terminal
//	  │         │ stop signals ▶     ◀ pid, end
//	  │         └─ the pipe closes (warroom died): kill everything below
//	  └── stdout, stderr ──▶ output.Redactor ──▶ output.Record
//
// The keeper exists for two reasons: a warroom that is killed leaves no child
// behind, and on Linux it adopts what the command has put into a session of its
// own (PR_SET_CHILD_SUBREAPER), so that such a process is found and named.
// Programs that link this package call Keep first thing in main.
//
// Reading order: spec.go, start.go, keeper.go, tree_linux.go.
package proc
