package outbound_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"warroom/integrations/outbound"
	"warroom/model"
	"warroom/model/outbox"
	"warroom/storage"
)

func onlyStatuspage(g *rig) string {
	return fmt.Sprintf("targets:\n  statuspage: {url: %q, page: page1}\nrules: [{to: statuspage, ask: false}]\n", g.srv.URL+"/statuspage")
}

func onlySlack(g *rig) string {
	return fmt.Sprintf("targets:\n  slack: {url: %q}\nrules: [{to: slack, on: [declared, important]}]\n", g.srv.URL+"/slack/")
}

// attempt lets the worker make one attempt and no more.
func (s *stage) attempt() outbox.Message {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(bg, 10*time.Second)
	defer cancel()
	var got outbox.Message
	w := s.worker
	defer func() { w.Report = nil }()
	w.Report = func(m outbox.Message) {
		if got.N == 0 {
			got = m
		}
		cancel()
	}
	w.Run(ctx, nil)
	return got
}

func TestRetryAfterIsKept(t *testing.T) {
	s := newStageOf(t, onlyStatuspage)
	s.rig.next = func(string, string) fault { return limited }
	s.do("", model.Declare{Title: "x", Severity: 1})
	m := s.attempt()
	if m.State != outbox.Retrying || m.Unsure || m.Due.Sub(m.Since) < time.Second || m.Due.Sub(m.Since) > 1200*time.Millisecond {
		t.Fatalf("%s, tried again %s later, unsure %v", m.State, m.Due.Sub(m.Since), m.Unsure)
	}
	s.rig.next = nil
	before := s.rig.count("statuspage POST v1/pages/page1/incidents")
	got, err := s.store.Claim(bg, "somebody", []string{"statuspage"}, time.Second)
	if err != nil || len(got.Jobs) > 0 {
		t.Errorf("claimed before its time: %+v %v", got, err)
	}
	s.pass(2 * time.Second)
	s.drain()
	if n := s.rig.count("statuspage POST v1/pages/page1/incidents"); n != before+1 || len(s.rig.public) != 1 {
		t.Errorf("%d calls, %d incidents", n, len(s.rig.public))
	}
}

// Retry-After may also be a date, and may not ask for ever.
func TestRetryAfterInItsForms(t *testing.T) {
	for asked, want := range map[string]time.Duration{
		"":      time.Second,
		"120":   2 * time.Minute,
		"date":  90 * time.Second,
		"86400": 15 * time.Minute,
	} {
		s := newStageOf(t, onlyStatuspage)
		if asked == "date" {
			asked = s.worker.Now().Add(want).UTC().Format(http.TimeFormat)
		}
		s.rig.retryAfter = asked
		s.rig.next = func(string, string) fault { return limited }
		s.do("", model.Declare{Title: "x", Severity: 1})
		m := s.attempt()
		// A date has whole seconds, and a busy machine takes its time to answer.
		if got := m.Due.Sub(m.Since); got < want-30*time.Second || got < time.Second || got > want+2*time.Second {
			t.Errorf("Retry-After %q: tried again after %s, want %s", asked, got, want)
		}
	}
}

// An hour of 503: the breaker keeps the calls few, what is said to customers is
// held, chat is sent when it is over, once.
func TestAnHourOf503(t *testing.T) {
	s := newStage(t)
	s.rig.next = func(string, string) fault { return unavailable }
	id := s.do("", model.Declare{Title: "x", Severity: 1})
	s.approve()
	began := s.worker.Now()
	for s.worker.Now().Sub(began) < time.Hour {
		ctx, cancel := context.WithTimeout(bg, 20*time.Millisecond)
		s.worker.Run(ctx, nil)
		cancel()
		s.pass(30 * time.Second)
	}
	creates := s.rig.count("slack POST conversations.create")
	if creates < 10 || creates > 130 { // once every half to a whole minute
		t.Errorf("Slack was asked %d times in an hour", creates)
	}
	gates, err := s.store.Gates(bg)
	if err != nil || gates["slack"].Failures < 5 || gates["slack"].Down.IsZero() {
		t.Errorf("gate %+v %v", gates["slack"], err)
	}
	held := 0
	for _, m := range s.live() {
		switch {
		case m.Vendor == outbox.Statuspage && m.State != outbox.Held:
			t.Errorf("public words of an hour ago are %s", m.State)
		case m.State == outbox.Held:
			held++
		}
	}
	s.rig.next = nil
	s.pass(6 * time.Minute)
	s.drain()
	if got := s.left(); strings.Count(got, "\n") != held || held == 0 {
		t.Errorf("not sent:\n%s", got)
	}
	if len(s.rig.channels) != 1 || len(s.rig.issues) != 1 || len(s.rig.public) != 0 || s.rig.paged["warroom:"+strings.ToLower(id)] != 1 {
		t.Errorf("%d channels, %d tickets, %d public, paged %v", len(s.rig.channels), len(s.rig.issues), len(s.rig.public), s.rig.paged)
	}
	if !strings.Contains(s.timeline(id), "held, not sent: publish on Statuspage") {
		t.Errorf("the timeline does not say that something is held:\n%s", s.timeline(id))
	}
}

