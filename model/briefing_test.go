package model

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"
)

// full is an incident in which everything happened that a briefing tells of, as
// it stands 47 minutes after it was declared.
func full(t tester) *book {
	b := open(t, Declare{
		Title: "Checkout answers 503", Description: "one in five", Severity: 2, Services: []string{"checkout", "orders"},
		ImpactStart: noon.Add(-7 * time.Minute),
	})
	for _, s := range []struct {
		min  int
		who  string
		line string
	}{
		{0, "ana", "/take"},
		{1, "ana", "/role deputy dora"},
		{1, "ana", "/role scribe dana"},
		{1, "ana", "/role cl carl"},
		{2, "ana", "/symptoms 503 on POST /checkout"},
		{2, "ana", "/scope EU, about 21 %"},
		{2, "ana", "/trend rising"},
		{3, "carl", "/reports +6 by phone"},
		{3, "ana", "/link bridge https://meet.example.org/x"},
		{4, "carl", "update: we look into errors at checkout"},
		{5, "bob", "hypothesis: migration 0231 locks orders"},
		{6, "bob", "/hypothesis 1 out lag came first"},
		{7, "bob", "hypothesis: the pool is too small"},
		{8, "erin", "hypothesis: a client retries without pause"},
		{9, "erin", "/hypothesis 3 testing asked the mobile team"},
		{10, "ana", "decision: no rollback before noon"},
		{11, "ana", "/status identified"},
		{12, "ana", "/propose fail over orders-db (risk: 30 s without writes)"},
		{13, "bob", "/object 1 the replica is behind"},
		{14, "ana", "/decide 1 no wait for the replica"},
		{15, "ana", "/propose throttle imports"},
		{16, "ana", "/decide 2 go @bob 5m errors below 1 %"},
		{17, "bob", "/temp imports throttled to 10 % @bob 36h"},
		{18, "bob", "/temp lag alert silenced"},
		{18, "bob", "/temp a second pool of connections 2h"},
		{19, "bob", "/untemp 3"},
		{19, "ana", "/team alpha @erin mobile clients"},
		{20, "carl", "update: fewer errors, we go on"},
		{21, "carl", "/next 30m"},
		{30, "ana", "@bob check replica lag 10m"},
		{40, "ana", "@erin ask for a release 20m"},
		{41, "ana", "/propose drain node 7"},
		{42, "ana", "/status mitigated errors at 2 %"},
		{43, "ana", "/planb fail over to the standby"},
		{44, "ana", "/review @dana 2026-11-26"},
		{45, "ana", "/seen order:1"},
		{46, "ana", "/handover bob"},
	} {
		b.now = noon.Add(time.Duration(s.min) * time.Minute)
		b.line(t, s.who, s.line)
	}
	b.now = noon.Add(47 * time.Minute)
	return b
}

// spoken is what the screens show of a briefing.
func spoken(i *Incident, now time.Time, loc *time.Location) string {
	lines := append([]string{i.Sentence(Doctrine(), now, loc), ""}, i.Handover(Doctrine(), now, loc)...)
	return strings.Join(lines, "\n") + "\n"
}

func TestBriefing(t *testing.T) {
	b := full(t)
	b.whole(t)
	t.Run("full", func(t *testing.T) { golden.RequireEqual(t, spoken(b.inc, b.now, time.UTC)) })
	t.Run("elsewhere", func(t *testing.T) { golden.RequireEqual(t, spoken(b.inc, b.now, zone(t, "Pacific/Auckland"))) })
	t.Run("empty", func(t *testing.T) {
		e := open(t, Declare{})
		golden.RequireEqual(t, spoken(e.inc, e.now, time.UTC))
	})
	t.Run("resolved", func(t *testing.T) {
		b := full(t)
		b.line(t, "bob", "/accept")
		b.line(t, "bob", "/resolve errors normal")
		b.tick(30 * time.Hour)
		golden.RequireEqual(t, spoken(b.inc, b.now, time.UTC))
	})
}

