package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"
	"pgregory.net/rapid"
)

// allKinds lists the kinds that this version knows, in a fixed order.
func allKinds() []Kind { return slices.Sorted(maps.Keys(bodies)) }

// The JSON of the bodies is what years of records are written in.
func TestBodyFields(t *testing.T) {
	var out bytes.Buffer
	for _, k := range allKinds() {
		raw, err := EncodeBody(sample(t, k))
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]any
		if err := json.Unmarshal(raw, &fields); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&out, k, strings.Join(slices.Sorted(maps.Keys(fields)), " "))
	}
	golden.RequireEqual(t, out.Bytes())
}

// Every command there is takes part in the tests that try each of them.
func TestAllCommandsAreTried(t *testing.T) {
	var tried []string
	for _, c := range allCommands() {
		tried = append(tried, reflect.TypeOf(c).Name())
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv != nil && fn.Name.Name == "Decide" {
				found++
				if name := fmt.Sprint(fn.Recv.List[0].Type); !slices.Contains(tried, name) {
					t.Errorf("nobody tries %s", name)
				}
			}
		}
	}
	if found != len(tried) {
		t.Errorf("%d commands, %d are tried", found, len(tried))
	}
}

// foreign folds bodies that nobody here decided on, and checks what must hold
// for whatever an import brings.
func foreign(t tester, events []Event) *Incident {
	t.Helper()
	i := &Incident{}
	for _, e := range events {
		e.Seq = i.Seq + 1
		if !i.Apply(e) {
			t.Fatalf("#%d was not applied", e.Seq)
		}
	}
	same(t, "live and reloaded", i, reload(t, i))
	allUTC(t, reflect.ValueOf(*i), "Incident")
	for _, now := range []time.Time{noon, {}, time.Date(9999, 12, 31, 23, 0, 0, 0, time.UTC)} {
		i.Clocks(Doctrine(), now)
		i.Advise(Doctrine(), now)
		i.Sentence(Doctrine(), now, berlin)
		i.Handover(Doctrine(), now, berlin)
	}
	i.LooseEnds()
	i.Reporting()
	i.NextTeam()
	i.Summary()
	// And people go on with it: no command may stumble over what is there.
	s := Scene{Incident: i, Actor: "ana", Now: noon, Event: func(seq int64) (Entry, bool) {
		if seq < 1 || seq > int64(len(events)) {
			return Entry{}, false
		}
		return NewEntry(events[seq-1]), true
	}}
	for _, c := range append(allCommands(),
		SetHypothesis{1, HypothesisTesting, "x"}, StateHypothesis{Text: "x"}, Propose{Text: "x"}, Object{1, "x"}, TakeDecision{N: 1, Outcome: OutcomeGo},
		VerifyDecision{N: 1}, AddMitigation{Text: "x"}, ExtendMitigation{N: 1, For: time.Hour}, RemoveMitigation{N: 1}, SetLink{"x", ""},
		AddOption{Text: "x"}, DropOption{N: 1}, ProposeOption{N: 1}, CallRoll{System: "x"}, Dismiss{Stay: []string{"ana"}},
		FormTeam{Name: "x", Leader: "x"}, EndTeam{"x"}, CountReports{Add: 1}, PlanReview{}, Resolve{Owner: "x"}, AckOrder{1},
		SetRunValues{1, map[string]string{"a": "b"}}, StartAction{N: 1, Step: "a"}, MarkAction{N: 1, Step: "a", State: ActionDone}, TakeRun{N: 1, Seat: Seat{Token: "t"}},
		EndRun{N: 1, Outcome: RunFinished}, EscalateRun{N: 1}, SampleGate{Results: []Verdict{{"a", CheckOK, ""}}}, ConfirmGate{}, OverrideGate{"x"}, GiveOrder{Person: "x", Task: "x"},
		Amend{Seq: 1, Struck: ptr(true)}, Amend{Seq: 1, At: noon.Add(-time.Hour)}, Snooze{Key: "order:1", For: time.Hour, Reason: "x"}, SeeAlarm{Key: "order:1"},
		AttachAlert{AlertLine{Title: "x"}}, DetachAlert{N: 1}, ClearAlert{Group: 3}, SetDetection{ByTeam},
	) {
		drafts, err := c.Decide(s)
		if (err == nil) == (len(drafts) == 0) {
			t.Fatalf("%#v: drafted %d and %v", c, len(drafts), err)
		}
		for _, d := range drafts {
			if _, err := EncodeBody(d.Body); err != nil {
				t.Fatalf("%#v: %v", c, err)
			}
		}
	}
	return i
}

