package outbound_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"warroom/integrations/outbound"
	"warroom/model"
)

func echoing(g *rig) string {
	return fmt.Sprintf("targets:\n  slack: {url: %q, echo: pushpin, people: {bob: U0BOB}}\n", g.srv.URL+"/slack/")
}

// socket is Slack's end of Socket Mode: it delivers what it is told to and notes
// what is acknowledged.
type socket struct {
	mu   sync.Mutex
	conn *websocket.Conn
	came chan struct{} // a connection
	acks chan string
	n    int
}

func (s *socket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	c, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	s.mu.Lock()
	s.conn = c
	_ = c.WriteJSON(map[string]any{"type": "hello", "num_connections": 1})
	s.mu.Unlock()
	s.came <- struct{}{}
	for {
		var a struct {
			ID string `json:"envelope_id"`
		}
		if c.ReadJSON(&a) != nil {
			return
		}
		s.acks <- a.ID
	}
}

// deliver sends an event and gives its envelope's id.
func (s *socket) deliver(t testing.TB, event map[string]any) string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	id := fmt.Sprint("E", s.n)
	err := s.conn.WriteJSON(map[string]any{"type": "events_api", "envelope_id": id, "accepts_response_payload": false,
		"payload": map[string]any{"type": "event_callback", "team_id": "T", "api_app_id": "A", "event": event}})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (s *socket) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.conn.WriteJSON(map[string]any{"type": "disconnect", "reason": "refresh_requested"})
}

func await[T any](t testing.TB, ch chan T, what string) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(20 * time.Second):
		t.Fatalf("no %s came", what)
		panic("not reached")
	}
}

// acked delivers an event and waits until it is taken.
func (s *socket) acked(t testing.TB, event map[string]any) {
	t.Helper()
	want := s.deliver(t, event)
	if got := await(t, s.acks, "acknowledgement"); got != want {
		t.Fatalf("%s was acknowledged, not %s", got, want)
	}
}

