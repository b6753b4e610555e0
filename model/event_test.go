package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

// sample is a body of kind k with something in every field.
func sample(t tester, k Kind) Body {
	b := bodies[k]()
	fill(t, reflect.ValueOf(b).Elem())
	return b
}

func fill(t tester, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(noon))
			return
		}
		for i := range v.NumField() {
			fill(t, v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem())
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[json.RawMessage]() {
			v.SetBytes([]byte(`{"text":"<b>"}`))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(t, v.Index(0))
		fill(t, v.Index(1))
	case reflect.Map:
		k, e := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, k)
		fill(t, e)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(k, e)
	case reflect.String:
		v.SetString("a \"line\" <b> \u00e9 \u2028 \\ 👍")
	case reflect.Int, reflect.Int64:
		v.SetInt(3)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(1.5)
	default:
		t.Fatalf("nobody knows how to fill a %s", v.Type())
	}
}

func TestBodiesRoundTrip(t *testing.T) {
	for k := range bodies {
		want := sample(t, k)
		v := reflect.ValueOf(want).Elem()
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				t.Errorf("%s: the sample leaves %s empty", k, v.Type().Field(i).Name)
			}
		}
		raw, err := EncodeBody(want)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.ContainsAny(raw, "\n") || strings.Contains(string(raw), `\u003c`) {
			t.Errorf("%s: encoded as %s", k, raw)
		}
		got := DecodeBody(k, raw)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %#v came back as %#v", k, want, got)
		}
		again, _ := EncodeBody(got)
		if !bytes.Equal(raw, again) {
			t.Errorf("%s: %s encodes again as %s", k, raw, again)
		}
		if want.Text() == "" || got.Text() != want.Text() || got.Important() != want.Important() {
			t.Errorf("%s: text %q", k, got.Text())
		}
		// An empty body of any kind can be shown, too.
		if e := DecodeBody(k, []byte("{}")); e.Important() && e.Text() == "" {
			t.Errorf("%s: the empty body is important", k)
		}
	}
}

func TestNewerBodies(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		raw  string
		text string
	}{
		{"hypothesis_opened", `{"text":"x","n":9007199254740993}`, "(newer) hypothesis_opened"},
		{KindNote, `{"text":{"rich":true}}`, "(newer) note"},
		{KindNote, `{"text":"x","color":"red","n":1e999}`, "x"},
		{KindSeverityChanged, `{"from":"two","to":1}`, "(newer) severity_changed"},
	} {
		e := sealed(t, Event{Incident: "INC-1", Seq: 1, At: noon, Recorded: noon, Actor: "a", Kind: c.kind, Raw: []byte(c.raw), Salt: testSalt(1), Prev: Genesis("INC-1")})
		if e.Text() != c.text {
			t.Errorf("%s %s: text %q", c.kind, c.raw, e.Text())
		}
		got := throughJSON(t, e)
		if !reflect.DeepEqual(got, e) {
			t.Errorf("%s: %+v came back as %+v", c.kind, e, got)
		}
		if string(got.Raw) != c.raw || got.Check(Genesis("INC-1")) != "" {
			t.Errorf("%s: %s came back as %s: %s", c.kind, c.raw, got.Raw, got.Check(Genesis("INC-1")))
		}
		i := &Incident{}
		if !i.Apply(got) || i.Seq != 1 || i.Head != e.Hash || i.Lines != 1 || i.ID != "INC-1" {
			t.Errorf("%s: folded to %+v", c.kind, i)
		}
	}
}

// sealed computes what follows from the rest of e.
func sealed(t tester, e Event) Event {
	t.Helper()
	if e.Raw != nil {
		e.Body = DecodeBody(e.Kind, e.Raw)
	}
	e.Sum = BodySum(e.Salt, e.Raw)
	e.Hash = e.Chain()
	return e
}

// throughJSON writes e as a line of an export and reads it back.
func throughJSON(t tester, e Event) Event {
	t.Helper()
	data := encode(t, e)
	var out Event
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return out
}

