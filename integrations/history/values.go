package history

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"warroom/model"
)

// empty reports whether a cell says nothing, in the words of other tools.
func empty(s string) bool {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "", "-", "null", "none", "nan", "nat", "n/a", "na", "\\n", "<na>", "nil":
		return true
	}
	return false
}

func yes(s string) bool {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "true", "yes", "y", "1", "x":
		return true
	}
	return false
}

// layouts of moments besides those of fast. Those with a zone come first.
var layouts = []string{
	time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999 Z07:00", "2006-01-02T15:04:05.999999999Z0700",
	"2006-01-02 15:04:05.999999999 -0700", "2006-01-02 15:04:05 MST", time.RFC1123, time.RFC1123Z, time.UnixDate, time.RubyDate,
	"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02T15:04", "2006-01-02 15:04",
	"2006/01/02 15:04:05", "2006/01/02 15:04", "02-01-2006 15:04:05", "02-01-2006 15:04", "02.01.2006 15:04:05", "02.01.2006 15:04",
	"2 Jan 2006 15:04:05", "2 Jan 2006 15:04", "Jan 2, 2006 15:04:05", "Jan 2, 2006 15:04", "Jan 2, 2006 3:04 PM", "January 2, 2006 15:04", "January 2, 2006 3:04 PM",
}

// days are layouts that name a day only.
var days = []string{"2006-01-02", "2006/01/02", "02-01-2006", "02.01.2006", "20060102", "2 Jan 2006", "Jan 2, 2006", "January 2, 2006", "2 January 2006"}

// moment reads a time as tools write it. day says that it names only a day; why
// is a piece of a sentence if it cannot be read.
func moment(s string, zone *time.Location) (t time.Time, day bool, why string) {
	s = strings.TrimSpace(s)
	t, day, ok := timeOf(s, zone)
	switch {
	case !ok && strings.Count(s, "/") == 2 && strings.IndexByte(s, '/') < 3:
		return slashed(s, zone)
	case !ok:
		return t, day, "is no time"
	case t.Year() <= 1:
		return t, day, "stands for no time"
	case t.Year() < 1970 || t.Year() > 9999:
		return t, day, "is in no year an incident can have"
	}
	return t.UTC(), day, ""
}

func timeOf(s string, zone *time.Location) (t time.Time, day, ok bool) {
	if n := len(s); n > 0 && strings.Trim(s, "0123456789.") == "" && strings.Count(s, ".") <= 1 && n != len("20060102") {
		return epoch(s)
	}
	for _, l := range layouts {
		if t, err := time.ParseInLocation(l, s, zone); err == nil {
			return t, false, true
		}
	}
	for _, l := range days {
		if t, err := time.ParseInLocation(l, s, zone); err == nil {
			return t, true, true
		}
	}
	return t, false, false
}

// epoch reads seconds, milli-, micro- or nanoseconds since 1970 by their size.
func epoch(s string) (time.Time, bool, bool) {
	whole, fraction, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || len(whole) < 9 {
		return time.Time{}, false, false
	}
	switch {
	case len(whole) <= 10:
		ns, _ := strconv.ParseInt((fraction + "000000000")[:9], 10, 64)
		return time.Unix(n, ns), false, true
	case len(whole) <= 13:
		return time.UnixMilli(n), false, true
	case len(whole) <= 16:
		return time.UnixMicro(n), false, true
	}
	return time.Unix(0, n), false, true
}

// slashed reads 23/11/2026, where day and month can be told apart.
func slashed(s string, zone *time.Location) (time.Time, bool, string) {
	date, clock, hasClock := strings.Cut(s, " ")
	p := strings.Split(date, "/")
	a, err1 := strconv.Atoi(p[0])
	b, err2 := strconv.Atoi(p[1])
	y, err3 := strconv.Atoi(p[2])
	if err1 != nil || err2 != nil || err3 != nil {
		return time.Time{}, false, "is no time"
	}
	switch {
	case a > 12 && b <= 12:
		a, b = b, a
	case a <= 12 && b <= 12 && a != b:
		return time.Time{}, false, "can be two days: write the year first"
	}
	iso := strconv.Itoa(y) + "-" + pad(a) + "-" + pad(b)
	if hasClock {
		iso += " " + strings.TrimSpace(clock)
	}
	t, day, ok := timeOf(iso, zone)
	if !ok {
		return t, day, "is no time"
	}
	return t.UTC(), day, ""
}

