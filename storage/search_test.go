package storage

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"warroom/model"
)

func found(tb testing.TB, s *Store, query string) []string {
	tb.Helper()
	hits, err := s.Search(bg, query, 0)
	if err != nil {
		tb.Fatalf("%q: %v", query, err)
	}
	var out []string
	for _, h := range hits {
		out = append(out, h.Line)
	}
	return out
}

func TestSearch(t *testing.T) {
	s := newStore(t)
	id := declare(t, s, "Checkout fails")
	for _, line := range []string{
		"replica lag 340s on orders-db", "orders database is fine", "Überlast auf dem Café-Dienst", "pg_stat_activity shows 99 locks",
		"restarted api.example.com:8443/health", "plan b chosen", "日本語のメモ", "reordering the queue",
	} {
		note(t, s, id, line)
	}
	check := func() {
		t.Helper()
		for query, want := range map[string][]string{
			"lag":              {"replica lag 340s on orders-db"},
			"LAG Replica":      {"replica lag 340s on orders-db"},
			"orders-db":        {"replica lag 340s on orders-db"},
			"orders-d":         {"orders database is fine", "replica lag 340s on orders-db"},
			"orders-dat":       {"orders database is fine"},
			"orders":           {"orders database is fine", "replica lag 340s on orders-db"},
			"order":            {"orders database is fine", "replica lag 340s on orders-db"},
			"or":               {"orders database is fine", "replica lag 340s on orders-db"},
			"datab":            {"orders database is fine"},
			"uberlast cafe":    {"Überlast auf dem Café-Dienst"},
			"CAFÉ":             {"Überlast auf dem Café-Dienst"},
			"pg_stat":          {"pg_stat_activity shows 99 locks"},
			"stat_act":         {"pg_stat_activity shows 99 locks"},
			"api.example.com":  {"restarted api.example.com:8443/health"},
			"example.com:8443": {"restarted api.example.com:8443/health"},
			"plan b":           {"plan b chosen"},
			"plan c":           {"plan b chosen"}, // as if more of the word were to come
			"日本":               {"日本語のメモ"},
			"日":                {"日本語のメモ"},
			"declared":         {"declared SEV-3: Checkout fails"},
			"ann":              {}, // who wrote it is not part of the line
			"lag nothing":      {},
			"zzzz":             {},
		} {
			if got := found(t, s, query); !slices.Equal(got, want) {
				t.Errorf("%q finds %q, want %q", query, got, want)
			}
		}
	}
	check() // from the tail
	if _, err := s.Rebuild(bg); err != nil {
		t.Fatal(err)
	}
	check() // from the index
	if hits, _ := s.Search(bg, "lag", 5); hits[0].Title != "Checkout fails" || hits[0].Incident != id || hits[0].Seq != 3 || (hits[0].Prev == model.Digest{}) {
		t.Errorf("%+v", hits[0])
	}
}

func TestSearchFollowsAmendments(t *testing.T) {
	s := newStore(t)
	id := declare(t, s, "x")
	first := note(t, s, id, "primary is down")
	for i := range 3 * indexEvery { // the first is in the index, the last ones are not
		note(t, s, id, fmt.Sprint("filler ", i))
	}
	last := note(t, s, id, "primary is slow")
	for range 2 {
		for _, e := range []model.Event{first, last} {
			text := fmt.Sprint("secondary of ", e.Seq)
			if en := must(s.Entry(bg, id, e.Seq)); en.Line == text {
				text += " again"
			}
			do(t, s, id, "bob", model.Amend{Seq: e.Seq, Text: &text})
		}
		if got := found(t, s, "primary"); got != nil {
			t.Errorf("the old words are found: %q", got)
		}
		if got := found(t, s, "secondary"); len(got) != 2 || !strings.HasPrefix(got[0], "secondary of 19") {
			t.Errorf("the new words: %q", got)
		}
		for i := range 3 * indexEvery {
			note(t, s, id, fmt.Sprint("filler ", i))
		}
		if a, b := found(t, s, "primary"), found(t, s, "secondary"); len(a) != 0 || len(b) != 2 {
			t.Errorf("from the index: the old words %q, the new ones %q", a, b)
		}
	}
	var upto int64
	if err := s.read(bg, func(q querier) error { return q.row(bg, "SELECT upto FROM indexed").Scan(&upto) }); err != nil || upto < 9*indexEvery {
		t.Errorf("the index goes up to %d, %v", upto, err)
	}
	// An amendment has no line, and so no words, of its own.
	if got := found(t, s, "amended"); got != nil {
		t.Errorf("%q", got)
	}
	for _, q := range []string{"filler 7", "fill"} {
		hits, err := s.Search(bg, q, 10)
		if err != nil || len(hits) == 0 {
			t.Fatal(q, hits, err)
		}
		if !slices.IsSortedFunc(hits, func(a, b model.Hit) int { return int(b.Seq - a.Seq) }) {
			t.Errorf("%q: not the newest first", q)
		}
	}
	if hits, _ := s.Search(bg, "fill", 7); len(hits) != 7 {
		t.Errorf("%d hits of a page of 7", len(hits))
	}
}

