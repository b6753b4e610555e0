package ui

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"warroom/model"
	"warroom/storage"
)

// Three rooms are open on one record, into which twenty entries a second are
// written by other handles. In one somebody types, in one somebody has scrolled
// up and looks around, one follows. Measured is what the typist waits for, from the
// key to the finished frame with everything that stands in the queue before it,
// and each frame of all three.
//
// The same typist alone in a quiet record is the measure for it.
func BenchmarkThreeRooms(b *testing.B) {
	b.Run("alone", func(b *testing.B) { benchRooms(b, false) })
	b.Run("load", func(b *testing.B) { benchRooms(b, true) })
}

func benchRooms(b *testing.B, loaded bool) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	path := filepath.Join(b.TempDir(), "room", "warroom.db")
	s, id := benchRecord(b, ctx, path, storage.Options{})
	sit := func(who string, w, h int) *booth { // by a handle of its own, as another process would
		return sitDown(ctx, benchStore(b, ctx, path, storage.Options{}), Config{Actor: who, Incident: id}, w, h)
	}
	write := func(who string, n int) {
		line := fmt.Sprintf("finding: replica lag is %d s and the pool of connections is full on every node again", n)
		c, err := model.Compose(line, time.Now(), time.UTC)
		if err == nil {
			_, err = s.Do(ctx, id, model.Request{Actor: who, Command: c})
		}
		if err != nil && ctx.Err() == nil {
			b.Error(err)
		}
	}
	for n := range 300 {
		write("bob", n)
	}
	rooms := []*booth{sit("ana", 200, 60)}
	if loaded {
		rooms = append(rooms, sit("erin", 200, 60), sit("dana", 120, 40))
	}
	var wg sync.WaitGroup
	for _, x := range rooms {
		wg.Go(func() { x.run(ctx) })
	}
	for range 3 { // until the rooms are open
		time.Sleep(100 * time.Millisecond)
	}
	rooms[0].press(ctx, "i")
	if loaded {
		rooms[1].press(ctx, "up")
		wg.Go(func() { everybodyWrites(ctx, write) })
		wg.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-ctx.Done():
					return
				case <-time.After(90 * time.Millisecond):
					rooms[1].press(ctx, []string{"up", "pgup", "down", "pgdown", "up"}[n%5])
				}
			}
		})
	}
	var typed []time.Duration
	began := time.Now()
	for b.Loop() {
		time.Sleep(30 * time.Millisecond) // a fast typist
		typed = append(typed, rooms[0].press(ctx, "x"))
	}
	took := time.Since(began)
	text := rooms[0].a.composer.area.Value
	cancel()
	wg.Wait()
	if n := len(text()); n != len(typed) {
		b.Errorf("%d letters of %d came in", n, len(typed))
	}
	var frames []time.Duration
	for _, x := range rooms {
		frames = append(frames, x.frames...)
	}
	b.ReportMetric(0, "ns/op") // the pauses of the typist say nothing
	waited(b, "key", typed)
	waited(b, "frame", frames)
	b.ReportMetric(float64(len(frames))/took.Seconds()/float64(len(rooms)), "frames/s")
}

// everybodyWrites writes twenty entries a second until ctx ends.
func everybodyWrites(ctx context.Context, write func(string, int)) {
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-time.After(50 * time.Millisecond):
			write([]string{"bob", "carol"}[n%2], n)
		}
	}
}