// allUTC fails for a time that is kept in another zone: it would be shown in one
// place as it came and in another as it is.
func allUTC(t tester, v reflect.Value, path string) {
	t.Helper()
	switch v.Kind() {
	case reflect.Struct:
		if at, ok := v.Interface().(time.Time); ok {
			if at.Location() != time.UTC {
				t.Fatalf("%s is %v", path, at)
			}
			return
		}
		for n := range v.NumField() {
			allUTC(t, v.Field(n), path+"."+v.Type().Field(n).Name)
		}
	case reflect.Slice:
		for n := range v.Len() {
			allUTC(t, v.Index(n), fmt.Sprintf("%s[%d]", path, n))
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			allUTC(t, it.Value(), fmt.Sprintf("%s[%v]", path, it.Key()))
		}
	}
}

// raws is any JSON that could stand for a field of a body.
func raws(field reflect.Type) *rapid.Generator[string] {
	wild := rapid.SampledFrom([]string{"null", "0", "-1", "1", `""`, `"x"`, "{}", "[]", "[null]", "true", "1e999", "1.5", `"\u0000\u202e"`})
	mine := wild
	switch field.Kind() {
	case reflect.Pointer:
		return rapid.OneOf(rapid.Just("null"), raws(field.Elem()))
	case reflect.String:
		mine = rapid.OneOf(
			rapid.SampledFrom([]string{`""`, `"x"`, `"ana"`, `"alpha"`, `"bridge"`, `"go"`, `"no"`, `"yes"`, `"testing"`, `"confirmed"`, `"order:1"`, `"update"`, `"resolved"`,
				`"mitigated"`, `"odd"`, `"incident_commander"`, `"sme"`, `"first_update"`, `"declared"`, `"https://x.example"`, `"a\nb:\n"`}),
			rapid.Map(rapid.String(), func(s string) string { b, _ := json.Marshal(s); return string(b) }),
		)
	case reflect.Int, reflect.Int64:
		mine = rapid.OneOf(
			rapid.Map(rapid.Int64Range(-2, 5), func(n int64) string { return fmt.Sprint(n) }),
			rapid.SampledFrom([]string{fmt.Sprint(int64(math.MaxInt64)), fmt.Sprint(int64(math.MinInt64)), "9007199254740993", "300000", "-86400000"}),
			rapid.Map(rapid.Int64(), func(n int64) string { return fmt.Sprint(n) }),
		)
	case reflect.Bool:
		mine = rapid.SampledFrom([]string{"true", "false"})
	case reflect.Slice:
		mine = rapid.Map(rapid.SliceOfN(raws(field.Elem()), 0, 3), func(v []string) string { return "[" + strings.Join(v, ",") + "]" })
	case reflect.Map:
		mine = rapid.Map(rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", ""}), 0, 2, rapid.ID[string]), func(keys []string) string {
			var parts []string
			for _, k := range keys {
				parts = append(parts, fmt.Sprintf("%q:%q", k, "v"))
			}
			return "{" + strings.Join(parts, ",") + "}"
		})
	case reflect.Struct:
		if field != reflect.TypeFor[time.Time]() {
			mine = rapid.Custom(func(t *rapid.T) string {
				var parts []string
				for n := range field.NumField() {
					name, _, _ := strings.Cut(field.Field(n).Tag.Get("json"), ",")
					if name != "" && rapid.Bool().Draw(t, name) {
						parts = append(parts, fmt.Sprintf("%q:%s", name, raws(field.Field(n).Type).Draw(t, name)))
					}
				}
				return "{" + strings.Join(parts, ",") + "}"
			})
			break
		}
		mine = rapid.SampledFrom([]string{
			`"2026-11-23T12:00:00Z"`, `"2026-11-23T13:30:00.123456789+05:30"`, `"0001-01-01T00:00:00Z"`, `"0000-01-01T00:00:00+14:00"`, `"0000-12-31T23:59:59Z"`,
			`"1969-12-31T23:59:59Z"`, `"9999-12-31T23:59:59.999Z"`, `"9999-12-31T23:59:59-12:00"`, `"2027-01-01T00:00:00-07:00"`,
		})
	}
	return rapid.Custom(func(t *rapid.T) string {
		if rapid.IntRange(0, 19).Draw(t, "wild") == 0 {
			return wild.Draw(t, "value")
		}
		return mine.Draw(t, "value")
	})
}

