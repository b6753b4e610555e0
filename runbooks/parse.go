package runbooks

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"warroom/model"
	"warroom/model/strictyaml"
)

// MaxFile bounds a runbook's file, in bytes.
const MaxFile = strictyaml.MaxBytes

// place knows where in its file a value stands.
type place struct {
	doc  *strictyaml.Doc
	root string // $ or, in the seed's form, $.runbook
}

func (p *place) at(path string) (line, col int) {
	if p == nil || p.doc == nil {
		return 1, 1
	}
	return p.doc.At(p.root + strings.TrimPrefix(path, "$"))
}

// At is the place in the file of the value at a path such as $.steps[2].title,
// both from 1.
func (b *Book) At(path string) (line, col int) { return b.place.at(path) }

// At is the place in the file of the value at a path, both from 1.
func (s *Strategy) At(path string) (line, col int) { return s.place.at(path) }

// Parse reads one runbook, strictly: the first thing that is wrong is the error,
// with file:line:column. name is what the file is called in messages.
//
// The result is complete: steps have ids and numbers, and every placeholder has a
// parameter, declared or implied.
func Parse(name string, data []byte) (*Book, error) {
	b, problems, err := Read(name, data)
	if err != nil {
		return nil, err
	}
	return b, first(name, problems)
}

// ParseStrategy reads one rollback strategy as Parse reads a runbook.
func ParseStrategy(name string, data []byte) (*Strategy, error) {
	s, problems, err := ReadStrategy(name, data)
	if err != nil {
		return nil, err
	}
	return s, first(name, problems)
}

// Read is Parse for whoever wants to see everything that is wrong. An error means
// that there is nothing to look at.
func Read(name string, data []byte) (*Book, []Problem, error) {
	b := &Book{File: name, Hash: digest(data)}
	doc, err := strictyaml.Parse(name, data)
	if err != nil {
		return nil, nil, err
	}
	if doc.Empty() {
		return nil, nil, model.Errorf(model.Invalid, "%s:1:1: the file is empty: a runbook has at least a title and a step", name)
	}
	b.place = &place{doc, "$"}
	if wrapped(data) {
		b.place.root = "$.runbook"
		var w struct {
			Runbook Book `yaml:"runbook"`
		}
		err = doc.Decode(&w)
		w.Runbook.File, w.Runbook.Hash, w.Runbook.place = b.File, b.Hash, b.place
		*b = w.Runbook
	} else {
		err = doc.Decode(b)
	}
	if err != nil {
		return nil, nil, err
	}
	b.complete()
	return b, b.problems(), nil
}

// ReadStrategy is ParseStrategy for whoever wants to see everything that is wrong.
func ReadStrategy(name string, data []byte) (*Strategy, []Problem, error) {
	s := &Strategy{File: name, Hash: digest(data)}
	doc, err := strictyaml.Parse(name, data)
	if err != nil {
		return nil, nil, err
	}
	if doc.Empty() {
		return nil, nil, model.Errorf(model.Invalid, "%s:1:1: the file is empty: a strategy has at least a title, a lock and a move", name)
	}
	s.place = &place{doc, "$"}
	if err := doc.Decode(s); err != nil {
		return nil, nil, err
	}
	s.complete()
	return s, s.problems(), nil
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// wrapped reports whether the file has the seed's form: everything under one key.
func wrapped(data []byte) bool {
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(strings.TrimPrefix(line, "\ufeff"), " \t\r\n")
		if line == "" || line[0] == '#' || line == "---" {
			continue
		}
		key, _, _ := strings.Cut(line, ":")
		return strings.Trim(key, `"'`) == "runbook"
	}
	return false
}

// IsStrategy reports whether a file means to be a rollback strategy.
func IsStrategy(data []byte) bool {
	for line := range strings.Lines(string(data)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimPrefix(key, "\ufeff") == "kind" {
			value, _, _ = strings.Cut(value, "#")
			return strings.Trim(strings.TrimSpace(value), `"'`) == "RollbackStrategy"
		}
	}
	return false
}

// complete fills in what the file leaves to be understood.
func (b *Book) complete() {
	for i := range b.Steps {
		s := &b.Steps[i]
		if s.Number == 0 {
			s.Number = i + 1
		}
		if s.ID == "" {
			s.ID = fmt.Sprintf("step-%d", s.Number)
		}
	}
	b.Params = imply(b.Params, texts(b))
}

func (s *Strategy) complete() { s.Params = imply(s.Params, texts(s)) }

// imply adds a parameter for every placeholder that has none.
func imply(params []Param, all []text) []Param {
	seen := map[string]bool{}
	for _, p := range params {
		seen[p.Name] = true
	}
	for _, t := range all {
		for _, name := range Placeholders(t.text) {
			if !Given(name) && !seen[name] {
				seen[name] = true
				params = append(params, Param{Name: name, Implied: true})
			}
		}
	}
	return params
}
