package history

import (
	"encoding/json"
	"slices"
	"time"

	"warroom/model"
)

// spIncident is an incident as /api/v2/incidents.json of a Statuspage has it.
type spIncident struct {
	ID           string      `json:"id"`
	Name         string      `json:"name"`
	Status       string      `json:"status"`
	Impact       string      `json:"impact"`
	Created      string      `json:"created_at"`
	Started      string      `json:"started_at"`
	Monitoring   string      `json:"monitoring_at"`
	Resolved     string      `json:"resolved_at"`
	ScheduledFor string      `json:"scheduled_for"`
	Updates      []spUpdate  `json:"incident_updates"`
	Components   []component `json:"components"`
}

type component struct {
	Name string `json:"name"`
}

type spUpdate struct {
	Status   string      `json:"status"`
	Body     string      `json:"body"`
	Display  string      `json:"display_at"`
	Created  string      `json:"created_at"`
	Affected []component `json:"affected_components"`
}

// planned are the states of a scheduled maintenance.
var planned = []string{"scheduled", "in_progress", "verifying", "completed"}

func readStatuspage(data []byte, o Options, out *once) error {
	return list(data, func(line int, raw json.RawMessage) error {
		var sp spIncident
		if err := json.Unmarshal(raw, &sp); err != nil {
			return out.skip(line, "it is no incident of a Statuspage: %s", model.Brief(plainJSON(err), 100))
		}
		return out.give(sp.item(line, o.Zone))
	})
}

func (sp spIncident) item(line int, zone *time.Location) Item {
	w := row{line: line, source: Statuspage, zone: zone, get: func(field string) string {
		switch field {
		case "id":
			return sp.ID
		case "timestamp":
			if empty(sp.Created) {
				return sp.Started
			}
			return sp.Created
		case "severity":
			if sp.Impact == "maintenance" {
				return ""
			}
			return sp.Impact
		case "title":
			return sp.Name
		case "status":
			return sp.Status
		}
		return ""
	}}
	type told struct {
		at time.Time
		spUpdate
	}
	var updates []told
	services := sp.Components
	for _, u := range sp.Updates {
		services = append(services, u.Affected...)
		t, _, why := moment(u.Display, zone)
		if why != "" {
			if t, _, why = moment(u.Created, zone); why != "" {
				w.warn("an update without a readable time is left out")
				continue
			}
		}
		updates = append(updates, told{t, u})
	}
	slices.SortStableFunc(updates, func(a, b told) int { return a.at.Compare(b.at) })
	w.services = []string{}
	for _, c := range services {
		w.services = append(w.services, c.Name)
	}
	w.services = distinct(w.services)
	// The feed has no end of its own for a page that was closed by its last update.
	end := sp.Resolved
	for _, u := range updates {
		if empty(end) && (u.Status == "resolved" || u.Status == "completed") {
			end = u.at.Format(time.RFC3339Nano)
		}
	}
	inner := w.get
	w.get = func(field string) string {
		if field == "resolved" {
			return end
		}
		return inner(field)
	}
	i := w.item()
	h := i.Incident
	if h == nil {
		return i
	}
	h.Maintenance = sp.Impact == "maintenance" || !empty(sp.ScheduledFor) || slices.Contains(planned, sp.Status)
	if t, _, why := moment(sp.Started, zone); why == "" && h.Declared.Sub(t) >= time.Minute {
		set(h, model.ImpactStarted, t) // set back by whoever wrote the page
	}
	for n, u := range updates {
		if n == 0 {
			set(h, model.FirstUpdate, u.at)
		}
		switch u.Status {
		case "identified":
			reached(h, model.WasIdentified, u.at)
		case "monitoring":
			reached(h, model.WasMitigated, u.at)
		case "postmortem":
			reached(h, model.PostmortemPublished, u.at)
		}
		text := unmarked(u.Body)
		if u.Status != "" {
			text = "[" + u.Status + "] " + text
		}
		h.Lines = append(h.Lines, model.HistoryLine{At: u.at, Kind: model.KindUpdate, Text: text})
	}
	return i
}
