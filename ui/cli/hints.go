package cli

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/adrg/xdg"
)

// hintFile remembers, a line each, which first-time hints a person has had. It
// is read once; lines are only added, so that several terminals may write it.
type hintFile struct {
	path string

	mu  sync.Mutex
	had []string
}

// maxHints bounds what is read of the file, in bytes.
const maxHints = 1 << 16

func hintsPath() string { return filepath.Join(xdg.StateHome, "warroom", "hints") }

// readHints reads the file at path. One that cannot be read counts as empty:
// being told something twice is no harm.
func readHints(path string) *hintFile {
	h := &hintFile{path: path}
	f, err := os.Open(path)
	if err != nil {
		return h
	}
	defer f.Close()
	data, _ := io.ReadAll(io.LimitReader(f, maxHints))
	h.had = strings.Fields(string(data))
	return h
}

// Had reports whether a hint was given before.
func (h *hintFile) Had(hint string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Contains(h.had, hint)
}

// Keep remembers a hint.
func (h *hintFile) Keep(hint string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if slices.Contains(h.had, hint) {
		return nil
	}
	h.had = append(h.had, hint)
	if err := os.MkdirAll(filepath.Dir(h.path), 0o700); err != nil {
		return err
	}
	if info, err := os.Lstat(h.path); err == nil && !info.Mode().IsRegular() {
		return &fs.PathError{Op: "write", Path: h.path, Err: errors.New("not a regular file")}
	}
	f, err := os.OpenFile(h.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(hint + "\n")
	return errors.Join(err, f.Close())
}
