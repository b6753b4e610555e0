package markdown

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"

	"warroom/runbooks"
)

// piece is a step in the making.
type piece struct {
	actions []runbooks.Action
	text    []string // what stays as text
	inline  []string // inline code that became commands
	link    string
}

var viaRe = regexp.MustCompile(`(?i)[\s,(]*\b(?:via|by|by running|using|with|run|running|use|through|e\.g\.|for example|example)?[\s:(]*$`)

// untitled takes the command out of a sentence that ends in it, so that a title says
// what is done and not how: "Check the events via `kubectl …`".
func (p *piece) untitled(text string) string {
	for _, code := range p.inline {
		i := strings.Index(text, "`"+code+"`")
		if i < 0 || strings.Trim(text[i+len(code)+2:], " .:;,)\n") != "" {
			continue
		}
		head := viaRe.ReplaceAllString(text[:i], "")
		if len(strings.Fields(head)) >= 2 {
			return head
		}
	}
	return text
}

// firstCommand is what the first command says about itself: the comment in front of
// it, else its first line.
func (p *piece) firstCommand() string {
	for _, a := range p.actions {
		for l := range strings.Lines(a.Command) {
			l = strings.TrimSpace(l)
			if comment, ok := strings.CutPrefix(l, "#"); ok && !strings.HasPrefix(l, "#!") && strings.TrimSpace(comment) != "" {
				return line(comment, 120)
			} else if l != "" && !ok {
				return line(l, 80)
			}
		}
	}
	return ""
}

// steps makes the steps of a section.
func (im *importer) steps(s *section) {
	own := s.title // what the heading adds to the titles of its steps
	if s.named && s.level > 0 && generic(s.title) || s.repeats {
		own = ""
	}
	if len(s.blocks) == 0 && s.parent {
		// The sections below it follow; what it says beyond its phase goes with
		// their first step.
		if s.title != "" && !plainKind(s.title) && !s.repeats {
			im.carried = append(im.carried, strings.Repeat("#", max(s.level, 1))+" "+s.title)
		}
		return
	}
	phase := phases[s.kind]
	before := len(im.out.Book.Steps)
	var pending []string
	pendingAt := 0
	flush := func() {
		if len(pending) == 0 {
			return
		}
		text := strings.Join(pending, "\n\n")
		st := runbooks.Step{Title: firstSentence(stripMarks(pending[0])), Phase: phase, Manual: true, Line: pendingAt}
		if own != "" && len(im.out.Book.Steps) == before {
			st.Title = own
		}
		if st.Title == "" || strings.ContainsAny(st.Title[:1], "|<`!") {
			st.Title = orElse(s.title, im.out.Book.Title)
		}
		if !sameText(st.Title, text) {
			st.Description = text
		}
		im.step(st)
		pending = nil
	}
	// with adds a text to the step above, if there is one and nothing between.
	with := func(n ast.Node) bool {
		t := strings.TrimSpace(im.source(n))
		if t == "" || len(pending) > 0 || len(im.out.Book.Steps) == before {
			return false
		}
		last := &im.out.Book.Steps[len(im.out.Book.Steps)-1]
		last.Description = strings.TrimSpace(last.Description + "\n\n" + t)
		return true
	}
	hold := func(n ast.Node) {
		if t := strings.TrimSpace(im.source(n)); t != "" {
			if len(pending) == 0 {
				pendingAt = im.lineAt(n)
			}
			pending = append(pending, t)
		}
	}
	// add makes a step of a piece; lead is the paragraph it is about.
	add := func(n ast.Node, lead string, p *piece) {
		full := strings.TrimSpace(lead)
		st := runbooks.Step{Title: firstSentence(stripMarks(p.untitled(full))), Phase: phase, Actions: p.actions, Line: im.lineAt(n)}
		texts := append([]string(nil), pending...)
		pending = nil
		if st.Title == "" && len(texts) > 0 && !strings.ContainsAny(texts[len(texts)-1][:1], "|<`!") {
			st.Title = firstSentence(stripMarks(texts[len(texts)-1]))
		}
		for _, t := range []string{p.firstCommand(), s.title, im.out.Book.Title} {
			if st.Title == "" {
				st.Title = t
			}
		}
		if full != "" && !sameText(st.Title, full) {
			texts = append(texts, full)
		}
		if len(texts) == 1 && sameText(st.Title, texts[0]) {
			texts = nil
		}
		st.Description = strings.Join(append(texts, p.text...), "\n\n")
		if len(st.Actions) == 0 {
			st.Manual = true
			if p.link != "" {
				st.Actions = []runbooks.Action{{Description: st.Title, Link: p.link}}
			}
		}
		im.step(st)
	}
	for i, n := range s.blocks {
		switch n := n.(type) {
		case *ast.List:
			if n.IsOrdered() || im.hasCommand(n) {
				for item := n.FirstChild(); item != nil; item = item.NextSibling() {
					im.item(item, add)
				}
				continue
			}
			im.tick(n, s, add)
		case *ast.ListItem:
			im.item(n, add)
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			p := &piece{}
			im.gather(n, p, false)
			if len(p.actions) == 0 { // no command: it stays with the text around it
				if !with(n) {
					hold(n)
				}
				continue
			}
			lead := ""
			if len(pending) > 0 { // the paragraph above says what it is for
				lead = pending[len(pending)-1]
				pending = pending[:len(pending)-1]
			} else if i > 0 && len(im.out.Book.Steps) > before {
				// A fence right behind another belongs to the same step.
				if _, fence := s.blocks[i-1].(*ast.FencedCodeBlock); fence {
					last := &im.out.Book.Steps[len(im.out.Book.Steps)-1]
					last.Actions = append(last.Actions, p.actions...)
					last.Manual = false
					continue
				}
			}
			add(n, lead, p)
		case *ast.Paragraph, *ast.TextBlock:
			p := &piece{}
			im.gather(n, p, false)
			if len(p.actions) == 0 {
				hold(n)
				continue
			}
			add(n, im.source(n), p)
		case *ast.ThematicBreak:
		default:
			p := &piece{}
			im.gather(n, p, true)
			if len(p.actions) > 0 {
				p.text = append(p.text, strings.TrimSpace(im.source(n)))
				add(n, "", p)
				continue
			}
			if strings.TrimSpace(untagged(im.source(n))) != "" || !with(n) { // </details> is of what stands above
				hold(n)
			}
		}
	}
	flush()
	made := im.out.Book.Steps[before:]
	if s.repeats && len(made) == 0 {
		return
	}
	switch {
	case len(made) == 0 && s.title != "":
		// A heading without text is still said.
		im.note(s.at, "import-empty", "the section %q is empty", s.title)
		im.step(runbooks.Step{Title: line(s.title, 120), Phase: phase, Manual: true, Line: im.lineOf(s)})
	case own != "" && len(made) == 1:
		if !sameText(own, made[0].Title) {
			if made[0].Description == "" {
				made[0].Description = made[0].Title
			}
			made[0].Title = line(own, 120)
		}
	case own != "":
		for i := range made {
			if !sameText(own, made[i].Title) {
				made[i].Title = line(own+": "+made[i].Title, 160)
			}
		}
	case s.title != "" && !plainKind(s.title) && !s.repeats:
		made[0].Description = strings.TrimSpace("## " + s.title + "\n\n" + made[0].Description)
	}
}

