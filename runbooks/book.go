package runbooks

import (
	"strings"

	"warroom/model"
)

// Book is one runbook. The seed's form, a map under the key runbook, is valid as
// it is; everything beyond it is optional.
type Book struct {
	APIVersion  string   `yaml:"apiVersion,omitempty"`  // warroom/v1; absent in the seed's form
	Kind        string   `yaml:"kind,omitempty"`        // Runbook
	ID          string   `yaml:"id"`                    // unique in a library; see IsID
	Title       string   `yaml:"title"`                 // one line
	Description string   `yaml:"description,omitempty"` // Markdown: what it means and who is hurt
	Owner       string   `yaml:"owner,omitempty"`       // the team that keeps it true
	Severity    Strings  `yaml:"severity,omitempty"`    // the incidents it fits: 1 to 5, SEV-1, critical, warning
	Services    Strings  `yaml:"services,omitempty"`    // the services it fits; * and ? as in file names
	Tags        Strings  `yaml:"tags,omitempty"`        // words to find it by
	Reviewed    string   `yaml:"reviewed,omitempty"`    // the day somebody last proved it, 2006-01-02
	ReviewEvery Duration `yaml:"review_every,omitempty"`
	Source      *Source  `yaml:"source,omitempty"` // where an imported one came from
	Links       []Link   `yaml:"links,omitempty"`

	Triggers      []Trigger      `yaml:"triggers,omitempty"` // any that matches suggests the runbook
	Params        []Param        `yaml:"params,omitempty"`   // values asked once, used everywhere
	Prerequisites []Prerequisite `yaml:"prerequisites,omitempty"`
	Defaults      Defaults       `yaml:"defaults,omitempty"`
	Steps         []Step         `yaml:"steps,omitempty"`
	Rollback      Strings        `yaml:"rollback,omitempty"` // ids of strategies that belong to it
	Recovery      *Gate          `yaml:"recovery,omitempty"` // how to prove that it is over
	Escalation    []Escalation   `yaml:"escalation,omitempty"`

	// Set by Parse, not read from the file.
	File  string `yaml:"-"` // the name given to Parse
	Hash  string `yaml:"-"` // SHA-256 of the file's bytes, lower-case hex
	place *place `yaml:"-"`
}

// Source is where an imported runbook, or a part of one, came from.
type Source struct {
	URL    string `yaml:"url,omitempty"`
	Path   string `yaml:"path,omitempty"`
	Line   int    `yaml:"line,omitempty"`   // from 1
	SHA256 string `yaml:"sha256,omitempty"` // of the document
}

// Link is a page to look at. Its URL may hold placeholders.
type Link struct {
	Title string `yaml:"title,omitempty"`
	URL   string `yaml:"url"`
}

// Trigger is a reason to suggest a runbook: a metric over a threshold, as in the
// seed, or an alert by its name.
type Trigger struct {
	Metric    string            `yaml:"metric,omitempty"`
	Threshold string            `yaml:"threshold,omitempty"` // "> 80%", "0.05"
	Duration  Duration          `yaml:"duration,omitempty"`
	Alert     string            `yaml:"alert,omitempty"` // * and ? as in file names
	Labels    map[string]string `yaml:"labels,omitempty"`
}

// Prerequisite is what must be so before the first step: a sentence for a person
// to tick, as in the seed, or a check.
type Prerequisite struct {
	Title    string `yaml:"title"`
	Check    *Check `yaml:"check,omitempty"`
	Required bool   `yaml:"required,omitempty"` // a failing check blocks the run
}

// UnmarshalYAML takes a sentence as well as the full form.
func (p *Prerequisite) UnmarshalYAML(decode func(any) error) error {
	var s string
	if decode(&s) == nil {
		*p = Prerequisite{Title: s}
		return nil
	}
	type full Prerequisite
	return decode((*full)(p))
}

// Defaults hold for every action that does not say otherwise.
type Defaults struct {
	Timeout     Duration          `yaml:"timeout,omitempty"`
	Grace       Duration          `yaml:"grace,omitempty"` // between the first stop signal and the next
	Shell       string            `yaml:"shell,omitempty"` // sh, bash or bash-strict (set -euo pipefail)
	Cwd         string            `yaml:"cwd,omitempty"`   // run: a private folder of the run; else a path
	Env         map[string]string `yaml:"env,omitempty"`
	Prometheus  string            `yaml:"prometheus,omitempty"`   // address of the server that promql checks ask
	OutputLimit Size              `yaml:"output_limit,omitempty"` // of what is kept in memory of an output
}

