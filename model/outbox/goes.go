package outbox

import "warroom/model"

// Goes lists the targets to which an update for an audience leaves, as things
// stand with i: what customers read once it is approved, anything else once it
// is handed to the queue. What has to be opened there first must have been.
func (c Config) Goes(i *model.Incident, who model.Audience) []string {
	var out []string
	for _, name := range c.Names() {
		t := c.Targets[name]
		if t.Public != who.Outward() {
			continue
		}
		if _, ok := c.match(name, OnUpdate, i, string(who)); !ok || t.Vendor == PagerDuty && t.Service == "" {
			continue
		}
		if t.Vendor.Opens() && t.Channel == "" && !opensAt(i, name) {
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
