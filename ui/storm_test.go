package ui

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/alert"
	"warroom/storage"
)

// BenchmarkKeysInAStorm works in the room and on the screen of alerts while
// another process takes in 50,000 alerts as fast as it can. It reports the time
// from a key to the finished frame, from a line to its acknowledgement, and how
// fast the alerts came.
func BenchmarkKeysInAStorm(b *testing.B) {
	for b.Loop() {
		inAStorm(b, 50_000)
	}
}

func inAStorm(b *testing.B, total int) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	path := filepath.Join(b.TempDir(), "warroom.db")
	s, err := storage.Open(ctx, path, storage.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	other, err := storage.Open(ctx, path, storage.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer other.Close()
	r, err := s.Do(ctx, "", model.Request{Actor: "ana", Command: model.Declare{Title: "everything is down", Severity: 1}})
	if err != nil {
		b.Fatal(err)
	}
	a := newApp(ctx, Config{Store: s, Inbox: s, Actor: "ana", Now: time.Now, Incident: r.Incident.ID})
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
	came := make(chan time.Duration, 1)
	go func() {
		began := time.Now()
		const batch = 1000
		for n := 0; n < total; n += batch {
			list := make([]alert.Alert, batch)
			for i := range list {
				list[i] = stormAlert(n + i)
			}
			if _, err := other.Ingest(ctx, list); err != nil {
				b.Error(err)
				break
			}
		}
		came <- time.Since(began)
	}()
	var frames, lines []time.Duration
	var sent time.Time
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	keys := []tea.KeyPressMsg{{Code: '4', Text: "4"}, {Code: tea.KeyDown}, {Code: tea.KeyUp}, {Code: '1', Text: "1"}, {Code: tea.KeyUp}}
	var took time.Duration
	for n := 0; took == 0; n++ {
		select {
		case took = <-came:
		case c, ok := <-changes:
			handle(changeMsg{c, ok})
		case m := <-msgs:
			if d, ok := m.(doneMsg); ok {
				if d.err != nil {
					b.Error(d.err)
				}
				lines = append(lines, time.Since(sent))
				sent = time.Time{}
			}
			handle(m)
		case <-tick.C:
			began := time.Now()
			handle(keys[n%len(keys)])
			_ = a.View()
			frames = append(frames, time.Since(began))
			if sent.IsZero() && a.room != nil && n%20 == 0 {
				sent = time.Now()
				run(a.send(job{incident: r.Incident.ID, request: model.Request{Command: model.AddNote{Text: fmt.Sprint("line ", n)}}}))
			}
		}
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	slices.Sort(frames)
	slices.Sort(lines)
	b.ReportMetric(float64(total)/took.Seconds(), "alerts/s")
	b.ReportMetric(ms(frames[len(frames)/2]), "key-p50-ms")
	b.ReportMetric(ms(frames[len(frames)*99/100]), "key-p99-ms")
	b.ReportMetric(ms(frames[len(frames)-1]), "key-max-ms")
	if len(lines) > 0 {
		b.ReportMetric(ms(lines[len(lines)/2]), "line-p50-ms")
		b.ReportMetric(ms(lines[len(lines)-1]), "line-max-ms")
	}
}

func stormAlert(k int) alert.Alert {
	a := firing(fmt.Sprint("Rule", k%20), fmt.Sprint("svc", k%100), fmt.Sprint("host-", k), time.Duration(k%600)*time.Second, model.Severity(1+k%3))
	a.Timestamp = time.Now().Add(-time.Duration(k%600) * time.Second)
	a.ID = fmt.Sprint(k)
	return a
}
