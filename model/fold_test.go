package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

var crew = []string{"ana", "bob", "Bob", "carol", "dana", "me", "@erin", "", "Zoë \u202e", "fr\xffank"}

// wish draws any command at all, sensible or not.
func wish(t *rapid.T, b *book) Command {
	person := rapid.SampledFrom(crew)
	role := rapid.SampledFrom(append(slices.Clone(Roles), "", "king"))
	text := rapid.OneOf(rapid.SampledFrom([]string{"", "x", "lag is 340 s"}), hostile())
	moment := rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "now") {
			return time.Time{}
		}
		return b.now.Add(-time.Duration(rapid.Int64Range(int64(-2*time.Hour), int64(90*24*time.Hour)).Draw(t, "ago")))
	})
	number := rapid.IntRange(-1, max(len(b.inc.Orders), len(b.inc.Decisions), len(b.inc.Hypotheses), len(b.inc.Mitigations), len(b.inc.Updates))+1)
	seq := rapid.Int64Range(-1, b.inc.Seq+2)
	span := rapid.SampledFrom([]time.Duration{0, time.Millisecond, time.Second, 3 * time.Minute, 9 * 24 * time.Hour})
	status := rapid.SampledFrom(append(slices.Clone(Statuses), "", "odd"))
	severity := rapid.Map(rapid.IntRange(-1, 6), func(n int) Severity { return Severity(n) })
	milestone := rapid.SampledFrom(append(slices.Clone(Milestones), "", "lunch"))
	kind := rapid.SampledFrom(append(slices.Clone(NoteKinds), "", KindDeclared, "odd"))
	words := rapid.SliceOfN(text, 0, 3)
	maybe := func(g *rapid.Generator[string], label string) *string { return rapid.Ptr(g, true).Draw(t, label) }
	flag := func(label string) *bool { return rapid.Ptr(rapid.Bool(), true).Draw(t, label) }

	draw := func(label string) string { return text.Draw(t, label) }
	n := func() int { return number.Draw(t, "n") }
	var keys []string
	for _, c := range b.inc.Clocks(Doctrine(), b.now) {
		keys = append(keys, c.Key)
	}
	key := rapid.SampledFrom(append(keys, "", "order:1", "update", "nonsense"))
	link := rapid.SampledFrom([]string{"", "https://meet.example.org/x", "tel:110", "javascript:alert(1)"})
	team := rapid.SampledFrom([]string{"alpha", "Bravo", "", "the team", "\xff"})

	level := rapid.SampledFrom([]string{"", "all_users", "individual"})
	audience := rapid.SampledFrom(append(slices.Clone(Audiences), "", "nobody"))

	switch rapid.IntRange(0, 39).Draw(t, "command") {
	case 38:
		return rapid.SampledFrom([]Command{
			Assess{rapid.SliceOfN(rapid.Map(level, func(l string) Answer { return Answer{Criterion: "user_impact", Level: l} }), 0, 2).Draw(t, "answers"),
				severity.Draw(t, "severity"), draw("why"), rapid.Bool().Draw(t, "set"), rapid.Bool().Draw(t, "lower")},
			AnswerCheck{draw("question"), rapid.SampledFrom([]string{"yes", "no", "unknown", "?"}).Draw(t, "answer"), draw("action")},
			Measure{draw("metric"), draw("value"), draw("effect"), rapid.IntRange(-1, 5).Draw(t, "worse")},
			Escalate{Key: key.Draw(t, "clock"), Notify: words.Draw(t, "notify")},
		}).Draw(t, "triage")
	case 39:
		return rapid.SampledFrom([]Command{
			DraftUpdate{n(), audience.Draw(t, "audience"), draw("template"), draw("words")}, ApproveUpdate{N: n()}, MarkSent{n(), draw("via"), span.Draw(t, "next"), moment.Draw(t, "at"), ""},
			TellAudience{audience.Draw(t, "audience"), draw("template"), draw("words"), draw("via"), span.Draw(t, "next"), moment.Draw(t, "at")}, WithdrawUpdate{n(), draw("reason")},
			PromiseUpdate{span.Draw(t, "in"), audience.Draw(t, "audience")},
		}).Draw(t, "update")
	case 0:
		return AddNote{kind.Draw(t, "kind"), text.Draw(t, "text"), rapid.Bool().Draw(t, "mark"), moment.Draw(t, "at"), rapid.IntRange(0, 2).Draw(t, "run"), ""}
	case 1:
		return Amend{seq.Draw(t, "seq"), maybe(text, "text"), moment.Draw(t, "at"), flag("mark"), flag("struck")}
	case 2:
		return Undo{}
	case 3:
		return Describe{maybe(text, "title"), maybe(text, "description"), rapid.Ptr(words, true).Draw(t, "services"), moment.Draw(t, "impact")}
	case 4:
		return SetSeverity{severity.Draw(t, "to"), text.Draw(t, "reason"), moment.Draw(t, "at")}
	case 5, 6:
		return SetStatus{status.Draw(t, "to"), text.Draw(t, "reason"), moment.Draw(t, "at")}
	case 7:
		return Cancel{text.Draw(t, "reason"), rapid.SampledFrom([]string{"", "INC-1", b.inc.ID, "x"}).Draw(t, "of"), moment.Draw(t, "at")}
	case 8:
		return SetMilestone{milestone.Draw(t, "name"), moment.Draw(t, "at"), rapid.Bool().Draw(t, "unknown")}
	case 9, 10:
		return AssignRole{role.Draw(t, "role"), person.Draw(t, "person"), moment.Draw(t, "at")}
	case 11:
		return ReleaseRole{role.Draw(t, "role"), person.Draw(t, "person")}
	case 12:
		return HandOver{role.Draw(t, "role"), person.Draw(t, "to")}
	case 13:
		return AcceptRole{role.Draw(t, "role")}
	case 14:
		return DeclineRole{role.Draw(t, "role"), text.Draw(t, "reason")}
	case 15:
		return TakeCommand{draw("reason")}
	case 16:
		return GiveOrder{person.Draw(t, "person"), text.Draw(t, "task"), span.Draw(t, "for"), moment.Draw(t, "at")}
	case 17:
		return rapid.SampledFrom([]Command{
			AckOrder{number.Draw(t, "n")}, FinishOrder{number.Draw(t, "n"), text.Draw(t, "result")}, WithdrawOrder{number.Draw(t, "n"), text.Draw(t, "reason")},
		}).Draw(t, "verb")
	case 18:
		return ExtendOrder{number.Draw(t, "n"), span.Draw(t, "for"), text.Draw(t, "reason")}
	}
	switch rapid.IntRange(0, 20).Draw(t, "doctrine") {
	case 0, 1:
		return StateHypothesis{draw("text"), moment.Draw(t, "at")}
	case 2, 3:
		return SetHypothesis{n(), rapid.SampledFrom(append(slices.Clone(HypothesisStates), "", "odd")).Draw(t, "state"), draw("evidence")}
	case 4, 5:
		return Propose{draw("text"), draw("risk"), span.Draw(t, "silence")}
	case 6:
		return Object{n(), draw("text")}
	case 7:
		return TakeDecision{n(), rapid.SampledFrom([]Outcome{OutcomeGo, OutcomeNo, "", "odd"}).Draw(t, "outcome"), person.Draw(t, "who"), draw("verify"), span.Draw(t, "in"), draw("reason")}
	case 8:
		return VerifyDecision{n(), rapid.Bool().Draw(t, "worked"), draw("note")}
	case 9:
		return AddMitigation{draw("text"), person.Draw(t, "owner"), span.Draw(t, "for")}
	case 10:
		return rapid.SampledFrom([]Command{ExtendMitigation{n(), span.Draw(t, "for"), draw("reason")}, RemoveMitigation{n(), draw("note")}}).Draw(t, "temp")
	case 11:
		return Size{maybe(text, "symptoms"), maybe(text, "scope"), maybe(text, "trend"), maybe(text, "plan B"), time.Time{}}
	case 12:
		return rapid.SampledFrom([]Command{CountReports{rapid.IntRange(-3, 9).Draw(t, "add"), draw("note")}, SetLink{team.Draw(t, "name"), link.Draw(t, "url")}}).Draw(t, "situation")
	case 13:
		return Snooze{Key: key.Draw(t, "clock"), For: span.Draw(t, "for"), Reason: draw("reason")}
	case 14:
		return SeeAlarm{Key: key.Draw(t, "clock")}
	case 15:
		return rapid.SampledFrom([]Command{PromiseUpdate{In: span.Draw(t, "in")}, PlanReview{Owner: person.Draw(t, "owner"), Due: moment.Draw(t, "due")}}).Draw(t, "promise")
	case 16:
		return rapid.SampledFrom([]Command{FormTeam{team.Draw(t, "name"), person.Draw(t, "leader"), draw("task"), rapid.SliceOfN(person, 0, 3).Draw(t, "members")}, EndTeam{team.Draw(t, "name")}}).Draw(t, "team")
	case 17:
		return rapid.SampledFrom([]Command{
			Resolve{To: status.Draw(t, "to"), Severity: severity.Draw(t, "severity"), Reason: draw("reason"), Owner: person.Draw(t, "owner"), Due: moment.Draw(t, "due")},
			Declare{Title: draw("title"), Services: words.Draw(t, "services")},
		}).Draw(t, "end")
	}
	switch rapid.IntRange(0, 2).Draw(t, "crew") {
	case 0:
		return rapid.SampledFrom([]Command{AddOption{draw("text"), draw("risk"), draw("effect"), draw("undo")}, DropOption{n(), draw("reason")}, ProposeOption{n()}}).Draw(t, "option")
	case 1:
		return CallRoll{team.Draw(t, "system"), person.Draw(t, "who"), rapid.SampledFrom(append(slices.Clone(Attendances), "", "odd")).Draw(t, "state")}
	case 2:
		return Dismiss{rapid.SliceOfN(person, 0, 3).Draw(t, "stay")}
	}
	panic("no such command")
}

