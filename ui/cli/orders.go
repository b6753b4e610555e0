package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"warroom/model"
)

func (a *app) orderCommands(root *cobra.Command) {
	var span string
	const usage = "order INC PERSON TEXT --for 3m"
	order := &cobra.Command{
		Use: usage, Short: "Give a task with a clock to one person",
		Long:        "Give a task to one named person with a time box (" + model.Span(model.DefaultOrder) + " if not said). The person acknowledges it, and ends it with a result.",
		Example:     "warroom order bob check replica lag --for 3m\nwarroom order ack 1\nwarroom order done 1 \"lag is 340 s\"",
		Annotations: map[string]string{freeText: "task"},
	}
	a.add(root, groupAct, order, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if len(rest) < 2 {
			return wrongUse(usage)
		}
		cmd := model.GiveOrder{Person: rest[0], Task: strings.Join(rest[1:], " ")}
		if cmd.For, err = spanOf(span); err != nil {
			return err
		}
		return a.act(ctx, id, cmd)
	}, slotIncident, slotPerson)
	order.Flags().StringVar(&span, "for", "", "how long it may take: 90s, 3m, 1h30m")

	a.onOrder(order, "ack INC N", "Say that order N is understood", false, func(n int, _ string) (model.Command, error) {
		return model.AckOrder{N: n}, nil
	})
	a.onOrder(order, "done INC N [RESULT]", "End order N with its result", true, func(n int, text string) (model.Command, error) {
		return model.FinishOrder{N: n, Result: text}, nil
	})
	a.onOrder(order, "withdraw INC N [REASON]", "Take order N back", true, func(n int, text string) (model.Command, error) {
		return model.WithdrawOrder{N: n, Reason: text}, nil
	})
	var more string
	extend := a.onOrder(order, "extend INC N [REASON]", "Give order N more time, counted from now", true, func(n int, text string) (model.Command, error) {
		d, err := spanOf(more)
		// As in the room's input line, the time may stand in front of the reason.
		if word, rest, _ := strings.Cut(text, " "); err == nil && d == 0 {
			if s, ok := model.ParseSpan(strings.ToLower(word)); ok {
				d, text = s, strings.TrimSpace(rest)
			}
		}
		return model.ExtendOrder{N: n, For: d, Reason: text}, err
	})
	extend.Flags().StringVar(&more, "for", "", "how much more: 5m")
}

// onOrder adds a subcommand that acts on an order by its number.
func (a *app) onOrder(order *cobra.Command, use, short string, text bool, build func(n int, text string) (model.Command, error)) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short}
	if text {
		c.Annotations = map[string]string{freeText: "text"}
	}
	return a.add(order, "", c, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if len(rest) == 0 || len(rest) > 1 && !text {
			return wrongUse("order " + use)
		}
		n, err := model.ParseOrderNumber(rest[0])
		if err != nil {
			return err
		}
		cmd, err := build(n, strings.Join(rest[1:], " "))
		if err != nil {
			return err
		}
		return a.act(ctx, id, cmd)
	}, slotIncident, slotOrder)
}

// spanOf reads a length of time; none is zero.
func spanOf(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	d, ok := model.ParseSpan(strings.ToLower(s))
	if !ok || d == 0 {
		return 0, model.Errorf(model.Invalid, "%q is no length of time: give for example 90s, 3m or 1h30m", model.Brief(s, 30))
	}
	return d, nil
}
