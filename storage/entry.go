package storage

import (
	"context"
	"slices"

	"warroom/model"
)

// entryRow is an entry with its places in the tables.
type entryRow struct {
	id, inc int64
	model.Entry
}

// corrections returns the amendments of the given events, by the event and in
// their order.
func corrections(ctx context.Context, q querier, ids []int64) (map[int64][]eventRow, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	out := map[int64][]eventRow{}
	rows, err := q.query(ctx, selectFlagged("t.id")+`JOIN amendment a ON a.event_id = e.id
JOIN event t ON t.incident_id = a.incident_id AND t.seq = a.target
WHERE t.id IN (SELECT value FROM json_each(?)) ORDER BY t.id, a.seq`, jsonInts(ids))
	err = each(rows, err, func() error {
		var id int64
		r, err := scanEvent(rows, &id)
		out[id] = append(out[id], r)
		return err
	})
	return out, err
}

// amend applies the corrections in the record to entries.
func amend(ctx context.Context, q querier, list []*entryRow) error {
	ids := make([]int64, len(list))
	for i, en := range list {
		ids[i] = en.id
	}
	all, err := corrections(ctx, q, ids)
	for _, en := range list {
		for _, r := range all[en.id] {
			if b, ok := r.e.Body.(*model.Amendment); ok {
				en.Amend(b)
			}
		}
	}
	return err
}

// complete turns events into entries: Prev is filled, and corrections are
// applied to those for which amended says so (nil: to all).
func complete(ctx context.Context, q querier, rows []eventRow, amended []bool) ([]entryRow, error) {
	if err := link(ctx, q, pointers(rows)); err != nil {
		return nil, err
	}
	out := make([]entryRow, len(rows))
	var todo []*entryRow
	for i, r := range rows {
		out[i] = entryRow{r.id, r.inc, model.NewEntry(r.e)}
		if amended == nil || amended[i] {
			todo = append(todo, &out[i])
		}
	}
	return out, amend(ctx, q, todo)
}

// entryAt reads one event of an incident as it now stands, quiet or not.
func entryAt(ctx context.Context, q querier, inc, seq int64) (entryRow, bool, error) {
	rows, err := events(ctx, q, "WHERE e.incident_id = ? AND e.seq = ?", inc, seq)
	if err != nil || len(rows) == 0 {
		return entryRow{}, false, err
	}
	out, err := complete(ctx, q, rows, nil)
	if err != nil {
		return entryRow{}, false, err
	}
	return out[0], true, nil
}

// Entry reads one event of an incident as it now stands.
func (s *Store) Entry(ctx context.Context, id string, seq int64) (model.Entry, error) {
	var en entryRow
	err := s.read(ctx, func(q querier) error {
		inc, err := incidentRow(ctx, q, id)
		if err != nil {
			return err
		}
		var ok bool
		if en, ok, err = entryAt(ctx, q, inc, seq); err == nil && !ok {
			err = noEntry(id, seq)
		}
		return err
	})
	return en.Entry, err
}

func noEntry(id string, seq int64) error {
	return model.Errorf(model.NotFound, "there is no entry #%d in %s", seq, model.CleanID(model.Brief(id, 60)))
}

// History returns an event and the events that corrected it, in their order.
func (s *Store) History(ctx context.Context, id string, seq int64) ([]model.Event, error) {
	var out []model.Event
	err := s.read(ctx, func(q querier) error {
		inc, err := incidentRow(ctx, q, id)
		if err != nil {
			return err
		}
		rows, err := events(ctx, q, "WHERE e.incident_id = ? AND e.seq = ?", inc, seq)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return noEntry(id, seq)
		}
		more, err := corrections(ctx, q, []int64{rows[0].id})
		if err != nil {
			return err
		}
		rows = append(rows, more[rows[0].id]...)
		if err := link(ctx, q, pointers(rows)); err != nil {
			return err
		}
		out = plain(rows)
		return nil
	})
	return out, err
}

// defaultWindow is how many entries a window without a limit has.
const defaultWindow = 500

// Timeline reads a window of an incident's timeline, in its order, as the
// entries now stand. Events without a line of their own are left out. It costs
// the same wherever the window lies and however long the timeline is.
func (s *Store) Timeline(ctx context.Context, id string, w model.Window) ([]model.Entry, error) {
	if w.Limit <= 0 {
		w.Limit = defaultWindow
	}
	var out []model.Entry
	err := s.read(ctx, func(q querier) error {
		inc, err := incidentRow(ctx, q, id)
		if err != nil {
			return err
		}
		kinds := slices.Clone(w.Kinds)
		slices.Sort(kinds)
		var rows []eventRow
		var amended []bool
		if kinds = slices.Compact(kinds); len(kinds) == 0 {
			rows, amended, err = window(ctx, q, inc, w, "")
		} else {
			rows, amended, err = windowOf(ctx, q, inc, w, kinds)
		}
		if err != nil {
			return err
		}
		list, err := complete(ctx, q, rows, amended)
		if err != nil {
			return err
		}
		out = make([]model.Entry, len(list))
		for i := range list {
			out[i] = list[i].Entry
		}
		// The index gave the order; a window that ran backwards is turned round.
		if w.Back {
			slices.Reverse(out)
		}
		return nil
	})
	return out, err
}

