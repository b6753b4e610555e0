package ui

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/review/faulttree"
)

// solvedTree is a fault tree with what is known of it.
type solvedTree struct {
	name   string
	text   string // the file
	by     string // who kept it in the record; "" if it is only looked at
	tree   *faulttree.Tree
	result *faulttree.Result
	likely map[string]float64
	err    error // it cannot be solved
}

// solveTree reads and solves a fault tree. It may take a second: call it from a
// tea.Cmd.
func solveTree(name, text string) *solvedTree {
	s := &solvedTree{name: name, text: text}
	if s.tree, s.err = faulttree.Read(name, []byte(text), ""); s.err != nil {
		return s
	}
	if s.result, s.err = faulttree.Analyse(s.tree, faulttree.Options{Limit: 100, Nodes: 500_000}); s.err != nil {
		return s
	}
	s.likely = s.tree.Likelihoods()
	return s
}

// treeMsg brings a fault tree from a file, to be kept in the record or only to be
// looked at.
type treeMsg struct {
	tree *solvedTree
	keep bool
	form *form // that waits for it
}

// shown is the tree that the desk shows: one that was just read from a file, else
// the one of the record; nil if there is neither and the whys stand for it.
func (d *reviewDesk) shown() *solvedTree {
	if d.loaded != nil {
		return d.loaded
	}
	return d.kept
}

func (d *reviewDesk) shownTree() *faulttree.Tree {
	if s := d.shown(); s != nil {
		return s.tree
	}
	return d.tree
}

func (d *reviewDesk) outline() []faulttree.Row {
	t := d.shownTree()
	if t == nil {
		return nil
	}
	var likely map[string]float64
	if s := d.shown(); s != nil {
		likely = s.likely
	}
	return t.Outline(d.folded, likely)
}

// chance is the probability of the top event in words.
func (s *solvedTree) chance() string {
	if s.result == nil || s.result.Probability == nil {
		return "unknown"
	}
	return faulttree.Number(*s.result.Probability)
}

func (d *reviewDesk) layTree(a *App, p *reviewPage) {
	th := a.theme
	l := d.shown()
	switch {
	case l != nil && l.err != nil:
		p.text("The tree "+l.name+" of the record cannot be solved here: "+model.Message(l.err), th.warn, 1)
		return
	case l != nil:
		line := segs{{" P = " + l.chance(), th.strong}}
		if l.result.Probability == nil {
			line = segs{{" probability unknown", th.warn}}
		}
		if l.result.Count != nil {
			line.add("", "  "+cutSets(l.result.Count.String()))
		}
		line.add(th.dim, "  "+model.Visible(l.name))
		if l.by != "" {
			line.add(th.dim, ", kept by "+model.Visible(l.by))
		} else {
			line.add(th.warn, ", only looked at: not in the record")
		}
		p.put(line)
		for _, r := range l.result.Recommendations() {
			p.text(r, th.warn, 1)
		}
	case d.tree != nil:
		p.text("Made of the whys: each answer with answers below is “any of”. warroom whys tree writes it as a file to put probabilities in; "+a.key("review.load")+" brings it back.", th.dim, 1)
	default:
		p.text("There is no answer to any why yet, so there is no tree of them. "+a.key("review.load")+" keeps one from a file.", th.dim, 1)
		return
	}
	p.put(nil)
	for k, r := range d.outline() {
		line := segs{{" " + r.Branch, th.rule}, {r.Sign + " ", th.accent}, {model.Visible(r.Text), ""}}
		if r.Gate != "" {
			line.add(th.dim, "  "+r.Gate)
		}
		if r.P != nil {
			line.add(th.strong, "  "+faulttree.Number(*r.P))
		}
		if r.Closed {
			line.add(th.accent, "  …")
		}
		if r.Shared {
			line.add(th.dim, "  as above")
		}
		p.putRow(k, line)
	}
	if l != nil {
		p.put(nil)
		for k, c := range l.result.CutSets {
			if k == 8 {
				of := model.Visible(l.name)
				if l.by != "" {
					of = d.id
				}
				p.put(segs{{" … warroom faulttree " + of + " lists more", th.dim}})
				break
			}
			prob := "unknown"
			if c.Probability != nil {
				prob = faulttree.Number(*c.Probability)
			}
			var words []string
			for _, e := range c.Events {
				words = append(words, model.Visible(l.tree.Words(e)))
			}
			p.put(segs{{" " + pad(prob, 11), th.dim}, {strings.Join(words, " + "), ""}})
		}
		for _, n := range l.result.Notes {
			p.text(n, th.dim, 1)
		}
	}
}

