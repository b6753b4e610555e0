package shell

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode"
	"unicode/utf8"

	"warroom/model"
)

// DefaultPattern is what a value may look like when its author says nothing: no
// blank, no sign that a shell or an option parser reads as its own, and no minus
// in front, since quoting does not stop --all from being an option.
const DefaultPattern = `^[A-Za-z0-9][A-Za-z0-9._:/@=+,-]{0,252}$`

var defaultPattern = regexp.MustCompile(DefaultPattern)

// maxValue is the greatest length of a value in bytes: what one argument of a
// program may hold on every system.
const maxValue = 64 << 10

// CheckValue refuses a value that the parameter does not allow, with a sentence.
// Control characters, NUL, line ends, direction marks and other invisible signs
// are never allowed.
func CheckValue(p Param, value string) error {
	switch {
	case value == "":
		return model.Errorf(model.Invalid, "%s has no value: give one", model.Brief(p.Name, 60))
	case len(value) > maxValue:
		return model.Errorf(model.Invalid, "the value of %s is too long: %d bytes, at most %d", model.Brief(p.Name, 60), len(value), maxValue)
	case !utf8.ValidString(value):
		return model.Errorf(model.Invalid, "the value of %s is not UTF-8", model.Brief(p.Name, 60))
	}
	for _, r := range value {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Variation_Selector) {
			return model.Errorf(model.Invalid, "the value of %s holds the sign %U, which cannot be seen: type it anew", model.Brief(p.Name, 60), r)
		}
	}
	if p.Secret {
		return nil
	}
	if p.Pattern == "" {
		if strings.HasPrefix(value, "-") {
			return model.Errorf(model.Invalid, "the value of %s begins with a minus: a program would read %q as an option", model.Brief(p.Name, 60), model.Brief(value, 40))
		}
		if !defaultPattern.MatchString(value) {
			return model.Errorf(model.Invalid, "the value of %s may hold letters, digits and ._:/@=+,- only, and begins with a letter or digit: %q does not; the runbook can allow more with a pattern", model.Brief(p.Name, 60), model.Brief(value, 40))
		}
		return nil
	}
	re, err := regexp.Compile(p.Pattern)
	if err != nil {
		return model.Wrap(model.Invalid, err, "the pattern of %s is no regular expression", model.Brief(p.Name, 60))
	}
	if loc := re.FindStringIndex(value); loc == nil {
		return model.Errorf(model.Invalid, "the value of %s has to match %s: %q does not", model.Brief(p.Name, 60), model.Brief(p.Pattern, 80), model.Brief(value, 40))
	}
	return nil
}

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
