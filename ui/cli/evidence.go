package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	xterm "github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"warroom/integrations/outbound"
	"warroom/model"
	"warroom/runbooks/output"
	"warroom/runbooks/proc"
	"warroom/runbooks/shell"
)

// evidence is what a command printed, in the timeline.
func (a *app) evidence(root *cobra.Command) {
	var timeout string
	const usage = "exec INC -- CMD…"
	c := a.add(root, groupAct, &cobra.Command{
		Use: usage, Short: "Run a command and put what it prints into the timeline",
		Long: "Run a command in your own environment and folder (without the credentials of `warroom connect`), show what it prints, and put it into the timeline as evidence. " +
			"Well-known tokens and passwords in addresses are hidden before anything is kept. The exit status is that of the command, 1 at most.",
		Example: "warroom exec -- kubectl top pods\nwarroom exec INC-20261123 --timeout 30s -- df -h",
	}, func(ctx context.Context, args []string) error {
		id, argv, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if len(argv) == 0 {
			return wrongUse(usage)
		}
		limit := 10 * time.Minute
		if timeout != "" {
			if limit, err = spanOf(timeout); err != nil {
				return err
			}
		}
		return a.witness(ctx, id, argv, limit)
	}, slotIncident)
	c.Flags().StringVar(&timeout, "timeout", "", "how long it may take: 30s, 5m (10m if not said)")
}

// witness runs a command and records it.
func (a *app) witness(ctx context.Context, id string, argv []string, limit time.Duration) error {
	work, err := os.Getwd()
	if err != nil {
		return model.Wrap(model.Invalid, err, "the working folder is not there")
	}
	dir := filepath.Join(runsDir(a.store), id, "evidence")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return model.Wrap(model.Full, err, "the output cannot be kept: nothing was run")
	}
	file := filepath.Join(dir, time.Now().UTC().Format("150405.000000000")+".out")
	// What opens the doors outside is none of the command's business: it might
	// print it.
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return outbound.Credential(name)
	})
	run, err := proc.Start(proc.Spec{Argv: argv, Env: env, Dir: work, Timeout: limit, File: file, Secrets: &output.Secrets{}})
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, run.Stop)
	defer stop()
	shown := int64(-1)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	n := 0
	show := func(last bool) {
		v := run.Record().Version()
		if a.flag.json || v == shown && !last {
			return
		}
		shown = v
		lines := run.Record().View().Lines
		end := len(lines)
		if !last {
			end = max(0, end-1)
		}
		p := a.page()
		for ; n < end; n++ {
			p.line(model.Visible(lines[n].Text))
		}
		_ = a.send(p)
	}
	for done := false; !done; {
		select {
		case <-run.Done():
			done = true
		case <-tick.C:
		}
		show(done)
	}
	res := run.Wait()
	ev := model.Evidence{Title: shell.Quote(argv), Command: shell.Quote(argv), Signal: res.Signal, Took: res.End.Sub(res.Start).Milliseconds(), Bytes: res.View.Total, Dropped: res.View.Dropped, File: file}
	ev.Title = (&output.Secrets{}).Safe(ev.Title)
	ev.Command = ev.Title
	if res.Signal == "" {
		ev.Exit = &res.Exit
	}
	var b strings.Builder
	for _, l := range res.View.Lines {
		b.WriteString(l.Text + "\n")
	}
	ev.Output = b.String()
	r, err := a.do(context.WithoutCancel(ctx), id, model.AddEvidence{Evidence: ev})
	if err != nil {
		return err
	}
	if err := a.written(r); err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case res.State == proc.TimedOut:
		return model.Errorf(model.Conflict, "it took longer than %s and was stopped: what it printed is in the timeline", model.Span(limit))
	case res.State != proc.Succeeded:
		return model.Errorf(model.Conflict, "the command ended with %s: what it printed is in the timeline", ending(res))
	}
	return nil
}

func ending(r proc.Result) string {
	if r.Signal != "" {
		return r.Signal
	}
	return fmt.Sprintf("exit status %d", r.Exit)
}

// maxPiped bounds what is read of a pipe as one piece of evidence.
const maxPiped = 64 << 20

// pipeEvidence puts the whole input into the timeline as one piece.
func (a *app) pipeEvidence(ctx context.Context, id, title string) error {
	if f, ok := a.in.(*os.File); ok && xterm.IsTerminal(f.Fd()) {
		io.WriteString(a.errOut, "type what is to be kept; ctrl+d ends\n")
	}
	rec := output.NewRecord(nil, 0)
	red := output.NewRedactor(&output.Secrets{}, func(p []byte) { rec.Add(output.Out, time.Time{}, p) })
	n, err := io.Copy(red, io.LimitReader(a.in, maxPiped))
	red.Close()
	switch {
	case err != nil:
		return model.Wrap(model.Internal, err, "the input broke off")
	case n == 0:
		return model.Errorf(model.Invalid, "the input is empty: nothing was written")
	}
	v := rec.View()
	var b bytes.Buffer
	for _, l := range v.Lines {
		b.WriteString(l.Text + "\n")
	}
	if title == "" {
		title = "from a pipe, " + count(len(v.Lines), "line", "lines")
	}
	r, err := a.do(ctx, id, model.AddEvidence{Evidence: model.Evidence{Title: title, Output: b.String(), Bytes: v.Total, Dropped: v.Dropped}})
	if err != nil {
		return err
	}
	return a.written(r)
}
