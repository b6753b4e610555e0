package library

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settle is how long files must have been quiet before they are read again: an
// editor writes a file in several moves.
const settle = 150 * time.Millisecond

// maxWatched bounds how many folders are watched.
const maxWatched = 1000

// Watch hands over the library, and then again whenever something in its folders
// changed, until ctx ends. It costs nothing while nothing changes.
// Folders that are not there yet are noticed when they are made. An error means
// that changes cannot be seen on this system; the library at hand stays good.
func Watch(ctx context.Context, dirs []Dir, changed func(*Library)) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer w.Close()
	watched := map[string]bool{}
	look := func() {
		for _, d := range dirs {
			watchTree(w, watched, d.Path)
		}
	}
	look() // before reading, so that no change falls in between
	changed(Load(dirs))
	quiet := time.NewTimer(time.Hour)
	quiet.Stop()
	defer quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case e, ok := <-w.Events:
			if !ok {
				return nil
			}
			if e.Op == fsnotify.Chmod || !concerns(dirs, e.Name) {
				continue
			}
			if e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename) {
				delete(watched, e.Name)
			}
			quiet.Reset(settle)
		case <-w.Errors: // some changes were missed: look at all
			quiet.Reset(settle)
		case <-quiet.C:
			look()
			changed(Load(dirs))
		}
	}
}

// concerns reports whether a change at path lies in one of the folders, or is one
// of them or of those above coming into being.
func concerns(dirs []Dir, path string) bool {
	for _, d := range dirs {
		abs, err := filepath.Abs(d.Path)
		if err != nil {
			continue
		}
		if path == abs || strings.HasPrefix(path, abs+string(filepath.Separator)) || strings.HasPrefix(abs, path+string(filepath.Separator)) {
			return true
		}
	}
	return false
}

// watchTree watches a folder and all below it, or the nearest folder above it
// that exists.
func watchTree(w *fsnotify.Watcher, watched map[string]bool, dir string) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return
	}
	add := func(path string) {
		if !watched[path] && len(watched) < maxWatched && w.Add(path) == nil {
			watched[path] = true
		}
	}
	if st, err := os.Stat(dir); err != nil || !st.IsDir() {
		for up := filepath.Dir(dir); ; up = filepath.Dir(up) {
			if st, err := os.Stat(up); err == nil && st.IsDir() {
				add(up)
				return
			}
			if filepath.Dir(up) == up {
				return
			}
		}
	}
	_ = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() {
			return nil
		}
		if path != dir && strings.HasPrefix(e.Name(), ".") {
			return fs.SkipDir
		}
		add(path)
		return nil
	})
}
