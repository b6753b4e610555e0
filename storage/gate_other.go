//go:build !windows && (!unix || solaris)

package storage

import (
	"errors"
	"os"
)

// There are no such locks here: the gate is not used.

func lockRange(*os.File, int64, bool, bool) error { return errors.ErrUnsupported }
func unlockRange(*os.File, int64) error           { return errors.ErrUnsupported }
