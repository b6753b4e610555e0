package storage

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"strconv"
	"time"

	"warroom/model"
	"warroom/model/alert"
)

// Ingest puts alerts into the inbox, all in one transaction. What it returns
// without error is on the disk. It may be repeated with the same alerts, and they
// may come in any order: a firing is told apart by its key, and one that has
// ended does not begin again.
func (s *Store) Ingest(ctx context.Context, alerts []alert.Alert) (alert.Intake, error) {
	if len(alerts) == 0 {
		return alert.Intake{}, nil
	}
	var in alert.Intake
	err := s.write(ctx, func(t *txn) error {
		in = alert.Intake{}
		i := intake{t: t, ctx: ctx, now: model.Millis(s.now()), groups: map[int64]*alert.Group{}, out: &in}
		return i.run(alerts)
	})
	if err != nil {
		return alert.Intake{}, err
	}
	s.written()
	return in, nil
}

// SetAside keeps what could not be read, with the reason. The same payload is
// kept once.
func (s *Store) SetAside(ctx context.Context, list []alert.Aside) error {
	if len(list) == 0 {
		return nil
	}
	err := s.write(ctx, func(t *txn) error {
		for _, a := range list {
			if err := t.aside(a, model.Millis(s.now())); err != nil {
				return err
			}
		}
		return t.inboxChanged()
	})
	if err == nil {
		s.written()
	}
	return err
}

// maxAside is how much of one payload is kept aside, in bytes, and how many are.
const (
	maxAside   = 1 << 20
	keepAsides = 1000
)

func (t *txn) aside(a alert.Aside, now time.Time) error {
	sum := sha256.Sum256(append([]byte(a.Source+"\x00"+a.Reason+"\x00"), a.Body...))
	body := a.Body[:min(len(a.Body), maxAside)]
	if body == nil {
		body = []byte{}
	}
	if a.Size == 0 {
		a.Size = len(a.Body)
	}
	if _, err := t.exec(`INSERT INTO alert_aside(digest, received, source, reason, seen, size, body) VALUES(?,?,?,?,1,?,?)
ON CONFLICT(digest) DO UPDATE SET seen = seen + 1, received = excluded.received`, sum[:], now.UnixMilli(), a.Source, a.Reason, a.Size, body); err != nil {
		return err
	}
	_, err := t.exec("DELETE FROM alert_aside WHERE id <= (SELECT id FROM alert_aside ORDER BY id DESC LIMIT 1 OFFSET ?)", keepAsides)
	return err
}

// intake is one transaction of Ingest.
type intake struct {
	t      *txn
	ctx    context.Context
	now    time.Time
	groups map[int64]*alert.Group // touched
	place  alert.Place
	quiet  []alert.Silence
	next   int64                  // number of the next group
	keys   map[string]*alert.Item // what is there, by key
	marks  map[string]*alert.Item // the newest of each condition
	out    *alert.Intake
}

func markOf(a alert.Alert) string { return a.Source + "|" + a.Fingerprint }

func (k *intake) run(alerts []alert.Alert) error {
	if err := k.prepare(alerts); err != nil {
		return err
	}
	for n := range alerts {
		if err := k.one(alerts[n]); err != nil {
			return err
		}
	}
	for _, g := range k.groups {
		if err := k.t.saveGroup(*g); err != nil {
			return err
		}
	}
	if err := k.cleared(); err != nil {
		return err
	}
	return k.t.inboxChanged()
}

// prepare reads which groups alerts may join.
func (k *intake) prepare(alerts []alert.Alert) (err error) {
	first, last := k.now, k.now
	for _, a := range alerts {
		if !a.Timestamp.IsZero() && a.Timestamp.Before(first) {
			first = a.Timestamp
		}
	}
	if err := k.known(alerts); err != nil {
		return err
	}
	if k.quiet, err = silences(k.ctx, k.t, k.now); err != nil {
		return err
	}
	if err := k.t.row(k.ctx, "SELECT coalesce(max(id), 0) + 1 FROM alert_group").Scan(&k.next); err != nil {
		return err
	}
	rows, err := k.t.query(k.ctx, "SELECT state FROM alert_group WHERE newest BETWEEN ? AND ? ORDER BY newest", first.Add(-alert.SameRule).UnixMilli(), last.Add(alert.SameRule).UnixMilli())
	return each(rows, err, func() error {
		var raw sql.RawBytes
		if err := rows.Scan(&raw); err != nil {
			return err
		}
		g, err := readGroup(raw)
		if err == nil && g.Noise == "" {
			k.place.Add(g.N, g.Lead, g.First, g.Newest)
		}
		return err
	})
}