// Whatever people wish for, in whatever order: what is refused changes nothing,
// what is accepted can be folded, and the fold is the same however it is read.
func TestRandomHistories(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := open(rt, Declare{Title: "x", Services: rapid.SliceOfN(rapid.StringN(0, 20, MaxName), 0, 3).Draw(rt, "services")})
		for range rapid.IntRange(1, 40).Draw(rt, "length") {
			b.tick(time.Duration(rapid.IntRange(0, 300_000).Draw(rt, "ms")) * time.Millisecond)
			who := rapid.SampledFrom([]string{"ana", "bob", "BOB", "carol", "\xff"}).Draw(rt, "who")
			before := reload(t, b.inc)
			c := wish(rt, b)
			events, err := b.do(who, c)
			if err != nil {
				if e, ok := errors.AsType[*Error](err); !ok || !slices.Contains([]Code{Invalid, Conflict, NotFound}, e.Code) || e.Msg == "" {
					rt.Fatalf("%s: %#v: %v", who, c, err)
				}
				same(rt, "before and after a refusal", b.inc, before)
				continue
			}
			check(rt, b.inc)
			for _, e := range events {
				if got := throughJSON(rt, e); !reflect.DeepEqual(got, e) {
					rt.Fatalf("%+v came back as %+v", e, got)
				}
			}
		}
		b.whole(rt)
		if tm, ok := b.inc.At(Declared); !ok || tm.IsZero() {
			rt.Fatalf("declared at an unknown time")
		}
		commands := 0
		for _, a := range b.inc.Roles {
			if a.Role == Commander {
				commands++
			}
		}
		if commands > 1 || (commands == 0) == b.inc.VacantSince.IsZero() {
			rt.Fatalf("%d commanders, vacant since %v", commands, b.inc.VacantSince)
		}
	})
}

