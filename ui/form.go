package ui

import (
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"warroom/model"
)

// field is one line of a form: text, or one of a few choices.
type field struct {
	label   string
	help    string
	input   textinput.Model
	choices []string // if set, ← → choose and digits jump
	chosen  int
	offered bool // the value is a proposal: what is typed replaces it
}

func textField(label, value, placeholder, help string) field {
	f := field{label: label, help: help, input: newInput(placeholder)}
	f.input.SetValue(value)
	f.input.Blur()
	return f
}

// offerField is a text field with a value that is likely right. It stands there
// as if all of it were selected: whoever types 3m over an offered 5m means three
// minutes, not 5m3m. The arrow keys keep it, to be changed in place.
func offerField(label, value, placeholder, help string) field {
	f := textField(label, value, placeholder, help)
	f.offered = value != ""
	return f
}

// answerTo is what a key or a paste does to an offered value.
func (f *field) answerTo(msg tea.Msg) {
	if !f.offered {
		return
	}
	switch m := msg.(type) {
	case tea.KeyPressMsg:
		if s := m.String(); m.Text != "" || s == "backspace" || s == "delete" {
			f.input.SetValue("")
		}
	case tea.PasteMsg:
		f.input.SetValue("")
	default:
		return
	}
	f.offered = false
}

func (f *field) value() string {
	if f.choices != nil {
		return f.choices[f.chosen]
	}
	return strings.TrimSpace(f.input.Value())
}

// form asks for a few values at once. enter in any field sends it, so that the
// first field alone is enough; what is refused stays to be mended.
type form struct {
	name    string
	fields  []field
	at      int
	problem string
	busy    bool
	send    func(a *App, values []string) (tea.Cmd, error) // an error keeps the form open
}

func newForm(name string, fields []field, send func(*App, []string) (tea.Cmd, error)) *form {
	f := &form{name: name, fields: fields, send: send}
	f.focus(0)
	return f
}

func (f *form) wide() bool    { return false }
func (f *form) title() string { return f.name }
func (f *form) keys() string {
	if len(f.fields) == 1 {
		return "enter done · esc back"
	}
	return "enter done · tab next field · esc back"
}

func (f *form) focus(i int) {
	n := len(f.fields)
	f.fields[f.at].input.Blur()
	f.at = (i + n) % n
	if f.fields[f.at].choices == nil {
		f.fields[f.at].input.Focus()
	}
}

func (f *form) update(a *App, msg tea.Msg) (bool, tea.Cmd) {
	fd := &f.fields[f.at]
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch s := k.String(); s {
		case "tab", "down":
			f.focus(f.at + 1)
			return false, nil
		case "shift+tab", "up":
			f.focus(f.at - 1)
			return false, nil
		case "enter":
			return f.submit(a)
		case "left", "right":
			if fd.choices != nil {
				d := map[string]int{"left": -1, "right": 1}[s]
				fd.chosen = min(max(fd.chosen+d, 0), len(fd.choices)-1)
				return false, nil
			}
		default:
			if fd.choices != nil {
				for i, c := range fd.choices {
					if strings.Contains(strings.ToLower(c), strings.ToLower(s)) {
						fd.chosen = i
						return false, nil
					}
				}
				return false, nil
			}
		}
	}
	if fd.choices != nil {
		return false, nil
	}
	if p, ok := msg.(tea.PasteMsg); ok {
		msg = tea.PasteMsg{Content: model.Visible(strings.ReplaceAll(p.Content, "\n", " "))}
	}
	f.problem = ""
	fd.answerTo(msg)
	var cmd tea.Cmd
	fd.input, cmd = fd.input.Update(msg)
	return false, cmd
}

func (f *form) submit(a *App) (bool, tea.Cmd) {
	if f.busy {
		return false, nil
	}
	values := make([]string, len(f.fields))
	for i := range f.fields {
		values[i] = f.fields[i].value()
	}
	cmd, err := f.send(a, values)
	if err != nil {
		f.problem = model.Message(err)
		return false, nil
	}
	f.busy = true
	return false, cmd
}

// answered is told how the command that the form sent has ended.
func (f *form) answered(err error) (done bool) {
	f.busy = false
	if err != nil {
		f.problem = model.Message(err)
		return false
	}
	return true
}

func (f *form) view(a *App, w, h int) ([]string, *tea.Cursor) {
	th := a.theme
	label := f.labelWidth()
	var out []string
	var cur *tea.Cursor
	first, last := f.window(w, h)
	for i := first; i < last; i++ {
		fd := &f.fields[i]
		st := th.dim
		if i == f.at {
			st = th.accent
		}
		head := segs{{pad(fd.label, label), st}}.fit(label)
		if fd.choices != nil {
			var s segs
			for k, c := range fd.choices {
				cs := th.dim
				if k == fd.chosen {
					cs = th.strong
					if i == f.at {
						cs = th.selected
					}
				}
				if k == fd.chosen {
					c = "[" + c + "]"
				} else {
					c = " " + c + " "
				}
				s.add(cs, c)
			}
			out = append(out, head+s.fit(w-label))
			continue
		}
		fd.input.SetWidth(w - label - 1)
		fd.input.SetStyles(th.input())
		if i == f.at {
			if cur = fd.input.Cursor(); cur != nil {
				cur.X += label
				cur.Y = len(out)
				cur.Shape, cur.Blink = tea.CursorBar, false
			}
		}
		if i == f.at && fd.offered {
			out = append(out, head+segs{{model.Brief(fd.input.Value(), w-label-1), th.selected}}.fit(w-label))
			continue
		}
		out = append(out, head+fitANSI(fd.input.View(), w-label))
	}
	note, st := f.fields[f.at].help, th.dim
	switch {
	case f.problem != "":
		note, st = "✗ "+f.problem, th.alarm
	case f.busy:
		note = "saving …"
	}
	if note != "" && len(out)+1 < h {
		out = append(out, strings.Repeat(" ", w))
	}
	for _, l := range wrap(note, w, min(3, h-len(out))) {
		out = append(out, segs{{l, st}}.fit(w))
	}
	return out, cur
}

func (f *form) labelWidth() int {
	n := 0
	for _, fd := range f.fields {
		n = max(n, width(fd.label))
	}
	return n + 2
}

// window says which fields are drawn in h lines. Where not all fit, it is those
// around the one that is filled in; why the form was refused is shown before
// anything else.
func (f *form) window(w, h int) (first, last int) {
	if f.problem != "" {
		h -= len(wrap("✗ "+f.problem, w, 2))
	}
	n := min(len(f.fields), max(1, h))
	first = max(0, f.at-n+1)
	return first, first + n
}
