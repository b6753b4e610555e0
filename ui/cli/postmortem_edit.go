package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"warroom/model"
	"warroom/model/review"
	"warroom/ui"
)

// postmortemEdit takes the sections to a person's editor and back.
func (a *app) postmortemEdit(parent *cobra.Command) {
	const edit = "edit INC [SECTION...]"
	a.add(parent, "", &cobra.Command{
		Use: edit, Short: "Write the sections in your editor (VISUAL, EDITOR)",
		Long: "Open the sections in your editor. What you changed is written when it closes; what others changed meanwhile is merged line by line. " +
			"Where two people changed the same lines nothing is written and both texts are kept in a file.",
		Example: "warroom postmortem edit\nwarroom postmortem edit INC-20261123 lessons_learned",
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		var only []model.SectionKey
		for _, r := range rest {
			k, err := model.ParseSectionKey(r)
			if err != nil {
				return err
			}
			only = append(only, k)
		}
		d, _, err := a.postmortemOf(ctx, id)
		if err != nil {
			return err
		}
		w := review.NewDraft(d)
		path, err := ui.EditFile(d.ID+".md", w.File(d, only...))
		if err != nil {
			return err
		}
		keep := false
		defer func() {
			if !keep {
				_ = os.RemoveAll(filepath.Dir(path))
			}
		}()
		cmd, err := ui.EditorCommand(path)
		if err != nil {
			return err
		}
		cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
		began := time.Now()
		if err := cmd.Run(); err != nil {
			keep = true
			return model.Wrap(model.Invalid, err, "the editor did not end well: nothing was written; your text is in %s", path)
		}
		quick := time.Since(began) < ui.AtOnce
		data, err := ui.ReadEdited(path)
		if err != nil {
			keep = true
			return model.Wrap(model.CodeOf(err), err, "%s; your text is in %s", model.Message(err), path)
		}
		changed, err := w.Back(data)
		if err != nil {
			keep = true
			return model.Errorf(model.Invalid, "%s; your text is in %s", model.Message(err), path)
		}
		written, conflicts, err := a.writeBack(ctx, id, w, changed)
		if err != nil {
			keep = true
			return model.Wrap(model.CodeOf(err), err, "%s; your text is in %s", model.Message(err), path)
		}
		if len(conflicts) > 0 {
			keep = true
			return a.keepBoth(path, conflicts)
		}
		if a.flag.json {
			return a.object(map[string]any{"sections": list(written)})
		}
		switch {
		case len(written) == 0 && quick:
			keep = true
			a.hint(ui.StillOpen(path))
			return nil
		case len(written) == 0:
			a.hint("nothing was changed")
			return nil
		}
		p := a.page()
		for _, k := range written {
			p.line("wrote ", k)
		}
		return a.send(p)
	}, slotIncident)
}

// writeBack writes what came back from the editor. Each section is one command,
// decided on the incident as it stands then, so that a change of the last moment
// is merged and not overwritten.
func (a *app) writeBack(ctx context.Context, id string, w review.Draft, changed map[model.SectionKey]string) (written []string, conflicts []review.Conflict, err error) {
	for try := 0; ; try++ {
		i, err := a.store.Incident(ctx, id)
		if err != nil {
			return written, nil, err
		}
		cmds, bad := w.Reconcile(changed, i)
		again := false
		for _, c := range cmds {
			_, err := a.do(ctx, id, c)
			if model.CodeOf(err) == model.Conflict && try < 5 {
				again = true // somebody was faster: merge once more
				break
			}
			if err != nil {
				return written, nil, err
			}
			written = append(written, string(c.Section))
			delete(changed, c.Section)
		}
		if !again {
			return written, bad, nil
		}
	}
}

// keepBoth leaves the texts of a conflict beside the file of the editor.
func (a *app) keepBoth(path string, conflicts []review.Conflict) error {
	var b bytes.Buffer
	for _, c := range conflicts {
		fmt.Fprintf(&b, "## %s\n\n%s\n\n", review.PartFor(c.Section).Title, c.Both)
	}
	both := filepath.Join(filepath.Dir(path), "conflict.md")
	if err := os.WriteFile(both, b.Bytes(), 0o600); err != nil {
		return model.Wrap(model.Internal, err, "%s cannot be written; your text is in %s", both, path)
	}
	return model.Errorf(model.Conflict, "%s wrote %s meanwhile, and you both changed the same lines: yours was not written; both texts are in %s, yours alone in %s",
		conflicts[0].By, conflicts[0].Section, both, path)
}
