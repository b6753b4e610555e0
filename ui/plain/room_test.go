package plain

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"warroom/model"
)

// Two people run an incident from the first word to the last, by text alone.
func TestWholeIncident(t *testing.T) {
	path := file(t)
	s, other := record(t, path, nil), record(t, path, nil)
	ana := sit(t, s, "ana", "")
	ana.hears(`^No incident is open\. declare and a title begins one\.$`)
	ana.types("declare Checkout returns 503")
	id := strings.TrimSuffix(strings.TrimPrefix(ana.hears(`^Declared, INC-`), "Declared, "), ".")
	ana.hears(`SEV-3 minor, triage, running \d s: Checkout returns 503$`)
	ana.hears(`^Nobody commands for \d s: /take makes you commander\.$`)
	ana.asks("/take", `^Written, #\d+: ana assigned as incident commander$`)
	ana.asks("/sev 1 revenue", `^Written, #\d+: Severity changed from SEV-3 to SEV-1: revenue$`)
	ana.asks("/impact -20m", `^Written, #\d+: Milestone impact started at `)
	ana.asks("! customers see errors", `^Written, #\d+, important note\.$`)
	ana.asks("-7m finding: lag is 340 s", `^Written, #\d+, finding, at .*\d\d:\d\d\.$`)
	ana.asks("todo write a test for failover", `^Written, #\d+, todo\.$`)
	ana.asks("/symptoms one in five payments fails", `symptoms: one in five payments fails$`)
	ana.asks("/scope checkout in Europe", `scope: checkout in Europe$`)
	ana.asks("/trend rising", `trend: rising$`)
	ana.asks("/planb second provider", `plan B: second provider$`)
	ana.asks("/reports +3", `customer reports: 3 `)
	ana.asks("/link bridge https://meet.example.com/war", `link bridge: https`)

	bob := sit(t, other, "bob", id)
	bob.hears(`^INC-\S+, SEV-1 critical, triage, running `)
	bob.hears(`^Commander: ana\.$`)
	bob.hears(`^Next due in \d min.* first update\. Clock update\.$`)
	bob.hears(`^Timeline, the last 5 of \d+:$`)
	ana.asks("/status investigating", `to investigating$`)
	bob.hears(`^Important: ana: Status changed from triage to investigating$`)
	ana.asks("/role scribe bob", `bob assigned as scribe$`)
	bob.hears(`^For you: ana: bob assigned as scribe$`)
	ana.asks("@bob check replica lag 3m", `^Written, #\d+: @bob check replica lag, 3 min$`)
	bob.hears(`^For you: ana: @bob check replica lag, 3 min\. /ack 1 says understood, /done 1 and a result ends it\.$`)
	bob.asks("/ack 1", `^Written`)
	ana.hears(`^bob: @bob understood: check replica lag$`)
	bob.asks("/done 1 it is 12 s", `^Written`)
	ana.hears(`^bob: @bob done: check replica lag: it is 12 s$`)

	bob.asks("hypothesis: the migration holds a lock", `hypothesis 1`)
	ana.hears(`^bob: hypothesis 1: the migration holds a lock$`)
	ana.asks("/hypothesis 1 confirmed pg_locks shows it", `hypothesis 1 confirmed`)
	bob.hears(`^Important: ana: hypothesis 1 confirmed: `)
	ana.asks("/propose stop the migration (risk: half done)", `proposal 1`)
	bob.hears(`^ana: proposal 1: stop the migration \(risk: half done\)`)
	bob.asks("/object 1 the index is needed", `objects`)
	ana.hears(`^Important: bob: objects to proposal 1: the index is needed$`)
	ana.asks("/decide 1 go @bob 5m error rate below 1 %", `^Written, #\d+: decision 1: `)
	bob.hears(`^For you: ana: decision 1: stop the migration \(1 objection\), @bob does it`)
	bob.asks("/worked 1 yes", `decision 1 worked`)
	ana.asks("/temp checkout throttled to half @bob 2h", `temporary 1`)
	ana.asks("status log", `^Written, #\d+, update\.$`)
	ana.hears(`^SEV-1, investigating, running for .*the cause is the migration holds a lock`)
	bob.hears(`^ana, update: SEV-1, investigating`)
	ana.asks("/next 20m", `next update promised`)
	ana.asks("due", `^In .*: update\. Clock update`)

	// Command moves when the other accepts, with the page that is needed.
	ana.asks("/handover bob", `waiting for acceptance$`)
	bob.hears(`^Alarm: ana hands over incident commander to you\. brief reads the page, /accept takes it`)
	bob.types("brief")
	for _, l := range []string{"Situation:", "Who does what:", "incident commander: ana, since", "Running and due:", "Decided:", "Hypotheses:", "Temporary, to be taken away:", "Told and promised:", "bridge: https"} {
		bob.hears("^" + l)
	}
	bob.asks("/accept", `bob assigned as incident commander`)
	ana.hears(`^For you: bob: bob assigned as incident commander: accepted from ana$`)
	ana.asks("who", `^incident commander: bob, for \d s$`)
	ana.hears(`^scribe: bob`)

	bob.asks("/status mitigated rolled back", `to mitigated`)
	bob.asks("/status monitoring", `to monitoring`)
	bob.types("/resolve error rate normal")
	bob.hears(`^Still open: temporary 1 checkout throttled to half$`)
	bob.hears(`^Written, #\d+: Status changed from monitoring to resolved: error rate normal$`)
	bob.hears(`^Nobody writes the postmortem yet: /review @name 48h$`)
	bob.asks("/review @ana 48h", `postmortem: ana`)
	ana.hears(`^For you: bob: postmortem: ana, due `)
	ana.asks("/untemp 1 throttle is off", `temporary 1 removed`)
	ana.asks("/status postmortem", `to postmortem`)
	ana.asks("/status followup", `to followup`)
	ana.asks("/status closed", `to closed`)
	ana.asks("quit", `^You have left the room\.$`)
	if err := ana.leaves(); err != nil {
		t.Errorf("leaving: %v", err)
	}
	bob.hears(`^ana: temporary 1 removed`)
	bob.hears(`Status changed from followup to closed$`)

	i, err := s.Incident(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if i.Status != model.Closed || i.Severity != 1 || i.Commander() != "bob" || i.Reports != 3 || len(i.LooseEnds()) != 0 ||
		i.SizeUp.PlanB != "second provider" || i.Review.Owner != "ana" || len(i.Todos) != 1 || i.Decisions[0].Worked != "yes" || i.Update.N != 1 {
		t.Errorf("the record says %+v", i)
	}
	ana.clean()
	bob.clean()
}

func TestFailuresGiveTheLineBack(t *testing.T) {
	s := &moody{Store: record(t, file(t), nil)}
	id := write(t, s.Store, "", "ana", model.Declare{Title: "x"}).Incident.ID
	d := sit(t, s, "ana", id)

	s.fail(before, model.Wrap(model.Full, errDisk, "the disk is full"))
	d.types("lag is\t34 s")
	d.hears(`^Not written: the disk is full$`)
	d.hears(`^Your line was: lag is    34 s$`)
	d.hears(`^Type again to send it once more\.$`)
	d.asks("again", `^Not written: the disk is full$`)
	s.fail(never, nil)
	d.hears(`^Type again`)
	d.asks("again", `^Written, #\d+, note\.$`)
	d.asks("again", `^Written, #\d+, note\.$`) // nothing failed: it is a note

	// What was written although the answer was lost is not written twice.
	s.fail(after, errDisk)
	d.asks("exactly once", `^Not written: disk on fire$`)
	d.hears(`^Type again`)
	s.fail(never, nil)
	d.asks("exactly once", `^Written, #\d+, note\.$`)
	d.asks("exactly once", `^Written, #\d+, note\.$`) // said again it is meant
	s.fail(after, errDisk)
	d.asks("declare: Second", `^Not written`)
	s.fail(never, nil)
	d.asks("again", `^Declared, INC-`)
	rows, err := s.List(t.Context(), model.Filter{})
	if err != nil || len(rows) != 2 {
		t.Errorf("%d incidents, %v", len(rows), err)
	}
	d.asks("open "+id, "^Timeline")
	d.asks("last 50", `exactly once$`)
	d.settled()
	entries, err := s.Timeline(t.Context(), id, model.Window{})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range entries {
		if e.Line == "exactly once" {
			n++
		}
	}
	if n != 2 {
		t.Errorf("the line is %d times in the record, want 2", n)
	}

	// What is wrong with the line itself.
	for line, want := range map[string]string{
		"/sev 9":        `"9" is no severity`,
		"/nonsense x":   "there is no command /nonsense",
		"/ack 7":        "there is no order 7",
		"edit 4711 new": "there is no entry #4711",
		"edit 1 new":    "its words cannot be changed",
		"finding:":      "the entry has no text",
	} {
		d.types(line)
		d.hears(`^Not written: .*` + want)
		d.hears(`^Your line was: ` + line + `$`)
	}
	d.in <- input{err: model.Errorf(model.Invalid, "the line is too long")}
	d.hears(`^Not written: the line is too long$`)
	d.asks(strings.Repeat("x", terminalLine), `^This line is 4095 bytes long, .* cut off\.$`)
	d.hears(`^Written, `)
}

func TestRecordOutOfReach(t *testing.T) {
	s := &moody{Store: record(t, file(t), nil)}
	id := write(t, s.Store, "", "bob", model.Declare{Title: "x"}).Incident.ID
	d := sit(t, s, "ana", id)
	s.deafen(errDisk)
	write(t, s.Store, id, "bob", model.AddNote{Text: "one"})
	d.hears(`^Alarm: the record cannot be read at present: disk on fire\. It is tried again\.$`)
	d.asks("missed", `^That did not work: disk on fire$`)
	d.asks("last", `^That did not work: disk on fire$`)
	s.deafen(nil)
	d.hears(`^The record can be read again\.$`)
	d.hears(`^bob, note: one$`)
	if n := d.times("cannot be read at present"); n != 1 {
		t.Errorf("said %d times that it cannot be read", n)
	}
	s.locked = "it belongs to somebody else"
	e := sit(t, s, "eve", id)
	e.hears(`^The record is open for reading only: it belongs to somebody else$`)
}

func TestEnds(t *testing.T) {
	s := record(t, file(t), nil)
	id := write(t, s, "", "ana", model.Declare{Title: "x"}).Incident.ID
	run := func(c Config) error {
		c.Store, c.Actor, c.Incident = s, "ana", id
		return Run(t.Context(), c)
	}
	d := &desk{t: t}
	err := run(Config{Out: d, Lines: func(yield func(string, error) bool) { yield("last words", nil) }})
	if err != nil || !strings.HasSuffix(d.said(), "note.\nThe input has ended: you have left the room.\n") {
		t.Errorf("the end of the input: %v, %q", err, d.said())
	}
	if err := run(Config{Out: broken{}, Lines: func(func(string, error) bool) {}}); !errors.Is(err, errDisk) {
		t.Errorf("nobody listens: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	stop := make(chan struct{})
	defer close(stop)
	time.AfterFunc(50*time.Millisecond, cancel)
	err = Run(ctx, Config{Store: s, Actor: "ana", Out: &desk{t: t}, Lines: func(func(string, error) bool) { <-stop }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted while the input is silent: %v", err)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errDisk }
