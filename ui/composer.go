package ui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textarea"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"warroom/model"
)

// composer is the line under the timeline into which the scribe types. What was
// typed leaves it only when it is in the record: a failed line comes back.
type composer struct {
	area    textarea.Model
	hints   []completion // what could stand here
	hint    int          // the chosen one
	history []string
	at      int    // place in history; len(history) when not in it
	draft   string // what was being typed before going into history
	problem string // why the last line was not taken
	idle    string // what stands in the input while nobody types
	retry   model.ID
	retried string // the text that retry belongs to
}

// composerMax is how many lines the input may grow to.
const composerMax = 6

func newComposer() composer {
	a := textarea.New()
	a.Prompt = ""
	a.ShowLineNumbers = false
	a.DynamicHeight = true
	a.MinHeight, a.MaxHeight, a.MaxContentHeight = 1, composerMax, 100_000
	a.SetVirtualCursor(false)
	a.KeyMap.InsertNewline = key.NewBinding(key.WithKeys("ctrl+j", "alt+enter", "shift+enter"))
	a.KeyMap.Paste = key.NewBinding() // the terminal's own paste is used
	bare := textarea.StyleState{
		Base: lipgloss.NewStyle(), Text: lipgloss.NewStyle(), CursorLine: lipgloss.NewStyle(), EndOfBuffer: lipgloss.NewStyle(),
		Placeholder: lipgloss.NewStyle().Faint(true), Prompt: lipgloss.NewStyle(), Selection: lipgloss.NewStyle().Reverse(true),
	}
	a.SetStyles(textarea.Styles{Focused: bare, Blurred: bare})
	return composer{area: a}
}

func (c *composer) setWidth(w int) { c.area.SetWidth(max(8, w)) }

func (c *composer) focused() bool { return c.area.Focused() }

func (c *composer) height() int { return max(1, c.area.Height()) }

func (c *composer) value() string { return c.area.Value() }

func (c *composer) empty() bool { return strings.TrimSpace(c.area.Value()) == "" }

// set replaces the text and puts the cursor behind it.
func (c *composer) set(s string) {
	c.area.SetValue(s)
	c.area.MoveToEnd()
}

// paste takes text from outside: what a terminal would obey is shown instead.
func (c *composer) paste(s string) {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	c.area.InsertString(strings.Join(model.VisibleLines(strings.ReplaceAll(s, "\r", "\n")), "\n"))
}

// take empties the input and returns what was in it; done keeps it in history.
func (c *composer) take() string {
	s := c.area.Value()
	c.set("")
	c.hints, c.problem = nil, ""
	c.at = len(c.history)
	return s
}

func (c *composer) remember(s string) {
	if s = strings.TrimSpace(s); s == "" || len(c.history) > 0 && c.history[len(c.history)-1] == s {
		return
	}
	c.history = append(c.history, s)
	if len(c.history) > 200 {
		c.history = c.history[1:]
	}
	c.at = len(c.history)
}

// recall moves through history by n.
func (c *composer) recall(n int) {
	to := c.at + n
	if to < 0 || to > len(c.history) {
		return
	}
	if c.at == len(c.history) {
		c.draft = c.area.Value()
	}
	c.at = to
	if to == len(c.history) {
		c.set(c.draft)
		return
	}
	c.set(c.history[to])
}

// update handles a key while the input has the focus. enter and esc are the
// caller's business.
func (c *composer) update(msg tea.Msg, names []string) tea.Cmd {
	if p, ok := msg.(tea.PasteMsg); ok {
		c.paste(p.Content)
		c.complete(names)
		return nil
	}
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch k.String() {
		case "tab":
			c.accept()
			c.complete(names)
			return nil
		case "up", "ctrl+p":
			if len(c.hints) > 0 {
				c.hint = (c.hint + len(c.hints) - 1) % len(c.hints)
				return nil
			}
			if c.area.Line() == 0 && c.area.LineInfo().RowOffset == 0 {
				c.recall(-1)
				return nil
			}
		case "down", "ctrl+n":
			if len(c.hints) > 0 {
				c.hint = (c.hint + 1) % len(c.hints)
				return nil
			}
			if c.area.Line() == c.area.LineCount()-1 && c.at < len(c.history) {
				c.recall(1)
				return nil
			}
		}
	}
	before := c.area.Value()
	var cmd tea.Cmd
	c.area, cmd = c.area.Update(msg)
	if c.area.Value() != before {
		c.problem = ""
		c.complete(names)
	}
	return cmd
}

// lines renders the input, with its prompt, into w cells; and the cursor's place
// within, if the input has the focus.
func (c *composer) lines(w, h int, th *theme) ([]string, *tea.Cursor) {
	rows := strings.Split(c.area.View(), "\n")
	out := make([]string, 0, h)
	for i, r := range rows {
		if i == h {
			break
		}
		prompt := "   "
		if i == 0 {
			prompt = " › "
		}
		st := th.dim
		if c.focused() {
			st = th.accent
		}
		p := segs{{prompt, st}}
		if c.empty() && i == 0 && !c.focused() {
			out = append(out, append(p, seg{c.idle, th.dim}).fit(w))
			continue
		}
		out = append(out, p.fit(3)+fitANSI(r, w-3))
	}
	if !c.focused() {
		return out, nil
	}
	cur := c.area.Cursor()
	if cur != nil {
		cur.X += 3
		cur.Shape, cur.Blink = tea.CursorBar, false
	}
	return out, cur
}
