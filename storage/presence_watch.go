package storage

import (
	"context"
	"maps"
	"os"
	"slices"
	"time"

	"warroom/model"
)

const (
	lookTick  = 5 * time.Second  // for what was not heard
	nearTick  = time.Second      // the same where little or nothing is heard
	lookFirst = time.Millisecond // until a file that was closed is looked at again
	lookAgain = time.Second      // how long the system may take to free its lock
)

// Present says who has a room open on the record now, this process too, by
// person and then by Since; at most a thousand. Whoever cannot be seen from here
// is not in it; that is no error.
func (s *Store) Present(ctx context.Context) ([]model.Presence, error) {
	h := &s.hall
	h.mu.Lock()
	closed := h.closed
	h.mu.Unlock()
	if closed {
		return nil, model.Errorf(model.Internal, "the record is closed")
	}
	there, err := s.roll(ctx)
	if err != nil {
		return nil, err
	}
	return inOrder(there), nil
}

func inOrder(there map[string]model.Presence) []model.Presence {
	return slices.SortedFunc(maps.Values(there), model.Presence.Compare)
}

// listener is one who is told who is here.
type listener struct {
	list  []model.Presence // the newest; guarded by hall.mu
	heard bool             // list was set
	ready chan struct{}
	stop  chan struct{}
}

// Presences gives what Present would, at once and after each change, until ctx
// ends or the store is closed; then the channel is closed. Whoever reads slowly
// gets only the newest. A list belongs to who receives it.
func (s *Store) Presences(ctx context.Context) <-chan []model.Presence {
	out := make(chan []model.Presence)
	w := &listener{ready: make(chan struct{}, 1), stop: make(chan struct{})}
	h := &s.hall
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || ctx.Err() != nil {
		close(out)
		return out
	}
	if h.listeners == nil {
		h.listeners = map[*listener]struct{}{}
	}
	h.listeners[w] = struct{}{}
	h.open(s)
	select {
	case h.lookout.poke <- struct{}{}:
	default:
	}
	go w.deliver(ctx, h, out)
	return out
}

func (w *listener) deliver(ctx context.Context, h *hall, out chan<- []model.Presence) {
	defer close(out)
	defer func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.listeners, w)
		h.rest()
	}()
	var list []model.Presence
	var to chan<- []model.Presence // nil while there is nothing to give
	for {
		select {
		case <-w.ready:
			h.mu.Lock()
			list = w.list
			h.mu.Unlock()
			to = out
		case to <- list:
			to, list = nil, nil
		case <-ctx.Done():
			return
		case <-w.stop:
			return
		}
	}
}

// lookout keeps a list of who is here by listening to the folder, and looks
// through it now and then for what cannot be heard. It also sees to it that the
// seats of this process keep their files.
type lookout struct {
	s     *Store
	poke  chan struct{}
	stop  chan struct{}
	ended chan struct{}

	ear   *ear        // nil: nothing can be heard
	dir   os.FileInfo // of the folder that is listened to
	there map[string]model.Presence
	told  []model.Presence
	any   bool // told was published

	names  map[string]struct{} // of files that something was heard of
	closed map[string]struct{} // of files that were closed, but are not free yet
	gap    time.Duration       // until those are looked at again
	whole  time.Time           // when everything is to be looked at

	tokens float64 // looks that may come at once
	filled time.Time
}

func newLookout(s *Store) *lookout {
	return &lookout{
		s: s, poke: make(chan struct{}, 1), stop: make(chan struct{}), ended: make(chan struct{}),
		there: map[string]model.Presence{}, names: map[string]struct{}{}, closed: map[string]struct{}{},
	}
}

func (l *lookout) run() {
	defer close(l.ended)
	defer l.deaf()
	timer := time.NewTimer(0)
	defer timer.Stop()
	next := time.Now()
	for {
		var heard <-chan sound
		if l.ear != nil {
			heard = l.ear.heard
		}
		select {
		case <-l.stop:
			return
		case n, ok := <-heard:
			next = time.Now()
			l.note(n, ok)
		case <-l.poke:
			next = time.Now()
			l.whole = next
		case <-timer.C:
		}
		now := time.Now()
		if soonest := l.rest(now); next.Before(soonest) {
			next = soonest
		}
		if now.Before(next) {
			timer.Reset(next.Sub(now))
			continue
		}
		l.tokens--
		if !now.Before(l.whole) {
			l.survey()
		} else {
			l.follow()
		}
		l.publish()
		next = l.whole
		if len(l.closed) > 0 {
			if l.gap > lookAgain { // somebody else had it open, then
				clear(l.closed)
			} else if again := time.Now().Add(l.gap); again.Before(next) {
				next = again
			}
			l.gap *= 2
		}
		timer.Reset(time.Until(next))
	}
}

