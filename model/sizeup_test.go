package model

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSizeUp(t *testing.T) {
	b := open(t, Declare{}).tick(time.Minute)
	ev := b.must(t, "ana", Size{Symptoms: ptr(" 503 on\n POST  /checkout "), Trend: ptr("rising")})
	wantKinds(t, ev, KindSizedUp)
	if got := ev[0].Text(); got != "symptoms: 503 on POST /checkout; trend: rising" || ev[0].Important() {
		t.Errorf("text %q", got)
	}
	b.tick(time.Minute)
	ev = b.must(t, "bob", Size{Symptoms: ptr("503 on POST /checkout"), Scope: ptr("EU"), Trend: ptr(""), PlanB: ptr("fail over")})
	if got := ev[0].Text(); got != "scope: EU; trend: not known; plan B: fail over" {
		t.Errorf("text %q: only what differs is written", got)
	}
	if want := (SizeUp{"503 on POST /checkout", "EU", "", "fail over", b.now}); b.inc.SizeUp != want {
		t.Errorf("got %+v, want %+v", b.inc.SizeUp, want)
	}
	b.refuse(t, "bob", Size{}, Conflict, "nothing")
	b.refuse(t, "bob", Size{Scope: ptr(" EU "), Trend: ptr("  ")}, Conflict, "nothing")
	b.refuse(t, "bob", Size{PlanB: ptr(strings.Repeat("x", MaxTitle+1))}, Invalid, "plan B is too long")
	b.must(t, "bob", Size{PlanB: ptr(strings.Repeat("x", MaxTitle))})
	b.whole(t)
}