func pad(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// count reads a number that may be too small, too great or none.
func count(s string) (float64, bool) {
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return v, err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
}

// span reads a duration in minutes: a number of the given unit, 1:30 for hours
// and minutes, or 2h 5m and the like.
func span(s string, unit float64) (float64, bool) {
	if v, ok := count(s); ok {
		return v * unit, true
	}
	s = strings.ToLower(strings.TrimSpace(s))
	if h, m, ok := strings.Cut(s, ":"); ok {
		m, sec, _ := strings.Cut(m, ":")
		hours, err1 := strconv.Atoi(h)
		minutes, err2 := strconv.Atoi(m)
		seconds, err3 := strconv.Atoi(cmp.Or(sec, "0"))
		return float64(hours)*60 + float64(minutes) + float64(seconds)/60, err1 == nil && err2 == nil && err3 == nil
	}
	total, found := 0.0, false
	for s = strings.ReplaceAll(s, " ", ""); s != ""; {
		n := strings.IndexFunc(s, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
		if n <= 0 {
			return 0, false
		}
		v, err := strconv.ParseFloat(s[:n], 64)
		rest := strings.TrimLeft(s[n:], "abcdefghijklmnopqrstuvwxyz,")
		word := strings.TrimSuffix(strings.TrimSuffix(s[n:len(s)-len(rest)], ","), "and")
		per, ok := units[word]
		if err != nil || !ok {
			return 0, false
		}
		total, found, s = total+v*per, true, rest
	}
	return total, found
}

var units = map[string]float64{"s": 1.0 / 60, "sec": 1.0 / 60, "secs": 1.0 / 60, "second": 1.0 / 60, "seconds": 1.0 / 60,
	"m": 1, "min": 1, "mins": 1, "minute": 1, "minutes": 1, "h": 60, "hr": 60, "hrs": 60, "hour": 60, "hours": 60,
	"d": 1440, "day": 1440, "days": 1440, "w": 10080, "week": 10080, "weeks": 10080}

// split takes the services of a cell apart.
func split(s string) []string {
	if empty(s) {
		return nil
	}
	if !strings.ContainsAny(s, ",;|\n") {
		return []string{strings.TrimSpace(s)}
	}
	var out []string
	for one := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ',' || r == ';' || r == '|' || r == '\n' }) {
		if one = strings.TrimSpace(one); one != "" {
			out = append(out, one)
		}
	}
	return out
}

// severityWords are the names that tools give to severities.
var severityWords = map[string]model.Severity{
	"critical": 1, "blocker": 1, "outage": 1, "emergency": 1, "sev_0": 1, "p_0": 1,
	"major": 2, "high": 2, "error": 2, "severe": 2,
	"minor": 3, "medium": 3, "moderate": 3, "warning": 3,
	"low": 4, "trivial": 4, "info": 5, "informational": 5, "none": 5,
}

// severity reads a severity, 0 for none or one that cannot be read.
func (r *row) severity() model.Severity {
	raw := strings.ToLower(strings.TrimSpace(r.get("severity")))
	if raw == "none" { // a word of impact, not an empty cell
		return 5
	}
	if empty(raw) {
		return 0
	}
	if v, ok := count(raw); ok && v == math.Trunc(v) && model.Severity(v).Valid() {
		return model.Severity(v)
	}
	if s, ok := severityWords[raw]; ok {
		return s
	}
	digits := strings.TrimLeft(raw, "abcdefghijklmnopqrstuvwxyz-_ ")
	if v, err := strconv.Atoi(strings.TrimSpace(digits)); err == nil && len(raw)-len(digits) > 0 {
		if model.Severity(v).Valid() {
			return model.Severity(v)
		}
		if v == 0 {
			r.warn("severity %q is taken as SEV-1", model.Brief(raw, 20))
			return 1
		}
	}
	first, _, _ := strings.Cut(normal(raw), "_")
	if s, ok := severityWords[first]; ok {
		return s
	}
	r.warn("severity %q is not known: left open", model.Brief(raw, 30))
	return 0
}

// long is a duration at which one should look twice.
const long = 365 * 24 * 60

