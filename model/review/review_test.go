package review

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"warroom/model"
	"warroom/model/review/faulttree"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// scribe keeps one incident in memory and writes what it is told.
type scribe struct {
	t       testing.TB
	i       *model.Incident
	entries []model.Entry
	now     time.Time
}

func declared(t testing.TB, d model.Declare) *scribe {
	s := &scribe{t: t, i: &model.Incident{}, now: noon}
	if d.Title == "" {
		d.Title = "Checkout answers 503"
	}
	s.do("ana", d)
	return s
}

func (s *scribe) tick(d time.Duration) *scribe { s.now = s.now.Add(d); return s }

func (s *scribe) do(who string, c model.Command) *scribe {
	s.t.Helper()
	drafts, err := c.Decide(model.Scene{Incident: s.i, Actor: who, Now: s.now, Event: func(seq int64) (model.Entry, bool) { return model.Entry{}, false }})
	if err != nil {
		s.t.Fatalf("%#v: %v", c, err)
	}
	for _, d := range drafts {
		id := s.i.ID
		if id == "" {
			id = "INC-20261123-120000"
		}
		e, err := model.Seal(d, model.Link{Incident: id, Seq: s.i.Seq + 1, Prev: s.i.Head, Recorded: s.now, Actor: who, Salt: make([]byte, 16)})
		if err != nil {
			s.t.Fatal(err)
		}
		s.i.Apply(e)
		if !e.Quiet() {
			s.entries = append(s.entries, model.NewEntry(e))
		}
	}
	return s
}

// say writes lines of the room's grammar.
func (s *scribe) say(who string, lines ...string) *scribe {
	s.t.Helper()
	for _, l := range lines {
		c, err := model.Compose(l, s.now, time.UTC)
		if err != nil {
			s.t.Fatal(err)
		}
		s.do(who, c)
	}
	return s
}

func (s *scribe) record() Record {
	return Record{Incident: s.i, Entries: s.entries, Rules: model.Doctrine(), Now: s.now}
}

func (s *scribe) document() *Document { return Compose(s.record()) }

// lasted is an incident that lasted so long.
func lasted(t testing.TB, d time.Duration) *scribe {
	s := declared(t, model.Declare{Severity: 2, Services: []string{"checkout"}})
	s.say("ana", "/take").tick(d)
	return s.do("ana", model.SetStatus{To: model.Resolved})
}

func titles(list []Action) []string {
	var out []string
	for _, a := range list {
		out = append(out, a.Priority+" "+a.Category+" "+a.Title)
	}
	return out
}

// The seed's suggestions, at its thresholds.
func TestSuggestedActions(t *testing.T) {
	const runbook, monitoring, recovery = "P1 documentation Create or update runbook", "P1 monitoring Improve monitoring and alerting", "P2 automation Implement automated recovery"
	for _, c := range []struct {
		d    time.Duration
		want []string
	}{
		{60 * time.Minute, []string{runbook}},
		{60*time.Minute + 59*time.Second, []string{runbook}}, // whole minutes, as the seed's int()
		{61 * time.Minute, []string{runbook, monitoring}},
		{120 * time.Minute, []string{runbook, monitoring}},
		{121 * time.Minute, []string{runbook, monitoring, recovery}},
	} {
		s := lasted(t, c.d)
		if got := titles(s.document().Actions); !slices.Equal(got, c.want) {
			t.Errorf("%v: %q, want %q", c.d, got, c.want)
		}
	}
	s := declared(t, model.Declare{}).say("ana", "action: followed the runbook for pools").tick(10*time.Minute).do("ana", model.SetStatus{To: model.Resolved})
	if got := titles(s.document().Actions); got != nil {
		t.Errorf("with a runbook and ten minutes: %q", got)
	}
	if got := titles(Suggest(nil, true)); got != nil {
		t.Errorf("a duration that is unknown suggested %q", got)
	}
}

