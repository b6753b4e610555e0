package storage

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"warroom/model"
)

// eventRow is an event with its places in the tables.
type eventRow struct {
	id  int64 // order in the whole record
	inc int64 // the incident's row
	e   model.Event
}

// selectEvents is the head of every query that reads events into scanEvent. The
// caller goes on with a join or WHERE; e is the event, i its incident.
const selectEvents = `SELECT e.id, e.incident_id, i.key, e.seq, e.uid, e.at, e.recorded, e.actor, e.kind, e.body, e.salt, e.sum, e.hash
FROM event e JOIN incident i ON i.id = e.incident_id `

// selectFlagged is selectEvents with a number in front, for scanEvent's flag.
func selectFlagged(column string) string {
	return strings.Replace(selectEvents, "SELECT ", "SELECT "+column+", ", 1)
}

// scanEvent reads a row of selectEvents, or of selectFlagged if it is given a
// flag. Prev is left open: see link.
func scanEvent(rows *sql.Rows, flag ...any) (eventRow, error) {
	var r eventRow
	var at, recorded int64
	var uid, sum, hash sql.RawBytes
	if err := rows.Scan(append(flag, &r.id, &r.inc, &r.e.Incident, &r.e.Seq, &uid, &at, &recorded,
		&r.e.Actor, &r.e.Kind, &r.e.Raw, &r.e.Salt, &sum, &hash)...); err != nil {
		return r, err
	}
	copy(r.e.ID[:], uid)
	copy(r.e.Sum[:], sum)
	copy(r.e.Hash[:], hash)
	r.e.At, r.e.Recorded = fromMillis(at), fromMillis(recorded)
	if r.e.Raw != nil {
		r.e.Body = model.DecodeBody(r.e.Kind, r.e.Raw)
	}
	return r, nil
}

// events reads all rows of a query that begins with selectEvents.
func events(ctx context.Context, q querier, rest string, args ...any) ([]eventRow, error) {
	var out []eventRow
	rows, err := q.query(ctx, selectEvents+rest, args...)
	err = each(rows, err, func() error {
		r, err := scanEvent(rows)
		out = append(out, r)
		return err
	})
	return out, err
}

// link fills Prev: the hash of the event before, which is not stored twice. Of
// most events it is at hand in the list.
func link(ctx context.Context, q querier, list []*eventRow) error {
	type place struct{ inc, seq int64 }
	known := make(map[place]*eventRow, len(list))
	for _, r := range list {
		known[place{r.inc, r.e.Seq}] = r
	}
	missing := map[int64]*eventRow{}
	for _, r := range list {
		if before := known[place{r.inc, r.e.Seq - 1}]; before != nil {
			r.e.Prev = before.e.Hash
		} else if r.e.Seq == 1 {
			r.e.Prev = model.Genesis(r.e.Incident)
		} else {
			missing[r.id] = r
		}
	}
	if len(missing) == 0 {
		return nil
	}
	var id int64
	var hash sql.RawBytes
	rows, err := q.query(ctx, `SELECT e.id, p.hash FROM event e JOIN event p ON p.incident_id = e.incident_id AND p.seq = e.seq - 1
WHERE e.id IN (SELECT value FROM json_each(?))`, jsonInts(slices.Collect(maps.Keys(missing))))
	return each(rows, err, func() error {
		err := rows.Scan(&id, &hash)
		copy(missing[id].e.Prev[:], hash)
		return err
	})
}

func pointers(rows []eventRow) []*eventRow {
	out := make([]*eventRow, len(rows))
	for i := range rows {
		out[i] = &rows[i]
	}
	return out
}

func plain(rows []eventRow) []model.Event {
	out := make([]model.Event, len(rows))
	for i := range rows {
		out[i] = rows[i].e
	}
	return out
}

// insert writes e into the record and returns its place in the whole of it.
func (t *txn) insert(inc int64, e model.Event) (int64, error) {
	res, err := t.exec(`INSERT INTO event(incident_id, seq, uid, at, recorded, actor, kind, body, salt, sum, hash)
VALUES(?,?,?,?,?,?,?,?,?,?,?)`,
		inc, e.Seq, e.ID[:], e.At.UnixMilli(), e.Recorded.UnixMilli(), e.Actor, string(e.Kind), text(e.Raw), e.Salt, e.Sum[:], e.Hash[:])
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

// jsonInts makes one argument of many numbers, for json_each.
func jsonInts(v []int64) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// text hands bytes to a TEXT column; nil is NULL.
func text(b []byte) any {
	if b == nil {
		return nil
	}
	return string(b)
}

// newSalt makes the 16 random bytes that go into a body's digest.
func newSalt() []byte {
	b := make([]byte, 16)
	rand.Read(b)
	return b
}

func fromMillis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// millis is t for a column; the zero time is NULL.
func millis(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

func fromNull(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return fromMillis(n.Int64)
}

// Events returns the events of an incident after the given seq in their order,
// at most limit of them (0: a thousand).
func (s *Store) Events(ctx context.Context, id string, after int64, limit int) ([]model.Event, error) {
	if limit <= 0 {
		limit = 1000
	}
	var out []model.Event
	err := s.read(ctx, func(q querier) error {
		inc, err := incidentRow(ctx, q, id)
		if err != nil {
			return err
		}
		rows, err := events(ctx, q, "WHERE e.incident_id = ? AND e.seq > ? ORDER BY e.seq LIMIT ?", inc, after, limit)
		if err != nil {
			return err
		}
		if err := link(ctx, q, pointers(rows)); err != nil {
			return err
		}
		out = plain(rows)
		return nil
	})
	return out, err
}

// page is how many events Each reads at a time.
const page = 1000

// Each calls fn for every event of an incident in order, or of all incidents,
// one after the other, if id is empty. It reads in pages: fn may take its time
// and may use the store. An error of fn ends it and is returned.
func (s *Store) Each(ctx context.Context, id string, fn func(model.Event) error) error {
	return s.eachRow(ctx, id, func(r *eventRow) error { return fn(r.e) })
}

func (s *Store) eachRow(ctx context.Context, id string, fn func(*eventRow) error) error {
	var only int64
	var last eventRow // of the page before
	for first := true; ; first = false {
		var rows []eventRow
		err := s.read(ctx, func(q querier) (err error) {
			if first && id != "" {
				if only, err = incidentRow(ctx, q, id); err != nil {
					return err
				}
			}
			if id != "" {
				rows, err = events(ctx, q, "WHERE e.incident_id = ? AND e.seq > ? ORDER BY e.seq LIMIT ?", only, last.e.Seq, page)
			} else {
				rows, err = events(ctx, q, "WHERE (e.incident_id, e.seq) > (?, ?) ORDER BY e.incident_id, e.seq LIMIT ?", last.inc, last.e.Seq, page)
			}
			if err != nil {
				return err
			}
			list := pointers(rows)
			if last.inc != 0 {
				list = append([]*eventRow{&last}, list...)
			}
			return link(ctx, q, list)
		})
		if err != nil {
			return err
		}
		for i := range rows {
			if err := fn(&rows[i]); err != nil {
				return err
			}
		}
		if len(rows) < page {
			return ctx.Err()
		}
		last = rows[len(rows)-1]
	}
}
