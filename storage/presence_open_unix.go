//go:build unix

package storage

import (
	"errors"

	"golang.org/x/sys/unix"
)

// openGently keeps a link from leading elsewhere and a pipe from blocking.
const openGently = unix.O_NOFOLLOW | unix.O_NONBLOCK

// isHeld reports whether err of lockSeat means that somebody has the lock.
func isHeld(err error) bool { return errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EACCES) }
