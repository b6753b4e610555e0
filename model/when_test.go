package model

import (
	"testing"
	"time"
	_ "time/tzdata"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func zone(t tester, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestParseWhen(t *testing.T) {
	for _, c := range []struct{ zone, now, in, want string }{
		// A clock time is the last time the clock showed it.
		{"UTC", "2026-11-23T14:05:00Z", "14:03", "2026-11-23T14:03:00Z"},
		{"UTC", "2026-11-23T14:02:30Z", "14:03", "2026-11-23T14:03:00Z"}, // a clock that is half a minute ahead
		{"UTC", "2026-11-23T14:01:00Z", "14:03", "2026-11-22T14:03:00Z"},
		{"UTC", "2026-11-23T00:00:30Z", "23:59", "2026-11-22T23:59:00Z"},
		{"UTC", "2026-11-23T00:00:30Z", "00:00", "2026-11-23T00:00:00Z"},
		{"UTC", "2026-11-23T00:00:30Z", "0:00", "2026-11-23T00:00:00Z"},
		{"UTC", "2026-11-23T23:59:50Z", "00:00", "2026-11-23T00:00:00Z"},
		{"UTC", "2027-01-01T00:10:00Z", "23:50", "2026-12-31T23:50:00Z"},
		{"UTC", "2028-03-01T00:10:00Z", "23:50", "2028-02-29T23:50:00Z"},
		{"UTC", "2026-11-23T14:05:00Z", "14:03:07", "2026-11-23T14:03:07Z"},
		{"UTC", "2026-11-23T14:05:00Z", "14:03:07.29", "2026-11-23T14:03:07.29Z"},

		// Midnight here is not midnight in UTC.
		{"Europe/Berlin", "2026-11-22T23:10:00Z", "23:50", "2026-11-22T22:50:00Z"},
		{"Europe/Berlin", "2026-11-22T23:10:00Z", "00:05", "2026-11-22T23:05:00Z"},
		{"Pacific/Auckland", "2026-11-23T11:30:00Z", "23:50", "2026-11-23T10:50:00Z"},
		{"America/Los_Angeles", "2026-11-23T07:30:00Z", "23:20", "2026-11-23T07:20:00Z"},
		{"America/Los_Angeles", "2026-11-23T07:30:00Z", "07:20Z", "2026-11-23T07:20:00Z"},
		{"Asia/Kathmandu", "2026-11-23T07:30:00Z", "13:00", "2026-11-23T07:15:00Z"},

		// The night the clock goes back, one hour is shown twice: the later one
		// that has been is meant.
		{"Europe/Berlin", "2026-10-25T00:50:00Z", "02:30", "2026-10-25T00:30:00Z"}, // 02:50 summer time
		{"Europe/Berlin", "2026-10-25T01:10:00Z", "02:30", "2026-10-25T00:30:00Z"}, // 02:10 winter time
		{"Europe/Berlin", "2026-10-25T01:50:00Z", "02:30", "2026-10-25T01:30:00Z"}, // 02:50 winter time
		{"Europe/Berlin", "2026-10-25T03:00:00Z", "02:30", "2026-10-25T01:30:00Z"},
		{"Europe/Berlin", "2026-10-25T03:00:00Z", "01:30", "2026-10-24T23:30:00Z"},
		{"America/New_York", "2026-11-01T06:40:00Z", "01:30", "2026-11-01T06:30:00Z"},
		{"America/New_York", "2026-11-01T05:40:00Z", "01:30", "2026-11-01T05:30:00Z"},
		{"Australia/Lord_Howe", "2026-04-04T15:20:00Z", "01:45", "2026-04-04T15:15:00Z"}, // half an hour
		{"Australia/Lord_Howe", "2026-04-04T15:05:00Z", "01:45", "2026-04-04T14:45:00Z"},

		// The night it goes forward.
		{"Europe/Berlin", "2026-03-29T01:30:00Z", "01:50", "2026-03-29T00:50:00Z"},
		{"Europe/Berlin", "2026-03-29T01:30:00Z", "03:10", "2026-03-29T01:10:00Z"},
		{"Europe/Berlin", "2026-03-29T01:30:00Z", "03:40", "2026-03-28T02:40:00Z"},
		{"Europe/Berlin", "2026-03-29T10:00:00Z", "-12h", "2026-03-28T22:00:00Z"}, // a span is a span

		// With a date.
		{"Europe/Berlin", "2026-11-23T14:05:00Z", "2026-07-01 14:03", "2026-07-01T12:03:00Z"},
		{"Europe/Berlin", "2026-11-23T14:05:00Z", "2026-07-01T14:03:09", "2026-07-01T12:03:09Z"},
		{"Europe/Berlin", "2026-11-23T14:05:00Z", "2026-07-01 14:03Z", "2026-07-01T14:03:00Z"},
		{"Europe/Berlin", "2026-11-23T14:05:00Z", "2026-07-01T14:03:00-03:00", "2026-07-01T17:03:00Z"},
		{"Europe/Berlin", "2026-11-23T14:05:00Z", "2026-07-01T14:03:00.123456789Z", "2026-07-01T14:03:00.123456789Z"},
		{"UTC", "2026-11-23T14:05:00Z", "2026-11-24 10:00", "2026-11-24T10:00:00Z"}, // the future is for Decide to refuse

		// Spans.
		{"UTC", "2026-11-23T14:05:00Z", "-7m", "2026-11-23T13:58:00Z"},
		{"UTC", "2026-11-23T14:05:00Z", "-0m", "2026-11-23T14:05:00Z"},
		{"UTC", "2026-11-23T14:05:00Z", "-1d2h3m4s", "2026-11-22T12:01:56Z"},
		{"UTC", "2026-11-23T14:05:00Z", "-99999s", "2026-11-22T10:18:21Z"},

		// Not times.
		{"UTC", "2026-11-23T14:05:00Z", "", ""},
		{"UTC", "2026-11-23T14:05:00Z", "7m", ""},
		{"UTC", "2026-11-23T14:05:00Z", "-7", ""},
		{"UTC", "2026-11-23T14:05:00Z", "-m", ""},
		{"UTC", "2026-11-23T14:05:00Z", "-7m ", ""},
		{"UTC", "2026-11-23T14:05:00Z", "-123456m", ""},
		{"UTC", "2026-11-23T14:05:00Z", "-99999d99999d", ""},
		{"UTC", "2026-11-23T14:05:00Z", "14", ""},
		{"UTC", "2026-11-23T14:05:00Z", "14:3", ""},
		{"UTC", "2026-11-23T14:05:00Z", "24:00", ""},
		{"UTC", "2026-11-23T14:05:00Z", "14:60", ""},
		{"UTC", "2026-11-23T14:05:00Z", "14:03:60", ""},
		{"UTC", "2026-11-23T14:05:00Z", "14.03", ""},
		{"UTC", "2026-11-23T14:05:00Z", "2:03pm", ""},
		{"UTC", "2026-11-23T14:05:00Z", "2026-11-23", ""},
		{"UTC", "2026-11-23T14:05:00Z", "2026-02-30 10:00", ""},
		{"UTC", "2026-11-23T14:05:00Z", "2026-11-23 10:00+01:00", ""},
		{"UTC", "2026-11-23T14:05:00Z", "0001-01-01T00:00:00Z", ""},
		{"UTC", "2026-11-23T14:05:00Z", "0001-01-01 0:00Z", ""},
		{"UTC", "2026-11-23T14:05:00Z", "١٤:٠٣", ""},
	} {
		got, ok := ParseWhen(c.in, at(c.now), zone(t, c.zone))
		if ok != (c.want != "") {
			t.Errorf("%q in %s at %s: %v %v, want %q", c.in, c.zone, c.now, got, ok, c.want)
			continue
		}
		if ok && !got.Equal(at(c.want)) {
			t.Errorf("%q in %s at %s: %s, want %s", c.in, c.zone, c.now, got.UTC().Format(time.RFC3339Nano), c.want)
		}
	}
}

func TestWhen(t *testing.T) {
	if got, err := When(" now ", noon, time.UTC); err != nil || !got.Equal(noon) {
		t.Errorf("now: %v %v", got, err)
	}
	if got, err := When(" -5m ", noon, time.UTC); err != nil || !got.Equal(noon.Add(-5*time.Minute)) {
		t.Errorf("-5m: %v %v", got, err)
	}
	if _, err := When("soon\x1b[2J", noon, time.UTC); CodeOf(err) != Invalid || !utf8.ValidString(err.Error()) {
		t.Errorf("soon: %v", err)
	}
}

var places = []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Chatham", "America/St_Johns"}

// What a clock showed within the last day, typed as it was shown, is read as a
// moment at which the clock showed just that: the latest.
func TestClockTimesReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		loc, err := time.LoadLocation(rapid.SampledFrom(places).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		now := time.UnixMilli(rapid.Int64Range(1_767_225_600_000, 1_798_761_600_000).Draw(t, "now")).UTC() // 2026
		ago := time.Duration(rapid.Int64Range(0, int64(22*time.Hour/time.Millisecond)).Draw(t, "ago")) * time.Millisecond
		then := now.Add(-ago).In(loc)
		got, ok := ParseWhen(then.Format("15:04:05.000"), now, loc)
		if !ok || got.In(loc).Format("15:04:05.000") != then.Format("15:04:05.000") {
			t.Fatalf("%s at %s: %v %v", then, now.In(loc), got, ok)
		}
		if got.Before(then) || got.After(now.Add(skew)) {
			t.Fatalf("%s at %s: read as %s", then, now.In(loc), got)
		}
	})
}