// anyBody draws a kind and a body of it as some other program might write it.
func anyBody(t *rapid.T) (Kind, string) {
	k := rapid.SampledFrom(append(allKinds(), "newer_kind")).Draw(t, "kind")
	mk, ok := bodies[k]
	if !ok {
		return k, `{"a":1}`
	}
	typ := reflect.TypeOf(mk()).Elem()
	var fields []string
	for n := range typ.NumField() {
		if rapid.IntRange(0, 5).Draw(t, "leave out") == 0 {
			continue
		}
		name, _, _ := strings.Cut(typ.Field(n).Tag.Get("json"), ",")
		fields = append(fields, fmt.Sprintf("%q:%s", name, raws(typ.Field(n).Type).Draw(t, name)))
	}
	return k, "{" + strings.Join(fields, ",") + "}"
}

// Whatever an import brings, in whatever order: it folds without harm, and the
// incident is the same after a trip through its stored form.
func TestForeignEvents(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var events []Event
		for n := range rapid.IntRange(1, 30).Draw(rt, "length") {
			k, raw := anyBody(rt)
			at := rapid.SampledFrom([]time.Time{noon, noon.Add(-time.Hour), time.UnixMilli(0).UTC(), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)}).Draw(rt, "at")
			e := Event{Incident: "INC-1", Seq: int64(n + 1), At: at, Recorded: at, Actor: rapid.SampledFrom([]string{"ana", "bob", "\x1b[31m"}).Draw(rt, "actor"), Kind: k, Raw: []byte(raw)}
			if rapid.IntRange(0, 19).Draw(rt, "redacted") > 0 {
				e.Body = DecodeBody(k, e.Raw)
			}
			events = append(events, e)
		}
		foreign(rt, events)
	})
}

// The same with numbers that have no place, each on its own.
func TestForeignNumbers(t *testing.T) {
	for _, n := range []int{math.MinInt, -1, 0, 2, 3, 1 << 40, math.MaxInt} {
		for name, second := range map[string]Body{
			"hypothesis": &HypothesisChanged{N: n, State: HypothesisConfirmed, Evidence: "x"},
			"objection":  &ObjectionRaised{N: n, Line: "x"},
			"decision":   &DecisionTaken{N: n, Outcome: OutcomeGo, VerifyIn: math.MaxInt64, Against: n},
			"verified":   &DecisionVerified{N: n, Worked: "no"},
			"extended":   &MitigationExtended{N: n, For: math.MinInt64},
			"removed":    &MitigationRemoved{N: n},
			"order done": &OrderDone{N: n},
			"order more": &OrderExtended{N: n, By: math.MaxInt64},
		} {
			first := []Body{&HypothesisStated{1, "h"}, &DecisionProposed{N: 1, Line: "d", Silence: 1}, &MitigationAdded{1, "m", "", 1}, &OrderGiven{1, "bob", "o", 1}}
			var events []Event
			for _, b := range append(first, second, second) {
				events = append(events, Event{Incident: "INC-1", Seq: 1, At: noon, Recorded: noon, Actor: "ana", Kind: "x", Body: b})
			}
			i := foreign(t, events)
			h, d, m, o := i.Hypotheses[0], i.Decisions[0], i.Mitigations[0], i.Orders[0]
			if h.State != HypothesisOpen || h.Evidence != nil || !d.Pending() || d.Objections != nil || d.Worked != "" || !m.InPlace() ||
				!m.Until.Equal(noon.Add(time.Millisecond)) || !o.Pending() || !o.Due.Equal(noon.Add(time.Millisecond)) {
				t.Errorf("%s %d: %+v %+v %+v %+v", name, n, h, d, m, o)
			}
			if second.Text() == "" {
				t.Errorf("%s %d has no text", name, n)
			}
		}
		// And as the number of the thing itself.
		foreign(t, []Event{
			{At: noon, Kind: "x", Body: &HypothesisStated{n, "h"}}, {At: noon, Kind: "x", Body: &HypothesisChanged{N: n, State: HypothesisTesting}},
			{At: noon, Kind: "x", Body: &DecisionProposed{N: n, Line: "d", Silence: math.MaxInt64}}, {At: noon, Kind: "x", Body: &DecisionTaken{N: n, Outcome: OutcomeGo, VerifyIn: math.MaxInt64}},
			{At: noon, Kind: "x", Body: &MitigationAdded{n, "m", "", math.MaxInt64}}, {At: noon, Kind: "x", Body: &MitigationExtended{N: n, For: math.MaxInt64}},
			{At: noon, Kind: "x", Body: &OrderGiven{n, "bob", "o", math.MaxInt64}}, {At: noon, Kind: "x", Body: &ReportsCounted{Add: n, Total: n}},
		})
	}
}

