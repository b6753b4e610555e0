package cli

import (
	"context"

	"github.com/spf13/cobra"

	"warroom/model"
)

func (a *app) rollback(root *cobra.Command) {
	back := &cobra.Command{
		Use: "rollback", Short: "Ways back: list, plan and run them, always with a target",
		Example: "warroom rollback list\n" +
			"warroom rollback plan k8s-undo --set context=prod --set namespace=shop --set deployment=orders --set revision=41\n" +
			"warroom rollback run k8s-undo --set …",
	}
	var books []string
	list := func(ctx context.Context, args []string) error {
		if len(args) > 0 {
			return wrongUse("rollback list|plan|run")
		}
		return a.rollbacks(books)
	}
	a.add(root, groupAct, back, list)
	c := a.add(back, "", &cobra.Command{Use: "list", Short: "The ways back that are known here"}, list)
	c.Flags().StringArrayVar(&books, "runbooks", nil, "a further folder of runbooks; may be given more than once")

	var f following
	const plan = "plan NAME [INC]"
	c = a.add(back, "", &cobra.Command{Use: plan, Short: "Show what a rollback would run, with its target; run nothing"},
		func(ctx context.Context, args []string) error { return a.plan(ctx, args, "rollback "+plan, &f, true) })
	f.flags(c)
	c.Flags().IntVar(&f.undo, "undo", 0, "of the undo of run N")
	c.Flags().StringVar(&f.options, "options", "", "list what this value may be picked from, such as revision; runs what only looks")

	var g following
	const run = "run NAME [INC]"
	c = a.add(back, "", &cobra.Command{
		Use: run, Short: "Roll back: guards, capture, preview, confirm, execute, verify",
		Long: "Roll back to an explicit target. What only looks (guards, capture, preview) is run first; before anything is changed the target " +
			"has to be typed, or given with --confirm. Without a terminal and without --confirm the run stops there with exit status 3. " +
			"After a verification that fails nothing else is done by itself: --undo N is offered.",
		Example: "warroom rollback run k8s-undo --set context=prod --set namespace=shop --set deployment=orders --set revision=41\n" +
			"warroom rollback run k8s-undo --undo 1",
	}, func(ctx context.Context, args []string) error { return a.follow(ctx, args, "rollback "+run, &g, true) })
	g.flags(c)
	c.Flags().IntVar(&g.run, "continue", 0, "go on with run N instead of beginning a new one")
	c.Flags().IntVar(&g.undo, "undo", 0, "undo run N")
	c.Flags().StringVar(&g.confirm, "confirm", "", "the target, in place of typing it")
}

type strategyJSON struct {
	ID         string   `json:"id"`
	Type       string   `json:"type"`
	Title      string   `json:"title"`
	Origin     string   `json:"origin"`
	Reversible bool     `json:"reversible"`
	DataLoss   string   `json:"data_loss"`
	Needs      []string `json:"needs"`
	Params     []string `json:"params"`
}

func (a *app) rollbacks(books []string) error {
	items := a.shelf(books)().Strategies()
	out := []strategyJSON{}
	var rows [][]cell
	for _, it := range items {
		s := it.Strategy
		v := strategyJSON{ID: s.ID, Type: s.Type, Title: s.Title, Origin: string(it.Origin), Reversible: s.Risk.Reversible, DataLoss: s.Risk.DataLoss, Needs: list([]string(s.Needs)), Params: []string{}}
		if v.DataLoss == "" {
			v.DataLoss = "none"
		}
		for _, p := range s.Params {
			v.Params = append(v.Params, p.Name)
		}
		out = append(out, v)
		risk := cell{"can be undone", faint}
		if !v.Reversible {
			risk = cell{"cannot be undone", warn}
		}
		if v.DataLoss != "none" {
			risk = cell{"data loss " + v.DataLoss, alarm}
		}
		rows = append(rows, []cell{c(model.Visible(s.ID)), {model.Visible(s.Type), faint}, risk, c(model.Visible(s.Title))})
	}
	if a.flag.json {
		return a.object(out)
	}
	p := a.page()
	p.table(0, rows)
	return a.send(p)
}
