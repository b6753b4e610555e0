package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"warroom/model"
	"warroom/model/review"
)

// whys are the answers to why it happened.
func (a *app) whys(root *cobra.Command) {
	const usage = "whys FILE|INC"
	parent := &cobra.Command{
		Use: usage, Short: "Five whys: a chain or a tree of answers, with what to make of it",
		Long: "Analyse whys, from a file or from an incident. A file is YAML or JSON:\n\n" +
			"  problem: Website was down for 2 hours\n  whys:\n    - question: Why was the website down?\n      answer: The web server ran out of memory\n      evidence: graph of the heap\n      confidence: high\n      whys:\n        - answer: A memory leak in the application\n\n" +
			"A list in which nothing is nested is a chain. Where several answers stand side by side they are several causes. " +
			"The root cause and the recommendations are those of the classical method, along the first answers; causes are the ends of all branches. " +
			"Answers that go in a circle, end at a person or cannot be acted on are flagged.",
		Example: "warroom whys whys.yaml\nwarroom whys seed\nwarroom whys add \"the pool was exhausted\" --evidence \"graph 7\" --confidence high\nwarroom whys add --under 1 \"no limit on imports\"\nwarroom whys tree > tree.yaml",
	}
	a.add(root, groupRead, parent, func(ctx context.Context, args []string) error {
		t, err := a.whysTree(ctx, args, usage)
		if err != nil {
			return err
		}
		r := t.Report()
		if a.flag.json {
			return a.object(r)
		}
		return a.send(a.whysPage(r))
	}, slotIncident)

	var under int
	var question, evidence, confidence string
	const add = "add INC ANSWER"
	c := a.add(parent, "", &cobra.Command{
		Use: add, Short: "Enter an answer, to the problem or --under another answer", Annotations: map[string]string{freeText: "answer"},
	}, func(ctx context.Context, args []string) error {
		id, rest, err := a.incident(ctx, args)
		if err != nil {
			return err
		}
		if len(rest) == 0 {
			return wrongUse("whys " + add)
		}
		return a.act(ctx, id, model.AnswerWhy{Parent: under, Question: question, Answer: strings.Join(rest, " "), Evidence: evidence, Confidence: model.Confidence(confidence)})
	}, slotIncident)
	f := c.Flags()
	f.IntVar(&under, "under", 0, "the number of the answer that is asked about; 0: the problem")
	f.StringVar(&question, "question", "", "the question, if it is not simply why")
	f.StringVar(&evidence, "evidence", "", "what shows it")
	f.StringVar(&confidence, "confidence", "", "low, medium or high")
	a.words(c, "confidence", func() []string { return []string{"low", "medium", "high"} })

	const change = "change INC N [ANSWER]"
	var q2, e2, c2 string
	ch := a.add(parent, "", &cobra.Command{
		Use: change, Short: "Change answer N, or what is known about it", Annotations: map[string]string{freeText: "answer"},
	}, func(ctx context.Context, args []string) error {
		id, n, rest, err := a.numbered(ctx, args, "whys "+change, "why")
		if err != nil {
			return err
		}
		cmd := model.ChangeWhy{N: n, Question: said(q2), Evidence: said(e2), Answer: said(strings.Join(rest, " "))}
		if c2 != "" {
			conf := model.Confidence(c2)
			cmd.Confidence = &conf
		}
		return a.act(ctx, id, cmd)
	}, slotIncident)
	ch.Flags().StringVar(&q2, "question", "", "the question")
	ch.Flags().StringVar(&e2, "evidence", "", "what shows it")
	ch.Flags().StringVar(&c2, "confidence", "", "low, medium or high")

	const drop = "drop INC N [REASON]"
	a.add(parent, "", &cobra.Command{
		Use: drop, Short: "Take answer N back, with everything below it", Annotations: map[string]string{freeText: "reason"},
	}, func(ctx context.Context, args []string) error {
		id, n, rest, err := a.numbered(ctx, args, "whys "+drop, "why")
		if err != nil {
			return err
		}
		return a.act(ctx, id, model.DropWhy{N: n, Reason: strings.Join(rest, " ")})
	}, slotIncident)

	a.add(parent, "", &cobra.Command{Use: "seed INC", Short: "Enter the confirmed hypotheses as answers"}, func(ctx context.Context, args []string) error {
		id, err := a.one(ctx, args, "whys seed INC")
		if err != nil {
			return err
		}
		i, err := a.store.Incident(ctx, id)
		if err != nil {
			return err
		}
		seeds := review.Seeds(i)
		if len(seeds) == 0 {
			return model.Errorf(model.Conflict, "no confirmed hypothesis is left to begin with: confirm one, or enter an answer with whys add")
		}
		for _, s := range seeds {
			if err := a.act(ctx, id, s); err != nil {
				return err
			}
		}
		return nil
	}, slotIncident)

	a.add(parent, "", &cobra.Command{Use: "tree FILE|INC", Short: "The whys as a fault tree, for warroom faulttree"}, func(ctx context.Context, args []string) error {
		t, err := a.whysTree(ctx, args, "whys tree FILE|INC")
		if err != nil {
			return err
		}
		tree, err := t.FaultTree()
		if err != nil {
			return err
		}
		return a.write(a.safe(tree.YAML()))
	}, slotIncident)
}

// said is a pointer to s unless nothing was said.
func said(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// whysTree reads whys from a file or an incident.
func (a *app) whysTree(ctx context.Context, args []string, usage string) (review.Tree, error) {
	if len(args) == 1 && !isID(args[0]) {
		b, err := readFile(args[0], "file of whys", 1<<20)
		if err != nil {
			return review.Tree{}, err
		}
		return review.ReadWhys(filepath.Base(args[0]), b)
	}
	id, err := a.one(ctx, args, usage)
	if err != nil {
		return review.Tree{}, err
	}
	i, err := a.store.Incident(ctx, id)
	if err != nil {
		return review.Tree{}, err
	}
	return review.TreeOf(i), nil
}

func (a *app) whysPage(r *review.Report) *page {
	p := a.page()
	p.line(p.t.in(strong, model.Visible(r.Problem)))
	for _, s := range r.Analysis {
		indent := strings.Repeat("  ", s.Level)
		p.line(indent, p.t.in(faint, fmt.Sprintf("%d ", s.N)+model.Visible(s.Question)))
		p.line(indent, "  ", model.Visible(s.Answer), pick(s.Confidence != "", p.t.in(faint, " · confidence "+string(s.Confidence)), ""))
		if s.Evidence != "" {
			p.line(indent, "  ", p.t.in(faint, "evidence: "+model.Visible(s.Evidence)))
		}
		for _, f := range s.Flags {
			p.line(indent, "  ", p.t.in(warn, "! "+f.Rule+": "), f.Why)
		}
	}
	p.line()
	if r.RootCause != nil {
		p.line("root cause   ", model.Visible(*r.RootCause))
	} else {
		p.line("root cause   ", p.t.in(faint, "not found yet"))
	}
	if len(r.Causes) > 1 {
		for k, c := range r.Causes {
			p.line(pick(k == 0, "causes       ", "             "), model.Visible(c))
		}
	}
	p.linef("depth        %d", r.Depth)
	for k, rec := range r.Recommendations {
		p.line(pick(k == 0, "recommended  ", "             "), rec)
	}
	return p
}
