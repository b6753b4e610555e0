package ui

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"testing"
	"time"

	"warroom/integrations/outbound"
	"warroom/model"
	"warroom/model/outbox"
	"warroom/storage"
)

// BenchmarkKeysWithDeadVendors works in a room whose queue is full while one
// vendor takes every connection and never answers, and the name of the other
// cannot be looked up and takes seconds to say so. It reports the time from a key
// to the finished frame beside that of the same keys without a worker, and how
// long the worker takes to let go.
func BenchmarkKeysWithDeadVendors(b *testing.B) {
	for b.Loop() {
		amongTheDead(b)
	}
}

func amongTheDead(b *testing.B) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer mute.Close()
	go func() {
		for {
			c, err := mute.Accept()
			if err != nil {
				return
			}
			defer c.Close()
		}
	}()
	conf, err := outbox.ParseConfig("outbound.yaml", fmt.Appendf(nil, `
targets:
  slack: {url: "http://%[1]s/api/"}
  jira: {url: "https://jira.invalid", user: ann@example.com, project: OPS}
  hook: {vendor: webhook, url: "http://%[1]s/hook"}
`, mute.Addr()))
	if err != nil {
		b.Fatal(err)
	}
	s, id := benchRecord(b, ctx, filepath.Join(b.TempDir(), "warroom.db"), storage.Options{Outbound: conf})
	for n := range 200 {
		if _, err := s.Do(ctx, id, model.Request{Actor: "ana", Command: model.AddNote{Text: fmt.Sprint("line ", n), Important: true}}); err != nil {
			b.Fatal(err)
		}
	}
	room := sitDown(ctx, s, Config{Outside: &benchPort{s, conf}, Actor: "ana", Incident: id}, 200, 60)
	go room.run(ctx)
	measure := func(d time.Duration) []time.Duration {
		while, stop := context.WithTimeout(ctx, d)
		defer stop()
		return room.works(while, nil, "Q", "down", "f", "up", "esc", "up", "down")
	}
	alone := measure(2 * time.Second)
	w := &outbound.Worker{Queue: s, Config: conf, Options: outbound.Options{
		Secrets: outbound.Secrets{Getenv: func(string) string { return "x-token-of-a-test" }},
		Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if addr != mute.Addr().String() {
				<-ctx.Done() // a name server that does not answer
				return nil, &net.DNSError{Err: "timeout", Name: addr, IsTimeout: true}
			}
			return (&net.Dialer{}).DialContext(ctx, network, addr)
		},
	}}
	work, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	wake := make(chan struct{})
	go func() { w.Run(work, wake); close(done) }()
	dead := measure(6 * time.Second)
	began := time.Now()
	stop()
	<-done
	let := time.Since(began)
	rows, err := s.Outbox(ctx, storage.OutboxFilter{})
	if err != nil || len(rows) < 200 {
		b.Errorf("%d messages are left: %v", len(rows), err)
	}
	waited(b, "alone", alone)
	waited(b, "dead", dead)
	b.ReportMetric(float64(let)/1e6, "stop-ms")
}

// benchPort is the queue of a benchmark's record.
type benchPort struct {
	*storage.Store
	conf outbox.Config
}

func (p *benchPort) Targets() []outbox.Named                               { return p.conf.List() }
func (p *benchPort) Unable() map[string]string                             { return nil }
func (p *benchPort) Fault() string                                         { return "" }
func (p *benchPort) Calls(*model.Incident) []string                        { return nil }
func (p *benchPort) Goes(*model.Incident, model.Audience) []string         { return nil }
func (p *benchPort) Deaf() string                                          { return "" }
func (p *benchPort) Drift(context.Context, *model.Incident) []outbox.Drift { return nil }
func (p *benchPort) Queue(ctx context.Context, all bool) ([]outbox.Message, map[string]outbox.Gate, error) {
	rows, err := p.Outbox(ctx, storage.OutboxFilter{All: all})
	if err != nil {
		return nil, nil, err
	}
	g, err := p.Gates(ctx)
	return rows, g, err
}
