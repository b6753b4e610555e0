package triage

import (
	"fmt"
	"slices"
	"strings"

	"warroom/model"
)

// Answers are the levels chosen, by criterion. A criterion without an answer is
// not in it.
type Answers map[string]string

// Result is a severity with its reasons.
type Result struct {
	Severity model.Severity
	Score    int         // the worst score answered; 0 if nothing was
	Deciding []Criterion // the criteria that were answered with that score
	Levels   []Level     // their levels, in the same order
	Change   string      // what would make it milder or worse, as a sentence
	next     int         // the second worst score
}

// Answered reports whether r rests on an answer at all.
func (r Result) Answered() bool { return r.Score > 0 }

// Check refuses an answer to an unknown criterion or with an unknown level. The
// error lists those that there are.
func (d *Doctrine) Check(answers Answers) error {
	for _, name := range sortedKeys(answers) {
		c, ok := d.Criterion(name)
		if !ok {
			return model.Errorf(model.Invalid, "%q is no criterion: give one of %s", model.Brief(name, 40), d.names())
		}
		if _, ok := c.Level(answers[name]); !ok {
			return model.Errorf(model.Invalid, "%q is no level of %s: give one of %s", model.Brief(answers[name], 40), c.Name, c.levelNames())
		}
	}
	return nil
}

func (d *Doctrine) names() string {
	var s []string
	for _, c := range d.Criteria {
		s = append(s, c.Name)
	}
	return strings.Join(s, ", ")
}

func (c Criterion) levelNames() string {
	var s []string
	for _, l := range c.Levels {
		s = append(s, l.Name)
	}
	return strings.Join(s, ", ")
}

// ParseAnswers reads CRITERION=LEVEL arguments. A level may be given as its
// score where exactly one level has it. Two levels with a slash between them
// mean that they cannot be told apart: the worse counts, and unsure keeps the
// milder.
func (d *Doctrine) ParseAnswers(args []string) (answers, unsure Answers, err error) {
	answers, unsure = Answers{}, Answers{}
	for _, arg := range args {
		name, level, ok := strings.Cut(arg, "=")
		if !ok {
			return nil, nil, model.Errorf(model.Invalid, "%q is no answer: give CRITERION=LEVEL, for example %s=%s", model.Brief(arg, 60), d.Criteria[0].Name, d.Criteria[0].Levels[0].Name)
		}
		name = key(name)
		if _, twice := answers[name]; twice {
			return nil, nil, model.Errorf(model.Invalid, "%s is answered twice: give one level, or two with a slash if you are not sure", model.Brief(name, 40))
		}
		c, ok := d.Criterion(name)
		if !ok {
			return nil, nil, d.Check(Answers{name: level})
		}
		one, other, two := strings.Cut(level, "/")
		l, err := c.read(one)
		if err != nil {
			return nil, nil, err
		}
		if two {
			o, err := c.read(other)
			if err != nil {
				return nil, nil, err
			}
			if Worse(l, o) != l {
				l, o = o, l
			}
			if o != l {
				unsure[name] = o.Name
			}
		}
		answers[name] = l.Name
	}
	return answers, unsure, nil
}

// read finds a level by its name or its score.
func (c Criterion) read(s string) (Level, error) {
	if l, ok := c.scored(key(s)); ok {
		return l, nil
	}
	if l, ok := c.Level(key(s)); ok {
		return l, nil
	}
	return Level{}, model.Errorf(model.Invalid, "%q is no level of %s: give one of %s", model.Brief(s, 40), c.Name, c.levelNames())
}

// key is a name as typed, brought to the form in which the file has it.
func key(s string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(model.Valid(s))))
}

func (c Criterion) scored(digit string) (found Level, ok bool) {
	for _, l := range c.Levels {
		if digit == fmt.Sprint(l.Score) {
			if ok {
				return Level{}, false
			}
			found, ok = l, true
		}
	}
	return found, ok
}

// Severity of a score: 5 is SEV-1, 4 SEV-2 … 1 SEV-5, as in the seed; with no
// score it is SEV-5.
func severityOf(score int) model.Severity {
	if score < 1 {
		return model.SevMildest
	}
	return model.Severity(6 - min(score, 5))
}

// Score answers the seed's calculation: the worst level of all criteria decides,
// and without any answer it is SEV-5. The answers must have passed Check; what
// has not is left out.
func (d *Doctrine) Score(answers Answers) Result {
	var r Result
	next := 0
	for _, c := range d.Criteria {
		l, ok := c.Level(answers[c.Name])
		if !ok {
			continue
		}
		switch {
		case l.Score > r.Score:
			next, r.Score = r.Score, l.Score
			r.Deciding, r.Levels = []Criterion{c}, []Level{l}
		case l.Score == r.Score:
			r.Deciding, r.Levels = append(r.Deciding, c), append(r.Levels, l)
		default:
			next = max(next, l.Score)
		}
	}
	r.Severity, r.next = severityOf(r.Score), next
	r.Change = d.change(r, 0)
	return r
}

// Why says in one line what decided.
func (r Result) Why() string {
	if !r.Answered() {
		return "nothing is answered yet"
	}
	parts := make([]string, len(r.Deciding))
	for i, c := range r.Deciding {
		parts[i] = fmt.Sprintf("%s: %s", c.Words(), r.Levels[i].Words())
	}
	return fmt.Sprintf("%s (%d of 5)", strings.Join(parts, "; "), r.Score)
}

// change says what answer would change the severity, which metrics have made by
// levels worse: the nearest milder one if a single criterion decides, else the
// nearest worse one.
func (d *Doctrine) change(r Result, by int) string {
	if !r.Answered() {
		return ""
	}
	rated := func(score int) model.Severity { return max(severityOf(score)-model.Severity(by), model.SevWorst) }
	if len(r.Deciding) == 1 {
		// The best that a change of this one answer can do, and the worst level
		// that still does it.
		c := r.Deciding[0]
		for _, l := range c.Levels { // worst first
			if l.Score < r.Score {
				if s := rated(max(l.Score, r.next)); s != rated(r.Score) {
					return fmt.Sprintf("would be %s if %s were %s", s, c.Words(), l.Words())
				}
			}
		}
	}
	if rated(r.Score) == model.SevWorst {
		if len(r.Deciding) == 1 { // only together with others
			return ""
		}
		var names []string
		for _, c := range r.Deciding {
			names = append(names, c.Words())
		}
		all := "all"
		if len(names) == 2 {
			all = "both"
		}
		return "milder only if " + strings.Join(names, " and ") + " " + all + " were"
	}
	// Every criterion could make it worse; name the first that decides.
	c := r.Deciding[0]
	for i := len(c.Levels) - 1; i >= 0; i-- { // mildest first
		if l := c.Levels[i]; l.Score > r.Score {
			return fmt.Sprintf("would be %s if %s were %s", rated(l.Score), c.Words(), l.Words())
		}
	}
	return ""
}

// Worse is the answer of somebody who cannot tell two levels apart: the worse of
// them.
func Worse(a, b Level) Level {
	if b.Score > a.Score {
		return b
	}
	return a
}

func sortedKeys(m Answers) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
