package plain

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"warroom/model"
)

// word is a line that is understood as a command instead of a note. Since notes
// are prose, and prose may begin with any word, a line is only taken for a
// command if all of it has the form that the help gives.
type word struct {
	name  string
	form  string // what stands behind it, for the help
	help  string
	fits  func(rest string) bool
	free  bool // any text may follow: then a colon stands behind the word
	lobby bool // makes sense while no incident is open
	run   func(r *room, rest string)
}

var (
	wordRe   = regexp.MustCompile(`(?s)^(/?)([a-zA-Z]+|\?)(?:(:)\s*|\s+|$)(.*)$`)
	numberRe = regexp.MustCompile(`^#?(\d{1,9})$`)
)

func none(rest string) bool   { return rest == "" }
func number(rest string) bool { return numberRe.MatchString(rest) }
func maybe(what string) func(string) bool {
	return func(rest string) bool { return rest == "" || strings.EqualFold(rest, what) }
}
func either(words ...string) func(string) bool {
	return func(rest string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(rest, w) })
	}
}

// words are all of them, in the order of the help.
func (r *room) words() []word {
	amend := func(change func(*model.Amend)) func(*room, string) {
		return func(r *room, rest string) {
			n, _ := split(rest)
			a := model.Amend{Seq: n}
			change(&a)
			r.do(a)
		}
	}
	yes, no := true, false
	return []word{
		{name: "help", help: "this; ? is the same", fits: none, lobby: true, run: func(r *room, _ string) { r.help() }},
		{name: "who", help: "who holds which role, and who is here", fits: none, run: func(r *room, _ string) { r.roles() }},
		{name: "due", help: "what is overdue and what comes next", fits: none, run: func(r *room, _ string) { r.due() }},
		{name: "status", form: "or status log", help: "how things stand, in one sentence; log writes it as an update", fits: maybe("log"), run: (*room).status},
		{name: "triage", help: "the severity questions, before declaring or at any time after", fits: none, lobby: true, run: func(r *room, _ string) { r.triage() }},
		{name: "set", help: "record the answers and the severity that they say; lower also makes it milder", fits: r.assessed, run: func(r *room, _ string) { r.set(false) }},
		{name: "lower", fits: r.assessed, run: func(r *room, _ string) { r.set(true) }},
		{name: "requires", help: "what the severity asks for, and which roles are vacant", fits: none, run: func(r *room, _ string) { r.requires(r.inc.Severity); r.vacant() }},
		{name: "checklist", form: "or checklist all, checklist what", help: "the triage checklist: what is open of it, all of it, or what makes an event an incident", fits: either("", "all", "what"), lobby: true, run: (*room).checklist},
		{name: "act", help: "do what the checklist asks for after a yes", fits: func(s string) bool { return s == "" && r.yes != nil }, run: func(r *room, _ string) { r.act() }},
		{name: "skip", help: "go on without an answer; stop ends the questions, question reads the one that is open", fits: r.asked, lobby: true, run: func(r *room, _ string) { r.skip() }},
		{name: "stop", fits: r.asked, lobby: true, run: func(r *room, _ string) { r.stop() }},
		{name: "question", fits: r.asked, lobby: true, run: func(r *room, _ string) { r.question() }},
		{name: "updates", help: "who waits for word, and the messages by number", fits: none, run: func(r *room, _ string) { r.updates() }},
		{name: "draft", form: "customers, draft internal update", help: "write the message that fits, or that of a template; what is not known is asked for", fits: r.isMessage, run: (*room).draft},
		{name: "read", form: "1", help: "message 1 line by line", fits: number, run: (*room).read},
		{name: "reword", form: "1 TEXT, reword 1/2 TEXT", help: "other words for message 1, or for its line 2", fits: isReword, run: (*room).reword},
		{name: "approve", form: "1", help: "approve message 1", fits: numbered(func(s string) bool { return s == "" || s == "knowing" }), run: (*room).approve},
		{name: "send", form: "1", help: "hand message 1 to the queue, where a rule takes it somewhere", fits: number, run: (*room).send},
		{name: "sent", form: "1, sent 1 20m via mail", help: "message 1 was sent, the next one comes in 20 minutes, by mail", fits: numbered(sentTail), run: (*room).sent},
		{name: "withdraw", form: "1, withdraw 1 because WHY", help: "drop message 1", fits: numbered(func(s string) bool { return s == "" || strings.HasPrefix(s, "because ") }), run: (*room).withdraw},
		{name: "no", form: "change customers", help: "tell them that nothing has changed", fits: func(s string) bool { a, ok := strings.CutPrefix(s, "change "); return ok && audience(a) }, run: (*room).noChange},
		{name: "promise", form: "customers 20m", help: "when they hear next", fits: isPromise, run: (*room).promise},
		{name: "brief", help: "the page that whoever takes over needs", fits: none, run: func(r *room, _ string) { r.brief() }},
		{name: "board", help: "orders, decisions, hypotheses and the rest with their numbers", fits: none, run: func(r *room, _ string) { r.board("") }},
		{name: "orders", help: "this part of the board; also decisions, hypotheses, temporary, teams, links, todos, milestones", fits: none, run: part("orders")},
		{name: "decisions", fits: none, run: part("decisions")},
		{name: "hypotheses", fits: none, run: part("hypotheses")},
		{name: "temporary", fits: none, run: part("temporary")},
		{name: "teams", fits: none, run: part("teams")},
		{name: "links", fits: none, run: part("links")},
		{name: "todos", fits: none, run: part("todos")},
		{name: "milestones", fits: none, run: part("milestones")},
		{name: "last", form: "or last 20", help: "the newest entries", fits: func(s string) bool { return s == "" || number(s) }, run: (*room).last},
		{name: "before", help: "the entries before those; more is the same", fits: none, run: func(r *room, _ string) { r.before() }},
		{name: "more", fits: none, run: func(r *room, _ string) { r.before() }},
		{name: "missed", help: "what others wrote since you last wrote or asked", fits: none, run: func(r *room, _ string) { r.missed() }},
		{name: "search", form: "WORDS", help: "find entries in all incidents", free: true, lobby: true, run: (*room).search},
		{name: "entry", form: "12", help: "entry 12 in full, with its corrections", fits: number, run: (*room).entry},
		{name: "edit", form: "12 TEXT", help: "correct the words of entry 12", fits: func(s string) bool { n, text := split(s); return n > 0 && text != "" }, run: (*room).edit},
		{name: "time", form: "12 14:03", help: "correct when entry 12 happened; also -7m", fits: r.timed, run: (*room).retime},
		{name: "strike", form: "12", help: "take entry 12 back; restore 12 brings it back", fits: number, run: amend(func(a *model.Amend) { a.Struck = &yes })},
		{name: "restore", fits: number, run: amend(func(a *model.Amend) { a.Struck = &no })},
		{name: "mark", form: "12", help: "entry 12 is important; unmark 12 takes that back", fits: number, run: amend(func(a *model.Amend) { a.Mark = &yes })},
		{name: "unmark", fits: number, run: amend(func(a *model.Amend) { a.Mark = &no })},
		{name: "again", help: "send the line that failed once more", fits: func(string) bool { return r.failed.line != "" }, run: func(r *room, _ string) { r.again() }},
		{name: "quiet", form: "on, quiet off", help: "whether entries of others are read out as they come; alarms are in any case", fits: either("on", "off"), lobby: true, run: (*room).hush},
		{name: "zone", form: "utc, zone local", help: "in which zone times are said and read", fits: either("utc", "local"), lobby: true, run: (*room).setZone},
		{name: "list", form: "or list all", help: "the open incidents by number, or the newest of all", fits: maybe("all"), lobby: true, run: (*room).list},
		{name: "open", form: "2, open INC-…", help: "go to incident 2 of the list, or to one by its id", fits: target, lobby: true, run: (*room).open},
		{name: "declare", form: "TITLE", help: "begin an incident and go to it", free: true, lobby: true, run: (*room).declare},
		{name: "quit", help: "leave the room", fits: none, lobby: true, run: func(r *room, _ string) { r.say("You have left the room."); r.left = true }},
	}
}

