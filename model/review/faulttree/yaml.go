package faulttree

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"warroom/model"
	"warroom/model/strictyaml"
)

// Read reads a tree from a file of either format, told apart by its first sign,
// and checks it. top chooses the top event where the file leaves it open; "" for
// the file's own.
func Read(name string, data []byte, top string) (*Tree, error) {
	if len(data) > MaxFile {
		return nil, model.Errorf(model.Invalid, "%s: the file is too large: %d bytes, at most %d", model.Visible(name), len(data), MaxFile)
	}
	read := readYAML
	if bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\ufeff")), " \t\r\n"), []byte("<")) {
		read = readMEF
	}
	t, err := read(name, data)
	if err != nil {
		return nil, err
	}
	t.File = name
	if top != "" {
		t.Top = top
	}
	return t, t.Check()
}

// node is a gate or an event as a person writes it; see Example.
type node struct {
	ref   string // another node's name stands here
	value *float64
	house *bool
	nodeFields
}

type nodeFields struct {
	ID          string  `yaml:"id"`
	Event       string  `yaml:"event"`
	Description string  `yaml:"description"`
	Type        string  `yaml:"type"`
	Gate        string  `yaml:"gate"`
	K           *int    `yaml:"k"`
	Min         *int    `yaml:"min"`
	Max         *int    `yaml:"max"`
	Probability *number `yaml:"probability"`
	Rate        *number `yaml:"rate"`
	Hours       *number `yaml:"hours"`
	State       *bool   `yaml:"state"`
	Transfer    string  `yaml:"transfer"`
	Condition   *node   `yaml:"condition"`
	Children    []node  `yaml:"children"`
	And         []node  `yaml:"and"`
	Or          []node  `yaml:"or"`
	Xor         []node  `yaml:"xor"`
	Nand        []node  `yaml:"nand"`
	Nor         []node  `yaml:"nor"`
	AtLeast     []node  `yaml:"atleast"`
	Not         *node   `yaml:"not"`
}

// UnmarshalYAML reads a name, a probability, on or off, or the fields of a node.
func (n *node) UnmarshalYAML(unmarshal func(any) error) error {
	var v any
	if err := unmarshal(&v); err != nil {
		return err
	}
	number := func(f float64) error { n.value = &f; return nil }
	switch v := v.(type) {
	case string:
		if f, ok := asNumber(v); ok {
			return number(f)
		}
		n.ref = v
		return nil
	case bool:
		n.house = &v
		return nil
	case float64:
		return number(v)
	case uint64:
		return number(float64(v))
	case int64:
		return number(float64(v))
	case nil:
		return nil
	}
	return unmarshal(&n.nodeFields)
}

// number is a number as people write it: 1e-6 too, which YAML takes for text.
type number float64

// UnmarshalYAML reads it.
func (n *number) UnmarshalYAML(unmarshal func(any) error) error {
	var f float64
	err := unmarshal(&f)
	if err != nil {
		var s string
		if unmarshal(&s) != nil {
			return err
		}
		ok := false
		if f, ok = asNumber(s); !ok {
			return err
		}
	}
	*n = number(f)
	return nil
}

// float is the number, nil if there is none.
func (n *number) float() *float64 { return (*float64)(n) }

func asNumber(s string) (float64, bool) {
	if s == "" || !strings.ContainsRune("0123456789.+-", rune(s[0])) {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}

type file struct {
	Title    string          `yaml:"title"`
	Top      string          `yaml:"top"`
	TopEvent string          `yaml:"top_event"`
	Gates    map[string]node `yaml:"gates"`
	Events   map[string]node `yaml:"events"`

	Root nodeFields `yaml:",inline"`
}

func readYAML(name string, data []byte) (*Tree, error) {
	doc, err := strictyaml.Parse(name, data)
	if err != nil {
		return nil, err
	}
	if doc.Empty() {
		return nil, model.Errorf(model.Invalid, "%s is empty: write a top_event, a gate and its children", model.Visible(name))
	}
	var f file
	if err := doc.Decode(&f); err != nil {
		return nil, err
	}
	b := builder{t: &Tree{File: name, Title: f.Title}, doc: doc}
	nested := f.Root.Gate != "" || f.Root.Type != "" || f.Root.Children != nil || f.Root.And != nil || f.Root.Or != nil || f.Root.Xor != nil || f.Root.Nand != nil ||
		f.Root.Nor != nil || f.Root.AtLeast != nil || f.Root.Not != nil || f.Root.Transfer != "" || f.Root.Probability != nil
	if nested {
		root := node{nodeFields: f.Root}
		root.Description = cmp.Or(f.TopEvent, f.Root.Event, f.Root.Description, f.Title)
		root.Event, root.ID = "", cmp.Or(f.Root.ID, f.Top, root.Description, "top")
		if b.t.Top, err = b.add(root, "", "$", 0); err != nil {
			return nil, err
		}
	} else {
		b.t.Top = f.Top
	}
	for _, part := range []struct {
		name  string
		nodes map[string]node
		leaf  bool
	}{{"gates", f.Gates, false}, {"events", f.Events, true}} {
		for _, id := range b.inOrder(part.name, part.nodes) {
			n, path := part.nodes[id], "$."+part.name+"."+step(id)
			if n.ref != "" {
				return nil, doc.Errorf(path, "%s is only a name: give a probability, true or false, or a gate", quote(n.ref))
			}
			if part.leaf && n.gate() {
				return nil, doc.Errorf(path, "%s has causes: define it under gates", quote(id))
			}
			n.ID, n.Description = id, cmp.Or(n.Description, n.Event)
			n.Event = ""
			if _, err := b.add(n, "", path, 0); err != nil {
				return nil, err
			}
		}
	}
	if f.TopEvent != "" && !nested {
		b.title(f)
	}
	if b.t.Title == "" {
		b.t.Title = f.TopEvent
	}
	return b.t, nil
}

// title gives the top gate the words of top_event, or finds the gate of that name.
func (b *builder) title(f file) {
	for k, g := range b.t.Gates {
		switch {
		case f.Top == "" && g.ID == f.TopEvent:
			b.t.Top = g.ID
		case f.Top == g.ID && g.Text == "":
			b.t.Gates[k].Text = f.TopEvent
		}
	}
}

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

// Example is a tree in YAML to begin with.
const Example = `title: Checkout is down
top_event: Checkout is down
gate: or
children:
  - event: Payment provider is down
    probability: 0.001
  - event: No database answers
    gate: and
    children:
      - event: Primary fails
        probability: 0.01
      - event: Failover does not happen
        gate: or
        children:
          - event: Replica fails
            probability: 0.01
          - event: Failover was never tested
            probability: 0.2
  - event: Too few web servers
    gate: atleast
    k: 2
    children: [web 1, web 2, web 3]
events:
  web 1: 0.02
  web 2: 0.02
  web 3: {probability: 0.02, description: the one in the other zone}
`
