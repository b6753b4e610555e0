package storage

import (
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"warroom/model"
)

// raw opens a record as another program would, without any of our guards.
func raw(tb testing.TB, path string) *sql.DB {
	tb.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { db.Close() })
	return db
}

func TestModes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no modes there")
	}
	dir := filepath.Join(t.TempDir(), "new", "folder")
	s := openStore(t, filepath.Join(dir, "warroom.db"), Options{})
	id := declare(t, s, "x")
	s.Watch(t.Context())
	if err := s.Backup(bg, filepath.Join(dir, "copy.db")); err != nil {
		t.Fatal(err)
	}
	note(t, s, id, "x")
	n := 0
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		fi, err := d.Info()
		if err != nil {
			return err
		}
		n++
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if fi.Mode().Perm() != want {
			t.Errorf("%s has the mode %04o", p, fi.Mode().Perm())
		}
		return nil
	})
	if err != nil || n < 8 { // folder, db, -wal, -shm, -gate, -bell, bell, copy
		t.Errorf("%d files, %v", n, err)
	}
}

func TestGroupModes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no modes there")
	}
	path := filepath.Join(t.TempDir(), "team.db")
	if err := os.WriteFile(path, nil, 0o660); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o660); err != nil { // the umask took something away
		t.Fatal(err)
	}
	s := openStore(t, path, Options{})
	declare(t, s, "x")
	for file, want := range map[string]fs.FileMode{path: 0o660, path + "-wal": 0o660, path + "-gate": 0o660, path + "-bell": 0o770, path + "-bell/bell": 0o660} {
		fi, err := os.Stat(file)
		if err != nil || fi.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want %04o", file, fi.Mode().Perm(), err, want)
		}
	}
}

func TestAppendOnly(t *testing.T) {
	s := newStore(t)
	id := declare(t, s, "x")
	note(t, s, id, "a secret")
	db := raw(t, s.path)
	for _, text := range []string{
		"DELETE FROM event WHERE seq = 1",
		"UPDATE event SET actor = 'mallory' WHERE seq = 1",
		"UPDATE event SET body = '{}' WHERE seq = 1",
		"UPDATE event SET body = NULL, hash = zeroblob(32) WHERE seq = 1",
		"UPDATE event SET seq = 99 WHERE seq = 1",
		"REPLACE INTO event SELECT * FROM event WHERE seq = 1",
		"INSERT INTO event SELECT id + 100, incident_id, seq, randomblob(16), at, recorded, actor, kind, body, salt, sum, hash FROM event WHERE seq = 1",
	} {
		if _, err := db.Exec(text); err == nil {
			t.Errorf("%s was accepted", text)
		}
	}
	// Taking a body out is allowed, and does not break the chain.
	if _, err := db.Exec("UPDATE event SET body = NULL WHERE seq = 3"); err != nil {
		t.Fatal(err)
	}
	rep := must(s.Audit(bg, ""))
	if len(rep.Findings) != 0 || rep.Events != 3 {
		t.Errorf("after a redaction: %+v", rep)
	}
	if en := must(s.Entry(bg, id, 3)); en.Line != "(redacted)" || en.Raw != nil {
		t.Errorf("%+v", en)
	}
	if n := note(t, s, id, "goes on").Seq; n != 4 {
		t.Errorf("the next is #%d", n)
	}
}

func TestWrongFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	other := filepath.Join(dir, "other.db")
	if _, err := raw(t, other).Exec("CREATE TABLE song(title TEXT)"); err != nil {
		t.Fatal(err)
	}
	marked := filepath.Join(dir, "marked.db")
	if _, err := raw(t, marked).Exec("PRAGMA application_id = 12345; CREATE TABLE song(title TEXT)"); err != nil {
		t.Fatal(err)
	}
	pipe := filepath.Join(dir, "socket")
	for _, c := range []struct {
		name, path string
		o          Options
		code       model.Code
		say        string
	}{
		{"text", write("notes.txt", strings.Repeat("dear diary, ", 1000)), Options{}, model.Corrupt, "not a warroom record, nor any SQLite database"},
		{"short text", write("short.txt", "x"), Options{}, model.Corrupt, "not a warroom record"},
		{"another program", other, Options{}, model.Corrupt, "belongs to another program"},
		{"another mark", marked, Options{}, model.Corrupt, "belongs to another program"},
		{"folder", dir, Options{}, model.Invalid, "is a folder, not a record"},
		{"file as folder", filepath.Join(other, "w.db"), Options{}, model.Invalid, "part of the path is a file"},
		{"nothing", "", Options{}, model.Invalid, "no path"},
		{"NUL", "a\x00b", Options{}, model.Invalid, "no path"},
		{"read only and absent", filepath.Join(dir, "absent.db"), Options{ReadOnly: true}, model.NotFound, "there is no record at"},
		{"read only and empty", write("empty.db", ""), Options{ReadOnly: true}, model.NotFound, "there is no record in"},
		{"loop", pipe, Options{}, model.Invalid, "cannot follow"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.name == "loop" {
				if err := os.Symlink(pipe, pipe); err != nil {
					t.Skip(err)
				}
			}
			s, err := Open(bg, c.path, c.o)
			if err == nil {
				s.Close()
			}
			refused(t, err, c.code, c.say)
		})
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "short.txt")); string(got) != "x" {
		t.Error("the wrong file was changed")
	}
	if _, err := os.Stat(filepath.Join(dir, "absent.db")); err == nil {
		t.Error("a record was made by looking for one")
	}
}

func TestOddPaths(t *testing.T) {
	for _, name := range []string{"a b.db", "a?b#c%41.db", "ü.db", "no-extension", "'quote\".db", "-dash.db"} {
		path := filepath.Join(t.TempDir(), name)
		if runtime.GOOS == "windows" && strings.ContainsAny(name, `?"`) {
			continue
		}
		s := openStore(t, path, Options{})
		declare(t, s, "x")
		if fi, err := os.Stat(path); err != nil || fi.Size() == 0 {
			t.Errorf("%q: the record is elsewhere: %v", name, err)
		}
	}
}

func TestSymlink(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "link.db")
	if err := os.Symlink(filepath.Join(dir, "sub", "real.db"), link); err != nil {
		t.Skip(err)
	}
	a := openStore(t, link, Options{})
	id := declare(t, a, "x")
	b := openStore(t, filepath.Join(dir, "sub", "real.db"), Options{})
	if a.Path() != b.Path() {
		t.Errorf("one file, two names: %s, %s", a.Path(), b.Path())
	}
	if _, err := b.Incident(bg, id); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(link + "-wal"); err == nil {
		t.Error("the side files are beside the link")
	}
}

func TestReadOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.db")
	w := openStore(t, path, Options{})
	id := declare(t, w, "x")
	s := openStore(t, path, Options{ReadOnly: true})
	if ro, why := s.ReadOnly(); !ro || why == "" {
		t.Error("not read-only")
	}
	_, err := s.Do(bg, id, model.Request{Actor: "ann", Command: model.AddNote{Text: "x"}})
	refused(t, err, model.ReadOnly, "open for reading only")
	_, err = s.Import(bg, strings.NewReader(""))
	refused(t, err, model.ReadOnly, "open for reading only")
	_, err = s.Rebuild(bg)
	refused(t, err, model.ReadOnly, "open for reading only")
	note(t, w, id, "seen")
	if tl := must(s.Timeline(bg, id, model.Window{})); len(tl) != 2 {
		t.Errorf("%d lines", len(tl))
	}
	if err := s.Backup(bg, filepath.Join(t.TempDir(), "b.db")); err != nil {
		t.Errorf("one may read it all: %v", err)
	}
	if hits := must(s.Search(bg, "seen", 5)); len(hits) != 1 {
		t.Errorf("%d hits", len(hits))
	}
}

