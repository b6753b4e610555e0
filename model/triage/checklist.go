package triage

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"warroom/model"
)

// Question is asked at once; a yes offers an action.
type Question struct {
	Ask    string
	Yes    string // the action in the words of the file
	Action Action
}

// ActionKind says what the program can do for a yes.
type ActionKind string

// The kinds of actions.
const (
	ActSeverity ActionKind = "severity" // set, or declare with, a severity
	ActOrder    ActionKind = "order"    // give an order to a team
	ActScope    ActionKind = "scope"    // write down the scope in the size-up
	ActTodo     ActionKind = "todo"     // anything else: somebody has to be asked to
)

// Action is what a yes offers on one key.
type Action struct {
	Kind     ActionKind
	Severity model.Severity // for ActSeverity
	To       string         // for ActOrder: data-team
	Task     string
}

// Metric is an observation with a threshold.
type Metric struct {
	Name      string
	Threshold Threshold
	Modifier  int // severities worse, 0 to 4, when the threshold is met
}

// Need is a role that some severities require.
type Need struct {
	Role       model.Role
	Severities []model.Severity
}

var (
	sevWord  = regexp.MustCompile(`(?i)\bsev[- ]?([1-5])\b`)
	teamWord = regexp.MustCompile(`(?i)^(?:escalate to|engage|page|call|notify|involve|bring in)\s+(?:the\s+)?(.{1,60}?)(\s+team)?$`)
	nonName  = regexp.MustCompile(`[^\p{L}\p{N}]+`)
)

// actionOf reads what the words of a yes-action ask for.
func actionOf(text string) Action {
	t := strings.TrimSpace(text)
	if m := sevWord.FindStringSubmatch(t); m != nil {
		return Action{Kind: ActSeverity, Severity: model.Severity(m[1][0] - '0'), Task: t}
	}
	if m := teamWord.FindStringSubmatch(t); m != nil {
		if name := strings.Trim(nonName.ReplaceAllString(strings.ToLower(m[1]+m[2]), "-"), "-"); name != "" {
			return Action{Kind: ActOrder, To: name, Task: t}
		}
	}
	if strings.Contains(strings.ToLower(t), "scope") {
		return Action{Kind: ActScope, Task: t}
	}
	return Action{Kind: ActTodo, Task: t}
}

// Words is the action as the screen offers it.
func (a Action) Words() string {
	switch a.Kind {
	case ActSeverity:
		return "set " + a.Severity.String()
	case ActOrder:
		return "order @" + a.To
	case ActScope:
		return "write down the scope"
	}
	return a.Task
}

// Effect is a metric with the value that was observed.
type Effect struct {
	Metric Metric
	Value  string // as given
	Met    bool
	By     int // severities worse
}

// Text explains the effect: over 10%: one level worse.
func (e Effect) Text() string {
	if !e.Met {
		return "not " + e.Metric.Threshold.Words() + ": no change"
	}
	return e.Metric.Threshold.Words() + ": " + e.levels()
}

func (e Effect) levels() string {
	switch e.By {
	case 0:
		return "no change"
	case 1:
		return "one level worse"
	}
	return fmt.Sprintf("%d levels worse", e.By)
}

