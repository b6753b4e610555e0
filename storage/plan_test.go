package storage

import (
	"context"
	"strings"
	"testing"

	"warroom/model"
)

// The plans decide whether a window costs the same in a long timeline: none may
// walk a table or sort what an index has in order.
func TestPlans(t *testing.T) {
	s := newStore(t)
	declare(t, s, "x")
	from := model.Pos{At: fromMillis(5), Seq: 5}
	for name, text := range map[string]string{
		"window":      windowQuery(model.Window{From: from}, false),
		"window back": windowQuery(model.Window{From: from, Back: true}, false),
		"end":         windowQuery(model.Window{Back: true}, false),
		"kind":        windowQuery(model.Window{From: from}, true),
		"kind back":   windowQuery(model.Window{From: from, Back: true}, true),
		"events":      selectEvents + "WHERE e.incident_id = 1 AND e.seq > 5 ORDER BY e.seq LIMIT 10",
		"all events":  selectEvents + "WHERE (e.incident_id, e.seq) > (1, 5) ORDER BY e.incident_id, e.seq LIMIT 10",
		"news":        selectEvents + "WHERE e.id > 5 ORDER BY e.id LIMIT 10",
		"list":        "SELECT id, title FROM incident ORDER BY rank, m_declared DESC, id DESC",
		"open":        "SELECT id, title FROM incident WHERE rank < 9 ORDER BY rank, m_declared DESC, id DESC",
		"stale":       "SELECT id, key FROM incident WHERE fold < 1 LIMIT 1",
		"prefix":      "SELECT key FROM incident WHERE key >= 'INC' AND key < 'INE' ORDER BY key DESC LIMIT 6",
		"spelled":     "SELECT term FROM term WHERE term >= 'abcd' AND term < 'abce' LIMIT 10",
		"pending":     selectEvents + "JOIN (SELECT event_id FROM pending ORDER BY event_id DESC LIMIT 5) p ON p.event_id = e.id",
		"corrections": selectFlagged("t.id") + "JOIN amendment a ON a.event_id = e.id JOIN event t ON t.incident_id = a.incident_id AND t.seq = a.target WHERE t.id IN (SELECT value FROM json_each('[1,2]')) ORDER BY t.id, a.seq",
	} {
		t.Run(name, func(t *testing.T) {
			c, err := s.use(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			defer c.release()
			var plan []string
			rows, err := c.r.Query("EXPLAIN QUERY PLAN "+text, make([]any, strings.Count(text, "?"))...)
			err = each(rows, err, func() error {
				var id, parent, unused int
				var detail string
				err := rows.Scan(&id, &parent, &unused, &detail)
				plan = append(plan, detail)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(name, "kind") && !strings.Contains(plan[0], "entry_kind (incident_id=? AND kind=?") {
				t.Errorf("not along the index of the kinds:\n%s", strings.Join(plan, "\n"))
			}
			for _, step := range plan {
				walk := strings.HasPrefix(step, "SCAN ") && !strings.Contains(step, "VIRTUAL TABLE") && !strings.Contains(step, "USING") && step != "SCAN p" && step != "SCAN pending"
				sort := strings.Contains(step, "TEMP B-TREE") && name != "corrections"
				if walk || sort {
					t.Errorf("%s:\n%s", step, strings.Join(plan, "\n"))
				}
			}
		})
	}
}
