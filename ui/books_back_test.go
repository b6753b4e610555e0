//go:build unix

package ui

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"warroom/model"
)

// goBack begins the way back of the tests, up to the list of revisions.
func (s *stepper) goBack() {
	s.t.Helper()
	s.shelves(filepath.Join("testdata", "ways"))
	s.keys("R", "text:orders-return", "enter")
	for _, v := range []string{"prod-eu", "shop", "orders"} {
		s.keys("text:"+v, "tab")
	}
}

// rollBack goes on to the change and makes it.
func (s *stepper) rollBack() {
	s.t.Helper()
	s.goBack()
	s.keys("enter", "down", "enter")
	s.forward("enter")
	s.keys("enter", "pgdown", "pgdown", "text:orders", "enter")
	s.ends()
}

// A rollback to its end, and its undo to its end.
func TestGoldenRollback(t *testing.T) {
	for _, size := range bookSizes {
		t.Run(fmt.Sprintf("%dx%d", size.w, size.h), func(t *testing.T) {
			s := sitStepping(t, size.w, size.h)
			s.goBack()
			s.look("target")
			s.keys("enter")
			s.look("options")
			s.keys("down", "enter")
			s.look("begun")
			s.forward("enter")
			s.look("before")
			s.keys("enter", "pgdown", "pgdown", "text:orders")
			s.look("typed")
			s.keys("enter")
			s.look("executes")
			s.ends()
			s.look("verified")
			if run, _ := s.incident().Run(1); run.Outcome != model.RunFinished || run.Values["revision"] != "41" {
				t.Fatalf("%+v", run)
			}
			s.keys("n")
			s.look("what-next")
			s.keys("esc", "u")
			s.look("undo")
			if strings.Contains(s.calls(), "--to-revision=42") {
				t.Fatal("the undo began by itself")
			}
			s.keys("enter", "pgdown", "pgdown", "text:orders", "enter")
			s.ends()
			s.look("undone")
			if run, _ := s.incident().Run(2); run.Outcome != model.RunFinished || !strings.Contains(s.calls(), "--to-revision=42") {
				t.Fatalf("%+v\n%s", run, s.calls())
			}
			s.keys("esc")
			s.look("runs")
		})
	}
}

// It is not proven that it worked: what is said, what is offered, and that nothing
// of it happens by itself.
func TestGoldenUnproven(t *testing.T) {
	for _, size := range bookSizes {
		t.Run(fmt.Sprintf("%dx%d", size.w, size.h), func(t *testing.T) {
			s := sitStepping(t, size.w, size.h)
			s.put("broken", "")
			s.rollBack()
			s.look("failed")
			if run, _ := s.incident().Run(1); !run.Active() || strings.Contains(s.calls(), "--to-revision=42") {
				t.Fatalf("something followed by itself: %+v\n%s", run, s.calls())
			}
			s.keys("n")
			s.look("offers")
			s.keys("esc")
		})
	}
}

// Each offer leads where it says, and the first run gives its target up only to an
// undo that begins.
func TestOffersAfterAFailedVerification(t *testing.T) {
	for offer, c := range map[string]struct{ sees, outcome string }{
		"undo":      {"to-revision=42", model.RunFailed},
		"more peop": {"Call for more people", ""},
		"Purge":     {"no undo! The target of: Purge what was cached", ""},
	} {
		t.Run(offer, func(t *testing.T) {
			s := sitStepping(t, 120, 40)
			s.put("broken", "")
			s.rollBack()
			s.keys("n", "text:"+offer, "enter")
			s.sees(c.sees)
			if run, _ := s.incident().Run(1); run.Outcome != c.outcome {
				t.Fatalf("%q", run.Outcome)
			}
			if offer == "undo" {
				s.keys("esc")
				s.sees("▌▸ run 2", "✗ run 1")
			}
			if offer != "more peop" {
				return
			}
			s.keys("enter")
			s.sees("✗") // nobody is named: nobody is called
			s.keys("text:bob", "enter")
			if o := s.incident().Orders; len(o) != 1 || o[0].Person != "bob" || o[0].Task != "join: Return orders to an earlier revision" {
				t.Fatalf("%+v", o)
			}
		})
	}
}

