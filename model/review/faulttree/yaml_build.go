package faulttree

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"warroom/model/strictyaml"
)

// builder turns what was written into gates and events.
type builder struct {
	t   *Tree
	doc *strictyaml.Doc
}

func (b *builder) place(path string) Place {
	l, c := b.doc.At(path)
	return Place{l, c}
}

// inOrder lists names as they stand in the file.
func (b *builder) inOrder(part string, nodes map[string]node) []string {
	ids := make([]string, 0, len(nodes))
	at := make(map[string]Place, len(nodes))
	for id := range nodes {
		ids = append(ids, id)
		at[id] = b.place("$." + part + "." + step(id))
	}
	slices.SortFunc(ids, func(x, y string) int {
		return cmp.Or(cmp.Compare(at[x].Line, at[y].Line), cmp.Compare(at[x].Col, at[y].Col), cmp.Compare(x, y))
	})
	return ids
}

// step is a key as it stands in a path.
func step(key string) string {
	if strings.ContainsAny(key, " .*[]'$\"") {
		return "'" + strings.ReplaceAll(key, "'", `\'`) + "'"
	}
	return key
}

// written are the ways to write a gate, each with its inputs.
func (n *node) written() (ops []Op, inputs []node, key string) {
	for _, w := range []struct {
		op  Op
		in  []node
		key string
	}{{And, n.And, "and"}, {Or, n.Or, "or"}, {Xor, n.Xor, "xor"}, {Nand, n.Nand, "nand"}, {Nor, n.Nor, "nor"}, {AtLeast, n.AtLeast, "atleast"}} {
		if w.in != nil {
			ops, inputs, key = append(ops, w.op), w.in, w.key
		}
	}
	if n.Not != nil {
		ops, inputs, key = append(ops, Not), []node{*n.Not}, "not"
	}
	if n.Transfer != "" {
		ops, inputs, key = append(ops, Transfer), []node{{ref: n.Transfer}}, "transfer"
	}
	return ops, inputs, key
}

func (n *node) gate() bool {
	ops, _, _ := n.written()
	return len(ops) > 0 || n.Gate != "" || n.Children != nil
}

// add enters a node and everything below it and returns its name.
func (b *builder) add(n node, parent, path string, nth int) (string, error) {
	if n.ref != "" {
		return n.ref, nil
	}
	id := cmp.Or(n.ID, n.Event, n.Description)
	text := ""
	if n.ID != "" {
		text = cmp.Or(n.Event, n.Description)
	} else if n.Event != "" {
		text = n.Description
	}
	if text == id {
		text = ""
	}
	if id == "" {
		if !n.gate() {
			return "", b.doc.Errorf(path, "this node has no name: write event: and what happens")
		}
		id = fmt.Sprintf("%s.%d", cmp.Or(parent, "gate"), nth)
	}
	if n.gate() {
		return id, b.addGate(n, id, text, path)
	}
	return id, b.addEvent(n, id, text, path)
}

