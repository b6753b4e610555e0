package faulttree

import (
	"container/heap"
	"math"
	"math/big"
	"slices"
)

// A zero-suppressed decision diagram: a family of sets as a graph (Minato,
// 1993). The terminal 0 is no set, 1 is the family of the empty set alone.
type family struct {
	diagram
	sub map[[2]int32]int32
}

func newFamily(limit int) *family {
	return &family{diagram: *newDiagram(limit), sub: map[[2]int32]int32{}}
}

// put is the family lo, and the sets of hi each with v.
func (z *family) put(v, lo, hi int32) int32 {
	if hi == 0 {
		return lo
	}
	return z.find(v, lo, hi)
}

// without are the sets of a that contain no set of b (Rauzy, 1993).
func (z *family) without(a, b int32) int32 {
	switch {
	case a == 0 || b == 1 || a == b:
		return 0
	case b == 0:
		return a
	case a == 1:
		for b >= 2 {
			b = z.node[b].lo
		}
		return 1 - b
	}
	if r, ok := z.sub[[2]int32{a, b}]; ok {
		return r
	}
	x, y := z.node[a], z.node[b]
	var r int32
	switch {
	case x.v < y.v:
		r = z.put(x.v, z.without(x.lo, b), z.without(x.hi, b))
	case x.v > y.v:
		r = z.without(a, y.lo)
	default:
		r = z.put(x.v, z.without(x.lo, y.lo), z.without(z.without(x.hi, y.hi), y.lo))
	}
	z.sub[[2]int32{a, b}] = r
	return r
}

// minimal are the smallest sets of failures for which f holds. For a coherent
// tree these are the minimal cut sets; for another they are the smallest sets of
// failures with everything else working.
func (z *family) minimal(d *diagram, f int32, under []int32) int32 {
	if f < 2 {
		return f
	}
	at := make([]int32, f+1)
	at[1] = 1
	for _, n := range under {
		x := d.node[n]
		at[n] = z.put(x.v, at[x.lo], z.without(at[x.hi], at[x.lo]))
	}
	return at[f]
}

// count is the number of sets.
func (z *family) count(f int32, under []int32) *big.Int {
	at := make([]*big.Int, f+2)
	at[0], at[1] = big.NewInt(0), big.NewInt(1)
	for _, n := range under {
		x := z.node[n]
		at[n] = new(big.Int).Add(at[x.lo], at[x.hi])
	}
	return at[f]
}

// sum is the sum over the sets of the product of their members' p.
func (z *family) sum(f int32, under []int32, p []float64) float64 {
	at := make([]float64, f+2)
	at[1] = 1
	for _, n := range under {
		x := z.node[n]
		at[n] = at[x.lo] + p[x.v]*at[x.hi]
	}
	return at[f]
}

// each calls visit for every set until it returns false. The set is only valid
// during the call.
func (z *family) each(f int32, visit func(set []int32) bool) {
	var set []int32
	var walk func(f int32) bool
	walk = func(f int32) bool {
		if f == 0 {
			return true
		}
		if f == 1 {
			return visit(set)
		}
		x := z.node[f]
		set = append(set, x.v)
		ok := walk(x.hi)
		set = set[:len(set)-1]
		return ok && walk(x.lo)
	}
	walk(f)
}

// best are the n sets of least cost, where a set costs the sum of its members'.
// It looks only at what it gives back, so it answers also where there are more
// sets than could ever be listed.
func (z *family) best(f int32, under []int32, cost []float64, n int) [][]int32 {
	low := make([]float64, f+2)
	low[0] = math.Inf(1)
	for _, k := range under {
		x := z.node[k]
		low[k] = min(low[x.lo], cost[x.v]+low[x.hi])
	}
	h := &ways{{at: f, least: low[f]}}
	if f == 0 {
		return nil
	}
	var out [][]int32
	serial := 0
	for h.Len() > 0 && len(out) < n {
		w := heap.Pop(h).(way)
		if w.at == 1 {
			var set []int32
			for m := w.taken; m != nil; m = m.next {
				set = append(set, m.v)
			}
			slices.Sort(set)
			out = append(out, set)
			continue
		}
		x := z.node[w.at]
		if x.lo != 0 {
			serial++
			heap.Push(h, way{at: x.lo, paid: w.paid, least: w.paid + low[x.lo], taken: w.taken, serial: serial})
		}
		serial++
		paid := w.paid + cost[x.v]
		heap.Push(h, way{at: x.hi, paid: paid, least: paid + low[x.hi], taken: &member{x.v, w.taken}, serial: serial})
	}
	return out
}

type member struct {
	v    int32
	next *member
}

// way is a set begun: what was taken, what it cost and what it must cost at least.
type way struct {
	at          int32
	paid, least float64
	taken       *member
	serial      int
}

type ways []way

func (w ways) Len() int { return len(w) }
func (w ways) Less(i, j int) bool {
	if w[i].least != w[j].least {
		return w[i].least < w[j].least
	}
	return w[i].serial > w[j].serial // go on with what is nearly finished
}
func (w ways) Swap(i, j int) { w[i], w[j] = w[j], w[i] }
func (w *ways) Push(x any)   { *w = append(*w, x.(way)) }
func (w *ways) Pop() any {
	old := *w
	x := old[len(old)-1]
	*w = old[:len(old)-1]
	return x
}

// having is the function "some set of f that has v happens", as a BDD: what the
// textbook's Fussell-Vesely importance asks for.
func (z *family) having(d *diagram, f int32, v int32) int32 {
	type key struct {
		n   int32
		got bool
	}
	done := map[key]int32{}
	var walk func(n int32, got bool) int32
	walk = func(n int32, got bool) int32 {
		if n == 0 {
			return 0
		}
		if n == 1 {
			if got {
				return 1
			}
			return 0
		}
		x := z.node[n]
		if !got && x.v > v {
			return 0
		}
		if r, ok := done[key{n, got}]; ok {
			return r
		}
		hi := walk(x.hi, got || x.v == v)
		lo := walk(x.lo, got)
		r := d.make(x.v, lo, d.or(hi, lo))
		done[key{n, got}] = r
		return r
	}
	return walk(f, false)
}