func TestReports(t *testing.T) {
	b := open(t, Declare{})
	for _, c := range []struct {
		cmd  CountReports
		want string
	}{
		{CountReports{3, " by phone "}, "customer reports: 3 (+3): by phone"},
		{CountReports{Add: 2}, "customer reports: 5 (+2)"},
		{CountReports{-5, "all of one"}, "customer reports: 0 (-5): all of one"},
		{CountReports{Add: 1_000_000}, "customer reports: 1000000 (+1000000)"},
	} {
		if got := b.must(t, "carl", c.cmd)[0].Text(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	if b.inc.Reports != 1_000_000 {
		t.Errorf("%d reports", b.inc.Reports)
	}
	c := open(t, Declare{})
	c.must(t, "carl", CountReports{Add: 2})
	c.refuse(t, "carl", CountReports{}, Invalid, "no number")
	c.refuse(t, "carl", CountReports{Add: 1_000_001}, Invalid, "no number")
	c.refuse(t, "carl", CountReports{Add: -1_000_001}, Invalid, "no number")
	c.refuse(t, "carl", CountReports{Add: -3}, Invalid, "only 2 reports: 3 cannot")
	c.refuse(t, "carl", CountReports{1, strings.Repeat("x", MaxText+1)}, Invalid, "too long")
	c.whole(t)
}

// The count stands in each event, so that it outlives one that was redacted.
func TestReportsOutliveRedaction(t *testing.T) {
	b := open(t, Declare{})
	b.line(t, "carl", "/reports +3 call 555-1234")
	b.line(t, "carl", "/reports +2")
	k := len(b.events) - 2
	b.events[k].Raw, b.events[k].Body = nil, nil
	if i := refold(b.events); i.Reports != 5 {
		t.Errorf("%d reports", i.Reports)
	}
}

func TestLinks(t *testing.T) {
	b := open(t, Declare{})
	if got := b.must(t, "ana", SetLink{" Bridge ", " https://meet.example.org/x "})[0].Text(); got != "link bridge: https://meet.example.org/x" {
		t.Errorf("text %q", got)
	}
	b.must(t, "ana", SetLink{"doc", "https://doc.example.org/1"})
	b.must(t, "ana", SetLink{"BRIDGE", "tel:+49301234567"}) // changed where it stands
	if want := []Place{{"bridge", "tel:+49301234567"}, {"doc", "https://doc.example.org/1"}}; !slices.Equal(b.inc.Links, want) {
		t.Errorf("links %v", b.inc.Links)
	}
	b.refuse(t, "ana", SetLink{"doc", "https://doc.example.org/1"}, Conflict, "nothing would change")
	b.refuse(t, "ana", SetLink{"channel", ""}, NotFound, "no link")
	if got := b.must(t, "ana", SetLink{"doc", " "})[0].Text(); got != "link removed: doc" {
		t.Errorf("text %q", got)
	}
	b.whole(t)
	b.must(t, "ana", SetLink{"bridge", ""})
	if b.inc.Links != nil {
		t.Errorf("links %v", b.inc.Links)
	}
	b.whole(t)
}

func TestLinkAddresses(t *testing.T) {
	for url, want := range map[string]string{ // "" if it is taken
		"https://meet.example.org/x?a=1&b=%20#c": "",
		"HTTPS://meet.example.org":               "",
		"http://10.0.0.7:8080/":                  "",
		"https://[2001:db8::1]/x":                "",
		"https://bücher.example/客":               "",
		"tel:+49301234567":                       "",
		"mailto:war@example.org":                 "",
		"slack://channel?id=C1":                  "",
		"msteams://x":                            "",
		"zoommtg://x":                            "",
		"sip:room@example.org":                   "",
		"https://e/" + strings.Repeat("x", 1990): "",

		"https://e/" + strings.Repeat("x", 1991): "no address",
		"javascript:alert(1)":                    "is not opened",
		"JavaScript:alert(1)":                    "is not opened",
		"java\tscript:alert(1)":                  "no address",
		"\x01javascript:alert(1)":                "no address",
		"javascript://example.org/%0aalert(1)":   "is not opened",
		"file:///etc/passwd":                     "is not opened",
		"FILE:/etc/passwd":                       "is not opened",
		"data:text/html,<script>":                "is not opened",
		"vbscript:x":                             "is not opened",
		"ftp://example.org":                      "is not opened",
		"ssh://example.org":                      "is not opened",
		"blob:https://example.org/1":             "is not opened",
		"view-source:https://example.org":        "is not opened",
		"smb://example.org/share":                "is not opened",
		"meet.example.org/x":                     "no address",
		"//meet.example.org/x":                   "no address",
		"/etc/passwd":                            "no address",
		"--help":                                 "no address",
		"meet.example.org:443/x":                 "is not opened",
		"https://":                               "names no place",
		"https:///x":                             "names no place",
		"https:meet.example.org":                 "names no place",
		"https://meet.example.org/a b":           "no address",
		"https://meet.example.org/a\nb":          "no address",
		"https://meet.example.org/\x1b[2J":       "no address",
		"https://meet.example.org/\u202egpj":     "no address",
		"https://meet.example.org/\u200bx":       "no address",
		"https://good.example\\@evil.example":    "no address",
		"https://meet.example.org/%zz":           "no address",
		"\u200bhttps://meet.example.org":         "no address",
		"https\u003a//meet.example.org\u00ad":    "no address",
	} {
		b := open(t, Declare{})
		c := SetLink{"bridge", url}
		if want != "" {
			b.refuse(t, "ana", c, Invalid, want)
			if len(b.inc.Links) != 0 {
				t.Errorf("%q refused and kept", url)
			}
			continue
		}
		b.must(t, "ana", c)
		if b.inc.Links[0].URL != url {
			t.Errorf("%q kept as %q", url, b.inc.Links[0].URL)
		}
	}
	b := open(t, Declare{})
	for _, name := range []string{"", " ", "the bridge", "a\tb", "a\nb", strings.Repeat("x", 31)} {
		b.refuse(t, "ana", SetLink{name, "https://meet.example.org"}, Invalid, "no name for a link")
	}
	b.must(t, "ana", SetLink{strings.Repeat("x", 30), "https://meet.example.org"})
}

// How reports came in is kept by the minute; a correction takes from the newest.
func TestReportsBy(t *testing.T) {
	b := open(t, Declare{Severity: 2})
	by := func(want ...int) {
		t.Helper()
		if got := b.inc.ReportsBy(4, 5*time.Minute, b.now); !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}
	by(0, 0, 0, 0)
	b.must(t, "ana", CountReports{Add: 3})
	b.tick(20*time.Second).must(t, "bob", CountReports{Add: 1})
	by(0, 0, 0, 4)
	if len(b.inc.ReportLog) != 1 {
		t.Errorf("%d counts within a minute", len(b.inc.ReportLog))
	}
	b.tick(6*time.Minute).must(t, "ana", CountReports{Add: 2})
	by(0, 0, 4, 2)
	b.tick(6*time.Minute).must(t, "ana", CountReports{Add: -3})
	by(0, 3, 0, 0)
	b.tick(20*time.Minute).must(t, "ana", CountReports{Add: 1})
	by(0, 0, 0, 1)
	for range keptCounts + 5 {
		b.tick(time.Minute).must(t, "ana", CountReports{Add: 1})
	}
	if by(5, 5, 5, 5); len(b.inc.ReportLog) != keptCounts {
		t.Errorf("%d counts are kept", len(b.inc.ReportLog))
	}
}
