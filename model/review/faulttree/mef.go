package faulttree

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"warroom/model"
)

// element is a piece of XML with its place.
type element struct {
	name  string
	attr  map[string]string
	kids  []*element
	text  strings.Builder
	place Place
}

// elements reads a file of XML as a tree. No entity but the five of XML is
// expanded and nothing is fetched.
func elements(name string, data []byte) (*element, error) {
	d := xml.NewDecoder(bytes.NewReader(data))
	d.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		return nil, fmt.Errorf("the encoding %s is not read: save the file as UTF-8", model.Brief(label, 20))
	}
	root := &element{}
	stack := []*element{root}
	n := 0
	fail := func(format string, args ...any) error {
		l, c := d.InputPos()
		return (&Tree{File: name}).errorf(Place{l, c}, format, args...)
	}
	for {
		line, col := d.InputPos()
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return root, nil
		}
		if err != nil {
			why := err.Error()
			if s, ok := errors.AsType[*xml.SyntaxError](err); ok {
				why = s.Msg
			}
			return nil, fail("this is not XML: %s", model.Brief(why, 120))
		}
		top := stack[len(stack)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			if n++; n > 10*MaxNodes || len(stack) > maxDepth {
				return nil, fail("the file holds more than can be read: %d elements, %d deep", n, len(stack))
			}
			e := &element{name: tok.Name.Local, attr: map[string]string{}, place: Place{line, col}}
			for _, a := range tok.Attr {
				e.attr[a.Name.Local] = strings.TrimSpace(a.Value)
			}
			top.kids = append(top.kids, e)
			stack = append(stack, e)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top.text.Write(tok)
		}
	}
}

// readMEF reads the part of the Open-PSA Model Exchange Format that describes
// fault trees: gates, basic and house events, components as scopes of names,
// model data. What would change the numbers and is not read is refused.
func readMEF(name string, data []byte) (*Tree, error) {
	root, err := elements(name, data)
	if err != nil {
		return nil, err
	}
	if len(root.kids) != 1 || root.kids[0].name != "opsa-mef" {
		return nil, model.Errorf(model.Invalid, "%s: this XML is not an Open-PSA model: it must begin with <opsa-mef>", model.Visible(name))
	}
	m := mef{t: &Tree{File: name, Title: root.kids[0].attr["name"]}, full: map[string]string{}}
	// First every name is learned, then references are looked up.
	for _, pass := range []func(*element, scope) error{m.declare, m.define} {
		for _, e := range root.kids[0].kids {
			if err := pass(e, scope{}); err != nil {
				return nil, err
			}
		}
	}
	if m.t.Title == "" {
		m.t.Title = m.tree
	}
	return m.t, nil
}

// scope is where an element stands: the containers around it, and whether names
// are private there.
type scope struct {
	path    []string
	private bool
}

func (s scope) under(e *element) scope {
	private := s.private
	switch e.attr["role"] {
	case "private":
		private = true
	case "public":
		private = false
	}
	return scope{append(s.path[:len(s.path):len(s.path)], e.attr["name"]), private}
}

type mef struct {
	t    *Tree
	tree string            // name of the first fault tree
	full map[string]string // each way to write a name → the name in the tree
}

// id is the name of what e defines: global if public, with its path if private.
func (s scope) id(e *element) string {
	name := e.attr["name"]
	private := s.private
	switch e.attr["role"] {
	case "private":
		private = true
	case "public":
		private = false
	}
	if !private || len(s.path) == 0 {
		return name
	}
	return strings.Join(s.path, ".") + "." + name
}

func (m *mef) declare(e *element, s scope) error {
	switch e.name {
	case "define-fault-tree", "define-component", "model-data":
		in := s
		if e.name != "model-data" {
			if e.attr["name"] == "" {
				return m.t.errorf(e.place, "<%s> has no name", e.name)
			}
			if m.tree == "" {
				m.tree = e.attr["name"]
			}
			in = s.under(e)
		}
		for _, k := range e.kids {
			if err := m.declare(k, in); err != nil {
				return err
			}
		}
	case "define-gate", "define-basic-event", "define-house-event":
		if e.attr["name"] == "" {
			return m.t.errorf(e.place, "<%s> has no name", e.name)
		}
		id := s.id(e)
		m.full[id] = id
		if way := strings.Join(append(s.path[:len(s.path):len(s.path)], e.attr["name"]), "."); m.full[way] == "" {
			m.full[way] = id
		}
	case "label", "attributes":
	default:
		return m.t.errorf(e.place, "<%s> is not read: only fault trees with gates, basic and house events are", model.Brief(e.name, 40))
	}
	return nil
}

// find looks a name up from the innermost container outwards, then among all.
func (m *mef) find(name string, s scope) (string, bool) {
	for n := len(s.path); n >= 0; n-- {
		way := name
		if n > 0 {
			way = strings.Join(s.path[:n], ".") + "." + name
		}
		if id, ok := m.full[way]; ok {
			return id, true
		}
	}
	return name, false
}

func (m *mef) define(e *element, s scope) error {
	switch e.name {
	case "define-fault-tree", "define-component":
		for _, k := range e.kids {
			if err := m.define(k, s.under(e)); err != nil {
				return err
			}
		}
	case "model-data":
		for _, k := range e.kids {
			if err := m.define(k, s); err != nil {
				return err
			}
		}
	case "define-gate":
		return m.gate(e, s)
	case "define-basic-event", "define-house-event":
		return m.event(e, s)
	}
	return nil
}

func (e *element) label() string {
	for _, k := range e.kids {
		if k.name == "label" {
			return strings.Join(strings.Fields(k.text.String()), " ")
		}
	}
	return ""
}

