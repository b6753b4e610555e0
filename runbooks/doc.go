// Package runbooks says what a runbook is: its format, its parts and what may be
// written in them. It holds data and pure functions only; nothing here runs a
// command, asks the network or knows a clock.
//
//	YAML file ── Parse ──▶ Book ── Steps ── Actions ── Exec (argv, command or http)
//	           ParseStrategy ─▶ Strategy                │
//	                                                    └── <placeholders> ── Params
//	Markdown ── markdown.Import ──▶ Book ── Encode ──▶ YAML for review
//
//	library    where runbooks come from: built in, the user's, the project's, any folder
//	lint       what is wrong or unwise in one, with file:line:column
//	markdown   makes runbooks of other people's documents
//	schema     the JSON Schema of both formats, for editors
//
// A runbook is foreign text: whatever of it reaches a terminal goes through
// model.Visible, and a value never becomes part of a command's text; it is bound
// to the place of its placeholder.
//
// It may import model and model/strictyaml. Reading order: book.go, action.go,
// check.go, strategy.go, param.go, parse.go.
package runbooks
