package storage

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"warroom/model"
)

// RebuildReport is what Rebuild did.
type RebuildReport struct {
	Incidents int   `json:"incidents"`
	Events    int64 `json:"events"`
	Differed  int64 `json:"differed"` // rows that were not as the events say, search words apart
}

// Rebuild makes everything that is not an event anew from the events: summary
// rows, folds, the order of the timelines, the words of the search. Others can
// work meanwhile; a search finds less until it is done.
func (s *Store) Rebuild(ctx context.Context) (RebuildReport, error) {
	var rep RebuildReport
	err := s.write(ctx, func(t *txn) error {
		if _, err := t.exec("INSERT INTO entry_text(entry_text) VALUES('delete-all')"); err != nil {
			return err
		}
		if _, err := t.exec("DELETE FROM term"); err != nil {
			return err
		}
		if _, err := t.exec("DELETE FROM pending"); err != nil {
			return err
		}
		_, err := t.exec("UPDATE indexed SET upto = 0")
		return err
	})
	if err != nil {
		return rep, err
	}
	var row int64
	for more := true; more; {
		from, part := row, RebuildReport{}
		err := s.write(ctx, func(t *txn) (err error) {
			row, part, more = from, RebuildReport{}, true
			for part.Events < 2000 && part.Incidents < 200 {
				var key string
				err := t.row(ctx, "SELECT id, key FROM incident WHERE id > ? ORDER BY id LIMIT 1", row).Scan(&row, &key)
				if errors.Is(err, sql.ErrNoRows) {
					more = false
					return nil
				}
				if err != nil {
					return err
				}
				n, err := t.refold(ctx, row, key)
				if err != nil {
					return err
				}
				part.Incidents++
				part.Events += n.events
				part.Differed += n.differed
			}
			return nil
		})
		if err != nil {
			return rep, err
		}
		rep.Incidents += part.Incidents
		rep.Events += part.Events
		rep.Differed += part.Differed
	}
	for done := false; !done; {
		err := s.write(ctx, func(t *txn) (err error) {
			done, err = t.index(ctx, 2000)
			return err
		})
		if err != nil {
			return rep, err
		}
	}
	s.written()
	return rep, nil
}

// freshen refolds the incidents that an older program folded otherwise.
func (s *Store) freshen(ctx context.Context, c *conns) error {
	for {
		var row int64
		var key string
		err := c.r.QueryRowContext(ctx, "SELECT id, key FROM incident WHERE fold < ? LIMIT 1", model.FoldVersion).Scan(&row, &key)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		err = s.attempts(ctx, func(ctx context.Context) error {
			return s.transact(ctx, c, func(t *txn) error {
				for range 200 { // many at a time: each transaction waits for the disk
					err := t.row(ctx, "SELECT id, key FROM incident WHERE fold < ? LIMIT 1", model.FoldVersion).Scan(&row, &key)
					if errors.Is(err, sql.ErrNoRows) {
						return nil
					}
					if err != nil {
						return err
					}
					if _, err := t.refold(ctx, row, key); err != nil {
						return err
					}
				}
				return nil
			})
		})
		if err != nil {
			return err
		}
	}
}

// refolded counts what refold found.
type refolded struct{ events, differed int64 }

// place is a row of entry, without its incident.
type place struct {
	at, seq, event int64
	kind           string
	amended        int64
}

// refold makes the projections of one incident anew and counts the rows that
// were otherwise. Its lines are left to be indexed.
func (t *txn) refold(ctx context.Context, row int64, key string) (refolded, error) {
	var n refolded
	in := incident{row: row, Incident: &model.Incident{}}
	lines := map[int64]*place{} // by seq
	var fixes [][3]int64        // target, seq, event
	rows, err := t.query(ctx, selectEvents+"WHERE e.incident_id = ? ORDER BY e.seq", row)
	err = each(rows, err, func() error {
		r, err := scanEvent(rows)
		if err != nil {
			return err
		}
		n.events++
		in.Apply(r.e)
		in.recorded = r.e.Recorded
		if b, ok := r.e.Body.(*model.Amendment); ok {
			if p := lines[b.Target]; p != nil {
				p.amended++
				if b.At != nil {
					p.at = b.At.UnixMilli()
				}
				fixes = append(fixes, [3]int64{b.Target, r.e.Seq, r.id})
			}
		} else if !r.e.Quiet() {
			lines[r.e.Seq] = &place{r.e.At.UnixMilli(), r.e.Seq, r.id, string(r.e.Kind), 0}
		}
		return nil
	})
	if err != nil {
		return n, err
	}
	in.ID = key

	changed, err := t.differs(ctx, in)
	if err != nil {
		return n, err
	}
	if changed > 0 {
		n.differed += changed
		if err := t.save(in); err != nil {
			return n, err
		}
	}
	want := make([]place, 0, len(lines))
	for _, p := range lines {
		want = append(want, *p)
	}
	d, err := t.replaceEntries(ctx, row, want)
	n.differed += d
	if err != nil {
		return n, err
	}
	d, err = t.replaceFixes(ctx, row, fixes)
	n.differed += d
	return n, err
}

