package storage

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/fsnotify/fsnotify"

	"warroom/model"
)

// Check is one thing that Doctor looked at.
type Check struct {
	Name   string `json:"name"`
	Status string `json:"status"` // ok, warn or fail
	Detail string `json:"detail"` // a sentence; with advice if not ok
}

// Doctor looks at everything around the record that can be wrong, without
// changing anything. It never fails: what it cannot look at is a finding.
func (s *Store) Doctor(ctx context.Context) []Check {
	var out []Check
	add := func(name, status, format string, args ...any) {
		out = append(out, Check{name, status, fmt.Sprintf(format, args...)})
	}
	s.checkFile(add)
	s.checkSpace(add)
	s.checkBell(add)
	if err := s.read(ctx, func(q querier) error {
		return s.checkTables(ctx, q, add)
	}); err != nil {
		add("record", "fail", "%s", model.Message(s.fault(err, "read")))
	}
	// On a connection of its own: one that has searched before remembers where
	// the words were and takes a rebuilt index for a damaged one.
	if fresh, err := readPool(s.path, "rw", false); err == nil {
		what, err := quickCheck(ctx, fresh)
		fresh.Close()
		switch {
		case err != nil:
			add("pages", "fail", "%s", model.Message(s.fault(err, "read")))
		case what != "ok":
			add("pages", "fail", "the file is damaged (%s): keep it and put the newest backup in its place", what)
		default:
			add("pages", "ok", "all pages of the file hang together")
		}
	}
	return out
}

type adder func(name, status, format string, args ...any)

func (s *Store) checkFile(add adder) {
	name := model.Brief(s.path, 200)
	fi, err := os.Stat(s.path)
	if err != nil {
		add("file", "fail", "the record %s is gone: put it back", name)
		return
	}
	add("file", "ok", "the record is %s, %.1f MiB", name, float64(fi.Size())/(1<<20))
	if runtime.GOOS != "windows" {
		if p := fi.Mode().Perm(); p&0o007 != 0 {
			add("rights", "warn", "everybody on this machine can read the record (mode %04o): run chmod 600 %s", p, name)
		} else {
			add("rights", "ok", "only the owner and those with the group's rights reach the record (mode %04o)", p)
		}
	}
	if ro, why := s.ReadOnly(); ro {
		add("writing", "warn", "nothing can be written: %s", why)
	} else {
		add("writing", "ok", "the record can be written")
	}
	if kind := networkFS(s.path); kind != "" {
		add("file system", "warn", "the record is on a network file system (%s): only one machine may use it", kind)
	}
	if wal, err := os.Stat(s.path + "-wal"); err == nil && wal.Size() > 64<<20 {
		add("log", "warn", "the write-ahead log has grown to %d MiB: some process reads without end; close the rooms that are not used", wal.Size()>>20)
	}
}

func (s *Store) checkSpace(add adder) {
	switch free := freeBytes(s.path); {
	case free < 0:
	case free < 16<<20:
		add("space", "fail", "only %.1f MiB are free beside the record: free some space before entries are refused", float64(free)/(1<<20))
	case free < 256<<20:
		add("space", "warn", "only %d MiB are free beside the record: free some space", free>>20)
	default:
		add("space", "ok", "%.1f GiB are free beside the record", float64(free)/(1<<30))
	}
}

// checkBell rings and listens.
func (s *Store) checkBell(add adder) {
	if ro, _ := s.ReadOnly(); ro {
		return
	}
	slow := func(why string) {
		add("bell", "warn", "news from other terminals takes up to a second (%s)", why)
	}
	w, err := fsnotify.NewWatcher()
	if err != nil {
		slow("the system gives no watcher: " + err.Error())
		return
	}
	defer w.Close()
	if err := s.bell.hang(); err != nil {
		slow("the folder " + model.Brief(s.bell.dir, 200) + " cannot be used: " + err.Error())
		return
	}
	if err := w.Add(s.bell.dir); err != nil {
		slow("the folder " + model.Brief(s.bell.dir, 200) + " cannot be watched: " + err.Error())
		return
	}
	s.bell.ring()
	select {
	case <-w.Events:
		add("bell", "ok", "news from other terminals comes at once")
	case <-time.After(time.Second):
		slow("the file system does not tell of changes")
	}
}

func (s *Store) checkTables(ctx context.Context, q querier, add adder) error {
	var version int64
	var app, engine, mode string
	var applied int64
	if err := q.row(ctx, "SELECT version, app, applied FROM schema_version ORDER BY version DESC LIMIT 1").Scan(&version, &app, &applied); err != nil {
		return err
	}
	if err := q.row(ctx, "SELECT sqlite_version()").Scan(&engine); err != nil {
		return err
	}
	if err := q.row(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return err
	}
	add("schema", "ok", "schema %d of %s, made by warroom %s; SQLite %s, journal %s", version, fromMillis(applied).Format("2006-01-02"), model.Brief(app, 40), engine, mode)

	var incidents, old, lines, seqs, ahead int64
	if err := q.row(ctx, "SELECT count(*), coalesce(sum(fold <> ?), 0), coalesce(sum(lines), 0), coalesce(sum(seq), 0) FROM incident", model.FoldVersion).Scan(&incidents, &old, &lines, &seqs); err != nil {
		return err
	}
	var entries, events int64
	if err := q.row(ctx, "SELECT (SELECT count(*) FROM entry), (SELECT count(*) FROM event)").Scan(&entries, &events); err != nil {
		return err
	}
	if err := q.row(ctx, "SELECT count(*) FROM incident WHERE recorded > ?", s.now().Add(clockSlack).UnixMilli()).Scan(&ahead); err != nil {
		return err
	}
	add("content", "ok", "%d incidents, %d events", incidents, events)
	switch {
	case seqs != events:
		add("order", "fail", "the summary counts %d events, but there are %d: run `warroom audit`", seqs, events)
	case old > 0:
		add("projections", "warn", "%d incidents were folded by another version: run `warroom rebuild`", old)
	case lines != entries:
		add("projections", "fail", "the timelines have %d lines, but there should be %d: run `warroom rebuild`", entries, lines)
	default:
		add("projections", "ok", "summaries and timelines agree with the events")
	}
	var waiting, indexed int64
	if err := q.row(ctx, `SELECT (SELECT count(*) FROM pending) + (SELECT count(*) FROM event WHERE id > (SELECT upto FROM indexed)),
(SELECT count(*) FROM entry_text_docsize)`).Scan(&waiting, &indexed); err != nil {
		return err
	}
	switch {
	case waiting > tailLimit:
		add("search", "warn", "%d entries are not in the index of the search: run `warroom rebuild`", waiting)
	case indexed+waiting < entries:
		add("search", "fail", "the search does not know %d entries: run `warroom rebuild`", entries-indexed-waiting)
	default:
		add("search", "ok", "the search knows all entries")
	}
	if ahead > 0 {
		add("clock", "warn", "%d incidents have events from the future: the clock of this machine or of another one is wrong", ahead)
	}
	return nil
}
