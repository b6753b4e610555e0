package model

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// What happens to alerts of an incident.
const (
	KindAlertAttached Kind = "alert_attached"
	KindAlertDetached Kind = "alert_detached"
	KindAlertCleared  Kind = "alert_cleared"
)

var (
	_ = register(KindAlertAttached, newBody[AlertAttached])
	_ = register(KindAlertDetached, newBody[AlertDetached])
	_ = register(KindAlertCleared, newBody[AlertCleared])
)

// AlertLine is a line of the alerts' inbox as it was when it became part of an
// incident: one alert, or several that belong together. The record keeps what it
// said, so that it can be read when the inbox is gone.
type AlertLine struct {
	N        int       `json:"n"`               // 1, 2, 3 … within the incident
	Group    int64     `json:"group,omitempty"` // its line of the inbox; alerts that join it later belong as well
	IDs      []string  `json:"ids,omitempty"`   // source|id of the first alerts of it
	Title    string    `json:"title"`
	Rule     string    `json:"rule,omitempty"`
	Services []string  `json:"services,omitempty"`
	Severity Severity  `json:"severity,omitzero"` // 0: unknown
	Source   string    `json:"source,omitempty"`
	Count    int       `json:"count"`
	Fired    time.Time `json:"fired,omitzero"` // the first of them
	URL      string    `json:"url,omitempty"`
	Runbook  string    `json:"runbook_url,omitempty"`
	Grade    string    `json:"grade,omitempty"`
}

// Limits on what an incident keeps of its alerts.
const (
	maxAlertLines = 1000
	maxAlertIDs   = 50
)

// AlertAttached makes a line of the inbox part of the incident.
type AlertAttached struct {
	AlertLine
}

func (b *AlertAttached) Text() string { return "alert attached: " + b.words() }

// Important is true for an alert of a major severity.
func (b *AlertAttached) Important() bool { return b.Severity >= 1 && b.Severity <= 2 }

func (l AlertLine) words() string {
	var s strings.Builder
	if l.Count > 1 {
		fmt.Fprintf(&s, "%d × ", l.Count)
	}
	s.WriteString(l.Title)
	if len(l.Services) > 0 {
		s.WriteString(" (" + strings.Join(l.Services[:min(3, len(l.Services))], ", "))
		if n := len(l.Services) - 3; n > 0 {
			fmt.Fprintf(&s, " and %d more", n)
		}
		s.WriteString(")")
	}
	if l.Source != "" {
		s.WriteString(", from " + l.Source)
	}
	return s.String()
}

func (b *AlertAttached) fold(i *Incident, e Event) {
	l := b.AlertLine
	if !l.Fired.IsZero() {
		l.Fired = Millis(l.Fired)
	}
	i.Alerts = append(i.Alerts, AttachedAlert{AlertLine: l, By: e.Actor, At: e.At, Seq: e.Seq})
}

// AttachedAlert is a line of the inbox that is, or was, part of an incident.
type AttachedAlert struct {
	AlertLine
	By       string    `json:"by"`
	At       time.Time `json:"at"`
	Seq      int64     `json:"seq"`
	Cleared  time.Time `json:"cleared,omitzero"`  // all of them had ended; zero: they fire, or nobody knows
	Detached time.Time `json:"detached,omitzero"` // it turned out not to belong here
}

// AlertDetached says that an alert does not belong to the incident after all.
type AlertDetached struct {
	N      int    `json:"n"`
	Group  int64  `json:"group,omitempty"`
	Title  string `json:"title"`
	Reason string `json:"reason,omitempty"`
}

func (b *AlertDetached) Text() string {
	return "alert does not belong here: " + b.Title + because(b.Reason)
}
func (b *AlertDetached) Important() bool { return false }

func (b *AlertDetached) fold(i *Incident, e Event) {
	for k := range i.Alerts {
		if i.Alerts[k].N == b.N {
			i.Alerts[k].Detached = e.At
		}
	}
}

// AlertCleared says that the last alert of an attached line has ended.
type AlertCleared struct {
	N     int    `json:"n"`
	Group int64  `json:"group,omitempty"`
	Title string `json:"title"`
	Count int    `json:"count"`
}

