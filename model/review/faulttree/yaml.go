package faulttree

import (
	"bytes"
	"cmp"
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
