package storage

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"warroom/model"
)

// crowd lets n processes write per entries each at the same time and checks that
// every entry is there once and everybody agrees. It returns the waits, sorted.
func crowd(tb testing.TB, n, per int) (waits []time.Duration, took time.Duration) {
	path := filepath.Join(tb.TempDir(), "warroom.db")
	s := openStore(tb, path, Options{})
	id := declare(tb, s, "many")
	from, err := s.Incident(bg, id)
	if err != nil {
		tb.Fatal(err)
	}
	children := make([]*child, n)
	for i := range children {
		children[i] = start(tb, path, "write", id, fmt.Sprint("p", i), per)
	}
	for _, c := range children {
		c.expect("READY")
	}
	seen := make(chan int64, 1)
	go watchTo(tb, s.Watch(tb.Context()), from.Seq, from.Seq+int64(n*per), seen)
	began := time.Now()
	for _, c := range children {
		c.begin()
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	acked := map[int64]string{}
	for k, c := range children {
		wg.Go(func() {
			for f := c.line(); f != nil; f = c.line() {
				if f[0] != "ACK" {
					tb.Errorf("process %d: %s", k, strings.Join(f, " "))
					return
				}
				seq, _ := strconv.ParseInt(f[1], 10, 64)
				us, _ := strconv.Atoi(f[3])
				mu.Lock()
				if was := acked[seq]; was != "" {
					tb.Errorf("#%d was given to %s and p%d", seq, was, k)
				}
				acked[seq] = fmt.Sprintf("p%d says %s", k, f[2])
				waits = append(waits, time.Duration(us)*time.Microsecond)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	took = time.Since(began)
	if len(acked) != n*per {
		tb.Fatalf("%d entries acknowledged, not %d", len(acked), n*per)
	}
	seq := from.Seq
	err = s.Each(bg, id, func(e model.Event) error {
		if e.Seq <= from.Seq {
			return nil
		}
		if seq++; e.Seq != seq {
			tb.Fatalf("#%d follows #%d", e.Seq, seq-1)
		}
		if acked[e.Seq] != e.Text() {
			tb.Errorf("#%d is %q, but %q was acknowledged", e.Seq, e.Text(), acked[e.Seq])
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	if seq != from.Seq+int64(n*per) {
		tb.Errorf("the record ends with #%d", seq)
	}
	// Who watched has seen the same in the same order.
	select {
	case last := <-seen:
		if last != seq {
			tb.Errorf("the watch saw only up to #%d of #%d", last, seq)
		}
	case <-time.After(10 * time.Second):
		tb.Fatal("the watch did not see all")
	}
	rep, err := s.Audit(bg, "")
	if err != nil || len(rep.Findings) > 0 {
		tb.Fatal(rep.Findings, err)
	}
	rebuilt, err := s.Rebuild(bg)
	if err != nil || rebuilt.Differed != 0 {
		tb.Fatalf("rebuild: %+v, %v", rebuilt, err)
	}
	slices.Sort(waits)
	return waits, took
}

// watchTo reads a watch up to an event and reports the last one that came in
// order.
func watchTo(tb testing.TB, watching <-chan model.Change, last, end int64, seen chan<- int64) {
	for c := range watching {
		if c.Err != nil || c.Reset {
			tb.Errorf("the watch said %+v", c)
			break
		}
		for _, e := range c.Events {
			if e.Seq != last+1 {
				tb.Errorf("the watch saw #%d after #%d", e.Seq, last)
			}
			last = e.Seq
		}
		if last >= end {
			break
		}
	}
	seen <- last
}

func TestManyProcesses(t *testing.T) {
	n, per := 32, 200
	if testing.Short() {
		n, per = 8, 25
	}
	waits, took := crowd(t, n, per)
	p := func(q float64) time.Duration { return waits[int(q*float64(len(waits)-1))].Round(time.Microsecond) }
	t.Logf("%d processes × %d: %.0f entries/s; wait p50 %s, p99 %s, longest %s", n, per, float64(n*per)/took.Seconds(), p(0.5), p(0.99), p(1))
	if limit := 500 * time.Millisecond; !testing.Short() && p(1) > 4*limit {
		t.Errorf("one write waited %s: the line before the record does not work (budget %s)", p(1), limit)
	}
}

// Processes that start together on a record that is not there yet.
func TestManyOpenAtOnce(t *testing.T) {
	rounds := 10
	if testing.Short() {
		rounds = 2
	}
	for range rounds {
		path := filepath.Join(t.TempDir(), "new", "w.db")
		var children []*child
		for k := range 12 {
			children = append(children, start(t, path, "declare", fmt.Sprint("i", k)))
		}
		ids := map[string]bool{}
		for _, c := range children {
			ids[c.expect("ID")[1]] = true
		}
		s := openStore(t, path, Options{})
		if list := must(s.List(bg, model.Filter{})); len(ids) != 12 || len(list) != 12 {
			t.Fatalf("%d ids, %d incidents", len(ids), len(list))
		}
		if rep := must(s.Audit(bg, "")); len(rep.Findings) > 0 {
			t.Fatal(rep.Findings)
		}
	}
}
