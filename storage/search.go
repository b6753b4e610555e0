package storage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"warroom/model"
)

const (
	defaultHits  = 50
	maxQuery     = 1000 // bytes of a query that are looked at
	maxWords     = 32
	maxSpellings = 256 // words that one beginning is spelled out as
	indexedStart = 3   // letters: beginnings up to here have an index of their own
)

// Search finds the entries that contain all words of query, the latest written
// first, at most limit of them (0: fifty). The last word may be a beginning. A
// word with signs in it, such as orders-db, means its parts side by side. Case
// and accents do not matter. No query is wrong: one without words finds nothing.
func (s *Store) Search(ctx context.Context, query string, limit int) ([]model.Hit, error) {
	if limit <= 0 {
		limit = defaultHits
	}
	phrases, err := s.phrases(query)
	if err != nil || len(phrases) == 0 {
		return nil, s.fault(err, "searched")
	}
	hits, err := s.search(ctx, phrases, true, limit)
	if err != nil || len(hits) > 0 {
		return hits, err
	}
	// A single letter at the end is most likely the beginning of a word that is
	// being typed, and stands for too many: until there is more, leave it out.
	last := &phrases[len(phrases)-1]
	if starts((*last)[len(*last)-1]) {
		return nil, nil
	}
	if *last = (*last)[:len(*last)-1]; len(*last) == 0 {
		phrases = phrases[:len(phrases)-1]
	}
	if len(phrases) == 0 {
		return nil, nil
	}
	return s.search(ctx, phrases, false, limit)
}

// phrases cuts a query into words as typed, and those into words of the index.
func (s *Store) phrases(query string) ([][]string, error) {
	if len(query) > maxQuery {
		query = query[:maxQuery]
	}
	query = strings.ReplaceAll(strings.ToValidUTF8(query, " "), "\x00", " ")
	typed := strings.Fields(query)
	if len(typed) > maxWords {
		typed = typed[:maxWords]
	}
	if len(typed) == 0 {
		return nil, nil
	}
	cut, err := s.words.cut(typed)
	return slices.DeleteFunc(cut, func(w []string) bool { return len(w) == 0 }), err
}

// search finds entries with all phrases; open says that the last word of the
// last one may go on.
func (s *Store) search(ctx context.Context, phrases [][]string, open bool, limit int) ([]model.Hit, error) {
	var hits []model.Hit
	err := s.read(ctx, func(q querier) error {
		waiting, ids, err := s.searchTail(ctx, q, phrases, open)
		if err != nil {
			return err
		}
		match, err := indexQuery(ctx, q, phrases, open)
		if err != nil {
			return err
		}
		if match != "" {
			var id int64
			rows, err := q.query(ctx, "SELECT rowid FROM entry_text WHERE entry_text MATCH ? ORDER BY rowid DESC LIMIT ?", match, limit+len(waiting))
			err = each(rows, err, func() error {
				err := rows.Scan(&id)
				if !waiting[id] { // the index has them as they read before
					ids = append(ids, id)
				}
				return err
			})
			if err != nil {
				return err
			}
		}
		slices.SortFunc(ids, func(a, b int64) int { return cmp.Compare(b, a) })
		hits, err = loadHits(ctx, q, ids[:min(len(ids), limit)])
		return err
	})
	return hits, err
}

// loadHits reads the entries of the given events, in that order.
func loadHits(ctx context.Context, q querier, ids []int64) ([]model.Hit, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := events(ctx, q, "WHERE e.id IN (SELECT value FROM json_each(?)) ORDER BY e.id DESC", jsonInts(ids))
	if err != nil {
		return nil, err
	}
	list, err := complete(ctx, q, rows, nil)
	if err != nil {
		return nil, err
	}
	incs := make([]int64, len(list))
	for i, en := range list {
		incs[i] = en.inc
	}
	titles := map[int64]string{}
	var inc int64
	var title string
	found, err := q.query(ctx, "SELECT id, title FROM incident WHERE id IN (SELECT value FROM json_each(?))", jsonInts(incs))
	err = each(found, err, func() error {
		err := found.Scan(&inc, &title)
		titles[inc] = title
		return err
	})
	if err != nil {
		return nil, err
	}
	hits := make([]model.Hit, len(list))
	for i, en := range list {
		hits[i] = model.Hit{Entry: en.Entry, Title: titles[en.inc]}
	}
	return hits, nil
}

