package library

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"warroom/model"
	"warroom/model/alert"
	"warroom/runbooks"
)

// Query is what is known about an incident when runbooks are suggested.
type Query struct {
	Alerts   []string          // names of alerts
	Metrics  []string          // names of metrics that are out of bounds
	Labels   map[string]string // of alerts
	Services []string
	Severity model.Severity
	Text     string   // title and description
	Pages    []string // addresses of runbooks that alerts carry
}

// For is what an incident asks for, from its alerts, services and words.
func For(i *model.Incident) Query {
	q := Query{Services: slices.Clone(i.Services), Severity: i.Severity, Text: i.Title + " " + i.Description}
	for _, a := range i.Alerts {
		if !a.Detached.IsZero() {
			continue
		}
		for _, name := range []string{a.Rule, a.Title} {
			if name != "" && !slices.Contains(q.Alerts, name) {
				q.Alerts = append(q.Alerts, name)
			}
		}
		if a.Runbook != "" {
			q.Pages = append(q.Pages, a.Runbook)
		}
	}
	return q
}

// With is q and what alerts tell: their names, metrics, labels, services and
// addresses. Of a label that two alerts bear the first one counts; the severity is
// that of the worst alert where q knows none.
func (q Query) With(alerts []alert.Alert) Query {
	add := func(list []string, s string) []string {
		if s == "" || slices.Contains(list, s) {
			return list
		}
		return append(list, s)
	}
	q.Labels = maps.Clone(q.Labels)
	worst := model.Severity(0)
	for _, a := range alerts {
		q.Alerts = add(add(q.Alerts, a.Rule), a.Title)
		q.Services = add(q.Services, a.Service)
		q.Pages = add(q.Pages, a.RunbookURL)
		for _, name := range alert.Names(a.Metrics) {
			q.Metrics = add(q.Metrics, name)
		}
		for k, v := range a.Labels {
			if q.Labels == nil {
				q.Labels = map[string]string{}
			}
			if _, have := q.Labels[k]; !have {
				q.Labels[k] = v
			}
		}
		if a.Severity.Valid() && (worst == 0 || a.Severity < worst) {
			worst = a.Severity
		}
	}
	if !q.Severity.Valid() {
		q.Severity = worst
	}
	return q
}

// Match is a runbook that fits, how well, and why in words.
type Match struct {
	Item   Item
	Score  int
	Reason []string
}

// How much each reason weighs. An alert by its own name decides; words of a title
// only order what is left.
const (
	weightAlert     = 100
	weightPage      = 95
	weightAlertGlob = 80
	weightMetric    = 60
	weightLabels    = 40
	weightService   = 30
	weightGlob      = 20
	weightSeverity  = 5
	weightTag       = 12
	weightTitle     = 6
	maxWords        = 30
)

// Suggest lists the runbooks that fit, best first. One that names services or
// severities, and not these, is left out unless an alert or a metric asks for it.
func (l *Library) Suggest(q Query) []Match {
	var out []Match
	for _, it := range l.books {
		if m := q.match(it); m.Score > 0 {
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(a, b Match) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Item.ID, b.Item.ID))
	})
	return out
}

func (q Query) match(it Item) Match {
	m := Match{Item: it}
	b := it.Book
	asked := false
	for _, t := range b.Triggers {
		score, why := q.trigger(t)
		if score == 0 {
			continue
		}
		asked = true
		if score > m.Score {
			m.Score, m.Reason = score, []string{why}
		}
	}
	if m.Score < weightPage && slices.ContainsFunc(q.Pages, func(url string) bool { return page(url, it) }) {
		asked, m.Score, m.Reason = true, weightPage, []string{"an alert names it"}
	}
	service, why := q.service(b.Services)
	fits := b.Fits(q.Severity)
	if !asked && (!fits || len(b.Services) > 0 && len(q.Services) > 0 && service == 0) {
		return Match{}
	}
	if service > 0 {
		m.Score += service
		m.Reason = append(m.Reason, why)
	}
	if n, why := q.words(b); n > 0 {
		m.Score += n
		m.Reason = append(m.Reason, why)
	}
	// The severity orders what something else asks for; alone it suggests only what
	// names nothing else that could.
	alone := len(b.Triggers)+len(b.Services)+len(b.Tags) == 0
	if (m.Score > 0 || alone) && len(b.Severity) > 0 && q.Severity.Valid() && fits {
		m.Score += weightSeverity
		m.Reason = append(m.Reason, "for "+q.Severity.String())
	}
	return m
}

