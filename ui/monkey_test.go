//go:build unix

package ui

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// Somebody leans on the keyboard, the window changes its size and others write:
// whatever comes, the screen stands. WARROOM_MONKEYS=500 tries more of them.
func TestMonkeys(t *testing.T) {
	n := 4
	if s := os.Getenv("WARROOM_MONKEYS"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	for seed := range n {
		t.Run(strconv.Itoa(seed), func(t *testing.T) { monkey(t, uint64(seed)) })
	}
}

func monkey(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	x := checkout(t, 120, 40)
	x.a.cfg.Inbox = x.store
	if _, err := x.store.ImportHistory(t.Context(), "ana", pastOf(40), nil); err != nil {
		t.Fatal(err)
	}
	x.tells(stormScene()...)
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "kubectl"), []byte(kubectl), 0o755); err != nil {
		t.Fatal(err)
	}
	s := follows(x, bin)
	t.Chdir(t.TempDir()) // some keys write files
	var names []string
	for _, c := range x.a.acts {
		for _, k := range c.keys {
			if k != "ctrl+z" && k != "ctrl+c" {
				names = append(names, k)
			}
		}
	}
	names = append(names, "esc", "esc", "esc", "enter", "enter", "down", "tab", "left", "text:bob", "text:3m", "text:/", "text:\x1b[31m", "backspace", "space")
	windows := []tea.WindowSizeMsg{{Width: 80, Height: 24}, {Width: 120, Height: 40}, {Width: 200, Height: 60}, {Width: 40, Height: 10}, {Width: 20, Height: 5}, {Width: 1, Height: 1}}
	var done []string
	defer func() {
		if p := recover(); p != nil {
			t.Fatalf("seed %d: %v after %s\n%s", seed, p, strings.Join(done[max(0, len(done)-40):], " "), debug.Stack())
		}
	}()
	for i := range 200 {
		switch r.IntN(24) {
		case 0:
			w := windows[r.IntN(len(windows))]
			done = append(done, fmt.Sprintf("%dx%d", w.Width, w.Height))
			x.send(w)
		case 1:
			done = append(done, "(bob writes)")
			if x.a.room != nil {
				_, _ = x.store.Do(t.Context(), x.a.room.inc.ID, model.Request{Actor: "bob", Command: model.AddNote{Text: strconv.Itoa(i)}})
				x.run(x.a.reload())
			}
		case 2:
			x.wait(time.Duration(r.IntN(20)) * time.Minute)
			done = append(done, "(time)")
			_, _ = x.a.Update(tickMsg{*x.clock, x.a.clock})
		default:
			k := names[r.IntN(len(names))]
			done = append(done, k)
			s.keys(k)
		}
		_ = x.a.View()
	}
}
