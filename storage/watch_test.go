package storage

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"warroom/model"
)

// seen reads changes until fn is content; it fails after a deadline.
func seen(tb testing.TB, ch <-chan model.Change, limit time.Duration, what string, fn func(model.Change) bool) {
	tb.Helper()
	deadline := time.After(limit)
	for {
		select {
		case c, ok := <-ch:
			if !ok {
				tb.Fatalf("the watch ended before: %s", what)
			}
			if fn(c) {
				return
			}
		case <-deadline:
			tb.Fatalf("not within %s: %s", limit, what)
		}
	}
}

func has(text string) func(model.Change) bool {
	return func(c model.Change) bool {
		for _, e := range c.Events {
			if e.Text() == text {
				return true
			}
		}
		return false
	}
}

func isReset(c model.Change) bool { return c.Reset }

// pair is a store that watches and one, of another process, that writes.
func pair(t *testing.T) (path, id string, s *Store, ch <-chan model.Change) {
	path = filepath.Join(t.TempDir(), "room", "w.db")
	s = openStore(t, path, Options{})
	id = declare(t, s, "x")
	return path, id, s, s.Watch(t.Context())
}

func TestWatchOrder(t *testing.T) {
	path, id, s, ch := pair(t)
	second := s.Watch(t.Context())
	const n = 300
	c := start(t, path, "write", id, "kid", n)
	c.expect("READY")
	c.begin()
	for i := range n { // this process writes as well
		note(t, s, id, fmt.Sprint("own ", i))
	}
	for name, ch := range map[string]<-chan model.Change{"first": ch, "second": second} {
		last := int64(2)
		seen(t, ch, 20*time.Second, name+" sees all", func(c model.Change) bool {
			if c.Reset || c.Err != nil || len(c.Events) > batchEvents {
				t.Fatalf("%s: %d events, reset %v, %v", name, len(c.Events), c.Reset, c.Err)
			}
			for _, e := range c.Events {
				if e.Seq != last+1 {
					t.Fatalf("%s: #%d after #%d", name, e.Seq, last)
				}
				if (e.Prev == model.Digest{}) || e.Incident != id {
					t.Fatalf("%s: %+v", name, e)
				}
				last = e.Seq
			}
			return last == 2+2*n
		})
	}
}

func TestWatchEnds(t *testing.T) {
	s := newStore(t)
	ctx, cancel := context.WithCancel(bg)
	ch := s.Watch(ctx)
	cancel()
	seen(t, chanEnd(ch), 5*time.Second, "the channel is closed", isReset)
	other := s.Watch(bg)
	s.Close()
	seen(t, chanEnd(other), 5*time.Second, "Close ends the watch", isReset)
	seen(t, chanEnd(s.Watch(bg)), 5*time.Second, "watching a closed store ends at once", isReset)
}

// chanEnd gives one Reset when ch is closed.
func chanEnd(ch <-chan model.Change) <-chan model.Change {
	out := make(chan model.Change)
	go func() {
		for range ch {
		}
		out <- model.Change{Reset: true}
	}()
	return out
}

func TestWatchWithoutBell(t *testing.T) {
	path, id, _, ch := pair(t)
	if err := os.RemoveAll(path + "-bell"); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	db := raw(t, path) // writes, and rings no bell
	if _, err := db.Exec(`INSERT INTO event(incident_id, seq, uid, at, recorded, actor, kind, body, salt, sum, hash)
SELECT incident_id, 3, randomblob(16), at, recorded, actor, 'note', '{"text":"silent"}', salt, sum, hash FROM event WHERE seq = 1`); err != nil {
		t.Fatal(err)
	}
	seen(t, ch, 3*time.Second, "the tick finds what the bell did not tell", has("silent"))
	t.Logf("seen after %s", time.Since(began).Round(time.Millisecond))
	_ = id
}

