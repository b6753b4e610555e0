//go:build !linux && !darwin && !freebsd && !windows

package storage

// networkFS cannot tell here and takes every file system for a local one.
func networkFS(string) string { return "" }

// freeBytes cannot tell here.
func freeBytes(string) int64 { return -1 }
