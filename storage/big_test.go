package storage

import (
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"warroom/model"
)

// big is a record of many events, made once per run of the benchmarks.
type big struct {
	path    string
	long    map[int]string // entries of one incident → its id
	entries int
}

var (
	bigOnce sync.Once
	bigDir  string
	bigRec  big
)

// bigRecord makes a record of a million events: incidents of a thousand, a
// hundred thousand and six hundred thousand entries, and many small ones.
func bigRecord(b *testing.B) big {
	b.Helper()
	bigOnce.Do(func() {
		var err error
		if kept := os.Getenv("WARROOM_BENCH_DIR"); kept != "" { // to measure often, make it once
			bigDir = kept
			if bigRec, err = reopenBig(filepath.Join(kept, "big.db")); err == nil {
				return
			}
		} else if bigDir, err = os.MkdirTemp("", "warroom-bench-*"); err != nil {
			b.Fatal(err)
		}
		started := time.Now()
		bigRec = generate(b, filepath.Join(bigDir, "big.db"), 1_000_000)
		fi, err := os.Stat(bigRec.path)
		if err != nil {
			b.Fatal(err)
		}
		b.Logf("made %d events in %s, %d MiB", bigRec.entries, time.Since(started).Round(time.Second), fi.Size()>>20)
	})
	if bigRec.path == "" {
		b.Skip("the record could not be made")
	}
	return bigRec
}

// reopenBig finds out what is in a record that was made before.
func reopenBig(path string) (big, error) {
	rec := big{path: path, long: map[int]string{}}
	if _, err := os.Stat(path); err != nil {
		return rec, err
	}
	s, err := Open(bg, path, Options{ReadOnly: true})
	if err != nil {
		return rec, err
	}
	defer s.Close()
	list, err := s.List(bg, model.Filter{})
	for _, sum := range list {
		rec.entries += int(sum.Seq)
		if sum.Seq >= 1000 {
			rec.long[int(sum.Seq)] = sum.ID
		}
	}
	return rec, err
}

// vocabulary makes words of which a few are very common, as in any language.
func vocabulary(rng *rand.Rand) func() string {
	words := strings.Fields("the in is to of on for and with check checking service server services replica lag error errors orders orders-db database customers restart restarted connection pool timeout latency deploy deployed rollback rolled back traffic failover primary secondary cache redis queue kafka api gateway")
	letters := "etaoinshrdlucmfwypvbgkjqxz"
	for len(words) < 20000 {
		w := make([]byte, 3+rng.Intn(8))
		for i := range w {
			w[i] = letters[min(25, int(rng.ExpFloat64()*7))]
		}
		words = append(words, string(w))
	}
	z := rand.NewZipf(rng, 1.15, 3, uint64(len(words)-1))
	return func() string { return words[z.Uint64()] }
}

func generate(tb testing.TB, path string, total int) big {
	tb.Helper()
	ctx := bg
	s, err := Open(ctx, path, Options{})
	if err != nil {
		tb.Fatal(err)
	}
	defer s.Close()
	rng := rand.New(rand.NewSource(1))
	word := vocabulary(rng)
	at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	rec := big{path: path, long: map[int]string{}}
	people := []string{"ann", "bob", "cid", "dora", "eve", "fay"}
	text := func() string {
		w := make([]string, 6+rng.Intn(10))
		for i := range w {
			w[i] = word()
		}
		if rng.Intn(40000) == 0 {
			w = append(w, "zanzibar")
		}
		return strings.Join(w, " ")
	}
	left := total
	plan := func() int {
		switch {
		case len(rec.long) == 0:
			return total * 6 / 10
		case len(rec.long) == 1:
			return total / 10
		case len(rec.long) == 2:
			return 1000
		}
		return min(left, 5+rng.Intn(12))
	}
	for left > 0 {
		err := s.write(ctx, func(t *txn) error {
			for part := 0; left > 0 && part < 20000; {
				n := min(plan(), left)
				at = at.Add(time.Hour)
				key, err := t.freeKey(ctx, at)
				if err != nil {
					return err
				}
				in := incident{fresh: true, Incident: &model.Incident{}}
				prev := model.Genesis(key)
				add := func(d model.Draft) error {
					e, err := model.Seal(d, model.Link{Incident: key, Seq: in.Seq + 1, Prev: prev, ID: newID(at), Salt: newSalt(), Recorded: at, Actor: people[rng.Intn(len(people))]})
					if err != nil {
						return err
					}
					prev = e.Hash
					_, err = t.place(ctx, &in, e)
					return err
				}
				if err := add(model.Draft{At: at, Kind: model.KindDeclared, Body: &model.Declaration{Title: text(), Severity: model.Severity(1 + rng.Intn(5)), Status: model.Triage, Services: []string{word()}}}); err != nil {
					return err
				}
				for k := 1; k < n; k++ {
					at = at.Add(time.Second)
					kind := model.KindNote
					if k%1000 == 0 {
						kind = model.KindDecision
					}
					if err := add(model.Draft{At: at, Kind: kind, Body: &model.Note{Line: text()}}); err != nil {
						return err
					}
				}
				if n > 20 {
					rec.long[n] = key
				}
				if len(rec.long) >= 3 && rng.Intn(3000) > 0 { // nearly all are over
					to := model.StatusChange{From: model.Triage, To: model.Closed}
					if err := add(model.Draft{At: at, Kind: model.KindStatusChanged, Body: &to}); err != nil {
						return err
					}
					n++
				}
				if err := t.save(in); err != nil {
					return err
				}
				left -= n
				part += n
				rec.entries += n
			}
			_, err := t.index(ctx, 1<<30)
			return err
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
	return rec
}
