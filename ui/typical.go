package ui

import (
	"context"
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"warroom/model"
	"warroom/model/metrics"
)

// typicalMsg brings how long incidents of some services usually take.
type typicalMsg struct {
	services []string
	lengths  []metrics.Length
}

// readTypical reads what is usual for the services of the open incident. Only a
// very wide Room has a place for it.
func (a *App) readTypical() tea.Cmd {
	src := a.statistics()
	if src == nil || a.room == nil || a.w < hugeWidth || len(a.room.inc.Services) == 0 {
		return nil
	}
	m := typicalMsg{services: slices.Clone(a.room.inc.Services)}
	base := a.ctx
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(base, statsLimit)
		defer cancel()
		err := src.Statistics(ctx, func(t *metrics.Table) error {
			for _, s := range m.services {
				m.lengths = append(m.lengths, t.Typical(s))
			}
			return nil
		})
		if err != nil {
			return nil // nobody waits for it
		}
		return m
	}
}

// typical words what is usual for a service, "" if too little is known.
func (m typicalMsg) typical(service string) string {
	i := slices.Index(m.services, service)
	if i < 0 || i >= len(m.lengths) || !m.lengths[i].Median.Known() {
		return ""
	}
	l := m.lengths[i]
	s := "median " + metrics.Span(*l.Median.Value)
	if len(m.services) > 1 { // of the only one everybody knows which it is
		s = model.Brief(service, 30) + ": " + s
	}
	if l.P90.Known() {
		s += ", p90 " + metrics.Span(*l.P90.Value)
	}
	return s + fmt.Sprintf(", n = %d", l.N)
}
