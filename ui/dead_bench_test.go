package ui

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

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
	s, err := storage.Open(ctx, filepath.Join(b.TempDir(), "warroom.db"), storage.Options{Outbound: conf})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	r, err := s.Do(ctx, "", model.Request{Actor: "ana", Command: model.Declare{Title: "everything is down", Severity: 1}})
	if err != nil {
		b.Fatal(err)
	}
	for n := range 200 {
		if _, err := s.Do(ctx, r.Incident.ID, model.Request{Actor: "ana", Command: model.AddNote{Text: fmt.Sprint("line ", n), Important: true}}); err != nil {
			b.Fatal(err)
		}
	}
	a := newApp(ctx, Config{Store: s, Outside: &benchPort{s, conf}, Actor: "ana", Now: time.Now, Incident: r.Incident.ID})
	msgs := make(chan tea.Msg, 1000)
	var run func(tea.Cmd)
	run = func(c tea.Cmd) {
		if c == nil {
			return
		}
		go func() {
			switch m := c().(type) {
			case nil:
			case tea.BatchMsg:
				for _, c := range m {
					run(c)
				}
			default:
				select {
				case msgs <- m:
				case <-ctx.Done():
				}
			}
		}()
	}
	handle := func(m tea.Msg) {
		_, cmd := a.Update(m)
		run(cmd)
	}
	handle(tea.WindowSizeMsg{Width: 200, Height: 60})
	run(a.Init())
	changes := s.Watch(ctx)
	keys := []tea.KeyPressMsg{{Code: 'Q', Text: "Q"}, {Code: tea.KeyDown}, {Code: 'f', Text: "f"}, {Code: tea.KeyUp}, {Code: tea.KeyEsc}, {Code: tea.KeyUp}, {Code: tea.KeyDown}}
	measure := func(d time.Duration) (frames []time.Duration) {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		end := time.After(d)
		for n := 0; ; n++ {
			select {
			case <-end:
				slices.Sort(frames)
				return frames
			case c, ok := <-changes:
				handle(changeMsg{c, ok})
			case m := <-msgs:
				handle(m)
			case <-tick.C:
				began := time.Now()
				handle(keys[n%len(keys)])
				_ = a.View()
				frames = append(frames, time.Since(began))
			}
		}
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
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(alone[len(alone)/2]), "alone-p50-ms")
	b.ReportMetric(ms(alone[len(alone)-1]), "alone-max-ms")
	b.ReportMetric(ms(dead[len(dead)/2]), "dead-p50-ms")
	b.ReportMetric(ms(dead[len(dead)*99/100]), "dead-p99-ms")
	b.ReportMetric(ms(dead[len(dead)-1]), "dead-max-ms")
	b.ReportMetric(ms(let), "stop-ms")
}

// benchPort is the queue of a benchmark's record.
type benchPort struct {
	*storage.Store
	conf outbox.Config
}

func (p *benchPort) Targets() []outbox.Named                               { return p.conf.List() }
func (p *benchPort) Unable() map[string]string                             { return nil }
func (p *benchPort) Fault() string                                         { return "" }
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
