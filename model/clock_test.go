package model

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// clocks are the clocks that run at the book's time, by key, as minutes from
// noon: "update+5 overdue".
func (b *book) clocks(r Rules) []string {
	var out []string
	for _, c := range b.inc.Clocks(r, b.now) {
		s := fmt.Sprintf("%s%+g", c.Key, c.Due.Sub(noon).Minutes())
		if c.Overdue(b.now) {
			s += " overdue"
		}
		if c.Snoozed {
			s += " snoozed"
		}
		if c.Seen != "" {
			s += " seen by " + c.Seen
		}
		out = append(out, s)
	}
	return out
}

func (b *book) wantClocks(t tester, what string, want ...string) {
	t.Helper()
	if got := b.clocks(Doctrine()); !slices.Equal(got, want) {
		t.Errorf("%s: clocks\n got %q\nwant %q", what, got, want)
	}
}

// clockOf is the running clock with the given key.
func (b *book) clockOf(t tester, key string) Clock {
	t.Helper()
	for _, c := range b.inc.Clocks(Doctrine(), b.now) {
		if c.Key == key {
			return c
		}
	}
	t.Fatalf("no clock %s among %q", key, b.clocks(Doctrine()))
	return Clock{}
}

func TestClocksBySeverity(t *testing.T) {
	for sev, want := range map[Severity][]string{
		1: {"update+5", "callout:1+10", "acknowledge+15"},
		2: {"update+5", "callout:1+10", "acknowledge+30"},
		3: {"acknowledge+120"},
		4: {"acknowledge+1440"},
		5: nil,
	} {
		b := open(t, Declare{Severity: sev})
		b.wantClocks(t, sev.String(), want...)
	}
	// The clocks follow the severity as it changes.
	b := open(t, Declare{Severity: 3})
	b.must(t, "ana", SetSeverity{To: 1})
	b.wantClocks(t, "raised", "update+5", "callout:1+10", "acknowledge+15")
	b.must(t, "ana", SetSeverity{To: 5})
	b.wantClocks(t, "lowered")
	// They count from the declaration, wherever that is put later.
	c := open(t, Declare{Severity: 1, At: noon.Add(-20 * time.Minute)})
	c.wantClocks(t, "declared before", "update-15 overdue", "acknowledge-5 overdue", "callout:3+10")
	c.must(t, "ana", SetMilestone{Name: Declared, At: noon.Add(-10 * time.Minute)})
	c.wantClocks(t, "declared later", "update-5 overdue", "acknowledge+5", "callout:2+10")
}

func TestAckClock(t *testing.T) {
	for name, take := range map[string]Command{"command": TakeCommand{}, "another role": AssignRole{Role: Scribe}, "status": SetStatus{To: Investigating}} {
		var left []string // somebody has taken it, and still nobody commands
		if name != "command" {
			left = []string{"command+120"}
		}
		b := open(t, Declare{Severity: 3})
		if c := b.clockOf(t, "acknowledge"); c.Text == "" || c.Kind != ClockAck || c.Person != "" {
			t.Errorf("%+v", c)
		}
		b.must(t, "ana", take)
		b.wantClocks(t, name, left...)
	}
	b := open(t, Declare{Severity: 3})
	b.must(t, "ana", AddNote{Text: "looking"})
	b.tick(120*time.Minute).wantClocks(t, "on time", "acknowledge+120")
	b.tick(time.Millisecond).wantClocks(t, "a moment later", "acknowledge+120 overdue")
}

