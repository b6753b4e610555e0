package ui

import (
	"context"
	"slices"
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

// benchRecord opens a record with one incident in it.
func benchRecord(b *testing.B, ctx context.Context, path string, o storage.Options) (s *storage.Store, id string) {
	b.Helper()
	s = benchStore(b, ctx, path, o)
	r, err := s.Do(ctx, "", model.Request{Actor: "ana", Command: model.Declare{Title: "everything is down", Severity: 1}})
	if err != nil {
		b.Fatal(err)
	}
	return s, r.Incident.ID
}

func benchStore(b *testing.B, ctx context.Context, path string, o storage.Options) *storage.Store {
	b.Helper()
	s, err := storage.Open(ctx, path, o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s
}

// sitDown opens a room on a record.
func sitDown(ctx context.Context, store *storage.Store, c Config, w, h int) *booth {
	c.Store, c.Now = store, time.Now
	x := &booth{a: newApp(ctx, c), s: newScreen(w, h), msgs: make(chan tea.Msg, 256)}
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

// press waits for the frame that answers a key, with everything that stands in the
// queue before it.
func (x *booth) press(ctx context.Context, name string) time.Duration {
	k := keyed{press(name), make(chan struct{})}
	began := time.Now()
	x.tell(ctx, k)
	select {
	case <-k.done:
	case <-ctx.Done():
	}
	return time.Since(began)
}

// works presses one key after another, a hundred a second at most, until ctx or
// done ends.
func (x *booth) works(ctx context.Context, done <-chan struct{}, keys ...string) (waits []time.Duration) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-done:
			return waits
		case <-ctx.Done():
			return waits
		case <-tick.C:
			waits = append(waits, x.press(ctx, keys[n%len(keys)]))
		}
	}
}

// waited reports how long somebody waited: in the middle, at the hundredth worst
// and at the worst.
func waited(b *testing.B, name string, list []time.Duration) {
	if len(list) == 0 {
		b.Errorf("%s: nothing was measured", name)
		return
	}
	slices.Sort(list)
	b.ReportMetric(float64(list[len(list)/2])/1e6, name+"-ms-p50")
	b.ReportMetric(float64(list[len(list)*99/100])/1e6, name+"-ms-p99")
	b.ReportMetric(float64(list[len(list)-1])/1e6, name+"-ms-max")
}
