package model

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits on what one entry may hold, in bytes. A longer text is refused with a
// sentence, never cut.
const (
	MaxText  = 64 << 10 // an entry or a description
	MaxTitle = 300      // a title
	MaxName  = 100      // a service

	maxServices = 100 // of one incident
)

// maxMarks is how many combining marks may sit on one letter on the screen.
const maxMarks = 3

// Valid is the door for text that comes in: bytes that are not UTF-8 are
// written out as \xNN, so that they are kept, can be seen and survive JSON.
func Valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 {
			fmt.Fprintf(&b, `\x%02x`, s[0])
		} else {
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	return b.String()
}

// Visible is the one door through which foreign text reaches a terminal, as one
// line. Nothing that a terminal would obey passes it: control characters are
// written with a caret (^[ for escape, ^@ for NUL), invisible and
// direction-changing characters as their code (<U+202E>), bytes that are not
// UTF-8 as <ff>, a tab as spaces and a line end as ↵. These are signs that every
// font has. Presentation selectors (U+FE00 to U+FE0F), which only choose a
// drawing style and make widths ambiguous, are left out.
//
// Visible(Visible(s)) == Visible(s), and plain text comes back unchanged.
func Visible(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	marks := 0
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			fmt.Fprintf(&b, "<%02x>", s[i])
			i++
			marks = 0
			continue
		}
		i += n
		if r >= 0xfe00 && r <= 0xfe0f {
			continue
		}
		if r >= 0x300 && (unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r)) {
			if marks++; marks > maxMarks || b.Len() == 0 {
				showCode(&b, r)
				continue
			}
		} else {
			marks = 0
		}
		switch {
		case r == '\n':
			b.WriteRune('↵')
		case r == '\t':
			b.WriteString("    ")
		case r < 0x20:
			b.WriteByte('^')
			b.WriteByte(byte(r) + '@')
		case r == 0x7f:
			b.WriteString("^?")
		case hidden(r):
			showCode(&b, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// VisibleLines is Visible for text of several lines: line ends stay line ends.
func VisibleLines(s string) []string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = Visible(strings.TrimSuffix(l, "\r"))
	}
	return lines
}

// Brief is Visible cut to at most n runes, for quoting input in a sentence.
func Brief(s string, n int) string {
	if n <= 0 {
		return ""
	}
	cut := len(s) > 4*n+64
	if cut { // do not walk ten megabytes to show forty letters
		end := 4*n + 64
		for k := 1; k < utf8.UTFMax && !utf8.RuneStart(s[end]); k++ {
			end--
		}
		s = s[:end]
	}
	v := Visible(s)
	if !cut && utf8.RuneCountInString(v) <= n {
		return v
	}
	i := 0
	for at := range v {
		if i == n-1 {
			return v[:at] + "…"
		}
		i++
	}
	return v + "…" // so much of s is left out that less than n runes are to be seen
}

// plain reports whether s is printable ASCII, the usual case.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= 0x7f {
			return false
		}
	}
	return true
}

// hidden reports whether a terminal would show nothing for r, or something
// other than r: C1 controls, format characters (zero width, direction, tags),
// line and paragraph separators, private use, surrogates, unassigned.
func hidden(r rune) bool {
	switch {
	case r < 0x80:
		return false
	case r <= 0x9f, r == 0xad:
		return true
	case r == 0x2800, // a blank that is no space
		unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector): // fillers, joiners
		return true
	case r == utf8.RuneError:
		return false
	}
	return !strconv.IsPrint(r) && !unicode.Is(unicode.Zs, r)
}

func showCode(b *strings.Builder, r rune) { fmt.Fprintf(b, "<U+%04X>", r) }
