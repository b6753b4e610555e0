package model

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAssignRole(t *testing.T) {
	b := open(t, Declare{}).tick(time.Minute)
	ev := b.must(t, "ana", AssignRole{Role: Commander})
	wantKinds(t, ev, KindRoleAssigned, KindMilestoneSet, KindMilestoneSet)
	if b.inc.Commander() != "ana" || !b.inc.VacantSince.IsZero() {
		t.Errorf("commander %q, vacant since %v", b.inc.Commander(), b.inc.VacantSince)
	}
	for _, m := range []Milestone{Acknowledged, CommanderAssigned} {
		if k := b.inc.Milestones[m]; !k.At.Equal(b.now) || !k.Auto || k.Of != ev[0].Seq {
			t.Errorf("%s: %+v", m, k)
		}
	}
	if got := ev[0].Text(); got != "ana assigned as incident commander" || !ev[0].Important() {
		t.Errorf("text %q", got)
	}

	b.tick(time.Minute)
	ev = b.must(t, "ana", AssignRole{Role: Scribe, Person: " @dana "})
	wantKinds(t, ev, KindRoleAssigned) // acknowledged already
	ev = b.must(t, "ana", AssignRole{Role: Scribe, Person: "erin"})
	if got := ev[0].Text(); got != "erin assigned as scribe (was dana)" || ev[0].Important() {
		t.Errorf("text %q", got)
	}
	if b.inc.Holds("dana", Scribe) || !b.inc.Holds("ERIN", Scribe) {
		t.Errorf("roles %+v", b.inc.Roles)
	}
	b.refuse(t, "x", AssignRole{Role: Scribe, Person: "Erin"}, Conflict, "already")
	b.refuse(t, "x", AssignRole{Role: "king", Person: "bob"}, Invalid, "no role")
	b.refuse(t, "x", AssignRole{Role: Scribe, Person: "@"}, Invalid, "no name")
	b.refuse(t, "x", AssignRole{Role: Scribe, Person: strings.Repeat("x", 65)}, Invalid, "too long")
	b.whole(t)
}

func TestAssignRoleBackDated(t *testing.T) {
	b := open(t, Declare{At: noon.Add(-time.Hour)})
	then := noon.Add(-50 * time.Minute)
	b.must(t, "dana", AssignRole{Role: Commander, Person: "ana", At: then})
	if got := b.inc.Roles[0].Since; !got.Equal(then) {
		t.Errorf("since %v", got)
	}
	if got, _ := b.inc.At(CommanderAssigned); !got.Equal(then) {
		t.Errorf("commander assigned at %v", got)
	}
	b.refuse(t, "dana", AssignRole{Role: Scribe, At: noon.Add(time.Hour)}, Invalid, "future")
}

func TestFirstRoleAcknowledges(t *testing.T) {
	b := open(t, Declare{})
	b.must(t, "ana", AssignRole{Role: Scribe, Person: "dana"})
	if got := marks(b.inc); !slices.Equal(got, []Milestone{Acknowledged, Declared}) {
		t.Errorf("milestones %v", got)
	}
}

func TestMeIsTheActor(t *testing.T) {
	b := open(t, Declare{})
	b.must(t, "dana", AssignRole{Role: Scribe, Person: "me"})
	b.must(t, "erin", AssignRole{Role: SME, Person: "ME"})
	b.must(t, "frank", AssignRole{Role: SME, Person: "frank"})
	b.must(t, "ana", AssignRole{Role: Commander})
	if !b.inc.Holds("dana", Scribe) || !b.inc.Holds("erin", SME) {
		t.Fatalf("roles %+v", b.inc.Roles)
	}
	b.must(t, "dana", ReleaseRole{Role: Scribe, Person: "me"})
	b.must(t, "erin", ReleaseRole{Role: SME, Person: "@me"})
	if b.inc.Holder(Scribe) != "" || b.inc.Holds("erin", SME) || !b.inc.Holds("frank", SME) {
		t.Errorf("roles %+v", b.inc.Roles)
	}
	b.must(t, "bob", HandOver{To: "me"}) // asks for command
	if o, _ := b.inc.Offer(Commander); o.To != "bob" {
		t.Errorf("offered to %q", o.To)
	}
	b.must(t, "bob", GiveOrder{Person: "@me", Task: "look"})
	if o, _ := b.inc.Order(1); o.Person != "bob" {
		t.Errorf("order for %q", o.Person)
	}
	if slices.Contains(b.inc.People, "me") {
		t.Errorf("people %q", b.inc.People)
	}
}

