//go:build unix

package ui

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"warroom/model"
	"warroom/runbooks/library"
)

const ruled = `id: ruled
title: Ruled
steps:
  - title: S
    actions:
      - {description: pipes, risk: read, shell: bash-strict, command: 'yes | head -1 >/dev/null'}
      - {description: deletes, command: 'x=delete; kubectl $x pod <pod-name> --force'}
      - {description: knows, command: 'x=rm; $x -rf /nowhere; kubectl unknown'}
`

// shelve makes one runbook all of the library.
func (s *stepper) shelve(text string) {
	s.t.Helper()
	dir := s.t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "ruled.yaml"), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	s.lib = library.Load([]library.Dir{{Path: dir, Origin: library.Folder}})
	s.seat.send(bookShelfMsg{})
	s.hears()
}

func (s *stepper) called() string {
	b, _ := os.ReadFile(filepath.Join(s.bin, "calls"))
	return string(b)
}

// R5, R9, R15, R24 as a person sees them.
func TestRulesOnTheScreen(t *testing.T) {
	s := sitStepping(t, 120, 40)
	s.shelve(ruled)
	s.begin("ruled")
	s.keys("enter")
	s.ends()
	s.sees("exit 141", "SIGPIPE") // R15: what happened is explained
	s.keys("x", "text:known", "enter")
	s.sees("waits for a value: pod-name")
	if why := canCopy(s.a); !strings.Contains(why, "<pod-name>") { // R5
		t.Errorf("a command that is not filled in can be copied: %q", why)
	}
	s.keys("y")
	s.sees("not filled in: <pod-name>")
	s.lacks("copied")
	s.keys("x", "text:not needed", "enter", "enter")
	s.sees("Run this? It may change something") // R24
	if s.called() != "" || s.action(1, "step-1", 2).State != model.ActionPending {
		t.Fatalf("what nobody knows ran without a yes: %s", s.called())
	}
	s.keys("esc")
	s.shelve(strings.ReplaceAll(ruled, "kubectl unknown", "kubectl another")) // R9
	s.sees("the file has changed since", "kubectl unknown")
	for _, size := range bookSizes {
		s.resize(size.w, size.h)
		s.sees("the file has changed")
	}
	s.keys("enter", "y")
	s.ends()
	if s.called() != "unknown\n" {
		t.Errorf("ran %q", s.called())
	}
}

// R25: however a command that had the terminal ends, what it left switched on is
// switched off, and its last words stay until enter is pressed.
func TestR25TheTerminalIsPutBack(t *testing.T) {
	for script, want := range map[string]string{
		`printf '\033[31m\033(0\033[?25l last words'; exit 3`: "exit status 3",
		`printf ' last words'; kill -SEGV $$`:                 "signal: segmentation fault",
		`printf ' last words'`:                                "<nil>",
	} {
		var out bytes.Buffer
		keys, hand, err := os.Pipe() // as a file it is the command's own, and is not read for it
		if err != nil {
			t.Fatal(err)
		}
		if _, err := hand.WriteString("xy\nrest"); err != nil {
			t.Fatal(err)
		}
		hand.Close()
		h := &handed{exec.Command("sh", "-c", script), t.Context()}
		h.SetStdin(keys)
		h.SetStdout(&out)
		h.SetStderr(&out)
		if err := h.Run(); fmt.Sprint(err) != want {
			t.Errorf("%s: %v, want %s", script, err, want)
		}
		left, _ := io.ReadAll(keys)
		keys.Close()
		_, end, ok := strings.Cut(out.String(), "last words")
		if !ok || !strings.HasPrefix(end, "\x1b[0m\x1b(B\x1b[?25h\r\n") || !strings.Contains(end, "press enter") {
			t.Errorf("%s: %q", script, out.String())
		}
		if string(left) != "rest" {
			t.Errorf("%s: %q is left for the room", script, left)
		}
	}
}
