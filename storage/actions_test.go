package storage

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"warroom/model"
)

func TestActions(t *testing.T) {
	c := atClock(t, "2026-11-23T14:00:00Z")
	s := openStore(t, t.TempDir()+"/w.db", Options{Now: c.now})
	var ids []string
	for n := range 3 {
		c.t = c.t.Add(time.Minute)
		ids = append(ids, do(t, s, "", "ann", model.Declare{Title: fmt.Sprint("trouble ", n), Severity: 2, Drill: n == 2, Services: []string{"db", fmt.Sprint("svc", n)}}).Incident.ID)
	}
	for _, a := range []struct {
		in    int
		title string
		add   model.AddAction
	}{
		{0, "undated", model.AddAction{Owner: "bob"}},
		{0, "late", model.AddAction{Owner: "ann", Due: "2026-11-01", Priority: "P2"}},
		{0, "urgent", model.AddAction{Due: "2026-11-30", Priority: "P0"}},
		{0, "soon", model.AddAction{Owner: "bob", Due: "2026-11-24"}},
		{2, "drilled", model.AddAction{Due: "2026-11-30", Priority: "P1"}},
	} {
		a.add.Title = a.title
		do(t, s, ids[a.in], "ann", a.add)
	}
	do(t, s, ids[0], "ann", model.AddAction{Title: "finished", Due: "2026-11-23"})
	do(t, s, ids[0], "ann", model.FinishAction{N: 5})
	do(t, s, ids[2], "ann", model.DropAction{N: 1, Reason: "x"})
	do(t, s, ids[2], "ann", model.ReopenAction{N: 1})

	titles := func(f model.ActionFilter) string {
		t.Helper()
		rows, err := s.Actions(bg, f)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, r := range rows {
			out = append(out, r.ActionItem.Title)
		}
		return strings.Join(out, " ")
	}
	all := "late soon urgent drilled undated finished"
	for _, c := range []struct {
		name string
		f    model.ActionFilter
		want string
	}{
		{"all", model.ActionFilter{}, all},
		{"open", model.ActionFilter{Open: true}, "late soon urgent drilled undated"},
		{"owner", model.ActionFilter{Owner: "@Bob"}, "soon undated"},
		{"service", model.ActionFilter{Services: []string{"SVC2", "x"}}, "drilled"},
		{"due", model.ActionFilter{Open: true, DueBefore: "2026-11-25"}, "late soon"},
		{"no drills", model.ActionFilter{NoDrills: true, Limit: 2, Open: true}, "late soon"},
	} {
		if got := titles(c.f); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	rows, _ := s.Actions(bg, model.ActionFilter{})
	if n := model.CountActions(rows, c.t); n != (model.ActionCount{Open: 5, Overdue: 1, Done: 1, OnTime: 1}) {
		t.Errorf("%+v", n)
	}
	if r := rows[0]; r.Incident != ids[0] || r.Title != "trouble 0" || r.Severity != 2 || r.Owner != "ann" {
		t.Errorf("%+v", r)
	}
	// What a rebuild makes of the events is the same list, and so is what an
	// older program left behind.
	if rep, err := s.Rebuild(bg); err != nil || rep.Differed != 0 {
		t.Errorf("%+v %v", rep, err)
	}
	if got := titles(model.ActionFilter{}); got != all {
		t.Errorf("after a rebuild: %q", got)
	}
	if err := s.write(bg, func(t *txn) error { _, err := t.exec("UPDATE incident SET fold = 0"); return err }); err != nil {
		t.Fatal(err)
	}
	if got := titles(model.ActionFilter{}); got != all {
		t.Errorf("with older folds: %q", got)
	}
}

// The list does not read the incidents that have no action items.
func TestActionsPlan(t *testing.T) {
	s := openStore(t, t.TempDir()+"/w.db", Options{})
	do(t, s, "", "ann", model.Declare{Title: "x"})
	var plan []string
	err := s.read(bg, func(q querier) error {
		rows, err := q.query(bg, "EXPLAIN QUERY PLAN "+selectActions)
		return each(rows, err, func() error {
			var a, b, c int
			var d string
			err := rows.Scan(&a, &b, &c, &d)
			plan = append(plan, d)
			return err
		})
	})
	if err != nil || !strings.Contains(strings.Join(plan, "\n"), "snapshot_actions") {
		t.Errorf("%q %v", plan, err)
	}
}
