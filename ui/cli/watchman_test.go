package cli

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"warroom/model"
	"warroom/model/triage"
	"warroom/storage"
)

// The passing of a response target is recorded once, whichever rooms are open and
// whatever they show, and at the time that was missed if no room was.
func TestEscalationIsRecordedOnce(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	path := filepath.Join(t.TempDir(), "w.db")
	open := func() *storage.Store {
		s, err := storage.Open(t.Context(), path, storage.Options{Now: clock})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
	s := open()
	do := func(id, actor string, c model.Command) string {
		t.Helper()
		r, err := s.Do(t.Context(), id, model.Request{Actor: actor, Command: c})
		if err != nil {
			t.Fatal(err)
		}
		return r.Incident.ID
	}
	watchmen := []*watchman{}
	for _, name := range []string{"ana", "bob"} {
		watchmen = append(watchmen, &watchman{store: open(), actor: name, rules: triage.Default().Rules(model.Doctrine()), doctrine: triage.Default(), now: clock, quiet: map[string]calm{}})
	}
	look := func() (next time.Time) {
		for _, w := range watchmen {
			next = w.look(t.Context())
		}
		return next
	}
	passed := func(id string) (out []string) {
		t.Helper()
		entries, err := s.Timeline(t.Context(), id, model.Window{})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.Kind == model.KindEscalated {
				out = append(out, e.When.Format("15:04 ")+e.Line)
				if e.BackDated() < 0 {
					t.Errorf("written before it happened: %+v", e)
				}
			}
		}
		return out
	}

	two := do("", "zoe", model.Declare{Title: "checkout", Severity: 2})
	three := do("", "zoe", model.Declare{Title: "search", Severity: 3})
	five := do("", "zoe", model.Declare{Title: "a typo", Severity: 5})
	if next := look(); !next.Equal(now.Add(30*time.Minute + time.Millisecond)) { // taking the worst is what is due
		t.Errorf("looks again at %v", next)
	}
	now = now.Add(30 * time.Minute)
	if look(); len(passed(two)) != 0 {
		t.Error("recorded at its last moment, before it has passed")
	}
	now = now.Add(time.Second)
	look()
	look()
	want := []string{"12:30 SEV-2 response target passed: somebody takes it; escalate: page oncall, manager notification"}
	if got := passed(two); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}

	// Worse now: its own target has passed long ago, which is recorded as well.
	do(two, "zoe", model.SetSeverity{To: 1})
	look()
	if got := passed(two); len(got) != 2 || !strings.Contains(got[1], "SEV-1 response target passed: somebody takes it; escalate: page all, executive escalation") {
		t.Errorf("%q", got)
	}
	// Taken, and nobody commands.
	do(two, "bob", model.SetStatus{To: model.Investigating})
	now = now.Add(10 * time.Minute)
	look()
	if got := passed(two); len(got) != 3 || !strings.Contains(strings.Join(got, "\n"), "somebody takes command") {
		t.Errorf("%q", got)
	}

	// No room is open for hours: the next one says what was missed, when it was.
	watchmen = watchmen[:1]
	watchmen[0].quiet = map[string]calm{}
	now = now.Add(6 * time.Hour)
	look()
	got := passed(three)
	if len(got) != 1 || !strings.HasPrefix(got[0], "14:00 SEV-3") {
		t.Errorf("%q", got)
	}
	entries, err := s.Timeline(t.Context(), three, model.Window{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Kind == model.KindEscalated && e.BackDated() < 4*time.Hour {
			t.Errorf("the timeline does not show that it was noticed late: %v", e.BackDated())
		}
	}
	if got := passed(five); len(got) != 0 {
		t.Errorf("best effort has no target: %q", got)
	}
}

// Whom a runbook escalates to is recorded once, of every open incident, whatever the
// rooms show; late, if none was open, and not at all once the run or the incident is
// over, unless the runbook says always.
func TestRunEscalationIsRecordedOnce(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	s, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "w.db"), storage.Options{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	do := func(id string, c model.Command) *model.Incident {
		t.Helper()
		r, err := s.Do(t.Context(), id, model.Request{Actor: "zoe", Command: c})
		if err != nil {
			t.Fatal(err)
		}
		return r.Incident
	}
	run := func(title string) string {
		id := do("", model.Declare{Title: title, Severity: 5}).ID
		do(id, model.StartRun{Book: "b", Title: "B", Hash: "h", Seat: model.Seat{Token: "t"},
			Steps:    []model.RunStep{{ID: "a", Title: "A", Actions: []model.RunAction{{Text: "look", Kind: "manual"}}}},
			Escalate: []model.RunDeadline{{Contact: "senior", Due: now.Add(10 * time.Minute)}, {Contact: "manager", Due: now.Add(20 * time.Minute), Always: true}}})
		return id
	}
	open, resolved, ended := run("open"), run("resolved"), run("ended")
	watchmen := []*watchman{}
	for _, name := range []string{"ana", "bob"} {
		watchmen = append(watchmen, &watchman{store: s, actor: name, rules: triage.Default().Rules(model.Doctrine()), doctrine: triage.Default(), now: clock, quiet: map[string]calm{}})
	}
	look := func() (next time.Time) {
		for _, w := range watchmen {
			next = w.look(t.Context())
		}
		return next
	}
	told := func(id string) (out string) {
		t.Helper()
		entries, err := s.Timeline(t.Context(), id, model.Window{})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if e.Kind == model.KindRunEscalated {
				out += e.When.Format("15:04 ") + e.Line + "\n"
			}
		}
		return out
	}
	if next := look(); !next.Equal(now.Add(10 * time.Minute)) {
		t.Errorf("looks again at %v", next)
	}
	do(resolved, model.SetStatus{To: model.Resolved})
	do(ended, model.EndRun{N: 1, Outcome: model.RunAbandoned, Reason: "not needed"})
	now = now.Add(10 * time.Minute)
	look()
	if next := look(); !next.Equal(now.Add(10 * time.Minute)) {
		t.Errorf("looks again at %v", next)
	}
	if got := told(open); got != "12:10 run 1 is not over: escalate to senior\n" {
		t.Errorf("%q", got)
	}
	now = now.Add(3 * time.Hour) // no room is open
	watchmen = watchmen[:1]
	look()
	look()
	if got := told(open); got != "12:10 run 1 is not over: escalate to senior\n15:10 run 1 is not over: escalate to manager (late by 2 h 50)\n" {
		t.Errorf("%q", got)
	}
	if got := told(resolved); got != "15:10 run 1 is not over: escalate to manager (late by 2 h 50)\n" {
		t.Errorf("%q", got)
	}
	if got := told(ended); got != "" {
		t.Errorf("%q", got)
	}
}