func (b *AlertCleared) Text() string {
	if b.Count > 1 {
		return fmt.Sprintf("alert cleared: all %d × %s", b.Count, b.Title)
	}
	return "alert cleared: " + b.Title
}
func (b *AlertCleared) Important() bool { return false }

func (b *AlertCleared) fold(i *Incident, e Event) {
	for k := range i.Alerts {
		if a := &i.Alerts[k]; a.N == b.N {
			a.Cleared, a.Count = e.At, max(a.Count, b.Count)
		}
	}
}

// AttachAlert makes a line of the inbox part of the incident.
type AttachAlert struct{ Line AlertLine }

// Decide refuses what is part of the incident already.
func (c AttachAlert) Decide(s Scene) ([]Draft, error) {
	l := c.Line
	var err error
	if l.Title, err = cleanText("title of an alert", l.Title, 2*MaxTitle); err != nil {
		return nil, err
	}
	for _, a := range s.Incident.Alerts {
		if a.Detached.IsZero() && (l.Group != 0 && a.Group == l.Group || len(l.IDs) > 0 && l.Group == 0 && slices.Equal(a.IDs, l.IDs)) {
			return nil, Errorf(Conflict, "%s is part of %s already", Brief(l.Title, 60), s.Incident.ID)
		}
	}
	if len(s.Incident.Alerts) >= maxAlertLines {
		return nil, Errorf(Conflict, "%s has %d lines of alerts: detach some", s.Incident.ID, maxAlertLines)
	}
	l.Rule, l.Source, l.URL, l.Runbook = Valid(l.Rule), Valid(l.Source), Valid(l.URL), Valid(l.Runbook)
	l.IDs = slices.Clone(l.IDs[:min(len(l.IDs), maxAlertIDs)])
	for k := range l.IDs {
		l.IDs[k] = Valid(l.IDs[k])
	}
	l.Services = slices.Clone(l.Services[:min(len(l.Services), 20)])
	for k := range l.Services {
		l.Services[k] = Valid(l.Services[k])
	}
	if !l.Severity.Valid() {
		l.Severity = 0
	}
	if !l.Fired.IsZero() {
		l.Fired = Millis(l.Fired)
	}
	l.Count = max(1, l.Count)
	l.N = following(s.Incident.Alerts, 0, func(a AttachedAlert) int { return a.N })
	return []Draft{{Kind: KindAlertAttached, Body: &AlertAttached{l}}}, nil
}

// DetachAlert says that an attached line does not belong here.
type DetachAlert struct {
	N      int
	Reason string
}

// Decide refuses one that is not attached.
func (c DetachAlert) Decide(s Scene) ([]Draft, error) {
	k := slices.IndexFunc(s.Incident.Alerts, func(a AttachedAlert) bool { return a.N == c.N })
	if k < 0 {
		return nil, Errorf(NotFound, "there is no alert %d in %s", c.N, s.Incident.ID)
	}
	a := s.Incident.Alerts[k]
	if !a.Detached.IsZero() {
		return nil, Errorf(Conflict, "alert %d was detached already", c.N)
	}
	reason, err := cleanReason(c.Reason)
	if err != nil {
		return nil, err
	}
	return []Draft{{Kind: KindAlertDetached, Body: &AlertDetached{a.N, a.Group, a.Title, reason}}}, nil
}

// ClearAlert notes that all alerts of a line of the inbox have ended.
type ClearAlert struct {
	Group int64
	Count int
	At    time.Time
}

// Decide refuses a line that is not attached.
func (c ClearAlert) Decide(s Scene) ([]Draft, error) {
	for _, a := range s.Incident.Alerts {
		if a.Group != c.Group || !a.Detached.IsZero() {
			continue
		}
		at, err := s.when(c.At)
		if err != nil {
			at = Millis(s.Now) // a source's clock is ahead
		}
		return []Draft{{at, KindAlertCleared, &AlertCleared{a.N, a.Group, a.Title, max(1, c.Count)}}}, nil
	}
	return nil, Errorf(Conflict, "line %d of the alerts is not part of %s", c.Group, s.Incident.ID)
}
