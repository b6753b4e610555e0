// Package outbound carries messages out of the room: to PagerDuty, Slack, Jira,
// Statuspage, a webhook, ntfy or by mail.
//
// It imports model and its packages only, and the vendors' libraries where those
// are sound. What the queue is and what a message's states mean is in
// model/outbox; where the rows are is storage's business, seen here as the small
// interface Queue.
//
//	Queue.Claim ──▶ Worker ──▶ Vendor.Send ──▶ wire (one HTTP client per target)
//	     ▲            │           │                │ status, Retry-After, was it written
//	     │            │           ◀────────────────┘
//	     └── Settle ◀─┴── outbox.Result: done, again, unknown, refused, denied
//
// A request is tried once here; trying again is the queue's affair. After an
// attempt whose outcome is not known, a Vendor looks for what it may have made
// before it makes it again. Secrets come through Secrets, live in Secret, and
// stay out of every error, since no text of a library's error leaves this
// package.
//
// Reading order: vendor.go, worker.go, wire.go, secret.go, then a vendor.
package outbound
