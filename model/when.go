package model

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	agoRe   = regexp.MustCompile(`^-((?:\d{1,5}(?:d|h|m|s))+)$`)
	partRe  = regexp.MustCompile(`(\d{1,5})(d|h|m|s)`)
	clockRe = regexp.MustCompile(`^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(\.\d{1,9})?)?(Z)?$`)
)

// ParseWhen reads a moment as people give it: "-7m" or "-1h30m" (that long ago),
// "14:03" or "14:03:22" (the last time the clock showed that in loc, or UTC with
// a Z), "2026-11-23 14:03" or RFC 3339. ok is false if s has none of these forms.
func ParseWhen(s string, now time.Time, loc *time.Location) (t time.Time, ok bool) {
	if m := agoRe.FindStringSubmatch(s); m != nil {
		if d, ok := ParseSpan(m[1]); ok {
			return now.Add(-d), true
		}
		return time.Time{}, false
	}
	if m := clockRe.FindStringSubmatch(s); m != nil {
		if m[5] != "" {
			loc = time.UTC
		}
		h, _ := strconv.Atoi(m[1])
		min, _ := strconv.Atoi(m[2])
		sec, _ := strconv.Atoi(m[3])
		ns, _ := strconv.Atoi((strings.TrimPrefix(m[4], ".") + "000000000")[:9])
		return shown(now, loc, h, min, sec, ns)
	}
	if len(s) < len("2006-01-02") {
		return time.Time{}, false
	}
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return t, !t.IsZero() // the zero time means that none was said
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, s, loc); err == nil {
			return t, !t.IsZero()
		}
		if t, err := time.Parse(layout+"Z", s); err == nil {
			return t, !t.IsZero()
		}
	}
	return time.Time{}, false
}

// shown is the last moment at which the clock in loc showed the given time. In
// the night in which the clock is set back it shows an hour twice.
func shown(now time.Time, loc *time.Location, h, min, sec, ns int) (time.Time, bool) {
	y, mo, d := now.In(loc).Date()
	for _, day := range []int{d, d - 1, d - 2} {
		t := time.Date(y, mo, day, h, min, sec, ns, loc)
		_, before := t.Add(-3 * time.Hour).Zone()
		_, after := t.Add(3 * time.Hour).Zone()
		set := time.Duration(before-after) * time.Second
		for _, u := range []time.Time{t.Add(max(set, -set)), t, t.Add(-max(set, -set))} {
			if !u.After(now.Add(skew)) && u.Hour() == h && u.Minute() == min {
				return u, true
			}
		}
	}
	return time.Time{}, false
}

// When is ParseWhen for a flag or an argument: what it cannot read is an error
// that shows the forms. "now" is now.
func When(s string, now time.Time, loc *time.Location) (time.Time, error) {
	s = strings.TrimSpace(s)
	if s == "now" {
		return now, nil
	}
	if t, ok := ParseWhen(s, now, loc); ok {
		return t, nil
	}
	return time.Time{}, Errorf(Invalid, "%q is no time: give -7m, 14:03, 2026-11-23 14:03 or 2026-11-23T14:03:00Z", Brief(s, 40))
}

// maxSpan is the longest span that can be said, some 270 years.
const maxSpan = 99999 * 24 * time.Hour

// millis is a length of time as bodies keep it, in milliseconds. One that is
// longer than can be said, which no command writes, is the longest.
func millis(ms int64) time.Duration {
	const most = int64(maxSpan / time.Millisecond)
	return time.Duration(min(max(ms, -most), most)) * time.Millisecond
}

// kept is t as an incident can be stored with it: in UTC, and within the years
// that JSON knows. Foreign events may name others.
func kept(t time.Time) time.Time {
	t = t.UTC()
	switch {
	case t.Year() > 9999:
		return time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	case t.Year() < 1:
		return time.Time{}
	}
	return t
}

// ParseSpan reads a length of time: "3m", "1h30m", "90s", "2d".
func ParseSpan(s string) (time.Duration, bool) {
	parts := partRe.FindAllStringSubmatch(s, -1)
	n := 0
	var d time.Duration
	for _, p := range parts {
		n += len(p[0])
		v, _ := strconv.Atoi(p[1])
		unit := map[string]time.Duration{"d": 24 * time.Hour, "h": time.Hour, "m": time.Minute, "s": time.Second}[p[2]]
		if d += time.Duration(v) * unit; d < 0 || d > maxSpan {
			return 0, false
		}
	}
	return d, len(parts) > 0 && n == len(s)
}

// Span writes a length of time in words as short as they stay exact enough:
// "45 s", "3 min", "1 h 05", "2 d 3 h".
func Span(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%s%d s", sign, int(d.Seconds()))
	case d < time.Hour:
		if s := int(d.Seconds()) % 60; s != 0 && d < 10*time.Minute {
			return fmt.Sprintf("%s%d min %02d s", sign, int(d.Minutes()), s)
		}
		return fmt.Sprintf("%s%d min", sign, int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%s%d h %02d", sign, int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%s%d d %d h", sign, int(d.Hours())/24, int(d.Hours())%24)
}

// FaceOf is Face of a length of time that may be unknown.
func FaceOf(d time.Duration, known bool) string {
	if !known {
		return "unknown"
	}
	return Face(d)
}

// Face writes a length of time as a clock face: 00:42:17, or 2d 03:04:05.
func Face(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	s := int(d.Seconds())
	hms := fmt.Sprintf("%02d:%02d:%02d", s/3600%24, s/60%60, s%60)
	if days := s / 86400; days > 0 {
		return fmt.Sprintf("%s%dd %s", sign, days, hms)
	}
	return sign + hms
}
