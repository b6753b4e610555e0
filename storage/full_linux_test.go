package storage

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"warroom/model"
)

// disk mounts a small disk of its own; only root can.
func disk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+size+",mode=0700"); err != nil {
		t.Skipf("no small disk can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			_ = unix.Unmount(dir, unix.MNT_DETACH)
		}
	})
	return dir
}

func TestFullDisk(t *testing.T) {
	dir := disk(t, "3m")
	s := openStore(t, filepath.Join(dir, "w.db"), Options{})
	id := declare(t, s, "x")
	text := strings.Repeat("a long line that fills the disk ", 60)
	written := int64(2)
	var err error
	for range 5000 {
		var r model.Receipt
		if r, err = s.Do(bg, id, model.Request{Actor: "ann", Command: model.AddNote{Text: text}}); err != nil {
			break
		}
		written = r.Incident.Seq
	}
	refused(t, err, model.Full, "is full: nothing was written; free some space and press enter again")

	// Whatever is written now is written or not, never half; reading goes on.
	for range 20 {
		_, err := s.Do(bg, id, model.Request{Actor: "ann", Command: model.SetStatus{To: model.Resolved}})
		if err == nil {
			written = do(t, s, id, "ann", model.SetStatus{To: model.Triage}).Incident.Seq
			continue
		}
		refused(t, err, model.Full, "is full")
	}
	if in := must(s.Incident(bg, id)); in.Seq != written {
		t.Errorf("the incident is at #%d, and #%d was accepted", in.Seq, written)
	}
	if rep := must(s.Audit(bg, "")); len(rep.Findings) > 0 || rep.Events != written {
		t.Errorf("%d events of %d, %v", rep.Events, written, rep.Findings)
	}
	err = s.Backup(bg, filepath.Join(dir, "b.db"))
	refused(t, err, model.Full, "no room for a backup")
	if left, _ := filepath.Glob(filepath.Join(dir, ".b.db*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}

	// Enter again, with the same id, when there is room.
	req := model.Request{ID: s.NewID(), Actor: "ann", Command: model.AddNote{Text: text}}
	if _, err := s.Do(bg, id, req); err == nil {
		t.Skip("there was room for one more")
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT, "size=16m"); err != nil {
		t.Fatal(err)
	}
	r, err := s.Do(bg, id, req)
	if err != nil {
		t.Fatal(err)
	}
	if r.Events[0].Seq != written+1 {
		t.Errorf("#%d follows #%d", r.Events[0].Seq, written)
	}
	if rep := must(s.Audit(bg, "")); len(rep.Findings) > 0 || rep.Events != written+1 {
		t.Errorf("%d events, %v", rep.Events, rep.Findings)
	}
	if rep := must(s.Rebuild(bg)); rep.Differed != 0 {
		t.Errorf("%d rows differ", rep.Differed)
	}
}

// A disk too full for a new record says so, too.
func TestFullDiskAtOpen(t *testing.T) {
	dir := disk(t, "64k")
	if err := os.WriteFile(filepath.Join(dir, "filler"), make([]byte, 60<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(bg, filepath.Join(dir, "w.db"), Options{})
	if err == nil {
		s.Close()
	}
	refused(t, err, model.Full, "is full")
}

// A folder that cannot be written: root is not held up by modes, so the disk is
// made read-only.
func TestReadOnlyFolder(t *testing.T) {
	dir := disk(t, "8m")
	path := filepath.Join(dir, "w.db")
	s := openStore(t, path, Options{})
	id := declare(t, s, "x")
	note(t, s, id, "to be read")
	s.Close()
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	s = openStore(t, path, Options{})
	if ro, why := s.ReadOnly(); !ro || !strings.Contains(why, "folder") || !strings.Contains(why, "cannot be written") {
		t.Errorf("%v %q", ro, why)
	}
	if tl, err := s.Timeline(bg, id, model.Window{}); err != nil || len(tl) != 2 {
		t.Errorf("%d lines, %v", len(tl), err)
	}
	if hits, err := s.Search(bg, "read", 5); err != nil || len(hits) != 1 {
		t.Errorf("%d hits, %v", len(hits), err)
	}
	_, err := s.Do(bg, id, model.Request{Actor: "ann", Command: model.AddNote{Text: "x"}})
	refused(t, err, model.ReadOnly, "cannot be written")
	_, err = Open(bg, filepath.Join(dir, "new.db"), Options{})
	refused(t, err, model.ReadOnly, "cannot make the record")
	_, err = Open(bg, filepath.Join(dir, "sub", "new.db"), Options{})
	refused(t, err, model.ReadOnly, "cannot make the folder")
	ch := s.Watch(t.Context()) // there is nothing to hear, and nothing breaks
	s.Close()
	if _, ok := <-ch; ok {
		t.Error("the watch did not end")
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT, ""); err != nil && !errors.Is(err, unix.EINVAL) {
		t.Fatal(err)
	}
}
