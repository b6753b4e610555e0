package markdown

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"

	"warroom/model"
	"warroom/runbooks"
)

// MaxBytes bounds a document.
const MaxBytes = 1 << 20

// Result is what became of a document.
type Result struct {
	Book  *runbooks.Book
	Notes []runbooks.Problem // what the importer asks to look at, by line
	Stats Stats
}

// Stats count what was found and what became of it.
type Stats struct {
	Headings  int `json:"headings"`
	Fences    int `json:"fences"`
	Shell     int `json:"shell_fences"`  // fences that say they are shell, or look like it
	Commands  int `json:"commands"`      // actions with a command
	FromShell int `json:"from_fences"`   // shell fences that became commands
	Inline    int `json:"from_inline"`   // commands out of inline code
	AsText    int `json:"shell_as_text"` // shell fences that are no commands, each with a note
	Steps     int `json:"steps"`
	Params    int `json:"params"`
}

// importer works on one document.
type importer struct {
	path    string
	src     []byte
	lines   []int // offset of the beginning of each line
	out     *Result
	vals    values
	used    map[string]bool // ids of steps
	skip    int             // bytes of front matter
	carried []string        // headings without text that go with the next step
}

// Import makes a runbook of one document. file is its path as it is to be noted,
// from which also the id is made.
func Import(file string, data []byte) (*Result, error) {
	if len(data) > MaxBytes {
		return nil, model.Errorf(model.Invalid, "%s is too large: %d bytes, at most %d", file, len(data), MaxBytes)
	}
	if !utf8.Valid(data) {
		return nil, model.Errorf(model.Invalid, "%s is not UTF-8 text: save it as UTF-8", file)
	}
	sum := sha256.Sum256(data)
	src := bytes.ReplaceAll(bytes.TrimPrefix(data, []byte("\ufeff")), []byte("\r\n"), []byte("\n"))
	im := &importer{path: file, src: src, used: map[string]bool{}, out: &Result{}}
	im.lines = []int{0}
	for i, b := range src {
		if b == '\n' {
			im.lines = append(im.lines, i+1)
		}
	}
	im.vals.note = im.note
	front, tags := im.frontMatter()
	b := &runbooks.Book{
		APIVersion: "warroom/v1", Kind: "Runbook",
		ID:     idOf(file),
		Source: &runbooks.Source{Path: filepath.ToSlash(file), Line: 1, SHA256: hex.EncodeToString(sum[:])},
		Tags:   tags,
	}
	im.out.Book = b

	md := goldmark.New(goldmark.WithExtensions(extension.GFM))
	pc := parser.NewContext()
	doc := md.Parser().Parse(text.NewReader(blank(src, im.skip)), parser.WithContext(pc))
	sections := im.sections(doc)
	h1 := ""
	for _, s := range sections {
		if s.level == 1 {
			h1 = s.title
			break
		}
	}
	name := strings.TrimSuffix(path.Base(filepath.ToSlash(file)), path.Ext(file))
	switch {
	case front != "":
		b.Title = front
	case h1 != "":
		b.Title = h1
	case name == "_index" || name == "index" || strings.EqualFold(name, "readme"):
		b.Title = path.Base(path.Dir(filepath.ToSlash(file)))
	default:
		b.Title = name
	}
	b.Title = line(b.Title, 200)
	if strings.Trim(b.Title, "./ ") == "" {
		b.Title = "Untitled runbook"
	}
	for _, candidate := range []string{h1, name, front} {
		if isAlert(candidate) {
			b.Triggers = []runbooks.Trigger{{Alert: candidate}}
			break
		}
	}
	im.build(sections)
	if len(im.carried) > 0 {
		im.step(runbooks.Step{Title: strings.TrimLeft(im.carried[len(im.carried)-1], "# "), Manual: true})
	}
	im.definitions(pc)
	if len(b.Steps) == 0 {
		return nil, model.Wrap(model.Invalid, errNothing, "%s holds nothing to follow: it has no text besides a title", file)
	}
	b.Params = im.vals.params
	im.out.Stats.Steps, im.out.Stats.Params = len(b.Steps), len(b.Params)
	for i := range b.Steps {
		b.Steps[i].Number = i + 1
	}
	slices.SortStableFunc(im.out.Notes, func(a, b runbooks.Problem) int { return a.Line - b.Line })
	return im.out, nil
}