func TestNewerSchema(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.db")
	s := openStore(t, path, Options{})
	id := declare(t, s, "x")
	s.Close()
	db := raw(t, path)
	if _, err := db.Exec(fmt.Sprintf("INSERT INTO schema_version VALUES(%d, 'later', 0, '9.9'); ALTER TABLE event ADD COLUMN later TEXT", newestSchema()+1)); err != nil {
		t.Fatal(err)
	}
	s = openStore(t, path, Options{})
	ro, why := s.ReadOnly()
	if !ro || !strings.Contains(why, "newer warroom") {
		t.Errorf("%v %q", ro, why)
	}
	if tl, err := s.Timeline(bg, id, model.Window{}); len(tl) != 1 || err != nil {
		t.Errorf("%d lines, %v", len(tl), err)
	}
	_, err := s.Do(bg, id, model.Request{Actor: "ann", Command: model.AddNote{Text: "x"}})
	refused(t, err, model.ReadOnly, "newer warroom")
}

func TestMigration(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.db")
	s := openStore(t, path, Options{App: "1.0"})
	id := declare(t, s, "x")
	s.Close()
	old := migrations
	defer func() { migrations = old }()
	v := len(old) + 1
	migrations = append(old[:len(old):len(old)], migration{v, "broken", "CREATE TABLE extra(x); SELECT nonsense FROM nowhere"})
	_, err := Open(bg, path, Options{})
	if err == nil {
		t.Fatal("a broken step was taken")
	}
	migrations[len(old)] = migration{v, "more", "CREATE TABLE extra(x INTEGER) STRICT; INSERT INTO extra VALUES(7)"}
	s = openStore(t, path, Options{App: "2.0"})
	note(t, s, id, "after")
	var x int
	if err := s.read(bg, func(q querier) error { return q.row(bg, "SELECT x FROM extra").Scan(&x) }); err != nil || x != 7 {
		t.Errorf("the step was not taken: %d, %v", x, err)
	}
	s.Close()
	openStore(t, path, Options{}).Close() // taken once
	migrations = old
	copies, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "backup", "w-before-v*.db"))
	if len(copies) == 0 {
		t.Fatal("no backup was made before")
	}
	b := openStore(t, copies[len(copies)-1], Options{})
	if ro, _ := b.ReadOnly(); ro {
		t.Error("the backup is not of the version before")
	}
	if in := must(b.Incident(bg, id)); in.Seq != 2 {
		t.Errorf("the backup ends at #%d", in.Seq)
	}
}

func TestCorruptPage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.db")
	s := openStore(t, path, Options{})
	id := declare(t, s, "x")
	for i := range 300 {
		note(t, s, id, fmt.Sprint("a line of some length, so that the table has several pages ", i))
	}
	s.Close()
	var root int64
	db := raw(t, path)
	if err := db.QueryRow("SELECT rootpage FROM sqlite_schema WHERE name = 'event'").Scan(&root); err != nil {
		t.Fatal(err)
	}
	db.Close()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte(strings.Repeat("garbage!", 512)), (root-1)*4096); err != nil {
		t.Fatal(err)
	}
	f.Close()
	s = openStore(t, path, Options{}) // what is not touched can be used
	_, err = s.Events(bg, id, 0, 0)
	refused(t, err, model.Corrupt, "is damaged: keep the file")
	_, err = s.Do(bg, id, model.Request{Actor: "ann", Command: model.AddNote{Text: "x"}})
	refused(t, err, model.Corrupt, "is damaged")
	bad := 0
	for _, c := range s.Doctor(bg) {
		if c.Status == "fail" {
			bad++
		}
	}
	if bad == 0 {
		t.Error("the doctor found nothing")
	}
	err = s.Backup(bg, filepath.Join(t.TempDir(), "b.db"))
	if model.CodeOf(err) != model.Corrupt {
		t.Errorf("a backup of a damaged record: %v", err)
	}
}

func TestLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.db")
	s := openStore(t, path, Options{})
	id := declare(t, s, "x")
	c := start(t, path, "hold", 700)
	c.expect("READY")
	ctx, cancel := contextIn(t, 100)
	_, err := s.Do(ctx, id, model.Request{Actor: "ann", Command: model.AddNote{Text: "cut short"}})
	refused(t, err, model.Busy, "locked by another process: nothing was written")
	cancel()
	// Reading goes on, and a write that may wait gets its turn.
	if _, err := s.Incident(bg, id); err != nil {
		t.Error(err)
	}
	if e := note(t, s, id, "in time"); e.Seq != 3 {
		t.Errorf("#%d", e.Seq)
	}
}
