//go:build unix

package ui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"warroom/model"
	"warroom/runbooks/library"
)

// tty is what a command prints to; a test looks at it meanwhile.
type tty struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (w *tty) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

func (w *tty) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}

// hand gives a terminal to a command.
func hand(t *testing.T, ctx context.Context, script string) (keys *os.File, out *tty, ended chan error) {
	t.Helper()
	in, keys, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); keys.Close() })
	h := &handed{Cmd: exec.Command("sh", "-c", script), ctx: ctx}
	out, ended = &tty{}, make(chan error, 1)
	h.SetStdin(in)
	h.SetStdout(out)
	h.SetStderr(out)
	go func() { ended <- h.Run() }()
	return keys, out, ended
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(8 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited too long for %s", what)
		}
	}
}

// R25: whatever a command has done to the terminal, also when it crashed, colours and
// cursor are put right, and its last words stay until enter.
func TestR25LastWordsStay(t *testing.T) {
	for script, how := range map[string]string{
		`printf '\033c\033[31m\033(0\033[?25lread this'; exit 3`: "exit status 3",
		`printf '\033[?1049hread this'; kill -SEGV $$`:           "signal: segmentation fault",
		`printf 'read this'`: "<nil>",
	} {
		keys, out, ended := hand(t, t.Context(), script)
		until(t, "its end", func() bool { return strings.Contains(out.String(), "press enter") })
		_, last, _ := strings.Cut(out.String(), "read this")
		for _, put := range []string{"\x1b[0m", "\x1b(B", "\x1b[?25h"} {
			if !strings.Contains(last, put) {
				t.Errorf("%s: %q lacks %q", how, last, put)
			}
		}
		fmt.Fprint(keys, "x ")
		select {
		case <-ended:
			t.Errorf("%s: another key than enter goes back", how)
		case <-time.After(30 * time.Millisecond):
		}
		fmt.Fprint(keys, "\r")
		if err := <-ended; !strings.HasPrefix(fmt.Sprint(err), how) {
			t.Errorf("%v, want %s", err, how)
		}
	}
}

// R22: what has the terminal ends with warroom, and nobody is waited for then.
func TestR22HandedOverEndsToo(t *testing.T) {
	for name, script := range map[string]string{
		"asked":      `echo $$; exec sleep 300`,
		"made to":    `trap '' TERM HUP INT; echo $$; while :; do sleep 0.02; done`,
		"just ended": `echo $$`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, leave := context.WithCancel(context.Background())
			_, out, ended := hand(t, ctx, script)
			until(t, "its start", func() bool { return strings.HasSuffix(out.String(), "\n") })
			leave()
			select {
			case <-ended:
			case <-time.After(8 * time.Second):
				t.Error("it goes on")
			}
			var pid int
			if _, err := fmt.Sscan(out.String(), &pid); err != nil || pid < 2 {
				t.Fatalf("%q: %v", out.String(), err)
			}
			if err := syscall.Kill(pid, syscall.SIGKILL); !errors.Is(err, syscall.ESRCH) {
				t.Errorf("it was still there: %v", err)
			}
		})
	}
}

// R5: a command that misses a value cannot be copied; one that has all is copied so
// that it runs elsewhere.
func TestR05CopyIsBlocked(t *testing.T) {
	s := sitStepping(t, 120, 40)
	s.begin("orders-slow")
	s.keys("right", "right", "y")
	s.sees("waits for a value: replicas")
	if canCopy(s.a) != "not filled in: <replicas>" {
		t.Errorf("%q", canCopy(s.a))
	}
	s.lacks("copied")
	s.keys("left", "left", "y")
	s.sees("copied")
	if canCopy(s.a) != "" {
		t.Error(canCopy(s.a))
	}
	if got := fmt.Sprint(s.a.bookCopy()()); !strings.HasPrefix(got, "printf 'pool orders-db") {
		t.Errorf("%q", got)
	}
}

// R9: a file that changes under a run is said; the run keeps its text.
func TestR09ChangedFileIsSaid(t *testing.T) {
	s := sitStepping(t, 120, 40)
	dir := writeBook(t, "echo as it was")
	load := func() { s.lib = library.Load([]library.Dir{{Path: dir, Origin: library.Folder}}) }
	load()
	s.keys("esc", "3")
	s.seat.send(bookShelfMsg{})
	s.begin("follow-me")
	s.sees("echo as it was")
	s.lacks("the file has changed")
	path := filepath.Join(dir, "follow-me.yaml")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.ReplaceAll(b, []byte("as it was"), []byte("another")), 0o600); err != nil {
		t.Fatal(err)
	}
	load()
	s.seat.send(bookShelfMsg{})
	s.sees("the file has changed since: this run", "echo as it was")
	s.keys("enter")
	s.ends()
	if a := s.action(1, "step-1", 0); a.State != model.ActionSucceeded || a.Output != "as it was" {
		t.Errorf("%+v", a)
	}
}