// item makes the step of one list item: its first paragraph is what to do, its
// fences and inline commands are the actions.
func (im *importer) item(item ast.Node, add func(ast.Node, string, *piece)) {
	p := &piece{}
	lead := ""
	for n := item.FirstChild(); n != nil; n = n.NextSibling() {
		first := n == item.FirstChild()
		switch n := n.(type) {
		case *ast.Paragraph, *ast.TextBlock:
			im.gather(n, p, false)
			if first {
				lead = im.raw(n)
			} else {
				p.text = append(p.text, im.raw(n))
			}
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			had := len(p.actions)
			im.gather(n, p, false)
			if len(p.actions) == had {
				p.text = append(p.text, im.dedent(n))
			}
		default:
			im.gather(n, p, true)
			if t := im.dedent(n); t != "" {
				p.text = append(p.text, t)
			}
		}
	}
	add(item, lead, p)
}

// tick makes one step of a list without commands: each item is an action that a
// person does.
func (im *importer) tick(l *ast.List, s *section, add func(ast.Node, string, *piece)) {
	p := &piece{}
	for item := l.FirstChild(); item != nil; item = item.NextSibling() {
		text := strings.TrimSpace(im.dedent(item))
		if text == "" {
			continue
		}
		p.actions = append(p.actions, runbooks.Action{Description: text, Link: im.firstLink(item), Line: im.lineAt(item)})
	}
	if len(p.actions) > 0 {
		add(l, "", p)
	}
}

// step adds a step with an id of its own.
func (im *importer) step(s runbooks.Step) {
	s.Title = line(s.Title, 160)
	if s.Title == "" {
		s.Title = "Read on"
	}
	base := runbooks.Slug(s.Title)
	if len(base) > 40 {
		base = strings.Trim(base[:40], "-")
	}
	id := base
	for n := 2; im.used[id]; n++ {
		id = base + "-" + itoa(n)
	}
	im.used[id] = true
	s.ID = id
	if len(im.carried) > 0 {
		s.Description = strings.TrimSpace(strings.Join(im.carried, "\n\n") + "\n\n" + s.Description)
		im.carried = nil
	}
	im.out.Book.Steps = append(im.out.Book.Steps, s)
}