// rest says when the next look may be, so that readers draw once a frame and not
// once a change. A few may come at once.
func (l *lookout) rest(now time.Time) time.Time {
	l.tokens = min(paceBurst, l.tokens+float64(now.Sub(l.filled))/float64(pace))
	l.filled = now
	if l.tokens >= 1 {
		return now
	}
	return now.Add(time.Duration((1 - l.tokens) * float64(pace)))
}

// note takes down what was heard.
func (l *lookout) note(n sound, ok bool) {
	switch {
	case !ok:
		l.deaf()
		l.whole = time.Now()
	case n.name == "":
		l.whole = time.Now()
	default:
		l.names[n.name] = struct{}{}
		if n.closed {
			l.closed[n.name] = struct{}{}
			l.gap = lookFirst
		}
	}
}

// follow looks at the files that something was heard of.
func (l *lookout) follow() {
	maps.Copy(l.names, l.closed)
	gone := false
	for name := range l.names {
		p, known, alive := l.s.visit(name)
		if !alive {
			delete(l.closed, name)
			gone = true
		}
		if known && len(l.there) < maxSeats {
			l.there[name] = p
		} else {
			delete(l.there, name)
		}
	}
	clear(l.names)
	if gone {
		l.mend()
	}
}

// survey looks at everything.
func (l *lookout) survey() {
	clear(l.names)
	l.settle()
	period := lookTick
	if l.ear == nil {
		period = nearTick
	}
	l.whole = time.Now().Add(period)
	l.mend()
	l.there, _ = l.s.roll(context.Background())
	for name := range l.closed {
		if _, ok := l.there[name]; !ok {
			delete(l.closed, name)
		}
	}
	if !earHearsDeath && len(l.there) > l.own() {
		l.whole = time.Now().Add(nearTick)
	}
}

// own is how many seats this process has.
func (l *lookout) own() int {
	h := &l.s.hall
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.seats)
}

// mend looks after the seats of this process.
func (l *lookout) mend() {
	h := &l.s.hall
	h.mu.Lock()
	seats := slices.Collect(maps.Keys(h.seats))
	h.mu.Unlock()
	for _, st := range seats {
		if wait := st.mend(); wait > 0 {
			if at := time.Now().Add(wait); at.Before(l.whole) {
				l.whole = at
			}
		}
	}
}

// settle makes sure that the folder that is now at the path is listened to.
func (l *lookout) settle() {
	dir := hallDir(l.s)
	now, err := os.Lstat(dir)
	if err == nil && l.ear != nil && os.SameFile(now, l.dir) {
		return
	}
	l.deaf()
	if err != nil {
		if _, err := makeHall(l.s); err != nil {
			return
		}
		if now, err = os.Lstat(dir); err != nil {
			return
		}
	}
	if !now.IsDir() {
		return
	}
	e, err := listen(dir)
	if err != nil {
		return
	}
	if again, err := os.Lstat(dir); err != nil || !os.SameFile(now, again) {
		e.close()
		return
	}
	l.ear, l.dir = e, now
}

// deaf ends listening.
func (l *lookout) deaf() {
	if l.ear != nil {
		l.ear.close()
		l.ear, l.dir = nil, nil
	}
}

// publish tells the listeners what they do not know.
func (l *lookout) publish() {
	list := inOrder(l.there)
	changed := !l.any || !slices.EqualFunc(list, l.told, model.Presence.Same)
	l.told, l.any = list, true
	h := &l.s.hall
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.lookout != l {
		return // another one speaks now
	}
	for w := range h.listeners {
		if !changed && w.heard {
			continue
		}
		w.list, w.heard = slices.Clone(list), true
		select {
		case w.ready <- struct{}{}:
		default:
		}
	}
}

// sound is something that happened to a file of the folder.
type sound struct {
	name   string // "": look at everything
	closed bool   // somebody who could write to it has closed it
}
