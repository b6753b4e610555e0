package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"warroom/model"
)

// stateCommands are those that say where the incident stands.
func (a *app) stateCommands(root *cobra.Command) {
	a.status(root)
	a.severity(root)
	a.milestone(root)
}

func (a *app) status(root *cobra.Command) {
	var at string
	const usage = "status INC STATUS [REASON]"
	c := &cobra.Command{
		Use: usage, Short: "Move the incident along its lifecycle, forward or back",
		Long:        "Move the incident to a status: " + words(model.Statuses) + ". The beginning of a word is enough. Milestones that follow are set with it.",
		Example:     "warroom status mitigated \"rolled back to 1.41\"",
		Annotations: map[string]string{freeText: "reason"},
	}
	a.add(root, groupAct, c, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if len(rest) == 0 {
			return wrongUse(usage)
		}
		cmd := model.SetStatus{Reason: strings.Join(rest[1:], " ")}
		if cmd.To, err = model.ParseStatus(rest[0]); err != nil {
			return err
		}
		if err := a.times(timeFlag{at, &cmd.At}); err != nil {
			return err
		}
		return a.act(ctx, id, cmd)
	}, slotIncident, slotStatus)
	c.Flags().StringVar(&at, "at", "", "when it happened: -7m, 14:03")
}

func (a *app) severity(root *cobra.Command) {
	var at string
	const usage = "severity INC N [REASON]"
	c := &cobra.Command{
		Use: usage, Short: "Set the severity, 1 (worst) to 5",
		Example:     "warroom severity 1 \"payments are affected, too\"",
		Annotations: map[string]string{freeText: "reason"},
	}
	a.add(root, groupAct, c, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if len(rest) == 0 {
			return wrongUse(usage)
		}
		cmd := model.SetSeverity{Reason: strings.Join(rest[1:], " ")}
		if cmd.To, err = model.ParseSeverity(rest[0]); err != nil {
			return err
		}
		if err := a.times(timeFlag{at, &cmd.At}); err != nil {
			return err
		}
		return a.act(ctx, id, cmd)
	}, slotIncident, slotSeverity)
	c.Flags().StringVar(&at, "at", "", "when it happened: -7m, 14:03")
}

func (a *app) milestone(root *cobra.Command) {
	const usage = "milestone INC NAME TIME"
	a.add(root, groupAct, &cobra.Command{
		Use: usage, Short: "Say when a milestone was reached, or correct it",
		Long: "Say when a milestone was reached: " + words(model.Milestones) +
			". TIME is -7m, 14:03, 2026-11-23 14:03 or RFC 3339; unknown takes a wrong one away.",
		Example: "warroom milestone impact_started -20m\nwarroom milestone detected unknown",
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if len(rest) < 2 {
			return wrongUse(usage)
		}
		cmd := model.SetMilestone{}
		if cmd.Name, err = model.ParseMilestone(rest[0]); err != nil {
			return err
		}
		typed := strings.Join(rest[1:], " ")
		if cmd.Unknown = typed == "unknown"; !cmd.Unknown {
			if err := a.times(timeFlag{typed, &cmd.At}); err != nil {
				return err
			}
		}
		return a.act(ctx, id, cmd)
	}, slotIncident, slotMilestone)
}

// words lists names with commas.
func words[T ~string](names []T) string {
	s := make([]string, len(names))
	for i, n := range names {
		s[i] = string(n)
	}
	return strings.Join(s, ", ")
}
