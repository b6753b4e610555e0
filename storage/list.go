package storage

import (
	"context"
	"database/sql"
	"encoding/json"

	"warroom/model"
)

// List reads the incidents that f chooses: the open ones first, by severity and
// then the newest, and after them the others, the newest first.
func (s *Store) List(ctx context.Context, f model.Filter) ([]model.Summary, error) {
	var out []model.Summary
	err := s.read(ctx, func(q querier) error {
		cond := ""
		if f.Open || f.Live { // the rest of the filter is the model's business
			cond = "WHERE rank < 9 "
		}
		var stale []int
		var rowIDs []int64
		rows, err := q.query(ctx, `SELECT id, key, title, services, severity, status, drill, commander, started, ended, vacant,
lines, last, last_at, seq, m_declared, fold, ref IS NOT NULL, minutes IS NULL FROM incident `+cond+"ORDER BY rank, m_declared DESC, id DESC")
		if err != nil {
			return err
		}
		err = each(rows, err, func() error {
			sum, row, fold, err := scanSummary(rows)
			if err != nil {
				return err
			}
			if fold < model.FoldVersion { // written by an older program since we opened
				stale = append(stale, len(out))
			} else if !f.Match(sum) {
				return nil
			}
			out, rowIDs = append(out, sum), append(rowIDs, row)
			if f.Limit > 0 && len(stale) == 0 && len(out) == f.Limit {
				return errEnough
			}
			return nil
		})
		if err == errEnough {
			err = nil
		}
		if err != nil || len(stale) == 0 {
			return err
		}
		return refreshList(ctx, q, f, &out, rowIDs, stale)
	})
	return out, err
}

// errEnough ends the reading of rows early.
var errEnough = model.Errorf(model.Internal, "enough rows")

// refreshList folds the stale rows of a list and filters and cuts it again.
func refreshList(ctx context.Context, q querier, f model.Filter, out *[]model.Summary, rowIDs []int64, stale []int) error {
	for _, n := range stale {
		i, err := foldIncident(ctx, q, rowIDs[n], (*out)[n].ID)
		if err != nil {
			return err
		}
		(*out)[n] = i.Summary()
	}
	kept := (*out)[:0]
	for _, sum := range *out {
		if f.Match(sum) && (f.Limit <= 0 || len(kept) < f.Limit) {
			kept = append(kept, sum)
		}
	}
	*out = kept
	return nil
}

func scanSummary(rows *sql.Rows) (sum model.Summary, row, fold int64, err error) {
	var services sql.RawBytes
	var severity, lines int64
	var imported, untold bool
	var started, ended, vacant, lastAt, declared sql.NullInt64
	err = rows.Scan(&row, &sum.ID, &sum.Title, &services, &severity, (*string)(&sum.Status), &sum.Drill, &sum.Commander,
		&started, &ended, &vacant, &lines, &sum.Last, &lastAt, &sum.Seq, &declared, &fold, &imported, &untold)
	if err != nil {
		return sum, row, fold, err
	}
	if string(services) != "[]" {
		err = json.Unmarshal(services, &sum.Services)
	}
	sum.Severity, sum.Lines = model.Severity(severity), int(lines)
	sum.Started, sum.Ended, sum.VacantSince = fromNull(started), fromNull(ended), fromNull(vacant)
	sum.LastAt, sum.DeclaredAt = fromNull(lastAt), fromNull(declared)
	sum.Unknown = imported && untold && !sum.Status.Live()
	sum.Elsewhere = imported && sum.Commander == "" && !vacant.Valid
	return sum, row, fold, err
}
