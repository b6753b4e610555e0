package storage

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"warroom/model"
)

// steady waits until fn says the same for a while.
func steady(tb testing.TB, fn func() int) {
	tb.Helper()
	last, since := fn(), time.Now()
	wait(tb, 10*time.Second, "nothing changes", func() bool {
		if n := fn(); n != last {
			last, since = n, time.Now()
		}
		return time.Since(since) > 100*time.Millisecond
	})
}

func TestPresenceReadOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.db")
	s := openStore(t, path, Options{})
	reader := openStore(t, path, Options{ReadOnly: true})
	ch := reader.Presences(t.Context())
	told(t, ch, 5*time.Second, "")
	seat := take(t, reader, model.Presence{Person: "ron", Incident: "A"})
	if _, err := os.Stat(hallDir(s)); err == nil {
		t.Error("a folder was made for a record that is read only")
	}
	ann := take(t, s, model.Presence{Person: "ann", Incident: "A"})
	told(t, ch, 5*time.Second, "ann@A")
	if err := ann.Set(model.Presence{Person: "ann", Incident: "B"}); err != nil {
		t.Fatal(err)
	}
	told(t, ch, 5*time.Second, "ann@B")
	if err := seat.Set(model.Presence{Person: "ron", Incident: "B"}); err != nil {
		t.Error(err)
	}
	if err := seat.Leave(); err != nil {
		t.Error(err)
	}
	s.Close()
	told(t, ch, 5*time.Second, "")
	dead := plant(t, s, seatID(1), seatLine(`{"person":"eve"}`), false)
	for range 3 {
		if got := present(t, reader); got != "" {
			t.Error(got)
		}
	}
	if _, err := os.Stat(dead); err != nil {
		t.Errorf("who may only read has removed a file: %v", err)
	}
}

// Where the folder may only be read, others are shown and nothing fails.
func TestPresenceUnwritable(t *testing.T) {
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		t.Skip("modes do not bind this user")
	}
	path := filepath.Join(t.TempDir(), "w.db")
	s := openStore(t, path, Options{})
	take(t, s, model.Presence{Person: "ann", Incident: "A"})
	if err := os.Chmod(hallDir(s), 0o500); err != nil {
		t.Fatal(err)
	}
	other := openStore(t, path, Options{})
	ch := other.Presences(t.Context())
	told(t, ch, 5*time.Second, "ann@A")
	seat := take(t, other, model.Presence{Person: "bob", Incident: "A"})
	if got := present(t, other); got != "ann@A" {
		t.Error(got)
	}
	if err := os.Chmod(hallDir(s), 0); err != nil {
		t.Fatal(err)
	}
	if got := present(t, other); got != "" {
		t.Error(got)
	}
	if err := seat.Set(model.Presence{Person: "bob", Incident: "B"}); err != nil {
		t.Error(err)
	}
	if err := os.Chmod(hallDir(s), 0o700); err != nil {
		t.Fatal(err)
	}
	told(t, ch, 15*time.Second, "ann@A bob@B")
}

// Where the folder cannot be made, nothing fails.
func TestPresenceWithoutFolder(t *testing.T) {
	s := newStore(t)
	if err := os.WriteFile(hallDir(s), []byte("in the way"), 0o600); err != nil {
		t.Fatal(err)
	}
	ch := s.Presences(t.Context())
	told(t, ch, 5*time.Second, "")
	seat := take(t, s, model.Presence{Person: "ann", Incident: "A"})
	for _, typing := range []bool{true, false} {
		if err := seat.Set(model.Presence{Person: "ann", Incident: "B", Typing: typing}); err != nil {
			t.Error(err)
		}
	}
	if got := present(t, s); got != "" {
		t.Error(got)
	}
	if text, err := os.ReadFile(hallDir(s)); string(text) != "in the way" {
		t.Errorf("%q, %v", text, err)
	}
	if err := os.Remove(hallDir(s)); err != nil {
		t.Fatal(err)
	}
	told(t, ch, 10*time.Second, "ann@B") // as soon as it can be
}

