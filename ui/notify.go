package ui

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"warroom/model"
)

// How the person is called when the terminal is not in front of them.
const (
	NotifyOn   = "on"   // as the terminal can, by a bell if nothing better is known
	NotifyBell = "bell" // by a bell only
	NotifyOff  = "off"
)

// caller calls the person back to the room: only while the terminal has not the
// focus, only for what matters, and at most once a second.
type caller struct {
	mode string
	form func(text string) string // of a notification on this terminal; nil: a bell
	away bool                     // somebody looks at another window
	last time.Time
	wait bool // what is held will be told when the second is over
	held []string
	told map[string]bool // by key: nothing is told twice
}

// callMsg says that the second after a call is over.
type callMsg struct{}

const (
	callEvery = time.Second
	callText  = 200 // runes of a notification
	callStale = 15 * time.Minute
	maxTold   = 10_000
)

// callForm finds how a terminal is told to notify. Only what a terminal is known
// to understand is sent: others would print it, or show a progress bar. Inside a
// multiplexer the bell goes through, and marks the window there.
func callForm(env func(string) string) func(string) string {
	term, program := env("TERM"), env("TERM_PROGRAM")
	switch {
	case env("TMUX") != "", env("STY") != "", env("ZELLIJ") != "", strings.HasPrefix(term, "screen"), strings.HasPrefix(term, "tmux"):
		return nil
	case env("KITTY_WINDOW_ID") != "", term == "xterm-kitty":
		return func(s string) string { return ansi.DesktopNotification(s, "o=unfocused") }
	case program == "iTerm.app", env("LC_TERMINAL") == "iTerm2":
		return ansi.Notify
	case program == "ghostty", term == "xterm-ghostty", program == "WezTerm", term == "wezterm",
		term == "foot", strings.HasPrefix(term, "foot-"), strings.HasPrefix(term, "rxvt-unicode"):
		return func(s string) string { return ansi.URxvtExt("notify", "warroom", strings.ReplaceAll(s, ";", ",")) }
	}
	return nil
}

// call tells the person of something, once for each key. What is seen because
// the terminal has the focus is told already.
func (a *App) call(key, text string) tea.Cmd {
	c := &a.caller
	if c.told[key] {
		return nil
	}
	if len(c.told) >= maxTold || c.told == nil {
		c.told = map[string]bool{}
	}
	c.told[key] = true
	if !c.away || c.mode == NotifyOff {
		return nil
	}
	c.held = append(c.held, model.Brief(text, callText))
	if c.wait {
		return nil
	}
	if left := callEvery - a.now.Sub(c.last); left > 0 && left <= callEvery {
		c.wait = true
		return a.callLater(left)
	}
	return a.callNow()
}

// callNow tells what is held, as one notification.
func (a *App) callNow() tea.Cmd {
	c := &a.caller
	c.wait = false
	n := len(c.held)
	if n == 0 { // the focus came back
		return nil
	}
	text := c.held[0]
	if n > 1 {
		text += fmt.Sprintf(" · and %d more", n-1)
	}
	c.held, c.last = nil, a.now
	if c.form == nil || c.mode == NotifyBell {
		return tea.Raw("\a")
	}
	return tea.Raw(c.form(text))
}

func (a *App) callLater(d time.Duration) tea.Cmd {
	if a.pace == nil { // as for tick
		return nil
	}
	return tea.Tick(d, func(time.Time) tea.Msg { return callMsg{} })
}

// focused notes whether the terminal has the focus. What was held is on the
// screen now.
func (a *App) focused(yes bool) {
	a.caller.away = !yes
	if yes {
		a.caller.held = nil
	}
}

// callFor looks for what matters to the person in news of the record.
func (a *App) callFor(events []model.Event) tea.Cmd {
	var cmds []tea.Cmd
	for _, e := range events {
		if model.SamePerson(e.Actor, a.cfg.Actor) || a.now.Sub(e.At) > callStale { // one's own, or history that was brought in
			continue
		}
		if text := a.matters(e); text != "" {
			cmds = append(cmds, a.call(fmt.Sprintf("%s#%d", e.Incident, e.Seq), text))
		}
	}
	return tea.Batch(cmds...)
}

// matters is what the person is told of e; "" if it can wait until they look.
func (a *App) matters(e model.Event) string {
	me := func(p string) bool { return model.SamePerson(p, a.cfg.Actor) }
	switch b := e.Body.(type) {
	case *model.OrderGiven:
		if me(b.Person) {
			return fmt.Sprintf("order for you, %s: %s", model.Span(time.Duration(b.For)*time.Millisecond), b.Task)
		}
	case *model.RoleOffer:
		if me(b.To) {
			return fmt.Sprintf("%s hands %s over to you: %s", b.From, b.Role, a.titleOf(e.Incident))
		}
	case *model.RoleAssignment:
		if me(b.Person) {
			return fmt.Sprintf("you are %s: %s", b.Role, a.titleOf(e.Incident))
		}
	case *model.SeverityChange:
		if b.To.Major() && b.To < b.From {
			return fmt.Sprintf("now %s: %s", b.To, a.titleOf(e.Incident))
		}
	case *model.Declaration:
		if b.Severity.Major() {
			drill := ""
			if b.Drill {
				drill = "DRILL "
			}
			return fmt.Sprintf("%sdeclared %s: %s", drill, b.Severity, b.Title)
		}
	}
	return ""
}

// titleOf is the title of an incident as far as this screen knows it.
func (a *App) titleOf(id string) string {
	if a.room != nil && a.room.inc.ID == id {
		return a.room.inc.Title
	}
	for _, s := range a.list.rows {
		if s.ID == id {
			return s.Title
		}
	}
	return id
}

// callOverdue tells of clocks that have just run out and are the person's own:
// theirs to act on, or anybody's if they command.
func (a *App) callOverdue() tea.Cmd {
	if a.room == nil {
		return nil
	}
	inc := a.room.inc
	leads := inc.Holds(a.cfg.Actor, model.Commander) || inc.Holds(a.cfg.Actor, model.Deputy)
	var cmds []tea.Cmd
	for _, c := range a.clocks() {
		if !c.Alarm(a.now) || !leads && !model.SamePerson(c.Person, a.cfg.Actor) {
			continue
		}
		cmds = append(cmds, a.call(fmt.Sprintf("%s %s %d", inc.ID, c.Key, c.Due.UnixMilli()), "overdue: "+c.Text))
	}
	return tea.Batch(cmds...)
}
