package faulttree

import (
	"fmt"
	"math"
	"strings"

	"warroom/model"
)

// Op is how a gate combines its inputs.
type Op string

// The operations. Not, Nand, Nor, Xor, Iff, Imply and Cardinality with a maximum
// make a tree non-coherent: a repair may then cause the top event.
const (
	And         Op = "and"
	Or          Op = "or"
	AtLeast     Op = "atleast" // Min or more of the inputs
	Xor         Op = "xor"     // an odd number of the inputs; of two, exactly one
	Not         Op = "not"
	Nand        Op = "nand"
	Nor         Op = "nor"
	Iff         Op = "iff"
	Imply       Op = "imply"
	Cardinality Op = "cardinality" // Min to Max of the inputs
	Inhibit     Op = "inhibit"     // the input and the condition, which stands last
	PriorityAnd Op = "pand"        // in this order; solved as And, which is an upper bound
	Transfer    Op = "transfer"    // the same as the gate it names
	Pass        Op = "pass"        // one input that needs no gate
)

// Ops lists the operations that a file may name.
var Ops = []Op{And, Or, AtLeast, Xor, Not, Nand, Nor, Iff, Imply, Cardinality, Inhibit, PriorityAnd, Transfer}

// coherent reports whether a failure can never heal the top event.
func (o Op) coherent() bool {
	switch o {
	case Not, Nand, Nor, Xor, Iff, Imply, Cardinality:
		return false
	}
	return true
}

// Kind is the sort of a leaf.
type Kind string

// The sorts of leaves, after the usual symbols: circle, diamond, ellipse, house.
const (
	Basic        Kind = "basic"
	Undeveloped  Kind = "undeveloped"
	Conditioning Kind = "conditioning"
	House        Kind = "house" // on or off, not a matter of chance
)

// Place is where something stands in the file; the zero value is unknown.
type Place struct{ Line, Col int }

// Gate is an inner node.
type Gate struct {
	ID     string
	Text   string // description; "" if there is none
	Op     Op
	Min    int // of AtLeast and Cardinality
	Max    int // of Cardinality
	Inputs []string
	Stated *float64 // a probability written at the gate; shown, not used
	Place  Place
	refs   []Place // of the inputs
}

// Event is a leaf.
type Event struct {
	ID    string
	Text  string
	Kind  Kind
	P     float64 // probability, 0 to 1
	Known bool    // P was said; a house event is always known
	On    bool    // state of a house event
	Basis string  // what P was made from, if not written as it is
	Place Place
}

// Tree is a fault tree: gates and events by name.
type Tree struct {
	File   string // where it was read from, for errors
	Title  string
	Top    string // name of the top gate, or of the only event
	Gates  []Gate
	Events []Event
	Notes  []string // what had to be settled while reading

	gate  map[string]int
	event map[string]int
}

// Limits on a tree that is read from a file.
const (
	MaxNodes = 20000   // gates and events
	MaxFile  = 4 << 20 // bytes
	maxDepth = 2000    // of nested nodes
)

// index builds the maps by name; false names the second of two.
func (t *Tree) index() (string, Place, bool) {
	t.gate, t.event = make(map[string]int, len(t.Gates)), make(map[string]int, len(t.Events))
	for k, g := range t.Gates {
		if _, two := t.gate[g.ID]; two {
			return g.ID, g.Place, false
		}
		t.gate[g.ID] = k
	}
	for k, e := range t.Events {
		_, two := t.event[e.ID]
		_, gate := t.gate[e.ID]
		if two || gate {
			return e.ID, e.Place, false
		}
		t.event[e.ID] = k
	}
	return "", Place{}, true
}

// Gate returns the gate of that name.
func (t *Tree) Gate(id string) (Gate, bool) {
	k, ok := t.gate[id]
	if !ok {
		return Gate{}, false
	}
	return t.Gates[k], true
}

// Event returns the event of that name.
func (t *Tree) Event(id string) (Event, bool) {
	k, ok := t.event[id]
	if !ok {
		return Event{}, false
	}
	return t.Events[k], true
}

// Words is how a node is called where people read: its text, else its name.
func (t *Tree) Words(id string) string {
	if g, ok := t.Gate(id); ok && g.Text != "" {
		return g.Text
	}
	if e, ok := t.Event(id); ok && e.Text != "" {
		return e.Text
	}
	return id
}

// Coherent reports whether every gate that the top needs is coherent.
func (t *Tree) Coherent() bool {
	ok := true
	t.walk(func(g Gate) { ok = ok && g.Op.coherent() })
	return ok
}

// walk visits the gates below the top, each once.
func (t *Tree) walk(visit func(Gate)) {
	seen := make(map[string]bool, len(t.Gates))
	stack := []string{t.Top}
	for len(stack) > 0 {
		id := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		g, ok := t.Gate(id)
		if !ok || seen[id] {
			continue
		}
		seen[id] = true
		visit(g)
		stack = append(stack, g.Inputs...)
	}
}

// errorf is an error at a place of the file.
func (t *Tree) errorf(p Place, format string, args ...any) error {
	at := model.Visible(t.File)
	if p.Line > 0 {
		at += fmt.Sprintf(":%d:%d", p.Line, p.Col)
	}
	if at != "" {
		at += ": "
	}
	return model.Errorf(model.Invalid, "%s%s", at, fmt.Sprintf(format, args...))
}

// quote is a name for a sentence.
func quote(id string) string { return "“" + model.Brief(id, 60) + "”" }

func probability(p float64) bool { return !math.IsNaN(p) && p >= 0 && p <= 1 }

func names[T ~string](list []T) string {
	parts := make([]string, len(list))
	for i, s := range list {
		parts[i] = string(s)
	}
	return strings.Join(parts, ", ")
}
