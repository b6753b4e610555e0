package storage

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"warroom/model"
)

// incident is an incident in a transaction: its row and its fold.
type incident struct {
	row      int64
	recorded time.Time // of its newest event
	stale    bool      // the projections are of another version of the fold
	fresh    bool      // there is no row yet
	*model.Incident
}

func noIncident(id string) error {
	return model.Errorf(model.NotFound, "there is no incident %s: `warroom list --all` shows them", model.Brief(id, 60))
}

// incidentRow finds the row of an incident by its whole id.
func incidentRow(ctx context.Context, q querier, id string) (int64, error) {
	var row int64
	err := q.row(ctx, "SELECT id FROM incident WHERE key = ?", model.CleanID(id)).Scan(&row)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, noIncident(id)
	}
	return row, err
}

// loadIncident reads an incident as it stands. Where the stored fold is of
// another version, missing or unreadable, it is folded from the events.
func loadIncident(ctx context.Context, q querier, id string) (incident, error) {
	var in incident
	var recorded, seq, fold int64
	var head sql.RawBytes
	var state []byte
	var key string
	rows, err := q.query(ctx, `SELECT i.id, i.key, i.seq, i.head, i.recorded, i.fold, n.state
FROM incident i LEFT JOIN snapshot n ON n.incident_id = i.id WHERE i.key = ?`, model.CleanID(id))
	found := false
	var d model.Digest
	err = each(rows, err, func() error {
		found = true
		err := rows.Scan(&in.row, &key, &seq, &head, &recorded, &fold, &state)
		copy(d[:], head)
		return err
	})
	if err != nil {
		return in, err
	}
	if !found {
		return in, noIncident(id)
	}
	in.recorded = fromMillis(recorded)
	if fold == model.FoldVersion && state != nil {
		var i model.Incident
		if json.Unmarshal(state, &i) == nil && i.Seq == seq && i.Head == d && i.ID == key {
			in.Incident = &i
			return in, nil
		}
	}
	in.stale = true
	in.Incident, err = foldIncident(ctx, q, in.row, key)
	return in, err
}

// foldIncident folds an incident from its events.
func foldIncident(ctx context.Context, q querier, row int64, key string) (*model.Incident, error) {
	i := &model.Incident{}
	rows, err := q.query(ctx, selectEvents+"WHERE e.incident_id = ? ORDER BY e.seq", row)
	err = each(rows, err, func() error {
		r, err := scanEvent(rows)
		if err == nil {
			i.Apply(r.e)
		}
		return err
	})
	i.ID = key // also where the declaration cannot be read any more
	return i, err
}

// milestoneColumns are the columns of the milestones in the order of the model.
var milestoneColumns = func() []string {
	var out []string
	for _, m := range model.Milestones {
		out = append(out, "m_"+string(m))
	}
	return out
}()

// rank is the place of an incident's group in lists: by severity while open,
// then all others.
func rank(i *model.Incident) int64 {
	if i.Status.Open() {
		return int64(i.Severity)
	}
	return 9
}

// incidentColumns are the projected columns in the order of incidentValues.
var incidentColumns = append([]string{
	"seq", "head", "recorded", "fold", "rank", "title", "services", "severity", "status", "drill", "commander",
	"started", "ended", "vacant", "lines", "last", "last_at",
}, append(factColumns, milestoneColumns...)...)

func incidentValues(in incident) []any {
	sum := in.Summary()
	services := []byte("[]")
	if len(sum.Services) > 0 {
		services, _ = json.Marshal(sum.Services)
	}
	v := []any{
		in.Seq, in.Head[:], in.recorded.UnixMilli(), int64(model.FoldVersion), rank(in.Incident), sum.Title, string(services),
		int64(sum.Severity), string(sum.Status), sum.Drill, sum.Commander, millis(sum.Started), millis(sum.Ended),
		millis(sum.VacantSince), int64(sum.Lines), sum.Last, millis(sum.LastAt),
	}
	v = append(v, factValues(in)...)
	for _, m := range model.Milestones {
		at, ok := in.At(m)
		if !ok {
			at = time.Time{}
		}
		v = append(v, millis(at))
	}
	return v
}

