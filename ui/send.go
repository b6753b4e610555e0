package ui

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// storeDeadline bounds every call to the record: nothing on the screen waits
// longer than this for an answer, even from a disk that hangs.
const storeDeadline = 15 * time.Second

// job is a command on its way to the record. Jobs leave one at a time, in the
// order in which they were given, so that two quick lines cannot overtake each
// other.
type job struct {
	incident string
	request  model.Request
	line     string // what was typed, if it came from the composer
	form     *form  // the form that waits for the answer, if any
	done     string // what to say when it worked; "" says nothing
	kept     string // the file in which the text lies as well, should it be refused
	then     func(*App, model.Receipt) tea.Cmd
}

// doneMsg is the answer to a job.
type doneMsg struct {
	job     job
	receipt model.Receipt
	err     error
}

// send queues a job.
func (a *App) send(j job) tea.Cmd {
	if j.request.Actor == "" {
		j.request.Actor = a.cfg.Actor
	}
	if j.request.ID == (model.ID{}) {
		j.request.ID = a.store.NewID()
	}
	a.queue = append(a.queue, j)
	return a.next()
}

// do sends a command to the open incident.
func (a *App) do(c model.Command, done string) tea.Cmd {
	if a.room == nil {
		a.say(warning, "no incident is open")
		return nil
	}
	return a.send(job{incident: a.room.inc.ID, request: model.Request{Command: c}, done: done})
}

// onItsWay reports whether a command that is like that is going to the record.
func (a *App) onItsWay(like func(model.Command) bool) bool {
	return a.sending != nil && like(a.sending.request.Command) ||
		slices.ContainsFunc(a.queue, func(j job) bool { return like(j.request.Command) })
}

// undo takes back the newest action. Of an update that was noted as sent only
// the note is taken back, and that is what is said.
func (a *App) undo() tea.Cmd {
	if a.room == nil {
		a.say(warning, "no incident is open")
		return nil
	}
	return a.send(job{incident: a.room.inc.ID, request: model.Request{Command: model.Undo{}}, then: func(a *App, r model.Receipt) tea.Cmd {
		for _, e := range r.Events {
			if b, ok := e.Body.(*model.Undone); ok && b.Kind == model.KindUpdateSent {
				a.say(warning, e.Text()+" · what did go out stays out")
				return nil
			}
		}
		a.say(info, "taken back")
		return nil
	}})
}

// next starts the job at the head of the queue, unless one is under way.
func (a *App) next() tea.Cmd {
	if a.sending != nil || len(a.queue) == 0 {
		return nil
	}
	j := a.queue[0]
	a.sending, a.queue = &j, a.queue[1:]
	store, base, limit := a.store, a.ctx, a.limit
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(base, limit)
		defer cancel()
		r, err := store.Do(ctx, j.incident, j.request)
		return doneMsg{j, r, err}
	}
}

// finished takes the answer to a job: events into the room, a refused line back
// into the input.
func (a *App) finished(m doneMsg) tea.Cmd {
	a.sending = nil
	var cmds []tea.Cmd
	if m.err == nil {
		cmds = append(cmds, a.absorb(m.receipt.Events), a.refreshList(), a.deskNews(m.receipt.Events))
		if m.job.line != "" {
			a.composer.remember(m.job.line)
		}
		a.outsider(m.receipt.Events)
		if m.job.done != "" {
			a.say(info, m.job.done)
		}
		if m.job.then != nil {
			cmds = append(cmds, m.job.then(a, m.receipt))
		}
	} else {
		a.refused(m)
	}
	if m.job.form != nil && m.job.form.answered(m.err) {
		a.dialogs = without(a.dialogs, m.job.form)
	}
	return tea.Batch(append(cmds, a.next())...)
}

// refused says why, and gives a typed line back. Lines that wait behind one that
// could not be written wait with it: order matters more than speed.
func (a *App) refused(m doneMsg) {
	text := model.Message(m.err)
	a.log.Printf("%T: %v", m.job.request.Command, m.err)
	if m.job.kept != "" {
		text += "; your text is in " + m.job.kept
	}
	if m.job.line == "" {
		if m.job.form == nil {
			a.say(failure, text)
		}
		return
	}
	c := &a.composer
	lines := m.job.line
	for _, j := range a.queue {
		if j.line != "" {
			lines += "\n" + j.line
		}
	}
	if lines != m.job.line {
		a.queue = nil
	} else {
		c.retry, c.retried = m.job.request.ID, m.job.line
	}
	if c.empty() {
		c.set(lines)
	} else { // somebody is typing already: keep it one key away
		c.remember(lines)
		text += " · the line is in the history: ↑"
	}
	c.problem = text
}

func without(ds []dialog, d dialog) []dialog {
	out := ds[:0]
	for _, x := range ds {
		if x != d {
			out = append(out, x)
		}
	}
	return out
}
