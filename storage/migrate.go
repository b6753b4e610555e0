package storage

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"warroom/model"
)

// applicationID marks the file as ours in its header ("wroo").
const applicationID = 0x77726f6f

//go:embed schema/*.sql
var schemaFiles embed.FS

// migration brings the schema from version-1 to version.
type migration struct {
	version int
	name    string
	text    string
}

// migrations are all steps in order. They only ever add; the newest version is
// the length of the list.
var migrations = loadMigrations()

func loadMigrations() []migration {
	files, err := schemaFiles.ReadDir("schema")
	if err != nil {
		panic(err) // embedded: cannot fail in a binary that was built
	}
	var out []migration
	for i, f := range files {
		number, _, _ := strings.Cut(f.Name(), "_")
		v, err := strconv.Atoi(number)
		if err != nil || v != i+1 {
			panic("storage: schema/" + f.Name() + " is out of order")
		}
		text, err := schemaFiles.ReadFile("schema/" + f.Name())
		if err != nil {
			panic(err)
		}
		out = append(out, migration{v, strings.TrimSuffix(f.Name(), ".sql"), string(text)})
	}
	return out
}

func newestSchema() int { return len(migrations) }

// createVersions is the table that says which steps were taken, when and by
// which program.
const createVersions = `CREATE TABLE IF NOT EXISTS schema_version(
  version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied INTEGER NOT NULL, app TEXT NOT NULL) STRICT`

// schemaOf reads the version of the schema in a file: 0 for an empty one. A file
// of another program is an error.
func schemaOf(ctx context.Context, q interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}, path string) (int, error) {
	// The tables first: the mark comes into the file together with them, so that
	// who sees them, while another process is making the record, sees it too.
	var app, tables int64
	if err := q.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return 0, err
	}
	if err := q.QueryRowContext(ctx, "PRAGMA application_id").Scan(&app); err != nil {
		return 0, err
	}
	if app == 0 && tables == 0 {
		return 0, nil
	}
	if app != applicationID {
		return 0, model.Errorf(model.Corrupt, "%s belongs to another program: it is a database, but not a warroom record; give another path with --db", model.Brief(path, 200))
	}
	var v int
	err := q.QueryRowContext(ctx, "SELECT coalesce(max(version), 0) FROM schema_version").Scan(&v)
	return v, err
}

// migrate takes the steps that are missing, all in one transaction, so that
// processes which start together do not meet half of one. have is the version
// that was seen; a file with something in it is backed up first.
func (s *Store) migrate(ctx context.Context, c *conns, have int) error {
	if have > 0 {
		dir := filepath.Join(filepath.Dir(s.path), "backup")
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fileFault(err, dir, "cannot make the folder "+model.Brief(dir, 200)+" for the backup before an upgrade")
		}
		base := strings.TrimSuffix(filepath.Base(s.path), filepath.Ext(s.path))
		name := fmt.Sprintf("%s-before-v%d-%s-%d.db", base, newestSchema(), s.now().UTC().Format("20060102-150405.000"), os.Getpid())
		if err := s.backup(ctx, c, filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return s.attempts(ctx, func(ctx context.Context) error {
		return s.transact(ctx, c, func(t *txn) error {
			v, err := schemaOf(ctx, t.w.conn, s.path)
			if err != nil {
				return err
			}
			if _, err := t.w.conn.ExecContext(ctx, createVersions); err != nil {
				return err
			}
			if _, err := t.w.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID)); err != nil {
				return err
			}
			for _, m := range migrations {
				if m.version <= v {
					continue
				}
				if _, err := t.w.conn.ExecContext(ctx, m.text); err != nil {
					return fmt.Errorf("schema step %s: %w", m.name, err)
				}
				if _, err := t.w.conn.ExecContext(ctx, "INSERT INTO schema_version VALUES(?,?,?,?)", m.version, m.name, s.now().UnixMilli(), s.app); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// open connects to the file at s.path and puts the connections in the place of
// those in use. create lets it make the file.
func (s *Store) open(ctx context.Context, create bool) error {
	s.mu.Lock()
	forced := s.cur == nil && s.readOnly != "" // by Options
	s.mu.Unlock()
	fi, err := prepareFile(s.path, create && !forced)
	if err != nil {
		return err
	}
	s.gate.mode, s.bell.mode = sideMode(fi), sideMode(fi)
	c := &conns{file: fi}
	why, err := s.connect(ctx, c)
	if err != nil {
		c.close()
		return s.fault(err, "opened")
	}
	s.mu.Lock()
	if s.readOnly == "" {
		s.readOnly = why
	}
	s.mu.Unlock()
	return s.swap(c)
}

// connect fills c and brings the schema up to date. It returns why the record
// cannot be written, "" if it can.
func (s *Store) connect(ctx context.Context, c *conns) (string, error) {
	ro, _ := s.ReadOnly()
	why := ""
	if !ro {
		why = writeProtected(s.path)
	}
	var err error
	if c.r, err = readPool(s.path, "rw", false); err != nil {
		return "", err
	}
	have, err := s.firstLook(ctx, c, why != "" || ro)
	if err != nil {
		return "", err
	}
	switch {
	case have > newestSchema():
		return fmt.Sprintf("it was written by a newer warroom (schema %d, this program knows %d); install that version to write", have, newestSchema()), nil
	case have == newestSchema():
	case ro || why != "":
		if have == 0 {
			return "", model.Errorf(model.NotFound, "there is no record in %s yet, and none can be made: it is open for reading only", model.Brief(s.path, 200))
		}
		return "", model.Errorf(model.ReadOnly, "the record %s is of an older version and cannot be upgraded: it is open for reading only", model.Brief(s.path, 200))
	default:
		if err := s.migrate(ctx, c, have); err != nil {
			return "", err
		}
	}
	if why == "" && !ro {
		err = s.freshen(ctx, c)
	}
	return why, err
}

// firstLook reads the version of the schema. Where the side files cannot be
// made, it falls back to ways of reading that need none.
func (s *Store) firstLook(ctx context.Context, c *conns, protected bool) (int, error) {
	have, err := schemaOf(ctx, c.r, s.path)
	for n := 0; busy(err) && n < 5; n++ { // another process is just making it
		time.Sleep(20 * time.Millisecond)
		have, err = schemaOf(ctx, c.r, s.path)
	}
	if err == nil || !protected || sqliteCode(err) == 0 {
		return have, err
	}
	for _, fixed := range []bool{false, true} {
		if wal, e := os.Stat(s.path + "-wal"); fixed && e == nil && wal.Size() > 0 {
			break // somebody is writing: without the shared memory we would read half
		}
		r, e := readPool(s.path, "ro", fixed)
		if e != nil {
			return 0, e
		}
		c.r.Close()
		c.r = r
		if have, err = schemaOf(ctx, r, s.path); err == nil {
			return have, nil
		}
	}
	return 0, err
}
