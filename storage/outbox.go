package storage

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"warroom/model"
	"warroom/model/outbox"
)

// Planner says what is to leave because of what happened. It is called inside a
// write transaction and must be quick and pure.
type Planner interface {
	Plan(outbox.Scene) outbox.Plan
	Trigger(s outbox.Scene, by model.Event) outbox.Plan
}

const outboxColumns = `o.n, o.uid, i.key, o.seq, o.target, o.vendor, o.action, o.public, o.content, o.state, o.reason,
o.attempts, o.doubt, o.created, o.person, o.since, o.due, o.expires, o.tried, o.remote`

const selectOutbox = "SELECT " + outboxColumns + " FROM outbox o JOIN incident i ON i.id = o.incident_id "

// live is the condition of the index outbox_live, word for word.
const live = "o.state NOT IN ('sent', 'by_hand', 'dropped')"

func scanMessage(rows *sql.Rows) (outbox.Message, error) {
	var m outbox.Message
	var uid, content, remote []byte
	var created, since int64
	var doubt, due, expires, tried sql.NullInt64
	err := rows.Scan(&m.N, &uid, &m.Incident, &m.Seq, &m.Target, &m.Vendor, &m.Action, &m.Public, &content, &m.State, &m.Reason,
		&m.Attempts, &doubt, &created, &m.By, &since, &due, &expires, &tried, &remote)
	if err != nil {
		return m, err
	}
	copy(m.ID[:], uid)
	m.Created, m.Since = fromMillis(created), fromMillis(since)
	m.Unsure, m.Doubt = doubt.Valid, fromNull(doubt)
	m.Due, m.Expires, m.Tried = fromNull(due), fromNull(expires), fromNull(tried)
	return m, errors.Join(json.Unmarshal(content, &m.Content), json.Unmarshal(remote, &m.Remote))
}

func messages(ctx context.Context, q querier, rest string, args ...any) ([]outbox.Message, error) {
	var out []outbox.Message
	rows, err := q.query(ctx, selectOutbox+rest, args...)
	err = each(rows, err, func() error {
		m, err := scanMessage(rows)
		out = append(out, m)
		return err
	})
	return out, err
}

// OutboxFilter chooses messages of the queue.
type OutboxFilter struct {
	Incident string // "": of all
	All      bool   // also those that are settled
	Limit    int    // the newest so many; 0: all
}

// Outbox lists messages in the order of their numbers.
func (s *Store) Outbox(ctx context.Context, f OutboxFilter) ([]outbox.Message, error) {
	var out []outbox.Message
	err := s.read(ctx, func(q querier) (err error) {
		where, args := "WHERE 1", []any{}
		if !f.All {
			where = "WHERE " + live
		}
		if f.Incident != "" {
			row, err := incidentRow(ctx, q, f.Incident)
			if err != nil {
				return err
			}
			where, args = where+" AND o.incident_id = ?", append(args, row)
		}
		limit := f.Limit
		if limit <= 0 {
			limit = -1
		}
		out, err = messages(ctx, q, where+" ORDER BY o.n DESC LIMIT ?", append(args, limit)...)
		for a, b := 0, len(out)-1; a < b; a, b = a+1, b-1 {
			out[a], out[b] = out[b], out[a]
		}
		return err
	})
	return out, err
}

// Message reads one message with its attempts.
func (s *Store) Message(ctx context.Context, n int64) (outbox.Message, []outbox.Attempt, error) {
	var m outbox.Message
	var tries []outbox.Attempt
	err := s.read(ctx, func(q querier) (err error) {
		if m, err = message(ctx, q, n); err != nil {
			return err
		}
		rows, err := q.query(ctx, "SELECT attempt, began, ended, verdict, reason FROM outbox_attempt WHERE n = ? ORDER BY attempt", n)
		return each(rows, err, func() error {
			var a outbox.Attempt
			var began int64
			var ended sql.NullInt64
			err := rows.Scan(&a.Attempt, &began, &ended, &a.Verdict, &a.Reason)
			a.Began, a.Ended = fromMillis(began), fromNull(ended)
			tries = append(tries, a)
			return err
		})
	})
	return m, tries, err
}

