//go:build unix

package ui

import (
	"slices"
	"strings"
	"testing"

	"warroom/model/outbox"
)

// An escalation is offered as a message, too: it is drafted for every target that
// takes it, and leaves after a yes. It happens once, whoever asks for it.
func TestEscalationAsAMessage(t *testing.T) {
	x, p := sitTargets(t, 120, 40, "targets:\n  phone: {vendor: ntfy, topic: ops}\n  mail: {url: smtp://127.0.0.1:2525, from: a@example.com, to: [b@example.com]}\nrules:\n  - {to: phone, on: [escalated]}\n  - {to: mail, on: [declared]}\n")
	s := follows(x, t.TempDir())
	s.keys("3")
	s.begin("orders-slow")
	s.keys("o")
	s.sees("Call for senior-sre-oncall", "phone: it leaves after your yes")
	s.keys("2")
	s.sees("What leaves the room", "phone", "needs a yes")
	both, pane := s.a.out.rows, &outboxPane{call: true}
	for _, c := range []struct {
		target string
		rows   []outbox.Message
	}{{"mail", slices.DeleteFunc(slices.Clone(both), func(m outbox.Message) bool { return m.Target != "mail" })}, {"phone", both}} { // it is drawn before the queue is read anew
		s.a.out.rows = c.rows
		if m, _ := pane.selected(s.a); m.Target != c.target {
			t.Errorf("selected is a message to %q, not to %s", m.Target, c.target)
		}
	}
	rows, _, err := p.Queue(t.Context(), false)
	if len(rows) == 2 && rows[0].Target == "mail" {
		rows = rows[1:]
	}
	if err != nil || len(rows) != 1 || rows[0].State != outbox.Drafted || !strings.Contains(rows[0].Content.Text, "senior-sre-oncall, please join "+s.a.room.inc.ID) || !strings.Contains(rows[0].Content.Text, "asked for by ana") {
		t.Fatalf("%v %+v", err, rows)
	}
	s.keys("esc", "o", "2") // once more: what is there is shown
	s.sees("What leaves the room", "needs a yes")
	if rows, _, _ := p.Queue(t.Context(), false); len(rows) != 2 {
		t.Fatalf("%d messages", len(rows))
	}
	if run, _ := s.incident().Run(1); run.Escalate[0].Fired.IsZero() || !run.Escalate[1].Fired.IsZero() {
		t.Fatalf("%+v", run.Escalate)
	}
}
