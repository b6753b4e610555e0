package markdown

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"

	"warroom/model"
	"warroom/runbooks"
	"warroom/runbooks/shell"
)

func itoa(n int) string { return strconv.Itoa(n) }

// gather finds the commands in a block. deep says that the block stays as text by
// itself, so that only its commands are wanted.
func (im *importer) gather(n ast.Node, p *piece, deep bool) {
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.FencedCodeBlock:
			im.fence(string(n.Language(im.src)), n, p)
			return ast.WalkSkipChildren, nil
		case *ast.CodeBlock:
			im.fence("", n, p)
			return ast.WalkSkipChildren, nil
		case *ast.CodeSpan:
			if a, ok := im.inline(n); ok {
				p.actions = append(p.actions, a)
				p.inline = append(p.inline, im.code(n))
			}
			return ast.WalkSkipChildren, nil
		case *ast.Link:
			if u := string(n.Destination); p.link == "" && strings.HasPrefix(u, "http") {
				p.link = u
			}
		}
		return ast.WalkContinue, nil
	})
}

// hasCommand reports whether a list holds a command anywhere.
func (im *importer) hasCommand(n ast.Node) bool {
	found := false
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			found = true
		case *ast.CodeSpan:
			found = found || entering && isCommand(im.code(n))
		}
		if found {
			return ast.WalkStop, nil
		}
		return ast.WalkContinue, nil
	})
	return found
}

func (im *importer) code(n *ast.CodeSpan) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(t.Segment.Value(im.src))
		}
	}
	return strings.TrimSpace(strings.ReplaceAll(b.String(), "\n", " "))
}

// inline makes an action of inline code that is a whole command.
func (im *importer) inline(n *ast.CodeSpan) (runbooks.Action, bool) {
	code := strings.TrimSpace(strings.TrimPrefix(im.code(n), "$ "))
	if !isCommand(code) || im.forbidden(n) {
		return runbooks.Action{}, false
	}
	at := 0
	if t, ok := n.FirstChild().(*ast.Text); ok {
		at = t.Segment.Start
	}
	text, why := im.vals.rewrite(code, at)
	if why != "" || !parses(text) {
		im.note(at, "import-inline", "this looks like a command and stays as text: %s", orElse(why, "a shell cannot read it"))
		return runbooks.Action{}, false
	}
	im.out.Stats.Inline++
	im.out.Stats.Commands++
	line, _ := im.place(at)
	return runbooks.Action{Exec: runbooks.Exec{Command: text, Interactive: interactive(text)}, Line: line}, true
}

func orElse(s, other string) string {
	if s != "" {
		return s
	}
	return other
}

var notRe = regexp.MustCompile(`(?i)\b(?:do not|don't|never|avoid|must not|should not|instead of|rather than)\b[^.!?]*$`)

// forbidden reports whether the sentence around inline code speaks against it.
func (im *importer) forbidden(n *ast.CodeSpan) bool {
	var before strings.Builder
	for c := n.Parent().FirstChild(); c != nil && c != ast.Node(n); c = c.NextSibling() {
		before.WriteString(im.plain(c))
		if t, ok := c.(*ast.Text); ok {
			before.Write(t.Segment.Value(im.src))
		}
	}
	return notRe.MatchString(before.String())
}

// The tags of fences.
var (
	shellTags = strings.Fields("sh shell bash zsh ksh console shell-session shellsession terminal sh-session shel shells bash-session command cmdline")
	textTags  = strings.Fields("text txt plaintext plain output log logs none")
)

