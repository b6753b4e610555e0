package inbound

import (
	"net/http"

	"warroom/model"
	"warroom/model/alert"
)

// The generic form: the fields of the specification, and what they are called
// elsewhere.

func isGeneric(top object, _ http.Header) bool {
	return first(top.str("title", "summary", "message", "name", "alertname", "alert", "rule", "event")) != "" || top.has("id") && (top.has("service") || top.has("severity") || top.has("description"))
}

func readGeneric(r *Reading, top object, _ http.Header) error {
	a, err := genericAlert(top)
	if err != nil {
		return err
	}
	return r.add(a)
}

func genericAlert(o object) (alert.Alert, error) {
	var a alert.Alert
	for _, f := range []struct {
		to    *string
		names []string
	}{
		{&a.ID, []string{"id", "alert_id", "uuid"}}, {&a.Title, []string{"title", "summary", "alertname", "name", "message", "event"}},
		{&a.Description, []string{"description", "details", "body", "text"}}, {&a.Service, []string{"service", "component", "app"}},
		{&a.RunbookURL, []string{"runbook_url", "runbook"}}, {&a.Rule, []string{"rule", "alertname", "check"}}, {&a.Source, []string{"source"}},
		{&a.Fingerprint, []string{"fingerprint", "dedup_key", "alias"}}, {&a.URL, []string{"url", "link"}}, {&a.Dashboard, []string{"dashboard", "dashboard_url"}},
	} {
		for _, n := range f.names {
			s, err := o.typed(n)
			if err != nil {
				return a, err
			}
			if s != "" {
				*f.to = s
				break
			}
		}
	}
	if a.Title == "" {
		a.Title = o.str("alert", "rule")
	}
	var err error
	if a.Labels, err = o.words("labels"); err != nil {
		return a, err
	}
	if v, ok := o["metrics"]; ok && v != nil {
		m, ok := v.(object)
		if !ok {
			return a, wrongType("metrics", v, "an object of names and numbers")
		}
		a.Metrics = figures(m)
	}
	if v, ok := o["severity"]; ok && v != nil {
		if s := scalar(v); s != "" {
			a.SetSeverity(s)
		} else {
			return a, wrongType("severity", v, "a number from 1 to 5 or a word")
		}
	} else {
		a.SetSeverity(o.str("priority", "level"))
	}
	for _, n := range []string{"timestamp", "starts_at", "startsAt", "time", "date", "created_at", "occurred_at", "fired_at"} {
		v, ok := o[n]
		if !ok || v == nil {
			continue
		}
		if a.Timestamp = moment(v); a.Timestamp.IsZero() {
			return a, model.Errorf(model.Invalid, "%s %q is no time: write 2026-01-31T14:03:00Z", n, model.Brief(compact(v), 40))
		}
		break
	}
	for _, n := range []string{"ended", "ends_at", "endsAt", "resolved_at"} {
		if t := moment(o[n]); !t.IsZero() {
			a.Ended = t
			break
		}
	}
	a.Status = alert.Firing
	if !a.Ended.IsZero() {
		a.Status = alert.Resolved
	}
	if s := o.str("status", "state"); s != "" {
		st, ok := alert.ParseStatus(s)
		if ok {
			a.Status = st
		} else {
			a.Doubt("status “" + model.Brief(s, 30) + "” is none we know: taken as firing")
		}
	}
	if a.ID == "" && a.Status == alert.Resolved && a.Fingerprint != "" {
		a.NoStart = true
	}
	if a.ID == "" {
		a.ID = digest(o)
	}
	return a, nil
}
