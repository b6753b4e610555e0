package storage

import (
	"context"
	"encoding/json"
	"time"

	"warroom/model"
	"warroom/model/alert"
)

// pruneBatch is how many lines one transaction forgets: others want to write
// meanwhile.
const pruneBatch = 500

// PruneAlerts forgets what of the inbox is older than before: lines whose alerts
// have all ended, or that are noise, and that are part of no incident, with what
// was done about them; silences that have ended; and what was kept aside. What
// an incident knows of its alerts stays. The room in the file is used again. If
// only count is asked for, nothing is changed.
func (s *Store) PruneAlerts(ctx context.Context, before time.Time, count bool) (alert.Pruned, error) {
	var sum alert.Pruned
	if count {
		err := s.read(ctx, func(q querier) error { return oldAlerts(ctx, q, before, &sum) })
		return sum, err
	}
	for {
		var part alert.Pruned
		err := s.write(ctx, func(t *txn) error {
			part = alert.Pruned{}
			return t.prune(ctx, before, &part)
		})
		if err != nil {
			return sum, err
		}
		sum.Lines, sum.Alerts, sum.Aside, sum.Silences = sum.Lines+part.Lines, sum.Alerts+part.Alerts, sum.Aside+part.Aside, sum.Silences+part.Silences
		if part == (alert.Pruned{}) {
			return sum, nil
		}
		s.written()
	}
}

// oldLines chooses the lines that may be forgotten. The newest line stays, so that
// its number is not given again.
const oldLines = `FROM alert_group WHERE newest < ? AND live = 0 AND incident = '' AND id < (SELECT max(id) FROM alert_group)`

func oldAlerts(ctx context.Context, q querier, before time.Time, out *alert.Pruned) error {
	ms := before.UnixMilli()
	for _, x := range []struct {
		text string
		into *int64
	}{
		{"SELECT count(*) " + oldLines, &out.Lines},
		{"SELECT count(*) FROM alert_item WHERE group_id IN (SELECT id " + oldLines + ")", &out.Alerts},
		{"SELECT count(*) FROM alert_aside WHERE received < ?", &out.Aside},
		{"SELECT count(*) FROM alert_silence WHERE until < ?", &out.Silences},
	} {
		if err := q.row(ctx, x.text, ms).Scan(x.into); err != nil {
			return err
		}
	}
	return nil
}

func (t *txn) prune(ctx context.Context, before time.Time, out *alert.Pruned) error {
	ms := before.UnixMilli()
	var lines []int64
	rows, err := t.query(ctx, "SELECT id "+oldLines+" ORDER BY id LIMIT ?", ms, pruneBatch)
	err = each(rows, err, func() error {
		var n int64
		err := rows.Scan(&n)
		lines = append(lines, n)
		return err
	})
	if err != nil {
		return err
	}
	list, err := json.Marshal(lines)
	if err != nil {
		return model.Wrap(model.Internal, err, "cannot encode the numbers of lines")
	}
	for _, x := range []struct {
		text string
		arg  any
		into *int64
	}{
		{"DELETE FROM alert_item WHERE group_id IN (SELECT value FROM json_each(?))", string(list), &out.Alerts},
		{"DELETE FROM alert_act WHERE group_id IN (SELECT value FROM json_each(?))", string(list), nil},
		{"DELETE FROM alert_group WHERE id IN (SELECT value FROM json_each(?))", string(list), &out.Lines},
		{"DELETE FROM alert_aside WHERE received < ?", ms, &out.Aside},
		{"DELETE FROM alert_silence WHERE until < ?", ms, &out.Silences},
	} {
		if len(lines) == 0 && x.arg != any(ms) {
			continue
		}
		res, err := t.exec(x.text, x.arg)
		if err != nil {
			return err
		}
		if x.into == nil {
			continue
		}
		if *x.into, err = res.RowsAffected(); err != nil {
			return err
		}
	}
	if *out == (alert.Pruned{}) {
		return nil
	}
	return t.inboxChanged()
}
