package model

import (
	"strconv"
	"strings"
)

// Severity is 1 (worst) to 5. The zero value means "not said".
type Severity int

// The range of a severity, and what a declaration gets that names none:
// lasting minor harm until somebody looks, never "no impact".
const (
	SevWorst   Severity = 1
	SevMildest Severity = 5
	SevDefault Severity = 3
)

// Valid reports whether s is 1 to 5.
func (s Severity) Valid() bool { return s >= SevWorst && s <= SevMildest }

// Major reports whether s is SEV-1 or SEV-2.
func (s Severity) Major() bool { return s == 1 || s == 2 }

// String is the screen form, "SEV-2"; "SEV-?" when not said.
func (s Severity) String() string {
	if !s.Valid() {
		return "SEV-?"
	}
	return "SEV-" + strconv.Itoa(int(s))
}

// Word is the impact in one word, after the severity table of the seed.
func (s Severity) Word() string {
	switch s {
	case 1:
		return "critical"
	case 2:
		return "major"
	case 3:
		return "minor"
	case 4:
		return "low"
	case 5:
		return "none"
	}
	return "unknown"
}

// Glyph is the sign of s, one cell wide. Signs differ in shape, so that severity
// can be told without colour.
func (s Severity) Glyph() string {
	if !s.Valid() {
		return "?"
	}
	return [...]string{"▲", "▲", "●", "○", "·"}[s-1]
}

// ParseSeverity reads "2", "sev2", "SEV-2" or "s2".
func ParseSeverity(s string) (Severity, error) {
	t := strings.ToLower(strings.TrimSpace(s))
	for _, p := range []string{"sev-", "sev", "s"} {
		if rest, ok := strings.CutPrefix(t, p); ok {
			t = strings.TrimSpace(rest)
			break
		}
	}
	n, err := strconv.Atoi(t)
	if err != nil || !Severity(n).Valid() {
		return 0, Errorf(Invalid, "%q is no severity: give 1 (worst) to 5", Brief(s, 40))
	}
	return Severity(n), nil
}
