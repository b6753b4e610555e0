package ui

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/review/faulttree"
)

// loadedTree is a fault tree that was read from a file.
type loadedTree struct {
	name   string
	tree   *faulttree.Tree
	result *faulttree.Result
	likely map[string]float64
}

// treeMsg brings a fault tree from a file.
type treeMsg struct {
	tree *loadedTree
	err  error
}

func (d *reviewDesk) shownTree() *faulttree.Tree {
	if d.loaded != nil {
		return d.loaded.tree
	}
	return d.tree
}

func (d *reviewDesk) outline() []faulttree.Row {
	t := d.shownTree()
	if t == nil {
		return nil
	}
	var likely map[string]float64
	if d.loaded != nil {
		likely = d.loaded.likely
	}
	return t.Outline(d.folded, likely)
}

func (d *reviewDesk) layTree(a *App, p *reviewPage) {
	th := a.theme
	t := d.shownTree()
	if t == nil {
		p.text("There is no answer to any why yet, so there is no tree of them. "+a.key("review.load")+" shows one from a file.", th.dim, 1)
		return
	}
	if l := d.loaded; l != nil {
		line := segs{{" " + model.Visible(l.name) + "  ", th.dim}}
		if l.result.Probability != nil {
			line.add(th.strong, "P = "+faulttree.Number(*l.result.Probability))
		} else {
			line.add(th.warn, "probability unknown")
		}
		if l.result.Count != nil {
			line.add(th.dim, "  "+l.result.Count.String()+" minimal cut sets")
		}
		p.put(line)
		for _, r := range l.result.Recommendations() {
			p.text(r, th.warn, 1)
		}
	} else {
		p.text("Made of the whys: each answer with answers below is “any of”. warroom whys tree writes it as a file to put probabilities in.", th.dim, 1)
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
	if l := d.loaded; l != nil {
		p.put(nil)
		for k, c := range l.result.CutSets {
			if k == 8 {
				p.put(segs{{fmt.Sprintf(" … warroom faulttree %s lists more", model.Visible(l.name)), th.dim}})
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

func (d *reviewDesk) askTree(a *App) {
	a.open(newForm("Show a fault tree", []field{textField("file", "", "tree.yaml", "YAML, or Open-PSA XML; warroom faulttree example prints one")}, func(a *App, v []string) (tea.Cmd, error) {
		if v[0] == "" {
			return nil, model.Errorf(model.Invalid, "name a file")
		}
		for k, p := range deskParts {
			if p.id == partTree {
				d.sel, d.inside, d.row, d.scroll = k, true, 0, 0
			}
		}
		return d.loadTree(a, v[0]), nil
	}))
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
func (d *reviewDesk) loadTree(a *App, path string) tea.Cmd {
	return a.read(func(_ context.Context, _ Store) tea.Msg {
		st, err := os.Stat(path)
		if err != nil {
			return treeMsg{err: model.Errorf(model.NotFound, "there is no file %s", model.Brief(path, 120))}
		}
		if !st.Mode().IsRegular() || st.Size() > faulttree.MaxFile {
			return treeMsg{err: model.Errorf(model.Invalid, "%s is no fault tree that can be read", model.Brief(path, 120))}
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return treeMsg{err: model.Wrap(model.Invalid, err, "%s cannot be read", model.Brief(path, 120))}
		}
		name := filepath.Base(path)
		t, err := faulttree.Read(name, b, "")
		if err != nil {
			return treeMsg{err: err}
		}
		r, err := faulttree.Analyse(t, faulttree.Options{Limit: 100, Nodes: 500_000})
		if err != nil {
			return treeMsg{err: err}
		}
		return treeMsg{tree: &loadedTree{name, t, r, t.Likelihoods()}}
	})
}
