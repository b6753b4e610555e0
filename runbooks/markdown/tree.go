package markdown

import (
	"cmp"
	"errors"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"warroom/model"
	"warroom/runbooks"
	"warroom/runbooks/library"
)

// Imported is one document of a tree and what became of it.
type Imported struct {
	Path   string  // of the document
	Result *Result // nil if Err is set
	Err    error
}

// suffixes are what documents end in. A document without one is taken if it looks
// like Markdown.
var suffixes = []string{".md", ".markdown", ".mdown", ".mkd", ""}

// Tree imports all documents below dir, or the one that dir is. Ids differ in the
// result: of two documents with the same name one gets its folder's name in front.
func Tree(dir string) ([]Imported, error) {
	paths, err := library.Files(dir, suffixes...)
	if err != nil {
		return nil, model.Wrap(model.NotFound, err, "%s cannot be read", dir)
	}
	var out []Imported
	for _, p := range paths {
		data, err := library.ReadFile(p)
		if err == nil && filepath.Ext(p) == "" && !looksLikeMarkdown(data) {
			continue
		}
		it := Imported{Path: p, Err: err}
		if err == nil {
			name := p
			if rel, err := filepath.Rel(dir, p); err == nil && rel != "." {
				name = rel
			}
			it.Result, it.Err = Import(filepath.ToSlash(name), data)
		}
		out = append(out, it)
	}
	distinct(out)
	return out, nil
}

// distinct makes ids differ.
func distinct(all []Imported) {
	count := map[string]int{}
	for _, it := range all {
		if it.Result != nil {
			count[it.Result.Book.ID]++
		}
	}
	taken := map[string]bool{}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(strings.Count(all[a].Path, string(filepath.Separator)), strings.Count(all[b].Path, string(filepath.Separator))), cmp.Compare(a, b))
	})
	for _, i := range order {
		if all[i].Result == nil {
			continue
		}
		b := all[i].Result.Book
		id := b.ID
		if count[id] > 1 {
			if dir := path.Base(path.Dir(b.Source.Path)); dir != "." && dir != "/" {
				id = runbooks.Slug(dir + "-" + id)
			}
		}
		for n, base := 2, id; taken[id]; n++ {
			id = base[:min(len(base), 58)] + "-" + itoa(n)
		}
		taken[id] = true
		b.ID = id
	}
}

// looksLikeMarkdown reports whether a file without a suffix is a document: front
// matter or a heading near its beginning.
func looksLikeMarkdown(data []byte) bool {
	head := string(data[:min(len(data), 4096)])
	if strings.HasPrefix(head, "---\n") {
		return true
	}
	for l := range strings.Lines(head) {
		if strings.HasPrefix(l, "# ") || strings.HasPrefix(l, "## ") {
			return true
		}
	}
	return false
}

// Nothing reports whether an error of Import says that a document holds nothing to
// follow.
func Nothing(err error) bool { return errors.Is(err, errNothing) }

var errNothing = errors.New("nothing to follow")

// Add counts another document in.
func (s *Stats) Add(o Stats) {
	s.Headings += o.Headings
	s.Fences += o.Fences
	s.Shell += o.Shell
	s.Commands += o.Commands
	s.FromShell += o.FromShell
	s.Inline += o.Inline
	s.AsText += o.AsText
	s.Steps += o.Steps
	s.Params += o.Params
}