func TestParseSpan(t *testing.T) {
	for in, want := range map[string]time.Duration{
		"3m": 3 * time.Minute, "1h30m": 90 * time.Minute, "90s": 90 * time.Second, "2d": 48 * time.Hour, "0m": 0, "1m1m": 2 * time.Minute,
		"": -1, "3": -1, "m": -1, "3 m": -1, "3m ": -1, "-3m": -1, "3min": -1, "1.5h": -1, "123456m": -1, "99999d99999d": -1,
		"99999d99999d99999d99999d": -1, "3M": -1,
	} {
		got, ok := ParseSpan(in)
		if ok != (want >= 0) || ok && got != want {
			t.Errorf("%q: %v %v, want %v", in, got, ok, want)
		}
	}
}

func TestSpanAndClock(t *testing.T) {
	for d, want := range map[time.Duration][2]string{
		0:                              {"0 s", "00:00:00"},
		45 * time.Second:               {"45 s", "00:00:45"},
		3 * time.Minute:                {"3 min", "00:03:00"},
		3*time.Minute + 5*time.Second:  {"3 min 05 s", "00:03:05"},
		12*time.Minute + 5*time.Second: {"12 min", "00:12:05"},
		65 * time.Minute:               {"1 h 05", "01:05:00"},
		47*time.Hour + 59*time.Minute:  {"47 h 59", "1d 23:59:00"},
		51 * time.Hour:                 {"2 d 3 h", "2d 03:00:00"},
		-90 * time.Second:              {"-1 min 30 s", "-00:01:30"},
		100 * 24 * time.Hour:           {"100 d 0 h", "100d 00:00:00"},
	} {
		if got := Span(d); got != want[0] {
			t.Errorf("Span(%v) = %q, want %q", d, got, want[0])
		}
		if got := Face(d); got != want[1] {
			t.Errorf("Face(%v) = %q, want %q", d, got, want[1])
		}
	}
}

