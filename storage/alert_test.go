package storage

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"warroom/model"
	"warroom/model/alert"
	"warroom/model/metrics"
)

var t0 = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

// inboxStore is an empty record whose clock stands at *now.
func inboxStore(tb testing.TB, now *time.Time) *Store {
	tb.Helper()
	return openStore(tb, filepath.Join(tb.TempDir(), "warroom.db"), Options{App: "test", Now: func() time.Time { return *now }})
}

// firing is an alert as Alertmanager tells of it.
func firing(rule, instance string, start time.Time) alert.Alert {
	a := alert.Alert{Source: "alertmanager", Rule: rule, Title: rule + " on " + instance, Service: "svc-" + instance, Severity: 2, Status: alert.Firing, Sole: true,
		Fingerprint: rule + "/" + instance, Timestamp: start, Labels: map[string]string{"alertname": rule, "instance": instance}}
	a.ID = a.Fingerprint + "@" + start.Format(time.RFC3339)
	return a
}

func ended(a alert.Alert, at time.Time) alert.Alert {
	a.Status, a.Ended = alert.Resolved, at
	return a
}

func ingest(tb testing.TB, s *Store, list ...alert.Alert) alert.Intake {
	tb.Helper()
	in, err := s.Ingest(bg, list)
	if err != nil {
		tb.Fatal(err)
	}
	return in
}

func groups(tb testing.TB, s *Store, f alert.Filter) []alert.Group {
	tb.Helper()
	g, err := s.AlertGroups(bg, f)
	if err != nil {
		tb.Fatal(err)
	}
	return g
}

func items(tb testing.TB, s *Store, p alert.Pick) []alert.Item {
	tb.Helper()
	i, err := s.AlertItems(bg, p)
	if err != nil {
		tb.Fatal(err)
	}
	return i
}

