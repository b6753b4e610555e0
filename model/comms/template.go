package comms

import (
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/template"
	"text/template/parse"

	"warroom/model"
	"warroom/model/strictyaml"
)

// Template is a message with fields to be filled.
type Template struct {
	Name     string
	Title    string         // for lists; the name in words unless the file says something else
	Audience model.Audience // whom it is for by default
	Text     string         // as written
	Fields   []string       // that it must have, in the order of the text
	Optional []string       // that it uses if they are known
	Own      bool           // a team's, not built in
	tree     *template.Template
}

// Limits of a template.
const (
	maxTemplate = 64 << 10 // bytes of a file
	maxMessage  = 16 << 10 // bytes of a message
)

var (
	nameText  = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
	braceText = regexp.MustCompile(`\{\{|\}\}|\{([^{}\n]{0,60})\}`)
)

// front is what may stand before the text of a template, between two lines of
// three dashes.
type front struct {
	Title    string `yaml:"title"`
	Audience string `yaml:"audience"`
}

// ParseTemplate reads a template. file names it in messages; name is what it is
// called by. A field that there is not is an error with its place.
func ParseTemplate(file, name, text string) (*Template, error) {
	if !nameText.MatchString(name) {
		return nil, model.Errorf(model.Invalid, "%s:1:1: %q is no name for a template: small letters, digits and _", file, model.Brief(name, 40))
	}
	if len(text) > maxTemplate {
		return nil, model.Errorf(model.Invalid, "%s:1:1: the template is too large: %d bytes, at most %d", file, len(text), maxTemplate)
	}
	if v := model.Valid(text); v != text {
		at := 0
		for at < len(v) && at < len(text) && v[at] == text[at] {
			at++
		}
		return nil, placed(file, text, at, "this is not UTF-8 text: save the file as UTF-8")
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	t := &Template{Name: name, Title: strings.ReplaceAll(name, "_", " "), Audience: audienceOf(name)}
	body := text
	if rest, ok := strings.CutPrefix(text, "---\n"); ok {
		head, after, ok := strings.Cut(rest, "\n---\n")
		if !ok {
			return nil, model.Errorf(model.Invalid, "%s:1:1: the lines before the text begin with --- and have no end: close them with ---", file)
		}
		// The empty line keeps the line numbers of the file.
		doc, err := strictyaml.Parse(file, []byte("\n"+head+"\n"))
		if err != nil {
			return nil, err
		}
		var f front
		if err := doc.Decode(&f); err != nil {
			return nil, err
		}
		if f.Title != "" {
			if len(f.Title) > model.MaxName || strings.ContainsAny(f.Title, "\n\r") {
				return nil, doc.Errorf("$.title", "the title is too long: one line of at most %d bytes", model.MaxName)
			}
			t.Title = f.Title
		}
		if f.Audience != "" {
			if t.Audience, err = model.ParseAudience(f.Audience); err != nil {
				return nil, doc.Errorf("$.audience", "%s", model.Message(err))
			}
		}
		body = after
	}
	offset := len(text) - len(body)
	t.Text = strings.Trim(body, "\n")
	if t.Text == "" {
		return nil, model.Errorf(model.Invalid, "%s:1:1: the template is empty", file)
	}
	r := reader{file: file, whole: text, head: strings.Count(text[:offset], "\n"), t: t}
	var err error
	if r.source, err = r.braces(body, offset); err != nil {
		return nil, err
	}
	if err := r.parse(); err != nil {
		return nil, err
	}
	return t, nil
}

// audienceOf is for whom a template is that does not say so.
func audienceOf(name string) model.Audience {
	if strings.Contains(name, "customer") || strings.Contains(name, "status_page") {
		return model.ToCustomers
	}
	return model.ToInternal
}

// reader is one template on its way in.
type reader struct {
	file, whole string
	source      string // of the template's grammar; its lines are those of the file after the head
	head        int    // lines before it
	t           *Template
}

// placed is an error about the byte at of a file.
func placed(file, text string, at int, format string, args ...any) error {
	before := text[:min(max(at, 0), len(text))]
	line := strings.Count(before, "\n") + 1
	col := at - strings.LastIndexByte(before, '\n')
	return model.Errorf(model.Invalid, "%s:%d:%d: %s", file, line, col, fmt.Sprintf(format, args...))
}

// braces turns {field} into {{.field}}. What stands within {{ and }} is left for
// the template's own grammar.
func (r reader) braces(body string, offset int) (string, error) {
	var b strings.Builder
	at, depth := 0, 0
	for _, m := range braceText.FindAllStringSubmatchIndex(body, -1) {
		word := body[m[0]:m[1]]
		switch {
		case word == "{{":
			depth++
		case word == "}}":
			depth = max(0, depth-1)
		case depth == 0:
			name := body[m[2]:m[3]]
			if !known(name) {
				return "", placed(r.file, r.whole, offset+m[0], "{%s} is no field: %s", model.Brief(name, 40), suggest(name))
			}
			b.WriteString(body[at:m[0]] + "{{." + name + "}}")
			at = m[1]
		}
	}
	b.WriteString(body[at:])
	return b.String(), nil
}

// parse reads the grammar and walks it: only fields, and parts that depend on
// fields, are allowed. A message cannot loop, call or include.
func (r reader) parse() error {
	tree, err := template.New(r.t.Name).Option("missingkey=error").Parse(r.source)
	if err != nil {
		return r.syntax(err)
	}
	w := walker{r: r}
	if tree.Tree != nil {
		if err := w.list(tree.Root, nil); err != nil {
			return err
		}
	}
	if len(tree.Templates()) > 1 {
		return model.Errorf(model.Invalid, "%s:1:1: a template cannot define others: use fields and {{if .field}}…{{end}}", r.file)
	}
	r.t.Fields, r.t.Optional, r.t.tree = w.must, w.may, tree
	return nil
}

var syntaxText = regexp.MustCompile(`^template: [^:]*:(\d+)(?::\d+)?: (.*)$`)

// syntax words an error of the template reader.
func (r reader) syntax(err error) error {
	line, what := 1, err.Error()
	if m := syntaxText.FindStringSubmatch(what); m != nil {
		line, _ = strconv.Atoi(m[1])
		what = m[2]
	}
	return model.Errorf(model.Invalid, "%s:%d:1: this cannot be read: %s", r.file, r.head+line, model.Brief(what, 120))
}

// walker finds the fields of a template.
type walker struct {
	r         reader
	must, may []string
}

func (w *walker) list(l *parse.ListNode, guarded []string) error {
	if l == nil {
		return nil
	}
	for _, n := range l.Nodes {
		switch n := n.(type) {
		case *parse.TextNode, *parse.CommentNode:
		case *parse.ActionNode:
			if err := w.pipe(n.Pipe, guarded, false); err != nil {
				return err
			}
		case *parse.IfNode:
			inner := guarded
			if err := w.pipe(n.Pipe, guarded, true); err != nil {
				return err
			}
			inner = append(slices.Clone(guarded), fieldsOf(n.Pipe)...)
			if err := w.list(n.List, inner); err != nil {
				return err
			}
			if err := w.list(n.ElseList, guarded); err != nil {
				return err
			}
		default:
			return w.refuse(n)
		}
	}
	return nil
}

func (w *walker) refuse(n parse.Node) error {
	return model.Errorf(model.Invalid, "%s:%d:1: %s is not for messages: use fields and {{if .field}}…{{end}}",
		w.r.file, w.line(n), model.Brief(strings.SplitN(n.String(), "\n", 2)[0], 40))
}

// line is the line of the file in which n stands.
func (w *walker) line(n parse.Node) int {
	at := min(int(n.Position()), len(w.r.source))
	return w.r.head + strings.Count(w.r.source[:at], "\n") + 1
}

// pipe checks what stands between {{ and }}. In a condition a field need not be
// known.
func (w *walker) pipe(p *parse.PipeNode, guarded []string, condition bool) error {
	if len(p.Decl) > 0 {
		return w.refuse(p)
	}
	for _, c := range p.Cmds {
		for k, arg := range c.Args {
			switch a := arg.(type) {
			case *parse.FieldNode:
				if err := w.field(a, guarded, condition); err != nil {
					return err
				}
			case *parse.PipeNode:
				if err := w.pipe(a, guarded, condition); err != nil {
					return err
				}
			case *parse.StringNode, *parse.BoolNode:
			case *parse.IdentifierNode:
				if k > 0 || !condition || !slices.Contains([]string{"and", "or", "not", "eq", "ne"}, a.Ident) {
					return w.refuse(p)
				}
			default:
				return w.refuse(p)
			}
		}
	}
	return nil
}

func (w *walker) field(f *parse.FieldNode, guarded []string, condition bool) error {
	name := strings.Join(f.Ident, ".")
	if !known(name) {
		return model.Errorf(model.Invalid, "%s:%d:1: .%s is no field: %s", w.r.file, w.line(f), model.Brief(name, 40), suggest(name))
	}
	list := &w.must
	if condition || slices.Contains(guarded, name) {
		list = &w.may
	}
	if !slices.Contains(*list, name) {
		*list = append(*list, name)
	}
	return nil
}

func fieldsOf(p *parse.PipeNode) []string {
	var out []string
	if len(p.Cmds) == 1 && len(p.Cmds[0].Args) == 1 { // {{if .x}}: within it, x is known
		if f, ok := p.Cmds[0].Args[0].(*parse.FieldNode); ok {
			out = append(out, strings.Join(f.Ident, "."))
		}
	}
	return out
}

//go:embed templates/*.txt
var builtIn embed.FS

// builtInNames in the order of an incident.
var builtInNames = []string{"initial", "update", "no_change", "resolution", "customer_facing"}

// Default are the built-in templates: the seed's four, and one for no change.
var Default = sync.OnceValue(func() []*Template {
	var out []*Template
	for _, name := range builtInNames {
		data, err := fs.ReadFile(builtIn, "templates/"+name+".txt")
		if err != nil {
			panic(err)
		}
		t, err := ParseTemplate(name, name, string(data))
		if err != nil {
			panic(err) // a test parses them
		}
		out = append(out, t)
	}
	return out
})

// Merge puts a team's templates over the built-in ones: one of the same name
// takes its place, others follow.
func Merge(own []*Template) []*Template {
	out := slices.Clone(Default())
	for _, t := range own {
		if k := slices.IndexFunc(out, func(o *Template) bool { return o.Name == t.Name }); k >= 0 {
			out[k] = t
		} else {
			out = append(out, t)
		}
	}
	return out
}

// Find finds a template by name.
func Find(list []*Template, name string) (*Template, error) {
	w := strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(name)))
	var names []string
	for _, t := range list {
		if t.Name == w {
			return t, nil
		}
		names = append(names, t.Name)
	}
	return nil, model.Errorf(model.Invalid, "there is no template %q: there are %s", model.Brief(name, 40), strings.Join(names, ", "))
}
