package metrics

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Word is a word with how often it was used.
type Word struct {
	Word string `json:"word"`
	N    int    `json:"n"`
}

// stopWords are left out of the causes, as the seed has them.
var stopWords = map[string]bool{
	"the": true, "a": true, "an": true, "and": true, "or": true, "but": true,
	"in": true, "on": true, "at": true, "to": true, "for": true,
}

// leastWord is the length of a word that counts, in characters.
const leastWord = 4

// CommonWords are the most frequent words of texts, at most n, by the seed's
// rules: lower case, runs of letters, digits and _, at least four characters and
// no stop word; of words equally frequent the one met first comes first.
func CommonWords(texts func(yield func(string) bool), n int) []Word {
	count := map[string]int{}
	var order []string
	var lowered []byte
	texts(func(text string) bool {
		lowered = lower(lowered[:0], text)
		for i := 0; i < len(lowered); {
			start, chars := i, 0
			for i < len(lowered) {
				r, size := rune(lowered[i]), 1
				if r >= utf8.RuneSelf {
					r, size = utf8.DecodeRune(lowered[i:])
				}
				if !wordRune(r) {
					break
				}
				i += size
				chars++
			}
			if chars >= leastWord && !stopWords[string(lowered[start:i])] {
				if k, ok := count[string(lowered[start:i])]; ok {
					count[string(lowered[start:i])] = k + 1
				} else {
					w := string(lowered[start:i])
					count[w] = 1
					order = append(order, w)
				}
			}
			if i == start {
				_, size := utf8.DecodeRune(lowered[i:])
				i += size
			}
		}
		return true
	})
	slices.SortStableFunc(order, func(a, b string) int { return cmp.Compare(count[b], count[a]) })
	if len(order) > n {
		order = order[:n]
	}
	out := make([]Word, len(order))
	for i, w := range order {
		out[i] = Word{w, count[w]}
	}
	return out
}

// wordRune reports whether r is what Python's \w matches in text.
func wordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r)
}

// lower appends text in lower case as Python's str.lower gives it, which differs
// from Go's in two letters: İ becomes an i and a dot above, which ends a word,
// and Σ at the end of a word becomes ς.
func lower(dst []byte, text string) []byte {
	for i, r := range text {
		switch {
		case r < utf8.RuneSelf:
			if 'A' <= r && r <= 'Z' {
				r += 'a' - 'A'
			}
			dst = append(dst, byte(r))
		case r == 'İ':
			dst = append(dst, "i̇"...)
		case r == 'Σ':
			if finalSigma(text[:i], text[i+len("Σ"):]) {
				r = 'ς'
			} else {
				r = 'σ'
			}
			dst = utf8.AppendRune(dst, r)
		default:
			dst = utf8.AppendRune(dst, unicode.ToLower(r))
		}
	}
	return dst
}

func finalSigma(before, after string) bool {
	cased := func(r rune) bool { return unicode.IsUpper(r) || unicode.IsLower(r) || unicode.IsTitle(r) }
	ignorable := func(r rune) bool {
		return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm) || r == '\'' || r == '.' || r == ':'
	}
	before = strings.TrimRightFunc(before, ignorable)
	after = strings.TrimLeftFunc(after, ignorable)
	b, _ := utf8.DecodeLastRuneInString(before)
	a, _ := utf8.DecodeRuneInString(after)
	return before != "" && cased(b) && (after == "" || !cased(a))
}

// causes are the texts that the incidents were put down to, in the order of the
// record.
func (s *Selection) causes(yield func(string) bool) {
	for _, n := range s.at {
		if c := s.t.cause[n]; c != "" && !yield(c) {
			return
		}
	}
}

// labelled counts the incidents with a cause.
func (s *Selection) labelled() int {
	k := 0
	for _, n := range s.at {
		if s.t.cause[n] != "" {
			k++
		}
	}
	return k
}
