package storage

import (
	"strings"
	"testing"
	"time"

	"warroom/model"
)

func TestList(t *testing.T) {
	c := atClock(t, "2026-11-23T14:00:00Z")
	s := openStore(t, t.TempDir()+"/w.db", Options{Now: c.now})
	add := func(title string, sev model.Severity, st model.Status, drill bool) string {
		c.t = c.t.Add(time.Minute)
		id := do(t, s, "", "ann", model.Declare{Title: title, Severity: sev, Drill: drill, Services: []string{"svc " + title, "a,b"}}).Incident.ID
		if st != model.Triage {
			do(t, s, id, "ann", model.SetStatus{To: st})
		}
		return id
	}
	add("c3", 3, model.Triage, false)
	add("a1", 1, model.Resolved, false)
	add("z5", 5, model.Closed, false)
	add("b2", 2, model.Triage, true)
	add("x1", 1, model.Canceled, false)
	add("d3", 3, model.Identified, false)
	do(t, s, must(s.Resolve(bg, "INC-20261123-140100")), "ann", model.AssignRole{Role: model.Commander, Person: "Zoë"})

	titles := func(f model.Filter) string {
		list, err := s.List(bg, f)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, sum := range list {
			out = append(out, sum.Title)
		}
		return strings.Join(out, " ")
	}
	for _, c := range []struct {
		name string
		f    model.Filter
		want string
	}{
		{"all", model.Filter{}, "a1 b2 d3 c3 x1 z5"},
		{"open", model.Filter{Open: true}, "a1 b2 d3 c3"},
		{"live", model.Filter{Live: true}, "b2 d3 c3"},
		{"limit", model.Filter{Limit: 3}, "a1 b2 d3"},
		{"limit after filter", model.Filter{Limit: 2, NoDrills: true, Live: true}, "d3 c3"},
		{"status", model.Filter{Statuses: []model.Status{model.Closed, model.Canceled}}, "x1 z5"},
		{"severity", model.Filter{MaxSev: 2}, "a1 b2 x1"},
		{"service", model.Filter{Service: "SVC c3"}, "c3"},
		{"person", model.Filter{Person: "zoë"}, "c3"},
		{"text", model.Filter{Text: "svc D"}, "d3"},
		{"none", model.Filter{Text: "nothing"}, ""},
	} {
		if got := titles(c.f); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	// A row of the list says what the incident itself says.
	list, _ := s.List(bg, model.Filter{})
	for _, sum := range list {
		in, err := s.Incident(bg, sum.ID)
		if err != nil {
			t.Fatal(err)
		}
		if want := in.Summary(); asJSON(t, sum) != asJSON(t, want) {
			t.Errorf("row %s\nfold %s", asJSON(t, sum), asJSON(t, want))
		}
	}
}

func TestMilestoneColumns(t *testing.T) {
	s := newStore(t)
	at := model.Millis(time.Now().Add(-24 * time.Hour))
	id := do(t, s, "", "ann", model.Declare{Title: "x", At: at, ImpactStart: at.Add(-time.Hour)}).Incident.ID
	do(t, s, id, "ann", model.SetStatus{To: model.Resolved, At: at.Add(time.Hour)})
	column := func(m model.Milestone) (ms *int64) {
		t.Helper()
		err := s.read(bg, func(q querier) error {
			return q.row(bg, "SELECT m_"+string(m)+" FROM incident WHERE key = ?", id).Scan(&ms)
		})
		if err != nil {
			t.Fatal(err)
		}
		return ms
	}
	for m, want := range map[model.Milestone]time.Time{model.ImpactStarted: at.Add(-time.Hour), model.Declared: at, model.WasResolved: at.Add(time.Hour)} {
		if got := column(m); got == nil || *got != want.UnixMilli() {
			t.Errorf("%s is %v, want %s", m, got, want)
		}
	}
	if got := column(model.Detected); got != nil {
		t.Errorf("an unknown milestone is %d", *got)
	}
	do(t, s, id, "ann", model.SetStatus{To: model.Investigating, At: at.Add(2 * time.Hour)})
	if got := column(model.WasResolved); got != nil {
		t.Errorf("a void milestone is %d", *got)
	}
}

func TestResolve(t *testing.T) {
	c := atClock(t, "2026-11-23T14:00:00Z")
	s := openStore(t, t.TempDir()+"/w.db", Options{Now: c.now})
	_, err := s.Resolve(bg, "")
	refused(t, err, model.NotFound, "no incident is open")
	one := declare(t, s, "one")
	if got := must(s.Resolve(bg, "")); got != one {
		t.Errorf("the only open one is %s", got)
	}
	two := declare(t, s, "two") // the same second: -2
	_, err = s.Resolve(bg, "")
	refused(t, err, model.Invalid, two+", "+one)
	c.t = c.t.Add(24 * time.Hour)
	three := declare(t, s, "three")
	for prefix, want := range map[string]string{one: one, two: two, "inc-20261124": three, "20261124-1": three, " inc-20261123-140000-": two, strings.ToLower(one): one} {
		if got, err := s.Resolve(bg, prefix); got != want || err != nil {
			t.Errorf("%q is %s (%v), want %s", prefix, got, err, want)
		}
	}
	_, err = s.Resolve(bg, "INC-20261123")
	refused(t, err, model.Invalid, `"INC-20261123" can be several incidents: `+two+", "+one)
	for _, wrong := range []string{"INC-1999", "%", "_", "INC-2026112%", "x'--"} {
		_, err = s.Resolve(bg, wrong)
		refused(t, err, model.NotFound, "there is no incident")
	}
	for range 8 {
		declare(t, s, "many")
	}
	_, err = s.Resolve(bg, "")
	refused(t, err, model.Invalid, "and more")
}
