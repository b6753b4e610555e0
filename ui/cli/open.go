package cli

import (
	"context"
	"os"

	xterm "github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"warroom/model"
	"warroom/storage"
	"warroom/ui"
)

// open shows the screen: on the incident that was named, on the only open one,
// or on the list.
func (a *app) open(root *cobra.Command) handler {
	return func(ctx context.Context, args []string) error {
		if len(args) > 1 || len(args) == 1 && !isID(args[0]) {
			return unknown(root, args[0])
		}
		if !a.interactive() && !a.accessible() {
			return model.Errorf(model.Invalid, "the screen needs a terminal: from scripts use warroom list, show, tail -f or log (warroom --help lists all)")
		}
		if err := a.record(ctx); err != nil {
			return err
		}
		id := ""
		if len(args) == 1 {
			var err error
			if id, err = a.store.Resolve(ctx, args[0]); err != nil {
				return err
			}
		} else {
			open, err := a.store.List(ctx, model.Filter{Open: true, Limit: 2})
			if err != nil {
				return err
			}
			if len(open) == 1 {
				id = open[0].ID
			}
		}
		return a.screen(ctx, a.store, a.actor, id)
	}
}

// screen runs the room until the person leaves.
func (a *app) screen(ctx context.Context, s *storage.Store, actor, incident string) error {
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	conf := ui.Config{
		Store: s, Actor: actor, Incident: incident, Zone: a.zone,
		NoColor: !a.term.colour, Version: build().String(),
		Rules: a.rules(), Present: s.Presences(ctx),
		Inbox: s,
	}
	if seat, err := s.Here(ctx); err == nil { // without it others do not see who is here
		conf.Seat = seat
		defer seat.Leave()
	}
	shelf, changed := a.liveShelf(ctx, a.flag.runbooks...)
	books := follower(s, actor, shelf)
	conf.Runner, conf.Shelf = books, changed
	defer func() {
		if n := books.Busy(); n > 0 {
			a.hint("stopping what still runs here: it is asked to end, and after 20 s it is ended")
		}
		books.Close()
	}()
	a.furnish(&conf)
	port, stop := a.carry(ctx, s)
	defer stop()
	defer a.standWatch(ctx, s, actor)()
	conf.Outside = port
	g := a.guides()
	conf.Doctrine, conf.Templates = g.doctrine, g.templates
	for _, err := range g.faults {
		conf.Faults = append(conf.Faults, model.Message(err))
	}
	if a.asLines() {
		return a.lineRoom(ctx, s, conf)
	}
	err := ui.Run(ctx, conf)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// interactive reports whether a person sits at both ends.
func (a *app) interactive() bool {
	f, ok := a.in.(*os.File)
	return ok && xterm.IsTerminal(f.Fd()) && a.term.tty && !a.flag.json
}
