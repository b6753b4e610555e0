package inbound

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"warroom/model"
	"warroom/model/alert"
)

// memory is an inbox that keeps what it is given.
type memory struct {
	mu      sync.Mutex
	alerts  []alert.Alert
	aside   []alert.Aside
	commits int
	fail    error
}

func (m *memory) Ingest(_ context.Context, l []alert.Alert) (alert.Intake, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return alert.Intake{}, m.fail
	}
	m.commits++
	m.alerts = append(m.alerts, l...)
	return alert.Intake{New: len(l)}, nil
}

func (m *memory) SetAside(_ context.Context, l []alert.Aside) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.aside = append(m.aside, l...)
	return m.fail
}

var local = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}

func serve(t *testing.T, m *memory, sources ...Source) *Server {
	t.Helper()
	s, err := NewServer(Options{Inbox: m, Sources: sources, Now: func() time.Time { return now }}, local)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.b.close)
	return s
}

func post(s http.Handler, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestAnswers(t *testing.T) {
	good := string(fixture(t, "alertmanager"))
	for _, c := range []struct {
		name, path, body string
		headers          []string
		code             int
		alerts, aside    int
		say              string
	}{
		{"accepted", "/alerts/am", good, nil, 202, 2, 0, `"accepted":2`},
		{"without a name", "/alerts", good, nil, 202, 2, 0, ""},
		{"nothing to do", "/alerts/am", `{"heartbeat":null,"monitor":null,"msg":"test"}`, nil, 202, 0, 0, "a test of Uptime Kuma"},
		{"another address", "/hook", good, nil, 404, 0, 0, ""},
		{"beside the address", "/alertsx", good, nil, 404, 0, 0, ""},
		{"no JSON", "/alerts", "hello", nil, 400, 0, 1, "kept aside"},
		{"empty", "/alerts", "", nil, 400, 0, 1, "empty"},
		{"NaN", "/alerts", `{"title":"x","metrics":{"a":NaN}}`, nil, 400, 0, 1, ""},
		{"depth", "/alerts", strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000), nil, 422, 0, 1, "nested"},
		{"unknown", "/alerts", `{"foo":1}`, nil, 422, 0, 1, "no payload we know"},
		{"wrong types", "/alerts", `{"title":["x"],"message":"m"}`, nil, 422, 0, 1, "title is a list"},
		{"10,001 alerts", "/alerts", `{"groupKey":"k","alerts":[` + strings.Repeat(`{},`, MaxAlerts) + `{}]}`, nil, 413, 0, 1, "10001 alerts"},
		{"a megabyte and one byte", "/alerts", `{"title":"` + strings.Repeat("x", MaxBody) + `"}`, nil, 413, 0, 1, "larger than"},
		{"a form", "/alerts", "a=b", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, 0, 0, ""},
		{"text of a browser", "/alerts", good, []string{"Content-Type", "text/plain"}, 415, 0, 0, ""},
		{"text of SNS", "/alerts", string(fixture(t, "cloudwatch")), []string{"Content-Type", "text/plain; charset=UTF-8", "X-Amz-Sns-Message-Type", "Notification"}, 202, 1, 0, ""},
		{"a browser", "/alerts", good, []string{"Origin", "https://evil.example.com"}, 403, 0, 0, ""},
		{"packed", "/alerts", good, []string{"Content-Encoding", "gzip"}, 415, 0, 0, ""},
		{"partly readable", "/alerts", `{"groupKey":"k","alerts":[{"labels":[1]},{"labels":{"alertname":"A"},"startsAt":"2026-11-23T02:15:34Z"}]}`, nil, 202, 1, 1, `"kept_aside":1`},
	} {
		m := &memory{}
		w := post(serve(t, m), c.path, c.body, c.headers...)
		if w.Code != c.code || len(m.alerts) != c.alerts || len(m.aside) != c.aside || !strings.Contains(w.Body.String(), c.say) {
			t.Errorf("%s: %d %s, %d alerts, %d aside; want %d %q %d %d", c.name, w.Code, w.Body, len(m.alerts), len(m.aside), c.code, c.say, c.alerts, c.aside)
		}
		if !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s: the answer is no JSON: %s", c.name, w.Body)
		}
	}
	// While the record is locked nothing is accepted, and the sender is to repeat.
	m := &memory{fail: model.Errorf(model.Busy, "locked")}
	if w := post(serve(t, m), "/alerts", good); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("busy: %d %s", w.Code, w.Body)
	}
	if w := post(serve(t, m), "/alerts", "hello"); w.Code != 503 {
		t.Errorf("unreadable and busy: %d %s", w.Code, w.Body)
	}
	s := serve(t, &memory{})
	r := httptest.NewRequest(http.MethodGet, "/alerts", nil)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != 405 || w.Header().Get("Allow") == "" {
		t.Errorf("GET: %d", w.Code)
	}
	r = httptest.NewRequest(http.MethodOptions, "/alerts", nil)
	r.Header.Set("WebHook-Request-Origin", "events.example.com")
	w = httptest.NewRecorder()
	if s.ServeHTTP(w, r); w.Code != 200 || w.Header().Get("WebHook-Allowed-Origin") != "events.example.com" {
		t.Errorf("CloudEvents' question: %d %v", w.Code, w.Header())
	}
}

