package storage

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"modernc.org/sqlite"

	"warroom/model"
)

// conns are the connections to one file. When the file at the path turns out to
// be another one (a backup was put in its place), they are retired as a whole
// and closed when the last use ends.
type conns struct {
	file os.FileInfo // the file they lead to
	r    *sql.DB     // a small pool that cannot write
	w    writer      // used only by whoever holds Store.turn

	mu      sync.Mutex
	refs    int
	retired bool
}

const (
	readers     = 4
	readerBusy  = "2000"
	writerBusy  = "10000"
	readerCache = "-4000" // KiB; the operating system's cache holds the rest
)

var setup sync.Once

// processSetup fixes the process-wide modes of the driver before the first
// file is opened.
func processSetup() {
	setup.Do(func() {
		sqlite.StrictPragmas(true)
		if runtime.GOOS == "linux" {
			// An error means that the kernel has no such locks: the usual ones do.
			_, _ = sqlite.OFDLocking(true)
		}
	})
}

// dsn names the file for the driver, with pragmas run in the order given.
func dsn(path string, params url.Values, pragmas ...string) string {
	p := filepath.ToSlash(path)
	if !strings.HasPrefix(p, "/") { // a drive letter
		p = "/" + p
	}
	u := url.URL{Scheme: "file", OmitHost: true, Path: p}
	if params == nil {
		params = url.Values{}
	}
	params.Set("_defensive", "1")
	params.Set("_dqs", "0")
	params["_pragma"] = pragmas
	return u.String() + "?" + params.Encode()
}

// pool makes a connection pool; nothing is opened yet.
func pool(source string, n int) (*sql.DB, error) {
	c, err := sqlite.NewConnector(source)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(c)
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

// readPool opens path for reading. mode is rw, or ro where even the shared
// memory beside the file cannot be created; fixed promises SQLite that nobody
// else writes, which a read-only medium needs.
func readPool(path, mode string, fixed bool) (*sql.DB, error) {
	v := url.Values{"mode": {mode}}
	if fixed {
		v.Set("immutable", "1")
	}
	return pool(dsn(path, v, "busy_timeout("+readerBusy+")", "query_only(1)", "trusted_schema(0)", "cache_size("+readerCache+")"), readers)
}

func writePool(path string) (*sql.DB, error) {
	pragmas := []string{
		"busy_timeout(" + writerBusy + ")", "journal_mode(WAL)", "synchronous(FULL)",
		"foreign_keys(1)", "trusted_schema(0)", "journal_size_limit(67108864)",
	}
	if runtime.GOOS == "darwin" {
		pragmas = append(pragmas, "fullfsync(1)") // fsync there leaves the data in the drive's cache
	}
	return pool(dsn(path, url.Values{"mode": {"rw"}, "_txlock": {"immediate"}}, pragmas...), 1)
}

var errClosed = model.Errorf(model.Internal, "the record is closed")

// use returns the connections to the file that is now at the path, and keeps
// them open until release.
func (s *Store) use(ctx context.Context) (*conns, error) {
	for range 3 {
		s.mu.Lock()
		c, closed := s.cur, s.closed
		if c != nil {
			c.mu.Lock()
			c.refs++
			c.mu.Unlock()
		}
		s.mu.Unlock()
		if closed {
			return nil, errClosed
		}
		if c != nil {
			now, err := os.Stat(s.path)
			if err == nil && os.SameFile(now, c.file) {
				return c, nil
			}
			c.release()
			if err != nil {
				return nil, model.Wrap(model.NotFound, err, "the record %s is gone: it was moved or deleted while in use; put it back and work goes on", model.Brief(s.path, 200))
			}
		}
		if err := s.open(ctx, false); err != nil {
			return nil, err
		}
	}
	return nil, model.Errorf(model.Busy, "the file %s is being replaced again and again: try again when that is over", model.Brief(s.path, 200))
}

// swap puts c in the place of the connections in use.
func (s *Store) swap(c *conns) error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		c.retire()
		return errClosed
	}
	old := s.cur
	s.cur = c
	s.mu.Unlock()
	if old != nil {
		old.retire()
	}
	return nil
}

func (c *conns) release() {
	c.mu.Lock()
	c.refs--
	last := c.retired && c.refs == 0
	c.mu.Unlock()
	if last {
		c.close()
	}
}

func (c *conns) retire() {
	c.mu.Lock()
	idle := !c.retired && c.refs == 0
	c.retired = true
	c.mu.Unlock()
	if idle {
		c.close()
	}
}

func (c *conns) close() {
	c.w.close()
	if c.r != nil {
		c.r.Close()
	}
}

// querier is what a read needs: a transaction of the pool or of the writer.
type querier interface {
	query(ctx context.Context, text string, args ...any) (*sql.Rows, error)
	row(ctx context.Context, text string, args ...any) *sql.Row
}

// view is a reader's transaction: all that is read in it is of one moment.
type view struct{ tx *sql.Tx }

func (v view) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	return v.tx.QueryContext(ctx, text, args...)
}

func (v view) row(ctx context.Context, text string, args ...any) *sql.Row {
	return v.tx.QueryRowContext(ctx, text, args...)
}

// read runs fn on the record as it is at one moment.
func (s *Store) read(ctx context.Context, fn func(querier) error) error {
	c, err := s.use(ctx)
	if err != nil {
		return err
	}
	defer c.release()
	tx, err := c.r.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return s.fault(err, "read")
	}
	defer tx.Rollback()
	return s.fault(fn(view{tx}), "read")
}

// each runs fn on every row of a query. It closes the rows: one left open would
// pin old pages and hide what others write.
func each(rows *sql.Rows, err error, fn func() error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(); err != nil {
			return err
		}
	}
	return rows.Err()
}

// broken makes the pool throw the connection away instead of using it again.
func broken(c *sql.Conn) {
	_ = c.Raw(func(any) error { return driver.ErrBadConn })
	_ = c.Close()
}