func message(ctx context.Context, q querier, n int64) (outbox.Message, error) {
	list, err := messages(ctx, q, "WHERE o.n = ?", n)
	if err != nil {
		return outbox.Message{}, err
	}
	if len(list) == 0 {
		return outbox.Message{}, model.Errorf(model.NotFound, "there is no message %d: `warroom outbound list --all` shows them", n)
	}
	return list[0], nil
}

// Whose gives the incident that opened a thing outside, by the id that it has
// there; "" if none did.
func (s *Store) Whose(ctx context.Context, target, remote string) (string, error) {
	var id string
	err := s.read(ctx, func(q querier) error {
		id = ""
		rows, err := q.query(ctx, `SELECT i.key FROM outbox o JOIN incident i ON i.id = o.incident_id
WHERE o.target = ? AND o.action = 'open' AND json_extract(o.remote, '$.id') = ? ORDER BY o.n DESC LIMIT 1`, target, remote)
		return each(rows, err, func() error { return rows.Scan(&id) })
	})
	return id, err
}

// Gates reads what is known of each target.
func (s *Store) Gates(ctx context.Context) (map[string]outbox.Gate, error) {
	var out map[string]outbox.Gate
	err := s.read(ctx, func(q querier) (err error) {
		out, err = gates(ctx, q)
		return err
	})
	return out, err
}

func gates(ctx context.Context, q querier) (map[string]outbox.Gate, error) {
	out := map[string]outbox.Gate{}
	rows, err := q.query(ctx, "SELECT state FROM outbox_gate")
	err = each(rows, err, func() error {
		var state []byte
		var g outbox.Gate
		if err := rows.Scan(&state); err != nil {
			return err
		}
		err := json.Unmarshal(state, &g)
		out[g.Target] = g
		return err
	})
	return out, err
}

func (t *txn) saveGate(g outbox.Gate) error {
	b, err := json.Marshal(g)
	if err == nil {
		_, err = t.exec("INSERT INTO outbox_gate(target, state) VALUES(?,?) ON CONFLICT(target) DO UPDATE SET state = excluded.state", g.Target, string(b))
	}
	return err
}

// enqueue writes what is to leave because of the events, in their transaction.
func (t *txn) enqueue(ctx context.Context, in incident, events []model.Event) error {
	if t.s.plan == nil {
		return nil
	}
	scene, err := t.scene(ctx, in, events)
	if err != nil {
		return err
	}
	return t.take(ctx, in, t.s.plan.Plan(scene))
}

func (t *txn) scene(ctx context.Context, in incident, events []model.Event) (outbox.Scene, error) {
	s := outbox.Scene{Incident: in.Incident, Events: events, Now: in.recorded, Threads: map[string]outbox.Thread{}}
	rows, err := t.query(ctx, `SELECT target, action, state FROM outbox
WHERE incident_id = ? AND action IN ('open', 'close') AND state <> 'dropped' ORDER BY target, n`, in.row)
	err = each(rows, err, func() error {
		var target string
		var a outbox.Action
		var st outbox.State
		err := rows.Scan(&target, &a, &st)
		th := s.Threads[target]
		if a == outbox.Close {
			th.Closed = true
		} else {
			th = outbox.Thread{Opened: true, Waiting: st.Asks()}
		}
		s.Threads[target] = th
		return err
	})
	return s, err
}

