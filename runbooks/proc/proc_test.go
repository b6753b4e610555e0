//go:build unix

package proc

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"warroom/runbooks/output"
)

func TestMain(m *testing.M) {
	Keep()
	if script := os.Getenv("PROC_TEST_WARROOM"); script != "" {
		runAlone(script)
	}
	if script := os.Getenv("PROC_TEST_TERMINAL"); script != "" {
		runInTerminal(script)
	}
	os.Exit(m.Run())
}

// runAlone is a warroom of its own, to be killed.
func runAlone(script string) {
	r, err := Start(Spec{Argv: []string{"sh", "-c", script}, Env: testEnv(), Dir: os.TempDir(), Timeout: time.Minute})
	if err != nil {
		fmt.Println("problem:", err)
		os.Exit(1)
	}
	fmt.Println("started")
	fmt.Println("ended", r.Wait().State)
	os.Exit(0)
}

// runInTerminal hands its own terminal to a command.
func runInTerminal(script string) {
	cmd, err := Terminal(Spec{Argv: []string{"sh", "-c", script}, Env: testEnv("GIVEN=1"), Dir: os.TempDir()})
	if err == nil {
		err = cmd.Run()
	}
	fmt.Println("ended", err)
	os.Exit(0)
}

func testEnv(more ...string) []string { return Environ(os.Environ(), Allowed, more...) }

func sh(t testing.TB, script string, change ...func(*Spec)) Result {
	t.Helper()
	s := Spec{Argv: []string{"sh", "-c", script}, Env: testEnv(), Dir: t.TempDir(), Timeout: 10 * time.Second}
	for _, c := range change {
		c(&s)
	}
	r, err := Start(s)
	if err != nil {
		t.Fatal(err)
	}
	return r.Wait()
}

// alive lists the processes whose command line holds a word; each test uses its
// own.
func alive(word string) []string {
	var out []string
	dirs, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, d := range dirs {
		b, err := os.ReadFile(d)
		if err == nil && bytes.Contains(b, []byte(word)) && !bytes.Contains(b, []byte(".test")) {
			if st, _ := os.ReadFile(filepath.Dir(d) + "/stat"); !bytes.Contains(st, []byte(") Z ")) {
				out = append(out, filepath.Base(filepath.Dir(d)))
			}
		}
	}
	return out
}

