package inbound

import (
	"net/http"
	"slices"
	"strings"

	"warroom/model"
	"warroom/model/alert"
)

// Sentry's integration platform:
// https://docs.sentry.io/organization/integrations/integration-platform/webhooks/

func isSentry(top object, h http.Header) bool {
	if h.Get("Sentry-Hook-Resource") != "" {
		return true
	}
	d := top.obj("data")
	return top.has("action", "data") && (d.has("metric_alert") || d.has("issue") || d.has("event") && (d.has("triggered_rule") || top.has("installation")))
}

func readSentry(r *Reading, top object, h http.Header) error {
	d, action := top.obj("data"), top.str("action")
	a := alert.Alert{Source: "sentry", Status: alert.Firing}
	switch {
	case d.has("metric_alert"):
		m := d.obj("metric_alert")
		rule := m.obj("alert_rule")
		a.ID, a.Rule = m.str("id", "identifier"), rule.str("name")
		a.Fingerprint = "metric/" + first(rule.str("id"), a.ID)
		a.Title, a.Description, a.URL = first(d.str("description_title"), m.str("title"), rule.str("name")), d.str("description_text"), d.str("web_url")
		a.Timestamp, a.Ended = moment(first(m.str("date_started"), m.str("date_detected"))), moment(m["date_closed"])
		if p := m.list("projects"); len(p) > 0 {
			a.Service = scalar(p[0])
		}
		a.SetSeverity(map[string]string{"critical": "critical", "warning": "warning"}[action])
	case d.has("event"):
		e := d.obj("event")
		a.Fingerprint = "issue/" + first(e.str("issue_id"), e.str("event_id"))
		a.ID = a.Fingerprint + "@" + first(e.str("event_id"), e.str("datetime"))
		a.Title, a.Description, a.URL = e.str("title"), first(e.str("message"), e.str("culprit")), first(e.str("web_url"), e.str("issue_url"))
		a.Rule = d.str("triggered_rule")
		a.Timestamp = moment(first(e.str("datetime"), e.str("timestamp")))
		a.Service = projectOf(e)
		a.SetSeverity(e.str("level"))
	case d.has("issue"):
		i := d.obj("issue")
		a.Fingerprint = "issue/" + i.str("id")
		a.ID, a.NoStart = a.Fingerprint, action == "resolved"
		a.Title, a.Description, a.URL = i.str("title"), first(i.str("culprit"), i.obj("metadata").str("value")), first(i.str("web_url"), i.str("permalink"))
		a.Timestamp = moment(i["firstSeen"])
		a.Service = i.obj("project").str("slug", "name")
		a.SetSeverity(i.str("level"))
		a.Metrics = numbersOf(object{"events": i["count"], "users": i["userCount"]})
	default:
		r.Note = "Sentry tells of " + model.Brief(first(h.Get("Sentry-Hook-Resource"), action), 60) + ": nothing to do"
		return nil
	}
	if a.ID == "" {
		return model.Errorf(model.Invalid, "Sentry’s payload has no id")
	}
	switch action {
	case "resolved", "archived", "ignored":
		a.Status = alert.Resolved
	case "triggered", "critical", "warning", "created", "unresolved":
	case "assigned", "open":
		if !d.has("metric_alert") {
			r.Note = "Sentry tells of an issue that was " + model.Brief(action, 30) + ": nothing to do"
			return nil
		}
	}
	return r.add(a)
}

func projectOf(e object) string {
	if s := first(e.str("project_slug"), e.str("project_name")); s != "" {
		return s
	}
	for _, t := range e.list("tags") {
		if p, _ := t.([]any); len(p) == 2 && slices.Contains([]string{"service", "server_name"}, scalar(p[0])) {
			return scalar(p[1])
		}
	}
	parts := strings.Split(e.str("url"), "/")
	for i, p := range parts { // …/api/0/projects/ORG/PROJECT/events/…
		if p == "projects" && i+2 < len(parts) {
			return parts[i+2]
		}
	}
	return e.str("project")
}
