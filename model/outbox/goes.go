package outbox

import "warroom/model"

// Goes lists the targets to which an update for an audience leaves, as things
// stand with i: what customers read once it is approved, anything else once it
// is handed to the queue. What has to be opened there first must have been.
func (c Config) Goes(i *model.Incident, who model.Audience) []string {
	return c.take(i, OnUpdate, string(who), func(t Target) bool { return t.Public == who.Outward() })
}

// Calls lists the targets to which an escalation of a runbook goes, as things stand
// with i. What has to be opened there first must have been.
func (c Config) Calls(i *model.Incident) []string {
	return c.take(i, OnEscalated, "", func(Target) bool { return true })
}

// take lists the targets of a sort that have a place for words of a moment.
func (c Config) take(i *model.Incident, m Moment, audience string, sort func(Target) bool) []string {
	var out []string
	for _, name := range c.Names() {
		t := c.Targets[name]
		_, ok := c.match(name, m, i, audience)
		switch {
		case !ok, !sort(t), t.Vendor == PagerDuty && t.Service == "", t.Vendor.Opens() && t.Channel == "" && !opensAt(i, name):
			continue
		}
		out = append(out, name)
	}
	return out
}

// opensAt reports whether something of i is open at a target.
func opensAt(i *model.Incident, target string) bool {
	for _, o := range i.Outlets {
		if o.Target == target && o.Closed.IsZero() {
			return true
		}
	}
	return false
}
