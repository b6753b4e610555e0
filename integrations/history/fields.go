package history

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"warroom/model"
)

// Field is something that a row may tell.
type Field struct {
	Name  string
	Known []string // names of columns
}

// Fields are what a row may tell, with the names of columns and keys by which
// each is recognised, the surest first. Names are compared in lower case with _
// for everything that is no letter or digit.
var Fields = []Field{
	{"id", []string{"id", "incident_id", "number", "key", "ref", "reference", "observation_id", "ticket", "issue_key", "uid", "uuid"}},
	{"timestamp", []string{"timestamp", "started_at", "start_time", "started", "start", "begin", "opened_at", "opened", "created_at", "created", "declared_at", "incident_date", "occurred_at", "date", "time", "datetime", "start_date"}},
	{"impact_started", []string{"impact_started", "impact_started_at", "impact_start"}},
	{"detected", []string{"detected", "detected_at", "detection_time"}},
	{"acknowledged", []string{"acknowledged", "acknowledged_at", "acked_at", "assigned_at"}},
	{"identified", []string{"identified", "identified_at"}},
	{"mitigated", []string{"mitigated", "mitigated_at", "fixed_at"}},
	{"resolved", []string{"resolved", "resolved_at", "ended_at", "end_time", "ended", "end", "closed_at", "closed", "completed_at", "end_date", "impact_end"}},
	{"duration_minutes", []string{"duration_minutes", "duration_min", "duration_mins", "minutes", "duration", "ttr_minutes", "downtime_minutes", "time_to_resolve_minutes"}},
	{"duration_hours", []string{"duration_hours", "hours", "ttr_hours"}},
	{"duration_seconds", []string{"duration_seconds", "duration_secs", "seconds", "seconds_to_resolve"}},
	{"service", []string{"service", "services", "service_name", "component", "components", "system", "application", "affected_service", "service_context", "product", "impacted_service"}},
	{"severity", []string{"severity", "sev", "priority", "impact", "urgency", "severity_level"}},
	{"root_cause", []string{"root_cause", "cause", "rootcause", "cause_category", "coded_category", "category", "reason", "contributing_factor"}},
	{"title", []string{"title", "name", "summary", "incident_title", "subject", "short_description", "headline"}},
	{"description", []string{"description", "details", "notes", "body", "external_desc", "text"}},
	{"status", []string{"status", "state"}},
	{"drill", []string{"drill", "is_drill", "exercise", "test"}},
	{"maintenance", []string{"maintenance", "is_maintenance", "planned", "scheduled"}},
}

// normal is a name as it is compared.
func normal(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(strings.TrimSpace(s)) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 127 {
			b.WriteRune(r)
		} else if b.Len() > 0 && !strings.HasSuffix(b.String(), "_") {
			b.WriteByte('_')
		}
	}
	return strings.TrimSuffix(b.String(), "_")
}

// columns finds for every field the place among names where it is; a field that
// is nowhere is not in the map.
func columns(names []string, o Options) (map[string]int, error) {
	at := map[string]int{}
	for i, n := range names {
		if k := normal(n); k != "" {
			if _, ok := at[k]; !ok {
				at[k] = i
			}
		}
	}
	out, taken := map[string]int{}, map[int]bool{}
	for field, name := range o.Map {
		if !slices.ContainsFunc(Fields, func(f Field) bool { return f.Name == field }) {
			return nil, model.Errorf(model.Invalid, "there is no field %q to map: the fields are %s", model.Brief(field, 40), FieldNames())
		}
		i, ok := at[normal(name)]
		if !ok {
			return nil, model.Errorf(model.Invalid, "there is no column %q to take %s from: the columns are %s", model.Brief(name, 40), field, listed(names))
		}
		out[field], taken[i] = i, true
	}
	for _, f := range Fields {
		if _, ok := out[f.Name]; ok {
			continue
		}
		for _, k := range f.Known {
			if i, ok := at[k]; ok && !taken[i] {
				out[f.Name], taken[i] = i, true
				break
			}
		}
	}
	return out, nil
}

// FieldNames lists the fields for people.
func FieldNames() string {
	var out []string
	for _, f := range Fields {
		out = append(out, f.Name)
	}
	return strings.Join(out, ", ")
}

func listed(names []string) string {
	var out []string
	for i, n := range names {
		if i == 20 {
			out = append(out, "…")
			break
		}
		out = append(out, model.Brief(n, 30))
	}
	return strings.Join(out, ", ")
}

// row is a row on its way to an incident: a text for every field.
type row struct {
	line     int
	source   Format
	zone     *time.Location
	get      func(field string) string
	services []string // where the source lists them
	warnings []string
	day      bool // it names a day without a time
}

func (r *row) warn(format string, args ...any) {
	r.warnings = append(r.warnings, fmt.Sprintf(format, args...))
}

// item makes an incident of r, or says why it is none.
func (r *row) item() Item {
	skip := func(format string, args ...any) Item {
		return Item{Line: r.line, Reason: fmt.Sprintf(format, args...)}
	}
	raw := r.get("timestamp")
	if empty(raw) {
		return skip("it does not say when the incident began")
	}
	start, day, why := moment(raw, r.zone)
	if why != "" {
		return skip("when it began cannot be read: %q %s", model.Brief(raw, 40), why)
	}
	r.day = day
	h := &model.History{Declared: start, Drill: yes(r.get("drill"))}
	h.Day = day
	h.Source, h.Maintenance = string(r.source), yes(r.get("maintenance"))
	if c := strings.TrimSpace(r.get("root_cause")); !empty(c) {
		h.Cause = c
	}
	h.Description = strings.TrimSpace(r.get("description"))
	h.Services = r.services
	if h.Services == nil {
		h.Services = split(r.get("service"))
	}
	h.Severity = r.severity()
	r.length(h, start)
	for field, m := range map[string]model.Milestone{"impact_started": model.ImpactStarted, "detected": model.Detected,
		"acknowledged": model.Acknowledged, "identified": model.WasIdentified, "mitigated": model.WasMitigated} {
		s := r.get(field)
		if empty(s) {
			continue
		}
		t, _, why := moment(s, r.zone)
		if why != "" {
			r.warn("%s is left out: %q %s", field, model.Brief(s, 40), why)
			continue
		}
		reached(h, m, t)
	}
	r.status(h)
	h.Title = tidy(r.get("title"))
	if h.Title == "" {
		h.Title = named(h.Cause, h.Services)
	}
	h.Ref = r.ref(raw)
	return Item{Line: r.line, Incident: h, Warnings: r.warnings}
}

// reached notes when h reached a milestone, unless it is known already: in
// histories that go back and forth the first time counts.
func reached(h *model.History, m model.Milestone, t time.Time) {
	if _, ok := h.Milestones[m]; !ok {
		set(h, m, t)
	}
}

func set(h *model.History, m model.Milestone, t time.Time) {
	if h.Milestones == nil {
		h.Milestones = make(map[model.Milestone]time.Time, 2)
	}
	h.Milestones[m] = t
}