// searchTail looks through the entries that the record's index does not have as
// they now read. It returns which these are and which of them match.
func (s *Store) searchTail(ctx context.Context, q querier, phrases [][]string, open bool) (map[int64]bool, []int64, error) {
	var last, upto, corrected int64
	if err := q.row(ctx, `SELECT coalesce((SELECT max(id) FROM event), 0), upto,
(SELECT count(*) FROM (SELECT 1 FROM pending LIMIT 1000)) FROM indexed`).Scan(&last, &upto, &corrected); err != nil {
		return nil, nil, err
	}
	if last == upto && corrected == 0 {
		return nil, nil, nil
	}
	var head []byte // tells two files apart
	if err := q.row(ctx, "SELECT hash FROM event WHERE id = ?", last).Scan(&head); err != nil {
		return nil, nil, err
	}
	w := &s.words
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.ready(); err != nil {
		return nil, nil, err
	}
	if state := fmt.Sprintf("%d/%d/%d/%x", last, upto, corrected, head); w.tail != state {
		entries, _, err := waiting(ctx, q, true, tailLimit)
		if err != nil {
			return nil, nil, err
		}
		w.tail = ""
		if err := w.fill("tail", textLines(entries)); err != nil {
			return nil, nil, err
		}
		w.tail, w.waiting = state, make(map[int64]bool, len(entries))
		for _, en := range entries {
			w.waiting[en.id] = true
		}
	}
	var parts []string
	for i, p := range phrases {
		part := quote(p)
		if open && i == len(phrases)-1 && starts(p[len(p)-1]) {
			part += " *"
		}
		parts = append(parts, part)
	}
	var ids []int64
	var id int64
	rows, err := w.db.QueryContext(ctx, "SELECT rowid FROM tail WHERE tail MATCH ?", strings.Join(parts, " AND "))
	err = each(rows, err, func() error {
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return w.waiting, ids, err
}

// starts reports whether a last word is searched as a beginning: a single letter
// is one of nearly everything, a single sign of Chinese is not.
func starts(word string) bool { return len(word) > 1 }

// quote makes a phrase of the index's query language out of words of the index.
func quote(words []string) string {
	return `"` + strings.ReplaceAll(strings.Join(words, " "), `"`, `""`) + `"`
}

// indexQuery is the query for the record's index; "" if nothing can match.
func indexQuery(ctx context.Context, q querier, phrases [][]string, open bool) (string, error) {
	var parts []string
	for _, p := range phrases {
		parts = append(parts, quote(p))
	}
	if !open {
		return strings.Join(parts, " AND "), nil
	}
	p := phrases[len(phrases)-1]
	word := p[len(p)-1]
	last := &parts[len(parts)-1]
	switch {
	case !starts(word):
	case utf8.RuneCountInString(word) <= indexedStart:
		*last += " *"
	default:
		// Spelled out, the lists of the words are read only as far as the page
		// goes; as a beginning, all of them would be read and merged first.
		var spelled []string
		var term string
		rows, err := q.query(ctx, "SELECT term FROM term WHERE term >= ? AND term < ? LIMIT ?", word, word+"\U0010FFFF", maxSpellings+1)
		err = each(rows, err, func() error {
			err := rows.Scan(&term)
			spelled = append(spelled, quote(append(p[:len(p)-1:len(p)-1], term)))
			return err
		})
		switch {
		case err != nil:
			return "", err
		case len(spelled) == 0:
			return "", nil
		case len(spelled) > maxSpellings:
			*last += " *"
		default:
			*last = "(" + strings.Join(spelled, " OR ") + ")"
		}
	}
	return strings.Join(parts, " AND "), nil
}
