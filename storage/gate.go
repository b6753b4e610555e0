package storage

import (
	"context"
	"encoding/binary"
	"os"
	"sync/atomic"
	"time"
)

// gate makes the processes that want to write stand in line. SQLite's own lock
// is the truth, but whoever waits for it sleeps and looks again, so that under
// load one process may wait for seconds while another writes all the time.
//
// Everybody draws a number from the gate's file and locks the byte of that
// number until done; then the line moves by waiting for the byte of the number
// before. The system frees the bytes of a process that dies. A process that was
// stopped holds up only the one behind it, and that one goes on after a while
// without a gate: it is advisory.
//
// The file is beside the record and not in the bell's folder, where drawing a
// number would wake every reader.
type gate struct {
	path  string
	mode  os.FileMode // of the file
	f     *os.File
	stuck atomic.Int32 // waits given up that still hang in the system
}

const (
	doorByte   = 1 << 40 // held for a moment while drawing a number
	ticketByte = 1 << 41 // number n is byte ticketByte + n%ticketSpan
	ticketSpan = 1 << 40
	maxStuck   = 4
)

func newGate(path string) *gate { return &gate{path: path, mode: 0o600} }

func (g *gate) close() {
	if g.f != nil && g.stuck.Load() == 0 { // else it is closed with the last that hangs on it
		g.f.Close()
	}
	g.f = nil
}

// enter waits for this process's turn, at most for patience, and returns what to
// call when done. The caller is the only one of this process that is in line.
func (g *gate) enter(ctx context.Context, patience time.Duration) (leave func()) {
	nothing := func() {}
	if g.stuck.Load() >= maxStuck || !g.open() {
		return nothing
	}
	f := g.f
	limit := time.Now().Add(patience)
	if !g.lock(ctx, f, doorByte, limit) {
		return nothing
	}
	var b [8]byte
	_, _ = f.ReadAt(b[:], 0) // a short file counts from zero
	n := binary.BigEndian.Uint64(b[:])
	binary.BigEndian.PutUint64(b[:], n+1)
	_, err := f.WriteAt(b[:], 0)
	mine := int64(ticketByte + n%ticketSpan)
	if err == nil {
		err = lockRange(f, mine, true, false)
	}
	_ = unlockRange(f, doorByte)
	if err != nil {
		return nothing
	}
	if n > 0 {
		before := int64(ticketByte + (n-1)%ticketSpan)
		if g.lock(ctx, f, before, limit) {
			_ = unlockRange(f, before)
		}
	}
	return func() { _ = unlockRange(f, mine) }
}

func (g *gate) open() bool {
	if g.f == nil {
		f, err := os.OpenFile(g.path, os.O_RDWR|os.O_CREATE|os.O_EXCL, g.mode)
		if err == nil {
			_ = os.Chmod(g.path, g.mode) // the umask may have taken the group's
		} else if f, err = os.OpenFile(g.path, os.O_RDWR, 0); err != nil {
			return false // the file system or its rights forbid it: go without
		}
		g.f = f
	} else if now, err := os.Stat(g.path); err != nil || !sameAs(g.f, now) {
		g.close() // somebody removed it: the others are in line at the new one
		return g.open()
	}
	return true
}

func sameAs(f *os.File, now os.FileInfo) bool {
	fi, err := f.Stat()
	return err == nil && os.SameFile(fi, now)
}

// lock takes the byte at off, waiting until limit; the wait itself cannot be
// broken off, so it is left to a goroutine, which gives back what came too late.
func (g *gate) lock(ctx context.Context, f *os.File, off int64, limit time.Time) bool {
	if lockRange(f, off, true, false) == nil {
		return true
	}
	got := make(chan error, 1)
	state := new(atomic.Int32) // 0 waiting, 1 taken, 2 given up
	go func() {
		err := lockRange(f, off, true, true)
		if !state.CompareAndSwap(0, 1) {
			if err == nil {
				_ = unlockRange(f, off)
			}
			g.stuck.Add(-1)
		}
		got <- err
	}()
	timer := time.NewTimer(time.Until(limit))
	defer timer.Stop()
	select {
	case err := <-got:
		return err == nil
	case <-ctx.Done():
	case <-timer.C:
	}
	if state.CompareAndSwap(0, 2) {
		g.stuck.Add(1)
		return false
	}
	return <-got == nil
}
