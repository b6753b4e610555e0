package storage

import (
	"context"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestGateKeepsTheOrder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gate")
	first := newGate(path)
	defer first.close()
	leave := first.enter(bg, time.Minute)
	order := make(chan int, 8)
	var wg sync.WaitGroup
	for n := range 8 {
		g := newGate(path)
		wg.Go(func() {
			out := g.enter(bg, time.Minute)
			order <- n
			out()
			g.close()
		})
		wait(t, 5*time.Second, "it has drawn its number", func() bool { return drawn(path) == uint64(n+2) })
	}
	select {
	case n := <-order:
		t.Fatalf("number %d did not wait", n)
	default:
	}
	leave()
	for n := range 8 {
		if got := <-order; got != n {
			t.Errorf("number %d came at place %d", got, n)
		}
	}
	wg.Wait()
}

func drawn(path string) uint64 {
	g := newGate(path)
	defer g.close()
	var b [8]byte
	if !g.open() {
		return 0
	}
	g.f.ReadAt(b[:], 0)
	var n uint64
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	return n
}

func TestGateDoesNotHoldForEver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gate")
	first, second := newGate(path), newGate(path)
	leave := first.enter(bg, time.Minute)
	began := time.Now()
	second.enter(bg, 100*time.Millisecond)()
	if d := time.Since(began); d < 90*time.Millisecond || d > 3*time.Second {
		t.Errorf("went on after %s", d)
	}
	ctx, cancel := context.WithCancel(bg)
	cancel()
	began = time.Now()
	second.enter(ctx, time.Minute)()
	if d := time.Since(began); d > 3*time.Second {
		t.Errorf("gave up after %s", d)
	}
	leave()
	wait(t, 5*time.Second, "what was given up is given back", func() bool { return second.stuck.Load() == 0 })
	began = time.Now()
	second.enter(bg, time.Minute)()
	if d := time.Since(began); d > time.Second {
		t.Errorf("a free gate took %s", d)
	}
	first.close()
	second.close()
}

// A process that is stopped while it stands in line must not stop the others: they
// wait for it once, go on without it, and those behind them do not wait again.
func TestStoppedProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.db")
	s := openStore(t, path, Options{})
	id := declare(t, s, "x")
	c := start(t, path, "queue")
	c.expect("READY")
	if err := c.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	for n := range 6 {
		note(t, s, id, "goes on")
		if gaveUp := s.gate.stuck.Load(); gaveUp != 1 {
			t.Fatalf("note %d: the gate was waited for in vain %d times, not once", n, gaveUp)
		}
	}
	c.cmd.Process.Signal(syscall.SIGCONT)
	c.begin()
	c.expect("DONE")
	wait(t, 5*time.Second, "what was given up is given back", func() bool { return s.gate.stuck.Load() == 0 })
	note(t, s, id, "and on")
}
