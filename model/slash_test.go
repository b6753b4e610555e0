package model

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestDoctrineSlashes(t *testing.T) {
	text := func(s string) *string { return &s }
	min := time.Minute
	for _, c := range []struct {
		in   string
		want Command
	}{
		// Possible causes: a number and a state, or words.
		{"/hypothesis migration locks orders", StateHypothesis{Text: "migration locks orders"}},
		{"/hyp 5", StateHypothesis{Text: "5"}},
		{"/hypothesis #2 testing", SetHypothesis{2, HypothesisTesting, ""}},
		{"/hypothesis 2 te", SetHypothesis{2, HypothesisTesting, ""}},
		{"/hypothesis 2 open again", SetHypothesis{2, HypothesisOpen, "again"}},
		{"/hypothesis 2 ruled_out  lag came first", SetHypothesis{2, HypothesisRuledOut, "lag came first"}},
		{"/hypothesis 2 Ruled-Out x", SetHypothesis{2, HypothesisRuledOut, "x"}},
		{"/hypothesis 2 out x", SetHypothesis{2, HypothesisRuledOut, "x"}},
		{"/hypothesis 2 no x", SetHypothesis{2, HypothesisRuledOut, "x"}},
		{"/hypothesis 2 yes x", SetHypothesis{2, HypothesisConfirmed, "x"}},
		{"/hypothesis\t2\tconfirmed\twhy", SetHypothesis{2, HypothesisConfirmed, "why"}},

		// Proposals.
		{"/propose fail over orders-db", Propose{Text: "fail over orders-db"}},
		{"/propose fail over, risk: 30 s without writes", Propose{Text: "fail over", Risk: "30 s without writes"}},
		{"/propose fail over (risk: lose cache (all of it))", Propose{Text: "fail over", Risk: "lose cache (all of it)"}},
		{"/propose fail over ( Risk: x )", Propose{Text: "fail over", Risk: "x"}},
		{"/propose fail over risk: lose cache (all)", Propose{Text: "fail over", Risk: "lose cache (all)"}},
		{"/propose fail over · RISK:x", Propose{Text: "fail over", Risk: "x"}},
		{"/propose risk: x", Propose{Risk: "x"}}, // Decide asks what
		{"/propose switch asterisk: off", Propose{Text: "switch asterisk: off"}},
		{"/propose (a) or (b", Propose{Text: "(a) or (b"}},
		{"/propose", Propose{}},
		{"/object 1 the replica is behind", Object{1, "the replica is behind"}},
		{"/object #1", Object{N: 1}},

		{"/decide 1 go", TakeDecision{N: 1, Outcome: OutcomeGo}},
		{"/decide 1 yes @bob 5m errors below  1 %", TakeDecision{N: 1, Outcome: OutcomeGo, Executor: "bob", VerifyIn: 5 * min, Verify: "errors below 1 %"}},
		{"/decide 1 ok 1H30m @bob, errors", TakeDecision{N: 1, Outcome: OutcomeGo, Executor: "bob", VerifyIn: 90 * min, Verify: "errors"}},
		{"/decide 1 go errors below 5m @bob", TakeDecision{N: 1, Outcome: OutcomeGo, Verify: "errors below 5m @bob"}},
		{"/decide 1 go @bob @carl", TakeDecision{N: 1, Outcome: OutcomeGo, Executor: "bob", Verify: "@carl"}},
		{"/decide\t1\tgo\t@bob\n5m", TakeDecision{N: 1, Outcome: OutcomeGo, Executor: "bob", VerifyIn: 5 * min}},
		{"/decide 1 no @bob 5m too risky", TakeDecision{N: 1, Outcome: OutcomeNo, Reason: "@bob 5m too risky"}},
		{"/decide 1 no-go", TakeDecision{N: 1, Outcome: OutcomeNo}},

		{"/worked 1 yes", VerifyDecision{N: 1, Worked: true}},
		{"/worked #1 N errors as before", VerifyDecision{N: 1, Note: "errors as before"}},

		// What is temporary.
		{"/temp imports throttled", AddMitigation{Text: "imports throttled"}},
		{"/temp imports throttled, @bob, 2h", AddMitigation{Text: "imports throttled", Owner: "bob", For: 120 * min}},
		{"/temp imports throttled 2H @bob", AddMitigation{Text: "imports throttled", Owner: "bob", For: 120 * min}},
		{"/temp imports throttled\t@bob", AddMitigation{Text: "imports throttled", Owner: "bob"}},
		{"/temp 2h @bob off", AddMitigation{Text: "2h @bob off"}},
		{"/temp off 1h 2h", AddMitigation{Text: "off 1h", For: 120 * min}},
		{"/temp off @a @b", AddMitigation{Text: "off @a", Owner: "b"}},
		{"/temp off @", AddMitigation{Text: "off @"}},
		{"/temp 2h", AddMitigation{Text: "2h"}},
		{"/temp", AddMitigation{}},
		{"/untemp 1", RemoveMitigation{N: 1}},
		{"/untemp 1 all is well", RemoveMitigation{1, "all is well"}},

		{"/option fail over risk: 30 s of failed writes undo: fail back", AddOption{Text: "fail over", Risk: "30 s of failed writes", Undo: "fail back"}},
		{"/option 2 propose", ProposeOption{2}},
		{"/option 2 drop too slow", DropOption{2, "too slow"}},
		{"/roll orders db @bob paged", CallRoll{System: "orders db", Person: "bob", State: Paged}},
		{"/roll paged", CallRoll{System: "paged"}},
		{"/dismiss @ana, bob", Dismiss{[]string{"ana", "bob"}}},

		// Situation.
		{"/symptoms 503 on POST /checkout", Size{Symptoms: text("503 on POST /checkout")}},
		{"/scope EU", Size{Scope: text("EU")}},
		{"/trend rising", Size{Trend: text("rising")}},
		{"/planb", Size{PlanB: text("")}},
		{"/reports +3", CountReports{Add: 3}},
		{"/reports 3 by phone", CountReports{3, "by phone"}},
		{"/reports -1 counted twice", CountReports{-1, "counted twice"}},
		{"/link Bridge https://meet.example.org/x", SetLink{"Bridge", "https://meet.example.org/x"}},
		{"/link bridge", SetLink{Name: "bridge"}},

		// Clocks.
		{"/next 20m", PromiseUpdate{In: 20 * min}},
		{"/next 1H", PromiseUpdate{In: 60 * min}},
		{"/snooze update 10m nothing new", Snooze{Key: "update", For: 10 * min, Reason: "nothing new"}},
		{"/snooze order:1  5M\tslow", Snooze{Key: "order:1", For: 5 * min, Reason: "slow"}},
		{"/snooze update 10m", Snooze{Key: "update", For: 10 * min}}, // Decide asks why
		{"/seen order:1", SeeAlarm{Key: "order:1"}},

		// Teams and the end.
		{"/team alpha @bob databases and caches", FormTeam{Name: "alpha", Leader: "@bob", Task: "databases and caches"}},
		{"/team alpha end", EndTeam{"alpha"}},
		{"/team alpha", FormTeam{Name: "alpha"}}, // Decide asks who
		{"/resolve", Resolve{}},
		{"/resolve errors normal for 10 minutes", Resolve{Reason: "errors normal for 10 minutes"}},
		{"/review @dana", PlanReview{Owner: "@dana"}},
		{"/review @dana 48h", PlanReview{Owner: "@dana", Due: noon.Add(48 * time.Hour)}},
		{"/review @dana 3D", PlanReview{Owner: "@dana", Due: noon.Add(72 * time.Hour)}},
		{"/review @dana 2026-11-26", PlanReview{Owner: "@dana", Due: at("2026-11-26T16:00:00Z")}}, // five in the afternoon here
		{"/review @dana 2026-11-26 15:00", PlanReview{Owner: "@dana", Due: at("2026-11-26T14:00:00Z")}},
	} {
		got, err := Compose(c.in, noon, berlin)
		if err != nil {
			t.Errorf("%q: %v", c.in, err)
			continue
		}
		if !reflect.DeepEqual(inUTC(got), c.want) {
			t.Errorf("%q:\n got %#v\nwant %#v", c.in, got, c.want)
		}
	}
}