// The phases a step may belong to, in their usual order.
const (
	PhaseDiagnose    = "diagnose"
	PhaseMitigate    = "mitigate"
	PhaseVerify      = "verify"
	PhaseCommunicate = "communicate"
	PhaseCleanup     = "cleanup"
)

// Phases are all phases of a step.
var Phases = []string{PhaseDiagnose, PhaseMitigate, PhaseVerify, PhaseCommunicate, PhaseCleanup}

// Step is one thing to do, made of actions in order. One without an action that
// can be run is a line of a checklist.
type Step struct {
	Number      int       `yaml:"step,omitempty"` // as in the seed; else its place, from 1
	ID          string    `yaml:"id,omitempty"`   // unique in the runbook; step-N if absent
	Title       string    `yaml:"title"`
	Description string    `yaml:"description,omitempty"` // Markdown: why it is there
	Phase       string    `yaml:"phase,omitempty"`
	When        string    `yaml:"when,omitempty"`   // only if this holds; see ParseCondition
	Manual      bool      `yaml:"manual,omitempty"` // a person does it; nothing is run
	Skippable   *bool     `yaml:"skippable,omitempty"`
	Assignee    string    `yaml:"assignee,omitempty"` // a person or a role
	Links       []Link    `yaml:"links,omitempty"`
	Approval    *Approval `yaml:"approval,omitempty"`
	Actions     []Action  `yaml:"actions,omitempty"`
	Line        int       `yaml:"source_line,omitempty"` // of the document it was imported from
}

// MaySkip reports whether the step may be skipped, with a reason: unless it says
// otherwise, every step may.
func (s *Step) MaySkip() bool { return s.Skippable == nil || *s.Skippable }

// Approval asks a person, at the time of running, before a step is begun. That it
// was given is an event of the run, never a field of the file.
type Approval struct {
	Required      int      `yaml:"required,omitempty"` // how many people; 0 means 1
	Roles         Strings  `yaml:"roles,omitempty"`    // who may; empty means everybody
	Prompt        string   `yaml:"prompt,omitempty"`
	TypeToConfirm string   `yaml:"type_to_confirm,omitempty"` // what must be typed, usually the target's name
	Show          Strings  `yaml:"show,omitempty"`            // names of values to show beside the question
	Expires       Duration `yaml:"expires,omitempty"`         // 0 means 10 minutes
}

// Escalation is a deadline of a run: who is to be told when it is not over by
// then.
type Escalation struct {
	After   Duration `yaml:"after"`
	Contact string   `yaml:"contact"`
	From    string   `yaml:"from,omitempty"` // run_start (default) or declared
	If      string   `yaml:"if,omitempty"`   // not_resolved (default) or always
	Message string   `yaml:"message,omitempty"`
}

// Gate proves that the incident is over: every required check green often enough
// in a row, for long enough, and a person who says yes.
type Gate struct {
	Checks []Check  `yaml:"checks"`
	Soak   Duration `yaml:"soak,omitempty"`    // how long all must have stayed green
	Ask    string   `yaml:"confirm,omitempty"` // the question to a person; there is always one
}

// Step finds a step by its id.
func (b *Book) Step(id string) (*Step, bool) {
	for i := range b.Steps {
		if b.Steps[i].ID == id {
			return &b.Steps[i], true
		}
	}
	return nil, false
}

// Param finds a parameter by its name.
func (b *Book) Param(name string) (*Param, bool) {
	for i := range b.Params {
		if b.Params[i].Name == name {
			return &b.Params[i], true
		}
	}
	return nil, false
}

// Fits reports whether the runbook names severity s. A runbook that names none
// fits every incident.
func (b *Book) Fits(s model.Severity) bool {
	if len(b.Severity) == 0 || !s.Valid() {
		return true
	}
	for _, w := range b.Severity {
		if low, high, ok := severities(w); ok && s >= low && s <= high {
			return true
		}
	}
	return false
}

// severities reads one word of Book.Severity as a range: a number, or the word
// that alerts use.
func severities(word string) (worst, mildest model.Severity, ok bool) {
	switch strings.ToLower(strings.TrimSpace(word)) {
	case "critical", "page", "high":
		return 1, 2, true
	case "major":
		return 2, 2, true
	case "warning", "medium", "error":
		return 3, 3, true
	case "minor":
		return 3, 4, true
	case "low", "info", "ticket":
		return 4, 5, true
	}
	s, err := model.ParseSeverity(word)
	return s, s, err == nil
}
