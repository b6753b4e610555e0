package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"warroom/model"
)

// leadCommands are those with which an incident is led: what is believed, what
// is decided, what is due, who does what, and the end.
func (a *app) leadCommands(root *cobra.Command) {
	a.hypothesis(root)
	a.option(root)
	a.decision(root)
	a.temporary(root)
	a.situation(root)
	a.team(root)
	a.roll(root)
	a.dismiss(root)
	a.clockCommands(root)
	a.closing(root)
	a.briefCommands(root)
}

func (a *app) hypothesis(root *cobra.Command) {
	const usage = "hypothesis INC [TEXT]"
	board := &cobra.Command{
		Use: usage, Short: "Put a possible cause on the board; without a text, show the board",
		Long:        "Put a possible cause on the board. It stays there with what speaks for or against it, also when it was ruled out, so that nobody tests it again.",
		Example:     "warroom hypothesis the migration holds a lock\nwarroom hypothesis set 1 testing\nwarroom hypothesis set 1 ruled_out \"no locks in pg_locks\"",
		Annotations: map[string]string{freeText: "hypothesis"},
	}
	a.add(root, groupLead, board, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if text := strings.Join(rest, " "); text != "" {
			return a.act(ctx, id, model.StateHypothesis{Text: text})
		}
		return a.board(ctx, id, a.hypotheses, func(i *model.Incident) any { return hypothesesOf(i) }, "no hypothesis is written down")
	}, slotIncident)

	const set = "set INC N STATE [EVIDENCE]"
	a.add(board, "", &cobra.Command{
		Use: set, Short: "Say what has become of hypothesis N",
		Long:        "Say what has become of hypothesis N: " + words(model.HypothesisStates) + ". To confirm it or to rule it out needs evidence.",
		Annotations: map[string]string{freeText: "evidence"},
	}, func(ctx context.Context, args []string) error {
		id, n, rest, err := a.numbered(ctx, args, "hypothesis "+set, "hypothesis")
		if err != nil {
			return err
		}
		if len(rest) == 0 {
			return wrongUse("hypothesis " + set)
		}
		state, err := model.ParseHypothesisState(rest[0])
		if err != nil {
			return err
		}
		return a.act(ctx, id, model.SetHypothesis{N: n, State: state, Evidence: strings.Join(rest[1:], " ")})
	}, slotIncident, slotHypothesis, slotHypothesisState)
	a.listing(board, "hypothesis", a.hypotheses, func(i *model.Incident) any { return hypothesesOf(i) }, "no hypothesis is written down")
}

// hypotheses is the board of possible causes.
func (a *app) hypotheses(p *page, i *model.Incident) {
	var rows [][]cell
	for _, h := range i.Hypotheses {
		style := normal
		switch h.State {
		case model.HypothesisConfirmed:
			style = strong
		case model.HypothesisRuledOut:
			style = faint
		}
		rows = append(rows, []cell{c(fmt.Sprint(h.N)), {h.State.String(), style}, {"@" + model.Brief(h.By, 24), faint}, {model.Visible(h.Text), style}})
		for _, e := range h.Evidence {
			rows = append(rows, []cell{c(""), c(""), c(""), {"  because " + model.Visible(e), faint}})
		}
	}
	p.section("Hypotheses", rows)
}

// section prints a heading and a table, or nothing where there are no rows.
func (p *page) section(title string, rows [][]cell) {
	if len(rows) == 0 {
		return
	}
	if p.b.Len() > 0 {
		p.line()
	}
	p.line(p.t.in(strong, title))
	p.table(2, rows)
}

// board prints one part of an incident; none is said where there is nothing.
func (a *app) board(ctx context.Context, id string, show func(*page, *model.Incident), object func(*model.Incident) any, none string) error {
	i, err := a.store.Incident(ctx, id)
	if err != nil {
		return err
	}
	if a.flag.json {
		return a.object(object(i))
	}
	p := a.page()
	show(p, i)
	if p.b.Len() == 0 {
		a.hint(none)
	}
	return a.send(p)
}

// listing adds the subcommand that lists what its parent writes.
func (a *app) listing(parent *cobra.Command, name string, show func(*page, *model.Incident), object func(*model.Incident) any, none string) {
	a.add(parent, "", &cobra.Command{Use: "list INC", Short: "Show them"}, func(ctx context.Context, args []string) error {
		id, err := a.one(ctx, args, name+" list INC")
		if err != nil {
			return err
		}
		return a.board(ctx, id, show, object, none)
	}, slotIncident)
}

// numbered reads [INC] N and gives what follows.
func (a *app) numbered(ctx context.Context, args []string, usage, what string) (id string, n int, rest []string, err error) {
	id, rest, err = a.incident(ctx, args)
	if err != nil {
		return "", 0, nil, err
	}
	if len(rest) == 0 {
		return "", 0, nil, wrongUse(usage)
	}
	if n, err = model.ParseOrderNumber(rest[0]); err != nil {
		return "", 0, nil, model.Errorf(model.Invalid, "%q is no number of a %s: warroom show lists them", model.Brief(rest[0], 30), what)
	}
	return id, n, rest[1:], nil
}
