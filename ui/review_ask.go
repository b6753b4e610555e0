package ui

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/review"
)

// unsent is a text on its way: should it be refused, it is not lost.
type unsent struct {
	base     int64
	was, now string
}

// write opens a section in a box. What somebody else wrote meanwhile is merged in
// when the text is sent; where both changed the same lines the box stays open with
// both texts.
func (d *reviewDesk) write(a *App, key model.SectionKey) {
	s := d.doc.Section(key)
	text := s.Text
	if u, ok := d.waiting[key]; ok { // it was refused before
		there := a.room.inc.Writeup.Section(key)
		text, _ = review.Merge(u.was, u.now, there.Text)
		s.Seq, s.Text = there.Seq, there.Text
	}
	d.box(a, key, s.Seq, s.Text, text)
}

func (d *reviewDesk) box(a *App, key model.SectionKey, base int64, was, text string) {
	name := review.PartFor(key).Title
	e := newEditor(name, "enter writes it · ctrl+j new line · "+a.key("review.editor")+" your own editor, outside this box · esc back", text, func(a *App, now string) (tea.Cmd, error) {
		if review.Conflicted(now) {
			return nil, model.Errorf(model.Invalid, "two texts are still side by side: keep what is right and take the lines with <<<<<<< ======= >>>>>>> away")
		}
		there := a.room.inc.Writeup.Section(key)
		if there.Seq != base {
			merged, clean := review.Merge(was, strings.TrimRight(now, " \t\n"), there.Text)
			if !clean {
				d.box(a, key, there.Seq, there.Text, merged)
				a.say(warning, there.By+" wrote here meanwhile: both texts are in the box")
				return nil, nil
			}
			now = merged
		}
		return d.send(a, model.WriteReview{Section: key, Text: now, Base: there.Seq}, was, "", nil), nil
	})
	e.input.area.MaxHeight = max(6, a.lay.body.Dy()-6)
	e.input.set(text)
	a.open(e)
}

// send writes a section and remembers its text until it is in the record. file,
// if it is not empty, is where the text lies as well; written is called when the
// text is in the record.
func (d *reviewDesk) send(a *App, c model.WriteReview, was, file string, written func()) tea.Cmd {
	if d.waiting == nil {
		d.waiting = map[model.SectionKey]unsent{}
	}
	d.waiting[c.Section] = unsent{c.Base, was, c.Text}
	return a.send(job{incident: a.room.inc.ID, request: model.Request{Command: c}, done: "written: " + review.PartFor(c.Section).Title, kept: file, then: func(a *App, _ model.Receipt) tea.Cmd {
		delete(d.waiting, c.Section)
		if written != nil {
			written()
		}
		return nil
	}})
}

// reviewEditedMsg brings what came back from a person's own editor.
type reviewEditedMsg struct {
	id    string
	path  string
	draft review.Draft
	data  []byte
	quick bool // it ended so soon that nobody can have written
	err   error
}

// editor takes all sections to a person's own editor, which has the terminal
// until it ends.
func (d *reviewDesk) editor(a *App) tea.Cmd {
	w := review.NewDraft(d.doc)
	path, err := EditFile(d.doc.ID+".md", w.File(d.doc))
	if err != nil {
		a.say(failure, model.Message(err))
		return nil
	}
	cmd, err := EditorCommand(path)
	if err != nil {
		_ = os.RemoveAll(filepath.Dir(path))
		a.say(failure, model.Message(err))
		return nil
	}
	id, began := d.id, time.Now()
	return tea.ExecProcess(cmd, func(err error) tea.Msg {
		m := reviewEditedMsg{id: id, path: path, draft: w, quick: time.Since(began) < AtOnce}
		if err != nil {
			m.err = model.Wrap(model.Invalid, err, "the editor did not end well, nothing was written")
			return m
		}
		m.data, m.err = ReadEdited(path)
		return m
	})
}

