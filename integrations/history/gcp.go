package history

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"warroom/model"
)

// gcpIncident is an incident as status.cloud.google.com/incidents.json has it.
type gcpIncident struct {
	ID       string       `json:"id"`
	Number   string       `json:"number"`
	Begin    string       `json:"begin"`
	Created  string       `json:"created"`
	End      string       `json:"end"`
	Text     string       `json:"external_desc"`
	Updates  []gcpUpdate  `json:"updates"`
	Impact   string       `json:"status_impact"`
	Severity string       `json:"severity"`
	Service  string       `json:"service_name"`
	Products []gcpProduct `json:"affected_products"`
}

type gcpProduct struct {
	Title string `json:"title"`
}

type gcpUpdate struct {
	When    string `json:"when"`
	Created string `json:"created"`
	Text    string `json:"text"`
	Status  string `json:"status"`
}

func readGCP(data []byte, o Options, out *once) error {
	return list(data, func(line int, raw json.RawMessage) error {
		var g gcpIncident
		if err := json.Unmarshal(raw, &g); err != nil {
			return out.skip(line, "it is no incident of Google Cloud: %s", model.Brief(plainJSON(err), 100))
		}
		return out.give(g.item(line, o.Zone))
	})
}

func (g gcpIncident) item(line int, zone *time.Location) Item {
	w := row{line: line, source: GCP, zone: zone, get: func(field string) string {
		switch field {
		case "id":
			if g.ID == "" {
				return g.Number
			}
			return g.ID
		case "timestamp":
			if empty(g.Begin) {
				return g.Created
			}
			return g.Begin
		case "resolved":
			return g.End
		case "severity":
			if g.Impact == "SERVICE_INFORMATION" {
				return "info"
			}
			return g.Severity
		case "title":
			return firstLine(g.Text)
		case "description":
			return unmarked(g.Text)
		case "status":
			if empty(g.End) {
				return "open"
			}
		}
		return ""
	}}
	w.services = []string{}
	for _, p := range g.Products {
		w.services = append(w.services, p.Title)
	}
	if len(w.services) == 0 {
		w.services = append(w.services, g.Service)
	}
	w.services = distinct(w.services)
	i := w.item()
	h := i.Incident
	if h == nil {
		return i
	}
	// The page was opened after the trouble began: that is the declaration.
	began := h.Declared
	if t, _, why := moment(g.Created, zone); why == "" && t.After(began) {
		if end, ok := h.Milestones[model.WasResolved]; !ok || t.Before(end) {
			h.Declared = t
			set(h, model.ImpactStarted, began)
		}
	}
	var lines []model.HistoryLine
	for _, u := range g.Updates {
		t, _, why := moment(u.When, zone)
		if why != "" {
			if t, _, why = moment(u.Created, zone); why != "" {
				i.Warnings = append(i.Warnings, "an update without a readable time is left out")
				continue
			}
		}
		text := unmarked(u.Text)
		if u.Status != "" {
			text = "[" + strings.ToLower(u.Status) + "] " + text
		}
		lines = append(lines, model.HistoryLine{At: t, Kind: model.KindUpdate, Text: text})
	}
	slices.SortStableFunc(lines, func(a, b model.HistoryLine) int { return a.At.Compare(b.At) })
	if len(lines) > 0 {
		set(h, model.FirstUpdate, lines[0].At)
	}
	h.Lines = lines
	return i
}

// firstLine is the first line of a text that has words in it, without the marks
// of Markdown.
func firstLine(s string) string {
	for l := range strings.Lines(unmarked(s)) {
		if l = strings.Trim(strings.TrimSpace(l), "*# "); l != "" && !strings.EqualFold(l, "summary") {
			return model.Shorten(l, 200)
		}
	}
	return ""
}
