package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"warroom/model"
)

// The bounds of what is read. A file a person writes is far below them.
const (
	MaxBytes = 1 << 20 // of a file
	maxDepth = 200     // of lists and maps in each other
	maxNodes = 200_000 // after aliases are put in place
)

// Doc is one YAML document that passed the bounds. It knows where in its file
// each value stands.
type Doc struct {
	Name  string // of the file, for messages
	body  ast.Node
	place map[string]*token.Token // by path; made when first asked for
}

// Decode reads the only document of a file into v, strictly. name stands in
// front of the place in messages. An empty file leaves v as it is.
func Decode(name string, data []byte, v any) error {
	d, err := Parse(name, data)
	if err != nil {
		return err
	}
	return d.Decode(v)
}

// Parse checks the bounds of a file and reads its only document.
func Parse(name string, data []byte) (*Doc, error) {
	if len(data) > MaxBytes {
		return nil, model.Errorf(model.Invalid, "%s:1:1: the file is too large: %d bytes, at most %d", name, len(data), MaxBytes)
	}
	if line, col, ok := badUTF8(data); !ok {
		return nil, model.Errorf(model.Invalid, "%s:%d:%d: this is not UTF-8 text: save the file as UTF-8", name, line, col)
	}
	if line, col, deep := tooDeep(data); deep {
		return nil, model.Errorf(model.Invalid, "%s:%d:%d: lists and maps are nested more than %d deep", name, line, col, maxDepth)
	}
	var f *ast.File
	err := guard(func() (err error) {
		f, err = parser.ParseBytes(data, 0)
		return err
	})
	if err != nil {
		return nil, placed(name, err)
	}
	d := &Doc{Name: name}
	for _, doc := range f.Docs {
		if doc.Body == nil {
			continue
		}
		if _, comment := doc.Body.(*ast.CommentGroupNode); comment {
			continue
		}
		if d.body != nil {
			return nil, d.errorAt(doc.Body.GetToken(), "a second document begins here: one file holds one")
		}
		d.body = doc.Body
	}
	if d.body == nil {
		return d, nil
	}
	c := counter{anchors: map[string]int{}}
	if c.count(d.body, 0); c.bad != nil {
		return nil, d.errorAt(c.bad.GetToken(), c.why)
	}
	return d, nil
}

// Empty reports whether the file holds nothing but comments.
func (d *Doc) Empty() bool { return d.body == nil }

// Decode reads the document into v: no unknown field, no key twice.
func (d *Doc) Decode(v any) error {
	if d.body == nil {
		return nil
	}
	dec := yaml.NewDecoder(bytes.NewReader(nil), yaml.Strict())
	if err := guard(func() error { return dec.DecodeFromNode(d.body, v) }); err != nil {
		return placed(d.Name, err)
	}
	return nil
}

// guard turns a panic of the library into an error: a strange file must not end
// the program that somebody runs an incident in.
func guard(read func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("this YAML cannot be made sense of (%v): write it more plainly", r)
		}
	}()
	return read()
}

// At is the place of the field at a path such as $.steps[2].title, or of the
// nearest one that contains it; 1, 1 in an empty file.
func (d *Doc) At(path string) (line, col int) {
	if d.body == nil {
		return 1, 1
	}
	if d.place == nil {
		d.place = map[string]*token.Token{}
		ast.Walk(visitor(func(n ast.Node) {
			p := n.GetPath()
			if _, ok := d.place[p]; !ok && n.GetToken() != nil {
				d.place[p] = start(n)
			}
		}), d.body)
	}
	for p := path; p != ""; p = p[:max(0, strings.LastIndexAny(p, ".["))] {
		if t := d.place[p]; t != nil && t.Position != nil {
			return t.Position.Line, t.Position.Column
		}
	}
	if t := start(d.body); t != nil && t.Position != nil {
		return t.Position.Line, t.Position.Column
	}
	return 1, 1
}

// Errorf is an error about the value at path, with its place.
func (d *Doc) Errorf(path, format string, args ...any) error {
	line, col := d.At(path)
	return model.Errorf(model.Invalid, "%s:%d:%d: %s", d.Name, line, col, fmt.Sprintf(format, args...))
}

