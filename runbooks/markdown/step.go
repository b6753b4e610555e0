package markdown

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	xast "github.com/yuin/goldmark/extension/ast"

	"warroom/runbooks"
)

// build turns sections into the parts of the runbook.
func (im *importer) build(sections []*section) {
	b := im.out.Book
	var about []string
	seenTitle := false
	if !slices.ContainsFunc(sections, func(s *section) bool { return s.kind != describe && s.kind != links && s.kind != prerequisites }) {
		// A document without a section to follow is followed from its beginning.
		for _, s := range sections {
			if s.kind == describe && !s.named {
				s.kind = other
			}
		}
	}
	sections = im.begun(sections)
	for i, s := range sections {
		s.parent = i+1 < len(sections) && sections[i+1].level > s.level
		isTitle := s.level == 1 && !seenTitle
		if isTitle {
			seenTitle = true
		}
		switch s.kind {
		case describe:
			if s.title != "" && !(isTitle && im.repeats(s.title)) {
				about = append(about, strings.Repeat("#", max(s.level, 1))+" "+s.title)
			}
			// A command in a description is still a command.
			about = append(about, im.describe(s)...)
		case prerequisites:
			im.prerequisites(s)
		case links:
			im.links(s)
		default:
			s.repeats = s.repeats || isTitle && im.repeats(s.title)
			im.steps(s)
		}
	}
	b.Description = strings.Join(about, "\n\n")
	if len(b.Steps) > 0 {
		return
	}
	// A document that only explains is followed by reading it.
	for _, s := range sections {
		if s.kind == describe && len(s.blocks) > 0 {
			t := s.title
			if t == "" {
				t = b.Title
			}
			var texts []string
			for _, n := range s.blocks {
				if t := strings.TrimSpace(im.source(n)); t != "" {
					texts = append(texts, t)
				}
			}
			if len(texts) > 0 {
				im.step(runbooks.Step{Title: line(t, 120), Description: strings.Join(texts, "\n\n"), Manual: true, Line: im.lineOf(s)})
			}
		}
	}
	if len(b.Steps) > 0 {
		b.Description = ""
	} else if b.Prerequisites != nil || b.Links != nil || b.Description != "" {
		im.step(runbooks.Step{Title: b.Title, Manual: true, Line: 1})
	}
}

// begun cuts what stands below the title alone: an introduction is a description,
// and from the first list of things to do on it is followed.
func (im *importer) begun(sections []*section) []*section {
	var out []*section
	for _, s := range sections {
		out = append(out, s)
		if s.kind != describe || s.named || s.level > 1 {
			continue
		}
		k := slices.IndexFunc(s.blocks, func(n ast.Node) bool {
			l, ok := n.(*ast.List)
			return ok && (l.IsOrdered() && l.ChildCount() > 1 || im.hasFence(l))
		})
		if k >= 0 {
			out = append(out, &section{level: s.level, title: s.title, at: s.at, kind: other, blocks: s.blocks[k:], repeats: true})
			s.blocks = s.blocks[:k]
		}
	}
	return out
}

func (im *importer) lineOf(s *section) int {
	at := s.at
	if s.level == 0 && len(s.blocks) > 0 {
		at, _ = im.span(s.blocks[0])
	}
	l, _ := im.place(max(at, 0))
	return l
}

// repeats reports whether a heading says nothing that the title or the trigger does
// not say.
func (im *importer) repeats(heading string) bool {
	squash := func(s string) string {
		return strings.ToLower(strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return r
			}
			return -1
		}, s))
	}
	b := im.out.Book
	return squash(heading) == squash(b.Title) || len(b.Triggers) > 0 && b.Triggers[0].Alert == heading
}

// describe keeps a section as text. Its shell fences become a step of their own, so
// that they can be run, and stay in the text.
func (im *importer) describe(s *section) []string {
	var out []string
	for _, n := range s.blocks {
		t := strings.TrimSpace(im.source(n))
		if t != "" {
			out = append(out, t)
		}
		p := &piece{}
		im.gather(n, p, true)
		if len(p.actions) > 0 {
			title := firstSentence(im.plain(n))
			if _, fence := n.(*ast.FencedCodeBlock); fence || title == "" {
				title = s.title
			}
			if title == "" {
				title = im.out.Book.Title
			}
			im.step(runbooks.Step{Title: line(title, 120), Phase: runbooks.PhaseDiagnose, Actions: p.actions, Line: im.lineAt(n)})
		}
	}
	return out
}

func (im *importer) lineAt(n ast.Node) int {
	from, _ := im.span(n)
	l, _ := im.place(max(from, 0))
	return l
}

func (im *importer) prerequisites(s *section) {
	add := func(t string, n ast.Node) {
		if t = line(t, 500); t != "" {
			im.out.Book.Prerequisites = append(im.out.Book.Prerequisites, runbooks.Prerequisite{Title: t})
		}
	}
	if _, own := kindOf(s.title); !own && s.title != "" {
		add(s.title+":", nil)
	}
	for _, n := range s.blocks {
		if l, ok := n.(*ast.List); ok {
			for item := l.FirstChild(); item != nil; item = item.NextSibling() {
				if !im.hasFence(item) {
					add(im.raw(item), item)
					continue
				}
				im.steps(&section{level: s.level, title: s.title, at: s.at, kind: other, blocks: []ast.Node{item}})
			}
			continue
		}
		if im.hasFence(n) {
			im.steps(&section{level: s.level, title: s.title, at: s.at, kind: other, blocks: []ast.Node{n}})
			continue
		}
		add(im.source(n), n)
	}
}

func (im *importer) hasFence(n ast.Node) bool {
	found := false
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n.(type) {
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			found = true
			return ast.WalkStop, nil
		}
		return ast.WalkContinue, nil
	})
	return found
}

// links collects the addresses of a section that holds nothing else; one that holds
// more becomes text.
func (im *importer) links(s *section) {
	var found []runbooks.Link
	clean := true
	for _, n := range s.blocks {
		_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if !entering {
				return ast.WalkContinue, nil
			}
			switch n := n.(type) {
			case *ast.Link:
				found = append(found, runbooks.Link{Title: line(im.plain(n), 200), URL: string(n.Destination)})
				return ast.WalkSkipChildren, nil
			case *ast.AutoLink:
				found = append(found, runbooks.Link{URL: string(n.URL(im.src))})
			case *ast.Text:
				if strings.Trim(string(n.Segment.Value(im.src)), " \t.,;:-–") != "" {
					clean = false
				}
			case *ast.CodeSpan, *ast.FencedCodeBlock, *ast.CodeBlock, *ast.HTMLBlock, *ast.RawHTML, *ast.Image, *xast.Table:
				clean = false
			}
			return ast.WalkContinue, nil
		})
	}
	if clean && len(found) > 0 {
		im.out.Book.Links = append(im.out.Book.Links, found...)
		return
	}
	s.kind = other
	im.steps(s)
}

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
