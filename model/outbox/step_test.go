package outbox

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"warroom/model"
)

var t0 = time.Date(2026, 11, 25, 14, 0, 0, 0, time.UTC)

func refused(t *testing.T, err error, code model.Code, say string) {
	t.Helper()
	if model.CodeOf(err) != code || err != nil && !strings.Contains(model.Message(err), say) {
		t.Errorf("got %v, want %s with %q", err, code, say)
	}
}

func TestEveryStateRefusesWhatMakesNoSense(t *testing.T) {
	steps := map[string]func(*Message) error{
		"approve": func(m *Message) error { return m.Approve("ann", nil, t0) },
		"retry":   func(m *Message) error { return m.Retry("ann", t0) },
		"drop":    func(m *Message) error { return m.Drop("ann", "late", t0) },
		"hand":    func(m *Message) error { return m.Hand("ann", Remote{}, t0) },
		"reword":  func(m *Message) error { return m.Reword("other words") },
	}
	allowed := map[State][]string{
		Drafted: {"approve", "drop", "hand", "reword"}, Held: {"approve", "retry", "drop", "hand", "reword"},
		Failed: {"retry", "drop", "hand", "reword"}, Retrying: {"retry", "drop", "hand"},
		Approved: {"drop", "hand"}, Queued: {"drop", "hand"},
	}
	for _, s := range States {
		for name, step := range steps {
			m := Message{N: 7, State: s, Vendor: Slack, Action: Post, Created: t0}
			err := step(&m)
			if want := slices.Contains(allowed[s], name); (err == nil) != want {
				t.Errorf("%s of a message that is %s: %v, allowed should be %v", name, s, err, want)
			}
			if err != nil && m.State != s {
				t.Errorf("%s was refused and moved %s to %s", name, s, m.State)
			}
		}
	}
	m := Message{N: 7, State: Failed, Reason: "no such channel"}
	refused(t, m.Drop("ann", "  ", t0), model.Invalid, "say why message 7 is dropped")
	refused(t, m.Approve("ann", nil, t0), model.Conflict, "outbound retry 7")
	refused(t, m.Reword(""), model.Invalid, "1 to 20000")
}

func TestAYesStartsTheTimeAnew(t *testing.T) {
	m := Message{State: Drafted, Vendor: Statuspage, Action: Post, Created: t0}
	late := t0.Add(3 * time.Hour)
	if m.Expired(late) {
		t.Error("a draft expires")
	}
	text := "key AKIAABCDEFGHIJKLMNOP in words"
	if err := m.Approve("ann", &text, late); err != nil {
		t.Fatal(err)
	}
	if m.State != Approved || m.By != "ann" || m.Expired(late.Add(29*time.Minute)) || !m.Expired(late.Add(30*time.Minute)) {
		t.Errorf("%+v", m)
	}
	if m.Content.Text != "key [hidden] in words" || m.Content.Hidden[0] != "AWS key" {
		t.Errorf("%+v", m.Content)
	}
	m.Expire(late.Add(time.Hour))
	if m.State != Held || !strings.Contains(m.Reason, "4 h 00 old") {
		t.Errorf("%s %q", m.State, m.Reason)
	}
}

func TestSettle(t *testing.T) {
	for _, c := range []struct {
		name  string
		r     Result
		state State
		check func(m Message, g Gate) bool
	}{
		{"done", Result{Verdict: Done, Remote: Remote{ID: "C1"}}, Sent, func(m Message, g Gate) bool {
			return m.Remote.ID == "C1" && !m.Unsure && g.Failures == 0 && g.Down.IsZero() && g.LastSent.Equal(t0)
		}},
		{"again", Result{Verdict: Again, Reason: "503"}, Retrying, func(m Message, g Gate) bool {
			return !m.Unsure && g.Failures == 5 && g.Shut(t0.Add(29*time.Second)) && !g.Shut(t0.Add(time.Minute))
		}},
		{"unknown", Result{Verdict: Unknown, Reason: "reset"}, Retrying, func(m Message, g Gate) bool { return m.Unsure && g.Failures == 5 }},
		{"limited", Result{Verdict: Again, Limited: true, After: 30 * time.Second, Reason: "429"}, Retrying, func(m Message, g Gate) bool {
			return g.Failures == 4 && m.Due.Sub(t0) >= 30*time.Second && m.Due.Sub(t0) < 31*time.Second && g.Until.Equal(m.Due)
		}},
		{"refused", Result{Verdict: Refused, Reason: "400"}, Failed, func(m Message, g Gate) bool { return g.Failures == 0 && g.Paused == "" }},
		{"denied", Result{Verdict: Denied, Reason: "401"}, Held, func(m Message, g Gate) bool { return g.Paused == "401" && g.Shut(t0.AddDate(1, 0, 0)) }},
	} {
		m := Message{Target: "slack", State: Queued, Vendor: Slack}
		m.Start(t0)
		g := Gate{Target: "slack", Failures: 4, Down: t0.Add(-time.Minute)}
		Settle(&m, &g, c.r, t0, 0.5)
		if m.State != c.state || !c.check(m, g) {
			t.Errorf("%s: %s %+v", c.name, m.State, g)
		}
	}
}

