package outbox

import (
	"fmt"
	"slices"
	"strings"

	"warroom/model"
)

// links are the things outside and the places that belong to an incident. A
// public page gets none of them.
func links(i *model.Incident, except string) []model.Place {
	out := slices.Clone(i.Links)
	for _, o := range i.Outlets {
		if o.URL != "" && o.Target != except {
			name := o.Target
			if o.Key != "" {
				name += " " + o.Key
			}
			out = append(out, model.Place{Name: name, URL: o.URL})
		}
	}
	return out
}

// content is what a message says.
func (c Config) content(t Target, i *model.Incident, e model.Event, m Moment, a Action) Content {
	out := Content{
		Title: i.Title, Severity: i.Severity, Status: i.Status, Services: slices.Clone(i.Services),
		Commander: i.Commander(), Kind: e.Kind, Text: words(t, i, e, m, a),
	}
	if a == Update && !t.Public {
		out.Links = links(i, "")
	}
	if t.Vendor == Statuspage {
		out.Notify = t.Notifies()
		out.Components = components(t, i, a)
		out.Commander = "" // names of people are nobody's business out there
	} else if t.Vendor == PagerDuty {
		out.Notify = a == Open
	}
	if a == Invite {
		out.People = t.known(invited(e))
	}
	var found []string
	for _, s := range []*string{&out.Title, &out.Text} {
		clean, hid := Redact(*s)
		*s = clean
		for _, h := range hid {
			if !slices.Contains(found, h) {
				found = append(found, h)
			}
		}
	}
	out.Hidden = found
	return out
}

// words is the text of a message: what customers read is made of few words that
// are always true; the team gets what was written.
func words(t Target, i *model.Incident, e model.Event, m Moment, a Action) string {
	if t.Vendor == Statuspage {
		return publicWords(i, e, m)
	}
	if a == Update {
		return fmt.Sprintf("%s %s, %s", i.Severity, i.Title, i.Status)
	}
	switch m {
	case OnDeclared:
		s := i.Description
		if s == "" {
			s = i.Title
		}
		if a == Post {
			return fmt.Sprintf("%s %s: declared by %s", i.Severity, i.Title, e.Actor)
		}
		return s
	case OnUpdate, OnImportant:
		if b, ok := e.Body.(*model.UpdateSent); ok && !b.Audience.Outward() {
			return b.Message
		}
		return e.Actor + ": " + e.Text()
	case OnEscalated:
		return Calling(i, e)
	}
	return e.Text() + " (" + e.Actor + ")"
}

// Calling is what is said to whom an escalation names: whoever reads it may know
// nothing of the incident.
func Calling(i *model.Incident, e model.Event) string {
	to := strings.ReplaceAll(strings.Join(invited(e), ", "), "_", " ")
	why := e.Text()
	if b, ok := e.Body.(*model.RunEscalated); ok {
		if r, ok := i.Run(b.N); ok {
			why = fmt.Sprintf("the runbook “%s” is not through", model.Brief(r.Title, 100))
		}
		if b.Message != "" {
			why += "; " + b.Message
		}
	}
	return fmt.Sprintf("%s, please join %s, %s %s: %s", to, i.ID, i.Severity, i.Title, why)
}

func publicWords(i *model.Incident, e model.Event, m Moment) string {
	what := "our service"
	if len(i.Services) > 0 {
		what = strings.Join(i.Services, ", ")
	}
	switch m {
	case OnDeclared:
		return "We are investigating a problem with " + what + "."
	case OnUpdate:
		if b, ok := e.Body.(*model.UpdateApproved); ok {
			u, _ := i.UpdateN(b.N)
			return u.Message
		}
		return e.Text()
	case OnSeverity:
		return ""
	case OnResolved:
		if i.Status == model.Canceled {
			return "This report was a false alarm: " + what + " works as usual."
		}
		return "The problem with " + what + " is resolved."
	}
	switch i.Status {
	case model.Identified:
		return "We have found the cause of the problem with " + what + " and are working on it."
	case model.Mitigated, model.Monitoring:
		return "A fix for the problem with " + what + " is in place, and we are watching it."
	}
	return "We are still investigating the problem with " + what + "."
}

// Impact is the impact on a status page of a severity, as the seed maps it.
func Impact(s model.Severity) string {
	switch s {
	case 1:
		return "critical"
	case 2:
		return "major"
	case 3:
		return "minor"
	}
	return "none"
}

// PublicStatus is a status page's word for where an incident stands.
func PublicStatus(s model.Status) string { return s.Public() }

// components says how the public components of an incident's services stand.
func components(t Target, i *model.Incident, a Action) map[string]string {
	state := "degraded_performance"
	switch {
	case a == Close || !i.Status.Live():
		state = "operational"
	case i.Severity == 1:
		state = "major_outage"
	case i.Severity == 2:
		state = "partial_outage"
	}
	var out map[string]string
	for _, s := range i.Services {
		for name, id := range t.Components {
			if strings.EqualFold(name, s) {
				if out == nil {
					out = map[string]string{}
				}
				out[id] = state
			}
		}
	}
	return out
}
