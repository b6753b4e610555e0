package storage

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"warroom/model"
	"warroom/model/metrics"
)

// pastIncidents makes n incidents of the past, some with a timeline; of every ten
// one is still open, and of one nobody knows how long it took.
func pastIncidents(n int, now time.Time) []*model.History {
	services := []string{"checkout", "search", "orders-db", "login"}
	out := make([]*model.History, n)
	for i := range out {
		at := now.Add(-time.Duration(n-i) * time.Hour)
		minutes := float64(5 + i%90)
		h := &model.History{
			Past:  model.Past{Source: "csv", Ref: fmt.Sprint("row ", i), Cause: "deploy of the new version", Minutes: &minutes},
			Title: fmt.Sprintf("%s answers slowly", services[i%4]), Services: services[i%4 : i%4+1], Severity: model.Severity(1 + i%5), Declared: at,
		}
		h.Milestones = map[model.Milestone]time.Time{model.WasResolved: at.Add(time.Duration(minutes) * time.Minute)}
		if i%10 == 8 {
			h.Minutes, h.Milestones = nil, nil
		}
		if i%10 == 9 {
			h.Minutes, h.Milestones, h.Status = nil, nil, model.Investigating
			h.Lines = []model.HistoryLine{{At: at.Add(time.Minute), Kind: model.KindUpdate, Text: "we look"}, {At: at.Add(2 * time.Minute), Kind: model.KindUpdate, Text: "we still look"}}
		}
		out[i] = h
	}
	return out
}

func TestImportHistory(t *testing.T) {
	s := newStore(t)
	ctx := context.Background()
	now := time.Now()
	list := pastIncidents(60, now)
	list = append(list, &model.History{Past: model.Past{Source: "csv", Ref: "bad"}, Title: "x"})
	list[1].Declared = list[0].Declared // the same second
	steps := 0
	rep, err := s.ImportHistory(ctx, "ana", list, func(int) { steps++ })
	if err != nil {
		t.Fatal(err)
	}
	if rep.Imported != 60 || len(rep.Known) != 0 || len(rep.Refused) != 1 || rep.Refused[60] == nil || len(rep.IDs) != 60 || steps != 1 {
		t.Errorf("%+v, %d steps", rep, steps)
	}
	if rep.IDs[1] != rep.IDs[0]+"-2" {
		t.Errorf("ids %s and %s", rep.IDs[0], rep.IDs[1])
	}
	i, err := s.Incident(ctx, rep.IDs[5])
	if err != nil || i.Status != model.Closed || i.Past == nil || i.Past.Cause == "" || i.Seq != 1 {
		t.Errorf("%+v, %v", i, err)
	}
	if m, _, known := i.Minutes(); !known || m != 10 {
		t.Errorf("%v minutes", m)
	}
	if o, err := s.Incident(ctx, rep.IDs[9]); err != nil || o.Status != model.Investigating || o.Seq != 3 || o.Lines != 3 {
		t.Errorf("%+v, %v", o, err)
	}

	again, err := s.ImportHistory(ctx, "ana", list, nil)
	if err != nil || again.Imported != 0 || len(again.Known) != 60 {
		t.Errorf("again: %+v, %v", again, err)
	}

	// They are real incidents: the chain holds, words are found, people may write.
	if a, err := s.Audit(ctx, ""); err != nil || len(a.Findings) != 0 {
		t.Errorf("audit %+v, %v", a, err)
	}
	if r, err := s.Rebuild(ctx); err != nil || r.Differed != 0 || r.Incidents != 60 {
		t.Errorf("rebuild %+v, %v", r, err)
	}
	if _, err := s.Do(ctx, rep.IDs[5], model.Request{Actor: "bob", Command: model.AddNote{Text: "a late thought"}}); err != nil {
		t.Error(err)
	}
	if i, err := s.Incident(ctx, rep.IDs[5]); err != nil || i.Seq != 2 || i.Past == nil {
		t.Errorf("%+v, %v", i, err)
	}
	if r, err := s.Rebuild(ctx); err != nil || r.Differed != 0 {
		t.Errorf("rebuild %+v, %v", r, err)
	}
}

