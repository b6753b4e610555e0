package triage

import (
	"strings"

	"warroom/model"
)

// Recorded are the answers of an incident that d knows: what a second pass
// starts from. unsure names the milder levels that could not be told apart.
func (d *Doctrine) Recorded(t model.TriageState) (answers, unsure Answers) {
	answers, unsure = Answers{}, Answers{}
	for _, x := range t.Answers {
		if d.Check(Answers{x.Criterion: x.Level}) != nil {
			continue
		}
		answers[x.Criterion] = x.Level
		if x.Or != "" {
			unsure[x.Criterion] = x.Or
		}
	}
	return answers, unsure
}

// Answer puts the answer l to c into answers; or is the level that could not be
// told apart from it, and the worse of the two counts.
func (c Criterion) Answer(answers, unsure Answers, l, or Level) {
	if Worse(l, or) != l {
		l, or = or, l
	}
	answers[c.Name] = l.Name
	if delete(unsure, c.Name); or != l {
		unsure[c.Name] = or.Name
	}
}

// Command answers q.
func (q Question) Command(answer string) model.AnswerCheck {
	return model.AnswerCheck{Question: q.Ask, Answer: answer, Action: q.Yes}
}

// Command enters a value that was observed; an empty one takes it back.
func (m Metric) Command(value string) (model.Measure, error) {
	if strings.TrimSpace(value) == "" {
		return model.Measure{Metric: m.Name}, nil
	}
	e, err := m.Observe(value)
	if err != nil {
		return model.Measure{}, err
	}
	return model.Measure{Metric: m.Name, Value: e.Value, Effect: e.Text(), Worse: e.By}, nil
}

// Gain says what a threshold that is met does to the severity.
func (m Metric) Gain() string {
	switch m.Modifier {
	case 0:
		return "no change of severity"
	case 1:
		return "one level worse, never beyond SEV-1"
	}
	return Effect{Metric: m, Met: true, By: m.Modifier}.levels() + ", never beyond SEV-1"
}
