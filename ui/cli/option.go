package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"warroom/model"
)

// option is the list of what could be done.
func (a *app) option(root *cobra.Command) {
	const none = "no option is on the table"
	object := func(i *model.Incident) any { return list(i.Options) }
	opt := &cobra.Command{
		Use: "option", Short: "What could be done: options with risk, effect and way back",
		Example: "warroom option add fail over orders-db --risk \"30 s of failed writes\" --undo \"fail back, 5 min\"\nwarroom option propose 1\nwarroom option drop 2 too slow\nwarroom option list",
	}
	a.add(root, groupLead, opt, func(ctx context.Context, args []string) error {
		if len(args) > 1 || len(args) == 1 && !isID(args[0]) {
			return wrongUse("option add|propose|drop|list")
		}
		id, err := a.one(ctx, args, "option INC")
		if err != nil {
			return err
		}
		return a.board(ctx, id, a.options, object, none)
	}, slotIncident)

	var o model.AddOption
	const add = "add INC TEXT"
	c := a.add(opt, "", &cobra.Command{
		Use: add, Short: "Put an option on the table", Annotations: map[string]string{freeText: "option"},
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if o.Text = strings.Join(rest, " "); strings.TrimSpace(o.Text) == "" {
			return wrongUse("option " + add)
		}
		return a.act(ctx, id, o)
	}, slotIncident)
	c.Flags().StringVar(&o.Risk, "risk", "", "what it may cost")
	c.Flags().StringVar(&o.Effect, "effect", "", "what it should bring")
	c.Flags().StringVar(&o.Undo, "undo", "", "how it is taken back; none if it cannot be")

	const propose = "propose INC N"
	a.add(opt, "", &cobra.Command{Use: propose, Short: "Ask everybody for strong objections against option N"}, func(ctx context.Context, args []string) error {
		id, n, rest, err := a.numbered(ctx, args, "option "+propose, "option")
		if err != nil {
			return err
		}
		if len(rest) > 0 {
			return wrongUse("option " + propose)
		}
		return a.act(ctx, id, model.ProposeOption{N: n})
	}, slotIncident, slotOption)

	const drop = "drop INC N [REASON]"
	a.add(opt, "", &cobra.Command{Use: drop, Short: "Take option N off the table", Annotations: map[string]string{freeText: "reason"}}, func(ctx context.Context, args []string) error {
		id, n, rest, err := a.numbered(ctx, args, "option "+drop, "option")
		if err != nil {
			return err
		}
		return a.act(ctx, id, model.DropOption{N: n, Reason: strings.Join(rest, " ")})
	}, slotIncident, slotOption)
	a.listing(opt, "option", a.options, object, none)
}

// options lists the open ones first.
func (a *app) options(p *page, i *model.Incident) {
	var rows, gone [][]cell
	for _, o := range i.Options {
		n, text := c(fmt.Sprint(o.N)), cell{model.Visible(o.Text), normal}
		row := []cell{n, c("open"), text, {model.Visible(o.Weighs()), faint}}
		switch {
		case o.Open():
			rows = append(rows, row)
			continue
		case o.Dropped:
			row[1] = cell{"dropped", faint}
		default:
			row[1] = cell{fmt.Sprintf("proposal %d", o.Decision), faint}
		}
		row[2].style = faint
		gone = append(gone, row)
	}
	p.section("Options", append(rows, gone...))
}

// roll is the roll call.
func (a *app) roll(root *cobra.Command) {
	const usage = "roll INC [SYSTEM [PERSON] [here|paged|missing]]"
	a.add(root, groupLead, &cobra.Command{
		Use: usage, Short: "Roll call: who is here for which system; without a system, show it",
		Example: "warroom roll\nwarroom roll orders-db bob\nwarroom roll orders-db bob paged\nwarroom roll network missing",
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if len(rest) == 0 {
			return a.board(ctx, id, a.rollCall, func(i *model.Incident) any { return list(i.RollCall()) }, "no system is known: warroom "+usage)
		}
		cmd := model.CallRoll{System: rest[0]}
		rest = rest[1:]
		if n := len(rest); n > 0 && slices.Contains(model.Attendances, model.Attendance(strings.ToLower(rest[n-1]))) {
			cmd.State, rest = model.Attendance(strings.ToLower(rest[n-1])), rest[:n-1]
		}
		if len(rest) > 1 {
			return wrongUse(usage)
		}
		if len(rest) == 1 {
			cmd.Person = strings.TrimPrefix(rest[0], "@")
		}
		return a.act(ctx, id, cmd)
	}, slotIncident)
}

func (a *app) rollCall(p *page, i *model.Incident) {
	var rows [][]cell
	for _, c := range i.RollCall() {
		who, state := cell{"-", faint}, cell{"not called yet", faint}
		if c.Person != "" {
			who = cell{"@" + model.Brief(c.Person, 24), normal}
		}
		switch c.State {
		case "":
		case model.Missing:
			state = cell{string(c.State), warn}
		default:
			state = cell{string(c.State), normal}
		}
		rows = append(rows, []cell{{model.Visible(c.System), normal}, who, state})
	}
	p.section("Roll call", rows)
}

// dismiss lets people go.
func (a *app) dismiss(root *cobra.Command) {
	const usage = "dismiss INC WHO-STAYS…"
	a.add(root, groupLead, &cobra.Command{
		Use: usage, Short: "Say who stays, and let everybody else go",
		Long:    "Say who stays; everybody else who takes part can go, and the line for the call is written. Roles and orders stay as they are: who has one hands it over first, or stays.",
		Example: "warroom dismiss ana bob",
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if len(rest) == 0 {
			return wrongUse(usage)
		}
		cmd := model.Dismiss{}
		for _, p := range rest {
			cmd.Stay = append(cmd.Stay, strings.Trim(p, "@,"))
		}
		return a.act(ctx, id, cmd)
	}, slotIncident, slotPerson)
}