func TestManyHold(t *testing.T) {
	b := open(t, Declare{})
	for _, p := range []string{"bob", "frank", "gus"} {
		b.must(t, "ana", AssignRole{Role: SME, Person: p})
	}
	if len(b.inc.Roles) != 3 {
		t.Fatalf("roles %+v", b.inc.Roles)
	}
	if got := b.texts()[3]; got != "gus assigned as subject matter expert" {
		t.Errorf("text %q", got)
	}
	b.refuse(t, "ana", AssignRole{Role: SME, Person: "BOB"}, Conflict, "already")
	b.refuse(t, "ana", HandOver{Role: SME, To: "bob"}, Invalid, "several")
	b.refuse(t, "ana", ReleaseRole{Role: SME}, Invalid, "several")
	b.must(t, "frank", ReleaseRole{Role: SME}) // one of several may leave without a name
	if b.inc.Holds("frank", SME) || len(b.inc.Roles) != 2 {
		t.Errorf("roles %+v", b.inc.Roles)
	}
	b.must(t, "ana", ReleaseRole{Role: SME, Person: "@gus"})
	b.must(t, "ana", ReleaseRole{Role: SME}) // only one is left
	b.must(t, "x", AssignRole{Role: Observer, Person: "x"})
	b.must(t, "y", AssignRole{Role: Observer, Person: "y"})
	if !b.inc.Holds("x", Observer) || !b.inc.Holds("y", Observer) {
		t.Errorf("roles %+v", b.inc.Roles)
	}
	b.refuse(t, "ana", ReleaseRole{Role: SME}, Conflict, "nobody")
	b.whole(t)
}

func TestReleaseRole(t *testing.T) {
	b := open(t, Declare{})
	b.must(t, "ana", TakeCommand{})
	b.refuse(t, "x", ReleaseRole{Role: Commander, Person: "bob"}, Conflict, "bob is not")
	b.tick(time.Minute)
	ev := b.must(t, "x", ReleaseRole{Role: Commander})
	if b.inc.Commander() != "" || !b.inc.VacantSince.Equal(b.now) {
		t.Errorf("commander %q, vacant since %v", b.inc.Commander(), b.inc.VacantSince)
	}
	if ev[0].Text() != "ana released as incident commander" || !ev[0].Important() {
		t.Errorf("text %q", ev[0].Text())
	}
	b.refuse(t, "x", ReleaseRole{Role: Commander}, Conflict, "nobody")
	b.whole(t)
}

func TestHandOver(t *testing.T) {
	b := open(t, Declare{})
	b.refuse(t, "ana", HandOver{To: "bob"}, Conflict, "nobody")
	b.refuse(t, "ana", AcceptRole{}, Conflict, "no hand-over")
	b.must(t, "ana", TakeCommand{})
	first, _ := b.inc.At(CommanderAssigned)
	b.refuse(t, "ana", HandOver{To: "ANA"}, Conflict, "already")
	b.refuse(t, "ana", HandOver{To: ""}, Invalid, "no name")

	b.tick(time.Minute)
	ev := b.must(t, "ana", HandOver{To: "@bob"})
	if got := ev[0].Text(); got != "ana hands over incident commander to bob: waiting for acceptance" {
		t.Errorf("text %q", got)
	}
	if b.inc.Commander() != "ana" {
		t.Error("command moved before it was accepted")
	}
	b.refuse(t, "ana", HandOver{To: "Bob"}, Conflict, "waits")
	b.refuse(t, "carol", AcceptRole{}, Conflict, "offered to bob")
	b.refuse(t, "ana", AcceptRole{Role: Scribe}, Conflict, "no hand-over of scribe")
	b.refuse(t, "carol", DeclineRole{}, Conflict, "you are carol")
	b.refuse(t, "carol", TakeCommand{}, Conflict, "ana holds command")

	b.tick(time.Minute)
	ev = b.must(t, "BOB", AcceptRole{})
	wantKinds(t, ev, KindRoleAccepted)
	if b.inc.Commander() != "bob" || len(b.inc.Offers) != 0 || b.inc.Holds("ana", Commander) {
		t.Errorf("roles %+v, offers %+v", b.inc.Roles, b.inc.Offers)
	}
	if got := b.inc.Roles[0].Since; !got.Equal(b.now) {
		t.Errorf("since %v", got)
	}
	if got, _ := b.inc.At(CommanderAssigned); !got.Equal(first) {
		t.Errorf("the milestone moved to %v: the first commander counts", got)
	}
	if !b.inc.VacantSince.IsZero() {
		t.Error("a hand-over left the incident without commander")
	}
	b.whole(t)
}

