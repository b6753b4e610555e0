package inbound

import (
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"warroom/model/alert"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Alertmanager's webhook, version 4:
// https://prometheus.io/docs/alerting/latest/configuration/#webhook_config

func isAlertmanager(top object, _ http.Header) bool {
	if _, ok := top["alerts"].([]any); !ok {
		return false
	}
	return top.has("groupKey") || top.has("receiver", "status") || top.has("commonLabels")
}

func readAlertmanager(r *Reading, top object, _ http.Header) error {
	return readPrometheus(r, top, "alertmanager")
}

// Grafana's webhook is Alertmanager's with more:
// https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/

func isGrafana(top object, h http.Header) bool {
	return isAlertmanager(top, h) && (top.has("orgId") || top.has("state", "title") || strings.HasPrefix(h.Get("User-Agent"), "Grafana"))
}

func readGrafana(r *Reading, top object, _ http.Header) error {
	return readPrometheus(r, top, "grafana")
}

func readPrometheus(r *Reading, top object, source string) error {
	list := top.list("alerts")
	if len(list) > r.most {
		return tooMany(len(list))
	}
	for _, v := range list {
		one, ok := v.(object)
		if !ok {
			r.aside(v, wrongType("an alert", v, "an object"))
			continue
		}
		a, err := prometheusAlert(one, source)
		if err != nil {
			r.aside(v, err)
			continue
		}
		r.Alerts = append(r.Alerts, a)
	}
	if n, _ := strconv.Atoi(top.str("truncatedAlerts")); n > 0 {
		r.Note = itoa(n) + " more alerts of this group were left out by the sender (max_alerts)"
		for i := range r.Alerts {
			r.Alerts[i].Doubt(r.Note)
		}
	}
	return nil
}

// prometheusAlert reads one alert of the list. Its own status counts, not the
// group's: a group with one resolved alert is still firing as a whole.
func prometheusAlert(o object, source string) (alert.Alert, error) {
	a := alert.Alert{Source: source, Sole: true}
	labels, err := o.words("labels")
	if err != nil {
		return a, err
	}
	notes, err := o.words("annotations")
	if err != nil {
		return a, err
	}
	status, err := o.typed("status")
	if err != nil {
		return a, err
	}
	a.Labels, a.Rule = labels, labels["alertname"]
	a.Title = first(notes["summary"], notes["title"], labels["alertname"])
	a.Description = first(notes["description"], notes["message"])
	a.RunbookURL = first(notes["runbook_url"], notes["runbook"])
	a.Service = first(labels["service"], labels["app"], labels["app_kubernetes_io_name"], labels["job"], labels["namespace"], labels["grafana_folder"])
	a.SetSeverity(first(labels["severity"], labels["priority"]))
	a.Timestamp, a.Ended = moment(o["startsAt"]), moment(o["endsAt"])
	a.Dashboard = first(o.str("panelURL"), o.str("dashboardURL"), notes["dashboard_url"], notes["dashboard"])
	a.URL = o.str("generatorURL")
	var ok bool
	if a.Status, ok = alert.ParseStatus(status); !ok {
		a.Status = alert.Firing
		a.Doubt("its status is not said: taken as firing")
	}
	a.Metrics = figures(o.obj("values"))
	for k, v := range notes { // Alertmanager sends no values: people put them into annotations
		if f, ok := number(v); ok && len(v) < 40 {
			if a.Metrics == nil {
				a.Metrics = map[string]any{}
			}
			if _, there := a.Metrics[k]; !there {
				a.Metrics[k] = f
			}
		}
	}
	a.Fingerprint = o.str("fingerprint")
	if a.Fingerprint == "" {
		l := maps.Clone(labels)
		a.Fingerprint = digest(l)
	}
	a.ID = a.Fingerprint + "@" + stamp(a.Timestamp)
	return a, nil
}

// stamp writes a moment for an id.
func stamp(t time.Time) string {
	if t.IsZero() {
		return "unknown"
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// number reads a finite number.
func number(s string) (float64, bool) {
	f, err := json.Number(strings.TrimSpace(s)).Float64()
	if err != nil || f != f || f > 1e300 || f < -1e300 {
		return 0, false
	}
	return f, true
}
