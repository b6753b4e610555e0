package ui

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/review"
)

// review is the desk, which is there once newDesks has made it.
func (a *App) review() *reviewDesk {
	d, _ := a.desks[screenReview].(*reviewDesk)
	return d
}

func hasReview(a *App) string {
	if why := hasRoom(a); why != "" {
		return why
	}
	if d := a.review(); d == nil || !d.ready(a) {
		return "the record is being read"
	}
	return ""
}

func writableReview(a *App) string {
	if why := hasReview(a); why != "" {
		return why
	}
	return writable(a)
}

func onReviewDesk(f func(d *reviewDesk, a *App) tea.Cmd) func(*App) tea.Cmd {
	return func(a *App) tea.Cmd { return f(a.review(), a) }
}

func reviewMove(n int) func(*App) tea.Cmd {
	return onReviewDesk(func(d *reviewDesk, a *App) tea.Cmd { d.move(a, n); return nil })
}

func reviewScroll(n int) func(*App) tea.Cmd {
	return onReviewDesk(func(d *reviewDesk, a *App) tea.Cmd {
		if d.inside && d.rows(a) > 0 {
			d.move(a, n)
			return nil
		}
		d.scroll = max(0, d.scroll+n)
		return nil
	})
}

// atItem reports whether the keys stand on an action item of the list.
func atItem(a *App) bool {
	d := a.review()
	_, ok := d.item(a)
	return ok
}

// visiting reports whether this review was opened from that of another incident.
func visiting(a *App) bool { d := a.review(); return d != nil && len(d.from) > 0 }

var reviewActions = []action{
	{id: "review.up", keys: []string{"up", "k"}, words: "Up", where: onReview, why: hasReview, run: reviewMove(-1), move: true},
	{id: "review.down", keys: []string{"down", "j"}, words: "Down", where: onReview, why: hasReview, run: reviewMove(1), move: true},
	{id: "review.pgup", keys: []string{"pgup", "ctrl+u"}, words: "A page up", where: onReview, why: hasReview, run: reviewScroll(-10), move: true},
	{id: "review.pgdown", keys: []string{"pgdown", "ctrl+d"}, words: "A page down", where: onReview, why: hasReview, run: reviewScroll(10), move: true},
	{id: "review.in", keys: []string{"tab", "right"}, words: "To the text and back", where: onReview, why: hasReview,
		run: onReviewDesk(func(d *reviewDesk, a *App) tea.Cmd { d.inside = !d.inside; return nil }), move: true},
	{id: "review.out", keys: []string{"left"}, words: "Back to the parts", where: onReview, why: hasReview,
		run: onReviewDesk(func(d *reviewDesk, a *App) tea.Cmd { d.inside = false; return nil }), move: true},
	{id: "review.enter", keys: []string{"enter", "e"}, words: "Write this part; take what is suggested; change the item", short: "write", where: onReview, rank: 1, why: writableReview,
		run: onReviewDesk(func(d *reviewDesk, a *App) tea.Cmd { return d.enter(a) })},
	{id: "review.add", keys: []string{"n"}, words: "Enter an action item, or an answer to a why", short: "new", where: onReview, rank: 2, why: writableReview,
		run: onReviewDesk(func(d *reviewDesk, a *App) tea.Cmd { return d.add(a) })},
	{id: "review.done", keys: []string{"d"}, words: "The action item is done, or open again", short: "done", where: onReview, rank: 3, why: writableReview, when: atItem,
		run: onReviewDesk(func(d *reviewDesk, a *App) tea.Cmd { return d.done(a) })},
	{id: "review.drop", keys: []string{"D"}, words: "Drop the action item, take the answer back or the tree away", short: "drop", where: onReview, why: writableReview,
		run: onReviewDesk(func(d *reviewDesk, a *App) tea.Cmd { return d.drop(a) })},
	{id: "review.fold", keys: []string{"space"}, words: "Fold the branch of the tree in or out", where: onReview, why: hasReview,
		run: onReviewDesk(func(d *reviewDesk, a *App) tea.Cmd { return d.fold(a) })},
	{id: "review.editor", keys: []string{"E"}, words: "Write all parts in your own editor", short: "editor", where: onReview, rank: 4, why: writableReview,
		run: onReviewDesk(func(d *reviewDesk, a *App) tea.Cmd { return d.editor(a) })},
	{id: "review.state", keys: []string{"p"}, words: "Say how far the postmortem is: in review, reviewed, published", short: "state", where: onReview, rank: 5, why: writableReview,
		run: onReviewDesk(func(d *reviewDesk, a *App) tea.Cmd { d.askState(a); return nil })},
	{id: "review.owner", keys: []string{"o"}, words: "Say who writes the postmortem, and by when", short: "owner", where: onReview, why: writableReview,
		run: onReviewDesk(func(d *reviewDesk, a *App) tea.Cmd { d.askOwner(a); return nil })},
	{id: "review.back", keys: []string{"B"}, words: "Back to the review from which this one was opened", short: "back", where: onReview, rank: 1, when: visiting,
		run: onReviewDesk(func(d *reviewDesk, a *App) tea.Cmd { return d.back(a) })},
	{id: "review.seed", keys: []string{"h"}, words: "Begin the whys with the confirmed hypotheses", where: onReview, why: writableReview,
		run: onReviewDesk(func(d *reviewDesk, a *App) tea.Cmd { return d.seed(a) })},
	{id: "review.load", keys: []string{"f"}, words: "Keep a fault tree from a file, or look at one", where: onReview, why: hasReview,
		run: onReviewDesk(func(d *reviewDesk, a *App) tea.Cmd { d.askTree(a); return nil })},
	{id: "review.copy", keys: []string{"y"}, words: "Copy the postmortem as Markdown", short: "copy", where: onReview, rank: 6, why: hasReview,
		run: onReviewDesk(func(d *reviewDesk, a *App) tea.Cmd { return d.copy(a) })},
	{id: "review.export", keys: []string{"X"}, words: "Write the postmortem into a file: Markdown, HTML, JSON, or the public version", where: onReview, why: hasReview,
		run: onReviewDesk(func(d *reviewDesk, a *App) tea.Cmd { d.askExport(a); return nil })},
}

