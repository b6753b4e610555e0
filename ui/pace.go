package ui

import (
	"reflect"
	"sync"
	"time"
	"unsafe"

	tea "charm.land/bubbletea/v2"
)

// pace lets the program sleep while nothing happens. Bubble Tea looks sixty times
// a second whether there is a new frame, which costs about one per cent of a
// processor for as long as a room is open. pace stops that ticker shortly after
// the last message and starts it with the next one.
//
// The ticker is a private field of tea.Program, and there is no option for it in
// v2.1. If a later version has no such field, pace does nothing and a test says
// so.
type pace struct {
	program *tea.Program

	mu     sync.Mutex
	ticker *time.Ticker
	rest   *time.Timer
	looked bool
}

const (
	frameEvery = time.Second / 60
	restAfter  = 3 * frameEvery // long enough for the last frame to be written
)

// tickerOf finds the renderer's ticker, nil if there is none.
func tickerOf(p *tea.Program) *time.Ticker {
	f := reflect.ValueOf(p).Elem().FieldByName("ticker")
	if !f.IsValid() || f.Type() != reflect.TypeFor[*time.Ticker]() {
		return nil
	}
	return *(**time.Ticker)(unsafe.Pointer(f.UnsafeAddr()))
}

// wake is called with every message, from the program's own goroutine.
func (p *pace) wake() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.looked {
		p.looked = true
		if p.ticker = tickerOf(p.program); p.ticker != nil {
			p.rest = time.AfterFunc(restAfter, p.sleep)
			return
		}
	}
	if p.ticker == nil {
		return
	}
	if !p.rest.Reset(restAfter) { // it was asleep
		p.ticker.Reset(frameEvery)
	}
}

func (p *pace) sleep() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ticker.Reset(24 * time.Hour)
}

// still is how long nobody has to press a key or write before the clocks on the
// screen go in steps of stillTick instead of seconds.
const (
	still     = time.Minute
	stillTick = 10 * time.Second
)

// tick wakes the clocks at the next full second, or less often while nothing is
// about to become due and nobody is there.
func (a *App) tick() tea.Cmd {
	if a.pace == nil { // no terminal: whoever drives the program has the clock
		return nil
	}
	step := time.Second
	if a.now.Sub(a.active) > still && !a.dueSoon() {
		step = stillTick
	}
	now, run := a.cfg.Now, a.clock
	wait := time.Until(time.Now().Truncate(step).Add(step))
	return tea.Tick(wait, func(time.Time) tea.Msg { return tickMsg{now(), run} })
}

// stir notes that somebody did something. Clocks that were going slowly go by
// the second again, and the slow ones are forgotten.
func (a *App) stir() tea.Cmd {
	slow := a.now.Sub(a.active) > still
	a.active = a.now
	if !slow {
		return nil
	}
	a.clock++
	return a.tick()
}

// dueSoon reports whether seconds matter: something is due within two minutes or
// has just become overdue.
func (a *App) dueSoon() bool {
	for _, c := range a.clocks() {
		if left := c.Due.Sub(a.now); left < 2*minute && left > -2*minute {
			return true
		}
	}
	return false
}
