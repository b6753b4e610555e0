package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"warroom/model"
	"warroom/model/alert"
)

const scanItem = `id, group_id, status, ended, received, seen, muted, acked, acked_by, incident, noise, noise_by, why, body`

// readItem reads a row of scanItem.
func readItem(row interface{ Scan(...any) error }) (alert.Item, error) {
	var i alert.Item
	var body, status string
	var ended, acked sql.NullInt64
	var received, muted int64
	if err := row.Scan(&i.N, &i.Group, &status, &ended, &received, &i.Seen, &muted, &acked, &i.AckedBy, &i.Incident, &i.Noise, &i.NoiseBy, &i.Why, &body); err != nil {
		return i, err
	}
	if err := json.Unmarshal([]byte(body), &i.Alert); err != nil {
		return i, model.Wrap(model.Corrupt, err, "alert %d of the inbox cannot be read", i.N)
	}
	i.Status, i.Ended, i.Acked, i.Received = alert.Status(status), fromNull(ended), fromNull(acked), fromMillis(received)
	if muted > 0 {
		i.Muted = fromMillis(muted)
	}
	return i, nil
}

func readGroup(state []byte) (alert.Group, error) {
	var g alert.Group
	if err := json.Unmarshal(state, &g); err != nil {
		return g, model.Wrap(model.Corrupt, err, "a line of the alerts cannot be read")
	}
	return g, nil
}

// AlertGroups reads the lines of the inbox that f chooses, those with the newest
// alert first.
func (s *Store) AlertGroups(ctx context.Context, f alert.Filter) ([]alert.Group, error) {
	var out []alert.Group
	err := s.read(ctx, func(q querier) error {
		cond, args := "WHERE live > 0", []any{}
		switch {
		case f.Incident != "":
			cond, args = "WHERE incident = ? AND incident <> ''", []any{f.Incident}
		case f.All:
			cond = "WHERE newest >= 0"
		}
		rows, err := q.query(ctx, "SELECT state FROM alert_group "+cond+" ORDER BY newest DESC", args...)
		err = each(rows, err, func() error {
			var raw sql.RawBytes
			if err := rows.Scan(&raw); err != nil {
				return err
			}
			g, err := readGroup(raw)
			if err != nil {
				return err
			}
			if f.Query != "" && !says(g, f.Query) {
				return nil
			}
			out = append(out, g)
			if f.Limit > 0 && len(out) == f.Limit {
				return errEnough
			}
			return nil
		})
		if err == errEnough {
			err = nil
		}
		return err
	})
	return out, err
}

// says reports whether a group holds a text, whatever its case.
func says(g alert.Group, q string) bool {
	q = strings.ToLower(q)
	hay := strings.ToLower(g.Title + "\n" + strings.Join(g.Rules, "\n") + "\n" + strings.Join(g.Services, "\n") + "\n" + strings.Join(g.Sources, "\n"))
	return strings.Contains(hay, q)
}

// AlertGroup reads one line of the inbox.
func (s *Store) AlertGroup(ctx context.Context, n int64) (alert.Group, error) {
	var g alert.Group
	err := s.read(ctx, func(q querier) (err error) { g, err = groupOf(ctx, q, n); return err })
	return g, err
}

func groupOf(ctx context.Context, q querier, n int64) (alert.Group, error) {
	var raw string
	err := q.row(ctx, "SELECT state FROM alert_group WHERE id = ?", n).Scan(&raw)
	if errors.Is(err, sql.ErrNoRows) {
		return alert.Group{}, model.Errorf(model.NotFound, "there is no line %d in the inbox of alerts: warroom alert list shows them", n)
	}
	if err != nil {
		return alert.Group{}, err
	}
	return readGroup([]byte(raw))
}

// AlertItems reads the alerts that p chooses, the newest first.
func (s *Store) AlertItems(ctx context.Context, p alert.Pick) ([]alert.Item, error) {
	var out []alert.Item
	err := s.read(ctx, func(q querier) error {
		cond, args := "WHERE id >= 0", []any{}
		switch {
		case p.Group != 0:
			cond, args = "WHERE group_id = ?", []any{p.Group}
		case p.Incident != "":
			cond, args = "WHERE incident = ? AND incident <> ''", []any{p.Incident}
		case !p.Since.IsZero():
			cond, args = "WHERE fired >= ?", []any{p.Since.UnixMilli()}
		}
		limit := int64(-1)
		if p.Limit > 0 {
			limit = int64(p.Limit)
		}
		rows, err := q.query(ctx, "SELECT "+scanItem+" FROM alert_item "+cond+" ORDER BY id DESC LIMIT ?", append(args, limit)...)
		return each(rows, err, func() error {
			i, err := readItem(rows)
			out = append(out, i)
			return err
		})
	})
	return out, err
}

// AlertActs reads what was done about a line of the inbox, in order.
func (s *Store) AlertActs(ctx context.Context, group int64) ([]alert.Deed, error) {
	var out []alert.Deed
	err := s.read(ctx, func(q querier) error {
		rows, err := q.query(ctx, "SELECT at, actor, what, item_id, text FROM alert_act WHERE group_id = ? ORDER BY id", group)
		return each(rows, err, func() error {
			var d alert.Deed
			var at int64
			err := rows.Scan(&at, &d.By, &d.What, &d.Item, &d.Text)
			d.At = fromMillis(at)
			out = append(out, d)
			return err
		})
	})
	return out, err
}

