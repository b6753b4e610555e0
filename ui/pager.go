package ui

import (
	tea "charm.land/bubbletea/v2"
)

// pager shows a text that may be longer than the screen.
type pager struct {
	name string
	foot string
	text func(a *App, w int) []string // lines of exactly w cells
	top  int
	last int                                               // greatest useful top, known after drawing
	key  func(a *App, key string) (done bool, cmd tea.Cmd) // further keys; may be nil
}

func (p *pager) wide() bool    { return true }
func (p *pager) title() string { return p.name }
func (p *pager) keys() string {
	if p.foot != "" {
		return p.foot
	}
	return "↑↓ scroll · esc back"
}

func (p *pager) update(a *App, msg tea.Msg) (bool, tea.Cmd) {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return false, nil
	}
	switch k.String() {
	case "up", "k":
		p.top--
	case "down", "j":
		p.top++
	case "pgup", "ctrl+u":
		p.top -= 10
	case "pgdown", "ctrl+d", "space":
		p.top += 10
	case "home", "g":
		p.top = 0
	case "end", "G":
		p.top = p.last
	case "q", "enter":
		return true, nil
	default:
		if p.key != nil {
			return p.key(a, k.String())
		}
	}
	p.top = min(max(p.top, 0), p.last)
	return false, nil
}

func (p *pager) view(a *App, w, h int) ([]string, *tea.Cursor) {
	lines := p.text(a, w)
	h = min(h-1, len(lines))
	p.last = len(lines) - h
	p.top = min(max(p.top, 0), p.last)
	return lines[p.top : p.top+h], nil
}
