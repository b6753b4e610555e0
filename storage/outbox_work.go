package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"warroom/model"
	"warroom/model/outbox"
)

// Claim takes the next message of every target that the worker called holder is
// able to send to, at most one each. To a target one worker sends at a time:
// while another one's lease runs, there is nothing to do there. Messages that a
// worker had in hand whose lease ran out are taken over; what became of them is
// not known. Without anything to send nothing is written.
func (s *Store) Claim(ctx context.Context, holder string, able []string, lease time.Duration) (outbox.Claim, error) {
	var l ledger
	err := s.read(ctx, func(q querier) (err error) {
		l, err = readLedger(ctx, q, holder, able, s.now())
		return err
	})
	if err != nil || !l.work() {
		return l.claim(), err
	}
	var c outbox.Claim
	told := false
	err = s.write(ctx, func(t *txn) (err error) {
		l, err := readLedger(ctx, t, holder, able, t.s.now())
		if err != nil {
			return err
		}
		told, err = t.begin(ctx, &l, lease)
		c = l.claim()
		return err
	})
	if err == nil && told {
		s.written()
	}
	return c, err
}

// ledger is the queue as one worker sees it.
type ledger struct {
	holder string
	now    time.Time
	rows   []outbox.Message // live ones
	gates  map[string]outbox.Gate
	shut   []string             // targets that this worker leaves alone
	theirs map[string]time.Time // until when another one sends there
	unable []string             // targets with something to send, for others
	mine   map[string]bool      // targets whose lease is ours
	jobs   []outbox.Job
	until  time.Time
}

func readLedger(ctx context.Context, q querier, holder string, able []string, now time.Time) (ledger, error) {
	l := ledger{holder: holder, now: now, theirs: map[string]time.Time{}, mine: map[string]bool{}}
	var err error
	if l.rows, err = messages(ctx, q, "WHERE "+live+" ORDER BY o.n"); err != nil {
		return l, err
	}
	if l.gates, err = gates(ctx, q); err != nil {
		return l, err
	}
	rows, err := q.query(ctx, "SELECT target, holder, until FROM outbox_lease")
	err = each(rows, err, func() error {
		var target, who string
		var until int64
		err := rows.Scan(&target, &who, &until)
		if who == holder {
			l.mine[target] = true
		} else if at := fromMillis(until); at.After(now) {
			l.theirs[target] = at
		}
		return err
	})
	for i := range l.rows {
		m := &l.rows[i]
		if !m.State.Pending() && m.State != outbox.Sending || slices.Contains(l.shut, m.Target) {
			continue
		}
		if _, held := l.theirs[m.Target]; held {
			l.shut = append(l.shut, m.Target)
		} else if !slices.Contains(able, m.Target) {
			l.shut = append(l.shut, m.Target)
			l.unable = append(l.unable, m.Target)
		}
	}
	return l, err
}

// orphan reports whether m was in the hands of a worker that is gone.
func (l *ledger) orphan(m *outbox.Message) bool {
	return m.State == outbox.Sending && !l.mine[m.Target] && !slices.Contains(l.shut, m.Target)
}

// work reports whether there is anything to write down.
func (l *ledger) work() bool {
	for i := range l.rows {
		if l.orphan(&l.rows[i]) || l.rows[i].Expired(l.now) {
			return true
		}
	}
	return len(outbox.Next(l.rows, l.gates, l.shut, l.now)) > 0
}

// claim is what the worker is told.
func (l *ledger) claim() outbox.Claim {
	c := outbox.Claim{Jobs: l.jobs, Until: l.until, Unable: l.unable}
	rows := slices.DeleteFunc(slices.Clone(l.rows), func(m outbox.Message) bool { return slices.Contains(l.shut, m.Target) })
	if at, ok := outbox.Wake(rows, l.gates, l.now); ok {
		c.Wake = at
	}
	for _, m := range l.rows {
		if at, ok := l.theirs[m.Target]; ok {
			c.Theirs = true
			if c.Wake.IsZero() || at.Before(c.Wake) {
				c.Wake = at
			}
		}
		if slices.Contains(l.unable, m.Target) && m.State.Pending() && !m.Expires.IsZero() && (c.Wake.IsZero() || m.Expires.Before(c.Wake)) {
			c.Wake = m.Expires
		}
	}
	return c
}