// page reports whether an address ends in the name of a runbook, or in that of the
// document it was made of.
func page(url string, it Item) bool {
	url, _, _ = strings.Cut(url, "#")
	url, _, _ = strings.Cut(url, "?")
	name := IDFromPath(strings.TrimRight(url, "/"))
	return name == it.ID || it.Book.Source != nil && it.Book.Source.Path != "" && name == IDFromPath(it.Book.Source.Path)
}

// trigger weighs one trigger. Its labels must all be there, if it has any.
func (q Query) trigger(t runbooks.Trigger) (int, string) {
	for k, want := range t.Labels {
		have, ok := q.Labels[k]
		if !ok || !glob(want, have) {
			return 0, ""
		}
	}
	if t.Alert != "" {
		for _, a := range q.Alerts {
			switch {
			case strings.EqualFold(a, t.Alert):
				return weightAlert, "alert " + a
			case glob(t.Alert, a):
				return weightAlertGlob, "alert " + a
			}
		}
		return 0, ""
	}
	if t.Metric != "" {
		for _, have := range q.Metrics {
			if strings.EqualFold(have, t.Metric) || glob(t.Metric, have) {
				return weightMetric, strings.TrimSpace("metric " + have + " " + t.Threshold)
			}
		}
		return 0, ""
	}
	if len(t.Labels) > 0 {
		return weightLabels, "labels of the alert"
	}
	return 0, ""
}

func (q Query) service(patterns []string) (int, string) {
	best, why := 0, ""
	for _, s := range q.Services {
		for _, p := range patterns {
			switch {
			case strings.EqualFold(p, s):
				return weightService, "service " + s
			case glob(p, s) && p != "*":
				best, why = weightGlob, "service "+s
			}
		}
	}
	return best, why
}

// words weighs words of the title that the runbook has as tags or in its title.
func (q Query) words(b *runbooks.Book) (int, string) {
	score := 0
	var hits []string
	seen := map[string]bool{}
	title := words(b.Title + " " + strings.ReplaceAll(b.ID, "-", " "))
	for _, w := range words(q.Text) {
		if seen[w] || common[w] {
			continue
		}
		seen[w] = true
		switch {
		case slices.ContainsFunc(b.Tags, func(t string) bool { return stem(strings.ToLower(t)) == w }):
			score += weightTag
			hits = append(hits, w)
		case slices.Contains(title, w):
			score += weightTitle
			hits = append(hits, w)
		}
	}
	if score == 0 {
		return 0, ""
	}
	return min(score, maxWords), "the words " + strings.Join(hits, ", ")
}

// words are the words of a text, in small letters, without endings.
func words(text string) []string {
	var out []string
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 127)
	}) {
		if len(w) > 1 {
			out = append(out, stem(w))
		}
	}
	return out
}

// stem cuts the plural, which is all that titles need.
func stem(w string) string {
	if len(w) > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "us") {
		return w[:len(w)-1]
	}
	return w
}

// common words say nothing about which runbook fits.
var common = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields("a an and are as at be by customer day down error first for from has have high hour in incident is it low minute no not of on one or out second service slow system that the time to too up user very was we with") {
		m[w] = true
	}
	return m
}()

// glob matches * and ? as in file names, without regard to case.
func glob(pattern, s string) bool {
	ok, err := path.Match(strings.ToLower(pattern), strings.ToLower(s))
	return err == nil && ok
}