// length reads how long the incident took, as stated and by its end.
func (r *row) length(h *model.History, start time.Time) {
	stated := math.NaN()
	for _, f := range []struct {
		name string
		unit float64
	}{{"duration_minutes", 1}, {"duration_hours", 60}, {"duration_seconds", 1.0 / 60}} {
		s := r.get(f.name)
		if empty(s) {
			continue
		}
		v, ok := span(s, f.unit)
		switch {
		case !ok:
			r.warn("how long it took is left open: %q is no duration", model.Brief(s, 30))
		case v < 0:
			r.warn("how long it took is left open: %s is less than nothing", model.Brief(s, 30))
		default:
			stated = v
		}
		break
	}
	var end time.Time
	if s := r.get("resolved"); !empty(s) {
		t, day, why := moment(s, r.zone)
		switch {
		case why == "stands for no time":
		case why != "":
			r.warn("its end is left open: %q %s", model.Brief(s, 40), why)
		case t.Before(start) && !(day && t.Add(24*time.Hour).After(start)):
			r.warn("its end is left open: it would lie before its beginning")
		case t.Before(start):
			r.warn("its end is left open: the day is known, the time is not")
		default:
			end = t
		}
	}
	switch {
	case !math.IsNaN(stated):
		if !end.IsZero() && math.Abs(end.Sub(start).Minutes()-stated) > max(1, stated/100) {
			r.warn("it states %s minutes, but lies %s minutes from beginning to end: what is stated counts",
				strconv.FormatFloat(stated, 'g', 6, 64), strconv.FormatFloat(end.Sub(start).Minutes(), 'g', 6, 64))
		}
		h.Minutes = &stated
		if end.IsZero() && stated < 100*long {
			end = start.Add(time.Duration(stated * float64(time.Minute)))
		}
	case end.IsZero():
		return
	default:
		stated = end.Sub(start).Minutes()
	}
	if !end.IsZero() {
		set(h, model.WasResolved, end)
	}
	if stated > long {
		r.warn("it took more than a year: is its end right?")
	}
}

// status reads how far the incident has come.
func (r *row) status(h *model.History) {
	_, ended := h.Milestones[model.WasResolved]
	s := normal(r.get("status"))
	switch s {
	case "", "none", "null":
		return
	case "resolved", "closed", "completed", "done", "fixed", "ended", "postmortem", "recovered", "available", "archived":
		return
	case "canceled", "cancelled", "false_alarm", "duplicate", "invalid", "rejected", "declined":
		h.Status = model.Canceled
		return
	}
	if ended || h.Minutes != nil {
		return // over, whatever its status says
	}
	switch s {
	case "investigating", "identified", "monitoring", "mitigated", "triage":
		h.Status = model.Status(s)
	case "open", "opened", "active", "ongoing", "in_progress", "started", "new", "triggered", "acknowledged", "firing", "live":
		h.Status = model.Investigating
	default:
		r.warn("status %q is not known: taken as closed", model.Brief(r.get("status"), 30))
		return
	}
	r.warn("it is not over in the file: imported as %s", h.Status)
}

// ref is what a row is recognised by: its id, or what it says.
func (r *row) ref(start string) string {
	if id := strings.TrimSpace(r.get("id")); !empty(id) {
		// The time too: ids of small numbers come back in another file.
		return string(r.source) + ":" + id + "@" + strings.TrimSpace(start)
	}
	h := sha256.New()
	for _, f := range Fields {
		h.Write([]byte(strings.TrimSpace(r.get(f.Name))))
		h.Write([]byte{0})
	}
	return "row:" + hex.EncodeToString(h.Sum(nil)[:16])
}

// named makes a title of what is known.
func named(cause string, services []string) string {
	where := strings.Join(services[:min(len(services), 3)], ", ")
	switch {
	case cause != "" && where != "":
		return model.Shorten(where+": "+tidy(cause), 200)
	case cause != "":
		return model.Shorten(tidy(cause), 200)
	case where != "":
		return "Incident in " + where
	}
	return "Incident"
}

// distinct drops names that were there before, without regard to case.
func distinct(names []string) []string {
	var out []string
	for _, n := range names {
		if n = tidy(n); n != "" && !slices.ContainsFunc(out, func(o string) bool { return strings.EqualFold(o, n) }) {
			out = append(out, n)
		}
	}
	return out
}
