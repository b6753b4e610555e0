package storage

import (
	"context"
	"os"
	"sync"
	"time"

	"warroom/model"
)

// Presence is who has a room open on the record, where, and whether they type.
// It is no event and not in the database: it ends with the process.
//
//	Seat.Set ▸ one small file of this terminal, locked while it lives
//	                │
//	     the folder is listened to, and looked through now and then
//	                │
//	every process: read what changed; a file that nobody locks is removed
//	                │
//	                ▼
//	     Present, Presences: who is here
//
// The system frees the lock of a process that dies, however it dies, so nobody
// has to prove by writing that they are alive.

const (
	typingPace = time.Second // between two writes that tell only of typing
	firstNap   = time.Second // before a seat whose file is gone gets another
	longestNap = time.Minute // the same, if that happens again and again
)

// hall is where the seats of one record are.
type hall struct {
	mu        sync.Mutex
	seats     map[*Seat]struct{} // of this process
	listeners map[*listener]struct{}
	lookout   *lookout // runs while there is a seat or a listener
	closed    bool
}

// Seat is the place of one terminal among those who have a room open on the
// record. It is safe for use by several goroutines.
type Seat struct {
	s    *Store
	host string

	mu    sync.Mutex
	want  model.Presence // what is to be told
	said  bool           // want holds something
	left  bool
	f     *os.File // locked; nil as long as nobody can see the seat
	path  string
	told  model.Presence // what is in f
	wrote time.Time
	later *time.Timer // writes what had to wait for typingPace

	sat time.Time     // when a file was last asked for
	nap time.Duration // from then until it may be asked for again
}

// Here takes a seat for one terminal. Others see it from the first Set on until
// Leave, until the store is closed or until the process ends, whatever ends it.
// If the record cannot be written from here, the seat does nothing. It fails only
// if ctx is done already, which has no meaning for the seat later on, or if the
// store is closed.
func (s *Store) Here(ctx context.Context) (*Seat, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	st := &Seat{s: s}
	st.host, _ = os.Hostname() // without a name it is just not told
	h := &s.hall
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, model.Errorf(model.Internal, "the record is closed")
	}
	if h.seats == nil {
		h.seats = map[*Seat]struct{}{}
	}
	h.seats[st] = struct{}{}
	h.open(s)
	return st, nil
}

// Set tells the others who sits here, on which incident, and whether they type;
// the other fields of p are filled in. It costs next to nothing if that is what
// they know. Typing alone is told at most once a second, the last state always.
// That something cannot be told is no error. It fails if p names nobody and on a
// seat that was left.
func (st *Seat) Set(p model.Presence) error {
	p = p.Bounded()
	if p.Person == "" {
		return model.Errorf(model.Invalid, "nobody can be shown without a name: say who you are with --as NAME")
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.left {
		return model.Errorf(model.Internal, "this terminal has left the room")
	}
	if st.said && st.want.SamePlace(p) {
		return nil
	}
	moved := !st.said || p.Person != st.want.Person || p.Incident != st.want.Incident
	since := st.want.Since
	if moved {
		since = st.s.now().Round(0).UTC()
	}
	st.want = model.Presence{Person: p.Person, Incident: p.Incident, Typing: p.Typing, Host: st.host, PID: os.Getpid(), Since: since}.Bounded()
	st.said = true
	switch {
	case moved:
		st.tell()
	case st.later == nil:
		st.tellInTime()
	}
	return nil
}

// tellInTime tells now, or when that may be done again; st.mu is held.
func (st *Seat) tellInTime() {
	if wait := typingPace - time.Since(st.wrote); wait > 0 {
		st.later = time.AfterFunc(wait, st.flush)
	} else {
		st.tell()
	}
}

// flush tells what had to wait.
func (st *Seat) flush() {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.later = nil
	if !st.left && !st.told.Same(st.want) {
		st.tellInTime() // somebody may have moved meanwhile
	}
}

// Leave gives the seat back; others see that at once. A second time it does
// nothing.
func (st *Seat) Leave() error {
	st.leave()
	h := &st.s.hall
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.seats, st)
	h.rest()
	return nil
}

func (st *Seat) leave() {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.left = true
	if st.later != nil {
		st.later.Stop()
		st.later = nil
	}
	st.drop()
}

// open makes sure that somebody looks out; h.mu is held.
func (h *hall) open(s *Store) {
	if h.lookout == nil {
		h.lookout = newLookout(s)
		go h.lookout.run()
	}
}

// rest ends looking out when there is nobody to look out for; h.mu is held.
func (h *hall) rest() {
	if h.lookout != nil && len(h.seats) == 0 && len(h.listeners) == 0 {
		close(h.lookout.stop)
		h.lookout = nil
	}
}

// close gives all seats back and ends all listening.
func (h *hall) close() {
	h.mu.Lock()
	h.closed = true
	seats, l := h.seats, h.lookout
	h.seats, h.lookout = nil, nil
	for w := range h.listeners {
		close(w.stop)
	}
	h.listeners = nil
	h.mu.Unlock()
	if l != nil {
		close(l.stop)
		<-l.ended
	}
	for st := range seats {
		st.leave()
	}
}
