package storage

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"time"

	"warroom/model"
)

const (
	retryFor    = 10 * time.Second // how long a write is tried before people are told
	queueFor    = 2 * time.Second  // how long the gate is waited for before going on without
	ioRetries   = 3
	goneRetries = 12
)

// writer is the one connection that writes, with its prepared statements.
type writer struct {
	db    *sql.DB
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

// ready opens the connection if need be.
func (w *writer) ready(ctx context.Context, path string) error {
	if w.conn != nil {
		return nil
	}
	if w.db == nil {
		db, err := writePool(path)
		if err != nil {
			return err
		}
		w.db = db
	}
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return err
	}
	// From here on whoever finds the record locked is told at once: attempts waits,
	// and gives up when its caller does.
	if _, err := conn.ExecContext(ctx, "PRAGMA busy_timeout = 0"); err != nil {
		broken(conn)
		return err
	}
	var mode string
	if err := conn.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		broken(conn)
		return err
	}
	if mode != "wal" {
		broken(conn)
		return model.Errorf(model.Internal, "the record %s cannot be shared: its file system offers only journal mode %q; put it on a local disk", model.Brief(path, 200), mode)
	}
	w.conn, w.stmts = conn, map[string]*sql.Stmt{}
	return nil
}

// drop throws the connection away after something went wrong with it.
func (w *writer) drop() {
	if w.conn != nil {
		broken(w.conn)
		w.conn, w.stmts = nil, nil
	}
}

func (w *writer) close() {
	if w.conn != nil {
		for _, st := range w.stmts {
			st.Close()
		}
		w.conn.Close()
		w.conn = nil
	}
	if w.db != nil {
		w.db.Close()
		w.db = nil
	}
}

// txn is a write transaction. Nothing that waits, except for the disk, may
// happen while one is open.
type txn struct {
	s *Store
	w *writer
}

func (t *txn) stmt(text string) (*sql.Stmt, error) {
	if st, ok := t.w.stmts[text]; ok {
		return st, nil
	}
	st, err := t.w.conn.PrepareContext(context.Background(), text)
	if err == nil {
		t.w.stmts[text] = st
	}
	return st, err
}

func (t *txn) exec(text string, args ...any) (sql.Result, error) {
	st, err := t.stmt(text)
	if err != nil {
		return nil, err
	}
	return st.Exec(args...)
}

func (t *txn) query(_ context.Context, text string, args ...any) (*sql.Rows, error) {
	st, err := t.stmt(text)
	if err != nil {
		return nil, err
	}
	return st.Query(args...)
}

func (t *txn) row(_ context.Context, text string, args ...any) *sql.Row {
	st, err := t.stmt(text)
	if err != nil {
		return t.w.conn.QueryRowContext(context.Background(), text, args...) // fails with the same error
	}
	return st.QueryRow(args...)
}

// write carries out fn in a transaction. It is repeated while the record is
// locked and after failures that leave open whether it was written: fn must be
// able to tell, by ids, that it was.
func (s *Store) write(ctx context.Context, fn func(*txn) error) error {
	if ro, why := s.ReadOnly(); ro {
		return model.Errorf(model.ReadOnly, "the record %s is open for reading only: %s", model.Brief(s.path, 200), why)
	}
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-s.over:
		return errClosed
	case <-ctx.Done():
		return late(ctx, nil)
	}
	return s.attempts(ctx, func(ctx context.Context) error {
		c, err := s.use(ctx)
		if err != nil {
			return err
		}
		defer c.release()
		leave := s.gate.enter(ctx, queueFor)
		err = s.transact(ctx, c, fn)
		leave()
		if err != nil {
			return err
		}
		// Had the file been put aside meanwhile, the words would be in the old
		// one: write them into the new one as well.
		if now, err := os.Stat(s.path); err != nil || !os.SameFile(now, c.file) {
			return errMoved
		}
		return nil
	})
}

var errMoved = model.Errorf(model.NotFound, "the record was moved or replaced while it was being written: nothing is known to be written")

// attempts repeats fn until it succeeds, fails for good, or its time is over.
func (s *Store) attempts(ctx context.Context, fn func(context.Context) error) error {
	limit, cancel := context.WithTimeout(ctx, retryFor)
	defer cancel()
	pause := 2 * time.Millisecond
	for broke, gone := 0, 0; ; {
		if ctx.Err() != nil {
			return late(ctx, nil)
		}
		err := fn(limit)
		switch {
		case err == nil:
			return nil
		case busy(err), model.CodeOf(err) == model.Busy:
		case err == errMoved, errors.Is(err, fs.ErrNotExist) && gone < goneRetries:
			gone++ // a file just put aside may have its successor in a moment
		case ambiguous(err) && broke < ioRetries:
			broke++
		case ctx.Err() != nil:
			return late(ctx, err)
		case limit.Err() != nil:
			return model.Wrap(model.Busy, err, "the record stayed locked by another process for %s: nothing was written; try again in a moment", model.Span(retryFor))
		default:
			return s.fault(err, "written")
		}
		select {
		case <-limit.Done():
			if ctx.Err() != nil {
				return late(ctx, err)
			}
			return s.fault(err, "written")
		case <-time.After(pause/2 + rand.N(pause)):
		}
		pause = min(2*pause, 100*time.Millisecond)
	}
}

// late is the error for a caller whose time was over while the record was locked
// (cause), or before it got its turn. Who broke it off knows why.
func late(ctx context.Context, cause error) error {
	if ctx.Err() == context.Canceled {
		return ctx.Err()
	}
	return model.Wrap(model.Busy, errors.Join(ctx.Err(), cause), "the record is locked by another process: nothing was written; try again in a moment")
}

// transact runs fn between BEGIN and COMMIT on c's writer.
func (s *Store) transact(ctx context.Context, c *conns, fn func(*txn) error) (err error) {
	w := &c.w
	if err := w.ready(ctx, s.path); err != nil {
		return err
	}
	// No statement here is cut short, as that would cost the connection: the
	// waiting is done between attempts.
	t := &txn{s: s, w: w}
	if _, err := t.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	done := false
	defer func() { // also when a rule of the model panics
		if !done {
			if _, e := w.conn.ExecContext(context.Background(), "ROLLBACK"); e != nil {
				w.drop()
			}
		}
	}()
	if err := fn(t); err != nil {
		return err
	}
	if _, err := t.exec("COMMIT"); err != nil {
		return err
	}
	done = true
	return nil
}
