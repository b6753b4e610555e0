//go:build unix && !linux && !solaris

package storage

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// Locks of the process: enough, since one process has one writer per record.

func lockRange(f *os.File, off int64, exclusive, wait bool) error {
	cmd := unix.F_SETLK
	if wait {
		cmd = unix.F_SETLKW
	}
	kind := int16(unix.F_RDLCK)
	if exclusive {
		kind = unix.F_WRLCK
	}
	for {
		err := unix.FcntlFlock(f.Fd(), cmd, &unix.Flock_t{Type: kind, Whence: io.SeekStart, Start: off, Len: 1})
		if err != unix.EINTR {
			return err
		}
	}
}

func unlockRange(f *os.File, off int64) error {
	return unix.FcntlFlock(f.Fd(), unix.F_SETLK, &unix.Flock_t{Type: unix.F_UNLCK, Whence: io.SeekStart, Start: off, Len: 1})
}
