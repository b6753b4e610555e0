//go:build unix

package ui

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"warroom/model"
	"warroom/runbooks/library"
)

// shelf puts one runbook into the library of the seats.
func shelf(t *testing.T, text string, seats ...*stepper) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "again.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	lib := library.Load([]library.Dir{{Path: dir, Origin: library.Folder}})
	for _, s := range seats {
		s.lib = lib
		s.seat.send(bookShelfMsg{})
	}
}

// again is a runbook whose command writes down that it was run, and waits until it
// may end or is asked to. It ends well from the given time on.
func again(dir, risk string, well int) string {
	return fmt.Sprintf(`runbook:
  id: again
  title: Again
  steps:
    - id: talk
      title: Talk
      actions: [{description: Say so}]
    - id: act
      title: Act
      actions:
        - description: Act on it
          risk: %[2]s
          command: |
            trap 'exit 130' INT; echo x >>'%[1]s/ran'; until test -e '%[1]s/end'; do sleep 0.01; done; n=$(wc -l <'%[1]s/ran'); echo "time $((n+0))"; test $n -ge %[3]d
    - id: look
      title: Look
      actions: [{description: Look at it}]
`, dir, risk, well)
}

func ran(dir string) int {
	b, _ := os.ReadFile(filepath.Join(dir, "ran"))
	return strings.Count(string(b), "\n")
}

func may(t *testing.T, dir, what string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, what), nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Who begins in the middle goes on from there; what was passed by stays open, and is
// asked about when the run is to end.
func TestBeginInTheMiddle(t *testing.T) {
	s := sitStepping(t, 120, 40)
	dir := t.TempDir()
	shelf(t, again(dir, "read", 1), s)
	may(t, dir, "end")
	s.begin("again")
	s.keys("right", "enter")
	s.ends()
	s.sees("Step 3 · Look")
	s.keys("space")
	if got := s.action(1, "talk", 0).State; got != model.ActionPending {
		t.Fatalf("what was passed by: %s", got)
	}
	s.lacks("all is done")
	s.keys("E")
	s.sees("Not everything is done. Give the run up?")
	s.keys("esc", "left", "left", "space", "E")
	if r, _ := s.incident().Run(1); r.Outcome != model.RunFinished {
		t.Fatalf("%q", r.Outcome)
	}
}

// A failure is tried again by a key; the screen counts, and the record has both.
func TestTriedAgain(t *testing.T) {
	s := sitStepping(t, 120, 40)
	dir := t.TempDir()
	shelf(t, again(dir, "read", 2), s)
	may(t, dir, "end")
	s.begin("again")
	s.keys("right", "enter")
	s.ends()
	s.sees("failed exit 1", "time 1", "enter tries again")
	if n := ran(dir); n != 1 {
		t.Fatalf("it ran %d times by itself", n)
	}
	s.keys("enter")
	s.ends()
	s.keys("left")
	s.sees("attempt 2 · exit 0", "time 2")
	if got := s.action(1, "act", 0); got.State != model.ActionSucceeded || got.Attempt != 2 {
		t.Fatalf("%+v", got)
	}
	var ends []model.ActionState
	for _, e := range events(t, s.seat) {
		if b, ok := e.Body.(*model.ActionEnded); ok {
			ends = append(ends, b.State)
		}
	}
	if fmt.Sprint(ends) != "[failed succeeded]" {
		t.Fatalf("the record has %v", ends)
	}
}

// actTogether gives two rooms of one incident, in the first of which an action runs
// that changes something.
func actTogether(t *testing.T, w, h int) (ana, bob *stepper, dir string) {
	t.Helper()
	ana = sitStepping(t, w, h)
	bob = follows(join(t, ana.store, ana.clock, "bob", w, h), ana.bin)
	bob.seat.run(bob.a.enter(ana.a.room.inc.ID, 0))
	bob.keys("esc", "3")
	dir = t.TempDir()
	shelf(t, again(dir, "mutate", 1), ana, bob)
	ana.others, bob.others = []*stepper{bob}, []*stepper{ana}
	ana.begin("again")
	ana.keys("right", "enter", "pgdown", "y")
	for n := 0; ran(dir) == 0; n++ {
		if n > 500 {
			t.Fatal("it does not begin")
		}
		time.Sleep(10 * time.Millisecond)
	}
	return ana, bob, dir
}

