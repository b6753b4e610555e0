package storage

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"warroom/model"
)

func TestWatchReplaced(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("an open file cannot be moved there")
	}
	path, id, s, ch := pair(t)
	note(t, s, id, "in the backup")
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := s.Backup(bg, copied); err != nil {
		t.Fatal(err)
	}
	note(t, s, id, "not in the backup")
	seen(t, ch, 5*time.Second, "first", has("not in the backup"))

	dir := filepath.Dir(path)
	if err := os.Rename(dir, dir+".old"); err != nil {
		t.Fatal(err)
	}
	seen(t, ch, 5*time.Second, "people are told", func(c model.Change) bool {
		if c.Err != nil {
			refused(t, c.Err, model.NotFound, "is gone: it was moved or deleted while in use")
		}
		return c.Err != nil
	})
	_, err := s.Do(bg, id, model.Request{Actor: "ann", Command: model.AddNote{Text: "into nothing"}})
	refused(t, err, model.NotFound, "is gone")
	if _, err := os.Stat(dir); err == nil {
		t.Error("the folder was made again by somebody")
	}

	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(copied, path); err != nil {
		t.Fatal(err)
	}
	seen(t, ch, 5*time.Second, "and told when it is back", isReset)
	in := must(s.Incident(bg, id))
	if in.Last != "in the backup" {
		t.Errorf("the last line is %q", in.Last)
	}
	c := start(t, path, "write", id, "kid", 1)
	c.expect("READY")
	c.begin()
	seen(t, ch, 5*time.Second, "news of the new record", has("kid says 0"))
	note(t, s, id, "own")
	seen(t, ch, 5*time.Second, "own news", has("own"))
	if rep := must(s.Audit(bg, "")); len(rep.Findings) > 0 {
		t.Error(rep.Findings)
	}
}

// A record that is replaced between two entries must not lose the second one in
// the old file.
func TestReplacedUnderWriter(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("an open file cannot be moved there")
	}
	path, id, s, ch := pair(t)
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := s.Backup(bg, copied); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{path, path + "-wal", path + "-shm"} {
		if err := os.Link(f, f+".old"); err != nil {
			t.Skip(err)
		}
		if f != path {
			os.Remove(f)
		}
	}
	if err := os.Rename(copied, path); err != nil { // the name is never free
		t.Fatal(err)
	}
	seen(t, ch, 5*time.Second, "it is another record", isReset)
	note(t, s, id, "after the swap")
	seen(t, ch, 5*time.Second, "its news", has("after the swap"))
	other := openStore(t, path, Options{})
	if in := must(other.Incident(bg, id)); in.Last != "after the swap" {
		t.Errorf("the new record ends with %q", in.Last)
	}
}

// And one that is replaced in the middle of a write must get what was written.
func TestReplacedInsideWrite(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("an open file cannot be moved there")
	}
	path, id, s, _ := pair(t)
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := s.Backup(bg, copied); err != nil {
		t.Fatal(err)
	}
	req := model.Request{ID: s.NewID(), Actor: "ann", Command: model.AddNote{Text: "in between"}}
	tries := 0
	err := s.write(bg, func(x *txn) error {
		if tries++; tries == 1 {
			for _, f := range []string{path, path + "-wal", path + "-shm"} {
				if err := os.Rename(f, f+".old"); err != nil {
					return err
				}
			}
			if err := os.Rename(copied, path); err != nil {
				return err
			}
		}
		_, _, err := x.do(bg, id, req)
		return err
	})
	if err != nil || tries != 2 {
		t.Fatalf("%d tries, %v", tries, err)
	}
	other := openStore(t, path, Options{})
	if in := must(other.Incident(bg, id)); in.Last != "in between" || in.Seq != 3 {
		t.Errorf("the new record ends with %q #%d", in.Last, in.Seq)
	}
}

// Another record written into the same file, as a restore by SQLite's own backup
// does, is noticed as well.
func TestWatchOverwritten(t *testing.T) {
	path, id, s, ch := pair(t)
	note(t, s, id, "mine")
	seen(t, ch, 5*time.Second, "mine", has("mine"))
	db := raw(t, path)
	if _, err := db.Exec(`DROP TRIGGER event_no_edit; UPDATE event SET hash = randomblob(32)`); err != nil {
		t.Fatal(err)
	}
	seen(t, ch, 5*time.Second, "everything is to be read anew", isReset)
}
