package storage

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"warroom/model"
)

func TestManySeats(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.db")
	s := openStore(t, path, Options{})
	ch := s.Presences(t.Context())
	const own, others = 40, 10
	var want []string
	began := time.Now()
	var wg sync.WaitGroup
	for i := range own {
		want = append(want, fmt.Sprintf("p%02d@A", i))
		wg.Go(func() { take(t, s, model.Presence{Person: fmt.Sprintf("p%02d", i), Incident: "A"}) })
	}
	var children []*child
	for i := range others {
		name := fmt.Sprintf("q%02d", i)
		want = append(want, name+"@A")
		children = append(children, start(t, path, "sit", name))
	}
	for _, c := range children {
		c.expect("READY")
		fmt.Fprintln(c.in, "set A false")
	}
	wg.Wait()
	told(t, ch, 20*time.Second, strings.Join(want, " "))
	t.Logf("50 seats are taken and seen after %s", time.Since(began))
	for _, c := range children {
		c.at()
	}
	began = time.Now()
	if got := present(t, s); got != strings.Join(want, " ") {
		t.Error(got)
	}
	t.Logf("looked through in %s", time.Since(began))
	for _, c := range children {
		c.cmd.Process.Kill()
	}
	told(t, ch, 5*time.Second, strings.Join(want[:own], " "))
	s.Close()
	if left := seatFiles(t, s); len(left) > 0 {
		t.Errorf("Close left %d seats", len(left))
	}
}

// Who is read while they write is here all the same.
func TestPresenceReadWhileWritten(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	s := newStore(t)
	st := take(t, s, model.Presence{Person: "ann", Incident: "A"})
	name := filepath.Base(seatFiles(t, s)[0])
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			if err := st.Set(model.Presence{Person: "ann", Incident: strings.Repeat("A", i%50)}); err != nil {
				t.Error(err)
				return
			}
		}
	}()
	n := 0
	for began := time.Now(); time.Since(began) < 3*time.Second; n++ {
		if _, known, alive := s.visit(name); !known || !alive {
			t.Fatalf("look %d: known %v, alive %v", n, known, alive)
		}
	}
	close(stop)
	<-ended
	t.Logf("looked %d times", n)
}

// Many come and go at once in front of many who look: nobody is taken for dead.
func TestPresenceComingAndGoing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.db")
	s := openStore(t, path, Options{})
	take(t, s, model.Presence{Person: "ann", Incident: "A"})
	stop := make(chan struct{})
	var lookers, comers sync.WaitGroup
	for range 4 {
		lookers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if got := present(t, s); !strings.HasPrefix(got, "ann@A") {
					t.Errorf("ann is not here: %q", got)
					return
				}
			}
		})
	}
	for k := range 4 {
		other := openStore(t, path, Options{})
		ch := other.Presences(t.Context())
		comers.Go(func() {
			for range 50 {
				p := model.Presence{Person: fmt.Sprint("p", k), Incident: "A"}
				st := take(t, other, p)
				for range 5 { // written while others read
					p.Incident += "A"
					if err := st.Set(p); err != nil {
						t.Error(err)
					}
					list := must(other.Present(bg))
					if !slices.ContainsFunc(list, p.SamePlace) {
						t.Errorf("%s is not in %s", brief([]model.Presence{p}), brief(list))
					}
				}
				if err := st.Leave(); err != nil {
					t.Error(err)
				}
			}
		})
		_ = ch
	}
	comers.Wait()
	close(stop)
	lookers.Wait()
	if got := present(t, s); got != "ann@A" {
		t.Error(got)
	}
	if left := seatFiles(t, s); len(left) != 1 {
		t.Errorf("%d files are left", len(left))
	}
}
