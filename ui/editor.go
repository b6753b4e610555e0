package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// editor is a box for a text of several lines that is sent by enter.
type editor struct {
	name    string
	foot    string
	input   composer
	problem string
	send    func(a *App, text string) (tea.Cmd, error)
}

func newEditor(name, foot, text string, send func(*App, string) (tea.Cmd, error)) *editor {
	e := &editor{name: name, foot: foot, input: newComposer(), send: send}
	e.input.area.MaxHeight = 12
	e.input.area.Focus()
	e.input.set(text)
	return e
}

func (e *editor) title() string { return e.name }
func (e *editor) wide() bool    { return true }
func (e *editor) keys() string  { return e.foot }

func (e *editor) update(a *App, msg tea.Msg) (bool, tea.Cmd) {
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch k.String() {
		case "enter":
			cmd, err := e.send(a, e.input.value())
			if err != nil {
				e.problem = model.Message(err)
				return false, nil
			}
			return true, cmd
		case "ctrl+y":
			a.say(info, "sent to the clipboard")
			return false, tea.SetClipboard(strings.Join(model.VisibleLines(e.input.value()), "\n"))
		}
	}
	e.problem = ""
	if p, ok := msg.(tea.PasteMsg); ok {
		e.input.paste(p.Content)
		return false, nil
	}
	var cmd tea.Cmd
	e.input.area, cmd = e.input.area.Update(msg)
	return false, cmd
}

func (e *editor) view(a *App, w, h int) ([]string, *tea.Cursor) {
	e.input.setWidth(w - 1)
	rows := strings.Split(e.input.area.View(), "\n")
	out := make([]string, 0, h)
	for _, r := range rows[:min(len(rows), max(1, h-1))] {
		out = append(out, fitANSI(r, w))
	}
	if e.problem != "" {
		out = append(out, segs{{"✗ " + e.problem, a.theme.alarm}}.fit(w))
	}
	cur := e.input.area.Cursor()
	if cur != nil {
		cur.Shape, cur.Blink = tea.CursorBar, false
	}
	return out, cur
}