func sign(secret, text string) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(text))
	return hex.EncodeToString(m.Sum(nil))
}

func TestSecrets(t *testing.T) {
	body := `{"title":"x"}`
	stamp := fmt.Sprint(now.Unix())
	old := fmt.Sprint(now.Add(-6 * time.Minute).Unix())
	src := Source{"pd", Auth{[][]byte{[]byte("new"), []byte("old")}}}
	for _, c := range []struct {
		name string
		path string
		h    []string
		ok   bool
	}{
		{"nothing", "", nil, false},
		{"bearer", "", []string{"Authorization", "Bearer new"}, true},
		{"the other secret", "", []string{"Authorization", "Bearer old"}, true},
		{"a wrong one", "", []string{"Authorization", "Bearer ne"}, false},
		{"empty", "", []string{"Authorization", "Bearer "}, false},
		{"basic", "", []string{"Authorization", "Basic dTpuZXc="}, true},
		{"header", "", []string{"X-Warroom-Token", "old"}, true},
		{"in the address", "?token=new", nil, true},
		{"PagerDuty", "", []string{"X-PagerDuty-Signature", "v1=" + sign("other", body) + ",v1=" + sign("old", body)}, true},
		{"PagerDuty, wrong", "", []string{"X-PagerDuty-Signature", "v1=" + sign("other", body)}, false},
		{"PagerDuty, another version", "", []string{"X-PagerDuty-Signature", "v0=" + sign("new", body)}, false},
		{"PagerDuty, of another body", "", []string{"X-PagerDuty-Signature", "v1=" + sign("new", body+" ")}, false},
		{"a wrong signature and a right token", "?token=new", []string{"X-PagerDuty-Signature", "v1=" + sign("other", body)}, false},
		{"Sentry", "", []string{"Sentry-Hook-Signature", sign("new", body)}, true},
		{"Sentry, cut", "", []string{"Sentry-Hook-Signature", sign("new", body)[:20]}, false},
		{"Grafana", "", []string{"X-Grafana-Alerting-Signature", sign("new", body)}, true},
		{"Grafana with time", "", []string{"X-Grafana-Alerting-Signature", sign("new", stamp+":"+body), "X-Grafana-Alerting-Timestamp", stamp}, true},
		{"Grafana, played again", "", []string{"X-Grafana-Alerting-Signature", sign("new", old+":"+body), "X-Grafana-Alerting-Timestamp", old}, false},
		{"Grafana, time not signed", "", []string{"X-Grafana-Alerting-Signature", sign("new", body), "X-Grafana-Alerting-Timestamp", stamp}, false},
		{"generic", "", []string{"X-Hub-Signature-256", "sha256=" + sign("new", body)}, true},
	} {
		m := &memory{}
		w := post(serve(t, m, src), "/alerts/pd"+c.path, body, c.h...)
		if want := map[bool]int{true: 202, false: 401}[c.ok]; w.Code != want || len(m.alerts) == 1 != c.ok {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
		}
		if !c.ok && (strings.Contains(w.Body.String(), "new") || len(m.aside) > 0) {
			t.Errorf("%s: tells too much or keeps what a stranger sent: %s", c.name, w.Body)
		}
	}
	s := serve(t, &memory{}, src)
	if w := post(s, "/alerts/other", body); w.Code != 404 {
		t.Errorf("another name: %d", w.Code)
	}
	if w := post(s, "/alerts", body, "Authorization", "Bearer new"); w.Code != 404 {
		t.Errorf("no name: %d", w.Code)
	}
}

