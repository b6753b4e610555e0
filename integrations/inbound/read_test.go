package inbound

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"warroom/model"
	"warroom/model/alert"
)

var now = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func fixture(tb testing.TB, name string) []byte {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// One payload of each format, recognised by itself.
func TestFormats(t *testing.T) {
	began := time.Date(2026, 11, 23, 2, 15, 34, 0, time.UTC)
	for _, c := range []struct {
		name    string
		n       int
		want    alert.Alert // of the first; only the fields set are compared
		metrics int
	}{
		{"alertmanager", 2, alert.Alert{ID: "127f9d5e2d56c414@2026-11-23T02:15:34.086517738Z", Source: "alertmanager", Title: "Checkout 5xx rate above 5%", Service: "checkout", Severity: 1, Status: alert.Firing, Rule: "HighErrorRate", Timestamp: began.Add(86 * time.Millisecond), RunbookURL: "https://runbooks.example.com/5xx"}, 1},
		{"grafana", 1, alert.Alert{ID: "57c6d9296de2ad39@2026-11-23T02:15:34Z", Source: "grafana", Title: "Memory above 90 %", Service: "Payments", Severity: 3, Status: alert.Firing, Rule: "High memory", Timestamp: began, Dashboard: "https://grafana.example.com/d/1?viewPanel=2"}, 3},
		{"pagerduty", 1, alert.Alert{ID: "PGR0VU2", Source: "pagerduty", Title: "A little bump in the road", Service: "API Service", Severity: 1, Status: alert.Acknowledged, Timestamp: time.Date(2026, 10, 2, 18, 40, 0, 0, time.UTC), URL: "https://acme.pagerduty.com/incidents/PGR0VU2", Fingerprint: "d3640fbd41094207a1c11e58e46b1662"}, 0},
		{"opsgenie", 1, alert.Alert{ID: "052652ac-5d1c-464a-812a-7dd18bbfba8c", Source: "opsgenie", Title: "Replica lag on orders-db", Service: "orders-db", Severity: 2, Status: alert.Firing, Fingerprint: "lag-orders-db", RunbookURL: "https://runbooks.example.com/lag"}, 1},
		{"datadog", 1, alert.Alert{ID: "8123456789", Source: "datadog", Title: "[Triggered] Error rate on checkout", Service: "checkout", Severity: 1, Status: alert.Firing, Fingerprint: "ff00aa", Rule: "Error rate on checkout", RunbookURL: "https://runbooks.example.com/5xx"}, 3},
		{"cloudwatch", 1, alert.Alert{Source: "cloudwatch", Title: "orders-cpu-critical", Service: "orders", Severity: 1, Status: alert.Firing, Rule: "orders-cpu-critical", Timestamp: began.Add(123 * time.Millisecond), RunbookURL: "https://runbooks.example.com/cpu"}, 2},
		{"sentry", 1, alert.Alert{ID: "4", Source: "sentry", Title: "Critical: Too many errors", Service: "checkout", Severity: 1, Status: alert.Firing, Rule: "Too many errors", Timestamp: began, URL: "https://sentry.example.com/alerts/4"}, 0},
		{"kuma", 1, alert.Alert{ID: "monitor/3@2026-11-23T02:15:34.512Z", Source: "kuma", Title: "shop is down", Service: "shop", Status: alert.Firing, Timestamp: began.Add(512 * time.Millisecond), URL: "https://shop.example.com"}, 1},
		{"cloudevents", 1, alert.Alert{ID: "/probes/eu#A234-1234-1234", Source: "cloudevents", Title: "Login probe fails", Service: "login", Severity: 2, Status: alert.Firing, Rule: "com.example.probe.failed", Timestamp: began}, 1},
		{"generic", 2, alert.Alert{ID: "a1", Source: "generic", Title: "Checkout returns 503", Service: "checkout", Severity: 1, Status: alert.Firing, Timestamp: began, RunbookURL: "https://runbooks.example.com/5xx"}, 3},
	} {
		r, err := Read(fixture(t, c.name), nil, now)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if len(r.Alerts) != c.n || len(r.Aside) != 0 {
			t.Errorf("%s: %d alerts and %d aside, want %d", c.name, len(r.Alerts), len(r.Aside), c.n)
			continue
		}
		a, w := r.Alerts[0], c.want
		for _, f := range []struct {
			name      string
			got, want any
			zero      bool
		}{
			{"id", a.ID, w.ID, w.ID == ""}, {"source", a.Source, w.Source, false}, {"title", a.Title, w.Title, false}, {"service", a.Service, w.Service, false},
			{"severity", a.Severity, w.Severity, false}, {"status", a.Status, w.Status, false}, {"rule", a.Rule, w.Rule, w.Rule == ""},
			{"timestamp", a.Timestamp, w.Timestamp, w.Timestamp.IsZero()}, {"runbook", a.RunbookURL, w.RunbookURL, w.RunbookURL == ""},
			{"url", a.URL, w.URL, w.URL == ""}, {"dashboard", a.Dashboard, w.Dashboard, w.Dashboard == ""}, {"fingerprint", a.Fingerprint, w.Fingerprint, w.Fingerprint == ""},
			{"metrics", len(a.Metrics), c.metrics, false},
		} {
			if !f.zero && f.got != f.want {
				t.Errorf("%s: %s is %v, want %v", c.name, f.name, f.got, f.want)
			}
		}
		again, err := Read(fixture(t, c.name), nil, now.Add(time.Hour))
		if err != nil || again.Alerts[0].Key() != a.Key() {
			t.Errorf("%s: a retry has another key", c.name)
		}
	}
}

// The alert's own status counts, not its group's.
func TestPartialResolve(t *testing.T) {
	r, err := Read(fixture(t, "alertmanager"), nil, now)
	if err != nil || r.Alerts[0].Status != alert.Firing || !r.Alerts[0].Ended.IsZero() || r.Alerts[1].Status != alert.Resolved || r.Alerts[1].Ended.Minute() != 20 {
		t.Errorf("%+v %v", r.Alerts, err)
	}
}

func TestResolvesAndOthers(t *testing.T) {
	edit := func(name string, pairs ...string) string {
		s := string(fixture(t, name))
		for i := 0; i < len(pairs); i += 2 {
			if !strings.Contains(s, pairs[i]) {
				t.Fatalf("%s: no %q", name, pairs[i])
			}
			s = strings.ReplaceAll(s, pairs[i], pairs[i+1])
		}
		return s
	}
	for _, c := range []struct{ name, body, want string }{
		{"pagerduty resolved", edit("pagerduty", "incident.acknowledged", "incident.resolved"), "resolved"},
		{"pagerduty triggered", edit("pagerduty", "incident.acknowledged", "incident.triggered"), "firing"},
		{"pagerduty of a service", edit("pagerduty", "incident.acknowledged", "service.updated"), "note"},
		{"pagerduty annotated", edit("pagerduty", "incident.acknowledged", "incident.annotated"), "acknowledged"},
		{"opsgenie closed", edit("opsgenie", `"Create"`, `"Close"`), "resolved"},
		{"opsgenie acknowledged", edit("opsgenie", `"Create"`, `"Acknowledge"`), "acknowledged"},
		{"datadog recovered", edit("datadog", `"alert_transition":"Triggered"`, `"alert_transition":"Recovered"`), "resolved"},
		{"cloudwatch ok", edit("cloudwatch", `\"NewStateValue\":\"ALARM\"`, `\"NewStateValue\":\"OK\"`), "resolved"},
		{"sentry resolved", edit("sentry", `"critical"`, `"resolved"`), "resolved"},
		{"kuma up", edit("kuma", `"status":0`, `"status":1`), "resolved"},
		{"kuma test", `{"heartbeat":null,"monitor":null,"msg":"test"}`, "note"},
		{"sns subscription", `{"Type":"SubscriptionConfirmation","MessageId":"1","TopicArn":"arn:x","Token":"t","SubscribeURL":"https://x"}`, "note aside"},
		{"sns plain text", `{"Type":"Notification","MessageId":"1","TopicArn":"arn:x","Subject":"disk","Message":"disk is full"}`, "firing"},
		{"cloudevent in base64", `{"specversion":"1.0","id":"1","source":"s","type":"t","data_base64":"eyJ0aXRsZSI6IngiLCJzdGF0dXMiOiJvayJ9"}`, "resolved"},
		{"no alerts", `{"receiver":"r","status":"firing","alerts":[],"groupKey":"k"}`, "note"},
		{"lines", "{\"title\":\"a\"}\n{\"title\":\"b\",\n\n{\"title\":\"c\",\"status\":\"resolved\"}\n", "firing aside"},
		{"a document cut in lines", "{\n\"title\":\"a\",\n\"x\":[\n{}\n", "?"},
		{"two lines, one broken", "{\"title\":\"a\"}\n{\"title\":}\n", "firing aside"},
		{"a capture", `{"requests":[{"headers":{},"body":{"title":"x"}},{"body":5}]}`, "firing aside"},
	} {
		r, err := Read([]byte(c.body), nil, now)
		if c.want == "?" {
			if err == nil {
				t.Errorf("%s: a broken document was read", c.name)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got := ""
		if len(r.Alerts) > 0 {
			got = string(r.Alerts[0].Status)
		} else if r.Note != "" {
			got = "note"
		}
		if len(r.Aside) > 0 {
			got += " aside"
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s (%+v)", c.name, got, c.want, r)
		}
	}
	h := http.Header{}
	for k, v := range map[string]string{"Ce-Specversion": "1.0", "Ce-Id": "7", "Ce-Source": "/x", "Ce-Type": "t", "Ce-Time": "2026-11-23T02:15:34Z"} {
		h.Set(k, v)
	}
	if r, err := Read([]byte(`{"severity":2}`), h, now); err != nil || r.Alerts[0].ID != "/x#7" || r.Alerts[0].Title != "t" || r.Alerts[0].Severity != 2 {
		t.Errorf("binary CloudEvent: %+v %v", r, err)
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"empty", " \n", "empty"}, {"not JSON", "hello", "no JSON"}, {"cut off", `{"title":"x"`, "ends too early"},
		{"NaN", `{"title":"x","metrics":{"a":NaN}}`, "no JSON"}, {"two documents", `{"title":"x"} {"title":"y"}`, "after the JSON"},
		{"a key twice", `{"title":"x","title":"y"}`, "given twice"}, {"depth", strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000), "nested more than 32"},
		{"depth in objects", strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000), "nested more than 32"},
		{"a number", "5", "an object or a list"}, {"nothing we know", `{"foo":"bar"}`, "no payload we know"},
		{"too many", `{"groupKey":"k","alerts":[` + strings.Repeat(`{},`, MaxAlerts) + `{}]}`, "10001 alerts in one payload"},
		{"too many in a list", `[` + strings.Repeat(`{"title":"x"},`, MaxAlerts) + `{}]`, "10001 alerts in one payload"},
		{"title is a list", `{"title":["x"],"message":"m"}`, "title is a list"}, {"labels are a text", `{"title":"x","labels":"y"}`, "labels is a text"},
		{"metrics are a list", `{"title":"x","metrics":[1]}`, "metrics is a list"}, {"severity is an object", `{"title":"x","severity":{}}`, "severity is an object"},
		{"a time that is none", `{"title":"x","timestamp":"yesterday"}`, "is no time"}, {"a wrong state", strings.ReplaceAll(string(fixture(t, "cloudwatch")), `\"ALARM\"`, `\"ODD\"`), "none of ALARM"},
	} {
		_, err := Read([]byte(c.body), nil, now)
		if err == nil || model.CodeOf(err) != model.Invalid || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	// One bad alert does not take the others with it.
	r, err := Read([]byte(`{"groupKey":"k","alerts":[{"labels":[1],"status":"firing"},{"labels":{"alertname":"A"},"status":"firing","startsAt":"2026-11-23T02:15:34Z"},7]}`), nil, now)
	if err != nil || len(r.Alerts) != 1 || len(r.Aside) != 2 || !strings.Contains(r.Aside[0].Reason, "labels is a list") {
		t.Errorf("%+v %v", r, err)
	}
	long := fmt.Sprintf(`{"title":"x","metrics":{"a":1e999,"b":"%s"}}`, strings.Repeat("9", 5000))
	if r, err := Read([]byte(long), nil, now); err != nil || len(r.Alerts[0].Metrics) != 2 {
		t.Errorf("a number that is too large: %+v %v", r, err)
	}
}

// Whatever comes, reading it takes memory in proportion to it.
func TestMemoryIsBounded(t *testing.T) {
	for name, body := range map[string]string{
		"depth":  strings.Repeat("[", MaxBody/2) + strings.Repeat("]", MaxBody/2),
		"commas": "[" + strings.Repeat("0,", MaxBody/2-2) + "0]",
		"keys":   `{"title":"x","labels":{` + manyKeys(60_000) + `}}`,
		"lines":  strings.Repeat("{}\n", MaxBody/3),
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		_, _ = Read([]byte(body), nil, now)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 600<<20 {
			t.Errorf("%s: %d MB were allocated for %d bytes", name, used>>20, len(body))
		}
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"k%d":"v"`, i)
	}
	return b.String()
}

func TestMoment(t *testing.T) {
	want := time.Date(2026, 11, 23, 2, 15, 34, 0, time.UTC)
	for _, s := range []any{"2026-11-23T02:15:34Z", "2026-11-23T03:15:34+01:00", "2026-11-23T02:15:34.000+0000", "2026-11-23 02:15:34", "1795400134", "1795400134000", "1795400134000000000", "1795400134.0"} {
		if got := moment(s); !got.Equal(want) {
			t.Errorf("%v is %v", s, got)
		}
	}
	for _, s := range []any{"0001-01-01T00:00:00Z", "", "soon", "-5", nil, "NaN", "1e40"} {
		if got := moment(s); !got.IsZero() {
			t.Errorf("%v is %v, want no time", s, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, n := range []string{"alertmanager", "grafana", "pagerduty", "opsgenie", "datadog", "cloudwatch", "sentry", "kuma", "cloudevents", "generic"} {
		f.Add(fixture(f, n))
	}
	f.Add([]byte("{\"title\":\"a\"}\n{\"title\":\"b\"}"))
	f.Add([]byte(`{"Type":"","MessageId":"","TopicArn":"","Message":"\b"}`))
	f.Add([]byte(`{"alerts":{},"event":[1],"data":"x","alert":[],"monitor":7,"heartbeat":[],"Message":"{}","commonLabels":[{}],"details":[[]]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if top, err := decode(body); err == nil { // each reader, whatever the payload looks like
			if o, ok := top.(object); ok {
				for _, x := range formats {
					r := Reading{Format: x.name, most: MaxAlerts}
					if err := x.read(&r, o, http.Header{}); err == nil {
						if _, err := r.tidy(now); err != nil {
							t.Fatalf("%s: %v", x.name, err)
						}
					} else if model.CodeOf(err) != model.Invalid {
						t.Fatalf("%s: %v", x.name, err)
					}
				}
			}
		}
		r, err := Read(body, http.Header{}, now)
		if err != nil {
			if model.CodeOf(err) != model.Invalid || model.Message(err) == "" {
				t.Fatalf("%v", err)
			}
			return
		}
		for _, a := range r.Alerts {
			if a.ID == "" || a.Source == "" || a.Fingerprint == "" || a.Status == "" || len([]rune(a.Title)) > model.MaxTitle || len(a.Labels) > alert.MaxLabels || len(a.Metrics) > alert.MaxMetrics || a.Timestamp.After(now.Add(10*time.Minute)) {
				t.Fatalf("%+v", a)
			}
			b := a
			if b.Tidy(now); fmt.Sprint(b) != fmt.Sprint(a) {
				t.Fatalf("tidy again changes\n%+v\n%+v", a, b)
			}
		}
	})
}
