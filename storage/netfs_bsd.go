//go:build darwin || freebsd

package storage

import "golang.org/x/sys/unix"

// networkFS names the network file system that path is on, "" for a local one.
func networkFS(path string) string {
	var st unix.Statfs_t
	if unix.Statfs(path, &st) != nil {
		return ""
	}
	name := unix.ByteSliceToString(st.Fstypename[:])
	switch name {
	case "nfs", "smbfs", "afpfs", "webdav", "macfuse", "osxfuse", "fusefs", "fusefs.sshfs":
		return name
	}
	return ""
}

// freeBytes is the space left for path, -1 if unknown.
func freeBytes(path string) int64 {
	var st unix.Statfs_t
	if unix.Statfs(nearest(path), &st) != nil {
		return -1
	}
	return int64(st.Bavail) * int64(st.Bsize)
}
