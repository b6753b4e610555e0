package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"warroom/model"
)

func (a *app) roleCommands(root *cobra.Command) {
	roles := "Roles: " + words(model.Roles) + "; short: ic, tl, cl, sc."

	const assign = "assign INC ROLE [PERSON]"
	a.add(root, groupAct, &cobra.Command{
		Use: assign, Short: "Give a role to a person (yourself if nobody is named)",
		Long:    "Give a role to a person, or to yourself if nobody is named. Command that somebody holds is offered, and moves when it is accepted.\n\n" + roles,
		Example: "warroom assign ic me\nwarroom assign INC-20261123 tl bob",
	}, func(ctx context.Context, args []string) error {
		id, r, person, err := a.roleAndPerson(ctx, args, assign)
		if err != nil {
			return err
		}
		return a.act(ctx, id, model.AssignRole{Role: r, Person: person})
	}, slotIncident, slotRole, slotPerson)

	const release = "release INC ROLE [PERSON]"
	a.add(root, groupAct, &cobra.Command{
		Use: release, Short: "Take a role from its holder; nobody has it then",
		Long: "Take a role from its holder. PERSON is needed only where several people hold it.\n\n" + roles,
	}, func(ctx context.Context, args []string) error {
		id, r, person, err := a.roleAndPerson(ctx, args, release)
		if err != nil {
			return err
		}
		return a.act(ctx, id, model.ReleaseRole{Role: r, Person: person})
	}, slotIncident, slotRole, slotPerson)

	a.add(root, groupAct, &cobra.Command{
		Use: "take INC [WHY]", Short: "Take command, where nobody has it or it was offered to you",
		Long:        "Take command, where nobody has it or it was offered to you. From somebody who is gone it is taken only with a reason, which everybody sees.",
		Annotations: map[string]string{freeText: "reason"},
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		return a.act(ctx, id, model.TakeCommand{Reason: strings.Join(rest, " ")})
	}, slotIncident)

	a.handOver(root)
}

func (a *app) handOver(root *cobra.Command) {
	var role string
	const handover = "handover INC PERSON"
	c := a.add(root, groupAct, &cobra.Command{
		Use: handover, Short: "Offer command to a person; it moves when accepted",
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if len(rest) == 0 {
			return wrongUse(handover)
		}
		cmd := model.HandOver{To: strings.Join(rest, " ")}
		if role != "" {
			if cmd.Role, err = model.ParseRole(role); err != nil {
				return err
			}
		}
		return a.act(ctx, id, cmd)
	}, slotIncident, slotPerson)
	c.Flags().StringVar(&role, "role", "", "another role than command")
	a.flagWords(c, "role", slotRole)

	const accept = "accept INC [ROLE]"
	a.add(root, groupAct, &cobra.Command{
		Use: accept, Short: "Accept a role that was offered to you",
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		var cmd model.AcceptRole
		if len(rest) > 0 {
			if cmd.Role, err = model.ParseRole(strings.Join(rest, " ")); err != nil {
				return err
			}
		}
		return a.act(ctx, id, cmd)
	}, slotIncident, slotRole)

	const decline = "decline INC [ROLE] [REASON]"
	a.add(root, groupAct, &cobra.Command{
		Use: decline, Short: "Decline a role offered to you, or take your offer back",
		Annotations: map[string]string{freeText: "reason"},
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		var cmd model.DeclineRole
		if len(rest) > 0 {
			if r, err := model.ParseRole(rest[0]); err == nil {
				cmd.Role, rest = r, rest[1:]
			}
		}
		cmd.Reason = strings.Join(rest, " ")
		return a.act(ctx, id, cmd)
	}, slotIncident, slotRole)
}

// roleAndPerson reads [INC] ROLE [PERSON].
func (a *app) roleAndPerson(ctx context.Context, args []string, usage string) (string, model.Role, string, error) {
	id, rest, err := a.incident(ctx, args)
	if err != nil {
		return "", "", "", err
	}
	if len(rest) == 0 {
		return "", "", "", wrongUse(usage)
	}
	r, err := model.ParseRole(rest[0])
	if err != nil {
		return "", "", "", err
	}
	person := strings.Join(rest[1:], " ")
	if person != "" && !model.SamePerson(person, "me") {
		person, err = model.ParsePerson(person)
	} else if person != "" {
		person = a.actor
	}
	return id, r, person, err
}