func (b *builder) addGate(n node, id, text, path string) error {
	ops, in, key := n.written()
	said := strings.ToLower(cmp.Or(n.Gate, n.Type))
	if n.Gate == "" && said == "event" {
		said = ""
	}
	switch {
	case len(ops) > 1, len(ops) == 1 && (n.Children != nil || n.Gate != ""):
		return b.doc.Errorf(path, "%s has more than one gate: put the second one under a node of its own", quote(id))
	case len(ops) == 0:
		in, key = n.Children, "children"
		switch {
		case said != "":
			op, ok := opOf(said)
			if !ok {
				return b.doc.Errorf(path+".gate", "%s is no gate: give one of %s", quote(said), names(Ops))
			}
			ops = []Op{op}
		case len(in) == 1:
			ops = []Op{Pass}
		default:
			return b.doc.Errorf(path, "%s has %d causes and no gate: write gate: or if each is enough, gate: and if all are needed", quote(id), len(in))
		}
	}
	g := Gate{ID: id, Text: text, Op: ops[0], Stated: n.Probability.float(), Place: b.place(path)}
	if n.Rate != nil || n.Hours != nil || n.State != nil {
		return b.doc.Errorf(path, "%s has causes: rate, hours and state belong to events", quote(id))
	}
	switch g.Op {
	case AtLeast:
		k := n.K
		if k == nil {
			k = n.Min
		}
		if k == nil {
			return b.doc.Errorf(path, "%s does not say how many: write k: 2 beside it", quote(id))
		}
		g.Min = *k
	case Cardinality:
		if n.Min == nil || n.Max == nil {
			return b.doc.Errorf(path, "%s does not say how many: write min: and max:", quote(id))
		}
		g.Min, g.Max = *n.Min, *n.Max
	default:
		if n.K != nil || n.Min != nil || n.Max != nil {
			return b.doc.Errorf(path, "%s is %s and needs no number: k belongs to atleast", quote(id), g.Op)
		}
	}
	if n.Condition != nil {
		if g.Op != Inhibit {
			return b.doc.Errorf(path+".condition", "only an inhibit gate has a condition: %s is %s", quote(id), g.Op)
		}
	} else if g.Op == Inhibit && len(in) < 2 {
		return b.doc.Errorf(path, "the inhibit gate %s has no condition: write condition: and under which it passes", quote(id))
	}
	at := len(b.t.Gates)
	b.t.Gates = append(b.t.Gates, g)
	var inputs []string
	var refs []Place
	take := func(c node, p string, nth int) error {
		if c.value != nil || c.house != nil {
			return b.doc.Errorf(p, "a number cannot stand here: write event: and its probability")
		}
		name, err := b.add(c, id, p, nth)
		if err != nil {
			return err
		}
		inputs, refs = append(inputs, name), append(refs, b.place(p))
		return nil
	}
	for k, c := range in {
		p := fmt.Sprintf("%s.%s[%d]", path, key, k)
		if key == "not" || key == "transfer" {
			p = path + "." + key
		}
		if err := take(c, p, k+1); err != nil {
			return err
		}
	}
	if n.Condition != nil {
		c := *n.Condition
		if c.Type == "" {
			c.Type = string(Conditioning)
		}
		if err := take(c, path+".condition", len(in)+1); err != nil {
			return err
		}
	}
	b.t.Gates[at].Inputs, b.t.Gates[at].refs = inputs, refs
	return nil
}

// opOf reads the name of a gate as people write it.
func opOf(s string) (Op, bool) {
	s = strings.NewReplacer("_", "", "-", "", " ", "").Replace(s)
	switch s {
	case "kofn", "koutofn", "vote", "voting", "atleast":
		return AtLeast, true
	case "priorityand":
		return PriorityAnd, true
	}
	op := Op(s)
	return op, slices.Contains(Ops, op)
}

func (b *builder) addEvent(n node, id, text, path string) error {
	e := Event{ID: id, Text: text, Kind: Basic, Place: b.place(path)}
	switch k := Kind(strings.ToLower(n.Type)); k {
	case "", "event", Basic:
	case Undeveloped, Conditioning, House:
		e.Kind = k
	default:
		if _, gate := opOf(string(k)); gate {
			return b.doc.Errorf(path, "%s is %s and has no causes: list its children", quote(id), k)
		}
		return b.doc.Errorf(path+".type", "%s is no sort of event: give basic, undeveloped, conditioning or house", quote(n.Type))
	}
	p := n.Probability.float()
	if n.value != nil {
		p = n.value
	}
	state := n.State
	if n.house != nil {
		state = n.house
	}
	if n.K != nil || n.Min != nil || n.Max != nil || n.Condition != nil {
		return b.doc.Errorf(path, "%s has no causes: k, min, max and condition belong to gates", quote(id))
	}
	switch {
	case state != nil && (p != nil || n.Rate != nil):
		return b.doc.Errorf(path, "%s is on or off and has a probability: give one of the two", quote(id))
	case state != nil:
		e.Kind, e.Known, e.On = House, true, *state
	case e.Kind == House:
		e.Known = true // off, unless said
	case n.Rate != nil || n.Hours != nil:
		if n.Rate == nil || n.Hours == nil || p != nil {
			return b.doc.Errorf(path, "%s: give a probability, or a rate per hour and hours", quote(id))
		}
		rate, hours := float64(*n.Rate), float64(*n.Hours)
		if !(rate >= 0) || !(hours >= 0) || math.IsInf(rate, 0) || math.IsInf(hours, 0) {
			return b.doc.Errorf(path, "rate and hours of %s cannot be below zero", quote(id))
		}
		e.P, e.Known = -math.Expm1(-rate*hours), true
		e.Basis = fmt.Sprintf("1 - exp(-%g per hour × %g h)", rate, hours)
	case p != nil:
		e.P, e.Known = *p, true
	}
	b.t.Events = append(b.t.Events, e)
	return nil
}
