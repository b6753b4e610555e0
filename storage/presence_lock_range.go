//go:build linux || windows

package storage

import "os"

// seatByte lies behind all that is ever written: a locked byte cannot be read by
// others on some systems.
const seatByte = 1 << 40

// lockSeat takes a lock on the file of a seat that ends when f is closed, or
// fails at once: exclusive to live in it, shared to see whether somebody does.
func lockSeat(f *os.File, exclusive bool) error { return lockRange(f, seatByte, exclusive, false) }
