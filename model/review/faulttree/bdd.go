package faulttree

import "math"

// A binary decision diagram: a Boolean function as a graph in which every way
// from the root to the terminal 1 asks the events in one order, and equal parts
// are one node (Bryant, 1986). Terminals are the numbers 0 and 1.
type diagram struct {
	node   []decision
	unique []int32 // open addressing; 0 is empty
	cache  []memo  // of ite; forgets
	limit  int
}

type decision struct{ v, lo, hi int32 }

type memo struct{ f, g, h, r int32 }

// terminal is the variable of the terminals: after all others.
const terminal = math.MaxInt32

// tooLarge is panicked with when a diagram outgrows its limit; solve recovers it.
type tooLarge struct{}

func newDiagram(limit int) *diagram {
	d := &diagram{limit: limit, unique: make([]int32, 1<<10), cache: make([]memo, 1<<10)}
	d.node = append(d.node, decision{terminal, 0, 0}, decision{terminal, 1, 1})
	return d
}

func mix(a, b, c int32) uint32 {
	h := uint64(uint32(a))*0x9e3779b97f4a7c15 ^ uint64(uint32(b))*0xc2b2ae3d27d4eb4f ^ uint64(uint32(c))*0x165667b19e3779f9
	h ^= h >> 29
	h *= 0xbf58476d1ce4e5b9
	return uint32(h >> 32)
}

// find returns the node v, lo, hi, making it if it is new.
func (d *diagram) find(v, lo, hi int32) int32 {
	mask := uint32(len(d.unique) - 1)
	at := mix(v, lo, hi) & mask
	for d.unique[at] != 0 {
		if n := d.unique[at]; d.node[n] == (decision{v, lo, hi}) {
			return n
		}
		at = (at + 1) & mask
	}
	if len(d.node) >= d.limit {
		panic(tooLarge{})
	}
	n := int32(len(d.node))
	d.node = append(d.node, decision{v, lo, hi})
	d.unique[at] = n
	if len(d.node)*2 > len(d.unique) {
		d.grow()
	}
	return n
}

func (d *diagram) grow() {
	d.unique = make([]int32, 2*len(d.unique))
	mask := uint32(len(d.unique) - 1)
	for n := int32(2); int(n) < len(d.node); n++ {
		x := d.node[n]
		at := mix(x.v, x.lo, x.hi) & mask
		for d.unique[at] != 0 {
			at = (at + 1) & mask
		}
		d.unique[at] = n
	}
	if len(d.cache) < len(d.unique) {
		d.cache = make([]memo, len(d.unique))
	}
}

// make is find for a BDD: a question whose answer does not matter is not asked.
func (d *diagram) make(v, lo, hi int32) int32 {
	if lo == hi {
		return lo
	}
	return d.find(v, lo, hi)
}

// ite is "if f then g else h".
func (d *diagram) ite(f, g, h int32) int32 {
	switch {
	case f == 1, g == h:
		return g
	case f == 0:
		return h
	case g == 1 && h == 0:
		return f
	}
	if g == f {
		g = 1
	}
	if h == f {
		h = 0
	}
	at := mix(f, g, h) & uint32(len(d.cache)-1)
	if m := d.cache[at]; m.f == f && m.g == g && m.h == h {
		return m.r
	}
	nf, ng, nh := d.node[f], d.node[g], d.node[h]
	v := min(nf.v, ng.v, nh.v)
	f0, f1, g0, g1, h0, h1 := f, f, g, g, h, h
	if nf.v == v {
		f0, f1 = nf.lo, nf.hi
	}
	if ng.v == v {
		g0, g1 = ng.lo, ng.hi
	}
	if nh.v == v {
		h0, h1 = nh.lo, nh.hi
	}
	r := d.make(v, d.ite(f0, g0, h0), d.ite(f1, g1, h1))
	d.cache[mix(f, g, h)&uint32(len(d.cache)-1)] = memo{f, g, h, r} // the cache may have grown
	return r
}

func (d *diagram) and(f, g int32) int32 { return d.ite(f, g, 0) }
func (d *diagram) or(f, g int32) int32  { return d.ite(f, 1, g) }
func (d *diagram) not(f int32) int32    { return d.ite(f, 0, 1) }