// While nobody commands there is a clock for it, once somebody has taken the
// incident; another vacancy has its own time, and a snooze does not carry over.
func TestCommandClock(t *testing.T) {
	b := open(t, Declare{Severity: 1})
	b.must(t, "bob", AssignRole{Role: Scribe})
	b.wantClocks(t, "taken", "command+5", "update+5", "callout:1+10")
	if c := b.clockOf(t, "command"); c.Kind != ClockCommand || c.Person != "" || c.Text != "somebody takes command" {
		t.Errorf("%+v", c)
	}
	b.must(t, "bob", Snooze{Key: "command", For: 8 * time.Minute, Reason: "ana is on her way"})
	b.wantClocks(t, "put off", "update+5", "command+8 snoozed", "callout:1+10")
	b.must(t, "ana", TakeCommand{})
	b.wantClocks(t, "commanded", "update+5", "callout:1+10")
	b.tick(time.Minute)
	b.must(t, "ana", ReleaseRole{Role: Commander})
	b.wantClocks(t, "vacant again", "update+5", "command+6", "callout:1+10")
	b.must(t, "ana", SetSeverity{To: 5})
	b.wantClocks(t, "nobody has to")
	b.must(t, "ana", SetSeverity{To: 4})
	b.wantClocks(t, "within the time to respond", "command+1441")
	b.must(t, "ana", SetStatus{To: Resolved})
	b.wantClocks(t, "over")
	r := Doctrine()
	r.Command = 0
	c := open(t, Declare{Severity: 1})
	c.must(t, "bob", AssignRole{Role: Scribe})
	if got := c.clocks(r); slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, "command") }) {
		t.Errorf("a team without such a time has %q", got)
	}
}

// What was redacted of a kind that may have no line has none: no line that says
// nothing comes up when the incident is folded anew.
func TestRedactedStaysQuiet(t *testing.T) {
	b := open(t, Declare{})
	b.must(t, "ana", TakeCommand{})
	b.must(t, "ana", AddNote{Text: "x"})
	b.must(t, "ana", Amend{Seq: b.inc.LastSeq, Text: ptr("y")})
	for _, e := range b.events {
		was := e.Quiet()
		e.Body, e.Raw = nil, nil
		if e.Quiet() != was {
			t.Errorf("%s: quiet %v, redacted %v", e.Kind, was, e.Quiet())
		}
	}
	if (Event{Kind: "newer"}).Quiet() {
		t.Error("what is not known is hidden")
	}
}

// quiet is an incident that somebody commands, without clocks of its own.
func quiet(t tester) *book {
	t.Helper()
	b := open(t, Declare{Severity: 5})
	b.must(t, "ana", TakeCommand{})
	return b
}

func TestOrderClock(t *testing.T) {
	b := quiet(t)
	b.line(t, "ana", "@bob look at the lag 3m")
	if c := b.clockOf(t, "order:1"); c.Kind != ClockOrder || c.N != 1 || c.Person != "bob" || c.Text != "@bob look at the lag" {
		t.Errorf("%+v", c)
	}
	b.line(t, "bob", "/ack 1")
	b.tick(3*time.Minute).wantClocks(t, "due", "order:1+3")
	b.tick(time.Millisecond).wantClocks(t, "late", "order:1+3 overdue")
	b.tick(time.Minute - time.Millisecond)
	b.line(t, "bob", "/extend 1 5m")
	b.wantClocks(t, "extended", "order:1+9")
	b.line(t, "ana", "@carl look too 1m")
	b.wantClocks(t, "two, the sooner first", "order:2+5", "order:1+9")
	b.line(t, "bob", "/done 1")
	b.line(t, "ana", "/withdraw 2")
	b.wantClocks(t, "ended")
}