// Lengths and times that nobody can mean are kept at the edge of what can be
// stored, so that the incident can be.
func TestForeignTimes(t *testing.T) {
	last := time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	for in, want := range map[int64]time.Duration{
		0: 0, 1: time.Millisecond, -1: -time.Millisecond, 300000: 5 * time.Minute, math.MaxInt64: maxSpan, math.MinInt64: -maxSpan, 1 << 53: maxSpan,
	} {
		if got := millis(in); got != want {
			t.Errorf("%d ms: %v, want %v", in, got, want)
		}
	}
	for in, want := range map[string]time.Time{
		"2026-11-23T13:00:00+01:00": noon, "9999-12-31T23:59:59Z": last, "9999-12-31T23:59:59-12:00": last, "0000-01-01T00:00:00+14:00": {}, "0000-06-01T00:00:00Z": {},
		"0001-01-01T00:00:00Z": {},
	} {
		p, err := time.Parse(time.RFC3339, in)
		if err != nil {
			t.Fatal(err)
		}
		if got := kept(p); got != want {
			t.Errorf("%s: %v, want %v", in, got, want)
		}
	}
	i := foreign(t, []Event{
		{At: last, Kind: "x", Body: &MitigationAdded{1, "m", "", math.MaxInt64}}, {At: last, Kind: "x", Body: &OrderGiven{1, "bob", "o", math.MaxInt64}},
		{At: last, Kind: "x", Body: &DecisionProposed{N: 1, Line: "d", Silence: math.MaxInt64}},
	})
	beyond := time.Date(9999, 12, 31, 23, 59, 59, 0, time.FixedZone("", -12*3600))
	j := foreign(t, []Event{
		{At: noon, Kind: "x", Body: &MilestoneMark{Name: Detected, At: &beyond}}, {At: noon, Kind: KindUpdate, Body: &Note{Line: "x"}},
		{At: noon, Kind: "x", Body: &Amendment{Target: 2, At: &beyond}},
	})
	if j.LastAt != last || j.Update.At != last || j.Milestones[Detected].At != last {
		t.Errorf("%v %v %v", j.LastAt, j.Update.At, j.Milestones[Detected].At)
	}
	there := time.Date(2026, 11, 23, 14, 0, 0, 0, berlin)
	foreign(t, []Event{
		{At: noon, Kind: "x", Body: &ClockSnoozed{Key: "update", Due: there, Until: there}}, {At: noon, Kind: "x", Body: &AlarmSeen{Key: "update", Due: there}},
		{At: noon, Kind: "x", Body: &UpdatePromised{At: there}}, {At: noon, Kind: "x", Body: &ReviewPlanned{Owner: "ana", Due: there}},
		{At: noon, Kind: "x", Body: &MilestoneMark{Name: Detected, At: &there}}, {At: noon, Kind: KindUpdate, Body: &Note{Line: "x"}},
		{At: noon, Kind: "x", Body: &Amendment{Target: 6, At: &there}},
	})
	if i.Mitigations[0].Until != last || i.Orders[0].Due != last || i.Decisions[0].Silence != last {
		t.Errorf("%+v %+v %+v", i.Mitigations[0], i.Orders[0], i.Decisions[0])
	}
}

// FuzzForeign folds any bytes as the body of any kind, in pairs, on top of an
// incident that has something of everything.
func FuzzForeign(f *testing.F) {
	kinds := allKinds()
	for k := range kinds {
		raw, err := EncodeBody(sample(f, kinds[k]))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(k), raw, uint8(k/2), []byte(`{"n":1,"text":"x","state":"testing","outcome":"go","for_ms":9223372036854775807,"target":40,"struck":true}`))
	}
	f.Add(uint8(0), []byte("null"), uint8(1), []byte(`[]`))
	base := full(f).events
	f.Fuzz(func(t *testing.T, k1 uint8, raw1 []byte, k2 uint8, raw2 []byte) {
		events := slices.Clone(base)
		for n, raw := range [][]byte{raw1, raw2} {
			k := kinds[int([]uint8{k1, k2}[n])%len(kinds)]
			events = append(events, Event{Incident: "INC-1", At: noon, Recorded: noon, Actor: "eve", Kind: k, Body: DecodeBody(k, raw), Raw: raw})
		}
		foreign(t, events)
	})
}
