package faulttree

import (
	"math"
	"slices"
)

// kept is how many cut sets a gate keeps when the list is cut off.
const keptSets = 1000

// mocus finds cut sets gate by gate, keeping the likeliest (the smallest, where
// probabilities are unknown) at each: what is left when the diagrams grow too
// large. The list is then not complete and every sum is too small; it is said.
func (s *solver) mocus() {
	cost := s.costs()
	done := map[string][]cut{}
	cutOff := false
	var sets func(id string) []cut
	sets = func(id string) []cut {
		if k, ok := s.t.event[id]; ok {
			switch e := s.t.Events[k]; {
			case e.Kind != House:
				v := s.of[id]
				return []cut{{[]int32{v}, cost[v]}}
			case e.On:
				return []cut{{}}
			}
			return nil
		}
		if have, ok := done[id]; ok {
			return have
		}
		g := s.t.Gates[s.t.gate[id]]
		in := make([][]cut, len(g.Inputs))
		for k, x := range g.Inputs {
			in[k] = sets(x)
		}
		var out []cut
		trim := func(list []cut) []cut {
			if len(list) > 20*keptSets {
				cutOff = true
				slices.SortStableFunc(list, cheaper)
				list = list[:20*keptSets]
			}
			list = absorb(list)
			if len(list) > keptSets {
				cutOff = true
				list = list[:keptSets]
			}
			return list
		}
		switch g.Op {
		case Or:
			for _, l := range in {
				out = append(out, l...)
			}
			out = trim(out)
		case AtLeast:
			// row[j] are the sets that bring j of the inputs seen so far.
			row := make([][]cut, g.Min+1)
			row[0] = []cut{{}}
			for _, l := range in {
				for j := g.Min; j >= 1; j-- {
					row[j] = trim(append(slices.Clone(row[j]), product(row[j-1], l)...))
				}
			}
			out = row[g.Min]
		default:
			out = []cut{{}}
			for _, l := range in {
				out = trim(product(out, l))
			}
		}
		done[id] = out
		return out
	}
	all := sets(s.t.Top)
	list := make([][]int32, len(all))
	sum := 0.0
	for k, c := range all {
		list[k] = slices.Clone(c.events)
		sum += s.product(c.events)
	}
	s.list(list[:min(len(list), s.o.Limit)])
	s.r.Truncated = true
	if cutOff {
		s.r.note("the tree is too large to list every cut set: only the %d likeliest of each gate were followed, so the list is cut off and sums over it are too small", keptSets)
	} else {
		s.r.Truncated = len(list) > s.o.Limit
	}
	if s.known() {
		s.rare(sum)
		if s.r.Probability == nil {
			s.r.note("the exact probability is not known: the tree outgrew the limit of %d nodes", s.o.Nodes)
		}
	}
}

// cut is a set of events, sorted, and what it costs: less is likelier.
type cut struct {
	events []int32
	cost   float64
}

func product(a, b []cut) []cut {
	out := make([]cut, 0, min(len(a)*len(b), 1<<20))
	for _, x := range a {
		for _, y := range b {
			out = append(out, join(x, y))
		}
	}
	return out
}

// join is the union of two sets. An event in both is paid for twice, which only
// changes what is followed first.
func join(x, y cut) cut {
	u := make([]int32, 0, len(x.events)+len(y.events))
	i, j := 0, 0
	for i < len(x.events) || j < len(y.events) {
		switch {
		case j == len(y.events) || i < len(x.events) && x.events[i] < y.events[j]:
			u = append(u, x.events[i])
			i++
		case i == len(x.events) || y.events[j] < x.events[i]:
			u = append(u, y.events[j])
			j++
		default:
			u = append(u, x.events[i])
			i, j = i+1, j+1
		}
	}
	return cut{u, x.cost + y.cost}
}

// absorb sorts, the cheapest first, and drops what contains another set.
func absorb(list []cut) []cut {
	slices.SortStableFunc(list, func(a, b cut) int {
		if len(a.events) != len(b.events) {
			return len(a.events) - len(b.events)
		}
		return slices.Compare(a.events, b.events)
	})
	list = slices.CompactFunc(list, func(a, b cut) bool { return slices.Equal(a.events, b.events) })
	var out []cut
	for _, c := range list {
		if !slices.ContainsFunc(out, func(o cut) bool { return len(o.events) < len(c.events) && subset(o.events, c.events) }) {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, cheaper)
	return out
}

func cheaper(a, b cut) int {
	switch d := a.cost - b.cost; {
	case math.Abs(d) < 1e-12:
		return 0
	case d < 0:
		return -1
	}
	return 1
}

// subset reports whether sorted a is within sorted b.
func subset(a, b []int32) bool {
	j := 0
	for _, x := range a {
		for j < len(b) && b[j] < x {
			j++
		}
		if j == len(b) || b[j] != x {
			return false
		}
	}
	return true
}
