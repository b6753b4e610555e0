//go:build unix

package proc

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Keep turns the process into a keeper and never returns, if it was started as
// one. Call it first thing in main.
func Keep() {
	if len(os.Args) != 2 || os.Args[1] != keeperArg {
		return
	}
	os.Exit(keep(os.NewFile(3, "orders"), os.NewFile(4, "news")))
}

// keep starts one command, passes signals on, and outlives it. Standard output
// and error are the command's; orders and news go to and from warroom.
func keep(orders, out *os.File) int {
	// A pipe that was made for this process must not be the command's as well.
	unix.CloseOnExec(3)
	unix.CloseOnExec(4)
	// What a terminal or a shell sends to everybody is not meant for this one. The
	// signals are caught, not ignored: the command would inherit that.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGTSTP, syscall.SIGTERM, syscall.SIGPIPE)
	adopt()
	k := &keeper{out: json.NewEncoder(out), ended: make(chan struct{})}
	in := bufio.NewReader(orders)
	dec := json.NewDecoder(in)
	var o order
	if dec.Decode(&o) != nil || o.Start == nil {
		return 2
	}
	if err := k.start(o.Start); err != nil {
		_ = k.out.Encode(news{Problem: err.Error()})
		return 1
	}
	_ = k.out.Encode(news{Pid: k.pid})
	go k.watch()
	for {
		o = order{}
		if dec.Decode(&o) != nil { // warroom is gone
			k.sweep()
			return 1
		}
		switch {
		case o.Signal != "":
			k.signal(o.Signal)
		case o.Sweep:
			<-k.ended
			k.finish(o.Hard)
			return 0
		}
	}
}

type keeper struct {
	out   *json.Encoder
	cmd   *exec.Cmd
	pid   int
	mu    sync.Mutex // reaping and signals exclude each other, so that no number is used twice
	over  bool       // reaped: its number may be somebody else's
	ended chan struct{}
}

func (k *keeper) start(l *launch) error {
	k.cmd = &exec.Cmd{Path: l.Path, Args: l.Argv, Env: l.Env, Dir: l.Dir, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		SysProcAttr: &syscall.SysProcAttr{Setsid: true}}
	if k.cmd.Env == nil {
		k.cmd.Env = []string{}
	}
	dieWithParent(k.cmd.SysProcAttr)
	runtime.LockOSThread() // the command dies with the thread that made it; this one lives as long as the keeper
	if err := k.cmd.Start(); err != nil {
		return err
	}
	k.pid = k.cmd.Process.Pid
	// The keeper holds none of the command's pipes: their end is then that of the
	// command.
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err == nil {
		for fd := range 3 {
			_ = unix.Dup2(int(null.Fd()), fd)
		}
	}
	return nil
}

// watch says when the leader has ended, without reaping it where the system
// allows that.
func (k *keeper) watch() {
	k.await()
	_ = k.out.Encode(news{Ended: true})
	close(k.ended)
}

func (k *keeper) signal(name string) {
	sig := signals[name]
	if sig == 0 {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.over {
		return
	}
	_ = syscall.Kill(-k.pid, sig)
	if sig == syscall.SIGKILL { // also what has left the session
		for _, p := range below(os.Getpid()) {
			_ = syscall.Kill(p.pid, sig)
		}
	}
}

// finish ends what is left of the session, reaps, and tells how it went. What
// has left the session is named, not ended, since that is how a daemon is
// started; hard ends it too.
func (k *keeper) finish(hard bool) {
	k.mu.Lock()
	if !k.over {
		_ = syscall.Kill(-k.pid, syscall.SIGKILL)
	}
	for _, p := range below(os.Getpid()) {
		if hard && p.pid != k.pid || p.session == k.pid && p.pid != k.pid {
			_ = syscall.Kill(p.pid, syscall.SIGKILL)
		}
	}
	if !k.over {
		k.over = true
		_ = k.cmd.Wait() // its state says it all
	}
	k.mu.Unlock()
	n := news{Done: true, Exit: k.cmd.ProcessState.ExitCode()}
	if ws, ok := k.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		n.Signal = unix.SignalName(ws.Signal())
	}
	for range 20 { // the ended ones need a moment to be gone
		reap()
		if n.Escaped = k.escaped(); !hard && !slices.ContainsFunc(below(os.Getpid()), func(p process) bool { return p.session == k.pid }) || len(n.Escaped) == 0 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	_ = k.out.Encode(n)
}

func (k *keeper) escaped() []string {
	var out []string
	for _, p := range below(os.Getpid()) {
		if p.session != k.pid {
			out = append(out, p.String())
		}
	}
	return out
}

// sweep ends everything below the keeper, until nothing is left.
func (k *keeper) sweep() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for range 100 {
		if !k.over {
			_ = syscall.Kill(-k.pid, syscall.SIGKILL)
		}
		left := below(os.Getpid())
		for _, p := range left {
			_ = syscall.Kill(p.pid, syscall.SIGKILL)
		}
		if len(left) == 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
		reap()
	}
}

var signals = map[string]syscall.Signal{
	"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP, "QUIT": syscall.SIGQUIT,
	"USR1": syscall.SIGUSR1, "USR2": syscall.SIGUSR2, "KILL": syscall.SIGKILL,
}

// reap takes away children that have ended, other than the leader.
func reap() {
	for {
		var ws syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &ws, syscall.WNOHANG, nil)
		if pid <= 0 || err != nil && err != syscall.EINTR {
			return
		}
	}
}
