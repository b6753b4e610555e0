package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"warroom/model"
)

func (a *app) clockCommands(root *cobra.Command) {
	a.add(root, groupRead, &cobra.Command{
		Use: "clocks INC", Short: "List everything that becomes due, soonest first",
		Long:    "List everything that becomes due, soonest first, so that what is overdue stands on top. The word in the second column names the clock for snooze and seen.",
		Example: "warroom clocks\nwarroom clocks --json | jq '.[] | select(.overdue and .seen == null)'",
	}, func(ctx context.Context, args []string) error {
		id, err := a.one(ctx, args, "clocks INC")
		if err != nil {
			return err
		}
		now := time.Now()
		return a.board(ctx, id, func(p *page, i *model.Incident) { p.table(0, a.rail(i.Clocks(a.rules(), now), now)) },
			func(i *model.Incident) any { return clocksOf(i, a.rules(), now) }, "no clock runs")
	}, slotIncident)

	const snooze = "snooze INC CLOCK 10m WHY"
	a.add(root, groupLead, &cobra.Command{
		Use: snooze, Short: "Put a clock off, with a reason that is logged",
		Long:        "Put a clock off, counted from now, with a reason that is logged. CLOCK is a word that warroom clocks shows, or the beginning of one.",
		Example:     "warroom snooze update 10m \"nothing new, support knows\"",
		Annotations: map[string]string{freeText: "reason"},
	}, func(ctx context.Context, args []string) error {
		id, key, rest, err := a.onClock(ctx, args, snooze)
		if err != nil {
			return err
		}
		if len(rest) == 0 {
			return wrongUse(snooze)
		}
		cmd := model.Snooze{Key: key, Reason: strings.Join(rest[1:], " "), Rules: a.rules()}
		if cmd.For, err = spanOf(rest[0]); err != nil {
			return err
		}
		return a.act(ctx, id, cmd)
	}, slotIncident, slotClock)

	const seen = "seen INC CLOCK"
	a.add(root, groupLead, &cobra.Command{
		Use: seen, Short: "Acknowledge an overdue clock for the whole room",
		Long: "Acknowledge an overdue clock for the whole room: it stays overdue and rings nobody any more.",
	}, func(ctx context.Context, args []string) error {
		id, key, rest, err := a.onClock(ctx, args, seen)
		if err != nil {
			return err
		}
		if len(rest) > 0 {
			return wrongUse(seen)
		}
		return a.act(ctx, id, model.SeeAlarm{Key: key, Rules: a.rules()})
	}, slotIncident, slotClock)

	const next = "next INC 20m"
	a.add(root, groupLead, &cobra.Command{
		Use: next, Short: "Promise the next update: its clock follows",
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if len(rest) != 1 {
			return wrongUse(next)
		}
		d, err := spanOf(rest[0])
		if err != nil {
			return err
		}
		return a.act(ctx, id, model.PromiseUpdate{In: d})
	}, slotIncident)
}

// onClock reads [INC] CLOCK and gives the clock's whole key.
func (a *app) onClock(ctx context.Context, args []string, usage string) (id, key string, rest []string, err error) {
	id, rest, err = a.incident(ctx, args)
	if err != nil {
		return "", "", nil, err
	}
	if len(rest) == 0 {
		return "", "", nil, wrongUse(usage)
	}
	i, err := a.store.Incident(ctx, id)
	if err != nil {
		return "", "", nil, err
	}
	var keys, meant []string
	for _, c := range i.Clocks(a.rules(), time.Now()) {
		if c.Key == strings.ToLower(rest[0]) {
			return id, c.Key, rest[1:], nil
		}
		if keys = append(keys, c.Key); strings.HasPrefix(c.Key, strings.ToLower(rest[0])) {
			meant = append(meant, c.Key)
		}
	}
	switch {
	case len(meant) == 1:
		return id, meant[0], rest[1:], nil
	case len(meant) > 1:
		return "", "", nil, model.Errorf(model.Invalid, "%q can be several clocks: %s", model.Brief(rest[0], 30), strings.Join(meant, ", "))
	case len(keys) == 0:
		return "", "", nil, model.Errorf(model.NotFound, "no clock runs in %s", id)
	}
	return "", "", nil, model.Errorf(model.NotFound, "no clock %q runs in %s: there are %s", model.Brief(rest[0], 30), id, strings.Join(keys, ", "))
}

// rail are the rows of clocks.
func (a *app) rail(clocks []model.Clock, now time.Time) [][]cell {
	var rows [][]cell
	for _, k := range clocks {
		when := left(k.Due, now, k.Overdue(now))
		who, note := cell{"-", faint}, ""
		if k.Person != "" {
			who = cell{"@" + model.Brief(k.Person, 24), strong}
		}
		if k.Snoozed {
			note = " (put off)"
		}
		if k.Seen != "" {
			when.style = warn
			note += " (seen by " + model.Brief(k.Seen, 24) + ")"
		}
		rows = append(rows, []cell{when, {model.Visible(k.Key), faint}, who, c(model.Visible(k.Text) + note)})
	}
	return rows
}
