package triage

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"warroom/model"
	"warroom/model/strictyaml"
)

// The file as written. Pointers tell what is missing from what is zero.
type file struct {
	Definition []string        `yaml:"incident_definition"`
	Criteria   []criterionFile `yaml:"criteria"`
	Severities []severityFile  `yaml:"severities"`
	Updates    []cadenceFile   `yaml:"updates"`
	Checklist  *checklistFile  `yaml:"triage_checklist"`
}

type criterionFile struct {
	Name     string      `yaml:"name"`
	Question string      `yaml:"question"`
	Levels   []levelFile `yaml:"levels"`
}

type levelFile struct {
	Name  string `yaml:"name"`
	Score *int   `yaml:"score"`
	Means string `yaml:"means"`
}

type severityFile struct {
	Severity          any      `yaml:"severity"`
	Impact            string   `yaml:"impact"`
	ResponseTime      any      `yaml:"response_time"`
	Notification      []string `yaml:"notification"`
	IncidentCommander *bool    `yaml:"incident_commander"`
	StatusPage        *bool    `yaml:"status_page"`
	CustomerComms     *bool    `yaml:"customer_comms"`
	Stakeholders      []string `yaml:"stakeholders"`
}

type cadenceFile struct {
	Audience   string `yaml:"audience"`
	Severities []any  `yaml:"severities"`
	First      *int   `yaml:"first"`
	Every      *int   `yaml:"every"`
}

type checklistFile struct {
	Immediate []questionFile `yaml:"immediate_assessment"`
	Impact    []metricFile   `yaml:"impact_assessment"`
	Needs     []needFile     `yaml:"resource_needs"`
}

type questionFile struct {
	Question string `yaml:"question"`
	Yes      string `yaml:"yes_action"`
}

type metricFile struct {
	Metric    string `yaml:"metric"`
	Threshold string `yaml:"threshold"`
	Modifier  any    `yaml:"severity_modifier"`
}

type needFile struct {
	Role        string `yaml:"role"`
	RequiredFor []any  `yaml:"required_for"`
}

// Parse reads a team's doctrine. A section that the file leaves out is the
// built-in one; a section that it gives replaces the whole section. What is
// wrong is one sentence with file, line and column, and then the caller keeps
// the doctrine it has.
func Parse(name string, data []byte) (*Doctrine, error) { return parse(name, data, Default()) }

// reader is one file on its way in.
type reader struct {
	doc *strictyaml.Doc
	out *Doctrine
}

func parse(name string, data []byte, base *Doctrine) (*Doctrine, error) {
	doc, err := strictyaml.Parse(name, data)
	if err != nil {
		return nil, err
	}
	var f file
	if err := doc.Decode(&f); err != nil {
		return nil, err
	}
	out := Doctrine{}
	if base != nil {
		out = *base
	}
	r := reader{doc, &out}
	for _, section := range []func(file) error{r.definition, r.criteria, r.severities, r.updates, r.checklist} {
		if err := section(f); err != nil {
			return nil, err
		}
	}
	return &out, nil
}

const maxItems = 100 // of any list in the file

var nameText = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// text checks a text that must be there, in one line that fits a screen.
func (r reader) text(path, s string) (string, error) {
	t := strings.TrimSpace(s)
	switch {
	case t == "":
		return "", r.doc.Errorf(path, "this needs a text")
	case len(t) > 200 || strings.ContainsAny(t, "\n\r"):
		return "", r.doc.Errorf(path, "this text is too long: one line of at most 200 bytes")
	}
	return t, nil
}

// texts checks each of a list.
func (r reader) texts(path string, list []string) error {
	if len(list) > maxItems {
		return r.doc.Errorf(path, "%d entries are too many: at most %d", len(list), maxItems)
	}
	for i, s := range list {
		if _, err := r.text(fmt.Sprintf("%s[%d]", path, i), s); err != nil {
			return err
		}
	}
	return nil
}

func (r reader) definition(f file) error {
	if f.Definition == nil {
		return nil
	}
	r.out.Definition = f.Definition
	return r.texts("$.incident_definition", f.Definition)
}