func TestBackoffIsFullJitterUnderACap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := 1; n < 60; n++ {
		limit := 5 * time.Minute
		if n < 9 {
			limit = time.Second << (n - 1)
		}
		limit = min(limit, 5*time.Minute)
		var sum time.Duration
		for range 400 {
			d := Backoff(n, 0, r.Float64())
			if d < 0 || d > limit {
				t.Fatalf("attempt %d waits %s, at most %s", n, d, limit)
			}
			sum += d
		}
		if mean := sum / 400; mean < limit*4/10 || mean > limit*6/10 {
			t.Errorf("attempt %d waits %s on average, the middle is %s", n, mean, limit/2)
		}
		for _, asked := range []time.Duration{time.Second, time.Minute, time.Hour} {
			d := Backoff(n, asked, r.Float64())
			if want := min(asked, 15*time.Minute); d < want || d > want+time.Second {
				t.Errorf("asked for %s, waits %s", asked, d)
			}
		}
	}
}

// A random life of a queue: whatever happens, the order within a line holds,
// nothing is lost, nothing is sent without the yes that it needs, and at most one
// message is under way to a target.
func TestRandomLives(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		now := t0
		gates := map[string]Gate{}
		var rows []Message
		yes := map[int64]bool{}
		var sent []int64
		live := func() []Message {
			var out []Message
			for _, m := range rows {
				if !m.State.Final() {
					out = append(out, m)
				}
			}
			return out
		}
		for n := int64(1); n <= 12; n++ {
			m := Message{N: n, Incident: []string{"A", "B"}[r.IntN(2)], Target: []string{"slack", "jira"}[r.IntN(2)], Vendor: Slack, Action: Post, State: Queued, Created: t0, Expires: t0.Add(2 * time.Hour)}
			if r.IntN(3) == 0 {
				m.State, m.Expires = Drafted, time.Time{}
			}
			if r.IntN(4) == 0 {
				m.Action = Open
			}
			rows = append(rows, m)
		}
		for range 200 {
			now = now.Add(time.Duration(r.IntN(60)) * time.Second)
			under := map[string]bool{}
			for _, n := range Next(live(), gates, nil, now) {
				m := &rows[n-1]
				if under[m.Target] {
					t.Fatalf("seed %d: two under way to %s", seed, m.Target)
				}
				under[m.Target] = true
				for _, before := range rows[:n-1] {
					if before.Line() == m.Line() && (before.State.Pending() || before.State == Sending || before.Action == Open && before.State.Asks()) {
						t.Fatalf("seed %d: %d overtakes %d, which is %s", seed, n, before.N, before.State)
					}
				}
				m.Start(now)
				g := gates[m.Target]
				g.Target = m.Target
				v := []Verdict{Done, Again, Unknown, Refused, Denied, Done, Done, Again}[r.IntN(8)]
				if v == Denied && r.IntN(3) > 0 {
					v = Done
				}
				if r.IntN(10) == 0 {
					m.Lapse(now)
				} else {
					Settle(m, &g, Result{Verdict: v, Reason: string(v)}, now, r.Float64())
					gates[m.Target] = g
				}
				if m.State == Sent {
					sent = append(sent, n)
				}
			}
			for i := range rows {
				m := &rows[i]
				if m.Expired(now) {
					m.Expire(now)
				}
				switch {
				case m.State == Drafted && r.IntN(10) == 0:
					yes[m.N] = true
					_ = m.Approve("ann", nil, now)
				case (m.State == Held || m.State == Failed) && r.IntN(5) == 0:
					yes[m.N] = true
					_ = m.Retry("ann", now)
					g := gates[m.Target]
					g.Resume()
					gates[m.Target] = g
				case m.State.Asks() && r.IntN(50) == 0:
					_ = m.Drop("ann", "why not", now)
				}
			}
		}
		once := slices.Clone(sent)
		slices.Sort(once)
		if len(slices.Compact(once)) != len(sent) {
			t.Fatalf("seed %d: sent twice: %v", seed, sent)
		}
		for _, m := range rows {
			if m.State == Sent && m.Expires.IsZero() && !yes[m.N] {
				t.Fatalf("seed %d: draft %d left without a yes", seed, m.N)
			}
			if !slices.Contains(States, m.State) {
				t.Fatalf("seed %d: %d is lost as %q", seed, m.N, m.State)
			}
		}
		if rest := live(); len(rest) > 0 {
			if _, ok := Wake(rest, gates, now); !ok && Count(rest, Approved, Queued, Retrying) > 0 {
				t.Errorf("seed %d: pending messages wake nobody", seed)
			}
		}
	}
}