func TestIngest(t *testing.T) {
	now := t0
	s := inboxStore(t, &now)
	a, b := firing("HighErrorRate", "1", t0), firing("HighErrorRate", "2", t0)
	if in := ingest(t, s, a, b); in.New != 2 || in.Groups != 1 {
		t.Errorf("a group: %+v", in)
	}
	if in := ingest(t, s, a, b); in.Same != 2 || in.New+in.Changed != 0 {
		t.Errorf("a retry: %+v", in)
	}
	// One of two ends; the sender repeats it; then its beginning arrives late once more.
	if in := ingest(t, s, a, ended(b, t0.Add(time.Minute))); in.Changed != 1 || in.Same != 1 {
		t.Errorf("a partial resolve: %+v", in)
	}
	if in := ingest(t, s, a, ended(b, t0.Add(time.Minute)), b); in.Same != 3 {
		t.Errorf("repeated and out of order: %+v", in)
	}
	g := groups(t, s, alert.Filter{})
	if len(g) != 1 || g[0].Total != 2 || g[0].Firing != 1 || g[0].Line() != "2 × HighErrorRate (2 services)" || g[0].State(now) != alert.Firing {
		t.Errorf("%+v", g)
	}
	// The same condition again: a new alert in the same line, with the reason.
	now = t0.Add(20 * time.Minute)
	if in := ingest(t, s, firing("HighErrorRate", "2", now)); in.New != 1 || in.Groups != 0 {
		t.Errorf("%+v", in)
	}
	list := items(t, s, alert.Pick{Group: g[0].N})
	if len(list) != 3 || list[0].Why != "the same alert as before, 20 min apart" || list[1].Why != "same rule HighErrorRate, at the same time" || list[2].Why != "" || list[2].Seen != 4 {
		t.Errorf("%+v", list)
	}
	// An end without a beginning is kept aside, and so is what closes nothing.
	up := alert.Alert{Source: "kuma", ID: "m@1", Fingerprint: "m", Status: alert.Resolved, NoStart: true, Timestamp: now}
	if in := ingest(t, s, up); in.Unmatched != 1 {
		t.Errorf("%+v", in)
	}
	down := up
	down.Status, down.NoStart = alert.Firing, false
	ingest(t, s, down)
	up.ID = "m@2"
	up.Ended = now.Add(time.Minute)
	if in := ingest(t, s, up); in.Changed != 1 {
		t.Errorf("%+v", in)
	}
	if as, err := s.Asides(bg, 10, true); err != nil || len(as) != 1 || as[0].Source != "kuma" || len(as[0].Body) == 0 {
		t.Errorf("%+v %v", as, err)
	}
	// A newer firing of a source that knows one at a time ends the older one.
	ingest(t, s, firing("HighErrorRate", "1", now))
	n := 0
	for _, i := range items(t, s, alert.Pick{Group: g[0].N}) {
		if i.Fingerprint == a.Fingerprint && i.Status == alert.Firing {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d of the same condition fire", n)
	}
	wholeInbox(t, s)
}

// wholeInbox checks that the figures of all lines are those of their alerts.
func wholeInbox(tb testing.TB, s *Store) {
	tb.Helper()
	for _, g := range groups(tb, s, alert.Filter{All: true}) {
		want := g
		if err := s.write(bg, func(t *txn) error { return t.recount(bg, &want) }); err != nil {
			tb.Fatal(err)
		}
		want.Title = g.Title
		if want.Until.IsZero() || g.Muted == 0 {
			want.Until = g.Until
		}
		if g.Total != want.Total || g.Firing != want.Firing || g.Acked != want.Acked || g.Muted != want.Muted || !g.Newest.Equal(want.Newest) || !g.First.Equal(want.First) || g.Severity != want.Severity || !reflect.DeepEqual(g.Services, want.Services) {
			tb.Fatalf("line %d is\n%+v, its alerts make\n%+v", g.N, g, want)
		}
	}
}

// Whatever is delivered, in whatever order and however often: each firing is
// there once and what has ended stays so.
func TestIngestAnyOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 15 {
		now := t0.Add(time.Hour)
		s := inboxStore(t, &now)
		want := map[string]alert.Status{}
		var post []alert.Alert
		for n := range 40 {
			a := firing(fmt.Sprint("R", r.IntN(3)), fmt.Sprint(n), t0.Add(time.Duration(r.IntN(50))*time.Minute))
			post = append(post, a)
			want[a.Key()] = alert.Firing
			if r.IntN(2) == 0 {
				post = append(post, ended(a, a.Timestamp.Add(time.Minute)))
				want[a.Key()] = alert.Resolved
			}
		}
		for range 60 {
			post = append(post, post[r.IntN(len(post))])
		}
		r.Shuffle(len(post), func(i, j int) { post[i], post[j] = post[j], post[i] })
		for len(post) > 0 {
			n := min(len(post), 1+r.IntN(20))
			ingest(t, s, post[:n]...)
			post = post[n:]
			if g := groups(t, s, alert.Filter{}); len(g) > 0 && r.IntN(3) == 0 {
				one := g[r.IntN(len(g))]
				switch r.IntN(4) {
				case 0:
					if _, err := s.NoiseAlerts(bg, "ana", one.N, "known"); err != nil {
						t.Fatal(err)
					}
				case 1:
					if list := items(t, s, alert.Pick{Group: one.N}); len(list) > 1 {
						if _, err := s.SplitAlert(bg, "ana", list[0].N); err != nil {
							t.Fatal(err)
						}
					}
				case 2:
					q, err := alert.NewSilence(map[string]string{"rule": fmt.Sprint("R", r.IntN(3))}, "x", "ana", time.Hour, now)
					if err == nil {
						_, err = s.AddSilence(bg, q)
					}
					if err != nil {
						t.Fatal(err)
					}
				case 3:
					if quiet, err := s.Silences(bg, now); err != nil {
						t.Fatal(err)
					} else if len(quiet) > 0 {
						if _, err := s.EndSilence(bg, "ana", quiet[0].N); err != nil {
							t.Fatal(err)
						}
					}
				}
			}
			wholeInbox(t, s)
		}
		got := map[string]alert.Status{}
		for _, i := range items(t, s, alert.Pick{}) {
			if _, twice := got[i.Key()]; twice {
				t.Fatalf("%s is there twice", i.Key())
			}
			got[i.Key()] = i.Status
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	}
}

func TestAlertActs(t *testing.T) {
	now := t0
	s := inboxStore(t, &now)
	ingest(t, s, firing("A", "1", t0), firing("A", "2", t0), firing("B", "9", t0))
	g := groups(t, s, alert.Filter{})
	if len(g) != 2 {
		t.Fatalf("%+v", g)
	}
	a, b := g[0], g[1]
	if a.Lead.Rule != "A" {
		a, b = b, a
	}
	a, err := s.AckAlerts(bg, "ana", a.N)
	if err != nil || a.State(now) != alert.Acknowledged || a.Acked != 2 {
		t.Errorf("%+v %v", a, err)
	}
	if _, err := s.AckAlerts(bg, "bob", a.N); model.CodeOf(err) != model.Conflict {
		t.Errorf("acknowledged twice: %v", err)
	}
	if in := ingest(t, s, firing("A", "1", t0)); in.Same != 1 { // told again: it stays acknowledged
		t.Errorf("%+v", in)
	}
	if i := items(t, s, alert.Pick{Group: a.N}); i[1].AckedBy != "ana" || i[1].Status != alert.Acknowledged {
		t.Errorf("%+v", i)
	}
	if _, err := s.NoiseAlerts(bg, "ana", b.N, " "); model.CodeOf(err) != model.Invalid {
		t.Errorf("noise without a reason: %v", err)
	}
	if b, err = s.NoiseAlerts(bg, "ana", b.N, "a test"); err != nil || b.Noise != "a test" || b.NoiseBy != "ana" {
		t.Errorf("%+v %v", b, err)
	}
	if got := groups(t, s, alert.Filter{}); len(got) != 1 {
		t.Errorf("noise is still in the inbox: %+v", got)
	}
	if got := groups(t, s, alert.Filter{All: true, Query: "svc-9"}); len(got) != 1 || got[0].N != b.N {
		t.Errorf("%+v", got)
	}
	if _, err := s.NoteAlerts(bg, "ana", a.N, "looking"); err != nil {
		t.Error(err)
	}
	if _, err := s.NoteAlerts(bg, "ana", 99, "looking"); model.CodeOf(err) != model.NotFound {
		t.Errorf("%v", err)
	}
	list := items(t, s, alert.Pick{Group: a.N})
	own, err := s.SplitAlert(bg, "ana", list[0].N)
	if err != nil || own.Total != 1 || own.N == a.N {
		t.Errorf("%+v %v", own, err)
	}
	now = now.Add(10 * time.Minute)
	if ingest(t, s, firing("A", list[0].Labels["instance"], now)); items(t, s, alert.Pick{Group: own.N})[0].Why != "the same alert as before, 10 min apart" {
		t.Error("what was taken out went back")
	}
	if _, err := s.SplitAlert(bg, "ana", list[1].N); model.CodeOf(err) != model.Conflict {
		t.Errorf("a line of one was split: %v", err)
	}
	acts, err := s.AlertActs(bg, a.N)
	if err != nil || len(acts) != 3 || acts[0].What != "acknowledged" || acts[1].Text != "looking" || acts[2].What != "split" {
		t.Errorf("%+v %v", acts, err)
	}
	wholeInbox(t, s)
}

func TestSilences(t *testing.T) {
	now := t0
	s := inboxStore(t, &now)
	ingest(t, s, firing("A", "1", t0))
	q, err := alert.NewSilence(map[string]string{"rule": "A"}, "planned", "ana", time.Hour, now)
	if err == nil {
		q, err = s.AddSilence(bg, q)
	}
	if err != nil {
		t.Fatal(err)
	}
	ingest(t, s, firing("A", "2", t0))
	g := groups(t, s, alert.Filter{})
	if len(g) != 1 || g[0].State(now) != alert.Suppressed || g[0].Muted != 2 || g[0].Loud(now) != 0 {
		t.Errorf("%+v", g)
	}
	if g[0].State(now.Add(time.Hour)) != alert.Firing { // it ends by itself
		t.Error("it does not end")
	}
	if _, err := s.EndSilence(bg, "ana", q.N); err != nil {
		t.Fatal(err)
	}
	if g = groups(t, s, alert.Filter{}); g[0].Loud(now) != 2 {
		t.Errorf("%+v", g)
	}
	if _, err := s.EndSilence(bg, "ana", q.N); model.CodeOf(err) != model.NotFound {
		t.Errorf("%v", err)
	}
}

func TestAttachedAlerts(t *testing.T) {
	now := t0
	s := inboxStore(t, &now)
	id := declare(t, s, "Checkout is down")
	other := declare(t, s, "Another")
	a := firing("A", "1", t0)
	ingest(t, s, a)
	g := groups(t, s, alert.Filter{})[0]
	attach := model.AttachAlert{Line: model.AlertLine{Group: g.N, Title: g.Line(), Count: 1}}
	do(t, s, id, "ana", attach)
	ingest(t, s, firing("A", "2", t0))
	for _, i := range items(t, s, alert.Pick{Incident: id}) {
		if i.Incident != id {
			t.Errorf("%+v", i)
		}
	}
	if got := groups(t, s, alert.Filter{Incident: id}); len(got) != 1 || got[0].Total != 2 {
		t.Errorf("%+v", got)
	}
	// When the last one ends, the timeline says so, once.
	now = now.Add(5 * time.Minute)
	post := []alert.Alert{ended(a, t0.Add(time.Minute)), ended(firing("A", "2", t0), t0.Add(2*time.Minute))}
	if in := ingest(t, s, post...); len(in.Cleared) != 1 {
		t.Errorf("%+v", in)
	}
	ingest(t, s, post...)
	cleared := 0
	inc, err := s.Incident(bg, id)
	if err != nil || inc.Alerts[0].Cleared.IsZero() || !inc.Alerts[0].Cleared.Equal(t0.Add(2*time.Minute)) {
		t.Errorf("%+v %v", inc.Alerts, err)
	}
	err = s.Each(bg, id, func(e model.Event) error {
		if e.Kind == model.KindAlertCleared {
			cleared++
		}
		return nil
	})
	if err != nil || cleared != 1 {
		t.Errorf("cleared %d times, %v", cleared, err)
	}
	// Attached to another one since: what the first says no longer counts.
	do(t, s, other, "ana", attach)
	do(t, s, id, "ana", model.DetachAlert{N: 1, Reason: "x"})
	if got := groups(t, s, alert.Filter{Incident: other}); len(got) != 1 {
		t.Errorf("%+v", got)
	}
	do(t, s, other, "ana", model.DetachAlert{N: 1})
	if got := items(t, s, alert.Pick{Incident: other}); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	if rep, err := s.Rebuild(bg); err != nil || rep.Differed != 0 {
		t.Errorf("%+v %v", rep, err)
	}
}

// Another process hears of alerts by the bell.
func TestWatchInbox(t *testing.T) {
	s := newStore(t)
	other := openStore(t, s.Path(), Options{})
	ctx, cancel := context.WithTimeout(bg, 10*time.Second)
	defer cancel()
	news := other.Watch(ctx)
	ingest(t, s, firing("A", "1", t0))
	for c := range news {
		if c.Alerts && len(c.Events) == 0 {
			return
		}
		if c.Err != nil || c.Reset || len(c.Events) > 0 {
			t.Fatalf("%+v", c)
		}
	}
	t.Fatal("nothing was heard")
}

// storm is n alerts of 20 rules on 100 instances, as a storm brings them.
func storm(n, from int) []alert.Alert {
	out := make([]alert.Alert, n)
	for i := range out {
		k := from + i
		a := firing(fmt.Sprint("Rule", k%20), fmt.Sprint(k%100, "-", k), t0.Add(time.Duration(k)*time.Millisecond))
		a.Service = fmt.Sprint("svc", k%100)
		a.Description = "The ratio of failed requests is 12.3 % over the last five minutes; the limit is 5 %."
		a.RunbookURL, a.Metrics = "https://runbooks.example.com/x", map[string]any{"value": 0.123}
		out[i] = a
	}
	return out
}

// BenchmarkStorm measures durable intake with grouping, a thousand alerts in a
// commit, as a share of the budget of 5,000 a second.
func BenchmarkStorm(b *testing.B) {
	for _, batch := range []int{1000, 100} {
		b.Run(fmt.Sprint(batch), func(b *testing.B) {
			now := t0.Add(time.Hour)
			s := inboxStore(b, &now)
			n := 0
			for b.Loop() {
				ingest(b, s, storm(batch, n)...)
				n += batch
			}
			rate := float64(n) / b.Elapsed().Seconds()
			b.ReportMetric(rate, "alerts/s")
			b.ReportMetric(rate/5000, "×budget")
		})
	}
}

// How an incident came to be known reaches the statistics by every way.
func TestDetectionInStatistics(t *testing.T) {
	now := t0
	s := inboxStore(t, &now)
	id := declare(t, s, "Checkout is down")
	look := func(want model.Detection) {
		t.Helper()
		err := s.Statistics(bg, func(tab *metrics.Table) error {
			if got := tab.Detection(0); got != want {
				t.Errorf("%q, want %q", got, want)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	look("")
	do(t, s, id, "ana", model.SetDetection{By: model.BySynthetic})
	look(model.BySynthetic)
	s.stats.table = nil // read anew
	look(model.BySynthetic)
	if rep, err := s.Rebuild(bg); err != nil || rep.Differed != 0 {
		t.Errorf("%+v %v", rep, err)
	}
}

// Old lines are forgotten, but none that fires, belongs to an incident, or whose
// number could be given again.
func TestPruneAlerts(t *testing.T) {
	now := t0
	s := inboxStore(t, &now)
	id := declare(t, s, "Checkout is down")
	old := t0.Add(-100 * 24 * time.Hour)
	for i, f := range []struct {
		rule  string
		at    time.Time
		ended bool
	}{{"Gone", old, true}, {"Fires", old.Add(5 * time.Hour), false}, {"Part", old.Add(10 * time.Hour), true}, {"Noise", old.Add(15 * time.Hour), false}, {"New", t0, true}, {"Last", old.Add(20 * time.Hour), true}} {
		a := firing(f.rule, fmt.Sprint(i), f.at)
		a.Service = f.rule
		ingest(t, s, a)
		if f.ended {
			ingest(t, s, ended(a, f.at.Add(time.Minute)))
		}
	}
	byRule := func() map[string]alert.Group {
		out := map[string]alert.Group{}
		for _, g := range groups(t, s, alert.Filter{All: true}) {
			out[g.Lead.Rule] = g
		}
		return out
	}
	was := byRule()
	if len(was) != 6 {
		t.Fatalf("%+v", was)
	}
	do(t, s, id, "ana", model.AttachAlert{Line: model.AlertLine{Group: was["Part"].N, Title: "x", Count: 1}})
	if _, err := s.NoiseAlerts(bg, "ana", was["Noise"].N, "a test"); err != nil {
		t.Fatal(err)
	}
	if err := s.SetAside(bg, []alert.Aside{{Source: "x", Reason: "y", Body: []byte("z")}}); err != nil {
		t.Fatal(err)
	}
	cut := t0.Add(-30 * 24 * time.Hour)
	want := alert.Pruned{Lines: 2, Alerts: 2}
	if n, err := s.PruneAlerts(bg, cut, true); err != nil || n != want || len(byRule()) != 6 {
		t.Errorf("counted %+v %v, want %+v", n, err, want)
	}
	if n, err := s.PruneAlerts(bg, cut, false); err != nil || n != want {
		t.Errorf("forgot %+v %v, want %+v", n, err, want)
	}
	left := byRule()
	for _, rule := range []string{"Fires", "Part", "New", "Last"} {
		if left[rule].N == 0 {
			t.Errorf("%s is gone", rule)
		}
	}
	if len(left) != 4 {
		t.Errorf("%d lines are left", len(left))
	}
	if acts, err := s.AlertActs(bg, was["Noise"].N); err != nil || len(acts) != 0 {
		t.Errorf("%+v %v", acts, err)
	}
	if n, err := s.PruneAlerts(bg, t0.Add(time.Hour), false); err != nil || n.Aside != 1 {
		t.Errorf("%+v %v", n, err)
	}
	wholeInbox(t, s)
	ingest(t, s, firing("Again", "1", t0))
	for _, g := range byRule() {
		if g.Lead.Rule == "Again" && g.N <= was["Last"].N {
			t.Errorf("number %d was given before", g.N)
		}
	}
}
