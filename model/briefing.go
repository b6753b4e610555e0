package model

import (
	"fmt"
	"strings"
	"time"
)

// Said is a line that the fold keeps for briefings.
type Said struct {
	Text string    `json:"text"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Seq  int64     `json:"seq"`

	Struck bool `json:"struck,omitempty"` // taken back: it may be restored
}

// keptLines is how many of the newest decisions, and of the newest updates, the
// fold keeps.
const keptLines = 5

func (s *Said) amend(b *Amendment) {
	if b.Line != nil {
		s.Text = *b.Line
	}
	if b.At != nil {
		s.At = kept(*b.At)
	}
	if b.Struck != nil {
		s.Struck = *b.Struck
	}
}

// Sentence is what the commander says in a lull: how bad, what is believed,
// which questions are open and when they return, what was posted and what comes
// next. It is a proposal: whoever says it edits it first.
func (i *Incident) Sentence(r Rules, now time.Time, loc *time.Location) string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	at := func(t time.Time) string { return TimeOfDay(t, now, loc) }
	add("%s, %s, %s: %s", i.Severity, i.Status, i.running(now), i.Title)
	if u := i.SizeUp; u.Scope != "" && u.Trend != "" {
		add("%s, %s", u.Scope, u.Trend)
	} else if u.Scope != "" || u.Trend != "" {
		add("%s", u.Scope+u.Trend)
	}
	believed := ""
	for _, h := range i.Hypotheses {
		switch {
		case h.State == HypothesisConfirmed:
			believed = "the cause is " + h.Text
		case h.State == HypothesisTesting && !strings.HasPrefix(believed, "the cause"):
			believed = "we are testing whether " + h.Text
		case believed == "" && h.State == HypothesisOpen:
			believed = "we suspect: " + h.Text
		}
	}
	if believed == "" {
		believed = "the cause is not known"
	}
	add("%s", believed)
	for _, o := range i.Orders {
		if o.Pending() {
			add("%s: %s, until %s", o.Person, o.Task, at(o.Due))
		}
	}
	for _, d := range i.Decisions {
		if d.Unverified() {
			s := fmt.Sprintf("at %s we look whether “%s” worked", at(d.VerifyAt), Brief(d.Text, 100))
			if d.Verify != "" {
				s += ": " + Brief(d.Verify, 100)
			}
			add("%s", s)
		}
	}
	if i.Reports > 0 {
		add("%d customer reports", i.Reports)
	}
	if !i.Update.At.IsZero() {
		add("last update at %s", at(i.Update.At))
	}
	for _, c := range i.Clocks(r, now) {
		if c.Kind == ClockUpdate {
			add("next at %s", at(c.Due))
			break
		}
	}
	return strings.Join(parts, "; ") + "."
}

// Handover is the page that whoever takes over needs, after the briefing form of
// the incident command system (ICS 201): situation, aims, what is running, who
// does what, what was tried, what was promised. Its lines are plain text in the
// order in which they are read aloud; a line that ends with a colon is a heading.
func (i *Incident) Handover(r Rules, now time.Time, loc *time.Location) []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	head := func(s string) {
		if len(out) > 0 {
			out = append(out, "")
		}
		out = append(out, s+":")
	}
	or := func(s, unknown string) string {
		if s == "" {
			return unknown
		}
		return s
	}
	at := func(t time.Time) string { return TimeOfDay(t, now, loc) }
	head("Situation")
	add("%s %s, %s since %s, %s", i.ID, i.Severity, i.Status, at(i.StatusSince), i.running(now))
	add("%s", i.Title)
	if len(i.Services) > 0 {
		add("services: %s", strings.Join(i.Services, ", "))
	}
	add("symptoms: %s", or(i.SizeUp.Symptoms, or(i.Description, "not said")))
	add("scope: %s", or(i.SizeUp.Scope, "not said"))
	add("trend: %s", or(i.SizeUp.Trend, "not said"))
	add("plan B: %s", or(i.SizeUp.PlanB, "none"))
	if i.Reports > 0 {
		add("customer reports: %d", i.Reports)
	}
	head("Who does what")
	for _, a := range i.Roles {
		add("%s: %s, since %s", a.Role, a.Person, at(a.Since))
	}
	if i.Commander() == "" && !i.LedElsewhere() {
		add("nobody commands")
	}
	for _, c := range i.Roll {
		add("for %s: %s", c.System, strings.TrimSpace(or(c.Person, "nobody")+" "+string(c.State)))
	}
	for _, t := range i.Teams {
		add("team %s: %s leads %s: %s", t.Name, t.Leader, or(strings.Join(t.Members, ", "), "alone"), or(t.Task, "no task said"))
	}
	head("Running and due")
	n := 0
	for _, c := range i.Clocks(r, now) {
		if c.Prompts() {
			continue
		}
		left := "in " + Span(c.Due.Sub(now).Truncate(time.Second))
		if c.Overdue(now) {
			left = "OVERDUE by " + Span(now.Sub(c.Due).Truncate(time.Second))
		}
		add("%s %s", left, c.Text)
		n++
	}
	if n == 0 {
		add("nothing")
	}
	head("Decided")
	n = 0
	for _, d := range i.LastDecisions {
		if !d.Struck {
			add("%s %s (%s)", at(d.At), d.Text, d.By)
			n++
		}
	}
	if n == 0 {
		add("nothing yet")
	}
	if open := i.OpenOptions(); len(open) > 0 {
		head("Could be done")
		for _, o := range open {
			add("%s", strings.TrimSuffix(o.Text+": "+o.Weighs(), ": "))
		}
	}
	head("Hypotheses")
	for _, h := range i.Hypotheses {
		s := fmt.Sprintf("%s: %s", h.State, h.Text)
		if len(h.Evidence) > 0 {
			s += " (" + h.Evidence[len(h.Evidence)-1] + ")"
		}
		add("%s", s)
	}
	if len(i.Hypotheses) == 0 {
		add("none written down")
	}
	if n := i.mitigationLines(at); len(n) > 0 {
		head("Temporary, to be taken away")
		out = append(out, n...)
	}
	head("Told and promised")
	if i.Update.At.IsZero() {
		add("no update was sent")
	} else {
		add("%s by %s: %s", at(i.Update.At), i.Update.By, i.Update.Text)
	}
	if i.Update.Next.After(i.Update.At) {
		add("promised next: %s", at(i.Update.Next))
	}
	for _, l := range i.Links {
		add("%s: %s", l.Name, l.URL)
	}
	return out
}

// running says how long the incident has been running, or lasted.
func (i *Incident) running(now time.Time) string {
	d, known := i.Elapsed(now)
	switch s := Span(d.Truncate(time.Minute)); {
	case !known:
		return "over, nobody knows after how long"
	case i.Status.Live():
		return "running for " + s
	default:
		return "lasted " + s
	}
}

// TimeOfDay is what the clock in loc showed at t, with the date unless that is
// the date of now.
func TimeOfDay(t, now time.Time, loc *time.Location) string {
	t = t.In(loc)
	if t.Format(time.DateOnly) == now.In(loc).Format(time.DateOnly) {
		return t.Format("15:04")
	}
	return t.Format("2006-01-02 15:04")
}

func (i *Incident) mitigationLines(at func(time.Time) string) []string {
	var out []string
	for _, m := range i.Mitigations {
		if !m.InPlace() {
			continue
		}
		s := m.Text
		if m.Owner != "" {
			s += ", @" + m.Owner
		}
		if !m.Until.IsZero() {
			s += ", until " + at(m.Until)
		}
		out = append(out, s)
	}
	return out
}
