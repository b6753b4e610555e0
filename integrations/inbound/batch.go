package inbound

import (
	"context"
	"sync"
	"time"

	"warroom/model"
	"warroom/model/alert"
)

// Inbox is where alerts go. What it returns without error is durable.
type Inbox interface {
	Ingest(ctx context.Context, alerts []alert.Alert) (alert.Intake, error)
	SetAside(ctx context.Context, list []alert.Aside) error
}

const (
	batchAlerts = 2000                 // alerts in one commit, unless one request brings more
	batchWait   = 3 * time.Millisecond // how long the first request of a batch waits for company
	waiting     = 256                  // requests that wait for a commit
)

// batcher puts the alerts of many requests into one commit, since a commit costs
// the same for one alert as for a thousand. Each request is answered when its
// own alerts are on the disk.
type batcher struct {
	inbox Inbox
	queue chan wish
	over  chan struct{}
	wg    sync.WaitGroup
}

type wish struct {
	alerts []alert.Alert
	aside  []alert.Aside
	done   chan outcome
}

type outcome struct {
	n   alert.Intake
	err error
}

func newBatcher(in Inbox) *batcher {
	b := &batcher{inbox: in, queue: make(chan wish, waiting), over: make(chan struct{})}
	b.wg.Go(b.run)
	return b
}

var errCrowded = model.Errorf(model.Busy, "too many requests wait already: try again in a moment")

// put hands alerts over and waits until they are durable.
func (b *batcher) put(ctx context.Context, alerts []alert.Alert, aside []alert.Aside) (alert.Intake, error) {
	w := wish{alerts, aside, make(chan outcome, 1)}
	select {
	case b.queue <- w:
	case <-b.over:
		return alert.Intake{}, errCrowded
	default:
		return alert.Intake{}, errCrowded
	}
	select {
	case o := <-w.done:
		return o.n, o.err
	case <-ctx.Done(): // it may be written all the same: the sender repeats it, and nothing is there twice
		return alert.Intake{}, ctx.Err()
	}
}

// close commits what waits and ends.
func (b *batcher) close() {
	close(b.over)
	b.wg.Wait()
}

func (b *batcher) run() {
	for {
		select {
		case w := <-b.queue:
			b.commit(b.gather(w))
		case <-b.over:
			for {
				select {
				case w := <-b.queue:
					b.commit(b.gather(w))
				default:
					return
				}
			}
		}
	}
}

// gather takes what comes within a moment of the first.
func (b *batcher) gather(first wish) []wish {
	list, n := []wish{first}, len(first.alerts)
	wait := time.NewTimer(batchWait)
	defer wait.Stop()
	for n < batchAlerts {
		select {
		case w := <-b.queue:
			list = append(list, w)
			n += len(w.alerts)
		case <-wait.C:
			return list
		}
	}
	return list
}

func (b *batcher) commit(list []wish) {
	var all []alert.Alert
	var aside []alert.Aside
	for _, w := range list {
		all = append(all, w.alerts...)
		aside = append(aside, w.aside...)
	}
	// No request decides over a commit that holds others': it ends by the time
	// limits of the store itself.
	ctx := context.Background()
	err := b.inbox.SetAside(ctx, aside)
	var n alert.Intake
	if err == nil {
		n, err = b.inbox.Ingest(ctx, all)
	}
	if err != nil && len(list) > 1 && model.CodeOf(err) != model.Busy {
		for _, w := range list { // one that cannot be written must not take the others with it
			b.commit([]wish{w})
		}
		return
	}
	for _, w := range list {
		w.done <- outcome{n, err}
	}
}
