package ui

import (
	"context"
	"log"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"warroom/model"
)

// App is the root: the only tea.Model. It routes messages and draws the frame.
type App struct {
	cfg   Config
	ctx   context.Context
	store Store
	log   *log.Logger // what is too long for the status line; never the screen
	acts  []action    // what keys do, as bound
	limit time.Duration

	w, h  int
	lay   layout
	theme *theme
	zone  *time.Location
	now   time.Time // as of the last message: View never asks a clock

	screen screen
	focus  pane
	zoom   bool

	mouse   bool // the terminal reports the mouse to us
	press   click
	dragged bool // somebody tried to select text with it
	caller  caller
	school  school

	list     incidents
	room     *room
	wanted   string           // the incident that is to be opened
	write    bool             // and the input is to have the focus then
	newest   map[string]int64 // the last event heard of, by incident
	desks    [screenCount]desk
	composer composer
	drafts   map[string]string // half-typed lines of incidents that were left
	dialogs  []dialog

	out     outside
	present []model.Presence
	told    model.Presence // what the others know of this terminal

	active  time.Time // when somebody last did something, here or elsewhere
	clock   int       // counts changes of the clocks' pace
	lastKey time.Time
	pace    *pace // nil without a terminal

	queue   []job
	sending *job // on its way to the record, nil: none

	landing screen // the desk that comes to the front when the wanted incident is open; the zero value is none
	stale   error  // why the screen is not live; nil if it is
	toast   toast
	said    []toast
	quit    bool

	hold func(what string, cmd tea.Cmd) tea.Cmd // takes what waits for a clock or a command; nil: it is run
}

// long is a command that may stay away for as long as a clock or somebody's command
// does.
func (a *App) long(what string, cmd tea.Cmd) tea.Cmd {
	if a.hold != nil {
		return a.hold(what, cmd)
	}
	return cmd
}

// tickMsg is a step of the clocks; run tells whether they still go at its pace.
type tickMsg struct {
	now time.Time
	run int
}

// newApp makes the program's state; nothing is read yet.
func newApp(ctx context.Context, c Config) *App {
	a := &App{
		cfg: c, ctx: ctx, store: patient{c.Store}, log: c.Log, theme: themeFor(c.Theme, colorprofile.Unknown), zone: c.Zone,
		composer: newComposer(), drafts: map[string]string{}, newest: map[string]int64{}, list: newIncidents(),
		acts: actions, limit: storeDeadline, mouse: !c.NoMouse, caller: caller{mode: c.Notify},
	}
	if a.cfg.Rules == (model.Rules{}) {
		a.cfg.Rules = model.Doctrine()
	}
	if a.zone == nil {
		a.zone = time.UTC
	}
	if a.log == nil {
		a.log = log.New(discard{}, "", 0)
	}
	a.now = c.Now()
	a.active = a.now
	a.school = newSchool(c.Hints, a.now)
	a.desks = newDesks()
	return a
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// Init reads the list, opens the incident that was asked for and starts the
// clock.
func (a *App) Init() tea.Cmd {
	cmds := []tea.Cmd{a.refreshList(), a.tick(), a.readOutside(), a.inboxNews()}
	if a.cfg.Incident != "" {
		cmds = append(cmds, a.enter(a.cfg.Incident, 0))
	}
	return tea.Batch(cmds...)
}

// Update routes: first what concerns everybody, then the top dialog, then the
// text that is being typed, then the actions.
func (a *App) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	a.pace.wake()
	var clock tea.Cmd
	if _, ok := msg.(tickMsg); !ok {
		a.now = a.cfg.Now()
		clock = a.stir()
	}
	cmd := a.route(msg)
	a.measure()
	return a, tea.Batch(cmd, a.page(), clock, a.learn(), a.tellWhere(), a.glance())
}

func (a *App) route(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case tea.WindowSizeMsg:
		a.w, a.h = m.Width, m.Height
		a.resize()
		return nil
	case tickMsg:
		if m.run != a.clock {
			return nil
		}
		a.now = m.now
		a.toast.expire(a.now)
		a.callOut()
		a.nudge()
		return tea.Batch(a.tick(), a.callOverdue(), a.watchOutside())
	case changeMsg:
		if !m.ok {
			return nil
		}
		return a.changed(m.change)
	case doneMsg:
		return a.finished(m)
	case roomMsg:
		return a.opened(m)
	case listMsg:
		return a.listed(m)
	case searchMsg:
		a.searched(m)
		return nil
	case presentMsg:
		a.present = m
		return nil
	case openedMsg:
		a.addressOpened(m)
		return nil
	case changesMsg:
		a.showChanges(m)
		return nil
	case outsideMsg:
		return a.outsideRead(m)
	case handledMsg:
		return a.handled(m)
	case triggeredMsg:
		return a.triggered(m)
	case driftMsg:
		m.pane.asking, m.pane.drifts = false, m.drifts
		return nil
	case missedMsg:
		a.showMissed(m)
		return nil
	case historyMsg:
		a.showHistory(m)
		return nil
	case pageMsg:
		if a.room != nil && a.room.inc.ID == m.id {
			if m.err != nil {
				a.room.tl.wait = false
				a.say(failure, model.Message(m.err))
				return nil
			}
			a.room.tl.page(m.window, m.entries)
		}
		return nil
	case entryMsg:
		if a.room != nil && a.room.inc.ID == m.id && m.err == nil {
			defer a.room.tl.holding(a.timelineHeight())()
			a.room.tl.correct(m.entry)
		}
		return nil
	case wheelMsg:
		return a.wheeled(m)
	case tea.MouseClickMsg:
		return a.clicked(m)
	case dragMsg:
		a.dragged, a.school.now = true, nil
		return nil
	case tea.FocusMsg:
		a.focused(true)
		return nil
	case tea.BlurMsg:
		a.focused(false)
		return nil
	case callMsg:
		return a.callNow()
	case tea.ColorProfileMsg:
		a.dress(m.Profile)
		return nil
	case tea.KeyPressMsg, tea.PasteMsg:
		cmd := a.typed(msg)
		a.lastKey = a.now
		if a.room != nil {
			a.room.seen = a.room.inc.Seq
		}
		return cmd
	}
	if cmd, ok := a.deskTake(msg); ok {
		return cmd
	}
	if a.composer.focused() && len(a.dialogs) == 0 {
		return a.composer.update(msg, a.names())
	}
	return nil
}