func TestWhatIsSaidInSlackComesIn(t *testing.T) {
	s := newStageOf(t, echoing)
	g := s.rig
	so := &socket{came: make(chan struct{}, 9), acks: make(chan string, 9)}
	g.socket = so
	g.people = map[string]string{"UEVE": "ann\x1b[31m"} // somebody who calls herself like another
	id := s.do("", model.Declare{Title: "x", Severity: 2})
	s.drain()
	inc, err := s.store.Incident(bg, id)
	if err != nil || len(inc.Outlets) != 1 {
		t.Fatal(inc.Outlets, err)
	}
	channel := inc.Outlets[0].ID
	stamp := func(n int) string { return fmt.Sprintf("%d.%06d", time.Now().Add(-time.Minute).Unix(), n) }
	first, mine, said := stamp(1), stamp(2), stamp(3)
	g.mu.Lock()
	g.channels[channel].said = []map[string]any{
		{"type": "message", "ts": first, "user": "U0BOB", "text": "lag &gt; 300 s, see <https://g.example/d|the graph>, <@UEVE> &amp; <!here> *bold*"},
		{"type": "message", "ts": mine, "user": "U0BOB", "text": "declared", "bot_id": "B1", "metadata": map[string]any{"event_type": "warroom", "event_payload": map[string]any{}}},
	}
	g.channels["DBOT"] = &room{id: "DBOT"}
	g.mu.Unlock()

	e := &outbound.Echo{Ledger: s.store, Config: s.conf, Options: s.worker.Options, Again: time.Millisecond}
	ctx, cancel := context.WithCancel(bg)
	done := make(chan struct{})
	go func() { e.Run(ctx); close(done) }()
	defer func() { cancel(); await(t, done, "end") }()
	await(t, so.came, "connection")
	mark := func(emoji, ch, ts string) map[string]any {
		return map[string]any{"type": "reaction_added", "user": "UEVE", "reaction": emoji, "item_user": "U0BOB", "item": map[string]any{"type": "message", "channel": ch, "ts": ts}, "event_ts": ts}
	}
	before := inc.Seq
	so.acked(t, mark("eyes", channel, first))         // another emoji
	so.acked(t, mark("pushpin", "CLUNCH", first))     // another channel
	so.acked(t, mark("pushpin", channel, mine))       // our own words
	so.acked(t, mark("pushpin", channel, "1.000000")) // nothing there
	if inc, _ = s.store.Incident(bg, id); inc.Seq != before {
		t.Fatalf("something was written:\n%s", s.timeline(id))
	}
	for range 2 { // two people mark the same
		so.acked(t, mark("pushpin", channel, first))
	}
	so.drop() // Slack does so now and then
	await(t, so.came, "second connection")
	so.acked(t, mark("pushpin", channel, first))
	so.acked(t, map[string]any{"type": "app_mention", "user": "UEVE", "text": "<@UBOT> customers\x1b[2J are back", "ts": said, "channel": channel, "event_ts": said})
	so.acked(t, map[string]any{"type": "message", "channel_type": "im", "user": "U0BOB", "text": "the only open one", "ts": stamp(4), "channel": "DBOT", "event_ts": said})
	other := s.do("", model.Declare{Title: "y", Severity: 3})
	so.acked(t, map[string]any{"type": "message", "channel_type": "im", "user": "U0BOB", "text": "which one?", "ts": stamp(5), "channel": "DBOT", "event_ts": said})
	so.acked(t, map[string]any{"type": "message", "channel_type": "im", "user": "U0BOB", "text": strings.ToLower(other) + ": that one", "ts": stamp(6), "channel": "DBOT", "event_ts": said})
	so.acked(t, map[string]any{"type": "message", "channel_type": "im", "bot_id": "B1", "user": "UBOT", "text": "INC an echo of the echo", "ts": stamp(7), "channel": "DBOT", "event_ts": said})

	type entry struct{ who, text string }
	var got []entry
	for _, of := range []string{id, other} {
		if err := s.store.Each(bg, of, func(ev model.Event) error {
			if n, ok := ev.Body.(*model.Note); ok {
				got = append(got, entry{ev.Actor, n.Line})
				if d := ev.Recorded.Sub(ev.At); d < 30*time.Second || d > time.Hour {
					t.Errorf("%q happened %s before it was written", n.Line, d)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	want := []entry{
		{"bob", "lag > 300 s, see the graph (https://g.example/d), @ann^[[31m & @here *bold*"},
		{"ann^[[31m (Slack)", "customers\x1b[2J are back"},
		{"bob", "the only open one"},
		{"bob", "that one"},
	}
	if len(got) != len(want) {
		t.Fatalf("entries %+q\nwant %+q", got, want)
	}
	for k := range want {
		if got[k].who != want[k].who || strings.TrimSpace(model.Visible(got[k].text)) != model.Visible(want[k].text) {
			t.Errorf("entry %+q, want %+q", got[k], want[k])
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.reactions) != 3 || !strings.HasPrefix(g.reactions[0], "white_check_mark "+said) {
		t.Errorf("signs of what was taken: %v", g.reactions)
	}
	if m := g.channels["DBOT"].messages; len(m) != 1 || !strings.Contains(m[0].text, "2 incidents are open") {
		t.Errorf("what the bot said: %+v", m)
	}
	if e.Deaf() != "" {
		t.Error(e.Deaf())
	}
}

// While the record is held by somebody else nothing is acknowledged, so that
// Slack delivers it again.
type lockedLedger struct{ outbound.Ledger }

func (lockedLedger) Do(context.Context, string, model.Request) (model.Receipt, error) {
	return model.Receipt{}, model.Errorf(model.Busy, "locked")
}

func TestNothingIsAcknowledgedBeforeItIsWritten(t *testing.T) {
	s := newStageOf(t, echoing)
	so := &socket{came: make(chan struct{}, 9), acks: make(chan string, 9)}
	s.rig.socket = so
	s.do("", model.Declare{Title: "x"})
	ctx, cancel := context.WithCancel(bg)
	done := make(chan struct{})
	e := &outbound.Echo{Ledger: lockedLedger{s.store}, Config: s.conf, Options: s.worker.Options}
	go func() { e.Run(ctx); close(done) }()
	await(t, so.came, "connection")
	so.deliver(t, map[string]any{"type": "message", "channel_type": "im", "user": "U0BOB", "text": "x", "ts": "1700000000.000100", "channel": "DBOT", "event_ts": "1.1"})
	last := so.deliver(t, map[string]any{"type": "team_join"}) // nothing to do: acknowledged
	if got := await(t, so.acks, "acknowledgement"); got != last {
		t.Errorf("%s was acknowledged, not %s alone", got, last)
	}
	cancel()
	await(t, done, "end")
}

func TestWhyNothingComesIn(t *testing.T) {
	s := newStageOf(t, echoing)
	have := s.worker.Secrets.Getenv
	for _, c := range []struct{ token, say string }{
		{"", "set WARROOM_SLACK_APP_TOKEN or WARROOM_SLACK_APP_TOKEN_FILE"},
		{"xapp" + "-CANARYwrong", "what is marked there does not come in: Slack answered invalid_auth"},
	} {
		o := s.worker.Options
		o.Secrets.Getenv = func(k string) string {
			if k == "WARROOM_SLACK_APP_TOKEN" {
				return c.token
			}
			return have(k)
		}
		e := &outbound.Echo{Ledger: s.store, Config: s.conf, Options: o, Again: time.Hour}
		ctx, cancel := context.WithCancel(bg)
		go e.Run(ctx)
		for n := 0; e.Deaf() == "" && n < 2000; n++ {
			time.Sleep(5 * time.Millisecond)
		}
		cancel()
		if why := e.Deaf(); !strings.Contains(why, c.say) || strings.Contains(why, "CANARY") || strings.Contains(why, "ws") {
			t.Errorf("%q, want %q", why, c.say)
		}
		v, err := outbound.New(bg, "slack", s.conf.Targets["slack"], o)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := json.Marshal(v.Check(bg))
		if !strings.Contains(string(b), "reactions:read") || !strings.Contains(string(b), "in: ") || strings.Contains(string(b), "CANARY") {
			t.Errorf("the check says %s", b)
		}
	}
}
