package storage

import (
	"os"
	"testing"
	"time"

	"warroom/model"
)

// The kernel tells that a file is closed before it frees its lock, and tells
// nothing when it does that: whoever has heard looks again.
func TestPresenceLockFreedLate(t *testing.T) {
	s := newStore(t)
	ch := s.Presences(t.Context())
	take(t, s, model.Presence{Person: "ann", Incident: "A"})
	told(t, ch, 5*time.Second, "ann@A")
	path := plant(t, s, seatID(1), "", false)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := lockSeat(f, true); err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(seatLine(`{"person":"eve"}`)); err != nil {
		t.Fatal(err)
	}
	told(t, ch, 5*time.Second, "ann@A eve@")
	other, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	other.Close()
	select {
	case list := <-ch:
		t.Fatalf("eve was taken for dead: %s", brief(list))
	case <-time.After(20 * time.Millisecond):
	}
	began := time.Now()
	if err := unlockRange(f, seatByte); err != nil {
		t.Fatal(err)
	}
	if d := told(t, ch, 2*lookTick, "ann@A").Sub(began); d > time.Second {
		t.Errorf("found only after %s", d)
	}
}