// What changed something was interrupted: it is shown first, and nothing but a
// person's word about just that repeats it.
func TestInterruptedWaitsForAWord(t *testing.T) {
	ana, bob, dir := actTogether(t, 120, 40)
	bob.keys("up", "up", "enter")
	bob.sees("Step 2 · Act", "running")
	bob.keys("t")
	bob.sees("Take over from ana?", "goes on", "counts as interrupted")
	bob.keys("down", "enter")
	bob.sees("you run it", "Step 2 · Act", "nobody knows whether it happened")
	ana.sees("run 1 is bob's now", "ctrl+x stops it") // it is still her command
	bob.keys("left", "right")                         // looking around runs nothing
	for range 3 {
		bob.seat.send(bookAlarmMsg{bob.a.books().clock})
		bob.seat.run(bob.a.enter(bob.a.room.inc.ID, 0))
		bob.keys("3")
	}
	bob.keys("enter")
	bob.sees("It may have happened. Run it again?")
	bob.keys("enter") // pressed once too often
	if n := ran(dir); n != 1 || bob.a.books().job != nil {
		t.Fatalf("it ran %d times", n)
	}
	bob.keys("enter", "y")
	may(t, dir, "end")
	bob.ends()
	if got := bob.action(1, "act", 0); got.State != model.ActionSucceeded || got.By != "bob" || ran(dir) != 2 {
		t.Fatalf("ran %d times: %+v", ran(dir), got)
	}
	ana.ends() // too late: the run is bob's, and says what bob did
	if got := ana.action(1, "act", 0); got.State != model.ActionSucceeded || got.By != "bob" {
		t.Fatalf("%+v", got)
	}
	ana.sees("bob runs it")
}

// Who was taken over from still holds what runs there: it can be stopped, and that
// changes nothing of what the run says.
func TestTakenOverIsStopped(t *testing.T) {
	ana, bob, _ := actTogether(t, 80, 24)
	bob.keys("up", "up", "enter", "t", "down", "enter")
	ana.sees("ctrl+x stops it")
	ana.keys("ctrl+x")
	ana.ends()
	if n := ana.run.Busy(); n != 0 {
		t.Fatalf("%d still run", n)
	}
	if got := bob.action(1, "act", 0).State; got != model.ActionInterrupted {
		t.Fatalf("%s", got)
	}
	bob.sees("on purpose") // what to do now is not cut off
}

// A note is written from here, and leaves the run where it is.
func TestNoteBesideARun(t *testing.T) {
	s := sitStepping(t, 80, 24)
	s.begin("orders-slow")
	s.keys("right", "right")
	at := s.a.books().point()
	s.keys("i", "text:replica 2 is 80 s behind, scaling is safe", "enter")
	if now := s.a.books().point(); now != at || s.a.screen != screenBooks || len(s.a.dialogs) != 0 {
		t.Fatalf("it went from %+v to %+v:\n%s", at, now, s.screen())
	}
	if txt := strings.Join(timelineTexts(t, s), "\n"); !strings.Contains(txt, "scaling is safe") {
		t.Fatalf("no note:\n%s", txt)
	}
}

// Whom an escalation names gets an order in its own words. A contact that is not a
// name, and a run that names nobody, ask who.
func TestOrderToAContact(t *testing.T) {
	for _, c := range []struct{ name, escalation, who, want string }{
		{"words", "[{after: 10m, contact: \"@db-oncall\", message: \"look at the locks\"}]", "", "look at the locks"},
		{"several words", "[{after: 10m, contact: \"the people of storage\"}]", "storage", "join: Again"},
		{"nobody", "[]", "storage", "join: Again"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := sitStepping(t, 80, 24)
			shelf(t, again(t.TempDir(), "read", 1)+"  escalation: "+c.escalation+"\n", s)
			s.begin("again")
			s.keys("o")
			if c.name != "nobody" {
				s.keys("enter")
			}
			s.sees(c.want)
			person := "db-oncall"
			if c.who != "" {
				person = c.who
				s.sees("who")
				s.keys("ctrl+u", "text:"+c.who)
			}
			s.keys("enter")
			if o := s.incident().Orders; len(o) != 1 || o[0].Person != person || o[0].Task != c.want || o[0].Due.Sub(o[0].Given) != 5*time.Minute {
				t.Fatalf("%+v\n%s", o, s.screen())
			}
		})
	}
}
