//go:build !unix

package storage

import (
	"os"

	"warroom/model"
)

// writeProtected says why the record at path cannot be written, "" if it can.
func writeProtected(path string) string {
	if fi, err := os.Stat(path); err == nil && fi.Mode().Perm()&0o200 == 0 {
		return "the file " + model.Brief(path, 200) + " is write-protected"
	}
	return ""
}
