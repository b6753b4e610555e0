package model

import (
	"regexp"
	"strings"
	"time"
	"unicode"
)

// askRe is a wish that is put to nobody.
var askRe = regexp.MustCompile(`(?i)^(?:please,? +)?(?:can|could|will|would) +(?:some|any)(?:one|body) +(?:please +)?(.+?)[ ?]*$`)

// ComposeTyped is Compose for somebody at a keyboard: a line that asks just
// anybody to do something is answered with the question who, because what is put
// to nobody is done by nobody. Begun with a blank, it is a note all the same.
func ComposeTyped(line string, now time.Time, loc *time.Location) (Command, error) {
	if m := askRe.FindStringSubmatch(strings.TrimRight(Valid(line), " \n")); m != nil {
		return nil, Errorf(Invalid, "who shall do it? For example @bob %s 3m; with a blank in front it stays a note", Brief(m[1], 40))
	}
	return Compose(line, now, loc)
}

// Compose reads a line as a person types it and returns the command it means.
// The same grammar serves the input line, `log` and pipes:
//
//	db primary is back            note
//	! customers see errors        important note
//	-7m saw first 500s            it happened seven minutes ago; also 14:03, 2026-11-23 14:03
//	finding: lag is 340 s         typed entry: action, finding, decision, change, update, note
//	todo write a test             follow-up for the review
//	hypothesis: migration locks   a possible cause, for the board
//	@bob check replica lag 3m     order with a clock
//	/status mitigated             a command, see Slashes
//
// Time, mark and kind may stand before the text in any order. A line that begins
// with a blank is a note as it stands. loc is the zone of times without one.
func Compose(line string, now time.Time, loc *time.Location) (Command, error) {
	text := Valid(line)
	if strings.TrimSpace(text) == "" {
		return nil, Errorf(Invalid, "the entry is empty: type some text")
	}
	if r := rune(text[0]); unicode.IsSpace(r) {
		return AddNote{Text: text}, nil
	}
	if strings.TrimSpace(text) == "/" {
		return nil, Errorf(Invalid, "there is no command without a name: type one behind the /, for example /sev 2")
	}
	if name, args, ok := Slash(text); ok {
		c, err := slashCommand(name, args, now, loc)
		if err != nil {
			return nil, err
		}
		return c, nil
	}
	n := AddNote{}
	var order string
	cause := false // a hypothesis has no mark and no other kind
	for {
		text = strings.TrimLeftFunc(text, unicode.IsSpace)
		if n.At.IsZero() {
			if at, rest, ok := leadingTime(text, now, loc); ok {
				n.At, text = at, rest
				continue
			}
		}
		if !n.Important && !cause && strings.HasPrefix(text, "!") && !strings.HasPrefix(text, "!=") {
			n.Important, text = true, text[1:]
			continue
		}
		if rest, ok := cutFold(text, "hypothesis:"); ok && !cause && n.Kind == "" && !n.Important {
			cause, text = true, rest
			continue
		}
		if n.Kind == "" && !cause {
			if k, rest, ok := leadingKind(text); ok {
				n.Kind, text = k, rest
				continue
			}
		}
		if n.Kind == "" && !cause && strings.HasPrefix(text, "@") {
			order = text
		}
		break
	}
	if order != "" {
		return composeOrder(order, n.At)
	}
	if text == "" {
		return nil, Errorf(Invalid, "the entry has no text: write what happened behind %q", Brief(line, 30))
	}
	if cause {
		return StateHypothesis{Text: text, At: n.At}, nil
	}
	n.Text = text
	return n, nil
}

// cutFold is strings.CutPrefix without regard to case; prefix is in lower case.
func cutFold(s, prefix string) (rest string, ok bool) {
	if len(s) < len(prefix) || strings.ToLower(s[:len(prefix)]) != prefix {
		return s, false
	}
	return s[len(prefix):], true
}

// word cuts the first word from text, and the blanks around it.
func word(text string) (first, rest string) {
	text = strings.TrimSpace(text)
	i := strings.IndexFunc(text, unicode.IsSpace)
	if i < 0 {
		return text, ""
	}
	return text[:i], strings.TrimSpace(text[i:])
}