// windowQuery is the query of a window, of one kind or of all, in the direction
// of the window. Which index it takes is said where SQLite would guess wrong: a
// rare kind must not be looked for along the whole timeline.
func windowQuery(w model.Window, oneKind bool) string {
	index, cond := "", ""
	if oneKind {
		index, cond = "INDEXED BY entry_kind ", " AND n.kind = ?"
	}
	op, dir := ">", "ASC"
	if w.Back {
		op, dir = "<", "DESC"
	}
	if w.From != (model.Pos{}) {
		cond += " AND (n.at, n.seq) " + op + " (?, ?)"
	}
	return selectFlagged("n.amended") + "JOIN entry n " + index + "ON n.event_id = e.id WHERE n.incident_id = ?" + cond +
		" ORDER BY n.at " + dir + ", n.seq " + dir + " LIMIT ?"
}

// window reads the events of a window, of one kind or of all.
func window(ctx context.Context, q querier, inc int64, w model.Window, kind model.Kind) ([]eventRow, []bool, error) {
	args := []any{inc}
	if kind != "" {
		args = append(args, string(kind))
	}
	if w.From != (model.Pos{}) {
		args = append(args, w.From.At.UnixMilli(), w.From.Seq)
	}
	var rows []eventRow
	var amended []bool
	res, err := q.query(ctx, windowQuery(w, kind != ""), append(args, w.Limit)...)
	err = each(res, err, func() error {
		var n int64
		r, err := scanEvent(res, &n)
		rows, amended = append(rows, r), append(amended, n > 0)
		return err
	})
	return rows, amended, err
}

// windowOf merges the windows of several kinds.
func windowOf(ctx context.Context, q querier, inc int64, w model.Window, kinds []model.Kind) ([]eventRow, []bool, error) {
	type line struct {
		row     eventRow
		amended bool
		pos     model.Pos
	}
	var all []line
	for _, k := range kinds {
		rows, amended, err := window(ctx, q, inc, w, k)
		if err != nil {
			return nil, nil, err
		}
		list, err := complete(ctx, q, rows, amended) // where they stand decides the merge
		if err != nil {
			return nil, nil, err
		}
		for i := range list {
			all = append(all, line{rows[i], amended[i], list[i].Pos()})
		}
	}
	slices.SortFunc(all, func(a, b line) int {
		switch {
		case a.pos == b.pos:
			return 0
		case a.pos.Before(b.pos) != w.Back:
			return -1
		}
		return 1
	})
	all = all[:min(len(all), w.Limit)]
	rows, amended := make([]eventRow, len(all)), make([]bool, len(all))
	for i, l := range all {
		rows[i], amended[i] = l.row, l.amended
	}
	return rows, amended, nil
}

// project writes the projections of a new event that are lines: its entry, or
// what it corrects.
func (t *txn) project(ctx context.Context, in incident, e model.Event, id int64) error {
	if b, ok := e.Body.(*model.Amendment); ok {
		return t.correct(ctx, in, b, e.Seq, id)
	}
	if e.Quiet() {
		return nil
	}
	_, err := t.exec("INSERT INTO entry(incident_id, at, seq, event_id, kind, amended) VALUES(?,?,?,?,?,0)",
		in.row, e.At.UnixMilli(), e.Seq, id, string(e.Kind))
	return err
}

// correct moves the entry that an amendment corrects. One that corrects nothing
// which can be corrected (written elsewhere) stays in the record without effect.
func (t *txn) correct(ctx context.Context, in incident, b *model.Amendment, seq, id int64) error {
	if b.Target >= seq {
		return nil
	}
	en, ok, err := entryAt(ctx, t, in.row, b.Target)
	if err != nil || !ok || en.Quiet() {
		return err
	}
	was := en.When.UnixMilli()
	en.Amend(b)
	if _, err := t.exec("INSERT INTO amendment(incident_id, target, seq, event_id) VALUES(?,?,?,?)", in.row, b.Target, seq, id); err != nil {
		return err
	}
	res, err := t.exec("UPDATE entry SET at = ?, amended = ? WHERE incident_id = ? AND at = ? AND seq = ?",
		en.When.UnixMilli(), en.Amended, in.row, was, b.Target)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return model.Errorf(model.Corrupt, "the timeline of %s has lost its place for #%d: run `warroom rebuild`", in.ID, b.Target)
	}
	return t.wait(en.id)
}
