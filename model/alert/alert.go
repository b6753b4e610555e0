package alert

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"warroom/model"
)

// Status is how far an alert has come.
type Status string

// The states of an alert. Suppressed is a firing alert under a silence.
const (
	Firing       Status = "firing"
	Acknowledged Status = "acknowledged"
	Resolved     Status = "resolved"
	Suppressed   Status = "suppressed"
)

// ParseStatus reads a state by its name or one of the names tools give it.
func ParseStatus(s string) (Status, bool) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "firing", "alert", "alerting", "alarm", "triggered", "trigger", "open", "opened", "problem", "down", "active", "created", "create":
		return Firing, true
	case "acknowledged", "acknowledge", "acked", "ack":
		return Acknowledged, true
	case "resolved", "resolve", "ok", "closed", "close", "recovered", "recovery", "up", "cleared", "normal":
		return Resolved, true
	case "suppressed", "silenced", "muted", "snoozed":
		return Suppressed, true
	}
	return "", false
}

// Limits on one alert. A payload that holds more is cut to them, and the cut is
// said in Alert.Doubts: unlike a person's words, it can be looked up at its source.
const (
	MaxDescription = 10_000 // runes
	MaxLabels      = 64
	MaxMetrics     = 50
	maxValue       = 1_000 // runes of a label's value
	maxLink        = 2_083
)

// Alert is one firing of one condition, as a tool reported it.
type Alert struct {
	ID          string            `json:"id"` // names this firing within its source
	Title       string            `json:"title"`
	Description string            `json:"description"`
	Severity    model.Severity    `json:"severity,omitzero"` // 0: the source did not say
	Service     string            `json:"service"`
	Timestamp   time.Time         `json:"timestamp,omitzero"` // when it fired; zero: unknown
	Metrics     map[string]any    `json:"metrics,omitempty"`  // float64 or string
	RunbookURL  string            `json:"runbook_url,omitempty"`
	Source      string            `json:"source,omitempty"` // alertmanager, grafana, …
	Status      Status            `json:"status,omitempty"`
	Fingerprint string            `json:"fingerprint,omitempty"` // names the condition over all its firings
	Rule        string            `json:"rule,omitempty"`        // the rule that fired
	Labels      map[string]string `json:"labels,omitempty"`
	Ended       time.Time         `json:"ended,omitzero"` // zero: still firing, or unknown
	URL         string            `json:"url,omitempty"`  // where its source shows it
	Dashboard   string            `json:"dashboard,omitempty"`
	Doubts      []string          `json:"doubts,omitempty"` // what had to be assumed or was cut

	// Sole says that the source has at most one firing of a fingerprint at a
	// time, so that a newer one ends an older.
	Sole bool `json:"-"`
	// NoStart says that Timestamp is not the beginning of the firing but the time
	// of this message: such a resolve closes the newest firing of its fingerprint.
	NoStart bool `json:"-"`
}

// Key names this firing among all sources.
func (a Alert) Key() string { return a.Source + "|" + a.ID }

// Name is what the alert is listed under: its rule, else its title.
func (a Alert) Name() string {
	for _, s := range []string{a.Rule, a.Title, a.ID} {
		if strings.TrimSpace(s) != "" {
			return s
		}
	}
	return "(no name)"
}

// Doubt notes something assumed or left out, once.
func (a *Alert) Doubt(s string) {
	if !slices.Contains(a.Doubts, s) && len(a.Doubts) < 20 {
		a.Doubts = append(a.Doubts, s)
	}
}

// clockAhead is how far a source's clock may be ahead of ours.
const clockAhead = 5 * time.Minute

// Tidy brings an alert into the limits and fills what follows from the rest:
// text in valid UTF-8, times in UTC and not in the future, an id and a
// fingerprint. now is when it was received.
func (a *Alert) Tidy(now time.Time) {
	a.ID, a.Fingerprint, a.Rule = a.line(a.ID, "id"), a.line(a.Fingerprint, "fingerprint"), a.line(a.Rule, "rule")
	a.Title, a.Service, a.Source = a.line(a.Title, "title"), a.line(a.Service, "service"), a.line(a.Source, "source")
	a.Description = model.Valid(a.Description)
	if r := []rune(a.Description); len(r) > MaxDescription {
		a.Description = string(r[:MaxDescription-1]) + "…"
		a.Doubt("the description was longer than " + strconv.Itoa(MaxDescription) + " characters: its end is at the source")
	}
	a.RunbookURL, a.URL, a.Dashboard = a.link(a.RunbookURL, "runbook link"), a.link(a.URL, "link"), a.link(a.Dashboard, "dashboard link")
	a.Labels = tidyLabels(a)
	a.Metrics = tidyMetrics(a)
	if a.Severity < 0 || a.Severity > 5 {
		a.Severity = 0
		a.Doubt("severity is not one of 1 to 5: taken as unknown")
	}
	if a.Status == "" {
		a.Status = Firing
	}
	a.Timestamp, a.Ended = a.moment(a.Timestamp, now, "start"), a.moment(a.Ended, now, "end")
	if !a.Ended.IsZero() && a.Ended.Before(a.Timestamp) {
		a.Ended = time.Time{}
		a.Doubt("the end lies before the start: taken as unknown")
	}
	if a.Status != Resolved && !a.Ended.IsZero() {
		a.Ended = time.Time{} // Alertmanager's guess of when it would time out
	}
	if a.Fingerprint == "" {
		a.Fingerprint = Shape(a)
	}
}