// differs counts the rows of an incident, of two, that are not as in says.
func (t *txn) differs(ctx context.Context, in incident) (int64, error) {
	var same int64
	cond := strings.Join(incidentColumns, " IS ? AND ") + " IS ?"
	err := t.row(ctx, "SELECT count(*) FROM incident WHERE "+cond+" AND id = ?", append(incidentValues(in), in.row)...).Scan(&same)
	if err != nil {
		return 0, err
	}
	n := 1 - same
	want, err := json.Marshal(in.Incident)
	if err != nil {
		return 0, err
	}
	var have []byte
	err = t.row(ctx, "SELECT state FROM snapshot WHERE incident_id = ?", in.row).Scan(&have)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	if have == nil && stateless(in.Incident) {
		return n, nil
	}
	if !bytes.Equal(have, want) {
		n++
	}
	return n, nil
}

func byPlace(a, b place) int {
	return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.seq, b.seq))
}

// replaceEntries makes an incident's rows of entry those wanted, touching only
// the ones that differ, and has those indexed again.
func (t *txn) replaceEntries(ctx context.Context, row int64, want []place) (int64, error) {
	slices.SortFunc(want, byPlace)
	var have []place
	rows, err := t.query(ctx, "SELECT at, seq, event_id, kind, amended FROM entry WHERE incident_id = ? ORDER BY at, seq", row)
	err = each(rows, err, func() error {
		var p place
		err := rows.Scan(&p.at, &p.seq, &p.event, &p.kind, &p.amended)
		have = append(have, p)
		return err
	})
	if err != nil {
		return 0, err
	}
	gone, added := difference(have, want, byPlace)
	for _, p := range gone {
		if _, err := t.exec("DELETE FROM entry WHERE incident_id = ? AND at = ? AND seq = ?", row, p.at, p.seq); err != nil {
			return 0, err
		}
		if _, err := t.exec("DELETE FROM entry_text WHERE rowid = ?", p.event); err != nil {
			return 0, err
		}
		if _, err := t.exec("DELETE FROM pending WHERE event_id = ?", p.event); err != nil {
			return 0, err
		}
	}
	for _, p := range added {
		if _, err := t.exec("INSERT INTO entry(incident_id, at, seq, event_id, kind, amended) VALUES(?,?,?,?,?,?)",
			row, p.at, p.seq, p.event, p.kind, p.amended); err != nil {
			return 0, err
		}
		if err := t.wait(p.event); err != nil {
			return 0, err
		}
	}
	return int64(max(len(gone), len(added))), nil
}

// replaceFixes does the same for the rows of amendment.
func (t *txn) replaceFixes(ctx context.Context, row int64, want [][3]int64) (int64, error) {
	order := func(a, b [3]int64) int { return slices.Compare(a[:], b[:]) }
	slices.SortFunc(want, order)
	var have [][3]int64
	rows, err := t.query(ctx, "SELECT target, seq, event_id FROM amendment WHERE incident_id = ? ORDER BY target, seq", row)
	err = each(rows, err, func() error {
		var f [3]int64
		err := rows.Scan(&f[0], &f[1], &f[2])
		have = append(have, f)
		return err
	})
	if err != nil {
		return 0, err
	}
	gone, added := difference(have, want, order)
	for _, f := range gone {
		if _, err := t.exec("DELETE FROM amendment WHERE incident_id = ? AND target = ? AND seq = ?", row, f[0], f[1]); err != nil {
			return 0, err
		}
	}
	for _, f := range added {
		if _, err := t.exec("INSERT INTO amendment(incident_id, target, seq, event_id) VALUES(?,?,?,?)", row, f[0], f[1], f[2]); err != nil {
			return 0, err
		}
	}
	return int64(max(len(gone), len(added))), nil
}

// difference returns what is only in have and what is only in want, both being
// in order.
func difference[T comparable](have, want []T, order func(a, b T) int) (gone, added []T) {
	for len(have) > 0 || len(want) > 0 {
		switch {
		case len(have) > 0 && len(want) > 0 && have[0] == want[0]:
			have, want = have[1:], want[1:]
		case len(want) == 0 || len(have) > 0 && order(have[0], want[0]) <= 0:
			gone, have = append(gone, have[0]), have[1:]
		default:
			added, want = append(added, want[0]), want[1:]
		}
	}
	return gone, added
}
