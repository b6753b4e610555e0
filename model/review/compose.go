package review

import (
	"slices"
	"strings"

	"warroom/model"
)

// Compose writes the postmortem that the record allows: facts, numbers and the
// sections as people wrote them, or as the record would begin them.
func Compose(r Record) *Document {
	i := r.Incident
	if r.Rules == (model.Rules{}) {
		r.Rules = model.Doctrine()
	}
	d := &Document{
		ID: i.ID, Title: i.Title, Drill: i.Drill, State: i.Writeup.State, Owner: i.Review.Owner, Generated: r.Now.UTC(),
		Severity: i.Severity, Status: i.Status, Live: i.Status.Live(), Services: slices.Clone(i.Services), Commander: lastCommander(r),
		Decisions: slices.Clone(i.Decisions), Links: slices.Clone(i.Links), Earlier: r.Earlier, Head: i.Head.String(), Seq: i.Seq,
	}
	if t := i.Started(); !t.IsZero() {
		d.Date = t.UTC().Format("2006-01-02")
	}
	if due, ok := i.ReviewDue(r.Rules); ok && (i.Status.Open() || !i.Review.Due.IsZero()) {
		d.Due = &due
		d.Overdue = r.Now.After(due) && !i.Reviewed() && i.Status.Open()
	}
	for _, a := range i.Roles {
		d.People = append(d.People, Person{a.Role, a.Person, a.Since})
	}
	for _, m := range model.Milestones {
		mo := Moment{Name: m}
		if t, ok := i.At(m); ok {
			mo.At = &t
		}
		d.Milestones = append(d.Milestones, mo)
	}
	for _, h := range i.Hypotheses {
		d.Hypotheses = append(d.Hypotheses, Hypothesis{h.N, h.Text, h.By, h.State, slices.Clone(h.Evidence)})
	}
	for _, m := range i.Mitigations {
		v := Mitigation{N: m.N, Text: m.Text, Owner: m.Owner, Since: m.At}
		if !m.InPlace() {
			at := m.Removed
			v.Removed = &at
		}
		d.Mitigations = append(d.Mitigations, v)
	}
	sorted := true
	d.Timeline = make([]Entry, 0, len(r.Entries))
	for _, e := range r.Entries {
		if e.Struck || aboutReview(e.Kind) {
			continue
		}
		l := Entry{e.When, e.Actor, string(e.Kind), e.Line, e.Mark, e.Seq}
		if m, ok := e.Body.(*model.MilestoneMark); ok {
			// It stands where it happened, not where it was written; an older word for
			// the same milestone is left out.
			k, known := i.Milestones[m.Name]
			if !known || k.Seq != e.Seq {
				continue
			}
			l.At, l.Text, l.Important = k.At, sentenceCase(m.Name.String()), true
			sorted = sorted && l.At.Equal(e.When)
		}
		d.Timeline = append(d.Timeline, l)
	}
	if !sorted {
		slices.SortStableFunc(d.Timeline, func(a, b Entry) int { return a.At.Compare(b.At) })
	}
	for _, run := range i.Runs {
		v := Run{N: run.N, Title: run.Title, Rollback: run.Rollback, By: run.By, Started: run.Started, Outcome: run.Outcome}
		if !run.Ended.IsZero() {
			at := run.Ended
			v.Ended = &at
		}
		for _, st := range run.Steps {
			for _, a := range st.Actions {
				v.Actions++
				if a.State.Over() {
					v.Done++
				} else if a.State.Bad() {
					v.Failed++
				}
			}
		}
		d.Runs = append(d.Runs, v)
	}
	d.Alerts = len(i.Alerts)
	d.Updates = updates(r)
	d.Metrics = measure(r, d.Updates)
	if len(i.Writeup.Whys) > 0 {
		d.Whys = TreeOf(i).Report()
	}
	if i.Writeup.Tree.Text != "" {
		if t, err := FaultTreeOf(i); err == nil { // it was read before it was kept
			d.FaultTree = branches(t)
		}
	}
	d.Actions = actions(r, d)
	for _, k := range model.SectionKeys {
		d.Sections = append(d.Sections, section(r, d, k))
	}
	d.Score = d.complete(i)
	d.list()
	return d
}

// list makes every list that is empty one: in JSON a null is unknown.
func (d *Document) list() {
	d.Services, d.People, d.Milestones, d.Sections = listed(d.Services), listed(d.People), listed(d.Milestones), listed(d.Sections)
	d.Timeline, d.Decisions, d.Hypotheses, d.Mitigations = listed(d.Timeline), listed(d.Decisions), listed(d.Hypotheses), listed(d.Mitigations)
	d.Runs, d.Updates, d.Links, d.Actions, d.Earlier = listed(d.Runs), listed(d.Updates), listed(d.Links), listed(d.Actions), listed(d.Earlier)
	for k := range d.Hypotheses {
		d.Hypotheses[k].Evidence = listed(d.Hypotheses[k].Evidence)
	}
}

func listed[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// aboutReview are the kinds that write the postmortem: they are no part of what
// happened.
func aboutReview(k model.Kind) bool {
	s := string(k)
	return strings.HasPrefix(s, "review_") || strings.HasPrefix(s, "why_") || strings.HasPrefix(s, "action_")
}

// sentenceCase writes the first letter large.
func sentenceCase(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// lastCommander is who commands, or commanded last.
func lastCommander(r Record) string {
	if ic := r.Incident.Commander(); ic != "" {
		return ic
	}
	for k := len(r.Entries) - 1; k >= 0; k-- {
		switch b := r.Entries[k].Body.(type) {
		case *model.RoleAssignment:
			if b.Role == model.Commander {
				return b.Person
			}
		case *model.RoleAcceptance:
			if b.Role == model.Commander {
				return b.To
			}
		}
	}
	return ""
}

// updates lists the messages with their punctuality: each by the clock of its
// audience as it stood before the message.
func updates(r Record) []Update {
	var out []Update
	for _, e := range r.Entries {
		if !isUpdate(e) {
			continue
		}
		audience := model.ToInternal
		if b, ok := e.Body.(*model.UpdateSent); ok {
			audience = b.Audience
		}
		u := Update{At: e.When, By: e.Actor, Text: e.Line}
		if due, _, ok := r.Incident.UpdateDue(r.Rules, audience, e.When.Add(-1)); ok {
			late := int(max(0, e.When.Sub(due)).Minutes())
			u.Late = &late
		}
		out = append(out, u)
	}
	return out
}

// isUpdate reports whether e told those who wait something.
func isUpdate(e model.Entry) bool {
	return !e.Struck && (e.Kind == model.KindUpdate || sentKinds[e.Kind])
}

// sentKinds are the kinds by which a message left the house.
var sentKinds = map[model.Kind]bool{model.KindUpdateSent: true}