var (
	listKeys       = []string{"fold", "rank", "m_declared"} // in an index: written only when they change
	insertIncident = "INSERT INTO incident(key, " + strings.Join(incidentColumns, ", ") + ") VALUES(?" + strings.Repeat(",?", len(incidentColumns)) + ")"
	updateIncident = "UPDATE incident SET " + numbered(", ", " = ", true) + fmt.Sprintf(" WHERE id = ?%d", len(incidentColumns)+1)
	updateListKeys = "UPDATE incident SET " + numbered(", ", " = ", false) +
		fmt.Sprintf(" WHERE id = ?%d AND NOT (", len(incidentColumns)+1) + numbered(" AND ", " IS ", false) + ")"
)

// numbered joins the columns that are not, or that are, list keys with their
// numbers in incidentValues.
func numbered(sep, op string, rest bool) string {
	var out []string
	for i, c := range incidentColumns {
		if slices.Contains(listKeys, c) != rest {
			out = append(out, fmt.Sprintf("%s%s?%d", c, op, i+1))
		}
	}
	return strings.Join(out, sep)
}

// create makes the row of a new incident, so that events can refer to it.
func (t *txn) create(in *incident, key string) error {
	in.ID = key
	res, err := t.exec(insertIncident, append([]any{key}, incidentValues(*in)...)...)
	if err != nil {
		return err
	}
	in.row, err = res.LastInsertId()
	in.fresh = false
	return err
}

// save writes the projections of an incident that are one row each.
func (t *txn) save(in incident) error {
	values := append(incidentValues(in), in.row)
	for _, text := range []string{updateIncident, updateListKeys} {
		if _, err := t.exec(text, values...); err != nil {
			return err
		}
	}
	state, err := json.Marshal(in.Incident)
	if err != nil {
		return err
	}
	_, err = t.exec("INSERT INTO snapshot(incident_id, state) VALUES(?,?) ON CONFLICT DO UPDATE SET state = excluded.state", in.row, string(state))
	return err
}

// Incident reads an incident as it stands now, by its whole id.
func (s *Store) Incident(ctx context.Context, id string) (*model.Incident, error) {
	var in incident
	err := s.read(ctx, func(q querier) (err error) {
		in, err = loadIncident(ctx, q, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return in.Incident, nil
}

// Resolve finds the incident that is meant by a whole id, by a beginning of one
// that no other has, or by nothing at all: the only open one.
func (s *Store) Resolve(ctx context.Context, prefix string) (string, error) {
	p := model.CleanID(prefix)
	var found []string
	err := s.read(ctx, func(q querier) error {
		var rows *sql.Rows
		var err error
		switch {
		case p == "":
			rows, err = q.query(ctx, "SELECT key FROM incident WHERE rank < 9 ORDER BY rank, m_declared DESC, id DESC LIMIT ?", maxCandidates+1)
		default:
			if !model.LooksLikeID(p) && !strings.HasPrefix("INC-", p) {
				p = "INC-" + p
			}
			rows, err = q.query(ctx, "SELECT key FROM incident WHERE key >= ? AND key < ? ORDER BY key = ? DESC, key DESC LIMIT ?", p, p+"\U0010FFFF", p, maxCandidates+1)
		}
		var key string
		return each(rows, err, func() error {
			err := rows.Scan(&key)
			found = append(found, key)
			return err
		})
	})
	switch {
	case err != nil:
		return "", err
	case len(found) == 1, len(found) > 0 && found[0] == p:
		return found[0], nil
	case len(found) == 0 && p == "":
		return "", model.Errorf(model.NotFound, "no incident is open: declare one with `warroom declare TITLE`, or name a closed one (`warroom list --all`)")
	case len(found) == 0:
		return "", model.Errorf(model.NotFound, "there is no incident %s: `warroom list --all` shows them", model.Brief(prefix, 60))
	}
	more := ""
	if len(found) > maxCandidates {
		found, more = found[:maxCandidates], " and more"
	}
	list := strings.Join(found, ", ") + more
	if p == "" {
		return "", model.Errorf(model.Invalid, "several incidents are open: say which one, %s", list)
	}
	return "", model.Errorf(model.Invalid, "%s can be several incidents: %s", strconv.Quote(model.Brief(prefix, 60)), list)
}

// maxCandidates is how many incidents an ambiguous prefix names.
const maxCandidates = 5
