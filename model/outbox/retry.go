package outbox

import (
	"math"
	"time"

	"warroom/model"
)

// Verdict is what an attempt came to.
type Verdict string

// The verdicts.
const (
	Done    Verdict = "done"
	Again   Verdict = "again"   // it did not arrive; it may later
	Unknown Verdict = "unknown" // it may have arrived: look before the next try
	Refused Verdict = "refused" // understood and refused: the same again would be too
	Denied  Verdict = "denied"  // the credentials are not accepted: the whole target stops
)

// Result is the end of an attempt.
type Result struct {
	Verdict Verdict
	After   time.Duration // the other side asked for this much patience; 0: it did not
	Limited bool          // it is alive and asked us to slow down
	Reason  string        // for people, without any secret
	Remote  Remote        // what the message made
}

// The pace of repetition: full jitter over an exponential, as in "Exponential
// Backoff And Jitter" (AWS Architecture Blog, 2015).
const (
	backoffBase = time.Second
	backoffCap  = 5 * time.Minute
	askedCap    = 15 * time.Minute // of patience that the other side may ask for
)

// Backoff is the wait after the nth failed attempt (from 1): random, in [0, 1),
// times the base doubled n-1 times, at most five minutes. Patience that was asked
// for is kept to, up to a quarter of an hour, with up to a tenth on top so that
// not all come back in the same moment.
func Backoff(n int, asked time.Duration, random float64) time.Duration {
	if asked > 0 {
		asked = min(asked, askedCap)
		return asked + time.Duration(random*float64(min(asked/10, time.Second)))
	}
	limit := backoffCap
	if n < 20 {
		limit = min(backoffCap, time.Duration(float64(backoffBase)*math.Pow(2, float64(max(0, n-1)))))
	}
	return time.Duration(random * float64(limit))
}

// Patience is how long a message may be on its way before a person is asked
// whether it still makes sense.
func Patience(v Vendor, a Action) time.Duration {
	switch v {
	case PagerDuty, Jira:
		return 24 * time.Hour
	case Statuspage:
		if a == Close {
			return 2 * time.Hour
		}
		return 30 * time.Minute // "we are investigating" an hour late does harm
	}
	return 2 * time.Hour
}

// The breaker: after this many failures one after another a target is left alone
// for half a minute to a minute, and then one message tries.
const (
	breakAfter = 5
	breakFor   = 30 * time.Second
)

// Settle ends an attempt at now: it changes the message and the gate of its
// target. random is in [0, 1).
func Settle(m *Message, g *Gate, r Result, now time.Time, random float64) {
	now = model.Millis(now)
	switch r.Verdict {
	case Done:
		m.move(Sent, "", m.By, now)
		m.Unsure, m.Doubt, m.Remote = false, time.Time{}, r.Remote
		*g = Gate{Target: m.Target, LastSent: now}
	case Refused:
		m.move(Failed, r.Reason, m.By, now)
		g.alive()
		g.Last = r.Reason
	case Denied:
		m.move(Held, r.Reason, m.By, now)
		g.alive()
		g.Paused, g.Last = r.Reason, r.Reason
	default:
		m.move(Retrying, r.Reason, m.By, now)
		if r.Verdict == Unknown {
			m.Unsure, m.Doubt = true, now
		}
		wait := Backoff(m.Attempts, r.After, random)
		m.Due = model.Millis(now.Add(wait))
		g.Last = r.Reason
		if r.Limited {
			g.Until = m.Due // the same holds for everything that goes there
			return
		}
		g.Failures++
		if g.Down.IsZero() {
			g.Down = now
		}
		if g.Failures >= breakAfter {
			g.Until = model.Millis(now.Add(breakFor + time.Duration(random*float64(breakFor))))
		} else if r.After > 0 {
			g.Until = m.Due
		}
	}
}

// alive notes that the target answers.
func (g *Gate) alive() { g.Failures, g.Until, g.Down = 0, time.Time{}, time.Time{} }

// Resume opens a gate again, because a person said so.
func (g *Gate) Resume() { g.alive(); g.Paused = "" }
