package markdown

import (
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
