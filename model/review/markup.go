package review

import (
	"fmt"
	"html"
	"html/template"
	"net/url"
	"regexp"
	"strings"

	"warroom/model"
)

// BlockKind is what a line of a section is.
type BlockKind int

// The sorts of blocks that sections may hold.
const (
	Paragraph BlockKind = iota
	Bullet
	Numbered
	Check // a bullet with a box
	Quote
	Code // a line of a fenced block
	Heading
)

// Block is a piece of a section: a paragraph's line, an item of a list, a line of
// code. Text is as typed, unescaped.
type Block struct {
	Kind  BlockKind
	Text  string
	On    bool // of a Check
	Depth int  // of list items
	Line  int  // of the section, from 1
}

var (
	bulletLine   = regexp.MustCompile(`^(\s*)[-*+]\s+(.*)$`)
	checkLine    = regexp.MustCompile(`^\[( |x|X)?\]\s+(.*)$`)
	numberedLine = regexp.MustCompile(`^(\s*)\d{1,9}[.)]\s+(.*)$`)
	headingLine  = regexp.MustCompile(`^(#{1,6})\s+(.*?)\s*#*\s*$`)
	comment      = regexp.MustCompile(`(?s)<!--.*?-->`)
)

// Blocks reads the text of a section. Comments are left out.
func Blocks(text string) []Block {
	var out []Block
	fence := ""
	if strings.Contains(text, "<!--") { // keep the number of lines
		text = comment.ReplaceAllStringFunc(text, func(c string) string { return strings.Repeat("\n", strings.Count(c, "\n")) })
	}
	for n, l := range strings.Split(text, "\n") {
		l = strings.TrimRight(l, " \t\r")
		t := strings.TrimSpace(l)
		b := Block{Line: n + 1}
		switch {
		case fence != "":
			if strings.HasPrefix(t, fence) && strings.Trim(t, fence[:1]) == "" {
				fence = ""
				continue
			}
			b.Kind, b.Text = Code, l
		case strings.HasPrefix(t, "```") || strings.HasPrefix(t, "~~~"):
			fence = t[:3]
			continue
		case t == "":
			b.Kind = Paragraph // an empty paragraph parts two others
		case strings.HasPrefix(t, ">"):
			b.Kind, b.Text = Quote, strings.TrimSpace(t[1:])
		default:
			if m := bulletLine.FindStringSubmatch(l); m != nil {
				b.Kind, b.Depth, b.Text = Bullet, len(m[1])/2, m[2]
				if c := checkLine.FindStringSubmatch(m[2]); c != nil {
					b.Kind, b.On, b.Text = Check, strings.EqualFold(c[1], "x"), c[2]
				}
			} else if m := numberedLine.FindStringSubmatch(l); m != nil {
				b.Kind, b.Depth, b.Text = Numbered, len(m[1])/2, m[2]
			} else if m := headingLine.FindStringSubmatch(l); m != nil {
				b.Kind, b.Text, b.Depth = Heading, m[2], len(m[1])
			} else {
				b.Text = t
			}
		}
		b.Depth = min(b.Depth, 6)
		out = append(out, b)
	}
	return out
}

// span is a piece of a line: plain, code, strong or a link.
type span struct {
	kind byte // 0 plain, '`' code, '*' strong, '[' link
	text string
	url  string
}

var inline = regexp.MustCompile("`[^`]+`" + `|\*\*[^*]+\*\*|\[[^\[\]]*\]\([^()\s]+\)|https?://[^\s<>"'` + "`" + `|\\^{}\[\]]+`)

// spans reads the signs inside a line. A link is one only if it leads to http,
// https or mailto.
func spans(s string) []span {
	var out []span
	at := 0
	for _, m := range inline.FindAllStringIndex(s, -1) {
		piece := s[m[0]:m[1]]
		var sp span
		switch {
		case piece[0] == '`':
			sp = span{kind: '`', text: strings.Trim(piece, "`")}
		case piece[0] == '*':
			sp = span{kind: '*', text: strings.Trim(piece, "*")}
		case piece[0] == '[':
			name, to, _ := strings.Cut(piece[1:len(piece)-1], "](")
			if !safe(to) {
				continue
			}
			sp = span{'[', name, to}
			if strings.TrimSpace(name) == "" {
				sp.text = to
			}
		default:
			piece = strings.TrimRight(piece, ".,;:!?)")
			if !safe(piece) {
				continue
			}
			m[1] = m[0] + len(piece)
			sp = span{'[', piece, piece}
		}
		if m[0] > at {
			out = append(out, span{text: s[at:m[0]]})
		}
		out = append(out, sp)
		at = m[1]
	}
	if at < len(s) {
		out = append(out, span{text: s[at:]})
	}
	return out
}

// safe reports whether a link may be followed from a page.
func safe(link string) bool {
	if model.Visible(link) != link || strings.ContainsAny(link, "()<>\\\"` ") {
		return false
	}
	u, err := url.Parse(link)
	return err == nil && (u.Scheme == "mailto" || (u.Scheme == "https" || u.Scheme == "http") && u.Host != "")
}

