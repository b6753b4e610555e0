package storage

import (
	"context"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"warroom/model"
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

// A process that is stopped while it waits in line must not stop the others.
func TestStoppedProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.db")
	s := openStore(t, path, Options{})
	id := declare(t, s, "x")
	c := start(t, path, "write", id, "kid", 1<<30)
	c.expect("READY")
	c.begin()
	for range 20 {
		c.expect("ACK")
	}
	stopped := false
	for range 50 { // until it is caught outside of a transaction, where SQLite's lock is free
		if err := c.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := contextIn(t, 6000) // long enough to pass by the gate, too short to wait out a transaction
		_, err := s.Do(ctx, id, model.Request{Actor: "ann", Command: model.AddNote{Text: "goes on"}})
		cancel()
		if err == nil {
			stopped = true
			for range 5 {
				note(t, s, id, "and on")
			}
			break
		}
		c.cmd.Process.Signal(syscall.SIGCONT)
		c.expect("ACK")
	}
	c.cmd.Process.Signal(syscall.SIGCONT)
	if !stopped {
		t.Skip("it was inside of a transaction every time")
	}
	for range 5 {
		if f := c.line(); f == nil || f[0] != "ACK" {
			t.Fatalf("the stopped process does not go on: %q", f)
		}
	}
}
