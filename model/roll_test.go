package model

import (
	"reflect"
	"strings"
	"testing"
)

func TestRollCall(t *testing.T) {
	b := open(t, Declare{Title: "checkout down", Severity: 2, Services: []string{"checkout", "orders-db"}})
	states := func() string {
		var out []string
		for _, c := range b.inc.RollCall() {
			out = append(out, c.System+"="+c.Person+":"+string(c.State))
		}
		return strings.Join(out, " ")
	}
	if got := states(); got != "checkout=: orders-db=:" {
		t.Errorf("before: %s", got)
	}
	if got := b.must(t, "ana", CallRoll{System: "Orders-DB", Person: "bob", State: Paged})[0].Text(); got != "roll call, Orders-DB: bob was paged" {
		t.Errorf("the line is %q", got)
	}
	b.must(t, "ana", CallRoll{System: "orders-db", Person: "@bob"})
	b.must(t, "ana", CallRoll{System: "network"})
	if got := states(); got != "Orders-DB=bob:here network=:missing checkout=:" {
		t.Errorf("after: %s", got)
	}
	b.refuse(t, "ana", CallRoll{System: "network"}, Conflict, "nobody")
	b.refuse(t, "ana", CallRoll{System: "network", State: Here}, Invalid, "who is here")
	b.refuse(t, "ana", CallRoll{System: "network", Person: "eve", State: "asleep"}, Invalid, "no answer")
	b.refuse(t, "ana", CallRoll{Person: "eve"}, Invalid, "system")
	if got := b.inc.PageText("network"); got != "SEV-2 checkout down · you are needed for network · "+b.inc.ID {
		t.Errorf("the page is %q", got)
	}
}

func TestDismiss(t *testing.T) {
	b := open(t, Declare{})
	b.must(t, "ana", TakeCommand{})
	b.must(t, "bob", AddNote{Text: "x"})
	b.must(t, "carol", AddNote{Text: "x"})
	b.must(t, "ana", GiveOrder{Person: "dana", Task: "watch the lag"})
	if got := b.inc.Attending(); !reflect.DeepEqual(got, []string{"ana", "dana", "bob", "carol"}) {
		t.Errorf("attending: %q", got)
	}
	for who, want := range map[string]string{"ana": "incident commander", "dana": "order: watch the lag", "bob": ""} {
		if got := b.inc.Needed(who); got != want {
			t.Errorf("%s is needed for %q, want %q", who, got, want)
		}
	}
	b.refuse(t, "ana", Dismiss{}, Conflict, "ana commands")
	b.refuse(t, "ana", Dismiss{[]string{"ana", "bob", "carol", "dana"}}, Conflict, "nobody would go")
	ev := b.must(t, "ana", Dismiss{[]string{"ana", "dana"}})
	if got := ev[0].Text(); got != "ana, dana stay; bob, carol can go. Thank you." {
		t.Errorf("the line is %q", got)
	}
	if got := b.inc.Attending(); !reflect.DeepEqual(got, []string{"ana", "dana"}) {
		t.Errorf("attending: %q", got)
	}
	b.must(t, "BOB", AddNote{Text: "I am still here"})
	if got := b.inc.Attending(); len(got) != 3 {
		t.Errorf("who writes is back: %q", got)
	}
}
