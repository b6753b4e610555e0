package model

import (
	"strings"
	"testing"
	"time"
)

// replay seals drafts and folds them, also through the stored bytes.
func replay(t *testing.T, drafts []Draft) *Incident {
	t.Helper()
	id := IncidentID(drafts[0].At, 1)
	i, prev := &Incident{}, Genesis(id)
	for n, d := range drafts {
		e, err := Seal(d, Link{Incident: id, Seq: int64(n + 1), Prev: prev, ID: ID{byte(n + 1)}, Salt: []byte("0123456789abcdef"), Recorded: noon, Actor: "ana"})
		if err != nil {
			t.Fatal(err)
		}
		e.Body = DecodeBody(e.Kind, e.Raw)
		i.Apply(e)
		prev = e.Hash
	}
	return i
}

func TestHistoryBecomesAnIncident(t *testing.T) {
	start := noon.Add(-48 * time.Hour)
	minutes := 47.5
	h := History{
		Past: Past{Source: "csv", Ref: "row 7", Cause: " DNS change ", Minutes: &minutes, Milestones: map[Milestone]time.Time{
			ImpactStarted: start.Add(-5 * time.Minute), WasResolved: start.Add(40 * time.Minute), "lunch": start, WasIdentified: noon.Add(time.Hour)}},
		Title: "search down", Services: []string{"search", "api"}, Declared: start,
		Lines: []HistoryLine{{start.Add(9 * time.Minute), KindUpdate, "fixing"}, {start.Add(time.Minute), KindFinding, "seen"}, {start, KindNote, " "}},
	}
	drafts, err := h.Drafts(noon)
	if err != nil {
		t.Fatal(err)
	}
	if len(drafts) != 3 || drafts[1].Kind != KindFinding || drafts[2].Kind != KindUpdate {
		t.Fatalf("drafts %v", drafts)
	}
	i := replay(t, drafts)
	if i.Status != Closed || i.Severity != 0 || i.Past == nil || i.Past.Cause != "DNS change" || !i.VacantSince.IsZero() {
		t.Errorf("status %q, severity %d, past %+v, vacant %v", i.Status, i.Severity, i.Past, i.VacantSince)
	}
	if _, ok := i.At(WasIdentified); ok || len(i.Milestones) != 3 {
		t.Errorf("milestones %v", i.Milestones)
	}
	if got := i.Started(); !got.Equal(start.Add(-5 * time.Minute)) {
		t.Errorf("started %v", got)
	}
	if m, open, known := i.Minutes(); m != 47.5 || open || !known {
		t.Errorf("minutes %v %v %v", m, open, known)
	}
	if c := i.Conduct(noon); !c.Zero() {
		t.Errorf("an imported incident was led: %+v", c)
	}
	if got := drafts[0].Body.Text(); !strings.HasPrefix(got, "imported SEV-?: ") {
		t.Errorf("line %q", got)
	}
}

func TestHistoryWithoutAnEnd(t *testing.T) {
	h := History{Past: Past{Source: "csv", Ref: "x"}, Title: "x", Declared: noon.Add(-time.Hour)}
	drafts, err := h.Drafts(noon)
	if err != nil {
		t.Fatal(err)
	}
	over := replay(t, drafts)
	if m, open, known := over.Minutes(); known || open || m != 0 {
		t.Errorf("an end that is not known gives %v %v %v", m, open, known)
	}
	if d, known := over.Elapsed(noon); known || over.Summary().Unknown == known {
		t.Errorf("elapsed %v, known %v", d, known)
	}
	h.Status, h.Severity = Investigating, 1
	if drafts, err = h.Drafts(noon); err != nil {
		t.Fatal(err)
	}
	if _, open, _ := replay(t, drafts).Minutes(); !open {
		t.Error("an incident that goes on is not open")
	}
	// Who leads what was imported while it went on is not known: no alarm rings
	// for it until somebody has led it here.
	live := replay(t, drafts)
	if d, known := live.Elapsed(noon); d != time.Hour || !known {
		t.Errorf("it goes on for %v, known %v", d, known)
	}
	quiet := func() bool {
		return !live.Leaderless() && !live.Summary().Leaderless() && len(live.Clocks(Doctrine(), noon)) == 0
	}
	if !quiet() {
		t.Errorf("an imported incident is without a commander; clocks %v", live.Clocks(Doctrine(), noon))
	}
	live.hold(Commander, "ana", noon.Add(-30*time.Minute))
	if live.LedElsewhere() || len(live.Clocks(Doctrine(), noon)) == 0 {
		t.Error("an imported incident that somebody leads here has no clocks")
	}
	if live.leave(Commander, "ana", noon); !live.Leaderless() || !live.Summary().Leaderless() {
		t.Error("nobody misses the commander who has left")
	}
	for name, bad := range map[string]History{
		"no ref":   {Past: Past{Source: "csv"}, Title: "x", Declared: noon},
		"no title": {Past: Past{Source: "csv", Ref: "x"}, Declared: noon},
		"no time":  {Past: Past{Source: "csv", Ref: "x"}, Title: "x"},
		"future":   {Past: Past{Source: "csv", Ref: "x"}, Title: "x", Declared: noon.Add(time.Hour)},
		"severity": {Past: Past{Source: "csv", Ref: "x"}, Title: "x", Declared: noon, Severity: 9},
	} {
		if _, err := bad.Drafts(noon); CodeOf(err) != Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestShorten(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{{"abc", 3, "abc"}, {"abcdef", 5, "ab…"}, {"äöü", 5, "ä…"}, {"äöü", 4, "…"}} {
		if got := Shorten(c.in, c.n); got != c.want {
			t.Errorf("Shorten(%q, %d) = %q, want %q", c.in, c.n, got, c.want)
		}
	}
}
