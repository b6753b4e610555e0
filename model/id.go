package model

import (
	"strconv"
	"strings"
	"time"
)

// IncidentID formats the id of an incident declared at t: INC-YYYYMMDD-HHMMSS
// in UTC; the nth of the same second (n ≥ 2) gets -n behind it.
func IncidentID(t time.Time, n int) string {
	id := t.UTC().Format("INC-20060102-150405")
	if n >= 2 {
		id += "-" + strconv.Itoa(n)
	}
	return id
}

// LooksLikeID reports whether s is meant as an incident id or a prefix of one.
func LooksLikeID(s string) bool {
	return len(s) >= 4 && strings.EqualFold(s[:4], "INC-")
}

// CleanID upper-cases an id as typed, so that inc-2026 finds INC-2026….
func CleanID(s string) string { return strings.ToUpper(strings.TrimSpace(s)) }

// ID is the client-made identity of an event: a UUID, by which a retry after an
// uncertain failure is recognised.
type ID [16]byte

// String is the usual hyphenated form.
func (id ID) String() string {
	const hex = "0123456789abcdef"
	var b [36]byte
	j := 0
	for i, c := range id {
		switch i {
		case 4, 6, 8, 10:
			b[j] = '-'
			j++
		}
		b[j], b[j+1] = hex[c>>4], hex[c&15]
		j += 2
	}
	return string(b[:])
}

// ParseID reads the hyphenated form.
func ParseID(s string) (ID, error) {
	var id ID
	t := strings.ReplaceAll(s, "-", "")
	if len(t) != 32 {
		return id, Errorf(Invalid, "%q is no event id", Brief(s, 50))
	}
	for i := range id {
		n, err := strconv.ParseUint(t[2*i:2*i+2], 16, 8)
		if err != nil {
			return id, Errorf(Invalid, "%q is no event id", Brief(s, 50))
		}
		id[i] = byte(n)
	}
	return id, nil
}

// MarshalText writes the hyphenated form.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the hyphenated form.
func (id *ID) UnmarshalText(b []byte) (err error) { *id, err = ParseID(string(b)); return err }