// begin does what the ledger says: takes over, holds what is too old, and begins
// the next attempts. told reports whether the timeline has something new.
func (t *txn) begin(ctx context.Context, l *ledger, lease time.Duration) (told bool, err error) {
	leased := map[string]bool{}
	for i := range l.rows {
		m := &l.rows[i]
		switch {
		case l.orphan(m):
			m.Lapse(l.now)
			leased[m.Target] = true
		case m.Expired(l.now):
			m.Expire(l.now)
		default:
			continue
		}
		if err := t.saveMessage(*m); err != nil {
			return told, err
		}
		if m.State == outbox.Held {
			told = true
			if err := t.tell(ctx, *m, model.Courier, false); err != nil {
				return told, err
			}
		}
	}
	next := outbox.Next(l.rows, l.gates, l.shut, l.now)
	l.until = model.Millis(l.now.Add(lease))
	for i := range l.rows {
		m := &l.rows[i]
		if !slices.Contains(next, m.N) {
			continue
		}
		m.Start(l.now)
		if err := t.saveMessage(*m); err != nil {
			return told, err
		}
		if _, err := t.exec("INSERT OR REPLACE INTO outbox_attempt(n, attempt, began, ended, verdict, reason) VALUES(?,?,?,NULL,'','')", m.N, m.Attempts, l.now.UnixMilli()); err != nil {
			return told, err
		}
		job := outbox.Job{Message: *m}
		if job.Opened, err = t.remote(ctx, *m, outbox.Open); err != nil {
			return told, err
		}
		if job.Pinned, err = t.remote(ctx, *m, outbox.Update); err != nil {
			return told, err
		}
		l.jobs = append(l.jobs, job)
		leased[m.Target] = true
	}
	for target := range leased {
		if _, err := t.exec(`INSERT INTO outbox_lease(target, holder, until) VALUES(?,?,?)
ON CONFLICT(target) DO UPDATE SET holder = excluded.holder, until = excluded.until`, target, l.holder, l.until.UnixMilli()); err != nil {
			return told, err
		}
	}
	return told, nil
}

// remote is what the newest message of m's thread with the given action made.
func (t *txn) remote(ctx context.Context, m outbox.Message, a outbox.Action) (outbox.Remote, error) {
	var r outbox.Remote
	var b []byte
	err := t.row(ctx, `SELECT o.remote FROM outbox o JOIN incident i ON i.id = o.incident_id
WHERE i.key = ? AND o.target = ? AND o.action = ? AND o.state IN ('sent', 'by_hand') AND o.n < ? ORDER BY o.n DESC LIMIT 1`,
		m.Incident, m.Target, string(a), m.N).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return r, nil
	}
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(b, &r)
}

// Settle writes down what an attempt came to. If the message was taken over
// meanwhile, only that it arrived is of interest. random is in [0, 1).
func (s *Store) Settle(ctx context.Context, job outbox.Job, r outbox.Result, random float64) (outbox.Message, error) {
	var m outbox.Message
	err := s.write(ctx, func(t *txn) (err error) {
		if m, err = message(ctx, t, job.N); err != nil {
			return err
		}
		mine := m.Attempts == job.Attempts
		if !mine || m.State != outbox.Sending && !(m.State == outbox.Retrying && r.Verdict == outbox.Done) {
			return nil
		}
		now := t.s.now()
		all, err := gates(ctx, t)
		if err != nil {
			return err
		}
		g := all[m.Target]
		g.Target = m.Target
		before := g
		outbox.Settle(&m, &g, r, now, random)
		if err := t.saveMessage(m); err != nil {
			return err
		}
		if g != before {
			if err := t.saveGate(g); err != nil {
				return err
			}
		}
		if _, err := t.exec("UPDATE outbox_attempt SET ended = ?, verdict = ?, reason = ? WHERE n = ? AND attempt = ?",
			now.UnixMilli(), string(r.Verdict), model.Brief(r.Reason, 500), m.N, m.Attempts); err != nil {
			return err
		}
		return t.tell(ctx, m, model.Courier, false)
	})
	if err == nil {
		s.written()
	}
	return m, err
}

// Release gives the leases back, so that another worker need not wait for their
// end. Targets that something is under way to keep theirs.
func (s *Store) Release(ctx context.Context, holder string) error {
	return s.write(ctx, func(t *txn) error {
		_, err := t.exec(`UPDATE outbox_lease SET until = 0 WHERE holder = ?
AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.target = outbox_lease.target AND o.state = 'sending')`, holder)
		return err
	})
}
