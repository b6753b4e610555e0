package ui

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

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
	s, id := benchRecord(b, ctx, path, storage.Options{})
	other := benchStore(b, ctx, path, storage.Options{})
	room := sitDown(ctx, s, Config{Inbox: s, Actor: "ana", Incident: id}, 200, 60)
	go room.run(ctx)
	came := make(chan struct{})
	began := time.Now()
	var took time.Duration
	go func() {
		defer close(came)
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
		took = time.Since(began)
	}()
	var lines []time.Duration
	wrote := make(chan struct{})
	go func() {
		defer close(wrote)
		for n := 0; ; n++ {
			select {
			case <-came:
				return
			case <-time.After(200 * time.Millisecond):
			}
			began := time.Now()
			if _, err := s.Do(ctx, id, model.Request{Actor: "ana", Command: model.AddNote{Text: fmt.Sprint("line ", n)}}); err != nil {
				b.Error(err)
			}
			lines = append(lines, time.Since(began))
		}
	}()
	keys := room.works(ctx, came, "4", "down", "up", "1", "up")
	<-wrote
	b.ReportMetric(float64(total)/took.Seconds(), "alerts/s")
	waited(b, "key", keys)
	waited(b, "line", lines)
}

func stormAlert(k int) alert.Alert {
	a := firing(fmt.Sprint("Rule", k%20), fmt.Sprint("svc", k%100), fmt.Sprint("host-", k), time.Duration(k%600)*time.Second, model.Severity(1+k%3))
	a.Timestamp = time.Now().Add(-time.Duration(k%600) * time.Second)
	a.ID = fmt.Sprint(k)
	return a
}
