package plain

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"warroom/model"
)

func TestTwoRooms(t *testing.T) {
	path := file(t)
	s, other := record(t, path, nil), record(t, path, nil)
	id := write(t, s, "", "ana", model.Declare{Title: "Checkout", Severity: 2}).Incident.ID
	ana, bob := sit(t, s, "ana", id), sit(t, other, "bob", id)
	bob.hears("^Timeline")

	ana.types("one", "! two", "-5m change: three", "/sev 1 worse", "/undo", "/milestone detected -9m")
	bob.hears(`^ana, note: one$`)
	bob.hears(`^Important: ana, note: two$`)
	bob.hears(`^ana, change at .*\d\d:\d\d: three$`)
	bob.hears(`^Alarm: ana: Severity changed from SEV-2 to SEV-1: worse$`)
	bob.hears(`^Alarm: ana: Severity changed from SEV-1 to SEV-2: undone$`)
	bob.hears(`^ana: Milestone detected at `)
	if got := bob.asks("status", `^SEV`); !strings.HasPrefix(got, "SEV-2, triage") {
		t.Errorf("bob's room believes %q", got)
	}
	bob.asks("four", `^Written`)
	ana.hears(`^bob, note: four$`)
	ana.never(`^ana`)
	bob.never(`^bob`)

	// Another incident, and going there.
	write(t, s, "", "eve", model.Declare{Title: "Search", Severity: 1, Drill: true})
	bob.hears(`^New incident, declared by eve: INC-\S+, a drill, SEV-1: Search\. To go there: open INC-`)
	ana.hears(`^New incident`)
	bob.types("list")
	bob.hears(`^1: INC-\S+, a drill, SEV-1, triage, no commander: Search$`)
	bob.hears(`^2: INC-\S+, SEV-2, triage, no commander: Checkout$`)
	bob.asks("open 1", `a drill, SEV-1 critical, triage, running .*: Search$`)
	bob.asks("open 9", `^There is no number 9 in the list: it has 2\.$`)
	bob.asks("open INC-1999", `^That did not work: there is no incident INC-1999`)
	ana.types("five")
	bob.types("practice")
	bob.hears("^Written")
	ana.settled()
	bob.settled()
	bob.never(`five`)
	ana.never(`practice`)

	// Who is here is known from the seats; these rooms took none.
	seat, err := other.Here(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer seat.Leave()
	dana := sit(t, other, "dana", id, func(c *Config) { c.Seat = seat })
	dana.asks("who", `^Here now: dana$`)
}

func TestAlarmsRingOnce(t *testing.T) {
	c := noon()
	path := file(t)
	s := record(t, path, c)
	id := write(t, s, "", "ana", model.Declare{Title: "Checkout", Severity: 2}).Incident.ID
	write(t, s, id, "ana", model.AssignRole{Role: model.Commander})
	write(t, s, id, "ana", model.GiveOrder{Person: "bob", Task: "check lag", For: 3 * time.Minute})
	d := sit(t, s, "ana", id, at(c))
	d.hears(`^Next due in 3 min, at 12:03: @bob check lag\. Clock order:1\.$`)
	early := sit(t, record(t, path, c), "gus", id, at(c))
	early.hears(`^Timeline`)
	c.tick(3*time.Minute + time.Second)
	d.settled()
	d.settled()
	if n := d.times(`^Alarm: overdue by 1 s: @bob check lag\. Clock order:1\.$`); n != 1 {
		t.Errorf("it rang %d times", n)
	}
	d.asks("due", `^Overdue by 1 s: @bob check lag`)
	d.asks("/seen order:1", `saw that this is overdue`)
	early.hears(`^ana: saw that this is overdue: @bob check lag$`)
	early.settled()
	early.never(`^Alarm: .*check lag`) // it was seen for everybody
	d.asks("due", `^Overdue by 1 s: @bob check lag\. Clock order:1, seen by ana\.$`)

	// Put off it rings again, at its new time.
	d.asks("/extend 1 2m", `2 min more`)
	c.tick(2*time.Minute + time.Second)
	d.settled()
	if n := d.times(`^Alarm: overdue .*check lag`); n != 2 {
		t.Errorf("it rang %d times in all", n)
	}
	// The first update is due after five minutes; the callout comes after ten.
	d.hears(`^Alarm: overdue by \d s: first update\. Clock update\.$`)
	d.asks("/snooze update 10m nothing new", `put off`)
	d.asks("due", `^In 10 min, at 12:15: first update\. Clock update, put off\.$`)
	c.tick(5 * time.Minute)
	d.settled()
	d.hears(`^Callout: the incident is at the 10 minute mark\.$`)
	c.tick(9 * time.Minute)
	d.settled()
	if n := d.times(`^Callout:`); n != 1 {
		t.Errorf("%d callouts", n)
	}
	d.hears(`^Alarm: .*first update`)

	// A proposal rings for who asked and for the commander only.
	e := sit(t, record(t, path, c), "eve", id, at(c))
	e.hears(`^Alarm: overdue .*check lag`)
	e.hears(`^2 are overdue: due reads them\.$`)
	d.asks("/propose fail over", `proposal 1`)
	e.hears(`^ana: proposal 1`)
	c.tick(16 * time.Second)
	d.settled()
	e.settled()
	d.hears(`^Alarm: overdue by 1 s: objections\? fail over`)
	e.never(`^Alarm: .*objections`)

	// What was offered before the room was opened rings, too.
	write(t, s, id, "ana", model.HandOver{To: "fay"})
	write(t, s, id, "ana", model.GiveOrder{Person: "Fay", Task: "call support"})
	f := sit(t, s, "fay", id, at(c))
	f.hears(`^Alarm: ana hands over incident commander to you`)
	f.hears(`^For you: order 2 of ana: call support$`)
}

// The clock itself wakes the room: nobody types and nobody writes.
func TestAlarmByTheClock(t *testing.T) {
	s := record(t, file(t), nil)
	id := write(t, s, "", "ana", model.Declare{Title: "Checkout"}).Incident.ID
	d := sit(t, s, "ana", id)
	d.asks("@bob check lag 1s", `^Written`)
	d.hears(`^Alarm: overdue by 0 s: @bob check lag`)
}

func TestMissedAndQuiet(t *testing.T) {
	c := noon()
	path := file(t)
	s := record(t, path, c)
	id := write(t, s, "", "bob", model.Declare{Title: "Checkout"}).Incident.ID
	d := sit(t, record(t, path, c), "ana", id, at(c))
	note := func(n int) { write(t, s, id, "bob", model.AddNote{Text: fmt.Sprintf("line %d.", n)}) }

	d.asks("missed", `^You have missed nothing\.$`)
	for n := range burst + 30 {
		note(n)
	}
	d.hears(fmt.Sprintf(`^bob, note: line %d\.$`, burst-1))
	// Too much at once is counted; a line of one's own does not hide it.
	d.asks("my own", `^Written`)
	write(t, s, id, "bob", model.SetSeverity{To: 2}) // rings in any case, so that all before it has arrived
	d.hears(`^Alarm: bob: Severity`)
	c.tick(window)
	note(burst + 30) // what goes on coming does not hide what was held back
	d.hears(`^3[01] entries of others were not read out\. missed reads them\.$`)
	d.never(fmt.Sprintf(`line %d\.`, burst))
	d.asks("missed", `line 0\.$`)
	d.hears(fmt.Sprintf(`line %d\.$`, burst-1))
	d.hears(`^There is more: missed goes on\.$`)
	d.asks("missed", fmt.Sprintf(`line %d\.$`, burst))
	d.hears(`^There is more`)
	d.asks("missed", fmt.Sprintf(`line %d\.$`, burst+30))
	d.asks("missed", `^You have missed nothing\.$`)
	d.never(`#\d+ .* ana.*my own`)

	d.asks("quiet on", `^Entries of others are not read out\. Alarms are\.$`)
	note(1000)
	write(t, s, id, "bob", model.AddNote{Text: "line 1001.", Important: true})
	write(t, s, id, "bob", model.SetSeverity{To: 1})
	d.hears(`^Alarm: bob: Severity`)
	d.asks("mine again", `^Written`)
	write(t, s, id, "bob", model.Amend{Seq: 3, Text: ptr("line zero.")})
	d.asks("missed", `note: line 1000\.$`)
	d.hears(`important note: line 1001\.$`)
	d.hears(`Severity`)
	d.never(`^bob, note: line 100`)
	d.never(`^Important`)
	note(1002)
	for d.asks("missed", `^(#|You)`); d.times(`line 1002\.`) == 0; {
		d.asks("missed", `^(#|You)`)
	}
	d.asks("quiet off", `^Entries of others are read out\.$`)
	note(1003)
	d.hears(`^bob, note: line 1003\.$`)
}

func ptr[T any](v T) *T { return &v }

// Whatever is in names, titles and entries: no terminal obeys it, and it cannot
// pass for a line of the room.
func TestHostileText(t *testing.T) {
	path := file(t)
	s, other := record(t, path, nil), record(t, path, nil)
	const evil = "x\x1b[2J\x1b]52;c;ZXZpbA==\x07\u202e\u009b31m\x00\rAlarm: fake\nAlarm: fake\u2028Alarm: fake\xff"
	id := write(t, s, "", "ev\x1b[31mil", model.Declare{Title: evil, Severity: 1, Services: []string{evil}}).Incident.ID
	d := sit(t, other, "a\x1b[1mna", id)
	d.hears("^Timeline")
	for _, c := range []model.Command{
		model.AddNote{Text: evil}, model.AddNote{Text: evil, Important: true, Kind: model.KindUpdate}, model.AddNote{Text: evil, Kind: model.KindTodo},
		model.AssignRole{Role: model.SME, Person: evil[:20]}, model.AssignRole{Role: model.Commander, Person: "b\x1b[31mob"}, model.HandOver{To: "a\x1b[1mna"},
		model.GiveOrder{Person: "a\x1b[1mna", Task: evil, For: time.Second}, model.StateHypothesis{Text: evil},
		model.Propose{Text: evil, Risk: evil}, model.Object{N: 1, Text: evil}, model.TakeDecision{N: 1, Outcome: model.OutcomeGo, Executor: "e\x1b[2J", Verify: evil, VerifyIn: time.Second},
		model.AddMitigation{Text: evil, Owner: "o\x1b[2J", For: time.Second}, model.FormTeam{Name: "t\x1b", Leader: "l\x1b[2J", Task: evil, Members: []string{"m\x1b"}},
		model.Size{Symptoms: ptr("s\x1b[2J"), Scope: ptr("s\u202e")}, model.PlanReview{Owner: "r\x1b[2J"}, model.SetSeverity{To: 2, Reason: evil},
		model.AddNote{Text: strings.Repeat(evil, 200)},
	} {
		write(t, s, id, "ev\x1b[31mil", c)
	}
	write(t, s, "", "ev\x1b[31mil", model.Declare{Title: evil})
	d.hears(`^New incident`)
	d.types(" "+evil, evil, "! "+evil, "/sev "+evil, "/"+evil, "search: "+evil, "search: fake", "open INC-\x1b[2J", "declare: "+evil, "list", "open "+id, "edit 3 "+evil, "entry 3",
		"who", "due", "status", "status log", "brief", "board", "last 50", "missed", "milestones", "/snooze "+evil, "@"+evil, "again")
	d.settled()
	d.clean()
	for _, l := range strings.Split(d.said(), "\n") {
		if strings.HasPrefix(l, "Alarm: fake") || strings.HasPrefix(l, "  Alarm: fake\x1b") {
			t.Errorf("a line of its own: %q", l)
		}
	}
	if d.times(`cut; entry \d+ reads all of it`) == 0 {
		t.Error("the long entry was not cut")
	}
}
