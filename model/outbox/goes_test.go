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
