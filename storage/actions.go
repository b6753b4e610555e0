package storage

import (
	"context"
	"encoding/json"

	"warroom/model"
)

// selectActions reads through the index of schema/0004_item.sql, whose condition
// it repeats.
const selectActions = `SELECT i.id, i.key, i.title, i.services, i.severity, i.drill, i.fold,
CASE WHEN json_valid(s.state) THEN json_extract(s.state, '$.actions') END
FROM snapshot s JOIN incident i ON i.id = s.incident_id WHERE instr(s.state, '"actions":[') > 0`

// Actions reads the action items of all incidents that f chooses, in the order
// in which they are to be worked through. They are read from the folds, through
// an index of those that have any: so a rebuild can change nothing about them.
func (s *Store) Actions(ctx context.Context, f model.ActionFilter) ([]model.ActionRow, error) {
	var out []model.ActionRow
	err := s.read(ctx, func(q querier) error {
		out = nil
		type old struct {
			row int64
			key string
		}
		var stale []old
		add := func(r model.ActionRow, items []model.ActionItem) {
			for _, a := range items {
				r.ActionItem = a
				if f.Match(r) {
					out = append(out, r)
				}
			}
		}
		rows, err := q.query(ctx, selectActions)
		err = each(rows, err, func() error {
			var r model.ActionRow
			var row, fold, severity int64
			var services, items []byte
			if err := rows.Scan(&row, &r.Incident, &r.Title, &services, &severity, &r.Drill, &fold, &items); err != nil {
				return err
			}
			if items == nil {
				return nil
			}
			if fold < model.FoldVersion { // written by an older program since we opened
				stale = append(stale, old{row, r.Incident})
				return nil
			}
			r.Severity = model.Severity(severity)
			if err := json.Unmarshal(services, &r.Services); err != nil {
				return err
			}
			var list []model.ActionItem
			if err := json.Unmarshal(items, &list); err != nil {
				return err
			}
			add(r, list)
			return nil
		})
		if err != nil {
			return err
		}
		for _, o := range stale {
			i, err := foldIncident(ctx, q, o.row, o.key)
			if err != nil {
				return err
			}
			add(model.ActionRow{Incident: i.ID, Title: i.Title, Services: i.Services, Severity: i.Severity, Drill: i.Drill}, i.Actions)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	model.SortActions(out)
	if f.Limit > 0 && len(out) > f.Limit {
		out = out[:f.Limit]
	}
	return out, nil
}
