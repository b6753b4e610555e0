package alert

import (
	"strings"
	"unicode/utf8"
)

// Quality is the specification's judgement of one alert: whether a person woken
// by it could act.
type Quality struct {
	Score      int      `json:"quality_score"` // 0 to 100
	Grade      string   `json:"grade"`         // A to F, see GradeOf
	Issues     []string `json:"issues"`        // what cost points, in the order of the checks
	Actionable bool     `json:"actionable"`    // Score of at least Usable
}

// Usable is the least score at which an alert counts as actionable; below, it
// counts as noise.
const Usable = 60

// The checks of the specification, in its order, and what each is worth.
var checks = []struct {
	points int
	issue  string
	ok     func(Alert) bool
}{
	{20, "Description too brief", func(a Alert) bool { return utf8.RuneCountInString(a.Description) > 50 }},
	{25, "Missing runbook", func(a Alert) bool { return a.RunbookURL != "" }},
	{20, "Insufficient metrics context", func(a Alert) bool { return len(a.Metrics) >= 3 }},
	{15, "Generic alert title", func(a Alert) bool { return a.Title != "" && !strings.HasPrefix(a.Title, "ALERT") }},
	{20, "Service not identified", func(a Alert) bool { return a.Service != "" }},
}

// Evaluate gives the score of the specification: description of more than 50
// characters 20 points, runbook 25, three metrics 20, a title that does not
// begin with ALERT 15, service 20.
func Evaluate(a Alert) Quality {
	q := Quality{Issues: []string{}}
	for _, c := range checks {
		if c.ok(a) {
			q.Score += c.points
		} else {
			q.Issues = append(q.Issues, c.issue)
		}
	}
	q.Grade = GradeOf(q.Score)
	q.Actionable = q.Score >= Usable
	return q
}

// GradeOf turns a score into a grade: A from 90, B from 75, C from 60, D from
// 40, F below.
func GradeOf(score int) string {
	switch {
	case score >= 90:
		return "A"
	case score >= 75:
		return "B"
	case score >= Usable:
		return "C"
	case score >= 40:
		return "D"
	}
	return "F"
}