func TestWatchBellComesBack(t *testing.T) {
	path, id, _, ch := pair(t)
	if err := os.RemoveAll(path + "-bell"); err != nil {
		t.Fatal(err)
	}
	w := openStore(t, path, Options{})
	note(t, w, id, "one")
	seen(t, ch, 3*time.Second, "one", has("one"))
	// Within two ticks the new bell is listened to.
	wait(t, 5*time.Second, "the bell is heard again", func() bool {
		began := time.Now()
		text := began.String()
		note(t, w, id, text)
		seen(t, ch, 3*time.Second, text, has(text))
		return time.Since(began) < 100*time.Millisecond
	})
}

func TestWatchForeignUpkeep(t *testing.T) {
	path, id, s, ch := pair(t)
	for i, statement := range []string{"PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(RESTART)", "VACUUM", "REINDEX", "ANALYZE"} {
		note(t, s, id, fmt.Sprint("before ", i))
		seen(t, ch, 5*time.Second, statement, has(fmt.Sprint("before ", i)))
		run(t, path, "sql", statement)
		c := start(t, path, "write", id, fmt.Sprint("after", i), 1)
		c.expect("READY")
		c.begin()
		seen(t, ch, 5*time.Second, "after "+statement, func(c model.Change) bool {
			if c.Reset || c.Err != nil {
				t.Fatalf("after %s: reset %v, %v", statement, c.Reset, c.Err)
			}
			return has(fmt.Sprint("after", i, " says 0"))(c)
		})
	}
	if rep := must(s.Audit(bg, "")); len(rep.Findings) > 0 {
		t.Error(rep.Findings)
	}
}

func TestWatchSlowReader(t *testing.T) {
	_, id, s, slow := pair(t)
	quick := s.Watch(t.Context())
	const n = queueEvents + 2*batchEvents
	err := s.write(bg, func(x *txn) error {
		in, err := x.current(bg, id)
		if err != nil {
			return err
		}
		for range n {
			e, err := model.Seal(model.Draft{Kind: model.KindNote, Body: &model.Note{Line: "x"}}, model.Link{Incident: id, Seq: in.Seq + 1, Prev: in.Head, ID: s.NewID(), Salt: newSalt(), Recorded: time.Now(), Actor: "ann"})
			if err != nil {
				return err
			}
			if err := x.add(bg, &in, e); err != nil {
				return err
			}
		}
		return x.save(in)
	})
	if err != nil {
		t.Fatal(err)
	}
	s.written()
	got := 0
	seen(t, quick, 20*time.Second, "who reads gets everything", func(c model.Change) bool {
		if c.Reset {
			got = n // as good: so much at once is quicker read anew
		}
		got += len(c.Events)
		return got >= n
	})
	note(t, s, id, "the end")
	seen(t, quick, 5*time.Second, "the end", has("the end"))
	reset := false
	seen(t, slow, 5*time.Second, "the end, after a reset", func(c model.Change) bool {
		reset = reset || c.Reset
		return has("the end")(c)
	})
	if !reset {
		t.Error("the slow one was not told that it had fallen behind")
	}
}

// What waits for a reader is put together, without touching what others have.
func TestWaitingChangesAreMerged(t *testing.T) {
	w := &sub{ready: make(chan struct{}, 1)}
	event := func(seq int64) model.Event { return model.Event{Seq: seq} }
	first := make([]model.Event, 1, 8)
	first[0] = event(1)
	w.add(model.Change{Events: first})
	w.add(model.Change{Events: []model.Event{event(2)}})
	w.add(model.Change{Events: []model.Event{event(3), event(4)}})
	w.add(model.Change{Events: make([]model.Event, batchEvents-3)}) // one too many for the same batch
	if c, _ := w.next(); len(c.Events) != 4 || c.Events[3].Seq != 4 {
		t.Errorf("%d events", len(c.Events))
	}
	if spare := first[:2]; spare[1].Seq != 0 {
		t.Error("the array of another reader was written")
	}
	if c, _ := w.next(); len(c.Events) != batchEvents-3 {
		t.Errorf("%d events", len(c.Events))
	}
	w.add(model.Change{Events: first})
	w.add(model.Change{Err: errMoved})
	w.add(model.Change{Reset: true})
	w.add(model.Change{Events: first})
	if c, _ := w.next(); !c.Reset {
		t.Errorf("what came before a reset: %+v", c)
	}
	if c, _ := w.next(); len(c.Events) != 1 {
		t.Errorf("what came after it: %+v", c)
	}
	if c, ok := w.next(); ok {
		t.Errorf("%+v", c)
	}
}

