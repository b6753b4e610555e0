package faulttree

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func read(t testing.TB, name, text string) *Tree {
	t.Helper()
	tree, err := Read(name, []byte(text), "")
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func solve(t testing.TB, tree *Tree, o Options) *Result {
	t.Helper()
	r, err := Analyse(tree, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func near(t *testing.T, what string, got *float64, want float64) {
	t.Helper()
	if got == nil {
		t.Errorf("%s is unknown, want %v", what, want)
	} else if math.Abs(*got-want) > 1e-9*math.Abs(want) {
		t.Errorf("%s = %.12g, want %.12g", what, *got, want)
	}
}

// The trees are the published examples by their structure; the values are those
// of research into them, where exact, and worked out by hand otherwise.
const theatre = `top: Theatre
gates:
  Theatre: {and: [Mains, Generator]}
  Generator: {or: [Gen, Relay]}
events: {Mains: 0.03, Gen: 0.02, Relay: 0.05}
`

const twoTrain = `top: Top
gates:
  Top: {and: [One, Two]}
  One: {or: [ValveOne, PumpOne]}
  Two: {or: [ValveTwo, PumpTwo]}
events: {ValveOne: 0.5, ValveTwo: 0.5, PumpOne: 0.7, PumpTwo: 0.7}
`

const ne574 = `top: System
gates:
  System: {and: [TrainOne, TrainTwo]}
  TrainOne: {or: [A, B, C]}
  A: {or: [F, G]}
  TrainTwo: {or: [C, D, E]}
  E: {and: [H, I]}
events: {B: 0.1, C: 0.3, D: 0.5, F: 0.7, G: 0.2, H: 0.4, I: 0.8}
`

const lift = `top: LiftDoor
gates:
  LiftDoor: {or: [StartOpen, OpensInMotion, Refuses, Or1]}
  StartOpen: {or: [LMD1, DPD1, And1, Slow]}
  And1: {and: [DM1, DPD1]}
  Slow: {or: [PS1, Hindered]}
  Hindered: {or: [DOD1, D1]}
  OpensInMotion: {or: [DMS2, And2, And3]}
  And2: {and: [Uncommanded, Motion]}
  Uncommanded: {or: [W1, CP1, DMS2]}
  Motion: {and: [LMD1, LMD11]}
  And3: {and: [CP1, Motion]}
  Refuses: {or: [CP1, LMD2, LPD1, Motor]}
  Motor: {or: [DM1, PS1]}
  Or1: {or: [DOD1, DOD2, DMS1]}
events:
  {LMD1: 1e-6, LMD11: 1e-6, DPD1: 1e-6, DM1: 1e-6, PS1: 1e-6, DOD1: 1e-6, DOD2: 1e-6, DMS1: 1e-6, CP1: 1e-6,
   DMS2: 1e-6, LMD2: 1e-6, LPD1: 1e-6, D1: 1e-6, W1: 1e-6}
`

// threeMotor has a transfer in a component with names of its own, and houses.
const threeMotor = `<?xml version="1.0"?>
<opsa-mef><define-fault-tree name="ThreeMotor">
<define-gate name="E1"><and><gate name="E2"/><gate name="E3"/></and></define-gate>
<define-gate name="E2"><or><basic-event name="K5"/><gate name="E4"/></or></define-gate>
<define-gate name="E4"><and><gate name="t.E1"/><gate name="E6"/></and></define-gate>
<define-gate name="E6"><or><basic-event name="T2"/><basic-event name="K5"/></or></define-gate>
<define-gate name="E3"><or><basic-event name="K2"/><gate name="E5"/></or></define-gate>
<define-gate name="E5"><or><basic-event name="T1"/><gate name="E8"/></or></define-gate>
<define-gate name="E8"><or><basic-event name="K1"/><gate name="E9"/></or></define-gate>
<define-gate name="E9"><or><gate name="E10"/><gate name="E11"/></or></define-gate>
<define-gate name="E10"><and><house-event name="KT1"/><house-event name="KT3"/><gate name="E12"/></and></define-gate>
<define-gate name="E12"><or><house-event name="KT2"/><basic-event name="T4"/></or></define-gate>
<define-gate name="E11"><or><basic-event name="S1"/><basic-event name="T3"/></or></define-gate>
<define-component name="t" role="private">
<define-gate name="E1"><or><basic-event name="K1"/><gate name="E2"/></or></define-gate>
<define-gate name="E2"><or><gate name="E3"/><gate name="E4"/></or></define-gate>
<define-gate name="E4"><or><basic-event name="S1"/><basic-event name="T1i"/></or></define-gate>
<define-gate name="E3"><and><or><event name="KT1i"/><event name="T2i"/></or><or><event name="KT2i"/><event name="T3i"/></or><or><event name="KT3i"/><event name="T4i"/></or></and></define-gate>
</define-component></define-fault-tree><model-data>EVENTS
<define-house-event name="KT1"><constant value="true"/></define-house-event>
<define-house-event name="KT2"><constant value="HOUSE"/></define-house-event>
<define-house-event name="KT3"><constant value="true"/></define-house-event>
</model-data></opsa-mef>`

func threeMotorXML(house string) string {
	var b strings.Builder
	for _, n := range strings.Fields("T1 T2 T3 T4 S1 K1 K2 K5 KT1i KT2i KT3i T1i T2i T3i T4i") {
		fmt.Fprintf(&b, `<define-basic-event name=%q><float value="2e-2"/></define-basic-event>`, n)
	}
	return strings.NewReplacer("EVENTS", b.String(), "HOUSE", house).Replace(threeMotor)
}

func TestPublished(t *testing.T) {
	for _, c := range []struct {
		name, text string
		p          float64 // exact; 0: not published
		rare       float64
		cuts       int64
	}{
		{"theatre", theatre, 2.07e-3, 2.1e-3, 2},
		{"two_train", twoTrain, 0.7225, 1, 4},
		{"ne574", ne574, 0.662208, 1, 0},
		{"lift", lift, -math.Expm1(12 * math.Log1p(-1e-6)), 1.2e-5, 12},
		{"two_of_three", "top: t\ngates: {t: {atleast: [a, b, c], k: 2}}\nevents: {a: 0.1, b: 0.2, c: 0.3}", 0.098, 0.11, 3},
		{"xor", "top: t\ngates: {t: {xor: [a, b, c]}}\nevents: {a: 0.1, b: 0.2, c: 0.3}", 0.404, 0, 0},
		{"three_motor", threeMotorXML("true"), 0, 0, 12},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree := read(t, c.name, c.text)
			r := solve(t, tree, Options{})
			if c.p > 0 {
				near(t, "P", r.Probability, c.p)
			}
			if c.rare > 0 {
				near(t, "rare-event sum", r.RareEvent, c.rare)
			}
			if c.cuts > 0 && r.Count.Int64() != c.cuts {
				t.Errorf("%d cut sets, want %d: %v", r.Count, c.cuts, r.CutSets)
			}
			if c.name == "three_motor" && fmt.Sprintf("%.7f", *r.Probability) != "0.0211538" { // published with seven places
				t.Errorf("P = %.10g", *r.Probability)
			}
			if c.name == "ne574" && math.Abs(r.RareSum-1.12) > 1e-9 {
				t.Errorf("the sum before it is cut off is %v, published 1.12", r.RareSum)
			}
		})
	}
}

// random makes a tree of n events and some gates, shared freely.
func random(r *rand.Rand, n int, coherent bool) *Tree {
	t := &Tree{File: "random"}
	for k := range n {
		e := Event{ID: fmt.Sprintf("e%d", k), Kind: Basic, P: r.Float64(), Known: true}
		if r.IntN(12) == 0 {
			e.Kind, e.On, e.P = House, r.IntN(2) == 0, 0
		}
		t.Events = append(t.Events, e)
	}
	ops := []Op{And, Or, AtLeast, Inhibit, Transfer, And, Or}
	if !coherent {
		ops = append(ops, Xor, Not, Nand, Nor, Iff, Imply, Cardinality)
	}
	gates := 1 + r.IntN(10)
	for k := range gates {
		g := Gate{ID: fmt.Sprintf("g%d", k), Op: ops[r.IntN(len(ops))]}
		want := 2 + r.IntN(3)
		switch g.Op {
		case Not, Transfer:
			want = 1
		case Iff, Imply:
			want = 2
		}
		for range want {
			// Later gates come below, so there is no loop.
			if k+1 < gates && r.IntN(2) == 0 {
				g.Inputs = append(g.Inputs, fmt.Sprintf("g%d", k+1+r.IntN(gates-k-1)))
			} else {
				g.Inputs = append(g.Inputs, fmt.Sprintf("e%d", r.IntN(n)))
			}
		}
		g.Min = 1 + r.IntN(want)
		if g.Op == Cardinality {
			g.Min = r.IntN(want + 1)
			g.Max = g.Min + r.IntN(want-g.Min+1)
		}
		t.Gates = append(t.Gates, g)
	}
	t.Top = "g0"
	return t
}

// holds evaluates the tree plainly for the events of the mask.
func holds(t *Tree, mask int) bool {
	var value func(id string) bool
	value = func(id string) bool {
		if k, ok := t.event[id]; ok {
			if e := t.Events[k]; e.Kind == House {
				return e.On
			}
			return mask>>k&1 == 1
		}
		g := t.Gates[t.gate[id]]
		n := 0
		for _, in := range g.Inputs {
			if value(in) {
				n++
			}
		}
		all := len(g.Inputs)
		switch g.Op {
		case And, Inhibit, PriorityAnd:
			return n == all
		case Or, Transfer, Pass:
			return n > 0
		case AtLeast:
			return n >= g.Min
		case Cardinality:
			return n >= g.Min && n <= g.Max
		case Xor:
			return n%2 == 1
		case Not, Nor:
			return n == 0
		case Nand:
			return n < all
		case Iff:
			return n != 1
		case Imply:
			return !value(g.Inputs[0]) || value(g.Inputs[1])
		}
		panic(g.Op)
	}
	return value(t.Top)
}

type truth struct {
	p    float64
	on   []float64 // P(top and event k)
	cuts []string
}

func brute(t *Tree) truth {
	n := len(t.Events)
	v := truth{on: make([]float64, n)}
	works := make([]bool, 1<<n)
	for mask := range works {
		works[mask] = holds(t, mask)
		if !works[mask] {
			continue
		}
		p := 1.0
		for k, e := range t.Events {
			if e.Kind == House {
				if mask>>k&1 == 1 {
					p = 0
				}
				continue
			}
			if mask>>k&1 == 1 {
				p *= e.P
			} else {
				p *= 1 - e.P
			}
		}
		v.p += p
		for k := range n {
			if mask>>k&1 == 1 {
				v.on[k] += p
			}
		}
	}
	// below[m]: some subset of m brings the top; a set is minimal if it does and
	// no set of one event less has such a subset.
	below := make([]bool, 1<<n)
	for mask := range works {
		least := works[mask]
		for k := range n {
			if mask>>k&1 == 1 && below[mask&^(1<<k)] {
				least = false
				below[mask] = true
			}
		}
		house := false
		for k, e := range t.Events {
			house = house || e.Kind == House && mask>>k&1 == 1
		}
		if works[mask] {
			below[mask] = true
		}
		if least && !house {
			var ids []string
			for k, e := range t.Events {
				if mask>>k&1 == 1 {
					ids = append(ids, e.ID)
				}
			}
			slices.Sort(ids)
			v.cuts = append(v.cuts, strings.Join(ids, " "))
		}
	}
	slices.Sort(v.cuts)
	return v
}

func cutsOf(r *Result) []string {
	var out []string
	for _, c := range r.CutSets {
		ids := slices.Clone(c.Events)
		slices.Sort(ids)
		out = append(out, strings.Join(ids, " "))
	}
	slices.Sort(out)
	return out
}

func TestRandomTrees(t *testing.T) {
	rounds := 400
	if testing.Short() {
		rounds = 100
	}
	for seed := range rounds {
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		n := 2 + r.IntN(9)
		if seed%40 == 0 {
			n = 16
		}
		tree := random(r, n, seed%2 == 0)
		if err := tree.Check(); err != nil {
			t.Fatal(err)
		}
		want, got := brute(tree), solve(t, tree, Options{Limit: 100000})
		if math.Abs(*got.Probability-want.p) > 1e-9*max(want.p, 1e-12) {
			t.Fatalf("seed %d: P = %v, by enumeration %v\n%+v", seed, *got.Probability, want.p, tree.Gates)
		}
		if cuts := cutsOf(got); !slices.Equal(cuts, want.cuts) || got.Count.Cmp(big.NewInt(int64(len(cuts)))) != 0 {
			t.Fatalf("seed %d: cut sets %q (counted %d), by enumeration %q\n%+v", seed, cuts, got.Count, want.cuts, tree.Gates)
		}
		for _, m := range got.Importance {
			k := tree.event[m.Event]
			p := tree.Events[k].P
			mif := want.on[k]/p - (want.p-want.on[k])/(1-p)
			if math.Abs(m.Birnbaum-mif) > 1e-8 {
				t.Fatalf("seed %d: Birnbaum of %s = %v, by enumeration %v", seed, m.Event, m.Birnbaum, mif)
			}
			if dif := want.on[k] / want.p; math.Abs(m.Diagnostic-dif) > 1e-8*max(1, dif) {
				t.Fatalf("seed %d: diagnostic importance of %s = %v, want %v", seed, m.Event, m.Diagnostic, dif)
			}
		}
		if got.Coherent {
			fussellVesely(t, seed, tree, got, want)
		}
		if got.Coherent && *got.Probability > 0 { // the approximations lie on the safe side
			if got.RareSum < want.p*(1-1e-9) || *got.UpperBound < want.p*(1-1e-9) {
				t.Fatalf("seed %d: P = %v, sum %v, bound %v", seed, want.p, got.RareSum, *got.UpperBound)
			}
		}
	}
}

// fussellVesely checks the textbook measure: P(some cut set with the event)/P.
func fussellVesely(t *testing.T, seed int, tree *Tree, got *Result, want truth) {
	t.Helper()
	bits := map[string]int{}
	for k, e := range tree.Events {
		bits[e.ID] = 1 << k
	}
	for _, m := range got.Importance {
		var sets []int
		for _, c := range got.CutSets {
			if slices.Contains(c.Events, m.Event) {
				set := 0
				for _, e := range c.Events {
					set |= bits[e]
				}
				sets = append(sets, set)
			}
		}
		sum := 0.0
		for mask := range 1 << len(tree.Events) {
			if !slices.ContainsFunc(sets, func(s int) bool { return s&mask == s }) {
				continue
			}
			p := 1.0
			for k, e := range tree.Events {
				if mask>>k&1 == 1 {
					p *= e.P // zero for a house
				} else if e.Kind != House {
					p *= 1 - e.P
				}
			}
			sum += p
		}
		if m.FussellVesely == nil || math.Abs(*m.FussellVesely-sum/want.p) > 1e-8 {
			t.Fatalf("seed %d: Fussell-Vesely of %s = %v, by enumeration %v", seed, m.Event, m.FussellVesely, sum/want.p)
		}
	}
}

// wide is an AND of n ORs of n events: nⁿ minimal cut sets.
func wide(n int) *Tree {
	t := &Tree{Top: "top"}
	top := Gate{ID: "top", Op: And}
	for i := range n {
		g := Gate{ID: fmt.Sprintf("or%d", i), Op: Or}
		for j := range n {
			e := Event{ID: fmt.Sprintf("e%d.%d", i, j), Kind: Basic, P: 0.01 * float64(1+j), Known: true}
			t.Events = append(t.Events, e)
			g.Inputs = append(g.Inputs, e.ID)
		}
		t.Gates = append(t.Gates, g)
		top.Inputs = append(top.Inputs, g.ID)
	}
	t.Gates = append(t.Gates, top)
	return t
}

func TestMoreThanCanBeListed(t *testing.T) {
	tree := wide(10) // 10^10 cut sets
	if err := tree.Check(); err != nil {
		t.Fatal(err)
	}
	r := solve(t, tree, Options{})
	if r.Count.String() != "10000000000" || !r.Truncated || len(r.CutSets) != defaultLimit {
		t.Errorf("counted %v, listed %d, truncated %v", r.Count, len(r.CutSets), r.Truncated)
	}
	q := 1.0
	for j := range 10 {
		q *= 1 - 0.01*float64(1+j)
	}
	near(t, "P", r.Probability, math.Pow(1-q, 10))
	near(t, "likeliest", r.CutSets[0].Probability, math.Pow(0.1, 10))
	if !slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, "10000000000") }) {
		t.Errorf("the notes do not say how many there are: %q", r.Notes)
	}
	if r.UpperBound != nil {
		t.Error("an upper bound over ten thousand million sets was not computed")
	}
}

