package faulttree

import "strings"

// Check makes sure that t can be solved: every name is defined once, no gate is
// its own cause, each has the number of inputs that its operation needs, and
// probabilities are between 0 and 1. The first fault is returned with its place.
// It must be called, and pass, before t is analysed; the readers do.
func (t *Tree) Check() error {
	if n := len(t.Gates) + len(t.Events); n > MaxNodes {
		return t.errorf(Place{}, "the tree has %d gates and events: at most %d are read", n, MaxNodes)
	}
	if id, at, ok := t.index(); !ok {
		return t.errorf(at, "%s is defined twice: give each gate and event its own name", quote(id))
	}
	for _, e := range t.Events {
		if e.Known && e.Kind != House && !probability(e.P) {
			return t.errorf(e.Place, "%g is no probability of %s: give 0 to 1", e.P, quote(e.ID))
		}
	}
	for _, g := range t.Gates {
		if g.Stated != nil && !probability(*g.Stated) {
			return t.errorf(g.Place, "%g is no probability of %s: give 0 to 1", *g.Stated, quote(g.ID))
		}
		if err := t.inputs(g); err != nil {
			return err
		}
	}
	if err := t.loops(); err != nil {
		return err
	}
	if t.Top == "" {
		return t.findTop()
	}
	_, gate := t.gate[t.Top]
	_, event := t.event[t.Top]
	if !gate && !event {
		return t.errorf(Place{}, "the top event %s is not defined", quote(t.Top))
	}
	return nil
}

// inputs checks the number of inputs of a gate and that they exist.
func (t *Tree) inputs(g Gate) error {
	n := len(g.Inputs)
	bad := func(need string) error {
		return t.errorf(g.Place, "the gate %s (%s) has %d inputs: it needs %s", quote(g.ID), g.Op, n, need)
	}
	switch g.Op {
	case Not, Transfer, Pass:
		if n != 1 {
			return bad("exactly one")
		}
	case Iff, Imply:
		if n != 2 {
			return bad("exactly two")
		}
	case Xor, Inhibit, PriorityAnd:
		if n < 2 {
			return bad("two or more")
		}
	case And, Or, Nand, Nor:
		if n < 1 {
			return bad("at least one")
		}
	case AtLeast:
		if n < 1 {
			return bad("at least one")
		}
		if g.Min < 1 || g.Min > n {
			return t.errorf(g.Place, "the gate %s asks for %d of %d inputs: give a number from 1 to %d", quote(g.ID), g.Min, n, n)
		}
	case Cardinality:
		if g.Min < 0 || g.Max < g.Min || g.Max > n {
			return t.errorf(g.Place, "the gate %s asks for %d to %d of %d inputs", quote(g.ID), g.Min, g.Max, n)
		}
	default:
		return t.errorf(g.Place, "%s is no gate: give one of %s", quote(string(g.Op)), names(Ops))
	}
	for k, in := range g.Inputs {
		_, gate := t.gate[in]
		_, event := t.event[in]
		if gate || event {
			continue
		}
		at := g.Place
		if k < len(g.refs) {
			at = g.refs[k]
		}
		return t.errorf(at, "%s, an input of %s, is not defined: define it as a gate or an event", quote(in), quote(g.ID))
	}
	return nil
}

// loops refuses a gate that causes itself and names the way round.
func (t *Tree) loops() error {
	const fresh, open, done = 0, 1, 2
	state := make([]int8, len(t.Gates))
	type frame struct{ gate, next int }
	for start := range t.Gates {
		if state[start] != fresh {
			continue
		}
		stack := []frame{{start, 0}}
		state[start] = open
		for len(stack) > 0 {
			f := &stack[len(stack)-1]
			g := t.Gates[f.gate]
			if f.next == len(g.Inputs) {
				state[f.gate] = done
				stack = stack[:len(stack)-1]
				continue
			}
			in, ok := t.gate[g.Inputs[f.next]]
			f.next++
			if !ok || state[in] == done {
				continue
			}
			if state[in] == open {
				from := 0
				for stack[from].gate != in {
					from++
				}
				var way []string
				for _, s := range stack[from:] {
					way = append(way, quote(t.Gates[s.gate].ID))
				}
				way = append(way, quote(t.Gates[in].ID))
				if len(way) > 12 {
					way = append(append(way[:6:6], "…"), way[len(way)-5:]...)
				}
				return t.errorf(t.Gates[in].Place, "a loop: %s: a cause cannot be caused by its effect", strings.Join(way, " → "))
			}
			state[in] = open
			stack = append(stack, frame{in, 0})
		}
	}
	return nil
}

// findTop takes the one gate that is nobody's input.
func (t *Tree) findTop() error {
	used := map[string]bool{}
	for _, g := range t.Gates {
		for _, in := range g.Inputs {
			used[in] = true
		}
	}
	var tops []string
	for _, g := range t.Gates {
		if !used[g.ID] {
			tops = append(tops, g.ID)
		}
	}
	switch {
	case len(tops) == 1:
		t.Top = tops[0]
	case len(tops) == 0 && len(t.Events) == 1:
		t.Top = t.Events[0].ID
	case len(tops) == 0:
		return t.errorf(Place{}, "there is no gate in this tree: add a top gate with its causes")
	default:
		var quoted []string
		for _, id := range tops[:min(len(tops), 10)] {
			quoted = append(quoted, quote(id))
		}
		return t.errorf(Place{}, "there are %d top events: choose one of %s", len(tops), strings.Join(quoted, ", "))
	}
	return nil
}
