package cli

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"warroom/model"
)

// callRunbook names whom a run escalates to next, before its time: the twin of the
// key that calls for help on the screen of runbooks.
func (a *app) callRunbook(parent *cobra.Command) {
	const usage = "call [INC] RUN [WHY]"
	a.add(parent, "", &cobra.Command{
		Use: usage, Short: "Call now for whom the escalation of a run names next",
		Long: "Call now for whom the escalation of a run names next, without waiting for its deadline. It stands in the timeline, and a message is drafted for " +
			"every place outside that takes it (rules with on: [escalated]); it leaves after a yes.",
		Example:     "warroom runbook call 1 \"the standby does not take over\"",
		Annotations: map[string]string{freeText: "reason"},
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if len(rest) == 0 {
			return wrongUse("runbook " + usage)
		}
		n, err := strconv.Atoi(rest[0])
		if err != nil || n < 1 {
			return model.Errorf(model.Invalid, "%q is no number of a run: warroom show lists the runs", model.Brief(rest[0], 40))
		}
		i, err := a.store.Incident(ctx, id)
		if err != nil {
			return err
		}
		level := 0
		if run, ok := i.Run(n); ok {
			for level < len(run.Escalate) && !run.Escalate[level].Fired.IsZero() {
				level++
			}
			if level == len(run.Escalate) {
				return model.Errorf(model.Conflict, "run %d names nobody else: give an order instead, as in warroom log \"@bob join 5m\"", n)
			}
		}
		why := cmp.Or(strings.Join(rest[1:], " "), "asked for by "+a.actor)
		if err := a.act(ctx, id, model.EscalateRun{N: n, Level: level, Why: why}); err != nil {
			return err
		}
		if a.rulesErr == nil {
			if to := a.rulesOut.Calls(i); len(to) > 0 {
				a.hint("drafted for " + strings.Join(to, ", ") + ": warroom outbound list, then approve")
			}
		}
		return nil
	}, slotIncident)
}
