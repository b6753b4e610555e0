package storage

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"warroom/model"
)

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
