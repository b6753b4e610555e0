//go:build !windows

package cli

import (
	"os"

	"warroom/model"
)

// ownOnly refuses a file that others may write: it names addresses to which our
// credentials go, and programs that are run.
func ownOnly(path string) error {
	fi, err := os.Stat(path)
	if err == nil && fi.Mode().Perm()&0o002 != 0 {
		return model.Errorf(model.Invalid, "%s can be written by everybody: it says where credentials go; run chmod o-w on it", model.Brief(path, 200))
	}
	return nil
}
