package storage

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"sync"
	"time"

	"warroom/model"
)

// Options says how a record is opened.
type Options struct {
	ReadOnly bool             // never write, even if the file allows it
	Now      func() time.Time // nil: time.Now
	App      string           // version of the program, kept with the schema for Doctor
	Outbound Planner          // what is to leave because of an event; nil: nothing
}

// Store is an open record. It is safe for use by several goroutines.
type Store struct {
	path string
	app  string
	now  func() time.Time
	plan Planner

	readOnly string // why nothing can be written; "" if it can

	mu     sync.Mutex // guards cur and closed
	cur    *conns
	closed bool

	turn  chan struct{} // one writer at a time in this process
	over  chan struct{} // closed by Close
	gate  *gate
	bell  *bell
	feed  feed
	stats statistics
	hall  hall

	words words
}

// Open opens the record at path and creates it, with its folder, if it is not
// there. A record of an older version is brought up to date after a backup; one
// of a newer version, or in a folder that cannot be written, opens read-only:
// see ReadOnly. Failures are model.Errors with a sentence for people.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	processSetup()
	path, err := resolvePath(path)
	if err != nil {
		return nil, err
	}
	s := &Store{path: path, app: o.App, now: o.Now, plan: o.Outbound, turn: make(chan struct{}, 1), over: make(chan struct{})}
	if s.now == nil {
		s.now = time.Now
	}
	if o.ReadOnly {
		s.readOnly = "it was opened for reading only"
	}
	s.gate = newGate(path + "-gate")
	s.bell = newBell(path + "-bell")
	if err := s.open(ctx, true); err != nil {
		s.gate.close()
		s.bell.close()
		return nil, err
	}
	return s, nil
}

// Close ends all watching and closes the files. What was accepted is safe with
// or without it.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	close(s.over)
	c := s.cur
	s.cur = nil
	s.mu.Unlock()

	s.hall.close()
	s.feed.stop()
	s.turn <- struct{}{} // a write under way is finished first
	if c != nil {
		c.retire()
	}
	s.words.close()
	s.gate.close()
	s.bell.close()
	return nil
}

// Path is the file of the record, absolute and without symbolic links.
func (s *Store) Path() string { return s.path }

// ReadOnly reports whether nothing can be written, and why, as a sentence.
func (s *Store) ReadOnly() (bool, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.readOnly != "", s.readOnly
}

// NewID makes an id for a request: a UUID of version 7, so that ids made later
// sort later.
func (s *Store) NewID() model.ID { return newID(s.now()) }

func newID(t time.Time) model.ID {
	var id model.ID
	rand.Read(id[:]) // never fails: it ends the program instead
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(t.UnixMilli()))
	copy(id[:6], ms[2:])
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}
