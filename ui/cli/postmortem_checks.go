package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"warroom/model"
	"warroom/model/review"
)

// postmortemChecks are the commands that judge.
func (a *app) postmortemChecks(parent *cobra.Command) {
	const lint = "lint INC|FILE"
	a.add(parent, "", &cobra.Command{
		Use: lint, Short: "Sentences that blame, with the reason; exit status 3 if there are any",
		Long: "Find sentences that blame a person, or tell what did not happen, and say why that hinders learning. Code, quotes and action items are passed over; " +
			"a line that ends with " + review.IgnoreMark + " as well. Action items are judged too. What is only to be thought about does not change the exit status.",
	}, func(ctx context.Context, args []string) error {
		hints, verdicts, warnings, err := a.lint(ctx, args, lint)
		if err != nil {
			return err
		}
		bad := slices.ContainsFunc(hints, func(h review.Hint) bool { return h.Level == review.Suggestion })
		if a.flag.json {
			err = a.object(map[string]any{"hints": list(hints), "action_items": list(verdicts), "warnings": list(warnings)})
		} else {
			err = a.send(a.lintPage(hints, verdicts, warnings))
		}
		if err == nil && bad {
			err = errNo
		}
		return err
	}, slotIncident)

	const score = "score INC|FILE"
	a.add(parent, "", &cobra.Command{Use: score, Short: "How complete it is, and what is missing"}, func(ctx context.Context, args []string) error {
		var s review.Score
		if text, ok, err := a.markdownFile(args); err != nil {
			return err
		} else if ok {
			s = review.ScoreMarkdown(text)
		} else {
			id, err := a.one(ctx, args, "postmortem "+score)
			if err != nil {
				return err
			}
			d, _, err := a.postmortemOf(ctx, id)
			if err != nil {
				return err
			}
			s = d.Score
		}
		if a.flag.json {
			return a.object(s)
		}
		p := a.page()
		p.line(p.t.in(strong, fmt.Sprintf("%d %% complete", s.Percent)))
		var rows [][]cell
		for _, m := range s.Parts {
			style := map[review.Progress]cell{review.Written: {"●", good}, review.Drafted: {"◐", warn}, review.Empty: {"○", faint}}[m.Progress]
			rows = append(rows, []cell{style, c(m.Title), {model.Visible(m.Missing), faint}})
		}
		p.table(2, rows)
		return a.send(p)
	}, slotIncident)
}

// markdownFile reads the argument if it is a file rather than an incident.
func (a *app) markdownFile(args []string) (text string, ok bool, err error) {
	if len(args) != 1 || isID(args[0]) {
		return "", false, nil
	}
	b, err := readFile(args[0], "postmortem", 4<<20)
	return string(b), true, err
}

func (a *app) lint(ctx context.Context, args []string, usage string) (hints []review.Hint, verdicts []review.Verdict, warnings []string, err error) {
	text, ok, err := a.markdownFile(args)
	if err != nil {
		return nil, nil, nil, err
	}
	if ok {
		verdicts, warnings = review.JudgeAll(review.Import(text).Actions)
		return review.LintMarkdown(text, nil), verdicts, warnings, nil
	}
	id, err := a.one(ctx, args, "postmortem "+usage)
	if err != nil {
		return nil, nil, nil, err
	}
	d, i, err := a.postmortemOf(ctx, id)
	if err != nil {
		return nil, nil, nil, err
	}
	verdicts, warnings = review.JudgeAll(d.Actions)
	return d.Lint(i.People), verdicts, warnings, nil
}

func (a *app) lintPage(hints []review.Hint, verdicts []review.Verdict, warnings []string) *page {
	p := a.page()
	for _, h := range hints {
		at := fmt.Sprintf("%d:%d", h.Line, h.Column)
		if h.Section != "" {
			at = string(h.Section) + ":" + at
		}
		style := warn
		if h.Level == review.Info {
			style = faint
		}
		p.line(at, " ", p.t.in(style, h.Rule), " “"+model.Brief(h.Text, 60)+"”: ", h.Why)
		p.line("  ", p.t.in(faint, h.Instead))
	}
	for _, v := range verdicts {
		if len(v.Advice) == 0 && len(v.Missing) == 0 {
			continue
		}
		p.line(fmt.Sprintf("action item %d", v.N), " “"+model.Brief(v.Title, 60)+"”: ", strings.Join(v.Advice, "; "), pick(len(v.Advice) > 0 && len(v.Missing) > 0, "; ", ""),
			pick(len(v.Missing) > 0, p.t.in(faint, "no "+strings.Join(v.Missing, ", ")), ""))
	}
	for _, w := range warnings {
		p.line("action items: ", w)
	}
	if p.b.Len() == 0 {
		p.line("nothing to say")
	}
	return p
}