// content are the children that say something.
func (e *element) content() []*element {
	var out []*element
	for _, k := range e.kids {
		if k.name != "label" && k.name != "attributes" {
			out = append(out, k)
		}
	}
	return out
}

func (m *mef) gate(e *element, s scope) error {
	c := e.content()
	if len(c) != 1 {
		return m.t.errorf(e.place, "the gate %s holds %d formulas: exactly one", quote(e.attr["name"]), len(c))
	}
	return m.formula(c[0], s, s.id(e), e.label(), e.place)
}

// formula enters a gate; formulas inside it become gates of their own.
func (m *mef) formula(e *element, s scope, id, label string, at Place) error {
	g := Gate{ID: id, Text: label, Place: at}
	at0 := len(m.t.Gates)
	m.t.Gates = append(m.t.Gates, g)
	kids := e.content()
	switch e.name {
	case "gate", "basic-event", "house-event", "event", "constant":
		g.Op, kids = Pass, []*element{e}
	case "and", "or", "not", "xor", "nand", "nor", "iff", "imply", "atleast", "cardinality":
		g.Op = Op(e.name)
	default:
		return m.t.errorf(e.place, "<%s> is no formula: give and, or, not, xor, nand, nor, iff, imply, atleast or cardinality", model.Brief(e.name, 40))
	}
	var err error
	number := func(attr string) int {
		n, e1 := strconv.Atoi(e.attr[attr])
		if e1 != nil && err == nil {
			err = m.t.errorf(e.place, "<%s> needs a whole number %s", e.name, attr)
		}
		return n
	}
	switch g.Op {
	case AtLeast:
		g.Min = number("min")
	case Cardinality:
		g.Min, g.Max = number("min"), number("max")
	}
	if err != nil {
		return err
	}
	for k, c := range kids {
		in := ""
		switch c.name {
		case "gate", "basic-event", "house-event", "event":
			name := c.attr["name"]
			found, ok := m.find(name, s)
			if !ok {
				return m.t.errorf(c.place, "%s, an input of %s, is not defined: define it as a gate or an event", quote(name), quote(id))
			}
			in = found
		case "constant":
			in = "constant." + c.attr["value"]
			if err := m.constant(c, in); err != nil {
				return err
			}
		default:
			in = fmt.Sprintf("%s.%d", id, k+1)
			if err := m.formula(c, s, in, "", c.place); err != nil {
				return err
			}
		}
		g.Inputs, g.refs = append(g.Inputs, in), append(g.refs, c.place)
	}
	m.t.Gates[at0] = g
	return nil
}

func (m *mef) constant(c *element, id string) error {
	on, err := strconv.ParseBool(c.attr["value"])
	if err != nil {
		return m.t.errorf(c.place, "a constant is true or false, not %s", quote(c.attr["value"]))
	}
	for _, e := range m.t.Events {
		if e.ID == id {
			return nil
		}
	}
	m.t.Events = append(m.t.Events, Event{ID: id, Kind: House, Known: true, On: on, Place: c.place})
	return nil
}

func (m *mef) event(e *element, s scope) error {
	v := Event{ID: s.id(e), Text: e.label(), Kind: Basic, Place: e.place}
	c := e.content()
	if len(c) > 1 {
		return m.t.errorf(e.place, "the event %s holds %d values: at most one", quote(v.ID), len(c))
	}
	if e.name == "define-house-event" {
		v.Kind, v.Known = House, true // off, unless said
		if len(c) == 1 {
			on, err := strconv.ParseBool(c[0].attr["value"])
			if c[0].name != "constant" || err != nil {
				return m.t.errorf(c[0].place, "the house event %s needs <constant value=\"true\"/> or false", quote(v.ID))
			}
			v.On = on
		}
		m.t.Events = append(m.t.Events, v)
		return nil
	}
	for _, k := range e.kids {
		for _, a := range k.kids {
			if k.name == "attributes" && a.attr["name"] == "flavor" && (a.attr["value"] == string(Undeveloped) || a.attr["value"] == string(Conditioning)) {
				v.Kind = Kind(a.attr["value"])
			}
		}
	}
	if len(c) == 1 {
		p, basis, err := m.value(c[0], v.ID)
		if err != nil {
			return err
		}
		v.P, v.Basis, v.Known = p, basis, true
	}
	m.t.Events = append(m.t.Events, v)
	return nil
}

// value reads a probability: a float, or exponential with a rate and a time.
func (m *mef) value(e *element, id string) (float64, string, error) {
	float := func(e *element) (float64, error) {
		f, err := strconv.ParseFloat(e.attr["value"], 64)
		if e.name != "float" && e.name != "int" || err != nil {
			return 0, m.t.errorf(e.place, "the value of %s is not a number: only <float value=\"…\"/> and <exponential> of two of them are read", quote(id))
		}
		return f, nil
	}
	if e.name != "exponential" {
		p, err := float(e)
		return p, "", err
	}
	c := e.content()
	if len(c) != 2 {
		return 0, "", m.t.errorf(e.place, "the exponential of %s needs a rate and a time", quote(id))
	}
	rate, err := float(c[0])
	if err != nil {
		return 0, "", err
	}
	hours, err := float(c[1])
	if err != nil {
		return 0, "", err
	}
	if !(rate >= 0) || !(hours >= 0) {
		return 0, "", m.t.errorf(e.place, "rate and time of %s cannot be below zero", quote(id))
	}
	return -math.Expm1(-rate * hours), fmt.Sprintf("1 - exp(-%g × %g)", rate, hours), nil
}
