package model

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"
)

// chained is a sealed event with every field filled.
func chained(t tester) Event {
	e, err := Seal(Draft{noon.Add(-time.Minute), KindFinding, &Note{Line: "lag is 340 s", Mark: true}}, Link{
		Incident: "INC-20261123-120000", Seq: 7, Prev: Digest{1, 2, 3}, ID: testID(7), Salt: testSalt(7), Recorded: noon, Actor: "ana",
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Every change of a single field of a recorded event is found out. Body is not
// in the list: it is read from Raw.
func TestChainCoversEveryField(t *testing.T) {
	changes := map[string][]func(*Event){
		"ID":       {func(e *Event) { e.ID[15]++ }, func(e *Event) { e.ID = ID{} }},
		"Incident": {func(e *Event) { e.Incident += "0" }, func(e *Event) { e.Incident = "" }},
		"Seq":      {func(e *Event) { e.Seq++ }, func(e *Event) { e.Seq = -e.Seq }},
		"At":       {func(e *Event) { e.At = e.At.Add(time.Millisecond) }, func(e *Event) { e.At = time.Time{} }},
		"Recorded": {func(e *Event) { e.Recorded = e.Recorded.Add(-time.Millisecond) }},
		"Actor":    {func(e *Event) { e.Actor = "anb" }, func(e *Event) { e.Actor = "" }},
		"Kind":     {func(e *Event) { e.Kind = KindNote }},
		"Raw":      {func(e *Event) { e.Raw = []byte(`{"text":"lag is 34 s","important":true}`) }, func(e *Event) { e.Raw = append(bytes.Clone(e.Raw), ' ') }},
		"Salt":     {func(e *Event) { e.Salt = testSalt(8) }, func(e *Event) { e.Salt = nil }},
		"Sum":      {func(e *Event) { e.Sum[0]++ }},
		"Prev":     {func(e *Event) { e.Prev[31]++ }},
		"Hash":     {func(e *Event) { e.Hash[31] ^= 1 }},
	}
	typ := reflect.TypeFor[Event]()
	for i := range typ.NumField() {
		name := typ.Field(i).Name
		if name == "Body" {
			continue
		}
		if len(changes[name]) == 0 {
			t.Errorf("nobody tries to change %s", name)
		}
		for k, change := range changes[name] {
			e := chained(t)
			prev := e.Prev
			change(&e)
			if e.Check(prev) == "" {
				t.Errorf("change %d of %s is not found out", k, name)
			}
		}
	}
	// The digest of the body and the event before are in the hash itself, so that
	// they cannot be exchanged together with what they are compared with.
	for k, change := range []func(*Event){func(e *Event) { e.Sum[0]++ }, func(e *Event) { e.Prev[0]++ }} {
		e := chained(t)
		change(&e)
		if e.Chain() == chained(t).Chain() {
			t.Errorf("change %d is not in the hash", k)
		}
	}
	e := chained(t)
	if wrong := e.Check(e.Prev); wrong != "" {
		t.Errorf("as sealed it %s", wrong)
	}
	if wrong := e.Check(Digest{}); wrong != "does not follow the entry before it" {
		t.Errorf("after another event: %q", wrong)
	}
}

// A byte that moves from one field to its neighbour is a change too.
func TestChainSeparatesFields(t *testing.T) {
	a := chained(t)
	b := a
	zeros := strings.Repeat("\x00", 8)
	a.Actor = "x" + zeros + "ana"
	b.Incident, b.Actor = a.Incident+zeros+"x", "ana"
	if a.Chain() == b.Chain() {
		t.Error("incident and actor run into each other")
	}
	b = a
	a.Kind = "x" + Kind(zeros) + "note"
	b.Actor, b.Kind = a.Actor+zeros+"x", "note"
	if a.Chain() == b.Chain() {
		t.Error("actor and kind run into each other")
	}
	if BodySum([]byte("ab"), []byte("c")) == BodySum([]byte("a"), []byte("bc")) {
		t.Error("salt and body run into each other")
	}
}

func TestRedactionKeepsTheChain(t *testing.T) {
	e := chained(t)
	e.Raw, e.Body = nil, nil
	if wrong := e.Check(e.Prev); wrong != "" {
		t.Errorf("redacted, it %s", wrong)
	}
	e.Raw = []byte(`{"text":"something else"}`)
	if e.Check(e.Prev) != "its content was changed" {
		t.Error("content put in place of a redacted one is not found out")
	}
}

func TestSeal(t *testing.T) {
	l := Link{Incident: "INC-1", Seq: 1, Prev: Genesis("INC-1"), ID: testID(1), Salt: testSalt(1), Actor: "an\xffa",
		Recorded: time.Date(2026, 11, 23, 13, 0, 0, 123_456_789, berlin)}
	e, err := Seal(Draft{Kind: KindNote, Body: &Note{Line: "x"}}, l)
	if err != nil {
		t.Fatal(err)
	}
	want := time.Date(2026, 11, 23, 12, 0, 0, 123_000_000, time.UTC)
	if e.Recorded != want || e.At != want {
		t.Errorf("at %v, recorded %v", e.At, e.Recorded)
	}
	if e.Actor != `an\xffa` {
		t.Errorf("actor %q would not survive an export", e.Actor)
	}
	if string(e.Raw) != `{"text":"x"}` || e.Check(Genesis("INC-1")) != "" {
		t.Errorf("%s: %s", e.Raw, e.Check(Genesis("INC-1")))
	}
	if Genesis("INC-1") == Genesis("INC-2") {
		t.Error("two incidents begin with the same hash")
	}
	if e.Prev.String() != Genesis("INC-1").String() || len(e.Prev.String()) != 64 {
		t.Error(e.Prev.String())
	}
}

// FuzzChain changes one byte of one field and expects to be caught.
func FuzzChain(f *testing.F) {
	for field := range uint8(8) {
		f.Add("ana", "lag is 340 s", field, uint16(3), byte(1))
	}
	f.Fuzz(func(t *testing.T, actor, text string, field uint8, at uint16, flip byte) {
		if flip == 0 {
			return
		}
		e, err := Seal(Draft{Kind: KindNote, Body: &Note{Line: text}}, Link{
			Incident: "INC-1", Seq: int64(at), Prev: Genesis("INC-1"), ID: testID(1), Salt: testSalt(1), Recorded: noon, Actor: actor,
		})
		if err != nil {
			t.Fatal(err)
		}
		if wrong := e.Check(e.Prev); wrong != "" {
			t.Fatalf("as sealed it %s", wrong)
		}
		prev := e.Prev
		bend := func(b []byte) []byte {
			if len(b) == 0 {
				return []byte{flip}
			}
			b = bytes.Clone(b)
			b[int(at)%len(b)] ^= flip
			return b
		}
		switch field % 8 {
		case 0:
			e.Raw = bend(e.Raw)
		case 1:
			e.Salt = bend(e.Salt)
		case 2:
			e.Actor = string(bend([]byte(e.Actor)))
		case 3:
			e.Kind = Kind(bend([]byte(e.Kind)))
		case 4:
			copy(e.ID[:], bend(e.ID[:]))
		case 5:
			copy(e.Sum[:], bend(e.Sum[:]))
		case 6:
			copy(e.Hash[:], bend(e.Hash[:]))
		case 7:
			e.At = e.At.Add(time.Duration(flip) * time.Millisecond)
		}
		if e.Check(prev) == "" {
			t.Fatalf("field %d changed at %d by %x and not found out", field%8, at, flip)
		}
	})
}
