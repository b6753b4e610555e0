package alert

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"warroom/model"
	"warroom/model/strictyaml"
)

// Weight says how much a finding matters.
type Weight string

// The weights. An error means that the rule cannot do what it is for; a warning
// that whoever is woken by it misses something; a hint is worth a thought.
const (
	Fault   Weight = "error"
	Warning Weight = "warning"
	Hint    Weight = "hint"
)

// Finding is one complaint about a rule file.
type Finding struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Level   Weight `json:"level"`
	Rule    string `json:"rule"`  // the check that found it
	Alert   string `json:"alert"` // the alert rule it is about; "" for the file
	Message string `json:"message"`
}

// Forecast is the grade that alerts of a rule will get, as far as the rule tells.
type Forecast struct {
	Alert    string         `json:"alert"`
	File     string         `json:"file"`
	Line     int            `json:"line"`
	Severity model.Severity `json:"severity,omitzero"`
	Quality
}

// ruleOf is an alerting rule as the file has it.
type ruleOf struct {
	name, expr, hold    string
	labels, annotations map[string]string
	path                string // in the document
}

// Lint reads a Prometheus rule file, plain or as a PrometheusRule resource of
// Kubernetes, and says what a person woken by its alerts would miss and what is
// wrong with the rules themselves. An error means the file cannot be read at all.
func Lint(name string, data []byte) ([]Finding, []Forecast, error) {
	doc, err := strictyaml.Parse(name, data)
	if err != nil {
		return nil, nil, err
	}
	var top any
	if err := doc.Decode(&top); err != nil {
		return nil, nil, err
	}
	l := linter{doc: doc, findings: []Finding{}}
	rules, err := l.rules(top)
	if err != nil {
		return nil, nil, err
	}
	var out []Forecast
	seen := map[string]string{}
	for _, r := range rules {
		l.rule(r)
		id := r.name + "\x00" + labelsOf(r.labels)
		if before, ok := seen[id]; ok {
			l.at(r, "", Warning, "duplicate", "a rule with this name and the same labels stands at line %s already: their alerts cannot be told apart", before)
		} else {
			line, _ := doc.At(r.path)
			seen[id] = fmt.Sprint(line)
		}
		f := Forecast{Alert: r.name, File: name, Quality: Evaluate(r.predict())}
		f.Line, _ = doc.At(r.path)
		f.Severity, _ = ParseSeverity(r.labels["severity"])
		out = append(out, f)
	}
	slices.SortStableFunc(l.findings, func(a, b Finding) int { return a.Line - b.Line })
	return l.findings, out, nil
}

func labelsOf(m map[string]string) string {
	var b strings.Builder
	for _, k := range sortedKeys(m) {
		fmt.Fprintf(&b, "%s=%q,", k, m[k])
	}
	return b.String()
}

type linter struct {
	doc      *strictyaml.Doc
	findings []Finding
}

func (l *linter) add(path, alert string, w Weight, rule, format string, args ...any) {
	f := Finding{File: l.doc.Name, Level: w, Rule: rule, Alert: alert, Message: fmt.Sprintf(format, args...)}
	f.Line, f.Column = l.doc.At(path)
	l.findings = append(l.findings, f)
}

func (l *linter) at(r ruleOf, field string, w Weight, rule, format string, args ...any) {
	l.add(r.path+field, r.name, w, rule, format, args...)
}