// What cannot be undone says so before it is done: in the list, in the choice of a
// way, and where the target is typed. Afterwards there is no key that pretends.
func TestIrreversibleIsSaidBefore(t *testing.T) {
	s := sitStepping(t, 120, 40)
	s.shelves(filepath.Join("testdata", "ways"))
	s.sees("no undo", "data loss possible")
	s.keys("R")
	s.sees("no undo · orders-purge", "data loss possible")
	s.keys("text:purge", "enter")
	s.sees("no undo! The target of")
	s.keys("text:orders", "enter")
	s.forward("enter")
	s.sees("this cannot be undone")
	s.keys("enter")
	s.sees("this cannot be undone", "it usually takes", "type orders")
	s.put("broken", "")
	s.keys("text:orders", "enter")
	s.ends()
	s.sees("not proven that it worked")
	s.lacks("u undoes it", "undo what run 1 did")
	s.keys("u")
	s.sees("it cannot be undone")
	if run, _ := s.incident().Run(1); !run.Active() {
		t.Fatalf("a key that cannot undo ended the run: %q", run.Outcome)
	}
}

// As long as something runs it cannot be undone, marked or skipped, and no key is
// offered that would be refused.
func TestNothingElseWhileItRuns(t *testing.T) {
	s := sitStepping(t, 120, 40)
	s.goBack()
	s.keys("enter", "down", "enter")
	s.forward("enter")
	s.keys("enter", "pgdown", "text:orders", "enter")
	if s.a.books().job == nil {
		t.Fatal("it does not run")
	}
	s.lacks("u undo it", "space done", "x skip")
	for key, says := range map[string]string{"u": "it runs", "space": "it runs", "x": "it runs"} {
		s.keys(key)
		s.sees(says)
		if len(s.a.dialogs) != 0 {
			t.Fatalf("%s asks for what will be refused", key)
		}
	}
	s.ends()
}

// Who would skip a step, and may not, does not decline the role that is offered.
func TestSkipDeclinesNoRole(t *testing.T) {
	s := sitStepping(t, 120, 40)
	s.command(s.a.room.inc.ID, "bob", model.TakeCommand{})
	s.hear(s.command(s.a.room.inc.ID, "bob", model.HandOver{To: "ana"}))
	s.begin("orders-slow")
	s.keys("enter")
	s.keys("up", "up", "x")
	s.sees("it runs")
	s.ends()
	s.keys("up", "up", "x")
	s.sees("it is over already")
	if o := s.incident().Offers; len(o) != 1 {
		t.Fatalf("%+v", o)
	}
}

// A failure that is seen from elsewhere names no key that means something else there.
func TestFailureSeenFromElsewhere(t *testing.T) {
	s := sitStepping(t, 80, 24)
	s.begin("orders-slow")
	s.keys("down", "enter", "1")
	s.ends()
	s.sees("run 1 failed", "exit 7", "3 shows it")
	s.lacks("tries again", "skips it")
	s.keys("3")
	s.sees("✗ Can the database")
	s.keys("enter")
	s.ends()
	s.sees("enter tries again, x skips it")
}

// Lists to pick from are read, and what was said meanwhile goes when they are there;
// a list that cannot be read leaves a line to type into.
func TestOptionsCannotBeRead(t *testing.T) {
	s := sitStepping(t, 120, 40)
	s.goBack()
	s.put("kubectl", "#!/bin/sh\necho 'no such context' >&2; exit 1\n")
	s.keys("enter")
	s.sees("cannot be read", "Revision to go back to")
	s.keys("text:41", "enter")
	s.sees("Return orders to", "you run it", "revision", "41")
	s.put("kubectl", kubectl)
	s.forward("enter")
	s.wait(time.Second)
	if got := s.action(1, "guards", 0).State; got != model.ActionSucceeded {
		t.Fatalf("%s", got)
	}
}
