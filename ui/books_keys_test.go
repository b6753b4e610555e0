//go:build unix

package ui

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/runbooks/library"
)

// reach steps the runbook of the tests to the step that changes something.
func (s *stepper) reach() {
	s.t.Helper()
	s.begin("orders-slow")
	s.keys("enter")
	s.ends()
	s.keys("enter")
	s.ends()
	s.keys("x", "text:known", "enter")
	s.keys("enter", "right", "right", "enter")
	s.sees("will run", "echo scaling")
}

// action is what the record says of an action.
func (s *stepper) action(run int, step string, k int) model.RunAction {
	s.t.Helper()
	r, ok := s.incident().Run(run)
	if !ok {
		s.t.Fatalf("no run %d", run)
	}
	st, ok := r.Step(step)
	if !ok || k >= len(st.Actions) {
		s.t.Fatalf("no action %d in %q", k, step)
	}
	return st.Actions[k]
}

func TestAssentTakesOnlyAReadYes(t *testing.T) {
	s := sitStepping(t, 40, 12)
	s.reach()
	s.keys("enter")
	s.sees("Run this?", "read on")
	s.keys("y")
	s.sees("not all of it")
	if got := s.action(1, "scale", 0).State; got != model.ActionPending {
		t.Fatalf("a yes to half a command: %s", got)
	}
	// What is typed over the question is no key of the screen behind it.
	s.keys("text:S0q3Txeu", "ctrl+x")
	s.seat.send(tea.PasteMsg{Content: "y"})
	s.hears()
	if s.a.screen != screenBooks || len(s.a.dialogs) != 1 || s.action(1, "scale", 0).State != model.ActionPending {
		t.Fatalf("a letter went through the question:\n%s", s.screen())
	}
	s.keys("pgdown")
	s.sees("y run it")
	s.keys("enter") // pressed once too often
	if len(s.a.dialogs) != 0 || s.action(1, "scale", 0).State != model.ActionPending {
		t.Fatal("enter is no yes")
	}
	s.keys("enter", "pgdown", "y")
	s.ends()
	if got := s.action(1, "scale", 0); got.State != model.ActionSucceeded || !strings.Contains(got.Output, "scaling orders-api to 4 in prod-eu") {
		t.Fatalf("%+v", got)
	}
}

// A value that changes behind the question makes it a question about something else.
func TestAssentHoldsOnlyForWhatWasShown(t *testing.T) {
	s := sitStepping(t, 120, 40)
	s.reach()
	s.keys("enter")
	s.sees("WR_REPLICAS = 4")
	s.hear(s.command(s.a.room.inc.ID, "bob", model.SetRunValues{N: 1, Values: map[string]string{"replicas": "8"}}))
	s.keys("y")
	s.sees("not what was shown")
	if got := s.action(1, "scale", 0); got.State != model.ActionPending {
		t.Fatalf("it ran with %q", got.Output)
	}
}

func TestPassedOverWithItsReason(t *testing.T) {
	s := sitStepping(t, 120, 40)
	s.reach()
	got := s.action(1, "us", 0)
	if got.State != model.ActionSkipped || !strings.Contains(got.Note, `params.context == "prod-us"`) {
		t.Fatalf("%+v", got)
	}
	// A person may still run it, but is asked whatever it does.
	s.keys("left", "enter")
	s.sees("It does not apply here. Run it?")
	s.keys("esc")
	for n := 0; n < 3; n++ { // it is passed over once
		s.seat.run(s.a.books().readPlan(s.a))
		s.hears()
	}
	if n := strings.Count(strings.Join(timelineTexts(t, s), "\n"), "skipped: Move it"); n != 1 {
		t.Fatalf("skipped %d times", n)
	}
}

