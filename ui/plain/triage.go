package plain

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"warroom/model"
	"warroom/model/triage"
)

// pass is a pass of the severity questions that is not recorded yet. Before an
// incident is declared it goes with the declaration.
type pass struct {
	answers, unsure triage.Answers
}

// outcome is the severity as answered so far.
func (r *room) outcome() triage.Outcome {
	var metrics []model.MetricValue
	if r.inc != nil {
		metrics = r.inc.Triage.Metrics
	}
	return r.Doctrine.Outcome(r.pass.answers, metrics)
}

// triage asks the severity questions, beginning with the answers that there are.
func (r *room) triage() {
	r.begin()
	r.say("%s. A digit answers. Two with a slash, such as 2/3, mean that you are not sure: the worse counts.", counted(len(r.Doctrine.Criteria), "question"))
	r.say("skip leaves one as it is, stop ends, question reads it again. You can write notes in between.")
	r.criterion(0)
}

func counted(n int, what string) string {
	if n == 1 {
		return "One " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// begin takes what is recorded, unless a pass is under way.
func (r *room) begin() {
	if r.pass != nil {
		return
	}
	r.pass = &pass{answers: triage.Answers{}, unsure: triage.Answers{}}
	if r.inc != nil {
		r.pass.answers, r.pass.unsure = r.Doctrine.Recorded(r.inc.Triage)
	}
}

var levelRe = regexp.MustCompile(`^([1-9])(?:\s*(?:/|or)\s*([1-9]))?$`)

// criterion asks question n.
func (r *room) criterion(n int) {
	if n >= len(r.Doctrine.Criteria) {
		r.verdict()
		return
	}
	c := r.Doctrine.Criteria[n]
	words := []string{fmt.Sprintf("%d of %d: %s", n+1, len(r.Doctrine.Criteria), c.Ask)}
	for k, l := range c.Levels {
		s := fmt.Sprintf("%d, %s", k+1, l.Words())
		if l.Means != "" {
			s += ": " + l.Means
		}
		words = append(words, s+".")
	}
	if name, ok := r.pass.answers[c.Name]; ok {
		l, _ := c.Level(name)
		s := "Answered: " + l.Words()
		if or, ok := c.Level(r.pass.unsure[c.Name]); ok {
			s += " or " + or.Words()
		}
		words = append(words, s+". skip keeps that.")
	}
	r.pose(asking{
		words: words,
		plain: func(line string) bool {
			m := levelRe.FindStringSubmatch(line)
			return m != nil && level(c, m[1]) != nil && (m[2] == "" || level(c, m[2]) != nil)
		},
		take: func(r *room, text string) error {
			m := levelRe.FindStringSubmatch(text)
			if m == nil {
				return model.Errorf(model.Invalid, "%q is no answer: give a digit from 1 to %d, or two with a slash", model.Brief(text, 30), len(c.Levels))
			}
			l, or := level(c, m[1]), level(c, m[1])
			if m[2] != "" {
				or = level(c, m[2])
			}
			if l == nil || or == nil {
				return model.Errorf(model.Invalid, "there are only the answers 1 to %d", len(c.Levels))
			}
			r.ask = nil
			c.Answer(r.pass.answers, r.pass.unsure, *l, *or)
			o := r.outcome()
			r.say("So far %s, because %s.", o.Severity, o.Why())
			r.criterion(n + 1)
			return nil
		},
		skip: func(r *room) { r.criterion(n + 1) },
	})
}

func level(c triage.Criterion, digit string) *triage.Level {
	k, _ := strconv.Atoi(digit)
	if k < 1 || k > len(c.Levels) {
		return nil
	}
	return &c.Levels[k-1]
}

// verdict says what the answers come to and what to type next.
func (r *room) verdict() {
	o := r.outcome()
	if !o.Answered() {
		r.say("Nothing is answered, so there is no severity: triage asks again.")
		return
	}
	r.say("The answers say %s, %s, because %s.", o.Severity, o.Severity.Word(), o.Why())
	if o.Change != "" {
		r.say("It %s.", strings.TrimSuffix(strings.Replace(o.Change, "milder only if", "would be milder only if", 1), "."))
	}
	if r.inc == nil {
		r.requires(o.Severity)
		r.say("declare: and what is wrong declares it as %s with these answers.", o.Severity)
		return
	}
	switch now := r.inc.Severity; {
	case o.Severity < now:
		r.requires(o.Severity)
		r.say("It is %s now. set records the answers and makes it %s.", now, o.Severity)
	case o.Severity == now:
		r.say("It is %s now. set records the answers.", now)
	default:
		r.say("It is %s now. We do not argue about severity now: take the higher, lower it later. set records the answers and it stays %s; lower makes it %s.", now, now, o.Severity)
	}
}

// assessed reports whether there are answers to be recorded.
func (r *room) assessed(rest string) bool { return rest == "" && r.pass != nil && r.inc != nil }

// set records the answers and the severity that follows; with lower also a milder
// one.
func (r *room) set(lower bool) {
	c := r.Doctrine.Command(r.pass.answers, r.pass.unsure, r.inc.Triage.Metrics)
	if !r.outcome().Answered() {
		r.say("Nothing is answered yet: triage asks.")
		return
	}
	c.Set, c.Lower = true, lower
	if _, ok := r.do(c); !ok {
		return
	}
	r.pass, r.ask = nil, nil
	r.say("It is %s.", r.inc.Severity)
	r.vacant()
}

// requires says what a severity asks of the team.
func (r *room) requires(s model.Severity) {
	q := r.Doctrine.Requirements(s)
	respond := "as you can"
	if q.Response > 0 {
		respond = "within " + model.Span(q.Response)
	}
	list := func(l []string) string {
		if len(l) == 0 {
			return "nobody"
		}
		return strings.ReplaceAll(strings.Join(l, ", "), "_", " ")
	}
	var roles []string
	for _, role := range r.Doctrine.Required(s) {
		roles = append(roles, role.String())
	}
	page := "no status page"
	if q.StatusPage {
		page = "the status page"
	}
	r.say("%s requires: respond %s. Notify: %s. Roles: %s. Tell: %s. It asks for %s.", s, respond, list(q.Notification), list(roles), list(q.Stakeholders), page)
	for _, a := range model.Audiences {
		if p := r.Rules.Pace(a, s); p.Every > 0 {
			r.say("%s are told first after %s, then every %s.", title(string(a)), model.Span(p.First), model.Span(p.Every))
		}
	}
}

func title(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// vacant says which of the roles that the severity requires nobody holds.
func (r *room) vacant() {
	var names []string
	for _, role := range r.Doctrine.Vacant(r.inc) {
		names = append(names, role.String())
	}
	if len(names) > 0 {
		r.say("Vacant, and %s requires them: %s. /role and a name fill one, /crew several.", r.inc.Severity, strings.Join(names, ", "))
	}
}

// checklist asks what was not answered yet, then the metrics; all asks everything
// again, and what says when there is no incident yet what one is.
func (r *room) checklist(rest string) {
	if rest == "what" || r.inc == nil {
		r.say("An incident is an event that does one of these:")
		for _, s := range r.Doctrine.Definition {
			r.say("%s.", strings.TrimSuffix(s, "."))
		}
		return
	}
	r.say("The checklist. yes, no or unknown answers, a value answers what is measured. skip, stop and question are as ever.")
	r.check(0, rest != "")
}

// check asks question n of the checklist or one behind it.
func (r *room) check(n int, all bool) {
	doc := r.Doctrine
	if n >= len(doc.Questions) {
		r.metric(0, all)
		return
	}
	q := doc.Questions[n]
	was, answered := r.inc.Triage.Check(q.Ask)
	if answered && was.Answer != model.CheckUnknown && !all {
		r.check(n+1, all)
		return
	}
	words := []string{fmt.Sprintf("%d of %d: %s", n+1, len(doc.Questions), q.Ask)}
	if answered {
		words = append(words, "Answered: "+was.Answer+".")
	}
	known := []string{model.CheckYes, model.CheckNo, model.CheckUnknown}
	word := func(line string) (string, bool) {
		w := strings.ToLower(strings.TrimSuffix(line, "."))
		k := slices.IndexFunc(known, func(x string) bool { return w == x || w == x[:1] })
		if k < 0 {
			return "", false
		}
		return known[k], true
	}
	r.pose(asking{
		words: words,
		plain: func(line string) bool { _, ok := word(line); return ok },
		take: func(r *room, text string) error {
			w, ok := word(text)
			if !ok {
				return model.Errorf(model.Invalid, "%q is no answer: say yes, no or unknown", model.Brief(text, 30))
			}
			if was, ok := r.inc.Triage.Check(q.Ask); !ok || was.Answer != w {
				if _, ok := r.do(q.Command(w)); !ok {
					return nil // and the question stays, since the line is to be typed again
				}
			}
			r.ask = nil
			if w == model.CheckYes {
				r.yes = &q
				r.say("That asks for: %s. act does it: %s.", strings.TrimSuffix(q.Yes, "."), act(q.Action))
			}
			r.check(n+1, all)
			return nil
		},
		skip: func(r *room) { r.check(n+1, all) },
	})
}

// act is what the room can do for a yes, in words.
func act(a triage.Action) string {
	switch a.Kind {
	case triage.ActScope:
		return "it says how to write down the scope"
	case triage.ActTodo:
		return "it says how to give the order"
	case triage.ActOrder:
		return "an order to " + a.To + " with five minutes"
	}
	return a.Words()
}

const actFor = 5 * time.Minute

// act does what the last yes asks for.
func (r *room) act() {
	q := *r.yes
	r.yes = nil
	switch q.Action.Kind {
	case triage.ActSeverity:
		r.do(model.SetSeverity{To: q.Action.Severity, Reason: q.Ask + " yes"})
		r.vacant()
	case triage.ActOrder:
		r.do(model.GiveOrder{Person: q.Action.To, Task: q.Ask + " " + q.Yes, For: actFor})
	case triage.ActScope:
		r.say("Type /scope and which services, regions and customers.")
	default:
		r.say("Type an at sign, who does it, and: %s 5m", q.Yes)
	}
}

// metric asks for metric n or one behind it.
func (r *room) metric(n int, all bool) {
	doc := r.Doctrine
	if n >= len(doc.Metrics) {
		r.begin()
		r.say("That is all of the checklist.")
		r.weigh()
		return
	}
	m := doc.Metrics[n]
	was, known := r.inc.Triage.Metric(m.Name)
	if known && !all {
		r.metric(n+1, all)
		return
	}
	words := []string{fmt.Sprintf("%s? %s: %s.", m.Name, title(m.Threshold.Words()), m.Gain())}
	if known {
		words = append(words, "Known: "+was.Value+".")
	}
	r.pose(asking{
		words: append(words, "Type the value."),
		plain: func(line string) bool {
			_, err := m.Observe(line)
			return err == nil && line[0] >= '0' && line[0] <= '9'
		},
		take: func(r *room, text string) error {
			c, err := m.Command(text)
			if err != nil {
				return err
			}
			if was, ok := r.inc.Triage.Metric(m.Name); ok != (c.Value != "") || was.Value != c.Value {
				if _, ok := r.do(c); !ok {
					return nil
				}
			}
			r.ask = nil
			r.metric(n+1, all)
			return nil
		},
		skip: func(r *room) { r.metric(n+1, all) },
	})
}

// weigh says what answers and metrics come to, if that is not what it is.
func (r *room) weigh() {
	if o := r.outcome(); o.Answered() && o.Severity != r.inc.Severity {
		r.verdict()
	}
}
