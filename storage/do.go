package storage

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"strconv"
	"strings"
	"time"

	"warroom/model"
)

// clockSlack is how far a clock may go back without the order of the record
// following it: it is set right by steps of that size all day long.
const clockSlack = 5 * time.Second

// Do carries out a request on an incident, given by its whole id, or on none for
// model.Declare. What it returns without error is on the disk. The same request
// (by its ID) is carried out once, however often it is sent: a repetition gets
// the events of the first time. If the record is locked it is tried for ten
// seconds or until ctx ends.
func (s *Store) Do(ctx context.Context, id string, r model.Request) (model.Receipt, error) {
	declare := false
	switch r.Command.(type) {
	case nil:
		return model.Receipt{}, model.Errorf(model.Invalid, "there is no command to carry out")
	case model.Declare, *model.Declare:
		declare = true
	}
	if declare != (id == "") {
		if declare {
			return model.Receipt{}, model.Errorf(model.Invalid, "an incident is declared once: %s is there already", model.Brief(id, 60))
		}
		return model.Receipt{}, model.Errorf(model.Invalid, "say which incident this is about")
	}
	var err error
	if r.Actor, err = model.ParsePerson(r.Actor); err != nil {
		return model.Receipt{}, err
	}
	if r.ID == (model.ID{}) {
		r.ID = s.NewID()
	}
	var rec model.Receipt
	wrote := false
	err = s.write(ctx, func(t *txn) (err error) {
		rec, wrote, err = t.do(ctx, id, r)
		return err
	})
	if err != nil {
		return model.Receipt{}, err
	}
	if wrote {
		s.written()
	}
	return rec, nil
}

// written tells everybody that there is something new.
func (s *Store) written() {
	s.bell.ring()
	s.feed.wake()
}

func (t *txn) do(ctx context.Context, id string, r model.Request) (model.Receipt, bool, error) {
	if rec, ok, err := t.earlier(ctx, id, r.ID); ok || err != nil {
		return rec, false, err
	}
	var in incident
	now := model.Millis(t.s.now())
	scene := model.Scene{Actor: r.Actor, Event: func(int64) (model.Entry, bool) { return model.Entry{}, false }}
	var lookup error
	if id == "" {
		in = incident{fresh: true, Incident: &model.Incident{}}
	} else {
		var err error
		if in, err = t.current(ctx, id); err != nil {
			return model.Receipt{}, false, err
		}
		if back := in.recorded.Sub(now); back > 0 && back <= clockSlack {
			now = in.recorded
		}
		scene.Incident = in.Incident
		scene.Event = func(seq int64) (model.Entry, bool) {
			en, ok, err := entryAt(ctx, t, in.row, seq)
			if err != nil {
				lookup = errors.Join(lookup, err)
			}
			return en.Entry, ok
		}
		scene.Others = func() []*model.Incident {
			others, err := t.others(ctx, in.ID)
			if err != nil {
				lookup = errors.Join(lookup, err)
			}
			return others
		}
	}
	scene.Now = now
	drafts, err := r.Command.Decide(scene)
	if lookup != nil {
		return model.Receipt{}, false, lookup
	}
	if err != nil {
		return model.Receipt{}, false, err
	}
	rec := model.Receipt{Incident: in.Incident}
	if len(drafts) == 0 {
		return rec, false, nil
	}
	key := in.ID
	if in.fresh {
		at := drafts[0].At
		if at.IsZero() {
			at = now
		}
		if key, err = t.freeKey(ctx, at); err != nil {
			return rec, false, err
		}
	}
	prev := in.Head
	if in.Seq == 0 {
		prev = model.Genesis(key)
	}
	for n, d := range drafts {
		e, err := model.Seal(d, model.Link{
			Incident: key, Seq: in.Seq + 1, Prev: prev, ID: requestID(r.ID, n),
			Salt: newSalt(), Recorded: now, Actor: r.Actor,
		})
		if err != nil {
			return rec, false, err
		}
		if err := t.add(ctx, &in, e); err != nil {
			return rec, false, err
		}
		if err := t.linkAlerts(ctx, e); err != nil {
			return rec, false, err
		}
		rec.Events = append(rec.Events, e)
		prev = e.Hash
	}
	if err := t.save(in); err != nil {
		return rec, false, err
	}
	return rec, true, t.enqueue(ctx, in, rec.Events)
}

// add writes the next event of an incident with its lines, and folds it. The
// incident's own rows are left to save.
func (t *txn) add(ctx context.Context, in *incident, e model.Event) error {
	id, err := t.place(ctx, in, e)
	if err == nil && id%indexEvery == 0 {
		_, err = t.index(ctx, indexBatch)
	}
	return err
}

