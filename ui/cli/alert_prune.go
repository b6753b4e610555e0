package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"warroom/model"
	"warroom/model/alert"
)

// keepFor reads how long the inbox is to be kept.
func keepFor(s string) (time.Duration, error) {
	d, err := spanOf(s)
	if err != nil {
		return 0, err
	}
	if d < alert.LeastKeep {
		return 0, model.Errorf(model.Invalid, "alerts are kept for a day at least, not for %s", model.Brief(s, 20))
	}
	return d, nil
}

func (a *app) alertPrune(parent *cobra.Command) {
	var older string
	var count bool
	c := a.add(parent, "", &cobra.Command{
		Use: "prune --older 90d", Short: "Forget old alerts that were part of no incident",
		Long: "Forget what of the inbox is older than a time: lines whose alerts have all ended, or that are noise, and that are part of no incident; silences that have ended; " +
			"and what was kept aside. Incidents keep what they know of their alerts. Nothing is forgotten unless this is asked for, here or by warroom listen --keep. " +
			"The file does not become smaller: the room is used again. The view of fatigue looks back 90 days.",
		Example: "warroom alert prune --older 180d --count\nwarroom alert prune --older 180d",
	}, func(ctx context.Context, args []string) error {
		if len(args) > 0 || older == "" {
			return wrongUse("alert prune --older 90d")
		}
		d, err := keepFor(older)
		if err != nil {
			return err
		}
		if err := a.record(ctx); err != nil {
			return err
		}
		n, err := a.store.PruneAlerts(ctx, time.Now().Add(-d), count)
		if err != nil {
			return err
		}
		if a.flag.json {
			return a.object(n)
		}
		p := a.page()
		p.linef("%s%s in %s, %d kept aside, %s", pick(count, "would forget ", "forgot "), count64(n.Alerts, "alert"), count64(n.Lines, "line"), n.Aside, count64(n.Silences, "silence"))
		return a.send(p)
	})
	c.Flags().StringVar(&older, "older", "", "than this: 90d, 26w")
	c.Flags().BoolVar(&count, "count", false, "say how much it is, and forget nothing")
}

func count64(n int64, word string) string { return count(int(n), word, word+"s") }

// pruning forgets old alerts now and once a day, until ctx ends.
func (a *app) pruning(ctx context.Context, keep time.Duration) {
	for {
		n, err := a.store.PruneAlerts(ctx, time.Now().Add(-keep), false)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			a.hint("old alerts could not be forgotten: " + model.Visible(model.Message(err)))
		case n != alert.Pruned{}:
			a.hint(fmt.Sprintf("forgot %s older than %s", count64(n.Alerts, "alert"), model.Span(keep)))
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(24 * time.Hour):
		}
	}
}
