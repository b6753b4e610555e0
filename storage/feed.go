package storage

import (
	"context"
	"slices"
	"sync"

	"warroom/model"
)

const (
	batchEvents = 500  // events in one Change
	queueEvents = 5000 // events that wait for a slow reader before it is told to start anew
)

// feed hands what is new to those who watch. It never waits for them.
type feed struct {
	mu   sync.Mutex
	subs map[*sub]struct{}
	eye  *eye // looks for what is new; runs from the first Watch on
	done bool
}

// sub is one who watches.
type sub struct {
	mu    sync.Mutex
	queue []model.Change
	n     int // events in queue
	ready chan struct{}
	stop  chan struct{}
}

// Watch reports what is written to the record from now on, by this process too,
// in the order of the record, until ctx ends or the store is closed; then the
// channel is closed. Readers drop what they have by Seq. Whoever reads too slowly
// gets a Reset in the place of what was dropped. The channel may have several
// readers, and Watch may be called several times.
func (s *Store) Watch(ctx context.Context) <-chan model.Change {
	out := make(chan model.Change)
	w := &sub{ready: make(chan struct{}, 1), stop: make(chan struct{})}
	f := &s.feed
	f.mu.Lock()
	if f.done {
		f.mu.Unlock()
		close(out)
		return out
	}
	if f.subs == nil {
		f.subs = map[*sub]struct{}{}
	}
	f.subs[w] = struct{}{}
	if f.eye == nil {
		f.eye = newEye(s)
	}
	e := f.eye
	f.mu.Unlock()
	e.once.Do(func() { // what is written after Watch has returned is seen
		e.open()
		go e.run()
	})
	go w.deliver(ctx, f, out)
	return out
}

// wake makes the store look for news at once: after a write of its own.
func (f *feed) wake() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.eye != nil {
		select {
		case f.eye.poke <- struct{}{}:
		default:
		}
	}
}

// publish hands a change to everybody.
func (f *feed) publish(c model.Change) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for w := range f.subs {
		w.add(c)
	}
}

// stop ends all watching.
func (f *feed) stop() {
	f.mu.Lock()
	f.done = true
	e := f.eye
	for w := range f.subs {
		close(w.stop)
	}
	f.subs = nil
	f.mu.Unlock()
	if e != nil {
		close(e.stop)
		<-e.ended
	}
}

func (w *sub) add(c model.Change) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch last := len(w.queue) - 1; {
	case c.Reset:
		w.queue, w.n = []model.Change{c}, 0
	case c.Alerts && len(c.Events) == 0 && last >= 0 && w.queue[last].Err == nil: // once is enough
		w.queue[last].Alerts = true
	case w.n+len(c.Events) > queueEvents:
		w.queue, w.n = []model.Change{{Reset: true}}, 0
	case last >= 0 && c.Err == nil && len(w.queue[last].Events) > 0 && len(w.queue[last].Events)+len(c.Events) <= batchEvents:
		w.queue[last].Events = append(slices.Clip(w.queue[last].Events), c.Events...) // the old array is others' too
		w.n += len(c.Events)
	default:
		w.queue = append(w.queue, c)
		w.n += len(c.Events)
	}
	select {
	case w.ready <- struct{}{}:
	default:
	}
}

func (w *sub) next() (model.Change, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.queue) == 0 {
		return model.Change{}, false
	}
	c := w.queue[0]
	w.queue = w.queue[1:]
	w.n -= len(c.Events)
	return c, true
}

func (w *sub) deliver(ctx context.Context, f *feed, out chan<- model.Change) {
	defer close(out)
	defer func() {
		f.mu.Lock()
		delete(f.subs, w)
		f.mu.Unlock()
	}()
	for {
		c, ok := w.next()
		if !ok {
			select {
			case <-w.ready:
				continue
			case <-ctx.Done():
				return
			case <-w.stop:
				return
			}
		}
		select {
		case out <- c:
		case <-ctx.Done():
			return
		case <-w.stop:
			return
		}
	}
}
