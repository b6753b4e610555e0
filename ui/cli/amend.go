package cli

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"warroom/model"
)

func (a *app) amendCommands(root *cobra.Command) {
	a.amend(root)
	a.history(root)
	a.add(root, groupAct, &cobra.Command{
		Use: "undo INC", Short: "Take back your newest action; the record keeps both",
	}, func(ctx context.Context, args []string) error {
		id, err := a.one(ctx, args, "undo INC")
		if err != nil {
			return err
		}
		return a.act(ctx, id, model.Undo{})
	}, slotIncident)
}

func (a *app) amend(root *cobra.Command) {
	var at string
	var strike, restore, important, plain bool
	const usage = "amend INC SEQ [TEXT]"
	c := &cobra.Command{
		Use: usage, Short: "Correct an entry: its text or time, or take it back",
		Long:        "Correct an entry. What it said before stays in the record; warroom history shows it.",
		Example:     "warroom amend 12 \"lag is 340 s, not 34 s\"\nwarroom amend 12 --at 14:03\nwarroom amend 12 --strike",
		Annotations: map[string]string{freeText: "entry"},
	}
	a.add(root, groupAct, c, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if len(rest) == 0 {
			return wrongUse(usage + " --at, --strike …")
		}
		cmd := model.Amend{}
		if cmd.Seq, err = seqOf(rest[0]); err != nil {
			return err
		}
		if text := strings.Join(rest[1:], " "); text != "" {
			cmd.Text = &text
		}
		if err := a.times(timeFlag{at, &cmd.At}); err != nil {
			return err
		}
		if cmd.Struck, err = either(strike, restore, "--strike", "--restore"); err != nil {
			return err
		}
		if cmd.Mark, err = either(important, plain, "--important", "--plain"); err != nil {
			return err
		}
		if cmd.Text == nil && cmd.At.IsZero() && cmd.Struck == nil && cmd.Mark == nil {
			return model.Errorf(model.Invalid, "say what is to change in #%d: a new text, --at TIME, --strike, --restore, --important or --plain", cmd.Seq)
		}
		return a.act(ctx, id, cmd)
	}, slotIncident)
	f := c.Flags()
	f.StringVar(&at, "at", "", "when it happened: -7m, 14:03")
	f.BoolVar(&strike, "strike", false, "take it back")
	f.BoolVar(&restore, "restore", false, "it counts again")
	f.BoolVar(&important, "important", false, "mark it")
	f.BoolVar(&plain, "plain", false, "take the mark away")
}

// either makes a yes or no of two flags that exclude each other, nil of none.
func either(yes, no bool, yesName, noName string) (*bool, error) {
	if yes && no {
		return nil, model.Errorf(model.Invalid, "%s and %s exclude each other: give one", yesName, noName)
	}
	if !yes && !no {
		return nil, nil
	}
	return &yes, nil
}

func (a *app) history(root *cobra.Command) {
	const usage = "history INC SEQ"
	a.add(root, groupRead, &cobra.Command{
		Use: usage, Short: "Show an entry with all its corrections",
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if len(rest) != 1 {
			return wrongUse(usage)
		}
		seq, err := seqOf(rest[0])
		if err != nil {
			return err
		}
		events, err := a.store.History(ctx, id, seq)
		if err != nil {
			return err
		}
		p := a.page()
		for _, e := range events {
			if a.flag.json {
				if err := a.object(entryOf(model.NewEntry(e), "")); err != nil {
					return err
				}
				continue
			}
			p.linef("%s  #%d  %s", a.term.in(faint, a.stamp(e.Recorded)), e.Seq, a.term.in(strong, model.Visible(e.Actor)))
			if !e.At.Equal(e.Recorded) {
				p.line("  happened " + a.stamp(e.At))
			}
			for _, l := range model.VisibleLines(e.Text()) {
				p.line("  " + l)
			}
			if b, ok := e.Body.(*model.Amendment); ok && b.Line != nil {
				for i, l := range model.VisibleLines(b.Was) {
					p.line("  " + a.term.in(faint, pick(i == 0, "was: ", "     ")+l))
				}
			}
		}
		return a.send(p)
	}, slotIncident)
}

// seqOf reads the number of an entry, "12" or "#12".
func seqOf(s string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimPrefix(s, "#"), 10, 64)
	if err != nil || n < 1 {
		return 0, model.Errorf(model.Invalid, "%q is no number of an entry: give one as warroom tail shows it, such as 12", model.Brief(s, 30))
	}
	return n, nil
}

// timeFlag is a time as typed and where it goes.
type timeFlag struct {
	typed string
	to    *time.Time
}

// times reads the flags that were given.
func (a *app) times(flags ...timeFlag) error {
	now := time.Now()
	for _, f := range flags {
		if f.typed == "" {
			continue
		}
		t, err := model.When(f.typed, now, a.zone)
		if err != nil {
			return err
		}
		*f.to = t
	}
	return nil
}

func pick(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}
