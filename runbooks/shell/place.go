package shell

import (
	"fmt"
	"regexp"
	"strings"
)

// Param is a parameter as far as binding is concerned.
type Param struct {
	Name string
	// Pattern is the author's regular expression for values; "" is DefaultPattern.
	Pattern string
	// Secret values go to the environment only, never into an argument.
	Secret bool
}

// Place is one <placeholder> of a text.
type Place struct {
	Name  string
	Start int // offset of <
	End   int // offset behind >
}

// placeholder has no blank at either inner edge: cat <in >out is no placeholder.
var placeholder = regexp.MustCompile(`<([A-Za-z](?:[A-Za-z0-9_. /|-]*[A-Za-z0-9_])?)>`)

// Find lists everything in text that looks like a placeholder, in order, except
// where the < is escaped by a backslash, begins a heredoc or a process
// substitution.
func Find(text string) []Place {
	var out []Place
	for at := 0; at < len(text); {
		m := placeholder.FindStringSubmatchIndex(text[at:])
		if m == nil {
			break
		}
		start, end := at+m[0], at+m[1]
		slashes := len(text[:start]) - len(strings.TrimRight(text[:start], `\`))
		if slashes%2 == 1 || start > 0 && text[start-1] == '<' {
			at = start + 1
			continue
		}
		out = append(out, Place{text[at+m[2] : at+m[3]], start, end})
		at = end
	}
	return out
}

// EnvName is the environment variable that carries the value of a parameter.
// Two names that differ only in signs get different variables.
func EnvName(param string) string {
	var b strings.Builder
	b.WriteString("WR_")
	odd := uint32(2166136261)
	changed := false
	for i := range len(param) {
		c := param[i]
		odd = (odd ^ uint32(c)) * 16777619
		switch {
		case c >= 'a' && c <= 'z':
			b.WriteByte(c - 'a' + 'A')
		case c >= '0' && c <= '9':
			b.WriteByte(c)
		case c == '-':
			b.WriteByte('_')
		default: // an upper-case letter, a blank, _ …: another name may look the same
			changed = true
			if c >= 'A' && c <= 'Z' {
				b.WriteByte(c)
			} else {
				b.WriteByte('_')
			}
		}
	}
	if changed {
		fmt.Fprintf(&b, "_%04X", odd&0xffff)
	}
	return b.String()
}

// Problem is something about a command that its author has to know.
type Problem struct {
	Rule      string // stable name, for example unsafe-place
	Message   string // what is wrong and what to do
	Line, Col int    // of the command's text, from 1
	Warning   bool   // it compiles all the same
}

func (p Problem) String() string {
	return fmt.Sprintf("%d:%d: %s (%s)", p.Line, p.Col, p.Message, p.Rule)
}

// at gives line and column, in bytes from 1, of an offset.
func at(text string, offset int) (line, col int) {
	before := text[:min(offset, len(text))]
	return strings.Count(before, "\n") + 1, len(before) - strings.LastIndexByte(before, '\n')
}
