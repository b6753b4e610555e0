package triage

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"time"

	"warroom/model"
)

// Doctrine is what a team has agreed on before the incident. It is never
// changed once parsed, so it may be shared.
type Doctrine struct {
	Definition []string    // an incident is an event that …
	Criteria   []Criterion // in the order in which they are asked
	Severities [6]Requirements
	Questions  []Question
	Metrics    []Metric
	Needs      []Need
	Updates    []Cadence
}

// Criterion is one question of the calculator.
type Criterion struct {
	Name   string // as the command line names it: user_impact
	Ask    string // as the screen asks it: Who is affected?
	Levels []Level
}

// Level is one answer to a criterion. Levels stand worst first.
type Level struct {
	Name  string
	Score int // 5 (worst) to 1
	Means string
}

// Words is the name as people read it.
func (l Level) Words() string { return words(l.Name) }

// Words is the name as people read it.
func (c Criterion) Words() string { return words(c.Name) }

func words(name string) string { return strings.ReplaceAll(name, "_", " ") }

// Level finds a level of c by name.
func (c Criterion) Level(name string) (Level, bool) {
	k := slices.IndexFunc(c.Levels, func(l Level) bool { return l.Name == name })
	if k < 0 {
		return Level{}, false
	}
	return c.Levels[k], true
}

// Requirements are what a severity asks of the team.
type Requirements struct {
	Impact            string
	Response          time.Duration // from declared until somebody has taken it; 0: best effort
	Notification      []string
	IncidentCommander bool
	StatusPage        bool
	CustomerComms     bool
	Stakeholders      []string
}

// Cadence is how often one audience is told, for some severities.
type Cadence struct {
	Audience   model.Audience
	Severities []model.Severity
	First      time.Duration // after the declaration
	Every      time.Duration
}

// Requirements returns what s requires; for no severity, what SEV-5 does, as the
// seed's calculator answers for one that it does not know.
func (d *Doctrine) Requirements(s model.Severity) Requirements {
	if !s.Valid() {
		s = model.SevMildest
	}
	return d.Severities[s]
}

// Criterion finds a criterion by name.
func (d *Doctrine) Criterion(name string) (Criterion, bool) {
	k := slices.IndexFunc(d.Criteria, func(c Criterion) bool { return c.Name == name })
	if k < 0 {
		return Criterion{}, false
	}
	return d.Criteria[k], true
}

// Rules gives base the response targets and update cadences of d. Where d says
// the same as the built-in doctrine, base stands: it may have its own times.
func (d *Doctrine) Rules(base model.Rules) model.Rules {
	for s := model.SevWorst; s <= model.SevMildest; s++ {
		if t := d.Severities[s].Response; t != Default().Severities[s].Response {
			base.Respond[s] = t
		}
	}
	for _, c := range d.Updates {
		for _, s := range c.Severities {
			base.Tell[c.Audience.Index()][s] = model.Pace{First: c.First, Every: c.Every}
		}
	}
	return base
}

//go:embed default.yaml
var builtIn []byte

// Default is the built-in doctrine: the seed's criteria, requirements,
// stakeholders and checklist.
var Default = sync.OnceValue(func() *Doctrine {
	d, err := parse("built-in doctrine", builtIn, nil)
	if err != nil {
		panic(err) // a test parses it
	}
	return d
})

// BuiltIn is the file of the built-in doctrine: what to copy and change.
func BuiltIn() []byte { return slices.Clone(builtIn) }
