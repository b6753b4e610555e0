package faulttree

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"

	"warroom/model"
)

// Options bound the work of an analysis; the zero value is good.
type Options struct {
	Limit int // cut sets listed at most; 0: 1000
	Nodes int // size of a diagram before it is given up; 0: 2,000,000
}

const (
	defaultLimit = 1000
	defaultNodes = 2_000_000
	boundLimit   = 1_000_000 // cut sets up to which the upper bound is computed
	pathLimit    = 1000      // critical paths listed
)

// Result is what is known of the top event. A pointer that is nil is unknown.
type Result struct {
	Top         string   // its text
	Coherent    bool     //
	Exact       bool     // Probability comes from a decision diagram
	Probability *float64 // of the top event
	RareEvent   *float64 // sum of the cut sets' probabilities, at most 1
	RareSum     float64  // that sum, not cut off
	UpperBound  *float64 // 1 - ∏(1 - P(cut set)); nil also if there are too many to multiply
	CutSets     []CutSet // the likeliest first; the smallest first where probabilities are unknown
	Count       *big.Int // of all minimal cut sets; nil if they were not all found
	Truncated   bool     // CutSets are not all
	Importance  []Importance
	Missing     []string // events without a probability
	Paths       [][]string
	MorePaths   bool // Paths are not all
	Notes       []string
}

// CutSet is a smallest combination of failures that causes the top event.
type CutSet struct {
	Events      []string // names, in the order of the file
	Probability *float64
}

// Importance says how much an event matters. The measures carry several names in
// the literature; these are, with P the probability of the top event and p that
// of the event:
//
//	Birnbaum (MIF)          P(top | event) - P(top | not event)
//	Criticality (CIF)       Birnbaum × p / P
//	Fussell-Vesely          P(some cut set with the event happens) / P
//	Diagnostic (DIF)        p × P(top | event) / P
//	RAW                     P(top | event) / P
//	RRW                     P / P(top | not event); infinite for what alone causes it
type Importance struct {
	Event         string
	Birnbaum      float64
	Criticality   float64
	FussellVesely *float64 // nil if it would take too long, or for a non-coherent tree
	Diagnostic    float64
	RAW           float64
	RRW           float64 // +Inf where nothing is left without the event
}

// Analyse solves a tree that has passed Check.
func Analyse(t *Tree, o Options) (*Result, error) {
	if o.Limit <= 0 {
		o.Limit = defaultLimit
	}
	if o.Nodes <= 0 {
		o.Nodes = defaultNodes
	}
	r := &Result{Top: t.Words(t.Top), Coherent: t.Coherent(), Notes: slices.Clone(t.Notes)}
	s := solver{t: t, o: o, r: r}
	s.vars, s.of = t.order()
	s.p = make([]float64, len(s.vars))
	for v, k := range s.vars {
		e := t.Events[k]
		if !e.Known {
			r.Missing = append(r.Missing, e.ID)
			s.p[v] = math.NaN()
			continue
		}
		s.p[v] = e.P
	}
	t.walk(func(g Gate) {
		if g.Op == PriorityAnd {
			r.note("the order of the inputs of %s is not taken into account: its probability is an upper bound", quote(g.ID))
		}
		if g.Stated != nil {
			r.note("%s states a probability of %s and has causes: the causes decide", quote(t.Words(g.ID)), Number(*g.Stated))
		}
	})
	if len(r.Missing) > 0 {
		r.note("no probability is known for %s: so none is known for the top event", listed(r.Missing, 5))
	}
	if !s.diagrams() {
		if !r.Coherent {
			return nil, model.Errorf(model.Invalid, "this tree is too entangled to be solved: it needs more than %d nodes and has gates that are not coherent; divide it", o.Nodes)
		}
		s.mocus()
	}
	r.Paths, r.MorePaths = t.paths(pathLimit)
	return r, nil
}

func (r *Result) note(format string, args ...any) {
	n := fmt.Sprintf(format, args...)
	if !slices.Contains(r.Notes, n) {
		r.Notes = append(r.Notes, n)
	}
}

func listed(names []string, n int) string {
	var parts []string
	for _, x := range names[:min(n, len(names))] {
		parts = append(parts, quote(x))
	}
	s := strings.Join(parts, ", ")
	if more := len(names) - n; more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}

type solver struct {
	t    *Tree
	o    Options
	r    *Result
	vars []int            // variable → event
	of   map[string]int32 // event → variable
	p    []float64        // by variable; NaN if unknown
}

func (s *solver) known() bool { return len(s.r.Missing) == 0 }

// bounded runs f, which may outgrow a diagram; false if it did.
func bounded(f func()) (ok bool) {
	defer func() {
		if x := recover(); x != nil {
			if _, large := x.(tooLarge); !large {
				panic(x)
			}
			ok = false
		}
	}()
	f()
	return true
}

// diagrams solves the tree exactly; false if a diagram grows too large.
func (s *solver) diagrams() bool {
	d := newDiagram(s.o.Nodes)
	var top int32
	if !bounded(func() { top = d.build(s.t, s.of) }) {
		return false
	}
	under := d.reach(top)
	at := make([]float64, len(d.node)+2)
	if s.known() {
		p := d.probability(top, under, s.p, at)
		s.r.Probability, s.r.Exact = &p, true
	} else if top < 2 {
		p := float64(top) // it does not depend on chance
		s.r.Probability, s.r.Exact = &p, true
	}
	z := newFamily(s.o.Nodes)
	var cuts int32
	if !bounded(func() { cuts = z.minimal(d, top, under) }) {
		s.r.note("the minimal cut sets are too many even to be counted within the limit of %d nodes; the likeliest were searched for and the list is not complete", s.o.Nodes)
		if s.r.Coherent {
			s.mocus()
		}
		s.importance(d, top, under, nil, 0)
		return true
	}
	s.cutSets(z, cuts)
	s.importance(d, top, under, z, cuts)
	if !s.r.Coherent {
		s.r.note("the tree is not coherent: its cut sets are the smallest sets of failures while all else works, and rare-event sum and upper bound are no bounds")
	}
	return true
}

