package ui

import (
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"github.com/sahilm/fuzzy"

	"warroom/model"
)

// item is one line of a picker.
type item struct {
	text string // visible text, safe to draw
	note string // at the right: a key, a time
	why  string // reason why it cannot be chosen now; "" if it can
	find string // what filtering looks at; text if empty
	data any
}

// picker is a list that is filtered by typing: the palette, the help, and every
// choice of a person, a role, a status.
type picker struct {
	name    string
	foot    string
	input   textinput.Model
	items   []item
	shown   []int // indices into items
	sel     int
	leaves  bool                          // asking to leave while it stands is a yes
	digits  bool                          // a digit chooses that item at once
	free    string                        // if set, text that is no item may be chosen, under this label
	choose  func(*App, item) tea.Cmd      // for an item, or one with only text for free input
	changed func(*App, string) tea.Cmd    // if set, the items follow what is typed
	heading func(query string) (s string) // if set, a line over the items
}

func newInput(placeholder string) textinput.Model {
	in := textinput.New()
	in.Prompt = ""
	in.Placeholder = placeholder
	in.SetVirtualCursor(false)
	in.Focus()
	return in
}

func newPicker(name string, items []item, choose func(*App, item) tea.Cmd) *picker {
	p := &picker{name: name, items: items, choose: choose, input: newInput("type to filter"), foot: "↑↓ move · enter choose · esc back"}
	p.filter()
	return p
}

func (p *picker) wide() bool    { return p.changed != nil }
func (p *picker) title() string { return p.name }
func (p *picker) keys() string  { return p.foot }

// filter keeps the items that match what is typed, best first.
func (p *picker) filter() {
	q := strings.TrimSpace(p.input.Value())
	p.shown = p.shown[:0]
	p.sel = 0
	if q == "" || p.changed != nil {
		for i := range p.items {
			p.shown = append(p.shown, i)
		}
		return
	}
	found := fuzzy.FindFrom(q, finder(p.items))
	for _, m := range found {
		p.shown = append(p.shown, m.Index)
	}
}

type finder []item

func (f finder) Len() int { return len(f) }
func (f finder) String(i int) string {
	if f[i].find != "" {
		return f[i].find
	}
	return f[i].text
}

func (p *picker) update(a *App, msg tea.Msg) (bool, tea.Cmd) {
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch k.String() {
		case "up", "ctrl+p", "ctrl+k", "shift+tab":
			p.move(-1)
			return false, nil
		case "down", "ctrl+n", "ctrl+j", "tab":
			p.move(1)
			return false, nil
		case "pgup":
			p.move(-8)
			return false, nil
		case "pgdown":
			p.move(8)
			return false, nil
		case "enter":
			return p.pick(a)
		}
		if s := k.String(); p.digits && p.input.Value() == "" && len(s) == 1 && s[0] >= '1' && int(s[0]-'1') < len(p.items) {
			p.sel = int(s[0] - '1')
			return p.pick(a)
		}
	}
	before := p.input.Value()
	var cmd tea.Cmd
	p.input, cmd = p.input.Update(msg)
	if q := p.input.Value(); q != before {
		if p.changed != nil {
			p.sel = 0
			return false, tea.Batch(cmd, p.changed(a, q))
		}
		p.filter()
	}
	return false, cmd
}

func (p *picker) move(n int) {
	if len(p.shown) > 0 {
		p.sel = min(max(p.sel+n, 0), len(p.shown)-1)
	}
}

func (p *picker) pick(a *App) (bool, tea.Cmd) {
	if p.sel < len(p.shown) {
		it := p.items[p.shown[p.sel]]
		if it.why != "" {
			a.say(warning, it.why)
			return false, nil
		}
		return true, p.choose(a, it)
	}
	if q := strings.TrimSpace(p.input.Value()); p.free != "" && q != "" {
		return true, p.choose(a, item{text: q, data: q})
	}
	return false, nil
}

// window says which items are drawn in h lines: how many lines stand over them,
// the first of them, and how many there is room for.
func (p *picker) window(h int) (top, start, rows int) {
	top = 1
	if p.heading != nil && p.heading(p.input.Value()) != "" {
		top = 2
	}
	rows = max(1, min(h-top, 14))
	return top, max(0, min(p.sel-rows/2, len(p.shown)-rows)), rows
}

func (p *picker) view(a *App, w, h int) ([]string, *tea.Cursor) {
	p.input.SetWidth(w - 3)
	th := a.theme
	p.input.SetStyles(th.input())
	out := []string{segs{{"› ", th.accent}}.fit(2) + fitANSI(p.input.View(), w-2)}
	cur := p.input.Cursor()
	if cur != nil {
		cur.X += 2
		cur.Shape, cur.Blink = tea.CursorBar, false
	}
	if p.heading != nil {
		if s := p.heading(p.input.Value()); s != "" {
			out = append(out, segs{{s, th.dim}}.fit(w))
		}
	}
	_, start, rows := p.window(h)
	for i := start; i < len(p.shown) && i < start+rows; i++ {
		it := p.items[p.shown[i]]
		mark, st := "  ", style("")
		if it.why != "" {
			st = th.dim
		}
		if i == p.sel {
			mark = "› "
		}
		left := segs{{mark, th.accent}, {it.text, st}}
		note := it.note
		if it.why != "" {
			note = it.why
		}
		right := segs{{cut(note, max(w/3, w-6-width(it.text))), th.dim}}
		if note == "" {
			right = nil
		}
		if i == p.sel {
			out = append(out, spreadOver(w, left.over(th.selected), right.over(th.selected), th.selected))
		} else {
			out = append(out, spread(w, left, right))
		}
	}
	if len(p.shown) == 0 {
		q := strings.TrimSpace(p.input.Value())
		switch {
		case p.free != "" && q != "":
			out = append(out, segs{{"› ", th.accent}, {p.free + " “" + model.Visible(q) + "”", ""}}.over(th.selected).fill(w, th.selected))
		case p.free != "":
			out = append(out, segs{{"  type a name", th.dim}}.fit(w))
		case p.changed == nil || q != "":
			out = append(out, segs{{"  nothing matches", th.dim}}.fit(w))
		}
	}
	return out, cur
}