// Silences reads the silences that have not ended at now, the one that ends
// first in front.
func (s *Store) Silences(ctx context.Context, now time.Time) ([]alert.Silence, error) {
	var out []alert.Silence
	err := s.read(ctx, func(q querier) (err error) { out, err = silences(ctx, q, now); return err })
	return out, err
}

func silences(ctx context.Context, q querier, now time.Time) ([]alert.Silence, error) {
	var out []alert.Silence
	rows, err := q.query(ctx, "SELECT id, state FROM alert_silence WHERE until > ? ORDER BY until", now.UnixMilli())
	err = each(rows, err, func() error {
		var raw sql.RawBytes
		var n int64
		if err := rows.Scan(&n, &raw); err != nil {
			return err
		}
		var one alert.Silence
		if err := json.Unmarshal(raw, &one); err != nil {
			return model.Wrap(model.Corrupt, err, "a silence cannot be read")
		}
		one.N = n
		out = append(out, one)
		return nil
	})
	return out, err
}

// Asides reads the newest payloads that were kept aside. Their bodies are read
// only if asked for.
func (s *Store) Asides(ctx context.Context, limit int, bodies bool) ([]alert.Aside, error) {
	var out []alert.Aside
	err := s.read(ctx, func(q querier) error {
		rows, err := q.query(ctx, "SELECT id, received, source, reason, seen, size, CASE WHEN ? THEN body ELSE x'' END FROM alert_aside ORDER BY id DESC LIMIT ?", bodies, limit)
		return each(rows, err, func() error {
			var a alert.Aside
			var received int64
			err := rows.Scan(&a.N, &received, &a.Source, &a.Reason, &a.Seen, &a.Size, &a.Body)
			a.Received = fromMillis(received)
			out = append(out, a)
			return err
		})
	})
	return out, err
}

// AlertRev counts the changes of the inbox.
func (s *Store) AlertRev(ctx context.Context) (int64, error) {
	var rev int64
	err := s.read(ctx, func(q querier) error { return q.row(ctx, "SELECT rev FROM alert_rev").Scan(&rev) })
	return rev, err
}

// saveGroup writes a line of the inbox.
func (t *txn) saveGroup(g alert.Group) error {
	raw, err := json.Marshal(g)
	if err != nil {
		return model.Wrap(model.Internal, err, "cannot encode a line of the alerts")
	}
	live := g.Firing + g.Acked
	if g.Noise != "" {
		live = 0
	}
	_, err = t.exec(`INSERT INTO alert_group(id, newest, live, incident, state) VALUES(?,?,?,?,?)
ON CONFLICT(id) DO UPDATE SET newest = excluded.newest, live = excluded.live, incident = excluded.incident, state = excluded.state`,
		g.N, g.Newest.UnixMilli(), live, g.Incident, string(raw))
	return err
}

// inboxChanged tells who watches the inbox.
func (t *txn) inboxChanged() error {
	_, err := t.exec("UPDATE alert_rev SET rev = rev + 1")
	return err
}

// deed writes down what somebody did.
func (t *txn) deed(now time.Time, actor, what string, group, item int64, text string) error {
	_, err := t.exec("INSERT INTO alert_act(at, actor, what, group_id, item_id, text) VALUES(?,?,?,?,?,?)", now.UnixMilli(), actor, what, group, item, text)
	return err
}

// recount makes the figures of a group anew from its alerts.
func (t *txn) recount(ctx context.Context, g *alert.Group) error {
	g.Total, g.Firing, g.Acked, g.Muted, g.Until = 0, 0, 0, 0, time.Time{}
	g.Services, g.Rules, g.Sources, g.Severity = nil, nil, nil, 0
	g.First, g.Newest = time.Time{}, time.Time{}
	rows, err := t.query(ctx, "SELECT "+scanItem+" FROM alert_item WHERE group_id = ? ORDER BY id", g.N)
	return each(rows, err, func() error {
		i, err := readItem(rows)
		if err == nil {
			count(g, i, +1)
		}
		return err
	})
}

// count adds an alert to the figures of its group.
func count(g *alert.Group, i alert.Item, by int) {
	if by > 0 {
		g.Total++
		at := when(i)
		if g.First.IsZero() || at.Before(g.First) {
			g.First = at
		}
		if !at.Before(g.Newest) {
			g.Newest, g.Newer = at, i.N
			q := alert.Evaluate(i.Alert)
			g.Grade, g.Score = q.Grade, q.Score
		}
		if g.Title == "" {
			g.Title = i.Title
			if g.Title == "" {
				g.Title = i.Name()
			}
		}
		g.Services, g.Rules, g.Sources = alert.Join(g.Services, i.Service), alert.Join(g.Rules, i.Rule), alert.Join(g.Sources, i.Source)
		if i.Severity > 0 && (g.Severity == 0 || i.Severity < g.Severity) {
			g.Severity = i.Severity
		}
	}
	switch i.Status {
	case alert.Firing, alert.Suppressed:
		g.Firing += by
		if !i.Muted.IsZero() {
			g.Muted += by
			if by > 0 && (g.Until.IsZero() || i.Muted.Before(g.Until)) {
				g.Until = i.Muted
			}
		}
	case alert.Acknowledged:
		g.Acked += by
	}
}

// when is the moment by which an alert is placed: when it fired, else when it
// came.
func when(i alert.Item) time.Time {
	if i.Timestamp.IsZero() {
		return i.Received
	}
	return i.Timestamp
}
