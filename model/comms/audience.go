package comms

import (
	"warroom/model"
	"warroom/model/triage"
)

// Stakeholders lists who is told with t: for what customers read the customers,
// else those whom the severity names. The list is never nil.
func Stakeholders(d *triage.Doctrine, t *Template, s model.Severity) []string {
	if t.Audience.Outward() {
		return []string{string(model.ToCustomers)}
	}
	return append([]string{}, d.Requirements(s).Stakeholders...)
}

// Suggest names the template that fits an audience as things stand: the first
// message, an update, or the end.
func Suggest(list []*Template, i *model.Incident, a model.Audience) *Template {
	name := "update"
	_, told := i.LastTold(a)
	switch {
	case !i.Status.Live():
		name = "resolution"
	case a.Outward():
		name = "customer_facing"
	case !told:
		name = "initial"
	}
	t, err := Find(list, name)
	if err != nil {
		return list[0] // Merge keeps the built-in ones, so that there is one
	}
	return t
}