var hostileQueries = []string{
	"", " ", `"`, `""`, `"""`, "'", "*", "a*", "**", "(", ")", "()", "a AND", "OR", "NOT", "a NOT b", "NEAR(a b)", "line:x", "rowid:1", "-", "--", "^a", "{a}", "a+b",
	`a"b`, `\`, "\x00", "a\x00b", "\xff\xfe", "%", "_", "a;b", "'; DROP TABLE event; --", "☃", "\u202eabc", "🔥", "é", "ﬀ", "ı", strings.Repeat("a ", 5000), strings.Repeat("x", 100000),
	strings.Repeat(`"`, 999), "a OR b", "AND OR NOT", "�", "a\tb\nc", "1", "12", "..", "a-b-c-d-e", "/", ":", "“quoted”",
}

func TestSearchHostile(t *testing.T) {
	s := newStore(t)
	id := declare(t, s, "x")
	for _, q := range hostileQueries {
		if strings.TrimSpace(q) != "" && len(q) < model.MaxText {
			do(t, s, id, "ann", model.AddNote{Text: q})
		}
	}
	for range 2 {
		for _, q := range hostileQueries {
			found(t, s, q)
		}
		if _, err := s.Rebuild(bg); err != nil {
			t.Fatal(err)
		}
	}
	for _, q := range []string{"DROP TABLE event", `a"b`, "NEAR(a b)", "a NOT b"} {
		if got := found(t, s, q); len(got) == 0 {
			t.Errorf("%q is not found", q)
		}
	}
}

func FuzzSearch(f *testing.F) {
	for _, q := range hostileQueries {
		if len(q) < 2000 {
			f.Add(q)
		}
	}
	s := newStore(f)
	id := declare(f, s, "fuzz")
	for i := range 2 * indexEvery {
		note(f, s, id, fmt.Sprint("replica lag on orders-db a b AND OR ", i))
	}
	f.Fuzz(func(t *testing.T, q string) {
		hits, err := s.Search(bg, q, 5)
		if err != nil {
			t.Fatalf("%q: %v", q, err)
		}
		if len(hits) > 5 {
			t.Fatalf("%q: %d hits", q, len(hits))
		}
	})
}

// A search must find the same whether the words are in the index or not.
func TestSearchTailEqualsIndex(t *testing.T) {
	s := newStore(t)
	id := declare(t, s, "x")
	words := strings.Fields("alpha alpine alps beta better bet orders-db orders_db Äpfel apfel 10.0.0.1 a b éa")
	for i := range 60 {
		note(t, s, id, words[i%len(words)]+" "+words[(i*7+3)%len(words)]+" "+words[(i*5+1)%len(words)])
	}
	queries := []string{"al", "alp", "alpi", "alpha bet", "orders", "orders-db bett", "apf", "apfel", "10.0.0", "10.0.0.1", "a b", "b a", "é", "éa", "a"}
	before := map[string][]string{}
	for _, q := range queries {
		before[q] = found(t, s, q)
	}
	if _, err := s.Rebuild(bg); err != nil {
		t.Fatal(err)
	}
	for _, q := range queries {
		if after := found(t, s, q); !reflect.DeepEqual(after, before[q]) {
			t.Errorf("%q: %d lines from the tail, %d from the index", q, len(before[q]), len(after))
		}
	}
}