func FuzzParseWhen(f *testing.F) {
	for _, s := range []string{
		"-7m", "-1h30m", "14:03", "9:05:07.25Z", "2026-11-23 14:03", "2026-11-23T14:03:00+01:00", "2026-10-25 02:30", "02:30",
		"-99999d99999d99999d", "0001-01-01T00:00:00Z", "0001-01-01 0:00Z", "9999-12-31 23:59", "now", "", "\xff",
	} {
		for k := range places {
			f.Add(s, int64(1_792_890_000_000), uint8(k)) // the night the clock goes back
		}
	}
	f.Fuzz(func(t *testing.T, s string, ms int64, place uint8) {
		ms %= 4_102_444_800_000 // before 2100
		now := time.UnixMilli(max(ms, -ms)).UTC()
		loc := zone(t, places[int(place)%len(places)])
		got, ok := ParseWhen(s, now, loc)
		if !ok {
			if !got.IsZero() {
				t.Fatalf("%q is no time and yet %v", s, got)
			}
			return
		}
		if got.IsZero() {
			t.Fatalf("%q reads as no time said", s)
		}
		if clockRe.MatchString(s) && (got.After(now.Add(skew)) || got.Before(now.Add(-26*time.Hour))) {
			t.Fatalf("%q at %v: %v is not within the last day", s, now, got)
		}
		if agoRe.MatchString(s) && got.After(now) {
			t.Fatalf("%q at %v: %v is ahead", s, now, got)
		}
	})
}
