//go:build unix

package ui

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// Whatever the order in which a room hears of things when it is opened, it stands.
func TestStartInAnyOrder(t *testing.T) {
	s := sitStepping(t, 100, 30)
	s.begin("Step by step")
	id := s.incident().ID
	for seed := range uint64(60) {
		startAnyhow(t, s, id, seed)
	}
}

func startAnyhow(t *testing.T, s *stepper, id string, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 7))
	a := newApp(context.Background(), Config{Store: s.store, Actor: "bob", Now: func() time.Time { return *s.clock }, Incident: id, Runner: &s.run, Inbox: s.store})
	a.hold = func(string, tea.Cmd) tea.Cmd { return nil }
	pool := []tea.Msg{
		tea.WindowSizeMsg{Width: 100, Height: 30}, tea.FocusMsg{}, tea.BlurMsg{}, bookShelfMsg{}, presentMsg(nil),
		changeMsg{model.Change{}, true}, changeMsg{model.Change{Alerts: true}, true}, tickMsg{*s.clock, 0}, tickMsg{s.clock.Add(time.Hour), 0}, press("3"),
	}
	add := func(cmd tea.Cmd) {
		for list := []tea.Cmd{cmd}; len(list) > 0; {
			c := list[0]
			list = list[1:]
			if c == nil {
				continue
			}
			switch m := c().(type) {
			case nil, tea.QuitMsg:
			case tea.BatchMsg:
				list = append(list, m...)
			default:
				pool = append(pool, m)
			}
		}
	}
	var done []string
	defer func() {
		if p := recover(); p != nil {
			t.Fatalf("seed %d: %v after %s\n%s", seed, p, strings.Join(done, " "), debug.Stack())
		}
	}()
	add(a.Init())
	for n := 0; len(pool) > 0 && n < 200; n++ {
		k := r.IntN(len(pool))
		m := pool[k]
		pool[k] = pool[len(pool)-1]
		pool = pool[:len(pool)-1]
		done = append(done, fmt.Sprintf("%T", m))
		_, cmd := a.Update(m)
		_ = a.View()
		add(cmd)
	}
}
