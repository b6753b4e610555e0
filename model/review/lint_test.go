package review

import (
	"slices"
	"strings"
	"testing"
	"time"

	"warroom/model"
)

var people = []string{"ana", "bob", "Carlotta", "x"}

// Sentences that blame, with the class that they must be flagged as.
var blaming = []struct{ text, rule string }{
	{"The outage was caused by human error.", "label"},
	{"This was operator error, plain and simple.", "label"},
	{"Carelessness during the deploy led to data loss.", "label"},
	{"The negligent handling of the backups", "label"},
	{"The team was sloppy with the flags.", "label"},
	{"We should have tested the failover.", "counterfactual"},
	{"The alert should have fired earlier.", "counterfactual"},
	{"If only the replica had been checked.", "counterfactual"},
	{"The engineer could have noticed the lag.", "counterfactual"},
	{"We would have caught it with a canary.", "counterfactual"},
	{"Had she checked the graph, nothing would be lost.", "counterfactual"},
	{"Had Bob looked, it was clear.", "counterfactual"},
	{"The on-call engineer failed to follow the runbook.", "failed to"},
	{"Bob failed to escalate.", "failed to"},
	{"@carl did not verify the config.", "failed to"},
	{"The operator didn't read the warning.", "failed to"},
	{"Someone neglected to update the wiki.", "failed to"},
	{"They were supposed to page the DBA.", "failed to"},
	{"It was a mistake to deploy on Friday.", "judgement"},
	{"The flag was wrongly set to true.", "judgement"},
	{"Obviously the cache was cold.", "judgement"},
	{"The table was accidentally dropped.", "judgement"},
	{"ana forgot to renew the certificate.", "judgement"},
	{"The response was inadequate.", "judgement"},
	{"The admin did the migration, but the operator did not properly check it.", "failed to"},
	{"Bob misconfigured the load balancer.", "person"},
	{"The developer broke the build.", "person"},
	{"Carlotta overlooked the second alert.", "person"},
	{"He restarted the wrong node.", "person"},
	{"She was tired.", "person"},
	{"The root cause was a full disk.", "single cause"},
	{"The culprit was a loop of retries.", "single cause"},
	{"We had to simply restart it.", "judgement"},
	{"The outage touched 3 % of requests.", "scope"},
}

// Sentences that must pass: systems fail to start, users mistype, luck is told by
// what did not happen, and quotes are somebody's own words.
var blameless = []string{
	"The pod failed to start because the image was missing.",
	"DNS resolution failed to complete within five seconds.",
	"The replica did not catch up.",
	"Requests failed to reach the origin.",
	"Users mistakenly received the mail twice.",
	"The scanner mistakenly flagged the upload.",
	"Users who clicked on “Forgot password” saw an error.",
	"The forgot-password page was down.",
	"Bob restarted the service at 14:03.",
	"The on-call engineer did not know about the new cluster.",
	"The responders did not see the alert, since it went to a closed channel.",
	"Ana said \"we should have tested it\" in the review.",
	"The log says `operator error: negligence`.",
	"> human error, said the first report",
	"The engineer rolled back the release and errors went away.",
	"The cache could have been warmed by a job.",
	"Inadequate capacity in one zone made the queue grow.",
	"The team had no alert on pool usage.",
	"Contributing factors were a small pool and retries without pause.",
	"The change was reviewed by two people.",
	"The pool was exhausted when the import started and the proxy failed to open connections.",
	"A banana was delivered; the bobbin failed to spin.",
	"The process did not page anybody.",
	"The other region was healthy. The proxy failed to notice.",
	"We declared at 12:00 and the alert was acknowledged at once.",
	"We should have known that. " + IgnoreMark,
	"The outage lasted two hours.",
	"Deployments are frozen on Fridays.",
	"Review on Thursday: everybody who was here, nobody to blame.",
	"",
}

func TestLint(t *testing.T) {
	l := NewLinter(people)
	for _, c := range blaming {
		hints := l.Text(model.SecHappened, c.text)
		if !slices.ContainsFunc(hints, func(h Hint) bool { return h.Rule == c.rule }) {
			t.Errorf("%q is not flagged as %s: %+v", c.text, c.rule, hints)
		}
		for _, h := range hints {
			if h.Why == "" || h.Instead == "" || !strings.Contains(c.text, h.Text) || c.text[h.Column-1:h.Column-1+len(h.Text)] != h.Text {
				t.Errorf("%q: %+v", c.text, h)
			}
		}
	}
	for _, s := range blameless {
		if hints := l.Text(model.SecHappened, s); len(hints) > 0 {
			t.Errorf("%q is flagged: %+v", s, hints)
		}
	}
}

