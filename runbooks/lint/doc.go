// Package lint says what is wrong with a runbook or a rollback strategy, or
// unwise in it, with file:line:column and a rule whose name never changes.
//
//	bytes ── File ──▶ runbooks.Read (what cannot be used at all)
//	                     └──▶ rules of safety: shell text, arguments, secrets, risk  → errors
//	                     └──▶ rules of care: owner, review, ways back, criteria      → warnings
//
// It imports runbooks and runbooks/shell and looks at nothing but the bytes it is
// given. Reading order: lint.go, exec.go, care.go.
package lint
