package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"warroom/model"
	"warroom/model/review/faulttree"
)

func (a *app) faultTree(root *cobra.Command) {
	var top, svg string
	var limit int
	var force bool
	const usage = "faulttree FILE|INC"
	parent := &cobra.Command{
		Use: usage, Short: "Solve a fault tree: probability, minimal cut sets, what matters most",
		Long: "Solve a fault tree from YAML or from the Open-PSA model exchange format. The probability is exact: events may stand under several gates. " +
			"Minimal cut sets are counted even where they are too many to list. The rare-event sum and the upper bound are approximations, shown to compare.\n\n" +
			"warroom faulttree example prints a tree to begin with. Gates are and, or, atleast (k), xor, not, nand, nor, inhibit (condition), transfer; " +
			"events are basic, undeveloped, conditioning or house (state: true or false), with a probability, or a rate per hour and hours.",
		Example: "warroom faulttree example > tree.yaml\nwarroom faulttree tree.yaml\nwarroom faulttree keep INC-20261123 tree.yaml\nwarroom faulttree INC-20261123\nwarroom faulttree tree.yaml --svg tree.svg --json",
	}
	c := a.add(root, groupRead, parent, func(ctx context.Context, args []string) error {
		if len(args) != 1 {
			return wrongUse(usage)
		}
		t, err := a.namedTree(ctx, args[0], top)
		if err != nil {
			return err
		}
		r, err := faulttree.Analyse(t, faulttree.Options{Limit: limit})
		if err != nil {
			return err
		}
		if svg != "" {
			err := a.output(svg, force, func(w io.Writer) error {
				_, err := io.WriteString(w, t.SVG(1000)+"\n")
				return err
			})
			if err != nil || svg == "-" {
				return err
			}
		}
		if a.flag.json {
			return a.object(treeOf(r))
		}
		return a.send(a.treePage(t, r))
	}, slotFile)
	f := c.Flags()
	f.StringVar(&top, "top", "", "the top event, where the file leaves it open")
	f.IntVar(&limit, "limit", 1000, "cut sets listed at most; all are counted")
	f.StringVar(&svg, "svg", "", "draw the tree into this file")
	f.BoolVar(&force, "force", false, "replace the file if it exists")
	a.keptTrees(parent)
	a.add(parent, "", &cobra.Command{Use: "example", Short: "Print a tree to begin with"}, func(_ context.Context, args []string) error {
		if len(args) > 0 {
			return wrongUse("faulttree example")
		}
		return a.write([]byte(faulttree.Example))
	})
}

type importanceJSON struct {
	Birnbaum      float64  `json:"birnbaum"`
	FussellVesely *float64 `json:"fussell_vesely"` // textbook: P(a cut set with it happens) / P; null if not computed
	RAW           float64  `json:"raw"`
	RRW           *float64 `json:"rrw"` // null: infinite
	Criticality   float64  `json:"criticality"`
	Diagnostic    float64  `json:"diagnostic"`
}

type faultTreeJSON struct {
	TopEvent    string                    `json:"top_event"`
	Probability *float64                  `json:"probability"` // exact; null: unknown
	RareEvent   *float64                  `json:"rare_event"`  // sum of the cut sets', at most 1
	UpperBound  *float64                  `json:"upper_bound"` // 1 - product of 1 - P(cut set)
	Exact       bool                      `json:"exact"`
	Coherent    bool                      `json:"coherent"`
	CutSets     [][]string                `json:"minimal_cut_sets"`
	CutSetP     []*float64                `json:"cut_set_probabilities"`
	Count       json.Number               `json:"cut_set_count"`
	Truncated   bool                      `json:"truncated"`
	Single      []string                  `json:"single_points_of_failure"`
	Importance  map[string]importanceJSON `json:"importance"`
	Paths       [][]string                `json:"critical_paths"`
	Recommended []string                  `json:"recommendations"`
	Missing     []string                  `json:"unknown_probabilities"`
	Notes       []string                  `json:"notes"`
}

