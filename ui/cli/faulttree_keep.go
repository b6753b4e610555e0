package cli

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"warroom/model"
	"warroom/model/review/faulttree"
)

// keptTrees are the commands on the fault tree of a record.
func (a *app) keptTrees(parent *cobra.Command) {
	var base int64
	const keep = "keep INC FILE"
	c := a.add(parent, "", &cobra.Command{
		Use: keep, Short: "Keep a fault tree in the record, where every screen draws it",
		Long: "Keep the file of a fault tree with an incident, in place of the one that is there. It is checked before, and stays in the record as it was written.",
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if len(rest) != 1 {
			return wrongUse("faulttree " + keep)
		}
		b, err := readFile(rest[0], "fault tree", faulttree.MaxFile)
		if err != nil {
			return err
		}
		name := filepath.Base(rest[0])
		if _, err := faulttree.Read(name, b, ""); err != nil {
			return err
		}
		return a.act(ctx, id, model.KeepTree{Name: name, File: string(b), Base: base})
	}, slotIncident, slotFile)
	c.Flags().Int64Var(&base, "base", -1, "the event whose tree this replaces; if not said, the newest")

	const drop = "drop INC [REASON]"
	a.add(parent, "", &cobra.Command{
		Use: drop, Short: "Take the fault tree of the record away", Annotations: map[string]string{freeText: "reason"},
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		return a.act(ctx, id, model.DropTree{Reason: strings.Join(rest, " ")})
	}, slotIncident)

	const file = "file INC"
	a.add(parent, "", &cobra.Command{Use: file, Short: "Print the file of the fault tree that the record keeps"}, func(ctx context.Context, args []string) error {
		id, err := a.one(ctx, args, "faulttree "+file)
		if err != nil {
			return err
		}
		k, err := a.keptTree(ctx, id)
		if err != nil {
			return err
		}
		return a.write(a.safe([]byte(k.Text)))
	}, slotIncident)
}

// keptTree is the fault tree of an incident.
func (a *app) keptTree(ctx context.Context, id string) (model.KeptTree, error) {
	i, err := a.store.Incident(ctx, id)
	if err != nil {
		return model.KeptTree{}, err
	}
	if i.Writeup.Tree.Text == "" {
		return model.KeptTree{}, model.Errorf(model.NotFound, "no fault tree is kept with %s: warroom faulttree keep %s FILE keeps one", id, id)
	}
	return i.Writeup.Tree, nil
}

// namedTree reads the tree of a file, or the one that an incident keeps.
func (a *app) namedTree(ctx context.Context, name, top string) (*faulttree.Tree, error) {
	if !isID(name) {
		return readTree(name, top)
	}
	id, err := a.one(ctx, []string{name}, "faulttree FILE|INC")
	if err != nil {
		return nil, err
	}
	k, err := a.keptTree(ctx, id)
	if err != nil {
		return nil, err
	}
	return faulttree.Read(k.Name, []byte(k.Text), top)
}
