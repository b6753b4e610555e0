package comms

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"warroom/model"
)

// Remark is something in a text that should not leave the company as it is.
type Remark struct {
	Rule   string `json:"rule"`   // time, host, blame, outage, secret, guess, blank
	Line   int    `json:"line"`   // from 1
	Column int    `json:"column"` // in runes, from 1
	Text   string `json:"text"`   // the words in question
	Why    string `json:"why"`    // what is wrong with them and what to write
}

func (r Remark) String() string { return fmt.Sprintf("%q: %s", model.Brief(r.Text, 40), r.Why) }

// Context is what the check has to know of the incident.
type Context struct {
	Partial bool     // not everybody is affected, as far as is known
	People  []string // who takes part: their names do not belong outside
}

// ContextOf takes it from an incident: the harm is partial unless triage says
// that all users are affected.
func ContextOf(i *model.Incident) Context {
	c := Context{Partial: true, People: i.People}
	if a, ok := i.Triage.Answer("user_impact"); ok && a.Level == "all_users" {
		c.Partial = false
	}
	return c
}

type rule struct {
	name string
	re   *regexp.Regexp
	why  string
}

// The rules follow the public guides for customer liaisons: no guesses, no
// promises of time, nothing of the inside, nobody's fault, no bigger word than
// the harm.
var rules = []rule{
	{"time", regexp.MustCompile(`(?i)\b(?:with)?in (?:the next |about |around |approximately )?(?:\d+|an?|one|two|three|a few|a couple of|several)[ -](?:minutes?|mins?|hours?|hrs?|days?)\b`), "a promise of time: leave it out unless it was approved"},
	{"time", regexp.MustCompile(`(?i)\b(?:fixed|resolved|restored|back|available|working|done|recovered|complete[d]?|finished) (?:again )?(?:by|at|before|until) (?:\d{1,2}(?:[:.]\d\d)?\b|noon|midnight|tonight|tomorrow|end of (?:the )?day)`), "a promise of time: leave it out unless it was approved"},
	{"time", regexp.MustCompile(`(?i)\b(?:shortly|soon|momentarily|any minute|imminently|very quickly|in no time)\b`), "reads as a promise of time: say when the next update comes instead"},
	{"time", regexp.MustCompile(`(?i)\b(?:eta|estimated (?:time|resolution|fix|recovery)[^:\n]{0,20})\s*(?::|is|of)\s*\S[^\n]*`), "an estimate: leave it out unless it was approved"},
	{"host", regexp.MustCompile(`\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b`), "an address of a machine: name the service that customers know"},
	{"host", regexp.MustCompile(`(?i)\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:internal|local|lan|corp|intra|svc|cluster|localdomain)\b(?:\.[a-z]+)*`), "a host name: name the service that customers know"},
	{"host", regexp.MustCompile(`(?i)\b(?:ip|db|web|app|api|prod|stage|staging|node|host|srv|server|redis|kafka|postgres|pg|mysql|cache|worker|proxy|lb|k8s|vm|i)(?:-[a-z0-9]+)*-(?:[a-z]*\d+|[0-9a-f]{8,})\b`), "a host name: name the service that customers know"},
	{"host", regexp.MustCompile(`\b[a-z][a-z0-9-]+-[0-9a-f]{8,10}-[a-z0-9]{5}\b`), "the name of a pod: name the service that customers know"},
	{"blame", regexp.MustCompile(`(?i)\b(?:human error|operator error|user error|someone's mistake|somebody's mistake|negligen\w+|careless\w*|incompeten\w+|stupid\w*|at fault|to blame|blamed?|sloppy)\b`), "blame: say what happened, not whose fault it was"},
	{"blame", regexp.MustCompile(`(?i)\b(?:engineer|developer|operator|employee|colleague|admin|contractor|vendor|provider|team member)s?\b[^.\n]{0,40}\b(?:forgot|failed to|should have|broke|misconfigured|deleted|ignored|neglected)\b`), "blame: say what happened, not whose fault it was"},
	{"guess", regexp.MustCompile(`(?i)\b(?:probably|possibly|presumably|perhaps|maybe|we (?:think|believe|guess|suspect|assume|hope)|might be|could be caused|appears to be caused|seems to be caused)\b`), "a guess: say only what is known"},
	{"blank", regexp.MustCompile(`\{\{?[^{}\n]*\}?\}|\b(?:TBD|TODO|FIXME|XXX|lorem ipsum)\b|<no value>|\[[^\]\n]{0,30}masked\]`), "this is not filled in"},
}