// leadingTime cuts a time from the front of text.
func leadingTime(text string, now time.Time, loc *time.Location) (time.Time, string, bool) {
	first, rest := word(text)
	if len(first) == len("2006-01-02") && first[4] == '-' { // a date and a time of day
		second, rest2 := word(rest)
		if at, ok := ParseWhen(first+" "+second, now, loc); ok {
			return at, rest2, true
		}
	}
	at, ok := ParseWhen(first, now, loc)
	return at, rest, ok
}

// leadingKind cuts "finding:", "todo" and the like from the front of text.
func leadingKind(text string) (Kind, string, bool) {
	rest := strings.TrimLeftFunc(text, unicode.IsLetter)
	k := Kind(strings.ToLower(text[:len(text)-len(rest)]))
	if after, ok := strings.CutPrefix(rest, ":"); ok && k.Written() {
		return k, after, true
	}
	if first, after := word(text); k == KindTodo && len(first) == len(k) {
		return k, after, true
	}
	return "", text, false
}

// composeOrder reads "@bob check replica lag 3m".
func composeOrder(text string, at time.Time) (Command, error) {
	who, task := word(text)
	c := GiveOrder{Person: strings.TrimRight(who[1:], ",:"), At: at}
	last := max(0, strings.LastIndexFunc(task, unicode.IsSpace))
	if d, ok := ParseSpan(strings.ToLower(strings.TrimSpace(task[last:]))); ok {
		c.For, task = d, strings.TrimRight(task[:last], " ,")
		if task = strings.TrimSuffix(task, " in"); task == "in" {
			task = ""
		}
	}
	if task == "" {
		return nil, Errorf(Invalid, "an order needs a task: what shall %s do, and in how long? For example @%s check replica lag 3m", Brief(c.Person, 30), Brief(c.Person, 30))
	}
	c.Task = task
	return c, nil
}

// SlashWord documents one slash command, for completion and help.
type SlashWord struct {
	Name string
	Args string
	Help string
}

// Slashes are the slash commands that every door understands.
var Slashes = []SlashWord{
	{"sev", "1-5 [why]", "set the severity"},
	{"status", "STATUS [why]", "move the incident: " + join(Statuses)},
	{"role", "ROLE [PERSON]", "assign a role: ic, tl, cl, scribe, sme, deputy …"},
	{"release", "ROLE [PERSON]", "nobody holds the role then"},
	{"take", "[why]", "take command; from somebody who is gone only with a reason"},
	{"handover", "PERSON", "offer command; it moves when accepted"},
	{"accept", "[ROLE]", "accept a role offered to you"},
	{"decline", "[ROLE] [why]", "decline it, or take your offer back"},
	{"title", "TEXT", "change the title"},
	{"describe", "TEXT", "change the description"},
	{"services", "A,B", "set the affected services"},
	{"impact", "TIME", "say when the impact started: -20m, 14:03"},
	{"milestone", "NAME TIME", "set or correct a milestone"},
	{"ack", "N", "order N understood"},
	{"done", "N [result]", "order N done"},
	{"extend", "N 5m [why]", "more time for order N"},
	{"withdraw", "N [why]", "take order N back"},
	{"cancel", "[why]", "end it as a false alarm"},
	{"duplicate", "INC-… [why]", "end it as a duplicate"},
	{"undo", "", "take back your newest action"},
}

var slashRe = regexp.MustCompile(`(?s)^/([a-zA-Z][a-zA-Z0-9_-]*)(?:\s+(.*))?$`)

// Slash splits "/name args". A path such as /var/log is none.
func Slash(line string) (name, args string, ok bool) {
	m := slashRe.FindStringSubmatch(line)
	if m == nil {
		return "", "", false
	}
	return strings.ToLower(m[1]), strings.TrimSpace(m[2]), true
}

