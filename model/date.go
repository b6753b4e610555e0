package model

import (
	"strconv"
	"strings"
	"time"
)

// Date is a day, YYYY-MM-DD, or "" if none was said. It ends at midnight UTC.
type Date string

const dateForm = "2006-01-02"

// ParseDate reads a day.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(dateForm, strings.TrimSpace(s))
	if err != nil {
		return "", Errorf(Invalid, "%q is no date: give it as 2026-11-30", Brief(s, 30))
	}
	return Date(t.Format(dateForm)), nil
}

// ParseDay reads a day, or a number of days or weeks from now, 10d or 2w. Nothing
// is no day.
func ParseDay(s string, now time.Time) (Date, error) {
	t := strings.ToLower(strings.TrimSpace(s))
	if t == "" {
		return "", nil
	}
	if n, err := strconv.Atoi(t[:len(t)-1]); err == nil && n >= 0 && n < 3660 {
		switch t[len(t)-1] {
		case 'd':
			return DateOf(now.AddDate(0, 0, n)), nil
		case 'w':
			return DateOf(now.AddDate(0, 0, 7*n)), nil
		}
	}
	if d, err := ParseDate(t); err == nil {
		return d, nil
	}
	return "", Errorf(Invalid, "%q is no day: give it as 2026-11-30, or 10d or 2w from today", Brief(s, 30))
}

// DateOf is the day of t in UTC.
func DateOf(t time.Time) Date { return Date(t.UTC().Format(dateForm)) }

// End is the moment at which the day is over; zero if there is none.
func (d Date) End() time.Time {
	t, err := time.Parse(dateForm, string(d))
	if err != nil {
		return time.Time{}
	}
	return t.AddDate(0, 0, 1)
}
