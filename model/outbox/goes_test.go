package outbox

import (
	"slices"
	"strings"
	"testing"
	"time"

	"warroom/model"
)

// What Goes promises is what Plan does.
func TestGoesIsWhatIsPlanned(t *testing.T) {
	s := newStory(t, fourTargets+"  news: {vendor: slack, channel: '#news'}\nrules:\n  - {to: pagerduty}\n  - {to: slack}\n  - {to: jira}\n  - {to: statuspage}\n  - {to: news, on: [update], audience: [executives]}\n")
	s.do(model.Declare{Title: "Checkout", Severity: 1, Services: []string{"checkout"}})
	s.do(model.TakeCommand{})
	check := func(when string) {
		t.Helper()
		for _, who := range model.Audiences {
			s.do(model.DraftUpdate{Audience: who, Text: when + " to " + string(who)})
			n := s.i.Updates[len(s.i.Updates)-1].N
			goes := s.c.Goes(s.i, who)
			var planned string
			if who.Outward() {
				planned = s.do(model.ApproveUpdate{N: n})
				s.do(model.MarkSent{N: n})
			} else {
				planned = s.do(model.MarkSent{N: n, Via: model.ViaQueue})
			}
			for _, name := range s.c.Names() {
				posts := slices.ContainsFunc(strings.Split(planned, "\n"), func(l string) bool { return strings.HasPrefix(l, name+" post") })
				if posts != slices.Contains(goes, name) {
					t.Errorf("%s: to %s goes to %q, and planned is %q", when, who, goes, planned)
				}
			}
		}
	}
	for _, name := range []string{"slack", "jira", "statuspage", "pagerduty"} {
		s.i.Outlets = append(s.i.Outlets, model.Outlet{Target: name, ID: "x", At: time.Now()})
	}
	check("all is open")
}

// An escalation of a runbook is drafted wherever there is a place for words, and
// waits for a yes unless a rule says otherwise; whoever the target knows is invited.
func TestEscalationCalls(t *testing.T) {
	run := model.StartRun{Book: "cpu", Title: "High CPU", Hash: "h", Seat: model.Seat{Token: "t"}, Steps: []model.RunStep{{ID: "a", Title: "A", Actions: []model.RunAction{{Text: "look", Kind: "manual"}}}}}
	call := func(yaml string) (*story, string) {
		s := newStory(t, yaml)
		s.do(model.Declare{Title: "Checkout", Severity: 2, Services: []string{"checkout"}})
		run.Escalate = []model.RunDeadline{{Contact: "bob", Due: s.now.Add(time.Minute), Message: "bring the keys"}, {Contact: "sre", Due: s.now.Add(time.Hour)}}
		s.do(run)
		for _, name := range []string{"slack", "jira", "statuspage", "pagerduty"} {
			s.i.Outlets = append(s.i.Outlets, model.Outlet{Target: name, ID: "x", At: s.now})
		}
		if calls := s.c.Calls(s.i); !slices.Equal(calls, []string{"pagerduty", "phone", "slack"}) {
			t.Errorf("calls at %q", calls)
		}
		return s, s.do(model.EscalateRun{N: 1})
	}
	s, got := call(fourTargets + "  phone: {vendor: ntfy, topic: ops}\n")
	words := "bob, please join INC-20261125-140000, SEV-2 Checkout: the runbook “High CPU” is not through; bring the keys"
	if got != "pagerduty post drafted\nphone post drafted\nslack invite drafted\nslack post drafted\n" || !slices.Equal(s.said, []string{words, words, words, words}) {
		t.Errorf("planned:\n%s%q", got, s.said)
	}
	if got := s.do(model.EscalateRun{N: 1, Level: 1, Why: "asked for by ann"}); strings.Contains(got, "invite") || !strings.HasPrefix(s.said[0], "sre, please join") || !strings.HasSuffix(s.said[0], "; asked for by ann") {
		t.Errorf("planned:\n%s%q", got, s.said)
	}
	if _, got := call(fourTargets + "  phone: {vendor: ntfy, topic: ops}\n  blog: {vendor: webhook, url: 'https://hooks.example.com/x', public: true}\n"); strings.Contains(got, "blog") {
		t.Errorf("names of people go public:\n%s", got)
	}
	if _, got := call(fourTargets + "  phone: {vendor: ntfy, topic: ops}\nrules:\n  - {to: phone, on: [escalated], ask: false}\n  - {to: slack}\n  - {to: pagerduty}\n"); !strings.Contains(got, "phone post queued") || !strings.Contains(got, "slack post drafted") {
		t.Errorf("planned:\n%s", got)
	}
}

// A response target that passed calls nobody outside, unless a rule names it.
func TestResponseTargetCallsOnlyByRule(t *testing.T) {
	e := model.Event{Kind: model.KindEscalated, Actor: "ann", At: t0, Body: &model.Escalated{Severity: 1, Line: "somebody takes command", Notify: []string{"engineering_manager"}}}
	i := &model.Incident{ID: "INC-20261125-140000", Title: "Checkout", Severity: 1, Status: model.Investigating}
	for yaml, want := range map[string]int{"": 0, "rules:\n  - {to: phone}\n": 0, "rules:\n  - {to: phone, on: [escalated]}\n": 1} {
		p := config(t, "targets:\n  phone: {vendor: ntfy, topic: ops}\n"+yaml).Plan(Scene{Incident: i, Events: []model.Event{e}, Now: t0})
		if len(p.Messages) != want {
			t.Errorf("%q: %d messages", yaml, len(p.Messages))
		}
		for _, m := range p.Messages {
			if !strings.HasPrefix(m.Content.Text, "engineering manager, please join INC-20261125-140000, SEV-1 Checkout: SEV-1 response target passed") {
				t.Errorf("%q", m.Content.Text)
			}
		}
	}
}