// A diagram that may hold only a few nodes: the list is cut off, and says so.
func TestTooLargeIsSaid(t *testing.T) {
	tree := wide(6)
	if err := tree.Check(); err != nil {
		t.Fatal(err)
	}
	r := solve(t, tree, Options{Nodes: 20})
	if r.Probability != nil || r.Exact || !r.Truncated || r.Count != nil || len(r.CutSets) == 0 {
		t.Errorf("probability %v, count %v, %d sets", r.Probability, r.Count, len(r.CutSets))
	}
	full := solve(t, tree, Options{Limit: 10})
	for k, c := range full.CutSets {
		near(t, fmt.Sprintf("set %d", k), r.CutSets[k].Probability, *c.Probability)
	}
	if r.RareSum > full.RareSum || r.RareSum < full.RareSum/100 {
		t.Errorf("the sum of the listed is %v, of all %v", r.RareSum, full.RareSum)
	}
	if !strings.Contains(strings.Join(r.Notes, "\n"), "cut off") {
		t.Errorf("nothing says that the list is cut off: %q", r.Notes)
	}
	tree.Gates[0].Op = Nor
	if _, err := Analyse(tree, Options{Nodes: 20}); err == nil {
		t.Error("a tree that is not coherent was solved by a method that cannot")
	}
}

