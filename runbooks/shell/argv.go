package shell

import (
	"slices"
	"strings"

	"warroom/model"
)

// Argv is a compiled command without a shell: each element is one argument,
// whatever it holds.
type Argv struct {
	Template []string
	Params   []string // names whose values it needs, sorted
	Risk     Risk
}

// CompileArgv checks a command given as a list of arguments. A secret in an
// argument is refused, since every user of the machine can read it there.
func CompileArgv(argv []string, params []Param) (*Argv, []Problem) {
	c := &compiler{params: map[string]Param{}}
	for _, p := range params {
		c.params[p.Name] = p
	}
	if len(argv) == 0 || strings.TrimSpace(argv[0]) == "" {
		c.add(0, "empty", false, "the command names no program")
		return nil, c.problems
	}
	words := make([]word, len(argv))
	var used []string
	for i, a := range argv {
		if strings.ContainsRune(a, 0) {
			c.add(0, "odd-sign", false, "argument %d holds a NUL: remove it", i)
		}
		masked := []byte(a)
		for _, p := range Find(a) {
			param, ok := c.params[p.Name]
			if !ok {
				c.add(0, "no-parameter", true, "<%s> is no parameter of this runbook: it is passed as it stands", p.Name)
				continue
			}
			if param.Secret {
				c.add(0, "secret-argument", false, "<%s> is a secret and stands in an argument, where every user of the machine can read it: use env or stdin", p.Name)
			}
			copy(masked[p.Start:p.End], maskOf(p.End-p.Start))
			words[i].places = append(words[i].places, p)
			if !slices.Contains(used, p.Name) {
				used = append(used, p.Name)
			}
		}
		words[i].text, words[i].static = string(masked), len(words[i].places) == 0
	}
	if !words[0].static {
		c.add(0, "unsafe-place", false, "<%s> is the command itself: name the program", words[0].places[0].Name)
	} else if slices.Contains(shells, words[0].base()) && len(argv) > 1 && codeOption(argv[1]) {
		c.add(0, "shell-argv", len(used) == 0, "argv starts a shell: write it as command, which is checked, or call the program itself")
	}
	for _, d := range dangersOf(words) {
		c.unsafe(d.place, d.allowed, d.where)
	}
	if slices.ContainsFunc(c.problems, func(p Problem) bool { return !p.Warning }) {
		return nil, c.problems
	}
	slices.Sort(used)
	return &Argv{Template: slices.Clone(argv), Params: used, Risk: classifyWords(words)}, c.problems
}

// Fill gives the arguments with the values in their places. A missing value is
// an Error.
func (a *Argv) Fill(values map[string]string) ([]string, error) {
	if _, err := bind(a.Params, values); err != nil {
		return nil, err
	}
	out := make([]string, len(a.Template))
	for i, t := range a.Template {
		out[i] = Fill(t, values, a.Params, func(v string) string { return v })
	}
	return out, nil
}

// Fill replaces the placeholders of the named parameters in a text that no shell
// reads, each value passed through encode.
func Fill(text string, values map[string]string, params []string, encode func(string) string) string {
	var b strings.Builder
	last := 0
	for _, p := range Find(text) {
		if !slices.Contains(params, p.Name) {
			continue
		}
		b.WriteString(text[last:p.Start])
		b.WriteString(encode(values[p.Name]))
		last = p.End
	}
	b.WriteString(text[last:])
	return b.String()
}

// Quote writes an argument list as a person would type it, for showing and
// copying: what is plain stays plain, everything else is in single quotes.
func Quote(argv []string) string {
	out := make([]string, len(argv))
	for i, a := range argv {
		if a != "" && strings.Trim(a, harmless+"/=%") == "" {
			out[i] = a
		} else {
			out[i] = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
	}
	return strings.Join(out, " ")
}

// Missing names the parameters that have no value.
func Missing(params []string, values map[string]string) []string {
	var out []string
	for _, p := range params {
		if values[p] == "" {
			out = append(out, p)
		}
	}
	return out
}

// NeedValues is the Error for parameters without a value; nil if there is none.
func NeedValues(params []string, values map[string]string) error {
	if m := Missing(params, values); len(m) > 0 {
		return model.Errorf(model.Invalid, "not filled in: <%s>", strings.Join(m, ">, <"))
	}
	return nil
}
