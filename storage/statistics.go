package storage

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"sync"

	"warroom/model"
	"warroom/model/metrics"
)

// Facts of an incident, as bits of a column.
const (
	factOpen = 1 << iota
	factMaintenance
	factDay
	factDetection // from here on three bits: a place in model.Detections, from 1; 0 is unknown
)

// factValues are the columns of the statistics, in the order of factColumns.
var factColumns = []string{"ref", "minutes", "cause", "facts", "conduct"}

func factValues(in incident) []any {
	var ref, minutes, conduct any
	cause, facts := "", int64(0)
	if p := in.Past; p != nil {
		ref, cause = refDigest(p), p.Cause
		if p.Maintenance {
			facts |= factMaintenance
		}
		if p.Day {
			facts |= factDay
		}
	}
	if m, open, known := in.Minutes(); open {
		facts |= factOpen
	} else if known {
		minutes = m
	}
	facts |= int64(slices.Index(model.Detections, in.Detection)+1) * factDetection
	if c := in.Conduct(in.recorded); !c.Zero() {
		if b, err := json.Marshal(c); err == nil {
			conduct = string(b)
		}
	}
	return []any{ref, minutes, cause, facts, conduct}
}

// statistics are the columns in memory: loaded once, kept current.
type statistics struct {
	mu    sync.Mutex
	table *metrics.Table
	upto  int64 // the newest event that is in it
}

// Statistics calls look with the columns of all incidents as they stand now. The
// first call reads them, later ones only what has changed. look must not keep the
// table; another call waits until it returns.
func (s *Store) Statistics(ctx context.Context, look func(*metrics.Table) error) error {
	st := &s.stats
	st.mu.Lock()
	defer st.mu.Unlock()
	err := s.read(ctx, func(q querier) error {
		var newest, count int64
		if err := q.row(ctx, "SELECT coalesce(max(id), 0) FROM event").Scan(&newest); err != nil {
			return err
		}
		switch {
		case st.table == nil || newest < st.upto: // the record was replaced
			if err := q.row(ctx, "SELECT count(*) FROM incident").Scan(&count); err != nil {
				return err
			}
			table := metrics.NewTable(int(count))
			if err := readFacts(ctx, q, table, ""); err != nil {
				return err
			}
			st.table = table
		case newest > st.upto:
			if err := readFacts(ctx, q, st.table, "WHERE id IN (SELECT DISTINCT incident_id FROM event WHERE id > ?) ", st.upto); err != nil {
				st.table = nil
				return err
			}
		}
		st.upto = newest
		return nil
	})
	if err != nil {
		return err
	}
	return look(st.table)
}

var selectFacts = "SELECT id, key, started, minutes, facts, severity, status, drill, services, cause, conduct, fold, " +
	strings.Join(milestoneColumns, ", ") + " FROM incident "

// readFacts puts the incidents that cond chooses into the table. Those that an
// older program folded are folded anew.
func readFacts(ctx context.Context, q querier, table *metrics.Table, cond string, args ...any) error {
	var r metrics.Row
	var started sql.NullInt64
	var minutes sql.NullFloat64
	var facts, severity, fold int64
	var status, services, cause, conduct sql.RawBytes
	marks := make([]sql.NullInt64, len(milestoneColumns))
	into := []any{&r.Row, &r.ID, &started, &minutes, &facts, &severity, &status, &r.Drill, &services, &cause, &conduct, &fold}
	for i := range marks {
		into = append(into, &marks[i])
	}
	names := map[string]string{} // services are few and named often
	var stale []metrics.Row
	rows, err := q.query(ctx, selectFacts+cond+"ORDER BY id", args...)
	err = each(rows, err, func() error {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if fold < model.FoldVersion {
			stale = append(stale, metrics.Row{Row: r.Row, ID: r.ID})
			return nil
		}
		r.Start, r.Minutes = fromMillis(started.Int64), math.NaN()
		if minutes.Valid {
			r.Minutes = minutes.Float64
		}
		r.Severity, r.Cause = model.Severity(severity), string(cause)
		r.Canceled = string(status) == string(model.Canceled)
		r.Open, r.Maintenance, r.Day = facts&factOpen != 0, facts&factMaintenance != 0, facts&factDay != 0
		r.Detection = ""
		if k := facts / factDetection & 7; k > 0 && int(k) <= len(model.Detections) {
			r.Detection = model.Detections[k-1]
		}
		var err error
		if r.Services, err = serviceList(r.Services[:0], services, names); err != nil {
			return err
		}
		for i, m := range marks {
			if r.Marks[i] = 0; m.Valid {
				r.Marks[i] = m.Int64
			}
		}
		r.Conduct = model.Conduct{}
		if conduct != nil {
			if err := json.Unmarshal(conduct, &r.Conduct); err != nil {
				return err
			}
		}
		table.Put(r)
		return nil
	})
	if err != nil {
		return err
	}
	for _, s := range stale {
		i, err := foldIncident(ctx, q, s.Row, s.ID)
		if err != nil {
			return err
		}
		table.Put(rowOf(i, s.Row))
	}
	return nil
}

// rowOf is an incident as the statistics see it.
func rowOf(i *model.Incident, row int64) metrics.Row {
	m, open, known := i.Minutes()
	r := metrics.Row{
		Row: row, ID: i.ID, Start: i.Started(), Minutes: math.NaN(), Open: open, Severity: i.Severity, Services: i.Services,
		Drill: i.Drill, Canceled: i.Status == model.Canceled, Detection: i.Detection, Conduct: i.Conduct(i.LastAt),
	}
	if known {
		r.Minutes = m
	}
	if p := i.Past; p != nil {
		r.Cause, r.Maintenance, r.Day = p.Cause, p.Maintenance, p.Day
	}
	for _, name := range model.Milestones {
		if at, ok := i.At(name); ok {
			r.Marks.Set(name, at)
		}
	}
	return r
}

// serviceList reads the JSON of a services column: nearly always one plain name.
func serviceList(dst []string, raw []byte, names map[string]string) ([]string, error) {
	if len(raw) <= len("[]") {
		return dst, nil
	}
	inner := raw[2:max(2, len(raw)-2)]
	if bytes.HasPrefix(raw, []byte(`["`)) && bytes.IndexByte(inner, '"') < 0 && bytes.IndexByte(inner, '\\') < 0 {
		name, ok := names[string(inner)]
		if !ok {
			name = string(inner)
			names[name] = name
		}
		return append(dst, name), nil
	}
	var list []string
	err := json.Unmarshal(raw, &list)
	return append(dst, list...), err
}