// check looks for what an incident must never be.
func check(t *rapid.T, i *Incident) {
	held := map[string]bool{}
	for _, a := range i.Roles {
		key := string(a.Role)
		if a.Role.Many() {
			key += " " + a.Person
		}
		if held[key] || a.Person == "" || !a.Role.Valid() {
			t.Fatalf("roles %+v", i.Roles)
		}
		held[key] = true
	}
	offered := map[Role]bool{}
	for _, o := range i.Offers {
		if offered[o.Role] || SamePerson(o.To, i.Holder(o.Role)) {
			t.Fatalf("offers %+v of roles %+v", i.Offers, i.Roles)
		}
		offered[o.Role] = true
	}
	for k, o := range i.Orders {
		if o.N != k+1 || o.Person == "" || o.Task == "" || o.Pending() != o.Ended.IsZero() {
			t.Fatalf("order %+v", o)
		}
	}
	for k, h := range i.Hypotheses {
		if h.N < 1 || k > 0 && h.N <= i.Hypotheses[k-1].N || h.Text == "" || !slices.Contains(HypothesisStates, h.State) || h.Since.IsZero() {
			t.Fatalf("hypothesis %+v", h)
		}
	}
	for k, d := range i.Decisions {
		if d.N < 1 || k > 0 && d.N <= i.Decisions[k-1].N || d.Text == "" || d.Pending() != d.Decided.IsZero() || d.Outcome != OutcomeGo && (d.Worked != "" || !d.VerifyAt.IsZero()) {
			t.Fatalf("decision %+v", d)
		}
	}
	for k, m := range i.Mitigations {
		if m.N < 1 || k > 0 && m.N <= i.Mitigations[k-1].N || m.Text == "" {
			t.Fatalf("mitigation %+v", m)
		}
	}
	for k, o := range i.Options {
		if o.N < 1 || k > 0 && o.N <= i.Options[k-1].N || o.Text == "" || o.Dropped && o.Decision > 0 {
			t.Fatalf("option %+v", o)
		}
	}
	for k, m := range i.Teams {
		if m.Leader == "" || slices.ContainsFunc(m.Members, func(p string) bool { return SamePerson(p, m.Leader) }) ||
			slices.ContainsFunc(i.Teams[:k], func(o Team) bool { return o.Name == m.Name }) {
			t.Fatalf("teams %+v", i.Teams)
		}
	}
	for k, u := range i.Updates {
		if u.N != k+1 || u.Message == "" || !u.Audience.Valid() || u.Step == UpdateIsSent && (u.SentAt.IsZero() || u.Audience.Outward() && u.Approved == "") {
			t.Fatalf("update %+v", u)
		}
	}
	for _, a := range Audiences {
		if late := i.Late(Doctrine(), a, noon.Add(time.Hour)); late < 0 {
			t.Fatalf("%s late by %s", a, late)
		}
	}
	told := 0
	for _, s := range i.Told {
		if !s.Struck {
			told++
		}
	}
	if i.Reports < 0 || i.Update.N < told || i.Update.At.IsZero() != (told == 0) || len(i.Told) > keptLines || len(i.LastDecisions) > keptLines {
		t.Fatalf("%d reports, update %+v of %+v", i.Reports, i.Update, i.Told)
	}
	readable(t, i, noon.Add(time.Hour))
	if !i.Status.Valid() || !i.Severity.Valid() || i.Title == "" || i.ID == "" {
		t.Fatalf("incident %+v", i)
	}
}

