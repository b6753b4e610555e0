package lint

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"warroom/model"
	"warroom/runbooks"
	"warroom/runbooks/shell"
)

// Options are what the rules need to know besides the file.
type Options struct {
	Now      time.Time            // for overdue reviews; the zero time asks for none
	Strategy func(id string) bool // whether there is such a strategy; nil asks for none
}

// Rules are the names of all rules with what they ask for, besides those about
// single fields, which have the field's name.
var Rules = map[string]string{
	"syntax":          "the file is YAML of this format: known fields, right types, one document",
	"no-title":        "runbooks, steps and strategies have a title",
	"no-steps":        "a runbook has steps",
	"duplicate-id":    "ids of steps differ",
	"duplicate-param": "names of values differ also for a shell",
	"exec":            "an action has one of argv, command, script and http",
	"goto":            "goto leads to a step that exists",
	"goto-loop":       "goto leads forwards, so that a run ends",
	"when":            "a condition can be read",
	"unparsable":      "shell text can be read by a shell",
	"unsafe-place":    "a value never stands where it would be read as code",
	"odd-sign":        "commands hold no characters that cannot be seen",
	"secret-argument": "a secret never stands in an argument",
	"secret-literal":  "no secret stands in the file",
	"shell-argv":      "argv does not start a shell",
	"strategy-shell":  "strategies run no shell text",
	"no-parameter":    "every placeholder is a value of the runbook",
	"no-capture":      "what is used as captured is captured before",
	"risk-read":       "what is called read changes nothing",
	"preview-changes": "guards, captures, previews and checks change nothing",
	"mutate-timeout":  "what changes something has a time limit",
	"approval":        "what destroys something is approved first",
	"promql-value":    "a value inside a query cannot end the text it stands in",
	"rollback":        "strategies that are named exist",
	"comment-lost":    "a # in a command is not cut off as a comment",
	"no-id":           "runbooks have an id",
	"no-owner":        "runbooks have an owner",
	"review-overdue":  "runbooks are reviewed in time",
	"no-trigger":      "a runbook says when it fits",
	"no-risk":         "what runs says what it may do",
	"no-criteria":     "what changes something says how to know that it worked",
	"no-undo":         "what changes something says how to undo it",
	"unused-param":    "declared values are used",
	"implied-param":   "values are declared",
	"open-pattern":    "patterns are anchored at both ends",
	"link":            "links are addresses",
	"kubectl-context": "kubectl and helm say which cluster and namespace",
	"import-note":     "notes of the importer are settled",
}

// File lints one file, whichever of the two formats it has. The problems are in
// the order of the file.
func File(name string, data []byte, o Options) []runbooks.Problem {
	l := &linter{file: name, lines: strings.Split(string(data), "\n"), opt: o}
	if runbooks.IsStrategy(data) {
		s, problems, err := runbooks.ReadStrategy(name, data)
		if err != nil {
			return []runbooks.Problem{syntax(name, err)}
		}
		l.list, l.at = problems, s.At
		l.strategy(s)
	} else {
		b, problems, err := runbooks.Read(name, data)
		if err != nil {
			return []runbooks.Problem{syntax(name, err)}
		}
		l.list, l.at = problems, b.At
		l.book(b)
	}
	l.rawLines()
	slices.SortStableFunc(l.list, func(a, b runbooks.Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Level, b.Level))
	})
	return slices.CompactFunc(l.list, func(a, b runbooks.Problem) bool { return a == b })
}

// Count counts errors and warnings.
func Count(problems []runbooks.Problem) (errs, warnings int) {
	for _, p := range problems {
		if p.Level == runbooks.LevelError {
			errs++
		} else {
			warnings++
		}
	}
	return errs, warnings
}

var placeRe = regexp.MustCompile(`^(\d+):(\d+): `)