func TestMetrics(t *testing.T) {
	s := declared(t, model.Declare{Severity: 1, ImpactStart: noon.Add(-20 * time.Minute), DetectedAt: noon.Add(-5 * time.Minute)})
	s.say("ana", "/take", "update: we look into it").tick(40*time.Minute).say("ana", "update: still at it", "message for you: nothing", "change: rolled back 4.12", "action: rollback of the flag", "finding: rollback is no help")
	s.do("ana", model.SetStatus{To: model.Mitigated}).tick(30*time.Minute).do("ana", model.SetStatus{To: model.Resolved})
	m := s.document().Metrics
	for _, c := range []struct {
		name string
		got  *int
		want int
	}{{"total", m.Total, 90}, {"customer", m.Customer, 60}, {"detect", m.Detect, 15}, {"mitigate", m.Mitigate, 60}, {"resolve", m.Resolve, 90}} {
		if c.got == nil || *c.got != c.want {
			t.Errorf("%s: %v, want %d", c.name, c.got, c.want)
		}
	}
	if m.Messages != 2 || m.Rollbacks != 2 || m.LateSends != 1 {
		t.Errorf("messages %d, rollbacks %d, late %d", m.Messages, m.Rollbacks, m.LateSends)
	}
	live := declared(t, model.Declare{}).tick(3 * time.Hour).document()
	if live.Metrics.Total != nil || live.Metrics.Customer != nil {
		t.Errorf("a duration of an incident that goes on: %v", live.Metrics)
	}
}

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