var (
	outageWords = regexp.MustCompile(`(?i)\b(?:complete(?:ly)? |total |full |major )?(?:outage|outages|blackout|meltdown|catastroph\w+|disaster|completely down|everything is down)\b`)
	atName      = regexp.MustCompile(`(^|\s)@[\p{L}][\p{L}\p{N}._-]*`)
	nextUpdate  = regexp.MustCompile(`(?i)\b(?:next|another|further) (?:status )?(?:update|message|post|report)\b|\bupdates? (?:every|again|follow)`)
	plainURL    = regexp.MustCompile(`https?://[^\s)>\]]+`)
	noEstimate  = regexp.MustCompile(`(?i)(?:not (?:yet )?known|unknown|no estimate|not available|not yet|none|pending)`)
)

// Check reads a text that leaves the company. What it finds is for a person to
// judge: nothing is changed and nothing is forbidden.
func Check(text string, c Context) []Remark {
	var out []Remark
	for n, line := range strings.Split(text, "\n") {
		add := func(name string, from, to int, why string) {
			word := strings.TrimSpace(line[from:to])
			if word == "" {
				return
			}
			out = append(out, Remark{name, n + 1, len([]rune(line[:from])) + 1, word, why})
		}
		// An address is meant to be read; what it is made of is not a host name.
		bare := plainURL.ReplaceAllStringFunc(line, func(u string) string { return strings.Repeat(" ", len(u)) })
		for _, r := range rules {
			for _, m := range r.re.FindAllStringIndex(bare, -1) {
				if r.name == "time" && (promisesUpdate(bare, m[0]) || noEstimate.MatchString(bare[m[0]:m[1]])) {
					continue
				}
				add(r.name, m[0], m[1], r.why)
			}
		}
		if c.Partial {
			for _, m := range outageWords.FindAllStringIndex(bare, -1) {
				if !strings.Contains(strings.ToLower(bare[max(0, m[0]-8):m[0]]), "partial") {
					add("outage", m[0], m[1], "a bigger word than the harm, as far as triage says: say what fails and for whom")
				}
			}
		}
		for _, m := range atName.FindAllStringIndex(bare, -1) {
			add("blame", m[0], m[1], "a person's name: leave people out")
		}
		for _, p := range c.People {
			if len(p) < 3 {
				continue
			}
			re, err := regexp.Compile(`(?i)(?:^|[^\p{L}\p{N}@])(` + regexp.QuoteMeta(p) + `)(?:$|[^\p{L}\p{N}])`)
			if err != nil {
				continue
			}
			for _, m := range re.FindAllStringSubmatchIndex(bare, -1) {
				add("blame", m[2], m[3], "the name of somebody who works on it: leave people out")
			}
		}
	}
	if masked, n := model.Mask(text); n > 0 {
		line, col := 1, 1
		for k, r := range []rune(text) {
			if k >= len([]rune(masked)) || []rune(masked)[k] != r {
				break
			}
			if col++; r == '\n' {
				line, col = line+1, 1
			}
		}
		out = append(out, Remark{"secret", line, col, "…", fmt.Sprintf("%d of what looks like a password, key or token: take it out", n)})
	}
	slices.SortStableFunc(out, func(a, b Remark) int {
		return cmp.Or(a.Line-b.Line, a.Column-b.Column, strings.Compare(a.Rule, b.Rule))
	})
	return slices.Compact(out)
}

// promisesUpdate reports whether what stands at is the time of the next update,
// which is to be promised.
func promisesUpdate(line string, at int) bool {
	from := strings.LastIndexAny(line[:at], ".!?") + 1
	return nextUpdate.MatchString(line[from:])
}

// Rules names the rules of remarks, each once, in the order of the remarks.
func Rules(list []Remark) []string {
	var out []string
	for _, r := range list {
		if !slices.Contains(out, r.Rule) {
			out = append(out, r.Rule)
		}
	}
	return out
}
