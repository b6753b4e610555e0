package metrics

import (
	"slices"
	"strings"

	"warroom/model"
	"warroom/model/alert"
)

// Conduct is how incidents were led. Only incidents that were recorded here and
// have ended know it; of imported ones nothing is known.
type Conduct struct {
	N         int    `json:"n"`
	Late      Number `json:"updates_late"`            // share of the updates for which a time had been promised
	LateBy    Number `json:"updates_late_by_minutes"` // median of those that were
	OnTime    Number `json:"orders_on_time"`          // share done by their time, of those that ended or are overdue
	Vacant    Number `json:"minutes_without_commander"`
	Never     int    `json:"never_commanded"`
	Outlived  Number `json:"mitigations_outliving"`  // share still in place when the incident had ended
	Precision Number `json:"alert_precision"`        // share of the lines of alerts that belonged to an incident
	Actions   Number `json:"actions_closed_on_time"` // share of the action items whose day has come, or that are done
	tardy     map[string]bool
}

// Ledger is what the record holds beside the incidents themselves.
type Ledger struct {
	Actions []model.ActionRow // of all incidents
	Alerts  []alert.Group     // all lines of the inbox
}

func (s *Selection) conduct(l Ledger) Conduct {
	var c Conduct
	var promised, late, orders, onTime, temporary, outlived int
	var by, vacant []float64
	for _, n := range s.at {
		k, ok := s.t.conduct[int(n)]
		if !ok || s.Open(int(n)) { // of what goes on, nobody knows yet how it was led
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
			if k.Vacant >= k.Watched { // from the declaration to the end
				c.Never++
			}
		}
	}
	c.Late, c.OnTime, c.Outlived = Share(late, promised), Share(onTime, orders), Share(outlived, temporary)
	c.LateBy, c.Vacant = lengthOf(by).Median, lengthOf(vacant).Median
	c.Precision = s.precision(l.Alerts)
	c.Actions, c.tardy = s.actions(l.Actions)
	return c
}

// Conduct is how incident n was led; zero if that is not known.
func (t *Table) Conduct(n int) model.Conduct { return t.conduct[n] }

// Tardy reports whether an action item of an incident was not done by its day.
func (c Conduct) Tardy(id string) bool { return c.tardy[id] }

// actions is the share of the action items of the incidents selected that were
// done by the end of the day that was said, of all that were done or whose day
// has passed by now. What has no day, was dropped, or may still be done in time
// counts for nothing; what was done after now was not done.
func (s *Selection) actions(rows []model.ActionRow) (Number, map[string]bool) {
	mine := map[string]bool{}
	for _, r := range rows {
		mine[r.Incident] = false
	}
	if len(mine) > 0 {
		for _, n := range s.at {
			if _, ok := mine[s.t.ids[n]]; ok {
				mine[s.t.ids[n]] = true
			}
		}
	}
	now, tardy := s.Now(), map[string]bool{}
	inTime, due := 0, 0
	for _, r := range rows {
		if !mine[r.Incident] || r.Due == "" || r.State == model.ItemDropped {
			continue
		}
		passed := !now.Before(r.Due.End())
		switch {
		case r.OnTime() && !r.Ended.After(now):
			inTime++
			due++
		case passed:
			due++
			tardy[r.Incident] = true
		}
	}
	return Share(inTime, due), tardy
}

// precision is the share of the lines of alerts that belonged to an incident, of
// those of which it is known: that did, were called noise, or ended by
// themselves. It counts lines rather than alerts, so that one storm counts once.
func (s *Selection) precision(groups []alert.Group) Number {
	f := s.Filter
	hits, known := 0, 0
	for _, g := range groups {
		switch {
		case g.First.UnixMilli() > s.now, !f.From.IsZero() && g.First.Before(f.From), !f.To.IsZero() && !g.First.Before(f.To):
		case len(f.Severities) > 0 && !slices.Contains(f.Severities, g.Severity):
		case f.Service != "" && !slices.ContainsFunc(g.Services, func(v string) bool { return strings.EqualFold(v, f.Service) }):
		case g.Incident != "":
			hits++
			known++
		case g.Noise != "" || !g.Open():
			known++
		}
	}
	return Share(hits, known)
}
