package storage

import "golang.org/x/sys/unix"

// networkFS names the network file system that path is on, "" for a local one.
func networkFS(path string) string {
	var st unix.Statfs_t
	if unix.Statfs(path, &st) != nil {
		return ""
	}
	switch uint32(st.Type) {
	case unix.NFS_SUPER_MAGIC:
		return "NFS"
	case unix.SMB_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC:
		return "SMB"
	case unix.V9FS_MAGIC:
		return "9p"
	case unix.FUSE_SUPER_MAGIC:
		return "FUSE"
	case unix.CEPH_SUPER_MAGIC:
		return "Ceph"
	case unix.AFS_SUPER_MAGIC, unix.AFS_FS_MAGIC:
		return "AFS"
	case unix.CODA_SUPER_MAGIC:
		return "Coda"
	case 0x786f4256:
		return "VirtualBox shared folder"
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