func waitGone(t *testing.T, word string) {
	t.Helper()
	deadline := time.Now().Add(5 * time.Second)
	for len(alive(word)) > 0 {
		if time.Now().After(deadline) {
			for _, p := range alive(word) {
				pid, _ := strconv.Atoi(p)
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
			t.Fatalf("still alive: %s", word)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// nap is a length of sleep that no other test uses: the process is found by it.
var naps = 40000 + os.Getpid()%10000

func nap() string { naps += 7; return fmt.Sprintf("%d.25", naps) }

func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(8 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited too long for %s", what)
		}
	}
}

func TestR11EnvironmentIsAllowed(t *testing.T) {
	t.Setenv("SECRET_X", "leak")
	t.Setenv("LC_ALL", "C")
	r := sh(t, "env", func(s *Spec) { s.Env = testEnv("WR_POD=a b") })
	got := r.View.Stdout()
	if strings.Contains(got, "SECRET_X") || !strings.Contains(got, "WR_POD=a b\n") || !strings.Contains(got, "TERM=dumb\n") || !strings.Contains(got, "LC_ALL=C\n") {
		t.Error(got)
	}
	if r := sh(t, "/usr/bin/env", func(s *Spec) { s.Env = nil; s.Argv = []string{"/usr/bin/env"} }); r.View.Stdout() != "" {
		t.Errorf("an empty environment holds %q", r.View.Stdout())
	}
}

func TestR12ProgramFromTheChildsPath(t *testing.T) {
	dir := t.TempDir()
	tool := filepath.Join(dir, "wr-tool")
	if err := os.WriteFile(tool, []byte("#!/bin/sh\necho here\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if p, err := Look("wr-tool", []string{"PATH=/nowhere:" + dir}); err != nil || p != tool {
		t.Error(p, err)
	}
	if _, err := Look("wr-tool", testEnv()); err == nil {
		t.Error("found on the parent's PATH")
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	if p, err := Look("wr-tool", []string{"PATH=/nowhere"}); err == nil {
		t.Errorf("%s is found on the parent's PATH", p)
	}
	t.Chdir(dir)
	for _, path := range []string{".", "", ":/bin", "bin:."} {
		if p, err := Look("wr-tool", []string{"PATH=" + path}); err == nil {
			t.Errorf("PATH=%q finds %s", path, p)
		}
	}
	if _, err := Look("./wr-tool", []string{"PATH=" + dir}); err == nil {
		t.Error("a program beside the working folder is run")
	}
	if r := sh(t, "", func(s *Spec) { s.Argv, s.Env = []string{"wr-tool"}, []string{"PATH=" + dir} }); r.View.Stdout() != "here\n" {
		t.Errorf("%+v", r)
	}
}

func TestR13WorkingFolder(t *testing.T) {
	dir := t.TempDir()
	r := sh(t, "pwd; : > stray", func(s *Spec) { s.Dir = dir })
	if _, err := os.Stat(filepath.Join(dir, "stray")); err != nil || !strings.Contains(r.View.Stdout(), filepath.Base(dir)) {
		t.Error(err, r.View.Stdout())
	}
	if _, err := Start(Spec{Argv: []string{"true"}, Env: testEnv(), Dir: filepath.Join(dir, "none")}); err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("a folder that does not exist is taken: %v", err)
	}
}

func TestR15PipeStatusIsExplained(t *testing.T) {
	if r := sh(t, "exit 141"); r.State != Failed || r.Exit != 141 || !strings.Contains(r.Explain(), "head") {
		t.Errorf("%+v %s", r, r.Explain())
	}
	if r := sh(t, "exit 0"); r.Explain() != "" {
		t.Error(r.Explain())
	}
}

func TestR16StdinIsEmpty(t *testing.T) {
	start := time.Now()
	if r := sh(t, `read x; echo "got:$x:$?"`); !strings.Contains(r.View.Stdout(), "got::") || time.Since(start) > 5*time.Second {
		t.Errorf("%+v", r)
	}
	if r := sh(t, "cat", func(s *Spec) { s.Stdin = []byte("typed\n") }); r.View.Stdout() != "typed\n" {
		t.Errorf("%+v", r)
	}
	// A command that does not read what it is given ends all the same.
	if r := sh(t, "exit 3", func(s *Spec) { s.Stdin = bytes.Repeat([]byte("x"), 1<<20) }); r.Exit != 3 {
		t.Errorf("%+v", r)
	}
}

// Under a terminal of its own, the command cannot reach it.
func TestR17NoTerminal(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), `PROC_TEST_WARROOM=echo GRABBED >/dev/tty; read x </dev/tty; test -z "$x"`)
	tty, err := pty.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = tty.Write([]byte("keys\n"))
	got, _ := io.ReadAll(tty)
	_ = cmd.Wait()
	if strings.Contains(string(got), "GRABBED") || !strings.Contains(string(got), "ended succeeded") {
		t.Errorf("%q", got)
	}
}

func TestR18Ladder(t *testing.T) {
	quick := Ladder{{"INT", 3 * time.Second}, {"TERM", 150 * time.Millisecond}}
	start := func(script string, l Ladder) *Run {
		t.Helper()
		r, err := Start(Spec{Argv: []string{"bash", "-c", script}, Env: testEnv(), Dir: t.TempDir(), Timeout: 20 * time.Second, Stop: l})
		if err != nil {
			t.Fatal(err)
		}
		await(t, "the first line", func() bool { return strings.Contains(r.Record().View().Stdout(), "ready") })
		return r
	}
	r := start(`trap 'echo cleaned; exit 3' INT; echo ready; while :; do sleep 0.01; done`, quick)
	r.Stop()
	if res := r.Wait(); res.State != Cancelled || res.Exit != 3 || res.Last != "INT" || !strings.Contains(res.View.Stdout(), "cleaned") {
		t.Errorf("%+v", res)
	}
	// The signal is for all of the group, not only for the one that leads it.
	r = start(`bash -c 'trap "echo the child; exit 0" INT; echo ready; while :; do sleep 0.01; done'; echo on`, quick)
	r.Stop()
	if res := r.Wait(); !strings.Contains(res.View.Stdout(), "the child") || res.Last != "INT" {
		t.Errorf("%+v", res)
	}
	n := nap()
	r = start(`trap '' INT TERM HUP; echo ready; sleep `+n+` & while :; do sleep 0.01; done`, Ladder{{"INT", 50 * time.Millisecond}, {"TERM", 50 * time.Millisecond}})
	r.Stop()
	if res := r.Wait(); res.State != Cancelled || res.Last != "KILL" || res.Signal != "SIGKILL" {
		t.Errorf("%+v", res)
	}
	waitGone(t, n)
	// A second Stop goes down at once: no grace is waited for.
	r = start(`trap '' INT TERM; echo ready; while :; do sleep 0.01; done`, Ladder{{"INT", time.Hour}, {"TERM", time.Hour}})
	r.Stop()
	r.Stop()
	r.Stop()
	if res := r.Wait(); res.Last != "KILL" {
		t.Errorf("%+v", res)
	}
}

func TestR18Timeout(t *testing.T) {
	n := nap()
	r := sh(t, "sleep "+n+" & sleep "+n, func(s *Spec) { s.Timeout, s.Stop = 100*time.Millisecond, Ladder{{"TERM", time.Second}} })
	if r.State != TimedOut || r.Explain() == "" || r.Last != "TERM" {
		t.Errorf("%+v", r)
	}
	waitGone(t, n)
}

// The best of three, since a busy machine is slow at everything.
func TestR19BackgroundHoldsTheOutput(t *testing.T) {
	if drain > time.Second {
		t.Errorf("the output of what has ended is waited for %v", drain)
	}
	n, start := nap(), time.Now()
	r := sh(t, "sleep "+n+" & echo hi")
	if r.State != Succeeded || r.Exit != 0 || !r.Background || r.View.Stdout() != "hi\n" {
		t.Fatalf("%+v", r)
	}
	if took := time.Since(start); took > 20*time.Second { // and not as long as what is left sleeps
		t.Errorf("it took %v", took)
	}
	waitGone(t, n)
}

func TestR20NothingSurvives(t *testing.T) {
	n := nap()
	times := 50
	if testing.Short() {
		times = 10
	}
	for i := range times {
		r := sh(t, fmt.Sprintf("sleep %s >/dev/null 2>&1 & sleep %s >/dev/null 2>&1 & exit %d", n, n, i%7))
		if r.Exit != i%7 {
			t.Fatalf("run %d: %+v", i, r)
		}
	}
	waitGone(t, n)
}

func TestR21EscapeIsReported(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux adopts what has left the session")
	}
	n := nap()
	r := sh(t, "setsid sleep "+n+" >/dev/null 2>&1 & sleep 0.2; echo hi")
	if r.State != Succeeded || len(r.Escaped) != 1 || !strings.HasSuffix(r.Escaped[0], " sleep") {
		t.Errorf("%+v", r.Escaped)
	}
	for _, p := range alive(n) { // it was left running on purpose
		pid, _ := strconv.Atoi(p)
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	// When the step is stopped, it goes too.
	n = nap()
	r = sh(t, "setsid sleep "+n+" >/dev/null 2>&1 & sleep 30", func(s *Spec) { s.Timeout, s.Stop = 300*time.Millisecond, Ladder{{"TERM", time.Second}} })
	if r.State != TimedOut {
		t.Errorf("%+v", r)
	}
	waitGone(t, n)
}

// A warroom that is killed leaves nothing, whatever its command has started.
func TestR22KilledWarroomLeavesNoChild(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGHUP} {
		n := nap()
		exe, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(exe)
		cmd.Env = append(os.Environ(), "PROC_TEST_WARROOM=trap '' TERM INT HUP; sleep "+n+" & setsid sleep "+n+" & (sleep "+n+") ; sleep "+n)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		await(t, "the children", func() bool { return len(alive(n)) >= 3 })
		_ = cmd.Process.Signal(sig)
		_ = cmd.Wait()
		waitGone(t, n)
	}
}

