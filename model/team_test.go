package model

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTeam(t *testing.T) {
	b := open(t, Declare{})
	ev := b.must(t, "ana", FormTeam{Name: " Alpha ", Leader: "@bob", Task: " databases ", Members: []string{"@carl", "CARL", "Bob", "dora"}})
	wantKinds(t, ev, KindTeamFormed)
	if got := ev[0].Text(); got != "team alpha: bob leads carl, dora: databases" || ev[0].Important() {
		t.Errorf("text %q", got)
	}
	want := Team{"alpha", "bob", "databases", []string{"carl", "dora"}, noon}
	if !reflect.DeepEqual(b.inc.Teams, []Team{want}) {
		t.Errorf("got %+v, want %+v", b.inc.Teams, want)
	}
	if !slices.Equal(b.inc.People, []string{"ana", "bob", "carl", "dora"}) {
		t.Errorf("people %q", b.inc.People)
	}

	// Another leader: the rest stays, and a member who leads is no member.
	b.tick(time.Minute)
	if got := b.line(t, "ana", "/team alpha @carl")[0].Text(); got != "team alpha: carl leads dora: databases" {
		t.Errorf("text %q", got)
	}
	if !b.inc.Teams[0].Since.Equal(noon) {
		t.Errorf("since %v", b.inc.Teams[0].Since)
	}
	b.refuse(t, "ana", FormTeam{Name: "alpha", Leader: "carl"}, Conflict, "nothing would change")
	b.must(t, "ana", FormTeam{Name: "alpha", Leader: "carl", Members: []string{}}) // said to be nobody
	if b.inc.Teams[0].Members != nil || b.inc.Teams[0].Task != "databases" {
		t.Errorf("%+v", b.inc.Teams[0])
	}
	b.line(t, "ana", "/team bravo @erin")
	if got := b.line(t, "ana", "/team ALPHA end")[0].Text(); got != "team alpha has ended" {
		t.Errorf("text %q", got)
	}
	if len(b.inc.Teams) != 1 || b.inc.Teams[0].Name != "bravo" {
		t.Errorf("%+v", b.inc.Teams)
	}
	b.whole(t)
	b.must(t, "ana", EndTeam{" Bravo "})
	if b.inc.Teams != nil {
		t.Errorf("%+v", b.inc.Teams)
	}
	b.whole(t)
}

func TestTeamRefuses(t *testing.T) {
	b := open(t, Declare{})
	for _, name := range []string{"", " ", "the team", "a\nb", "a\tb", strings.Repeat("x", 31)} {
		b.refuse(t, "a", FormTeam{Name: name, Leader: "bob"}, Invalid, "no name for a team")
	}
	b.refuse(t, "a", FormTeam{Name: "alpha"}, Invalid, "one leader")
	b.refuse(t, "a", FormTeam{Name: "alpha", Leader: "@ "}, Invalid, "one leader")
	b.refuse(t, "a", FormTeam{Name: "alpha", Leader: strings.Repeat("x", 65)}, Invalid, "too long")
	b.refuse(t, "a", FormTeam{Name: "alpha", Leader: "bob", Members: []string{"carl", "@"}}, Invalid, "no name given")
	b.refuse(t, "a", FormTeam{Name: "alpha", Leader: "bob", Task: strings.Repeat("x", MaxText+1)}, Invalid, "too long")
	b.refuse(t, "a", EndTeam{"alpha"}, NotFound, "no team")
	b.refuse(t, "a", EndTeam{""}, NotFound, "no team")
	b.must(t, "a", FormTeam{Name: "\xff", Leader: "bob"})
	b.must(t, "a", EndTeam{"\xff"})
}

// A team must not share its members with what it was folded from.
func TestTeamKeepsItsOwn(t *testing.T) {
	members := []string{"carl", "dora"}
	i := &Incident{}
	i.Apply(Event{Seq: 1, Incident: "INC-1", Kind: KindTeamFormed, Body: &TeamFormed{Name: "alpha", Leader: "bob", Members: members}})
	members[0] = "changed"
	if i.Teams[0].Members[0] != "carl" {
		t.Error("the team shares the body's members")
	}
}

