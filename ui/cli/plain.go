package cli

import (
	"context"
	"iter"
	"os"

	"warroom/model"
	"warroom/storage"
	"warroom/ui"
	"warroom/ui/plain"
)

// accessible reports whether the room is wished as plain lines. Scripts that ask
// for JSON do not mean the room, whatever their environment says.
func (a *app) accessible() bool {
	return !a.flag.json && (a.flag.accessible || os.Getenv("ACCESSIBLE") != "")
}

// asLines reports whether the room is opened as plain lines: on wish, or because
// the terminal cannot show anything else.
func (a *app) asLines() bool { return a.accessible() || a.term.dumb }

// lineRoom holds the room open as plain lines, with what the screen would have
// been opened with.
func (a *app) lineRoom(ctx context.Context, s *storage.Store, screen ui.Config) error {
	c := plain.Config{
		Store: s, Actor: screen.Actor, Incident: screen.Incident, Zone: screen.Zone, Rules: screen.Rules,
		Doctrine: screen.Doctrine, Templates: screen.Templates, Faults: screen.Faults, Seat: screen.Seat, Lines: a.typed(ctx), Out: stdout{a},
	}
	if screen.Outside != nil && screen.Outside.Fault() == "" {
		c.Goes = screen.Outside.Goes
	}
	if !a.accessible() {
		c.Hello = "This terminal cannot show the screen (TERM=" + model.Brief(os.Getenv("TERM"), 30) + "), so this is the room as plain lines."
	}
	return plain.Run(ctx, c)
}

// typed are the lines of the input.
func (a *app) typed(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for l := range input(ctx, a.in) {
			err := l.err
			if l.end != nil {
				err = model.Wrap(model.Internal, l.end, "the input broke off")
			}
			if !yield(l.text, err) {
				return
			}
		}
	}
}
