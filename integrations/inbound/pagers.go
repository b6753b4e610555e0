package inbound

import (
	"net/http"
	"strings"

	"warroom/model"
	"warroom/model/alert"
)

// PagerDuty's webhook, version 3:
// https://developer.pagerduty.com/docs/webhooks-overview

func isPagerDuty(top object, _ http.Header) bool {
	e := top.obj("event")
	return e.has("event_type") && (e.has("data") || e.has("resource_type"))
}

func readPagerDuty(r *Reading, top object, _ http.Header) error {
	e := top.obj("event")
	kind := e.str("event_type")
	if !strings.HasPrefix(kind, "incident.") {
		r.Note = "PagerDuty tells of " + model.Brief(kind, 60) + ": nothing to do"
		return nil
	}
	d := e.obj("data")
	a := alert.Alert{Source: "pagerduty", Timestamp: moment(first(d.str("created_at"), e.str("occurred_at")))}
	switch strings.TrimPrefix(kind, "incident.") {
	case "triggered", "reopened", "unacknowledged":
		a.Status = alert.Firing
	case "acknowledged":
		a.Status = alert.Acknowledged
	case "resolved":
		a.Status = alert.Resolved
		a.Ended = moment(e["occurred_at"])
		a.NoStart = d.str("created_at") == ""
	default: // annotated, priority_updated, responder.added …: the alert as it stands
		st, ok := alert.ParseStatus(d.str("status"))
		if !ok || d.str("title") == "" {
			r.Note = "PagerDuty tells of " + model.Brief(kind, 60) + ": nothing to do"
			return nil
		}
		a.Status = st
	}
	a.ID = first(d.str("id"), d.obj("incident").str("id"))
	if a.ID == "" {
		return model.Errorf(model.Invalid, "PagerDuty’s event names no incident (event.data.id)")
	}
	a.Fingerprint = first(d.str("incident_key"), a.ID)
	a.Title, a.URL = d.str("title", "summary"), d.str("html_url")
	a.Service = d.obj("service").str("summary", "name")
	a.SetSeverity(first(d.obj("priority").str("summary", "name"), d.str("urgency")))
	body := d.obj("body")
	a.Description = first(d.str("description"), body.str("details"), text(d, "body"))
	details := body.obj("details")
	if details == nil {
		details = d.obj("custom_details")
	}
	a.RunbookURL = details.str("runbook_url", "runbook")
	a.Metrics = numbersOf(details)
	return r.add(a)
}

func text(o object, name string) string { s, _ := o[name].(string); return s }

// numbersOf keeps what is a number among details.
func numbersOf(o object) map[string]any {
	out := map[string]any{}
	for k, v := range o {
		if f, ok := number(scalar(v)); ok {
			out[k] = f
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// Opsgenie's webhook:
// https://support.atlassian.com/opsgenie/docs/opsgenie-edge-connector-alert-action-data/

func isOpsgenie(top object, _ http.Header) bool {
	return top.has("action", "alert") && top.obj("alert").has("alertId")
}

func readOpsgenie(r *Reading, top object, _ http.Header) error {
	d, action := top.obj("alert"), top.str("action")
	a := alert.Alert{Source: "opsgenie", ID: d.str("alertId"), Fingerprint: d.str("alias"), Title: d.str("message"), Description: d.str("description")}
	switch action {
	case "Create", "UnAcknowledge", "AddNote", "AddTags", "Escalate", "EscalateNext", "AssignOwnership", "AddDetails", "UpdatePriority", "UpdateMessage", "UpdateDescription", "AddRecipient", "AddTeam", "TakeOwnership":
		a.Status = alert.Firing
	case "Acknowledge":
		a.Status = alert.Acknowledged
	case "Close", "Delete":
		a.Status = alert.Resolved
		a.Ended = moment(d["updatedAt"])
	case "Snooze":
		a.Status = alert.Firing
	default:
		r.Note = "Opsgenie tells of " + model.Brief(action, 60) + ": nothing to do"
		return nil
	}
	if a.ID == "" {
		return model.Errorf(model.Invalid, "Opsgenie’s alert has no alertId")
	}
	a.Timestamp = moment(d["createdAt"])
	a.NoStart = a.Timestamp.IsZero()
	details, err := d.words("details")
	if err != nil {
		return err
	}
	a.Labels = details
	for _, t := range d.list("tags") {
		if k, v, ok := strings.Cut(scalar(t), ":"); ok && k != "" {
			if a.Labels == nil {
				a.Labels = map[string]string{}
			}
			if a.Labels[k] == "" {
				a.Labels[k] = v
			}
		}
	}
	a.Service = first(details["service"], d.str("entity"), a.Labels["service"])
	a.RunbookURL = first(details["runbook_url"], details["runbook"])
	a.SetSeverity(first(d.str("priority"), details["severity"]))
	a.Metrics = numbersOf(d.obj("details"))
	return r.add(a)
}
