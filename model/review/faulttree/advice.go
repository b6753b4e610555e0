package faulttree

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// The thresholds of the recommendations, on the probability of the top event.
const (
	ModerateProbability = 0.01
	HighProbability     = 0.1
)

// Recommendations are the seed's: by the probability of the top event, over 0.1
// and over 0.01; and what is to be found out where it is unknown.
func (r *Result) Recommendations() []string {
	switch {
	case r.Probability == nil && len(r.Missing) > 0:
		return []string{"Probability unknown - estimate " + listed(r.Missing, 5)}
	case r.Probability == nil:
		return []string{}
	case *r.Probability > HighProbability:
		return []string{"High failure probability - immediate action required"}
	case *r.Probability > ModerateProbability:
		return []string{"Moderate failure probability - plan improvements"}
	}
	return []string{}
}

// Single lists the events that cause the top event alone.
func (r *Result) Single() []string {
	var out []string
	for _, c := range r.CutSets {
		if len(c.Events) == 1 {
			out = append(out, c.Events[0])
		}
	}
	return out
}

// paths are the ways from the top to each leaf, in the words of the tree.
func (t *Tree) paths(limit int) (out [][]string, more bool) {
	var way []string
	var walk func(id string) bool
	walk = func(id string) bool {
		way = append(way, t.Words(id))
		defer func() { way = way[:len(way)-1] }()
		g, ok := t.Gate(id)
		if !ok {
			if len(out) == limit {
				return false
			}
			out = append(out, slices.Clone(way))
			return true
		}
		for _, in := range g.Inputs {
			if !walk(in) {
				return false
			}
		}
		return true
	}
	done := walk(t.Top)
	return out, !done
}

// Number writes a probability for people.
func Number(p float64) string {
	if p != 0 && (math.Abs(p) < 1e-3 || math.Abs(p) >= 1e6) {
		return fmt.Sprintf("%.4g", p)
	}
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.6f", p), "0"), ".")
}
