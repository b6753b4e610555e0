// Package history reads incidents of the past out of the files that other tools
// write: tables (CSV), JSON and JSON lines with one object an incident, the
// incidents.json of a Statuspage and that of Google Cloud.
//
// It reads bytes and knows neither record nor clock; it may import model and the
// standard library.
//
//	bytes ── Detect ──▶ format
//	  │
//	  ▼  Read(data, Options, each)
//	Item{Line, Incident}            one for every row, in the order of the file
//	Item{Line, Reason}              a row that cannot be an incident, and why
//	Item{…, Warnings}               what of a row was left out or doubted
//
// Real files are dirty. A row needs nothing but a time at which it began; what
// else cannot be read is unknown afterwards, never zero, and is warned about
// with its line. Rows that say the same twice count once. Reading twice gives
// the same refs, by which an import recognises what it has.
//
// Reading order: read.go, fields.go, table.go, object.go, statuspage.go, gcp.go.
package history