func TestMocusAgrees(t *testing.T) {
	for seed := range 100 {
		r := rand.New(rand.NewPCG(uint64(seed), 9))
		tree := random(r, 8, true)
		if err := tree.Check(); err != nil {
			t.Fatal(err)
		}
		want := solve(t, tree, Options{})
		s := solver{t: tree, o: Options{Limit: 1000, Nodes: 9}, r: &Result{Coherent: true}}
		s.vars, s.of = tree.order()
		for _, k := range s.vars {
			s.p = append(s.p, tree.Events[k].P)
		}
		s.mocus()
		if a, b := cutsOf(s.r), cutsOf(want); !slices.Equal(a, b) {
			t.Fatalf("seed %d: %q by hand, %q by diagram", seed, a, b)
		}
	}
}

func hundred() *Tree {
	r := rand.New(rand.NewPCG(3, 4))
	t := &Tree{Top: "g0"}
	for k := range 100 {
		t.Events = append(t.Events, Event{ID: fmt.Sprintf("e%d", k), Kind: Basic, P: 0.001 + 0.02*r.Float64(), Known: true})
	}
	const gates = 40
	for k := range gates {
		g := Gate{ID: fmt.Sprintf("g%d", k), Op: []Op{And, Or, AtLeast}[r.IntN(3)], Min: 2}
		for _, in := range []int{2*k + 1, 2*k + 2} {
			if in < gates {
				g.Inputs = append(g.Inputs, fmt.Sprintf("g%d", in))
			}
		}
		for range 5 {
			near := (k*100/gates + r.IntN(15)) % 100
			if id := fmt.Sprintf("e%d", near); !slices.Contains(g.Inputs, id) {
				g.Inputs = append(g.Inputs, id)
			}
		}
		t.Gates = append(t.Gates, g)
	}
	return t
}

func BenchmarkHundredEvents(b *testing.B) {
	tree := hundred()
	if err := tree.Check(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		r := solve(b, tree, Options{})
		b.ReportMetric(float64(len(r.CutSets)), "listed")
	}
}

func BenchmarkTenToTheTen(b *testing.B) {
	tree := wide(10)
	if err := tree.Check(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		solve(b, tree, Options{})
	}
}
