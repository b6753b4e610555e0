package storage

import (
	"path/filepath"
	"testing"
)

// What was written is on the disk when Do returns, not only with the operating
// system: whatever starts after its intent was written starts after that. No process
// that is killed can show this; only a machine that loses its power would.
func TestR35WritesAreDurable(t *testing.T) {
	s := openStore(t, filepath.Join(t.TempDir(), "w.db"), Options{})
	declare(t, s, "x")
	var mode string
	var sync int
	c := s.cur.w.conn
	if err := c.QueryRowContext(bg, "PRAGMA journal_mode").Scan(&mode); err != nil {
		t.Fatal(err)
	}
	if err := c.QueryRowContext(bg, "PRAGMA synchronous").Scan(&sync); err != nil {
		t.Fatal(err)
	}
	if mode != "wal" || sync != 2 {
		t.Errorf("the journal is %s and is synchronised as %d: a write may be lost", mode, sync)
	}
}