func TestPresenceFolderGone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("an open file cannot be moved there")
	}
	if testing.Short() {
		t.Skip("takes seconds")
	}
	path := filepath.Join(t.TempDir(), "room", "w.db")
	s := openStore(t, path, Options{})
	take(t, s, model.Presence{Person: "ann", Incident: "A"})
	ch := s.Presences(t.Context())
	c := sit(t, path, "kid", "B")
	told(t, ch, 5*time.Second, "ann@A kid@B")

	if err := os.RemoveAll(hallDir(s)); err != nil {
		t.Fatal(err)
	}
	told(t, ch, 10*time.Second, "ann@A kid@B") // both come back by themselves

	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := s.Backup(bg, copied); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(path)
	if err := os.Rename(dir, dir+".old"); err != nil {
		t.Fatal(err)
	}
	told(t, ch, 10*time.Second, "")
	if _, err := os.Stat(dir); err == nil {
		t.Error("the folder was made again by somebody")
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(copied, path); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	told(t, ch, 15*time.Second, "ann@A kid@B")
	t.Logf("both are back after %s", time.Since(began).Round(time.Millisecond))
	at := c.set("C", false)
	t.Logf("and a move is seen after %s", told(t, ch, 5*time.Second, "ann@A kid@C").Sub(at))

	// Another folder is there before anybody has looked.
	spare := dir + ".new"
	if err := os.CopyFS(spare, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(dir, dir+".older"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(spare, dir); err != nil {
		t.Fatal(err)
	}
	here := func() int {
		list, err := os.ReadDir(hallDir(s))
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	wait(t, 15*time.Second, "the copies of dead ones are gone and both are back", func() bool { return here() == 2 && present(t, s) == "ann@A kid@C" })
	for i := range 3 {
		where := fmt.Sprint("D", i)
		at := c.set(where, false)
		if d := told(t, ch, 10*time.Second, "ann@A kid@"+where).Sub(at); d > time.Second {
			t.Errorf("a move in the new folder is seen after %s", d)
		}
	}
	if list := seatFiles(t, s); len(list) != 2 {
		t.Errorf("%d files", len(list))
	}
}

// A file that somebody removes is made again, though not as often as they like.
func TestPresenceFileGone(t *testing.T) {
	s := newStore(t)
	take(t, s, model.Presence{Person: "ann", Incident: "A"})
	ch := s.Presences(t.Context())
	told(t, ch, 5*time.Second, "ann@A")
	file := seatFiles(t, s)[0]
	began := time.Now()
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	told(t, ch, 5*time.Second, "")
	if d := told(t, ch, 10*time.Second, "ann@A").Sub(began); d > lookTick-time.Second {
		t.Errorf("back only after %s", d)
	}
	first := seatFiles(t, s)[0]
	began = time.Now()
	if err := os.Remove(first); err != nil {
		t.Fatal(err)
	}
	told(t, ch, 5*time.Second, "")
	if d := told(t, ch, 10*time.Second, "ann@A").Sub(began); d < firstNap {
		t.Errorf("back after %s already", d)
	}
}

func TestPresenceEnds(t *testing.T) {
	s := newStore(t)
	steady(t, runtime.NumGoroutine)
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(bg)
	for range 10 {
		told(t, s.Presences(ctx), 5*time.Second, "")
	}
	slow := s.Presences(ctx) // nobody reads
	seat := take(t, s, model.Presence{Person: "ann", Incident: "A"})
	if n := runtime.NumGoroutine(); n <= before {
		t.Errorf("%d goroutines, %d before", n, before)
	}
	cancel()
	if err := seat.Leave(); err != nil {
		t.Fatal(err)
	}
	wait(t, 5*time.Second, "all goroutines have ended", func() bool { return runtime.NumGoroutine() <= before })
	for range slow { // closed
	}

	// And all over again, ended by Close.
	ch := s.Presences(bg)
	seat = take(t, s, model.Presence{Person: "ann", Incident: "A"})
	told(t, ch, 5*time.Second, "ann@A")
	s.Close()
	for range ch {
	}
	if left := seatFiles(t, s); len(left) != 0 {
		t.Errorf("%d files are left", len(left))
	}
	if err := seat.Leave(); err != nil {
		t.Error(err)
	}
	for range s.Presences(bg) {
		t.Error("a closed record tells something")
	}
	_, err := s.Here(bg)
	refused(t, err, model.Internal, "is closed")
	_, err = s.Present(bg)
	refused(t, err, model.Internal, "is closed")
}

// Whoever does not read gets the newest and nothing else.
func TestPresencesSlowReader(t *testing.T) {
	s := newStore(t)
	slow, quick := s.Presences(t.Context()), s.Presences(t.Context())
	st := take(t, s, model.Presence{Person: "ann", Incident: "0"})
	for i := range 50 {
		where := fmt.Sprint(i)
		if err := st.Set(model.Presence{Person: "ann", Incident: where}); err != nil {
			t.Fatal(err)
		}
		told(t, quick, 5*time.Second, "ann@"+where)
	}
	lists := 0
	for got := ""; got != "ann@49"; lists++ {
		got = brief(next(t, slow))
	}
	if lists > 2 { // the last one may have come while the one before was on its way
		t.Errorf("%d lists waited for the slow one", lists)
	}
	select {
	case list := <-slow:
		t.Errorf("and then %s", brief(list))
	case <-time.After(50 * time.Millisecond):
	}
}

func TestPresenceIdle(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	path := filepath.Join(t.TempDir(), "w.db")
	s := openStore(t, path, Options{})
	const n = 50
	for i := range n {
		take(t, s, model.Presence{Person: fmt.Sprintf("p%02d", i), Incident: "A", Typing: true})
	}
	ch := s.Presences(t.Context())
	wait(t, 5*time.Second, "all are here", func() bool { return len(next(t, ch)) == n })
	times := func() (out string) {
		for _, f := range append(seatFiles(t, s), hallDir(s), path, path+"-wal", path+"-bell", path+"-gate") {
			if fi, err := os.Stat(f); err == nil {
				out += fmt.Sprint(filepath.Base(f), fi.Size(), fi.ModTime(), "\n")
			}
		}
		return out
	}
	before, cpu := times(), cpuTime(t)
	const window = 3 * lookTick
	began := time.Now()
	select {
	case list := <-ch:
		t.Errorf("something happened: %s", brief(list))
	case <-time.After(window):
	}
	used := cpuTime(t) - cpu
	t.Logf("idle, %d seats: %.4f %% of a core", n, 100*used.Seconds()/time.Since(began).Seconds())
	if used > window/50 { // a loaded machine or the race detector make it ten times as much
		t.Errorf("%d idle seats used %s in %s", n, used, window)
	}
	if after := times(); after != before {
		t.Errorf("idle seats wrote:\n%s\n%s", before, after)
	}
}

func BenchmarkPresent(b *testing.B) {
	for _, n := range []int{5, 50} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := newStore(b)
			for i := range n {
				take(b, s, model.Presence{Person: fmt.Sprint(i), Incident: "A"})
			}
			for b.Loop() {
				if list, err := s.Present(bg); err != nil || len(list) != n {
					b.Fatal(len(list), err)
				}
			}
		})
	}
}

func BenchmarkSetSame(b *testing.B) {
	s := newStore(b)
	p := model.Presence{Person: "ann", Incident: "A"}
	st := take(b, s, p)
	for b.Loop() {
		if err := st.Set(p); err != nil {
			b.Fatal(err)
		}
	}
}
