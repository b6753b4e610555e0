package model

import (
	"regexp"
	"strings"
	"unicode"
)

// Secrets get pasted in a hurry, and what is in the record stays there and
// travels with its exports. So what is surely one is masked before it is
// written; what only might be one is left alone, as a masked fact helps nobody.

// secretForms are texts that are secrets by their form alone. A group, if there
// is one, is the part that is masked.
var secretForms = []struct {
	what string
	re   *regexp.Regexp
}{
	{"private key", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z ]*PRIVATE KEY-----|\z)`)},
	{"AWS key", regexp.MustCompile(`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b`)},
	{"GitHub token", regexp.MustCompile(`\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})`)},
	{"GitLab token", regexp.MustCompile(`\bglpat-[A-Za-z0-9_\-]{20,}`)},
	{"Slack token", regexp.MustCompile(`\bxox[abeoprs]-[A-Za-z0-9\-]{10,}|\bxapp-[A-Za-z0-9\-]{20,}`)},
	{"Slack webhook", regexp.MustCompile(`\bhooks\.slack\.com/(services/[A-Za-z0-9/]{20,})`)},
	{"Stripe key", regexp.MustCompile(`\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}`)},
	{"Google key", regexp.MustCompile(`\bAIza[0-9A-Za-z_\-]{35}`)},
	{"Atlassian token", regexp.MustCompile(`\bATATT3[A-Za-z0-9_\-=]{20,}`)},
	{"web token", regexp.MustCompile(`\beyJ[A-Za-z0-9_\-]{8,}\.eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}`)},
	{"password in an address", regexp.MustCompile(`\b[a-z][a-z0-9+.\-]*://[^\s/:@]*:([^\s/@]+)@`)},
	{"bearer token", regexp.MustCompile(`(?i)\bauthorization:\s*(?:bearer|basic|token)\s+([^\s"']{8,})`)},
	{"bearer token", regexp.MustCompile(`(?i)\bbearer\s+([A-Za-z0-9_\-.=/+]{20,})`)},
}

// secretNamed is a value that its name says is secret: password=…, api_key: ….
var secretNamed = regexp.MustCompile(`(?i)\b(?:[a-z0-9]+[_\-])*(password|passwd|pwd|secret|token|api[_\-]?key|access[_\-]?key|private[_\-]?key|client[_\-]?secret)["']?\s*[=:]\s*["']?([^\s"',;&]{6,})`)

// Mask replaces the secrets in text by a word for what they were, such as
// [AWS key masked], and reports how many there were.
func Mask(text string) (string, int) {
	n := 0
	for _, f := range secretForms {
		text = replaceGroup(text, f.re, func(string) (string, bool) {
			n++
			return "[" + f.what + " masked]", true
		})
	}
	text = replaceGroup(text, secretNamed, func(v string) (string, bool) {
		if !random(v) {
			return "", false
		}
		n++
		return "[masked]", true
	})
	return text, n
}

// incoming is the door for a text that a person writes: valid, and without
// secrets.
func incoming(text string) string {
	text, _ = Mask(Valid(text))
	return text
}

// replaceGroup replaces the last group of each match, or the whole match where
// there is no group, unless with declines.
func replaceGroup(text string, re *regexp.Regexp, with func(string) (string, bool)) string {
	var b strings.Builder
	at := 0
	for _, m := range re.FindAllStringSubmatchIndex(text, -1) {
		from, to := m[len(m)-2], m[len(m)-1]
		if from < 0 {
			continue
		}
		if s, ok := with(text[from:to]); ok {
			b.WriteString(text[at:from])
			b.WriteString(s)
			at = to
		}
	}
	if at == 0 {
		return text
	}
	return b.String() + text[at:]
}

// random reports whether a value looks made up rather than said: it mixes
// letters and digits, as "password: reset" and "token: expired" do not.
func random(v string) bool {
	if strings.HasPrefix(v, "[") && strings.HasSuffix(v, "masked]") || strings.HasPrefix(v, "$") || strings.HasPrefix(v, "<") || strings.HasPrefix(v, "{") {
		return false // masked already, or the name of a value rather than one
	}
	if strings.HasPrefix(v, "/") || strings.HasPrefix(v, "~") {
		return false // a path
	}
	return strings.ContainsFunc(v, unicode.IsLetter) && strings.ContainsFunc(v, unicode.IsDigit)
}
