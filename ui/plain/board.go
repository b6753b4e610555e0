package plain

import (
	"fmt"
	"strings"

	"warroom/model"
)

// section is a part of the board: what is numbered, so that it can be named in a
// command.
type section struct {
	name  string
	lines func(r *room, i *model.Incident) []string
}

var sections = []section{
	{"orders", (*room).orders},
	{"decisions", (*room).decisions},
	{"options", (*room).options},
	{"hypotheses", (*room).hypotheses},
	{"temporary", (*room).temporary},
	{"roll", (*room).rollCall},
	{"teams", (*room).teams},
	{"links", (*room).links},
	{"todos", (*room).todos},
	{"milestones", (*room).milestones},
}

// board reads one section, or with no name all in which there is anything.
func (r *room) board(name string) {
	said := false
	for _, s := range sections {
		if name != "" && name != s.name {
			continue
		}
		lines := s.lines(r, r.inc)
		if name == "" && len(lines) > 0 {
			r.say("%s:", strings.ToUpper(s.name[:1])+s.name[1:])
		}
		for _, l := range lines {
			r.say("%s", l)
			said = true
		}
	}
	if !said {
		r.say("There are none.")
	}
}

func (r *room) orders(i *model.Incident) []string {
	var out []string
	now := r.Now()
	for _, o := range i.Orders {
		s := fmt.Sprintf("%d, %s, @%s: %s", o.N, o.State, o.Person, o.Task)
		switch {
		case o.Overdue(now):
			s += ", overdue by " + model.Span(now.Sub(o.Due))
		case o.Pending():
			s += ", due at " + r.clock(o.Due)
		case o.Result != "":
			s += ": " + o.Result
		}
		out = append(out, s)
	}
	return out
}

func (r *room) decisions(i *model.Incident) []string {
	var out []string
	for _, d := range i.Decisions {
		state := "any strong objections?"
		switch {
		case d.Pending() && r.Now().After(d.Silence):
			state = "to be decided"
		case d.Pending():
		case d.Outcome == model.OutcomeNo:
			state = "not done"
		case d.Worked == "yes":
			state = "worked"
		case d.Worked == "no":
			state = "did not work"
		case d.Unverified():
			state = "decided, known by " + r.clock(d.VerifyAt)
		default:
			state = "decided"
		}
		s := fmt.Sprintf("%d, %s: %s", d.N, state, d.Text)
		if d.Risk != "" {
			s += ". Risk: " + d.Risk
		}
		for _, o := range d.Objections {
			s += ". " + o.By + " objects: " + o.Text
		}
		if d.Executor != "" {
			s += ". @" + d.Executor + " does it"
		}
		if d.Verify != "" {
			s += ". Known by: " + d.Verify
		}
		out = append(out, s)
	}
	return out
}

func (r *room) hypotheses(i *model.Incident) []string {
	var out []string
	for _, h := range i.Hypotheses {
		s := fmt.Sprintf("%d, %s: %s", h.N, h.State, h.Text)
		if len(h.Evidence) > 0 {
			s += ". Because " + strings.Join(h.Evidence, "; ")
		}
		out = append(out, s)
	}
	return out
}

func (r *room) temporary(i *model.Incident) []string {
	var out []string
	for _, m := range i.Mitigations {
		s := fmt.Sprintf("%d: %s", m.N, m.Text)
		if m.Owner != "" {
			s += ", @" + m.Owner
		}
		switch {
		case !m.InPlace():
			s += ", removed at " + r.clock(m.Removed)
		case !m.Until.IsZero():
			s += ", until " + r.clock(m.Until)
		}
		out = append(out, s)
	}
	return out
}

func (r *room) options(i *model.Incident) []string {
	var out []string
	for _, o := range i.Options {
		state := "open"
		switch {
		case o.Dropped:
			state = "dropped"
		case o.Decision > 0:
			state = fmt.Sprintf("became proposal %d", o.Decision)
		}
		s := fmt.Sprintf("%d, %s: %s", o.N, state, o.Text)
		if w := o.Weighs(); w != "" {
			s += ". " + w
		}
		out = append(out, s)
	}
	return out
}

func (r *room) rollCall(i *model.Incident) []string {
	var out []string
	for _, c := range i.RollCall() {
		switch {
		case c.State == "":
			out = append(out, c.System+": not called yet")
		case c.Person == "":
			out = append(out, c.System+": nobody")
		default:
			out = append(out, c.System+": "+c.Person+" "+string(c.State))
		}
	}
	return out
}

func (r *room) teams(i *model.Incident) []string {
	var out []string
	for _, t := range i.Teams {
		out = append(out, teamLine(t))
	}
	return out
}

func (r *room) links(i *model.Incident) []string {
	var out []string
	for _, l := range i.Links {
		out = append(out, l.Name+": "+l.URL)
	}
	return out
}

func (r *room) todos(i *model.Incident) []string {
	var out []string
	for _, t := range i.Todos {
		out = append(out, fmt.Sprintf("#%d, %s: %s", t.Seq, t.By, t.Text))
	}
	return out
}

func (r *room) milestones(i *model.Incident) []string {
	var out []string
	for _, m := range model.Milestones {
		when := "unknown"
		if t, ok := i.At(m); ok {
			when = r.clock(t)
		}
		out = append(out, fmt.Sprintf("%s: %s", m, when))
	}
	return out
}
