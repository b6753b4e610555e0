//go:build !linux

package storage

import (
	"path/filepath"
	"sync"

	"github.com/fsnotify/fsnotify"
)

// earHearsDeath: that a file was closed is not told here, so that the dead are
// found only by looking.
const earHearsDeath = false

// ear hears what happens in a folder.
type ear struct {
	heard chan sound // closed when nothing more can be heard
	w     *fsnotify.Watcher
	quit  chan struct{}
	once  sync.Once
}

func listen(dir string) (*ear, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	if err := w.Add(dir); err != nil {
		w.Close()
		return nil, err
	}
	e := &ear{heard: make(chan sound), w: w, quit: make(chan struct{})}
	go e.run(dir)
	return e, nil
}

func (e *ear) run(dir string) {
	defer close(e.heard)
	for {
		var s sound
		select {
		case ev, ok := <-e.w.Events:
			if !ok {
				return
			}
			if ev.Name != dir {
				if s.name = filepath.Base(ev.Name); !isSeat(s.name) {
					continue
				}
			} else if !ev.Has(fsnotify.Remove) && !ev.Has(fsnotify.Rename) {
				continue
			}
		case _, ok := <-e.w.Errors: // an overflow, for one
			if !ok {
				return
			}
		case <-e.quit:
			return
		}
		select {
		case e.heard <- s:
		case <-e.quit:
			return
		}
	}
}

func (e *ear) close() {
	e.once.Do(func() {
		close(e.quit)
		e.w.Close()
	})
}
