package review

import (
	"regexp"
	"slices"
	"strings"

	"warroom/model"
)

// Level is how much a hint weighs.
type Level string

// The levels: a Suggestion is worth a change, an Info worth a thought.
const (
	Suggestion Level = "suggestion"
	Info       Level = "info"
)

// Hint is a passage that blames, or hides how it came about, with the reason why
// that hinders learning and what to write instead. It is never an order.
type Hint struct {
	Section model.SectionKey `json:"section,omitempty"`
	Line    int              `json:"line"`   // of the section's text, from 1
	Column  int              `json:"column"` // in bytes, from 1
	Text    string           `json:"text"`   // the words
	Rule    string           `json:"rule"`
	Level   Level            `json:"level"`
	Why     string           `json:"why"`
	Instead string           `json:"instead"`
}

// IgnoreMark at the end of a line says that the line shall not be looked at.
const IgnoreMark = "<!-- blame ok -->"

// rule is a class of blame. A rule with person needs a person as the subject,
// shortly before the words.
type rule struct {
	name    string
	level   Level
	match   *regexp.Regexp
	person  bool
	within  bool           // the person is among the words themselves
	not     *regexp.Regexp // words around it for which it does not apply
	why     string
	instead string
}

var (
	roleWords = `(?:on-?call(?: (?:engineer|person|responder))?|engineers?|operators?|developers?|admins?|administrators?|sysadmins?|sres?|dbas?|commanders?|responders?|technicians?|colleagues?|managers?|(?:team|tech) leads?|somebody|someone|whoever|person|people|staff|interns?|contractors?|newcomers?|juniors?|he|she|they|we|i|team)`
	// verbs by which a person is found at fault
	faultVerbs = `(?:forgot|neglected|overlooked|ignored|botched|bungled|screwed up|messed up|mistyped|fat-?fingered|misconfigured|missed|skipped|bypassed|broke|caused|mishandled|misread|misjudged|panicked|rushed)`
)

func words(expr string) *regexp.Regexp { return regexp.MustCompile(`(?i)\b(?:` + expr + `)\b`) }

// rules are the classes of blame: labels, counterfactuals, judgements by a norm,
// persons at fault, single causes. After Dekker's new view, the three traps of
// Bergström, and the field's guides for facilitators; thresholds by how often the
// words stand in published postmortems without blaming anybody.
var rules = []rule{
	{name: "label", level: Suggestion, match: words(`human error|operator error|user error|pilot error|careless(?:ness|ly)?|negligen(?:ce|t|tly)|incompeten(?:ce|t)|sloppy|sloppiness|lazy|at fault|to blame|blame lies|guilty|irresponsibl[ey]|stupid(?:ity|ly)?`),
		not: words(`(?:nobody|no one|none|not|never|no-one)(?: (?:is|was|were|are|here))? (?:to blame|at fault|guilty)|without (?:negligence|blame)`),
		why: "a label ends the search where it should begin", instead: "say what made the action sensible then, and which safeguard was not there"},
	{name: "counterfactual", level: Suggestion, match: words(`should(?: not|n't)? have|ought to have|needed to have|if only`),
		why: "it tells what did not happen", instead: "say what happened and why it made sense; the wish belongs among the action items"},
	{name: "counterfactual", level: Suggestion, match: words(`could(?: not|n't)? have|would(?: not|n't)? have`), person: true,
		why: "it tells what did not happen", instead: "say what happened and why it made sense; the wish belongs among the action items"},
	{name: "counterfactual", level: Suggestion, match: regexp.MustCompile(`(?:^|[.;,] )[Hh]ad (?:the )?@?[\w.-]+ \w+`), within: true,
		why: "it tells what did not happen", instead: "say what happened; the wish belongs among the action items"},
	{name: "failed to", level: Suggestion, match: words(`failed to|failure to|did not|didn't|neglected to|was supposed to|were supposed to`), person: true,
		not: words(`did not (?:know|see|have|get|receive|help|work|find|need|want|expect|reach|page)|didn't (?:know|see|have|get|receive|help|work|find|need|want|expect|reach|page)`),
		why: "it measures a person against what is known only now", instead: "say what they saw and did, and what would have shown them more"},
	{name: "judgement", level: Suggestion, match: words(`mistakes?|mistakenly|wrongly|inappropriate(?:ly)?|inadequate(?:ly)?|obvious(?:ly)?|accidentally|by accident|inexcusabl[ey]|unacceptabl[ey]|too slow(?:ly)? to (?:react|respond|act)`),
		not: regexp.MustCompile(`(?i)\busers? (?:\w+ )?(?:mistakenly|accidentally|by mistake)|(?:mistakenly|wrongly) (?:flagged|blocked|marked|classified|routed|returned|identified|rejected|deleted by the)|inadequate (?:capacity|memory|disk|space|resources)`),
		why: "it judges with today's knowledge", instead: "describe the conditions: what was seen, what was known, under which pressure"},
	{name: "judgement", level: Suggestion, match: words(`forgot|forgotten`), not: words(`forgot(?:ten)?[ -]passwords?`),
		why: "everybody forgets; the question is what depended on memory", instead: "say which step had no reminder or check"},
	{name: "judgement", level: Info, match: words(`simply|just had to|merely|of course`),
		why: "it makes hard things look easy afterwards", instead: "leave the word out"},
	{name: "judgement", level: Suggestion, match: words(`properly|correctly|carefully|diligently`), person: true,
		why: "it measures a person against a norm", instead: "say what was done and what the situation asked for"},
	{name: "person", level: Suggestion, match: words(faultVerbs), person: true,
		why: "the sentence finds a person at fault", instead: "write what the system allowed: who acted matters less than what made it likely"},
	{name: "single cause", level: Info, match: words(`the root cause (?:was|is)|the single cause|the sole cause|the one cause|the real cause|the culprit`),
		why: "an outage needs several conditions at once", instead: "list contributing factors"},
}