// edited merges what came back. The file stays until all of it is in the record.
func (d *reviewDesk) edited(a *App, m reviewEditedMsg) tea.Cmd {
	changed, err := map[model.SectionKey]string(nil), m.err
	if err == nil {
		changed, err = m.draft.Back(m.data)
	}
	if err == nil && (a.room == nil || a.room.inc.ID != m.id) {
		err = model.Errorf(model.Conflict, "another incident is open: nothing was written")
	}
	if err != nil {
		a.say(failure, model.Message(err)+"; your text is in "+m.path)
		return nil
	}
	cmds, conflicts := m.draft.Reconcile(changed, a.room.inc)
	left := len(cmds) + len(conflicts)
	remove := func() { _ = os.RemoveAll(filepath.Dir(m.path)) }
	var out []tea.Cmd
	for _, c := range cmds {
		out = append(out, d.send(a, c, m.draft.Was(c.Section), m.path, func() {
			if left--; left == 0 {
				remove()
			}
		}))
	}
	for _, c := range slices.Backward(conflicts) {
		d.box(a, c.Section, c.Seq, c.Theirs, c.Both)
	}
	switch {
	case len(conflicts) > 0:
		a.say(warning, conflicts[0].By+" wrote here meanwhile: both texts are in the box, yours also in "+m.path)
	case len(cmds) == 0 && m.quick:
		a.say(info, StillOpen(m.path))
	case len(cmds) == 0:
		remove()
		a.say(info, "nothing was changed")
	}
	return tea.Batch(out...)
}

func (d *reviewDesk) askState(a *App) {
	var items []item
	at := 0
	for k, s := range model.ReviewStates {
		it := item{text: s.String(), data: s}
		if s == a.room.inc.Writeup.State {
			it.why, at = "is so now", k
		}
		if n := d.doc.Score.Percent; s == model.ReviewPublished && n < 100 {
			it.note = "not all parts are written"
		}
		items = append(items, it)
	}
	p := newPicker("How far is the postmortem?", items, func(a *App, it item) tea.Cmd {
		s := it.data.(model.ReviewState)
		return a.do(model.MoveReview{To: s}, "the postmortem is "+s.String())
	})
	p.sel = min(at+1, len(items)-1)
	a.open(p)
}

func (d *reviewDesk) askOwner(a *App) {
	r := a.room.inc.Review
	due := ""
	if !r.Due.IsZero() {
		due = r.Due.In(a.zone).Format("2006-01-02 15:04")
	}
	a.ask("Who writes the postmortem?", []field{
		textField("owner", r.Owner, "@ana", "one person"),
		textField("due", due, model.Span(a.cfg.Rules.Review)+" after it was resolved", "48h, 3d, 2026-11-26"),
	}, func(a *App, v []string) (model.Command, error) {
		c := model.PlanReview{Owner: v[0], Rules: a.cfg.Rules}
		if v[1] != "" {
			var err error
			if c.Due, err = model.ParseDue(v[1], a.now, a.zone); err != nil {
				return nil, err
			}
		}
		return c, nil
	})
}

func (d *reviewDesk) askExport(a *App) {
	var f *form
	f = newForm("Write the postmortem into a file", []field{
		{label: "as", help: "public: no internal parts, no names", choices: []string{"markdown", "html", "json", "public markdown", "public html", "public json"}},
		textField("file", "", d.doc.ID+".md, .html or .json", "a new file; none is replaced"),
	}, func(a *App, v []string) (tea.Cmd, error) {
		as, public := strings.CutPrefix(v[0], "public ")
		path := v[1]
		if path == "" {
			path = d.doc.ID + map[bool]string{true: "-public"}[public] + map[string]string{"markdown": ".md", "html": ".html", "json": ".json"}[as]
		}
		doc, tree := d.doc, ""
		if public {
			doc = doc.ForPublic(a.room.inc.People)
		} else if t := d.shownTree(); t != nil {
			tree = t.SVG(200)
		}
		return d.export(a, f, path, doc, as, tree), nil
	})
	a.open(f)
}
