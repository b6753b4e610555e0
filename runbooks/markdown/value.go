package markdown

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"warroom/runbooks"
)

// values collects what a document leaves to be filled in. The same name is the same
// value everywhere in it.
type values struct {
	params   []runbooks.Param
	byName   map[string]bool
	assigned map[string]bool // by a command before
	note     func(at int, rule, format string, args ...any) string
}

// edit replaces a piece of a text.
type edit struct {
	from, to int
	with     string
}

var (
	// A value between angle brackets, also one described in words. Not one that
	// begins or ends with a blank: cat <in >out.
	angleRe = regexp.MustCompile(`<([A-Za-z](?:[^<>\n|&;"'` + "`" + `${}\\]{0,80}[A-Za-z0-9)_.*])?|[A-Za-z])>`)
	// {{ $labels.namespace }}, as alerts write it.
	labelRe = regexp.MustCompile(`\{\{-?\s*(?:\$labels|\.Labels|\.CommonLabels|\$externalLabels)\.([A-Za-z_][A-Za-z0-9_]*)\s*-?\}\}`)
	// {namespace} and [NAMESPACE] outside of quotes.
	braceRe   = regexp.MustCompile(`\{([a-z][a-z0-9]*(?:[_-][a-z0-9]+)*)\}`)
	bracketRe = regexp.MustCompile(`\[([A-Z][A-Z0-9]+(?:[_ -][A-Z0-9]+)*)\]`)
	exRe      = regexp.MustCompile(`\b(?:X{2,}|x{3,})\b`)
	dotsRe    = regexp.MustCompile(`(?:^|[\s"'/=])(?:\.\.\.|…)(?:$|[\s"'/])`)
	nameOfRe  = regexp.MustCompile(`(?i)^(?:the\s+)?(?:full\s+)?(?:name|value)\s+of\s+`)
	labelOfRe = regexp.MustCompile(`(?i)\b(?:value of (?:the )?)?["']?([a-z][a-z0-9_]*)["']? label\b`)
)

// environment are variables that a shell has without a document setting them.
var environment = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields("HOME PATH USER LOGNAME PWD OLDPWD SHELL HOSTNAME TERM LANG TZ TMPDIR EDITOR RANDOM SECONDS LINENO UID EUID PPID IFS BASH BASH_VERSION BASHPID PIPESTATUS FUNCNAME REPLY OSTYPE KUBECONFIG AWS_PROFILE AWS_REGION AWS_DEFAULT_REGION") {
		m[w] = true
	}
	return m
}()

// rewrite puts <name> wherever the text leaves a value to be filled in, and
// remembers the values. A reason says why it cannot be a command.
func (v *values) rewrite(text string, at int) (out, why string) {
	if dotsRe.MatchString(text) {
		return text, "a part of the command is left out (...)"
	}
	if i := strings.IndexFunc(text, odd); i >= 0 {
		return text, "it holds a character that cannot be seen or is not what it seems"
	}
	text = v.angles(labelRe.ReplaceAllStringFunc(text, func(s string) string {
		return v.value(labelRe.FindStringSubmatch(s)[1], s)
	}))
	f, err := syntax.NewParser(syntax.Variant(syntax.LangBash), syntax.KeepComments(true)).Parse(strings.NewReader(mask(text)), "")
	if err != nil {
		return text, ""
	}
	var edits []edit
	here := map[string]bool{}
	loose := func(lit *syntax.Lit) {
		from, to := int(lit.Pos().Offset()), int(lit.End().Offset())
		if to > len(text) || from >= to {
			return
		}
		raw := text[from:to]
		for _, re := range []*regexp.Regexp{braceRe, bracketRe} {
			for _, m := range re.FindAllStringSubmatchIndex(raw, -1) {
				if m[0] > 0 && strings.ContainsRune("{$[", rune(raw[m[0]-1])) || m[1] < len(raw) && strings.ContainsRune("}]", rune(raw[m[1]])) {
					continue
				}
				edits = append(edits, edit{from + m[0], from + m[1], v.value(raw[m[2]:m[3]], raw[m[0]:m[1]])})
			}
		}
		for _, m := range exRe.FindAllStringIndex(raw, -1) {
			edits = append(edits, edit{from + m[0], from + m[1], v.value("value", raw[m[0]:m[1]])})
		}
	}
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Assign:
			if n.Name != nil {
				here[n.Name.Value] = true
			}
		case *syntax.WordIter:
			here[n.Name.Value] = true
		case *syntax.CallExpr:
			if len(n.Args) > 1 && n.Args[0].Lit() == "read" {
				for _, a := range n.Args[1:] {
					here[a.Lit()] = true
				}
			}
		}
		return true
	})
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.SglQuoted, *syntax.Comment, *syntax.ArithmExp, *syntax.ArithmCmd, *syntax.TestClause:
			return false
		case *syntax.Word:
			for _, p := range n.Parts {
				if lit, ok := p.(*syntax.Lit); ok {
					loose(lit)
				}
			}
		case *syntax.ParamExp:
			if n.Param == nil || n.Excl || n.Length || n.Width || n.Index != nil || n.Slice != nil || n.Repl != nil || n.Exp != nil || n.Names != 0 {
				return true
			}
			name := n.Param.Value
			if here[name] || environment[name] || !nameRe.MatchString(name) {
				return true
			}
			if v.assigned[name] && v.note != nil {
				v.note(at, "import-variable", "$%s is set by a command before, and each command has a shell of its own: give it as a value", name)
			}
			edits = append(edits, edit{int(n.Pos().Offset()), int(n.End().Offset()), v.value(strings.ToLower(name), "$"+name)})
			return false
		}
		return true
	})
	for name := range here {
		if v.assigned == nil {
			v.assigned = map[string]bool{}
		}
		v.assigned[name] = true
	}
	slices.SortFunc(edits, func(a, b edit) int { return cmp.Or(b.from-a.from, b.to-a.to) })
	end := len(text)
	for _, e := range edits {
		if e.to > end || e.from < 0 {
			continue // two edits at one place: the later one is done
		}
		text = text[:e.from] + e.with + text[e.to:]
		end = e.from
	}
	return text, ""
}