// syntax makes a problem of an error that carries its place in front.
func syntax(name string, err error) runbooks.Problem {
	p := runbooks.Problem{File: name, Line: 1, Column: 1, Level: runbooks.LevelError, Rule: "syntax", Message: model.Message(err)}
	rest, ok := strings.CutPrefix(p.Message, name+":")
	if !ok {
		return p
	}
	if m := placeRe.FindStringSubmatch(rest); m != nil {
		p.Line, _ = strconv.Atoi(m[1])
		p.Column, _ = strconv.Atoi(m[2])
		p.Message = rest[len(m[0]):]
	}
	return p
}

type linter struct {
	file   string
	lines  []string
	opt    Options
	at     func(path string) (line, col int)
	params []runbooks.Param
	list   []runbooks.Problem
}

func (l *linter) add(path, level, rule, format string, args ...any) {
	line, col := l.at(path)
	l.list = append(l.list, runbooks.Problem{File: l.file, Line: line, Column: col, Level: level, Rule: rule, Message: fmt.Sprintf(format, args...)})
}

func (l *linter) errorf(path, rule, format string, args ...any) {
	l.add(path, runbooks.LevelError, rule, format, args...)
}

func (l *linter) warnf(path, rule, format string, args ...any) {
	l.add(path, runbooks.LevelWarning, rule, format, args...)
}

// shellParams are the values as the compiler of commands knows them.
func (l *linter) shellParams(texts ...string) []shell.Param {
	return shell.ParamsOf(l.params, texts...)
}

// text places a problem of a shell text, which may be a block of several lines
// below its key.
func (l *linter) text(path string, p shell.Problem) {
	line, col := l.at(path)
	if line <= len(l.lines) {
		row := l.lines[line-1]
		if _, value, ok := strings.Cut(row[min(max(col-1, 0), len(row)):], ":"); ok {
			switch v := strings.TrimSpace(value); {
			case strings.HasPrefix(v, "|"), strings.HasPrefix(v, ">"):
				if at := line + p.Line - 1; at < len(l.lines) && strings.HasPrefix(v, "|") {
					below := l.lines[line] // the first line of the block says how far it is indented
					line, col = at+1, len(below)-len(strings.TrimLeft(below, " "))+p.Col
				}
			case p.Line == 1 && v != "" && v[0] != '"' && v[0] != '\'':
				col += strings.Index(row[col-1:], v) + p.Col - 1
			}
		}
	}
	level := runbooks.LevelError
	if p.Warning {
		level = runbooks.LevelWarning
	}
	l.list = append(l.list, runbooks.Problem{File: l.file, Line: line, Column: col, Level: level, Rule: p.Rule, Message: p.Message})
}

// rawLines looks at what the YAML reader does not hand on.
func (l *linter) rawLines() {
	for i, row := range l.lines {
		m := plainRe.FindStringSubmatchIndex(row)
		if m == nil {
			continue
		}
		l.list = append(l.list, runbooks.Problem{File: l.file, Line: i + 1, Column: m[2] + 2, Level: runbooks.LevelWarning, Rule: "comment-lost",
			Message: "YAML takes this # for the beginning of a comment and cuts it off: write command: | and the command below it"})
	}
}

var (
	plainRe = regexp.MustCompile(`^[\s-]*(?:command|script):\s+[^|>"'\s#][^#]*?(\s#)`)

	secretRes = []*regexp.Regexp{
		regexp.MustCompile(`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`),
		regexp.MustCompile(`\bgh[pousr]_[A-Za-z0-9]{30,}`),
		regexp.MustCompile(`\bxox[abprs]-[A-Za-z0-9-]{10,}`),
		regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----`),
		regexp.MustCompile(`://[^/\s:@<>$]+:[^/\s:@<>$]{3,}@`),
		regexp.MustCompile(`(?i)\b(?:password|passwd|secret|token|api[_-]?key)\s*[=:]\s*["']?[A-Za-z0-9+/_-]{12,}`),
		regexp.MustCompile(`(?i)authorization:\s*(?:bearer|basic)\s+[A-Za-z0-9+/._=-]{8,}`),
	}
)
