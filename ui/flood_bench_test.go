//go:build unix

package ui

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"warroom/runbooks/library"
	"warroom/runbooks/runner"
	"warroom/storage"
)

// A step prints a gigabyte as fast as it can, and somebody works on its screen.
const flood = `
id: flood
title: Flood
steps:
  - title: Print
    actions:
      - command: yes "a line of a program that prints a lot, and says nothing by it" | head -c 1000000000
        risk: read
        timeout: 5m
`

// BenchmarkR30KeysInAFlood reports the time from a key to the finished frame while
// a step prints a gigabyte, beside that of the same keys before it, and what the
// heap grew to meanwhile. The limit is 100 ms for a key.
func BenchmarkR30KeysInAFlood(b *testing.B) {
	for b.Loop() {
		inAFlood(b)
	}
}

func inAFlood(b *testing.B) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	dir := b.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "flood.yaml"), []byte(flood), 0o600); err != nil {
		b.Fatal(err)
	}
	s, id := benchRecord(b, ctx, filepath.Join(dir, "warroom.db"), storage.Options{})
	lib := library.Load([]library.Dir{{Path: dir, Origin: library.User}})
	r := runner.New(runner.Config{
		Store: s, Actor: "ana", Library: func() *library.Library { return lib },
		Dir: filepath.Join(dir, "runs"), Environ: os.Environ(), Now: time.Now,
	})
	defer r.Close()
	room := sitDown(ctx, s, Config{Actor: "ana", Incident: id, Runner: r}, 200, 60)
	go room.run(ctx)
	time.Sleep(300 * time.Millisecond) // until the room is open
	for _, key := range []string{"3", "f", "F", "l", "o", "o", "d", "enter"} {
		room.press(ctx, key)
		time.Sleep(50 * time.Millisecond)
	}
	time.Sleep(300 * time.Millisecond)
	keys := []string{"down", "pgup", "up", "pgdown", "1", "3"}
	before, stop := context.WithTimeout(ctx, 2*time.Second)
	alone := room.works(before, nil, keys...)
	stop()

	var top atomic.Uint64
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	runtime.GC()
	base := heap()
	began := time.Now()
	room.press(ctx, "enter")
	for r.Busy() == 0 {
		if time.Since(began) > 10*time.Second {
			b.Fatal("the step does not start")
		}
		time.Sleep(time.Millisecond)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for r.Busy() > 0 && ctx.Err() == nil {
			top.Store(max(top.Load(), heap()))
			time.Sleep(20 * time.Millisecond)
		}
	}()
	flooded := room.works(ctx, done, keys...)
	took := time.Since(began)
	inc, err := s.Incident(ctx, id)
	if err != nil {
		b.Fatal(err)
	}
	if run, ok := inc.Run(1); !ok || !run.Steps[0].Actions[0].State.Over() || run.Steps[0].Actions[0].State.Bad() {
		b.Fatalf("it did not print to its end: %+v", run)
	}
	waited(b, "alone", alone)
	waited(b, "flood", flooded)
	b.ReportMetric(1000/took.Seconds(), "MB/s")
	b.ReportMetric((float64(top.Load())-float64(base))/(1<<20), "MiB-grown")
}