// What the columns say is what the incidents say, from the first look on and
// after every change.
func TestStatisticsAgree(t *testing.T) {
	s := newStore(t)
	ctx := context.Background()
	rep, err := s.ImportHistory(ctx, "ana", pastIncidents(40, time.Now()), nil)
	if err != nil {
		t.Fatal(err)
	}
	rec, err := s.Do(ctx, "", model.Request{Actor: "ana", Command: model.Declare{Title: "now", Services: []string{"a \"quoted\", name"}, Severity: 1}})
	if err != nil {
		t.Fatal(err)
	}
	check := func(when string) {
		t.Helper()
		ids := []string{rec.Incident.ID}
		for _, id := range rep.IDs {
			ids = append(ids, id)
		}
		want := map[string]metrics.Row{}
		for _, id := range ids {
			i, err := s.Incident(ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			want[id] = rowOf(i, 0)
		}
		rows, err := s.List(ctx, model.Filter{})
		if err != nil || len(rows) != len(want) {
			t.Fatalf("%s: %d in the list, %v", when, len(rows), err)
		}
		for _, r := range rows {
			if w := want[r.ID]; r.Unknown != (!w.Open && math.IsNaN(w.Minutes)) || r.Elsewhere != (r.ID != rec.Incident.ID) {
				t.Errorf("%s: %s in the list is of unknown length: %v, led elsewhere: %v", when, r.ID, r.Unknown, r.Elsewhere)
			}
		}
		err = s.Statistics(ctx, func(table *metrics.Table) error {
			if table.Len() != len(want) {
				t.Fatalf("%s: %d in the table, %d incidents", when, table.Len(), len(want))
			}
			for n := range table.Len() {
				w := want[table.ID(n)]
				same := table.Minutes(n) == w.Minutes || math.IsNaN(table.Minutes(n)) && math.IsNaN(w.Minutes)
				if !same || table.Open(n) != w.Open || table.Severity(n) != w.Severity || !table.Start(n).Equal(w.Start) ||
					table.Cause(n) != w.Cause || fmt.Sprint(table.Services(n)) != fmt.Sprint(w.Services) {
					t.Errorf("%s: %s is %v minutes, open %v, in %v; want %+v", when, table.ID(n), table.Minutes(n), table.Open(n), table.Services(n), w)
				}
				var marks metrics.Marks
				for _, m := range model.Milestones {
					if at, ok := table.Mark(n, m); ok {
						marks.Set(m, at)
					}
				}
				if marks != w.Marks {
					t.Errorf("%s: milestones of %s are %v, want %v", when, table.ID(n), marks, w.Marks)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	check("at first")
	for _, c := range []model.Command{model.SetStatus{To: model.Resolved}, model.SetSeverity{To: 4}} {
		if _, err := s.Do(ctx, rec.Incident.ID, model.Request{Actor: "ana", Command: c}); err != nil {
			t.Fatal(err)
		}
		check(fmt.Sprintf("after %T", c))
	}
	services := []string{"moved"}
	if _, err := s.Do(ctx, rep.IDs[3], model.Request{Actor: "ana", Command: model.Describe{Services: &services}}); err != nil {
		t.Fatal(err)
	}
	check("after a service was changed")
}

func TestServiceList(t *testing.T) {
	for _, want := range [][]string{nil, {"a"}, {"a", "b"}, {`a "b"`, `c\`}, {"ä,b"}} {
		raw, _ := json.Marshal(want)
		if want == nil {
			raw = []byte("[]")
		}
		got, err := serviceList(nil, raw, map[string]string{})
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s is %q, %v", raw, got, err)
		}
	}
}

// BenchmarkImportHistory measures how many incidents are recorded in a second,
// and how long the columns take to be read.
func BenchmarkImportHistory(b *testing.B) {
	ctx := context.Background()
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for range b.N {
				path := filepath.Join(b.TempDir(), "x.db")
				s, err := Open(ctx, path, Options{})
				if err != nil {
					b.Fatal(err)
				}
				began := time.Now()
				if _, err := s.ImportHistory(ctx, "ana", pastIncidents(n, time.Now()), nil); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(n)/time.Since(began).Seconds(), "incidents/s")
				began = time.Now()
				s.Statistics(ctx, func(*metrics.Table) error { return nil })
				b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms-to-load")
				s.Close()
				if fi, err := os.Stat(path); err == nil {
					b.ReportMetric(float64(fi.Size())/float64(n), "bytes/incident")
				}
			}
		})
	}
}