func (d *Doc) errorAt(t *token.Token, what string) error {
	line, col := 1, 1
	if t != nil && t.Position != nil {
		line, col = t.Position.Line, t.Position.Column
	}
	return model.Errorf(model.Invalid, "%s:%d:%d: %s", d.Name, line, col, what)
}

// start is the first token of a node: of a map, that is its first key rather
// than the colon behind it.
func start(n ast.Node) *token.Token {
	switch n := n.(type) {
	case *ast.MappingNode:
		if len(n.Values) > 0 {
			return n.Values[0].Key.GetToken()
		}
	case *ast.MappingValueNode:
		return n.Key.GetToken()
	}
	return n.GetToken()
}

type visitor func(ast.Node)

func (v visitor) Visit(n ast.Node) ast.Visitor { v(n); return v }

// placed words an error of the YAML reader, with its place.
func placed(name string, err error) error {
	if e, ok := errors.AsType[*model.Error](err); ok { // from a type's own reader
		return e
	}
	var at *token.Token
	what := "this cannot be read"
	var unknown *yaml.UnknownFieldError
	var twice *yaml.DuplicateKeyError
	var kind *yaml.TypeError
	var node *yaml.UnexpectedNodeTypeError
	var syntax *yaml.SyntaxError
	var over *yaml.OverflowError
	switch {
	case errors.As(err, &unknown):
		at, what = unknown.Token, fmt.Sprintf("there is no field %q here", model.Brief(unknown.Token.Value, 40))
	case errors.As(err, &twice):
		at, what = twice.Token, fmt.Sprintf("%q is given twice", model.Brief(twice.Token.Value, 40))
	case errors.As(err, &kind):
		at, what = kind.Token, fmt.Sprintf("%q is not %s, which is expected here", model.Brief(kind.Token.Value, 40), wanted(kind.DstType.Kind().String()))
	case errors.As(err, &node):
		at, what = node.Token, fmt.Sprintf("a %s stands here where a %s is expected", plainKind(node.Actual), plainKind(node.Expected))
	case errors.As(err, &over):
		at, what = over.Token, fmt.Sprintf("the number %s is out of range", model.Brief(over.Token.Value, 40))
	case errors.As(err, &syntax):
		at, what = syntax.Token, "this is not YAML: "+model.Brief(strings.Join(strings.Fields(syntax.Message), " "), 160)
	default:
		if first, _, _ := strings.Cut(err.Error(), "\n"); first != "" {
			what = model.Brief(first, 160)
		}
	}
	line, col := 1, 1
	if at != nil && at.Position != nil {
		line, col = at.Position.Line, at.Position.Column
	}
	return model.Wrap(model.Invalid, err, "%s:%d:%d: %s", name, line, col, what)
}

// wanted is a kind of Go value in words.
func wanted(kind string) string {
	switch {
	case strings.HasPrefix(kind, "int"):
		return "a whole number"
	case strings.HasPrefix(kind, "uint"):
		return "a whole number of at least 0"
	case strings.HasPrefix(kind, "float"):
		return "a number"
	case kind == "bool":
		return "true or false"
	case kind == "string":
		return "text"
	case kind == "slice", kind == "array":
		return "a list"
	case kind == "map", kind == "struct":
		return "a map of fields"
	}
	return "a " + kind
}

func plainKind(t ast.NodeType) string {
	switch t {
	case ast.SequenceType:
		return "list"
	case ast.MappingType, ast.MappingValueType:
		return "map of fields"
	case ast.StringType, ast.LiteralType:
		return "text"
	}
	return strings.ToLower(t.String())
}

func badUTF8(data []byte) (line, col int, ok bool) {
	if utf8.Valid(data) {
		return 0, 0, true
	}
	line, col = 1, 1
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		if r == utf8.RuneError && n == 1 {
			return line, col, false
		}
		col++
		if r == '\n' {
			line, col = line+1, 1
		}
		data = data[n:]
	}
	return line, col, false
}
