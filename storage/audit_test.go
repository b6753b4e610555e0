package storage

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"warroom/model"
)

func TestAuditFindsEveryEdit(t *testing.T) {
	for _, c := range []struct {
		name, edit string
		seq        int64
		say        string
	}{
		{"one byte of a text", `UPDATE event SET body = replace(body, 'line 3', 'line 5') WHERE seq = 6`, 6, "its content was changed"},
		{"its digest too", `UPDATE event SET body = '{"text":"x"}', sum = randomblob(32) WHERE seq = 6`, 6, "content was changed"},
		{"the author", `UPDATE event SET actor = 'eve' WHERE seq = 6`, 6, "time, author, kind or order"},
		{"the time", `UPDATE event SET at = at - 1 WHERE seq = 6`, 6, "time, author, kind or order"},
		{"the time of writing", `UPDATE event SET recorded = recorded - 1 WHERE seq = 6`, 6, "time, author, kind or order"},
		{"the kind", `UPDATE event SET kind = 'decision' WHERE seq = 6`, 6, "time, author, kind or order"},
		{"the id", `UPDATE event SET uid = randomblob(16) WHERE seq = 6`, 6, "time, author, kind or order"},
		{"the hash", `UPDATE event SET hash = randomblob(32) WHERE seq = 6`, 6, "time, author, kind or order"},
		{"one left out", `DELETE FROM event WHERE seq = 6`, 6, "#6 is missing"},
		{"the end left out", `DELETE FROM event WHERE seq > 9`, 10, "#10 is missing"},
		{"all left out", `DELETE FROM event`, 1, "#1 is missing"},
		{"two exchanged", `UPDATE event SET seq = 13 - seq + 1000 WHERE seq IN (6, 7); UPDATE event SET seq = seq - 1000 WHERE seq > 1000`, 6, "time, author, kind or order"},
		{"one put behind", `INSERT INTO event(incident_id, seq, uid, at, recorded, actor, kind, body, salt, sum, hash) SELECT incident_id, seq + 1, randomblob(16), at, recorded, actor, kind, body, salt, sum, hash FROM event ORDER BY seq DESC LIMIT 1`, 13, "was put behind the end"},
		{"another head", `UPDATE incident SET head = randomblob(32)`, 12, "not the event that was written last"},
		{"another id of the incident", `UPDATE incident SET key = 'INC-20200101-000000'`, 1, "order was changed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStore(t)
			id := declare(t, s, "x")
			for i := range 10 {
				note(t, s, id, fmt.Sprint("line ", i))
			}
			db := raw(t, s.path)
			db.SetMaxOpenConns(1)
			for _, text := range append([]string{"DROP TRIGGER event_no_edit", "DROP TRIGGER event_no_delete", "DROP TRIGGER event_redact_only"}, strings.Split(c.edit, ";")...) {
				if _, err := db.Exec(text); err != nil {
					t.Fatal(err)
				}
			}
			rep := must(s.Audit(bg, ""))
			if len(rep.Findings) == 0 {
				t.Fatal("nothing was found")
			}
			if !slices.ContainsFunc(rep.Findings, func(f Finding) bool {
				return f.Seq == c.seq && strings.Contains(f.Problem, c.say) && (f.Incident == id || strings.Contains(c.edit, f.Incident))
			}) || rep.Findings[0].Seq != c.seq {
				t.Errorf("%+v, want #%d with %q", rep.Findings, c.seq, c.say)
			}
			if c.name == "one byte of a text" && len(rep.Findings) != 1 {
				t.Errorf("one change, %d findings", len(rep.Findings))
			}
		})
	}
}

func TestAuditReports(t *testing.T) {
	s := newStore(t)
	a, b := declare(t, s, "a"), declare(t, s, "b")
	note(t, s, a, "x")
	rep := must(s.Audit(bg, ""))
	if rep.Incidents != 2 || rep.Events != 5 || len(rep.Findings) != 0 || len(rep.Heads) != 2 {
		t.Errorf("%+v", rep)
	}
	if in := must(s.Incident(bg, a)); rep.Heads[0] != (Head{a, 3, in.Head}) {
		t.Errorf("%+v", rep.Heads[0])
	}
	if rep = must(s.Audit(bg, strings.ToLower(b))); rep.Incidents != 1 || rep.Events != 2 || rep.Heads[0].Incident != b {
		t.Errorf("%+v", rep)
	}
	_, err := s.Audit(bg, "INC-none")
	refused(t, err, model.NotFound, "no incident")
}

