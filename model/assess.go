package model

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// What triage records.
const (
	KindAssessed  Kind = "assessed"
	KindChecked   Kind = "checklist_answered"
	KindMeasured  Kind = "metric_observed"
	KindEscalated Kind = "response_escalated"
)

var (
	_ = register(KindAssessed, newBody[Assessed])
	_ = register(KindChecked, newBody[Checked])
	_ = register(KindMeasured, newBody[Measured])
	_ = register(KindEscalated, newBody[Escalated])
)

// Answer is the level that was chosen for one criterion of the severity
// calculator. Criteria and levels are names of the team's doctrine; the model
// does not know them.
type Answer struct {
	Criterion string `json:"criterion"`
	Level     string `json:"level"`
	Or        string `json:"or,omitempty"` // not sure: the milder level that could not be told apart
}

// MetricValue is what was observed of a metric of the checklist.
type MetricValue struct {
	Metric string    `json:"metric"`
	Value  string    `json:"value"` // with its unit, as given
	Effect string    `json:"effect,omitempty"`
	Worse  int       `json:"worse,omitempty"` // severities
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

// The answers to a question of the checklist.
const (
	CheckYes     = "yes"
	CheckNo      = "no"
	CheckUnknown = "unknown"
)

// Check is the newest answer to a question of the checklist.
type Check struct {
	Question string    `json:"question"`
	Answer   string    `json:"answer"` // yes, no, unknown
	Action   string    `json:"action,omitempty"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
}

// Escalation is a response target that passed, and who was to be told.
type Escalation struct {
	Key      string    `json:"clock"`
	Severity Severity  `json:"severity"`
	Due      time.Time `json:"due"`
	At       time.Time `json:"at"`
	Notify   []string  `json:"notify,omitempty"`
}

// TriageState is what triage has found out so far. A second pass starts from it.
type TriageState struct {
	Answers     []Answer      `json:"answers,omitempty"`
	Severity    Severity      `json:"severity,omitempty"` // that followed from the answers
	Why         string        `json:"why,omitempty"`
	By          string        `json:"by,omitempty"`
	At          time.Time     `json:"at,omitzero"`
	Passes      int           `json:"passes,omitempty"` // how often it was assessed
	Metrics     []MetricValue `json:"metrics,omitempty"`
	Checks      []Check       `json:"checks,omitempty"`
	Escalations []Escalation  `json:"escalations,omitempty"`
}

// Answer returns the level answered for a criterion.
func (t TriageState) Answer(criterion string) (Answer, bool) {
	k := slices.IndexFunc(t.Answers, func(a Answer) bool { return a.Criterion == criterion })
	if k < 0 {
		return Answer{}, false
	}
	return t.Answers[k], true
}

// Check returns the newest answer to a question.
func (t TriageState) Check(question string) (Check, bool) {
	k := slices.IndexFunc(t.Checks, func(c Check) bool { return c.Question == question })
	if k < 0 {
		return Check{}, false
	}
	return t.Checks[k], true
}

// Metric returns what was observed of a metric.
func (t TriageState) Metric(name string) (MetricValue, bool) {
	k := slices.IndexFunc(t.Metrics, func(m MetricValue) bool { return m.Metric == name })
	if k < 0 {
		return MetricValue{}, false
	}
	return t.Metrics[k], true
}

// Assessed records the answers of a pass of the calculator.
type Assessed struct {
	Answers  []Answer `json:"answers"`
	Severity Severity `json:"severity"`
	Why      string   `json:"why,omitempty"`
}

func (b *Assessed) Text() string {
	parts := make([]string, len(b.Answers))
	for k, a := range b.Answers {
		parts[k] = wordsOf(a.Criterion) + ": " + wordsOf(a.Level)
		if a.Or != "" {
			parts[k] += " (or " + wordsOf(a.Or) + ")"
		}
	}
	return fmt.Sprintf("triage says %s: %s", b.Severity, strings.Join(parts, ", "))
}
func (b *Assessed) Important() bool { return false }

func (b *Assessed) fold(i *Incident, e Event) {
	t := &i.Triage
	t.Answers, t.Severity, t.Why, t.By, t.At = own(b.Answers), b.Severity, b.Why, e.Actor, e.At
	t.Passes++
}

func wordsOf(name string) string { return strings.ReplaceAll(name, "_", " ") }

// Checked records an answer to a question of the checklist.
type Checked struct {
	Question string `json:"question"`
	Answer   string `json:"answer"`
	Action   string `json:"action,omitempty"` // what the checklist asks for after a yes
}

func (b *Checked) Text() string {
	s := b.Question + " " + b.Answer
	if b.Answer == CheckYes && b.Action != "" {
		s += ": " + b.Action
	}
	return s
}
func (b *Checked) Important() bool { return b.Answer == CheckYes }

func (b *Checked) fold(i *Incident, e Event) {
	c := Check{b.Question, b.Answer, b.Action, e.Actor, e.At}
	if k := slices.IndexFunc(i.Triage.Checks, func(c Check) bool { return c.Question == b.Question }); k >= 0 {
		i.Triage.Checks[k] = c
	} else if len(i.Triage.Checks) < maxTriage {
		i.Triage.Checks = append(i.Triage.Checks, c)
	}
}

// Measured records what was observed of a metric. An empty value takes it back.
type Measured struct {
	Metric string `json:"metric"`
	Value  string `json:"value"`
	Effect string `json:"effect,omitempty"`
	Worse  int    `json:"worse,omitempty"`
}

func (b *Measured) Text() string {
	if b.Value == "" {
		return b.Metric + ": not known"
	}
	return fmt.Sprintf("%s: %s", b.Metric, b.Value) + within(b.Effect)
}
func (b *Measured) Important() bool { return false }

func (b *Measured) fold(i *Incident, e Event) {
	is := func(m MetricValue) bool { return m.Metric == b.Metric }
	m := MetricValue{b.Metric, b.Value, b.Effect, b.Worse, e.Actor, e.At}
	switch k := slices.IndexFunc(i.Triage.Metrics, is); {
	case b.Value == "":
		i.Triage.Metrics = without(i.Triage.Metrics, is)
	case k >= 0:
		i.Triage.Metrics[k] = m
	case len(i.Triage.Metrics) < maxTriage:
		i.Triage.Metrics = append(i.Triage.Metrics, m)
	}
}

// within puts a remark in brackets.
func within(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}

// maxTriage bounds what a record of another doctrine can make the fold keep.
const maxTriage = 100

// Assess records a pass of the calculator, and with Set gives the incident the
// severity that follows. The answers must have been checked by the doctrine.
type Assess struct {
	Answers  []Answer
	Severity Severity
	Why      string
	Set      bool
	Lower    bool // Set may also make the severity milder
}

// Decide refuses a pass that changes nothing. Without Lower, a severity that is
// worse than the answers say stays: take the higher now, lower it later.
func (c Assess) Decide(s Scene) ([]Draft, error) {
	b, err := c.body()
	if err != nil {
		return nil, err
	}
	var drafts []Draft
	t := s.Incident.Triage
	if !slices.Equal(t.Answers, b.Answers) || t.Severity != b.Severity {
		drafts = append(drafts, Draft{Kind: KindAssessed, Body: b})
	}
	if from := s.Incident.Severity; c.Set && (c.Severity < from || c.Lower && c.Severity > from) {
		drafts = append(drafts, Draft{Kind: KindSeverityChanged, Body: &SeverityChange{from, c.Severity, b.Why}})
	}
	if len(drafts) == 0 {
		return nil, Errorf(Conflict, "nothing would change: %s was assessed so already", s.Incident.ID)
	}
	return drafts, nil
}

func (c Assess) body() (*Assessed, error) {
	if !c.Severity.Valid() {
		return nil, Errorf(Invalid, "%d is no severity: give 1 (worst) to 5", int(c.Severity))
	}
	if len(c.Answers) > maxTriage {
		return nil, Errorf(Invalid, "%d answers are too many", len(c.Answers))
	}
	for k, a := range c.Answers {
		if a.Criterion == "" || a.Level == "" || len(a.Criterion)+len(a.Level)+len(a.Or) > MaxTitle {
			return nil, Errorf(Invalid, "an answer needs a criterion and a level")
		}
		if slices.ContainsFunc(c.Answers[:k], func(o Answer) bool { return o.Criterion == a.Criterion }) {
			return nil, Errorf(Invalid, "%s is answered twice", Brief(a.Criterion, 40))
		}
	}
	why, err := cleanReason(c.Why)
	if err != nil {
		return nil, err
	}
	return &Assessed{Answers: c.Answers, Severity: c.Severity, Why: why}, nil
}

// AnswerCheck answers a question of the checklist.
type AnswerCheck struct{ Question, Answer, Action string }

// Decide refuses the answer that was given already.
func (c AnswerCheck) Decide(s Scene) ([]Draft, error) {
	q, err := cleanText("question", c.Question, MaxTitle)
	if err != nil {
		return nil, err
	}
	if !slices.Contains([]string{CheckYes, CheckNo, CheckUnknown}, c.Answer) {
		return nil, Errorf(Invalid, "%q is no answer: give yes, no or unknown", Brief(c.Answer, 30))
	}
	action := strings.TrimSpace(Valid(c.Action))
	if len(action) > MaxTitle {
		return nil, Errorf(Invalid, "the action is too long: at most %d bytes", MaxTitle)
	}
	if was, ok := s.Incident.Triage.Check(q); ok && was.Answer == c.Answer {
		return nil, Errorf(Conflict, "nothing would change: that was answered %s already", c.Answer)
	}
	return []Draft{{Kind: KindChecked, Body: &Checked{q, c.Answer, action}}}, nil
}

// Measure records a metric of the checklist; an empty Value takes it back.
type Measure struct {
	Metric, Value, Effect string
	Worse                 int
}

// Decide refuses a value that is known already.
func (c Measure) Decide(s Scene) ([]Draft, error) {
	m, err := cleanText("metric", c.Metric, MaxTitle)
	if err != nil {
		return nil, err
	}
	v := strings.Join(strings.Fields(Valid(c.Value)), " ")
	if len(v) > MaxName || len(c.Effect) > MaxTitle || c.Worse < 0 || c.Worse > 4 {
		return nil, Errorf(Invalid, "%q is no value of a metric", Brief(v, 40))
	}
	was, ok := s.Incident.Triage.Metric(m)
	switch {
	case v == "" && !ok:
		return nil, Errorf(Conflict, "%s is not known anyway", Brief(m, 40))
	case ok && was.Value == v:
		return nil, Errorf(Conflict, "nothing would change: %s is %s already", Brief(m, 40), v)
	case v == "":
		return []Draft{{Kind: KindMeasured, Body: &Measured{Metric: m}}}, nil
	}
	return []Draft{{Kind: KindMeasured, Body: &Measured{m, v, c.Effect, c.Worse}}}, nil
}

// Escalated records that a response target has passed. The event stands at the
// time that was missed, whoever notices it first.
type Escalated struct {
	Key      string    `json:"clock"`
	Severity Severity  `json:"severity"`
	Line     string    `json:"text"`
	Due      time.Time `json:"due"`
	Notify   []string  `json:"notify,omitempty"`
}

func (b *Escalated) Text() string {
	s := fmt.Sprintf("%s response target passed: %s", b.Severity, b.Line)
	if len(b.Notify) > 0 {
		names := make([]string, len(b.Notify))
		for k, n := range b.Notify {
			names[k] = wordsOf(n)
		}
		s += "; escalate: " + strings.Join(names, ", ")
	}
	return s
}
func (b *Escalated) Important() bool { return true }

func (b *Escalated) fold(i *Incident, e Event) {
	if len(i.Triage.Escalations) < maxTriage {
		i.Triage.Escalations = append(i.Triage.Escalations, Escalation{b.Key, b.Severity, kept(b.Due), e.At, own(b.Notify)})
	}
}

// Escalate records that the clock Key, a response target, has passed. Every
// open room asks for it; the first one is written.
type Escalate struct {
	Key    string
	Notify []string // who is to be told, after the severity's requirements
	Rules  Rules
}

// Decide refuses what is not a response target, what has not passed, and what
// was recorded already for this severity.
func (c Escalate) Decide(s Scene) ([]Draft, error) {
	k, err := s.clock(c.Key, c.Rules)
	switch {
	case err != nil:
		return nil, err
	case !k.Kind.Response():
		return nil, Errorf(Invalid, "%q is no response target", Brief(c.Key, 40))
	case !k.Overdue(s.Now):
		return nil, Errorf(Conflict, "that has not passed yet: %s", Brief(k.Text, 60))
	case s.Incident.Escalated(k.Key):
		return nil, Errorf(Conflict, "that is recorded already")
	case len(c.Notify) > maxTriage:
		return nil, Errorf(Invalid, "%d are too many to escalate to", len(c.Notify))
	}
	at := later(Millis(k.Due), s.Incident.SeveritySince())
	return []Draft{{at, KindEscalated, &Escalated{k.Key, s.Incident.Severity, k.Text, k.Due, c.Notify}}}, nil
}

// Response reports whether a clock of kind k is a response target, which is
// escalated when it passes.
func (k ClockKind) Response() bool { return k == ClockAck || k == ClockCommand }

// Escalated reports whether the passing of a response target is recorded for the
// severity that the incident has.
func (i *Incident) Escalated(key string) bool {
	return slices.ContainsFunc(i.Triage.Escalations, func(e Escalation) bool { return e.Key == key && e.Severity == i.Severity })
}
