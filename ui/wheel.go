package ui

import (
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
)

// wheelMsg is a turn of the mouse wheel over a cell: n notches, upwards if
// negative.
type wheelMsg struct{ x, y, n int }

// dragMsg says that somebody pulls the mouse over the screen with the button
// down, as one does to select text.
type dragMsg struct{}

// wheel stands between the terminal and the program. A touchpad reports hundreds
// of turns a second, each of which would cost a frame; wheel lets the first
// through at once and gathers those that follow within a frame into one. It also
// keeps back what the mouse reports that nothing here reacts to.
type wheel struct {
	send  func(tea.Msg)               // to the program, from another goroutine
	after func(time.Duration, func()) // time.AfterFunc, but for tests
	down  tea.Mouse                   // where the left button went down
	drags bool                        // a drag may still be told of
	mu    sync.Mutex                  // guards what follows, which the timer shares
	open  bool                        // a frame is under way
	held  wheelMsg                    // gathered in it; n is 0 if nothing was
}

// wheelEvery is the time in which turns are gathered: one frame.
const wheelEvery = 16 * time.Millisecond

// dragFrom is how many cells the mouse must be pulled to count as a drag: a hand
// is never quite still.
const dragFrom = 2

// filter is called with each message before the program gets it; nil keeps the
// message back.
func (w *wheel) filter(_ tea.Model, msg tea.Msg) tea.Msg {
	switch m := msg.(type) {
	case tea.MouseWheelMsg:
		return w.turn(m)
	case tea.MouseClickMsg:
		w.down, w.drags = m.Mouse(), m.Button == tea.MouseLeft
	case tea.MouseMotionMsg:
		if w.drags && abs(m.X-w.down.X)+abs(m.Y-w.down.Y) >= dragFrom {
			w.drags = false
			return dragMsg{}
		}
		return nil
	case tea.MouseReleaseMsg:
		return nil
	}
	return msg
}

func abs(n int) int { return max(n, -n) }

func (w *wheel) turn(m tea.MouseWheelMsg) tea.Msg {
	n := 0
	switch m.Button {
	case tea.MouseWheelUp:
		n = -1
	case tea.MouseWheelDown:
		n = 1
	default: // sideways: nothing here is wider than the screen
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open {
		w.held = wheelMsg{m.X, m.Y, w.held.n + n}
		return nil
	}
	w.open = true
	w.after(wheelEvery, w.flush)
	return wheelMsg{m.X, m.Y, n}
}

// flush sends what was gathered. As long as there was something, the next frame
// gathers too.
func (w *wheel) flush() {
	w.mu.Lock()
	m := w.held
	w.held = wheelMsg{}
	if w.open = m.n != 0; w.open {
		w.after(wheelEvery, w.flush)
	}
	w.mu.Unlock()
	if m.n != 0 {
		w.send(m)
	}
}
