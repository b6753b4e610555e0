package model

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// marks lists which milestones stand.
func marks(i *Incident) []Milestone {
	var out []Milestone
	for _, m := range Milestones {
		if _, ok := i.At(m); ok {
			out = append(out, m)
		}
	}
	return out
}

func TestStatusMilestones(t *testing.T) {
	type step struct {
		to    Status
		stand []Milestone // besides declared
	}
	ack := []Milestone{Acknowledged}
	with := func(ms ...Milestone) []Milestone { return append(slices.Clone(ack), ms...) }
	for name, steps := range map[string][]step{
		"straight through": {
			{Investigating, ack}, {Identified, with(WasIdentified)}, {Mitigated, with(WasIdentified, WasMitigated)},
			{Monitoring, with(WasIdentified, WasMitigated)}, {Resolved, with(WasIdentified, WasMitigated, WasResolved)},
			{Postmortem, with(WasIdentified, WasMitigated, WasResolved)}, {Followup, with(WasIdentified, WasMitigated, WasResolved)},
			{Closed, with(WasIdentified, WasMitigated, WasResolved, WasClosed)},
		},
		"a jump leaves what was skipped unknown": {{Mitigated, with(WasMitigated)}, {Closed, with(WasMitigated, WasClosed)}},
		"relapse to investigating":               {{Resolved, with(WasResolved)}, {Investigating, ack}, {Identified, with(WasIdentified)}},
		"relapse to mitigated":                   {{Identified, with(WasIdentified)}, {Resolved, with(WasIdentified, WasResolved)}, {Mitigated, with(WasIdentified, WasMitigated)}},
		"monitoring back to identified":          {{Identified, with(WasIdentified)}, {Mitigated, with(WasIdentified, WasMitigated)}, {Monitoring, with(WasIdentified, WasMitigated)}, {Identified, with(WasIdentified)}},
		"reopened":                               {{Closed, with(WasClosed)}, {Followup, ack}, {Closed, with(WasClosed)}},
		"back to triage":                         {{Mitigated, with(WasMitigated)}, {Triage, ack}},
		"canceled keeps what was reached":        {{Mitigated, with(WasMitigated)}, {Canceled, with(WasMitigated)}, {Triage, ack}},
		"canceled from triage acknowledges not":  {{Canceled, nil}, {Triage, nil}},
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t, Declare{})
			for _, s := range steps {
				b.tick(time.Minute)
				from := b.inc.Status
				ev := b.must(t, "ana", SetStatus{To: s.to})
				if got := ev[0].Text(); got != "Status changed from "+string(from)+" to "+string(s.to) || !ev[0].Important() {
					t.Errorf("text %q", got)
				}
				if b.inc.Status != s.to || !b.inc.StatusSince.Equal(b.now) {
					t.Errorf("%s since %v", b.inc.Status, b.inc.StatusSince)
				}
				want := append(slices.Clone(s.stand), Declared)
				slices.SortFunc(want, func(x, y Milestone) int { return slices.Index(Milestones, x) - slices.Index(Milestones, y) })
				if got := marks(b.inc); !slices.Equal(got, want) {
					t.Errorf("after %s: %v, want %v", s.to, got, want)
				}
				b.whole(t)
			}
		})
	}
}

func TestRelapseKeepsTheFirstTime(t *testing.T) {
	b := open(t, Declare{}).tick(time.Minute)
	b.must(t, "ana", SetStatus{To: Mitigated})
	first := b.now
	b.tick(time.Minute).must(t, "ana", SetStatus{To: Investigating})
	if k := b.inc.Milestones[WasMitigated]; !k.Void || !k.At.Equal(first) {
		t.Errorf("after the relapse: %+v", k)
	}
	b.tick(time.Minute)
	ev := b.must(t, "ana", SetStatus{To: Mitigated})
	if k := b.inc.Milestones[WasMitigated]; k.Void || !k.At.Equal(b.now) || !k.First.Equal(first) || k.Of != ev[0].Seq {
		t.Errorf("after the second mitigation: %+v", k)
	}
}