func TestHandOverEnds(t *testing.T) {
	for _, c := range []struct {
		who  string
		cmd  Command
		text string
	}{
		{"bob", DeclineRole{Reason: "on a train"}, "Handover of incident commander from ana to bob ended without acceptance: on a train"},
		{"ana", DeclineRole{Role: Commander}, "Handover of incident commander from ana to bob ended without acceptance"},
		{"ana", Undo{}, "Handover of incident commander from ana to bob ended without acceptance: undone"},
	} {
		b := open(t, Declare{})
		b.must(t, "ana", TakeCommand{})
		b.must(t, "ana", HandOver{To: "bob"})
		ev := b.must(t, c.who, c.cmd)
		if b.inc.Commander() != "ana" || len(b.inc.Offers) != 0 || ev[0].Text() != c.text {
			t.Errorf("%s %#v: %q, offers %v", c.who, c.cmd, ev[0].Text(), b.inc.Offers)
		}
		b.refuse(t, "bob", AcceptRole{}, Conflict, "no hand-over")
		b.whole(t)
	}
}

func TestAssignOffersCommand(t *testing.T) {
	b := open(t, Declare{})
	b.must(t, "ana", TakeCommand{})
	wantKinds(t, b.must(t, "x", AssignRole{Role: Commander, Person: "bob"}), KindRoleOffered)
	wantKinds(t, b.must(t, "x", AssignRole{Role: Commander, Person: "carol"}), KindRoleOffered)
	if len(b.inc.Offers) != 1 || b.inc.Offers[0].To != "carol" {
		t.Errorf("offers %+v", b.inc.Offers)
	}
	b.refuse(t, "bob", AcceptRole{Role: Commander}, Conflict, "offered to carol")
	wantKinds(t, b.must(t, "carol", TakeCommand{}), KindRoleAccepted)
	b.refuse(t, "carol", TakeCommand{}, Conflict, "already")
}

func TestSeveralOffers(t *testing.T) {
	b := open(t, Declare{})
	b.must(t, "ana", AssignRole{Role: Commander, Person: "ana"})
	b.must(t, "ana", AssignRole{Role: Scribe, Person: "dana"})
	b.must(t, "ana", HandOver{To: "bob"})
	b.must(t, "dana", HandOver{Role: Scribe, To: "bob"})
	b.refuse(t, "bob", AcceptRole{}, Invalid, "which one")
	b.must(t, "bob", AcceptRole{Role: Scribe})
	if b.inc.Holder(Scribe) != "bob" || b.inc.Commander() != "ana" {
		t.Errorf("roles %+v", b.inc.Roles)
	}
	b.must(t, "bob", AcceptRole{}) // the only one left
	b.must(t, "bob", HandOver{Role: Scribe, To: "erin"})
	b.must(t, "bob", HandOver{Role: Commander, To: "carol"})
	b.must(t, "carol", AcceptRole{}) // of two, only one is carol's
	if b.inc.Commander() != "carol" || b.inc.Offers[0].To != "erin" {
		t.Errorf("roles %+v offers %+v", b.inc.Roles, b.inc.Offers)
	}
	b.whole(t)
}

func TestAcceptWhileOffering(t *testing.T) {
	b := open(t, Declare{})
	b.must(t, "ana", TakeCommand{})
	b.must(t, "ana", AssignRole{Role: Scribe, Person: "dana"})
	b.must(t, "ana", HandOver{To: "bob"})
	b.must(t, "dana", HandOver{Role: Scribe, To: "ana"})
	b.must(t, "ana", AcceptRole{}) // not the one that ana herself offered
	if b.inc.Holder(Scribe) != "ana" || b.inc.Commander() != "ana" {
		t.Errorf("roles %+v", b.inc.Roles)
	}
}

// A commander who released command while the offer was open must not leave the
// incident without a way to be taken over.
func TestReleaseWithOpenOffer(t *testing.T) {
	b := open(t, Declare{})
	b.must(t, "ana", TakeCommand{})
	b.must(t, "ana", HandOver{To: "bob"})
	b.must(t, "ana", ReleaseRole{Role: Commander})
	b.must(t, "bob", TakeCommand{})
	if b.inc.Commander() != "bob" || len(b.inc.Offers) != 0 || !b.inc.VacantSince.IsZero() {
		t.Errorf("commander %q, offers %+v", b.inc.Commander(), b.inc.Offers)
	}
	b.whole(t)
}

