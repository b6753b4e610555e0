package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A real Alertmanager tells a real warroom, which is killed in between, while
// somebody looks at the screen.
func TestAlertmanager(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a real Alertmanager several seconds to group, to wait and to repeat")
	}
	am, err := exec.LookPath("prometheus-alertmanager")
	if err != nil {
		if os.Getenv("WARROOM_CI") == "1" {
			t.Fatal("prometheus-alertmanager is missing, and WARROOM_CI asks for every test")
		}
		t.Skip("prometheus-alertmanager is not installed: alerts are not received from a real one")
	}
	h := enter(t)
	h.env = append(h.env, "AM_SECRET=a-secret-of-alertmanager")
	ana := h.sit("ana")
	ana.waits("the list", has("Incidents"))
	ana.keys("4")
	ana.waits("an empty inbox", has("Nothing fires"))

	addr := freeAddr(t)
	listen := h.listen(addr)
	base := h.alertmanager(am, addr)
	start := time.Now().UTC().Add(-2 * time.Minute).Truncate(time.Second)
	tell := func(instance int, ended bool) {
		t.Helper()
		a := map[string]any{
			"labels":      map[string]string{"alertname": "HighErrorRate", "service": "checkout", "severity": "critical", "instance": fmt.Sprint("checkout-", instance)},
			"annotations": map[string]string{"summary": "Checkout 5xx above 5 %", "description": "5xx is 12.3 % on checkout, the limit is 5 % for five minutes", "runbook_url": "https://runbooks.example.com/5xx"},
			"startsAt":    start,
		}
		if ended {
			a["endsAt"] = time.Now().UTC().Add(-time.Second)
		}
		body, err := json.Marshal([]any{a})
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.Post(base+"/api/v2/alerts", "application/json", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Fatalf("alertmanager answers %s", resp.Status)
		}
	}

	// A group of three: one line, seen live.
	for i := range 3 {
		tell(i, false)
	}
	h.inbox("three fire", 1, 3, 0)
	ana.waits("the line", has("3 × HighErrorRate"))

	// Killed without a word. Meanwhile one of them ends: Alertmanager cannot tell,
	// tries again, and tells of a group that still fires as a whole.
	kill(listen)
	tell(1, true)
	time.Sleep(1500 * time.Millisecond) // so that it has failed at least once
	listen = h.listen(addr)
	h.inbox("one has ended", 1, 2, 1)
	ana.waits("two of three", has("2 of 3 fire"))

	// The same again, told anew; and a kill while everything ends.
	tell(0, false)
	tell(2, false)
	kill(listen)
	tell(0, true)
	tell(2, true)
	listen = h.listen(addr)
	h.inbox("all have ended", 1, 0, 3)
	ana.waits("quiet", has("Nothing fires"))
	seen := map[string]bool{}
	for _, i := range h.alerts(1) {
		if seen[i.Fingerprint] {
			t.Errorf("%s is there twice", i.Fingerprint)
		}
		seen[i.Fingerprint] = true
	}
	if len(seen) != 3 {
		t.Errorf("%d alerts, want 3", len(seen))
	}
	kill(listen)
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// kill ends a program as a power cut would.
func kill(c *exec.Cmd) {
	_ = c.Process.Kill()
	_ = c.Wait()
}

// listen starts to receive and waits until it does.
func (h *house) listen(addr string) *exec.Cmd {
	h.t.Helper()
	c := exec.Command(h.bin, "listen", "--addr", addr, "--source", "alertmanager=env:AM_SECRET")
	c.Env = h.env
	c.Stderr = &bytes.Buffer{}
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { kill(c) })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.Contains(line, "alerts go to http://"+addr+"/alerts/alertmanager") {
		h.t.Fatalf("listen says %q, %v\n%s", line, err, c.Stderr)
	}
	return c
}

// alertmanager starts one that tells addr, and returns its address.
func (h *house) alertmanager(bin, addr string) string {
	h.t.Helper()
	dir := h.t.TempDir()
	conf := filepath.Join(dir, "alertmanager.yml")
	err := os.WriteFile(conf, fmt.Appendf(nil, `route:
  receiver: warroom
  group_by: [alertname]
  group_wait: 200ms
  group_interval: 1s
  repeat_interval: 1h
receivers:
- name: warroom
  webhook_configs:
  - url: http://%s/alerts/alertmanager
    send_resolved: true
    max_alerts: 500
    http_config: {authorization: {credentials: a-secret-of-alertmanager}}
`, addr), 0o600)
	if err != nil {
		h.t.Fatal(err)
	}
	web := freeAddr(h.t)
	c := exec.Command(bin, "--config.file="+conf, "--storage.path="+filepath.Join(dir, "data"), "--web.listen-address="+web, "--cluster.listen-address=")
	var said bytes.Buffer
	c.Stderr = &said
	if err := c.Start(); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() {
		kill(c)
		if h.t.Failed() {
			h.t.Logf("alertmanager: %s", said.Bytes())
		}
	})
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		resp, err := http.Get("http://" + web + "/-/ready")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return "http://" + web
			}
		}
		if time.Now().After(end) {
			h.t.Fatalf("alertmanager is not ready: %v\n%s", err, said.Bytes())
		}
	}
}

type inboxAlert struct {
	Fingerprint string
	State       string
}

// alerts reads the alerts of a line of the inbox.
func (h *house) alerts(line int) []inboxAlert {
	h.t.Helper()
	var g struct{ Alerts []inboxAlert }
	if out := h.run("script", "alert", "show", fmt.Sprint(line), "--json"); json.Unmarshal([]byte(out), &g) != nil {
		h.t.Fatalf("alert show: %s", out)
	}
	return g.Alerts
}

// inbox waits until the inbox is as told: so many lines, alerts that fire and
// alerts that have ended.
func (h *house) inbox(what string, lines, fire, ended int) {
	h.t.Helper()
	got := ""
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		got = h.run("script", "alert", "list", "--all", "--json")
		var list []struct{ Total, Firing int }
		if err := json.Unmarshal([]byte(got), &list); err != nil {
			h.t.Fatalf("alert list: %v in %s", err, got)
		}
		f, n := 0, 0
		for _, g := range list {
			f, n = f+g.Firing, n+g.Total
		}
		if len(list) == lines && f == fire && n-f == ended {
			return
		}
	}
	h.t.Fatalf("%s: want %d lines, %d firing, %d ended; the inbox is %s", what, lines, fire, ended, got)
}