// place is add without the care for the index of the words. It returns the
// event's place in the record.
func (t *txn) place(ctx context.Context, in *incident, e model.Event) (int64, error) {
	if in.fresh {
		if err := t.create(in, e.Incident); err != nil {
			return 0, err
		}
	}
	id, err := t.insert(in.row, e)
	if err != nil {
		return 0, err
	}
	in.Apply(e)
	in.ID, in.recorded = e.Incident, e.Recorded
	return id, t.project(ctx, *in, e, id)
}

// current loads an incident for a change, with its projections in order.
func (t *txn) current(ctx context.Context, id string) (incident, error) {
	in, err := loadIncident(ctx, t, id)
	if err != nil || !in.stale {
		return in, err
	}
	if _, err := t.refold(ctx, in.row, in.ID); err != nil {
		return in, err
	}
	return loadIncident(ctx, t, id)
}

// others reads the open incidents besides one in which a target was locked, inside
// the transaction that is about to write: what they say cannot change before it
// ends.
func (t *txn) others(ctx context.Context, key string) ([]*model.Incident, error) {
	var keys []string
	rows, err := t.query(ctx, `SELECT i.key FROM incident i LEFT JOIN snapshot n ON n.incident_id = i.id
WHERE i.status NOT IN (?, ?) AND i.key <> ? AND (i.fold <> ? OR n.state IS NULL OR instr(n.state, '"lock":"') > 0) ORDER BY i.id`,
		string(model.Closed), string(model.Canceled), key, model.FoldVersion)
	err = each(rows, err, func() error {
		var k string
		err := rows.Scan(&k)
		keys = append(keys, k)
		return err
	})
	var out []*model.Incident
	for _, k := range keys {
		if err != nil {
			break
		}
		var in incident
		if in, err = t.current(ctx, k); err == nil {
			out = append(out, in.Incident)
		}
	}
	return out, err
}

// freeKey finds an id for an incident declared at a moment: the second one of
// the same second gets -2.
func (t *txn) freeKey(ctx context.Context, at time.Time) (string, error) {
	base := model.IncidentID(at, 1)
	taken := 0
	var key string
	rows, err := t.query(ctx, "SELECT key FROM incident WHERE key = ? OR key >= ? AND key < ?", base, base+"-", base+".")
	err = each(rows, err, func() error {
		if err := rows.Scan(&key); err != nil {
			return err
		}
		n := 1
		if suffix := strings.TrimPrefix(key, base); suffix != "" {
			n, _ = strconv.Atoi(suffix[1:]) // a foreign suffix that is no number does not matter
		}
		taken = max(taken, n)
		return nil
	})
	return model.IncidentID(at, taken+1), err
}

// requestID is the id of a request's nth event: its own for the first, and one
// that follows from it for the others, so that a repetition finds them all.
func requestID(id model.ID, n int) model.ID {
	if n == 0 {
		return id
	}
	h := sha256.New()
	h.Write([]byte("warroom/request/v1\x00"))
	h.Write(id[:])
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	h.Write(b[:])
	out := model.ID(h.Sum(nil)[:16])
	copy(out[:6], id[:6]) // the time, so that they lie together in the index
	out[6] = out[6]&0x0f | 0x80
	out[8] = out[8]&0x3f | 0x80
	return out
}

// earlier finds what a request wrote when it was carried out before.
func (t *txn) earlier(ctx context.Context, incident string, id model.ID) (model.Receipt, bool, error) {
	var inc, seq int64
	var key string
	rows, err := t.query(ctx, "SELECT e.incident_id, e.seq, i.key FROM event e JOIN incident i ON i.id = e.incident_id WHERE e.uid = ?", id[:])
	err = each(rows, err, func() error { return rows.Scan(&inc, &seq, &key) })
	if err != nil || inc == 0 {
		return model.Receipt{}, false, err
	}
	if incident != "" && model.CleanID(incident) != key {
		return model.Receipt{}, false, model.Errorf(model.Conflict, "the request %s was carried out in %s already: a new request needs a new id", id, key)
	}
	var rec model.Receipt
	list, err := events(ctx, t, "WHERE e.incident_id = ? AND e.seq >= ? AND e.seq < ? ORDER BY e.seq", inc, seq, seq+64)
	if err != nil {
		return rec, false, err
	}
	n := 0
	for n < len(list) && list[n].e.ID == requestID(id, n) {
		n++
	}
	if err := link(ctx, t, pointers(list[:n])); err != nil {
		return rec, false, err
	}
	rec.Events = plain(list[:n])
	in, err := loadIncident(ctx, t, key)
	rec.Incident = in.Incident
	return rec, true, err
}