func TestUpdateClock(t *testing.T) {
	b := open(t, Declare{Severity: 2})
	b.must(t, "ana", TakeCommand{})
	b.must(t, "ana", AssignRole{Role: CommsLead, Person: "carl"})
	update := func(what, want string) {
		t.Helper()
		for _, s := range b.clocks(Doctrine()) {
			if strings.HasPrefix(s, "update") {
				if s != want {
					t.Errorf("%s: %q, want %q", what, s, want)
				}
				return
			}
		}
		if want != "" {
			t.Errorf("%s: no clock, want %q", what, want)
		}
	}
	update("declared", "update+5")
	if c := b.clockOf(t, "update"); c.Person != "carl" || c.Text != "first update" {
		t.Errorf("%+v", c)
	}
	b.tick(6 * time.Minute)
	update("none yet", "update+5 overdue")
	b.line(t, "ana", "update: we look")
	update("then the cadence", "update+36")
	if c := b.clockOf(t, "update"); c.Text != "update" {
		t.Errorf("%+v", c)
	}
	b.line(t, "ana", "/next 20m")
	update("promised", "update+26")
	b.tick(10 * time.Minute) // 16
	b.line(t, "ana", "update: no change")
	update("the promise stands", "update+26")
	b.tick(15 * time.Minute) // 31
	update("not kept", "update+26 overdue")
	b.line(t, "ana", "update: no change")
	update("the cadence again", "update+61")
	b.line(t, "ana", "/next 1h")
	update("promised later than the cadence", "update+91")
	b.line(t, "ana", "/next 10m")
	update("the last promise counts", "update+41")
	b.must(t, "ana", SetSeverity{To: 3})
	update("a promise binds at any severity", "update+41")
	b.tick(11 * time.Minute) // 42
	b.line(t, "ana", "update: no change")
	update("no promise, no cadence", "")
	b.must(t, "ana", SetSeverity{To: 1})
	update("major again", "update+72")
	b.must(t, "dana", AddNote{Kind: KindUpdate, Text: "an earlier one", At: noon.Add(20 * time.Minute)})
	update("an update from before", "update+72")
	if u := b.inc.Update; u.Text != "no change" || u.N != 5 || u.By != "ana" {
		t.Errorf("%+v", u)
	}
	b.must(t, "ana", SetStatus{To: Resolved})
	update("over", "")
	b.whole(t)
}

func TestPromiseBeforeTheFirstUpdate(t *testing.T) {
	b := open(t, Declare{Severity: 1})
	b.line(t, "ana", "/next 12m")
	if c := b.clockOf(t, "update"); c.Text != "first update" || !c.Due.Equal(noon.Add(12*time.Minute)) {
		t.Errorf("%+v", c)
	}
	b.refuse(t, "ana", PromiseUpdate{}, Invalid, "no time to promise")
	b.refuse(t, "ana", PromiseUpdate{In: -time.Minute}, Invalid, "no time to promise")
	b.refuse(t, "ana", PromiseUpdate{In: time.Second - 1}, Invalid, "no time to promise")
	b.refuse(t, "ana", PromiseUpdate{In: 7*24*time.Hour + 1}, Invalid, "seven days")
	b.must(t, "ana", PromiseUpdate{In: 7 * 24 * time.Hour})
	if got := b.must(t, "ana", PromiseUpdate{In: time.Second})[0].Text(); got != "next update promised at 12:00:01Z" {
		t.Errorf("text %q", got)
	}
}

