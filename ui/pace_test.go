package ui

import (
	"bytes"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// watchTicker is a program that looks for the renderer's ticker from within.
type watchTicker struct {
	p     *tea.Program
	found *bool
}

func (w watchTicker) Init() tea.Cmd { return func() tea.Msg { return tickMsg{time.Now(), 0} } }
func (w watchTicker) Update(m tea.Msg) (tea.Model, tea.Cmd) {
	if _, ok := m.(tickMsg); ok {
		*w.found = tickerOf(w.p) != nil
		return w, tea.Quit
	}
	return w, nil
}
func (w watchTicker) View() tea.View { return tea.NewView("") }

// If this fails after an update of Bubble Tea, an idle room uses a per cent of a
// processor again: see pace.
func TestPaceFindsTheTicker(t *testing.T) {
	found := false
	w := &watchTicker{found: &found}
	w.p = tea.NewProgram(w, tea.WithInput(strings.NewReader("")), tea.WithOutput(&bytes.Buffer{}))
	if _, err := w.p.Run(); err != nil {
		t.Fatal(err)
	}
	if !found {
		t.Error("tea.Program has no ticker of the known shape any more")
	}
}
