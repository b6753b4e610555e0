package model

import (
	"strings"
	"testing"
	"time"
)

func TestReport(t *testing.T) {
	b := open(t, Declare{Services: []string{"checkout"}})
	must := func(line string) {
		t.Helper()
		c, err := Compose(line, b.now, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.do("bob", c); err != nil {
			t.Fatal(err)
		}
	}
	must("/can checkout: 503 on a fifth | restarting pods | a second pair of eyes")
	must("/can orders-db c: lag 340 s a: watching")
	must("/can Checkout: 503 on a tenth | waiting | nothing")
	if len(b.inc.CANs) != 2 {
		t.Fatalf("kept %+v", b.inc.CANs)
	}
	c := b.inc.CANs[1]
	if c.Service != "Checkout" || c.Conditions != "503 on a tenth" || c.Actions != "waiting" || c.Needs != "nothing" || c.By != "bob" {
		t.Errorf("the newest is %+v", c)
	}
	if db := b.inc.CANs[0]; db.Service != "orders-db" || db.Conditions != "lag 340 s" || db.Needs != "" {
		t.Errorf("the other is %+v", db)
	}
	for _, bad := range []string{"/can", "/can checkout", "/can checkout: | |"} {
		c, err := Compose(bad, b.now, time.UTC)
		if err == nil {
			_, err = b.do("bob", c)
		}
		if CodeOf(err) != Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if (&CANReported{Needs: "Nothing"}).Important() || !(&CANReported{Needs: "a DBA"}).Important() {
		t.Error("only a need is important")
	}
}

func TestStaff(t *testing.T) {
	b := open(t, Declare{})
	if _, err := b.do("ana", TakeCommand{}); err != nil {
		t.Fatal(err)
	}
	ev, err := b.do("ana", Staff{Deputy: "eve", TechnicalLead: "bob", Scribe: "dana"})
	if err != nil {
		t.Fatal(err)
	}
	wantKinds(t, ev, KindRoleAssigned, KindRoleAssigned, KindRoleAssigned, KindStaffed)
	if got := ev[3].Text(); got != "IC: ana · Deputy: eve · Tech lead: bob · Comms: nobody · Scribe: dana" {
		t.Errorf("the line is %q", got)
	}
	if _, err := b.do("ana", Staff{Deputy: "eve"}); CodeOf(err) != Conflict {
		t.Errorf("nothing changes: %v", err)
	}
	if b.inc.Commander() != "ana" || b.inc.Holder(Scribe) != "dana" {
		t.Error("the roles are not given")
	}
}

// What fits the moment stands first, with the names that are known, and nothing
// is printed as an empty blank.
func TestScripts(t *testing.T) {
	b := open(t, Declare{Severity: 1})
	first := func() Script { return b.inc.Scripts("ana", Doctrine(), b.now)[0] }
	if s := first(); !strings.Contains(s.Say, "I am ana") || !s.Due {
		t.Errorf("without a commander: %+v", s)
	}
	b.do("ana", TakeCommand{})
	b.do("ana", Propose{Text: "fail over orders-db"})
	said := ""
	for _, s := range b.inc.Scripts("ana", Doctrine(), b.now) {
		if s.Due {
			said += s.Say + "\n"
		}
		if s.Say == "" || strings.Contains(s.Say, "  ") || strings.Contains(s.Say, "%!") {
			t.Errorf("bad words: %q", s.Say)
		}
	}
	if !strings.Contains(said, "We propose to fail over orders-db.") || strings.Contains(said, "I take command") {
		t.Errorf("what fits now:\n%s", said)
	}
	b.do("ana", SetStatus{To: Resolved})
	if s := first(); !strings.Contains(s.Say, "The call is over") {
		t.Errorf("at the end: %+v", s)
	}
}
