package model

import (
	"fmt"
	"time"
)

// ReviewPlan says who writes the postmortem, and by when.
type ReviewPlan struct {
	Owner string    `json:"owner,omitempty"`
	Due   time.Time `json:"due,omitzero"`
}

// ReviewPlanned names the postmortem's owner.
type ReviewPlanned struct {
	Owner string    `json:"owner"`
	Due   time.Time `json:"due"`

	Was ReviewPlan `json:"was,omitzero"` // the plan before, so that this can be taken back
}

func (b *ReviewPlanned) Text() string {
	return fmt.Sprintf("postmortem: %s, due %s", b.Owner, b.Due.UTC().Format("2006-01-02 15:04Z"))
}
func (b *ReviewPlanned) Important() bool { return false }

// PlanReview names the postmortem's owner and when it is due.
type PlanReview struct {
	Owner string
	Due   time.Time // zero: the rules' time after resolve, or from now if that is past or unknown
	Rules Rules
}

// Decide refuses a date in the past.
func (c PlanReview) Decide(s Scene) ([]Draft, error) {
	owner, err := s.person(c.Owner)
	if err != nil {
		return nil, err
	}
	due := c.Due
	if due.IsZero() {
		within := c.Rules.Review
		if within == 0 {
			within = Doctrine().Review
		}
		from, ok := s.Incident.At(WasResolved)
		if due = from.Add(within); !ok || due.Before(s.Now) {
			due = s.Now.Add(within)
		}
	}
	if due.Before(s.Now) || due.UTC().Year() > 9999 {
		return nil, Errorf(Invalid, "the postmortem cannot be due at %s: give a time to come", due.UTC().Format("2006-01-02 15:04Z"))
	}
	return []Draft{{Kind: KindReviewPlanned, Body: &ReviewPlanned{owner, Millis(due), s.Incident.Review}}}, nil
}

// Loose is something that is still open when an incident is to be resolved.
type Loose struct {
	What string // order, temporary, hypothesis, proposal, did it work, hand-over
	Text string
}

// LooseEnds lists what is still open. It never hinders resolving; it is shown, and
// what is temporary stays in the ledger until it is gone.
func (i *Incident) LooseEnds() []Loose {
	var out []Loose
	for _, o := range i.Orders {
		if o.Pending() {
			out = append(out, Loose{"order", fmt.Sprintf("%d @%s %s", o.N, o.Person, o.Task)})
		}
	}
	for _, m := range i.Mitigations {
		if m.InPlace() {
			out = append(out, Loose{"temporary", fmt.Sprintf("%d %s", m.N, m.Text)})
		}
	}
	for _, h := range i.Hypotheses {
		if h.Unsettled() {
			out = append(out, Loose{"hypothesis", fmt.Sprintf("%d %s", h.N, h.Text)})
		}
	}
	for _, d := range i.Decisions {
		switch {
		case d.Pending():
			out = append(out, Loose{"proposal", fmt.Sprintf("%d %s", d.N, d.Text)})
		case d.Unverified():
			out = append(out, Loose{"did it work", fmt.Sprintf("%d %s", d.N, d.Text)})
		}
	}
	for _, o := range i.Offers {
		out = append(out, Loose{"hand-over", fmt.Sprintf("%s to %s", o.Role, o.To)})
	}
	return out
}

// finalReason marks the severity that resolving sets.
const finalReason = "final"

// Resolve ends the fight: the status, the final severity and who writes the
// postmortem, in one transaction. It also closes, with To set to Closed.
type Resolve struct {
	To       Status   // "": resolved
	Severity Severity // the final one; 0: as it is
	Reason   string
	Owner    string // of the postmortem; "": not said
	Due      time.Time
	Rules    Rules
}

// Decide refuses what its parts would refuse; a severity that is so already is
// no reason.
func (c Resolve) Decide(s Scene) ([]Draft, error) {
	if c.To == "" {
		c.To = Resolved
	}
	var drafts []Draft
	if c.Severity != 0 && c.Severity != s.Incident.Severity {
		d, err := SetSeverity{To: c.Severity, Reason: finalReason}.Decide(s)
		if err != nil {
			return nil, err
		}
		drafts = append(drafts, d...)
	}
	moved, err := s.move(c.To, c.Reason, "", time.Time{})
	if err != nil {
		return nil, err
	}
	for _, d := range moved { // the milestones follow from the status change, wherever it stands
		if m, ok := d.Body.(*MilestoneMark); ok {
			m.Of += int64(len(drafts))
		}
	}
	drafts = append(drafts, moved...)
	if c.Owner != "" {
		d, err := PlanReview{c.Owner, c.Due, c.Rules}.Decide(s)
		if err != nil {
			return nil, err
		}
		drafts = append(drafts, d...)
	}
	return drafts, nil
}
