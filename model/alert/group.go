package alert

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"warroom/model"
)

// How near alerts must lie in time to stand in one line.
const (
	SameRule    = 30 * time.Minute // of the same rule as the first of the group
	SameService = 5 * time.Minute  // of the same service as the first of the group
)

// Lead is what a new alert is compared with: the rule, service and scope of the
// first alert of a group. Only the first counts, so that groups do not grow
// together link by link.
type Lead struct {
	Rule    string `json:"rule,omitempty"` // or the shape of the title, if no rule is named
	Service string `json:"service,omitempty"`
	Scope   string `json:"scope,omitempty"` // environment or cluster: alerts of two never stand together
}

// LeadOf is the Lead of a group that begins with a.
func LeadOf(a Alert) Lead {
	l := Lead{Rule: a.Rule, Service: a.Service}
	switch {
	case l.Rule != "":
	case ruleName(a.Title):
		l.Rule = a.Title
	default:
		l.Rule = Shape(&Alert{Title: a.Title, Service: a.Service})
	}
	for _, k := range []string{"env", "environment", "deployment_environment", "stage", "cluster"} {
		if v := a.Labels[k]; v != "" {
			l.Scope = k + "=" + v
			break
		}
	}
	return l
}

// ruleName reports whether a title is the name of a rule rather than a sentence:
// one word, as in KubePodCrashLooping. Its alerts belong together whatever service
// they are of.
func ruleName(title string) bool {
	return len(title) >= 8 && !strings.ContainsAny(title, " \t") && strings.ContainsFunc(title, unicode.IsLower) && strings.ContainsFunc(title, unicode.IsUpper)
}

// Place decides which group an alert joins. It holds the groups that are still
// growing; times are when alerts fired.
type Place struct {
	rules    map[Lead]*growing // Service empty
	services map[Lead]*growing // Rule empty
}

type growing struct {
	n        int64
	lead     Lead
	from, to time.Time
}

// Add makes a group known that alerts may join. Later ones win.
func (p *Place) Add(n int64, lead Lead, from, to time.Time) {
	if p.rules == nil {
		p.rules, p.services = map[Lead]*growing{}, map[Lead]*growing{}
	}
	g := &growing{n, lead, from, to}
	p.rules[Lead{Rule: lead.Rule, Scope: lead.Scope}] = g
	if lead.Service != "" {
		p.services[Lead{Service: lead.Service, Scope: lead.Scope}] = g
	}
}

// Find gives the group that a, which fired at at, joins and why; 0 if it begins
// one. An alert joins the group whose first alert has the same rule and whose
// time is near, else one whose first alert is of the same service and very near.
func (p *Place) Find(a Alert, at time.Time) (n int64, why string) {
	l := LeadOf(a)
	if g := p.rules[Lead{Rule: l.Rule, Scope: l.Scope}]; g != nil {
		if d := g.apart(at); d <= SameRule {
			g.stretch(at)
			switch {
			case a.Rule != "":
			case ruleName(a.Title):
				return g.n, "same title" + near(d)
			default:
				return g.n, "same title and service" + near(d)
			}
			return g.n, "same rule " + a.Rule + near(d)
		}
	}
	if l.Service != "" {
		if g := p.services[Lead{Service: l.Service, Scope: l.Scope}]; g != nil {
			if d := g.apart(at); d <= SameService {
				g.stretch(at)
				return g.n, "same service " + l.Service + near(d)
			}
		}
	}
	return 0, ""
}

func near(d time.Duration) string {
	if d < time.Second {
		return ", at the same time"
	}
	return ", " + model.Span(d.Truncate(time.Second)) + " apart"
}

// apart is how far at lies from the group's stretch of time.
func (g *growing) apart(at time.Time) time.Duration {
	switch {
	case at.Before(g.from):
		return g.from.Sub(at)
	case at.After(g.to):
		return at.Sub(g.to)
	}
	return 0
}

func (g *growing) stretch(at time.Time) {
	if at.Before(g.from) {
		g.from = at
	}
	if at.After(g.to) {
		g.to = at
	}
}

// Line is the group in one line: “14 × KubePodCrashLooping (3 services)”.
func (g Group) Line() string {
	s := g.Name()
	if g.Total > 1 {
		s = fmt.Sprintf("%d × %s", g.Total, s)
	}
	switch n := len(g.Services); {
	case n >= maxNamed:
		s += fmt.Sprintf(" (%d or more services)", n)
	case n > 1:
		s += fmt.Sprintf(" (%d services)", n)
	}
	return s
}

// Name is what the group is about: the title of an only alert, else the rules.
func (g Group) Name() string {
	switch {
	case len(g.Rules) > 1:
		return cutRunes(g.Rules[0], 60) + " and " + count(len(g.Rules)-1, "rule") + " more"
	case g.Total > 1 && len(g.Rules) == 1:
		return g.Rules[0]
	}
	return g.Title
}

func count(n int, what string) string {
	if n >= maxNamed-1 {
		return fmt.Sprintf("%d or more %ss", n, what)
	}
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