// take writes the messages of a plan, and drops what has lost its point.
func (t *txn) take(ctx context.Context, in incident, p outbox.Plan) error {
	if len(p.Pointless)+len(p.Recalled) > 0 {
		rows, err := messages(ctx, t, "WHERE o.incident_id = ? AND "+live+" ORDER BY o.n", in.row)
		if err != nil {
			return err
		}
		for _, m := range rows {
			var err error
			if slices.Contains(p.Pointless, m.Target) {
				err = m.Drop(model.Courier, "the incident ended before it left", t.s.now())
			} else if why := p.Recalled[m.Content.Update]; why != "" {
				err = m.Recall(why, t.s.now())
			} else {
				continue
			}
			if err != nil { // it is on its way this moment
				continue
			}
			if err := t.saveMessage(m); err != nil {
				return err
			}
		}
	}
	for _, m := range p.Messages {
		rows, err := messages(ctx, t, "WHERE o.incident_id = ? AND o.target = ? AND "+live+" ORDER BY o.n", in.row, m.Target)
		if err != nil {
			return err
		}
		if n, ok := outbox.Merge(rows, m); ok {
			for _, r := range rows {
				if r.N == n {
					err = t.saveMessage(r)
				}
			}
		} else {
			err = t.insertMessage(in.row, m)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *txn) insertMessage(row int64, m outbox.Message) error {
	content, err := json.Marshal(m.Content)
	if err != nil {
		return err
	}
	remote, err := json.Marshal(m.Remote)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO outbox(uid, incident_id, seq, target, vendor, action, public, content, state, reason, attempts, doubt,
created, person, since, due, expires, tried, remote) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		m.ID[:], row, m.Seq, m.Target, string(m.Vendor), string(m.Action), m.Public, string(content), string(m.State), m.Reason, m.Attempts, millis(m.Doubt),
		m.Created.UnixMilli(), m.By, m.Since.UnixMilli(), millis(m.Due), millis(m.Expires), millis(m.Tried), string(remote))
	return err
}

func (t *txn) saveMessage(m outbox.Message) error {
	content, err := json.Marshal(m.Content)
	if err != nil {
		return err
	}
	remote, err := json.Marshal(m.Remote)
	if err != nil {
		return err
	}
	_, err = t.exec(`UPDATE outbox SET content = ?, state = ?, reason = ?, attempts = ?, doubt = ?, person = ?, since = ?, due = ?, expires = ?,
tried = ?, remote = ? WHERE n = ?`,
		string(content), string(m.State), m.Reason, m.Attempts, millis(m.Doubt), m.By, m.Since.UnixMilli(), millis(m.Due), millis(m.Expires),
		millis(m.Tried), string(remote), m.N)
	return err
}

// tell puts what became of m into the timeline, once.
func (t *txn) tell(ctx context.Context, m outbox.Message, actor string, again bool) error {
	c, ok := m.Outcome(again)
	if !ok {
		return nil
	}
	h := sha256.Sum256(fmt.Appendf(nil, "warroom/outcome/v1\x00%s\x00%s\x00%d\x00%d", m.ID, m.State, m.Attempts, m.Since.UnixMilli()))
	id := model.ID(h[:16])
	at := newID(t.s.now())
	copy(id[:6], at[:6])
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80
	if _, _, err := t.do(ctx, m.Incident, model.Request{ID: id, Actor: actor, Command: c}); err != nil || m.Content.Update == 0 || !m.Public {
		return err
	}
	// Its clock begins anew when customers can read it.
	if m.State == outbox.Sent || m.State == outbox.ByHand {
		id[15] ^= 1
		_, _, err := t.do(ctx, m.Incident, model.Request{ID: id, Actor: actor, Command: model.MarkSent{N: m.Content.Update, Via: m.Target}})
		if code := model.CodeOf(err); code != model.Conflict && code != model.NotFound { // it was marked by a person
			return err
		}
	}
	return nil
}

// Handle lets a person do something with a message.
func (s *Store) Handle(ctx context.Context, n int64, actor string, step outbox.Step) (outbox.Message, error) {
	var m outbox.Message
	err := s.write(ctx, func(t *txn) (err error) {
		if m, err = message(ctx, t, n); err != nil {
			return err
		}
		now := t.s.now()
		if err := step.Apply(&m, actor, now); err != nil {
			return err
		}
		if err := t.saveMessage(m); err != nil {
			return err
		}
		switch step.Verb {
		case outbox.DoReword:
			return nil
		case outbox.DoApprove, outbox.DoRetry:
			if err := t.resume(ctx, m.Target); err != nil {
				return err
			}
		case outbox.DoDrop:
			if m.Action == outbox.Open {
				if err := t.dropAfter(ctx, m, actor, now); err != nil {
					return err
				}
			}
		}
		return t.tell(ctx, m, actor, step.Verb == outbox.DoRetry)
	})
	if err != nil {
		return m, err
	}
	s.written()
	return m, nil
}

// resume opens the gate of a target that a person believes in again.
func (t *txn) resume(ctx context.Context, target string) error {
	all, err := gates(ctx, t)
	if err != nil {
		return err
	}
	g, ok := all[target]
	if !ok || g.Paused == "" && g.Until.IsZero() {
		return nil
	}
	g.Resume()
	return t.saveGate(g)
}

// Resume lets a target be tried again at once, because its credentials are good.
// What was held for the lack of them goes on its way, unless it has become too old
// meanwhile: that is for a person.
func (s *Store) Resume(ctx context.Context, target string) error {
	err := s.write(ctx, func(t *txn) error {
		all, err := gates(ctx, t)
		if err != nil || all[target].Paused == "" {
			return cmp.Or(err, t.resume(ctx, target))
		}
		rows, err := messages(ctx, t, "WHERE o.target = ? AND o.state = 'held' AND o.reason = ?", target, all[target].Paused)
		if err != nil {
			return err
		}
		now := t.s.now()
		for _, m := range rows {
			if now.Sub(m.Created) < outbox.Patience(m.Vendor, m.Action) && m.Retry(m.By, now) == nil {
				if err := t.saveMessage(m); err != nil {
					return err
				}
			}
		}
		return t.resume(ctx, target)
	})
	if err == nil {
		s.written()
	}
	return err
}

// dropAfter drops what was to be added to a thing that will not be opened.
func (t *txn) dropAfter(ctx context.Context, opening outbox.Message, actor string, now time.Time) error {
	rows, err := messages(ctx, t, "WHERE i.key = ? AND o.target = ? AND o.n > ? AND "+live+" ORDER BY o.n", opening.Incident, opening.Target, opening.N)
	if err != nil {
		return err
	}
	for _, m := range rows {
		if m.Action == outbox.Open {
			break
		}
		if m.Drop(actor, fmt.Sprintf("message %d, which it needs, was dropped", opening.N), now) == nil {
			if err := t.saveMessage(m); err != nil {
				return err
			}
		}
	}
	return nil
}

// Trigger opens everything outside that an incident may open and has not, and
// gives the messages, which wait for a yes.
func (s *Store) Trigger(ctx context.Context, incident string, r model.Request) ([]outbox.Message, error) {
	if s.plan == nil {
		return nil, model.Errorf(model.NotFound, "there is nowhere to send anything: name the targets in outbound.yaml")
	}
	var out []outbox.Message
	err := s.write(ctx, func(t *txn) error {
		out = nil
		in, err := t.current(ctx, incident)
		if err != nil {
			return err
		}
		scene, err := t.scene(ctx, in, nil)
		if err != nil {
			return err
		}
		preview := t.s.plan.Trigger(scene, model.Event{})
		if len(preview.Messages) == 0 {
			return model.Errorf(model.Conflict, "everything that %s may open outside is open already, or waits for a yes: see `warroom outbound list`", in.ID)
		}
		body := &model.DeliveryTriggered{}
		for _, m := range preview.Messages {
			if m.Action == outbox.Open {
				body.Targets = append(body.Targets, m.Target)
			}
		}
		r.Command = model.RecordDelivery{Kind: model.KindDeliveryTriggered, Body: body}
		rec, _, err := t.do(ctx, in.ID, r)
		if err != nil {
			return err
		}
		if in, err = t.current(ctx, incident); err != nil {
			return err
		}
		if err := t.take(ctx, in, t.s.plan.Trigger(scene, rec.Events[0])); err != nil {
			return err
		}
		out, err = messages(ctx, t, "WHERE o.incident_id = ? AND o.seq = ? ORDER BY o.n", in.row, rec.Events[0].Seq)
		return err
	})
	if err == nil {
		s.written()
	}
	return out, err
}
