package review

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"warroom/model"
)

// Verdict is what is to be said about an action item: whether somebody who was
// not there could carry it out and know that it is done.
type Verdict struct {
	N        int      `json:"n"`
	Title    string   `json:"title"`
	Points   int      `json:"points"` // of 7: verb, object, owner, due, ticket, priority, type
	Missing  []string `json:"missing"`
	Weak     string   `json:"weak_verb,omitempty"`
	Strength string   `json:"strength"` // eliminate, automate, detect, document, remind; "" if not clear
	Advice   []string `json:"advice"`
}

// weakVerbs end nowhere: nobody can say when they are done.
var weakVerbs = map[string]string{
	"investigate": "say what shall be known or built at the end", "consider": "decide, or leave it out", "improve": "say by how much, or what will be different",
	"look": "say what shall be known or built at the end", "ensure": "say what will make sure of it", "make": "", "be": "care is no safeguard: say what would catch it",
	"remind": "a reminder fades: say what would catch it", "train": "training fades: say what would make the right way the easy one", "discuss": "say who decides what by when",
	"explore": "say what shall be known at the end", "think": "decide, or leave it out", "try": "say what is to be done", "evaluate": "say what is decided by it and when",
	"review": "say what is changed after it", "check": "say what would check it each time", "monitor": "say which alert fires at which value", "fix": "say what will be different, not that it will be well",
	"understand": "say what shall be known at the end", "revisit": "say what is decided by it", "educate": "training fades: say what would make the right way the easy one", "encourage": "say what would make it the easy way",
	"avoid": "say what would prevent it", "communicate": "say what changes, and where it can be read", "follow": "say what is to be done", "work": "say what is done at the end", "research": "say what shall be known at the end", "study": "say what shall be known at the end",
}

var strengths = []struct {
	name string
	verb *regexp.Regexp
}{
	{"eliminate", words(`remove|delete|eliminate|retire|replace|decommission|drop|get rid of|disable`)},
	{"automate", words(`automate|automatic(?:ally)?|automated|enforce|block|prevent|validate|reject|limit|guard|presubmit|circuit breaker|rate[- ]limit|roll back|failover|implement|handle|cap|retry|timeout`)},
	{"detect", words(`alert|alerts|alerting|monitor|monitoring|detect|probe|canary|dashboard|metric|metrics|test|tests|page`)},
	{"document", words(`document|documentation|runbook|playbook|write|describe|update|wiki|checklist`)},
	{"remind", words(`remind|train|training|educate|tell|be careful|communicate|encourage|discuss`)},
}

// imperative verbs that action items begin with; others are taken for verbs by
// their ending.
var verbs = words(`add|allow|alert|apply|archive|automate|backport|block|build|bump|cap|change|clean|close|configure|connect|convert|create|cut|decouple|define|delete|deploy|deprecate|disable|document|drop|drill|enable|enforce|expand|expire|export|extend|extract|fail|fix|give|handle|harden|implement|increase|inform|install|instrument|introduce|isolate|let|limit|lower|make|merge|measure|migrate|move|name|notify|page|patch|pin|practise|practice|prevent|print|provide|publish|put|raise|refuse|reject|release|remove|rename|repair|replace|report|require|reserve|resize|restore|restrict|retire|retry|rewrite|roll|rotate|run|scale|schedule|send|separate|set|share|show|shorten|simplify|split|start|stop|store|strip|switch|tag|take|teach|test|throttle|tune|turn|update|upgrade|use|validate|verify|warn|wire|write`)