// fence decides what a block of code is.
func (im *importer) fence(tag string, n ast.Node, p *piece) {
	im.out.Stats.Fences++
	l := n.Lines()
	var b strings.Builder
	at := 0
	if l.Len() > 0 {
		at = l.At(0).Start
	}
	for i := range l.Len() {
		s := l.At(i)
		b.Write(s.Value(im.src))
	}
	body := strings.TrimRight(b.String(), "\n \t")
	tag = strings.ToLower(strings.Trim(tag, "{}. "))
	tag, _, _ = strings.Cut(tag, ",")
	isShell := slices.Contains(shellTags, tag)
	blocks := transcript(body)
	if !isShell {
		// Without a tag, or with one that says only "text", a prompt or a known
		// command in front makes it shell.
		guess := tag == "" || slices.Contains(textTags, tag) && blocks != nil
		if !guess || blocks == nil && !looksLikeShell(body) {
			return
		}
	}
	im.out.Stats.Shell++
	line, _ := im.place(at)
	keep := func(why string) {
		im.out.Stats.AsText++
		msg := im.note(at, "import-text", "this block stays as text: %s", why)
		p.actions = append(p.actions, runbooks.Action{Description: "See the example", Example: body, Note: msg, Line: line})
	}
	if body == "" {
		im.out.Stats.AsText++
		im.note(at, "import-text", "this block is empty")
		return
	}
	if blocks == nil {
		if blocks = headed(body); blocks != nil && notShell(blocks[0].output) == "" {
			im.note(at, "import-output", "what stands below the empty line is taken for output")
		}
	}
	if blocks == nil {
		if why := notShell(body); why != "" {
			keep(why)
			return
		}
		blocks = []part{{command: body}}
	}
	var made []runbooks.Action
	session := ""
	for _, part := range apart(together(blocks)) {
		if session != "" && part.command != "" {
			// What follows ssh host or kubectl exec -it is typed on the other side.
			msg := im.note(at, "import-session", "this is typed inside of the session that %q opens", model.Brief(session, 60))
			made = append(made, runbooks.Action{Description: "Inside of the session", Example: strings.TrimRight(part.command+"\n"+part.output, "\n"), Note: msg, Line: line})
			continue
		}
		if part.command == "" {
			made = append(made, runbooks.Action{Description: "Output in front of the commands", Example: part.output, Line: line})
			continue
		}
		text, why := im.vals.rewrite(part.command, at)
		switch {
		case why != "":
			keep(why)
			return
		case !parses(text):
			keep("a shell cannot read it")
			return
		case comments(text):
			made = append(made, runbooks.Action{Description: text, Example: part.output, Line: line})
			continue
		}
		if opensSession(text) {
			session = part.command
		}
		made = append(made, runbooks.Action{Exec: runbooks.Exec{Command: text, Interactive: interactive(text)}, Example: part.output, Line: line})
	}
	ran := 0
	for _, a := range made {
		if a.Command != "" {
			ran++
		}
	}
	if ran == 0 {
		keep("it holds no command")
		return
	}
	if where := whereRe.FindStringSubmatch(body); where != nil {
		// The prompt says on which machine the author was.
		for i := range made {
			if made[i].Description == "" {
				made[i].Description = "As " + where[1]
			}
		}
	}
	im.out.Stats.FromShell++
	im.out.Stats.Commands += ran
	p.actions = append(p.actions, made...)
}

// parses reports whether a shell can read the text once its values are bound.
func parses(text string) bool {
	var params []shell.Param
	for _, n := range runbooks.Placeholders(text) {
		params = append(params, shell.Param{Name: n})
	}
	_, problems := shell.Compile(text, shell.Bash, params)
	return !slices.ContainsFunc(problems, func(p shell.Problem) bool { return p.Rule == "unparsable" || p.Rule == "odd-sign" })
}

// comments reports whether a text holds nothing but comments.
func comments(text string) bool {
	for l := range strings.Lines(text) {
		if l = strings.TrimSpace(l); l != "" && l[0] != '#' {
			return false
		}
	}
	return true
}

// maxMore bounds how many lines may complete a command that is open.
const maxMore = 40

// notShell says why a block under a shell's tag is something else; "" if it may be
// shell.
func notShell(body string) string {
	switch {
	case sqlRe.MatchString(body):
		return "it looks like SQL"
	case promRe.MatchString(body):
		return "it looks like a query for Prometheus"
	case frameRe.MatchString(body), metaRe.MatchString(body):
		return "it looks like the output of a command"
	case strings.HasPrefix(strings.TrimSpace(body), "{") && strings.HasSuffix(strings.TrimSpace(body), "}") && strings.Contains(body, `":`):
		return "it looks like JSON"
	case yamlRe.MatchString(body):
		return "it looks like YAML"
	}
	return ""
}

var yamlRe = regexp.MustCompile(`^\s*(?:---\s*\n)?(?:apiVersion|kind|metadata|spec|groups|- alert|- name):(?:\s|$)`)

// looksLikeShell reports whether a block without a tag is shell: every line that
// begins a command begins with a known one.
func looksLikeShell(body string) bool {
	if notShell(body) != "" || !parses(body) {
		masked, why := (&values{}).rewrite(body, 0)
		if why != "" || notShell(body) != "" || !parses(masked) {
			return false
		}
		body = masked
	}
	known := 0
	continued := false
	for l := range strings.Lines(body) {
		t := strings.TrimSpace(l)
		was := continued
		continued = strings.HasSuffix(t, `\`)
		if t == "" || t[0] == '#' || was || l[0] == ' ' || l[0] == '\t' || strings.HasPrefix(t, "|") || strings.HasPrefix(t, "}") || t == "done" || t == "fi" || t == "do" || t == "then" {
			continue
		}
		if !isCommand(t) && !assignRe.MatchString(t) && !strings.HasPrefix(t, "for ") && !strings.HasPrefix(t, "if ") && !strings.HasPrefix(t, "while ") {
			return false
		}
		known++
	}
	return known > 0
}

var assignRe = regexp.MustCompile(`^(?:export\s+)?[A-Za-z_][A-Za-z0-9_]*=\S`)
