package review

import (
	"fmt"
	"slices"
	"strings"

	"warroom/model"
	"warroom/model/review/faulttree"
	"warroom/model/strictyaml"
)

// Step is a question and its answer, in a chain of whys.
type Step struct {
	Level    int    `json:"level"`
	Question string `json:"question"`
	Answer   string `json:"answer"`

	// Beyond the seed's: the place in the tree and what is known.
	N          int              `json:"n,omitempty"`
	Parent     int              `json:"parent,omitempty"`
	Evidence   string           `json:"evidence,omitempty"`
	Confidence model.Confidence `json:"confidence,omitempty"`
	Leaf       bool             `json:"leaf"`
	Flags      []Flag           `json:"flags,omitempty"`
}

// Flag is a doubt about an answer.
type Flag struct {
	Rule string `json:"rule"` // circular, repeated, person, unactionable
	Why  string `json:"message"`
}

// Report is the analysis of the whys. RootCause is the seed's: the last answer
// of the main chain that reached level five or has one of its signs; nil if
// there is none. Causes are the ends of all branches.
type Report struct {
	Problem         string   `json:"problem"`
	Analysis        []Step   `json:"analysis"`
	RootCause       *string  `json:"root_cause"`
	Depth           int      `json:"depth"` // of the deepest branch
	Recommendations []string `json:"recommendations"`
	Causes          []string `json:"causes"`
	Flags           int      `json:"flags"`
}

// rootSigns are the seed's signs of a root cause.
var rootSigns = []string{"lack of", "absence of", "missing", "no process", "not implemented", "never established", "assumption"}

// IsRootCause reports whether an answer has one of the seed's signs.
func IsRootCause(answer string) bool {
	a := strings.ToLower(answer)
	return slices.ContainsFunc(rootSigns, func(s string) bool { return strings.Contains(a, s) })
}

// Recommend are the seed's recommendations for a root cause; nil is none found.
func Recommend(cause *string) []string {
	if cause == nil || *cause == "" {
		return []string{"Continue analysis to identify root cause"}
	}
	out := []string{}
	c := strings.ToLower(*cause)
	for _, r := range []struct{ word, advice string }{
		{"process", "Establish or improve process documentation"},
		{"monitoring", "Implement or enhance monitoring"},
		{"testing", "Improve test coverage"},
		{"communication", "Enhance team communication protocols"},
	} {
		if strings.Contains(c, r.word) {
			out = append(out, r.advice)
		}
	}
	return out
}

// Answer is an answer to a why, with the answers to its own.
type Answer struct {
	N          int
	Question   string
	Answer     string
	Evidence   string
	Confidence model.Confidence
	Whys       []Answer
}

// Tree is a problem and its answers.
type Tree struct {
	Problem string
	Whys    []Answer
	People  []string // names, so that a person as the end of a branch is seen
}

// TreeOf is the tree of whys of an incident.
func TreeOf(i *model.Incident) Tree {
	t := Tree{Problem: i.Title, People: i.People}
	if s := i.Writeup.Section(model.SecProblem); s.Text != "" {
		t.Problem = s.Text
	}
	below := map[int][]model.Why{}
	known := map[int]bool{}
	for _, w := range i.Writeup.Whys {
		known[w.N] = true
	}
	for _, w := range i.Writeup.Whys {
		p := w.Parent
		if !known[p] || p == w.N {
			p = 0
		}
		below[p] = append(below[p], w)
	}
	used := map[int]bool{} // a record from elsewhere may go round in circles
	var grow func(n int) []Answer
	grow = func(n int) []Answer {
		var out []Answer
		for _, w := range below[n] {
			if used[w.N] {
				continue
			}
			used[w.N] = true
			out = append(out, Answer{w.N, w.Question, w.Answer, w.Evidence, w.Confidence, grow(w.N)})
		}
		return out
	}
	t.Whys = grow(0)
	return t
}

// Seeds are the confirmed hypotheses of an incident that no answer speaks of yet,
// as commands that enter them.
func Seeds(i *model.Incident) []model.AnswerWhy {
	var out []model.AnswerWhy
	for _, h := range i.Hypotheses {
		if h.State != model.HypothesisConfirmed ||
			slices.ContainsFunc(i.Writeup.Whys, func(w model.Why) bool { return w.Hypothesis == h.N }) {
			continue
		}
		out = append(out, model.AnswerWhy{Answer: h.Text, Evidence: strings.Join(h.Evidence, "; "), Confidence: model.ConfidenceHigh, Hypothesis: h.N})
	}
	return out
}

