//go:build unix && !linux

package storage

import (
	"os"

	"golang.org/x/sys/unix"
)

// lockSeat takes a lock on the file of a seat that ends when f is closed, or
// fails at once: exclusive to live in it, shared to see whether somebody does.
// A lock of the process, as the gate's, would end when this process has looked
// at its own file and closes it.
func lockSeat(f *os.File, exclusive bool) error {
	how := unix.LOCK_SH
	if exclusive {
		how = unix.LOCK_EX
	}
	for {
		err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB)
		if err != unix.EINTR {
			return err
		}
	}
}