func treeOf(r *faulttree.Result) faultTreeJSON {
	v := faultTreeJSON{
		TopEvent: r.Top, Probability: r.Probability, RareEvent: r.RareEvent, UpperBound: r.UpperBound, Exact: r.Exact, Coherent: r.Coherent,
		CutSets: [][]string{}, CutSetP: []*float64{}, Truncated: r.Truncated, Single: list(r.Single()), Importance: map[string]importanceJSON{},
		Paths: r.Paths, Recommended: r.Recommendations(), Missing: list(r.Missing), Notes: list(r.Notes), Count: "null",
	}
	if v.Paths == nil {
		v.Paths = [][]string{}
	}
	if r.Count != nil {
		v.Count = json.Number(r.Count.String())
	}
	for _, c := range r.CutSets {
		v.CutSets = append(v.CutSets, list(c.Events))
		v.CutSetP = append(v.CutSetP, c.Probability)
	}
	for _, m := range r.Importance {
		i := importanceJSON{Birnbaum: m.Birnbaum, FussellVesely: m.FussellVesely, RAW: m.RAW, Criticality: m.Criticality, Diagnostic: m.Diagnostic}
		if !math.IsInf(m.RRW, 0) {
			i.RRW = &m.RRW
		}
		v.Importance[m.Event] = i
	}
	return v
}

const shownSets, shownEvents = 20, 15

func (a *app) treePage(t *faulttree.Tree, r *faulttree.Result) *page {
	p := a.page()
	p.line(p.t.in(strong, model.Visible(r.Top)))
	if r.Probability != nil {
		p.line("probability    ", p.t.in(strong, faulttree.Number(*r.Probability)), p.t.in(faint, pick(r.Exact, "  exact", "")))
	} else {
		p.line("probability    ", p.t.in(warn, "unknown"))
	}
	if r.RareEvent != nil {
		p.line("rare-event sum ", faulttree.Number(*r.RareEvent), p.t.in(faint, "  approximation"+pick(r.Coherent, ", never too small", "")))
	}
	if r.UpperBound != nil {
		p.line("upper bound    ", faulttree.Number(*r.UpperBound), p.t.in(faint, "  approximation"+pick(r.Coherent, ", never too small", "")))
	}
	for _, rec := range r.Recommendations() {
		p.line("recommended    ", model.Visible(rec))
	}
	rows := t.Outline(nil, t.Likelihoods())
	p.line()
	p.line(p.t.in(strong, "Tree"))
	for _, row := range rows[:min(len(rows), 60)] {
		tail := row.Gate
		if row.P != nil {
			tail = strings.TrimSpace(tail + "  " + faulttree.Number(*row.P))
		}
		if row.Shared {
			tail += "  as above"
		}
		p.line("  ", p.t.in(faint, row.Branch), row.Sign, " ", model.Visible(row.Text), "  ", p.t.in(faint, tail))
	}
	if more := len(rows) - 60; more > 0 {
		p.line("  ", p.t.in(faint, fmt.Sprintf("and %d lines more", more)))
	}
	count := "not all found"
	if r.Count != nil {
		count = r.Count.String()
	}
	var sets [][]cell
	for k, s := range r.CutSets {
		if k == shownSets {
			break
		}
		prob := cell{"unknown", warn}
		if s.Probability != nil {
			prob = c(faulttree.Number(*s.Probability))
		}
		var words []string
		for _, e := range s.Events {
			words = append(words, model.Visible(t.Words(e)))
		}
		text := strings.Join(words, " + ")
		if len(words) == 0 {
			text = "(nothing needs to fail)"
		}
		sets = append(sets, []cell{prob, c(text)})
	}
	p.section("Minimal cut sets: "+count+pick(len(r.CutSets) > shownSets || r.Truncated, ", the likeliest", ""), sets)
	rows2 := [][]cell{{{"Birnbaum", faint}, {"criticality", faint}, {"Fussell-Vesely", faint}, {"RAW", faint}, {"RRW", faint}, {"event", faint}}}
	for k, m := range r.Importance {
		if k == shownEvents {
			break
		}
		fv := "-"
		if m.FussellVesely != nil {
			fv = faulttree.Number(*m.FussellVesely)
		}
		rrw := "infinite"
		if !math.IsInf(m.RRW, 0) {
			rrw = faulttree.Number(m.RRW)
		}
		rows2 = append(rows2, []cell{c(faulttree.Number(m.Birnbaum)), c(faulttree.Number(m.Criticality)), c(fv), c(faulttree.Number(m.RAW)), c(rrw), c(model.Visible(t.Words(m.Event)))})
	}
	if len(rows2) > 1 {
		p.section("Importance", rows2)
	}
	for _, n := range r.Notes {
		a.hint(n)
	}
	return p
}