var nameRe = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// angles gives every value in angle brackets a name.
func (v *values) angles(text string) string {
	var b strings.Builder
	end := 0
	for _, m := range angleRe.FindAllStringSubmatchIndex(text, -1) {
		inner := text[m[2]:m[3]]
		// <in.txt>out.txt reads from a file and writes to one.
		if m[1] < len(text) && m[0] > 0 && text[m[0]-1] == ' ' && isLetter(text[m[1]]) && strings.Contains(inner, ".") {
			continue
		}
		if isHTML("<"+inner+">") || m[0] > 0 && text[m[0]-1] == '<' {
			continue
		}
		b.WriteString(text[end:m[0]])
		b.WriteString(v.value(inner, inner))
		end = m[1]
	}
	b.WriteString(text[end:])
	return b.String()
}

func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// value makes the placeholder for a value that the document writes as original.
func (v *values) value(words, original string) string {
	name := nameOf(words)
	if v.byName == nil {
		v.byName = map[string]bool{}
	}
	if !v.byName[name] {
		v.byName[name] = true
		p := runbooks.Param{Name: name}
		if original != name {
			p.Label = line(original, 120)
		}
		v.params = append(v.params, p)
	}
	return "<" + name + ">"
}

// nameOf makes the name of a value out of how a document calls it.
func nameOf(words string) string {
	if m := labelOfRe.FindStringSubmatch(words); m != nil && !fillers[strings.ToLower(m[1])] {
		words = m[1]
	}
	words = nameOfRe.ReplaceAllString(words, "")
	var keep []string
	for _, w := range strings.FieldsFunc(words, func(r rune) bool { return !isLetter(byte(min(r, 127))) }) {
		if !fillers[strings.ToLower(w)] {
			keep = append(keep, w)
		}
	}
	if len(keep) == 0 {
		keep = strings.FieldsFunc(words, func(r rune) bool { return !isLetter(byte(min(r, 127))) })
	}
	name := strings.ToLower(strings.Join(keep[:min(len(keep), 4)], "-"))
	if len(name) > 1 {
		name = runbooks.Slug(strings.Join(keep[:min(len(keep), 4)], "-"))
	}
	if len(name) > 40 {
		name = strings.Trim(name[:40], "-")
	}
	name = strings.TrimLeft(name, "0123456789-")
	if !runbooks.IsName(name) || len(runbooks.Spans("<"+name+">")) == 0 {
		name = strings.Trim("value-"+name, "-")
	}
	if !runbooks.IsName(name) {
		name = "value"
	}
	return name
}

// fillers are words that add nothing to a name.
var fillers = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields("the a an your our this that of from in on for to with value insert enter put replace here example some relevant affected above alert be is are") {
		m[w] = true
	}
	return m
}()

// mask blanks placeholders so that a shell reads them as words, in place.
func mask(text string) string {
	b := []byte(text)
	for _, s := range runbooks.Spans(text) {
		for i := s.Start; i < s.End; i++ {
			b[i] = 'w'
		}
	}
	return string(b)
}

// odd are characters that break a command when it is copied: invisible ones, blanks
// that are none, quotes of a word processor.
func odd(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < ' ' || r == 0x7f:
		return true
	case r < 0x80:
		return false
	case r == '“' || r == '”' || r == '‘' || r == '’' || r == '–' || r == '—':
		return true
	}
	return r == 0xa0 || r >= 0x2000 && r <= 0x200f || r >= 0x2028 && r <= 0x202f || r == 0xfeff || r >= 0xe000 && r <= 0xf8ff || r >= 0x2060 && r <= 0x206f || r == '\ufffd'
}
