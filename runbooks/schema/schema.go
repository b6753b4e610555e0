// Package schema holds the JSON Schema of runbooks and rollback strategies, so that
// editors complete and check them while they are written.
//
//	runbooks (Go types) ── make ──▶ runbook.schema.json ── JSON ──▶ warroom runbook schema
//
// The file is made from the Go types by the package's test (go test -update), and
// the test fails when the two differ. It imports nothing of ours.
package schema

import _ "embed"

//go:embed runbook.schema.json
var file []byte

// JSON is the schema, draft 2020-12.
func JSON() []byte { return file }
