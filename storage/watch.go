package storage

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"

	"warroom/model"
)

const (
	slowTick  = time.Second            // for what the bell did not tell
	restTick  = 3 * time.Second        // the same while nothing is written and the bell has missed nothing
	restAfter = time.Minute            // how long nothing was written by then
	doubt     = time.Hour              // how long a bell that missed something is not relied on
	quickTick = 250 * time.Millisecond // where there is no bell to hear
	pace      = 6 * time.Millisecond   // between two batches under load; the median of the delay is half of it
	paceBurst = 4                      // batches that may come at once before that
	maxRun    = 20                     // batches in a row before it is quicker to start anew
	errAfter  = 2 * time.Second        // how long a lock may hide the record before people are told
)

// eye looks for what is new in the record. The bell wakes it; a slow tick finds
// what the bell did not tell; the counter of SQLite says whether there is
// anything; and what it is follows from the cursor alone.
type eye struct {
	s     *Store
	once  sync.Once
	poke  chan struct{}
	stop  chan struct{}
	ended chan struct{}

	bells   *fsnotify.Watcher
	bellDir os.FileInfo // the folder that is being watched; nil if none is

	c       *conns // in use while conn is open
	conn    *sql.Conn
	counter *sql.Stmt
	version int64  // SQLite's counter when last read; -1 to look in any case
	cursor  int64  // the newest event that was published
	mark    []byte // its hash, to notice another record in the same file
	inbox   int64  // how often the inbox of alerts had changed
	failing time.Time
	told    bool      // Err was published
	news    time.Time // when something was last found
	missed  time.Time // when the tick found what the bell had not told; zero if never
	tokens  float64
	filled  time.Time
}

func newEye(s *Store) *eye {
	return &eye{s: s, poke: make(chan struct{}, 1), stop: make(chan struct{}), ended: make(chan struct{}), tokens: paceBurst, filled: time.Now(), news: time.Now()}
}

// open starts to watch: first the bell, then the state from which on things are
// new, so that nothing falls between.
func (e *eye) open() {
	e.hearBell()
	if err := e.connect(); err != nil {
		e.fail(err)
	}
}

func (e *eye) run() {
	defer close(e.ended)
	defer e.close()
	period := slowTick
	tick := time.NewTicker(period)
	defer tick.Stop()
	for {
		if want := e.tick(time.Now()); want != period {
			period = want
			tick.Reset(period)
		}
		byTick := false
		var events <-chan fsnotify.Event
		var faults <-chan error
		if e.bells != nil {
			events, faults = e.bells.Events, e.bells.Errors
		}
		select {
		case <-e.stop:
			return
		case _, ok := <-events:
			if !ok {
				e.bells, e.bellDir = nil, nil
			}
		case <-faults: // an overflow, for one: there is certainly something
			e.version = -1
		case <-e.poke:
		case <-tick.C:
			byTick = true
			e.hearBell()
		}
		if !e.breathe() {
			return
		}
		if before := e.version; e.look() {
			e.news = time.Now()
			if byTick && before >= 0 {
				e.missed = e.news
			}
		}
	}
}

// tick is how soon to look again without being told to. A room at rest costs what
// this look costs, so it becomes rarer where the bell has proved reliable; where
// it has not, as with a writer on another host, it stays as it is.
func (e *eye) tick(now time.Time) time.Duration {
	switch {
	case e.bellDir == nil || !e.failing.IsZero():
		return quickTick
	case now.Sub(e.news) > restAfter && (e.missed.IsZero() || now.Sub(e.missed) > doubt):
		return restTick
	}
	return slowTick
}

// breathe keeps batches apart under load, so that readers get a few events at a
// time and not each by itself. A few batches may come at once: without load,
// nothing waits.
func (e *eye) breathe() bool {
	now := time.Now()
	e.tokens = min(paceBurst, e.tokens+float64(now.Sub(e.filled))/float64(pace))
	e.filled = now
	if e.tokens < 1 {
		wait := time.NewTimer(time.Duration((1 - e.tokens) * float64(pace)))
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-e.stop:
			return false
		}
	}
	// Whatever rang meanwhile is seen by the look that follows.
	for e.bells != nil {
		select {
		case <-e.bells.Events:
			continue
		default:
		}
		break
	}
	select {
	case <-e.poke:
	default:
	}
	return true
}

// hearBell makes sure that the folder of the bell that is now at the path is
// watched.
func (e *eye) hearBell() {
	if e.bells == nil {
		w, err := fsnotify.NewWatcher()
		if err != nil {
			return // the system gives only so many: the tick is quicker meanwhile
		}
		e.bells = w
	}
	dir := e.s.bell.dir
	now, err := os.Stat(dir)
	if err == nil && e.bellDir != nil && os.SameFile(now, e.bellDir) {
		return
	}
	if e.bellDir != nil {
		_ = e.bells.Remove(dir)
		e.bellDir = nil
		e.version = -1 // it may have rung unheard
	}
	if err != nil {
		if _, gone := os.Stat(e.s.path); gone != nil {
			return // the whole folder is away: nothing is made where it was
		}
		if e.s.bell.hang() != nil {
			return
		}
	}
	if e.bells.Add(dir) == nil {
		if now, err = os.Stat(dir); err == nil {
			e.bellDir = now
		}
	}
}

