package outbound

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"maps"
	mrand "math/rand/v2"
	"slices"
	"sync"
	"time"

	"warroom/model"
	"warroom/model/outbox"
)

// Queue is what the worker needs of the record.
type Queue interface {
	Claim(ctx context.Context, holder string, able []string, lease time.Duration) (outbox.Claim, error)
	Settle(ctx context.Context, j outbox.Job, r outbox.Result, random float64) (outbox.Message, error)
	Release(ctx context.Context, holder string) error
}

// Worker carries out the queue. Any number of them may run on one record: the
// lease lets one work at a time.
type Worker struct {
	Queue  Queue
	Config outbox.Config
	Options
	Lease  time.Duration        // 0: 30 s
	Linger time.Duration        // how long Drain waits for a message's time; 0: 2 s
	Logf   func(string, ...any) // faults of the record; nil: nowhere
	Report func(outbox.Message) // each attempt that was settled; may be nil

	holder  string
	vendors map[string]Vendor
	last    map[string]time.Time
	unable  map[string]lack
	mu      sync.Mutex
}

// lack is why there is no vendor, and when that was found.
type lack struct {
	why string
	at  time.Time
}

const (
	leaseLength = 30 * time.Second
	leaseMargin = 5 * time.Second // of the lease that nothing is sent in
	recordPause = time.Second     // after a fault of the record

	equipAgain = time.Minute // between two looks for credentials that are missing

	settlePatience = 2 * time.Second
	linger         = 2 * time.Second
)

func (w *Worker) start() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.holder != "" {
		return
	}
	var b [8]byte
	rand.Read(b[:])
	w.holder = hex.EncodeToString(b[:])
	w.vendors, w.last, w.unable = map[string]Vendor{}, map[string]time.Time{}, map[string]lack{}
	if w.Lease == 0 {
		w.Lease = leaseLength
	}
	if w.Linger == 0 {
		w.Linger = linger
	}
	if w.Now == nil {
		w.Now = time.Now
	}
	if w.Pause == nil {
		w.Pause = Pace
	}
	if w.Logf == nil {
		w.Logf = func(string, ...any) {}
	}
}

// Run sends until ctx ends. A value on wake says that there may be something new.
// When ctx ends, requests under way are broken off; what became of them is found
// out by whoever sends next.
func (w *Worker) Run(ctx context.Context, wake <-chan struct{}) { w.run(ctx, wake, false) }

// Drain sends until nothing can be sent any more without waiting for a time, a
// person or another worker.
func (w *Worker) Drain(ctx context.Context) { w.run(ctx, nil, true) }

func (w *Worker) run(ctx context.Context, wake <-chan struct{}, drain bool) {
	w.start()
	done := make(chan struct{}, 64)
	under := 0
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for ctx.Err() == nil {
		c, err := w.claim(ctx)
		if err != nil && ctx.Err() == nil {
			w.Logf("the queue cannot be read: %s", model.Message(err))
			c.Wake = w.Now().Add(recordPause)
		}
		for _, j := range c.Jobs {
			under++
			go func() {
				w.one(ctx, j, c.Until)
				done <- struct{}{}
			}()
		}
		if drain && under == 0 && (err != nil || c.Theirs || c.Wake.IsZero() || c.Wake.After(w.Now().Add(w.Linger))) {
			break
		}
		wait := time.Hour
		if !c.Wake.IsZero() {
			wait = max(10*time.Millisecond, c.Wake.Sub(w.Now()))
			if under > 0 { // whatever ends will have us look again
				wait = max(wait, 100*time.Millisecond)
			}
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-done:
			under--
		case <-wake:
		}
	}
	for ; under > 0; under-- {
		<-done
	}
	final, cancel := context.WithTimeout(context.WithoutCancel(ctx), 300*time.Millisecond)
	defer cancel()
	_ = w.Queue.Release(final, w.holder)
}