// readable asks an incident for everything that is worked out from it.
func readable(t tester, i *Incident, now time.Time) {
	t.Helper()
	clocks := i.Clocks(Doctrine(), now)
	keys := map[string]bool{}
	for k, c := range clocks {
		if k > 0 && c.Due.Before(clocks[k-1].Due) {
			t.Fatalf("clocks are not in order: %+v", clocks)
		}
		if c.Text == "" || c.Kind == "" || c.Due.IsZero() {
			t.Fatalf("clock %+v", c)
		}
		keys[c.Key] = true
	}
	if len(keys) != len(clocks) {
		t.Fatalf("two clocks have one key: %+v", clocks)
	}
	text := i.Sentence(Doctrine(), now, berlin) + strings.Join(i.Handover(Doctrine(), now, berlin), "\n")
	for _, a := range i.Advise(Doctrine(), now) {
		text += a.Text
	}
	for _, l := range i.LooseEnds() {
		text += l.Text
	}
	if !utf8.ValidString(text) || strings.Contains(text, "(MISSING)") || strings.Contains(text, "%!(EXTRA") {
		t.Fatalf("read as %q", text)
	}
	i.Summary()
	i.Reporting()
	i.NextTeam()
}

func TestApplyInOrder(t *testing.T) {
	b := open(t, Declare{})
	b.line(t, "ana", "one")
	b.line(t, "ana", "two")
	i := &Incident{}
	for _, k := range []struct {
		seq  int
		want bool
	}{{2, false}, {1, true}, {1, false}, {3, false}, {2, true}, {3, true}, {4, true}, {4, false}, {2, false}} {
		before := reload(t, i)
		if got := i.Apply(b.events[k.seq-1]); got != k.want {
			t.Errorf("event %d: %v, want %v", k.seq, got, k.want)
		}
		if !k.want {
			same(t, fmt.Sprintf("before and after event %d", k.seq), before, i)
		}
	}
	same(t, "the end", b.inc, i)
}

