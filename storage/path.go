package storage

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/adrg/xdg"

	"warroom/model"
)

// DefaultPath is warroom/warroom.db in the user's XDG data folder.
func DefaultPath() (string, error) {
	if xdg.DataHome == "" || !filepath.IsAbs(xdg.DataHome) {
		return "", model.Errorf(model.Invalid, "there is no data folder for you here: say where the record is with --db PATH")
	}
	return filepath.Join(xdg.DataHome, "warroom", "warroom.db"), nil
}

// minPage is the smallest page, and so the smallest file, of SQLite.
const minPage = 512

// netfsEnv lifts the refusal of network file systems.
const netfsEnv = "WARROOM_ALLOW_NETFS"

// resolvePath makes path absolute and follows symbolic links once: two names of
// one file would have two sets of side files, and that damages it.
func resolvePath(path string) (string, error) {
	if path == "" || strings.ContainsRune(path, 0) {
		return "", model.Errorf(model.Invalid, "%q is no path for a record", model.Brief(path, 100))
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", model.Wrap(model.Invalid, err, "cannot tell which file %s is", model.Brief(path, 200))
	}
	for range 40 { // a link may lead to a file that is yet to be made
		real, err := filepath.EvalSymlinks(abs)
		if err == nil {
			return real, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			if errors.Is(err, syscall.ENOTDIR) || errors.Is(err, fs.ErrPermission) {
				return "", fileFault(err, filepath.Dir(abs), "cannot open the record "+model.Brief(path, 200))
			}
			return "", model.Wrap(model.Invalid, err, "cannot follow the links of %s to a file: give another path with --db", model.Brief(path, 200))
		}
		to, err := os.Readlink(abs)
		if err != nil {
			break
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(abs), to)
		}
		abs = to
	}
	// The file is not there; its folder, or the part of it that is, may be a link.
	rest := filepath.Base(abs)
	for dir := filepath.Dir(abs); ; dir = filepath.Dir(dir) {
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			return filepath.Join(real, rest), nil
		}
		if dir == filepath.Dir(dir) {
			return abs, nil
		}
		rest = filepath.Join(filepath.Base(dir), rest)
	}
}

// prepareFile makes sure that there is a file to open, with modes that keep
// others out. It never opens one that exists, and never changes its mode: a team
// may share it by group on purpose.
func prepareFile(path string, create bool) (os.FileInfo, error) {
	name := model.Brief(path, 200)
	if err := checkFS(path, networkFS(nearest(path))); err != nil {
		return nil, err
	}
	fi, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if !create {
			return nil, model.Wrap(model.NotFound, err, "there is no record at %s", name)
		}
		dir := filepath.Dir(path)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fileFault(err, dir, "cannot make the folder "+model.Brief(dir, 200)+" for the record")
		}
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err == nil {
			err = f.Close() // before SQLite opens it
		}
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fileFault(err, dir, "cannot make the record "+name)
		}
		fi, err = os.Stat(path)
		if err != nil {
			return nil, fileFault(err, dir, "cannot make the record "+name)
		}
	} else if err != nil {
		return nil, fileFault(err, filepath.Dir(path), "cannot open the record "+name)
	}
	switch {
	case fi.IsDir():
		return nil, model.Errorf(model.Invalid, "%s is a folder, not a record: give the path of a file, for example %s", name, model.Brief(filepath.Join(path, "warroom.db"), 200))
	case !fi.Mode().IsRegular():
		return nil, model.Errorf(model.Invalid, "%s is not a regular file: give another path with --db", name)
	case fi.Size() > 0 && fi.Size() < minPage: // SQLite would take it for an empty one
		return nil, model.Errorf(model.Corrupt, "%s is not a warroom record, nor any SQLite database: give another path with --db", name)
	}
	return fi, nil
}

// checkFS refuses a network file system, where the locks that keep processes
// apart and the memory they share do not work.
func checkFS(path, kind string) error {
	if kind == "" || os.Getenv(netfsEnv) == "1" {
		return nil
	}
	return model.Errorf(model.Invalid, "%s is on a network file system (%s), where several writers damage the record: keep it on a local disk and reach it by ssh, or set %s=1 if only one machine ever uses it",
		model.Brief(path, 200), kind, netfsEnv)
}

// nearest is path or the closest folder above it that exists.
func nearest(path string) string {
	for {
		if _, err := os.Stat(path); err == nil {
			return path
		}
		up := filepath.Dir(path)
		if up == path {
			return path
		}
		path = up
	}
}
