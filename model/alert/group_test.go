package alert

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"warroom/model"
)

func TestPlace(t *testing.T) {
	first := Alert{Rule: "KubePodCrashLooping", Service: "web", Labels: map[string]string{"env": "prod"}, Timestamp: at}
	for _, c := range []struct {
		name string
		a    Alert
		late time.Duration
		why  string // "": a group of its own
	}{
		{"same rule, other service", Alert{Rule: "KubePodCrashLooping", Service: "db", Labels: map[string]string{"env": "prod"}}, 4 * time.Minute, "same rule KubePodCrashLooping, 4 min apart"},
		{"same rule, exactly half an hour", Alert{Rule: "KubePodCrashLooping", Labels: map[string]string{"env": "prod"}}, SameRule, "same rule"},
		{"same rule, too late", Alert{Rule: "KubePodCrashLooping", Labels: map[string]string{"env": "prod"}}, SameRule + time.Second, ""},
		{"same rule, earlier", Alert{Rule: "KubePodCrashLooping", Labels: map[string]string{"env": "prod"}}, -time.Minute, "same rule"},
		{"same rule, other environment", Alert{Rule: "KubePodCrashLooping", Labels: map[string]string{"env": "test"}}, 0, ""},
		{"same service", Alert{Rule: "HighLatency", Service: "web", Labels: map[string]string{"env": "prod"}}, 5 * time.Minute, "same service web, 5 min apart"},
		{"same service, too late", Alert{Rule: "HighLatency", Service: "web", Labels: map[string]string{"env": "prod"}}, 6 * time.Minute, ""},
		{"neither", Alert{Rule: "HighLatency", Service: "db", Labels: map[string]string{"env": "prod"}}, 0, ""},
		{"no service is not the same service", Alert{Rule: "HighLatency", Labels: map[string]string{"env": "prod"}}, 0, ""},
	} {
		var p Place
		p.Add(7, LeadOf(first), at, at)
		n, why := p.Find(c.a, at.Add(c.late))
		if (n == 7) != (c.why != "") || !strings.HasPrefix(why, c.why) {
			t.Errorf("%s: group %d, %q; want %q", c.name, n, why, c.why)
		}
	}
}

// Without a rule the title tells: one that is a rule's name joins over services, a
// sentence only within its own.
func TestPlaceByTitle(t *testing.T) {
	for _, c := range []struct {
		title, why string
	}{{"KubePodCrashLooping", "same title, at the same time"}, {"latency is high", ""}, {"disk", ""}} {
		var p Place
		p.Add(7, LeadOf(Alert{Title: c.title, Service: "orders-api"}), at, at)
		if n, why := p.Find(Alert{Title: c.title, Service: "orders-worker"}, at); why != c.why || (n == 7) != (c.why != "") {
			t.Errorf("%q: group %d, %q", c.title, n, why)
		}
		if n, why := p.Find(Alert{Title: c.title, Service: "orders-api"}, at); n != 7 || why == "" {
			t.Errorf("%q of the same service: group %d, %q", c.title, n, why)
		}
	}
}

// However alerts come, all that joined a group share rule or service with its
// first one, and scope: groups never grow together link by link.
func TestPlaceDoesNotChain(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 200 {
		var p Place
		leads := map[int64]Lead{}
		for range 200 {
			a := Alert{Rule: string(rune('A' + r.IntN(6))), Service: string(rune('a' + r.IntN(4))), Labels: map[string]string{"env": string(rune('x' + r.IntN(2)))}}
			when := at.Add(time.Duration(r.IntN(7200)) * time.Second)
			n, why := p.Find(a, when)
			l := LeadOf(a)
			if n == 0 {
				n = int64(len(leads) + 1)
				leads[n] = l
				p.Add(n, l, when, when)
				continue
			}
			g := leads[n]
			if g.Scope != l.Scope || g.Rule != l.Rule && g.Service != l.Service {
				t.Fatalf("%+v joined %+v: %s", l, g, why)
			}
		}
	}
}

