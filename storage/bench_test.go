package storage

import (
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
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

func openBench(b *testing.B, path string) *Store {
	b.Helper()
	s, err := Open(bg, path, Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s
}

func BenchmarkOpenMillion(b *testing.B) {
	rec := bigRecord(b)
	for b.Loop() {
		s, err := Open(bg, rec.path, Options{})
		if err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/0.015, "×budget")
}

func BenchmarkTimeline(b *testing.B) {
	rec := bigRecord(b)
	s := openBench(b, rec.path)
	for n, id := range rec.long {
		b.Run(fmt.Sprintf("%d", n), func(b *testing.B) {
			all, err := s.Timeline(bg, id, model.Window{Back: true, Limit: 1})
			if err != nil {
				b.Fatal(err)
			}
			first := all[0].When.Add(-time.Duration(n) * time.Second)
			k := 0
			for b.Loop() {
				k++
				from := model.Pos{At: first.Add(time.Duration(k*7919%n) * time.Second)}
				if _, err := s.Timeline(bg, id, model.Window{From: from, Limit: 200, Back: k%2 == 0}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSearchMillion(b *testing.B) {
	rec := bigRecord(b)
	s := openBench(b, rec.path)
	for _, q := range []string{"th", "ser", "chec", "check", "server", "database", "replica lag", "orders-db", "orders-d", "orders-data", "zanzibar", "zanz", "zanzibar th", "the che", "e", "nothinglikeit"} {
		b.Run(strings.ReplaceAll(q, " ", "_"), func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Search(bg, q, 50); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/0.020, "×budget")
		})
	}
}

// BenchmarkAppend measures a durable entry against the least that durability can
// cost on this disk: 200 bytes appended to a file and synced, in the same run.
func BenchmarkAppend(b *testing.B) {
	s := openBench(b, filepath.Join(b.TempDir(), "warroom.db"))
	id := declare(b, s, "append")
	f, err := os.Create(filepath.Join(b.TempDir(), "raw"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	line := make([]byte, 200)
	text := strings.Repeat("replica lag 340 s and rising ", 4)
	var raw, ours time.Duration
	for b.Loop() {
		t0 := time.Now()
		if _, err := f.Write(line); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
		t1 := time.Now()
		note(b, s, id, text)
		raw, ours = raw+t1.Sub(t0), ours+time.Since(t1)
	}
	n := float64(b.N)
	b.ReportMetric(raw.Seconds()/ours.Seconds(), "×limit")
	b.ReportMetric(float64(raw.Microseconds())/n, "raw-µs/op")
	b.ReportMetric(float64(ours.Microseconds())/n, "ours-µs/op")
}

// BenchmarkFold is the fold of ten thousand events from the record.
func BenchmarkFold(b *testing.B) {
	s := openBench(b, filepath.Join(b.TempDir(), "warroom.db"))
	id := declare(b, s, "fold")
	const n = 10_000
	err := s.write(bg, func(t *txn) error {
		in, err := t.current(bg, id)
		if err != nil {
			return err
		}
		for in.Seq < n {
			e, err := model.Seal(model.Draft{Kind: model.KindNote, Body: &model.Note{Line: "replica lag 340 s and rising on orders-db"}},
				model.Link{Incident: id, Seq: in.Seq + 1, Prev: in.Head, ID: s.NewID(), Salt: newSalt(), Recorded: time.Now(), Actor: "ann"})
			if err != nil {
				return err
			}
			if _, err := t.place(bg, &in, e); err != nil {
				return err
			}
		}
		return t.save(in)
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("from-events", func(b *testing.B) {
		for b.Loop() {
			err := s.read(bg, func(q querier) error {
				row, err := incidentRow(bg, q, id)
				if err != nil {
					return err
				}
				i, err := foldIncident(bg, q, row, id)
				if err == nil && i.Seq != n {
					b.Errorf("folded up to #%d", i.Seq)
				}
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("from-snapshot", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Incident(bg, id); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkNews is the time from the return of a commit in one process to the
// event being handed out in another: at the pace of people, of machines, and flat
// out.
func BenchmarkNews(b *testing.B) {
	for _, gap := range []int{30, 8, 0} {
		b.Run(fmt.Sprintf("every-%dms", gap), func(b *testing.B) { news(b, gap) })
	}
}

func news(b *testing.B, gap int) {
	path := filepath.Join(b.TempDir(), "warroom.db")
	s := openBench(b, path)
	id := declare(b, s, "news")
	ch := s.Watch(b.Context())
	const n = 300
	var late []time.Duration
	for b.Loop() {
		c := start(b, path, "paced", id, n, gap)
		c.expect("READY")
		seen := map[string]time.Time{}
		done := make(chan struct{})
		go func() {
			defer close(done)
			for len(seen) < n {
				change := <-ch
				for _, e := range change.Events {
					seen[fmt.Sprint(e.Seq)] = time.Now()
				}
			}
		}()
		c.begin()
		committed := map[string]int64{}
		for f := c.line(); f != nil; f = c.line() {
			if f[0] != "AT" {
				b.Fatal(f)
			}
			var at int64
			fmt.Sscan(f[2], &at)
			committed[f[1]] = at
		}
		<-done
		for seq, at := range committed {
			late = append(late, seen[seq].Sub(time.Unix(0, at)))
		}
	}
	slices.Sort(late)
	p50, p99 := late[len(late)/2], late[len(late)*99/100]
	b.ReportMetric(float64(p50.Microseconds()), "p50-µs")
	b.ReportMetric(float64(p99.Microseconds()), "p99-µs")
	b.ReportMetric(p50.Seconds()/0.005, "p50/budget")
	b.ReportMetric(p99.Seconds()/0.050, "p99/budget")
}

// BenchmarkCrowd is 32 processes that write flat out.
func BenchmarkCrowd(b *testing.B) {
	for b.Loop() {
		waits, took := crowd(b, 32, 100)
		b.ReportMetric(float64(len(waits))/took.Seconds(), "entries/s")
		b.ReportMetric(float64(waits[len(waits)/2].Milliseconds()), "p50-ms")
		b.ReportMetric(float64(waits[len(waits)-1].Milliseconds()), "longest-ms")
		b.ReportMetric(waits[len(waits)-1].Seconds()/0.5, "longest/budget")
	}
}

// BenchmarkImport is events a second through the import, with all checks.
func BenchmarkImport(b *testing.B) {
	s := openBench(b, filepath.Join(b.TempDir(), "from.db"))
	id := declare(b, s, "import")
	for range 2000 {
		note(b, s, id, "replica lag 340 s and rising on orders-db, failover considered")
	}
	lines := strings.Join(export(b, s, ""), "\n")
	dir := b.TempDir()
	n := 0
	for b.Loop() {
		n++
		to := openBench(b, filepath.Join(dir, fmt.Sprint(n)+".db"))
		if _, err := to.Import(bg, strings.NewReader(lines)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(2002*float64(n)/b.Elapsed().Seconds(), "events/s")
}