// atLeast is "k or more of fs".
func (d *diagram) atLeast(k int, fs []int32) int32 {
	if k <= 0 {
		return 1
	}
	if k > len(fs) {
		return 0
	}
	// row[j] is "j or more of those already taken", built from the last input on.
	row := make([]int32, k+1)
	row[0] = 1
	for i := len(fs) - 1; i >= 0; i-- {
		for j := min(k, len(fs)-i); j >= 1; j-- {
			row[j] = d.ite(fs[i], row[j-1], row[j])
		}
	}
	return row[k]
}

// order gives every event under the top its variable: depth first as the tree is
// written, which keeps what belongs together close. Constants get none.
func (t *Tree) order() (vars []int, of map[string]int32) {
	of = map[string]int32{}
	seen := make(map[string]bool, len(t.Gates))
	stack := []string{t.Top}
	for len(stack) > 0 {
		id := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if k, ok := t.event[id]; ok {
			if _, known := of[id]; !known && t.Events[k].Kind != House {
				of[id] = int32(len(vars))
				vars = append(vars, k)
			}
			continue
		}
		if seen[id] {
			continue
		}
		seen[id] = true
		in := t.Gates[t.gate[id]].Inputs
		for k := len(in) - 1; k >= 0; k-- {
			stack = append(stack, in[k])
		}
	}
	return vars, of
}

// build makes the diagram of the top event.
func (d *diagram) build(t *Tree, of map[string]int32) int32 {
	return d.buildAll(t, of, make(map[string]int32, len(t.Gates)))
}

// buildAll is build, which leaves the diagrams of all gates below in done.
func (d *diagram) buildAll(t *Tree, of map[string]int32, done map[string]int32) int32 {
	leaf := func(id string) int32 {
		e := t.Events[t.event[id]]
		if e.Kind == House {
			if e.On {
				return 1
			}
			return 0
		}
		return d.make(of[id], 0, 1)
	}
	var value func(id string) int32
	value = func(id string) int32 {
		if _, ok := t.event[id]; ok {
			return leaf(id)
		}
		if f, ok := done[id]; ok {
			return f
		}
		g := t.Gates[t.gate[id]]
		in := make([]int32, len(g.Inputs))
		for k, x := range g.Inputs {
			in[k] = value(x)
		}
		f := d.gate(g, in)
		done[id] = f
		return f
	}
	return value(t.Top)
}

func (d *diagram) gate(g Gate, in []int32) int32 {
	all := func() int32 {
		f := int32(1)
		for k := len(in) - 1; k >= 0; k-- {
			f = d.and(in[k], f)
		}
		return f
	}
	anyOf := func() int32 {
		f := int32(0)
		for k := len(in) - 1; k >= 0; k-- {
			f = d.or(in[k], f)
		}
		return f
	}
	switch g.Op {
	case And, Inhibit, PriorityAnd:
		return all()
	case Nand:
		return d.not(all())
	case Or:
		return anyOf()
	case Nor:
		return d.not(anyOf())
	case Not:
		return d.not(in[0])
	case Xor:
		f := int32(0)
		for k := len(in) - 1; k >= 0; k-- {
			f = d.ite(in[k], d.not(f), f)
		}
		return f
	case Iff:
		return d.ite(in[0], in[1], d.not(in[1]))
	case Imply:
		return d.ite(in[0], in[1], 1)
	case AtLeast:
		return d.atLeast(g.Min, in)
	case Cardinality:
		return d.and(d.atLeast(g.Min, in), d.not(d.atLeast(g.Max+1, in)))
	}
	return in[0] // Transfer, Pass
}

// reach lists the nodes under f, children before parents.
func (d *diagram) reach(f int32) []int32 {
	if f < 2 {
		return nil
	}
	// A child always has a smaller number than its parent, since it was made first.
	mark := make([]bool, f+1)
	mark[f] = true
	n := 0
	for k := f; k >= 2; k-- {
		if mark[k] {
			n++
			mark[d.node[k].lo], mark[d.node[k].hi] = true, true
		}
	}
	out := make([]int32, 0, n)
	for k := int32(2); k <= f; k++ {
		if mark[k] {
			out = append(out, k)
		}
	}
	return out
}

// probability is P(f) when variable v has probability p[v].
func (d *diagram) probability(f int32, under []int32, p []float64, at []float64) float64 {
	at[0], at[1] = 0, 1
	for _, n := range under {
		x := d.node[n]
		at[n] = p[x.v]*at[x.hi] + (1-p[x.v])*at[x.lo]
	}
	return at[f]
}
