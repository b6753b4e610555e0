package review

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"warroom/model"
)

// Text writes foreign text so that it stays text in a line of Markdown: nothing
// in it can end a table cell, hide behind a link or become HTML. What needs no
// care is left readable. Special signs are written as numbers of HTML rather than
// with a backslash, because what follows a number can never change its meaning.
func Text(s string) string {
	s = model.Visible(s)
	if !strings.ContainsAny(s, "\\`*_[]<>|~&#$") {
		return s
	}
	twice := func(sign string) bool { return strings.Count(s, sign) > 1 }
	tilde, dollar := twice("~"), twice("$")
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		mean := false
		switch c {
		case '\\', '`', '*', '[', ']', '<', '|':
			mean = true
		case '_': // inside a word it is a letter
			mean = !word(s[:i], true) || !word(s[i+1:], false)
		case '>', '#':
			mean = strings.TrimSpace(s[:i]) == "" || c == '#' && i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9'
		case '&':
			mean = i+1 < len(s) && (s[i+1] == '#' || s[i+1]|0x20 >= 'a' && s[i+1]|0x20 <= 'z')
		case '~':
			mean = tilde
		case '$':
			mean = dollar
		}
		if mean {
			b.WriteString("&#" + strconv.Itoa(int(c)) + ";")
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// word reports whether the end (or the beginning) of s is a letter or a digit.
func word(s string, end bool) bool {
	r, _ := utf8.DecodeRuneInString(s)
	if end {
		r, _ = utf8.DecodeLastRuneInString(s)
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// Cell is Text for text of several lines in a table.
func Cell(s string) string {
	lines := model.VisibleLines(s)
	for i, l := range lines {
		lines[i] = Text(l)
	}
	return strings.Join(lines, "<br>")
}

// Line is Text for a line that stands at the beginning of a block, where a dash,
// a plus, an equals sign, a number or blanks would make something else of it.
func Line(s string) string {
	t := strings.TrimLeft(s, " ")
	indent := strings.Repeat("&nbsp;", len(s)-len(t))
	digits := strings.TrimLeft(t, "0123456789")
	switch {
	case t == "":
		return ""
	case t[0] == '-' || t[0] == '+' || t[0] == '=':
		return fmt.Sprintf("%s&#%d;%s", indent, t[0], Text(t[1:]))
	case digits != t && digits != "" && (digits[0] == '.' || digits[0] == ')'):
		return fmt.Sprintf("%s%s&#%d;%s", indent, t[:len(t)-len(digits)], digits[0], Text(digits[1:]))
	}
	return indent + Text(t)
}
