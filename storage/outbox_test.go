package storage

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"warroom/model"
	"warroom/model/outbox"
)

const fourTargets = `
targets:
  pagerduty: {}
  slack: {}
  jira: {url: https://example.atlassian.net, user: ann@example.com, project: OPS}
  statuspage: {page: abcdefghijkl}
`

func outside(tb testing.TB, c *clock) *Store {
	tb.Helper()
	conf, err := outbox.ParseConfig("outbound.yaml", []byte(fourTargets))
	if err != nil {
		tb.Fatal(err)
	}
	return openStore(tb, tb.TempDir()+"/w.db", Options{Now: c.now, Outbound: conf})
}

// queue is the live messages as lines.
func queue(tb testing.TB, s *Store, all bool) string {
	tb.Helper()
	list, err := s.Outbox(bg, OutboxFilter{All: all})
	if err != nil {
		tb.Fatal(err)
	}
	var b strings.Builder
	for _, m := range list {
		fmt.Fprintf(&b, "%d %s %s %s\n", m.N, m.Target, m.Action, m.State)
	}
	return b.String()
}

func equal(tb testing.TB, what, got, want string) {
	tb.Helper()
	if strings.TrimSpace(got) != strings.TrimSpace(want) {
		tb.Errorf("%s: got\n%s\nwant\n%s", what, got, want)
	}
}