// Every request is carried out and its answer lost, once: nothing is made twice.
func TestLostAnswers(t *testing.T) {
	for _, how := range []fault{brokenLate, slowAnswer, brokenEarly} {
		s := newStage(t)
		s.rig.lag = 8 * time.Second // Jira finds what it has made a little later
		if how == slowAnswer {
			s.worker.Lease = 400 * time.Millisecond
		}
		broke := map[string]bool{}
		s.rig.next = func(vendor, call string) fault {
			key := vendor + call
			if strings.HasPrefix(call, "GET") || broke[key] || strings.Contains(call, "search") || strings.Contains(call, "history") || strings.Contains(call, "list") {
				return fine
			}
			broke[key] = true
			return how
		}
		id := s.do("", model.Declare{Title: "x", Severity: 1})
		s.do(id, model.AddNote{Text: "customers see errors", Important: true})
		s.do(id, model.SetStatus{To: model.Investigating})
		for range 60 {
			s.drain()
			if len(s.live()) == 0 {
				break
			}
			s.pass(2 * time.Minute)
		}
		if got := s.left(); got != "" {
			t.Errorf("%d: not sent:\n%s", how, got)
		}
		s.whole(1)
	}
}

// whole checks that nothing was made twice and nothing lost at the vendors.
func (s *stage) whole(incidents int) {
	s.t.Helper()
	g := s.rig
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.channels) != incidents || len(g.issues) != incidents || len(g.public) != incidents || len(g.paged) != incidents {
		s.t.Errorf("of %d incidents: %d channels, %d tickets, %d public, %d pages", incidents, len(g.channels), len(g.issues), len(g.public), len(g.paged))
	}
	for key, n := range g.paged {
		if n != 1 {
			s.t.Errorf("%s paged %d times", key, n)
		}
	}
	for _, c := range g.channels {
		seen := map[string]bool{}
		for _, m := range c.messages {
			if seen[m.id] {
				s.t.Errorf("%q was posted twice", m.text)
			}
			seen[m.id] = true
		}
		if len(c.pins) != 1 {
			s.t.Errorf("%d messages are pinned in %s", len(c.pins), c.name)
		}
	}
	for _, i := range g.issues {
		seen := map[string]bool{}
		for _, c := range i.comments {
			text := fmt.Sprint(c["body"])
			if seen[text] {
				s.t.Errorf("commented twice: %s", text)
			}
			seen[text] = true
		}
	}
	for _, i := range g.public {
		seen := map[string]bool{}
		for _, u := range i["incident_updates"].([]any) {
			if seen[fmt.Sprint(u)] {
				s.t.Errorf("published twice: %v", u)
			}
			seen[fmt.Sprint(u)] = true
		}
	}
}

func TestFaultsOfTheNetwork(t *testing.T) {
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	defer secure.Close()
	secure.Config.ErrorLog = nil
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for _, c := range []struct {
		name, url string
		dial      outbound.Dial
		state     outbox.State
		say       string
		unsure    bool
	}{
		{"no name server", "https://api.statuspage.example", func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.DNSError{Err: "no such host", Name: "api.statuspage.example", IsNotFound: true}
		}, outbox.Retrying, "cannot be resolved", false},
		{"a certificate nobody knows", secure.URL, nil, outbox.Held, "certificate that cannot be trusted", false},
		{"nobody listens", closed.URL, nil, outbox.Retrying, "cannot be reached", false},
		{"no TLS there", strings.Replace(closed.URL, "http:", "https:", 1), func(ctx context.Context, network, _ string) (net.Conn, error) {
			a, b := net.Pipe()
			go func() { _, _ = io.Copy(io.Discard, b) }()
			go func() { _, _ = b.Write([]byte("HTTP/1.1 400 no\r\n\r\n")) }()
			return a, nil
		}, outbox.Held, "does not speak TLS", false},
	} {
		s := newStageOf(t, func(*rig) string {
			return fmt.Sprintf("targets:\n  statuspage: {url: %q, page: page1}\nrules: [{to: statuspage, ask: false}]\n", c.url)
		})
		s.worker.Dial = c.dial
		s.do("", model.Declare{Title: "x", Severity: 1})
		m := s.attempt()
		if m.State != c.state || !strings.Contains(m.Reason, c.say) || m.Unsure != c.unsure {
			t.Errorf("%s: %s %q unsure %v", c.name, m.State, m.Reason, m.Unsure)
		}
		if strings.Contains(m.Reason, "http") {
			t.Errorf("%s: the reason tells the address: %q", c.name, m.Reason)
		}
	}
}

