package runbooks

import (
	"strings"
	"unicode"
)

// Slug makes an id out of any name: KubePodCrashLooping becomes
// kube-pod-crash-looping. The result satisfies IsID.
func Slug(name string) string {
	var b strings.Builder
	runes := []rune(name)
	dash := func() {
		if b.Len() > 0 && !strings.HasSuffix(b.String(), "-") {
			b.WriteByte('-')
		}
	}
	for i, r := range runes {
		switch {
		case b.Len() >= 60:
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case r >= 'A' && r <= 'Z':
			// A hump begins a word, unless it is inside of a row of capitals.
			before := i > 0 && (unicode.IsLower(runes[i-1]) || unicode.IsDigit(runes[i-1]))
			after := i > 0 && unicode.IsUpper(runes[i-1]) && i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if before || after {
				dash()
			}
			b.WriteRune(unicode.ToLower(r))
		default:
			dash()
		}
	}
	s := strings.Trim(b.String(), "-")
	if len(s) < 2 {
		s = strings.Trim("book-"+s, "-")
	}
	return s
}
