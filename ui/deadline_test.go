package ui

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// stuck is a store that does not answer while it is shut. A deaf one does not
// heed the context either, as a disk that hangs.
type stuck struct {
	Store
	shut, deaf atomic.Bool
	open       chan struct{}
}

func (s *stuck) wait(ctx context.Context) error {
	if !s.shut.Load() {
		return nil
	}
	if s.deaf.Load() {
		<-s.open
		return nil
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-s.open:
		return nil
	}
}

func (s *stuck) Do(ctx context.Context, id string, r model.Request) (model.Receipt, error) {
	if err := s.wait(ctx); err != nil {
		return model.Receipt{}, err
	}
	return s.Store.Do(context.WithoutCancel(ctx), id, r)
}

func (s *stuck) List(ctx context.Context, f model.Filter) ([]model.Summary, error) {
	if err := s.wait(ctx); err != nil {
		return nil, err
	}
	return s.Store.List(ctx, f)
}

func (s *stuck) Search(ctx context.Context, q string, n int) ([]model.Hit, error) {
	if err := s.wait(ctx); err != nil {
		return nil, err
	}
	return s.Store.Search(ctx, q, n)
}

// later runs a command as the program does, beside it; its messages come back
// through the channel.
func later(cmd tea.Cmd) <-chan tea.Msg {
	x := &booth{msgs: make(chan tea.Msg, 100)}
	x.follow(context.Background(), cmd)
	return x.msgs
}

// However long the record does not answer, keys work; after the deadline it is
// said, and the line is back in the input.
func TestStoreThatNeverAnswers(t *testing.T) {
	for _, deaf := range []bool{false, true} {
		t.Run(map[bool]string{false: "heeds the deadline", true: "heeds nothing"}[deaf], func(t *testing.T) {
			x := sit(t, 100, 30)
			s := &stuck{Store: x.store, open: make(chan struct{})}
			x.a.store, x.a.limit = patient{s}, 100*time.Millisecond
			x.declare("api down")
			s.deaf.Store(deaf)
			s.shut.Store(true)

			x.keys("i", "text:do not lose me")
			_, cmd := x.a.Update(press("enter"))
			answers := later(cmd)
			x.keys("esc", "v") // at once, although nothing was answered yet
			x.sees("How bad is it")
			x.keys("esc", "tab", "i", "text:next")
			x.sees("› next")

			select {
			case m := <-answers:
				x.send(m)
			case <-time.After(20 * time.Second):
				t.Fatal("no message after the deadline")
			}
			x.sees("the record does not answer", "↑", "› next")
			id := x.a.composer.retry
			x.keys("backspace", "backspace", "backspace", "backspace", "up")
			if got := x.a.composer.value(); got != "do not lose me" {
				t.Fatalf("the input gives back %q", got)
			}

			// The disk works again. What was on its way arrives, and the same line sent
			// once more is not doubled.
			close(s.open)
			s.shut.Store(false)
			x.a.limit = time.Minute
			x.keys("enter")
			n := 0
			for _, e := range events(t, x) {
				if e.Text() == "do not lose me" {
					n++
					if e.ID != id {
						t.Error("the second try had another id")
					}
				}
			}
			if n != 1 {
				t.Errorf("the line is in the record %d times", n)
			}
		})
	}
}

// A list that could not be read is read again; the search says why it is empty.
func TestReadsHaveADeadline(t *testing.T) {
	x := sit(t, 100, 30)
	s := &stuck{Store: x.store, open: make(chan struct{})}
	x.a.store, x.a.limit = patient{s}, 50*time.Millisecond
	x.declare("api down")
	s.shut.Store(true)
	x.keys("0")
	x.sees("the record does not answer")
	x.keys("/", "text:a")
	x.sees("the record does not answer")
	close(s.open)
	s.shut.Store(false)
	x.keys("esc", "ctrl+l")
	x.lacks("the record does not answer")
	x.sees("api down")
}

// A store that panics ends the program through Bubble Tea, which restores the
// terminal, and not from a goroutine of its own.
func TestCrashReachesTheGuard(t *testing.T) {
	defer func() {
		if cause := recover(); cause == nil || !strings.Contains(cause.(string), "a bug") || !strings.Contains(cause.(string), "deadline_test.go") {
			t.Errorf("recovered %v", cause)
		}
	}()
	_, _ = await(context.Background(), func() (int, error) { panic("a bug") })
}

func TestAwaitWordsTheDeadline(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	_, err := await(ctx, func() (int, error) { <-ctx.Done(); return 0, ctx.Err() })
	if model.CodeOf(err) != model.Busy || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	gone, leave := context.WithCancel(context.Background())
	leave()
	if _, err := await(gone, func() (int, error) { return 0, gone.Err() }); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