func (r reader) criteria(f file) error {
	if f.Criteria == nil {
		return nil
	}
	if len(f.Criteria) == 0 {
		return r.doc.Errorf("$.criteria", "there are no criteria: give at least one, or leave the section out")
	}
	if len(f.Criteria) > 9 { // each has to fit a screen and a tired head
		return r.doc.Errorf("$.criteria", "%d criteria are too many: at most 9", len(f.Criteria))
	}
	r.out.Criteria = nil
	for i, c := range f.Criteria {
		at := fmt.Sprintf("$.criteria[%d]", i)
		if !nameText.MatchString(c.Name) {
			return r.doc.Errorf(at+".name", "a criterion needs a name of small letters, digits and _, such as user_impact")
		}
		if _, twice := r.out.Criterion(c.Name); twice {
			return r.doc.Errorf(at+".name", "the criterion %s is given twice", c.Name)
		}
		out := Criterion{Name: c.Name, Ask: words(strings.ToUpper(c.Name[:1]) + c.Name[1:] + "?")}
		if c.Question != "" {
			t, err := r.text(at+".question", c.Question)
			if err != nil {
				return err
			}
			out.Ask = t
		}
		if n := len(c.Levels); n < 2 || n > 9 {
			return r.doc.Errorf(at+".levels", "%s has %d levels: give two to nine", c.Name, n)
		}
		for k, l := range c.Levels {
			if err := r.level(&out, fmt.Sprintf("%s.levels[%d]", at, k), l); err != nil {
				return err
			}
		}
		slices.SortStableFunc(out.Levels, func(a, b Level) int { return b.Score - a.Score })
		r.out.Criteria = append(r.out.Criteria, out)
	}
	return nil
}

func (r reader) level(c *Criterion, at string, l levelFile) error {
	switch {
	case !nameText.MatchString(l.Name):
		return r.doc.Errorf(at+".name", "a level of %s needs a name of small letters, digits and _", c.Name)
	case l.Score == nil:
		return r.doc.Errorf(at, "the level %s of %s has no score: give 1 (harmless) to 5 (worst)", l.Name, c.Name)
	case *l.Score < 1 || *l.Score > 5:
		return r.doc.Errorf(at+".score", "%d is no score: give 1 (harmless) to 5 (worst)", *l.Score)
	case len(l.Means) > 200 || strings.ContainsAny(l.Means, "\n\r"):
		return r.doc.Errorf(at+".means", "this text is too long: one line of at most 200 bytes")
	}
	if _, twice := c.Level(l.Name); twice {
		return r.doc.Errorf(at+".name", "the level %s of %s is given twice", l.Name, c.Name)
	}
	c.Levels = append(c.Levels, Level{l.Name, *l.Score, strings.TrimSpace(l.Means)})
	return nil
}

func (r reader) severities(f file) error {
	if f.Severities == nil {
		return nil
	}
	var seen [6]bool
	for i, s := range f.Severities {
		at := fmt.Sprintf("$.severities[%d]", i)
		sev, err := r.severity(at+".severity", s.Severity)
		if err != nil {
			return err
		}
		if seen[sev] {
			return r.doc.Errorf(at, "%s is given twice", sev)
		}
		seen[sev] = true
		for _, m := range []struct {
			name  string
			given bool
		}{
			{"response_time", s.ResponseTime != nil}, {"notification", s.Notification != nil}, {"incident_commander", s.IncidentCommander != nil},
			{"status_page", s.StatusPage != nil}, {"customer_comms", s.CustomerComms != nil}, {"stakeholders", s.Stakeholders != nil},
		} {
			if !m.given {
				return r.doc.Errorf(at+"."+m.name, "%s says nothing of %s: every severity needs it", sev, m.name)
			}
		}
		q := Requirements{
			Impact: strings.TrimSpace(s.Impact), Notification: s.Notification, Stakeholders: s.Stakeholders,
			IncidentCommander: *s.IncidentCommander, StatusPage: *s.StatusPage, CustomerComms: *s.CustomerComms,
		}
		if q.Response, err = r.minutes(at+".response_time", s.ResponseTime); err != nil {
			return err
		}
		if err := r.texts(at+".notification", s.Notification); err != nil {
			return err
		}
		if err := r.texts(at+".stakeholders", s.Stakeholders); err != nil {
			return err
		}
		r.out.Severities[sev] = q
	}
	for s := model.SevWorst; s <= model.SevMildest; s++ {
		if !seen[s] {
			return r.doc.Errorf("$.severities", "%s has no requirements: give all of SEV-1 to SEV-5", s)
		}
	}
	return nil
}

// minutes reads a response time: minutes, or none.
func (r reader) minutes(path string, v any) (time.Duration, error) {
	switch s := strings.ToLower(strings.TrimSpace(fmt.Sprint(v))); s {
	case "none", "best effort":
		return 0, nil
	default:
		var n int
		if _, err := fmt.Sscanf(s+"\n", "%d\n", &n); err != nil || n < 1 || n > 60*24*30 {
			return 0, r.doc.Errorf(path, "%q is no response time: give minutes, 1 to 43200, or none", model.Brief(s, 30))
		}
		return time.Duration(n) * time.Minute, nil
	}
}

