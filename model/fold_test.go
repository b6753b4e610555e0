package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var crew = []string{"ana", "bob", "Bob", "carol", "dana", "me", "@erin", "", "Zoë \u202e", "fr\xffank"}

// wish draws any command at all, sensible or not.
func wish(t *rapid.T, b *book) Command {
	person := rapid.SampledFrom(crew)
	role := rapid.SampledFrom(append(slices.Clone(Roles), "", "king"))
	text := rapid.OneOf(rapid.SampledFrom([]string{"", "x", "lag is 340 s"}), hostile())
	moment := rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "now") {
			return time.Time{}
		}
		return b.now.Add(-time.Duration(rapid.Int64Range(int64(-2*time.Hour), int64(90*24*time.Hour)).Draw(t, "ago")))
	})
	number := rapid.IntRange(-1, len(b.inc.Orders)+1)
	seq := rapid.Int64Range(-1, b.inc.Seq+2)
	span := rapid.SampledFrom([]time.Duration{0, time.Millisecond, time.Second, 3 * time.Minute, 9 * 24 * time.Hour})
	status := rapid.SampledFrom(append(slices.Clone(Statuses), "", "odd"))
	severity := rapid.Map(rapid.IntRange(-1, 6), func(n int) Severity { return Severity(n) })
	milestone := rapid.SampledFrom(append(slices.Clone(Milestones), "", "lunch"))
	kind := rapid.SampledFrom(append(slices.Clone(NoteKinds), "", KindDeclared, "odd"))
	words := rapid.SliceOfN(text, 0, 3)
	maybe := func(g *rapid.Generator[string], label string) *string { return rapid.Ptr(g, true).Draw(t, label) }
	flag := func(label string) *bool { return rapid.Ptr(rapid.Bool(), true).Draw(t, label) }

	switch rapid.IntRange(0, 19).Draw(t, "command") {
	case 0:
		return AddNote{kind.Draw(t, "kind"), text.Draw(t, "text"), rapid.Bool().Draw(t, "mark"), moment.Draw(t, "at")}
	case 1:
		return Amend{seq.Draw(t, "seq"), maybe(text, "text"), moment.Draw(t, "at"), flag("mark"), flag("struck")}
	case 2:
		return Undo{}
	case 3:
		return Describe{maybe(text, "title"), maybe(text, "description"), rapid.Ptr(words, true).Draw(t, "services"), moment.Draw(t, "impact")}
	case 4:
		return SetSeverity{severity.Draw(t, "to"), text.Draw(t, "reason"), moment.Draw(t, "at")}
	case 5, 6:
		return SetStatus{status.Draw(t, "to"), text.Draw(t, "reason"), moment.Draw(t, "at")}
	case 7:
		return Cancel{text.Draw(t, "reason"), rapid.SampledFrom([]string{"", "INC-1", b.inc.ID, "x"}).Draw(t, "of"), moment.Draw(t, "at")}
	case 8:
		return SetMilestone{milestone.Draw(t, "name"), moment.Draw(t, "at"), rapid.Bool().Draw(t, "unknown")}
	case 9, 10:
		return AssignRole{role.Draw(t, "role"), person.Draw(t, "person"), moment.Draw(t, "at")}
	case 11:
		return ReleaseRole{role.Draw(t, "role"), person.Draw(t, "person")}
	case 12:
		return HandOver{role.Draw(t, "role"), person.Draw(t, "to")}
	case 13:
		return AcceptRole{role.Draw(t, "role")}
	case 14:
		return DeclineRole{role.Draw(t, "role"), text.Draw(t, "reason")}
	case 15:
		return TakeCommand{}
	case 16:
		return GiveOrder{person.Draw(t, "person"), text.Draw(t, "task"), span.Draw(t, "for"), moment.Draw(t, "at")}
	case 17:
		return rapid.SampledFrom([]Command{
			AckOrder{number.Draw(t, "n")}, FinishOrder{number.Draw(t, "n"), text.Draw(t, "result")}, WithdrawOrder{number.Draw(t, "n"), text.Draw(t, "reason")},
		}).Draw(t, "verb")
	case 18:
		return ExtendOrder{number.Draw(t, "n"), span.Draw(t, "for"), text.Draw(t, "reason")}
	}
	return Declare{Title: text.Draw(t, "title"), Services: words.Draw(t, "services")}
}

