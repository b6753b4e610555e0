package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"warroom/model"
	"warroom/storage"
)

// careCommands look after the record and the program itself.
func (a *app) careCommands(root *cobra.Command) {
	a.audit(root)
	a.backup(root)
	a.rebuild(root)
	a.doctor(root)
	a.keys(root)
	a.version(root)
	a.demo(root)
}

// breakable is r until ctx is canceled: a pipe that is silent must not keep the
// program from ending.
func breakable(ctx context.Context, r io.Reader) io.Reader {
	out, in := io.Pipe()
	context.AfterFunc(ctx, func() { in.CloseWithError(ctx.Err()) })
	go func() {
		_, err := io.Copy(in, r)
		in.CloseWithError(err)
	}()
	return out
}

func (a *app) audit(root *cobra.Command) {
	const usage = "audit INC"
	a.add(root, groupCare, &cobra.Command{
		Use: usage, Short: "Prove that nothing in the record was changed afterwards",
		Long: "Follow the hash chain of an incident, or of all when none is named, from its beginning to its head. " +
			"It prints the head of each chain: compare one with the head in an export. The exit status is 3 if anything is wrong.",
		Example: "warroom audit\nwarroom audit INC-20261123 --json",
	}, func(ctx context.Context, args []string) error {
		if len(args) > 1 {
			return wrongUse(usage)
		}
		if err := a.existing(ctx); err != nil {
			return err
		}
		id := ""
		if len(args) == 1 {
			var err error
			if id, err = a.store.Resolve(ctx, args[0]); err != nil {
				return err
			}
		}
		rep, err := a.store.Audit(ctx, id)
		if err != nil {
			return err
		}
		if a.flag.json {
			err = a.object(struct {
				OK        bool              `json:"ok"`
				Incidents int               `json:"incidents"`
				Events    int64             `json:"events"`
				Heads     []storage.Head    `json:"heads"`
				Findings  []storage.Finding `json:"findings"`
			}{len(rep.Findings) == 0, rep.Incidents, rep.Events, list(rep.Heads), list(rep.Findings)})
		} else {
			err = a.audited(rep)
		}
		if err == nil && len(rep.Findings) > 0 {
			return errNo
		}
		return err
	}, slotIncident)
}

func (a *app) audited(rep storage.Report) error {
	p := a.page()
	var heads [][]cell
	for _, h := range rep.Heads {
		heads = append(heads, []cell{c(h.Incident), {fmt.Sprintf("#%d", h.Seq), faint}, c(h.Hash.String())})
	}
	p.table(0, heads)
	for _, f := range rep.Findings {
		p.line(a.term.in(alarm, "✗ "+model.Visible(f.Incident)), "  ", model.Visible(f.Problem))
	}
	sum := fmt.Sprintf("%s in %s", count(int(rep.Events), "event", "events"), count(rep.Incidents, "incident", "incidents"))
	if n := len(rep.Findings); n > 0 {
		p.line(a.term.in(alarm, fmt.Sprintf("%s checked: %s", sum, count(n, "finding", "findings"))))
	} else {
		p.line(a.term.in(good, "✔ "+sum+" checked: nothing was changed"))
	}
	return a.send(p)
}

func (a *app) backup(root *cobra.Command) {
	const usage = "backup FILE"
	a.add(root, groupCare, &cobra.Command{
		Use: usage, Short: "Copy the record into a new file, while others go on writing",
		Long:    "Copy the record into a new file. It is a record like the first: warroom --db FILE opens it. Do not copy the file by other means while it is in use.",
		Example: "warroom backup /var/backups/warroom-monday.db",
	}, func(ctx context.Context, args []string) error {
		if len(args) != 1 {
			return wrongUse(usage)
		}
		if err := a.existing(ctx); err != nil {
			return err
		}
		began := time.Now()
		if err := a.store.Backup(ctx, args[0]); err != nil {
			return err
		}
		size := int64(0)
		if st, err := os.Stat(args[0]); err == nil {
			size = st.Size()
		}
		if a.flag.json {
			return a.object(struct {
				File  string `json:"file"`
				Bytes int64  `json:"bytes"`
			}{args[0], size})
		}
		p := a.page()
		p.linef("%s written: %d KiB in %d ms", model.Visible(args[0]), (size+1023)/1024, time.Since(began).Milliseconds())
		return a.send(p)
	}, slotFile)
}

func (a *app) rebuild(root *cobra.Command) {
	a.add(root, groupCare, &cobra.Command{
		Use: "rebuild", Short: "Make lists, entries and search anew from the events",
		Long: "Make everything that is kept beside the events anew from them: lists, entries as corrected, the search index. The events are not touched.",
	}, func(ctx context.Context, args []string) error {
		if len(args) > 0 {
			return wrongUse("rebuild")
		}
		if err := a.existing(ctx); err != nil {
			return err
		}
		rep, err := a.store.Rebuild(ctx)
		if err != nil {
			return err
		}
		if a.flag.json {
			return a.object(rep)
		}
		p := a.page()
		p.linef("%s in %s read anew; %d differed from what was kept", count(int(rep.Events), "event", "events"),
			count(rep.Incidents, "incident", "incidents"), rep.Differed)
		return a.send(p)
	})
}
