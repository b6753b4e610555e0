package model

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// The slash commands around command itself: hypotheses, proposals, what is
// temporary, the size-up, clocks, teams, the review.

var doctrineSlashes = []SlashWord{
	{"hypothesis", "TEXT | N testing|ruled_out|confirmed WHY", "a possible cause, or what became of it"},
	{"propose", "TEXT [risk: …]", "ask everybody for strong objections"},
	{"option", "TEXT [risk: …] [effect: …] [undo: …] | N propose|drop", "something that could be done, or what became of it"},
	{"object", "N why", "object strongly to proposal N"},
	{"decide", "N go|no [@who] [5m how we know]", "end the poll"},
	{"worked", "N yes|no [note]", "say whether decision N worked"},
	{"temp", "TEXT [@owner] [2h]", "enter something temporary into the ledger"},
	{"untemp", "N [note]", "it was taken away"},
	{"symptoms", "TEXT", "size-up: what is wrong"},
	{"scope", "TEXT", "size-up: which services, regions, customers"},
	{"trend", "rising|flapping|static|falling", "size-up: where it is going"},
	{"planb", "TEXT", "size-up: what if this does not work"},
	{"can", "SERVICE: conditions | actions | needs", "an expert's report"},
	{"roll", "SYSTEM [@who] [here|paged|missing]", "an answer to the roll call"},
	{"dismiss", "@who @who", "these stay, everybody else can go"},
	{"crew", "@deputy @tech @comms @scribe", "name the team in one line; - leaves one out"},
	{"reports", "+3 [note]", "count customer reports"},
	{"link", "bridge https://…", "where people meet; no address removes it"},
	{"next", "20m", "promise the next update"},
	{"snooze", "CLOCK 10m why", "put a clock off, with a reason"},
	{"seen", "CLOCK", "acknowledge an alarm for the room"},
	{"team", "alpha @leader task | alpha end", "form or end a sub-team"},
	{"resolve", "[why]", "it is over"},
	{"review", "@owner [when]", "who writes the postmortem, and by when"},
}

func init() { Slashes = append(Slashes, doctrineSlashes...) }

// doctrineCommand reads the arguments of one of doctrineSlashes; ok is false for
// any other word.
func doctrineCommand(name, args string, now time.Time, loc *time.Location) (c Command, ok bool, err error) {
	first, rest := word(args)
	number := func(what string) (int, error) {
		n, err := strconv.Atoi(strings.TrimPrefix(first, "#"))
		if err != nil || n < 1 {
			return 0, Errorf(Invalid, "/%s needs the number of %s, for example /%s 1 …", name, what, name)
		}
		return n, nil
	}
	switch name {
	case "hypothesis":
		n, err := strconv.Atoi(strings.TrimPrefix(first, "#"))
		if err != nil || rest == "" {
			return StateHypothesis{Text: args}, true, nil
		}
		state, why := word(rest)
		s, err := ParseHypothesisState(state)
		return SetHypothesis{n, s, why}, true, err
	case "propose":
		text, risk := cutRisk(args)
		return Propose{Text: text, Risk: risk}, true, nil
	case "object":
		n, err := number("the proposal")
		return Object{n, rest}, true, err
	case "decide":
		n, err := number("the proposal")
		if err != nil {
			return nil, true, err
		}
		c, err := decideArgs(n, rest)
		return c, true, err
	case "worked":
		n, err := number("the decision")
		if err != nil {
			return nil, true, err
		}
		yes, note := word(rest)
		o, err := ParseOutcome(yes)
		if err != nil {
			return nil, true, Errorf(Invalid, "say yes or no: /worked %d yes", n)
		}
		return VerifyDecision{n, o == OutcomeGo, note}, true, nil
	case "temp":
		text, owner, d := tail(args)
		return AddMitigation{Text: text, Owner: owner, For: d}, true, nil
	case "untemp":
		n, err := number("the mitigation")
		return RemoveMitigation{n, rest}, true, err
	case "symptoms":
		return Size{Symptoms: &args}, true, nil
	case "scope":
		return Size{Scope: &args}, true, nil
	case "trend":
		return Size{Trend: &args}, true, nil
	case "planb":
		return Size{PlanB: &args}, true, nil
	case "option":
		c, err := optionArgs(args)
		return c, true, err
	case "roll":
		c, err := rollArgs(args)
		return c, true, err
	case "dismiss":
		c := Dismiss{}
		for w := range strings.FieldsSeq(args) {
			c.Stay = append(c.Stay, strings.Trim(w, "@,"))
		}
		return c, true, nil
	case "can":
		c, err := parseReport(args)
		return c, true, err
	case "crew":
		c := Staff{}
		for k, w := range strings.Fields(args) {
			if to := []*string{&c.Deputy, &c.TechnicalLead, &c.CommsLead, &c.Scribe}; k < len(to) && w != "-" {
				*to[k] = w
			}
		}
		return c, true, nil
	case "reports":
		n, err := strconv.Atoi(strings.TrimPrefix(first, "+"))
		if err != nil {
			return nil, true, Errorf(Invalid, "%q is no number of reports: give for example /reports +3", Brief(first, 20))
		}
		return CountReports{n, rest}, true, nil
	case "link":
		return SetLink{first, rest}, true, nil
	case "next":
		d, ok := ParseSpan(strings.ToLower(first))
		if !ok {
			return nil, true, Errorf(Invalid, "say when the next update comes, for example /next 20m")
		}
		return PromiseUpdate{In: d}, true, nil
	case "snooze":
		span, why := word(rest)
		d, ok := ParseSpan(strings.ToLower(span))
		if !ok {
			return nil, true, Errorf(Invalid, "say which clock, for how long and why, for example /snooze update 10m nothing new")
		}
		return Snooze{Key: first, For: d, Reason: why}, true, nil
	case "seen":
		return SeeAlarm{Key: first}, true, nil
	case "team":
		if rest == "end" {
			return EndTeam{first}, true, nil
		}
		leader, task := word(rest)
		return FormTeam{Name: first, Leader: leader, Task: task}, true, nil
	case "resolve":
		return Resolve{Reason: args}, true, nil
	case "review":
		var due time.Time
		if rest != "" {
			if due, err = ParseDue(rest, now, loc); err != nil {
				return nil, true, err
			}
		}
		return PlanReview{Owner: first, Due: due}, true, nil
	}
	return nil, false, nil
}