func TestRebuildRepairs(t *testing.T) {
	s := newStore(t)
	id := declare(t, s, "x")
	for i := range 100 {
		e := note(t, s, id, fmt.Sprint("line ", i))
		if i%7 == 0 {
			text := fmt.Sprint("corrected ", i)
			do(t, s, id, "bob", model.Amend{Seq: e.Seq, Text: &text, At: e.At.Add(-1e10)})
		}
	}
	state := func() string {
		return asJSON(t, must(s.Incident(bg, id))) + asJSON(t, must(s.List(bg, model.Filter{}))) + asJSON(t, short(must(s.Timeline(bg, id, model.Window{})))) +
			asJSON(t, found(t, s, "corrected 9")) + asJSON(t, found(t, s, "line"))
	}
	want := state()
	if rep := must(s.Rebuild(bg)); rep.Differed != 0 || rep.Incidents != 1 || rep.Events != 117 {
		t.Errorf("a sound record: %+v", rep)
	}
	if got := state(); got != want {
		t.Errorf("rebuilt\n%s\nwas\n%s", got, want)
	}
	db := raw(t, s.path)
	for _, c := range []struct {
		text string
		n    int64
	}{
		{"DELETE FROM entry WHERE seq IN (SELECT seq FROM entry LIMIT 10)", 10},
		{"UPDATE entry SET at = at + 1, kind = 'todo' WHERE seq = (SELECT max(seq) FROM entry)", 1},
		{"DELETE FROM amendment WHERE target < 20; UPDATE entry SET amended = 0 WHERE seq < 20", 6},
		{"UPDATE incident SET title = 'y', rank = 9, m_declared = NULL", 1},
		{"UPDATE snapshot SET state = '{}'", 1},
		{"INSERT INTO entry VALUES(1, 5, 999, 3, 'note', 0)", 1},
		{"DELETE FROM entry_text WHERE rowid % 2", 0},
		{"DELETE FROM term; DELETE FROM pending; UPDATE indexed SET upto = 50", 0},
	} {
		if _, err := db.Exec(c.text); err != nil {
			t.Fatal(c.text, err)
		}
		rep := must(s.Rebuild(bg))
		if got := state(); got != want {
			t.Errorf("after %s:\n%s\nwant\n%s", c.text, got, want)
		}
		if rep.Differed != c.n {
			t.Errorf("after %s: %d rows differed, want %d", c.text, rep.Differed, c.n)
		}
	}
}

func TestBackup(t *testing.T) {
	s := newStore(t)
	id := declare(t, s, "x")
	for i := range 200 {
		note(t, s, id, fmt.Sprint("line ", i))
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "copy.db")
	if err := s.Backup(bg, path); err != nil {
		t.Fatal(err)
	}
	if fi, err := os.Stat(path); err != nil || fi.Mode().Perm() != 0o600 && os.PathSeparator == '/' {
		t.Errorf("%v, %v", fi.Mode(), err)
	}
	note(t, s, id, "later")
	refused(t, s.Backup(bg, path), model.Conflict, "is not overwritten")
	refused(t, s.Backup(bg, s.path), model.Conflict, "is not overwritten")
	refused(t, s.Backup(bg, filepath.Join(dir, "nowhere", "x.db")), model.Internal, "cannot write the backup")
	b := openStore(t, path, Options{})
	if in := must(b.Incident(bg, id)); in.Seq != 202 {
		t.Errorf("the copy ends with #%d", in.Seq)
	}
	if got := found(t, b, "line 19"); len(got) == 0 {
		t.Error("the copy cannot be searched")
	}
	note(t, b, id, "it is a record like any other")
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	// One that does not verify is not kept.
	if _, err := raw(t, s.path).Exec("DROP TRIGGER event_no_edit; UPDATE event SET actor = 'eve' WHERE seq = 5"); err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(dir, "bad.db")
	refused(t, s.Backup(bg, bad), model.Corrupt, "was not kept")
	if _, err := os.Stat(bad); err == nil {
		t.Error("it was kept")
	}
}