func part(name string) func(*room, string) { return func(r *room, _ string) { r.board(name) } }

// word finds what a line asks for; ok is false if it is a line to be written.
func (r *room) word(line string) (w word, rest string, ok bool) {
	m := wordRe.FindStringSubmatch(line)
	if m == nil {
		return w, "", false
	}
	slashed, name, colon, rest := m[1] != "", strings.ToLower(m[2]), m[3] != "", m[4]
	if name == "?" {
		name = "help"
	}
	for _, w := range r.words() {
		switch {
		case w.name != name:
		case w.free:
			// A note may well begin with such a word: "search is down again".
			return w, rest, rest != "" && (colon || slashed || r.inc == nil)
		default:
			return w, rest, !colon && w.fits(rest)
		}
	}
	return w, "", false
}

// split cuts the number of an entry from the front of a text; 0 if none is there.
func split(s string) (int64, string) {
	first, rest, _ := strings.Cut(s, " ")
	m := numberRe.FindStringSubmatch(first)
	if m == nil {
		return 0, s
	}
	n, _ := strconv.ParseInt(m[1], 10, 64)
	return n, strings.TrimSpace(rest)
}

// timed reports whether s is the number of an entry and a time.
func (r *room) timed(s string) bool {
	n, when := split(s)
	_, err := model.When(when, r.Now(), r.Zone)
	return n > 0 && err == nil
}

// target reports whether s is what open takes.
func target(s string) bool {
	return number(s) || model.LooksLikeID(s) && !strings.ContainsAny(s, " \t")
}

// help says what can be typed.
func (r *room) help() {
	r.say("A line that you type is written into the timeline as a note. In front of it may stand:")
	r.say("! if it is important. -7m or 14:03 if it happened then. finding: action: decision: change: update: todo hypothesis: for its kind.")
	r.say("@bob check replica lag 3m gives bob an order with three minutes.")
	r.say("A line that begins with a blank is a note, whatever it says. One that begins with = answers the question that is open.")
	r.say("A line that begins with / is a command, such as /status mitigated. / alone lists them.")
	r.say("A line is also a command if all of it is one of these. With a / in front it is in any case:")
	for _, w := range r.words() {
		if w.help == "" {
			continue
		}
		name := w.name
		if w.form != "" {
			name += " " + w.form
		}
		if w.free {
			name = w.name + ": " + w.form
		}
		r.say("%s. %s.", name, w.help)
	}
}

// slashes lists the commands of the input line.
func (r *room) slashes() {
	for _, s := range model.Slashes {
		r.say("%s. %s.", strings.TrimSpace("/"+s.Name+" "+s.Args), s.Help)
	}
}