func TestListensOnlyWithSecrets(t *testing.T) {
	open := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1}
	for _, c := range []struct {
		name    string
		addr    net.Addr
		sources []Source
		ok      bool
	}{
		{"loopback", local, nil, true}, {"loopback, IPv6", &net.TCPAddr{IP: net.IPv6loopback}, nil, true},
		{"open", open, nil, false}, {"everywhere", &net.TCPAddr{IP: net.IPv6zero}, nil, false},
		{"open, one without", open, []Source{{"a", Auth{[][]byte{{1}}}}, {"b", Auth{}}}, false},
		{"open, all with", open, []Source{{"a", Auth{[][]byte{{1}}}}}, true},
		{"a name twice", local, []Source{{"a", Auth{}}, {"a", Auth{}}}, false}, {"a name with a slash", local, []Source{{"a/b", Auth{}}}, false},
	} {
		s, err := NewServer(Options{Inbox: &memory{}, Sources: c.sources}, c.addr)
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
		if s != nil {
			s.b.close()
		}
	}
}

func TestTooMany(t *testing.T) {
	at := now
	s, err := NewServer(Options{Inbox: &memory{}, Rate: 1, Now: func() time.Time { return at }}, local)
	if err != nil {
		t.Fatal(err)
	}
	defer s.b.close()
	body := `{"title":"x"}`
	for range burst {
		if w := post(s, "/alerts/a", body); w.Code != 202 {
			t.Fatal(w.Code)
		}
	}
	if w := post(s, "/alerts/a", body); w.Code != 429 {
		t.Errorf("%d, want 429", w.Code)
	}
	if w := post(s, "/alerts/a", body, "User-Agent", "Alertmanager/0.25.0"); w.Code != 503 {
		t.Errorf("%d, want 503: Alertmanager does not repeat after 429", w.Code)
	}
	if w := post(s, "/alerts/b", body); w.Code != 202 {
		t.Errorf("another source suffers: %d", w.Code)
	}
	at = at.Add(time.Second)
	if w := post(s, "/alerts/a", body); w.Code != 202 {
		t.Errorf("%d after a pause", w.Code)
	}
}

// Requests at the same time share commits, and each is answered for its own.
func TestBatches(t *testing.T) {
	m := &memory{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewServer(Options{Inbox: m, Now: func() time.Time { return now }}, l.Addr())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	var wg sync.WaitGroup
	const n = 200
	for i := range n {
		wg.Go(func() {
			resp, err := http.Post("http://"+l.Addr().String()+"/alerts", "application/json", bytes.NewReader(fmt.Appendf(nil, `{"id":"%d","title":"x"}`, i)))
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			if resp.StatusCode != 202 {
				t.Errorf("%d", resp.StatusCode)
			}
		})
	}
	wg.Wait()
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	ids := map[string]bool{}
	for _, a := range m.alerts {
		ids[a.ID] = true
	}
	if len(ids) != n || len(m.alerts) != n || m.commits > n {
		t.Errorf("%d of %d, %d commits", len(ids), n, m.commits)
	}
	if !slices.Contains(Formats(), "pagerduty") {
		t.Error(Formats())
	}
}
