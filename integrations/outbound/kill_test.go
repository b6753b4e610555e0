package outbound_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"warroom/integrations/outbound"
	"warroom/model"
	"warroom/model/outbox"
	"warroom/storage"
)

// The killed workers are this binary, started again with the record in the
// environment.
const childRecord, childConfig, childAhead, childEnd = "WARROOM_OUTBOUND_RECORD", "WARROOM_OUTBOUND_CONFIG", "WARROOM_OUTBOUND_AHEAD", "WARROOM_OUTBOUND_END"

func TestMain(m *testing.M) {
	if path := os.Getenv(childRecord); path != "" {
		os.Exit(child(path))
	}
	os.Exit(m.Run())
}

func child(path string) int {
	ahead, _ := strconv.ParseInt(os.Getenv(childAhead), 10, 64)
	now := func() time.Time { return time.Now().Add(time.Duration(ahead)) }
	conf, err := outbox.ParseConfig("outbound.yaml", []byte(os.Getenv(childConfig)))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	s, err := storage.Open(bg, path, storage.Options{Outbound: conf, Now: now})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer s.Close()
	w := newWorker(s, conf)
	w.Now = now
	if how := os.Getenv(childEnd); how != "" {
		time.AfterFunc(500*time.Millisecond, func() { crash(how, w) }) // with requests under way
	}
	w.Drain(bg)
	return 0
}

// crash ends the program as badly as it can end by itself.
func crash(how string, w *outbound.Worker) {
	if how == "quit" {
		quit()
		return
	}
	panic(fmt.Sprintf("%+v %#v", w, w))
}

// Workers are killed with SIGKILL at every stage: before a request is carried
// out, after that and before its answer, after the answer and before it is
// written down, and at any moment. What the vendors count afterwards is exactly
// one of everything.
func TestKilledWorkers(t *testing.T) {
	rounds := 12
	if testing.Short() {
		rounds = 4
	}
	if n, err := strconv.Atoi(os.Getenv("WARROOM_KILL_ROUNDS")); err == nil {
		rounds = n
	}
	s := newStage(t)
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	g := s.rig
	var mu sync.Mutex
	var proc *os.Process
	var left int // requests until the kill
	stage := 0
	kills := [4]int{}
	kill := func() {
		mu.Lock()
		defer mu.Unlock()
		if proc != nil && proc.Kill() == nil {
			kills[stage]++
			proc = nil
		}
	}
	due := func() bool {
		mu.Lock()
		defer mu.Unlock()
		left--
		return left == 0
	}
	at := func() int {
		mu.Lock()
		defer mu.Unlock()
		return stage
	}
	var now atomic.Bool
	g.mu.Lock()
	g.next = func(string, string) fault {
		now.Store(due())
		if now.Load() && at() == 0 {
			kill()
			return brokenEarly
		}
		return fine
	}
	g.after = func(string, string) {
		if !now.Load() {
			return
		}
		switch at() {
		case 1:
			kill()
		case 2:
			mu.Lock()
			wait := time.Duration(rng.IntN(4000)) * time.Microsecond // the moment is to be random
			mu.Unlock()
			go func() {
				time.Sleep(wait)
				kill()
			}()
		}
	}
	g.mu.Unlock()
	for round := range rounds {
		id := s.do("", model.Declare{Title: fmt.Sprint("round ", round), Severity: 1})
		s.do(id, model.AddNote{Text: "customers see errors", Important: true})
		if round%3 == 0 {
			s.do(id, model.SetStatus{To: model.Investigating})
		}
		s.approve()
		s.pass(time.Minute) // the lease of the one before is over, and so is the wait for comments
		mu.Lock()
		stage, left = round%4, 1+rng.IntN(9)
		mu.Unlock()
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childRecord+"="+s.store.Path(), childConfig+"="+g.yaml(), childAhead+"="+strconv.FormatInt(s.ahead.Load(), 10))
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		mu.Lock()
		proc = cmd.Process
		mu.Unlock()
		if stage == 3 {
			mu.Lock()
			wait := time.Duration(20+rng.IntN(150)) * time.Millisecond
			mu.Unlock()
			time.AfterFunc(wait, kill)
		}
		_ = cmd.Wait()
		mu.Lock()
		proc, left = nil, 0
		mu.Unlock()
		if round%3 == 2 { // before what is said to the public is too old
			s.pass(time.Minute)
			s.drain()
		}
	}
	g.mu.Lock()
	g.next, g.after = nil, nil
	g.mu.Unlock()
	for range 40 {
		s.pass(time.Minute)
		s.drain()
		if len(s.live()) == 0 {
			break
		}
	}
	if got := s.left(); got != "" {
		t.Errorf("lost:\n%s", got)
	}
	s.whole(rounds)
	if rep, err := s.store.Audit(bg, ""); err != nil || len(rep.Findings) > 0 {
		t.Error(rep.Findings, err)
	}
	total := 0
	for _, n := range g.calls {
		total += n
	}
	t.Logf("%d rounds, killed before/after handling, after the answer, at random: %v; %d requests", rounds, kills, total)
}
