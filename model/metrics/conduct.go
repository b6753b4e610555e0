package metrics

import "time"

// Conduct is how incidents were led. Only incidents that were recorded here know
// it; of imported ones nothing is.
type Conduct struct {
	N         int    `json:"n"`
	Late      Number `json:"updates_late"`            // share of the updates that were promised for a time
	LateBy    Number `json:"updates_late_by_minutes"` // median of those that were
	OnTime    Number `json:"orders_on_time"`          // share
	Vacant    Number `json:"minutes_without_commander"`
	Never     int    `json:"never_commanded"`
	Outlived  Number `json:"mitigations_outliving"` // share still in place when the incident had ended
	Precision Number `json:"alert_precision"`       // share of the lines of alerts that belonged to an incident; too few where a service or a severity was chosen
	Actions   Number `json:"actions_closed_on_time"`
}

// Ledger is what other parts of warroom count, handed in because no incident
// holds it.
type Ledger struct {
	AlertGroups, AlertsInIncidents int // lines of the inbox in the time watched, and those attached to an incident
	ActionsDue, ActionsInTime      int // action items whose time has come, and those closed by then
}

func (s *Selection) conduct(l Ledger) Conduct {
	var c Conduct
	var promised, late, orders, onTime, temporary, outlived int
	var by, vacant []float64
	for _, n := range s.at {
		k, ok := s.t.conduct[int(n)]
		if !ok {
			continue
		}
		c.N++
		promised, late = promised+k.Promised, late+k.Late
		orders, onTime = orders+k.Orders, onTime+k.OnTime
		temporary, outlived = temporary+k.Temporary, outlived+k.Outlived
		for _, d := range k.LateBy {
			by = append(by, d.Minutes())
		}
		if k.Watched > 0 {
			vacant = append(vacant, k.Vacant.Minutes())
			if k.Vacant >= k.Watched-time.Second {
				c.Never++
			}
		}
	}
	c.Late, c.OnTime, c.Outlived = Share(late, promised), Share(onTime, orders), Share(outlived, temporary)
	c.LateBy, c.Vacant = lengthOf(by).Median, lengthOf(vacant).Median
	c.Precision, c.Actions = Share(l.AlertsInIncidents, l.AlertGroups), Share(l.ActionsInTime, l.ActionsDue)
	return c
}