// From somebody who is gone command is taken with a reason, which all can see.
func TestTakeFromSomebodyGone(t *testing.T) {
	b := open(t, Declare{})
	b.must(t, "ana", TakeCommand{Reason: "who else"}) // of no use where nobody commands
	if got := b.texts()[1]; got != "ana assigned as incident commander" {
		t.Errorf("text %q", got)
	}
	b.tick(time.Minute)
	b.refuse(t, "bob", TakeCommand{}, Conflict, "ana holds command: ask for a hand-over, or, if ana is gone, say so: /take why")
	b.refuse(t, "bob", TakeCommand{Reason: " \n"}, Conflict, "ana holds command")
	b.refuse(t, "bob", TakeCommand{Reason: strings.Repeat("x", MaxText+1)}, Invalid, "too long")
	b.refuse(t, "ANA", TakeCommand{Reason: "again"}, Conflict, "already")
	b.must(t, "ana", HandOver{To: "carl"})
	first, _ := b.inc.At(CommanderAssigned)

	ev := b.must(t, "bob", TakeCommand{Reason: " ana is on a train "})
	wantKinds(t, ev, KindRoleAssigned)
	if got := ev[0].Text(); got != "bob assigned as incident commander (was ana): ana is on a train" || !ev[0].Important() {
		t.Errorf("text %q", got)
	}
	if b.inc.Commander() != "bob" || b.inc.Holds("ana", Commander) || len(b.inc.Offers) != 0 || !b.inc.VacantSince.IsZero() {
		t.Errorf("roles %+v, offers %+v", b.inc.Roles, b.inc.Offers)
	}
	if got, _ := b.inc.At(CommanderAssigned); !got.Equal(first) || !b.inc.Roles[0].Since.Equal(b.now) {
		t.Errorf("milestone %v, since %v", got, b.inc.Roles[0].Since)
	}
	b.refuse(t, "carl", AcceptRole{}, Conflict, "no hand-over") // what was offered was ana's
	b.whole(t)

	b.must(t, "bob", Undo{})
	if b.inc.Commander() != "ana" {
		t.Errorf("commander %q after the undo", b.inc.Commander())
	}
	b.whole(t)

	// A hand-over is accepted by taking, and then the reason is nobody's business.
	b.must(t, "ana", HandOver{To: "carl"})
	wantKinds(t, b.must(t, "carl", TakeCommand{Reason: "x"}), KindRoleAccepted)

	// Names are kept as the record keeps them.
	b.must(t, "fr\xffank", TakeCommand{Reason: "carl is gone"})
	if got := b.inc.Commander(); got != `fr\xffank` {
		t.Errorf("commander %q", got)
	}
	// Milestones that a person took away are set again.
	b.must(t, "dana", SetMilestone{Name: CommanderAssigned, Unknown: true})
	wantKinds(t, b.must(t, "ana", TakeCommand{Reason: "gone again"}), KindRoleAssigned, KindMilestoneSet)
	b.whole(t)
}

func TestParseRole(t *testing.T) {
	for in, want := range map[string]Role{
		"ic": Commander, "IC": Commander, "incident commander": Commander, "incident-commander": Commander, "com": CommsLead,
		"tl": TechnicalLead, "technical_lead": TechnicalLead, "cl": CommsLead, "comms": CommsLead, "scr": Scribe, "scribe": Scribe,
		"sme": SME, "expert": SME, "Subject Matter Expert": SME, "dep": Deputy, "cust": CustomerLiaison, "internal": InternalLiaison,
		"obs": Observer, " observer ": Observer,
		"": "", "x": "", "s": "", "in": "", "boss": "", "té": "",
	} {
		got, err := ParseRole(in)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q %v, want %q", in, got, err, want)
		}
	}
	for _, r := range Roles {
		if got, err := ParseRole(r.String()); got != r || err != nil {
			t.Errorf("%q does not read back: %q %v", r.String(), got, err)
		}
		if r.Label() == "" || !r.Valid() {
			t.Errorf("%q has no label", r)
		}
	}
}

func TestParsePerson(t *testing.T) {
	for in, want := range map[string]string{
		"bob": "bob", "@bob": "bob", " @ Bob Smith ": "Bob Smith", "@@bob": "bob", "Zoë": "Zoë", "\xffx": `\xffx`, "": "", "@": "", " ": "", "@@": "",
	} {
		got, err := ParsePerson(in)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q %v, want %q", in, got, err, want)
		}
	}
}
