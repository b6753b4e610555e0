package shell

import (
	"regexp/syntax"
	"strings"
	"unicode"
)

// Which values a pattern lets through, where they would be read as code.
const (
	harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:@,+-"
	digits   = "0123456789"
)

// strict reports whether pattern is anchored at both ends and can match only
// texts made of the given characters.
func strict(pattern, allowed string) bool {
	if pattern == "" {
		return false
	}
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return false
	}
	for re.Op == syntax.OpCapture {
		re = re.Sub[0]
	}
	if re.Op != syntax.OpConcat || len(re.Sub) < 2 {
		return false
	}
	if re.Sub[0].Op != syntax.OpBeginText || re.Sub[len(re.Sub)-1].Op != syntax.OpEndText {
		return false
	}
	for _, s := range re.Sub[1 : len(re.Sub)-1] {
		if !only(s, allowed) {
			return false
		}
	}
	return true
}

func only(re *syntax.Regexp, allowed string) bool {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpNoMatch, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return true
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase != 0 {
			for _, r := range re.Rune {
				for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
					if !strings.ContainsRune(allowed, f) {
						return false
					}
				}
			}
		}
		for _, r := range re.Rune {
			if !strings.ContainsRune(allowed, r) {
				return false
			}
		}
		return true
	case syntax.OpCharClass:
		for i := 0; i+1 < len(re.Rune); i += 2 {
			if re.Rune[i+1]-re.Rune[i] > 200 {
				return false
			}
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				if !strings.ContainsRune(allowed, r) {
					return false
				}
			}
		}
		return true
	case syntax.OpCapture, syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat, syntax.OpConcat, syntax.OpAlternate:
		for _, s := range re.Sub {
			if !only(s, allowed) {
				return false
			}
		}
		return true
	}
	return false
}
