// Package library says which runbooks and rollback strategies there are and which
// of them fit an incident.
//
//	built in (embedded) ─┐
//	the user's folder    ├─ Load ──▶ Library ── Suggest(Query) ──▶ []Match, with reasons
//	the project's folder │             │   └─── Search("replica lag") ──▶ []Match
//	--runbooks DIR …    ─┘             └─ Bad: files that cannot be read, beside the others
//	        │
//	        └── Watch: files change ──▶ Load again ──▶ the new Library
//
// A Library never changes once it is loaded, so it may be read from anywhere. Of
// two with the same id the nearer one counts: a folder named on the command line
// before the project's, that before the user's, that before what is built in.
// What is hidden by that is kept and said.
//
// It imports model and runbooks; it reads files and runs nothing. Reading order:
// library.go, load.go, suggest.go, search.go, watch.go.
package library