// enter does what the selected line asks for.
func (d *reviewDesk) enter(a *App) tea.Cmd {
	if why := writableReview(a); why != "" {
		a.say(warning, why)
		return nil
	}
	switch p := d.part(); p.id {
	case review.PartActions:
		it, ok := d.item(a)
		switch {
		case !ok && len(d.doc.Actions) > 0:
			d.inside = true
		case !ok:
			d.askItem(a, review.Action{})
		default:
			d.askItem(a, it)
		}
	case partWhys:
		w, ok := d.answer(a)
		switch {
		case !ok && d.rows(a) > 0:
			d.inside = true
		case !ok:
			d.askWhy(a, 0)
		default:
			d.changeWhy(a, w)
		}
	case partTree:
		if !d.inside {
			d.inside = true
			return nil
		}
		return d.fold(a)
	case partEarlier:
		if !d.inside {
			d.inside = len(d.doc.Earlier) > 0
			return nil
		}
		if d.row < len(d.doc.Earlier) {
			d.from = append(d.from, d.id)
			return d.visit(a, d.doc.Earlier[d.row].ID)
		}
	case review.PartFacts:
		d.askOwner(a)
	case review.PartTimeline:
		a.say(info, "the timeline is corrected in the Room: "+a.key("desk.back")+" goes there")
	default:
		d.write(a, p.key)
	}
	return nil
}

// visit opens the review of another incident.
func (d *reviewDesk) visit(a *App, id string) tea.Cmd {
	d.to = id
	say := "the review of " + id
	if len(d.from) > 0 {
		say += " · " + a.key("review.back") + " goes back"
	}
	a.say(info, say)
	a.landing = screenReview
	return a.enter(id, 0)
}

// back returns to the review from which an earlier one was opened.
func (d *reviewDesk) back(a *App) tea.Cmd {
	n := len(d.from)
	if n == 0 {
		return nil
	}
	id := d.from[n-1]
	d.from = d.from[:n-1]
	return d.visit(a, id)
}

