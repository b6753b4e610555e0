package storage

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"warroom/model"
)

func TestDoctor(t *testing.T) {
	s := newStore(t)
	id := declare(t, s, "x")
	for range 100 {
		note(t, s, id, "x")
	}
	for _, c := range s.Doctor(bg) {
		if c.Status != "ok" && c.Name != "space" {
			t.Errorf("%+v", c)
		}
	}
	status := func(name string) string {
		for _, c := range s.Doctor(bg) {
			if c.Name == name {
				return c.Status
			}
		}
		return ""
	}
	db := raw(t, s.path)
	for _, c := range []struct{ text, name string }{
		{"DELETE FROM entry WHERE seq = 5", "projections"},
		{"UPDATE incident SET seq = seq + 1", "order"},
		{"DELETE FROM entry_text WHERE rowid IN (7, 8)", "search"},
		{"UPDATE incident SET recorded = recorded + 86400000", "clock"},
	} {
		if _, err := db.Exec(c.text); err != nil {
			t.Fatal(err)
		}
		if got := status(c.name); got == "ok" || got == "" {
			t.Errorf("after %s: %s is %q", c.text, c.name, got)
		}
	}
	if err := os.Chmod(s.path, 0o644); err == nil && runtime.GOOS != "windows" && status("rights") != "warn" {
		t.Error("nobody minds that all can read it")
	}
}

func TestNetworkFileSystem(t *testing.T) {
	if err := checkFS("/x", ""); err != nil {
		t.Error(err)
	}
	t.Setenv(netfsEnv, "")
	refused(t, checkFS("/mnt/team/w.db", "NFS"), model.Invalid, "/mnt/team/w.db is on a network file system (NFS)")
	t.Setenv(netfsEnv, "1")
	if err := checkFS("/mnt/team/w.db", "NFS"); err != nil {
		t.Error(err)
	}
	if kind := networkFS(t.TempDir()); kind != "" {
		t.Logf("the tests themselves run on %s", kind)
	}
}

func TestDefaultPath(t *testing.T) {
	p, err := DefaultPath()
	if err != nil || !filepath.IsAbs(p) || !strings.HasSuffix(p, filepath.Join("warroom", "warroom.db")) {
		t.Errorf("%s, %v", p, err)
	}
}