// What is believed: what is confirmed before what is tested before what is thought of.
func TestSentenceBelief(t *testing.T) {
	for _, c := range []struct {
		lines []string
		want  string
	}{
		{nil, "the cause is not known"},
		{[]string{"hypothesis: a", "hypothesis: b"}, "we suspect: a"},
		{[]string{"hypothesis: a", "hypothesis: b", "/hypothesis 2 te"}, "we are testing whether b"},
		{[]string{"hypothesis: a", "hypothesis: b", "/hypothesis 1 te"}, "we are testing whether a"},
		{[]string{"hypothesis: a", "hypothesis: b", "/hypothesis 1 yes x", "/hypothesis 2 te"}, "the cause is a"},
		{[]string{"hypothesis: a", "hypothesis: b", "/hypothesis 1 te", "/hypothesis 2 yes x"}, "the cause is b"},
		{[]string{"hypothesis: a", "/hypothesis 1 out x"}, "the cause is not known"},
		{[]string{"hypothesis: a", "/hypothesis 1 out x", "hypothesis: b"}, "we suspect: b"},
	} {
		b := quiet(t)
		for _, l := range c.lines {
			b.line(t, "ana", l)
		}
		want := "SEV-5, triage, running for 0 s: Checkout answers 503; " + c.want + "."
		if got := b.inc.Sentence(Doctrine(), b.now, time.UTC); got != want {
			t.Errorf("%q:\n got %q\nwant %q", c.lines, got, want)
		}
	}
}

// How long it runs is not how long it has the status.
func TestSentenceTimes(t *testing.T) {
	b := open(t, Declare{Severity: 2}).tick(2 * time.Hour)
	b.line(t, "ana", "/status mitigated")
	say := func() string { return b.inc.Sentence(Doctrine(), b.now, time.UTC) }
	if got := say(); !strings.HasPrefix(got, "SEV-2, mitigated, running for 2 h 00: ") {
		t.Error(got)
	}
	b.tick(time.Hour)
	b.line(t, "ana", "/resolve")
	b.tick(9 * time.Hour)
	b.line(t, "ana", "/status closed")
	if got := say(); !strings.HasPrefix(got, "SEV-2, closed, lasted 3 h 00: ") || strings.Contains(got, "next") {
		t.Error(got)
	}
}

// A moment of another day is told with its date: "until 12:00" may be tomorrow.
func TestTimeOfDay(t *testing.T) {
	for _, c := range []struct{ at, now, zone, want string }{
		{"2026-11-23T12:00:00Z", "2026-11-23T23:59:59Z", "UTC", "12:00"},
		{"2026-11-23T23:59:59Z", "2026-11-24T00:00:00Z", "UTC", "2026-11-23 23:59"},
		{"2026-11-23T23:30:00Z", "2026-11-24T00:10:00Z", "Europe/Berlin", "00:30"},
		{"2026-11-23T22:30:00Z", "2026-11-23T23:10:00Z", "Europe/Berlin", "2026-11-23 23:30"},
		{"2027-11-23T12:00:00Z", "2026-11-23T12:00:00Z", "UTC", "2027-11-23 12:00"},
	} {
		if got := TimeOfDay(at(c.at), at(c.now), zone(t, c.zone)); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

// The page is of lines, and its headings are the only lines that end with a colon
// as long as nobody writes one that does.
func TestHandoverHeadings(t *testing.T) {
	b := full(t)
	var heads []string
	page := b.inc.Handover(Doctrine(), b.now, time.UTC)
	for k, l := range page {
		if strings.HasSuffix(l, ":") {
			heads = append(heads, l)
			if k > 0 && page[k-1] != "" {
				t.Errorf("no blank line before %q", l)
			}
		}
	}
	want := []string{"Situation:", "Who does what:", "Running and due:", "Decided:", "Hypotheses:", "Temporary, to be taken away:", "Told and promised:"}
	if !slices.Equal(heads, want) {
		t.Errorf("headings %q", heads)
	}
	if slices.Contains(quiet(t).inc.Handover(Doctrine(), noon, time.UTC), "Temporary, to be taken away:") {
		t.Error("the ledger is told of where there is none")
	}
}

// A promise that was made before anything was told is told of as well.
func TestHandoverPromise(t *testing.T) {
	b := open(t, Declare{Severity: 1})
	b.line(t, "ana", "/next 12m")
	page := strings.Join(b.inc.Handover(Doctrine(), b.now, time.UTC), "\n")
	if !strings.Contains(page, "no update was sent\npromised next: 12:12") {
		t.Error(page)
	}
}

// The brief is there at once, however long the incident is.
func BenchmarkHandover(b *testing.B) {
	h := full(b)
	for n := range 1000 {
		h.line(b, "ana", fmt.Sprintf("@p%d look at shard %d 3m", n%40, n))
	}
	b.ReportAllocs()
	for b.Loop() {
		h.inc.Handover(Doctrine(), h.now, time.UTC)
	}
}