func timelineTexts(t *testing.T, s *stepper) []string {
	t.Helper()
	var out []string
	list, err := s.store.Timeline(context.Background(), s.a.room.inc.ID, model.Window{Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		out = append(out, e.Text())
	}
	return out
}

func TestVerdictIsAPersons(t *testing.T) {
	s := sitStepping(t, 120, 40)
	s.reach()
	s.keys("enter", "y")
	s.ends()
	s.keys("enter", "enter") // one enter too many says nothing
	if got := s.action(1, "over", 0).State; got != model.ActionPending {
		t.Fatalf("%s", got)
	}
	s.keys("enter", "2")
	if got := s.action(1, "over", 0); got.State != model.ActionFailed || !strings.Contains(got.Note, "p99 below 300 ms") {
		t.Fatalf("%+v", got)
	}
	s.keys("enter", "1")
	if got := s.action(1, "over", 0); got.State != model.ActionDone || got.By != "ana" {
		t.Fatalf("%+v", got)
	}
	s.keys("space")
	s.sees("all is done")
	s.keys("E")
	if r, _ := s.incident().Run(1); r.Outcome != model.RunFinished {
		t.Fatalf("%q", r.Outcome)
	}
}

func TestNoValueByNotLooking(t *testing.T) {
	s := sitStepping(t, 80, 24)
	s.begin("orders-slow")
	s.keys("right", "right", "enter", "enter")
	s.sees("waits for a value: replicas")
	if r, _ := s.incident().Run(1); r.Values["replicas"] != "" {
		t.Fatalf("%q", r.Values)
	}
}

func TestLeavingAsksWhileSomethingRuns(t *testing.T) {
	s := sitStepping(t, 80, 24)
	s.begin("orders-slow")
	s.keys("enter")
	s.run.busy = 1
	s.keys("ctrl+c")
	s.sees("Leave?", "Waiting connections", "Stop it and leave")
	if s.a.quit {
		t.Fatal("it left")
	}
	s.keys("enter") // Stay comes first
	if len(s.a.dialogs) != 0 || s.a.quit {
		t.Fatal("staying does not stay")
	}
	s.keys("ctrl+c", "down", "enter")
	if !s.a.quit {
		t.Fatal("it does not leave")
	}
	s.a.quit = false
	s.keys("ctrl+c", "ctrl+c")
	if !s.a.quit {
		t.Fatal("asking twice does not leave")
	}
	s.a.quit, s.run.busy = false, 0
	s.ends()
	s.keys("esc", "ctrl+c")
	if !s.a.quit {
		t.Fatal("it asks though nothing runs")
	}
}

// Two rooms on one record: one executes, the other follows what it does and
// prints, and can take it over.
func TestSecondRoomFollows(t *testing.T) {
	ana := sitStepping(t, 120, 40)
	bob := follows(join(t, ana.store, ana.clock, "bob", 120, 40), ana.bin)
	ana.others = []*stepper{bob}
	bob.seat.run(bob.a.enter(ana.a.room.inc.ID, 0))
	gate := filepath.Join(ana.bin, "gate")
	ana.lib = library.Load([]library.Dir{{Path: writeBook(t, "echo $((4000+2)); until test -e "+gate+"; do sleep 0.01; done; echo $((4000+3))"), Origin: library.Folder}})
	bob.lib = ana.lib
	ana.keys("esc", "3")
	bob.keys("esc", "3")
	ana.seat.send(bookShelfMsg{})
	ana.begin("follow-me")
	bob.seat.run(bob.a.books().readPlan(bob.a))
	bob.keys("up", "up", "enter")
	bob.sees("ana runs it", "Say three things")
	ana.keys("enter")
	for n := 0; !strings.Contains(bob.screen(), "4002"); n++ {
		if n > 200 {
			t.Fatalf("bob does not see what is printed:\n%s", bob.screen())
		}
		bob.next("peek")
	}
	bob.sees("live from ana")
	bob.lacks("4003")
	bob.keys("enter")
	bob.sees("ana executes this run")
	if err := os.WriteFile(gate, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	ana.ends()
	bob.sees("4003", "exit 0")
	bob.keys("t", "down", "enter")
	ana.hear(model.Receipt{Events: bob.newest(t)})
	bob.sees("you run it")
	ana.sees("bob runs it")
	ana.keys("enter")
	ana.sees("bob executes this run")
}

// newest are the newest events of the record, as another room would hear them.
func (s *stepper) newest(t *testing.T) []model.Event {
	t.Helper()
	list := events(t, s.seat)
	return list[len(list)-1:]
}

func writeBook(t *testing.T, command string) string {
	t.Helper()
	dir := t.TempDir()
	text := "runbook:\n  id: follow-me\n  title: Follow me\n  steps:\n    - title: Talk\n      actions:\n        - {description: Say three things, risk: read, command: \"" + command + "\"}\n        - {description: Listen}\n"
	if err := os.WriteFile(filepath.Join(dir, "follow-me.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// A file that is mended shows at once, and the selection stays on its runbook.
func TestLibraryChangesUnderTheScreen(t *testing.T) {
	s := sitStepping(t, 120, 40)
	s.sees("1 file not usable", "half.yaml")
	s.keys("down", "down")
	was, _ := s.a.books().selected(s.a)
	s.lib = library.Load([]library.Dir{{Path: writeBook(t, "true"), Origin: library.Folder}, {Path: filepath.Join("..", "runbooks", "testdata"), Origin: library.User}})
	s.seat.send(bookShelfMsg{})
	s.sees("Follow me")
	s.lacks("not usable", "Put orders back")
	if now, _ := s.a.books().selected(s.a); now.card == nil || now.card.Ref != was.card.Ref {
		t.Fatalf("the selection went from %+v to %+v", was.card, now.card)
	}
}

// Whoever is quicker than the disk finds what is read a moment later.
func TestFindBeforeItIsRead(t *testing.T) {
	s := sitStepping(t, 80, 24)
	d := s.a.books()
	cards := d.cards
	d.cards, d.ready = nil, false
	s.keys("f", "text:rb-001")
	s.sees("nothing matches")
	s.seat.send(bookCardsMsg{of: d.of, cards: cards})
	s.keys("enter")
	s.sees("Before you start", "you run it")
}