// known reads what is there of a batch: two questions for all of it instead of
// two for each alert.
func (k *intake) known(alerts []alert.Alert) error {
	keys, marks := make([]string, len(alerts)), make([]string, len(alerts))
	for n, a := range alerts {
		keys[n], marks[n] = a.Key(), markOf(a)
	}
	k.keys, k.marks = make(map[string]*alert.Item, len(alerts)), make(map[string]*alert.Item, len(alerts))
	for _, part := range []struct {
		list []string
		text string
		take func(*alert.Item)
	}{
		{keys, "SELECT " + scanItem + " FROM alert_item WHERE key IN (SELECT value FROM json_each(?))", func(i *alert.Item) { k.keys[i.Key()] = i }},
		{marks, "SELECT " + scanItem + " FROM alert_item WHERE id IN (SELECT (SELECT max(id) FROM alert_item WHERE mark = value) FROM json_each(?))", func(i *alert.Item) {
			if have := k.keys[i.Key()]; have != nil {
				i = have // one alert, one place
			}
			k.keys[i.Key()], k.marks[markOf(i.Alert)] = i, i
		}},
	} {
		list, err := json.Marshal(part.list)
		if err != nil {
			return model.Wrap(model.Internal, err, "cannot encode the names of alerts")
		}
		rows, err := k.t.query(k.ctx, part.text, string(list))
		err = each(rows, err, func() error {
			i, err := readItem(rows)
			if err == nil {
				part.take(&i)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (k *intake) group(n int64) (*alert.Group, error) {
	if g := k.groups[n]; g != nil {
		return g, nil
	}
	g, err := groupOf(k.ctx, k.t, n)
	if err != nil {
		return nil, err
	}
	k.groups[n] = &g
	return &g, nil
}

// one takes in one alert.
func (k *intake) one(a alert.Alert) error {
	if have := k.keys[a.Key()]; have != nil {
		return k.again(have, a)
	}
	before := k.marks[markOf(a)]
	if a.NoStart && a.Status != alert.Firing {
		if before != nil {
			return k.again(before, a)
		}
		k.out.Unmatched++
		raw, _ := json.Marshal(a)
		return k.t.aside(alert.Aside{Source: a.Source, Reason: "it ends an alert that was never seen here", Body: raw}, k.now)
	}
	if before != nil && a.Sole && before.Status != alert.Resolved && a.Timestamp.After(before.Timestamp) {
		// The source knows one firing at a time: the older one has ended, untold.
		next := *before
		next.Status, next.Ended = alert.Resolved, time.Time{}
		if err := k.change(before, next); err != nil {
			return err
		}
	}
	return k.fresh(a, before)
}

// again is news of an alert that is there.
func (k *intake) again(have *alert.Item, a alert.Alert) error {
	next := *have
	next.Seen++
	switch {
	case have.Status == alert.Resolved: // ended: late news of its beginning change nothing
		if a.Status == alert.Resolved && have.Ended.IsZero() && !a.Ended.IsZero() {
			next.Ended = a.Ended
		}
	case a.Status == alert.Resolved:
		next.Status, next.Ended = alert.Resolved, a.Ended
		if next.Ended.Before(next.Timestamp) {
			next.Ended = time.Time{}
		}
	case a.Status == alert.Acknowledged && have.Status != alert.Acknowledged:
		next.Status = alert.Acknowledged
		if next.Acked.IsZero() {
			next.Acked, next.AckedBy = k.now, a.Source
		}
	}
	if !a.NoStart && a.Status != alert.Resolved && have.Status != alert.Resolved { // the newest words count
		next.Title, next.Description, next.Metrics, next.RunbookURL = a.Title, a.Description, a.Metrics, a.RunbookURL
		next.Doubts = a.Doubts
		if a.Severity != 0 {
			next.Severity = a.Severity
		}
	}
	told := sameWords(have.Alert, next.Alert)
	if next.Status == have.Status && next.Ended.Equal(have.Ended) && told {
		k.out.Same++
		have.Seen++
		_, err := k.t.exec("UPDATE alert_item SET seen = ? WHERE id = ?", next.Seen, have.N)
		return err
	}
	k.out.Changed++
	return k.change(have, next)
}

func sameWords(a, b alert.Alert) bool {
	if a.Title != b.Title || a.Description != b.Description || a.RunbookURL != b.RunbookURL || a.Severity != b.Severity || len(a.Metrics) != len(b.Metrics) {
		return false
	}
	for name, v := range a.Metrics {
		if b.Metrics[name] != v {
			return false
		}
	}
	return true
}

// change writes an alert that is there and sets its group's figures right.
func (k *intake) change(have *alert.Item, next alert.Item) error {
	g, err := k.group(have.Group)
	if err != nil {
		return err
	}
	count(g, *have, -1)
	count(g, next, +1)
	g.Total-- // it was there
	*have = next
	return k.t.saveItem(next)
}

// saveItem writes what may change of an alert.
func (t *txn) saveItem(i alert.Item) error {
	raw, err := json.Marshal(i.Alert)
	if err != nil {
		return model.Wrap(model.Internal, err, "cannot encode an alert")
	}
	_, err = t.exec(`UPDATE alert_item SET group_id = ?, status = ?, ended = ?, seen = ?, muted = ?, acked = ?, acked_by = ?, incident = ?, noise = ?, noise_by = ?, why = ?, body = ? WHERE id = ?`,
		i.Group, string(i.Status), millis(i.Ended), i.Seen, millisOr0(i.Muted), millis(i.Acked), i.AckedBy, i.Incident, i.Noise, i.NoiseBy, i.Why, string(raw), i.N)
	return err
}

func millisOr0(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// sameAlert is how long after its last firing the same condition stands in the
// same line.
const sameAlert = 2 * time.Hour

// fresh puts a new alert into its group.
func (k *intake) fresh(a alert.Alert, before *alert.Item) error {
	i := alert.Item{Alert: a, Received: k.now, Seen: 1}
	if i.Status == alert.Suppressed {
		i.Status = alert.Firing
		i.Doubt("its source has silenced it")
	}
	for _, s := range k.quiet {
		if s.Matches(a) && s.Until.After(i.Muted) {
			i.Muted = s.Until
		}
	}
	at := when(i)
	if before != nil && at.Sub(when(*before)).Abs() <= sameAlert {
		g, err := k.group(before.Group)
		if err != nil {
			return err
		}
		if g.Noise == "" {
			i.Group, i.Why = before.Group, "the same alert as before, "+model.Span(at.Sub(when(*before)).Abs().Truncate(time.Second))+" apart"
		}
	}
	if i.Group == 0 {
		i.Group, i.Why = k.place.Find(a, at)
	}
	if i.Group == 0 {
		i.Group = k.next
		k.next++
		k.groups[i.Group] = &alert.Group{N: i.Group, Lead: alert.LeadOf(a)}
		k.place.Add(i.Group, alert.LeadOf(a), at, at)
		k.out.Groups++
	}
	g, err := k.group(i.Group)
	if err != nil {
		return err
	}
	i.Incident = g.Incident
	raw, err := json.Marshal(a)
	if err != nil {
		return model.Wrap(model.Internal, err, "cannot encode an alert")
	}
	if i.Status == alert.Acknowledged {
		i.Acked, i.AckedBy = k.now, a.Source
	}
	res, err := k.t.exec(`INSERT INTO alert_item(key, mark, group_id, status, fired, ended, received, seen, muted, acked, acked_by, incident, noise, noise_by, why, body)
VALUES(?,?,?,?,?,?,?,1,?,?,?,?,'','',?,?)`, a.Key(), markOf(a), i.Group, string(i.Status), millis(a.Timestamp), millis(a.Ended), k.now.UnixMilli(), millisOr0(i.Muted), millis(i.Acked), i.AckedBy, i.Incident, i.Why, string(raw))
	if err != nil {
		return err
	}
	if i.N, err = res.LastInsertId(); err != nil {
		return err
	}
	count(g, i, +1)
	k.keys[a.Key()], k.marks[markOf(a)] = &i, &i
	k.out.New++
	return nil
}

// cleared tells incidents that the last alert of a line of theirs has ended, in
// the same transaction: a program that dies in between owes nothing.
func (k *intake) cleared() error {
	for _, g := range k.groups {
		if g.Incident == "" || g.Open() {
			continue
		}
		var ended sql.NullInt64
		if err := k.t.row(k.ctx, "SELECT max(ended) FROM alert_item WHERE group_id = ?", g.N).Scan(&ended); err != nil {
			return err
		}
		at := k.now
		if ended.Valid && fromMillis(ended.Int64).Before(at) {
			at = fromMillis(ended.Int64)
		}
		actor := "alerts"
		if len(g.Sources) > 0 {
			if p, err := model.ParsePerson(g.Sources[0]); err == nil {
				actor = p
			}
		}
		sum := sha256.Sum256([]byte("warroom/cleared/v1\x00" + g.Incident + "\x00" + strconv.FormatInt(g.N, 10) + "\x00" + strconv.Itoa(g.Total) + "\x00" + strconv.FormatInt(at.UnixMilli(), 10)))
		_, _, err := k.t.do(k.ctx, g.Incident, model.Request{ID: model.ID(sum[:16]), Actor: actor, Command: model.ClearAlert{Group: g.N, Count: g.Total, At: at}})
		switch model.CodeOf(err) {
		case "", model.Conflict, model.NotFound, model.Invalid: // closed meanwhile, or detached
		default:
			return err
		}
		k.out.Cleared = append(k.out.Cleared, alert.Clearing{Incident: g.Incident, Group: g.N, Title: g.Line(), Total: g.Total, At: at})
	}
	return nil
}
