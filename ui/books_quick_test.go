//go:build unix

package ui

import (
	"testing"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

const twoMarks = `runbook:
  id: again
  title: Again
  steps:
    - id: talk
      title: Talk
      actions: [{description: Say so}, {description: Say it again}, {description: Say no more}]
`

// written lets what a key began go on until the room knows that it is written, and
// no further: what is read again then stays for later.
func (s *stepper) written(cmd tea.Cmd) (later tea.Cmd) {
	s.t.Helper()
	todo := []tea.Cmd{cmd}
	for len(todo) > 0 {
		c := todo[0]
		todo = todo[1:]
		if c == nil {
			continue
		}
		switch m := c().(type) {
		case tea.BatchMsg:
			todo = append(todo, m...)
		case doneMsg:
			_, then := s.a.Update(m)
			return tea.Batch(append(todo, then)...)
		}
	}
	s.t.Fatal("nothing was written")
	return nil
}

// Marks that come faster than the record and the plan answer go on, and none of
// them takes back the one before.
func TestQuickMarksGoOn(t *testing.T) {
	done := func(s *stepper, want int) {
		t.Helper()
		n := 0
		for k := range 3 {
			if s.action(1, "talk", k).State == model.ActionDone {
				n++
			}
		}
		if n != want {
			t.Errorf("%d are done, want %d:\n%s", n, want, s.screen())
		}
	}
	t.Run("before it is written", func(t *testing.T) {
		s := sitStepping(t, 80, 24)
		shelf(t, twoMarks, s)
		s.begin("again")
		var all []tea.Cmd
		for range 4 { // once more than there is to do
			_, c := s.a.Update(press("space"))
			all = append(all, c)
		}
		for _, c := range all {
			s.seat.run(c)
		}
		done(s, 3)
	})
	t.Run("before the plan is read again", func(t *testing.T) {
		s := sitStepping(t, 80, 24)
		shelf(t, twoMarks, s)
		s.begin("again")
		_, c := s.a.Update(press("space"))
		later := s.written(c)
		s.sees("✓ Say so", "▌· Say it again")
		s.keys("space")
		done(s, 2)
		s.seat.run(later)
		s.keys("space")
		done(s, 3)
		s.keys("up", "space") // who goes back means it
		done(s, 2)
	})
}

// What has ended as far as the record and the screen say does not hold up what
// comes next, though the room has not come to know of the end of the process.
func TestNextActionNeedNotWait(t *testing.T) {
	dir := t.TempDir()
	s := sitStepping(t, 80, 24)
	shelf(t, again(dir, "read", 0), s)
	s.begin("again")
	s.keys("space", "enter")
	job := s.a.books().job
	if job == nil {
		t.Fatalf("it does not run:\n%s", s.screen())
	}
	s.keys("E")
	s.sees("something of this run still runs")
	may(t, dir, "end")
	<-job.Done()
	s.early = true
	s.hears()
	s.sees("✓", "▌· Look at it")
	if s.a.books().job != job {
		t.Fatal("the room has heard of the end: nothing is tried here")
	}
	s.keys("space", "E") // the last one, and the end of the run
	if run, _ := s.incident().Run(1); run.Outcome != model.RunFinished {
		t.Fatalf("%v:\n%s", run.Outcome, s.screen())
	}
	s.ends()
}

// A second enter before the first has got anywhere is not an error, and runs nothing.
func TestEnterTwiceRunsOnce(t *testing.T) {
	dir := t.TempDir()
	s := sitStepping(t, 80, 24)
	shelf(t, again(dir, "read", 0), s)
	may(t, dir, "end")
	s.begin("again")
	s.keys("space")
	_, first := s.a.Update(press("enter"))
	_, second := s.a.Update(press("enter"))
	s.sees("it is being started")
	for _, c := range []tea.Cmd{first, second} {
		s.seat.run(c)
		s.hears()
	}
	s.ends()
	if n := ran(dir); n != 1 || s.a.toast.kind == failure {
		t.Fatalf("it ran %d times:\n%s", n, s.screen())
	}
	s.sees("▌· Look at it")
	if why := canEnd(s.a); why != "" {
		t.Fatal(why)
	}
}

// Who looks at the screen for the first time sees the run that is under way, whatever
// was heard before; who went back to the list finds the list again.
func TestTheRunUnderWayIsShown(t *testing.T) {
	ana := sitStepping(t, 80, 24)
	bob := follows(join(t, ana.store, ana.clock, "bob", 80, 24), ana.bin)
	bob.seat.run(bob.a.enter(ana.a.room.inc.ID, 0))
	ana.others = []*stepper{bob}
	bob.hear(ana.do("ana", "before anything is run"))
	ana.begin("orders-slow")
	bob.keys("esc", "3")
	bob.sees("ana runs it", "What is slow?")
	bob.keys("esc", "1", "3")
	bob.lacks("ana runs it")
}