var (
	pronoun  = regexp.MustCompile(`\b(?:[Hh]e|[Ss]he|[Hh]is|[Hh]er)\b`)
	quoted   = regexp.MustCompile("`[^`]*`|\"[^\"]*\"|“[^”]*”|«[^»]*»|https?://\\S+")
	sentence = regexp.MustCompile(`[.!?;]\s`)
	partly   = words(`some|partial(?:ly)?|degraded|intermittent(?:ly)?|a few|part of`)
	percent  = regexp.MustCompile(`\d\s?%|\bpercent\b`)
	outage   = words(`outage`)
	subject  = words(roleWords)
	handle   = regexp.MustCompile(`@[\w.-]+`)
)

// Linter knows the names of those who took part.
type Linter struct{ names *regexp.Regexp }

// NewLinter makes a linter that takes these names for persons.
func NewLinter(people []string) Linter {
	var parts []string
	for _, p := range people {
		p = strings.TrimPrefix(strings.TrimSpace(p), "@")
		if len(p) < 3 || !word(p[:1], false) || len(parts) > 300 {
			continue // a name of two letters is found everywhere
		}
		parts = append(parts, regexp.QuoteMeta(p))
	}
	if parts == nil {
		return Linter{}
	}
	return Linter{regexp.MustCompile(`(?i)(?:^|[^\w@])(?:` + strings.Join(parts, "|") + `)(?:$|[^\w])`)}
}

// person reports whether the end of a sentence so far has a person as its
// subject: a name, a handle or a role among its last words.
func (l Linter) person(before string) bool {
	if cut := sentence.FindAllStringIndex(before, -1); cut != nil {
		before = before[cut[len(cut)-1][1]:]
	}
	for _, sep := range []string{" but ", ", ", " because ", " since ", " so ", " that ", " which ", " and "} {
		if k := strings.LastIndex(before, sep); k >= 0 {
			// A clause of its own has a subject of its own, if it has any word.
			if rest := before[k+len(sep):]; len(strings.Fields(rest)) > 0 {
				before = rest
			} else if sep == " that " || sep == " which " {
				return false
			}
		}
	}
	f := strings.Fields(before)
	if len(f) > 5 {
		before = strings.Join(f[len(f)-5:], " ")
	}
	return subject.MatchString(before) || handle.MatchString(before) || l.names != nil && l.names.MatchString(" "+before+" ")
}