func TestLine(t *testing.T) {
	for _, c := range []struct {
		g    Group
		want string
	}{
		{Group{Total: 14, Rules: []string{"KubePodCrashLooping"}, Services: []string{"a", "b", "c"}}, "14 × KubePodCrashLooping (3 services)"},
		{Group{Total: 1, Title: "Checkout 5xx above 5 %", Rules: []string{"HighErrorRate"}, Services: []string{"a"}}, "Checkout 5xx above 5 %"},
		{Group{Total: 3, Rules: []string{"A", "B"}, Services: []string{"a"}}, "3 × A and 1 rule more"},
		{Group{Total: 2, Title: "Disk full"}, "2 × Disk full"},
	} {
		if got := c.g.Line(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestSilence(t *testing.T) {
	now := at
	s, err := NewSilence(map[string]string{"rule": "DiskFull", "env": "test"}, "being replaced", "ana", time.Hour, now)
	if err != nil {
		t.Fatal(err)
	}
	a := Alert{Rule: "DiskFull", Labels: map[string]string{"env": "test"}}
	if !s.Matches(a) || s.Matches(Alert{Rule: "DiskFull"}) || (Silence{}).Matches(a) {
		t.Error("it matches the wrong alerts")
	}
	if !s.Active(now) || !s.Active(now.Add(time.Hour-1)) || s.Active(now.Add(time.Hour)) || s.Active(now.Add(-1)) {
		t.Error("it is active at the wrong times")
	}
	for _, bad := range []struct {
		m      map[string]string
		reason string
		d      time.Duration
	}{{nil, "x", time.Hour}, {map[string]string{"rule": ""}, "x", time.Hour}, {map[string]string{"rule": "a"}, " ", time.Hour}, {map[string]string{"rule": "a"}, "x", time.Second}, {map[string]string{"rule": "a"}, "x", 31 * 24 * time.Hour}} {
		if _, err := NewSilence(bad.m, bad.reason, "ana", bad.d, now); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
	g := Group{Firing: 3, Muted: 2, Until: at.Add(time.Minute)}
	if g.Loud(at) != 1 || g.Loud(at.Add(time.Minute)) != 3 || g.State(at) != Firing {
		t.Error("a silence that ended still hides")
	}
	if (Group{Firing: 2, Muted: 2, Until: at.Add(1)}).State(at) != Suppressed || (Group{Acked: 1}).State(at) != Acknowledged || (Group{Total: 1}).State(at) != Resolved {
		t.Error("states of groups")
	}
}

func TestShare(t *testing.T) {
	// Bounds worked out by hand from Wilson's formula.
	for _, c := range []struct {
		k, n      int
		low, high float64
	}{{0, 0, 0, 100}, {0, 10, 0, 27.75}, {10, 10, 72.25, 100}, {5, 10, 23.66, 76.34}, {1, 4, 4.56, 69.94}} {
		s := NewShare(c.k, c.n)
		if d := s.Low - c.low; d > 0.01 || d < -0.01 {
			t.Errorf("%d of %d: low %.2f, want %.2f", c.k, c.n, s.Low, c.low)
		}
		if d := s.High - c.high; d > 0.01 || d < -0.01 {
			t.Errorf("%d of %d: high %.2f, want %.2f", c.k, c.n, s.High, c.high)
		}
		if s.TooFew != (c.n < 5) {
			t.Errorf("%d of %d: too few is %v", c.k, c.n, s.TooFew)
		}
	}
}

func TestRules(t *testing.T) {
	berlin := time.FixedZone("UTC+1", 3600)
	item := func(rule, fp string, start time.Time, length time.Duration) Item {
		i := Item{Alert: Alert{Rule: rule, Fingerprint: fp, Service: "s", Timestamp: start, Status: Firing, Severity: 1}}
		if length > 0 {
			i.Status, i.Ended = Resolved, start.Add(length)
		}
		return i
	}
	day := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	items := []Item{
		item("Flap", "f1", day, time.Minute), item("Flap", "f1", day.Add(20*time.Minute), 3*time.Minute), item("Flap", "f1", day.Add(time.Hour), 2*time.Minute),
		item("Flap", "f2", day, 0),
		item("Night", "n", day.Add(9*time.Hour), 0),     // 22:00 there
		item("Night", "n", day.Add(17*time.Hour-1), 0),  // just before 06:00: the same night
		item("Night", "n", day.Add(17*time.Hour), 0),    // 06:00 is day
		item("Old", "o", day.Add(-100*24*time.Hour), 0), // outside
		item("Unknown", "u", time.Time{}, 0),            // nobody knows when
	}
	items[0].Acked = day.Add(30 * time.Second)
	items[0].Incident = "INC-1"
	items[1].Incident = "INC-1"
	items[2].Noise = "known"
	b := Rules(items, Window{day.Add(-24 * time.Hour), day.Add(24 * time.Hour)}, berlin)
	if b.Fired != 7 || b.Outside != 2 || len(b.Rules) != 2 || b.Rules[0].Rule != "Flap" {
		t.Fatalf("%+v", b)
	}
	f, n := b.Rules[0], b.Rules[1]
	if f.Fired != 4 || f.Conditions != 2 || f.Incidents != 1 || f.Flaps != 1 || f.ClearN != 3 || *f.Clear != 2*time.Minute {
		t.Errorf("%+v", f)
	}
	if f.SelfCured.K != 2 || f.SelfCured.N != 3 || f.ActedOn.K != 2 || f.Precision.K != 2 || f.Acked.K != 1 || f.Noise.K != 1 || !f.Precision.TooFew {
		t.Errorf("%+v", f)
	}
	if n.Night.K != 2 || n.Clear != nil || b.Nights.K != 1 || b.Nights.N != 2 {
		t.Errorf("%+v, nights %+v", n, b.Nights)
	}
	if b.TopFive.K != 7 || b.Hours[22] != 1 || b.Hours[5] != 1 || b.Hours[6] != 1 || len(b.Days) != 3 || b.Days[1].Fired != 5 {
		t.Errorf("%+v", b)
	}
}

func TestDeclaration(t *testing.T) {
	g := Group{N: 3, Title: "Pods restart", Total: 3, Rules: []string{"A", "B"}, Services: []string{"web", "db"}, Severity: 1, First: at, Sources: []string{"alertmanager"}}
	items := []Item{
		{Alert: Alert{ID: "1", Title: "Pods restart", Severity: 1, Timestamp: at.Add(time.Minute)}},
		{Alert: Alert{ID: "2", Title: "Checkout fails for customers", Description: "why", Severity: 1, Service: "web", RunbookURL: "https://x.example/r", Timestamp: at.Add(time.Minute)}},
		{Alert: Alert{ID: "3", Title: "Disk", Severity: 3, RunbookURL: "https://x.example/d", Service: "db", Timestamp: at}},
	}
	d := g.Declaration(items)
	if d.Title != "Checkout fails for customers" || d.Description != "why" || d.Severity != 1 || !d.ImpactStart.Equal(at) || !d.DetectedAt.Equal(at) || d.Detection != model.ByMonitoring || d.Source != "alertmanager" || len(d.Services) != 2 {
		t.Errorf("%+v", d)
	}
	if d := (Group{Title: "x", Sources: []string{"kuma"}}).Declaration(nil); d.Severity != model.SevDefault || d.Title != "x" || d.Detection != model.BySynthetic {
		t.Errorf("%+v", d)
	}
	l := g.Attachment(items)
	if l.Group != 3 || len(l.IDs) != 3 || l.Runbook != "https://x.example/r" || l.Title != "A and 1 rule more" || l.Count != 3 {
		t.Errorf("%+v", l)
	}
}
