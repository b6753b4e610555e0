package ui

import (
	"context"
	"errors"
	"io"
	"log"
	"os"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"warroom/model"
	"warroom/model/comms"
	"warroom/model/triage"
)

// Config is what the program is started with.
type Config struct {
	Store      Store
	Actor      string           // who sits here
	Incident   string           // to open at once; "": the list
	Zone       *time.Location   // in which times are shown; nil: UTC
	Local      *time.Location   // the other zone of the switch; nil: the machine's
	Now        func() time.Time // nil: time.Now
	Rules      model.Rules      // zero: model.Doctrine
	NoColor    bool
	Theme      string                  // one of ThemeNames; "": auto
	Layout     string                  // one of LayoutNames; "": auto
	Keys       []Binding               // keys of the person's own
	Seat       Seat                    // nil: others are not told who is here
	Present    <-chan []model.Presence // nil: nobody tells
	NoMouse    bool                    // leave the mouse to the terminal, until it is switched on
	Notify     string                  // NotifyOn, NotifyBell or NotifyOff; "": on
	Hints      Memory                  // of first-time hints; nil: none are given
	Runner     Runner                  // nil: runbooks are not followed here
	Shelf      <-chan struct{}         // tells that the runbooks have changed; nil: nobody tells
	Inbox      Inbox                   // of alerts; nil: there is none
	Statistics Statistics              // over all incidents; nil: those of Store, if it has any
	Version    string
	Log        *log.Logger // for what is too long for the screen; nil: nowhere
	In         io.Reader   // nil: the terminal
	Out        io.Writer
	Environ    []string

	// What the screens beside the Room need; a paragraph each.

	Doctrine  *triage.Doctrine  // nil: the built-in one
	Templates []*comms.Template // nil: the built-in ones
	Faults    []string          // what is wrong in the team's files, so that the built-in stands

	Outside Outside // nil: nothing leaves this room

	Postmortem func(name string) (string, error) // the team's own template of that name (review.TemplateMarkdown, …), "" if it has none; nil: none
}

// Run shows the war room until the person leaves or ctx ends. It returns nil, or
// what made it end early.
func Run(ctx context.Context, c Config) error {
	if err := CheckTheme(c.Theme); err != nil {
		return err
	}
	if err := CheckLayout(c.Layout); err != nil {
		return err
	}
	acts, err := bind(c.Keys)
	if err != nil {
		return err
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Local == nil {
		c.Local = time.Local
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	opts := []tea.ProgramOption{tea.WithContext(ctx), tea.WithoutSignalHandler()}
	if c.NoColor || os.Getenv("NO_COLOR") != "" {
		opts = append(opts, tea.WithColorProfile(colorprofile.Ascii))
	}
	if c.In != nil {
		opts = append(opts, tea.WithInput(c.In))
	}
	if c.Out != nil {
		opts = append(opts, tea.WithOutput(c.Out))
	}
	if c.Environ != nil {
		opts = append(opts, tea.WithEnvironment(c.Environ))
	}
	getenv := os.Getenv
	if c.Environ != nil {
		getenv = tea.EnvMsg(c.Environ).Getenv
	}
	wh := &wheel{after: func(d time.Duration, f func()) { time.AfterFunc(d, f) }}
	opts = append(opts, tea.WithFilter(wh.filter))
	a := newApp(ctx, c)
	a.acts = acts
	a.caller.form = callForm(getenv)
	p := tea.NewProgram(a, opts...)
	a.pace = &pace{program: p}
	wh.send = p.Send
	relayed := make(chan struct{})
	go func() {
		defer close(relayed)
		for change := range c.Store.Watch(ctx) {
			p.Send(changeMsg{change, true})
		}
	}()
	if c.Present != nil {
		go func() {
			for here := range c.Present { // it ends with ctx
				p.Send(presentMsg(here))
			}
		}()
	}
	if c.Shelf != nil {
		go func() {
			for {
				select {
				case <-c.Shelf:
					p.Send(bookShelfMsg{})
				case <-ctx.Done():
					return
				}
			}
		}()
	}
	_, err = p.Run()
	cancel()
	<-relayed
	if errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil {
		return nil
	}
	return err
}