// Report analyses the tree. The main chain, which the seed's rules are applied
// to, takes the first answer at each fork.
func (t Tree) Report() *Report {
	r := &Report{Problem: t.Problem, Analysis: []Step{}, Causes: []string{}}
	var walk func(list []Answer, parent, level int, above []string, main bool)
	walk = func(list []Answer, parent, level int, above []string, main bool) {
		r.Depth = max(r.Depth, level-1)
		for k, a := range list {
			if a.N == 0 {
				a.N = len(r.Analysis) + 1
			}
			s := Step{Level: level, Question: a.Question, Answer: a.Answer, N: a.N, Parent: parent, Evidence: a.Evidence, Confidence: a.Confidence, Leaf: len(a.Whys) == 0}
			s.Flags = doubts(s, above, r.Analysis, t.People)
			r.Flags += len(s.Flags)
			r.Analysis = append(r.Analysis, s)
			first := main && k == 0
			if first && (level >= 5 || IsRootCause(a.Answer)) {
				cause := a.Answer
				r.RootCause = &cause
			}
			if s.Leaf {
				r.Causes = append(r.Causes, a.Answer)
				continue
			}
			walk(a.Whys, a.N, level+1, append(above[:len(above):len(above)], a.Answer), first)
		}
	}
	walk(t.Whys, 0, 1, []string{t.Problem}, true)
	if r.Depth == 0 && len(r.Analysis) > 0 {
		r.Depth = 1
	}
	for _, s := range r.Analysis {
		r.Depth = max(r.Depth, s.Level)
	}
	r.Recommendations = Recommend(r.RootCause)
	return r
}

// doubts flags an answer that goes round in a circle, one that ends at a person,
// and one that nobody can act on.
func doubts(s Step, above []string, before []Step, people []string) []Flag {
	var out []Flag
	for _, a := range above {
		if same(a, s.Answer) {
			out = append(out, Flag{"circular", "this says again what is asked about: “" + model.Brief(a, 60) + "”"})
			break
		}
	}
	if len(out) == 0 {
		for _, b := range before {
			if same(b.Answer, s.Answer) {
				out = append(out, Flag{"repeated", fmt.Sprintf("this was answered already (%d): perhaps one cause for both", b.N)})
				break
			}
		}
	}
	if s.Leaf && personActs(s.Answer, people) {
		out = append(out, Flag{"person", "a person's act is no end: ask what made it sensible then, and which safeguard was not there"})
	}
	if s.Leaf && unactionable(s.Answer) {
		out = append(out, Flag{"unactionable", "nobody can act on this: ask what would have caught it, or made it matter less"})
	}
	return out
}

var small = map[string]bool{"the": true, "a": true, "an": true, "was": true, "were": true, "is": true, "are": true, "be": true, "at": true, "for": true, "with": true, "by": true, "of": true, "to": true, "and": true, "in": true, "on": true, "it": true, "there": true, "because": true, "we": true, "had": true, "has": true, "been": true}

// same reports whether two answers say the same: nearly all of their words that
// carry meaning are shared.
func same(a, b string) bool {
	x, y := meaning(a), meaning(b)
	if len(x) == 0 || len(y) == 0 {
		return false
	}
	shared := 0
	for w := range x {
		if y[w] {
			shared++
		}
	}
	return 5*shared >= 4*max(len(x), len(y))
}

func meaning(s string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.FieldsFunc(strings.ToLower(s), notWord) {
		if !small[w] {
			out[strings.TrimSuffix(w, "s")] = true
		}
	}
	return out
}

func notWord(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' || r == '-' || r > 127)
}

func unactionable(answer string) bool {
	a := strings.Trim(strings.ToLower(answer), " .!?")
	for _, w := range []string{"bad luck", "unlucky", "it just happened", "shit happens", "these things happen", "no idea", "nobody knows", "unknown", "we don't know", "murphy"} {
		if a == w || strings.Contains(a, w) && w != "unknown" {
			return true
		}
	}
	return false
}

