package storage

import (
	"errors"

	"golang.org/x/sys/windows"
)

const openGently = 0

// isHeld reports whether err of lockSeat means that somebody has the lock.
func isHeld(err error) bool {
	return errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING)
}
