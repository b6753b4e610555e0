package faulttree

import (
	"cmp"
	"fmt"
)

// Row is a line of a tree that is drawn as an outline.
type Row struct {
	ID     string
	Branch string // the lines to its left, three cells a level: "│  └─ "
	Sign   string // one cell: what sort of node it is
	Text   string // unescaped
	Gate   string // how the inputs combine, in words; "" for an event
	P      *float64
	Open   bool // a gate whose inputs follow
	Closed bool // a gate that is folded in
	Shared bool // shown in full at an earlier row
	Depth  int
}

// maxRows bounds an outline: a graph drawn as a tree may have far more lines
// than nodes. Gates shown before are therefore not unfolded again.
const maxRows = 5000

// Outline lists the lines of the tree from the top down. folded gates are shown
// without their inputs. likely are probabilities of gates, see Likelihoods; nil
// is allowed.
func (t *Tree) Outline(folded map[string]bool, likely map[string]float64) []Row {
	var rows []Row
	seen := map[string]bool{}
	var walk func(id, branch, next string, depth int)
	walk = func(id, branch, next string, depth int) {
		if len(rows) >= maxRows {
			return
		}
		r := Row{ID: id, Branch: branch, Text: t.Words(id), Depth: depth}
		if e, ok := t.Event(id); ok {
			r.Sign = e.Kind.Sign()
			if e.Kind == House {
				r.Gate = map[bool]string{true: "on", false: "off"}[e.On]
			} else if e.Known {
				r.P = &e.P
			}
			rows = append(rows, r)
			return
		}
		g, _ := t.Gate(id)
		r.Sign, r.Gate = g.Op.Sign(), g.Words()
		if p, ok := likely[id]; ok {
			r.P = &p
		}
		r.Shared, r.Closed = seen[id], folded[id]
		r.Open = !r.Shared && !r.Closed
		rows = append(rows, r)
		if !r.Open {
			return
		}
		seen[id] = true
		for k, in := range g.Inputs {
			if k == len(g.Inputs)-1 {
				walk(in, next+"└─ ", next+"   ", depth+1)
			} else {
				walk(in, next+"├─ ", next+"│  ", depth+1)
			}
		}
	}
	walk(t.Top, "", "", 0)
	return rows
}

// Sign is one cell for a leaf: circle, diamond, ellipse, house of the books.
func (k Kind) Sign() string {
	return cmp.Or(map[Kind]string{Undeveloped: "◇", Conditioning: "◌", House: "⌂"}[k], "○")
}

// Sign is one cell for a gate.
func (o Op) Sign() string {
	return cmp.Or(map[Op]string{
		And: "∧", Inhibit: "∧", PriorityAnd: "∧", Or: "∨", Not: "¬", Nand: "¬", Nor: "¬", Xor: "⊕",
		Iff: "≡", Imply: "→", AtLeast: "≥", Cardinality: "#", Transfer: "△",
	}[o], "·")
}

// Words say how the inputs of g combine.
func (g Gate) Words() string {
	switch g.Op {
	case And:
		return "all of"
	case Or:
		return "any of"
	case AtLeast:
		return fmt.Sprintf("%d of %d", g.Min, len(g.Inputs))
	case Cardinality:
		return fmt.Sprintf("%d to %d of %d", g.Min, g.Max, len(g.Inputs))
	case Xor:
		if len(g.Inputs) == 2 {
			return "exactly one of"
		}
		return "an odd number of"
	case Not:
		return "not"
	case Nand:
		return "not all of"
	case Nor:
		return "none of"
	case Iff:
		return "both or none of"
	case Imply:
		return "the second, if the first"
	case Inhibit:
		return "given the condition"
	case PriorityAnd:
		return "all of, in order"
	case Transfer:
		return "see"
	}
	return ""
}

// Likelihoods are the exact probabilities of the gates below the top, where they
// can be computed.
func (t *Tree) Likelihoods() map[string]float64 {
	vars, of := t.order()
	p := make([]float64, len(vars))
	for v, k := range vars {
		if !t.Events[k].Known {
			return nil
		}
		p[v] = t.Events[k].P
	}
	d := newDiagram(defaultNodes / 4)
	tops := map[string]int32{}
	if !bounded(func() { d.buildAll(t, of, tops) }) {
		return nil
	}
	out := make(map[string]float64, len(tops))
	at := make([]float64, len(d.node)+2)
	for id, f := range tops {
		out[id] = d.probability(f, d.reach(f), p, at)
	}
	return out
}