func (r reader) severity(path string, v any) (model.Severity, error) {
	if v == nil {
		return 0, r.doc.Errorf(path, "this needs a severity, SEV-1 to SEV-5")
	}
	s, err := model.ParseSeverity(fmt.Sprint(v))
	if err != nil {
		return 0, r.doc.Errorf(path, "%s", model.Message(err))
	}
	return s, nil
}

func (r reader) severityList(path string, list []any) ([]model.Severity, error) {
	if len(list) == 0 {
		return nil, r.doc.Errorf(path, "this needs a list of severities, such as [SEV-1, SEV-2]")
	}
	var out []model.Severity
	for i, v := range list {
		s, err := r.severity(fmt.Sprintf("%s[%d]", path, i), v)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

func (r reader) updates(f file) error {
	if f.Updates == nil {
		return nil
	}
	r.out.Updates = nil
	taken := map[string]bool{}
	for i, c := range f.Updates {
		at := fmt.Sprintf("$.updates[%d]", i)
		a, err := model.ParseAudience(c.Audience)
		if err != nil {
			return r.doc.Errorf(at+".audience", "%s", model.Message(err))
		}
		out := Cadence{Audience: a}
		if out.Severities, err = r.severityList(at+".severities", c.Severities); err != nil {
			return err
		}
		for _, s := range out.Severities {
			id := string(a) + s.String()
			if taken[id] {
				return r.doc.Errorf(at, "%s at %s has two cadences: give one", a, s)
			}
			taken[id] = true
		}
		if c.Every == nil || *c.Every < 1 || *c.Every > 60*24*30 {
			return r.doc.Errorf(at+".every", "every needs minutes, 1 to 43200")
		}
		out.Every = time.Duration(*c.Every) * time.Minute
		out.First = out.Every
		if c.First != nil {
			if *c.First < 1 || *c.First > 60*24*30 {
				return r.doc.Errorf(at+".first", "first needs minutes, 1 to 43200")
			}
			out.First = time.Duration(*c.First) * time.Minute
		}
		r.out.Updates = append(r.out.Updates, out)
	}
	return nil
}

func (r reader) checklist(f file) error {
	if f.Checklist == nil {
		return nil
	}
	const at = "$.triage_checklist"
	for _, list := range []struct {
		name string
		n    int
	}{{"immediate_assessment", len(f.Checklist.Immediate)}, {"impact_assessment", len(f.Checklist.Impact)}, {"resource_needs", len(f.Checklist.Needs)}} {
		if list.n > 20 {
			return r.doc.Errorf(at+"."+list.name, "%d entries are too many for a checklist at night: at most 20", list.n)
		}
	}
	if f.Checklist.Immediate != nil {
		r.out.Questions = nil
	}
	for i, q := range f.Checklist.Immediate {
		p := fmt.Sprintf("%s.immediate_assessment[%d]", at, i)
		ask, err := r.text(p+".question", q.Question)
		if err != nil {
			return err
		}
		yes, err := r.text(p+".yes_action", q.Yes)
		if err != nil {
			return err
		}
		for _, other := range r.out.Questions {
			if slug(other.Ask) == slug(ask) {
				return r.doc.Errorf(p, "this question is asked twice")
			}
		}
		r.out.Questions = append(r.out.Questions, Question{ask, yes, actionOf(yes)})
	}
	if f.Checklist.Impact != nil {
		r.out.Metrics = nil
	}
	for i, m := range f.Checklist.Impact {
		if err := r.metric(fmt.Sprintf("%s.impact_assessment[%d]", at, i), m); err != nil {
			return err
		}
	}
	if f.Checklist.Needs != nil {
		r.out.Needs = nil
	}
	for i, n := range f.Checklist.Needs {
		p := fmt.Sprintf("%s.resource_needs[%d]", at, i)
		role, err := model.ParseRole(n.Role)
		if err != nil {
			return r.doc.Errorf(p+".role", "%s", model.Message(err))
		}
		sevs, err := r.severityList(p+".required_for", n.RequiredFor)
		if err != nil {
			return err
		}
		r.out.Needs = append(r.out.Needs, Need{role, sevs})
	}
	return nil
}

func (r reader) metric(at string, m metricFile) error {
	name, err := r.text(at+".metric", m.Metric)
	if err != nil {
		return err
	}
	for _, other := range r.out.Metrics {
		if slug(other.Name) == slug(name) {
			return r.doc.Errorf(at, "the metric %s is given twice", model.Brief(name, 40))
		}
	}
	t, err := ParseThreshold(m.Threshold)
	if err != nil {
		return r.doc.Errorf(at+".threshold", "%s", model.Message(err))
	}
	by, err := parseModifier(m.Modifier)
	if err != nil {
		return r.doc.Errorf(at+".severity_modifier", "%s", model.Message(err))
	}
	r.out.Metrics = append(r.out.Metrics, Metric{name, t, by})
	return nil
}
