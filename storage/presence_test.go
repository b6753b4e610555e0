package storage

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"warroom/model"
)

// A process that sits: it sets what each line of its input says and tells when.
func init() {
	if part := strings.Fields(os.Getenv(childEnv)); len(part) > 0 && part[0] == "sit" {
		os.Exit(sitting(part[1]))
	}
}

// sitting reads lines: set INCIDENT TYPING, leave, present.
func sitting(name string) int {
	fail := func(err error) int {
		fmt.Println("ERROR", err)
		return 1
	}
	s, err := Open(bg, os.Getenv("WARROOM_STORAGE_PATH"), Options{App: "child"})
	if err != nil {
		return fail(err)
	}
	defer s.Close()
	seat, err := s.Here(bg)
	if err != nil {
		return fail(err)
	}
	fmt.Println("READY", os.Getpid())
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		at := time.Now().UnixNano()
		switch f[0] {
		case "set":
			err = seat.Set(model.Presence{Person: name, Incident: f[1], Typing: f[2] == "true"})
		case "leave":
			err = seat.Leave()
		case "present":
			for _, p := range must(s.Present(bg)) {
				fmt.Printf("P %s ", p.Person)
			}
		}
		if err != nil {
			return fail(err)
		}
		fmt.Println("AT", at)
	}
	return 0
}

// sit starts a process that sits and says where.
func sit(tb testing.TB, path, name, incident string) *child {
	c := start(tb, path, "sit", name)
	c.expect("READY")
	c.set(incident, false)
	return c
}

// set tells when it was set.
func (c *child) set(incident string, typing bool) time.Time {
	c.tb.Helper()
	fmt.Fprintln(c.in, "set", incident, typing)
	return c.at()
}

func (c *child) at() time.Time {
	c.tb.Helper()
	n, err := strconv.ParseInt(c.expect("AT")[1], 10, 64)
	if err != nil {
		c.tb.Fatal(err)
	}
	return time.Unix(0, n)
}

func take(tb testing.TB, s *Store, p model.Presence) *Seat {
	tb.Helper()
	st, err := s.Here(bg)
	if err != nil {
		tb.Fatal(err)
	}
	if err := st.Set(p); err != nil {
		tb.Fatal(err)
	}
	return st
}

// brief is a list in a line: who@where, with * for typing.
func brief(list []model.Presence) string {
	var out []string
	for _, p := range list {
		t := p.Person + "@" + p.Incident
		if p.Typing {
			t += "*"
		}
		out = append(out, t)
	}
	return strings.Join(out, " ")
}

func present(tb testing.TB, s *Store) string {
	tb.Helper()
	list, err := s.Present(bg)
	if err != nil {
		tb.Fatal(err)
	}
	return brief(list)
}

// told reads lists until one is want, and returns when it came.
func told(tb testing.TB, ch <-chan []model.Presence, limit time.Duration, want string) time.Time {
	tb.Helper()
	deadline := time.After(limit)
	last := "nothing"
	for {
		select {
		case list, ok := <-ch:
			if !ok {
				tb.Fatalf("the channel was closed before: %s", want)
			}
			if last = brief(list); last == want {
				return time.Now()
			}
		case <-deadline:
			tb.Fatalf("not within %s: %q; the last was %q", limit, want, last)
		}
	}
}

// next is the next list.
func next(tb testing.TB, ch <-chan []model.Presence) []model.Presence {
	tb.Helper()
	select {
	case list := <-ch:
		return list
	case <-time.After(5 * time.Second):
		tb.Fatal("nothing is told")
	}
	return nil
}

func seatFiles(tb testing.TB, s *Store) []string {
	tb.Helper()
	list, err := filepath.Glob(filepath.Join(hallDir(s), "*"))
	if err != nil {
		tb.Fatal(err)
	}
	return list
}

