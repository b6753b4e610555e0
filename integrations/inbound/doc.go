// Package inbound reads what the tools people already run send when something is
// wrong, and receives it.
//
// It imports model and its parts only; where alerts go is the small interface
// Inbox. It never makes a request of its own, whatever a payload asks for: so the
// signature of Amazon SNS, whose certificate would have to be fetched from an
// address in the payload, is not checked, and SNS proves itself by the secret in
// the address that it posts to.
//
//	POST /alerts/NAME ─▶ size, method, type ─▶ secret or signature on the raw bytes
//	                                                │
//	file, pipe ────────────────────────────────▶ decode: depth, duplicate keys, one document
//	                                                │
//	                                           recognise ─▶ one reader per format ─▶ []alert.Alert
//	                                                │                                    │
//	                                        cannot be read                        Inbox.Ingest, many
//	                                                │                             requests in one commit
//	                                        Inbox.SetAside                               │
//	                                                └───────────────▶ answer ◀───────────┘
//
// Reading order: read.go, json.go, the formats (alertmanager.go …), auth.go,
// server.go.
package inbound
