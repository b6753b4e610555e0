package ui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/play"
)

// printout is what an action prints or printed.
type printout struct {
	of    string // the action, if it is not the selected one
	note  string
	lines []play.Line
	file  string
}

// printed is the output that belongs on the screen: that of the selected action,
// live here or on another terminal; and as long as it has none, that of the action
// before it, since what it said is the reason for what comes next.
func (d *booksDesk) printed(a *App, run model.Run, state model.RunAction) (printout, bool) {
	at := d.point()
	if p, ok := d.printedAt(a, run, at, state); ok {
		return p, true
	}
	var last model.RunAction
	var lastAt play.Point
	for _, s := range run.Steps {
		for k, x := range s.Actions {
			if x.Output != "" && !x.Ended.Before(last.Ended) {
				last, lastAt = x, play.Point{Incident: d.of, Run: run.N, Step: s.ID, Action: k}
			}
		}
	}
	if last.Output == "" {
		return printout{}, false
	}
	p, _ := d.printedAt(a, run, lastAt, last)
	p.of = last.Text
	return p, true
}

func (d *booksDesk) printedAt(a *App, run model.Run, at play.Point, state model.RunAction) (p printout, ok bool) {
	live := d.job != nil && d.jobAt == at
	running := state.State == model.ActionRunning
	switch {
	case live && d.working():
		p.note = fmt.Sprintf("running %s · %s stops it", countdown(max(0, a.now.Sub(d.began))), a.key("book.stop"))
	case running && model.SamePerson(run.Runner.Person, a.cfg.Actor):
		p.note = "live from another terminal of yours"
	case running:
		p.note = "live from " + run.Runner.Person
	}
	switch {
	case live || d.outAt == at && d.out.Version > 0 && (running || !d.peeked):
		p.lines, p.file = d.out.Lines, d.out.File
		if d.out.Dropped > 0 {
			p.note = strings.TrimPrefix(fmt.Sprintf("%s · %s not shown", p.note, bytesOf(d.out.Dropped)), " · ")
		}
	case state.Output != "":
		for _, l := range strings.Split(strings.TrimRight(state.Output, "\n"), "\n") {
			p.lines = append(p.lines, play.Line{Text: l})
		}
	case running:
		p.note += " · what it prints comes here when it has ended"
	default:
		return p, false
	}
	return p, true
}

// bytesOf words a number of bytes in three figures.
func bytesOf(n int64) string {
	f, unit := float64(n), "B"
	for _, u := range []string{"kB", "MB", "GB", "TB"} {
		if f < 1000 {
			break
		}
		f, unit = f/1000, u
	}
	if unit == "B" || f >= 100 {
		return fmt.Sprintf("%.0f %s", f, unit)
	}
	return fmt.Sprintf("%.3g %s", f, unit)
}

// outputLines draws the end of it, or what was scrolled back to.
func (d *booksDesk) outputLines(a *App, run model.Run, state model.RunAction, w, h int) []string {
	th := a.theme
	p, ok := d.printed(a, run, state)
	if !ok {
		return nil
	}
	head := segs{{" Output", th.strong}}
	if p.of != "" {
		head = segs{{" Output of: ", th.strong}, {model.Visible(p.of), th.dim}}
	}
	out := []string{segs{{strings.Repeat("─", w), th.rule}}.fit(w)}
	room := h - 2
	d.top = min(max(0, d.top), max(0, len(p.lines)-room))
	if d.top > 0 {
		p.note = strings.TrimPrefix(fmt.Sprintf("%s · %s below", p.note, plural(d.top, "line")), " · ")
	}
	out = append(out, spread(w, head, segs{{model.Visible(p.note) + " ", th.dim}}))
	end := len(p.lines) - d.top
	for _, l := range p.lines[max(0, end-room):end] {
		st := style("")
		if l.Err {
			st = th.warn
		}
		out = append(out, segs{{"   ", ""}, {model.Visible(l.Text), st}}.fit(w))
	}
	return out
}

func hasOutput(a *App) string {
	if d := a.books(); d != nil {
		if run, _, _, st, ok := d.current(a); ok {
			if p, ok := d.printed(a, run, st); ok && len(p.lines) > 0 {
				return ""
			}
		}
	}
	return "nothing was printed here"
}

// bookOutput shows all of the output, with long lines wrapped.
func (a *App) bookOutput() tea.Cmd {
	d := a.books()
	run, _, act, st, _ := d.current(a)
	p, _ := d.printed(a, run, st)
	if p.of == "" {
		p.of = act.Text
	}
	g := &pager{name: model.Brief(p.of, 90), text: func(a *App, w int) []string {
		var out []string
		for _, l := range p.lines {
			ls := style("")
			if l.Err {
				ls = a.theme.warn
			}
			text := model.Visible(l.Text)
			for _, part := range wrap(text, w, len(text)+1) {
				out = append(out, segs{{part, ls}}.fit(w))
			}
			if text == "" {
				out = append(out, segs{}.fit(w))
			}
		}
		if p.file != "" {
			out = append(out, segs{}.fit(w), segs{{"all of it: " + model.Visible(p.file), a.theme.dim}}.fit(w))
		}
		return out
	}}
	g.top = 1 << 30 // the end is what matters
	a.open(g)
	return nil
}
