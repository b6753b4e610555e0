package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// From the page to the first message, by keys alone: the four questions, the
// declaration, the roles that the severity asks for, the first words to customers
// within their clock, a higher severity, and the clocks that follow.
func TestTriageWalk(t *testing.T) {
	h := enter(t)
	page := filepath.Join(t.TempDir(), "page.json")
	alert := `{"id":"p1","title":"checkout answers 503 to one in five","service":"checkout","severity":"critical","status":"firing"}`
	if err := os.WriteFile(page, []byte(alert), 0o600); err != nil {
		t.Fatal(err)
	}
	h.run("pager", "alert", "ingest", page)
	// The team tells executives sooner in the worst case than the built-in doctrine.
	doctrine := filepath.Join(filepath.Dir(h.db), "config", "warroom", "triage.yaml")
	if err := os.MkdirAll(filepath.Dir(doctrine), 0o700); err != nil {
		t.Fatal(err)
	}
	own := "updates:\n  - {audience: customers, severities: [1, 2], first: 5, every: 20}\n  - {audience: executives, severities: [2], first: 30, every: 30}\n" +
		"  - {audience: executives, severities: [1], first: 10, every: 15}\n"
	if err := os.WriteFile(doctrine, []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	ana := &walker{seat: h.sit("ana"), size: "triage-120x40"}
	ana.resize(120, 40)
	ana.waits("the welcome", has("No incident yet"))
	ana.press("4")
	ana.sees("the page", "checkout answers 503")

	// Four questions, one key each; the second one is not sure.
	ana.press("2")
	ana.sees("before declaring", "How bad is it?", "Nothing is answered yet", "It is an incident if it")
	ana.press("2")
	ana.waits("the first answer", has("SEV-2", "because user impact: majority"))
	ana.press("n")
	ana.waits("the doubt", has("between which two?"))
	ana.press("3", "4")
	ana.press("5", "5")
	ana.sees("answered", "4 of 4 answered", "moderate loss or minor loss?", "SEV-2 requires")
	ana.press("Enter")
	ana.waits("the title", has("Declare SEV-2 major"))
	ana.types("Checkout answers 503")
	ana.press("Tab")
	ana.types("checkout")
	ana.sees("declaring", "Declare SEV-2 major", "checkout")
	ana.press("Enter")
	ana.sees("declared", "recorded", "incident commander", "vacant", "customer message", "in 04:")

	// The first message: nobody may approve it before somebody commands.
	ana.press("m")
	ana.waits("what is missing", has("still needs"))
	ana.types("errors when paying by card")
	ana.press("Tab")
	ana.types("https://status.example.com")
	ana.sees("asked for what is missing", "errors when paying by card")
	ana.press("Enter")
	ana.sees("drafted", "draft by ana", "nobody is either")
	ana.press("T")
	ana.waits("a commander", has("IC ana", "You may approve it"))
	ana.press("p")
	ana.sees("approved", "approved by ana")
	ana.press("s")
	ana.waits("the question", has("next update in"))
	ana.press("Enter")
	ana.sees("told", "told just now", "in 19:", "Executives   in 29:")

	// It is worse than it seemed.
	ana.press("2")
	ana.waits("the answers again", has("4 of 4 answered"))
	ana.press("Enter", "1")
	ana.sees("worse", "SEV-1", "it is SEV-2 now", "not recorded yet")
	ana.press("Enter")
	ana.sees("raised", "SEV-1 requires", "15 min", "scribe", "executives")
	ana.press("r")
	ana.waits("the vacant roles", has("Fill which?", "scribe"))
	ana.press("Escape")
	ana.waits("the roles are left", hasNot("Fill which?"))
	ana.press("5")
	ana.sees("the clocks follow", "Executives   in 09:")
	ana.press("1")
	ana.sees("the room", "vacant      for SEV-1", "customers told by hand")

	got := strings.Join(h.texts("INC-", "-n", "100"), "\n")
	for _, want := range []string{
		"ana declared declared SEV-2: Checkout answers 503",
		"ana assessed triage says SEV-2: user impact: majority, revenue impact: moderate loss (or minor loss)",
		"ana update_approved customer update 1 approved",
		"ana update_sent customers told by hand, next at",
		"ana severity_changed Severity changed from SEV-2 to SEV-1: user impact: all users (5 of 5)",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the record does not have %q:\n%s", want, got)
		}
	}
	var late struct {
		Audiences []struct {
			Audience    string
			LateMinutes int `json:"late_minutes"`
		}
	}
	if err := json.Unmarshal([]byte(h.run("script", "update", "--json")), &late); err != nil {
		t.Fatal(err)
	}
	for _, a := range late.Audiences {
		if a.LateMinutes != 0 {
			t.Errorf("%+v", a)
		}
	}
	t.Logf("%d keys and letters", ana.keys)
}
