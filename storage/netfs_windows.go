package storage

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

// networkFS names the network file system that path is on, "" for a local one.
func networkFS(path string) string {
	root, err := windows.UTF16PtrFromString(filepath.VolumeName(path) + `\`)
	if err != nil {
		return ""
	}
	if windows.GetDriveType(root) == windows.DRIVE_REMOTE {
		return "network drive"
	}
	return ""
}

// freeBytes is the space left for path, -1 if unknown.
func freeBytes(path string) int64 {
	p, err := windows.UTF16PtrFromString(filepath.Dir(path))
	if err != nil {
		return -1
	}
	var free uint64
	if windows.GetDiskFreeSpaceEx(p, &free, nil, nil) != nil {
		return -1
	}
	return int64(free)
}
