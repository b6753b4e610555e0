package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	xterm "github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"warroom/model"
)

func (a *app) logCommands(root *cobra.Command) {
	const usage = "log INC TEXT"
	evidence, run, step := false, 0, ""
	c := a.add(root, groupAct, &cobra.Command{
		Use: usage, Short: "Write into the timeline; - reads lines from a pipe",
		Long: "Write a line into the timeline, in the grammar of the room's input line:\n\n" +
			"  db primary is back            a note\n" +
			"  ! customers see errors        an important one\n" +
			"  -7m saw first 500s            it happened then; also 14:03, 2026-11-23 14:03\n" +
			"  finding: lag is 340 s         also action, decision, change, update\n" +
			"  todo write a test             a follow-up for the review\n" +
			"  @bob check replica lag 3m     an order with a clock\n" +
			"  /status mitigated             the same as the subcommand\n\n" +
			"With --run the entry stands beside a step of a runbook that is followed, too.\n\n" +
			"With - instead of a text every line of the input is an entry. A line is printed once it is durable. " +
			"One that cannot be accepted is reported with its number, and the rest goes on; the exit status is 2 then.",
		Example:     "warroom log \"! customers see errors\"\nwarroom log INC-20261123 -7m \"finding: lag is 340 s\"\nkubectl get events --watch | warroom log -",
		Annotations: map[string]string{freeText: "entry"},
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		beside := run != 0 || step != ""
		switch {
		case beside && run < 1:
			return model.Errorf(model.Invalid, "which run is it about? Give --run and its number: warroom show lists the runs")
		case beside && (evidence || len(rest) > 0 && rest[len(rest)-1] == "-"):
			return model.Errorf(model.Invalid, "beside a step stands one entry, not what a pipe brings: give the text")
		}
		if evidence {
			if len(rest) == 0 || rest[len(rest)-1] != "-" {
				return wrongUse("log INC [TITLE] --evidence - (it reads from a pipe)")
			}
			return a.pipeEvidence(ctx, id, strings.Join(rest[:len(rest)-1], " "))
		}
		switch {
		case len(rest) == 0:
			return wrongUse(usage + ", or - to read lines from a pipe")
		case len(rest) == 1 && rest[0] == "-":
			return a.pipe(ctx, id)
		}
		cmd, err := a.compose(strings.Join(rest, " "))
		if err != nil {
			return err
		}
		if beside {
			n, is := cmd.(model.AddNote)
			if !is {
				return model.Errorf(model.Invalid, "only an entry stands beside a step: leave out --run")
			}
			n.Run, n.Step = run, step
			cmd = n
		}
		return a.act(ctx, id, cmd)
	}, slotIncident)
	c.Flags().IntVar(&run, "run", 0, "beside a step of this run: the one that it is at")
	c.Flags().StringVar(&step, "step", "", "with --run: beside the step with this id")
	c.Flags().BoolVar(&evidence, "evidence", false, "with -: the whole input is one entry, words before the - its title")
	a.amendCommands(root)
}

// act carries out a command and prints what was written.
func (a *app) act(ctx context.Context, id string, cmd model.Command) error {
	r, err := a.do(ctx, id, cmd)
	if err != nil {
		return err
	}
	return a.written(r)
}

// written acknowledges the events of a receipt, each in one piece as soon as it
// is known to be durable.
func (a *app) written(r model.Receipt) error {
	for _, e := range r.Events {
		if a.flag.json {
			if err := a.object(entryOf(model.NewEntry(e), "")); err != nil {
				return err
			}
			continue
		}
		if b, ok := e.Body.(*model.MilestoneMark); ok && b.Auto {
			continue // follows from the line before
		}
		p := a.page()
		a.entry(p, model.NewEntry(e), e.Incident)
		if err := a.send(p); err != nil {
			return err
		}
	}
	return nil
}

// pipe writes every line of the input into the timeline, each in a commit of its
// own, so that what was acknowledged is durable. It ends at the end of the
// input, when interrupted, or when the record itself fails: then the number of
// the line tells where to go on.
func (a *app) pipe(ctx context.Context, id string) error {
	if f, ok := a.in.(*os.File); ok && xterm.IsTerminal(f.Fd()) {
		io.WriteString(a.errOut, "a line an entry; ctrl+d ends\n")
	}
	var (
		mute    error // why nothing is printed any more
		refused int
		n       int
	)
	for l := range input(ctx, a.in) {
		n = l.n
		if l.end != nil {
			return model.Wrap(model.Internal, l.end, "the input broke off behind line %d", l.n)
		}
		if l.err == nil && strings.TrimSpace(l.text) == "" {
			continue
		}
		r, err := a.line(ctx, id, l)
		switch code := model.CodeOf(err); {
		case err == nil:
		case ctx.Err() != nil:
			return ctx.Err()
		case code == model.Invalid, code == model.Conflict, code == model.NotFound:
			refused++
			a.complain(l.n, err)
			continue
		default:
			return &model.Error{Code: code, Err: errors.Unwrap(err),
				Msg: fmt.Sprintf("line %d and what follows was not written: %s", l.n, model.Message(err))}
		}
		// The record matters more than its echo: when nobody reads the output
		// any more, what still comes in is written all the same.
		if mute == nil {
			mute = a.written(r)
		}
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case mute != nil && !errors.Is(mute, errGone):
		return mute
	case refused > 0:
		return model.Errorf(model.Invalid, "%d of %s refused; the others are written", refused, count(n, "line was", "lines were"))
	}
	return mute
}

func (a *app) line(ctx context.Context, id string, l inputLine) (model.Receipt, error) {
	if l.err != nil {
		return model.Receipt{}, l.err
	}
	cmd, err := a.compose(l.text)
	if err != nil {
		return model.Receipt{}, err
	}
	return a.do(ctx, id, cmd)
}
