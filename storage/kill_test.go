package storage

import (
	"fmt"
	"math/rand"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"warroom/model"
)

// Writers are killed at random points. Every entry that was acknowledged must be
// there, once, and the record must be whole.
func TestKilledWriters(t *testing.T) {
	rounds := 200
	if testing.Short() {
		rounds = 15
	}
	path := filepath.Join(t.TempDir(), "w.db")
	s := openStore(t, path, Options{}) // somebody has the record open all the time
	id := declare(t, s, "x")
	rng := rand.New(rand.NewSource(time.Now().UnixNano()))
	acked := map[int64]string{}
	var mu sync.Mutex
	for round := range rounds {
		var children []*child
		for k := range 1 + round%2 {
			children = append(children, start(t, path, "write", id, fmt.Sprint("r", round, "k", k), 1<<30))
		}
		var wg sync.WaitGroup
		for k, c := range children {
			c.expect("READY")
			c.begin()
			wg.Go(func() {
				for f := c.line(); f != nil; f = c.line() {
					if len(f) != 4 || f[0] != "ACK" {
						if len(f) > 0 && f[0] == "ERROR" {
							t.Errorf("round %d: %q", round, f)
						}
						continue // the last line may be cut
					}
					seq, _ := strconv.ParseInt(f[1], 10, 64)
					mu.Lock()
					acked[seq] = fmt.Sprintf("r%dk%d says %s", round, k, f[2])
					mu.Unlock()
				}
			})
		}
		time.Sleep(time.Duration(rng.Intn(40_000)) * time.Microsecond) // the moment is to be random
		for _, c := range children {
			c.cmd.Process.Kill()
		}
		wg.Wait()
		for _, c := range children {
			c.cmd.Wait()
		}
		note(t, s, id, fmt.Sprint("round ", round)) // no killed writer holds anything up
	}
	texts := map[int64]string{}
	if err := s.Each(bg, id, func(e model.Event) error { texts[e.Seq] = e.Text(); return nil }); err != nil {
		t.Fatal(err)
	}
	for seq, text := range acked {
		if texts[seq] != text {
			t.Errorf("#%d is %q, but %q was acknowledged", seq, texts[seq], text)
		}
	}
	var what string
	if err := raw(t, path).QueryRow("PRAGMA integrity_check").Scan(&what); err != nil || what != "ok" {
		t.Errorf("integrity: %s, %v", what, err)
	}
	if rep := must(s.Audit(bg, "")); len(rep.Findings) > 0 {
		t.Error(rep.Findings)
	}
	if rep := must(s.Rebuild(bg)); rep.Differed != 0 {
		t.Errorf("%d rows of the projections differ", rep.Differed)
	}
	t.Logf("%d rounds, %d entries, %d acknowledged", rounds, len(texts), len(acked))
}
