package outbound_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"warroom/model"
)

// The version of Prism that this was tried with.
const prismVersion = "5.14.2"

// prismPatience is how long Prism may take to start on a busy machine.
const prismPatience = 2 * time.Minute

// prism puts Stoplight's Prism in front of a vendor of the rig: it lets through
// what keeps to the vendor's description, and answers everything else itself, with
// an error. It gives Prism's address.
func prism(t *testing.T, bin, vendor, upstream string) string {
	t.Helper()
	doc := filepath.Join(t.TempDir(), vendor+".yaml")
	b, err := contracts.ReadFile("testdata/contract/" + vendor + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(doc, b, 0o600); err != nil {
		t.Fatal(err)
	}
	// Slack's description names one method for each call, and it takes two.
	if found, _ := filepath.Glob(filepath.Join(os.Getenv(publishedFolder), vendor+"-*")); os.Getenv(publishedFolder) != "" && vendor != "slack" && len(found) == 1 {
		doc = found[0]
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	_, port, _ := net.SplitHostPort(addr)
	ctx, cancel := context.WithCancel(bg)
	cmd := exec.CommandContext(ctx, bin, "proxy", "--errors", "--validate-request", "-h", "127.0.0.1", "-p", port, doc, upstream)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("Prism for %s (%s):\n%s", vendor, doc, out.String())
		}
	})
	t.Logf("%s by %s", vendor, filepath.Base(doc))
	return "http://" + addr
}

// listens waits until a server does.
func listens(t *testing.T, address string) {
	t.Helper()
	for end := time.Now().Add(prismPatience); ; time.Sleep(100 * time.Millisecond) {
		c, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
		if err == nil {
			c.Close()
			return
		}
		if time.Now().After(end) {
			t.Fatal("Prism does not start")
		}
	}
}

// A whole incident goes through Prism, which no one here wrote, to the rig.
func TestThroughPrism(t *testing.T) {
	how := "npm install -g @stoplight/prism-cli@" + prismVersion
	bin, err := exec.LookPath("prism")
	if err != nil {
		t.Skip("prism is not installed: " + how)
	}
	if v, err := exec.Command(bin, "--version").Output(); err != nil || strings.TrimSpace(string(v)) != prismVersion {
		t.Skipf("prism is %q, this was tried with %s: %s", strings.TrimSpace(string(v)), prismVersion, how)
	}
	at := map[string]string{}
	s := newStageOf(t, func(g *rig) string {
		for _, v := range []string{"pagerduty", "slack", "jira", "statuspage"} {
			at[v] = prism(t, bin, v, g.srv.URL+"/"+v)
		}
		for _, a := range at {
			listens(t, a)
		}
		return fmt.Sprintf(`
targets:
  pagerduty: {url: %q, events_url: %q}
  slack: {url: %q, people: {bob: U0BOB, eve: eve@example.com}}
  jira: {url: %q, user: ann@example.com, project: OPS}
  statuspage: {url: %q, page: page1, components: {checkout: cmp1}}
`, at["pagerduty"], at["pagerduty"], at["slack"]+"/", at["jira"], at["statuspage"])
	})
	// It does judge: a ticket of no fields, and an event of no severity.
	for where, body := range map[string]string{"jira": `{"fields":"none"}`, "pagerduty": `{"routing_key":"x"}`} {
		path := map[string]string{"jira": "/rest/api/3/issue", "pagerduty": "/v2/enqueue"}[where]
		resp, err := http.Post(at[where]+path, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode < 400 {
			t.Errorf("Prism lets nonsense through to %s: %s", where, resp.Status)
		}
	}
	id := s.do("", model.Declare{Title: "Checkout <!channel> returns 503", Severity: 1, Services: []string{"Checkout"}})
	s.do(id, model.AssignRole{Role: model.Commander, Person: "bob"})
	s.do(id, model.AssignRole{Role: model.Role("technical_lead"), Person: "eve"})
	s.do(id, model.AddNote{Text: "customers see errors", Important: true})
	s.drain()
	for _, st := range []model.Status{model.Investigating, model.Identified, model.Mitigated, model.Resolved, model.Closed} {
		s.do(id, model.SetStatus{To: st})
		s.drain()
	}
	if got := s.left(); got != "" {
		t.Fatalf("not sent:\n%s", got)
	}
	s.whole(1)
	n := 0
	for _, c := range s.rig.calls {
		n += c
	}
	t.Logf("%d requests passed Prism", n)
}