func TestKilledKeeperIsLost(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the command dies with its keeper on Linux only")
	}
	n := nap()
	r, err := Start(Spec{Argv: []string{"sleep", n}, Env: testEnv(), Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	await(t, "the command", func() bool { return len(alive(n)) == 1 })
	for _, p := range below(os.Getpid()) {
		if b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", p.pid)); bytes.Contains(b, []byte(keeperArg)) {
			_ = syscall.Kill(p.pid, syscall.SIGKILL)
		}
	}
	if res := r.Wait(); res.State != Lost || res.Explain() == "" {
		t.Errorf("%+v", res)
	}
	waitGone(t, n)
}

// R25: what needs the terminal gets it whole, and nothing of the parent's
// environment with it.
func TestR25TheTerminalIsHandedOver(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), "SECRET_X=sesame", `PROC_TEST_TERMINAL=test -t 0 && test -t 1 && test -t 2 && read x && echo "got $x, $GIVEN, <$SECRET_X>"; exit 5`)
	tty, err := pty.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	_, _ = tty.Write([]byte("keys\n"))
	got, _ := io.ReadAll(tty) // ends with EIO, which is the end
	_ = cmd.Wait()
	if !strings.Contains(string(got), "got keys, 1, <>") || !strings.Contains(string(got), "ended exit status 5") {
		t.Errorf("%q", got)
	}
}

