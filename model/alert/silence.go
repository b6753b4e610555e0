package alert

import (
	"strings"
	"time"

	"warroom/model"
)

// Silence keeps alerts quiet for a while. It never lasts for ever and never
// drops anything: what it matches is received, counted and shown as suppressed.
type Silence struct {
	N      int64             `json:"n"`
	Match  map[string]string `json:"match"` // all must hold: rule, service, fingerprint, source, or a label
	Reason string            `json:"reason"`
	By     string            `json:"by"`
	Since  time.Time         `json:"since"`
	Until  time.Time         `json:"until"`
}

// Limits on a silence's length.
const (
	MinSilence     = time.Minute
	MaxSilence     = 30 * 24 * time.Hour
	DefaultSilence = 2 * time.Hour
)

// Active reports whether s holds at t.
func (s Silence) Active(t time.Time) bool { return !t.Before(s.Since) && t.Before(s.Until) }

// Matches reports whether s is about a.
func (s Silence) Matches(a Alert) bool {
	if len(s.Match) == 0 {
		return false
	}
	for k, v := range s.Match {
		if fieldOf(a, k) != v {
			return false
		}
	}
	return true
}

func fieldOf(a Alert, name string) string {
	switch name {
	case "rule", "alertname":
		return a.Rule
	case "service":
		return a.Service
	case "fingerprint":
		return a.Fingerprint
	case "source":
		return a.Source
	}
	return a.Labels[name]
}

// Words says what s is about: “rule=DiskFull service=db”.
func (s Silence) Words() string {
	var parts []string
	for _, k := range sortedKeys(s.Match) {
		parts = append(parts, k+"="+s.Match[k])
	}
	return strings.Join(parts, " ")
}

// NewSilence makes a silence that lasts d from now, or says what is wrong with it.
func NewSilence(match map[string]string, reason, by string, d time.Duration, now time.Time) (Silence, error) {
	clean := map[string]string{}
	for k, v := range match {
		k, v = strings.TrimSpace(k), model.Valid(v)
		if k == "" || v == "" {
			return Silence{}, model.Errorf(model.Invalid, "a silence matches NAME=VALUE, for example rule=DiskFull: %q is none", model.Brief(k+"="+v, 60))
		}
		clean[cutRunes(model.Valid(k), 200)] = cutRunes(v, maxValue)
	}
	if len(clean) == 0 {
		return Silence{}, model.Errorf(model.Invalid, "say what to silence, for example rule=DiskFull or service=db: a silence for everything would hide the next incident")
	}
	reason = strings.TrimSpace(model.Valid(reason))
	if reason == "" {
		return Silence{}, model.Errorf(model.Invalid, "say why: whoever finds the silence at night has only your reason")
	}
	if len(reason) > model.MaxTitle*4 {
		return Silence{}, model.Errorf(model.Invalid, "the reason is too long: keep it to a sentence or two")
	}
	if d == 0 {
		d = DefaultSilence
	}
	if d < MinSilence || d > MaxSilence {
		return Silence{}, model.Errorf(model.Invalid, "%s is no length for a silence: give one minute to thirty days", d)
	}
	now = model.Millis(now)
	return Silence{Match: clean, Reason: reason, By: by, Since: now, Until: now.Add(d)}, nil
}

// Matcher is what a silence of the whole group matches: its rule, or the service
// where no rule is named, and the scope.
func (g Group) Matcher() map[string]string {
	m := map[string]string{}
	switch {
	case len(g.Rules) > 0 && g.Rules[0] == g.Lead.Rule:
		m["rule"] = g.Lead.Rule
	case g.Lead.Service != "":
		m["service"] = g.Lead.Service
	}
	if k, v, ok := strings.Cut(g.Lead.Scope, "="); ok {
		m[k] = v
	}
	return m
}