func TestStatusDoesNotOverwriteAPerson(t *testing.T) {
	b := open(t, Declare{At: noon.Add(-time.Hour)})
	said := noon.Add(-30 * time.Minute)
	b.must(t, "dana", SetMilestone{Name: WasMitigated, At: said})
	b.must(t, "ana", SetStatus{To: Mitigated})
	if got, _ := b.inc.At(WasMitigated); !got.Equal(said) {
		t.Errorf("mitigated at %v, a person said %v", got, said)
	}
}

func TestSetStatusRefuses(t *testing.T) {
	b := open(t, Declare{})
	b.refuse(t, "a", SetStatus{To: Triage}, Conflict, "triage already")
	b.refuse(t, "a", SetStatus{To: "done"}, Invalid, "no status")
	b.refuse(t, "a", SetStatus{To: ""}, Invalid, "no status")
	b.refuse(t, "a", SetStatus{To: Closed, At: noon.Add(time.Hour)}, Invalid, "future")
	b.refuse(t, "a", SetStatus{To: Closed, Reason: strings.Repeat("x", MaxText+1)}, Invalid, "reason")
	ev := b.must(t, "a", SetStatus{To: Closed, Reason: "quick", At: noon.Add(-time.Minute)})
	if !ev[0].At.Equal(noon.Add(-time.Minute)) || ev[0].Text() != "Status changed from triage to closed: quick" {
		t.Errorf("%v %q", ev[0].At, ev[0].Text())
	}
	if got, _ := b.inc.At(WasClosed); !got.Equal(noon.Add(-time.Minute)) {
		t.Errorf("closed at %v", got)
	}
}

func TestCancel(t *testing.T) {
	for _, c := range []struct {
		cmd  Cancel
		text string
	}{
		{Cancel{}, "Status changed from triage to canceled"},
		{Cancel{Reason: "a test alert"}, "Status changed from triage to canceled: a test alert"},
		{Cancel{Duplicate: " inc-20261101-000000 "}, "Status changed from triage to canceled: duplicate of INC-20261101-000000"},
		{Cancel{Duplicate: "INC-1", Reason: "same pager"}, "Status changed from triage to canceled: duplicate of INC-1, same pager"},
	} {
		b := open(t, Declare{})
		ev := b.must(t, "ana", c.cmd)
		if ev[0].Text() != c.text || b.inc.Status != Canceled {
			t.Errorf("%q, want %q", ev[0].Text(), c.text)
		}
		if b.inc.DuplicateOf != CleanID(c.cmd.Duplicate) {
			t.Errorf("duplicate of %q", b.inc.DuplicateOf)
		}
		b.refuse(t, "ana", Cancel{}, Conflict, "canceled already")
		b.must(t, "ana", SetStatus{To: Triage})
		if b.inc.DuplicateOf != "" {
			t.Error("reopened and still a duplicate")
		}
		b.whole(t)
	}
	b := open(t, Declare{})
	b.refuse(t, "a", Cancel{Duplicate: b.inc.ID}, Invalid, "itself")
	b.refuse(t, "a", Cancel{Duplicate: "ticket 7"}, Invalid, "no incident id")
	b.refuse(t, "a", Cancel{Duplicate: "INC-" + strings.Repeat("1", 40)}, Invalid, "no incident id")
}

// A status of a newer version is shown, but says nothing about milestones.
func TestNewerStatusVoidsNothing(t *testing.T) {
	b := open(t, Declare{})
	b.must(t, "ana", SetStatus{To: Mitigated})
	e, err := b.seal("x", Draft{Kind: KindStatusChanged, Body: &StatusChange{From: Mitigated, To: "quarantined"}}, b.inc)
	if err != nil || !b.inc.Apply(e) {
		t.Fatal(err)
	}
	if _, ok := b.inc.At(WasMitigated); !ok || b.inc.Status != "quarantined" {
		t.Errorf("%s, mitigated known: %v", b.inc.Status, ok)
	}
}

