package storage

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	lib "modernc.org/sqlite/lib"

	"warroom/model"
)

// Backup writes a copy of the record to path while everybody works on. The copy
// is whole as of one moment, is checked before it gets its name, and can be read
// by its owner only. A file that is there already is not overwritten.
func (s *Store) Backup(ctx context.Context, path string) error {
	path, err := resolvePath(path)
	if err != nil {
		return err
	}
	c, err := s.use(ctx)
	if err != nil {
		return err
	}
	defer c.release()
	return s.backup(ctx, c, path)
}

func (s *Store) backup(ctx context.Context, c *conns, path string) error {
	name := model.Brief(path, 200)
	if _, err := os.Lstat(path); err == nil {
		return model.Errorf(model.Conflict, "%s is there already and is not overwritten: give another name for the backup", name)
	}
	dir := filepath.Dir(path)
	tmp := filepath.Join(dir, "."+filepath.Base(path)+"."+strconv.Itoa(os.Getpid())+".tmp")
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) // empty, so that the copy keeps this mode
	if err != nil {
		return fileFault(err, dir, "cannot write the backup "+name)
	}
	f.Close()
	defer os.Remove(tmp)
	if err := s.copyTo(ctx, tmp); err != nil {
		return s.backupFault(err, path)
	}
	if err := checkCopy(ctx, s, tmp); err != nil {
		return err
	}
	// Nobody has the copy open now, so that it may be opened as a plain file.
	if err := syncFile(tmp); err != nil {
		return fileFault(err, dir, "cannot write the backup "+name+" to the disk")
	}
	if err := os.Link(tmp, path); errors.Is(err, fs.ErrExist) {
		return model.Wrap(model.Conflict, err, "%s is there already and is not overwritten: give another name for the backup", name)
	} else if err != nil { // a file system without links
		if err := os.Rename(tmp, path); err != nil {
			return fileFault(err, dir, "cannot give the backup its name "+name)
		}
	}
	syncDir(dir)
	return nil
}

// copyTo writes the record into the empty file at path, on a connection of its
// own: the readers may not, and the writer has other things to do.
func (s *Store) copyTo(ctx context.Context, path string) error {
	db, err := pool(dsn(s.path, nil, "busy_timeout("+readerBusy+")", "trusted_schema(0)"), 1)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", path)
	return err
}

func (s *Store) backupFault(err error, path string) error {
	if sqliteCode(err)&0xff == lib.SQLITE_FULL {
		return model.Wrap(model.Full, err, "there is no room for a backup in %s: free some space or give another place", model.Brief(filepath.Dir(path), 200))
	}
	return s.fault(err, "copied")
}

// checkCopy opens a finished copy and follows every chain in it.
func checkCopy(ctx context.Context, s *Store, path string) error {
	bad := func(err error, what string) error {
		return model.Wrap(model.Corrupt, err, "the backup was not kept, because the copy of %s is not sound (%s): run `warroom audit` and `warroom doctor`", model.Brief(s.path, 200), what)
	}
	r, err := readPool(path, "ro", true)
	if err != nil {
		return bad(err, "it cannot be opened")
	}
	defer r.Close()
	what, err := quickCheck(ctx, r)
	if err != nil {
		return bad(err, "it cannot be read")
	}
	if what != "ok" {
		return bad(nil, what)
	}
	fi, err := os.Stat(path)
	if err != nil {
		return bad(err, "it is gone")
	}
	v, err := schemaOf(ctx, r, path)
	if err != nil {
		return bad(err, "it cannot be read")
	}
	if v != newestSchema() {
		return nil // made before an upgrade: the chains are read by today's rules only
	}
	copied := &Store{path: path, now: s.now, readOnly: "it is a backup", cur: &conns{file: fi, r: r}}
	rep, err := copied.Audit(ctx, "")
	if err != nil {
		return bad(err, "it cannot be read")
	}
	if len(rep.Findings) > 0 {
		return bad(nil, rep.Findings[0].Incident+" "+rep.Findings[0].Problem)
	}
	return nil
}

// quickCheck asks SQLite whether the pages of a file hang together: "ok", or
// what is wrong first.
func quickCheck(ctx context.Context, q interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}) (string, error) {
	var what string
	err := q.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&what)
	return model.Brief(what, 200), err
}

// syncFile makes sure that a file is on the disk.
func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// syncDir makes sure that the names in a folder are on the disk, where the
// system can do that.
func syncDir(dir string) {
	if f, err := os.Open(dir); err == nil {
		_ = f.Sync()
		f.Close()
	}
}
