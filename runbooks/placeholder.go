package runbooks

import (
	"regexp"
	"strings"
)

// A placeholder is a name between angle brackets, with nothing but the name
// between them: <namespace>. Three families are filled by the program and need
// no parameter: <captured.NAME>, <incident.FIELD> and <run.id>.
var placeholderRe = regexp.MustCompile(`<((?:captured\.|incident\.|run\.)?[A-Za-z][A-Za-z0-9]*(?:[_-][A-Za-z0-9]+)*)>`)

// Span is where a placeholder stands in a text, the brackets included.
type Span struct {
	Name       string
	Start, End int // bytes
}

// Spans finds the placeholders of a text, in order. What stands in brackets but
// is an element of HTML, such as <br>, is none.
func Spans(text string) []Span {
	var out []Span
	for _, m := range placeholderRe.FindAllStringSubmatchIndex(text, -1) {
		name := text[m[2]:m[3]]
		if html[strings.ToLower(name)] {
			continue
		}
		out = append(out, Span{name, m[0], m[1]})
	}
	return out
}

// Placeholders are the names in a text, each once, in order.
func Placeholders(text string) []string {
	var out []string
	seen := map[string]bool{}
	for _, s := range Spans(text) {
		if !seen[s.Name] {
			seen[s.Name] = true
			out = append(out, s.Name)
		}
	}
	return out
}

// Captured cuts the name of a capture from a placeholder's name.
func Captured(name string) (string, bool) { return strings.CutPrefix(name, captureTag) }

// Given reports whether a placeholder's name is filled by the program rather than
// by a person.
func Given(name string) bool {
	return strings.HasPrefix(name, captureTag) || strings.HasPrefix(name, "incident.") || strings.HasPrefix(name, "run.")
}

// EnvName is the variable of the environment that carries the value of a
// placeholder: WR_ and its name in capitals, with _ for whatever is no letter or
// digit.
func EnvName(name string) string {
	return "WR_" + strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, name)
}

// html are element names that stand in brackets in text without being meant as a
// value to fill in.
var html = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields("a b br body blockquote code center dd del details div dl dt em font h1 h2 h3 h4 h5 h6 head hr html i iframe img ins kbd li link meta ol p pre s samp script small span strike strong style sub summary sup table tbody td tfoot th thead title tr tt u ul var video") {
		m[w] = true
	}
	return m
}()
