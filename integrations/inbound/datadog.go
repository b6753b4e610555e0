package inbound

import (
	"net/http"
	"strings"

	"warroom/model"
	"warroom/model/alert"
)

// Datadog has no fixed shape: people write a template of variables. It is known
// by the names of the variables, and by the template of the help.
// https://docs.datadoghq.com/integrations/webhooks/

func isDatadog(top object, h http.Header) bool {
	return strings.HasPrefix(h.Get("User-Agent"), "Datadog") || top.has("alert_transition") || top.has("event_type", "alert_id") ||
		top.has("ALERT_TRANSITION") || top.has("aggreg_key") || top.has("alert_cycle_key")
}

func readDatadog(r *Reading, top object, _ http.Header) error {
	o := object{}
	for k, v := range top {
		o[strings.ToLower(strings.TrimPrefix(k, "$"))] = v
	}
	a := alert.Alert{Source: "datadog", Title: o.str("event_title", "alert_title", "title"), Description: o.str("event_msg", "text_only_msg", "alert_status", "body", "message")}
	a.Rule = o.str("alert_title")
	a.Timestamp = moment(first(o.str("date"), o.str("last_updated"), o.str("timestamp")))
	switch tr := strings.ToLower(o.str("alert_transition", "transition")); {
	case strings.Contains(tr, "recover"):
		a.Status = alert.Resolved
		a.Ended, a.NoStart = a.Timestamp, true
	case tr == "" || strings.HasPrefix(tr, "triggered") || strings.HasPrefix(tr, "re-") || strings.Contains(tr, "warn") || strings.Contains(tr, "no data") || strings.HasPrefix(tr, "renotify"):
		a.Status = alert.Firing
	default:
		a.Status = alert.Firing
		a.Doubt("transition “" + model.Brief(tr, 30) + "” is not one we know: taken as firing")
	}
	a.Fingerprint = first(o.str("aggreg_key"), o.str("alert_id")+"/"+o.str("alert_scope", "scope"))
	cycle := o.str("alert_cycle_key")
	if cycle == "" {
		cycle = a.Fingerprint + "@" + stamp(a.Timestamp)
	}
	a.ID = first(cycle, o.str("id"))
	if a.Title == "" && a.Fingerprint == "/" {
		return model.Errorf(model.Invalid, "Datadog’s payload names neither event_title nor alert_id: use the template of warroom listen --help")
	}
	a.Labels = map[string]string{}
	tags := o.str("tags", "alert_scope", "scope")
	for t := range strings.SplitSeq(tags, ",") {
		if k, v, ok := strings.Cut(strings.TrimSpace(t), ":"); ok && k != "" {
			a.Labels[k] = v
		}
	}
	a.Service = first(o.str("service"), a.Labels["service"], o.str("hostname"), a.Labels["host"])
	a.SetSeverity(first(o.str("alert_priority", "priority"), kindOf(o.str("alert_type"))))
	a.URL, a.RunbookURL = o.str("link"), o.str("runbook_url", "runbook")
	if m := o.obj("metrics"); m != nil {
		a.Metrics = figures(m)
	} else if n := o.str("alert_metric"); n != "" {
		if f, ok := number(o.str("metric_value", "value")); ok {
			a.Metrics = map[string]any{n: f}
		}
	}
	return r.add(a)
}

func kindOf(s string) string {
	if s == "success" {
		return ""
	}
	return s
}
