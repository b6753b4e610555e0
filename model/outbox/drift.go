package outbox

import (
	"fmt"

	"warroom/model"
)

// Standing is how a thing outside stands, as its vendor says.
type Standing struct {
	Known  bool   `json:"known"`            // false: it could not be read, and Detail says why
	Word   string `json:"word,omitempty"`   // in the vendor's own words: triggered, In Progress, identified
	Over   bool   `json:"over"`             // it is ended there
	Status string `json:"status,omitempty"` // a status page's stage, as PublicStatus names them
	Detail string `json:"detail,omitempty"`
}

// Drift is a thing outside beside the incident.
type Drift struct {
	Outlet  model.Outlet `json:"outlet"`
	Found   Standing     `json:"found"`
	Expect  string       `json:"expect"`  // how it should stand
	Differs bool         `json:"differs"` // never true where it is not known
}

// Compare says whether a thing outside stands as the incident does. A channel
// lives on after the incident is resolved, until it is closed.
func Compare(i *model.Incident, o model.Outlet, s Standing) Drift {
	d := Drift{Outlet: o, Found: s, Expect: "open"}
	over := !i.Status.Live()
	if Vendor(o.Vendor) == Slack {
		over = false
	}
	if over {
		d.Expect = "ended"
	}
	switch {
	case !s.Known:
	case Vendor(o.Vendor) == Slack:
		d.Differs = s.Over && i.Status.Open()
	case Vendor(o.Vendor) == Statuspage:
		d.Expect = PublicStatus(i.Status)
		d.Differs = s.Status != d.Expect
	default:
		d.Differs = s.Over != over
	}
	return d
}

// Say is d as one sentence.
func (d Drift) Say() string {
	switch {
	case !d.Found.Known:
		return "not known: " + d.Found.Detail
	case d.Differs:
		return fmt.Sprintf("differs: it is %s there, here it should be %s", d.Found.Word, d.Expect)
	}
	return "agrees: " + d.Found.Word
}