func slashCommand(name, args string, now time.Time, loc *time.Location) (Command, error) {
	first, rest := word(args)
	need := func(what string) error {
		if first == "" {
			return Errorf(Invalid, "/%s needs %s", name, what)
		}
		return nil
	}
	full := name
	names := make([]string, len(Slashes))
	for i, s := range Slashes {
		names[i] = s.Name
	}
	if w, ok := unique(name, names); ok {
		full = w
	}
	switch full {
	case "sev":
		if err := need("a severity, for example /sev 2"); err != nil {
			return nil, err
		}
		sev, err := ParseSeverity(first)
		return SetSeverity{To: sev, Reason: rest}, err
	case "status":
		if err := need("a status, for example /status mitigated"); err != nil {
			return nil, err
		}
		st, err := ParseStatus(first)
		return SetStatus{To: st, Reason: rest}, err
	case "role", "assign":
		if err := need("a role, for example /role tl bob"); err != nil {
			return nil, err
		}
		r, rest, err := leadingRole(args)
		return AssignRole{Role: r, Person: rest}, err
	case "release":
		if err := need("a role, for example /release scribe"); err != nil {
			return nil, err
		}
		r, rest, err := leadingRole(args)
		return ReleaseRole{Role: r, Person: strings.TrimPrefix(rest, "@")}, err
	case "undo":
		if args != "" {
			return nil, Errorf(Invalid, "/undo stands alone: it takes nothing behind it")
		}
		return Undo{}, nil
	case "take":
		return TakeCommand{Reason: args}, nil
	case "handover":
		if err := need("a person, for example /handover bob"); err != nil {
			return nil, err
		}
		return HandOver{To: args}, nil
	case "accept":
		if first == "" {
			return AcceptRole{}, nil
		}
		r, err := ParseRole(args)
		return AcceptRole{Role: r}, err
	case "decline":
		if r, rest, err := leadingRole(args); err == nil {
			return DeclineRole{Role: r, Reason: rest}, nil
		}
		return DeclineRole{Reason: args}, nil
	case "title":
		return Describe{Title: &args}, nil
	case "describe":
		return Describe{Description: &args}, nil
	case "services":
		v := []string{args}
		return Describe{Services: &v}, nil
	case "impact":
		t, err := When(args, now, loc)
		return Describe{ImpactStart: t}, err
	case "milestone":
		if err := need("a name and a time, for example /milestone detected 14:03"); err != nil {
			return nil, err
		}
		m, err := ParseMilestone(first)
		if err != nil {
			return nil, err
		}
		if rest == "unknown" {
			return SetMilestone{Name: m, Unknown: true}, nil
		}
		t, err := When(rest, now, loc)
		return SetMilestone{Name: m, At: t}, err
	case "ack", "done", "extend", "withdraw":
		if err := need("the number of an order, for example /" + full + " 2"); err != nil {
			return nil, err
		}
		return orderCommand(full, first, rest)
	case "cancel":
		return Cancel{Reason: args}, nil
	case "duplicate":
		if err := need("the incident that goes on"); err != nil {
			return nil, err
		}
		return Cancel{Duplicate: first, Reason: rest}, nil
	}
	if c, ok, err := doctrineCommand(full, args, now, loc); ok {
		return c, err
	}
	return nil, Errorf(Invalid, "there is no command /%s: type / to see all, or begin with a blank to write it as a note", Brief(name, 30))
}

// leadingRole cuts a role from the front of args: several words only if they are
// its whole name, "technical lead bob", else one, "tl bob".
func leadingRole(args string) (Role, string, error) {
	first, rest := word(args)
	name, tail := first, rest
	for range 2 { // the longest has three words
		var next string
		next, tail = word(tail)
		name += " " + next
		if r, ok := fullRole(name); ok {
			return r, tail, nil
		}
	}
	r, err := ParseRole(first)
	return r, rest, err
}

func orderCommand(verb, number, rest string) (Command, error) {
	n, err := ParseOrderNumber(number)
	if err != nil {
		return nil, err
	}
	switch verb {
	case "ack":
		return AckOrder{n}, nil
	case "done":
		return FinishOrder{n, rest}, nil
	case "withdraw":
		return WithdrawOrder{n, rest}, nil
	}
	span, reason := word(rest)
	if span == "" {
		return ExtendOrder{N: n}, nil
	}
	d, ok := ParseSpan(strings.ToLower(span))
	if !ok {
		return nil, Errorf(Invalid, "%q is no length of time: give for example 5m", Brief(span, 30))
	}
	return ExtendOrder{n, d, reason}, nil
}
