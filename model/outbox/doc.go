// Package outbox says what is to leave the room and how far it has come: the
// rules of what goes where, the messages that follow from an event, the states a
// message passes through, and when it is tried again.
//
// It is pure: the time and the randomness of a retry are handed in. It may import
// model and its packages only. Who writes the rows (storage), who carries them
// out (integrations/outbound) and who shows them (ui) all go by what is here.
//
//	events of one transaction + Config (outbound.yaml)
//	      │  Plan                                  what follows from an event
//	      ▼
//	   drafted ── a person's yes ──▶ approved ─┐
//	   queued  (the rule needs no yes) ────────┤  Next: who is first in its line
//	                                           ▼
//	                                        sending ──▶ sent
//	                                           │  Settle
//	        ┌──────────────┬─────────────┬─────┴──────┐
//	     retrying         held         failed      (lease lapsed: looked for first)
//	   backoff, jitter   a question    a reason
//
// From drafted, held, failed and retrying a person may also drop a message, or
// say that it was sent by hand.
//
// Reading order: message.go, config.go, plan.go, content.go, step.go, retry.go.
package outbox