// Whatever people wish for, in whatever order: what is refused changes nothing,
// what is accepted can be folded, and the fold is the same however it is read.
func TestRandomHistories(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := open(rt, Declare{Title: "x", Services: rapid.SliceOfN(rapid.StringN(0, 20, MaxName), 0, 3).Draw(rt, "services")})
		for range rapid.IntRange(1, 40).Draw(rt, "length") {
			b.tick(time.Duration(rapid.IntRange(0, 300_000).Draw(rt, "ms")) * time.Millisecond)
			who := rapid.SampledFrom([]string{"ana", "bob", "BOB", "carol", "\xff"}).Draw(rt, "who")
			before := reload(t, b.inc)
			c := wish(rt, b)
			events, err := b.do(who, c)
			if err != nil {
				if e, ok := errors.AsType[*Error](err); !ok || !slices.Contains([]Code{Invalid, Conflict, NotFound}, e.Code) || e.Msg == "" {
					rt.Fatalf("%s: %#v: %v", who, c, err)
				}
				same(rt, "before and after a refusal", b.inc, before)
				continue
			}
			check(rt, b.inc)
			for _, e := range events {
				if got := throughJSON(rt, e); !reflect.DeepEqual(got, e) {
					rt.Fatalf("%+v came back as %+v", e, got)
				}
			}
		}
		b.whole(rt)
		if tm, ok := b.inc.At(Declared); !ok || tm.IsZero() {
			rt.Fatalf("declared at an unknown time")
		}
		commands := 0
		for _, a := range b.inc.Roles {
			if a.Role == Commander {
				commands++
			}
		}
		if commands > 1 || (commands == 0) == b.inc.VacantSince.IsZero() {
			rt.Fatalf("%d commanders, vacant since %v", commands, b.inc.VacantSince)
		}
	})
}

// check looks for what an incident must never be.
func check(t *rapid.T, i *Incident) {
	held := map[string]bool{}
	for _, a := range i.Roles {
		key := string(a.Role)
		if a.Role.Many() {
			key += " " + a.Person
		}
		if held[key] || a.Person == "" || !a.Role.Valid() {
			t.Fatalf("roles %+v", i.Roles)
		}
		held[key] = true
	}
	offered := map[Role]bool{}
	for _, o := range i.Offers {
		if offered[o.Role] || SamePerson(o.To, i.Holder(o.Role)) {
			t.Fatalf("offers %+v of roles %+v", i.Offers, i.Roles)
		}
		offered[o.Role] = true
	}
	for k, o := range i.Orders {
		if o.N != k+1 || o.Person == "" || o.Task == "" || o.Pending() != o.Ended.IsZero() {
			t.Fatalf("order %+v", o)
		}
	}
	if !i.Status.Valid() || !i.Severity.Valid() || i.Title == "" || i.ID == "" {
		t.Fatalf("incident %+v", i)
	}
}

func TestApplyInOrder(t *testing.T) {
	b := open(t, Declare{})
	b.line(t, "ana", "one")
	b.line(t, "ana", "two")
	i := &Incident{}
	for _, k := range []struct {
		seq  int
		want bool
	}{{2, false}, {1, true}, {1, false}, {3, false}, {2, true}, {3, true}, {4, true}, {4, false}, {2, false}} {
		before := reload(t, i)
		if got := i.Apply(b.events[k.seq-1]); got != k.want {
			t.Errorf("event %d: %v, want %v", k.seq, got, k.want)
		}
		if !k.want {
			same(t, fmt.Sprintf("before and after event %d", k.seq), before, i)
		}
	}
	same(t, "the end", b.inc, i)
}

// A stored snapshot must not share memory with what it is folded on from.
func TestApplyKeepsItsOwn(t *testing.T) {
	services := []string{"a", "b"}
	i := &Incident{}
	i.Apply(Event{Seq: 1, Incident: "INC-1", Kind: KindDeclared, Body: &Declaration{Title: "x", Services: services}})
	services[0] = "changed"
	if i.Services[0] != "a" {
		t.Error("the incident shares the body's services")
	}
}

func TestPeople(t *testing.T) {
	b := open(t, Declare{})
	b.line(t, "ana", "/take")
	b.line(t, "ana", "@bob look 3m")
	b.line(t, "ANA", "/role scribe Dana")
	b.line(t, "ana", "/handover carol")
	if want := []string{"ana", "bob", "Dana", "carol"}; !slices.Equal(b.inc.People, want) {
		t.Errorf("people %q, want %q", b.inc.People, want)
	}
	for n := range maxPeople + 10 {
		b.must(t, fmt.Sprint("p", n), AddNote{Text: "x"})
	}
	if len(b.inc.People) != maxPeople {
		t.Errorf("%d people", len(b.inc.People))
	}
}

// A snapshot names its fields; scripts and older databases read them.
func TestIncidentJSONNames(t *testing.T) {
	b := open(t, Declare{Description: "d", Services: []string{"s"}, Source: "probe", Drill: true})
	for _, l := range []string{"/take", "/handover bob", "@bob look", "todo x", "/status canceled"} {
		b.line(t, "ana", l)
	}
	var m map[string]any
	data, _ := json.Marshal(b.inc)
	if err := json.Unmarshal(data, &m); err != nil {
		t.Fatal(err)
	}
	for _, k := range []string{"id", "title", "description", "services", "severity", "status", "drill", "source", "by", "roles", "offers",
		"milestones", "orders", "todos", "people", "status_since", "lines", "last", "last_at", "seq", "head"} {
		if _, ok := m[k]; !ok {
			t.Errorf("no %q in %s", k, data)
		}
	}
}
