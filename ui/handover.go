package ui

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"syscall"
	"time"
)

// handed is a command that has the terminal. When it has ended its last words
// stay on the screen until a key is pressed. It ends with ctx, which is the room:
// while it runs nothing else of the room does, so nobody else would end it.
type handed struct {
	*exec.Cmd
	ctx context.Context
}

// handedGrace is how long it may take to end when the room does.
const handedGrace = 2 * time.Second

func (h *handed) SetStdin(r io.Reader)  { h.Stdin = r }
func (h *handed) SetStdout(w io.Writer) { h.Stdout = w }
func (h *handed) SetStderr(w io.Writer) { h.Stderr = w }

// Run runs it and waits for enter.
func (h *handed) Run() error {
	err := h.whole()
	// Colours, a hidden cursor or another character set may have been left behind.
	fmt.Fprint(h.Stdout, "\x1b[0m\x1b(B\x1b[?25h\r\n-- it has ended, press enter to go back to the room --\r\n")
	read := make(chan struct{})
	go func() { // left behind only by a room that ends
		defer close(read)
		var one [1]byte
		for {
			n, e := h.Stdin.Read(one[:])
			if e != nil || n > 0 && (one[0] == '\n' || one[0] == '\r') {
				return
			}
		}
	}()
	select {
	case <-read:
	case <-h.ctx.Done():
	}
	return err
}

// whole runs it to its end, or to that of the room.
func (h *handed) whole() error {
	if err := h.Start(); err != nil {
		return err
	}
	over := make(chan struct{})
	defer close(over)
	go func() {
		select {
		case <-over:
			return
		case <-h.ctx.Done():
		}
		_ = h.Process.Signal(syscall.SIGTERM)
		select {
		case <-over:
		case <-time.After(handedGrace):
			_ = h.Process.Kill()
		}
	}()
	return h.Wait()
}
