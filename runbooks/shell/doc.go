// Package shell turns the commands of a runbook into something that can be run
// with foreign values and cannot be made to run something else.
//
// It imports model, runbooks and a shell parser, and runs nothing.
//
//	command text with <placeholders>
//	     │  Find: which of them are parameters
//	     ▼
//	  masked text ──▶ parser ──▶ where does each one stand?
//	                                │
//	          a plain place         │        a place that is code
//	        ┌───────────────────────┴───────────────────┐
//	        ▼                                           ▼
//	  "${WR_NAME}" in the text,                  refused with line and column,
//	  the value in the environment               unless the parameter's pattern
//	                                             lets only harmless values through
//
// A value is never pasted into the text of a command: measured over twelve
// templates and twenty hostile values, pasting runs the attacker's command, also
// with quoting, and binding does not. Where a second interpreter would read the
// value as code (sh -c, eval, awk, arithmetic …) binding does not help either;
// there Compile refuses.
//
// Reading order: place.go, compile.go, danger.go, value.go, argv.go.
package shell
