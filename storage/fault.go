package storage

import (
	"context"
	"database/sql/driver"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"warroom/model"
)

// sqliteCode is SQLite's extended result code in err's chain, 0 if there is none.
func sqliteCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return 0
}

// busy reports whether err means that somebody else holds a lock.
func busy(err error) bool {
	switch sqliteCode(err) & 0xff {
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED, lib.SQLITE_PROTOCOL:
		return true
	}
	return false
}

// ambiguous reports whether a write that failed with err may be in the file all
// the same, so that only a repetition with the same id tells.
func ambiguous(err error) bool {
	return sqliteCode(err)&0xff == lib.SQLITE_IOERR || errors.Is(err, driver.ErrBadConn)
}

// fault turns a failure of the database into a model.Error with one sentence.
// Errors that are sentences already, and the end of a context, pass unchanged.
// doing is "read" or "written".
func (s *Store) fault(err error, doing string) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*model.Error](err); ok {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return dbFault(err, s.path, doing)
}

func dbFault(err error, path, doing string) error {
	name := model.Brief(path, 200)
	code := sqliteCode(err)
	switch code & 0xff {
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED, lib.SQLITE_PROTOCOL:
		return model.Wrap(model.Busy, err, "the record is locked by another process: nothing was %s; try again in a moment", doing)
	case lib.SQLITE_FULL:
		return fullFault(err, path)
	case lib.SQLITE_READONLY, lib.SQLITE_PERM:
		return model.Wrap(model.ReadOnly, err, "the record %s cannot be written from here: the file or its folder is write-protected", name)
	case lib.SQLITE_CORRUPT:
		return model.Wrap(model.Corrupt, err, "the record %s is damaged: keep the file, put the newest backup in its place and run `warroom doctor`", name)
	case lib.SQLITE_NOTADB:
		return model.Wrap(model.Corrupt, err, "%s is not a warroom record, nor any SQLite database: give another path with --db", name)
	case lib.SQLITE_IOERR:
		if free := freeBytes(path); free >= 0 && free < 64<<10 {
			return fullFault(err, path)
		}
		return model.Wrap(model.Internal, err, "the disk under %s refused to work: nothing is known to be %s; check the disk and try again", name, doing)
	case lib.SQLITE_CANTOPEN:
		return model.Wrap(model.ReadOnly, err, "the record %s cannot be opened: check that its folder may be written and that the disk works", name)
	case lib.SQLITE_CONSTRAINT:
		return model.Wrap(model.Internal, err, "the record %s refused what was to be written: run `warroom audit`", name)
	}
	return model.Wrap(model.Internal, err, "the record %s could not be %s", name, doing)
}

func fullFault(err error, path string) error {
	return model.Wrap(model.Full, err, "the disk under %s is full: nothing was written; free some space and press enter again", model.Brief(filepath.Dir(path), 200))
}

// fileFault turns a failure of the operating system into a sentence that begins
// with what was tried. near is where space is looked for.
func fileFault(err error, near, tried string) error {
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return model.Wrap(model.ReadOnly, err, "%s: permission denied; give a path that you may write with --db", tried)
	case errors.Is(err, syscall.ENOSPC):
		return model.Wrap(model.Full, err, "%s: the disk is full; free some space", tried)
	case errors.Is(err, syscall.ENOTDIR):
		return model.Wrap(model.Invalid, err, "%s: a part of the path is a file, not a folder", tried)
	case errors.Is(err, os.ErrExist):
		return model.Wrap(model.Conflict, err, "%s: it is there already", tried)
	}
	return model.Wrap(model.Internal, err, "%s", tried)
}