// markdownLine writes a line's signs again, the rest as text.
func markdownLine(s string, first bool) string {
	var b strings.Builder
	all := spans(s)
	for k, sp := range all {
		// A mark of exclamation before a link would make a picture of it.
		if bare, ok := strings.CutSuffix(sp.text, "!"); ok && sp.kind == 0 && k+1 < len(all) && all[k+1].kind == '[' {
			if k == 0 && first {
				bare = Line(bare)
			} else {
				bare = Text(bare)
			}
			b.WriteString(bare + "&#33;")
			continue
		}
		switch sp.kind {
		case '`':
			b.WriteString("`" + strings.ReplaceAll(model.Visible(sp.text), "|", "\\|") + "`")
		case '*':
			b.WriteString("**" + Text(sp.text) + "**")
		case '[':
			if sp.text == sp.url {
				b.WriteString("<" + sp.url + ">")
			} else {
				b.WriteString("[" + Text(sp.text) + "](" + sp.url + ")")
			}
		default:
			if k == 0 && first {
				b.WriteString(Line(sp.text))
			} else {
				b.WriteString(Text(sp.text))
			}
		}
	}
	return b.String()
}

// markdownOf writes a section's text as Markdown in which nothing but its own
// plain signs means anything. Headings are made one level below level.
func markdownOf(text string, level int) string {
	var b strings.Builder
	code := false
	for _, bl := range trimBlocks(Blocks(text)) {
		if code != (bl.Kind == Code) {
			b.WriteString("```\n")
			code = !code
		}
		indent := strings.Repeat("  ", bl.Depth)
		switch bl.Kind {
		case Bullet:
			b.WriteString(indent + "- " + markdownLine(bl.Text, true))
		case Numbered:
			b.WriteString(indent + "1. " + markdownLine(bl.Text, true))
		case Check:
			b.WriteString(indent + "- [" + map[bool]string{true: "x", false: " "}[bl.On] + "] " + markdownLine(bl.Text, true))
		case Quote:
			b.WriteString("> " + markdownLine(bl.Text, true))
		case Code:
			b.WriteString(strings.ReplaceAll(model.Visible(bl.Text), "```", "'''"))
		case Heading:
			b.WriteString(strings.Repeat("#", min(6, level+1)) + " " + markdownLine(bl.Text, false))
		default:
			b.WriteString(markdownLine(bl.Text, true))
		}
		b.WriteByte('\n')
	}
	if code {
		b.WriteString("```\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

// trimBlocks drops empty lines at both ends and all but one between.
func trimBlocks(in []Block) []Block {
	var out []Block
	blank := true
	for _, b := range in {
		empty := b.Kind == Paragraph && b.Text == ""
		if empty && blank {
			continue
		}
		blank = empty
		out = append(out, b)
	}
	if n := len(out); n > 0 && blank {
		out = out[:n-1]
	}
	return out
}

// HTMLOf writes a section's text as HTML. Every piece of text is escaped; links
// carry rel="noreferrer".
func HTMLOf(text string, level int) template.HTML {
	var b strings.Builder
	open := ""
	to := func(tag string) {
		if tag == open {
			return
		}
		if open != "" {
			b.WriteString("</" + strings.Fields(open)[0] + ">\n")
		}
		if open = tag; tag != "" {
			b.WriteString("<" + tag + ">")
		}
	}
	for _, bl := range trimBlocks(Blocks(text)) {
		switch bl.Kind {
		case Bullet:
			to("ul")
			fmt.Fprintf(&b, "<li class=\"d%d\">%s</li>", bl.Depth, htmlLine(bl.Text))
		case Numbered:
			to("ol")
			fmt.Fprintf(&b, "<li class=\"d%d\">%s</li>", bl.Depth, htmlLine(bl.Text))
		case Check:
			to(`ul class="checks"`)
			fmt.Fprintf(&b, "<li class=\"%s\">%s</li>", map[bool]string{true: "on", false: "off"}[bl.On], htmlLine(bl.Text))
		case Quote:
			to("blockquote")
			b.WriteString(htmlLine(bl.Text) + "<br>")
		case Code:
			to("pre")
			b.WriteString(html.EscapeString(model.Visible(bl.Text)) + "\n")
		case Heading:
			to("")
			n := min(6, level+1)
			fmt.Fprintf(&b, "<h%d>%s</h%d>\n", n, htmlLine(bl.Text), n)
		default:
			if bl.Text == "" {
				to("")
				continue
			}
			if open == "p" {
				b.WriteByte('\n')
			}
			to("p")
			b.WriteString(htmlLine(bl.Text))
		}
	}
	to("")
	return template.HTML(b.String())
}

func htmlLine(s string) string {
	var b strings.Builder
	for _, sp := range spans(s) {
		t := html.EscapeString(model.Visible(sp.text))
		switch sp.kind {
		case '`':
			b.WriteString("<code>" + t + "</code>")
		case '*':
			b.WriteString("<strong>" + t + "</strong>")
		case '[':
			fmt.Fprintf(&b, `<a href="%s" rel="noreferrer noopener">%s</a>`, html.EscapeString(sp.url), t)
		default:
			b.WriteString(t)
		}
	}
	return b.String()
}