func TestDuration(t *testing.T) {
	for n, want := range map[int]string{0: "0 minutes", 1: "1 minute", 59: "59 minutes", 60: "1 hour", 61: "1 hour 1 minute", 125: "2 hours 5 minutes"} {
		if got := Duration(&n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

// hostileTexts are things that mean something to a reader of the output.
var hostileTexts = []string{
	"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[click](javascript:alert(1))", "![x](https://evil.example/x.png)",
	"a | b\nc | d", "\x1b[31mred\x1b[0m \u202eabc", "</td></tr></table><h1>x", "`code` **bold** # head", "&lt;b&gt; &#60;", "--> <!-- x",
	"{{.}} {{template \"x\"}}", "'\"><svg/onload=alert(1)>", "$(touch x) `id`", "](https://a.example)<b>", "javascript:alert(1)", "data:text/html,<script>1</script>",
	"=cmd|' /C calc'!A0", "## Action Items\n| x |", "```\n<script>", "<!-- blame ok --><script>",
}

func hostile(t testing.TB) *scribe {
	s := declared(t, model.Declare{Title: hostileTexts[0] + hostileTexts[5], Severity: 2, Services: []string{"<b>svc</b>|x"}, Description: strings.Join(hostileTexts, "\n")})
	for k, h := range hostileTexts {
		s.tick(time.Minute)
		for _, kind := range []model.Kind{model.KindNote, model.KindFinding, model.KindUpdate, model.KindTodo} {
			s.do("<i>eve</i>", model.AddNote{Kind: kind, Text: h, Important: k%2 == 0})
		}
		s.do("ana", model.StateHypothesis{Text: h}).do("ana", model.SetHypothesis{N: k + 1, State: model.HypothesisConfirmed, Evidence: h})
		s.do("ana", model.AnswerWhy{Question: h, Answer: h, Evidence: h})
		s.do("ana", model.AddAction{Title: h, Owner: "eve", Ticket: strings.ReplaceAll(h, "\n", " ")})
		s.do("ana", model.Propose{Text: h, Risk: h})
		s.do("ana", model.AddMitigation{Text: h})
	}
	for k, key := range model.SectionKeys {
		s.do("ana", model.WriteReview{Section: key, Text: "- " + strings.Join(hostileTexts, "\n\n- ") + hostileTexts[k%len(hostileTexts)]})
	}
	return s.tick(time.Hour).do("ana", model.SetStatus{To: model.Resolved})
}

func TestHostileText(t *testing.T) {
	s := hostile(t)
	d := s.document()
	tree, err := TreeOf(s.i).FaultTree()
	if err != nil {
		t.Fatal(err)
	}
	for name, doc := range map[string]*Document{"internal": d, "public": d.ForPublic([]string{"ana", "eve"})} {
		var md, page bytes.Buffer
		if err := doc.Markdown(&md, ""); err != nil {
			t.Fatal(err)
		}
		if err := doc.HTML(&page, "", tree.SVG(50)); err != nil {
			t.Fatal(err)
		}
		js, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		for form, out := range map[string]string{"markdown": md.String(), "html": page.String()} {
			for _, bad := range []string{"<script", "<img", "<svg/onload", "href=\"javascript:", "src=\"http", "\x1b", "\u202e", "<h1>x", "<i>eve", "<b>svc"} {
				if strings.Contains(out, bad) {
					k := strings.Index(out, bad)
					t.Errorf("%s %s holds %q: …%s…", name, form, bad, out[max(0, k-80):min(len(out), k+80)])
				}
			}
		}
		// An image of Markdown would be fetched: none may be left.
		if strings.Contains(md.String(), "![") || strings.Contains(md.String(), "](javascript:") {
			t.Errorf("%s markdown holds a picture", name)
		}
		if bytes.Contains(js, []byte("<script")) {
			t.Errorf("%s json holds a tag that a page around it would run", name)
		}
		if n := strings.Count(page.String(), "<table"); n != strings.Count(page.String(), "</table>") {
			t.Errorf("%s: %d tables begin, %d end", name, n, strings.Count(page.String(), "</table>"))
		}
		for _, must := range []string{"default-src 'none'", styleHash()} {
			if !strings.Contains(page.String(), must) {
				t.Errorf("the page has no %q", must)
			}
		}
	}
}

func TestPublicHidesPeople(t *testing.T) {
	s := lasted(t, time.Hour).say("bob", "! ana-maria and Bob saw it, @carl too, mail bob@example.org, see https://wiki.internal/x")
	s.do("bob", model.WriteReview{Section: model.SecHappened, Text: "Bob restarted it with @ana-maria. See [the wiki](https://wiki.internal/x) or ask bob@example.org."})
	s.do("bob", model.WriteReview{Section: model.SecWell, Text: "internal words"})
	s.do("bob", model.AddAction{Title: "Bob adds a limit", Owner: "bob"})
	s.say("bob", "update: Bob says it is fine")
	d := s.document().ForPublic([]string{"ana", "ana-maria", "bob", "carl"})
	var md, page bytes.Buffer
	if err := d.Markdown(&md, ""); err != nil {
		t.Fatal(err)
	}
	if err := d.HTML(&page, "", ""); err != nil {
		t.Fatal(err)
	}
	js, _ := json.Marshal(d)
	for _, out := range []string{md.String(), page.String(), string(js)} {
		for _, bad := range []string{"Bob", "bob", "ana", "carl", "wiki.internal", "internal words", "example.org", "@"} {
			if strings.Contains(strings.ReplaceAll(out, "system", ""), bad) && bad != "@" {
				k := strings.Index(out, bad)
				t.Errorf("%q is public: …%s…", bad, out[max(0, k-60):min(len(out), k+60)])
			}
		}
	}
	if !strings.Contains(md.String(), Someone+" restarted it with "+Someone) {
		t.Errorf("what happened is lost:\n%s", md.String())
	}
}

func TestMergeKeepsBoth(t *testing.T) {
	const base = "one\ntwo\nthree\nfour"
	for _, c := range []struct {
		mine, theirs, want string
		clean              bool
	}{
		{"one\ntwo!\nthree\nfour", base, "one\ntwo!\nthree\nfour", true},
		{base, "zero\n" + base, "zero\n" + base, true},
		{"one\ntwo!\nthree\nfour", "one\ntwo\nthree\nfour\nfive", "one\ntwo!\nthree\nfour\nfive", true},
		{"one\nthree\nfour", "one\ntwo\nthree\nFOUR", "one\nthree\nFOUR", true},
		{"one\nA\nthree\nfour", "one\nB\nthree\nfour", "one\n<<<<<<< yours\nA\n=======\nB\n>>>>>>> written meanwhile\nthree\nfour", false},
		{"", base + "\nfive", "", false},
		{"x", "x", "x", true},
	} {
		got, clean := Merge(base, c.mine, c.theirs)
		if clean != c.clean || c.clean && got != c.want || !c.clean && c.want != "" && got != c.want {
			t.Errorf("mine %q theirs %q: %q %v", c.mine, c.theirs, got, clean)
		}
		if !clean {
			if !Conflicted(got) {
				t.Errorf("no marks in %q", got)
			}
			for _, side := range []string{c.mine, c.theirs} {
				for _, l := range lines(side) {
					if !strings.Contains(got, l) {
						t.Errorf("%q is lost in %q", l, got)
					}
				}
			}
		}
	}
}

// The way to the editor and back: nothing touched changes nothing; what was
// touched comes back; what others wrote meanwhile stays.
func TestEditorRoundTrip(t *testing.T) {
	s := lasted(t, time.Hour)
	s.do("ana", model.WriteReview{Section: model.SecWell, Text: "## loud\nthe alert came early\n<!-- a note -->\n```\n## not a heading\n```"})
	s.do("ana", model.WriteReview{Section: model.SecLessons, Text: "first\nsecond\nthird"})
	d := s.document()
	w := NewDraft(d)
	file := string(w.File(d))
	if back, err := w.Back([]byte(file)); err != nil || len(back) != 0 {
		for k, v := range back {
			t.Errorf("untouched, %s came back as %q, was %q", k, v, w.written[k])
		}
		t.Fatal(err)
	}
	edited := strings.Replace(file, "first\nsecond", "FIRST\nsecond", 1)
	edited = strings.Replace(edited, "## Lucky Factors\n", "## Lucky Factors\nit was noon\n", 1)
	back, err := w.Back([]byte(edited))
	if err != nil || len(back) != 2 || back[model.SecLucky] != "it was noon" {
		t.Fatalf("%q %v", back, err)
	}
	// Meanwhile somebody adds a line to the lessons.
	s.do("bob", model.WriteReview{Section: model.SecLessons, Text: "first\nsecond\nthird\nfourth", Base: s.i.Writeup.Section(model.SecLessons).Seq})
	cmds, conflicts := w.Reconcile(back, s.i)
	if len(cmds) != 2 || len(conflicts) != 0 {
		t.Fatalf("%+v %+v", cmds, conflicts)
	}
	for _, c := range cmds {
		s.do("ana", c)
	}
	if got := s.i.Writeup.Section(model.SecLessons).Text; got != "FIRST\nsecond\nthird\nfourth" {
		t.Errorf("merged %q", got)
	}
	// And now to the same line.
	s.do("bob", model.WriteReview{Section: model.SecLessons, Text: "First, of all\nsecond", Base: s.i.Writeup.Section(model.SecLessons).Seq})
	cmds, conflicts = w.Reconcile(back, s.i)
	if len(conflicts) != 1 || !strings.Contains(conflicts[0].Both, "FIRST") || !strings.Contains(conflicts[0].Both, "First, of all") {
		t.Errorf("%+v %+v", cmds, conflicts)
	}
	for bad, want := range map[string]string{"": "none of the headings", "## Lessons Learned\nx\n## Lessons Learned\ny": "twice"} {
		if _, err := w.Back([]byte(bad)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestImportMarkdown(t *testing.T) {
	const text = `# Post-Incident Review: cache storm

**Impact**
About 3 % of users saw errors.

Timeline
--------
10:00 it began

## 3. Root Cause
A loop of retries.

### Background
Some history.

## What went well
- the alert

## Where we got lucky
It was night.

## Follow-ups
| Action | Owner | Priority | Due Date | Link |
|---|---|---|---|---|
| Add a limit to retries | @bob | P1 | 2026-12-01 | OPS-12 |
| [Action description] | [Name] | P0/P1/P2 | [Date] | |

- [x] P2: write the runbook, owner: carl, 2026-11-30 https://t.example/9
`
	in := Import(text)
	if in.Title != "Post-Incident Review: cache storm" {
		t.Errorf("title %q", in.Title)
	}
	for k, want := range map[string]string{
		string(model.SecCustomer): "About 3 % of users saw errors.", PartTimeline: "10:00 it began", string(model.SecWhy): "A loop of retries.",
		string(model.SecHappened): "Some history.", string(model.SecWell): "- the alert", string(model.SecLucky): "It was night.",
	} {
		if in.Parts[k] != want {
			t.Errorf("%s: %q, want %q", k, in.Parts[k], want)
		}
	}
	if len(in.Actions) != 2 {
		t.Fatalf("%+v", in.Actions)
	}
	if a := in.Actions[0]; a.Title != "Add a limit to retries" || a.Owner != "bob" || a.Priority != "P1" || a.Due != "2026-12-01" || a.Ticket != "OPS-12" {
		t.Errorf("%+v", a)
	}
	if a := in.Actions[1]; a.Owner != "carl" || a.Priority != "P2" || a.Due != "2026-11-30" || a.State != model.ItemDone || a.Ticket != "https://t.example/9" {
		t.Errorf("%+v", a)
	}
	if s := ScoreMarkdown(text); s.Percent < 40 || s.Percent > 90 {
		t.Errorf("score %d %+v", s.Percent, s.Parts)
	}
	// What the program writes itself it can read again.
	var md bytes.Buffer
	d := lasted(t, time.Hour).do("ana", model.WriteReview{Section: model.SecLessons, Text: "limits help"}).do("ana", model.AddAction{Title: "Add a limit | here", Owner: "bob", Due: "2026-12-01"}).document()
	if err := d.Markdown(&md, ""); err != nil {
		t.Fatal(err)
	}
	in = Import(md.String())
	if in.Parts[string(model.SecLessons)] != "limits help" || in.Actions[0].Title != "Add a limit | here" || in.Actions[0].Owner != "bob" {
		t.Errorf("%q %+v", in.Parts, in.Actions)
	}
}

func TestScore(t *testing.T) {
	s := declared(t, model.Declare{Title: "x"})
	low := s.document().Score.Percent
	s.say("ana", "/take").tick(time.Hour)
	for _, k := range model.SectionKeys {
		s.do("ana", model.WriteReview{Section: k, Text: map[bool]string{true: "- [x] Recent deployment", false: "words of people"}[k == model.SecFactors]})
	}
	s.do("ana", model.AddAction{Title: "Add a limit", Owner: "bob", Due: "2026-12-01"}).do("ana", model.SetStatus{To: model.Resolved})
	s.do("ana", model.SetMilestone{Name: model.ImpactStarted, At: noon.Add(-time.Minute)}).do("ana", model.PlanReview{Owner: "ana"})
	services := []string{"checkout"}
	s.do("ana", model.Describe{Services: &services})
	d := s.document()
	if d.Score.Percent != 100 || low > 40 {
		t.Errorf("from %d to %d: %+v", low, d.Score.Percent, d.Score.Parts)
	}
	s.do("ana", model.WriteReview{Section: model.SecCustomer, Text: "- users: unknown", Base: s.i.Writeup.Section(model.SecCustomer).Seq})
	if got := s.document().Score.Percent; got >= 100 {
		t.Error("an open end counts as complete")
	}
}

func TestDue(t *testing.T) {
	s := lasted(t, time.Hour)
	d := s.document()
	if d.Due == nil || !d.Due.Equal(s.now.Add(72*time.Hour)) || d.Overdue {
		t.Errorf("due %v", d.Due)
	}
	s.tick(73 * time.Hour)
	if !s.document().Overdue {
		t.Error("73 hours after it was resolved it is not overdue")
	}
	s.do("ana", model.MoveReview{To: model.ReviewPublished})
	if s.document().Overdue {
		t.Error("published and overdue")
	}
}

func TestTemplates(t *testing.T) {
	d := lasted(t, time.Hour).document()
	var b bytes.Buffer
	if err := d.Markdown(&b, "{{.ID}} {{duration .Metrics.Total}}"); err != nil || b.String() != "INC-20261123-120000 1 hour" {
		t.Errorf("%q %v", b.String(), err)
	}
	for _, bad := range []string{"{{.Nothing}}", "{{", "{{call .}}"} {
		if err := d.Markdown(&b, bad); model.CodeOf(err) != model.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
	b.Reset()
	if err := d.HTML(&b, "<p>{{.Title}}</p>", ""); err != nil || !strings.HasPrefix(b.String(), "<p>Checkout") {
		t.Errorf("%q %v", b.String(), err)
	}
}

func many(t testing.TB, n int) *scribe {
	s := declared(t, model.Declare{Severity: 2, Services: []string{"checkout"}})
	for k := range n {
		s.tick(time.Second)
		s.do("ana", model.AddNote{Kind: model.NoteKinds[k%len(model.NoteKinds)], Text: fmt.Sprintf("replica lag is %d s_x on db-%d <b> | 3 %%", k, k%7), Important: k%50 == 0})
	}
	return s.do("ana", model.SetStatus{To: model.Resolved})
}

func BenchmarkMarkdown10k(b *testing.B) {
	r := many(b, 10000).record()
	b.ResetTimer()
	for b.Loop() {
		var out bytes.Buffer
		if err := Compose(r).Markdown(&out, ""); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(out.Len()))
	}
}

func BenchmarkHTML10k(b *testing.B) {
	r := many(b, 10000).record()
	b.ResetTimer()
	for b.Loop() {
		var out bytes.Buffer
		if err := Compose(r).HTML(&out, "", ""); err != nil {
			b.Fatal(err)
		}
	}
}

// Minutes in which somebody waited for word, targets that passed and the reason of
// the severity are in the first draft.
func TestTheDraftKnowsOfLateWords(t *testing.T) {
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	i := &model.Incident{}
	seq, prev := int64(0), model.Genesis("INC-20261123-120000")
	do := func(after time.Duration, c model.Command) {
		t.Helper()
		at = at.Add(after)
		drafts, err := c.Decide(model.Scene{Incident: i, Actor: "ana", Now: at, Event: func(int64) (model.Entry, bool) { return model.Entry{}, false }})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range drafts {
			seq++
			e, err := model.Seal(d, model.Link{Incident: "INC-20261123-120000", Seq: seq, Prev: prev, ID: model.ID{byte(seq)}, Salt: []byte("salt"), Recorded: at, Actor: "ana"})
			if err != nil {
				t.Fatal(err)
			}
			e.Body = model.DecodeBody(e.Kind, e.Raw)
			if !i.Apply(e) {
				t.Fatal(e.Text())
			}
			prev = e.Hash
		}
	}
	rules := model.Doctrine()
	rules.Tell[model.ToCustomers.Index()][2] = model.Pace{First: 5 * time.Minute, Every: 20 * time.Minute}
	do(0, model.Declare{Title: "Checkout", Severity: 2, Triage: &model.Assess{Severity: 2, Why: "user impact: majority (4 of 5)", Answers: []model.Answer{{Criterion: "user_impact", Level: "majority"}}}})
	do(31*time.Minute, model.Escalate{Key: "acknowledge", Rules: rules})
	do(0, model.TakeCommand{})
	do(0, model.TellAudience{Audience: model.ToCustomers, Text: "Some payments fail.", Next: 20 * time.Minute})
	do(time.Minute, model.SetStatus{To: model.Resolved})
	d := Compose(Record{Incident: i, Rules: rules, Now: at})
	var all strings.Builder
	for _, s := range d.Sections {
		all.WriteString(s.Text + "\n")
	}
	for _, want := range []string{"Word for customers was overdue for 26 min in all", "A response target of SEV-2 passed at 12:30 UTC", "Triage said SEV-2: user impact: majority (4 of 5)."} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("no %q in:\n%s", want, all.String())
		}
	}
}
