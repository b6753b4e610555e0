//go:build unix

package ui

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"warroom/model"
	"warroom/model/alert"
	"warroom/model/play"
	"warroom/runbooks/library"
	"warroom/runbooks/proc"
	"warroom/runbooks/runner"
)

func TestMain(m *testing.M) {
	proc.Keep() // commands of runbooks are kept by this program itself
	os.Exit(m.Run())
}

// kubectl stands in for the real one: it says what a cluster would, and keeps a
// list of how it was called.
const kubectl = `#!/bin/sh
echo "$@" >>"$(dirname "$0")/calls"
case "$*" in
*get*jsonpath*deployment*) echo 42;;
*"top pods"*) printf 'NAMESPACE  NAME        CPU(cores)\nshop       orders-7f9  930m\n';;
*"scale deployment"*) echo "deployment.apps/$3 scaled";;
*dry-run*) printf 'image: orders:41\n';;
*"-o yaml"*) printf 'image: orders:42\n';;
*"rollout history"*) printf 'REVISION  CHANGE-CAUSE\n40        orders 2.30.1\n41        orders 2.30.4\n42        orders 2.31.0\n';;
*"rollout status"*) if test -e "$(dirname "$0")/broken"; then echo 'error: orders exceeded its progress deadline' >&2; exit 1; fi; echo 'orders successfully rolled out';;
*) echo ok;;
esac
`

// shown is a runner whose list has only what a test brings, so that its screens
// do not change with what is built in.
type shown struct {
	*runner.Runner
	busy int // what it says runs, if more than does
}

func (s shown) Busy() int { return max(s.busy, s.Runner.Busy()) }

func (s shown) Cards(inc *model.Incident) []play.Card {
	return slices.DeleteFunc(s.Runner.Cards(inc), func(c play.Card) bool {
		return c.Origin == string(library.BuiltIn) && !slices.Contains([]string{"db-migrate", "cdn-fastly", "disk-full"}, c.ID)
	})
}

// stepper is a seat at the screen of runbooks, with commands that really run.
type stepper struct {
	*seat
	run    shown
	bin    string
	wrote  *heard
	others []*stepper           // who hears it, too
	held   map[string][]tea.Cmd // what waits for a clock or a command
	lib    *library.Library
	told   []alert.Alert // by monitoring, about the incident
	early  bool          // the room hears of an end before the desk does
}

// heard is a record that keeps what the runner wrote for the screen to hear, as the
// watch of the real one would.
type heard struct {
	runner.Store
	mu       sync.Mutex
	receipts []model.Receipt
}

func (h *heard) Do(ctx context.Context, id string, r model.Request) (model.Receipt, error) {
	rec, err := h.Store.Do(ctx, id, r)
	if err == nil {
		h.mu.Lock()
		h.receipts = append(h.receipts, rec)
		h.mu.Unlock()
	}
	return rec, err
}

// hears tells the screen what the runner wrote: the end of an action, and what comes
// after it, only once the desk knows that it has ended, so that a view does not
// depend on how fast a command is.
func (s *stepper) hears() {
	s.t.Helper()
	for {
		s.wrote.mu.Lock()
		list := s.wrote.receipts
		s.wrote.receipts = nil
		s.wrote.mu.Unlock()
		if len(list) == 0 {
			return
		}
		for k, r := range list {
			if len(s.held["job"]) > 0 && !s.early && slices.ContainsFunc(r.Events, func(e model.Event) bool { return e.Kind == model.KindActionEnded }) {
				s.wrote.mu.Lock()
				s.wrote.receipts = append(slices.Clone(list[k:]), s.wrote.receipts...)
				s.wrote.mu.Unlock()
				return
			}
			s.hear(r)
			for _, o := range s.others {
				o.hear(r)
			}
		}
	}
}

// keys presses keys one by one; what they write is heard before the next.
func (s *stepper) keys(names ...string) {
	s.t.Helper()
	for _, n := range names {
		s.seat.keys(n)
		s.hears()
		_ = s.screen() // every key is seen before the next
	}
}

// follows gives a seat something that follows runbooks.
func follows(x *seat, bin string) *stepper {
	x.t.Helper()
	s := &stepper{seat: x, bin: bin, wrote: &heard{Store: x.store}, held: map[string][]tea.Cmd{}}
	s.lib = library.Load([]library.Dir{{Path: filepath.Join("testdata", "books"), Origin: library.Folder}, {Path: filepath.Join("..", "runbooks", "testdata"), Origin: library.User}})
	s.run.Runner = runner.New(runner.Config{
		Store: s.wrote, Actor: x.a.cfg.Actor, Library: func() *library.Library { return s.lib },
		Dir: filepath.Join(bin, "runs"), Environ: []string{"PATH=" + bin + ":" + os.Getenv("PATH")}, Now: func() time.Time { return *x.clock },
		Alerts: func(string) []alert.Alert { return s.told },
	})
	x.t.Cleanup(s.run.Close)
	x.a.cfg.Runner = &s.run
	x.a.hold = func(what string, cmd tea.Cmd) tea.Cmd {
		s.held[what] = append(s.held[what], cmd)
		return nil
	}
	return s
}

