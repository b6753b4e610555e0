package faulttree

import (
	"encoding/json"
	"fmt"
	"strings"
)

// YAML writes t as a file that Read reads.
func (t *Tree) YAML() []byte {
	var b strings.Builder
	if t.Title != "" {
		fmt.Fprintf(&b, "title: %s\n", scalar(t.Title))
	}
	fmt.Fprintf(&b, "top: %s\ngates:\n", scalar(t.Top))
	for _, g := range t.Gates {
		fmt.Fprintf(&b, "  %s:\n", scalar(g.ID))
		if g.Text != "" {
			fmt.Fprintf(&b, "    description: %s\n", scalar(g.Text))
		}
		if g.Op != Pass {
			fmt.Fprintf(&b, "    gate: %s\n", g.Op)
		}
		switch g.Op {
		case AtLeast:
			fmt.Fprintf(&b, "    k: %d\n", g.Min)
		case Cardinality:
			fmt.Fprintf(&b, "    min: %d\n    max: %d\n", g.Min, g.Max)
		}
		if g.Stated != nil {
			fmt.Fprintf(&b, "    probability: %v\n", *g.Stated)
		}
		b.WriteString("    children:\n")
		for _, in := range g.Inputs {
			fmt.Fprintf(&b, "      - %s\n", scalar(in))
		}
	}
	if len(t.Events) == 0 {
		return []byte(b.String())
	}
	b.WriteString("events:\n")
	for _, e := range t.Events {
		fmt.Fprintf(&b, "  %s:\n", scalar(e.ID))
		if e.Text != "" {
			fmt.Fprintf(&b, "    description: %s\n", scalar(e.Text))
		}
		if e.Kind != Basic {
			fmt.Fprintf(&b, "    type: %s\n", e.Kind)
		} else if e.Text == "" && !e.Known {
			b.WriteString("    type: basic\n")
		}
		if e.Kind == House {
			fmt.Fprintf(&b, "    state: %v\n", e.On)
		} else if e.Known {
			fmt.Fprintf(&b, "    probability: %v\n", e.P)
		}
	}
	return []byte(b.String())
}

// scalar is s between quotes; JSON's are YAML's.
func scalar(s string) string {
	q, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(q)
}