// definitions keeps the addresses that stand apart from the text: [1]: https://…
func (im *importer) definitions(pc parser.Context) {
	refs := pc.References()
	slices.SortFunc(refs, func(a, b parser.Reference) int { return bytes.Compare(a.Label(), b.Label()) })
	for _, r := range refs {
		l := runbooks.Link{Title: line(string(r.Label())+" "+string(r.Title()), 200), URL: string(r.Destination())}
		if l.URL != "" && !slices.ContainsFunc(im.out.Book.Links, func(have runbooks.Link) bool { return have.URL == l.URL }) {
			im.out.Book.Links = append(im.out.Book.Links, l)
		}
	}
}

// note records what a person has to look at.
func (im *importer) note(at int, rule, format string, args ...any) string {
	msg := fmt.Sprintf(format, args...)
	line, col := im.place(at)
	im.out.Notes = append(im.out.Notes, runbooks.Problem{File: im.path, Line: line, Column: col, Level: runbooks.LevelWarning, Rule: rule, Message: msg})
	return msg
}

// place is the line and column of an offset, from 1.
func (im *importer) place(at int) (line, col int) {
	i, found := slices.BinarySearch(im.lines, at)
	if !found {
		i--
	}
	return i + 1, at - im.lines[i] + 1
}

// blank returns the source with its first n bytes blanked, so that places stay
// true.
func blank(src []byte, n int) []byte {
	out := slices.Clone(src)
	for i := range n {
		if out[i] != '\n' {
			out[i] = ' '
		}
	}
	return out
}

// frontMatter reads the block that many site generators put in front: YAML between
// --- or TOML between +++.
func (im *importer) frontMatter() (title string, tags []string) {
	for _, fence := range []string{"---", "+++"} {
		rest, ok := bytes.CutPrefix(im.src, []byte(fence+"\n"))
		if !ok {
			continue
		}
		end := bytes.Index(rest, []byte("\n"+fence))
		if bytes.HasPrefix(rest, []byte(fence)) {
			end = -1
			im.skip = 2*len(fence) + 1
			return "", nil
		}
		if end < 0 {
			return "", nil
		}
		after := len(fence) + 1 + end + 1 + len(fence)
		if tail := im.src[after:]; len(tail) > 0 && tail[0] != '\n' && tail[0] != ' ' {
			return "", nil
		}
		block := rest[:end]
		if fence == "---" {
			var m map[string]any
			if yaml.Unmarshal(block, &m) != nil {
				return "", nil
			}
			title, _ = m["title"].(string)
			for _, key := range []string{"tags", "keywords", "labels"} {
				switch v := m[key].(type) {
				case []any:
					for _, t := range v {
						if s, ok := t.(string); ok && len(tags) < 20 && s != "" {
							tags = append(tags, line(s, 40))
						}
					}
				case string:
					for t := range strings.SplitSeq(v, ",") {
						if t = strings.TrimSpace(t); t != "" && len(tags) < 20 {
							tags = append(tags, line(t, 40))
						}
					}
				}
			}
		} else if m := tomlTitleRe.FindSubmatch(block); m != nil {
			title = string(m[1])
		}
		im.skip = after
		return strings.TrimSpace(title), tags
	}
	return "", nil
}

var (
	tomlTitleRe = regexp.MustCompile(`(?m)^title\s*=\s*["'](.*)["']\s*$`)
	alertRe     = regexp.MustCompile(`^[A-Za-z][a-z0-9]*(?:[A-Z][A-Za-z0-9]*)+(?:_[A-Za-z0-9]+)*$`)
)