func TestLintPlaces(t *testing.T) {
	l := NewLinter(nil)
	text := "```\nhuman error\n```\n- [ ] fine\n  - it was human error\n"
	hints := l.Text(model.SecWhy, text)
	if len(hints) != 1 || hints[0].Line != 5 || hints[0].Column != 12 {
		t.Errorf("%+v", hints)
	}
	if h := l.Text(model.SecLucky, "It would have been worse at noon: we could have lost data, and should have."); len(h) != 0 {
		t.Errorf("luck is flagged: %+v", h)
	}
	md := "# Report\n\nIt was human error.\n\n## Action Items\n\nWe should have a limit; we should have had one.\n\n## Lessons\n\nif only\n"
	if h := LintMarkdown(md, nil); len(h) != 2 || h[0].Line != 3 || h[1].Line != 11 {
		t.Errorf("%+v", h)
	}
}

// What the program drafts itself blames nobody.
func TestOwnDraftsAreBlameless(t *testing.T) {
	s := lasted(t, 3*time.Hour).say("ana", "hypothesis: the pool is too small", "finding: pool exhausted", "! 20 % of requests fail")
	s.do("ana", model.SetHypothesis{N: 1, State: model.HypothesisConfirmed, Evidence: "graph"})
	if h := s.document().Lint(people); len(h) != 0 {
		t.Errorf("%+v", h)
	}
}

func TestJudge(t *testing.T) {
	for _, c := range []struct {
		title, weak, strength string
		points                int
	}{
		{"Investigate monitoring for this scenario", "investigate", "", 1},
		{"Add alerting for all cases where this service returns >1 % errors", "", "detect", 2},
		{"Fix the issue that caused it", "fix", "", 1},
		{"Handle invalid postal code in user address form input safely", "", "automate", 2},
		{"Make sure engineer checks schema before the change", "make", "", 1},
		{"Add automated presubmit check for schema changes", "", "automate", 2},
		{"Be careful with flags", "be", "remind", 1},
		{"Remind everybody", "remind", "remind", 0},
		{"Remove the legacy failover script from all hosts", "", "eliminate", 2},
		{"Document the failover", "", "document", 2},
		{"Monitoring", "", "detect", 0},
		{"Follow up with the provider", "follow", "", 1},
	} {
		v := Judge(Action{Title: c.title})
		if v.Weak != c.weak || v.Strength != c.strength && c.strength != "" || v.Points != c.points {
			t.Errorf("%q: %+v", c.title, v)
		}
		if v.Weak != "" && len(v.Advice) == 0 {
			t.Errorf("%q: no advice", c.title)
		}
	}
	full := Action{Title: "Limit retries to three", Owner: "bob", Due: "2026-12-01", Ticket: "OPS-1", Priority: "P1", Type: "prevent", State: model.ItemOpen}
	if v := Judge(full); v.Points != 7 || len(v.Missing) != 0 {
		t.Errorf("%+v", v)
	}
	_, warn := JudgeAll([]Action{full, full})
	if !slices.ContainsFunc(warn, func(w string) bool { return strings.Contains(w, "of one type") }) {
		t.Errorf("%q", warn)
	}
	bare := full
	bare.Owner, bare.Type = "", "detect"
	if _, warn := JudgeAll([]Action{bare}); !slices.ContainsFunc(warn, func(w string) bool { return strings.Contains(w, "nobody will") }) {
		t.Errorf("%q", warn)
	}
}

func TestHeadings(t *testing.T) {
	for heading, want := range map[string]string{
		"Root Cause Analysis": "why_it_happened", "3. What went well?": "went_well", "**Lessons**": "lessons_learned", "Impact:": "customer_impact",
		"Where we got lucky": "lucky_factors", "Corrective Actions": PartActions, "TIMELINE": PartTimeline, "Weather": "",
	} {
		p, ok := PartOf(heading)
		id := p.ID
		if p.Key != "" {
			id = string(p.Key)
		}
		if ok != (want != "") || id != want {
			t.Errorf("%q is %q", heading, id)
		}
	}
}
