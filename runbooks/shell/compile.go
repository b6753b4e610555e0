package shell

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"warroom/model"
	"warroom/runbooks"
)

// Dialect is the shell that a command is written for.
type Dialect string

// The dialects. Strict is bash with -e, -u and pipefail, which an author has to
// ask for: under pipefail "yes | head -1" exits with 141.
const (
	Bash   Dialect = "bash"
	POSIX  Dialect = "sh"
	Strict Dialect = "bash-strict"
)

// Argv is the command line that runs text.
func (d Dialect) Argv(text string) []string {
	switch d {
	case POSIX:
		return []string{"sh", "-c", text}
	case Strict:
		return []string{"bash", "--noprofile", "--norc", "-euo", "pipefail", "-c", text}
	}
	return []string{"bash", "--noprofile", "--norc", "-c", text}
}

func (d Dialect) variant() syntax.LangVariant {
	if d == POSIX {
		return syntax.LangPOSIX
	}
	return syntax.LangBash
}

// Command is a compiled command: its text holds no placeholder any more.
type Command struct {
	Text    string   // what the shell reads; values stand as ${WR_NAME}
	Params  []string // names whose values it needs, sorted
	Dialect Dialect
	Risk    Risk // by what it calls; see Classify
}

// Env gives the environment entries that bind the values. A missing value is an
// Error: a command with an unfilled placeholder never starts.
func (c *Command) Env(values map[string]string) ([]string, error) {
	return bind(c.Params, values)
}

func bind(params []string, values map[string]string) ([]string, error) {
	var env []string
	for _, p := range params {
		v, ok := values[p]
		if !ok || v == "" {
			return nil, model.Errorf(model.Invalid, "<%s> is not filled in: give it a value first", model.Brief(p, 60))
		}
		if strings.ContainsRune(v, 0) {
			return nil, model.Errorf(model.Invalid, "the value of %s holds a NUL", model.Brief(p, 60))
		}
		env = append(env, runbooks.EnvName(p)+"="+v)
	}
	return env, nil
}

// mask stands for a placeholder while the text is parsed: one private letter and
// filler, as long as the placeholder, so that offsets stay true.
const mask = '\ue000'

func maskOf(n int) string { return string(mask) + strings.Repeat("x", n-len(string(mask))) }

// Compile finds the parameters in a command's text and binds them. The problems
// are all that its author should know; the Command is nil if one of them is no
// warning.
func Compile(text string, d Dialect, params []Param) (*Command, []Problem) {
	c := &compiler{text: text, dialect: d, params: map[string]Param{}}
	for _, p := range params {
		c.params[p.Name] = p
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return r >= '\ue000' && r <= '\uf8ff' || r == 0 }); i >= 0 {
		c.refuse(i, "odd-sign", "a character that no font has: remove it")
		return nil, c.problems
	}
	masked := []byte(text)
	for _, p := range Find(text) {
		if _, ok := c.params[p.Name]; !ok {
			c.warn(p.Start, "no-parameter", "<%s> is no parameter of this runbook: the shell reads it as a redirection", p.Name)
			continue
		}
		copy(masked[p.Start:p.End], maskOf(p.End-p.Start))
		c.places = append(c.places, p)
	}
	file, err := parse(string(masked), d)
	if err != nil {
		pos := 0
		if pe, ok := err.(syntax.ParseError); ok {
			pos = int(pe.Pos.Offset())
			c.refuse(pos, "unparsable", "the shell cannot read this: %s", unmask(pe.Text))
		} else {
			c.refuse(pos, "unparsable", "the shell cannot read this: %s", unmask(err.Error()))
		}
		return nil, c.problems
	}
	c.file = file
	edits := c.walk()
	if slices.ContainsFunc(c.problems, func(p Problem) bool { return !p.Warning }) {
		return nil, c.problems
	}
	out, used := text, []string{}
	for _, e := range slices.Backward(edits) { // from the end, so that offsets stay true
		out = out[:e.Start] + e.text + out[e.End:]
		if !slices.Contains(used, e.Name) {
			used = append(used, e.Name)
		}
	}
	if _, err := parse(out, d); err != nil {
		c.refuse(0, "unparsable", "with its parameters bound the shell cannot read this: %s", err)
		return nil, c.problems
	}
	slices.Sort(used)
	if two, ok := sameVariable(used); ok {
		c.refuse(0, "same-variable", "%s would share one variable: rename one of them", two)
		return nil, c.problems
	}
	return &Command{Text: out, Params: used, Dialect: d, Risk: classify(file)}, c.problems
}

