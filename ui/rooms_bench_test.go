package ui

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/storage"
)

// booth is a person at a terminal as the program runs it: messages come in one
// after another, what follows from them runs beside, and after each batch a frame
// is drawn, renderer included.
type booth struct {
	a      *App
	s      *screenOf
	msgs   chan tea.Msg
	frames []time.Duration // from the first message of a batch to the finished frame
}

// keyed is a key press that tells when its frame is finished.
type keyed struct {
	key  tea.Msg
	done chan struct{}
}

// sitDown opens the record by a handle of its own, as another process would.
func sitDown(b *testing.B, ctx context.Context, path, who, incident string, w, h int) *booth {
	b.Helper()
	store, err := storage.Open(ctx, path, storage.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { store.Close() })
	x := &booth{
		a: newApp(ctx, Config{Store: store, Actor: who, Now: time.Now, Incident: incident}),
		s: newScreen(w, h), msgs: make(chan tea.Msg, 256),
	}
	x.a.Update(tea.WindowSizeMsg{Width: w, Height: h})
	x.follow(ctx, x.a.Init())
	go func() {
		for change := range store.Watch(ctx) {
			x.tell(ctx, changeMsg{change, true})
		}
	}()
	return x
}

func (x *booth) tell(ctx context.Context, m tea.Msg) {
	select {
	case x.msgs <- m:
	case <-ctx.Done():
	}
}

// follow runs a command beside the loop.
func (x *booth) follow(ctx context.Context, cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() {
		switch m := cmd().(type) {
		case nil:
		case tea.BatchMsg:
			for _, c := range m {
				x.follow(ctx, c)
			}
		default:
			x.tell(ctx, m)
		}
	}()
}

// run is the loop of the program until ctx ends.
func (x *booth) run(ctx context.Context) {
	for {
		var m tea.Msg
		select {
		case <-ctx.Done():
			return
		case m = <-x.msgs:
		}
		began := time.Now()
		var done []chan struct{}
		for more := true; more; {
			if k, ok := m.(keyed); ok {
				done, m = append(done, k.done), k.key
			}
			_, cmd := x.a.Update(m)
			x.follow(ctx, cmd)
			select {
			case m = <-x.msgs:
			default:
				more = false
			}
		}
		x.s.draw(x.a.View())
		x.frames = append(x.frames, time.Since(began))
		for _, d := range done {
			close(d)
		}
	}
}

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
	s, err := storage.Open(ctx, path, storage.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	rec, err := s.Do(ctx, "", model.Request{Actor: "ana", Command: model.Declare{Title: "checkout 503", Severity: 1}})
	if err != nil {
		b.Fatal(err)
	}
	id := rec.Incident.ID
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
	rooms := []*booth{sitDown(b, ctx, path, "ana", id, 200, 60)}
	if loaded {
		rooms = append(rooms, sitDown(b, ctx, path, "erin", id, 200, 60), sitDown(b, ctx, path, "dana", id, 120, 40))
	}
	var wg sync.WaitGroup
	for _, x := range rooms {
		wg.Go(func() { x.run(ctx) })
	}
	press1 := func(x *booth, name string) time.Duration {
		k := keyed{press(name), make(chan struct{})}
		began := time.Now()
		x.tell(ctx, k)
		select {
		case <-k.done:
		case <-ctx.Done():
		}
		return time.Since(began)
	}
	for range 3 { // until the rooms are open
		time.Sleep(100 * time.Millisecond)
	}
	press1(rooms[0], "i")
	if loaded {
		press1(rooms[1], "up")
		wg.Go(func() { everybodyWrites(ctx, write) })
		wg.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-ctx.Done():
					return
				case <-time.After(90 * time.Millisecond):
					press1(rooms[1], []string{"up", "pgup", "down", "pgdown", "up"}[n%5])
				}
			}
		})
	}
	var typed []time.Duration
	began := time.Now()
	for b.Loop() {
		time.Sleep(30 * time.Millisecond) // a fast typist
		typed = append(typed, press1(rooms[0], "x"))
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
	for name, list := range map[string][]time.Duration{"key": typed, "frame": frames} {
		slices.Sort(list)
		b.ReportMetric(float64(list[len(list)/2])/1e6, name+"-ms-p50")
		b.ReportMetric(float64(list[len(list)*99/100])/1e6, name+"-ms-p99")
	}
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