func (a *Alert) moment(t, now time.Time, what string) time.Time {
	switch {
	case t.IsZero() || t.Year() < 1970 || t.Year() > 9999:
		return time.Time{}
	case t.After(now.Add(clockAhead)):
		a.Doubt("its " + what + " " + t.UTC().Format(time.RFC3339) + " lies in the future: taken as the moment it was received")
		return model.Millis(now)
	}
	return model.Millis(t)
}

// line cuts a one-line field.
func (a *Alert) line(s, what string) string {
	s = model.Valid(s)
	if len(s) <= model.MaxTitle {
		return s
	}
	if r := []rune(s); len(r) > model.MaxTitle {
		a.Doubt("the " + what + " was longer than " + strconv.Itoa(model.MaxTitle) + " characters")
		return string(r[:model.MaxTitle-1]) + "…"
	}
	return s
}

// link keeps an address as it was sent and says when it is none that may be
// opened: whoever opens it asks WebLink.
func (a *Alert) link(s, what string) string {
	if s == "" || WebLink(s) {
		return s
	}
	a.Doubt("the " + what + " is no http or https address: it is shown, never opened")
	return cutRunes(model.Valid(s), maxLink)
}

// WebLink reports whether s is an address that may be opened: http or https,
// printable, of sensible length.
func WebLink(s string) bool {
	low := strings.ToLower(s)
	rest, ok := strings.CutPrefix(low, "https://")
	if !ok {
		rest, ok = strings.CutPrefix(low, "http://")
	}
	if !ok || rest == "" || rest[0] == '/' || len(s) > maxLink {
		return false
	}
	for _, r := range s {
		if r <= ' ' || r == 0x7f || r == '"' || r == '<' || r == '>' || r == '\\' || r >= 0x80 && !strconv.IsPrint(r) {
			return false
		}
	}
	return true
}

func tidyLabels(a *Alert) map[string]string {
	if len(a.Labels) == 0 {
		return nil
	}
	keys := sortedKeys(a.Labels)
	if len(keys) > MaxLabels {
		a.Doubt(strconv.Itoa(len(keys)-MaxLabels) + " labels more than the " + strconv.Itoa(MaxLabels) + " kept")
		keys = keys[:MaxLabels]
	}
	out := make(map[string]string, len(keys))
	for _, k := range keys {
		v := model.Valid(a.Labels[k])
		if r := []rune(v); len(r) > maxValue {
			v = string(r[:maxValue-1]) + "…"
			a.Doubt("label " + model.Brief(k, 40) + " was cut")
		}
		out[cutRunes(model.Valid(k), 200)] = v
	}
	return out
}

func tidyMetrics(a *Alert) map[string]any {
	if len(a.Metrics) == 0 {
		return nil
	}
	keys := sortedKeys(a.Metrics)
	out := make(map[string]any, min(len(keys), MaxMetrics))
	for _, k := range keys {
		if len(out) == MaxMetrics {
			a.Doubt(strconv.Itoa(len(keys)-MaxMetrics) + " metrics more than the " + strconv.Itoa(MaxMetrics) + " kept")
			break
		}
		switch v := a.Metrics[k].(type) {
		case float64:
			if math.IsNaN(v) || math.IsInf(v, 0) {
				a.Doubt("metric " + model.Brief(k, 40) + " is no finite number: left out")
				continue
			}
			out[cutRunes(model.Valid(k), 200)] = v
		case string:
			out[cutRunes(model.Valid(k), 200)] = cutRunes(model.Valid(v), maxValue)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func cutRunes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// Names lists the keys of labels or metrics in order.
func Names[V any](m map[string]V) []string { return sortedKeys(m) }

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// Shape is a fingerprint for a source that gives none: service, rule and the
// title with its numbers wiped out, so that "CPU at 91 %" and "CPU at 93 %" are
// the same condition.
func Shape(a *Alert) string {
	var b strings.Builder
	b.WriteString(a.Service)
	b.WriteByte('/')
	b.WriteString(a.Rule)
	b.WriteByte('/')
	digit := false
	for _, r := range strings.ToLower(a.Title) {
		if r >= '0' && r <= '9' {
			if !digit {
				b.WriteByte('#')
			}
			digit = true
			continue
		}
		digit = digit && r == '.'
		if !digit {
			b.WriteRune(r)
		}
	}
	return cutRunes(b.String(), model.MaxTitle)
}
