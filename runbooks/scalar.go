package runbooks

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Strings is a list of texts; a single one may stand alone.
type Strings []string

// UnmarshalYAML takes one text or a list.
func (s *Strings) UnmarshalYAML(decode func(any) error) error {
	var one string
	if decode(&one) == nil {
		*s = Strings{one}
		return nil
	}
	return decode((*[]string)(s))
}

// Ints is a list of whole numbers; a single one may stand alone.
type Ints []int

// UnmarshalYAML takes one number or a list.
func (n *Ints) UnmarshalYAML(decode func(any) error) error {
	var one int
	if decode(&one) == nil {
		*n = Ints{one}
		return nil
	}
	return decode((*[]int)(n))
}

// Captures is a list of captures; a single one may stand alone.
type Captures []Capture

// UnmarshalYAML takes one capture or a list.
func (c *Captures) UnmarshalYAML(decode func(any) error) error {
	var list []Capture
	if decode(&list) == nil {
		*c = list
		return nil
	}
	var one Capture
	if err := decode(&one); err != nil {
		return err
	}
	*c = Captures{one}
	return nil
}

// Duration is a length of time as runbooks write it: 5m, 1h30m, 500ms, "30
// minutes", 2 days. A bare number is seconds.
type Duration time.Duration

// What a scalar holds that could not be read; the reader of the file then says
// where it stands.
const (
	badDuration = Duration(math.MinInt64)
	badSize     = Size(math.MinInt64)
)

// maxDuration is the longest time a runbook may say.
const maxDuration = 366 * 24 * time.Hour

var (
	partRe = regexp.MustCompile(`^\s*(\d+(?:\.\d+)?)\s*([a-zA-Zµ]*)`)
	units  = map[string]time.Duration{
		"ms": time.Millisecond, "msec": time.Millisecond, "millisecond": time.Millisecond,
		"": time.Second, "s": time.Second, "sec": time.Second, "second": time.Second,
		"m": time.Minute, "min": time.Minute, "minute": time.Minute,
		"h": time.Hour, "hr": time.Hour, "hour": time.Hour,
		"d": 24 * time.Hour, "day": 24 * time.Hour, "w": 7 * 24 * time.Hour, "week": 7 * 24 * time.Hour,
	}
)

// ParseDuration reads a length of time; false if s is none, is negative or is
// longer than a year.
func ParseDuration(s string) (Duration, bool) {
	total := 0.0
	for rest := s; ; {
		m := partRe.FindStringSubmatch(rest)
		if m == nil {
			return 0, false
		}
		unit := strings.ToLower(m[2])
		u, ok := units[unit]
		if !ok {
			u, ok = units[strings.TrimSuffix(unit, "s")]
		}
		n, err := strconv.ParseFloat(m[1], 64)
		if total += n * float64(u); !ok || err != nil || total > float64(maxDuration) {
			return 0, false
		}
		if rest = strings.TrimSpace(rest[len(m[0]):]); rest == "" {
			return Duration(total), true
		}
		if unit == "" { // "5 10m"
			return 0, false
		}
	}
}

// UnmarshalYAML reads a length of time.
func (d *Duration) UnmarshalYAML(decode func(any) error) error {
	var s string
	if err := decode(&s); err != nil {
		return err
	}
	var ok bool
	if *d, ok = ParseDuration(s); !ok {
		*d = badDuration
	}
	return nil
}

// MarshalYAML writes it as String does.
func (d Duration) MarshalYAML() (any, error) { return d.String(), nil }

// MarshalJSON writes it as String does.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// Or is d, or the default where the file says nothing.
func (d Duration) Or(def time.Duration) time.Duration { return cmp.Or(time.Duration(d), def) }

// String is the short form: 90s, 5m, 1h30m, 2d.
func (d Duration) String() string {
	t := time.Duration(d)
	if t <= 0 {
		return "0s"
	}
	var b strings.Builder
	for _, u := range []struct {
		name string
		d    time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}, {"ms", time.Millisecond}} {
		if n := t / u.d; n > 0 {
			fmt.Fprintf(&b, "%d%s", n, u.name)
			t %= u.d
		}
	}
	return cmp.Or(b.String(), "0s")
}

// Size is a number of bytes as runbooks write it: 4KiB, 1MiB, 4096.
type Size int64

var (
	sizeRe = regexp.MustCompile(`^(\d{1,9})\s*([kKmM]i?[bB]?|[bB]?)$`)
	sizes  = map[byte]int64{'k': 1 << 10, 'm': 1 << 20}
)

// UnmarshalYAML reads a number of bytes.
func (n *Size) UnmarshalYAML(decode func(any) error) error {
	var s string
	if err := decode(&s); err != nil {
		return err
	}
	*n = badSize
	if m := sizeRe.FindStringSubmatch(strings.TrimSpace(s)); m != nil {
		v, _ := strconv.ParseInt(m[1], 10, 64)
		unit := strings.ToLower(m[2])
		if unit != "" {
			v *= max(1, sizes[unit[0]])
		}
		*n = Size(v)
	}
	return nil
}

// MarshalYAML writes the shortest exact form.
func (n Size) MarshalYAML() (any, error) {
	switch {
	case n > 0 && n%(1<<20) == 0:
		return fmt.Sprintf("%dMiB", n>>20), nil
	case n > 0 && n%(1<<10) == 0:
		return fmt.Sprintf("%dKiB", n>>10), nil
	}
	return int64(n), nil
}
