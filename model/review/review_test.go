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

func markdown(t *testing.T, d *Document) string {
	t.Helper()
	var b strings.Builder
	if err := d.Markdown(&b, ""); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

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
	if !strings.Contains(md.String(), "A responder restarted it with "+Someone) {
		t.Errorf("what happened is lost:\n%s", md.String())
	}
}

// What the record drafted is public only as far as it says nothing of the room,
// and no line says that something is unknown.
func TestPublicDrafts(t *testing.T) {
	s := lasted(t, time.Hour).say("bob", "hypothesis: the secret pool is too small")
	s.do("bob", model.SetHypothesis{N: 1, State: model.HypothesisConfirmed, Evidence: "graph"})
	d := s.document()
	if text := d.Section(model.SecSummary).Text; !strings.Contains(text, "Found: the secret pool is too small.") {
		t.Errorf("the summary begins with %q", text)
	}
	var md bytes.Buffer
	if err := d.ForPublic(nil).Markdown(&md, ""); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"secret pool", ": unknown\n- ", "[ ]", "late"} {
		if strings.Contains(strings.SplitN(md.String(), "## Metrics", 2)[0], bad) {
			t.Errorf("%q is public:\n%s", bad, md.String())
		}
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
	for _, s := range d.ForPublic(nil).Sections {
		if strings.Contains(s.Text, "Triage said") || strings.Contains(s.Text, "overdue") {
			t.Errorf("the public reads %q", s.Text)
		}
	}
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

// An empty list is a list: null is kept for what is unknown.
func TestJSONLists(t *testing.T) {
	d := declared(t, model.Declare{Title: "x"}).document()
	for name, doc := range map[string]*Document{"internal": d, "public": d.ForPublic(nil)} {
		raw, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(raw, &fields); err != nil {
			t.Fatal(err)
		}
		for _, f := range []string{"services", "people", "milestones", "sections", "timeline", "decisions", "hypotheses", "mitigations", "runs", "updates", "links", "action_items", "earlier"} {
			if len(fields[f]) == 0 || fields[f][0] != '[' {
				t.Errorf("%s: %s is %s", name, f, fields[f])
			}
		}
	}
}