func TestDoctrineSlashesRefuse(t *testing.T) {
	for in, want := range map[string]string{
		"/hypothesis 2 maybe":             "no state of a hypothesis",
		"/hypothesis 2 o":                 "no state of a hypothesis",
		"/object":                         "the number of the proposal",
		"/object x because":               "the number of the proposal",
		"/object 0 because":               "the number of the proposal",
		"/object -1 because":              "the number of the proposal",
		"/object 99999999999999999999 x":  "the number of the proposal",
		"/decide":                         "the number of the proposal",
		"/decide go":                      "the number of the proposal",
		"/decide 1":                       "say go or no",
		"/decide 1 maybe":                 "/decide 1 go",
		"/worked":                         "the number of the decision",
		"/worked 1":                       "say yes or no",
		"/worked 1 maybe":                 "/worked 1 yes",
		"/untemp":                         "the number of the mitigation",
		"/untemp throttle":                "the number of the mitigation",
		"/reports":                        "no number of reports",
		"/reports many":                   "no number of reports",
		"/reports 1.5":                    "no number of reports",
		"/next":                           "when the next update comes",
		"/next soon":                      "when the next update comes",
		"/next 14:30":                     "when the next update comes",
		"/snooze":                         "which clock",
		"/snooze update":                  "which clock",
		"/snooze 10m update":              "which clock",
		"/review @dana soon":              "no time to come",
		"/review @dana -7m":               "no time to come",
		"/review @dana 14:30":             "no time to come", // a clock time is one that has been
		"/review @dana 2026-11-20 15:00":  "no time to come",
		"/review @dana 2026-02-30":        "no time to come",
		"/un":                             "no command /un", // undo or untemp
		"/de":                             "no command /de",
		"/hypotheses are free, says bob":  "no command /hypotheses",
		"/temporary":                      "no command /temporary",
		"/review @dana \x1b]0;x\a, later": "no time to come",
	} {
		c, err := Compose(in, noon, time.UTC)
		if c != nil {
			t.Errorf("%q: refused with %v, and yet %#v", in, err, c)
		}
		if CodeOf(err) != Invalid || !strings.Contains(Message(err), want) || strings.ContainsAny(Message(err), "\x1b\a") {
			t.Errorf("%q: %v, want …%s…", in, err, want)
		}
	}
}