// sameVariable finds two parameters that would be bound to one variable.
func sameVariable(params []string) (string, bool) {
	seen := map[string]string{}
	for _, p := range params {
		e := runbooks.EnvName(p)
		if was, ok := seen[e]; ok {
			return "<" + was + "> and <" + p + ">", true
		}
		seen[e] = p
	}
	return "", false
}

func parse(text string, d Dialect) (*syntax.File, error) {
	return syntax.NewParser(syntax.Variant(d.variant()), syntax.KeepComments(true)).Parse(strings.NewReader(text), "")
}

func unmask(s string) string {
	return strings.Map(func(r rune) rune {
		if r == mask {
			return '…'
		}
		return r
	}, s)
}

type edit struct {
	Place
	text string
}

type compiler struct {
	text     string
	dialect  Dialect
	params   map[string]Param
	places   []Place
	file     *syntax.File
	problems []Problem
	flows    bool // a value reaches a variable, a loop or a function
}

func (c *compiler) refuse(offset int, rule, format string, args ...any) {
	c.add(offset, rule, false, format, args...)
}
func (c *compiler) warn(offset int, rule, format string, args ...any) {
	c.add(offset, rule, true, format, args...)
}
func (c *compiler) add(offset int, rule string, warning bool, format string, args ...any) {
	p := Problem{Rule: rule, Message: model.Errorf(model.Invalid, format, args...).Msg, Warning: warning}
	p.Line, p.Col = at(c.text, offset)
	if !slices.Contains(c.problems, p) {
		c.problems = append(c.problems, p)
	}
}

// unsafe refuses a placeholder where its value would be read as code, unless its
// pattern lets only the allowed characters through.
func (c *compiler) unsafe(p Place, allowed, where string) {
	if strict(c.params[p.Name].Pattern, allowed) {
		return
	}
	hint := "give the parameter a pattern such as ^[a-z0-9-]+$, or pass the value another way"
	switch allowed {
	case "":
		hint = "name a fixed one"
	case digits:
		hint = "give the parameter the pattern ^[0-9]+$"
	}
	c.refuse(p.Start, "unsafe-place", "<%s> stands in %s, where its value would be read as code: %s", p.Name, where, hint)
}

// walk goes through the syntax tree with the way from the root, decides for each
// placeholder how it is bound, and refuses what cannot be made safe.
func (c *compiler) walk() []edit {
	edits := map[int]edit{}
	var stack []syntax.Node
	syntax.Walk(c.file, func(n syntax.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		stack = append(stack, n)
		c.dangers(n)
		switch n := n.(type) {
		case *syntax.Lit, *syntax.SglQuoted:
			for _, p := range c.inside(n) {
				if text, ok := c.bindAt(p, stack); ok {
					edits[p.Start] = edit{p, text}
				}
			}
		case *syntax.Comment:
			for _, p := range c.inside(n) {
				edits[p.Start] = edit{} // what is only talked about needs no value
			}
		}
		return true
	})
	c.tainted()
	var out []edit
	for _, p := range c.places {
		e, ok := edits[p.Start]
		switch {
		case !ok:
			if !slices.ContainsFunc(c.problems, func(q Problem) bool { l, k := at(c.text, p.Start); return q.Line == l && q.Col == k && !q.Warning }) {
				c.refuse(p.Start, "unsafe-place", "<%s> stands where a value cannot be bound: put it into an argument of its own", p.Name)
			}
		case e.Name != "":
			out = append(out, e)
		}
	}
	return out
}

