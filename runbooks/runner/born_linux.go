package runner

import (
	"bytes"
	"fmt"
	"os"
)

// born tells two processes apart that have had the same number: by the start of the
// machine, and when after it the process began. "" if it cannot be known.
func born(pid int) string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil || len(boot) < 8 {
		return ""
	}
	// The name of the program, which may hold anything, ends with the last bracket; the
	// time of the start is field 22, the name being field 2 (proc_pid_stat(5)).
	f := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(f) < 20 {
		return ""
	}
	return fmt.Sprintf("%s-%s", boot[:8], f[19])
}