func texts(tb testing.TB, s *Store, id string) string {
	tb.Helper()
	var b strings.Builder
	if err := s.Each(bg, id, func(e model.Event) error {
		if !e.Quiet() {
			fmt.Fprintf(&b, "%s: %s\n", e.Actor, e.Text())
		}
		return nil
	}); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

func claim(tb testing.TB, s *Store, holder string) outbox.Claim {
	tb.Helper()
	c, err := s.Claim(bg, holder, []string{"pagerduty", "slack", "jira", "statuspage"}, 30*time.Second)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func TestOutboxFromDeclarationToClose(t *testing.T) {
	c := atClock(t, "2026-11-25T14:00:00Z")
	s := outside(t, c)
	id := do(t, s, "", "ann", model.Declare{Title: "Checkout returns 503", Severity: 2}).Incident.ID
	equal(t, "declared", queue(t, s, false), "1 jira open queued\n2 pagerduty open drafted\n3 slack open queued\n4 slack update queued\n5 statuspage open drafted")

	got := claim(t, s, "one")
	if len(got.Jobs) != 2 || got.Jobs[0].N != 1 || got.Jobs[1].N != 3 || got.Until != c.t.Add(30*time.Second) {
		t.Fatalf("claimed %+v", got)
	}
	if again := claim(t, s, "one"); len(again.Jobs) != 0 {
		t.Fatalf("claimed twice: %+v", again.Jobs)
	}
	if other := claim(t, s, "two"); !other.Theirs || other.Wake != c.t.Add(30*time.Second) {
		t.Fatalf("a second worker: %+v", other)
	}
	for _, j := range got.Jobs {
		r := outbox.Result{Verdict: outbox.Done, Remote: outbox.Remote{ID: "C1", Key: "KEY-" + j.Target, URL: "https://x.example/" + j.Target}}
		if _, err := s.Settle(bg, j, r, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Settle(bg, j, r, 0); err != nil { // once more, as after a doubtful commit
			t.Fatal(err)
		}
	}
	next := claim(t, s, "one")
	// The topic of the channel, and the channel's link for the ticket.
	if len(next.Jobs) != 2 || next.Jobs[0].N != 4 || next.Jobs[0].Opened.ID != "C1" || next.Jobs[1].N != 6 || len(next.Jobs[1].Content.Links) != 2 {
		t.Fatalf("next %+v", next.Jobs)
	}
	for _, j := range next.Jobs {
		if _, err := s.Settle(bg, j, outbox.Result{Verdict: outbox.Done, Remote: outbox.Remote{ID: "ts1"}}, 0); err != nil {
			t.Fatal(err)
		}
	}
	if m, err := s.Handle(bg, 2, "bob", outbox.Step{Verb: outbox.DoApprove}); err != nil || m.State != outbox.Approved {
		t.Fatal(m, err)
	}
	if _, err := s.Handle(bg, 5, "bob", outbox.Step{Verb: outbox.DoDrop, Reason: "customers do not see it"}); err != nil {
		t.Fatal(err)
	}
	equal(t, "the timeline", texts(t, s, id), `ann: declared SEV-2: Checkout returns 503
warroom: sent: file a ticket in Jira (KEY-jira) https://x.example/jira
warroom: sent: open a channel in Slack (KEY-slack) https://x.example/slack
bob: approved: page through PagerDuty: Checkout returns 503
bob: dropped, not sent: publish on Statuspage: customers do not see it`)
	inc, err := s.Incident(bg, id)
	if err != nil || len(inc.Outlets) != 2 || inc.Outlets[1].URL != "https://x.example/slack" {
		t.Errorf("outlets %+v %v", inc.Outlets, err)
	}
	if strings.Contains(strings.Join(inc.People, " "), "warroom") {
		t.Errorf("the courier is a person: %v", inc.People)
	}
	c.t = c.t.Add(time.Minute)
	do(t, s, id, "ann", model.SetStatus{To: model.Resolved})
	equal(t, "resolved", queue(t, s, false), "2 pagerduty open approved\n7 jira close queued\n8 pagerduty close queued\n9 slack update queued\n10 slack post queued")
	if rep := must(s.Audit(bg, "")); len(rep.Findings) > 0 {
		t.Error(rep.Findings)
	}
	if rep := must(s.Rebuild(bg)); rep.Differed != 0 {
		t.Errorf("%d rows differ", rep.Differed)
	}
}

func TestOutboxIsWrittenWithItsCauseOrNotAtAll(t *testing.T) {
	c := atClock(t, "2026-11-25T14:00:00Z")
	s := outside(t, c)
	id := declare(t, s, "x")
	before := queue(t, s, true)
	req := model.Request{ID: s.NewID(), Actor: "ann", Command: model.AddNote{Text: "customers see errors", Important: true}}
	for range 3 { // the same request again and again
		if _, err := s.Do(bg, id, req); err != nil {
			t.Fatal(err)
		}
	}
	equal(t, "once", strings.TrimPrefix(queue(t, s, true), before), "5 jira post queued\n6 slack post queued")
	if _, err := s.Do(bg, id, model.Request{Actor: "ann", Command: model.SetSeverity{To: 3}}); err == nil {
		t.Fatal("nothing would change")
	}
}

func TestOutboxTakeover(t *testing.T) {
	c := atClock(t, "2026-11-25T14:00:00Z")
	s := outside(t, c)
	declare(t, s, "x")
	mine := claim(t, s, "one")
	c.t = c.t.Add(31 * time.Second)
	theirs := claim(t, s, "two")
	if len(theirs.Jobs) != 2 || !theirs.Jobs[0].Unsure || theirs.Jobs[0].Attempts != 2 {
		t.Fatalf("taken over %+v", theirs.Jobs)
	}
	// The first worker was only slow: what it says about its attempt is too late.
	if m, err := s.Settle(bg, mine.Jobs[0], outbox.Result{Verdict: outbox.Again, Reason: "503"}, 0); err != nil || m.State != outbox.Sending {
		t.Errorf("%s %v", m.State, err)
	}
	if m, err := s.Settle(bg, theirs.Jobs[0], outbox.Result{Verdict: outbox.Done}, 0); err != nil || m.State != outbox.Sent {
		t.Errorf("%s %v", m.State, err)
	}
	_, tries, err := s.Message(bg, theirs.Jobs[0].N)
	if err != nil || len(tries) != 2 || !tries[0].Ended.IsZero() || tries[1].Verdict != outbox.Done {
		t.Errorf("attempts %+v %v", tries, err)
	}
}

func TestOutboxHoldsWhatIsTooOldAndPausesWhatIsDenied(t *testing.T) {
	c := atClock(t, "2026-11-25T14:00:00Z")
	s := outside(t, c)
	id := declare(t, s, "x")
	j := claim(t, s, "one").Jobs
	if _, err := s.Settle(bg, j[1], outbox.Result{Verdict: outbox.Denied, Reason: "Slack does not accept the token"}, 0); err != nil {
		t.Fatal(err)
	}
	if g := must(s.Gates(bg))["slack"]; g.Paused == "" {
		t.Errorf("%+v", g)
	}
	c.t = c.t.Add(3 * time.Hour)
	claim(t, s, "one")
	equal(t, "late", queue(t, s, false), "1 jira open sending\n2 pagerduty open drafted\n3 slack open held\n4 slack update held")
	if got := texts(t, s, id); strings.Count(got, "held, not sent") != 2 {
		t.Errorf("the timeline says\n%s", got)
	}
	if _, err := s.Handle(bg, 3, "ann", outbox.Step{Verb: outbox.DoRetry}); err != nil {
		t.Fatal(err)
	}
	if g := must(s.Gates(bg))["slack"]; g.Paused != "" {
		t.Errorf("still %+v", g)
	}
	if got := claim(t, s, "one").Jobs; len(got) != 1 || got[0].N != 3 {
		t.Errorf("claimed %+v", got)
	}
	_, err := s.Handle(bg, 99, "ann", outbox.Step{Verb: outbox.DoRetry})
	refused(t, err, model.NotFound, "no message 99")
}

func TestTrigger(t *testing.T) {
	c := atClock(t, "2026-11-25T14:00:00Z")
	s := outside(t, c)
	id := do(t, s, "", "ann", model.Declare{Title: "Exercise", Severity: 1, Drill: true}).Incident.ID
	equal(t, "a drill", queue(t, s, true), "")
	list, err := s.Trigger(bg, id, model.Request{Actor: "ann"})
	if err != nil || len(list) != 5 {
		t.Fatalf("%d messages, %v", len(list), err)
	}
	for _, m := range list {
		if m.State != outbox.Drafted {
			t.Errorf("%d is %s without a yes", m.N, m.State)
		}
	}
	_, err = s.Trigger(bg, id, model.Request{Actor: "ann"})
	refused(t, err, model.Conflict, "open already")
}

func TestIdleClaimWritesNothing(t *testing.T) {
	c := atClock(t, "2026-11-25T14:00:00Z")
	s := outside(t, c)
	do(t, s, "", "ann", model.Declare{Title: "x", Drill: true})
	var before, after int
	db := raw(t, s.Path())
	if err := db.QueryRow("PRAGMA data_version").Scan(&before); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if got := claim(t, s, "one"); !got.Wake.IsZero() || len(got.Jobs) > 0 {
			t.Fatalf("%+v", got)
		}
	}
	if err := db.QueryRow("PRAGMA data_version").Scan(&after); err != nil || after != before {
		t.Errorf("an idle worker wrote: %d, then %d (%v)", before, after, err)
	}
}

// A worker without the credentials of a target leaves it to others.
func TestEachWorkerSendsWhatItCan(t *testing.T) {
	c := atClock(t, "2026-11-25T14:00:00Z")
	s := outside(t, c)
	declare(t, s, "x")
	only := func(holder string, able ...string) outbox.Claim {
		got, err := s.Claim(bg, holder, able, 30*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := only("one", "jira"); len(got.Jobs) != 1 || got.Jobs[0].Target != "jira" || len(got.Unable) != 1 || got.Unable[0] != "slack" {
		t.Errorf("%+v", got)
	}
	if got := only("two", "jira", "slack"); len(got.Jobs) != 1 || got.Jobs[0].Target != "slack" || !got.Theirs {
		t.Errorf("%+v", got)
	}
	if got := only("three"); len(got.Jobs) != 0 || got.Wake.IsZero() {
		t.Errorf("%+v", got)
	}
}

// What was approved and has not left does not leave once its words were changed or
// taken back; the new words need their own yes.
func TestARecalledUpdateDoesNotLeave(t *testing.T) {
	c := atClock(t, "2026-11-25T14:00:00Z")
	s := outside(t, c)
	id := do(t, s, "", "ann", model.Declare{Title: "x", Severity: 1}).Incident.ID
	do(t, s, id, "ann", model.TakeCommand{})
	for _, m := range must(s.Outbox(bg, OutboxFilter{})) {
		if m.State == outbox.Drafted {
			must(s.Handle(bg, m.N, "ann", outbox.Step{Verb: outbox.DoApprove}))
		}
	}
	waits := func() (out []string) {
		for _, m := range must(s.Outbox(bg, OutboxFilter{})) {
			if m.Content.Update > 0 {
				out = append(out, fmt.Sprint(m.Content.Update, " ", m.State, " ", m.Content.Text))
			}
		}
		return out
	}
	equal := func(what string, want ...string) {
		t.Helper()
		if got := waits(); !slices.Equal(got, want) {
			t.Errorf("%s: %q waits, not %q", what, got, want)
		}
	}
	do(t, s, id, "ann", model.DraftUpdate{Audience: model.ToCustomers, Text: "All is fine."})
	do(t, s, id, "ann", model.ApproveUpdate{N: 1})
	equal("approved", "1 drafted All is fine.")
	rows := must(s.Outbox(bg, OutboxFilter{}))
	must(s.Handle(bg, rows[len(rows)-1].N, "ann", outbox.Step{Verb: outbox.DoApprove}))
	equal("in the line", "1 approved All is fine.")
	do(t, s, id, "ann", model.DraftUpdate{Audience: model.ToCustomers, Text: "Some orders fail."})
	equal("another draft", "1 approved All is fine.")
	do(t, s, id, "ann", model.DraftUpdate{N: 1, Audience: model.ToCustomers, Text: "Not all is fine."})
	equal("changed")
	do(t, s, id, "ann", model.ApproveUpdate{N: 1})
	equal("approved anew", "1 drafted Not all is fine.")
	do(t, s, id, "ann", model.WithdrawUpdate{N: 1, Reason: "wrong"})
	equal("withdrawn")
	var why []string
	for _, m := range must(s.Outbox(bg, OutboxFilter{All: true})) {
		if m.Content.Update == 1 {
			why = append(why, string(m.State)+": "+m.Reason)
		}
	}
	if want := []string{"dropped: the words of update 1 were changed: it leaves when they are approved", "dropped: update 1 was withdrawn"}; !slices.Equal(why, want) {
		t.Errorf("%q", why)
	}
}

// What opens a page with the words of an update is still needed when they are taken
// back: it asks for others.
func TestARecalledUpdateLeavesThePageToBeOpened(t *testing.T) {
	s := outside(t, atClock(t, "2026-11-25T14:00:00Z"))
	id := do(t, s, "", "ann", model.Declare{Title: "x", Severity: 1}).Incident.ID
	do(t, s, id, "ann", model.TakeCommand{})
	page := func() outbox.Message {
		t.Helper()
		for _, m := range must(s.Outbox(bg, OutboxFilter{})) {
			if m.Public && m.Action == outbox.Open {
				return m
			}
		}
		t.Fatal("nothing opens the page")
		return outbox.Message{}
	}
	do(t, s, id, "ann", model.DraftUpdate{Audience: model.ToCustomers, Text: "All is fine."})
	do(t, s, id, "ann", model.ApproveUpdate{N: 1})
	must(s.Handle(bg, page().N, "ann", outbox.Step{Verb: outbox.DoApprove}))
	if m := page(); m.State != outbox.Approved || m.Content.Text != "All is fine." {
		t.Fatalf("%+v", m)
	}
	do(t, s, id, "ann", model.WithdrawUpdate{N: 1, Reason: "wrong"})
	if m := page(); m.State != outbox.Drafted || m.Content.Update != 0 || !strings.Contains(m.Why(outbox.Gate{}, 0, m.Since), "update 1 was withdrawn: these words need others") {
		t.Errorf("%+v", m)
	}
	if jobs := claim(t, s, "one").Jobs; slices.ContainsFunc(jobs, func(j outbox.Job) bool { return j.Public }) {
		t.Errorf("the page is opened with words that were taken back: %+v", jobs)
	}
}

// An update that customers can read has been sent: its clock begins anew.
func TestAPublishedUpdateIsSent(t *testing.T) {
	c := atClock(t, "2026-11-25T14:00:00Z")
	s := outside(t, c)
	id := do(t, s, "", "ann", model.Declare{Title: "x", Severity: 1}).Incident.ID
	do(t, s, id, "ann", model.TakeCommand{})
	all := func() {
		rows := must(s.Outbox(bg, OutboxFilter{}))
		for _, m := range rows {
			if m.Public && m.State == outbox.Drafted {
				if _, err := s.Handle(bg, m.N, "ann", outbox.Step{Verb: outbox.DoApprove}); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, j := range claim(t, s, "one").Jobs {
			if _, err := s.Settle(bg, j, outbox.Result{Verdict: outbox.Done, Remote: outbox.Remote{ID: "x"}}, 0); err != nil {
				t.Fatal(err)
			}
		}
	}
	all()
	do(t, s, id, "ann", model.DraftUpdate{Audience: model.ToCustomers, Text: "We are on it."})
	do(t, s, id, "ann", model.ApproveUpdate{N: 1})
	all()
	i := must(s.Incident(bg, id))
	u, _ := i.UpdateN(1)
	if u.Step != model.UpdateIsSent || u.Via != "statuspage" {
		t.Errorf("%+v", u)
	}
}
