//go:build unix

package ui

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"warroom/model"
)

// sleeps begins an action that does not end by itself, and gives the process that
// does the work: a child of the shell that was started.
func (s *stepper) sleeps() (pid int) {
	s.t.Helper()
	file := filepath.Join(s.bin, "pid")
	talk := "#!/bin/sh\necho $$ >\"$(dirname \"$0\")/pid\"\nexec sleep 300\n"
	if err := os.WriteFile(filepath.Join(s.bin, "talk"), []byte(talk), 0o755); err != nil {
		s.t.Fatal(err)
	}
	s.shelves(writeBook(s.t.(*testing.T), "talk | cat"))
	s.begin("follow-me")
	s.keys("enter")
	for range 500 {
		b, _ := os.ReadFile(file)
		if pid, _ = strconv.Atoi(strings.TrimSpace(string(b))); pid > 0 {
			return pid
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.t.Fatal("it does not begin")
	return 0
}

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }

// gone waits for a process to end.
func gone(t *testing.T, pid int) {
	t.Helper()
	for range 500 {
		if !alive(pid) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("process %d is left behind", pid)
}

// Who stays keeps what runs, wherever the question was asked; going to another
// screen asks nothing and stops nothing.
func TestStayingKeepsTheCommand(t *testing.T) {
	s := sitStepping(t, 80, 24)
	pid := s.sleeps()
	for _, key := range []string{"ctrl+c", "q"} {
		s.keys(key)
		s.look(key)
		s.sees("Leave? it runs: Say three things", "Stop it and leave")
		s.keys("enter")
		if len(s.a.dialogs) != 0 || s.a.quit || !alive(pid) {
			t.Fatalf("%s: staying does not stay:\n%s", key, s.screen())
		}
	}
	for _, to := range []string{"1", "0", "4", "3", "esc", "3"} {
		s.keys(to)
		if len(s.a.dialogs) != 0 || !alive(pid) || s.a.books().job == nil {
			t.Fatalf("%s: going elsewhere asks or stops:\n%s", to, s.screen())
		}
	}
	s.keys("0", "ctrl+c") // the question names it from everywhere
	s.sees("Leave? it runs: Say three things")
	s.keys("esc")
	s.keys("3", "enter")
	s.sees("running", "ctrl+x stops it")
	s.keys("ctrl+x")
	s.ends()
	gone(t, pid)
	s.sees("cancelled", "enter tries again")
}

// Who leaves leaves nothing behind, and the record says what became of it.
func TestLeavingStopsTheCommand(t *testing.T) {
	s := sitStepping(t, 80, 24)
	pid := s.sleeps()
	s.keys("ctrl+c", "down", "enter")
	if !s.a.quit {
		t.Fatal("it does not leave")
	}
	began := time.Now()
	s.run.Close() // as the program does when its screen has ended
	gone(t, pid)
	if d := time.Since(began); d > 15*time.Second { // it is asked at once, and not when patience ends
		t.Errorf("leaving took %v", d)
	}
	run, _ := s.incident().Run(1)
	if got := run.Steps[0].Actions[0]; got.State != model.ActionCancelled || got.Ended.IsZero() {
		t.Fatalf("%+v", got)
	}
	if n := s.run.Busy(); n != 0 {
		t.Fatalf("%d still run", n)
	}
	// The next room finds it as it was left: nothing begins by itself.
	next := follows(join(t, s.store, s.clock, "ana", 80, 24), s.bin)
	next.lib = s.lib
	next.seat.run(next.a.enter(s.a.room.inc.ID, 0))
	next.keys("esc", "3")
	next.sees("Say three things", "cancelled", "yours, elsewhere")
	if next.run.Busy() != 0 || next.a.books().job != nil {
		t.Fatal("it began again by itself")
	}
}
