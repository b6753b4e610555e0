package outbox

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"warroom/model"
)

const fourTargets = `
targets:
  pagerduty: {user: ann@example.com, service: PABC123}
  slack: {people: {bob: U123}}
  jira: {url: https://example.atlassian.net, user: ann@example.com, project: OPS}
  statuspage: {page: abcdefghijkl, components: {checkout: cmp1, search: cmp2}}
`

func config(t *testing.T, yaml string) Config {
	t.Helper()
	c, err := ParseConfig("outbound.yaml", []byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// story is an incident that commands are carried out on, with a queue that takes
// what is planned.
type story struct {
	t       *testing.T
	c       Config
	i       *model.Incident
	now     time.Time
	threads map[string]Thread
	said    []string // the words of what was planned last
}

func newStory(t *testing.T, yaml string) *story {
	return &story{t: t, c: config(t, yaml), i: &model.Incident{}, now: t0, threads: map[string]Thread{}}
}

// do carries out a command and gives what is planned, a line each.
func (s *story) do(c model.Command) string {
	s.t.Helper()
	s.now = s.now.Add(time.Minute)
	drafts, err := c.Decide(model.Scene{Incident: s.i, Actor: "ann", Now: s.now, Event: func(int64) (model.Entry, bool) { return model.Entry{}, false }})
	if err != nil {
		s.t.Fatal(err)
	}
	var events []model.Event
	prev := s.i.Head
	if s.i.Seq == 0 {
		prev = model.Genesis("INC-20261125-140000")
	}
	for n, d := range drafts {
		e, err := model.Seal(d, model.Link{Incident: "INC-20261125-140000", Seq: s.i.Seq + 1, Prev: prev, ID: model.ID{byte(s.i.Seq + 1), byte(n)}, Salt: []byte("salt"), Recorded: s.now, Actor: "ann"})
		if err != nil {
			s.t.Fatal(err)
		}
		s.i.Apply(e)
		prev = e.Hash
		events = append(events, e)
	}
	return s.take(s.c.Plan(Scene{Incident: s.i, Events: events, Threads: s.threads, Now: s.now}))
}

func (s *story) take(p Plan) string {
	var b strings.Builder
	s.said = nil
	for _, m := range p.Messages {
		s.said = append(s.said, m.Content.Text)
		th := s.threads[m.Target]
		switch m.Action {
		case Open:
			th = Thread{Opened: true, Waiting: m.State == Drafted}
		case Close:
			th.Closed = true
		}
		s.threads[m.Target] = th
		fmt.Fprintf(&b, "%s %s %s\n", m.Target, m.Action, m.State)
	}
	for _, p := range p.Pointless {
		s.threads[p] = Thread{}
		fmt.Fprintf(&b, "%s pointless\n", p)
	}
	for _, n := range slices.Sorted(maps.Keys(p.Recalled)) {
		fmt.Fprintf(&b, "%d recalled: %s\n", n, p.Recalled[n])
	}
	return b.String()
}

func (s *story) approve(target string) {
	th := s.threads[target]
	th.Waiting = false
	s.threads[target] = th
}

func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if want = strings.ReplaceAll(strings.TrimSpace(want), "\t", "") + "\n"; strings.TrimSpace(got) != strings.TrimSpace(want) {
		t.Errorf("%s: got\n%swant\n%s", what, got, want)
	}
}

func TestTheSeedsTrigger(t *testing.T) {
	s := newStory(t, fourTargets)
	expect(t, "declared", s.do(model.Declare{Title: "Checkout returns 503", Severity: 2, Services: []string{"Checkout"}}), `
	jira open queued
	pagerduty open drafted
	slack open queued
	slack update queued
	statuspage open drafted`)
	s.approve("pagerduty")
	s.approve("statuspage")
	expect(t, "commander", s.do(model.AssignRole{Role: model.Commander, Person: "bob"}), "slack update queued\nslack invite queued")
	expect(t, "out of triage", s.do(model.SetStatus{To: model.Investigating}), `
	jira post queued
	slack update queued
	slack post queued
	statuspage post drafted`)
	expect(t, "a plain note stays here", s.do(model.AddNote{Text: "looking"}), "")
	expect(t, "important", s.do(model.AddNote{Text: "customers see errors", Important: true}), "jira post queued\npagerduty post queued\nslack post queued")
	expect(t, "resolved", s.do(model.SetStatus{To: model.Resolved}), `
	jira close queued
	pagerduty close queued
	slack update queued
	slack post queued
	statuspage close drafted`)
	expect(t, "closed", s.do(model.SetStatus{To: model.Closed}), "slack close queued")
}

func TestAMildIncidentIsNotPublicUntilItGetsWorse(t *testing.T) {
	s := newStory(t, fourTargets)
	if got := s.do(model.Declare{Title: "Search is slow", Severity: 3}); strings.Contains(got, "statuspage") {
		t.Errorf("SEV-3 is public:\n%s", got)
	}
	if got := s.do(model.SetStatus{To: model.Investigating}); strings.Contains(got, "statuspage") {
		t.Errorf("SEV-3 is public:\n%s", got)
	}
	if got := s.do(model.SetSeverity{To: 2}); !strings.Contains(got, "statuspage open drafted") {
		t.Errorf("SEV-2 is not public:\n%s", got)
	}
	s.approve("statuspage")
	s.do(model.SetSeverity{To: 4})
	if got := s.do(model.SetStatus{To: model.Resolved}); !strings.Contains(got, "statuspage close drafted") {
		t.Errorf("what was opened is not closed:\n%s", got)
	}
}

func TestWhatNobodySaidYesToLosesItsPoint(t *testing.T) {
	s := newStory(t, fourTargets)
	s.do(model.Declare{Title: "Checkout returns 503", Severity: 1})
	expect(t, "canceled at once", s.do(model.Cancel{Reason: "false alarm"}), `
	jira close queued
	slack update queued
	slack post queued
	slack close queued
	pagerduty pointless
	statuspage pointless`)
}

// What customers are told is published when it is approved; the team hears of it
// when it was; what was told by hand is not told again.
func TestUpdatesByAudience(t *testing.T) {
	s := newStory(t, fourTargets)
	s.do(model.Declare{Title: "x", Severity: 1})
	s.approve("statuspage")
	s.approve("pagerduty")
	s.do(model.AssignRole{Role: model.Commander, Person: "ann"})
	expect(t, "drafted", s.do(model.DraftUpdate{Audience: model.ToCustomers, Text: "We are on it."}), "1 recalled: the words of update 1 were changed: it leaves when they are approved")
	expect(t, "approved", s.do(model.ApproveUpdate{N: 1}), "statuspage post drafted")
	expect(t, "sent", s.do(model.MarkSent{N: 1, Via: "statuspage"}), "jira post queued\npagerduty post queued\nslack post queued")
	expect(t, "by hand", s.do(model.TellAudience{Audience: model.ToInternal, Text: "all hands"}), "")
	expect(t, "by the queue", s.do(model.TellAudience{Audience: model.ToInternal, Text: "all hands", Via: model.ViaQueue}), "jira post queued\npagerduty post queued\nslack post queued")
}

func TestReopening(t *testing.T) {
	s := newStory(t, fourTargets)
	s.do(model.Declare{Title: "Checkout returns 503", Severity: 1})
	s.approve("pagerduty")
	s.approve("statuspage")
	s.do(model.SetStatus{To: model.Resolved})
	got := s.do(model.SetStatus{To: model.Investigating})
	if !strings.Contains(got, "pagerduty open drafted") || strings.Contains(got, "slack open") || !strings.Contains(got, "statuspage post drafted") {
		t.Errorf("again:\n%s", got)
	}
}

func TestDrillsAndHistoryStayInside(t *testing.T) {
	s := newStory(t, fourTargets)
	expect(t, "drill", s.do(model.Declare{Title: "Exercise", Severity: 1, Drill: true}), "")
	s = newStory(t, fourTargets)
	expect(t, "history", s.do(model.Declare{Title: "Last week", Severity: 1, At: t0.Add(-2 * time.Hour)}), "")
}

// Leaving triage silences no phone unless a rule says so, and never one that has
// not rung.
func TestAcknowledgingIsAskedFor(t *testing.T) {
	s := newStory(t, "targets: {pagerduty: {}}\nrules: [{to: pagerduty, on: [declared, acknowledged, resolved]}]\n")
	s.do(model.Declare{Title: "x"})
	expect(t, "not said yes to", s.do(model.SetStatus{To: model.Investigating}), "")
	s = newStory(t, "targets: {pagerduty: {}}\nrules: [{to: pagerduty, on: [declared, acknowledged, resolved]}]\n")
	s.do(model.Declare{Title: "x"})
	s.approve("pagerduty")
	expect(t, "paged", s.do(model.SetStatus{To: model.Investigating}), "pagerduty ack queued")
}

func TestRules(t *testing.T) {
	s := newStory(t, `
targets:
  ops: {vendor: slack, channel: "#ops"}
  hook: {vendor: webhook, url: https://hooks.example/x}
rules:
  - {to: ops, on: [declared, resolved], severity: 1-2, services: [checkout]}
  - {to: hook, ask: true}
`)
	expect(t, "rule by severity and service", s.do(model.Declare{Title: "Search is slow", Severity: 2, Services: []string{"search"}}), "hook post drafted")
	s.i = &model.Incident{}
	expect(t, "a fixed channel", s.do(model.Declare{Title: "x", Severity: 1, Services: []string{"Checkout"}}), "hook post drafted\nops post queued")
}

func TestPublicWordsAndComponents(t *testing.T) {
	s := newStory(t, fourTargets)
	c := s.c
	tg := c.Targets["statuspage"]
	i := &model.Incident{Title: "x", Severity: 2, Status: model.Triage, Services: []string{"Checkout", "db"}}
	got := c.content(tg, i, model.Event{Kind: model.KindDeclared, Body: &model.Declaration{}}, OnDeclared, Open)
	if got.Text != "We are investigating a problem with Checkout, db." || got.Components["cmp1"] != "partial_outage" || len(got.Components) != 1 || !got.Notify {
		t.Errorf("%+v", got)
	}
	for s, want := range map[model.Severity]string{1: "critical", 2: "major", 3: "minor", 4: "none", 5: "none"} {
		if Impact(s) != want {
			t.Errorf("%s is %s", s, Impact(s))
		}
	}
}

func TestMerge(t *testing.T) {
	post := func(n int64, a Action, v Vendor, s State) Message {
		return Message{N: n, Vendor: v, Action: a, State: s, Content: Content{Text: fmt.Sprint("line ", n)}}
	}
	rows := []Message{post(1, Open, Jira, Drafted), post(2, Post, Jira, Queued)}
	if n, ok := Merge(rows, post(3, Post, Jira, Queued)); !ok || n != 2 || rows[1].Content.Text != "line 2\nline 3" {
		t.Errorf("%d %v %q", n, ok, rows[1].Content.Text)
	}
	if _, ok := Merge(rows, post(3, Post, Slack, Queued)); ok {
		t.Error("posts of a channel became one")
	}
	rows = []Message{post(1, Update, Slack, Queued), post(2, Post, Slack, Queued)}
	if n, ok := Merge(rows, post(3, Update, Slack, Queued)); !ok || n != 1 || rows[0].Content.Text != "line 3" {
		t.Errorf("a newer state does not count: %d %v", n, ok)
	}
	rows[0].Attempts = 1
	pub := []Message{{N: 1, Vendor: Statuspage, Action: Open, State: Drafted, Content: Content{Text: "We are investigating.", Title: "x", Status: model.Triage}}}
	next := Message{Vendor: Statuspage, Action: Post, State: Drafted, Content: Content{Text: "We have found the cause.", Title: "x", Status: model.Identified, Kind: model.KindStatusChanged}}
	if n, ok := Merge(pub, next); !ok || n != 1 || pub[0].Content.Status != model.Identified || pub[0].Content.Text != "We have found the cause." {
		t.Errorf("public words that nobody approved stay: %v %+v", ok, pub[0].Content)
	}
	pub[0].State = Approved
	if _, ok := Merge(pub, next); ok {
		t.Error("public words were changed after the yes")
	}
	if _, ok := Merge(rows, post(3, Update, Slack, Queued)); ok {
		t.Error("a message that may have arrived was changed")
	}
}

func TestPlanIsTheSameTwice(t *testing.T) {
	s := newStory(t, fourTargets)
	s.do(model.Declare{Title: "x", Severity: 1})
	e := model.Event{ID: model.ID{9}, Seq: 9, At: s.now, Kind: model.KindUpdate, Actor: "ann", Body: &model.Note{Line: "hello"}}
	sc := Scene{Incident: s.i, Events: []model.Event{e}, Threads: s.threads, Now: s.now}
	a, b := s.c.Plan(sc), s.c.Plan(sc)
	seen := map[model.ID]bool{}
	for k := range a.Messages {
		if a.Messages[k].ID != b.Messages[k].ID || seen[a.Messages[k].ID] {
			t.Errorf("message %d: %s, then %s", k, a.Messages[k].ID, b.Messages[k].ID)
		}
		seen[a.Messages[k].ID] = true
	}
	if len(seen) < 2 {
		t.Error("an update goes nowhere")
	}
}

func TestConfigSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ yaml, say string }{
		{"targets: {pager: {vendor: pigeon}}", `"pigeon" is not known`},
		{"targets: {jira: {url: 'https://x.atlassian.net'}}", "user is missing"},
		{"targets: {hook: {vendor: webhook, url: 'http://hooks.example/x'}}", "only https"},
		{"targets: {hook: {vendor: webhook, url: 'https://u:p@hooks.example/x'}}", "carries a login"},
		{"targets: {slack: {token: abc}}", "token"},
		{"targets: {slack: {}}\nrules: [{to: chat}]", `no target "chat"`},
		{"targets: {slack: {}}\nrules: [{to: slack, severity: 3-1}]", "no range"},
		{"targets: {slack: {}}\nrules: [{to: slack, on: [full moon]}]", "nothing to act on"},
		{"targets: {'Über': {vendor: slack}}", "no name for a target"},
		{"targets: {statuspage: {}}", "page is missing"},
		{"targets: {mail: {url: 'ftp://x', from: a@b.c, to: [d@e.f]}}", "no mail server"},
	} {
		_, err := ParseConfig("outbound.yaml", []byte(c.yaml))
		refused(t, err, model.Invalid, c.say)
		if err != nil && !strings.HasPrefix(model.Message(err), "outbound.yaml:") {
			t.Errorf("%s: no place: %s", c.yaml, model.Message(err))
		}
	}
	if c := config(t, ""); !c.Empty() {
		t.Error("an empty file has targets")
	}
}
