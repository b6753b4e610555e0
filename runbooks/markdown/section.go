package markdown

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"

	"warroom/runbooks"
)

// section is a heading and the blocks below it, up to the next heading.
type section struct {
	level  int // 0 for what stands above the first heading
	title  string
	at     int // offset of the heading
	kind   kind
	named  bool // the heading itself says the kind
	blocks []ast.Node

	parent  bool // the next section is below it
	repeats bool // the heading is the title
}

// kind is what a section is for.
type kind int

const (
	other kind = iota
	describe
	diagnose
	mitigate
	verify
	communicate
	cleanup
	prerequisites
	links
)

// phases are the phases of the kinds that become steps.
var phases = map[kind]string{
	diagnose: runbooks.PhaseDiagnose, mitigate: runbooks.PhaseMitigate, verify: runbooks.PhaseVerify,
	communicate: runbooks.PhaseCommunicate, cleanup: runbooks.PhaseCleanup,
}

// kinds are the words of headings, most telling first. A heading may say more
// around them: "3. How to fix it".
var kinds = []struct {
	re   *regexp.Regexp
	kind kind
}{
	{regexp.MustCompile(`^(?:pre-?requisites?|requirements|before you (?:begin|start)|access needed|required access|you need)\b`), prerequisites},
	{regexp.MustCompile(`^(?:links?|references?|related(?: links| documents?| pages?)?|see also|further reading|resources|additional resources|external links|useful links|documentation)$`), links},
	{regexp.MustCompile(`\b(?:post-?checks?|verif(?:y|ication)|validat(?:e|ion)|confirm(?:ation)?|how to tell (?:that )?it is (?:fixed|over))\b`), verify},
	{regexp.MustCompile(`\b(?:escalat(?:e|ion)|contacts?|communicat(?:e|ion)|who to (?:call|notify)|notif(?:y|ication))\b`), communicate},
	{regexp.MustCompile(`\b(?:clean-?up|follow-?ups?|prevention|post-?incident|afterwards|disable this alert|long.term)\b`), cleanup},
	{regexp.MustCompile(`\b(?:mitigat(?:e|ion|ions)|resol(?:ve|ution|utions)|remed(?:y|iate|iation|iations)|fix(?:es|ing)?|workarounds?|solutions?|repair|recover(?:y|ing)?|roll-?back|restor(?:e|ation)|recommended actions?|corrective actions?|actions? to take|what to do|response|treatment)\b`), mitigate},
	{regexp.MustCompile(`\b(?:diagnos(?:is|e|tics?)|troubleshoot(?:ing)?|investigat(?:e|ion)|possible checks?|checks?|debug(?:ging)?|triage|analy(?:sis|ze|se)|root cause|determine|identify|pointers)\b`), diagnose},
	{regexp.MustCompile(`^(?:meaning|impact|summary|overview|background|description|introduction|about|context|details|what (?:is|does|it means)\b.*|symptoms?|severity|purpose|scope|alert|alert (?:details|name|description)|possible causes?|causes?|why)$`), describe},
}

var numberRe = regexp.MustCompile(`^(?:(?:step\s+)?\d+(?:\.\d+)*[.):]?\s+|[a-z][.)]\s+)`)

// kindOf reads a heading.
func kindOf(title string) (kind, bool) {
	t := strings.ToLower(strings.TrimSpace(title))
	t = numberRe.ReplaceAllString(t, "")
	t = strings.TrimSpace(strings.Trim(t, " :.!*_"))
	for _, k := range kinds {
		if k.re.MatchString(t) {
			return k.kind, true
		}
	}
	return other, false
}

// sections cuts the document at its headings. A heading that says nothing about
// its kind belongs to the nearest one above it that does.
func (im *importer) sections(doc ast.Node) []*section {
	cur := &section{kind: describe}
	all := []*section{cur}
	var above []*section
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		h, ok := n.(*ast.Heading)
		if !ok {
			cur.blocks = append(cur.blocks, n)
			continue
		}
		im.out.Stats.Headings++
		at := 0
		if h.Lines().Len() > 0 {
			at = h.Lines().At(0).Start
		}
		cur = &section{level: h.Level, title: line(im.plain(h), 300), at: at}
		for len(above) > 0 && above[len(above)-1].level >= h.Level {
			above = above[:len(above)-1]
		}
		var parent *section
		if len(above) > 0 {
			parent = above[len(above)-1]
		}
		cur.kind, cur.named = kindOf(cur.title)
		switch {
		case h.Level == 1 && !cur.named:
			cur.kind = describe
		case parent != nil && parent.kind == describe && parent.named && (!cur.named || cur.kind == diagnose):
			cur.kind, cur.named = describe, false
		case parent != nil && parent.level > 1 && parent.kind != describe && !cur.named:
			cur.kind = parent.kind
		}
		above = append(above, cur)
		all = append(all, cur)
	}
	return all
}

// plain is the text of a node without its marks.
func (im *importer) plain(n ast.Node) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			if n.Type() == ast.TypeBlock {
				b.WriteByte(' ')
			}
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			b.Write(n.Segment.Value(im.src))
			if n.SoftLineBreak() || n.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(n.Value)
		case *ast.AutoLink:
			b.Write(n.Label(im.src))
		case *ast.RawHTML:
			for i := range n.Segments.Len() {
				s := n.Segments.At(i)
				if t := string(s.Value(im.src)); !isHTML(t) { // <pod-name> is no element
					b.WriteString(t)
				}
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

var htmlRe = regexp.MustCompile(`^</?\s*([A-Za-z][A-Za-z0-9]*)\b[^>]*>$|^<!--|^<[!?]`)

// isHTML reports whether a piece of raw HTML is an element that HTML knows, rather
// than a value to fill in that only looks like one.
func isHTML(s string) bool {
	m := htmlRe.FindStringSubmatch(strings.TrimSpace(s))
	return m != nil && (m[1] == "" || len(runbooks.Spans("<"+strings.ToLower(m[1])+">")) == 0)
}
