//go:build unix

package runner

import "syscall"

// alive reports whether a process may still be there.
func alive(pid int) bool { return syscall.Kill(pid, 0) != syscall.ESRCH }