// personActs reports whether an answer has a person as its subject.
func personActs(answer string, people []string) bool {
	l := NewLinter(people)
	f := strings.Fields(answer)
	if len(f) == 0 {
		return false
	}
	head := strings.Join(f[:min(4, len(f))], " ")
	low := strings.ToLower(head)
	if strings.HasPrefix(low, "human error") || strings.HasPrefix(low, "operator error") {
		return true
	}
	for _, safe := range []string{"no ", "lack of", "absence of", "missing", "nobody was told", "nothing"} {
		if strings.HasPrefix(low, safe) {
			return false
		}
	}
	// Words like team and people name owners of a process as often as a culprit.
	strict := words(`on-?call(?: engineer)?|engineer|operator|developer|admin|administrator|sysadmin|sre|dba|commander|responder|technician|somebody|someone|he|she|i`)
	return strict.MatchString(head) || handle.MatchString(head) || l.names != nil && l.names.MatchString(" "+head+" ")
}

// Text finds what blames in the text of a section. Code, quotes, quoted speech
// and lines with the ignore mark are passed over.
func (l Linter) Text(key model.SectionKey, text string) []Hint {
	var out []Hint
	lines := strings.Split(text, "\n")
	for _, b := range Blocks(text) {
		if b.Kind == Code || b.Kind == Quote || b.Kind == Heading || b.Text == "" || b.Line > len(lines) {
			continue
		}
		if strings.Contains(lines[b.Line-1], IgnoreMark) {
			continue
		}
		shift := max(0, strings.Index(lines[b.Line-1], b.Text))
		// Quoted text is blanked, so that places stay right.
		plain := quoted.ReplaceAllStringFunc(b.Text, func(s string) string { return strings.Repeat(" ", len(s)) })
		out = append(out, l.line(key, b.Line, shift, plain, b.Text)...)
	}
	return out
}

func (l Linter) line(key model.SectionKey, n, shift int, plain, text string) []Hint {
	var out []Hint
	add := func(at []int, r rule) {
		for _, h := range out { // one hint a place
			if at[0] < h.Column-1-shift+len(h.Text) && h.Column-1-shift < at[1] {
				return
			}
		}
		out = append(out, Hint{key, n, shift + at[0] + 1, text[at[0]:at[1]], r.name, r.level, r.why, r.instead})
	}
	for _, r := range rules {
		if r.name == "counterfactual" && key == model.SecLucky {
			continue // luck is told by what did not happen
		}
		if r.name == "counterfactual" && r.person && key == model.SecImprove {
			continue
		}
		for _, at := range r.match.FindAllStringIndex(plain, -1) {
			from, to := max(0, at[0]-40), min(len(plain), at[1]+30)
			switch {
			case r.person && !l.person(plain[:at[0]]), r.within && !l.person(plain[at[0]:at[1]]):
			case r.not != nil && r.not.MatchString(plain[from:to]):
			default:
				add(at, r)
			}
		}
	}
	for _, at := range pronoun.FindAllStringIndex(plain, -1) {
		add(at, rule{name: "person", level: Suggestion, why: "a single person stands in the middle", instead: "write the role: “the on-call engineer”"})
	}
	if at := outage.FindStringIndex(plain); at != nil && (partly.MatchString(plain) || percent.MatchString(plain)) {
		add(at, rule{name: "scope", level: Info, why: "it was not all of it", instead: "write “degradation” and the share"})
	}
	slices.SortFunc(out, func(a, b Hint) int { return a.Column - b.Column })
	return out
}

// Lint finds what blames in the sections of a document that people have written
// or that were drafted from their words.
func (d *Document) Lint(people []string) []Hint {
	l := NewLinter(people)
	var out []Hint
	for _, s := range d.Sections {
		if s.Key != model.SecFactors && s.Key != model.SecDocs {
			out = append(out, l.Text(s.Key, s.Text)...)
		}
	}
	return out
}

// LintMarkdown lints a postmortem written elsewhere. Action items are passed
// over: there a wish belongs.
func LintMarkdown(text string, people []string) []Hint {
	l := NewLinter(people)
	lines := strings.Split(text, "\n")
	part := ""
	for n, h := range lines {
		if t, ok := headingOf(lines, n); ok {
			if p, known := PartOf(t); known {
				part = p.ID
			} else if strings.HasPrefix(h, "## ") || strings.HasPrefix(h, "# ") {
				part = ""
			}
		}
		if part == PartActions {
			lines[n] = ""
		}
	}
	return l.Text("", strings.Join(lines, "\n"))
}
