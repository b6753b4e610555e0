package history

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"warroom/model"
)

func read(t *testing.T, data string, o Options) (out []Item) {
	t.Helper()
	if err := Read([]byte(data), o, func(i Item) error { out = append(out, i); return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

func at(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", s)
	if err != nil {
		panic(err)
	}
	return t
}

// good are the incidents among items.
func good(items []Item) (out []*model.History) {
	for _, i := range items {
		if i.Incident != nil {
			out = append(out, i.Incident)
		}
	}
	return out
}

// told are the reasons and warnings with their lines.
func told(items []Item) string {
	var b strings.Builder
	for _, i := range items {
		if i.Reason != "" {
			fmt.Fprintf(&b, "%d: %s\n", i.Line, i.Reason)
		}
		for _, w := range i.Warnings {
			fmt.Fprintf(&b, "%d, warning: %s\n", i.Line, w)
		}
	}
	return b.String()
}

func TestSeedColumns(t *testing.T) {
	items := read(t, "timestamp,duration_minutes,service,severity,root_cause\n"+
		"2026-11-01T10:00:00,47.5,checkout,2,\"Deploy, again\"\n"+
		"2026-11-02 11:30:00+02:00,,search,,\n", Options{})
	h := good(items)
	if len(h) != 2 || told(items) != "" {
		t.Fatalf("%d incidents\n%s", len(h), told(items))
	}
	a, b := h[0], h[1]
	if !a.Declared.Equal(at("2026-11-01 10:00:00")) || a.Minutes == nil || *a.Minutes != 47.5 || a.Services[0] != "checkout" || a.Severity != 2 ||
		a.Cause != "Deploy, again" || a.Status != "" || !a.Milestones[model.WasResolved].Equal(at("2026-11-01 10:47:30")) || a.Title != "checkout: Deploy, again" {
		t.Errorf("%+v", a)
	}
	if !b.Declared.Equal(at("2026-11-02 09:30:00")) || b.Minutes != nil || len(b.Milestones) != 0 || b.Severity != 0 || b.Title != "Incident in search" {
		t.Errorf("%+v", b)
	}
	if drafts, err := a.Drafts(at("2026-11-23 12:00:00")); err != nil || len(drafts) != 1 {
		t.Errorf("%v, %v", drafts, err)
	}
}

// Every dirt of the notes: each row is an incident or has its reason and line.
func TestDirtyTable(t *testing.T) {
	items := read(t, "\ufeffID;Start;End;Duration;Services;Priority;Name\n"+
		"1;2026-11-01 10:00;2026-11-01 09:00;;api;P1;ends first\n"+
		"2;01/02/2026 10:00;;;api;P2;which day\n"+
		"3;23/11/2026 10:00;0001-01-01T00:00:00Z;1h 30m;api|search;sev0;a zero end\n"+
		"4;;;;api;;no start\n"+
		"5;yesterday;;;api;;no time\n"+
		"6;1795255200;;-5;api;urgent;less than nothing\n"+
		"7;2026-11-05;;soon;api;9;a day\n"+
		"7;2026-11-05;;soon;api;9;a day\n"+
		"\n"+
		"8;2026-11-06 10:00;2026-11-06 12:00;30;api;critical;two lengths;beyond\n"+
		"9;2024-01-01 00:00;2026-01-01 00:00;;api;Medium;a year typed wrong\n", Options{})
	want := `2, warning: its end is left open: it would lie before its beginning
3: when it began cannot be read: "01/02/2026 10:00" can be two days: write the year first
4, warning: severity "sev0" is taken as SEV-1
5: it does not say when the incident began
6: when it began cannot be read: "yesterday" is no time
7, warning: severity "urgent" is not known: left open
7, warning: how long it took is left open: -5 is less than nothing
8, warning: severity "9" is not known: left open
8, warning: how long it took is left open: "soon" is no duration
9: it says the same as line 8
11, warning: it has 8 cells for 7 columns: those beyond are left out
11, warning: it states 30 minutes, but lies 120 minutes from beginning to end: what is stated counts
12, warning: it took more than a year: is its end right?
8, warning: rows that name a day without a time are taken to begin at 00:00 (1 of them): hours of the day say nothing about these
`
	if got := told(items); got != want {
		t.Errorf("told\n%s\nwant\n%s", got, want)
	}
	h := good(items)
	if len(h) != 6 || len(h[1].Services) != 2 || *h[1].Minutes != 90 || h[4].Severity != 1 || *h[4].Minutes != 30 || h[5].Severity != 3 {
		t.Errorf("%d incidents, %+v", len(h), h)
	}
}

func TestMap(t *testing.T) {
	const data = "when,what,took\n2026-11-01 10:00,x,5\n"
	if err := Read([]byte(data), Options{}, nil); model.CodeOf(err) != model.Invalid || !strings.Contains(err.Error(), "--map timestamp=COLUMN") {
		t.Errorf("%v", err)
	}
	h := good(read(t, data, Options{Map: map[string]string{"timestamp": "When", "duration_hours": "took", "title": "what"}}))
	if len(h) != 1 || *h[0].Minutes != 300 || h[0].Title != "x" {
		t.Errorf("%+v", h)
	}
	for _, m := range []map[string]string{{"timestamp": "nothing"}, {"colour": "when"}} {
		if err := Read([]byte(data), Options{Map: m}, nil); model.CodeOf(err) != model.Invalid {
			t.Errorf("%v: %v", m, err)
		}
	}
}

func TestObjects(t *testing.T) {
	const one = `{"timestamp":"2026-11-01T10:00:00Z","duration_minutes":12,"service":["api",{"name":"search"}],"severity":1,"root_cause":null,"id":77}`
	for name, data := range map[string]string{
		"array":  "[\n" + one + ",\n 5,\n{\"severity\":1}\n]",
		"holder": "{\"total\":3,\"Incidents\":[\n" + one + ",\n 5,\n{\"severity\":1}\n]}",
		"lines":  "\n" + one + "\n5\n{\"severity\":1}\n",
	} {
		f := Auto
		if name == "lines" {
			if d := Detect([]byte(data)); d != JSONL {
				t.Errorf("%s is taken for %s", name, d)
			}
		}
		items := read(t, data, Options{Format: f})
		line := 3
		if got, want := told(items), fmt.Sprintf("%d: it is no object with fields\n%d: it does not say when the incident began\n", line, line+1); got != want {
			t.Errorf("%s: told\n%swant\n%s", name, got, want)
		}
		h := good(items)
		if len(h) != 1 || *h[0].Minutes != 12 || h[0].Severity != 1 || !slices.Equal(h[0].Services, []string{"api", "search"}) || h[0].Cause != "" || h[0].Ref != "json:77@2026-11-01T10:00:00Z" {
			t.Errorf("%s: %+v", name, h[0])
		}
	}
}

const page = `{"page":{"id":"p","time_zone":"Etc/UTC"},"incidents":[
{"id":"a1","name":"Errors &amp; delays","status":"resolved","impact":"major","created_at":"2026-07-30T09:07:42.419Z","started_at":"2026-07-30T08:50:00Z","resolved_at":null,
 "incident_updates":[
  {"status":"resolved","body":"Done.","display_at":"2026-07-30T10:12:15.489Z","affected_components":null},
  {"status":"monitoring","body":"A fix<br />is <b>in</b> &lt;place&gt;, 3 < 4","display_at":"2026-07-30T10:00:00Z","affected_components":[{"name":"API"},{"name":"Pages"}]},
  {"status":"identified","body":"found","display_at":"2026-07-30T09:20:00Z"},
  {"status":"investigating","body":"looking","display_at":"2026-07-30T09:08:00Z"},
  {"status":"update","body":"when","display_at":"soon"}],
 "components":[{"name":"API"}]},
{"id":"m1","name":"Upgrade","status":"completed","impact":"maintenance","created_at":"2026-07-01T00:00:00Z","resolved_at":"2026-07-03T00:00:00Z"},
{"id":"o1","name":"Slow","status":"monitoring","impact":"none","created_at":"2026-07-31T00:00:00Z","resolved_at":null,"incident_updates":null},
{"id":"a1","name":"again","status":"resolved","impact":"minor","created_at":"2026-07-30T09:07:42.419Z"},
{"id":7}
]}`

func TestStatuspage(t *testing.T) {
	if d := Detect([]byte(page)); d != Statuspage {
		t.Fatalf("taken for %s", d)
	}
	items := read(t, page, Options{})
	want := `2, warning: an update without a readable time is left out
11, warning: it is not over in the file: imported as monitoring
12: it says the same as line 2
13: it is no incident of a Statuspage: cannot unmarshal number into Go struct field spIncident.id of type string
`
	if got := told(items); got != want {
		t.Errorf("told\n%s\nwant\n%s", got, want)
	}
	h := good(items)
	a, m, o := h[0], h[1], h[2]
	if a.Title != "Errors & delays" || a.Severity != 2 || !slices.Equal(a.Services, []string{"API", "Pages"}) || len(a.Lines) != 4 || a.Maintenance {
		t.Errorf("%+v", a)
	}
	if a.Lines[2].Text != "[monitoring] A fix\nis in <place>, 3 < 4" {
		t.Errorf("%q", a.Lines[2].Text)
	}
	for k, v := range map[model.Milestone]string{model.ImpactStarted: "08:50:00", model.FirstUpdate: "09:08:00", model.WasIdentified: "09:20:00", model.WasMitigated: "10:00:00"} {
		if got := a.Milestones[k].Format("15:04:05"); got != v {
			t.Errorf("%s at %s, want %s", k, got, v)
		}
	}
	if got := a.Milestones[model.WasResolved]; got.Format("15:04:05.000") != "10:12:15.489" {
		t.Errorf("resolved %v", got)
	}
	if !m.Maintenance || m.Severity != 0 || o.Status != model.Monitoring || o.Severity != 5 {
		t.Errorf("%+v, %+v", m, o)
	}
}

func TestGCP(t *testing.T) {
	const data = `[{"id":"g1","number":"123","begin":"2026-05-01T10:00:00+00:00","created":"2026-05-01T10:20:00+00:00","end":"2026-05-01T12:00:00+00:00",
 "external_desc":"**Summary**\n\nCompute is slow","severity":"high","status_impact":"SERVICE_OUTAGE","service_name":"Multiple",
 "affected_products":[{"title":"Compute","id":"x"},{"title":"compute"}],"updates":[{"when":"2026-05-01T10:21:00+00:00","text":"# Update\nwe look","status":"SERVICE_OUTAGE"}]},
{"id":"g2","begin":"2026-05-02T10:00:00+00:00","external_desc":"x","service_key":"k"}]`
	if d := Detect([]byte(data)); d != GCP {
		t.Fatalf("taken for %s", d)
	}
	items := read(t, data, Options{})
	h := good(items)
	g := h[0]
	if g.Title != "Compute is slow" || g.Severity != 2 || len(g.Services) != 1 || !g.Declared.Equal(at("2026-05-01 10:20:00")) ||
		!g.Milestones[model.ImpactStarted].Equal(at("2026-05-01 10:00:00")) || !g.Milestones[model.FirstUpdate].Equal(at("2026-05-01 10:21:00")) || len(g.Lines) != 1 {
		t.Errorf("%+v", g)
	}
	if h[1].Status != model.Investigating || !strings.Contains(told(items), "not over in the file") {
		t.Errorf("%+v\n%s", h[1], told(items))
	}
}

// The same file read twice has the same refs, whatever the order of its keys.
func TestRefs(t *testing.T) {
	a := good(read(t, "timestamp,service,severity\n2026-11-01 10:00,api,1\n2026-11-01 10:00,api,2\n", Options{}))
	b := good(read(t, "severity,timestamp,service\n1,2026-11-01 10:00,api\n2,2026-11-01 10:00,api\n", Options{}))
	if len(a) != 2 || a[0].Ref != b[0].Ref || a[1].Ref != b[1].Ref || a[0].Ref == a[1].Ref {
		t.Errorf("%+v, %+v", a, b)
	}
}

func TestUnreadable(t *testing.T) {
	for name, data := range map[string]string{
		"empty": " \n", "UTF-16": "\xff\xfet\x00", "binary": "PK\x00\x01", "no list": "{\"a\":1,\n\"b\":2}", "cut": `[{"timestamp":"2026-11-01T10:00:00Z"`,
		"a number": `{"incidents":5}`, "events": `{"incident":"INC-1","seq":1,"hash":"x"}` + "\n",
	} {
		if err := Read([]byte(data), Options{}, func(Item) error { return nil }); model.CodeOf(err) != model.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := Read([]byte("x"), Options{Format: "xml"}, nil); model.CodeOf(err) != model.Invalid || !strings.Contains(err.Error(), "statuspage") {
		t.Errorf("%v", err)
	}
}

func TestMoment(t *testing.T) {
	for s, want := range map[string]string{
		"2026-11-23T12:00:00Z": "2026-11-23 12:00:00", "2026-11-23T12:00:00.250+01:00": "2026-11-23 11:00:00", "23-11-2026 12:00": "2026-11-23 12:00:00",
		"1795435200": "2026-11-23 12:00:00", "1795435200000": "2026-11-23 12:00:00", "1795435200.5": "2026-11-23 12:00:00", "1795435200000000000": "2026-11-23 12:00:00",
		"Mon, 23 Nov 2026 12:00:00 GMT": "2026-11-23 12:00:00", "11/23/2026 12:00": "2026-11-23 12:00:00", "23/11/2026 12:00": "2026-11-23 12:00:00",
		"Nov 23, 2026 12:00": "2026-11-23 12:00:00", "20261123": "2026-11-23 00:00:00", "11/11/2026": "2026-11-11 00:00:00",
	} {
		got, _, why := moment(s, time.UTC)
		if why != "" || got.Truncate(time.Second).Format("2006-01-02 15:04:05") != want {
			t.Errorf("%s is %v, %s", s, got, why)
		}
	}
	for _, s := range []string{"0001-01-01T00:00:00Z", "1234", "x", "3/4/2026", "99/99/2026", "1969-12-31", "/a/b"} {
		if got, _, why := moment(s, time.UTC); why == "" {
			t.Errorf("%s is %v", s, got)
		}
	}
	for s, want := range map[string]float64{"90": 90, "1:30": 90, "1h30m": 90, "2 hours, 5 minutes": 125, "1.5 days": 2160, "90 sec": 1.5} {
		if got, ok := span(s, 1); !ok || got != want {
			t.Errorf("%s is %v, %v", s, got, ok)
		}
	}
}

// Whatever comes, every row is an incident that may be recorded or has a reason.
func FuzzRead(f *testing.F) {
	f.Add([]byte("timestamp,duration_minutes,service\n2026-11-01,5,a\n"))
	f.Add([]byte(page))
	f.Add([]byte(`[{"timestamp":1795435200,"service":[1]}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		now := at("2026-11-23 12:00:00")
		_ = Read(data, Options{}, func(i Item) error {
			if i.Incident == nil {
				if i.Reason == "" && len(i.Warnings) == 0 {
					t.Fatalf("line %d is nothing", i.Line)
				}
				return nil
			}
			if i.Line < 1 || i.Incident.Ref == "" {
				t.Fatalf("line %d, ref %q", i.Line, i.Incident.Ref)
			}
			if drafts, err := i.Incident.Drafts(now); err == nil && len(drafts) == 0 {
				t.Fatal("an incident without events")
			}
			return nil
		})
	})
}
