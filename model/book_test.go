package model

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"time"
)

// noon is the clock of the tests, unless they move it.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// tester is what checks need of a test, a benchmark, a fuzz run or a property.
type tester interface {
	Helper()
	Errorf(string, ...any)
	Fatalf(string, ...any)
	Fatal(...any)
}

// book is the smallest record there can be: one incident in memory. It does
// what a store does with a command (decide, seal, apply) and keeps what was
// encoded, so that tests fold what a store would read back.
type book struct {
	inc    *Incident
	events []Event
	now    time.Time
}

// open begins a book with a declared incident.
func open(t tester, d Declare) *book {
	t.Helper()
	b := &book{now: noon}
	if d.Title == "" {
		d.Title = "Checkout answers 503"
	}
	if _, err := b.do("ana", d); err != nil {
		t.Fatalf("declare: %v", err)
	}
	return b
}

// tick moves the clock on.
func (b *book) tick(d time.Duration) *book { b.now = b.now.Add(d); return b }

// do carries out one command for actor.
func (b *book) do(actor string, c Command) ([]Event, error) {
	drafts, err := c.Decide(b.scene(actor))
	if err != nil {
		if len(drafts) != 0 {
			return nil, errors.New("refused and drafted at once: " + err.Error())
		}
		return nil, err
	}
	if len(drafts) == 0 {
		return nil, errors.New("neither drafted nor refused")
	}
	inc, first := b.inc, len(b.events)
	if inc == nil {
		inc = &Incident{}
	}
	for _, d := range drafts {
		e, err := b.seal(actor, d, inc)
		if err != nil {
			return nil, err
		}
		if !inc.Apply(e) {
			return nil, errors.New("not applied: " + e.Text())
		}
		b.events = append(b.events, e)
	}
	b.inc = inc
	return b.events[first:], nil
}

func (b *book) seal(actor string, d Draft, inc *Incident) (Event, error) {
	id, prev := inc.ID, inc.Head
	if inc.Seq == 0 {
		id = IncidentID(b.now, 1)
		prev = Genesis(id)
	}
	e, err := Seal(d, Link{
		Incident: id, Seq: inc.Seq + 1, Prev: prev, Recorded: b.now, Actor: actor,
		ID: testID(inc.Seq + 1), Salt: testSalt(inc.Seq + 1),
	})
	e.Body = DecodeBody(e.Kind, e.Raw) // as read back, not as written
	return e, err
}

func (b *book) scene(actor string) Scene {
	return Scene{Incident: b.inc, Actor: actor, Now: b.now, Event: b.entry}
}

// entry is event seq with all its corrections.
func (b *book) entry(seq int64) (Entry, bool) {
	if seq < 1 || seq > int64(len(b.events)) {
		return Entry{}, false
	}
	en := NewEntry(b.events[seq-1])
	for _, e := range b.events {
		if a, ok := e.Body.(*Amendment); ok && a.Target == seq {
			en.Amend(a)
		}
	}
	return en, true
}

// must carries out a command that the test takes for granted.
func (b *book) must(t tester, actor string, c Command) []Event {
	t.Helper()
	ev, err := b.do(actor, c)
	if err != nil {
		t.Fatalf("%s: %#v: %v", actor, c, err)
	}
	return ev
}

// line composes a line and carries it out.
func (b *book) line(t tester, actor, line string) []Event {
	t.Helper()
	c, err := Compose(line, b.now, time.UTC)
	if err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	return b.must(t, actor, c)
}

// refuse carries out a command that must be refused with the given code and a
// sentence that holds want, and checks that nothing came of it.
func (b *book) refuse(t tester, actor string, c Command, code Code, want string) {
	t.Helper()
	n := len(b.events)
	_, err := b.do(actor, c)
	if CodeOf(err) != code || !strings.Contains(Message(err), want) {
		t.Errorf("%s: %#v: got %q %v, want %q …%s…", actor, c, CodeOf(err), err, code, want)
	}
	if len(b.events) != n {
		t.Errorf("%s: %#v was refused and wrote %d events", actor, c, len(b.events)-n)
	}
}

// texts are the lines of the timeline in the order of writing.
func (b *book) texts() []string {
	var out []string
	for _, e := range b.events {
		if !e.Quiet() {
			en, _ := b.entry(e.Seq)
			out = append(out, en.Line)
		}
	}
	return out
}

// refold reads the incident anew from its events.
func refold(events []Event) *Incident {
	i := &Incident{}
	for _, e := range events {
		i.Apply(e)
	}
	return i
}

// reload is an incident after a trip through its stored form.
func reload(t tester, i *Incident) *Incident {
	t.Helper()
	data, err := json.Marshal(i)
	if err != nil {
		t.Fatal(err)
	}
	out := &Incident{}
	if err := json.Unmarshal(data, out); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return out
}

// same fails unless a and b are equal in every field.
func same(t tester, what string, a, b *Incident) {
	t.Helper()
	if reflect.DeepEqual(a, b) {
		return
	}
	va, vb := reflect.ValueOf(*a), reflect.ValueOf(*b)
	for k := range va.NumField() {
		if x, y := va.Field(k).Interface(), vb.Field(k).Interface(); !reflect.DeepEqual(x, y) {
			t.Errorf("%s: %s is\n  %#v\nand\n  %#v", what, va.Type().Field(k).Name, x, y)
		}
	}
}

// whole checks what must hold for every book at any time.
func (b *book) whole(t tester) {
	t.Helper()
	prev := Genesis(b.inc.ID)
	for k, e := range b.events {
		if e.Seq != int64(k+1) {
			t.Fatalf("event %d has Seq %d", k+1, e.Seq)
		}
		if wrong := e.Check(prev); wrong != "" {
			t.Fatalf("event %d %s", e.Seq, wrong)
		}
		prev = e.Hash
	}
	same(t, "live and folded anew", b.inc, refold(b.events))
	same(t, "live and reloaded", b.inc, reload(t, b.inc))
	cut := len(b.events) / 2
	mid := reload(t, refold(b.events[:cut]))
	for _, e := range b.events[cut:] {
		if !mid.Apply(e) {
			t.Fatalf("event %d does not follow the snapshot of %d events", e.Seq, cut)
		}
	}
	same(t, "live and snapshot with tail", b.inc, mid)
}

func testID(n int64) (id ID) {
	h := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("id"), uint64(n)))
	copy(id[:], h[:])
	return id
}

func testSalt(n int64) []byte {
	h := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("salt"), uint64(n)))
	return h[:16]
}

func kinds(events []Event) []Kind {
	var out []Kind
	for _, e := range events {
		out = append(out, e.Kind)
	}
	return out
}

func wantKinds(t tester, events []Event, want ...Kind) {
	t.Helper()
	if got := kinds(events); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func ptr[T any](v T) *T { return &v }