// claim asks for work. Credentials are looked for only when there is something
// that needs them: their source may ask a person.
func (w *Worker) claim(ctx context.Context) (outbox.Claim, error) {
	c, err := w.Queue.Claim(ctx, w.holder, w.able(), w.Lease)
	for _, name := range c.Unable {
		if w.equip(ctx, name) {
			more, err := w.Queue.Claim(ctx, w.holder, w.able(), w.Lease)
			more.Jobs = append(c.Jobs, more.Jobs...)
			if more.Until.IsZero() {
				more.Until = c.Until
			}
			if err != nil {
				return more, err
			}
			c = more
		}
	}
	if len(c.Unable) > 0 { // a token may turn up
		if again := w.Now().Add(equipAgain); c.Wake.IsZero() || again.Before(c.Wake) {
			c.Wake = again
		}
	}
	return c, err
}

// able lists the targets whose vendors are there.
func (w *Worker) able() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Sorted(maps.Keys(w.vendors))
}

// Unable says, by target, why something that is to be sent cannot be sent from
// here.
func (w *Worker) Unable() map[string]string {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := map[string]string{}
	for n, l := range w.unable {
		out[n] = l.why
	}
	return out
}

// equip makes the vendor of a target, if its credentials can be had here.
func (w *Worker) equip(ctx context.Context, name string) bool {
	w.mu.Lock()
	l, tried := w.unable[name]
	w.mu.Unlock()
	if tried && w.Now().Sub(l.at) < equipAgain {
		return false
	}
	t, ok := w.Config.Targets[name]
	why := "outbound.yaml has no target " + name + " any more"
	if ok {
		v, err := New(ctx, name, t, w.Options)
		if err == nil {
			w.mu.Lock()
			w.vendors[name] = v
			delete(w.unable, name)
			w.mu.Unlock()
			return true
		}
		why = model.Message(err)
	}
	w.mu.Lock()
	w.unable[name] = lack{why, w.Now()}
	w.mu.Unlock()
	return false
}

// one carries out a message and writes down what came of it.
func (w *Worker) one(ctx context.Context, j outbox.Job, until time.Time) {
	r := w.send(ctx, j, until)
	if r.Verdict == outbox.Denied {
		w.mu.Lock()
		delete(w.vendors, j.Target) // the next try asks for the secret anew
		w.mu.Unlock()
	}
	for {
		// What is known now must not be lost because the program is leaving.
		keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), settlePatience)
		m, err := w.Queue.Settle(keep, j, r, mrand.Float64())
		cancel()
		if err == nil {
			if w.Report != nil {
				w.Report(m)
			}
			return
		}
		w.Logf("message %d: what came of it could not be written: %s", j.N, model.Message(err))
		select {
		case <-time.After(recordPause):
		case <-ctx.Done():
			return // whoever sends next finds out
		}
	}
}

func (w *Worker) send(ctx context.Context, j outbox.Job, until time.Time) outbox.Result {
	w.mu.Lock()
	v := w.vendors[j.Target]
	wait := w.last[j.Target].Add(w.Pause(j.Vendor)).Sub(w.Now())
	w.mu.Unlock()
	if v == nil { // its credentials were refused a moment ago
		return outbox.Result{Verdict: outbox.Again, Reason: "the credentials are looked for again"}
	}
	if wait > 0 {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return outbox.Result{Verdict: outbox.Again, Reason: "we left before it was sent"}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, until.Sub(w.Now())-w.margin())
	defer cancel()
	defer func() {
		w.mu.Lock()
		w.last[j.Target] = w.Now()
		w.mu.Unlock()
	}()
	j.Content = redacted(j.Content)
	return v.Send(ctx, j)
}

func (w *Worker) margin() time.Duration { return min(leaseMargin, w.Lease/4) }

// redacted is the last door: whatever was planned, by whichever version, no text
// that looks like a credential passes it.
func redacted(c outbox.Content) outbox.Content {
	c.Title, _ = outbox.Redact(c.Title)
	c.Text, _ = outbox.Redact(c.Text)
	return c
}
