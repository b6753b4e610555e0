//go:build unix && !linux

package proc

import "syscall"

// There is no subreaper here: what leaves the session is not found.
func adopt() {}

func dieWithParent(*syscall.SysProcAttr) {}

// await reaps the leader when it ends. The group keeps its number while anything
// is left in it, so the sweep that follows meets the right one.
func (k *keeper) await() {
	_ = k.cmd.Wait()
	k.mu.Lock()
	_ = syscall.Kill(-k.pid, syscall.SIGKILL)
	k.over = true
	k.mu.Unlock()
}

type process struct{ pid, session int }

func (process) String() string { return "" }

func below(int) []process { return nil }
