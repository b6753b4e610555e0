package markdown

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
)

func (im *importer) firstLink(n ast.Node) string {
	url := ""
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering || url != "" {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link:
			url = string(n.Destination)
		case *ast.AutoLink:
			url = string(n.URL(im.src))
		}
		if !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "http://") {
			url = ""
		}
		return ast.WalkContinue, nil
	})
	return url
}

// raw is the text of a block as written, its lines without what stands in front of
// them in a list.
func (im *importer) raw(n ast.Node) string {
	l := n.Lines()
	if l == nil || l.Len() == 0 {
		return im.dedent(n)
	}
	var b strings.Builder
	for i := range l.Len() {
		s := l.At(i)
		b.Write(s.Value(im.src))
	}
	return strings.TrimRight(b.String(), "\n ")
}

// dedent is the source of a block without the indent that all its lines share.
func (im *importer) dedent(n ast.Node) string {
	text := strings.TrimRight(im.source(n), "\n")
	lines := strings.Split(text, "\n")
	if m := bulletRe.FindString(lines[0]); m != "" {
		if _, item := n.(*ast.ListItem); item {
			lines[0] = strings.Repeat(" ", len(m)) + lines[0][len(m):]
		}
	}
	common := -1
	for _, l := range lines {
		if strings.TrimSpace(l) == "" {
			continue
		}
		if in := len(l) - len(strings.TrimLeft(l, " ")); common < 0 || in < common {
			common = in
		}
	}
	for i, l := range lines {
		lines[i] = l[min(max(common, 0), len(l)):]
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

var (
	bulletRe   = regexp.MustCompile(`^\s*(?:[-*+]|\d{1,9}[.)])\s+(?:\[[ xX]\]\s+)?`)
	sentenceRe = regexp.MustCompile(`[.!?](?:\s|$)|:\s*$`)
	tagRe      = regexp.MustCompile(`</?[A-Za-z][^<>]*>|<!--(?s:.*?)-->`)
	markRe     = regexp.MustCompile("`+|\\*\\*|__|~~|!?\\[([^\\]]*)\\]\\([^)]*\\)")
)

// stripMarks takes the marks of Markdown away, for a title.
func stripMarks(s string) string {
	s = strings.TrimSpace(bulletRe.ReplaceAllString(s, ""))
	s = strings.TrimLeft(s, "#> ")
	return strings.TrimSpace(untagged(markRe.ReplaceAllString(s, "$1")))
}

// untagged takes the elements of HTML away. What only looks like one is a value to
// fill in.
func untagged(s string) string {
	return tagRe.ReplaceAllStringFunc(s, func(t string) string {
		if isHTML(t) {
			return " "
		}
		return t
	})
}

// firstSentence is the beginning of a text that serves as a title.
func firstSentence(s string) string {
	s = line(s, 2000)
	for _, m := range sentenceRe.FindAllStringIndex(s, -1) {
		head := s[:m[0]]
		if strings.HasSuffix(head, "e.g") || strings.HasSuffix(head, "i.e") || strings.HasSuffix(head, "etc") && m[1] < len(s) || len(head) < 3 {
			continue
		}
		s = head
		break
	}
	return strings.TrimSpace(line(s, 120))
}

// sameText reports whether a title says all of a text. A link says more than its
// words.
func sameText(title, text string) bool {
	if strings.Contains(text, "](") || strings.Contains(text, "][") || strings.Contains(text, "{{") || strings.Contains(text, "<http") || untagged(text) != text {
		return false
	}
	squash := func(s string) string {
		return strings.ToLower(strings.Trim(strings.Join(strings.Fields(stripMarks(s)), " "), " .:!?"))
	}
	return squash(title) == squash(text)
}

// generic reports whether a heading is nothing but the name of its kind.
func generic(title string) bool { return len(strings.Fields(title)) <= 3 }

// plainKind reports whether the phase of the steps says all that the heading says.
func plainKind(title string) bool {
	switch strings.ToLower(strings.Trim(title, " :.#*")) {
	case "diagnosis", "diagnose", "mitigation", "mitigate", "verification", "verify", "cleanup", "communication":
		return true
	}
	return false
}