func encode(t tester, v any) []byte {
	t.Helper()
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestEventsRoundTrip(t *testing.T) {
	b := open(t, Declare{Services: []string{"a"}})
	b.line(t, "ana", "/take")
	b.line(t, "bob", "! finding: <b> & \u2028 \"quoted\" \\ 客 \x00 \xff")
	b.line(t, "ana", "@bob look 3m")
	b.line(t, "dana \xff", "-7m who wrote this")
	prev := Genesis(b.inc.ID)
	for _, e := range b.events {
		got := throughJSON(t, e)
		if !reflect.DeepEqual(got, e) {
			t.Errorf("%+v came back as %+v", e, got)
		}
		if wrong := got.Check(prev); wrong != "" {
			t.Errorf("#%d %s after the trip", e.Seq, wrong)
		}
		prev = got.Hash
	}
}

// The JSON fields of an event are promised to scripts.
func TestEventJSONFields(t *testing.T) {
	b := open(t, Declare{})
	e := b.line(t, "ana", "-7m ! finding: x")[0]
	var m map[string]any
	if err := json.Unmarshal(encode(t, e), &m); err != nil {
		t.Fatal(err)
	}
	for k, want := range map[string]any{
		"incident": "INC-20261123-120000", "seq": 3.0, "at": "2026-11-23T11:53:00Z", "recorded": "2026-11-23T12:00:00Z", "actor": "ana",
		"kind": "finding", "text": "x", "important": true, "hash": e.Hash.String(), "id": e.ID.String(), "prev": e.Prev.String(),
	} {
		if m[k] != want {
			t.Errorf("%s is %v, want %v", k, m[k], want)
		}
	}
	if body, ok := m["body"].(map[string]any); !ok || body["text"] != "x" || body["important"] != true {
		t.Errorf("body %v", m["body"])
	}
}

func TestEventJSONPretty(t *testing.T) {
	b := open(t, Declare{})
	e := b.line(t, "ana", "two  blanks {stay}")[0]
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, encode(t, e), "", "  "); err != nil {
		t.Fatal(err)
	}
	var got Event
	if err := json.Unmarshal(pretty.Bytes(), &got); err != nil || got.Check(e.Prev) != "" {
		t.Errorf("%v %s", err, got.Check(e.Prev))
	}
}

// Times of another tool come in as the record keeps them.
func TestEventJSONTimes(t *testing.T) {
	var e Event
	in := `{"incident":"INC-1","seq":1,"at":"2026-11-23T13:00:00.123456+01:00","recorded":"2026-11-23T12:00:01.9999Z","kind":"note","body":{"text":"x"}}`
	if err := json.Unmarshal([]byte(in), &e); err != nil {
		t.Fatal(err)
	}
	if e.At != at("2026-11-23T12:00:00.123Z") || e.Recorded != at("2026-11-23T12:00:01.999Z") {
		t.Errorf("at %v, recorded %v", e.At, e.Recorded)
	}
}

func TestEventJSONRedacted(t *testing.T) {
	b := open(t, Declare{})
	e := b.line(t, "ana", "password is hunter2")[0]
	e.Raw, e.Body = nil, nil
	got := throughJSON(t, e)
	if !reflect.DeepEqual(got, e) || got.Text() != "(redacted)" || got.Important() || got.Check(e.Prev) != "" {
		t.Errorf("%+v: %s", got, got.Check(e.Prev))
	}
	if i := refold(append(b.events[:2:2], got)); i.Seq != 3 || i.Last != "(redacted)" {
		t.Errorf("folded to %+v", i)
	}
	// Even the declaration may be the entry that had to go.
	first := b.events[0]
	first.Raw, first.Body = nil, nil
	if i := refold([]Event{first}); i.ID != b.inc.ID || i.By != "ana" || i.Seq != 1 {
		t.Errorf("folded to %+v", i)
	}
}