func TestWatchIdle(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	path, id, s, ch := pair(t)
	note(t, s, id, "x")
	seen(t, ch, 5*time.Second, "x", has("x"))
	sizes := func() (out string) {
		for _, f := range []string{"", "-wal", "-gate", "-bell/bell"} {
			fi, err := os.Stat(path + f)
			if err != nil {
				t.Fatal(err)
			}
			out += fmt.Sprint(f, fi.Size(), fi.ModTime(), " ")
		}
		return out
	}
	before, cpu := sizes(), cpuTime(t)
	select {
	case c := <-ch:
		t.Errorf("something happened: %+v", c)
	case <-time.After(4 * time.Second):
	}
	used := cpuTime(t) - cpu
	t.Logf("idle: %.3f %% of a core", 100*used.Seconds()/4)
	if used > 40*time.Millisecond {
		t.Errorf("idle watching used %s in 4 s", used)
	}
	if after := sizes(); after != before {
		t.Errorf("idle watching wrote:\n%s\n%s", before, after)
	}
}

// A room at rest looks less often, unless the bell is not to be relied on.
func TestWatchTick(t *testing.T) {
	dir, err := os.Stat(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	for name, c := range map[string]struct {
		eye  *eye
		want time.Duration
	}{
		"news a moment ago":       {&eye{bellDir: dir, news: ago(restAfter / 2)}, slowTick},
		"nothing for long":        {&eye{bellDir: dir, news: ago(2 * restAfter)}, restTick},
		"the bell missed some":    {&eye{bellDir: dir, news: ago(2 * restAfter), missed: ago(2 * restAfter)}, slowTick},
		"it missed some long ago": {&eye{bellDir: dir, news: ago(2 * restAfter), missed: ago(2 * doubt)}, restTick},
		"no bell":                 {&eye{news: ago(2 * restAfter)}, quickTick},
		"the record is away":      {&eye{bellDir: dir, news: ago(2 * restAfter), failing: ago(time.Second)}, quickTick},
	} {
		if got := c.eye.tick(now); got != c.want {
			t.Errorf("%s: every %s, not %s", name, got, c.want)
		}
	}
}

// What only the tick finds is held against the bell; what the bell tells is not.
func TestWatchDoubt(t *testing.T) {
	path, id, s, ch := pair(t)
	e := newEye(s)
	e.open()
	go e.run()
	note(t, openStore(t, path, Options{}), id, "rung")
	seen(t, ch, 3*time.Second, "rung", has("rung"))
	time.Sleep(slowTick / 4)
	close(e.stop)
	<-e.ended
	if !e.missed.IsZero() {
		t.Error("the bell is held to have missed what it told")
	}

	e = newEye(s)
	e.open()
	go e.run()
	if _, err := raw(t, path).Exec("UPDATE alert_rev SET rev = rev + 1"); err != nil {
		t.Fatal(err)
	}
	seen(t, ch, 3*time.Second, "the tick finds it", func(c model.Change) bool { return c.Alerts })
	time.Sleep(slowTick + slowTick/2)
	close(e.stop)
	<-e.ended
	if e.missed.IsZero() {
		t.Error("a bell that missed something is still relied on")
	}
}