// isAlert reports whether a name is written as alerts are: KubePodCrashLooping.
func isAlert(s string) bool { return len(s) >= 6 && len(s) <= 100 && alertRe.MatchString(s) }

// idOf makes the id of a document from its path.
func idOf(file string) string {
	file = filepath.ToSlash(file)
	name := strings.TrimSuffix(path.Base(file), path.Ext(file))
	if name == "_index" || name == "index" || strings.EqualFold(name, "readme") {
		if dir := path.Base(path.Dir(file)); dir != "." && dir != "/" && dir != ".." {
			name = dir + "-index"
		}
	}
	return runbooks.Slug(name)
}

// line is text as one line of at most n runes, without blanks at its ends and
// without characters that cannot be seen.
func line(s string, n int) string {
	s = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		if r == utf8.RuneError || r == '\u200b' || r == '\ufeff' {
			return -1
		}
		return r
	}, s)), " ")
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	runes := []rune(s)[:n-1]
	if i := strings.LastIndexByte(string(runes), ' '); i > n/2 {
		return string(runes)[:i] + "…"
	}
	return string(runes) + "…"
}

// source is the text of a block as it stands in the document.
func (im *importer) source(n ast.Node) string {
	from, to := im.span(n)
	if from < 0 {
		return ""
	}
	return string(im.src[from:to])
}

// span is where a block stands, whole lines; -1 if it has no text.
func (im *importer) span(n ast.Node) (from, to int) {
	from, to = -1, -1
	grow := func(a, b int) {
		if from < 0 || a < from {
			from = a
		}
		to = max(to, b)
	}
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering || n.Type() == ast.TypeInline {
			return ast.WalkContinue, nil
		}
		if l := n.Lines(); l != nil && l.Len() > 0 {
			grow(l.At(0).Start, l.At(l.Len()-1).Stop)
		}
		switch n := n.(type) {
		case *ast.FencedCodeBlock:
			open, end := im.fenceSpan(n)
			if open >= 0 {
				grow(open, end)
			}
		case *ast.HTMLBlock:
			if n.HasClosure() {
				grow(n.ClosureLine.Start, n.ClosureLine.Stop)
			}
		}
		return ast.WalkContinue, nil
	})
	if from < 0 {
		return -1, -1
	}
	i, found := slices.BinarySearch(im.lines, from)
	if !found {
		i--
	}
	from = im.lines[i]
	to = min(to, len(im.src))
	if to > 0 && im.src[to-1] != '\n' {
		if j := bytes.IndexByte(im.src[to:], '\n'); j >= 0 {
			to += j + 1
		} else {
			to = len(im.src)
		}
	}
	return from, to
}

// fenceSpan is where a fenced block stands, its fences included.
func (im *importer) fenceSpan(n *ast.FencedCodeBlock) (from, to int) {
	l := n.Lines()
	switch {
	case n.Info != nil:
		from = n.Info.Segment.Start
	case l.Len() > 0:
		from = max(l.At(0).Start-1, 0)
		if i, found := slices.BinarySearch(im.lines, l.At(0).Start); found && i > 0 {
			from = im.lines[i-1]
		} else if !found && i > 1 {
			from = im.lines[i-2]
		}
	default:
		return -1, -1
	}
	to = from
	if l.Len() > 0 {
		to = l.At(l.Len() - 1).Stop
	} else if j := bytes.IndexByte(im.src[from:], '\n'); j >= 0 {
		to = from + j + 1
	}
	// The closing fence is the next line, unless the document ends first.
	if j := bytes.IndexByte(im.src[to:], '\n'); j >= 0 {
		if t := strings.TrimLeft(string(im.src[to:to+j]), " >\t"); strings.HasPrefix(t, "```") || strings.HasPrefix(t, "~~~") {
			to += j + 1
		}
	} else if t := strings.TrimLeft(string(im.src[to:]), " >\t"); strings.HasPrefix(t, "```") || strings.HasPrefix(t, "~~~") {
		to = len(im.src)
	}
	return from, to
}