// FaultTree makes a fault tree of the whys: each answer with answers below is a
// gate, any of which is enough; each end of a branch an event without a
// probability. It fails if there is no answer yet.
func (t Tree) FaultTree() (*faulttree.Tree, error) {
	if len(t.Whys) == 0 {
		return nil, model.Errorf(model.NotFound, "there is no answer to any why yet: so there is no fault tree")
	}
	f := &faulttree.Tree{Title: t.Problem, Top: "top"}
	n := 0
	var add func(list []Answer, id, text string)
	add = func(list []Answer, id, text string) {
		g := faulttree.Gate{ID: id, Text: text, Op: faulttree.Or}
		at := len(f.Gates)
		f.Gates = append(f.Gates, g)
		for _, a := range list {
			n++
			in := fmt.Sprintf("why %d", n)
			g.Inputs = append(g.Inputs, in)
			if len(a.Whys) > 0 {
				add(a.Whys, in, a.Answer)
			} else {
				f.Events = append(f.Events, faulttree.Event{ID: in, Text: a.Answer, Kind: faulttree.Undeveloped})
			}
		}
		f.Gates[at] = g
	}
	add(t.Whys, "top", t.Problem)
	return f, f.Check()
}

type whysFile struct {
	Problem  string     `yaml:"problem"`
	Whys     []whysNode `yaml:"whys"`
	Analysis []whysNode `yaml:"analysis"`
}

type whysNode struct {
	Question   string     `yaml:"question"`
	Answer     string     `yaml:"answer"`
	Evidence   string     `yaml:"evidence"`
	Confidence string     `yaml:"confidence"`
	Level      int        `yaml:"level"` // as the report prints it; the order counts
	Whys       []whysNode `yaml:"whys"`
}

// ReadWhys reads whys from a YAML or JSON file. A list without anything nested
// is a chain, as in the classical five whys: each question asks about the answer
// before it. Where any answer has whys of its own, lists are several answers to
// the same question.
func ReadWhys(name string, data []byte) (Tree, error) {
	doc, err := strictyaml.Parse(name, data)
	if err != nil {
		return Tree{}, err
	}
	var f whysFile
	if err := doc.Decode(&f); err != nil {
		return Tree{}, err
	}
	list, key := f.Whys, "whys"
	if list == nil {
		list, key = f.Analysis, "analysis"
	}
	if strings.TrimSpace(f.Problem) == "" {
		return Tree{}, doc.Errorf("$", "there is no problem: write problem: and what happened")
	}
	nested := false
	n := 0
	var check func(list []whysNode, path string) error
	check = func(list []whysNode, path string) error {
		for k, w := range list {
			p := fmt.Sprintf("%s[%d]", path, k)
			if n++; n > 1000 {
				return doc.Errorf(p, "more than 1000 answers are not read")
			}
			if strings.TrimSpace(w.Answer) == "" {
				return doc.Errorf(p, "this why has no answer: write answer:")
			}
			if c := model.Confidence(w.Confidence); c != "" && !slices.Contains(model.Confidences, c) {
				return doc.Errorf(p+".confidence", "%q is no confidence: give low, medium or high", model.Brief(w.Confidence, 20))
			}
			nested = nested || w.Whys != nil
			if err := check(w.Whys, p+".whys"); err != nil {
				return err
			}
		}
		return nil
	}
	if err := check(list, "$."+key); err != nil {
		return Tree{}, err
	}
	t := Tree{Problem: f.Problem}
	var grow func(list []whysNode) []Answer
	grow = func(list []whysNode) []Answer {
		var out []Answer
		for _, w := range list {
			out = append(out, Answer{Question: w.Question, Answer: w.Answer, Evidence: w.Evidence, Confidence: model.Confidence(w.Confidence), Whys: grow(w.Whys)})
		}
		return out
	}
	if nested {
		t.Whys = grow(list)
		return t, nil
	}
	for k := len(list) - 1; k >= 0; k-- {
		w := list[k]
		t.Whys = []Answer{{Question: w.Question, Answer: w.Answer, Evidence: w.Evidence, Confidence: model.Confidence(w.Confidence), Whys: t.Whys}}
	}
	return t, nil
}

// Chain is a chain of questions and answers as a tree.
func Chain(problem string, steps ...[2]string) Tree {
	t := Tree{Problem: problem}
	for k := len(steps) - 1; k >= 0; k-- {
		t.Whys = []Answer{{Question: steps[k][0], Answer: steps[k][1], Whys: t.Whys}}
	}
	return t
}

// branches are the lines of a tree.
func branches(t *faulttree.Tree) (out []Branch) {
	for _, r := range t.Outline(nil, t.Likelihoods()) {
		out = append(out, Branch{r.Depth, r.ID, r.Text, r.Gate, r.P, r.Shared})
	}
	return out
}

// FaultTreeOf is the fault tree of a review: the one that the record keeps, else
// the one of its whys.
func FaultTreeOf(i *model.Incident) (*faulttree.Tree, error) {
	if k := i.Writeup.Tree; k.Text != "" {
		return faulttree.Read(k.Name, []byte(k.Text), "")
	}
	return TreeOf(i).FaultTree()
}