// decideArgs reads "go @bob 5m error rate below 1 %" in any order but the first.
func decideArgs(n int, args string) (Command, error) {
	verdict, rest := word(args)
	o, err := ParseOutcome(verdict)
	if err != nil {
		return nil, Errorf(Invalid, "say go or no: /decide %d go @who 5m how we know", n)
	}
	c := TakeDecision{N: n, Outcome: o}
	if o == OutcomeNo {
		c.Reason = rest
		return c, nil
	}
	var words []string
	for w := range strings.FieldsSeq(rest) {
		d, isSpan := ParseSpan(strings.ToLower(w))
		switch {
		case strings.HasPrefix(w, "@") && c.Executor == "" && len(words) == 0:
			c.Executor = strings.TrimRight(w[1:], ",:")
		case isSpan && c.VerifyIn == 0 && len(words) == 0:
			c.VerifyIn = d
		default:
			words = append(words, w)
		}
	}
	c.Verify = strings.Join(words, " ")
	return c, nil
}

// riskRe finds where the risk of a proposal begins, but not in "asterisk:".
var riskRe = regexp.MustCompile(`(?i)(?:^|[\s(,;·])\s*risk:`)

// cutRisk reads "fail over (risk: 30 s without writes)", with or without brackets.
func cutRisk(args string) (text, risk string) {
	m := riskRe.FindStringIndex(args)
	if m == nil {
		return args, ""
	}
	text, risk = strings.TrimRight(args[:m[0]], " \t\n,;·"), strings.TrimSpace(args[m[1]:])
	if args[m[0]] == '(' {
		risk = strings.TrimSpace(strings.TrimSuffix(risk, ")"))
	}
	return text, risk
}

// tail cuts "@owner" and "2h" from the end of a text, in either order.
func tail(text string) (rest, owner string, d time.Duration) {
	rest = strings.TrimSpace(text)
	for range 2 {
		i := strings.LastIndexFunc(rest, unicode.IsSpace)
		if i < 0 {
			break
		}
		w := strings.TrimSpace(rest[i:])
		if span, ok := ParseSpan(strings.ToLower(w)); ok && d == 0 {
			d, rest = span, strings.TrimRight(rest[:i], " ,")
		} else if strings.HasPrefix(w, "@") && owner == "" && len(w) > 1 {
			owner, rest = w[1:], strings.TrimRight(rest[:i], " ,")
		} else {
			break
		}
	}
	return rest, owner, d
}

// ParseDue reads a moment to come: "48h", "3d", or a date with or without a time.
func ParseDue(s string, now time.Time, loc *time.Location) (time.Time, error) {
	if d, ok := ParseSpan(strings.ToLower(s)); ok {
		return now.Add(d), nil
	}
	if t, err := time.ParseInLocation("2006-01-02", s, loc); err == nil {
		return time.Date(t.Year(), t.Month(), t.Day(), 17, 0, 0, 0, loc), nil // the end of a working day
	}
	if t, ok := ParseWhen(s, now, loc); ok && t.After(now) {
		return t, nil
	}
	return time.Time{}, Errorf(Invalid, "%q is no time to come: give 48h, 3d, 2026-11-26 or 2026-11-26 15:00", Brief(s, 40))
}

// ParseHypothesisState reads a state by name or by an unambiguous beginning.
func ParseHypothesisState(s string) (HypothesisState, error) {
	t := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(s)), "-", "_")
	if t == "out" || t == "no" {
		return HypothesisRuledOut, nil
	}
	if t == "yes" {
		return HypothesisConfirmed, nil
	}
	if st, ok := unique(t, HypothesisStates); ok {
		return st, nil
	}
	return "", Errorf(Invalid, "%q is no state of a hypothesis: give one of %s", Brief(s, 30), join(HypothesisStates))
}
