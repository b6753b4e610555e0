package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"warroom/model"
)

// closing ends an incident, and says who writes it up.
func (a *app) closing(root *cobra.Command) {
	var severity, owner, due string
	var closed bool
	c := a.add(root, groupLead, &cobra.Command{
		Use: "resolve INC [WHY]", Short: "Say that it is over: final severity, who writes the postmortem",
		Long:        "Say that it is over. What is still open is listed on standard error first; it hinders nothing, and what is temporary stays in the ledger.",
		Example:     "warroom resolve \"error rate normal for ten minutes\" --severity 1 --owner ana --due 72h",
		Annotations: map[string]string{freeText: "reason"},
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		cmd := model.Resolve{Reason: strings.Join(rest, " "), Owner: owner, Rules: a.rules()}
		if closed {
			cmd.To = model.Closed
		}
		if severity != "" {
			if cmd.Severity, err = model.ParseSeverity(severity); err != nil {
				return err
			}
		}
		if due != "" {
			if owner == "" {
				return model.Errorf(model.Invalid, "--due is for the postmortem: say who writes it with --owner")
			}
			if cmd.Due, err = model.ParseDue(due, time.Now(), a.zone); err != nil {
				return err
			}
		}
		i, err := a.store.Incident(ctx, id)
		if err != nil {
			return err
		}
		a.looseEnds(i)
		return a.act(ctx, id, cmd)
	}, slotIncident)
	f := c.Flags()
	f.StringVarP(&severity, "severity", "s", "", "the final severity, if it is another")
	f.StringVar(&owner, "owner", "", "who writes the postmortem")
	f.StringVar(&due, "due", "", "by when: 48h, 3d, 2026-11-26; if not said, what the config file says, else "+model.Span(model.Doctrine().Review))
	f.BoolVar(&closed, "close", false, "close it for good instead")
	a.flagWords(c, "severity", slotSeverity)
	a.flagWords(c, "owner", slotPerson)

	const review = "review INC OWNER [WHEN]"
	a.add(root, groupLead, &cobra.Command{
		Use: review, Short: "Say who writes the postmortem, and by when",
		Long:    "Say who writes the postmortem, and by when: 48h, 3d, 2026-11-26, 2026-11-26 15:00. If not said, it is due " + model.Span(model.Doctrine().Review) + " after resolving, or what the config file says.",
		Example: "warroom review ana 48h\nwarroom review INC-20261123 bob 2026-11-26",
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if len(rest) == 0 {
			return wrongUse(review)
		}
		cmd := model.PlanReview{Owner: rest[0], Rules: a.rules()}
		if model.SamePerson(rest[0], "me") {
			cmd.Owner = a.actor
		}
		if when := strings.Join(rest[1:], " "); when != "" {
			if cmd.Due, err = model.ParseDue(when, time.Now(), a.zone); err != nil {
				return err
			}
		}
		return a.act(ctx, id, cmd)
	}, slotIncident, slotPerson)
}

// looseEnds says on standard error what is still open, as lines, or with --json
// as one object.
func (a *app) looseEnds(i *model.Incident) {
	loose := looseOf(i)
	if len(loose) == 0 {
		return
	}
	if a.flag.json {
		if b, err := encode(map[string]any{"loose_ends": loose}); err == nil {
			_, _ = a.errOut.Write(escapeHidden(b))
		}
		return
	}
	for _, l := range loose {
		a.hint("still open: " + l.What + " " + model.Visible(l.Text))
	}
}
