package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"warroom/model"
	"warroom/model/alert"
)

// silenceCommands keep alerts quiet for a while.
func (a *app) silenceCommands(parent *cobra.Command) {
	var reason, span string
	silence := a.add(parent, "", &cobra.Command{
		Use: "silence NAME=VALUE… | N", Short: "Keep alerts quiet for a while, with a reason",
		Long: "Keep alerts quiet for a while. All of the pairs must hold: rule, service, source, fingerprint or any label; N takes rule and scope of a line of the inbox. " +
			"What is silenced is received and shown as suppressed. A silence ends by itself.",
		Example: "warroom alert silence rule=DiskFull env=test --for 2h --reason \"disks are being replaced\"\nwarroom alert silence list\nwarroom alert silence end 1",
	}, func(ctx context.Context, args []string) error {
		if len(args) == 0 {
			return a.silenceList(ctx)
		}
		match, err := a.silenceMatch(ctx, args)
		if err != nil {
			return err
		}
		d, err := spanOf(span)
		if err != nil {
			return err
		}
		q, err := alert.NewSilence(match, reason, a.actor, d, time.Now())
		if err != nil {
			return err
		}
		if err := a.record(ctx); err != nil {
			return err
		}
		if q, err = a.store.AddSilence(ctx, q); err != nil {
			return err
		}
		return a.silences([]alert.Silence{q})
	})
	silence.Flags().StringVar(&reason, "reason", "", "why: whoever finds it at night has only this")
	silence.Flags().StringVar(&span, "for", "2h", "how long: 30m, 2h, 3d")
	a.add(silence, "", &cobra.Command{Use: "list", Short: "List the silences in force"}, func(ctx context.Context, args []string) error {
		if len(args) > 0 {
			return wrongUse("alert silence list")
		}
		return a.silenceList(ctx)
	})
	a.add(silence, "", &cobra.Command{Use: "end N", Short: "End a silence now"}, func(ctx context.Context, args []string) error {
		if len(args) != 1 {
			return wrongUse("alert silence end N")
		}
		n, err := lineNumber(args[0])
		if err != nil {
			return err
		}
		if err := a.record(ctx); err != nil {
			return err
		}
		q, err := a.store.EndSilence(ctx, a.actor, n)
		if err != nil {
			return err
		}
		return a.silences([]alert.Silence{q})
	})
}

// silenceMatch reads what to silence: pairs, or a line of the inbox.
func (a *app) silenceMatch(ctx context.Context, args []string) (map[string]string, error) {
	if len(args) == 1 && !strings.Contains(args[0], "=") {
		n, err := lineNumber(args[0])
		if err != nil {
			return nil, err
		}
		if err := a.record(ctx); err != nil {
			return nil, err
		}
		g, err := a.store.AlertGroup(ctx, n)
		if err != nil {
			return nil, err
		}
		return g.Matcher(), nil
	}
	out := map[string]string{}
	for _, s := range args {
		k, v, ok := strings.Cut(s, "=")
		if !ok {
			return nil, model.Errorf(model.Invalid, "%q is no pair: give for example rule=DiskFull", model.Brief(s, 40))
		}
		out[k] = v
	}
	return out, nil
}

func (a *app) silenceList(ctx context.Context) error {
	if err := a.record(ctx); err != nil {
		return err
	}
	all, err := a.store.Silences(ctx, time.Now())
	if err != nil {
		return err
	}
	if a.flag.json {
		return a.object(list(all))
	}
	if len(all) == 0 {
		a.hint("no silence is in force")
		return nil
	}
	return a.silences(all)
}

func (a *app) silences(all []alert.Silence) error {
	if a.flag.json {
		for _, q := range all {
			if err := a.object(q); err != nil {
				return err
			}
		}
		return nil
	}
	p := a.page()
	now := time.Now()
	var rows [][]cell
	for _, q := range all {
		left := cell{"ended", faint}
		if q.Active(now) {
			left = cell{"ends in " + model.Span(q.Until.Sub(now)), normal}
		}
		rows = append(rows, []cell{{fmt.Sprint(q.N), strong}, left, c(model.Brief(q.Words(), 80)), {"@" + model.Brief(q.By, 24), faint}, c(model.Visible(q.Reason))})
	}
	p.table(0, rows)
	return a.send(p)
}