// A stored snapshot must not share memory with what it is folded on from.
func TestApplyKeepsItsOwn(t *testing.T) {
	services := []string{"a", "b"}
	i := &Incident{}
	i.Apply(Event{Seq: 1, Incident: "INC-1", Kind: KindDeclared, Body: &Declaration{Title: "x", Services: services}})
	services[0] = "changed"
	if i.Services[0] != "a" {
		t.Error("the incident shares the body's services")
	}
}

func TestPeople(t *testing.T) {
	b := open(t, Declare{})
	b.line(t, "ana", "/take")
	b.line(t, "ana", "@bob look 3m")
	b.line(t, "ANA", "/role scribe Dana")
	b.line(t, "ana", "/handover carol")
	if want := []string{"ana", "bob", "Dana", "carol"}; !slices.Equal(b.inc.People, want) {
		t.Errorf("people %q, want %q", b.inc.People, want)
	}
	for n := range maxPeople + 10 {
		b.must(t, fmt.Sprint("p", n), AddNote{Text: "x"})
	}
	if len(b.inc.People) != maxPeople {
		t.Errorf("%d people", len(b.inc.People))
	}
}

// A snapshot names its fields; scripts and older databases read them.
func TestIncidentJSONNames(t *testing.T) {
	b := open(t, Declare{Description: "d", Services: []string{"s"}, Source: "probe", Drill: true, Severity: 1})
	for _, l := range []string{
		"/take", "/handover bob", "@bob look", "todo x", "todo y", "/undo", "/symptoms 503", "/reports 3", "/link doc https://doc.example.org", "hypothesis: x",
		"/propose x", "decision: x", "/temp x", "update: x", "/snooze update 40m why", "/team alpha @bob", "/review @dana", "/status canceled",
	} {
		b.line(t, "ana", l)
	}
	b.inc.Seen = map[string]Put{"order:1": {Due: noon, By: "ana"}}
	var m map[string]any
	data, _ := json.Marshal(b.inc)
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	for _, k := range []string{"id", "title", "description", "services", "severity", "status", "drill", "source", "by", "roles", "offers",
		"milestones", "orders", "todos", "people", "status_since", "lines", "last", "last_at", "seq", "head", "last_seq", "dropped",
		"size_up", "reports", "links", "hypotheses", "decisions", "last_decisions", "told", "mitigations", "update", "snoozes", "seen", "teams", "review"} {
		if _, ok := m[k]; !ok {
			t.Errorf("no %q in %s", k, data)
		}
	}
}
