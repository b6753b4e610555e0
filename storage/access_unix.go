//go:build unix

package storage

import (
	"path/filepath"

	"golang.org/x/sys/unix"

	"warroom/model"
)

// writeProtected says why the record at path cannot be written, "" if it can.
func writeProtected(path string) string {
	dir := filepath.Dir(path)
	if err := unix.Access(dir, unix.W_OK|unix.X_OK); err != nil {
		return "its folder " + model.Brief(dir, 200) + " cannot be written from here (" + err.Error() + "), so nothing can be added; what others write shows when it is opened again"
	}
	if err := unix.Access(path, unix.W_OK); err != nil {
		return "the file " + model.Brief(path, 200) + " cannot be written from here (" + err.Error() + ")"
	}
	return ""
}
