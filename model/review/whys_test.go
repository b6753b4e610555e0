package review

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"warroom/model"
	"warroom/model/review/faulttree"
)

// The seed's example and its corner cases.
func TestFiveWhys(t *testing.T) {
	full := [][2]string{
		{"Why was the website down?", "The web server ran out of memory"},
		{"Why did the server run out of memory?", "A memory leak in the application"},
		{"Why was there a memory leak?", "Unclosed database connections"},
		{"Why were connections not closed?", "Missing connection pooling configuration"},
		{"Why was connection pooling not configured?", "Lack of production readiness checklist"},
	}
	for n, want := range map[int]string{0: "", 1: "", 3: "", 4: full[3][1], 5: full[4][1]} {
		r := Chain("Website was down for 2 hours", full[:n]...).Report()
		got := ""
		if r.RootCause != nil {
			got = *r.RootCause
		}
		if got != want || r.Depth != n || len(r.Analysis) != n {
			t.Errorf("%d whys: root cause %q depth %d", n, got, r.Depth)
		}
		if want == "" && !slices.Equal(r.Recommendations, []string{"Continue analysis to identify root cause"}) {
			t.Errorf("%d whys: %q", n, r.Recommendations)
		}
		for k, s := range r.Analysis {
			if s.Level != k+1 || s.Question != full[k][0] || s.Answer != full[k][1] {
				t.Errorf("step %d: %+v", k, s)
			}
		}
	}
	for answer, want := range map[string][]string{
		"Lack of a PROCESS, of monitoring, of testing and of communication": {"Establish or improve process documentation", "Implement or enhance monitoring", "Improve test coverage", "Enhance team communication protocols"},
		"an assumption": {}, "never established": {}, "not implemented": {}, "no process": {"Establish or improve process documentation"}, "absence of tests": {},
	} {
		if r := Chain("p", [2]string{"why?", answer}).Report(); r.RootCause == nil || !slices.Equal(r.Recommendations, want) {
			t.Errorf("%q: %v %q", answer, r.RootCause, r.Recommendations)
		}
	}
	// Five levels are a root cause even without a sign, as in the seed.
	if r := Chain("p", [2]string{"", "a"}, [2]string{"", "b"}, [2]string{"", "c"}, [2]string{"", "d"}, [2]string{"", "e"}).Report(); r.RootCause == nil || *r.RootCause != "e" {
		t.Errorf("root cause of five: %v", r.RootCause)
	}
}

func TestWhysTree(t *testing.T) {
	s := declared(t, model.Declare{}).say("bob", "hypothesis: the pool is too small").do("bob", model.SetHypothesis{N: 1, State: model.HypothesisConfirmed, Evidence: "graph 7"})
	seeds := Seeds(s.i)
	if len(seeds) != 1 || seeds[0].Answer != "the pool is too small" || seeds[0].Evidence != "graph 7" {
		t.Fatalf("seeds %+v", seeds)
	}
	s.do("ana", seeds[0])
	if Seeds(s.i) != nil {
		t.Error("the same hypothesis is offered twice")
	}
	s.do("ana", model.AnswerWhy{Parent: 1, Answer: "Bob did not raise the limit"})
	s.do("ana", model.AnswerWhy{Parent: 1, Answer: "The pool was too small."})
	s.do("ana", model.AnswerWhy{Answer: "bad luck"})
	s.do("ana", model.AnswerWhy{Parent: 1, Answer: "no alert on pool usage"})
	r := TreeOf(s.i).Report()
	var flags []string
	for _, a := range r.Analysis {
		for _, f := range a.Flags {
			flags = append(flags, fmt.Sprint(a.N, " ", f.Rule))
		}
	}
	if want := []string{"2 person", "3 circular", "4 unactionable"}; !slices.Equal(flags, want) {
		t.Errorf("flags %q, want %q", flags, want)
	}
	if len(r.Causes) != 4 || r.Depth != 2 {
		t.Errorf("causes %q, depth %d", r.Causes, r.Depth)
	}
	f, err := TreeOf(s.i).FaultTree()
	if err != nil {
		t.Fatal(err)
	}
	if back, err := faulttree.Read("w.yaml", f.YAML(), ""); err != nil || !slices.EqualFunc(back.Events, f.Events, func(a, b faulttree.Event) bool { return a.ID == b.ID && a.Text == b.Text }) {
		t.Errorf("written and read again: %v %+v", err, back)
	}
	if len(f.Gates) != 2 || len(f.Events) != 4 {
		t.Errorf("fault tree of %d gates and %d events", len(f.Gates), len(f.Events))
	}
}

// A fault tree that the record keeps stands in the document; that of the whys does
// not stand there twice.
func TestFaultTreeInTheDocument(t *testing.T) {
	s := declared(t, model.Declare{}).do("ana", model.AnswerWhy{Answer: "the pool is too small"})
	if d := s.document(); d.FaultTree != nil || !strings.Contains(markdown(t, d), "**The whys**") || strings.Contains(markdown(t, d), "fault tree") {
		t.Error("the whys are there as a fault tree, too")
	}
	s.do("ana", model.KeepTree{Name: "t.yaml", File: `
top: Checkout is <down>
gates: {"Checkout is <down>": {or: [the pool is full, both]}, both: {and: [primary dies, replica lags]}}
events: {the pool is full: 0.02, primary dies: 0.1, replica lags: 0.1}
`})
	d := s.document()
	want := `
- **Checkout is &#60;down>** · any of · probability 0.0298
  - **the pool is full** · probability 0.02
  - **both** · all of · probability 0.01
    - **primary dies** · probability 0.1
    - **replica lags** · probability 0.1
`
	if got := markdown(t, d); !strings.Contains(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if p := d.ForPublic(nil); p.FaultTree != nil || strings.Contains(markdown(t, p), "pool is full") {
		t.Error("the fault tree leaves the house")
	}
}

func TestReadWhys(t *testing.T) {
	chain, err := ReadWhys("w.yaml", []byte("problem: p\nwhys:\n  - {question: why a?, answer: a}\n  - {question: why b?, answer: lack of b}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if r := chain.Report(); r.Depth != 2 || *r.RootCause != "lack of b" {
		t.Errorf("%+v", r)
	}
	tree, err := ReadWhys("w.json", []byte(`{"problem":"p","whys":[{"answer":"a","confidence":"high","whys":[{"answer":"c"},{"answer":"d"}]},{"answer":"b"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if r := tree.Report(); r.Depth != 2 || len(r.Analysis) != 4 || len(r.Causes) != 3 {
		t.Errorf("%+v", r)
	}
	for text, want := range map[string]string{
		"whys: []": "there is no problem", "problem: p\nwhys: [{question: q}]": "w:2:9: this why has no answer",
		"problem: p\nwhys: [{answer: a, confidence: sure}]": "no confidence", "problem: p\nhow: x": "no field",
	} {
		if _, err := ReadWhys("w", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