func TestClock(t *testing.T) {
	b := open(t, Declare{At: noon.Add(-10 * time.Minute)})
	if got, _ := b.inc.Elapsed(noon); got != 10*time.Minute {
		t.Errorf("elapsed %v", got)
	}
	b.must(t, "ana", SetMilestone{Name: ImpactStarted, At: noon.Add(-15 * time.Minute)})
	if got, _ := b.inc.Elapsed(noon); got != 15*time.Minute {
		t.Errorf("elapsed %v", got)
	}
	if got, _ := b.inc.Elapsed(noon.Add(-time.Hour)); got != 0 {
		t.Errorf("elapsed %v before it began", got)
	}
	if _, over := b.inc.Ended(); over {
		t.Error("over while live")
	}
	b.must(t, "ana", SetStatus{To: Resolved, At: noon.Add(-5 * time.Minute)})
	b.tick(time.Hour).must(t, "ana", SetStatus{To: Closed})
	if got, _ := b.inc.Elapsed(b.now); got != 10*time.Minute {
		t.Errorf("elapsed %v: the clock stops at resolved", got)
	}
	c := open(t, Declare{}).tick(time.Minute)
	c.must(t, "ana", Cancel{})
	if end, over := c.inc.Ended(); !over || !end.Equal(c.now) {
		t.Errorf("canceled: ended %v %v", end, over)
	}
}

func TestParseStatus(t *testing.T) {
	for in, want := range map[string]Status{
		"triage": Triage, "INV": Investigating, "id": Identified, "mit": Mitigated, "mon": Monitoring, "fixed": Mitigated,
		" resolved ": Resolved, "post": Postmortem, "follow": Followup, "close": Closed, "cancel": Canceled, "cancelled": Canceled, "ca": Canceled,
		"": "", "t": "", "m": "", "c": "", "open": "", "resolvedd": "",
	} {
		got, err := ParseStatus(in)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q %v, want %q", in, got, err, want)
		}
	}
	live, open := 0, 0
	for _, s := range Statuses {
		if s.Live() {
			live++
		}
		if s.Open() {
			open++
		}
		if (s.Phase() == "") != (s == Canceled) {
			t.Errorf("%s is in phase %q", s, s.Phase())
		}
	}
	if live != 5 || open != 8 {
		t.Errorf("%d live, %d open", live, open)
	}
	if Status("new").Live() || Status("new").Open() || Status("new").Phase() != "" {
		t.Error("an unknown status counts as live or open")
	}
}

func TestParseSeverity(t *testing.T) {
	for in, want := range map[string]Severity{
		"1": 1, "5": 5, "sev2": 2, "SEV-3": 3, "s4": 4, " Sev-1 ": 1, "sev 2": 2,
		"": 0, "0": 0, "6": 0, "-1": 0, "sev": 0, "sev--2": 0, "two": 0, "2.0": 0, "s": 0, "99999999999999999999": 0,
	} {
		got, err := ParseSeverity(in)
		if got != want || (err != nil) != (want == 0) {
			t.Errorf("%q: %d %v, want %d", in, got, err, want)
		}
	}
	for s := Severity(1); s <= 5; s++ {
		if got, err := ParseSeverity(s.String()); got != s || err != nil {
			t.Errorf("%s does not read back: %v %v", s, got, err)
		}
		if s.Major() != (s <= 2) || s.Word() == "unknown" {
			t.Errorf("%s: major %v, word %q", s, s.Major(), s.Word())
		}
	}
	if Severity(0).String() != "SEV-?" || Severity(0).Word() != "unknown" {
		t.Error("a severity not said")
	}
}

func TestParseMilestone(t *testing.T) {
	for in, want := range map[string]Milestone{
		"detected": Detected, "DET": Detected, "impact started": ImpactStarted, "first-update": FirstUpdate, "mit": WasMitigated,
		"post": PostmortemPublished, "": "", "re": "", "d": "", "de": "", "lunch": "",
	} {
		got, err := ParseMilestone(in)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q %v, want %q", in, got, err, want)
		}
	}
	for _, m := range Milestones {
		if got, err := ParseMilestone(m.String()); got != m || err != nil {
			t.Errorf("%q does not read back: %q %v", m.String(), got, err)
		}
	}
}