// A token that is not accepted stops the target, and its text is told nowhere.
func TestDeniedThenPutRight(t *testing.T) {
	s := newStageOf(t, onlyStatuspage)
	s.rig.next = func(string, string) fault { return denied }
	id := s.do("", model.Declare{Title: "x", Severity: 1})
	m := s.attempt()
	if m.State != outbox.Held || !strings.Contains(m.Reason, "does not accept our credentials") || strings.Contains(m.Reason, "CANARY") {
		t.Fatalf("%s %q", m.State, m.Reason)
	}
	s.do(id, model.SetStatus{To: model.Identified})
	s.drain()
	if n := s.rig.count("statuspage POST v1/pages/page1/incidents"); n != 1 {
		t.Errorf("asked %d times with a bad token", n)
	}
	s.rig.next = nil
	if _, err := s.store.Handle(bg, m.N, "ann", outbox.Step{Verb: outbox.DoRetry}); err != nil {
		t.Fatal(err)
	}
	s.drain()
	if got := s.left(); got != "" || len(s.rig.public) != 1 {
		t.Errorf("not sent:\n%s", got)
	}
}

// When the credentials are found to be good, what was held for them goes on, and
// what has become too old waits for a person.
func TestGoodCredentialsLetGo(t *testing.T) {
	for _, late := range []bool{false, true} {
		s := newStageOf(t, onlyStatuspage)
		s.rig.next = func(string, string) fault { return denied }
		s.do("", model.Declare{Title: "x", Severity: 1})
		if m := s.attempt(); m.State != outbox.Held {
			t.Fatal(m.State)
		}
		s.rig.next = nil
		if late {
			s.pass(time.Hour)
		}
		if err := s.store.Resume(bg, "statuspage"); err != nil {
			t.Fatal(err)
		}
		s.drain()
		if got := s.left(); (got != "") != late || (len(s.rig.public) == 0) != late {
			t.Errorf("late %v: %d published, not sent: %q", late, len(s.rig.public), got)
		}
	}
}

// Without the token here the message waits for a room that has it.
func TestAMissingSecretSaysWhereItIsLookedFor(t *testing.T) {
	s := newStageOf(t, onlySlack)
	have := s.worker.Secrets.Getenv
	s.worker.Secrets.Getenv = func(string) string { return "" }
	s.do("", model.Declare{Title: "x"})
	s.drain()
	if why := s.worker.Unable()["slack"]; !strings.Contains(why, "set WARROOM_SLACK_TOKEN or WARROOM_SLACK_TOKEN_FILE") {
		t.Errorf("%q", why)
	}
	if rows := s.live(); len(rows) != 2 || rows[0].State != outbox.Queued || rows[0].Attempts != 0 {
		t.Errorf("%+v", rows)
	}
	s.worker.Secrets.Getenv = have
	s.pass(2 * time.Minute)
	s.drain()
	if got := s.left(); got != "" {
		t.Errorf("not sent:\n%s", got)
	}
}

// Credentials that were pasted into the room leave it nowhere, and ours are in
// no file, text or reason, whatever the vendors answer.
func TestCanaries(t *testing.T) {
	aws := "AKI" + "ACANARYCANARYCANA"
	s := newStage(t)
	var log strings.Builder
	s.worker.Logf = func(f string, v ...any) { fmt.Fprintf(&log, f+"\n", v...) }
	n := 0
	s.rig.next = func(string, string) fault {
		if n++; n > 60 {
			return fine
		}
		return []fault{fine, denied, brokenLate, unavailable, fine}[n%5]
	}
	id := s.do("", model.Declare{Title: "key " + aws, Description: "postgres://app:CANARYpw@db/x and password=CANARYhunter2", Severity: 1})
	s.do(id, model.AddNote{Kind: model.KindUpdate, Text: "the token is " + aws})
	for range 40 {
		s.drain()
		for _, m := range s.live() {
			if m.State.Asks() {
				_, _ = s.store.Handle(bg, m.N, "ann", outbox.Step{Verb: outbox.DoRetry})
			}
		}
		s.pass(time.Minute)
		if len(s.live()) == 0 {
			break
		}
	}
	if got := s.left(); got != "" {
		t.Errorf("not sent:\n%s", got)
	}
	ours := []string{}
	for _, v := range canaries {
		ours = append(ours, v)
	}
	for _, b := range s.rig.bodies {
		for _, bad := range []string{aws, "CANARYpw", "CANARYhunter2"} {
			if strings.Contains(b, bad) {
				t.Errorf("%s left the room: %s", bad, b)
			}
		}
	}
	all, err := s.store.Outbox(bg, storage.OutboxFilter{All: true})
	if err != nil {
		t.Fatal(err)
	}
	text := log.String() + s.timeline(id) + fmt.Sprintf("%+v %#v %v", all, s.worker, s.worker)
	dir := filepath.Dir(s.store.Path())
	s.store.Close()
	files, err := os.ReadDir(dir)
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, f := range files {
		if b, err := os.ReadFile(filepath.Join(dir, f.Name())); err == nil {
			text += string(b)
		}
	}
	for _, c := range ours {
		if strings.Contains(text, c) {
			t.Errorf("%s is in a log, the record or a reason", c[:12])
		}
	}
}