// Judge looks at one action item.
func Judge(a Action) Verdict {
	v := Verdict{N: a.N, Title: a.Title, Missing: []string{}, Advice: []string{}}
	f := strings.Fields(strings.ToLower(a.Title))
	point := func(ok bool, what string) {
		if ok {
			v.Points++
		} else {
			v.Missing = append(v.Missing, what)
		}
	}
	first := ""
	if len(f) > 0 {
		first = strings.Trim(f[0], ":,.")
	}
	weak, isWeak := weakVerbs[first]
	if isWeak && !weakHere(f) {
		isWeak = false
	}
	switch {
	case isWeak:
		v.Weak = first
		if weak == "" {
			weak = "say what will make sure of it"
		}
		v.Missing = append(v.Missing, "verb")
		v.Advice = append(v.Advice, fmt.Sprintf("“%s” has no end: %s", first, weak))
	case first != "" && (verbs.FindString(first) == first || strings.HasSuffix(first, "ify") || strings.HasSuffix(first, "ise") || strings.HasSuffix(first, "ize") || strings.HasSuffix(first, "ate")):
		v.Points++
	default:
		v.Missing = append(v.Missing, "verb")
		v.Advice = append(v.Advice, "begin with what is to be done: add, remove, limit, alert, write")
	}
	point(len(f) >= 3, "object")
	point(a.Owner != "", "owner")
	point(a.Due != "", "due")
	point(a.Ticket != "", "ticket")
	point(a.Priority != "", "priority")
	point(a.Type != "", "type")
	if len(f) < 3 {
		v.Advice = append(v.Advice, "say of what, and how far")
	}
	for _, where := range []string{first, a.Title} { // what it begins with says more
		for _, s := range strengths {
			if v.Strength == "" && s.verb.MatchString(where) {
				v.Strength = s.name
			}
		}
	}
	if v.Strength == "remind" {
		v.Advice = append(v.Advice, "reminding is the weakest help: could it be made impossible, or be caught?")
	}
	return v
}

var vague = words(`issues?|problems?|incident|outage|it|this|that`)

// weakHere lets "make X impossible" and "review and merge" pass.
func weakHere(f []string) bool {
	switch f[0] {
	case "make":
		return len(f) > 1 && f[1] == "sure"
	case "look":
		return len(f) > 1 && (f[1] == "into" || f[1] == "at")
	case "be":
		return len(f) > 1 && (f[1] == "careful" || f[1] == "more")
	case "follow":
		return len(f) > 1 && f[1] == "up"
	case "work":
		return len(f) > 1 && f[1] == "on"
	case "fix":
		return len(f) < 5 || vague.MatchString(strings.Join(f, " "))
	case "monitor", "check":
		return len(f) < 6 // a long one says how
	}
	return true
}

// JudgeAll looks at each action item that is open, and at the list as a whole.
func JudgeAll(list []Action) (verdicts []Verdict, warnings []string) {
	var real []Action
	for _, a := range list {
		if !a.Suggested && a.State == model.ItemOpen {
			real = append(real, a)
			verdicts = append(verdicts, Judge(a))
		}
	}
	if len(real) == 0 {
		return verdicts, warnings
	}
	types := map[string]int{}
	owners, urgent := 0, 0
	for _, a := range real {
		types[a.Type]++
		if a.Owner != "" {
			owners++
		}
		if a.Priority == "P0" || a.Priority == "P1" {
			urgent++
		}
	}
	if owners == 0 {
		warnings = append(warnings, "no action item has an owner: nobody will do them")
	}
	if len(real) > 1 && len(types) == 1 && types[""] == 0 {
		warnings = append(warnings, "all action items are of one type: prevent and detect as well")
	}
	for _, t := range []string{"prevent", "detect"} {
		if types[t] == 0 && types[""] < len(real) {
			warnings = append(warnings, "none of them is to "+t)
		}
	}
	if len(real) > 10 {
		warnings = append(warnings, fmt.Sprintf("%d action items are a long list: the fewer, the likelier; %d are P0 or P1", len(real), urgent))
	}
	if slices.ContainsFunc(real, func(a Action) bool { return a.Priority == "" }) {
		warnings = append(warnings, "some have no priority")
	}
	return verdicts, warnings
}
