package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"warroom/model"
)

// temporary is the ledger of what has to be taken away again.
func (a *app) temporary(root *cobra.Command) {
	const none = "nothing temporary is in place or was"
	ledger := func(i *model.Incident) any { return mitigationsOf(i, time.Now()) }
	temp := &cobra.Command{
		Use: "temp", Short: "The ledger of temporary mitigations: what has to be taken away again",
		Example: "warroom temp add \"checkout throttled to 50 %\" --owner bob --for 2h\nwarroom temp extend 1 1h still needed\nwarroom temp remove 1\nwarroom temp list",
	}
	a.add(root, groupLead, temp, func(ctx context.Context, args []string) error {
		if len(args) > 1 || len(args) == 1 && !isID(args[0]) {
			return wrongUse("temp add|extend|remove|list")
		}
		id, err := a.one(ctx, args, "temp INC")
		if err != nil {
			return err
		}
		return a.board(ctx, id, a.mitigations, ledger, none)
	}, slotIncident)

	var owner, span string
	const add = "add INC TEXT [@OWNER] [2h]"
	c := a.add(temp, "", &cobra.Command{
		Use: add, Short: "Enter something temporary",
		Long:        "Enter something temporary. The end of the text may name who takes it away and after what time, as in the room; with --owner or --for the text is taken as it stands.",
		Annotations: map[string]string{freeText: "mitigation"},
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		text := strings.Join(rest, " ")
		if strings.TrimSpace(text) == "" {
			return wrongUse("temp " + add)
		}
		if owner == "" && span == "" {
			cmd, err := a.compose("/temp " + text)
			if err != nil {
				return err
			}
			return a.act(ctx, id, cmd)
		}
		cmd := model.AddMitigation{Text: text, Owner: owner}
		if cmd.For, err = spanOf(span); err != nil {
			return err
		}
		return a.act(ctx, id, cmd)
	}, slotIncident)
	c.Flags().StringVar(&owner, "owner", "", "who takes it away again")
	c.Flags().StringVar(&span, "for", "", "how long it may stay: 2h, 3d")
	a.flagWords(c, "owner", slotPerson)

	const extend = "extend INC N 2h [REASON]"
	a.add(temp, "", &cobra.Command{
		Use: extend, Short: "Leave number N in place for longer, counted from now", Annotations: map[string]string{freeText: "reason"},
	}, func(ctx context.Context, args []string) error {
		id, n, rest, err := a.numbered(ctx, args, "temp "+extend, "mitigation")
		if err != nil {
			return err
		}
		if len(rest) == 0 {
			return wrongUse("temp " + extend)
		}
		cmd := model.ExtendMitigation{N: n, Reason: strings.Join(rest[1:], " ")}
		if cmd.For, err = spanOf(rest[0]); err != nil {
			return err
		}
		return a.act(ctx, id, cmd)
	}, slotIncident, slotMitigation)

	const remove = "remove INC N [NOTE]"
	a.add(temp, "", &cobra.Command{
		Use: remove, Short: "Note that number N was taken away", Annotations: map[string]string{freeText: "note"},
	}, func(ctx context.Context, args []string) error {
		id, n, rest, err := a.numbered(ctx, args, "temp "+remove, "mitigation")
		if err != nil {
			return err
		}
		return a.act(ctx, id, model.RemoveMitigation{N: n, Note: strings.Join(rest, " ")})
	}, slotIncident, slotMitigation)
	a.listing(temp, "temp", a.mitigations, ledger, none)
}

// mitigations is the ledger: what is in place first.
func (a *app) mitigations(p *page, i *model.Incident) {
	now := time.Now()
	var rows, gone [][]cell
	for _, m := range i.Mitigations {
		owner := cell{"-", faint}
		if m.Owner != "" {
			owner = cell{"@" + model.Brief(m.Owner, 24), normal}
		}
		n, text := c(fmt.Sprint(m.N)), cell{model.Visible(m.Text), normal}
		switch {
		case !m.InPlace():
			text.style = faint
			gone = append(gone, []cell{n, {"removed " + a.stamp(m.Removed), faint}, owner, text})
		case m.Until.IsZero():
			rows = append(rows, []cell{n, {"no time said", warn}, owner, text})
		default:
			rows = append(rows, []cell{n, left(m.Until, now, true), owner, text})
		}
	}
	p.section("Temporary", append(rows, gone...))
}

// left says how long it is until due, or how long due is past. What cannot be
// late is not called overdue.
func left(due, now time.Time, late bool) cell {
	switch {
	case now.After(due) && late:
		return cell{"overdue by " + model.Span(now.Sub(due)), alarm}
	case now.After(due):
		return cell{model.Span(now.Sub(due)) + " ago", faint}
	}
	return cell{"in " + model.Span(due.Sub(now)), normal}
}
