package shell

import (
	"fmt"
	"strings"

	"warroom/runbooks"
)

// Param is a parameter as far as binding is concerned.
type Param struct {
	Name string
	// Pattern is the author's regular expression for values; "" is the one of package runbooks.
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

// Find lists everything in text that looks like a placeholder, in order, except
// where the < is escaped by a backslash or belongs to a heredoc.
func Find(text string) []Place {
	var out []Place
	for _, s := range runbooks.Spans(text) {
		slashes := len(text[:s.Start]) - len(strings.TrimRight(text[:s.Start], `\`))
		if slashes%2 == 1 || s.Start > 0 && text[s.Start-1] == '<' {
			continue
		}
		out = append(out, Place{s.Name, s.Start, s.End})
	}
	return out
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
