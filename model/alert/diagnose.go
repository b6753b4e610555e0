package alert

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Lack is something a responder misses in an alert, and what to change in the
// rule that made it. It goes beyond the specification's score and does not
// change it.
type Lack struct {
	Missing string `json:"missing"`
	Fix     string `json:"fix"`
}

var (
	aNumber  = regexp.MustCompile(`[0-9]`)
	template = regexp.MustCompile(`\{\{.*?\}\}|\$\{?[A-Za-z_]+\}?|<no value>|%!?[a-z]\(`)
	effect   = regexp.MustCompile(`(?i)\b(users?|customers?|clients?|requests?|orders?|payments?|checkouts?|logins?|sign-?ups?|queries|jobs?|deliver|delays?|fail|failing|lost|loss|unavailable|slow|latency|outage|cannot|can't|unable|down)`)
	steps    = regexp.MustCompile(`(?i)\b(check|restart|scale|roll ?back|fail ?over|see|run|drain|page|call|increase|look at|verify)\b`)
	codeName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.:-]*$`)
	place    = []string{"instance", "pod", "node", "host", "hostname", "container", "device", "region", "zone", "cluster", "job", "endpoint", "queue", "topic", "database", "db"}
	owners   = []string{"team", "owner", "squad", "owner_team", "oncall"}
)

// Diagnose says what somebody woken by a would miss, the weightiest first.
func Diagnose(a Alert) []Lack {
	var out []Lack
	miss := func(missing, fix string) { out = append(out, Lack{missing, fix}) }
	text := a.Title + "\n" + a.Description
	if a.RunbookURL == "" && !steps.MatchString(a.Description) {
		miss("what to do: neither a runbook nor a first step", "add the annotation runbook_url, or a first step to the description")
	}
	if m := template.FindString(text); m != "" {
		miss("a value: the text still holds "+cutRunes(m, 40), "the template of the rule names something the alert does not carry")
	}
	if !aNumber.MatchString(text) && len(a.Metrics) == 0 {
		miss("how bad it is: no value and no threshold", "say both in the description: “is 12 %, limit 5 % for 5 min”")
	}
	if !effect.MatchString(text) {
		miss("who notices: no effect on users or work is said", "say in the summary what stops working for whom")
	}
	if a.Service == "" {
		miss("whose it is: no service", "add the label service to the rule")
	} else if !hasAny(a.Labels, owners) && a.Source != "" && len(a.Labels) > 0 {
		miss("who owns it: no team", "add the label team to the rule")
	}
	if len(a.Labels) > 0 && !hasAny(a.Labels, place) {
		miss("where it is: no instance, node, region or the like", "keep such a label in the expression’s by (…)")
	}
	switch {
	case a.Title == "":
		miss("a title", "add the annotation summary")
	case codeName.MatchString(a.Title) && !strings.Contains(a.Title, " "):
		miss("a sentence: the title is a rule’s name", "add the annotation summary with a sentence for people")
	case utf8.RuneCountInString(a.Title) > 120:
		miss("a short title: it is longer than a line", "move the detail into the description")
	}
	if a.Description != "" && strings.EqualFold(strings.TrimSpace(a.Description), strings.TrimSpace(a.Title)) {
		miss("detail: the description repeats the title", "say in the description what was measured and what to check first")
	}
	if a.Severity == 0 {
		miss("how urgent it is: no severity", "add the label severity: critical, high, warning or info")
	}
	if a.URL == "" && a.Dashboard == "" {
		miss("a way to look: no link to a graph", "add a dashboard link, or let the tool send its own address")
	}
	if a.Timestamp.IsZero() {
		miss("since when: no time", "send when it fired")
	}
	return out
}

func hasAny(m map[string]string, keys []string) bool {
	for _, k := range keys {
		if m[k] != "" {
			return true
		}
	}
	return false
}