// connect pins a connection and takes the state of the record as known.
func (e *eye) connect() error {
	ctx := context.Background()
	c, err := e.s.use(ctx)
	if err != nil {
		return err
	}
	conn, err := c.r.Conn(ctx)
	if err != nil {
		c.release()
		return e.s.fault(err, "read")
	}
	e.c, e.conn = c, conn
	if e.counter, err = conn.PrepareContext(ctx, "PRAGMA data_version"); err == nil {
		// The counter first: what is written in between is then looked for.
		if err = e.counter.QueryRow().Scan(&e.version); err == nil {
			err = e.toEnd()
		}
		if err == nil {
			_, err = e.inboxChanged()
		}
	}
	if err != nil {
		e.disconnect()
		return e.s.fault(err, "read")
	}
	return nil
}

func (e *eye) disconnect() {
	if e.conn != nil {
		if e.counter != nil {
			e.counter.Close()
			e.counter = nil
		}
		e.conn.Close()
		e.conn = nil
	}
	if e.c != nil {
		e.c.release()
		e.c = nil
	}
}

func (e *eye) close() {
	e.disconnect()
	if e.bells != nil {
		e.bells.Close()
	}
}

// toEnd moves the cursor to the newest event.
func (e *eye) toEnd() error {
	e.cursor, e.mark = 0, nil
	err := e.conn.QueryRowContext(context.Background(), "SELECT id, hash FROM event ORDER BY id DESC LIMIT 1").Scan(&e.cursor, &e.mark)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

// look publishes what is new, and reports whether there was anything.
func (e *eye) look() bool {
	now, err := os.Stat(e.s.path)
	if err == nil && e.c != nil && !os.SameFile(now, e.c.file) {
		e.disconnect()
	}
	if e.conn == nil || err != nil {
		if err != nil {
			e.disconnect()
		}
		if err := e.connect(); err != nil {
			e.fail(err)
			return false
		}
		e.reset()
		return true
	}
	var v int64
	if err := e.counter.QueryRow().Scan(&v); err != nil {
		e.fail(err)
		return false
	}
	if v == e.version && e.failing.IsZero() {
		return false
	}
	e.version = v // before reading: a commit in between is seen next time
	if err := e.advance(); err != nil {
		e.version = -1
		e.fail(err)
	}
	return true
}

// advance publishes the events after the cursor.
func (e *eye) advance() error {
	ctx := context.Background()
	if e.told {
		if err := e.toEnd(); err != nil {
			return err
		}
		e.reset()
		return nil
	}
	var hash []byte
	err := e.conn.QueryRowContext(ctx, "SELECT hash FROM event WHERE id = ?", e.cursor).Scan(&hash)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if err != nil {
		return err
	}
	if string(hash) != string(e.mark) { // another record was put into the file
		if err := e.toEnd(); err != nil {
			return err
		}
		e.reset()
		return nil
	}
	for run := 0; ; run++ {
		q := direct{e.conn}
		rows, err := events(ctx, q, "WHERE e.id > ? ORDER BY e.id LIMIT ?", e.cursor, batchEvents)
		if err == nil {
			err = link(ctx, q, pointers(rows))
		}
		if err != nil {
			return err
		}
		if len(rows) > 0 {
			last := rows[len(rows)-1]
			e.cursor, e.mark = last.id, append([]byte(nil), last.e.Hash[:]...)
			e.tokens--
			if run == maxRun {
				if err := e.toEnd(); err != nil {
					return err
				}
				e.s.feed.publish(model.Change{Reset: true})
				break
			}
			e.s.feed.publish(model.Change{Events: plain(rows)})
		}
		if len(rows) < batchEvents {
			break
		}
	}
	changed, err := e.inboxChanged()
	if err != nil {
		return err
	}
	if changed {
		e.tokens--
		e.s.feed.publish(model.Change{Alerts: true})
	}
	e.failing = time.Time{}
	return nil
}

// inboxChanged reports whether the inbox of alerts has changed since last asked.
func (e *eye) inboxChanged() (bool, error) {
	var rev int64
	err := e.conn.QueryRowContext(context.Background(), "SELECT rev FROM alert_rev").Scan(&rev)
	changed := err == nil && rev != e.inbox
	if err == nil {
		e.inbox = rev
	}
	return changed, err
}

// reset tells everybody to read anew: the record is another one, or can be read
// again.
func (e *eye) reset() {
	e.failing, e.told = time.Time{}, false
	e.tokens--
	e.s.feed.publish(model.Change{Reset: true})
}

// fail notes that the record cannot be read, and tells people unless it is only
// locked for a moment.
func (e *eye) fail(err error) {
	if e.failing.IsZero() {
		e.failing = time.Now()
	}
	if busy(err) && time.Since(e.failing) < errAfter {
		return
	}
	if !e.told {
		e.told = true
		e.s.feed.publish(model.Change{Err: e.s.fault(err, "read")})
	}
}

// direct queries on a pinned connection, outside of a transaction.
type direct struct{ c *sql.Conn }

func (d direct) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	return d.c.QueryContext(ctx, text, args...)
}

func (d direct) row(ctx context.Context, text string, args ...any) *sql.Row {
	return d.c.QueryRowContext(ctx, text, args...)
}