// inside lists the placeholders whose text lies in n.
func (c *compiler) inside(n syntax.Node) []Place {
	var out []Place
	start, end := int(n.Pos().Offset()), int(n.End().Offset())
	for _, p := range c.places {
		if p.Start >= start && p.End <= end {
			out = append(out, p)
		}
	}
	return out
}

// bindAt says how the placeholder p is written at a place, given the nodes from
// the root to the piece of text that holds it; false if it cannot be.
func (c *compiler) bindAt(p Place, stack []syntax.Node) (string, bool) {
	env := "${" + runbooks.EnvName(p.Name) + "}"
	leaf := stack[len(stack)-1]
	if p.Start > 0 && c.text[p.Start-1] == '$' {
		c.refuse(p.Start, "unsafe-place", "<%s> follows a $: remove it, the value is put in as it is", p.Name)
		return "", false
	}
	text := `"` + env + `"`
	up := len(stack) - 2
	if q, ok := leaf.(*syntax.SglQuoted); ok {
		if q.Dollar {
			c.refuse(p.Start, "unsafe-place", "<%s> stands in $'…': write '…' instead", p.Name)
			return "", false
		}
		text = `'"` + env + `"'`
	}
	if q, ok := stack[up].(*syntax.DblQuoted); ok {
		if q.Dollar {
			c.refuse(p.Start, "unsafe-place", `<%s> stands in $"…": write "…" instead`, p.Name)
			return "", false
		}
		text = env
		up--
	}
	word, ok := stack[up].(*syntax.Word)
	if !ok {
		return "", false
	}
	for _, n := range stack {
		if s, ok := n.(*syntax.CmdSubst); ok && s.Backquotes {
			c.refuse(p.Start, "unsafe-place", "<%s> stands in `…`: write $(…) instead", p.Name)
			return "", false
		}
	}
	switch n := stack[up-1].(type) {
	case *syntax.CallExpr:
		if len(n.Args) > 0 && n.Args[0] == word {
			c.unsafe(p, "", "the place of the command itself")
			return "", false
		}
		return text, true
	case *syntax.Assign:
		return text, n.Value == word && c.assignable(p, n)
	case *syntax.ArrayElem:
		c.flows = true
		return text, n.Value == word
	case *syntax.WordIter:
		c.flows = true
		return text, true
	case *syntax.CaseClause:
		return text, n.Word == word
	case *syntax.Redirect:
		return c.bindRedirect(p, n, word, text, env)
	case *syntax.BinaryTest:
		switch n.Op {
		case syntax.TsMatch, syntax.TsMatchShort, syntax.TsNoMatch, syntax.TsBefore, syntax.TsAfter:
			return text, true
		}
		c.unsafe(p, digits, "a comparison of numbers or patterns")
		return text, strict(c.params[p.Name].Pattern, digits)
	case *syntax.UnaryTest:
		if n.Op == syntax.TsVarSet || n.Op == syntax.TsRefVar || n.Op == syntax.TsOptSet {
			c.unsafe(p, harmless, "the name of a variable")
		}
		return text, true
	}
	for _, n := range stack {
		switch n.(type) {
		case *syntax.ArithmExp, *syntax.ArithmCmd, *syntax.LetClause:
			c.unsafe(p, digits, "arithmetic")
			return env, strict(c.params[p.Name].Pattern, digits)
		}
	}
	return "", false
}

func (c *compiler) bindRedirect(p Place, n *syntax.Redirect, word *syntax.Word, text, env string) (string, bool) {
	switch {
	case n.Hdoc == word:
		if quotedDelimiter(n.Word) {
			c.refuse(p.Start, "unsafe-place", "<%s> stands in a heredoc whose end is quoted, where nothing is filled in: remove the quotes of the end", p.Name)
			return "", false
		}
		return env, true
	case n.Op == syntax.WordHdoc:
		return text, true
	}
	c.refuse(p.Start, "unsafe-place", "<%s> is the file of a redirection: name a fixed file", p.Name)
	return "", false
}

func quotedDelimiter(w *syntax.Word) bool {
	for _, part := range w.Parts {
		l, ok := part.(*syntax.Lit)
		if !ok || strings.Contains(l.Value, `\`) {
			return true
		}
	}
	return false
}