// What is taken back was not told: the clock, the page for whoever takes over
// and the milestone go back with it, and come again when it is restored.
func TestUpdateTakenBack(t *testing.T) {
	b := open(t, Declare{Severity: 2}).tick(time.Minute)
	one := b.line(t, "ana", "update: one")[0].Seq
	b.tick(time.Minute)
	two := b.line(t, "ana", "update: two")[0].Seq
	b.tick(time.Minute)
	first := func() string {
		at, ok := b.inc.At(FirstUpdate)
		if !ok {
			return "unknown"
		}
		return at.Sub(noon).String()
	}
	expect := func(what, text string, n int, due, milestone string) {
		t.Helper()
		c := b.clockOf(t, "update")
		if u := b.inc.Update; u.Text != text || u.N != n || c.Due.Sub(noon).String() != due || first() != milestone {
			t.Errorf("%s: %+v, due %v, first %s", what, u, c.Due.Sub(noon), first())
		}
		b.whole(t)
	}
	expect("two", "two", 2, "32m0s", "1m0s")
	wantKinds(t, b.line(t, "ana", "/undo"), KindAmended) // the milestone follows from one
	expect("two is taken back", "one", 1, "31m0s", "1m0s")
	ev := b.must(t, "ana", Undo{})
	wantKinds(t, ev, KindAmended, KindMilestoneSet)
	for _, e := range ev {
		if !e.Quiet() {
			t.Errorf("%q has a line", e.Text())
		}
	}
	expect("one as well", "", 0, "5m0s", "unknown")
	b.must(t, "ana", Amend{Seq: two, Struck: ptr(false)})
	expect("two is restored", "two", 1, "32m0s", "2m0s")
	b.must(t, "ana", Amend{Seq: one, Struck: ptr(false)})
	expect("one too, but the milestone stands", "two", 2, "32m0s", "2m0s")
	b.must(t, "ana", Amend{Seq: two, Text: ptr("zwei"), At: noon.Add(90 * time.Second)})
	expect("corrected", "zwei", 2, "31m30s", "1m30s")
	b.must(t, "ana", Amend{Seq: two, Struck: ptr(true)})
	expect("the first of those that stand", "one", 1, "31m0s", "1m0s")

	// What a person said about the milestone is left alone.
	b.must(t, "dana", SetMilestone{Name: FirstUpdate, At: noon.Add(30 * time.Second)})
	wantKinds(t, b.must(t, "ana", Amend{Seq: one, Struck: ptr(true)}), KindAmended)
	if first() != "30s" {
		t.Errorf("first update %s", first())
	}

	// When there were more than are kept, which came second is not known.
	c := open(t, Declare{Severity: 2})
	seq := c.line(t, "ana", "update: 0")[0].Seq
	for n := range keptLines + 1 {
		c.tick(time.Minute).line(t, "ana", fmt.Sprint("update: ", n+1))
	}
	c.must(t, "ana", Amend{Seq: seq, Struck: ptr(true)})
	if _, ok := c.inc.At(FirstUpdate); ok {
		t.Error("the milestone is known after all")
	}
	if len(c.inc.Told) != keptLines || c.inc.Update.Text != fmt.Sprint(keptLines+1) {
		t.Errorf("%d kept, the last is %+v", len(c.inc.Told), c.inc.Update)
	}
	// Late entries do not push out the newest.
	for range keptLines + 1 {
		c.must(t, "dana", AddNote{Kind: KindUpdate, Text: "from before", At: noon.Add(-time.Hour)})
	}
	if c.inc.Update.Text != fmt.Sprint(keptLines+1) {
		t.Errorf("the last is %+v", c.inc.Update)
	}
	c.whole(t)
}

