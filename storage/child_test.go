package storage

import (
	"bufio"
	"context"
	"database/sql"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"warroom/model"
)

// Several tests need other processes: this binary starts itself again with the
// part to play in the environment.
const childEnv = "WARROOM_STORAGE_CHILD"

func TestMain(m *testing.M) {
	if part := os.Getenv(childEnv); part != "" {
		os.Exit(play(strings.Fields(part)))
	}
	flag.Parse()
	if testing.Short() {
		_ = flag.Set("rapid.checks", "15")
	}
	code := m.Run()
	if bigDir != "" && os.Getenv("WARROOM_BENCH_DIR") == "" {
		os.RemoveAll(bigDir)
	}
	os.Exit(code)
}

// play carries out one part; what it prints is the parent's business.
func play(part []string) int {
	path := os.Getenv("WARROOM_STORAGE_PATH")
	fail := func(err error) int {
		fmt.Println("ERROR", model.CodeOf(err), err)
		return 1
	}
	s, err := Open(bg, path, Options{App: "child"})
	if err != nil {
		return fail(err)
	}
	defer s.Close()
	out := bufio.NewWriter(os.Stdout)
	say := func(format string, args ...any) {
		fmt.Fprintf(out, format+"\n", args...)
		out.Flush()
	}
	arg := func(i int) int { n, _ := strconv.Atoi(part[i]); return n }
	switch part[0] {
	case "write": // write INC NAME N: acknowledges each entry with its latency
		say("READY")
		bufio.NewReader(os.Stdin).ReadString('\n')
		for i := range arg(3) {
			began := time.Now()
			r, err := s.Do(bg, part[1], model.Request{Actor: part[2], Command: model.AddNote{Text: fmt.Sprintf("%s says %d", part[2], i)}})
			if err != nil {
				return fail(err)
			}
			say("ACK %d %d %d", r.Events[0].Seq, i, time.Since(began).Microseconds())
		}
	case "paced": // paced INC N GAP_MS: tells when each commit returned
		say("READY")
		bufio.NewReader(os.Stdin).ReadString('\n')
		for i := range arg(2) {
			r, err := s.Do(bg, part[1], model.Request{Actor: "pat", Command: model.AddNote{Text: fmt.Sprint("tick ", i)}})
			if err != nil {
				return fail(err)
			}
			say("AT %d %d", r.Events[0].Seq, time.Now().UnixNano())
			time.Sleep(time.Duration(arg(3)) * time.Millisecond)
		}
	case "declare": // declare TITLE
		r, err := s.Do(bg, "", model.Request{Actor: "kid", Command: model.Declare{Title: part[1]}})
		if err != nil {
			return fail(err)
		}
		say("ID %s", r.Incident.ID)
	case "sql": // sql STATEMENT…: runs it as another program would
		db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)")
		if err != nil {
			return fail(err)
		}
		defer db.Close()
		if _, err := db.Exec(strings.Join(part[1:], " ")); err != nil {
			return fail(err)
		}
		say("DONE")
	case "queue": // queue: stands at the head of the line of writers until told to go
		leave := s.gate.enter(bg, time.Minute)
		say("READY")
		bufio.NewReader(os.Stdin).ReadString('\n')
		leave()
		say("DONE")
	case "hold": // hold MS: keeps the write lock
		c, err := s.use(bg)
		if err != nil {
			return fail(err)
		}
		err = s.transact(bg, c, func(*txn) error {
			say("READY")
			time.Sleep(time.Duration(arg(1)) * time.Millisecond)
			return nil
		})
		c.release()
		if err != nil {
			return fail(err)
		}
		say("DONE")
	}
	return 0
}

// child is a process that plays a part.
type child struct {
	tb    testing.TB
	cmd   *exec.Cmd
	lines *bufio.Scanner
	in    interface{ Write([]byte) (int, error) }
}

func start(tb testing.TB, path string, part ...any) *child {
	tb.Helper()
	c := &child{tb: tb, cmd: exec.Command(os.Args[0])}
	c.cmd.Env = append(os.Environ(), childEnv+"="+strings.TrimSuffix(fmt.Sprintln(part...), "\n"), "WARROOM_STORAGE_PATH="+path)
	c.cmd.Stderr = os.Stderr
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		tb.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	c.lines = bufio.NewScanner(out)
	tb.Cleanup(func() {
		c.cmd.Process.Kill()
		c.cmd.Wait()
	})
	return c
}

// line is the next line that the child says, in fields; nil at the end.
func (c *child) line() []string {
	if !c.lines.Scan() {
		return nil
	}
	return strings.Fields(c.lines.Text())
}

// expect waits for a line that begins with word.
func (c *child) expect(word string) []string {
	c.tb.Helper()
	f := c.line()
	if len(f) == 0 || f[0] != word {
		c.tb.Fatalf("the child said %q, not %s", f, word)
	}
	return f
}

func (c *child) begin() { fmt.Fprintln(c.in, "go") }

// run plays a part to its end.
func run(tb testing.TB, path string, part ...any) {
	tb.Helper()
	c := start(tb, path, part...)
	for f := c.line(); f != nil; f = c.line() {
		if f[0] == "ERROR" {
			tb.Fatal(strings.Join(f, " "))
		}
	}
	if err := c.cmd.Wait(); err != nil {
		tb.Fatal(err)
	}
}

// wait fails the test if fn has not become true by the deadline.
func wait(tb testing.TB, limit time.Duration, what string, fn func() bool) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(bg, limit)
	defer cancel()
	for !fn() {
		select {
		case <-ctx.Done():
			tb.Fatalf("not within %s: %s", limit, what)
		case <-time.After(2 * time.Millisecond):
		}
	}
}