// R26: everything else has pipes, one a stream, and not a byte of a fast writer is
// lost when it ends.
func TestR26PipesAndNothingLost(t *testing.T) {
	times := 1000
	if testing.Short() {
		times = 5
	}
	for n := range times {
		r := sh(t, fmt.Sprintf("test -t 0 || test -t 1 || test -t 2 || { printf 'out %d'; printf 'err %d' >&2; }", n, n))
		if r.View.Stdout() != fmt.Sprintf("out %d\n", n) || r.View.Stderr() != fmt.Sprintf("err %d\n", n) {
			t.Fatalf("run %d: %+v", n, r.View)
		}
	}
}

// R30: a program that prints as fast as it can is not slowed by who looks, however
// often, and who looks gets the newest state at once, not a queue of them.
func TestR30LookingIsNotWaitedFor(t *testing.T) {
	const size = 8 << 20
	r, err := Start(Spec{Argv: []string{"bash", "-c", fmt.Sprintf("yes warroom | head -c %d", size)}, Env: testEnv(), Dir: t.TempDir(), Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	views, last := 0, int64(-1)
	for over := false; !over; {
		select {
		case <-r.Done():
			over = true
		default:
		}
		v := r.Record().View()
		if v.Version < last || len(v.Lines) > (output.HeadKept+output.TailKept)/8+3 {
			t.Fatalf("view %d: version %d after %d, %d lines", views, v.Version, last, len(v.Lines))
		}
		views, last = views+1, v.Version
	}
	if res := r.Wait(); res.State != Succeeded || res.View.Total != size || last != r.Record().Version() {
		t.Errorf("%s %d", res.State, res.View.Total)
	}
}

func TestR27NothingIsLeftOpen(t *testing.T) {
	count := func() (int, int) {
		fds, _ := os.ReadDir("/proc/self/fd")
		return runtime.NumGoroutine(), len(fds)
	}
	// A file that nobody holds any more is closed by the collector, which would hide
	// that nobody closed it.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	odd := filepath.Join(t.TempDir(), "odd") // an interpreter that is not there
	if err := os.WriteFile(odd, []byte("#!/nowhere/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	kept := 0
	once := func() {
		kept++
		sh(t, "echo hi", func(s *Spec) { s.File = fmt.Sprintf("%s.%d", odd, kept) })
		sh(t, "exit 3", func(s *Spec) { s.Stdin = []byte("x") })
		sh(t, "sleep 20", func(s *Spec) { s.Timeout, s.Stop = time.Millisecond, Ladder{} })
		if _, err := Start(Spec{Argv: []string{"/dev/null"}, Env: testEnv(), Dir: "/"}); err == nil {
			t.Fatal("no program was run")
		}
		if _, err := Start(Spec{Argv: []string{odd}, Env: testEnv(), Dir: "/", Stdin: []byte("x")}); err == nil || !strings.Contains(err.Error(), "cannot be started") {
			t.Fatalf("no interpreter was run: %v", err)
		}
		if _, err := Start(Spec{Argv: []string{"sh"}, Env: testEnv(), Dir: "/", File: "/nowhere/x"}); err == nil {
			t.Fatal("no file was made")
		}
	}
	once()
	g, f := count()
	times := 170 // of six outcomes: more than 1,000 runs
	if testing.Short() {
		times = 5
	}
	for range times {
		once()
	}
	await(t, "goroutines and files to go", func() bool { g2, f2 := count(); return g2 <= g && f2 <= f })
}

func TestR28OneLongLine(t *testing.T) {
	r := sh(t, "head -c 10000000 /dev/zero | tr '\\0' x; echo; echo end")
	if r.State != Succeeded || r.View.Total != 10000005 || r.View.Lines[len(r.View.Lines)-1].Text != "end" {
		t.Errorf("%d %d", r.View.Total, len(r.View.Lines))
	}
}

func TestR29MemoryStaysFlat(t *testing.T) {
	size := 1 << 30
	if testing.Short() {
		size = 64 << 20
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before := m.HeapInuse
	file := filepath.Join(t.TempDir(), "out")
	r, err := Start(Spec{Argv: []string{"bash", "-c", fmt.Sprintf("yes warroom | head -c %d", size)}, Env: testEnv(), Dir: t.TempDir(), Timeout: time.Minute, File: file})
	if err != nil {
		t.Fatal(err)
	}
	peak := before
	for done := false; !done; {
		select {
		case <-r.Done():
			done = true
		case <-time.After(20 * time.Millisecond):
			r.Record().View() // what a screen does
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapInuse)
		}
	}
	res := r.Wait()
	if res.View.Total != int64(size) || res.View.Dropped != int64(size-output.HeadKept-output.TailKept) || res.State != Succeeded {
		t.Errorf("%+v", res.View.Total)
	}
	if grown := int64(peak) - int64(before); grown > 48<<20 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
	st, err := os.Stat(file)
	if err != nil || st.Size() != min(int64(size), 64<<20) || st.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", st, err)
	}
	t.Logf("%d MB in %v, heap grew by %.1f MiB", size>>20, res.End.Sub(res.Start).Round(time.Millisecond), float64(int64(peak)-int64(before))/(1<<20))
}

func TestR33Recorded(t *testing.T) {
	r := sh(t, "echo out; echo err >&2; exit 4")
	if r.Exit != 4 || r.State != Failed || r.View.Stdout() != "out\n" || r.View.Stderr() != "err\n" || !r.End.After(r.Start) || r.Signal != "" {
		t.Errorf("%+v", r)
	}
	if r := sh(t, "kill -SEGV $$"); r.Signal != "SIGSEGV" || r.Exit != -1 || r.State != Failed {
		t.Errorf("%+v", r)
	}
}

func TestR34SecretsInOutputFileAndErrors(t *testing.T) {
	s := &output.Secrets{}
	if err := s.Add("token", "sesame-open"); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "out")
	r := sh(t, `set -x; for i in sesame -open; do printf %s $i; done; : "$WR_TOKEN"`, func(sp *Spec) {
		sp.Secrets, sp.File, sp.Env = s, file, append(sp.Env, "WR_TOKEN=sesame-open")
	})
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	all := string(b) + fmt.Sprint(r.View.Lines)
	if strings.Contains(all, "sesame-open") || !strings.Contains(all, "****(token)") {
		t.Error(all)
	}
}

// What a program asks without ending its line is shown while it waits.
func TestR34APromptIsShown(t *testing.T) {
	r, err := Start(Spec{Argv: []string{"sh", "-c", "printf 'Which one? '; exec sleep 20"}, Env: testEnv(), Dir: t.TempDir(), Stop: Ladder{}})
	if err != nil {
		t.Fatal(err)
	}
	await(t, "the question", func() bool { return strings.Contains(r.Record().View().Stdout(), "Which one?") })
	r.Stop()
	r.Wait()
}

func TestLadderIgnoresUnknownSignals(t *testing.T) {
	r := sh(t, "sleep 20", func(s *Spec) { s.Timeout, s.Stop = 20*time.Millisecond, Ladder{{"NONE", 20 * time.Millisecond}} })
	if r.State != TimedOut || r.Last != "KILL" {
		t.Errorf("%+v", r)
	}
}