func TestDecisionTakenBack(t *testing.T) {
	b := quiet(t)
	for n := range keptLines + 1 {
		b.line(t, "ana", fmt.Sprint("decision: number ", n))
	}
	b.line(t, "ana", "/undo")
	b.must(t, "ana", Amend{Seq: b.inc.LastDecisions[1].Seq, Text: ptr("corrected"), At: noon.Add(-time.Hour)})
	var got []string
	for _, s := range b.inc.LastDecisions {
		got = append(got, fmt.Sprint(s.Text, " ", s.Struck, " ", s.At.Sub(noon)))
	}
	if want := []string{"number 1 false 0s", "corrected false -1h0m0s", "number 3 false 0s", "number 4 false 0s", "number 5 true 0s"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	page := strings.Join(b.inc.Handover(Doctrine(), b.now, time.UTC), "\n")
	if strings.Contains(page, "number 5") || !strings.Contains(page, "11:00 corrected (ana)") {
		t.Errorf("the page says\n%s", page)
	}
	b.must(t, "ana", Amend{Seq: b.inc.LastDecisions[4].Seq, Struck: ptr(false)})
	if b.inc.LastDecisions[4].Struck {
		t.Error("restored and still struck")
	}
	b.whole(t)
}

func TestCalloutClock(t *testing.T) {
	b := open(t, Declare{Severity: 1})
	b.must(t, "ana", TakeCommand{})
	b.must(t, "ana", AssignRole{Role: Deputy, Person: "dora"})
	for _, c := range []struct {
		at   time.Duration
		key  string
		due  time.Duration
		text string
	}{
		{0, "callout:1", 10 * time.Minute, "callout 10 minutes"},
		{10*time.Minute - time.Millisecond, "callout:1", 10 * time.Minute, "callout 10 minutes"},
		{10 * time.Minute, "callout:2", 20 * time.Minute, "callout 20 minutes"},
		{95 * time.Minute, "callout:10", 100 * time.Minute, "callout 100 minutes"},
	} {
		b.now = noon.Add(c.at)
		got := b.clockOf(t, c.key)
		if !got.Due.Equal(noon.Add(c.due)) || got.Text != c.text || got.Person != "dora" {
			t.Errorf("at %v: %+v", c.at, got)
		}
	}
	if (Clock{Kind: ClockCallout, Due: noon}).Overdue(noon.Add(time.Hour)) {
		t.Error("a callout is overdue")
	}
	b.now = noon.Add(-time.Hour) // a clock that was set back
	b.clockOf(t, "callout:1")
	b.now = noon.Add(5 * time.Minute)
	b.refuse(t, "ana", Snooze{Key: "callout:1", For: time.Hour, Reason: "busy"}, Conflict, "passes by itself")
	b.refuse(t, "ana", SeeAlarm{Key: "callout:1"}, Conflict, "not overdue")
}

func TestSilenceAndVerifyClocks(t *testing.T) {
	b := quiet(t)
	b.line(t, "bob", "/propose fail over")
	if c := b.clockOf(t, "silence:1"); c.Kind != ClockSilence || c.N != 1 || c.Person != "bob" || c.Text != "objections? fail over" || !c.Due.Equal(noon.Add(DefaultSilence)) {
		t.Errorf("%+v", c)
	}
	b.tick(15*time.Second).wantClocks(t, "silent", "silence:1+0.25")
	b.tick(time.Millisecond).wantClocks(t, "to be decided", "silence:1+0.25 overdue")
	b.now = noon.Add(time.Minute)
	b.line(t, "ana", "/decide 1 go @carl 5m errors below 1 %")
	b.wantClocks(t, "decided", "verify:1+6")
	if c := b.clockOf(t, "verify:1"); c.Kind != ClockVerify || c.N != 1 || c.Person != "carl" || c.Text != "did it work? errors below 1 %" {
		t.Errorf("%+v", c)
	}
	b.tick(6*time.Minute).wantClocks(t, "late", "verify:1+6 overdue")
	b.line(t, "carl", "/worked 1 no")
	b.wantClocks(t, "verified")

	b.line(t, "bob", "/propose restart")
	b.line(t, "ana", "/decide 2 go 1m")
	if c := b.clockOf(t, "verify:2"); c.Text != "did it work? restart" || c.Person != "" {
		t.Errorf("%+v", c)
	}
	b.line(t, "bob", "/propose wait")
	b.line(t, "ana", "/decide 3 no")
	b.line(t, "bob", "/propose page the vendor")
	b.line(t, "ana", "/decide 4 go @bob")
	b.wantClocks(t, "one refused, one of which nobody will ask", "verify:2+8")
}

func TestMitigationClock(t *testing.T) {
	b := quiet(t)
	b.line(t, "ana", "/temp imports throttled @bob 2h")
	b.line(t, "ana", "/temp alert silenced")
	b.wantClocks(t, "one has no end", "mitigation:1+120")
	if c := b.clockOf(t, "mitigation:1"); c.Kind != ClockMitigation || c.N != 1 || c.Person != "bob" || c.Text != "remove: imports throttled" {
		t.Errorf("%+v", c)
	}
	b.must(t, "bob", ExtendMitigation{N: 2, For: time.Hour})
	b.wantClocks(t, "now it has", "mitigation:2+60", "mitigation:1+120")
	b.tick(121*time.Minute).wantClocks(t, "late", "mitigation:2+60 overdue", "mitigation:1+120 overdue")
	b.line(t, "bob", "/untemp 1")
	b.must(t, "bob", ExtendMitigation{N: 2, For: time.Hour})
	b.wantClocks(t, "gone", "mitigation:2+181")
}

func TestReviewClock(t *testing.T) {
	b := quiet(t)
	b.line(t, "ana", "/review @dana 48h")
	if c := b.clockOf(t, "review"); c.Kind != ClockReview || c.Person != "dana" || c.Text != "postmortem @dana" || !c.Due.Equal(noon.Add(48*time.Hour)) {
		t.Errorf("%+v", c)
	}
	for _, s := range []Status{Resolved, Postmortem, Followup} {
		b.must(t, "ana", SetStatus{To: s})
		b.wantClocks(t, string(s), "review+2880")
	}
	b.must(t, "dana", SetMilestone{Name: PostmortemPublished})
	b.wantClocks(t, "published")
	b.must(t, "dana", SetMilestone{Name: PostmortemPublished, Unknown: true})
	b.wantClocks(t, "not published after all", "review+2880")
	for _, s := range []Status{Closed, Canceled} {
		b.must(t, "ana", SetStatus{To: s})
		b.wantClocks(t, string(s))
	}
}

// After resolve nothing drives people on but what is really left to do.
func TestClocksAfterResolve(t *testing.T) {
	b := open(t, Declare{Severity: 1})
	for _, l := range []string{
		"/take", "@bob look 3m", "/propose fail over", "/propose restart", "/decide 2 go 5m", "/temp throttled 2h", "update: x", "/next 20m", "/review @dana",
	} {
		b.line(t, "ana", l)
	}
	b.wantClocks(t, "live", "silence:1+0.25", "order:1+3", "verify:2+5", "callout:1+10", "update+20", "mitigation:1+120", "review+4320")
	b.must(t, "ana", SetStatus{To: Resolved})
	b.wantClocks(t, "resolved", "order:1+3", "verify:2+5", "mitigation:1+120", "review+4320")
	b.must(t, "ana", SetStatus{To: Closed})
	b.wantClocks(t, "closed", "order:1+3", "verify:2+5", "mitigation:1+120")
	b.must(t, "ana", SetStatus{To: Monitoring}) // going back brings all of them back
	b.wantClocks(t, "again live", "silence:1+0.25", "order:1+3", "verify:2+5", "callout:1+10", "update+20", "mitigation:1+120", "review+4320")

	// One that nobody ever took is not called for after it was canceled.
	c := open(t, Declare{Severity: 1})
	c.must(t, "ana", Cancel{})
	c.wantClocks(t, "canceled")
}

// Clocks of a severity or status of a newer version do not run, and do no harm.
func TestClocksOfNewer(t *testing.T) {
	for _, sev := range []Severity{-1, 0, 6, 1 << 40} {
		i := &Incident{Severity: sev, Status: Triage, Milestones: map[Milestone]Mark{Declared: {At: noon}}}
		if got := i.Clocks(Doctrine(), noon); len(got) != 0 {
			t.Errorf("severity %d: %+v", sev, got)
		}
	}
	i := &Incident{Severity: 1, Status: "quarantined", Milestones: map[Milestone]Mark{Declared: {At: noon}}}
	if got := i.Clocks(Doctrine(), noon); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	if got := (&Incident{Severity: 1, Status: Triage}).Clocks(Doctrine(), noon); len(got) != 0 { // never declared
		t.Errorf("%+v", got)
	}
}

func TestClockRules(t *testing.T) {
	b := open(t, Declare{Severity: 1})
	if got := b.clocks(Rules{}); len(got) != 0 {
		t.Errorf("without rules: %q", got)
	}
	r := Rules{Respond: [6]time.Duration{1: time.Minute}, Callout: 7 * time.Minute, Every: [6]time.Duration{1: time.Hour}, FirstPost: 2 * time.Minute}
	if got, want := b.clocks(r), []string{"acknowledge+1", "update+2", "callout:1+7"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	// A snooze goes by the rules it is given, and by doctrine without any.
	b.refuse(t, "ana", Snooze{Key: "callout:9", For: time.Minute, Reason: "x", Rules: r}, NotFound, "no such clock")
	b.must(t, "ana", Snooze{Key: "acknowledge", For: time.Hour, Reason: "x", Rules: r})
	if got, want := b.clocks(r), []string{"update+2", "callout:1+7", "acknowledge+60 snoozed"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	b.wantClocks(t, "another time is not put off", "update+5", "callout:1+10", "acknowledge+15")
	b.must(t, "ana", Snooze{Key: "acknowledge", For: time.Hour, Reason: "x"})
	b.wantClocks(t, "by doctrine", "update+5", "callout:1+10", "acknowledge+60 snoozed")
}

func TestSnooze(t *testing.T) {
	b := open(t, Declare{Severity: 2})
	b.must(t, "ana", TakeCommand{})
	b.line(t, "ana", "update: one") // due at 30
	b.now = noon.Add(31 * time.Minute)
	ev := b.must(t, "ana", Snooze{Key: "update", For: 10 * time.Minute, Reason: " nothing new "})
	wantKinds(t, ev, KindClockSnoozed)
	if got := ev[0].Text(); got != "put off until 12:41:00Z: update: nothing new" || ev[0].Important() {
		t.Errorf("text %q", got)
	}
	if z := b.inc.Snoozes["update"]; z.By != "ana" || z.Reason != "nothing new" || !z.Due.Equal(noon.Add(30*time.Minute)) {
		t.Errorf("%+v", z)
	}
	b.wantClocks(t, "put off", "callout:4+40", "update+41 snoozed")
	b.now = noon.Add(42 * time.Minute)
	b.wantClocks(t, "rings again", "update+41 overdue snoozed", "callout:5+50")
	b.must(t, "bob", Snooze{Key: "update", For: 10 * time.Minute, Reason: "writing it"}) // of the same round
	b.wantClocks(t, "put off again", "callout:5+50", "update+52 snoozed")
	b.must(t, "bob", Snooze{Key: "update", For: time.Minute, Reason: "sooner"})
	b.wantClocks(t, "or sooner", "update+43 snoozed", "callout:5+50")
	b.line(t, "ana", "update: two")
	b.wantClocks(t, "the next round is not put off", "callout:5+50", "update+72")
	b.whole(t)
}

func TestSnoozeRefuses(t *testing.T) {
	b := open(t, Declare{Severity: 2})
	b.must(t, "ana", TakeCommand{})
	b.line(t, "ana", "@bob look 3m")
	for _, key := range []string{"", "acknowledge", "order:2", "order:", "silence:1", "review", "nonsense\x1b"} {
		b.refuse(t, "ana", Snooze{Key: key, For: time.Hour, Reason: "x"}, NotFound, "no such clock")
	}
	for _, key := range []string{"update", "order:1"} {
		b.refuse(t, "ana", Snooze{Key: key, For: time.Hour}, Invalid, "say why")
		b.refuse(t, "ana", Snooze{Key: key, For: time.Hour, Reason: " \n"}, Invalid, "say why")
		b.refuse(t, "ana", Snooze{Key: key, For: time.Hour, Reason: strings.Repeat("x", MaxText+1)}, Invalid, "too long")
		for _, d := range []time.Duration{0, -time.Minute, time.Second - 1, 7*24*time.Hour + 1} {
			b.refuse(t, "ana", Snooze{Key: key, For: d, Reason: "x"}, Invalid, "seven days")
		}
	}
	// Until a time before it is due: that would say what it does not do.
	b.refuse(t, "ana", Snooze{Key: "update", For: 5 * time.Minute, Reason: "x"}, Conflict, "due only in 5 min")
	b.must(t, "ana", Snooze{Key: "update", For: 5*time.Minute + time.Millisecond, Reason: "x"})
	b.must(t, "ana", Snooze{Key: "update", For: 7 * 24 * time.Hour, Reason: "x"})
}

// An order has its own word for more time.
func TestSnoozeOrder(t *testing.T) {
	b := quiet(t)
	b.line(t, "ana", "@bob look 3m")
	ev := b.must(t, "ana", Snooze{Key: "order:1", For: 10 * time.Minute, Reason: "slow query"})
	wantKinds(t, ev, KindOrderExtended)
	if got := ev[0].Text(); got != "@bob 10 min more: look: slow query" {
		t.Errorf("text %q", got)
	}
	b.wantClocks(t, "extended", "order:1+10")
}

// Each kind of clock can be put off and heard, and only in this round.
func TestEveryClockCanBePutOff(t *testing.T) {
	b := open(t, Declare{Severity: 1})
	for _, l := range []string{"/propose a", "/propose b", "/decide 2 go 5m", "/temp c 2h", "/review @dana 48h"} {
		b.line(t, "ana", l)
	}
	keys := []string{"acknowledge", "update", "silence:1", "verify:2", "mitigation:1", "review"}
	for _, k := range keys {
		b.must(t, "ana", Snooze{Key: k, For: 72 * time.Hour, Reason: "x"})
	}
	b.wantClocks(t, "all put off", "callout:1+10", "silence:1+4320 snoozed", "verify:2+4320 snoozed",
		"mitigation:1+4320 snoozed", "acknowledge+4320 snoozed", "update+4320 snoozed", "review+4320 snoozed")
	b.now = noon.Add(73 * time.Hour)
	for _, k := range keys {
		b.must(t, "bob", SeeAlarm{Key: k})
		if c := b.clockOf(t, k); c.Seen != "bob" || !c.Snoozed || !c.Overdue(b.now) {
			t.Errorf("%+v", c)
		}
	}
	b.must(t, "ana", ExtendMitigation{N: 1, For: time.Hour})
	if c := b.clockOf(t, "mitigation:1"); c.Snoozed || c.Seen != "" || !c.Due.Equal(b.now.Add(time.Hour)) {
		t.Errorf("the next round is put off: %+v", c)
	}
	b.line(t, "ana", "/review @dana 1h")
	if c := b.clockOf(t, "review"); c.Snoozed || c.Seen != "" {
		t.Errorf("the next round is put off: %+v", c)
	}
	b.whole(t)
}

func TestSeeAlarm(t *testing.T) {
	b := quiet(t)
	b.line(t, "ana", "@bob look 3m")
	b.refuse(t, "ana", SeeAlarm{Key: "order:1"}, Conflict, "not overdue: @bob look")
	b.tick(3 * time.Minute)
	b.refuse(t, "ana", SeeAlarm{Key: "order:1"}, Conflict, "not overdue")
	b.tick(time.Millisecond)
	b.refuse(t, "ana", SeeAlarm{Key: "order:2"}, NotFound, "no such clock")
	ev := b.must(t, "ana", SeeAlarm{Key: "order:1"})
	wantKinds(t, ev, KindAlarmSeen)
	if got := ev[0].Text(); got != "saw that this is overdue: @bob look" || ev[0].Important() {
		t.Errorf("text %q", got)
	}
	b.wantClocks(t, "seen", "order:1+3 overdue seen by ana")
	b.refuse(t, "bob", SeeAlarm{Key: "order:1"}, Conflict, "ana has seen it")
	b.now = noon.Add(4 * time.Minute)
	b.line(t, "ana", "/extend 1 1m")
	b.tick(2 * time.Minute)
	b.wantClocks(t, "the next time it is overdue it shouts again", "order:1+5 overdue")
	b.must(t, "bob", SeeAlarm{Key: "order:1"})
	b.wantClocks(t, "seen", "order:1+5 overdue seen by bob")
	b.whole(t)
}

// Soonest first, so that what is overdue stands on top, longest first; what is
// due at the same moment keeps its order.
func TestClocksAreSorted(t *testing.T) {
	b := quiet(t)
	for _, m := range []int{9, 2, 5, 2, 30, 1} {
		b.line(t, "ana", fmt.Sprintf("@bob look %dm", m))
	}
	b.line(t, "ana", "/temp x 2m")
	b.tick(3 * time.Minute)
	b.wantClocks(t, "sorted", "order:6+1 overdue", "order:2+2 overdue", "order:4+2 overdue", "mitigation:1+2 overdue", "order:3+5", "order:1+9", "order:5+30")
	before := reload(t, b.inc)
	b.inc.Clocks(Doctrine(), b.now)
	same(t, "looking at the clocks", before, b.inc)
}