func TestNextTeam(t *testing.T) {
	b := open(t, Declare{})
	for _, want := range []string{"alpha", "bravo", "charlie", "delta", "echo", "alpha2", "bravo2"} {
		if got := b.inc.NextTeam(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		b.must(t, "a", FormTeam{Name: b.inc.NextTeam(), Leader: "bob"})
	}
	b.must(t, "a", EndTeam{"alpha"})
	if got := b.inc.NextTeam(); got != "alpha" {
		t.Errorf("got %q: one that is there would be changed", got)
	}
}

func TestReporting(t *testing.T) {
	b := open(t, Declare{})
	expect := func(what string, want ...string) {
		t.Helper()
		if got := b.inc.Reporting(); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", what, got, want)
		}
	}
	expect("nobody")
	for _, l := range []string{"/role ic ana", "/role scribe dana", "/role sme bob", "/role observer olga", "@bob look 3m", "@BOB look 3m", "@carl look 3m", "@ana look 3m", "@olga look 3m"} {
		b.line(t, "ana", l)
	}
	expect("roles and orders", "dana", "bob", "carl", "olga") // an observer with an order reports
	b.line(t, "ana", "/done 5")
	b.line(t, "ana", "/withdraw 3")
	expect("without those whose orders have ended", "dana", "bob")
	b.line(t, "ana", "@carl look 3m")
	b.must(t, "ana", FormTeam{Name: "alpha", Leader: "erin", Members: []string{"Carl", "gus"}})
	expect("their leader speaks for them", "dana", "bob", "erin")
	b.must(t, "ana", FormTeam{Name: "bravo", Leader: "gus"})
	expect("a leader who is in another team does not", "dana", "bob", "erin")
	b.must(t, "ana", FormTeam{Name: "charlie", Leader: "ana"})
	expect("nor does the commander to herself", "dana", "bob", "erin")
	b.line(t, "ana", "/release ic")
	expect("without a commander", "dana", "bob", "ana", "erin")
}

func TestAdvise(t *testing.T) {
	r := Doctrine()
	topics := func(b *book) []string {
		var out []string
		for k, a := range b.inc.Advise(r, b.now) {
			if a.Text == "" || a.Loud != (a.Topic == "commander") || a.Loud && k > 0 {
				t.Errorf("%d: %+v", k, a)
			}
			out = append(out, a.Topic)
		}
		return out
	}
	expect := func(b *book, what string, want ...string) {
		t.Helper()
		if got := topics(b); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", what, got, want)
		}
	}

	b := open(t, Declare{Severity: 1})
	expect(b, "declared", "commander")
	b.line(t, "ana", "/take")
	expect(b, "commanded")

	// Plan B, after a quarter of an hour, while it is major.
	b.now = noon.Add(15*time.Minute - time.Millisecond)
	expect(b, "not yet")
	b.now = noon.Add(15 * time.Minute)
	expect(b, "no plan B", "planb")
	b.line(t, "ana", "/sev 3")
	expect(b, "minor")
	b.line(t, "ana", "/sev 2")
	b.line(t, "ana", "/planb fail over")
	expect(b, "there is one")
	b.line(t, "ana", "/planb")
	expect(b, "it was given up", "planb")
	b.line(t, "ana", "/planb restart")

	// More than seven people.
	for n := range 7 {
		b.line(t, "ana", fmt.Sprintf("@p%d look 3m", n))
	}
	expect(b, "seven")
	b.line(t, "ana", "@p7 look 3m")
	expect(b, "eight", "span")
	if a := b.inc.Advise(r, b.now)[0]; !strings.HasPrefix(a.Text, "8 people") || !strings.Contains(a.Text, "/team alpha @leader") {
		t.Errorf("%+v", a)
	}
	b.must(t, "ana", FormTeam{Name: "alpha", Leader: "p0", Members: []string{"p1"}})
	expect(b, "with a team")
	b.line(t, "ana", "@p8 look 3m")
	if a := b.inc.Advise(r, b.now); len(a) != 1 || !strings.Contains(a[0].Text, "/team bravo @leader") {
		t.Errorf("%+v", a)
	}
	b.must(t, "ana", FormTeam{Name: "bravo", Leader: "p2", Members: []string{"p3"}})
	b.must(t, "ana", EndTeam{"alpha"})
	if a := b.inc.Advise(r, b.now); len(a) != 1 || !strings.Contains(a[0].Text, "/team alpha @leader") {
		t.Errorf("%+v: a team that is there would be changed", a)
	}
	for n := range 9 {
		b.line(t, "ana", fmt.Sprintf("/done %d", n+1))
	}
	expect(b, "all done")

	// Four hours in a role.
	b.now = noon.Add(20 * time.Minute)
	b.line(t, "ana", "/role observer olga")
	b.line(t, "ana", "/role scribe dana")
	b.now = noon.Add(4*time.Hour - time.Millisecond)
	expect(b, "nearly four hours")
	b.now = noon.Add(4 * time.Hour)
	expect(b, "four hours", "relief:incident_commander")
	if a := b.inc.Advise(r, b.now.Add(time.Minute))[0]; a.Text != "ana is incident commander for 4 h 01: who can relieve?" {
		t.Errorf("%+v", a)
	}
	b.now = noon.Add(5 * time.Hour)
	expect(b, "the scribe too, the observer never", "relief:incident_commander", "relief:scribe")
	b.line(t, "ana", "/handover bob")
	expect(b, "offered is not relieved", "relief:incident_commander", "relief:scribe")
	b.line(t, "bob", "/accept")
	expect(b, "relieved", "relief:scribe")
	b.line(t, "ana", "/release ic")
	expect(b, "the loudest first", "commander", "relief:scribe")

	if got := b.inc.Advise(Rules{}, b.now); len(got) != 1 || got[0].Topic != "commander" {
		t.Errorf("without rules: %+v", got)
	}
	b.must(t, "ana", SetStatus{To: Resolved})
	expect(b, "resolved")
}