func (s *solver) cutSets(z *family, cuts int32) {
	under := z.reach(cuts)
	s.r.Count = z.count(cuts, under)
	few := s.r.Count.IsInt64() && s.r.Count.Int64() <= int64(s.o.Limit)
	var sets [][]int32
	if few {
		z.each(cuts, func(set []int32) bool {
			sets = append(sets, slices.Clone(set))
			return true
		})
	} else {
		s.r.Truncated = true
		sets = z.best(cuts, under, s.costs(), s.o.Limit)
		s.r.note("%s minimal cut sets: the %d %s are listed", s.r.Count, len(sets), map[bool]string{true: "likeliest", false: "smallest"}[s.known()])
	}
	s.list(sets)
	if !s.known() {
		return
	}
	sum := z.sum(cuts, under, s.p)
	s.rare(sum)
	if s.r.Count.IsInt64() && s.r.Count.Int64() <= boundLimit {
		left := 0.0
		z.each(cuts, func(set []int32) bool {
			left += math.Log1p(-s.product(set))
			return true
		})
		b := -math.Expm1(left)
		s.r.UpperBound = &b
	} else {
		s.r.note("the upper bound is not computed for more than %d cut sets", boundLimit)
	}
}

func (s *solver) rare(sum float64) {
	s.r.RareSum = sum
	c := min(1, sum)
	s.r.RareEvent = &c
	if sum > 1 {
		s.r.note("the rare-event sum is %s and was cut off at 1: the events are not rare", Number(sum))
	} else if slices.ContainsFunc(s.p, func(p float64) bool { return p > 0.1 }) {
		s.r.note("some events are likelier than 0.1: the rare-event sum is far from the truth, take the probability")
	}
}

// costs make the least sum the likeliest set; without probabilities, the smallest.
func (s *solver) costs() []float64 {
	cost := make([]float64, len(s.p))
	for v, p := range s.p {
		switch {
		case !s.known():
			cost[v] = 1
		case p == 0:
			cost[v] = 1e6
		default:
			cost[v] = -math.Log(p)
		}
	}
	return cost
}

func (s *solver) product(set []int32) float64 {
	p := 1.0
	for _, v := range set {
		p *= s.p[v]
	}
	return p
}

// list puts the cut sets into the result, in order.
func (s *solver) list(sets [][]int32) {
	out := make([]CutSet, len(sets))
	for k, set := range sets {
		slices.Sort(set)
		out[k].Events = make([]string, len(set))
		for i, v := range set {
			out[k].Events[i] = s.t.Events[s.vars[v]].ID
		}
		if p := s.product(set); !math.IsNaN(p) {
			out[k].Probability = &p
		}
	}
	slices.SortStableFunc(out, func(a, b CutSet) int {
		if a.Probability != nil && b.Probability != nil && *a.Probability != *b.Probability {
			if *a.Probability > *b.Probability {
				return -1
			}
			return 1
		}
		if len(a.Events) != len(b.Events) {
			return len(a.Events) - len(b.Events)
		}
		return slices.Compare(a.Events, b.Events)
	})
	s.r.CutSets = out
}

// importance computes the measures, each exactly from the diagram.
func (s *solver) importance(d *diagram, top int32, under []int32, z *family, cuts int32) {
	if !s.known() || s.r.Probability == nil || *s.r.Probability == 0 {
		return
	}
	p := *s.r.Probability
	at := make([]float64, len(d.node)+2)
	q := slices.Clone(s.p)
	given := func(v int, to float64) float64 {
		q[v] = to
		x := d.probability(top, under, q, at)
		q[v] = s.p[v]
		return x
	}
	spent, skipped := 0, false
	const most = 4_000_000 // nodes visited for the textbook's Fussell-Vesely, all events together
	for v, k := range s.vars {
		with, without := given(v, 1), given(v, 0)
		m := Importance{
			Event: s.t.Events[k].ID, Birnbaum: with - without, RAW: with / p, RRW: math.Inf(1),
			Diagnostic: s.p[v] * with / p, Criticality: (with - without) * s.p[v] / p,
		}
		if without > 0 {
			m.RRW = p / without
		}
		if z != nil && s.r.Coherent && spent < most {
			fv := 0.0
			before := len(d.node)
			if bounded(func() {
				u := z.having(d, cuts, int32(v))
				reach := d.reach(u)
				spent += len(reach) + len(z.node)
				if len(at) < len(d.node)+2 {
					at = make([]float64, len(d.node)*2)
				}
				fv = d.probability(u, reach, s.p, at) / p
			}) {
				m.FussellVesely = &fv
			}
			spent += len(d.node) - before
		}
		skipped = skipped || m.FussellVesely == nil && s.r.Coherent
		s.r.Importance = append(s.r.Importance, m)
	}
	if skipped {
		s.r.note("Fussell-Vesely importance would take too long for some events; criticality is given for all")
	}
	slices.SortStableFunc(s.r.Importance, func(a, b Importance) int {
		switch {
		case a.Criticality > b.Criticality:
			return -1
		case a.Criticality < b.Criticality:
			return 1
		}
		return 0
	})
}
