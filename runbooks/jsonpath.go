package runbooks

import (
	"regexp"
	"strconv"

	"warroom/model"
)

// JSONPath is the way to one value in a JSON document: $.items[0].metadata.name.
// A name with other signs stands in brackets and quotes: $.labels["app.kubernetes.io/name"].
type JSONPath []any // string or int

var jsonStepRe = regexp.MustCompile(`^(?:\.([A-Za-z_][A-Za-z0-9_-]*)|\[(\d{1,9})\]|\["([^"\\]*)"\]|\['([^'\\]*)'\])`)

// ParseJSONPath reads a path; it begins with $.
func ParseJSONPath(s string) (JSONPath, error) {
	if s == "" || s[0] != '$' {
		return nil, model.Errorf(model.Invalid, "%q is no path into JSON: it begins with $, as in $.items[0].name", model.Brief(s, 60))
	}
	p := JSONPath{}
	for rest := s[1:]; rest != ""; {
		m := jsonStepRe.FindStringSubmatch(rest)
		switch {
		case m == nil:
			return nil, model.Errorf(model.Invalid, "the path %q cannot be read from %q on: write .name, [0] or [\"any name\"]", model.Brief(s, 60), model.Brief(rest, 30))
		case m[2] != "":
			n, _ := strconv.Atoi(m[2])
			p = append(p, n)
		default:
			p = append(p, m[1]+m[3]+m[4])
		}
		rest = rest[len(m[0]):]
	}
	return p, nil
}

// In follows the path through a decoded document; false if it leads nowhere.
func (p JSONPath) In(doc any) (any, bool) {
	for _, step := range p {
		switch step := step.(type) {
		case string:
			m, ok := doc.(map[string]any)
			if !ok {
				return nil, false
			}
			if doc, ok = m[step]; !ok {
				return nil, false
			}
		case int:
			l, ok := doc.([]any)
			if !ok || step >= len(l) {
				return nil, false
			}
			doc = l[step]
		}
	}
	return doc, true
}