func TestPresence(t *testing.T) {
	s := newStore(t)
	began := time.Now().Add(-time.Millisecond)
	ch := s.Presences(t.Context())
	told(t, ch, 5*time.Second, "")
	ann := take(t, s, model.Presence{Person: "ann", Incident: "INC-1", Host: "a lie", PID: 7})
	told(t, ch, 5*time.Second, "ann@INC-1")
	bob := take(t, s, model.Presence{Person: "Bob", Typing: true})
	told(t, ch, 5*time.Second, "ann@INC-1 Bob@*")

	list := must(s.Present(bg))
	host, _ := os.Hostname()
	if p := list[0]; p.PID != os.Getpid() || p.Host != (model.Presence{Host: host}).Bounded().Host || p.Since.Before(began) || p.Since.After(time.Now()) {
		t.Errorf("%+v", p)
	}
	since := list[0].Since
	if err := ann.Set(model.Presence{Person: "ann", Incident: "INC-1", Typing: true}); err != nil {
		t.Fatal(err)
	}
	told(t, ch, 5*time.Second, "ann@INC-1* Bob@*")
	if p := must(s.Present(bg))[0]; !p.Since.Equal(since) {
		t.Errorf("typing moved since from %s to %s", since, p.Since)
	}
	if err := ann.Set(model.Presence{Person: "ann", Incident: "INC-2"}); err != nil {
		t.Fatal(err)
	}
	told(t, ch, 5*time.Second, "ann@INC-2 Bob@*")
	if p := must(s.Present(bg))[0]; !p.Since.After(since) {
		t.Errorf("another incident did not move since from %s: %s", since, p.Since)
	}

	for range 2 {
		if err := bob.Leave(); err != nil {
			t.Fatal(err)
		}
	}
	told(t, ch, 5*time.Second, "ann@INC-2")
	refused(t, bob.Set(model.Presence{Person: "bob"}), model.Internal, "has left the room")
	refused(t, ann.Set(model.Presence{Person: " \t"}), model.Invalid, "without a name")
	if got := present(t, s); got != "ann@INC-2" {
		t.Error(got)
	}
	if runtime.GOOS != "windows" {
		for path, want := range map[string]os.FileMode{hallDir(s): 0o700, seatFiles(t, s)[0]: 0o600} {
			if fi, err := os.Stat(path); err != nil || fi.Mode().Perm() != want {
				t.Errorf("%s: %v, %v", path, fi.Mode(), err)
			}
		}
	}
	gone, cancel := context.WithCancel(bg)
	cancel()
	if _, err := s.Here(gone); err == nil {
		t.Error("a seat was taken though nobody wanted it any more")
	}
	if _, err := s.Present(gone); err == nil {
		t.Error("Present does not heed its context")
	}
}

// In the order of names, then of coming; two of one name are two.
func TestPresenceOrder(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := openStore(t, filepath.Join(t.TempDir(), "w.db"), Options{Now: func() time.Time { return now }})
	for i, who := range []string{"carol@3", "ann@9", "Bob@1", "ann@1", "bob@0"} {
		now = now.Add(time.Duration(10-3*i) * time.Minute)
		name, incident, _ := strings.Cut(who, "@")
		take(t, s, model.Presence{Person: name, Incident: incident})
	}
	if got, want := present(t, s), "ann@9 ann@1 bob@0 Bob@1 carol@3"; got != want {
		t.Errorf("%s, not %s", got, want)
	}
}

func TestPresenceOfProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.db")
	s := openStore(t, path, Options{})
	take(t, s, model.Presence{Person: "ann", Incident: "A"})
	ch := s.Presences(t.Context())
	c := sit(t, path, "kid", "B")
	told(t, ch, 5*time.Second, "ann@A kid@B")
	fmt.Fprintln(c.in, "present")
	if f := c.line(); len(f) < 4 || f[1] != "ann" || f[3] != "kid" {
		t.Errorf("the other process sees %q", f)
	}
	var moves, types []time.Duration
	for i := range 50 {
		time.Sleep(20 * time.Millisecond) // as people do, one after the other
		where := fmt.Sprint("B", i)
		at := c.set(where, false)
		moves = append(moves, told(t, ch, 5*time.Second, "ann@A kid@"+where).Sub(at))
	}
	typing := true
	for range 3 {
		at := c.set("B49", typing)
		mark := ""
		if typing {
			mark = "*"
		}
		types = append(types, told(t, ch, 5*time.Second, "ann@A kid@B49"+mark).Sub(at))
		typing = !typing
	}
	slices.Sort(moves)
	t.Logf("moves seen after: median %s, longest %s; typing, at most once a second: %v", moves[25], moves[49], types)
	if moves[25] > 200*time.Millisecond {
		t.Errorf("half of all moves took longer than %s", moves[25])
	}
	if slices.Max(types) > typingPace+time.Second {
		t.Errorf("typing was seen only after %v", types)
	}
	fmt.Fprintln(c.in, "leave")
	c.at()
	told(t, ch, 5*time.Second, "ann@A")
}

func TestPresenceOfTheKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.db")
	s := openStore(t, path, Options{})
	ch := s.Presences(t.Context())
	var waits []time.Duration
	for range 5 {
		c := sit(t, path, "kid", "A")
		told(t, ch, 5*time.Second, "kid@A")
		began := time.Now()
		if err := c.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		waits = append(waits, told(t, ch, 2*time.Second, "").Sub(began))
		wait(t, 2*time.Second, "its file is removed", func() bool { return len(seatFiles(t, s)) == 0 })
	}
	t.Logf("gone after %v", waits)

	// Whoever looks for the first time does not see the dead either.
	c := sit(t, path, "kid", "A")
	told(t, ch, 5*time.Second, "kid@A")
	other := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(other, os.DirFS(hallDir(s))); err != nil {
		t.Fatal(err)
	}
	c.cmd.Process.Kill()
	c.cmd.Wait()
	told(t, ch, 2*time.Second, "")
	if err := os.CopyFS(hallDir(s), os.DirFS(other)); err != nil { // as a crash of the machine leaves it
		t.Fatal(err)
	}
	late := openStore(t, path, Options{})
	if got := present(t, late); got != "" {
		t.Errorf("the dead are here: %s", got)
	}
	wait(t, 2*time.Second, "the file is removed", func() bool { return len(seatFiles(t, s)) == 0 })
}

// Typing is told at most once a second, and the last state is told in the end.
func TestTypingPace(t *testing.T) {
	s := newStore(t)
	st := take(t, s, model.Presence{Person: "ann", Incident: "A"})
	file := seatFiles(t, s)[0]
	var writes []time.Time
	deadline := time.Now().Add(20 * time.Second)
	for i := 0; len(writes) < 4; i++ {
		if err := st.Set(model.Presence{Person: "ann", Incident: "A", Typing: i%2 == 0}); err != nil {
			t.Fatal(err)
		}
		st.mu.Lock()
		wrote := st.wrote
		st.mu.Unlock()
		if n := len(writes); n == 0 || !wrote.Equal(writes[n-1]) {
			if n > 0 && wrote.Sub(writes[n-1]) < typingPace {
				t.Errorf("written again after %s", wrote.Sub(writes[n-1]))
			}
			writes = append(writes, wrote)
		}
		if i%100 == 0 {
			time.Sleep(time.Millisecond)
		}
		if time.Now().After(deadline) {
			t.Fatalf("only %d writes in 20 s", len(writes))
		}
	}
	if err := st.Set(model.Presence{Person: "ann", Incident: "A", Typing: false}); err != nil {
		t.Fatal(err)
	}
	wait(t, 3*time.Second, "the last state is told", func() bool {
		st.mu.Lock()
		defer st.mu.Unlock()
		return st.later == nil && present(t, s) == "ann@A"
	})
	fi, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	again := func() {
		if err := st.Set(model.Presence{Person: "ann", Incident: "A"}); err != nil {
			t.Fatal(err)
		}
	}
	if n := testing.AllocsPerRun(1000, again); n > 0 {
		t.Errorf("saying the same again allocates %v times", n)
	}
	if now, err := os.Stat(file); err != nil || !now.ModTime().Equal(fi.ModTime()) {
		t.Errorf("saying the same again wrote: %v", err)
	}

	other := take(t, s, model.Presence{Person: "bob"})
	wrote := func() time.Time {
		other.mu.Lock()
		defer other.mu.Unlock()
		return other.wrote
	}
	first := wrote()
	for _, typing := range []bool{true, true, false, true} {
		if err := other.Set(model.Presence{Person: "bob", Typing: typing}); err != nil {
			t.Fatal(err)
		}
		other.flush() // as a timer does that went off when somebody moved
	}
	if !wrote().Equal(first) {
		t.Error("typing was told too early")
	}
}