func TestEventJSONRefuses(t *testing.T) {
	good := string(encode(t, open(t, Declare{}).events[0]))
	for name, bad := range map[string]string{
		"cut":       good[:len(good)/2],
		"an array":  "[" + good + "]",
		"short sum": strings.Replace(good, `"sum":"`, `"sum":"zz`, 1),
		"id":        strings.Replace(good, `"id":"`, `"id":"x`, 1),
		"seq":       strings.Replace(good, `"seq":1`, `"seq":"one"`, 1),
		"time":      strings.Replace(good, `"at":"2026`, `"at":"26`, 1),
	} {
		if bad == good {
			t.Fatalf("%s changes nothing", name)
		}
		var e Event
		if err := json.Unmarshal([]byte(bad), &e); err == nil {
			t.Errorf("%s: read as %+v", name, e)
		}
	}
}

func FuzzEvent(f *testing.F) {
	b := open(f, Declare{Services: []string{"a"}})
	b.line(f, "ana", "/take")
	b.line(f, "ana", "! finding: <x>")
	b.line(f, "ana", "@bob look 3m")
	for _, e := range b.events {
		f.Add(encode(f, e))
	}
	f.Add([]byte(`{"incident":"INC-1","seq":1,"kind":"newer","body":{"a":[1,2,{"b":null}]}}`))
	f.Add([]byte(`{"seq":1,"kind":"note","body":null,"salt":""}`))
	f.Add([]byte(`{"seq":1,"kind":"described","body":{"services":null}}`))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var e Event
		if json.Unmarshal(data, &e) != nil {
			return
		}
		got := throughJSON(t, e)
		if !bytes.Equal(got.Raw, e.Raw) || got.Chain() != e.Chain() || got.Hash != e.Hash || got.Text() != e.Text() {
			t.Fatalf("%+v\ncame back as\n%+v", e, got)
		}
		e.Seq = 1
		i := &Incident{}
		i.Apply(e)
		same(t, "live and reloaded", i, reload(t, i))
	})
}

func TestIDs(t *testing.T) {
	id := testID(1)
	if got, err := ParseID(id.String()); got != id || err != nil {
		t.Errorf("%s: %v %v", id, got, err)
	}
	for _, s := range []string{"", "x", strings.Repeat("g", 32), id.String()[:35], id.String() + "0", strings.Repeat("+1", 16)} {
		if got, err := ParseID(s); err == nil {
			t.Errorf("%q read as %v", s, got)
		}
	}
	if got := IncidentID(time.Date(2026, 11, 23, 1, 2, 3, 9, berlin), 1); got != "INC-20261123-000203" {
		t.Error(got)
	}
	if got := IncidentID(noon, 3); got != "INC-20261123-120000-3" {
		t.Error(got)
	}
	if !LooksLikeID("inc-2") || LooksLikeID("INC") || LooksLikeID("incident") || CleanID(" inc-2 ") != "INC-2" {
		t.Error("ids as typed")
	}
	var d Digest
	if err := d.UnmarshalText([]byte(strings.Repeat("zz", 32))); CodeOf(err) != Invalid {
		t.Errorf("a digest of z: %v", err)
	}
	if err := d.UnmarshalText([]byte(strings.Repeat("aB", 32))); err != nil || d.Short() != "abababab" {
		t.Errorf("%v %s", err, d.Short())
	}
}

func TestErrors(t *testing.T) {
	cause := errors.New("disk on fire")
	err := Wrap(Full, cause, "cannot write %q", "x")
	if err.Error() != `cannot write "x": disk on fire` || Message(err) != `cannot write "x"` || CodeOf(err) != Full || !errors.Is(err, cause) {
		t.Errorf("%v", err)
	}
	outer := errors.Join(errors.New("first"), err)
	if CodeOf(outer) != Full || Message(outer) != `cannot write "x"` {
		t.Errorf("%s %s", CodeOf(outer), Message(outer))
	}
	if CodeOf(nil) != "" || Message(nil) != "" || CodeOf(cause) != Internal || Message(cause) != "disk on fire" {
		t.Error("errors of others")
	}
}