// The answers to what shall become of a tree from a file.
const (
	treeKept   = "in the record, for everybody"
	treeLooked = "only show it here"
)

func (d *reviewDesk) askTree(a *App) {
	keep := []string{treeKept, treeLooked}
	if writable(a) != "" {
		keep = keep[1:]
	}
	var f *form
	f = newForm("A fault tree from a file", []field{
		textField("file", "", "tree.yaml", "YAML, or Open-PSA XML; warroom faulttree example prints one"),
		{label: "keep", help: "the record keeps the file, every terminal draws it", choices: keep},
	}, func(a *App, v []string) (tea.Cmd, error) {
		if v[0] == "" {
			return nil, model.Errorf(model.Invalid, "name a file")
		}
		return d.loadTree(a, f, v[0], v[1] == treeKept), nil
	})
	a.open(f)
}

// keepTree takes a tree that came from a file.
func (d *reviewDesk) keepTree(a *App, m treeMsg) tea.Cmd {
	if !m.form.answered(m.tree.err) { // it stays, with the name of the file
		return nil
	}
	a.dialogs = without(a.dialogs, m.form)
	for k, p := range deskParts {
		if p.id == partTree {
			d.sel, d.inside = k, true
		}
	}
	d.loaded, d.row, d.scroll, d.page = m.tree, 0, 0, reviewPage{}
	d.folded = map[string]bool{}
	if !m.keep || a.room == nil || a.room.inc.ID != d.id {
		return nil
	}
	c := model.KeepTree{Name: m.tree.name, File: m.tree.text, Base: a.room.inc.Writeup.Tree.Seq}
	return a.send(job{incident: d.id, request: model.Request{Command: c}, done: "kept in the record: " + model.Brief(m.tree.name, 60), then: func(*App, model.Receipt) tea.Cmd {
		d.loaded = nil // the one of the record is shown from now on
		return nil
	}})
}

// fold hides or shows what is below the selected gate.
func (d *reviewDesk) fold(a *App) tea.Cmd {
	rows := d.outline()
	if d.part().id != partTree || !d.inside || d.row >= len(rows) {
		return nil
	}
	if r := rows[d.row]; r.Gate != "" && !r.Shared && (r.Open || r.Closed) {
		d.folded[r.ID] = !d.folded[r.ID]
		d.page = reviewPage{}
	}
	return nil
}

// loadTree reads and solves a fault tree from a file.
func (d *reviewDesk) loadTree(a *App, f *form, path string, keep bool) tea.Cmd {
	return a.read(func(_ context.Context, _ Store) tea.Msg {
		failed := func(err error) tea.Msg { return treeMsg{tree: &solvedTree{err: err}, form: f} }
		st, err := os.Stat(path)
		if err != nil {
			return failed(model.Errorf(model.NotFound, "there is no file %s", model.Brief(path, 120)))
		}
		if !st.Mode().IsRegular() || st.Size() > faulttree.MaxFile {
			return failed(model.Errorf(model.Invalid, "%s is no fault tree that can be read", model.Brief(path, 120)))
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return failed(model.Wrap(model.Invalid, err, "%s cannot be read", model.Brief(path, 120)))
		}
		return treeMsg{solveTree(filepath.Base(path), string(b)), keep, f}
	})
}

// cutSets is a number of minimal cut sets, which may be too large for an int.
func cutSets(n string) string {
	if n == "1" {
		return "1 minimal cut set"
	}
	return n + " minimal cut sets"
}