// rules finds the alerting rules of a document.
func (l *linter) rules(top any) ([]ruleOf, error) {
	m, ok := top.(map[string]any)
	if !ok {
		return nil, l.doc.Errorf("$", "this is no Prometheus rule file: it has no groups")
	}
	base := "$"
	if spec, ok := m["spec"].(map[string]any); ok && m["groups"] == nil {
		m, base = spec, "$.spec"
	}
	groups, ok := m["groups"].([]any)
	if !ok {
		return nil, l.doc.Errorf(base, "this is no Prometheus rule file: it has no list of groups")
	}
	var out []ruleOf
	names := map[string]bool{}
	for gi, g := range groups {
		gp := fmt.Sprintf("%s.groups[%d]", base, gi)
		group, ok := g.(map[string]any)
		if !ok {
			l.add(gp, "", Fault, "syntax", "a group is a map with name and rules")
			continue
		}
		gn, _ := group["name"].(string)
		if gn == "" {
			l.add(gp, "", Fault, "syntax", "the group has no name: Prometheus refuses the file")
		} else if names[gn] {
			l.add(gp, "", Fault, "syntax", "a second group is called %s: Prometheus refuses the file", model.Brief(gn, 60))
		}
		names[gn] = true
		list, ok := group["rules"].([]any)
		if !ok && group["rules"] != nil {
			l.add(gp, "", Fault, "syntax", "the rules of a group are a list")
		}
		for ri, r := range list {
			rp := fmt.Sprintf("%s.rules[%d]", gp, ri)
			rule, ok := r.(map[string]any)
			if !ok {
				l.add(rp, "", Fault, "syntax", "a rule is a map with alert and expr")
				continue
			}
			if _, record := rule["record"]; record {
				if rule["alert"] != nil {
					l.add(rp, "", Fault, "syntax", "the rule has both record and alert: Prometheus refuses the file")
				}
				continue
			}
			one := ruleOf{path: rp}
			one.name, _ = rule["alert"].(string)
			if one.name == "" {
				l.add(rp, "", Fault, "syntax", "the rule has neither alert nor record")
				continue
			}
			one.expr = text(rule["expr"])
			one.hold = text(rule["for"])
			one.labels, one.annotations = l.words(one, rule, "labels"), l.words(one, rule, "annotations")
			out = append(out, one)
		}
	}
	return out, nil
}

func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	return fmt.Sprint(v)
}

func (l *linter) words(r ruleOf, rule map[string]any, field string) map[string]string {
	m, ok := rule[field].(map[string]any)
	if !ok {
		if rule[field] != nil {
			l.at(r, "."+field, Fault, "syntax", "%s is a map of names and texts", field)
		}
		return nil
	}
	out := map[string]string{}
	for k, v := range m {
		s, ok := v.(string)
		if !ok && v != nil {
			l.at(r, "."+field+"."+k, Fault, "syntax", "%s is no text: put it in quotation marks, or Prometheus refuses the file", model.Brief(k, 60))
			s = fmt.Sprint(v)
		}
		out[k] = s
	}
	return out
}

var (
	valueRef = regexp.MustCompile(`\$value|\.Value|\bvalue\b`)
	action   = regexp.MustCompile(`\{\{.*?\}\}`)
	labelRef = regexp.MustCompile(`\$labels\.([A-Za-z_][A-Za-z0-9_]*)`)
	badRef   = regexp.MustCompile(`\$(label|lables|Labels|values|val)\b`)
	dates    = regexp.MustCompile(`(?i)expir|_ttl|_timestamp|not_after`)
	causes   = regexp.MustCompile(`^(node_cpu|node_load|node_memory|container_cpu|container_memory|process_cpu|go_goroutines|go_gc|jvm_gc|jvm_memory|node_disk_io)`)
)

// pages reports whether the rule wakes somebody.
func (r ruleOf) pages() bool { s, ok := ParseSeverity(r.labels["severity"]); return ok && s <= 2 }

// quiet reports whether the rule is not meant for people: severity info or none.
func (r ruleOf) quiet() bool { s, ok := ParseSeverity(r.labels["severity"]); return ok && s >= 4 }

// rule runs all checks on one rule.
func (l *linter) rule(r ruleOf) {
	toks, fault := scan(r.expr)
	if fault != "" {
		l.at(r, ".expr", Fault, "expression", "the expression cannot be right: %s", fault)
	}
	sh := read(toks)
	if fault == "" {
		l.expression(r, sh)
		l.templates(r, sh)
	}
	l.hold(r, sh)
	l.responder(r, sh)
}

