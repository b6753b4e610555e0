package storage

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"warroom/model"
)

// seatLine is text as a seat's file holds it.
func seatLine(text string) string {
	return fmt.Sprintf("%08x %s\n", crc32.ChecksumIEEE([]byte(text)), text)
}

// plant puts a file into the hall and, if it is to look alive, locks it.
func plant(tb testing.TB, s *Store, name, text string, alive bool) string {
	tb.Helper()
	path := filepath.Join(hallDir(s), name)
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { f.Close() })
	if alive {
		if err := lockSeat(f, true); err != nil {
			tb.Fatal(err)
		}
	}
	if _, err := f.WriteString(text); err != nil {
		tb.Fatal(err)
	}
	if !alive {
		f.Close()
	}
	return path
}

func seatID(n int) string { return fmt.Sprintf("%016x%s", n, seatEnd) }

func TestPresenceHostileFiles(t *testing.T) {
	s := newStore(t)
	ch := s.Presences(t.Context())
	take(t, s, model.Presence{Person: "ann", Incident: "A"})
	told(t, ch, 5*time.Second, "ann@A")
	good := `{"person":"eve","incident":"E","host":"h","pid":1,"typing":false,"since":"2026-01-01T00:00:00Z"}`
	bad := []string{
		"", "\n", "garbage", "00000000 " + good + "\n", good, seatLine(""), seatLine("null"), seatLine("[]"), seatLine("{}"), seatLine(`{"person":5}`),
		seatLine(`{"person":"eve","pid":-1}`), seatLine(`{"person":"eve","pid":1e99}`), seatLine(`{"person":"  "}`), seatLine(`{"person":"eve","since":"yesterday"}`),
		seatLine(strings.Repeat("[", 4000)), seatLine(good)[:40], strings.Repeat("\x00", 4000), seatLine(`{"person":"` + strings.Repeat("x", 5000) + `"}`),
	}
	n := 0
	for _, text := range bad {
		n++
		plant(t, s, seatID(n), text, true)
	}
	dead := plant(t, s, seatID(1000), seatLine(good), false)
	huge := plant(t, s, seatID(1001), seatLine(good)+strings.Repeat("x", 10<<20), true)
	foreign := []string{huge, plant(t, s, seatID(1004), seatLine(good)+strings.Repeat("x", 10<<20), false)}
	for _, name := range []string{"notes.txt", "x" + seatEnd, strings.ToUpper(seatID(0xabc)), seatID(7) + "~", strings.Repeat("0", 200) + seatEnd} {
		foreign = append(foreign, plant(t, s, name, seatLine(good), false))
	}
	if err := os.Mkdir(filepath.Join(hallDir(s), seatID(1002)), 0o700); err != nil {
		t.Fatal(err)
	}
	foreign = append(foreign, filepath.Join(hallDir(s), seatID(1002)))
	if runtime.GOOS != "windows" {
		elsewhere := filepath.Join(t.TempDir(), "elsewhere")
		if err := os.WriteFile(elsewhere, []byte(seatLine(good)), 0o600); err != nil {
			t.Fatal(err)
		}
		link := filepath.Join(hallDir(s), seatID(1003))
		if err := os.Symlink(elsewhere, link); err != nil {
			t.Fatal(err)
		}
		foreign = append(foreign, link, elsewhere)
	}

	if got := present(t, s); got != "ann@A" {
		t.Errorf("%s", got)
	}
	if used := leastUsed(func() { s.visit(filepath.Base(huge)) }); used > 8*seatLimit {
		t.Errorf("looking at a file of ten megabytes took %d bytes", used)
	}
	if _, err := os.Lstat(dead); err == nil {
		t.Error("the file of a dead one is still there")
	}
	for _, path := range foreign {
		if _, err := os.Lstat(path); err != nil {
			t.Errorf("a file that is none of ours was removed: %v", err)
		}
	}
	// What is well formed is shown, by both ways.
	plant(t, s, seatID(2000), seatLine(good)+"   ", true)
	told(t, ch, 5*time.Second, "ann@A eve@E")
	if got := present(t, s); got != "ann@A eve@E" {
		t.Error(got)
	}
}

// leastUsed is how much memory fn takes: the least of several times, since what
// else goes on in this process is counted, too.
func leastUsed(fn func()) uint64 {
	least := ^uint64(0)
	for range 20 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		fn()
		runtime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	return least
}

func TestPresenceHostileNames(t *testing.T) {
	s := newStore(t)
	ch := s.Presences(t.Context())
	told(t, ch, 5*time.Second, "")
	long := strings.Repeat("ä", 300)
	seat := take(t, s, model.Presence{Person: "\xff" + long, Incident: " \x1b[2J" + long})
	list := next(t, ch)
	check := func(p model.Presence) {
		t.Helper()
		for _, name := range []string{p.Person, p.Incident, p.Host} {
			if len(name) > model.MaxName || !utf8.ValidString(name) {
				t.Errorf("%d bytes: %q", len(name), name)
			}
		}
	}
	check(list[0])
	if p := list[0]; !strings.HasPrefix(p.Person, `\xffää`) || len(p.Person) < model.MaxName-1 || !strings.HasPrefix(p.Incident, "\x1b[2Jä") {
		t.Errorf("%+v", p)
	}
	if err := seat.Leave(); err != nil {
		t.Fatal(err)
	}
	told(t, ch, 5*time.Second, "")
	text, err := json.Marshal(map[string]any{"person": long, "incident": long, "host": long, "pid": 1})
	if err != nil {
		t.Fatal(err)
	}
	plant(t, s, seatID(1), seatLine(string(text)), true)
	check(next(t, ch)[0])
	plant(t, s, seatID(2), seatLine("{\"person\":\"\xff\xfe\"}"), true)
	for _, p := range must(s.Present(bg)) {
		check(p)
	}
}

// One look is bounded, however many files there are; what it does not reach is
// for the next one.
func TestPresenceTooMany(t *testing.T) {
	s := newStore(t)
	if err := os.Mkdir(hallDir(s), 0o700); err != nil {
		t.Fatal(err)
	}
	dead := plant(t, s, seatID(0), "long gone", false)
	const more = 500
	for i := 1; i < maxFiles+more; i++ {
		if err := os.Link(dead, filepath.Join(hallDir(s), seatID(i))); err != nil {
			t.Fatal(err)
		}
	}
	if got := present(t, s); got != "" {
		t.Error(got)
	}
	if left := len(seatFiles(t, s)); left != more {
		t.Errorf("one look went through %d files, %d are its limit", maxFiles+more-left, maxFiles)
	}
	present(t, s)
	if left := len(seatFiles(t, s)); left > 0 {
		t.Errorf("%d files are left", left)
	}
}

func FuzzParseSeat(f *testing.F) {
	f.Add([]byte(seatLine(`{"person":"eve","pid":1}`)))
	f.Add([]byte("00000000 {}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, text := range [][]byte{text, []byte(seatLine(string(text)))} {
			p, ok := parseSeat(text)
			if ok && (p.Person == "" || p.PID < 0 || len(p.Person+p.Incident+p.Host) > 3*model.MaxName) {
				t.Errorf("%+v", p)
			}
		}
	})
}
