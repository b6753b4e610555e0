package alert

import (
	"strings"

	"warroom/model"
)

// Attachment is the group as an incident's record keeps it. items are its
// alerts, or the newest of them.
func (g Group) Attachment(items []Item) model.AlertLine {
	l := model.AlertLine{Group: g.N, Title: g.Name(), Services: g.Services, Severity: g.Severity, Count: g.Total, Fired: g.First, Grade: g.Grade}
	if strings.TrimSpace(l.Title) == "" {
		l.Title = "(no name)"
	}
	if len(g.Rules) > 0 {
		l.Rule = g.Rules[0]
	}
	if len(g.Sources) > 0 {
		l.Source = g.Sources[0]
	}
	for _, i := range items {
		l.IDs = append(l.IDs, i.Key())
		if l.URL == "" {
			l.URL = i.URL
		}
		if l.Runbook == "" {
			l.Runbook = i.RunbookURL
		}
	}
	return l
}

// Declaration is an incident as the group suggests it: a person looks it over
// before it is declared. What the alerts do not tell is left open.
func (g Group) Declaration(items []Item) model.Declare {
	d := model.Declare{Title: g.Title, Services: g.Services, Severity: g.Severity, ImpactStart: g.First, DetectedAt: g.First, Detection: g.Detection()}
	if g.Total > 1 && len(g.Rules) > 1 {
		d.Title = g.Line()
	}
	if len(d.Title) > model.MaxTitle {
		d.Title = cutRunes(d.Title, model.MaxTitle/4)
	}
	if !d.Severity.Valid() {
		d.Severity = model.SevDefault
	}
	if len(g.Sources) > 0 {
		d.Source = g.Sources[0]
	}
	if len(items) > 0 {
		d.Description = items[0].Description
	}
	return d
}

// Detection is the kind of detection that the group's source stands for.
func (g Group) Detection() model.Detection {
	for _, s := range g.Sources {
		if s == "kuma" || strings.Contains(strings.ToLower(s), "synthetic") || strings.Contains(strings.ToLower(s), "probe") {
			return model.BySynthetic
		}
	}
	return model.ByMonitoring
}