// expression finds rules that fire always, never, or on the wrong thing.
func (l *linter) expression(r ruleOf, sh shape) {
	switch {
	case sh.constant && !sh.compares && len(sh.functions) > 0:
		if !r.quiet() { // a heartbeat that fires always, on purpose, wakes nobody
			l.at(r, ".expr", Warning, "comparison", "it fires always: for a heartbeat give it severity none")
		}
	case !sh.compares && sh.boolean:
		l.at(r, ".expr", Fault, "comparison", "with bool the comparison leaves every series in: the alert fires always; leave bool out")
	case !sh.compares && !sh.absent && !setOnly(r.expr):
		l.at(r, ".expr", Fault, "comparison", "nothing is compared: the alert fires whenever the series exists, whatever its value")
	}
	if sh.rawCount != "" && sh.compares {
		l.at(r, ".expr", Warning, "counter", "%s only ever grows: compare its rate or increase", sh.rawCount)
	}
	if r.pages() && len(sh.metrics) > 0 && !slices.ContainsFunc(sh.metrics, func(m string) bool { return !causes.MatchString(m) }) {
		l.at(r, ".expr", Hint, "cause", "it wakes people for a cause (%s), not for something users feel: a warning may do", sh.metrics[0])
	}
}

// setOnly reports whether an expression chooses its series with and or unless.
func setOnly(expr string) bool {
	toks, _ := scan(expr)
	return slices.ContainsFunc(toks, func(t token) bool {
		w := strings.ToLower(t.text)
		return t.kind == tokWord && (w == "unless" || w == "and")
	})
}

// templates finds texts that will not say what they are meant to.
func (l *linter) templates(r ruleOf, sh shape) {
	for _, k := range sortedKeys(r.labels) {
		for _, a := range action.FindAllString(r.labels[k], -1) {
			if valueRef.MatchString(a) {
				l.at(r, ".labels."+k, Fault, "identity", "label %s holds the value: each new value is a new alert that starts its waiting time anew; put it into an annotation", model.Brief(k, 40))
				break
			}
		}
	}
	for _, part := range []struct {
		name  string
		words map[string]string
	}{{"labels", r.labels}, {"annotations", r.annotations}} {
		for _, k := range sortedKeys(part.words) {
			s, path := part.words[k], "."+part.name+"."+k
			if strings.Count(s, "{{") != strings.Count(s, "}}") {
				l.at(r, path, Fault, "template", "%s: a {{ is never closed, or a }} too many", model.Brief(k, 40))
				continue
			}
			lost := []string{}
			for _, a := range action.FindAllString(s, -1) {
				if m := badRef.FindString(a); m != "" {
					l.at(r, path, Fault, "template", "%s: there is no %s: it is $labels and $value", model.Brief(k, 40), m)
				}
				for _, m := range labelRef.FindAllStringSubmatch(a, -1) {
					if sh.loses(m[1]) && r.labels[m[1]] == "" {
						lost = Join(lost, m[1])
					}
				}
			}
			if len(lost) > 0 {
				l.at(r, path, Warning, "template", "%s names %s, which the expression does not keep: it will be empty", model.Brief(k, 40), strings.Join(lost, ", "))
			}
		}
	}
}

// loses reports whether the label cannot be on what the expression gives.
func (sh shape) loses(label string) bool {
	switch {
	case label == "alertname":
		return false
	case sh.kept != nil:
		return !sh.kept[label]
	case sh.dropped != nil:
		return sh.dropped[label]
	}
	return false
}

// hold looks at the waiting time.
func (l *linter) hold(r ruleOf, sh shape) {
	sec, ok := promDuration(r.hold)
	switch {
	case r.hold != "" && !ok:
		l.at(r, ".for", Fault, "for", "“%s” is no length of time: 5m, 1h30m", model.Brief(r.hold, 30))
	case sh.absent && sec < 300 && !sh.smoothed:
		l.at(r, "", Warning, "for", "a restart or one missed scrape makes a series absent for a moment: wait at least 5m")
	case sec == 0 && !sh.smoothed && !r.quiet() && !sh.constant && !sh.deadline():
		l.at(r, "", Hint, "for", "no waiting time, and nothing in the expression looks back five minutes: a single bad sample wakes somebody")
	}
}

