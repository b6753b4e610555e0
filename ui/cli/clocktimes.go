package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"warroom/model"
)

// clockTimes are the times of the config file's section clocks, over those of
// doctrine. What the section does not name stays as doctrine has it.
type clockTimes struct {
	model.Rules
	set bool
}

// rules are the times to go by.
func (c clockTimes) rules() model.Rules {
	if !c.set {
		return model.Doctrine()
	}
	return c.Rules
}

// longestClock bounds what a clock may be set to.
const longestClock = 90 * 24 * time.Hour

// clockSettings are the settings of the section, in the order of the README.
var clockSettings = []string{"respond", "first_post", "every", "command", "callout", "relief", "span", "plan_b", "decide", "review"}

// UnmarshalYAML reads the section.
func (c *clockTimes) UnmarshalYAML(n ast.Node) error {
	c.Rules, c.set = model.Doctrine(), true
	pairs, ok := pairsOf(n)
	if !ok {
		return &badLine{lineOfNode(n), "clocks: a list of times is expected here, such as: callout: 10m"}
	}
	seen := map[string]bool{}
	for _, p := range pairs {
		name := p.Key.GetToken().Value
		if seen[name] {
			return &badLine{lineOfNode(p.Key), fmt.Sprintf("clocks: %q is given twice", model.Brief(name, 40))}
		}
		seen[name] = true
		var err error
		switch name {
		case "respond":
			err = bySeverity(name, p.Value, &c.Respond)
		case "every":
			err = bySeverity(name, p.Value, &c.Every)
		case "first_post":
			err = span(name, p.Value, &c.FirstPost, false)
		case "command":
			err = span(name, p.Value, &c.Command, true)
		case "callout":
			err = span(name, p.Value, &c.Callout, true)
		case "relief":
			err = span(name, p.Value, &c.Relief, true)
		case "plan_b":
			err = span(name, p.Value, &c.PlanB, true)
		case "decide":
			err = span(name, p.Value, &c.Decide, true)
		case "review":
			err = span(name, p.Value, &c.Review, false)
		case "span":
			err = people(name, p.Value, &c.Span)
		default:
			what := "there are " + strings.Join(clockSettings, ", ")
			if best := nearest(name, clockSettings); best != "" {
				what = "did you mean " + best + "?"
			}
			err = &badLine{lineOfNode(p.Key), fmt.Sprintf("clocks: there is no setting %q: %s", model.Brief(name, 40), what)}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// pairsOf are the settings of a section; none if it is empty.
func pairsOf(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	case *ast.NullNode:
		return nil, true
	}
	return nil, false
}

// bySeverity reads a time for each severity that is named (sev-1: 15m); none alone is
// none for all.
func bySeverity(name string, n ast.Node, to *[6]time.Duration) error {
	if s, ok := n.(ast.ScalarNode); ok && none(scalar(s)) {
		*to = [6]time.Duration{}
		return nil
	}
	pairs, ok := pairsOf(n)
	if !ok {
		return &badLine{lineOfNode(n), "clocks: " + name + ": a time for each severity is expected here, such as: {sev-1: 15m, sev-2: 30m}"}
	}
	var seen []model.Severity
	for _, p := range pairs {
		sev, err := model.ParseSeverity(p.Key.GetToken().Value)
		if err != nil {
			return &badLine{lineOfNode(p.Key), "clocks: " + name + ": " + sentence(err)}
		}
		if slices.Contains(seen, sev) {
			return &badLine{lineOfNode(p.Key), fmt.Sprintf("clocks: %s: %s is given twice", name, sev)}
		}
		seen = append(seen, sev)
		if err := span(name+": "+sev.String(), p.Value, &to[sev], true); err != nil {
			return err
		}
	}
	return nil
}

// span reads a length of time; none, where it may be left out, is 0.
func span(name string, n ast.Node, to *time.Duration, optional bool) error {
	word, d, ok := "", time.Duration(0), false
	if s, isScalar := n.(ast.ScalarNode); isScalar {
		word = scalar(s)
		d, ok = model.ParseSpan(word)
	}
	switch {
	case optional && none(word):
		d = 0
	case !ok:
		or := ""
		if optional {
			or = ", or none"
		}
		return &badLine{lineOfNode(n), fmt.Sprintf("clocks: %s is %q: give a time such as 90s, 15m, 4h, 3d%s", name, model.Brief(word, 40), or)}
	case d < time.Second || d > longestClock:
		return &badLine{lineOfNode(n), fmt.Sprintf("clocks: %s is %s: give one second to 90 days", name, model.Brief(word, 40))}
	}
	*to = d
	return nil
}

// people reads a number of people; none is 0.
func people(name string, n ast.Node, to *int) error {
	word := ""
	if s, ok := n.(ast.ScalarNode); ok {
		word = scalar(s)
	}
	if none(word) {
		*to = 0
		return nil
	}
	v, err := strconv.Atoi(word)
	if err != nil || v < 1 || v > 100 {
		return &badLine{lineOfNode(n), fmt.Sprintf("clocks: %s is %q: give a number of people from 1 to 100, or none", name, model.Brief(word, 40))}
	}
	*to = v
	return nil
}

// none reports whether a setting says that there shall be no such clock.
func none(word string) bool {
	return slices.Contains([]string{"none", "off", "false", "no"}, strings.ToLower(word))
}
