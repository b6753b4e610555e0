package ui

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// openedMsg says how opening an address ended.
type openedMsg struct{ err error }

// openFor is how long the system's opener may take; it hands the address over
// and ends.
const openFor = 10 * time.Second

// openerName is the system's program that opens an address; "" if there is none
// to be had here: over SSH it would open on the wrong machine.
func openerName(getenv func(string) string) string {
	if getenv("SSH_TTY") != "" || getenv("SSH_CONNECTION") != "" {
		return ""
	}
	name := "xdg-open"
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows": // its openers read the address as a command line
		return ""
	default:
		if getenv("DISPLAY") == "" && getenv("WAYLAND_DISPLAY") == "" {
			return ""
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return ""
	}
	return path
}

// openAddress hands an address to the system. It runs beside the screen, without
// a shell and without our terminal, and is ended when it hangs. The address was
// checked when it was set: only schemes that lead to a place are in the record.
func (a *App) openAddress(opener, url string) tea.Cmd {
	base := a.ctx
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(base, openFor)
		defer cancel()
		c := exec.CommandContext(ctx, opener, url)
		c.WaitDelay = time.Second
		return openedMsg{c.Run()}
	}
}

func (a *App) addressOpened(m openedMsg) {
	if m.err != nil {
		a.log.Printf("open an address: %v", m.err)
		a.say(failure, "it could not be opened: copy it instead ("+model.Brief(m.err.Error(), 60)+")")
	}
}

// getenv reads the environment that the program was started with.
func (a *App) getenv(name string) string {
	if a.cfg.Environ != nil {
		return tea.EnvMsg(a.cfg.Environ).Getenv(name)
	}
	return os.Getenv(name)
}
