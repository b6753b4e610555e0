package strictyaml

import (
	"bytes"

	"github.com/goccy/go-yaml/ast"

	"warroom/model"
)

// tooDeep finds nesting that would make the parser recurse without end. It
// looks at the text alone: brackets, and dashes or indents that only grow. What
// stands in quotes may be counted too, which only ever errs far above what
// people write.
func tooDeep(data []byte) (line, col int, deep bool) {
	flow := 0
	for i, l := range bytes.Split(data, []byte("\n")) {
		lead := 0 // dashes at the start of a line open a list each
		for c, b := range l {
			switch b {
			case '[', '{':
				flow++
			case ']', '}':
				flow = max(0, flow-1)
			case '-', '?':
				if lead >= 0 {
					lead++
				}
			case ' ':
			default:
				lead = -1
			}
			if flow > maxDepth || lead > 3*maxDepth {
				return i + 1, c + 1, true
			}
		}
	}
	return 0, 0, false
}

// counter counts the nodes of a document as they are after aliases are put in
// place, so that a small file cannot become a large one.
type counter struct {
	anchors map[string]int // nodes under each
	bad     ast.Node
	why     string
}

func (c *counter) fail(n ast.Node, why string) int {
	if c.bad == nil {
		c.bad, c.why = n, why
	}
	return 0
}

func (c *counter) count(n ast.Node, depth int) int {
	if n == nil || c.bad != nil {
		return 0
	}
	if depth > maxDepth {
		return c.fail(n, "lists and maps are nested too deep")
	}
	size := 1
	switch n := n.(type) {
	case *ast.MappingNode:
		for _, v := range n.Values {
			size += c.count(v, depth+1)
		}
	case *ast.MappingValueNode:
		size += c.count(n.Key, depth+1) + c.count(n.Value, depth+1)
	case *ast.SequenceNode:
		for _, v := range n.Values {
			size += c.count(v, depth+1)
		}
	case *ast.AnchorNode:
		size += c.count(n.Value, depth+1)
		c.anchors[n.Name.String()] = size
	case *ast.AliasNode:
		name := n.Value.String()
		under, ok := c.anchors[name]
		if !ok {
			return c.fail(n, "*"+model.Brief(name, 40)+" refers to nothing that stands before it")
		}
		size += under
	case *ast.TagNode:
		// Nothing here needs one, and the library falls over a tag that promises
		// another kind of value than stands behind it.
		return c.fail(n, "a tag ("+model.Brief(n.GetToken().Value, 40)+") is not read here: leave it out, and put what is text in quotes")
	}
	if size > maxNodes {
		return c.fail(n, "the aliases in this file grow into too much: write the parts out")
	}
	return size
}
