package storage

import (
	"os"
	"path/filepath"
	"sync"
)

// bell wakes the other processes: one byte of a file in a folder of its own is
// written after each commit, and that folder is what they watch. Watching the
// database files instead would wake them before the commit can be seen, and on
// some systems opens and closes them. The bell carries speed, never truth.
type bell struct {
	dir  string
	mu   sync.Mutex
	f    *os.File
	mode os.FileMode // of the file; the folder gets x where this has r
}

func newBell(dir string) *bell { return &bell{dir: dir, mode: 0o600} }

func (b *bell) file() string { return filepath.Join(b.dir, "bell") }

// sideMode is the mode for a file beside the record: whoever may write the
// record may write it as well.
func sideMode(record os.FileInfo) os.FileMode { return record.Mode().Perm()&0o060 | 0o600 }

// hang makes the folder and the file if they are missing.
func (b *bell) hang() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.open()
}

func (b *bell) open() error {
	if b.f != nil {
		if now, err := os.Stat(b.file()); err == nil && sameAs(b.f, now) {
			return nil
		}
		b.f.Close()
		b.f = nil
	}
	if err := os.Mkdir(b.dir, b.mode|b.mode>>2&0o110); err == nil {
		_ = os.Chmod(b.dir, b.mode|b.mode>>2&0o110) // the umask may have taken the group's
	}
	f, err := os.OpenFile(b.file(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, b.mode)
	if err == nil {
		_ = os.Chmod(b.file(), b.mode)
	} else if f, err = os.OpenFile(b.file(), os.O_WRONLY, 0); err != nil {
		return err
	}
	b.f = f
	return nil
}

// ring wakes the others. A failure costs them up to a second, nothing else.
func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open() == nil {
		_, _ = b.f.WriteAt([]byte{'!'}, 0)
	}
}

func (b *bell) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.f != nil {
		b.f.Close()
		b.f = nil
	}
}