// The end of a working day is five o'clock, also on the day the clock is changed.
func TestReviewOnTheDayTheClockChanges(t *testing.T) {
	loc := zone(t, "Europe/Berlin")
	c, err := Compose("/review dana 2027-03-28", noon, loc)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.(PlanReview).Due; got.Format("15:04 MST") != "17:00 CEST" {
		t.Errorf("due %v", got)
	}
}

// A whole incident by typed lines alone: what the grammar reads, the rules take.
func TestSlashesAreCarriedOut(t *testing.T) {
	b := open(t, Declare{Severity: 2})
	for _, l := range []string{
		"/take", "/symptoms 503 on checkout", "/scope EU", "/trend rising", "/planb fail over", "/reports +3 by phone", "/link bridge https://meet.example.org/x",
		"hypothesis: migration locks orders", "/hypothesis 1 te", "/hypothesis 1 out lag came first",
		"/propose fail over (risk: 30 s without writes)", "/object 1 the replica is behind", "/decide 1 go @bob 5m errors below 1 %", "/worked 1 no",
		"/temp imports throttled @bob 2h", "/next 20m", "/snooze update 30m nothing new", "/team alpha @carl databases", "@carl look 3m", "/team alpha end",
		"update: we work on it", "/untemp 1", "/done 1", "/review @dana 48h", "/resolve all is well",
	} {
		b.tick(time.Second).line(t, "ana", l)
	}
	b.tick(time.Hour)
	want := []string{
		"declared SEV-2: Checkout answers 503",
		"ana assigned as incident commander",
		"symptoms: 503 on checkout",
		"scope: EU",
		"trend: rising",
		"plan B: fail over",
		"customer reports: 3 (+3): by phone",
		"link bridge: https://meet.example.org/x",
		"hypothesis 1: migration locks orders",
		"hypothesis 1 testing: migration locks orders",
		"hypothesis 1 ruled out: migration locks orders: lag came first",
		"proposal 1: fail over (risk: 30 s without writes) · any strong objections?",
		"objects to proposal 1: the replica is behind",
		"decision 1: fail over (1 objection), @bob does it, known in 5 min: errors below 1 %",
		"decision 1 did not work: fail over",
		"temporary 1: imports throttled, @bob, for 2 h 00",
		"next update promised at 12:20:16Z",
		"put off until 12:30:17Z: first update: nothing new",
		"team alpha: carl leads: databases",
		"@carl look, 3 min",
		"team alpha has ended",
		"we work on it",
		"temporary 1 removed: imports throttled",
		"@carl done: look",
		"postmortem: dana, due 2026-11-25 12:00Z",
		"Status changed from triage to resolved: all is well",
	}
	if got := b.texts(); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if loose := b.inc.LooseEnds(); len(loose) != 0 {
		t.Errorf("left open: %+v", loose)
	}
	b.whole(t)
}

func TestParseOutcome(t *testing.T) {
	for in, want := range map[string]Outcome{
		"go": OutcomeGo, " YES ": OutcomeGo, "y": OutcomeGo, "ok": OutcomeGo,
		"no": OutcomeNo, "N": OutcomeNo, "nogo": OutcomeNo, "no-go": OutcomeNo,
		"": "", "maybe": "", "g": "", "not": "",
	} {
		if got, err := ParseOutcome(in); got != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q %v, want %q", in, got, err, want)
		}
	}
}

func TestParseHypothesisState(t *testing.T) {
	for in, want := range map[string]HypothesisState{
		"open": HypothesisOpen, "op": HypothesisOpen, "TESTING": HypothesisTesting, "ruled": HypothesisRuledOut, "ruled-out": HypothesisRuledOut,
		"out": HypothesisRuledOut, "no": HypothesisRuledOut, "yes": HypothesisConfirmed, " conf ": HypothesisConfirmed,
		"": "", "o": "", "r": "", "ruled out": "", "true": "",
	} {
		if got, err := ParseHypothesisState(in); got != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q %v, want %q", in, got, err, want)
		}
	}
	for _, s := range HypothesisStates {
		if got, err := ParseHypothesisState(string(s)); got != s || err != nil {
			t.Errorf("%q does not read back: %q %v", s, got, err)
		}
	}
}
