package cli

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"warroom/model"
	"warroom/storage"
	"warroom/ui/demo"
)

// The speeds at which the demo can play: a tenth is as slow as anybody can
// follow, ten thousand is at once.
const (
	slowest = 0.1
	fastest = 10000
)

func (a *app) demo(root *cobra.Command) {
	var speed float64
	var keep string
	c := a.add(root, groupCare, &cobra.Command{
		Use: "demo", Short: "Watch a scripted incident play itself, in a record of its own",
		Long: "Open the room on a record of its own, in which a scripted incident plays itself in about ninety seconds. " +
			"Write along: nothing in it is real, and nothing of yours is touched. The record is thrown away unless it is kept.",
		Example: "warroom demo\nwarroom demo --speed 3 --keep demo.db",
	}, func(ctx context.Context, args []string) error {
		switch {
		case len(args) > 0:
			return wrongUse("demo")
		case !(speed >= slowest && speed <= fastest):
			return model.Errorf(model.Invalid, "%v is no speed: give %v (slow) to %v (at once)", speed, slowest, fastest)
		case a.flag.readOnly:
			return model.Errorf(model.Invalid, "the demo writes into a record of its own: leave --read-only away")
		case a.flag.db != "":
			return model.Errorf(model.Invalid, "the demo plays in a record of its own: use --keep FILE to keep it")
		case keep == "" && !a.interactive() && !a.accessible():
			return model.Errorf(model.Invalid, "the demo needs a terminal: without one it can only be kept, with --keep FILE")
		}
		path := keep
		if keep == "" {
			dir, err := os.MkdirTemp("", "warroom-demo-")
			if err != nil {
				return model.Wrap(model.Internal, err, "there is no place for the record of the demo")
			}
			defer os.RemoveAll(dir)
			path = filepath.Join(dir, "demo.db")
		} else if _, err := os.Lstat(keep); err == nil {
			return model.Errorf(model.Conflict, "%s exists already: give the demo a new file", model.Brief(keep, 200))
		}
		s, err := storage.Open(ctx, path, storage.Options{App: build().String()})
		if err != nil {
			return err
		}
		defer s.Close()
		if a.interactive() || a.accessible() {
			err = a.watch(ctx, s, speed)
		} else {
			err = demo.Play(ctx, s, demo.Options{Speed: speed})
		}
		if keep != "" {
			a.hint("the demo is kept: warroom --db " + model.Visible(keep))
		}
		return err
	})
	c.Flags().Float64Var(&speed, "speed", 1, "how fast: 2 takes half the time")
	c.Flags().StringVar(&keep, "keep", "", "keep the record in this new file")
}

// watch opens the room on the demo while it plays.
func (a *app) watch(ctx context.Context, s *storage.Store, speed float64) error {
	playing, stop := context.WithCancel(ctx)
	defer stop()
	declared := make(chan string, 1)
	played := make(chan error, 1)
	go func() {
		played <- demo.Play(playing, s, demo.Options{Speed: speed, Declared: func(id string) { declared <- id }})
	}()
	var id string
	select {
	case id = <-declared:
	case err := <-played:
		return err
	}
	err := a.screen(ctx, s, cmp.Or(a.flag.as, demo.Actor), id)
	stop()
	if p := <-played; err == nil && p != nil && !errors.Is(p, context.Canceled) {
		err = p
	}
	return err
}