func sitStepping(t *testing.T, w, h int) *stepper {
	t.Helper()
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "kubectl"), []byte(kubectl), 0o755); err != nil {
		t.Fatal(err)
	}
	s := follows(sit(t, w, h), bin)
	s.declare("Orders are slow")
	s.keys("esc", "3")
	return s
}

// shelves are further books of the tests, which are on the shelf only where a test
// puts them there.
func (s *stepper) shelves(dirs ...string) {
	s.t.Helper()
	var list []library.Dir
	for _, d := range dirs {
		list = append(list, library.Dir{Path: d, Origin: library.Folder})
	}
	s.lib = library.Load(list)
	s.seat.send(bookShelfMsg{})
	s.hears()
}

// put writes a file beside the programs that stand in for the real ones.
func (s *stepper) put(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.bin, name), []byte(text), 0o755); err != nil {
		s.t.Fatal(err)
	}
}

// calls is how kubectl was called, a call a line.
func (s *stepper) calls() string {
	b, _ := os.ReadFile(filepath.Join(s.bin, "calls"))
	return string(b)
}

// look compares the screen with its picture, as text.
func (s *stepper) look(what string) {
	s.t.Helper()
	s.t.(*testing.T).Run(what, func(t *testing.T) { golden.RequireEqual(t, strip(s.a)) })
}

// next lets what waits for something of a kind go on, the newest first: at most
// one message.
func (s *stepper) next(what string) {
	s.t.Helper()
	list := s.held[what]
	if len(list) == 0 {
		s.t.Fatalf("nothing waits for the %s", what)
	}
	s.held[what] = nil
	s.seat.run(list[len(list)-1])
	s.hears()
}

// ends follows what runs to its end.
func (s *stepper) ends() {
	s.t.Helper()
	for n := 0; s.a.books().job != nil; n++ {
		if n > 1000 {
			s.t.Fatal("it does not end")
		}
		s.next("job")
	}
}

// begin opens a runbook by its name.
func (s *stepper) begin(name string) {
	s.t.Helper()
	s.keys("f", "text:"+name, "enter")
}

func (s *stepper) incident() *model.Incident {
	s.t.Helper()
	inc, err := s.store.Incident(context.Background(), s.a.room.inc.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return inc
}

var bookSizes = []struct{ w, h int }{{40, 12}, {80, 24}, {120, 40}, {200, 60}}

func TestGoldenBooks(t *testing.T) {
	for _, size := range bookSizes {
		name := fmt.Sprintf("%dx%d", size.w, size.h)
		t.Run(name, func(t *testing.T) {
			s := sitStepping(t, size.w, size.h)
			look := s.look
			look("list")
			s.begin("orders-slow")
			look("begun")
			s.keys("enter")
			look("running")
			s.ends()
			look("output-stays")
			s.keys("enter")
			s.ends()
			s.wait(20 * time.Second)
			look("failed")
			s.keys("x", "text:known", "enter")
			look("passed-over")
			s.keys("enter")
			look("value")
			s.keys("right", "right", "enter", "enter")
			look("confirm")
			s.keys("pgdown", "y")
			s.ends()
			s.keys("enter")
			look("verdict")
			s.keys("1", "space")
			look("all-done")
			s.keys("E")
			if err := s.run.SetGate(context.Background(), s.a.books().of, "orders-slow"); err != nil {
				t.Fatal(err)
			}
			s.hears()
			look("gate")
			s.keys("v")
			look("gate-choice")
			s.keys("esc", "esc")
			s.begin("orders-back")
			look("target")
			for _, v := range []string{"prod-eu", "orders-api", "41"} {
				s.keys("text:"+v, "tab")
			}
			s.keys("enter")
			s.forward("enter")
			look("rollback")
			s.keys("enter")
			look("typed-target")
			s.keys("text:orders", "enter")
			look("wrong-target")
		})
	}
}

func strip(a *App) string { return ansi.Strip(a.View().Content) }

// forward runs what only looks, by itself or by a key, until the step that changes
// something is reached.
func (s *stepper) forward(key string) {
	s.t.Helper()
	for range 20 {
		if s.a.books().stepID() == "execute" {
			return
		}
		if s.a.books().job == nil {
			s.keys(key)
		}
		s.ends()
	}
	s.t.Fatalf("the rollback does not get to what it is for:\n%s", s.screen())
}