func (d *reviewDesk) add(a *App) tea.Cmd {
	if d.part().id == partWhys {
		w, _ := d.answer(a)
		d.askWhy(a, w.N)
		return nil
	}
	d.askItem(a, review.Action{})
	return nil
}

func (d *reviewDesk) drop(a *App) tea.Cmd {
	if it, ok := d.item(a); ok && !it.Suggested {
		a.ask("Drop: "+model.Brief(it.Title, 50), []field{textField("why", "", "covered by OPS-12", "the reason is logged")}, func(_ *App, v []string) (model.Command, error) {
			return model.DropAction{N: it.N, Reason: v[0]}, nil
		})
		return nil
	}
	if d.part().id == partTree {
		switch {
		case d.loaded != nil:
			d.loaded, d.page = nil, reviewPage{}
		case d.kept == nil:
			a.say(warning, "no fault tree is kept in the record: "+a.key("review.load")+" keeps one")
		default:
			a.ask("Take the fault tree away: "+model.Brief(d.kept.name, 50), []field{textField("why", "", "", "the record keeps what it was")}, func(_ *App, v []string) (model.Command, error) {
				return model.DropTree{Reason: v[0]}, nil
			})
		}
		return nil
	}
	if w, ok := d.answer(a); ok {
		a.ask("Take back: "+model.Brief(w.Answer, 50), []field{textField("why", "", "", "with every answer below it; the record keeps them")}, func(_ *App, v []string) (model.Command, error) {
			return model.DropWhy{N: w.N, Reason: v[0]}, nil
		})
		return nil
	}
	a.say(warning, "nothing of the list is selected: "+a.key("review.in")+" goes to it")
	return nil
}

// template is the team's own template of that name, or "".
func (a *App) template(name string) (string, error) {
	if a.cfg.Postmortem == nil {
		return "", nil
	}
	return a.cfg.Postmortem(name)
}

func (d *reviewDesk) copy(a *App) tea.Cmd {
	var b strings.Builder
	text, err := a.template(review.TemplateMarkdown)
	if err == nil {
		err = d.doc.Markdown(&b, text)
	}
	if err != nil {
		a.say(failure, model.Message(err))
		return nil
	}
	a.say(info, "the postmortem is in the clipboard")
	return tea.SetClipboard(b.String())
}

// exportedMsg says that a file was written, or why not.
type exportedMsg struct {
	form *form // that waits for it
	path string
	err  error
}

// exported closes the form, which stays with its file name if nothing was written.
func (d *reviewDesk) exported(a *App, m exportedMsg) {
	if !m.form.answered(m.err) {
		return
	}
	a.dialogs = without(a.dialogs, m.form)
	a.say(info, "written: "+model.Brief(m.path, 120))
}

// export writes doc into a new file of its own; it never replaces one.
func (d *reviewDesk) export(a *App, f *form, path string, doc *review.Document, as, tree string) tea.Cmd {
	return func() tea.Msg {
		m := exportedMsg{form: f, path: path}
		if abs, err := filepath.Abs(path); err == nil {
			m.path = abs
		}
		m.err = a.exportFile(path, doc, as, tree)
		return m
	}
}

func (a *App) exportFile(path string, doc *review.Document, as, tree string) error {
	own := ""
	if name := map[string]string{"html": review.TemplateHTML, "markdown": review.TemplateMarkdown}[as]; name != "" {
		var err error
		if own, err = a.template(name); err != nil {
			return err
		}
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, os.ErrExist):
		return model.Errorf(model.Conflict, "%s exists already: give it a new name", model.Brief(path, 120))
	case err != nil:
		return model.Wrap(model.Invalid, err, "%s cannot be written: %s", model.Brief(path, 120), model.Brief(err.Error(), 120))
	}
	switch as {
	case "html":
		err = doc.HTML(f, own, tree)
	case "json":
		e := json.NewEncoder(f)
		e.SetIndent("", "  ")
		err = e.Encode(doc)
	default:
		err = doc.Markdown(f, own)
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		_ = os.Remove(path)
		return model.Wrap(model.CodeOf(err), err, "%s was not written: %s", model.Brief(path, 120), model.Brief(model.Message(err), 120))
	}
	return nil
}
