package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"warroom/model"
)

func (a *app) team(root *cobra.Command) {
	const none = "there are no sub-teams"
	teams := func(i *model.Incident) any { return teamsOf(i) }
	team := &cobra.Command{
		Use: "team", Short: "Sub-teams, whose leaders report to the commander for all of them",
		Example: "warroom team form alpha bob databases --member carol --member dave\nwarroom team end alpha",
	}
	a.add(root, groupLead, team, func(ctx context.Context, args []string) error {
		if len(args) > 1 || len(args) == 1 && !isID(args[0]) {
			return wrongUse("team form|end|list")
		}
		id, err := a.one(ctx, args, "team INC")
		if err != nil {
			return err
		}
		return a.board(ctx, id, a.teams, teams, none)
	}, slotIncident)

	var members []string
	const form = "form INC NAME LEADER [TASK]"
	c := a.add(team, "", &cobra.Command{
		Use: form, Short: "Form a sub-team, or change one",
		Long:        "Form a sub-team, or give one of that name another leader, task and members. Usual names: " + strings.Join(model.TeamNames, ", ") + ".",
		Annotations: map[string]string{freeText: "task"},
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if len(rest) < 2 {
			return wrongUse("team " + form)
		}
		return a.act(ctx, id, model.FormTeam{Name: rest[0], Leader: rest[1], Task: strings.Join(rest[2:], " "), Members: members})
	}, slotIncident, slotTeam, slotPerson)
	c.Flags().StringArrayVar(&members, "member", nil, "who belongs to it besides the leader; may be repeated")
	a.flagWords(c, "member", slotPerson)

	const end = "end INC NAME"
	a.add(team, "", &cobra.Command{Use: end, Short: "Let a sub-team go"}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if len(rest) != 1 {
			return wrongUse("team " + end)
		}
		return a.act(ctx, id, model.EndTeam{Name: rest[0]})
	}, slotIncident, slotTeam)
	a.listing(team, "team", a.teams, teams, none)
}

// teams are the sub-teams with their leaders.
func (a *app) teams(p *page, i *model.Incident) {
	now := time.Now()
	var rows [][]cell
	for _, t := range i.Teams {
		task := model.Visible(t.Task)
		if len(t.Members) > 0 {
			task = strings.TrimPrefix(task+" (with "+model.Visible(strings.Join(t.Members, ", "))+")", " ")
		}
		rows = append(rows, []cell{c(model.Visible(t.Name)), {"@" + model.Brief(t.Leader, 24), strong}, {model.Span(max(0, now.Sub(t.Since))), faint}, c(task)})
	}
	p.section("Teams", rows)
}
