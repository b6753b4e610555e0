package alert

import (
	"strings"

	"warroom/model"
)

// words of severity as tools use them. Those that name an urgency map to what
// the field does about it, not to a number of the tool's own.
var severities = map[string]model.Severity{
	"critical": 1, "crit": 1, "page": 1, "p1": 1, "sev1": 1, "sev-1": 1, "fatal": 1, "emergency": 1, "emerg": 1, "disaster": 1, "1": 1,
	"high": 2, "error": 2, "err": 2, "major": 2, "p2": 2, "sev2": 2, "sev-2": 2, "urgent": 2, "severe": 2, "2": 2,
	"warning": 3, "warn": 3, "medium": 3, "moderate": 3, "average": 3, "minor": 3, "p3": 3, "sev3": 3, "sev-3": 3, "ticket": 3, "3": 3,
	"low": 4, "notice": 4, "p4": 4, "sev4": 4, "sev-4": 4, "4": 4,
	"info": 5, "information": 5, "informational": 5, "none": 5, "debug": 5, "p5": 5, "sev5": 5, "sev-5": 5, "5": 5,
}

// ParseSeverity reads a tool's word for severity. What it does not know is 0:
// unknown, never guessed.
func ParseSeverity(s string) (model.Severity, bool) {
	v, ok := severities[strings.ToLower(strings.TrimSpace(s))]
	return v, ok
}

// SetSeverity takes a tool's word for severity and notes a doubt if it is none
// we know.
func (a *Alert) SetSeverity(word string) {
	if strings.TrimSpace(word) == "" {
		return
	}
	if v, ok := ParseSeverity(word); ok {
		a.Severity = v
		return
	}
	a.Doubt("severity “" + model.Brief(word, 30) + "” is no word we know: taken as unknown")
}