// typed routes a key or a paste. ctrl+c always works; a dialog has everything
// else, and a text that is being typed has all but a few keys.
func (a *App) typed(msg tea.Msg) tea.Cmd {
	k, isKey := msg.(tea.KeyPressMsg)
	key := ""
	if isKey {
		key = k.String()
	}
	if key == "ctrl+c" {
		return a.leave()
	}
	if a.lay.tiny { // nothing can be seen, so nothing is done
		return nil
	}
	if isKey && a.toast.kind != info {
		a.toast = toast{}
	}
	if n := len(a.dialogs); n > 0 {
		d := a.dialogs[n-1]
		if key == "esc" {
			a.dialogs = without(a.dialogs, d)
			return nil
		}
		done, cmd := d.update(a, msg)
		if done {
			a.dialogs = without(a.dialogs, d)
		}
		return cmd
	}
	if d, ok := a.desk().(deskText); ok && d.typing() {
		return d.typed(a, msg)
	}
	if a.composer.focused() {
		switch key {
		case "esc":
			if len(a.composer.hints) > 0 {
				a.composer.hints = nil
				return nil
			}
			a.composer.area.Blur()
			return nil
		case "enter":
			return a.compose()
		}
		cmd := a.composer.update(msg, a.names())
		return cmd
	}
	if p, ok := msg.(tea.PasteMsg); ok {
		if a.screen == screenRoom && a.room != nil {
			if why := writable(a); why != "" {
				a.say(warning, why)
				return nil
			}
			cmd := a.composer.area.Focus()
			a.composer.paste(p.Content)
			return cmd
		}
		return nil
	}
	if act, ok := a.actionFor(key); ok {
		if why := act.reason(a); why != "" {
			a.say(warning, why)
			return nil
		}
		return tea.Batch(act.run(a), a.practise(act.id))
	}
	return nil
}

// compose sends what was typed.
func (a *App) compose() tea.Cmd {
	c := &a.composer
	if a.room == nil {
		return nil
	}
	if c.empty() {
		c.area.Blur()
		return nil
	}
	text := c.value()
	cmd, err := model.ComposeTyped(strings.TrimRight(text, " \n"), a.now, a.zone)
	if err != nil {
		c.problem = model.Message(err)
		return nil
	}
	var id model.ID
	if text == c.retried {
		id = c.retry
	}
	c.take()
	return a.send(job{incident: a.room.inc.ID, request: model.Request{ID: id, Command: model.Ruled(cmd, a.cfg.Rules)}, line: text})
}

// leave quits, unless something would be lost.
func (a *App) leave() tea.Cmd {
	switch {
	case a.quit:
		return tea.Quit
	case len(a.queue) > 0 || a.sending != nil:
		a.quit = true
		a.say(warning, "a line is still being saved · ctrl+c again leaves without it")
		return nil
	}
	return a.leaveWork()
}

// names are the people that completion offers: those of the incident, and you.
func (a *App) names() []string {
	if a.room == nil {
		return []string{a.cfg.Actor}
	}
	return a.room.inc.People
}

// resize gives the parts their width when the window or what is shown changes.
func (a *App) resize() {
	a.composer.setWidth(a.w - 4)
	a.measure()
}

// measure lays the screen out anew: the input grows as it is typed into.
func (a *App) measure() {
	before, seen := a.lay, a.room != nil && a.room.tl.shown(a.timelineHeight())
	var want [paneCount]int
	if a.room != nil {
		a.room.clocks = a.room.inc.Clocks(a.cfg.Rules, a.now)
		want = [paneCount]int{
			paneRoles: len(a.roleRows()) + 1, paneDue: max(2, a.asked(a.dueLines(narrow))) + 1,
			paneSituation: len(a.situation(narrow)) + 1, paneBoard: max(1, a.asked(a.boardLines(narrow))) + 1,
		}
		if a.hasPane(paneAlerts) {
			want[paneAlerts] = len(a.alerts().here) + 1
		} else if a.focus == paneAlerts {
			a.focus = paneTimeline
		}
	}
	a.lay = arrange(a.w, a.h, a.screen, a.room != nil, a.focus, a.zoom, a.composer.height()+a.noticeLines(), want, a.station())
	if a.room != nil {
		a.refit(before, seen)
	}
}
