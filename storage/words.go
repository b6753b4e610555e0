package storage

import (
	"context"
	"database/sql"
	"sync"

	"warroom/model"
)

// words is a small index in memory with the same rules for words as the one in
// the record. It cuts a query into words, knows the words of a batch of lines,
// and holds the lines that are not yet in the record's index while a search
// looks through them.
type words struct {
	mu      sync.Mutex
	db      *sql.DB
	closed  bool
	tail    string         // which state of the record the table tail is of
	waiting map[int64]bool // the entries in it
}

// tokenize are the rules for words; the schema says the same.
const tokenize = "tokenize = 'unicode61 remove_diacritics 2'"

// ready opens the index if need be. The caller holds mu.
func (w *words) ready() error {
	if w.db != nil {
		return nil
	}
	if w.closed {
		return errClosed
	}
	db, err := pool("file::memory:?_pragma=temp_store(2)", 1)
	if err != nil {
		return err
	}
	for _, text := range []string{
		"CREATE VIRTUAL TABLE ask USING fts5(line, content = '', " + tokenize + ")",
		"CREATE VIRTUAL TABLE ask_term USING fts5vocab(ask, instance)",
		"CREATE VIRTUAL TABLE batch USING fts5(line, content = '', " + tokenize + ")",
		"CREATE VIRTUAL TABLE batch_term USING fts5vocab(batch, row)",
		"CREATE VIRTUAL TABLE tail USING fts5(line, content = '', " + tokenize + ")",
	} {
		if _, err := db.Exec(text); err != nil {
			db.Close()
			return err
		}
	}
	w.db, w.tail = db, ""
	return nil
}

func (w *words) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	if w.db != nil {
		w.db.Close()
		w.db = nil
	}
}

// line is a text to be indexed under an event's place in the record.
type line struct {
	id   int64
	text string
}

// fill puts lines into one of the tables in place of what was there.
func (w *words) fill(table string, lines []line) error {
	tx, err := w.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.Exec("INSERT INTO " + table + "(" + table + ") VALUES('delete-all')"); err != nil {
		return err
	}
	st, err := tx.Prepare("INSERT INTO " + table + "(rowid, line) VALUES(?,?)")
	if err != nil {
		return err
	}
	defer st.Close()
	for _, l := range lines {
		if _, err := st.Exec(l.id, l.text); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// cut returns the words of each text as the index would store them.
func (w *words) cut(texts []string) ([][]string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.ready(); err != nil {
		return nil, err
	}
	lines := make([]line, len(texts))
	for i, t := range texts {
		lines[i] = line{int64(i + 1), t}
	}
	if err := w.fill("ask", lines); err != nil {
		return nil, err
	}
	out := make([][]string, len(texts))
	rows, err := w.db.Query(`SELECT doc, term FROM ask_term ORDER BY doc, "offset"`)
	err = each(rows, err, func() error {
		var doc int64
		var term string
		err := rows.Scan(&doc, &term)
		out[doc-1] = append(out[doc-1], term)
		return err
	})
	return out, err
}

// terms returns every word of the lines once.
func (w *words) terms(lines []line) ([]string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.ready(); err != nil {
		return nil, err
	}
	if err := w.fill("batch", lines); err != nil {
		return nil, err
	}
	var out []string
	rows, err := w.db.Query("SELECT term FROM batch_term")
	err = each(rows, err, func() error {
		var term string
		err := rows.Scan(&term)
		out = append(out, term)
		return err
	})
	return out, err
}

const (
	indexEvery = 64  // events between two times that words are put into the index
	indexBatch = 256 // entries whose words are put there at one time
	tailLimit  = 512 // entries that a search looks through beside the index
)

// wait notes that the words of an entry are in the index as they read before.
func (t *txn) wait(id int64) error {
	_, err := t.exec("INSERT INTO pending(event_id) SELECT ?1 WHERE ?1 <= (SELECT upto FROM indexed) ON CONFLICT DO NOTHING", id)
	return err
}

// waiting reads entries that are not in the index as they now read: corrected
// ones, and up to limit of the events that it does not reach to, the oldest or
// the newest. next is where the index will reach to when it has the oldest.
func waiting(ctx context.Context, q querier, newest bool, limit int) (out []*entryRow, next int64, err error) {
	order := "ASC"
	if newest {
		order = "DESC"
	}
	if err := q.row(ctx, "SELECT upto FROM indexed").Scan(&next); err != nil {
		return nil, 0, err
	}
	rows, err := events(ctx, q, "JOIN (SELECT event_id FROM pending ORDER BY event_id "+order+" LIMIT ?) p ON p.event_id = e.id", limit)
	if err != nil {
		return nil, 0, err
	}
	fresh, err := events(ctx, q, "WHERE e.id > ? ORDER BY e.id "+order+" LIMIT ?", next, limit)
	if err != nil {
		return nil, 0, err
	}
	if len(fresh) > 0 {
		next = fresh[len(fresh)-1].id
	}
	for _, r := range append(rows, fresh...) {
		if !r.e.Quiet() {
			out = append(out, &entryRow{r.id, r.inc, model.NewEntry(r.e)})
		}
	}
	return out, next, amend(ctx, q, out)
}

func textLines(entries []*entryRow) []line {
	out := make([]line, len(entries))
	for i, en := range entries {
		out[i] = line{en.id, en.Line}
	}
	return out
}

// index puts the words of waiting entries into the index, up to limit of each
// sort, and reports whether that were all.
func (t *txn) index(ctx context.Context, limit int) (bool, error) {
	var upto int64
	if err := t.row(ctx, "SELECT upto FROM indexed").Scan(&upto); err != nil {
		return false, err
	}
	entries, next, err := waiting(ctx, t, false, limit)
	if err != nil || len(entries) == 0 && next == upto {
		return true, err
	}
	lines := textLines(entries)
	terms, err := t.s.words.terms(lines)
	if err != nil {
		return false, err
	}
	for _, l := range lines {
		if _, err := t.exec("INSERT OR REPLACE INTO entry_text(rowid, line) VALUES(?,?)", l.id, l.text); err != nil {
			return false, err
		}
		if l.id > upto {
			continue
		}
		if _, err := t.exec("DELETE FROM pending WHERE event_id = ?", l.id); err != nil {
			return false, err
		}
	}
	for _, term := range terms {
		if _, err := t.exec("INSERT INTO term(term) VALUES(?) ON CONFLICT DO NOTHING", term); err != nil {
			return false, err
		}
	}
	_, err = t.exec("UPDATE indexed SET upto = ?", next)
	return false, err
}
