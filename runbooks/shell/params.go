package shell

import (
	"regexp"
	"strings"

	"warroom/runbooks"
)

// ParamsOf says what binding needs to know of a runbook's parameters. A type that
// lets only harmless values through counts as a pattern. The names that warroom
// fills in itself, such as captured.pods, are added as they occur in the texts.
func ParamsOf(params []runbooks.Param, texts ...string) []Param {
	var out []Param
	for i := range params {
		out = append(out, Param{params[i].Name, patternOf(&params[i]), params[i].Secret()})
	}
	seen := map[string]bool{}
	for _, t := range texts {
		for _, name := range runbooks.Placeholders(t) {
			if runbooks.Given(name) && !seen[name] {
				seen[name] = true
				out = append(out, Param{Name: name})
			}
		}
	}
	return out
}

func patternOf(p *runbooks.Param) string {
	if p.Pattern != "" {
		return `^(?:` + p.Pattern + `)$`
	}
	switch p.Kind() {
	case runbooks.TypeInt:
		if p.Min != nil && *p.Min >= 0 {
			return `^[0-9]+$`
		}
		return `^-?[0-9]+$`
	case runbooks.TypeBool:
		return `^(?:true|false)$`
	case runbooks.TypeK8sName:
		return `^[a-z0-9][-a-z0-9.]*$`
	case runbooks.TypeEnum:
		var vs []string
		for _, v := range p.Values {
			vs = append(vs, regexp.QuoteMeta(v))
		}
		return `^(?:` + strings.Join(vs, "|") + `)$`
	}
	return ""
}
