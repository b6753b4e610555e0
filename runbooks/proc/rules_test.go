//go:build unix

package proc

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"warroom/runbooks/output"
)

// started begins a script that says when it is ready.
func started(t *testing.T, script string, change ...func(*Spec)) *Run {
	t.Helper()
	s := Spec{Argv: []string{"bash", "-c", script}, Env: testEnv(), Dir: t.TempDir(), Timeout: 20 * time.Second, Stop: Ladder{}}
	for _, c := range change {
		c(&s)
	}
	r, err := Start(s)
	if err != nil {
		t.Fatal(err)
	}
	await(t, "the first line", func() bool { return strings.Contains(r.Record().View().Stdout(), "ready") })
	return r
}

// What ps shows of everything that a run consists of, the keeper included.
func TestR14SecretNotInCmdline(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("command lines are read from /proc")
	}
	r := started(t, `read x; echo "ready $WR_TOKEN" | tr a-z A-Z >/dev/null; echo ready; sleep 20`, func(s *Spec) {
		s.Env, s.Stdin = append(s.Env, "WR_TOKEN=sesame-open"), []byte("sesame-open\n")
	})
	defer func() { r.Stop(); r.Wait() }()
	keepers, commands := 0, 0
	for _, p := range below(os.Getpid()) {
		line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", p.pid))
		env, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", p.pid))
		if bytes.Contains(line, []byte("sesame")) {
			t.Errorf("%s shows %q", p, line)
		}
		if bytes.Contains(line, []byte(keeperArg)) {
			if keepers++; bytes.Contains(env, []byte("sesame")) {
				t.Errorf("the keeper's environment holds %q", env)
			}
		} else if bytes.Contains(env, []byte("WR_TOKEN=sesame-open")) {
			commands++
		}
	}
	if keepers == 0 || commands == 0 {
		t.Errorf("%d keepers, %d commands were looked at", keepers, commands)
	}
}

// What warroom itself reads from is not the command's.
func TestR16StdinIsNotWarrooms(t *testing.T) {
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer out.Close()
	if _, err := out.WriteString("typed for warroom\n"); err != nil {
		t.Fatal(err)
	}
	defer func(was *os.File) { os.Stdin = was }(os.Stdin)
	os.Stdin = in
	if r := sh(t, `read x; echo "got:$x:$?"`, func(s *Spec) { s.Timeout = 3 * time.Second }); r.View.Stdout() != "got::1\n" {
		t.Errorf("%+v", r)
	}
}

// The command leads a session of its own, and so does its keeper.
func TestR17SessionOfItsOwn(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("sessions are read from /proc")
	}
	r := sh(t, `for p in $$ $PPID; do read -r line </proc/$p/stat; set -- ${line##*) }; test "$4" = $p && test "$5" = 0 && echo "leads, no terminal"; done`)
	if r.View.Stdout() != "leads, no terminal\nleads, no terminal\n" {
		t.Errorf("%+v", r.View)
	}
}

func TestR18DefaultLadder(t *testing.T) {
	if want := (Ladder{{"INT", 10 * time.Second}, {"TERM", 5 * time.Second}}); !slices.Equal(DefaultLadder, want) {
		t.Errorf("%v, want %v", DefaultLadder, want)
	}
	r := started(t, `trap 'echo asked; exit 4' INT; echo ready; while :; do sleep 0.01; done`, func(s *Spec) { s.Stop = nil })
	r.Stop()
	if res := r.Wait(); res.Last != "INT" || res.Exit != 4 {
		t.Errorf("%+v", res)
	}
}

// Each signal goes to all of the group: what the shell waits for cleans up, too.
func TestR18TheGroupIsAsked(t *testing.T) {
	for _, sig := range []string{"INT", "TERM"} {
		r := started(t, `bash -c 'trap "echo child cleaned; exit 0" `+sig+`; echo ready; while :; do sleep 0.01; done'; :`, func(s *Spec) {
			s.Stop = Ladder{{sig, 3 * time.Second}}
		})
		r.Stop()
		if res := r.Wait(); res.Last != sig || !strings.Contains(res.View.Stdout(), "child cleaned") {
			t.Errorf("%s: %+v", sig, res)
		}
	}
}

// Random bytes are not shown, and where all of them are is said.
func TestR32RandomBytes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "out")
	r := sh(t, "head -c 1048576 /dev/urandom", func(s *Spec) { s.File = file })
	// Redaction may take a few bytes for a token, never many.
	if len(r.View.Lines) != 1 || !r.View.Binary || r.View.Total < 1<<20-1<<10 || r.View.Lines[0].Text != fmt.Sprintf("binary, %d bytes, saved as %s", r.View.Total, file) {
		t.Errorf("%d of %d: %.80v", len(r.View.Lines), r.View.Total, r.View.Lines)
	}
	if st, err := os.Stat(file); err != nil || st.Size() != r.View.Total {
		t.Errorf("%v %v", st, err)
	}
}

// Why a command could not be started tells no secret either.
func TestR34ErrorOfAFailedStart(t *testing.T) {
	s := &output.Secrets{}
	if err := s.Add("token", "sesame-open"); err != nil {
		t.Fatal(err)
	}
	odd := filepath.Join(t.TempDir(), "sesame-open")
	if err := os.WriteFile(odd, []byte("#!/nowhere/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := Start(Spec{Argv: []string{odd}, Env: testEnv(), Dir: "/", Secrets: s})
	if err == nil || strings.Contains(err.Error(), "sesame") || !strings.Contains(err.Error(), "****(token)") {
		t.Errorf("%v", err)
	}
}

// A line that has not ended is seen while the command waits, but no half of a
// secret.
func TestR34PromptIsSeen(t *testing.T) {
	s := &output.Secrets{}
	if err := s.Add("token", "sesame-open"); err != nil {
		t.Fatal(err)
	}
	r := started(t, `printf 'ready? sesame'; sleep 20`, func(sp *Spec) { sp.Secrets = s })
	if got := r.Record().View().Stdout(); got != "ready? \n" {
		t.Errorf("%q", got)
	}
	r.Stop()
	r.Wait()
}
