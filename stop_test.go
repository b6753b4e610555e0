//go:build unix

package main

import (
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const sleeper = `apiVersion: warroom/v1
id: sleeper
title: Sleeper
steps:
  - id: sleep
    title: Sleep
    actions:
      - {description: sleeps, risk: read, command: 'echo $$ >PIDS; sleep 300 & echo $! >>PIDS; wait'}
`

// R22: whoever ends warroom, and however, ends what it runs; and the record says what
// is known of it, which after a kill is nothing.
func TestR22EndedByASignal(t *testing.T) {
	bin, err := exec.LookPath("warroom")
	if err != nil {
		t.Fatal(err)
	}
	for sig, c := range map[syscall.Signal]struct{ state, words string }{
		syscall.SIGTERM: {"cancelled", "it cancelled before"}, syscall.SIGHUP: {"cancelled", "it cancelled before"},
		syscall.SIGKILL: {"running", ""}, // it only looks: it is done again
	} {
		t.Run(sig.String(), func(t *testing.T) {
			if signal.Ignored(sig) {
				t.Skip("under nohup warroom is meant to go on")
			}
			t.Parallel()
			dir := t.TempDir()
			pids := filepath.Join(dir, "pids")
			if err := os.WriteFile(filepath.Join(dir, "sleeper.yaml"), []byte(strings.ReplaceAll(sleeper, "PIDS", pids)), 0o600); err != nil {
				t.Fatal(err)
			}
			warroom := func(args ...string) *exec.Cmd {
				cmd := exec.Command(bin, args...)
				cmd.Env = append(os.Environ(), "WARROOM_DB="+filepath.Join(dir, "war.db"), "WARROOM_USER=ana", "HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_DATA_HOME="+dir, "TZ=UTC")
				return cmd
			}
			if out, err := warroom("declare", "Orders are slow").CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			cmd := warroom("runbook", "run", "sleeper", "--runbooks", dir)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var list []string
			for end := time.Now().Add(20 * time.Second); len(list) < 2; time.Sleep(10 * time.Millisecond) {
				if time.Now().After(end) {
					_ = cmd.Process.Kill()
					t.Fatal("it does not begin")
				}
				b, _ := os.ReadFile(pids)
				list = strings.Fields(string(b))
			}
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			for _, p := range list {
				pid, _ := strconv.Atoi(p)
				gone(t, pid)
			}
			if code := cmd.ProcessState.ExitCode(); sig != syscall.SIGKILL && code != 130 {
				t.Errorf("exit status %d", code)
			}
			out, err := warroom("show", "--json").Output()
			if err != nil || !strings.Contains(string(out), `"state":"`+c.state+`"`) {
				t.Errorf("want %s, %v: %s", c.state, err, out)
			}
			if c.words == "" {
				return
			}
			out, _ = warroom("runbook", "run", "--continue", "1", "--runbooks", dir).Output()
			if !strings.Contains(string(out), c.words) {
				t.Errorf("%s", out)
			}
		})
	}
}
