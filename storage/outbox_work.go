package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"warroom/model"
	"warroom/model/outbox"
)

// Claim takes the next message of every target, at most one each, for the worker
// called holder. One worker sends at a time: while another one's lease runs,
// there is nothing to do. Messages that a worker had in hand whose lease ran out
// are taken over; what became of them is not known. Without anything to send
// nothing is written.
func (s *Store) Claim(ctx context.Context, holder string, lease time.Duration) (outbox.Claim, error) {
	var c outbox.Claim
	idle := false
	err := s.read(ctx, func(q querier) error {
		rows, err := messages(ctx, q, "WHERE "+live+" ORDER BY o.n")
		if err != nil {
			return err
		}
		g, err := gates(ctx, q)
		if err != nil {
			return err
		}
		l, err := leaseOf(ctx, q)
		if err != nil {
			return err
		}
		now := s.now()
		c = outbox.Claim{}
		if at, ok := outbox.Wake(rows, g, now); ok {
			c.Wake = at
		}
		if l.holder != holder && l.until.After(now) && outbox.Count(rows, outbox.Approved, outbox.Queued, outbox.Retrying, outbox.Sending) > 0 {
			c.Theirs, c.Wake, idle = true, l.until, true
			return nil
		}
		orphans := l.holder != holder && outbox.Count(rows, outbox.Sending) > 0
		idle = !orphans && len(outbox.Next(rows, g, nil, now)) == 0 && !anyExpired(rows, now)
		return nil
	})
	if err != nil || idle {
		return c, err
	}
	told := false
	err = s.write(ctx, func(t *txn) (err error) {
		c, told, err = t.claim(ctx, holder, lease)
		return err
	})
	if err == nil && told {
		s.written()
	}
	return c, err
}

func anyExpired(rows []outbox.Message, now time.Time) bool {
	for i := range rows {
		if rows[i].Expired(now) {
			return true
		}
	}
	return false
}

// leased is who may send.
type leased struct {
	holder string
	until  time.Time
}

func leaseOf(ctx context.Context, q querier) (leased, error) {
	var l leased
	var until int64
	err := q.row(ctx, "SELECT holder, until FROM outbox_lease WHERE one = 1").Scan(&l.holder, &until)
	if errors.Is(err, sql.ErrNoRows) {
		return l, nil
	}
	l.until = fromMillis(until)
	return l, err
}

func (t *txn) lease(holder string, until time.Time) error {
	_, err := t.exec("INSERT INTO outbox_lease(one, holder, until) VALUES(1,?,?) ON CONFLICT(one) DO UPDATE SET holder = excluded.holder, until = excluded.until", holder, until.UnixMilli())
	return err
}

func (t *txn) claim(ctx context.Context, holder string, lease time.Duration) (c outbox.Claim, told bool, err error) {
	now := t.s.now()
	l, err := leaseOf(ctx, t)
	if err != nil {
		return c, false, err
	}
	rows, err := messages(ctx, t, "WHERE "+live+" ORDER BY o.n")
	if err != nil {
		return c, false, err
	}
	if l.holder != holder {
		if l.until.After(now) {
			return outbox.Claim{Theirs: true, Wake: l.until}, false, nil
		}
		for i := range rows {
			if rows[i].State == outbox.Sending {
				rows[i].Lapse(now)
				if err := t.saveMessage(rows[i]); err != nil {
					return c, false, err
				}
			}
		}
	}
	for i := range rows {
		if !rows[i].Expired(now) {
			continue
		}
		rows[i].Expire(now)
		if err := t.saveMessage(rows[i]); err != nil {
			return c, false, err
		}
		if err := t.tell(ctx, rows[i], model.Courier, false); err != nil {
			return c, false, err
		}
		told = true
	}
	g, err := gates(ctx, t)
	if err != nil {
		return c, false, err
	}
	chosen := map[int64]bool{}
	for _, n := range outbox.Next(rows, g, nil, now) {
		chosen[n] = true
	}
	c.Until = model.Millis(now.Add(lease))
	for i := range rows {
		if !chosen[rows[i].N] {
			continue
		}
		m := &rows[i]
		m.Start(now)
		if err := t.saveMessage(*m); err != nil {
			return c, false, err
		}
		if _, err := t.exec("INSERT OR REPLACE INTO outbox_attempt(n, attempt, began, ended, verdict, reason) VALUES(?,?,?,NULL,'','')", m.N, m.Attempts, now.UnixMilli()); err != nil {
			return c, false, err
		}
		job := outbox.Job{Message: *m}
		if job.Opened, err = t.remote(ctx, *m, outbox.Open); err != nil {
			return c, false, err
		}
		if job.Pinned, err = t.remote(ctx, *m, outbox.Update); err != nil {
			return c, false, err
		}
		c.Jobs = append(c.Jobs, job)
	}
	if at, ok := outbox.Wake(rows, g, now); ok {
		c.Wake = at
	}
	if len(c.Jobs) > 0 || l.holder != holder {
		err = t.lease(holder, c.Until)
	}
	return c, told, err
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

// Release gives the lease back, so that another worker need not wait for its
// end. Messages that holder has in hand keep it.
func (s *Store) Release(ctx context.Context, holder string) error {
	return s.write(ctx, func(t *txn) error {
		_, err := t.exec(`UPDATE outbox_lease SET until = 0 WHERE holder = ? AND NOT EXISTS (SELECT 1 FROM outbox WHERE state = 'sending')`, holder)
		return err
	})
}
