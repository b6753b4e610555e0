package outbound_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"warroom/integrations/outbound"
	"warroom/model"
	"warroom/model/outbox"
)

// A whole incident, with foreign text that is as bad as it can be, through all
// vendors: every request keeps to its contract, and everything ends as the
// incident does.
func TestAWholeIncident(t *testing.T) {
	s := newStage(t)
	id := s.do("", model.Declare{Title: "Checkout <!channel> returns 503 & more", Description: "h{color:red} *bold* <@U123>\n@everyone\n\n\x1b[31m", Severity: 2, Services: []string{"Checkout"}})
	s.drain()
	s.do(id, model.AssignRole{Role: model.Commander, Person: "bob"})
	s.do(id, model.AssignRole{Role: model.Role("technical_lead"), Person: "eve"})
	s.do(id, model.SetStatus{To: model.Investigating})
	s.do(id, model.AddNote{Text: "customers <!here> see errors <https://evil.example|click>", Important: true})
	s.do(id, model.AddNote{Kind: model.KindUpdate, Text: "we are on it"})
	s.drain()
	s.do(id, model.SetSeverity{To: 1})
	s.do(id, model.SetStatus{To: model.Mitigated})
	s.drain()

	g := s.rig
	g.mu.Lock()
	if len(g.channels) != 1 || len(g.issues) != 1 || len(g.public) != 1 || g.paged[strings.ToLower("warroom:"+id)] != 1 {
		t.Fatalf("%d channels, %d tickets, %d public incidents, paged %v", len(g.channels), len(g.issues), len(g.public), g.paged)
	}
	var ch *room
	for _, c := range g.channels {
		ch = c
	}
	if ch.name != "incident-"+strings.ToLower(id) || len(ch.pins) != 1 || !ch.members["U0BOB"] || !ch.members["U0EVE"] || !strings.Contains(ch.topic, "SEV-1 · mitigated · IC bob") {
		t.Errorf("channel %+v", ch)
	}
	for _, m := range ch.messages {
		if strings.Contains(m.text, "<!") || strings.Contains(m.text, "<@") || strings.Contains(m.text, "|click>") {
			t.Errorf("a mention bomb went off: %q", m.text)
		}
	}
	if !strings.Contains(ch.messages[0].text, "https://stspg.example/") || !strings.Contains(ch.messages[0].text, "OPS-") {
		t.Errorf("the pinned message lacks the links: %q", ch.messages[0].text)
	}
	for _, i := range g.public {
		if i["impact_override"] != "critical" || i["status"] != "monitoring" || fmt.Sprint(i["components"]) != "map[cmp1:major_outage]" {
			t.Errorf("public %v", i)
		}
	}
	for _, i := range g.issues {
		if len(i.links) < 2 || len(i.comments) == 0 {
			t.Errorf("ticket %+v", i)
		}
	}
	g.mu.Unlock()

	s.do(id, model.SetStatus{To: model.Resolved})
	s.drain()
	s.do(id, model.SetStatus{To: model.Closed})
	s.drain()
	if got := s.left(); got != "" {
		t.Errorf("not sent:\n%s", got)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, i := range g.issues {
		if i.status != "Done" {
			t.Errorf("the ticket is %s", i.status)
		}
	}
	for _, i := range g.public {
		if i["status"] != "resolved" || fmt.Sprint(i["components"]) != "map[cmp1:operational]" {
			t.Errorf("public %v", i)
		}
	}
	if len(g.pages) != 0 {
		t.Errorf("still paging: %v", g.pages)
	}
	inc, err := s.store.Incident(bg, id)
	if err != nil || len(inc.Outlets) != 4 {
		t.Fatalf("%+v %v", inc.Outlets, err)
	}
	for _, o := range inc.Outlets {
		if o.Closed.IsZero() {
			t.Errorf("%s was not closed", o.Target)
		}
	}
}

// The REST side of PagerDuty: one incident although asked twice, notes, people,
// acknowledged and resolved.
func TestPagerDutyByREST(t *testing.T) {
	s := newStageOf(t, func(g *rig) string {
		return fmt.Sprintf("targets:\n  pagerduty: {url: %q, events_url: %q, service: PSVC, user: ann@example.com, people: {bob: PBOB}}\nrules: [{to: pagerduty, on: [declared, acknowledged, role, important, resolved]}]\n", g.srv.URL+"/pagerduty", g.srv.URL+"/pagerduty")
	})
	g := s.rig
	first := true
	g.next = func(_, call string) fault {
		if call == "POST incidents" && first {
			first = false
			return brokenLate
		}
		return fine
	}
	id := s.do("", model.Declare{Title: "x", Severity: 1})
	s.drain()
	s.do(id, model.AssignRole{Role: model.Commander, Person: "bob"})
	s.do(id, model.SetStatus{To: model.Investigating})
	s.do(id, model.AddNote{Text: "important", Important: true})
	s.drain()
	s.do(id, model.SetStatus{To: model.Resolved})
	s.drain()
	if got := s.left(); got != "" {
		t.Errorf("not sent:\n%s", got)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.incs) != 1 || g.calls["pagerduty POST incidents"] != 2 {
		t.Fatalf("%d incidents by %d calls", len(g.incs), g.calls["pagerduty POST incidents"])
	}
	for _, i := range g.incs {
		if i["status"] != "resolved" || len(i["notes"].([]any)) != 1 {
			t.Errorf("%v", i)
		}
	}
}

func TestPlainTargets(t *testing.T) {
	s := newStageOf(t, func(g *rig) string {
		return fmt.Sprintf("targets:\n  hook: {vendor: webhook, url: %q}\n  ntfy: {url: %q, topic: ops}\n", g.srv.URL+"/hook/x", g.srv.URL+"/ntfy")
	})
	g := s.rig
	broken := 0
	g.next = func(vendor, _ string) fault {
		if vendor == "hook" && broken < 2 {
			broken++
			return brokenLate
		}
		return fine
	}
	id := s.do("", model.Declare{Title: "x", Severity: 1})
	s.drain()
	if got := s.left(); got != "" {
		t.Errorf("not sent:\n%s", got)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.hooks) != 1 {
		t.Errorf("ids of the webhook: %v", g.hooks)
	}
	for _, b := range g.bodies {
		if _, body, _ := strings.Cut(b, " {"); strings.HasPrefix(b, "hook") && !strings.Contains(body, id) {
			t.Errorf("the webhook got %s", b)
		}
	}
}

func TestChecksAndLooks(t *testing.T) {
	s := newStage(t)
	id := s.do("", model.Declare{Title: "x", Severity: 1})
	s.drain()
	inc, err := s.store.Incident(bg, id)
	if err != nil {
		t.Fatal(err)
	}
	o := outbound.Options{Secrets: secrets()}
	for _, name := range s.conf.Names() {
		v, err := outbound.New(bg, name, s.conf.Targets[name], o)
		if err != nil {
			t.Fatal(err)
		}
		who := v.Check(bg)
		if !who.OK {
			t.Errorf("%s: %s", name, who.Detail)
		}
		missing := map[string]string{"slack": "channels:history pins:write users:read.email", "jira": "TRANSITION_ISSUES LINK_ISSUES", "statuspage": "component cmp1 of checkout: the page has none with this id"}[name]
		if got := strings.Join(who.Missing, " "); got != missing {
			t.Errorf("%s misses %q, want %q", name, got, missing)
		}
		if b, _ := json.Marshal(who); strings.Contains(string(b), "CANARY") {
			t.Errorf("%s tells its secret: %s", name, b)
		}
	}
	s.rig.mu.Lock()
	for _, i := range s.rig.public {
		i["status"] = "resolved"
	}
	s.rig.mu.Unlock()
	for _, out := range inc.Outlets {
		v, err := outbound.New(bg, out.Target, s.conf.Targets[out.Target], o)
		if err != nil {
			t.Fatal(err)
		}
		d := outbox.Compare(inc, out, v.Look(bg, out))
		want := map[string]string{
			"slack": "agrees: open", "jira": "agrees: To Do", "statuspage": "differs: it is resolved there, here it should be investigating",
			"pagerduty": "not known: events can be sent but not read; give the target a service and a token",
		}[out.Target]
		if d.Say() != want {
			t.Errorf("%s: %q, want %q", out.Target, d.Say(), want)
		}
	}
}

// A channel of somebody else has the name already.
func TestATakenNameIsNotOurs(t *testing.T) {
	s := newStage(t)
	s.rig.next = func(vendor, call string) fault { // before anything: it was there
		if call == "POST conversations.create" && len(s.rig.channels) == 0 {
			list := s.live()
			s.rig.channels["CX"] = &room{id: "CX", name: "incident-" + strings.ToLower(list[0].Incident), purpose: "lunch", pins: map[string]bool{}, members: map[string]bool{}}
		}
		return fine
	}
	id := s.do("", model.Declare{Title: "x"})
	s.drain()
	inc, err := s.store.Incident(bg, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range inc.Outlets {
		if o.Vendor == "slack" && (o.ID == "CX" || !strings.HasSuffix(o.Key, "-2")) {
			t.Errorf("%+v", o)
		}
	}
	if got := s.left(); got != "" {
		t.Errorf("not sent:\n%s", got)
	}
}