// deadline reports whether the expression looks at a date that comes nearer: no
// single sample of it goes astray.
func (sh shape) deadline() bool {
	return sh.functions["time"] || slices.ContainsFunc(sh.metrics, func(m string) bool { return dates.MatchString(m) })
}

// responder says what somebody woken by the alert would miss.
func (l *linter) responder(r ruleOf, sh shape) {
	if w := r.labels["severity"]; w == "" {
		l.at(r, "", Warning, "severity", "no label severity: nobody can tell whether to get up")
	} else if _, ok := ParseSeverity(w); !ok && !strings.Contains(w, "{{") {
		l.at(r, ".labels.severity", Hint, "severity", "severity “%s” is no word we know: critical, high, warning or info", model.Brief(w, 30))
	}
	if r.quiet() {
		return // not meant to wake anybody
	}
	if r.annotations["summary"] == "" {
		l.at(r, "", Warning, "summary", "no annotation summary: the title will be the rule’s name")
	}
	if r.annotations["description"] == "" && r.annotations["message"] == "" {
		l.at(r, "", Warning, "description", "no annotation description: say what was measured, who notices and what to look at first")
	}
	switch link := cmpOr(r.annotations["runbook_url"], r.annotations["runbook"]); {
	case link == "":
		l.at(r, "", Warning, "runbook", "no annotation runbook_url: what shall whoever is woken do?")
	case !WebLink(action.ReplaceAllString(link, "x")):
		l.at(r, ".annotations.runbook_url", Warning, "runbook", "the runbook link is no http or https address")
	}
	if !r.names(sh) {
		l.at(r, "", Hint, "service", "nothing says whose it is: keep job, namespace or app in by (…), or add the label service")
	}
	words := r.annotations["summary"] + " " + r.annotations["description"] + " " + r.annotations["message"]
	if r.pages() && strings.TrimSpace(words) != "" && !tells(words) && telling(sh.bounds) {
		l.at(r, "", Hint, "threshold", "the text tells neither the value nor the limit (%s)", strings.Join(sh.bounds, ", "))
	}
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// tells reports whether a text holds the value or a number.
func tells(s string) bool {
	for _, a := range action.FindAllString(s, -1) {
		if valueRef.MatchString(a) {
			return true
		}
	}
	return aNumber.MatchString(action.ReplaceAllString(s, ""))
}

// telling reports whether a limit is more than yes or no.
func telling(bounds []string) bool {
	return slices.ContainsFunc(bounds, func(b string) bool { return b != "0" && b != "1" })
}

// owning are the labels from which the service of an alert is taken.
var owning = []string{"service", "app", "job", "namespace"}

// names reports whether an alert of the rule will say whose it is.
func (r ruleOf) names(sh shape) bool {
	for _, k := range owning {
		if r.labels[k] != "" {
			return true
		}
		switch {
		case sh.constant:
		case sh.absent && sh.matched[k]:
			return true
		case sh.kept != nil:
			if sh.kept[k] {
				return true
			}
		case !sh.dropped[k] && (k == "job" || !sh.absent):
			return true // a scraped series has a job at least
		}
	}
	return false
}

// predict is an alert as the rule will make it.
func (r ruleOf) predict() Alert {
	toks, _ := scan(r.expr)
	a := Alert{Rule: r.name, Title: cmpOr(r.annotations["summary"], cmpOr(r.annotations["title"], r.name)), RunbookURL: cmpOr(r.annotations["runbook_url"], r.annotations["runbook"])}
	fill := func(s string) string { return action.ReplaceAllString(s, "xxxxxxxx") } // about what a value takes
	a.Title = fill(a.Title)
	a.Description = fill(cmpOr(r.annotations["description"], r.annotations["message"]))
	if r.names(read(toks)) {
		a.Service = "x"
	}
	for k, v := range r.annotations {
		if s := strings.TrimSpace(v); strings.HasPrefix(s, "{{") && strings.HasSuffix(s, "}}") && valueRef.MatchString(s) {
			if a.Metrics == nil {
				a.Metrics = map[string]any{}
			}
			a.Metrics[k] = 1.0
		}
	}
	return a
}
