package outbound_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"warroom/integrations/outbound"
	"warroom/model"
	"warroom/model/outbox"
	"warroom/storage"
)

var bg = context.Background()

// stage is a record, a rig and a worker between them.
type stage struct {
	t      testing.TB
	rig    *rig
	store  *storage.Store
	conf   outbox.Config
	worker *outbound.Worker
	ahead  *atomic.Int64 // how far the clock of the test runs ahead
}

// pass lets time pass without waiting for it.
func (s *stage) pass(d time.Duration) { s.ahead.Add(int64(d)) }

func open(t testing.TB, path, yaml string, now func() time.Time) (*storage.Store, outbox.Config) {
	t.Helper()
	conf, err := outbox.ParseConfig("outbound.yaml", []byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	s, err := storage.Open(bg, path, storage.Options{Outbound: conf, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, conf
}

func newStage(t testing.TB) *stage { return newStageOf(t, func(g *rig) string { return g.yaml() }) }

func newStageOf(t testing.TB, yaml func(*rig) string) *stage {
	t.Helper()
	g := newRig(t)
	ahead := &atomic.Int64{}
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	s, conf := open(t, filepath.Join(t.TempDir(), "w.db"), yaml(g), now)
	w := newWorker(s, conf)
	w.Now, g.now = now, now
	return &stage{t, g, s, conf, w, ahead}
}

func secrets() outbound.Secrets {
	return outbound.Secrets{
		Getenv:  func(k string) string { return canaries[k] },
		Keyring: func(string, string) (string, error) { return "", errors.New("no keyring") },
	}
}

func newWorker(s outbound.Queue, conf outbox.Config) *outbound.Worker {
	return &outbound.Worker{Queue: s, Config: conf, Linger: time.Millisecond, Options: outbound.Options{
		Version: "test", Secrets: secrets(), Settle: 10 * time.Second,
		Pause: func(outbox.Vendor) time.Duration { return 0 },
	}}
}

func (s *stage) do(id string, c model.Command) string {
	s.t.Helper()
	r, err := s.store.Do(bg, id, model.Request{Actor: "ann", Command: c})
	if err != nil {
		s.t.Fatal(err)
	}
	return r.Incident.ID
}

// live lists what has not left.
func (s *stage) live() []outbox.Message {
	s.t.Helper()
	list, err := s.store.Outbox(bg, storage.OutboxFilter{})
	if err != nil {
		s.t.Fatal(err)
	}
	return list
}

// approve says yes to all that waits for one.
func (s *stage) approve() {
	s.t.Helper()
	for _, m := range s.live() {
		if m.State == outbox.Drafted {
			if _, err := s.store.Handle(bg, m.N, "ann", outbox.Step{Verb: outbox.DoApprove}); err != nil {
				s.t.Fatal(err)
			}
		}
	}
}

// drain sends what can be sent, saying yes to everything, for at most a while.
func (s *stage) drain() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(bg, 20*time.Second)
	defer cancel()
	for range 6 { // what is sent causes more: links
		s.approve()
		s.worker.Drain(ctx)
		s.pass(20 * time.Second) // comments wait for more lines
		if len(s.live()) == 0 {
			return
		}
	}
}

// left is what has not left, as text.
func (s *stage) left() string {
	var b strings.Builder
	for _, m := range s.live() {
		b.WriteString(m.Target + " " + string(m.Action) + " " + string(m.State) + ": " + m.Reason + "\n")
	}
	return b.String()
}

func (s *stage) timeline(id string) string {
	s.t.Helper()
	var b strings.Builder
	if err := s.store.Each(bg, id, func(e model.Event) error { b.WriteString(e.Text() + "\n"); return nil }); err != nil {
		s.t.Fatal(err)
	}
	return b.String()
}
