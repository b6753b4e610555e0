// Package cli is the command line of warroom: the second door to everything the
// screens do. It parses arguments, builds the same commands as the keys, hands
// them to the record and prints what came of it, for people or as JSON.
//
// Together with main.go it is the place where the parts are wired, so it may
// import model, storage, ui, ui/plain and ui/demo.
//
//	arguments, config file, environment
//	     │  root.go, config.go
//	     ▼
//	   app ── handler of one subcommand ──▶ model.Command ──▶ storage.Do ──▶ events
//	     │                                                                     │
//	     │            show.go, tail.go, list.go, export.go …                   │
//	     ▼                                                                     ▼
//	   print.go: text through model.Visible, or one JSON document, or an object a line
//
// Three rules hold for every handler: text of the record reaches the terminal
// only through model.Visible and its kin; an acknowledgement is printed after
// the commit, never before; an error is a model.Error, whose code is the exit
// status.
//
// Reading order: run.go, root.go, log.go, print.go.
package cli