// Metric finds a metric by name, without regard to case, blanks and marks; the
// beginning of only one is enough.
func (d *Doctrine) Metric(name string) (Metric, error) {
	var found []Metric
	w := slug(name)
	for _, m := range d.Metrics {
		switch s := slug(m.Name); {
		case s == w:
			return m, nil
		case w != "" && strings.HasPrefix(s, w):
			found = append(found, m)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	var names []string
	for _, m := range d.Metrics {
		names = append(names, slug(m.Name))
	}
	return Metric{}, model.Errorf(model.Invalid, "%q is no metric of the checklist: give one of %s", model.Brief(name, 40), strings.Join(names, ", "))
}

// Question finds a question by its number from 1, or by words of it.
func (d *Doctrine) Question(name string) (Question, error) {
	w := slug(name)
	var found []Question
	for i, q := range d.Questions {
		s := slug(q.Ask)
		if s == w || w == fmt.Sprint(i+1) {
			return q, nil
		}
		if w != "" && strings.Contains(s, w) {
			found = append(found, q)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	return Question{}, model.Errorf(model.Invalid, "%q is no question of the checklist: give its number, 1 to %d", model.Brief(name, 40), len(d.Questions))
}

func slug(s string) string {
	return strings.Trim(nonName.ReplaceAllString(strings.ToLower(s), "_"), "_")
}

// Observe applies a value to m. The value is read in the unit of the threshold
// unless it names its own.
func (m Metric) Observe(value string) (Effect, error) {
	met, err := m.Threshold.Met(value)
	if err != nil {
		return Effect{}, model.Errorf(model.Invalid, "%s: %s", strings.ToLower(m.Name), model.Message(err))
	}
	e := Effect{Metric: m, Value: strings.TrimSpace(value), Met: met}
	if met {
		e.By = m.Modifier
	}
	return e, nil
}

// Worsen applies effects to a severity: each level of a modifier is one severity
// worse, and nothing goes beyond SEV-1.
func Worsen(s model.Severity, effects []Effect) model.Severity {
	for _, e := range effects {
		s -= model.Severity(e.By)
	}
	return max(s, model.SevWorst)
}

// Required lists the roles that s requires, in the order of the role board: those
// of the checklist, and the commander where the severity asks for one.
func (d *Doctrine) Required(s model.Severity) []model.Role {
	var out []model.Role
	for _, r := range model.Roles {
		need := r == model.Commander && s.Valid() && d.Severities[s].IncidentCommander
		for _, n := range d.Needs {
			need = need || n.Role == r && slices.Contains(n.Severities, s)
		}
		if need {
			out = append(out, r)
		}
	}
	return out
}

// Vacant lists the roles that the incident's severity requires and nobody holds,
// while it is live.
func (d *Doctrine) Vacant(i *model.Incident) []model.Role {
	if !i.Status.Live() {
		return nil
	}
	var out []model.Role
	for _, r := range d.Required(i.Severity) {
		if i.Holder(r) == "" {
			out = append(out, r)
		}
	}
	return out
}

// Outcome is the severity of a whole triage: the calculator's, made worse by the
// metrics.
type Outcome struct {
	Result
	Base    model.Severity // of the calculator alone
	Effects []Effect       // in the order of the checklist
	Skipped []string       // metrics recorded under another doctrine, or unreadable under this one
}

// Assess scores what an incident has recorded so far: its answers and metrics.
// Answers and metrics that this doctrine does not know are left out and named.
func (d *Doctrine) Assess(t model.TriageState) Outcome {
	answers := Answers{}
	for _, a := range t.Answers {
		answers[a.Criterion] = a.Level
	}
	return d.Outcome(answers, t.Metrics)
}

// Outcome scores answers and observed metrics together.
func (d *Doctrine) Outcome(answers Answers, metrics []model.MetricValue) Outcome {
	o := Outcome{}
	known := Answers{}
	for name, level := range answers {
		if d.Check(Answers{name: level}) == nil {
			known[name] = level
		} else {
			o.Skipped = append(o.Skipped, words(name))
		}
	}
	o.Result = d.Score(known)
	o.Base = o.Severity
	for _, m := range d.Metrics {
		k := slices.IndexFunc(metrics, func(v model.MetricValue) bool { return slug(v.Metric) == slug(m.Name) })
		if k < 0 {
			continue
		}
		if e, err := m.Observe(metrics[k].Value); err == nil {
			o.Effects = append(o.Effects, e)
		} else {
			o.Skipped = append(o.Skipped, m.Name)
		}
	}
	for _, v := range metrics {
		if !slices.ContainsFunc(d.Metrics, func(m Metric) bool { return slug(m.Name) == slug(v.Metric) }) {
			o.Skipped = append(o.Skipped, v.Metric)
		}
	}
	slices.Sort(o.Skipped)
	o.Severity = Worsen(o.Base, o.Effects)
	by := 0
	for _, e := range o.Effects {
		by += e.By
	}
	o.Change = d.change(o.Result, by)
	return o
}

// Why says what decided, with the metrics that made it worse.
func (o Outcome) Why() string {
	s := o.Result.Why()
	for _, e := range o.Effects {
		if e.By > 0 {
			s += fmt.Sprintf("; %s %s: +%d", strings.ToLower(e.Metric.Name), e.Value, e.By)
		}
	}
	return s
}

// Command is the command that records answers and the severity that follows from
// them. unsure names, by criterion, the milder level that could not be told
// apart.
func (d *Doctrine) Command(answers, unsure Answers, metrics []model.MetricValue) model.Assess {
	o := d.Outcome(answers, metrics)
	c := model.Assess{Severity: o.Severity, Why: o.Why()}
	for _, cr := range d.Criteria {
		if l, ok := answers[cr.Name]; ok {
			c.Answers = append(c.Answers, model.Answer{Criterion: cr.Name, Level: l, Or: unsure[cr.Name]})
		}
	}
	return c
}

// IsIncident says whether an event is an incident by the definition: one point
// is enough. yes holds the numbers, from 0, of the points that hold.
func (d *Doctrine) IsIncident(yes []int) bool {
	return slices.ContainsFunc(yes, func(n int) bool { return n >= 0 && n < len(d.Definition) })
}
